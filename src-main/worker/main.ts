import { parentOf } from './parent'
import { serveTraining } from './serve-training'

// A terminal's Ctrl-C reaches every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined)

serveTraining(parentOf(process))
