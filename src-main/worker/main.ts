import { parentOf } from './parent'
import { serveSampling } from './serve-sampling'
import { serveTraining } from './serve-training'

// A terminal's Ctrl-C reaches every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined)

const [, , kind] = process.argv
const serve = kind === 'sampling' ? serveSampling : serveTraining
serve(parentOf(process))
