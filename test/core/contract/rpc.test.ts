import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connect, type Port } from '../../../src-core/contract/rpc'
import { UnrollError } from '../../../src-core/errors'

interface Calls {
  double: (values: Float32Array) => Promise<Float32Array>
  refuse: () => Promise<void>
  break: () => Promise<void>
}

const schemas = { double: z.tuple([z.instanceof(Float32Array)]), refuse: z.tuple([]), break: z.tuple([]) }

function portOf(port: MessagePort): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    close: () => port.close(),
  }
}

function callsOverChannel() {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const functions = {
    double: (values: Float32Array) => values.map((value) => 2 * value),
    refuse: () => {
      throw new UnrollError('too-much', 'That is too much.', 'Ask for less.')
    },
    break: () => {
      throw new TypeError('a defect')
    },
    secret: () => 'no schema lets anyone call this',
  }
  connect(portOf(port1), functions, { ...schemas, secret: z.tuple([z.never()]) })
  return connect<Calls, Record<string, never>>(portOf(port2), {}, {})
}

test('a call brings its result, typed arrays as such', async () => {
  expect(await callsOverChannel().double(Float32Array.of(1, 2))).toEqual(Float32Array.of(2, 4))
})

test('a person’s error arrives with its code and its way out', async () => {
  const error = {
    name: 'UnrollError',
    code: 'too-much',
    message: 'That is too much.',
    wayOut: 'Ask for less.',
  }
  await expect(callsOverChannel().refuse()).rejects.toMatchObject(error)
})

test('a defect arrives as an error with the stack it had', async () => {
  await expect(callsOverChannel().break()).rejects.toMatchObject({
    message: 'a defect',
    stack: expect.stringContaining('rpc.test') as string,
  })
})

test('arguments that do not fit are refused before the function is called', async () => {
  const calls = callsOverChannel()
  await expect(calls.double([1, 2] as unknown as Float32Array)).rejects.toThrow(/Float32Array/)
})

test('only functions with a schema can be called', async () => {
  const calls = callsOverChannel()
  await expect(calls.$callRaw({ method: 'toString', args: [] })).rejects.toThrow(/not found/)
})

test('what is no message closes the port, and nothing else happens', async () => {
  const { port1, port2 } = new MessageChannel()
  connect(portOf(port1), {}, {})
  const closed = new Promise((resolve) => port2.on('close', resolve))
  port2.postMessage({ t: 'other' })
  await closed
})
