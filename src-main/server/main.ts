import { join } from 'node:path'
import { createPageServer } from './page-server'

// Only this machine can reach it: there is no word of access yet.
const server = createPageServer(join(__dirname, '../renderer'))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') {
    process.stdout.write(`Unroll: http://127.0.0.1:${address.port}/\n`)
  }
})
