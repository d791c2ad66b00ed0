import { CommanderError } from 'commander'
import { describeFailure, exitCodeOf } from './failure'
import { unrollCommand } from './command'

// Whoever read the output has read enough, such as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

void run(process.argv)

async function run(argv: string[]): Promise<void> {
  try {
    await unrollCommand().parseAsync(argv)
  } catch (error) {
    // Commander has written what it has to say.
    if (!(error instanceof CommanderError)) {
      process.stderr.write(describeFailure(error, argv.includes('--debug')))
    }
    process.exitCode = exitCodeOf(error)
  }
}
