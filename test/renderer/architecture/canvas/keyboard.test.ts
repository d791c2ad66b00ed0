import { afterEach, describe, expect, it } from 'vitest'
import { ArrowDrafting } from '../../../../src-renderer/features/architecture/canvas/arrow-drafting'
import { CanvasKeyboard } from '../../../../src-renderer/features/architecture/canvas/canvas-keyboard'
import { CanvasState } from '../../../../src-renderer/features/architecture/canvas/canvas-state.svelte'
import { pictureOf } from '../../../../src-renderer/features/architecture/canvas/picture'
import { placeBeside, placeShape } from '../../../../src-renderer/features/architecture/canvas/placing'
import { overlap } from '../../../../src-renderer/features/architecture/model/geometry'
import { ArchitectureEditor } from '../../../../src-renderer/features/architecture/model/editor.svelte'
import { lesson, parsed } from '../model/documents'

afterEach(() => document.body.replaceChildren())

/** A canvas whose nodes can have the focus, and what hears its keys. */
function canvasOf(document_: Parameters<typeof pictureOf>[0]) {
  const editor = new ArchitectureEditor(document_)
  const canvas = new CanvasState({
    editor: () => editor,
    highlight: () => ({ output: null, color: null }),
    outputs: () => new Map(),
  })
  const root = document.createElement('div')
  document.body.append(root)
  const picture = () => pictureOf(editor.shown, 86, 64)
  const refused: unknown[] = []
  const view = {
    canvas,
    picture,
    root: () => root,
    toDiagram: (client: { x: number; y: number }) => client,
    refuse: (error: unknown) => refused.push(error),
  }
  const drafting = new ArrowDrafting({
    ...view,
    shape: (id) => picture().shapes.find(({ shape }) => shape.id === id),
  })
  const keyboard = new CanvasKeyboard(
    {
      ...view,
      drafting,
      place: (kind) => placeShape(view, kind, placeBeside(view, kind)),
      zoom: () => undefined,
    },
    () => false,
  )
  const draw = () => {
    root.replaceChildren(
      ...picture().shapes.map(({ shape }) => {
        const node = document.createElement('div')
        node.className = 'svelte-flow__node svelte-flow__node-shape'
        node.dataset['id'] = `shape:${shape.id}`
        node.tabIndex = 0
        return node
      }),
    )
  }
  draw()
  root.addEventListener('keydown', keyboard.down)
  root.addEventListener('focusin', keyboard.focused)
  window.addEventListener('keydown', keyboard.inWindow)
  const press = (key: string, held: KeyboardEventInit = {}) => {
    const target = document.activeElement ?? document.body
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held }))
  }
  const focus = (id: string) => root.querySelector<HTMLElement>(`[data-id="shape:${id}"]`)?.focus()
  const focused = () =>
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset['id'] : undefined
  const end = () => window.removeEventListener('keydown', keyboard.inWindow)
  return { editor, canvas, press, focus, focused, draw, drafting, refused, end }
}

describe('keys of the canvas', () => {
  it('go from shape to shape and gather a selection', () => {
    const { editor, press, focus, focused, end } = canvasOf(lesson('sequence-rnn'))
    focus('c')
    press('ArrowRight', { altKey: true })
    expect(focused()).toBe('shape:h')
    expect([...editor.selection]).toEqual(['shape:h'])
    press('ArrowRight', { altKey: true, shiftKey: true })
    expect(focused()).toBe('shape:o')
    expect(new Set(editor.selection)).toEqual(new Set(['shape:h', 'shape:o']))
    press('ArrowRight', { altKey: true })
    expect(focused()).toBe('shape:o')
    expect(editor.canUndo).toBe(false)
    end()
  })

  it('begin at the first shape where nothing has the focus', () => {
    const { press, focused, end } = canvasOf(lesson('sequence-rnn'))
    press('ArrowDown', { altKey: true })
    expect(focused()).toBe('shape:c')
    end()
  })

  it('put shapes down side by side, from nothing and without the focus', () => {
    const { editor, press, draw, end } = canvasOf(parsed())
    for (const key of ['r', 'c', 't']) {
      press(key)
      press('Enter')
      draw()
    }
    expect(editor.shown.shapes.map(({ kind }) => kind)).toEqual(['rectangle', 'circle', 'triangle'])
    expect(editor.tool).toBe('select')
    const places = Object.values(editor.shown.layout)
    expect(new Set(places.map(({ y }) => y)).size).toBe(1)
    expect(places[0].x).toBeLessThan(places[1].x)
    expect(places[1].x).toBeLessThan(places[2].x)
    end()
  })

  it('put a shape where none is', () => {
    const { editor, press, focus, end } = canvasOf(lesson('three-characters'))
    focus('h1')
    editor.select(['shape:h1'])
    press('c')
    press('Enter')
    const { shapes } = pictureOf(editor.shown, 86, 64)
    const areas = shapes.map(({ middle: { x, y }, outline: { width, height } }) => ({ x, y, width, height }))
    const added = areas.at(-1)
    expect(added && areas.slice(0, -1).filter((area) => overlap(area, added))).toEqual([])
    end()
  })

  it('put a box around what is selected', () => {
    const { editor, press, focus, refused, end } = canvasOf(lesson('three-characters'))
    focus('h1')
    editor.select(['shape:h1', 'shape:c1'])
    press('b')
    press('Enter')
    expect(editor.shown.shapes.flatMap(({ id, box }) => (box === 'loop' ? [id] : []))).toEqual(['c1', 'h1'])
    expect(editor.tool).toBe('select')
    editor.select([])
    press('b')
    press('Enter')
    expect(refused).toEqual([expect.objectContaining({ code: 'box-empty' })])
    end()
  })

  it('leave Enter and arrows to what else has the focus', () => {
    const { editor, press, end } = canvasOf(parsed())
    const button = document.createElement('button')
    document.body.append(button)
    button.focus()
    press('c')
    press('Enter')
    press('ArrowRight', { altKey: true })
    expect(editor.shown.shapes).toEqual([])
    expect(document.activeElement).toBe(button)
    press('Escape')
    expect(editor.tool).toBe('select')
    end()
  })
})
