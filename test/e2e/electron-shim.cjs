// Gives the tests' Electron (22: Node 16) what the one that ships has, as far as Unroll's main process uses it.
// Loaded by the tests alone: `electron -r test/e2e/electron-shim.cjs PROGRAM`, or as the package's first file.

const { protocol } = require('electron')

/** As much of fetch's Response as the page's protocol makes. */
class Answer {
  /**
   * @param {Uint8Array | string} body
   * @param {{ status: number, headers: Record<string, string> }} init
   */
  constructor(body, { status, headers }) {
    this.body = body
    this.status = status
    this.headers = headers
  }
}

/**
 * @param {string} scheme
 * @param {(request: { url: string, method: string }) => Promise<Answer>} handler
 */
function handle(scheme, handler) {
  protocol.registerBufferProtocol(scheme, ({ url, method }, callback) => {
    handler({ url, method }).then(
      ({ body, status, headers }) => callback({ statusCode: status, headers, data: Buffer.from(body) }),
      // net::ERR_FAILED
      () => callback({ error: -2 }),
    )
  })
}

if (!('Response' in globalThis)) Reflect.set(globalThis, 'Response', Answer)
if (!('handle' in protocol)) Reflect.set(protocol, 'handle', handle)
