import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { firstProject } from '../host/first-project'
import { Host } from '../host/host'
import { addCorpora } from './add-corpora'
import { openBrowser } from './open-browser'
import type { ServeOptions } from './options'
import { isLoopback } from './own-addresses'
import { readPage } from './page-files'
import { WorkbenchServer } from './workbench-server'

/** `unroll serve`: from here until a signal ends it. */
export async function serve({ files, project, host, port, open }: ServeOptions): Promise<void> {
  const page = readPage(join(__dirname, '../renderer'))
  const services = await Host.open({
    shell: 'server',
    project: project ?? (await firstProject()),
    paths: files,
  })
  const server = await WorkbenchServer.listen({ host, port, page, services, log }).catch(
    async (error: unknown) => {
      await services.close()
      throw error
    },
  )
  endOnSignals(services, server)
  if (!isLoopback(host)) {
    log(
      'Other machines can reach this workbench. Nothing on the way is encrypted: use it in networks you trust.',
    )
  }
  log(`Project ${services.project.folder}`)
  const address = showNewAddress(server)
  if (open) openBrowser(address)
  if (hasTerminal()) {
    log('The address opens once; press Enter for a new one, Ctrl-C to end.')
    createInterface({ input: process.stdin }).on('line', () => void showNewAddress(server))
  }
  await addCorpora(services, files, log)
}

/** Where the person looks for it: it is not part of the log. */
function showNewAddress(server: WorkbenchServer): string {
  const address = server.newAddress()
  process.stdout.write(`Unroll: ${address}\n`)
  return address
}

/** Whether somebody types here. A program in the background that reads its terminal is stopped by the system. */
function hasTerminal(): boolean {
  if (!process.stdin.isTTY) return false
  if (process.platform !== 'linux') return true
  // proc(5): state, parent, process group, session, terminal, the terminal's foreground process group.
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')
  return fields[2] === fields[5]
}

/** The first signal stops runs with a checkpoint, the second ends everything at once. */
function endOnSignals(services: Host, server: WorkbenchServer): void {
  let ending = false
  const end = async () => {
    if (ending) {
      services.killAll()
      process.exit(1)
    }
    ending = true
    log('Ending: runs stop with a checkpoint; once more ends at once.')
    await server.close()
    await services.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
}

function log(line: string): void {
  process.stderr.write(`${line}\n`)
}
