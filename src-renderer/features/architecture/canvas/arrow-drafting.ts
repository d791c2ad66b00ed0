import { shapeKey } from '../model/item-key'
import type { CanvasState } from './canvas-state.svelte'
import { distance, type Point } from './geometry'
import type { DrawnShape } from './picture'

/** Further than this, in pixels of the screen, a press has become a drag. */
const DRAGGED = 8

interface Around {
  readonly canvas: CanvasState
  readonly shape: (id: string) => DrawnShape | undefined
  readonly toDiagram: (client: Point) => Point
  readonly refuse: (error: unknown) => void
}

/**
 * Draws arrows: by dragging from shape to shape, by clicking the one and then the other, or by keyboard. Dragged
 * out of a shape and back, or clicked twice, it becomes a self-arrow.
 */
export class ArrowDrafting {
  #around: Around
  #pressedAt: Point | null = null
  #farthest = 0
  #byKeys = false

  constructor(around: Around) {
    this.#around = around
  }

  /** @param client where the pointer is; null by keyboard */
  begin(from: string, client: Point | null): void {
    const drawn = this.#around.shape(from)
    if (!drawn) return
    this.#pressedAt = client
    this.#byKeys = client === null
    this.#farthest = 0
    this.#around.canvas.draft = {
      from,
      start: { middle: drawn.middle, outline: drawn.outline },
      pointer: client ? this.#around.toDiagram(client) : drawn.middle,
      target: client ? null : from,
    }
  }

  /** Whether a press ends the arrow; one that is drawn by keyboard gives way to the pointer. */
  get takesPress(): boolean {
    return this.#around.canvas.draft !== null && !this.#byKeys
  }

  /** A pointer pressed on a shape, or on nothing, while an arrow is being drawn. */
  press(target: string | null): void {
    if (target === null) this.cancel()
    else this.finish(target)
  }

  move(client: Point, target: string | null): void {
    const { canvas, toDiagram } = this.#around
    if (!canvas.draft || this.#byKeys) return
    if (this.#pressedAt) this.#farthest = Math.max(this.#farthest, distance(client, this.#pressedAt))
    const own = target === canvas.draft.from && this.#pressedAt !== null && this.#farthest <= DRAGGED
    canvas.draft = { ...canvas.draft, pointer: toDiagram(client), target: own ? null : target }
  }

  /** The pointer let go. */
  release(target: string | null): void {
    const { canvas } = this.#around
    if (!canvas.draft || !this.#pressedAt) return
    const dragged = this.#farthest > DRAGGED
    this.#pressedAt = null
    if (!dragged) return
    if (target === null) this.cancel()
    else this.finish(target)
  }

  /** Where it points by keyboard. */
  aim(target: string): void {
    const { canvas, shape } = this.#around
    const drawn = shape(target)
    if (canvas.draft && drawn) canvas.draft = { ...canvas.draft, pointer: drawn.middle, target }
  }

  finish(target: string): void {
    const { canvas, refuse } = this.#around
    if (!canvas.draft) return
    const { from } = canvas.draft
    this.cancel()
    try {
      canvas.editor.addArrow(from, target)
    } catch (error) {
      canvas.editor.select([shapeKey(from)])
      refuse(error)
    }
  }

  cancel(): void {
    this.#pressedAt = null
    this.#around.canvas.draft = null
  }
}
