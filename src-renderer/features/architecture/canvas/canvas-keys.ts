import type { Tool } from '../model/editor.svelte'
import { arrowKey, type ItemKey, itemOf, shapeKey } from '../model/item-key'
import type { ArrowDrafting } from './arrow-drafting'
import type { CanvasState } from './canvas-state.svelte'
import { directionOf, nearestTowards } from './neighbours'
import type { Picture } from './picture'
import { GRID } from './placing'

const toolKeys: Readonly<Record<string, Tool>> = {
  v: 'select',
  r: 'rectangle',
  c: 'circle',
  t: 'triangle',
  b: 'box',
  a: 'arrow',
}

interface Around {
  readonly canvas: CanvasState
  readonly drafting: ArrowDrafting
  readonly picture: () => Picture
  /** The item of the focused node, if one is. */
  readonly focused: () => ItemKey | null
  readonly focus: (key: ItemKey) => void
  /** Puts a new shape into the middle of what is seen. */
  readonly place: (kind: 'rectangle' | 'circle' | 'triangle') => void
  readonly zoom: (factor: number) => void
}

/** @returns whether the key was the canvas's; then nobody else hears it. */
export function canvasKey(event: KeyboardEvent, around: Around): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const { canvas, drafting } = around
  const { editor } = canvas
  const key = around.focused()
  const item = key === null ? null : itemOf(key)
  const direction = directionOf(event.key)
  if (direction) {
    if (canvas.draft) {
      const shapes = around.picture().shapes
      const now = canvas.draft.target ?? canvas.draft.from
      const from = shapes.find(({ shape }) => shape.id === now)
      const next = from && nearestTowards(from.middle, direction, shapes)
      if (next) around.focus(shapeKey(next.shape.id))
      return true
    }
    if (editor.selection.size === 0) return false
    const step = event.shiftKey ? 8 * GRID : 2 * GRID
    editor.move(editor.selection, { x: direction.x * step, y: direction.y * step }, 'move by keys')
    return true
  }
  switch (event.key) {
    case 'Enter':
      if (canvas.draft) drafting.finish(canvas.draft.target ?? canvas.draft.from)
      else if (editor.tool === 'rectangle' || editor.tool === 'circle' || editor.tool === 'triangle')
        around.place(editor.tool)
      else if (editor.tool === 'box' && editor.selection.size > 0) return false
      else if (key !== null && item?.kind !== 'arrow') canvas.editing = key
      else return false
      return true
    case 'Escape':
      return backOut(around)
    case 'Delete':
    case 'Backspace':
      if (editor.selection.size === 0) return false
      editor.remove()
      return true
    case 'e':
      if (item?.kind !== 'shape') return false
      return selectNextArrow(around, item.id)
    case '+':
    case '=':
      around.zoom(1.25)
      return true
    case '-':
      around.zoom(0.8)
      return true
    default:
      return false
  }
}

/** Chooses a tool; with a shape focused the arrow begins there. */
export function toolKey(event: KeyboardEvent, around: Around): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false
  if (!Object.hasOwn(toolKeys, event.key)) return false
  const { canvas, drafting } = around
  canvas.editor.tool = toolKeys[event.key]
  drafting.cancel()
  const key = around.focused()
  const item = key === null ? null : itemOf(key)
  const byKeyboard = document.activeElement?.matches(':focus-visible') === true
  if (canvas.editor.tool === 'arrow' && item?.kind === 'shape' && byKeyboard) drafting.begin(item.id, null)
  return true
}

function backOut({ canvas, drafting }: Around): boolean {
  const { editor } = canvas
  if (canvas.draft) drafting.cancel()
  else if (editor.tool !== 'select') editor.tool = 'select'
  else if (editor.selection.size > 0) editor.select([])
  else return false
  return true
}

/** The arrows of a shape one after another, so that they are reached without a pointer. */
function selectNextArrow({ canvas }: Around, shape: string): boolean {
  const { editor } = canvas
  const keys = editor.shown.arrows
    .filter(({ from, to }) => from === shape || to === shape)
    .map(({ id }) => arrowKey(id))
  if (keys.length === 0) return false
  const now = keys.findIndex((key) => editor.selection.has(key))
  editor.select([keys[(now + 1) % keys.length]])
  return true
}
