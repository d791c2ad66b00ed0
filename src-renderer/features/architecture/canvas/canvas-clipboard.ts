import { type CanvasView, isTyping, middleOfView } from './canvas-view'
import type { Point } from './geometry'
import { snapped } from './placing'

/** Copies and pastes as the document's own events ask for, which need no permission. */
export class CanvasClipboard {
  readonly #view: CanvasView
  readonly #pointer: () => Point | null

  /** @param pointer where it is while it is over the canvas. */
  constructor(view: CanvasView, pointer: () => Point | null) {
    this.#view = view
    this.#pointer = pointer
  }

  readonly copied = (event: ClipboardEvent): void => {
    if (!this.#isOurs()) return
    const { editor } = this.#view.canvas
    const text = event.type === 'cut' ? editor.cut() : editor.copy()
    if (text === null) return
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
  }

  readonly pasted = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (!this.#isOurs() || text === '') return
    event.preventDefault()
    const { canvas, toDiagram, refuse } = this.#view
    const pointer = this.#pointer()
    try {
      canvas.editor.paste(text, snapped(pointer ? toDiagram(pointer) : middleOfView(this.#view)))
    } catch (error) {
      refuse(error)
    }
  }

  /** Not while text is typed or chosen, or another pane has the focus. */
  #isOurs(): boolean {
    const active = document.activeElement
    if (isTyping(active) || document.getSelection()?.isCollapsed === false) return false
    return active === null || active === document.body || this.#view.root().contains(active)
  }
}
