import { shell } from 'electron'
import { UnrollError } from '../../src-core/errors'

/** What the page links to. */
const hosts = new Set(['github.com', 'www.gutenberg.org', 'en.wikipedia.org', 'arxiv.org'])

/** In the person's browser. @throws UnrollError `address-refused` for what is not on the list. */
export async function openExternal(address: string): Promise<void> {
  if (!isAllowed(address)) {
    throw new UnrollError(
      'address-refused',
      `Unroll does not open ${address}.`,
      'Copy the address into a browser if you trust it.',
    )
  }
  await shell.openExternal(address)
}

function isAllowed(address: string): boolean {
  try {
    const { protocol, hostname, port, username, password } = new URL(address)
    return protocol === 'https:' && hosts.has(hostname) && port === '' && username === '' && password === ''
  } catch {
    return false
  }
}
