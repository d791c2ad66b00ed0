import { spawn } from 'node:child_process'

/** Opens an address with what the system has for it; where it has nothing, the address in the terminal is enough. */
export function openBrowser(address: string): void {
  const [command, ...args] = opener()
  const child = spawn(command, [...args, address], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
}

function opener(): readonly [string, ...string[]] {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return ['xdg-open']
}
