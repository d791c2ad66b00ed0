import type { Tool } from '../model/editor.svelte'
import { arrowKey, itemOf, shapeKey } from '../model/item-key'
import type { ArrowDrafting } from './arrow-drafting'
import { type CanvasView, focusedKey, focusNode } from './canvas-view'
import type { Point } from './geometry'
import { directionOf, nearestTowards } from './neighbours'
import { boxAround, GRID } from './placing'

const toolKeys: Readonly<Record<string, Tool>> = {
  v: 'select',
  r: 'rectangle',
  c: 'circle',
  t: 'triangle',
  b: 'box',
  a: 'arrow',
}

export interface Around extends CanvasView {
  readonly drafting: ArrowDrafting
  /** Puts a new shape beside what is selected, or into the middle of what is seen. */
  readonly place: (kind: 'rectangle' | 'circle' | 'triangle') => void
  readonly zoom: (factor: number) => void
}

/** @returns whether the key was the canvas's; then nobody else hears it. */
export function canvasKey(event: KeyboardEvent, around: Around): boolean {
  if (event.ctrlKey || event.metaKey) return false
  const { canvas, drafting } = around
  const { editor } = canvas
  const key = focusedKey(around)
  const item = key === null ? null : itemOf(key)
  const direction = directionOf(event.key)
  if (direction) {
    if (canvas.draft) {
      go(around, canvas.draft.target ?? canvas.draft.from, direction, false)
      return true
    }
    if (event.altKey) {
      const from = item?.kind === 'shape' ? item.id : null
      return go(around, from, direction, event.shiftKey)
    }
    if (editor.selection.size === 0) return false
    const step = event.shiftKey ? 8 * GRID : 2 * GRID
    editor.move(editor.selection, { x: direction.x * step, y: direction.y * step }, 'move by keys')
    return true
  }
  if (event.altKey) return false
  switch (event.key) {
    case 'Enter':
      if (canvas.draft) drafting.finish(canvas.draft.target ?? canvas.draft.from)
      else if (editor.tool === 'rectangle' || editor.tool === 'circle' || editor.tool === 'triangle')
        around.place(editor.tool)
      else if (editor.tool === 'box') boxAround(around, editor.selection)
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
  const key = focusedKey(around)
  const item = key === null ? null : itemOf(key)
  const byKeyboard = document.activeElement?.matches(':focus-visible') === true
  if (canvas.editor.tool === 'arrow' && item?.kind === 'shape' && byKeyboard) drafting.begin(item.id, null)
  return true
}

/**
 * Goes to the nearest shape in a direction, or with none to go from to the first.
 * @param more whether it is added to what is selected
 */
function go(around: Around, from: string | null, direction: Point, more: boolean): boolean {
  const { shapes } = around.picture()
  const { editor, draft } = around.canvas
  const here = shapes.find(({ shape }) => shape.id === from)
  const next = here ? nearestTowards(here.middle, direction, shapes) : shapes.at(0)
  if (!next) return here !== undefined
  const key = shapeKey(next.shape.id)
  if (!draft) editor.select(more && here ? [shapeKey(here.shape.id), key] : [key], more ? 'add' : 'replace')
  focusNode(around, key)
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
