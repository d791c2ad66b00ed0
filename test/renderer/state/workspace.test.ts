import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Workspace } from '../../../src-renderer/state/workspace.svelte'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const schema = z.object({ width: z.number() })

describe('the workspace', () => {
  it('reads what was kept, and the beginning where that does not fit', async () => {
    const host = { workspace: async () => ({ a: { width: 3 }, b: 'nonsense' }), saveWorkspace: vi.fn() }
    const workspace = new Workspace(host)
    const [a, b] = ['a', 'b'].map((name) => workspace.part(name, schema, { width: 1 }))
    expect(a.value).toEqual({ width: 1 })
    await workspace.load()
    expect(a.value).toEqual({ width: 3 })
    expect(b.value).toEqual({ width: 1 })
  })

  it('keeps only the last of many changes, and tries again later what could not be kept', async () => {
    const saveWorkspace = vi.fn<(name: string, value: unknown) => Promise<void>>(async () => undefined)
    const workspace = new Workspace({ workspace: async () => ({}), saveWorkspace })
    const part = workspace.part('a', schema, { width: 0 })
    for (let width = 1; width <= 5; width++) part.value = { width }
    await vi.advanceTimersByTimeAsync(1000)
    expect(saveWorkspace.mock.calls).toEqual([['a', { width: 5 }]])

    saveWorkspace.mockRejectedValueOnce(new Error('not connected'))
    part.value = { width: 6 }
    await vi.advanceTimersByTimeAsync(1000)
    await workspace.flush()
    expect(saveWorkspace).toHaveBeenLastCalledWith('a', { width: 6 })
    expect(saveWorkspace).toHaveBeenCalledTimes(3)
  })
})
