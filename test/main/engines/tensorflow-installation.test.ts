import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findInstallation } from '../../../src-main/engines/tensorflow/installation'
import { repairNode } from '../../../src-main/engines/tensorflow/node-repairs'
import { tensorflowProvider } from '../../../src-main/engines/tensorflow/provider'
import { temporaryFolder } from '../store/temporary-folder'

const GPU = '@tensorflow/tfjs-node-gpu'
const CPU = '@tensorflow/tfjs-node'

describe('an installation of TensorFlow', () => {
  /** A package's folder as it looks with some of its native parts. */
  async function packageWith({
    addon = false,
    library = false,
  }: { addon?: boolean; library?: boolean } = {}): Promise<string> {
    const home = await temporaryFolder()
    mkdirSync(join(home, 'lib', 'napi-v8'), { recursive: true })
    mkdirSync(join(home, 'deps', 'lib'), { recursive: true })
    if (addon) writeFileSync(join(home, 'lib', 'napi-v8', 'tfjs_binding.node'), '')
    const target = join(home, 'libtensorflow_cc.so.2')
    if (library) writeFileSync(target, '')
    symlinkSync(target, join(home, 'deps', 'lib', 'libtensorflow.so'))
    return home
  }
  const find = (packages: Record<string, string>) => findInstallation((name) => packages[name] ?? null)

  it('is null where neither package is there', () => {
    expect(find({})).toBeNull()
  })

  it('says in one sentence what is missing and what brings it', async () => {
    const bare = find({ [CPU]: await packageWith() })
    expect(bare?.missing).toMatch(/^[^.]*without its native part; `npm run engine:tensorflow` [^.]*\.$/)
    const orphan = find({ [GPU]: await packageWith({ addon: true }) })
    expect(orphan?.missing).toMatch(/^[^.]*is gone; `npm run engine:tensorflow` [^.]*\.$/)
  })

  it('is the package that can be loaded, and the one for GPUs where both can', async () => {
    const whole = await packageWith({ addon: true, library: true })
    const bare = await packageWith()
    expect(find({ [GPU]: bare, [CPU]: whole })).toEqual({ name: CPU, missing: null })
    expect(find({ [GPU]: whole, [CPU]: whole })).toEqual({ name: GPU, missing: null })
  })

  it('is looked for without loading anything of it', async () => {
    await tensorflowProvider.unavailable()
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    expect(loaded.filter((path) => path.includes('@tensorflow'))).toEqual([])
  })
})

it('gives back what Node dropped from util', () => {
  const util: Record<string, (value: unknown) => boolean> = {}
  repairNode(util)
  expect([[], {}].map(util.isArray)).toEqual([true, false])
  expect([null, undefined, 0].map(util.isNullOrUndefined)).toEqual([true, true, false])
})
