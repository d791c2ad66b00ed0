import { cpus } from 'node:os'
import { describe, expect, test } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import type { EngineOptions, EngineProvider } from '../../../src-core/graph/engine'
import { openUntimed, type Use } from '../../../src-main/host/open-untimed'

interface StandIn {
  readonly unavailable?: string
  readonly breaks?: string
}

const ALL = ['ort', 'webgpu', 'tensorflow', 'native', 'reference']

/** What is opened of stand-ins that compute as the reference does, and with which options. */
async function opened(trained: string, use: Use, odd: Readonly<Record<string, StandIn>> = {}) {
  let asked: EngineOptions = {}
  const provider = (name: string): EngineProvider => ({
    name,
    unavailable: async () => odd[name]?.unavailable ?? null,
    create: async (options) => {
      if (odd[name]?.breaks) throw new Error(odd[name].breaks)
      asked = options
      const reference = await referenceProvider.create({})
      return {
        name,
        device: 'a stand-in',
        threads: 1,
        compile: (program) => reference.compile(program),
        read: (state) => reference.read(state),
        write: (state, value) => reference.write(state, value),
        dispose: () => reference.dispose(),
      }
    },
  })
  const engine = await openUntimed({ name: trained, threads: 3 }, use, ALL.map(provider))
  return { name: engine.name, options: asked }
}

const gone = { unavailable: 'It is not here.' }

describe('an engine for a network that is trained', () => {
  test('is for batches the one that trained it, with its threads', async () => {
    for (const name of ALL) expect(await opened(name, 'batches')).toEqual({ name, options: { threads: 3 } })
  })

  test('is for stepping native, with one thread, and else one of the CPU: its own where it is that', async () => {
    for (const name of ['native', 'ort', 'webgpu', 'tensorflow', 'browser', 'unheard-of'])
      expect(await opened(name, 'stepping')).toEqual({
        name: 'native',
        options: { threads: Math.min(4, cpus().length) },
      })
    for (const name of ['ort', 'reference'])
      expect(await opened(name, 'stepping', { native: gone })).toEqual({ name, options: { threads: 1 } })
    expect((await opened('webgpu', 'stepping', { native: gone })).name).toBe('ort')
  })

  test('is the reference where that is what trained it', async () => {
    for (const use of ['stepping', 'batches'] as const)
      expect((await opened('reference', use)).name).toBe('reference')
  })

  test('is for stepping the GPU that trained it rather than the slow reference', async () => {
    const odd = { ort: gone, native: gone }
    expect((await opened('tensorflow', 'stepping', odd)).name).toBe('tensorflow')
  })

  test('is the first that can run where its own is gone, with threads of its own', async () => {
    expect(await opened('webgpu', 'batches', { webgpu: gone })).toEqual({ name: 'ort', options: {} })
    const odd = { webgpu: { breaks: 'no driver' }, ort: { breaks: 'no memory' } }
    expect((await opened('webgpu', 'batches', odd)).name).toBe('tensorflow')
  })

  test('is none where none can run: why is said of each', async () => {
    const odd = Object.fromEntries(ALL.map((name) => [name, { unavailable: `No ${name}.` }]))
    await expect(opened('ort', 'batches', odd)).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: 'No ort. No webgpu. No tensorflow. No native. No reference.',
    })
  })
})
