import { protocol } from 'electron'
import { readPageFile } from './page-files'

const scheme = 'app'

/** Where the page lives. */
export const pageOrigin = `${scheme}://unroll`

const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Positions and sizes of the diagram's shapes are attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Before the app is ready: pages of this scheme are as a web site's. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Answers for the page's address from one folder, and for nothing else. */
export function servePage(folder: string): void {
  protocol.handle(scheme, async ({ method, url }) => {
    const { host, pathname } = new URL(url)
    const file = host === 'unroll' && method === 'GET' ? await readPageFile(folder, pathname) : null
    return file
      ? answer(file.bytes, { status: 200, headers: { ...headers, 'Content-Type': file.type } })
      : answer('Not found', { status: 404, headers: { ...headers, 'Content-Type': 'text/plain' } })
  })
}

function answer(body: Uint8Array<ArrayBuffer> | string, init: ResponseInit): Response {
  return new Response(body, init)
}
