// Gives the tests' Electron (22: Node 16) what the one that ships has, as far as Unroll's main process uses it.
// Loaded by the tests alone: `electron -r test/e2e/electron-shim.cjs PROGRAM`, or as the package's first file.

const { protocol } = require('electron')

globalThis.Response ??= class Response {
  constructor(body, { status = 200, headers = {} } = {}) {
    Object.assign(this, { body, status, headers })
  }
}

// `protocol` has its methods from its prototype; a new one may stand beside them.
protocol.handle ??= (scheme, handler) => {
  protocol.registerBufferProtocol(scheme, ({ url, method }, callback) => {
    Promise.resolve(handler({ url, method })).then(
      ({ body, status, headers }) => callback({ statusCode: status, headers, data: Buffer.from(body) }),
      () => callback({ error: -2 }),
    )
  })
}
