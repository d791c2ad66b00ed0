import { createContext } from 'svelte'
import type { ItemKey } from '../model/item-key'
import type { ArchitectureEditor } from '../model/editor.svelte'
import type { End } from './route'
import type { Point } from './geometry'

/** What the chart knows of a triangle. */
export interface OutputMark {
  /** Counted from 0, as the run's lines are. */
  readonly output: number
  /** Of the last step, as it is written. */
  readonly loss: string
  /** `#rrggbb` of its line, readable as text in light and in dark. */
  readonly light: string
  readonly dark: string
}

/** What the window lights everywhere at once. */
export interface Highlight {
  output: number | null
  color: string | null
}

/** An arrow that is being drawn. */
export interface Draft {
  readonly from: string
  readonly start: End
  /** Where it points; null while it is drawn by keyboard and points at its own shape. */
  readonly pointer: Point
  /** The shape that it would enter. */
  readonly target: string | null
}

interface Given {
  readonly editor: () => ArchitectureEditor
  readonly highlight: () => Highlight
  readonly outputs: () => ReadonlyMap<string, OutputMark>
}

/** What is going on in the canvas besides the document. */
export class CanvasState {
  /** What the pointer is on. */
  hovered: ItemKey | null = $state(null)
  /** What is edited in place. */
  editing: ItemKey | null = $state(null)
  draft: Draft | null = $state.raw(null)
  #given: Given

  constructor(given: Given) {
    this.#given = given
  }

  get editor(): ArchitectureEditor {
    return this.#given.editor()
  }

  get highlight(): Highlight {
    return this.#given.highlight()
  }

  get outputs(): ReadonlyMap<string, OutputMark> {
    return this.#given.outputs()
  }
}

export const [canvasState, provideCanvasState] = createContext<CanvasState>()
