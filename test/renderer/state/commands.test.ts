import { describe, expect, it, vi } from 'vitest'
import { Commands } from '../../../src-renderer/state/commands.svelte'
import { matches, type Pressed, showKeys } from '../../../src-renderer/state/keys'

const press = (key: string, held: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})
const ctrl = { ctrlKey: true }
const inBrowser = { mac: false, menu: false }

describe('keys', () => {
  it('match by name and by exactly the keys that are held', () => {
    expect(matches(press('k', ctrl), 'CmdOrCtrl+K', false)).toBe(true)
    expect(matches(press('K', { ...ctrl, shiftKey: true }), 'CmdOrCtrl+K', false)).toBe(false)
    expect(matches(press('Z', { ...ctrl, shiftKey: true }), 'CmdOrCtrl+Shift+Z', false)).toBe(true)
    expect(matches(press('k', { ...ctrl, altKey: true }), 'CmdOrCtrl+K', false)).toBe(false)
    expect(matches(press(' '), 'Space', false)).toBe(true)
    expect(matches(press('ArrowRight'), 'Right', false)).toBe(true)
  })

  it('are those of the platform', () => {
    expect(matches(press('k', { metaKey: true }), 'CmdOrCtrl+K', true)).toBe(true)
    expect(matches(press('k', ctrl), 'CmdOrCtrl+K', true)).toBe(false)
    expect(showKeys('CmdOrCtrl+Shift+Z', true)).toBe('⇧⌘Z')
    expect(showKeys('CmdOrCtrl+Shift+Z', false)).toBe('Ctrl Shift Z')
  })
})

describe('commands', () => {
  it('run what was registered last, and what was there before once that is gone', () => {
    const commands = new Commands(inBrowser)
    const [first, second] = [vi.fn(), vi.fn()]
    commands.register({ 'edit.undo': { run: first } })
    const unregister = commands.register({ 'edit.undo': { run: second } })
    commands.run('edit.undo')
    unregister()
    commands.run('edit.undo')
    expect(first).toHaveBeenCalledTimes(1)
    expect(second).toHaveBeenCalledTimes(1)
  })

  it('do nothing where they cannot be done', () => {
    const commands = new Commands(inBrowser)
    const run = vi.fn()
    commands.register({ 'run.pause': { run, enabled: () => false } })
    commands.run('run.pause')
    expect(commands.dispatch(press(' '), false)).toBe(false)
    expect(commands.enabled('run.stop')).toBe(false)
    expect(run).not.toHaveBeenCalled()
  })

  it('leave a text field its own keys', () => {
    const commands = new Commands(inBrowser)
    const [undo, pause, generate] = [vi.fn(), vi.fn(), vi.fn()]
    commands.register({
      'edit.undo': { run: undo },
      'run.pause': { run: pause },
      'text.generate': { run: generate },
    })
    expect(commands.dispatch(press('z', ctrl), true)).toBe(false)
    expect(commands.dispatch(press(' '), true)).toBe(false)
    expect(commands.dispatch(press('Enter', ctrl), true)).toBe(true)
    expect(commands.dispatch(press('z', ctrl), false)).toBe(true)
    expect([undo, pause, generate].map((fn) => fn.mock.calls.length)).toEqual([1, 0, 1])
  })

  it('leave keys with a modifier to a native menu', () => {
    const commands = new Commands({ mac: false, menu: true })
    const run = vi.fn()
    commands.register({ 'view.palette': { run }, 'run.pause': { run } })
    expect(commands.dispatch(press('k', ctrl), false)).toBe(false)
    expect(commands.dispatch(press(' '), false)).toBe(true)
  })
})
