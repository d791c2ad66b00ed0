import type { ArrowDrafting } from './arrow-drafting'
import { type CanvasView, isTyping, keyIn, shapeUnder } from './canvas-view'
import type { Point } from './geometry'

/** What the pointer does besides dragging and choosing: it draws arrows and opens what is edited in place. */
export class CanvasPointer {
  readonly #view: CanvasView
  readonly #drafting: ArrowDrafting
  #last: Point | null = null

  constructor(view: CanvasView, drafting: ArrowDrafting) {
    this.#view = view
    this.#drafting = drafting
  }

  /** Where it is while it is over the canvas. */
  readonly inside = (): Point | null => (this.#view.root().matches(':hover') ? this.#last : null)

  readonly pressed = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.target instanceof Element)) return
    if (this.#drafting.takesPress) {
      this.#drafting.press(shapeUnder(this.#view, event))
      event.stopPropagation()
      return
    }
    const start = event.target.closest('[data-start]')?.getAttribute('data-start')
    const draws = this.#view.canvas.editor.tool === 'arrow'
    const from = start ?? (draws ? shapeUnder(this.#view, event) : null)
    if (from === null) return
    this.#drafting.begin(from, { x: event.clientX, y: event.clientY })
    event.stopPropagation()
  }

  readonly moved = (event: PointerEvent): void => {
    this.#last = { x: event.clientX, y: event.clientY }
    if (this.#view.canvas.draft) this.#drafting.move(this.#last, shapeUnder(this.#view, event))
  }

  readonly released = (event: PointerEvent): void => {
    if (this.#view.canvas.draft) this.#drafting.release(shapeUnder(this.#view, event))
  }

  readonly doubleClicked = (event: MouseEvent): void => {
    if (!(event.target instanceof Element) || isTyping(event.target)) return
    const id = event.target.closest('.svelte-flow__node')?.getAttribute('data-id')
    const key = keyIn(this.#view.picture(), id)
    if (key !== null) this.#view.canvas.editing = key
  }
}
