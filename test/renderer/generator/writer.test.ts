import { expect, test, vi } from 'vitest'
import type { WrittenPlaces } from '../../../src-core/contract/sampling'
import { UnrollError } from '../../../src-core/errors'
import { initialSettings } from '../../../src-renderer/features/generator/settings'
import { Writer, type WriterHost } from '../../../src-renderer/features/generator/writer.svelte'
import { placeWith, textOf } from '../../../src-renderer/features/generator/writing'

const weights = { run: 'r', checkpoint: 'live' } as const
const settings = { ...initialSettings, prime: 'Em', seed: 1 }

function places(text: string): WrittenPlaces {
  const n = text.length
  return {
    texts: Array.from(text),
    tokens: new Int32Array(n).fill(1),
    likeliest: new Int32Array(10 * n),
    probabilities: new Float32Array(10 * n),
    surprises: new Float32Array(n),
    copied: null,
    positions: null,
  }
}

/** A host whose tasks are brought on by hand. */
function fakeHost() {
  const asked: Parameters<WriterHost['sampling']['generate']>[0][] = []
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = []
  const listeners = new Map<string, (written: WrittenPlaces) => void>()
  const cancel = vi.fn(async () => Promise.resolve())
  const host: WriterHost = {
    sampling: {
      generate: (request) => {
        asked.push(request)
        return new Promise((resolve, reject) => {
          ends.push({ resolve: () => resolve({ step: 7, written: 1 }), reject })
        })
      },
    },
    tasks: { cancel },
    onWritten: (task, listener) => {
      listeners.set(task, (written) => listener(written, null))
      return () => void listeners.delete(task)
    },
  }
  const write = (at: number, text: string) => listeners.get(asked[at].task)?.(places(text))
  return { host, asked, ends, write, cancel, listeners }
}

test('the text grows behind its prime', async () => {
  const { host, ends, write, listeners } = fakeHost()
  const writer = new Writer(host)
  const written = writer.generate(weights, settings)
  expect(writer.isWriting).toBe(true)
  write(0, 'ma ')
  write(0, 'was')
  expect(textOf(writer.history.current)).toBe('Emma was')
  ends[0].resolve()
  await written
  expect(writer.isWriting).toBe(false)
  expect(writer.step).toBe(7)
  expect(listeners.size).toBe(0)
})

test('going on takes the whole text as its prime, and another seed', async () => {
  const { host, asked, ends, write } = fakeHost()
  const writer = new Writer(host)
  const first = writer.generate(weights, settings)
  write(0, 'ma')
  ends[0].resolve()
  await first
  void writer.continue(weights, settings)
  expect(asked[1]).toMatchObject({ prime: 'Emma', seed: 3 })
  write(1, ' was')
  expect(textOf(writer.history.current)).toBe('Emma was')
  writer.history.undo()
  expect(textOf(writer.history.current)).toBe('Emma')
})

test('another character begins the text anew from there, and undo brings the old one back', () => {
  const { host, asked, write } = fakeHost()
  const writer = new Writer(host)
  void writer.generate(weights, settings)
  write(0, 'bers')
  const { places } = writer.history.current
  const other = placeWith(places[0], { token: 13, probability: 0.25 }, 'm')
  void writer.goOnFrom(weights, settings, { prime: 'Em', places: [other] })
  expect(asked[1].prime).toBe('Emm')
  // The place stays one, with what else could have stood there.
  expect(writer.history.current).toMatchObject({ prime: 'Em', run: 'r', places: [{ text: 'm', token: 13 }] })
  writer.history.undo()
  expect(textOf(writer.history.current)).toBe('Embers')
})

test('stopping keeps what is there and lets nothing more in', () => {
  const { host, asked, write, cancel } = fakeHost()
  const writer = new Writer(host)
  void writer.generate(weights, settings)
  write(0, 'ma')
  writer.stop()
  write(0, ' late')
  expect(cancel).toHaveBeenCalledWith(asked[0].task)
  expect(textOf(writer.history.current)).toBe('Emma')
  expect(writer.isWriting).toBe(false)
})

test('an error is kept to be shown; the text up to there stays', async () => {
  const { host, ends, write } = fakeHost()
  const writer = new Writer(host)
  const written = writer.generate(weights, settings)
  write(0, 'm')
  ends[0].reject(new UnrollError('not-finite', 'No numbers.', 'Go back.'))
  await written
  expect(writer.error).toMatchObject({ code: 'not-finite' })
  expect(textOf(writer.history.current)).toBe('Emm')
})
