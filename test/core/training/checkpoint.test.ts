import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnrollError } from '../../../src-core/errors'
import { decodeSafetensors, encodeSafetensors } from '../../../src-core/formats/safetensors'
import { decodeCheckpoint, decodeStanding, encodeCheckpoint } from '../../../src-core/training/checkpoint'
import { Trainer } from '../../../src-core/training/trainer'
import { fakeRun } from './fake-run'

const GOOD = await (async () => {
  const { parts, records } = fakeRun({ segments: [{ steps: 7, learningRate: 0.1 }] })
  await (await Trainer.create(parts, null)).run()
  return records.checkpoints[records.checkpoints.length - 1]
})()

/** The same tensors with other metadata. */
function withMetadata(change: (metadata: Record<string, string>) => void): Uint8Array {
  const { metadata, tensors } = decodeSafetensors(GOOD)
  const changed = { ...metadata }
  change(changed)
  return encodeSafetensors(tensors, changed)
}

describe('a checkpoint', () => {
  test('is complete: what is decoded encodes to the same again', () => {
    const checkpoint = decodeCheckpoint(GOOD)
    expect(checkpoint.roles).toEqual({
      weight: 'parameter',
      moment: 'optimizer',
      steps: 'optimizer',
      memory: 'carried',
    })
    expect(checkpoint).toMatchObject({
      progress: { step: 7, epoch: { steps: 2 } },
      random: { seed: 1 },
      architecture: { name: 'fake' },
      vocabulary: { tokens: ['a', 'b'] },
    })
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint)
  })

  test('says where it stands in its head', () => {
    expect(decodeStanding(GOOD, GOOD.length)).toEqual({ step: 7, endOfEpoch: null, loss: null })
  })

  test.each<[string, Uint8Array, string]>([
    ['tensors of another program', encodeSafetensors(new Map(), { format: 'pt' }), 'not-a-checkpoint'],
    ['a newer version', withMetadata((metadata) => (metadata.version = '2')), 'checkpoint-newer'],
    ['a plan that is no JSON', withMetadata((metadata) => (metadata.plan = '{')), 'checkpoint-damaged'],
    ['a missing progress', withMetadata((metadata) => delete metadata.progress), 'checkpoint-damaged'],
    [
      'a step below zero',
      withMetadata((metadata) => (metadata.standing = '{"step":-1}')),
      'checkpoint-damaged',
    ],
    [
      'a role missing',
      withMetadata((metadata) => (metadata.roles = '{"weight":"parameter"}')),
      'checkpoint-damaged',
    ],
    [
      'a tensor missing',
      encodeSafetensors(new Map(), decodeSafetensors(GOOD).metadata),
      'checkpoint-damaged',
    ],
    // The checksum's own name is changed, so the file seems to be of a program that writes none.
    ['no checksum', Uint8Array.from(GOOD).fill(0x78, 26, 27), 'checkpoint-damaged'],
  ])('with %s is refused', (_, bytes, code) => {
    expect(() => decodeCheckpoint(bytes)).toThrow(expect.objectContaining({ code, name: 'UnrollError' }))
  })

  test('whose metadata are mutated gives typed errors only', () => {
    const { metadata, tensors } = decodeSafetensors(GOOD)
    const key = fc.constantFrom(...Object.keys(metadata))
    fc.assert(
      fc.property(key, fc.nat(), fc.nat(12), fc.oneof(fc.string(), fc.json()), (name, at, remove, insert) => {
        const text = metadata[name]
        const from = at % text.length
        const changed = text.slice(0, from) + insert + text.slice(from + remove)
        try {
          decodeCheckpoint(encodeSafetensors(tensors, { ...metadata, [name]: changed }))
        } catch (error) {
          expect(error).toBeInstanceOf(UnrollError)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('with a flipped bit is refused', () => {
    fc.assert(
      fc.property(fc.nat(GOOD.length * 8 - 1), (bit) => {
        const bad = GOOD.slice()
        bad[bit >> 3] ^= 1 << (bit & 7)
        expect(() => decodeCheckpoint(bad)).toThrow(UnrollError)
      }),
      { numRuns: 300 },
    )
  })
})
