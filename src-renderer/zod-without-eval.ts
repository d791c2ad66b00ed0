import { z } from 'zod'

// The page's policy allows no eval, and zod would try one.
z.config({ jitless: true })
