import { CommanderError } from 'commander'
import { reasonOf, UnrollError } from '../../src-core/errors'

const FAILED = 1
const WRONG_USAGE = 2

/** Errors that say the command line itself is wrong. */
const usageCodes: readonly string[] = ['wrong-option', 'unknown-engine', 'sampler-option']

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
  return error instanceof UnrollError && usageCodes.includes(error.code) ? WRONG_USAGE : FAILED
}

/** One line that says what is wrong and what to do; below it the stack, where that is asked for. */
export function describeFailure(error: unknown, debug: boolean): string {
  const line =
    error instanceof UnrollError
      ? `${error.message} ${error.wayOut}`
      : `A defect of the program: ${reasonOf(error)}. Run the command again with --debug and report what it prints.`
  const stack = debug && error instanceof Error ? `${error.stack ?? ''}\n` : ''
  return `unroll: ${line.replace(/\s+/g, ' ')}\n${stack}`
}
