import { CommanderError } from 'commander'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { serveCommand } from './options'
import { serve } from './serve'

const FAILED = 1
const WRONG_USAGE = 2

void run(process.argv)

/** @param argv `node unroll serve …`, or without the verb where this file is started by itself */
async function run([program, script, ...rest]: string[]): Promise<void> {
  const args = rest[0] === 'serve' ? rest.slice(1) : rest
  try {
    await serveCommand(serve).parseAsync([program, script, ...args])
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has written what it has to say.
      process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE
      return
    }
    const line =
      error instanceof UnrollError
        ? `${error.message} ${error.wayOut}`
        : `A defect of the program: ${error instanceof Error ? (error.stack ?? error.message) : reasonOf(error)}`
    process.stderr.write(`unroll: ${line}\n`)
    process.exitCode = error instanceof UnrollError && error.code === 'wrong-option' ? WRONG_USAGE : FAILED
  }
}
