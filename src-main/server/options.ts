import { Command } from 'commander'
import { z } from 'zod'
import { UnrollError } from '../../src-core/errors'
import { isLoopback } from './own-addresses'

const optionsSchema = z.object({
  project: z.string().min(1).optional(),
  port: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .catch(-1)
    .default(0),
  host: z.string().min(1).default('127.0.0.1'),
  allowRemote: z.boolean().default(false),
  open: z.boolean().default(false),
})

export interface ServeOptions extends z.output<typeof optionsSchema> {
  /** Corpora that the person named. */
  readonly files: readonly string[]
}

/** `unroll serve` as it is typed. */
export function serveCommand(serve: (options: ServeOptions) => Promise<void>): Command {
  return new Command('unroll serve')
    .description('Serves the workbench to a browser on this machine.')
    .argument('[file...]', 'text files that are added to the project as a corpus each')
    .option('--project <folder>', 'where corpora, architectures and runs are kept (~/Unroll)')
    .option('--port <n>', 'where to listen (any that is free)')
    .option('--host <address>', 'where to listen (127.0.0.1: for this machine alone)')
    .option('--allow-remote', 'needed for a host that other machines can reach')
    .option('--open', 'open the address in the browser')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .showSuggestionAfterError(false)
    .action((files: string[], raw: object) => serve(checked(files, raw)))
}

/** @throws UnrollError `wrong-option`, `remote-not-allowed` */
function checked(files: readonly string[], raw: object): ServeOptions {
  const options = optionsSchema.parse(raw)
  if (options.port < 0 || options.port > 65_535) {
    throw new UnrollError(
      'wrong-option',
      '--port takes a whole number from 0 to 65535.',
      'See unroll serve --help.',
    )
  }
  if (!isLoopback(options.host) && !options.allowRemote) {
    throw new UnrollError(
      'remote-not-allowed',
      `On ${options.host} other machines could reach the workbench, and nothing on the way is encrypted.`,
      'Add --allow-remote where that is meant, or leave --host out and reach this machine by ssh -L.',
    )
  }
  return { ...options, files }
}

function oneLine(text: string): string {
  const said = text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s+/g, ' ')
  return `unroll: ${said.replace(/\.?$/, '.')} See unroll serve --help.\n`
}
