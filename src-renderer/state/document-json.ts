import { z } from 'zod'
import type { Architecture } from '../../src-core/architecture/schema'

/** A document as it is sent: plain JSON, no proxy of the page's state. */
export function documentJson(document: Architecture): Record<string, z.core.util.JSONType> {
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(document)))
}
