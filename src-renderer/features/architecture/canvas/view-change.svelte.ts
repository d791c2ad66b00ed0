import type { CanvasView } from './canvas-view'
import type { DiagramNode } from './flow'
import type { Picture } from './picture'
import { canMove, nodesBetween, play } from './view-motion'

interface Given extends CanvasView {
  /** Draws the nodes on their way, with the arrows of the picture where they go. */
  readonly draw: (nodes: DiagramNode[], columns: Picture) => void
  /** Brings the new view into sight. @param duration in milliseconds */
  readonly show: (duration: number) => void
}

/** The change between rolled and unrolled, shown as a motion. */
export class ViewChange {
  /** Whether the columns are on their way. */
  moving = $state(false)
  readonly #given: Given
  #stop: (() => void) | null = null

  constructor(given: Given) {
    this.#given = given
  }

  toggle(): void {
    const { canvas, picture, refuse, draw, show } = this.#given
    const { editor } = canvas
    const rolledFirst = editor.view === 'rolled'
    const before = { document: editor.shown, picture: picture() }
    this.finish()
    try {
      editor.toggleView()
    } catch (error) {
      refuse(error)
      return
    }
    canvas.hovered = null
    canvas.highlight.color = null
    const after = { document: editor.shown, picture: picture() }
    const [rolled, unrolled] = rolledFirst ? [before, after] : [after, before]
    if (!canMove(unrolled.picture)) {
      show(0)
      return
    }
    this.moving = true
    const between = nodesBetween({
      rolled: rolled.document,
      unrolled: unrolled.document,
      rolledPicture: rolled.picture,
      unrolledPicture: unrolled.picture,
    })
    const drawPart = (part: number) => draw(between(rolledFirst ? part : 1 - part), unrolled.picture)
    drawPart(0)
    this.#stop = play(drawPart, () => this.finish())
    show(250)
  }

  finish(): void {
    this.#stop?.()
    this.#stop = null
    this.moving = false
  }
}
