import { prepare } from '../scripts/prepare.mjs'

/** Tests that start the worker, the command or the server run the built one, so the build must be of these sources. */
export default function setup(): void {
  try {
    prepare({ build: true })
  } catch (error) {
    // The tests that need no build say more than this failure does.
    process.stderr.write(`${String(error)}\n`)
  }
}
