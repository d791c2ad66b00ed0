import type { IncomingMessage, ServerResponse } from 'node:http'

/** A rule for one address: who may ask for it, and what answers. */
export interface Route {
  /** `token`: the answer itself checks the token that the address carries. */
  readonly access: 'session' | 'token'
  readonly methods: readonly string[]
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** An address as it was asked for, compared as it is written: nothing in it is decoded or made shorter. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0]
}
