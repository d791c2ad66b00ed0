import { itemOf } from '../model/item-key'
import { type Around, canvasKey, toolKey } from './canvas-keys'
import { isTyping, keyIn } from './canvas-view'

/** Hears the canvas's keys, and from anywhere in the window those that choose and use its tools. */
export class CanvasKeyboard {
  readonly #around: Around
  readonly #isBusy: () => boolean

  /** @param isBusy while nothing can be done, as the view changes. */
  constructor(around: Around, isBusy: () => boolean) {
    this.#around = around
    this.#isBusy = isBusy
  }

  readonly down = (event: KeyboardEvent): void => {
    if (isTyping(event.target) || this.#isBusy()) return
    if (!canvasKey(event, this.#around)) return
    event.preventDefault()
    event.stopPropagation()
  }

  readonly inWindow = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event.target)) return
    if (toolKey(event, this.#around)) event.preventDefault()
    else if (this.#reachesCanvas(event)) this.down(event)
  }

  /** What the keyboard came to is chosen, or where an arrow is drawn, aimed at. */
  readonly focused = (event: FocusEvent): void => {
    const { target } = event
    if (!(target instanceof HTMLElement) || !target.matches('.svelte-flow__node')) return
    const { canvas, drafting, picture } = this.#around
    const key = keyIn(picture(), target.dataset['id'])
    if (key === null) return
    if (canvas.draft && itemOf(key).kind === 'shape') drafting.aim(itemOf(key).id)
    else if (target.matches(':focus-visible') && !canvas.editor.selection.has(key))
      canvas.editor.select([key])
  }

  /** A tool that was chosen is used with Enter and left by Esc also while nothing has the focus. */
  #reachesCanvas(event: KeyboardEvent): boolean {
    const { draft, editor } = this.#around.canvas
    const using = draft !== null || editor.tool !== 'select'
    const elsewhere = document.activeElement
    const nothing = elsewhere === null || elsewhere === document.body
    if (event.key === 'Escape') return using
    if (event.key === 'Enter') return using && nothing
    return event.altKey && event.key.startsWith('Arrow') && nothing
  }
}
