import { checkArchitecture } from '../../../../src-core/architecture/check'
import { readDiagram } from '../../../../src-core/architecture/diagram'
import type { Problem } from '../../../../src-core/architecture/problem'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { type Size, widthOf } from '../../../../src-core/architecture/sizes'
import { huesOf } from './hues'
import type { ItemKey } from './item-key'
import { legendOf } from './legend'
import { problemsByKey } from './selection'

/** What is known of a document while it is edited: its problems, sizes and weights. */
export class DiagramReading {
  /** The vocabulary's size with the padding's index; `V` while no corpus is chosen. */
  vocabulary: Size = $state('V')

  readonly #document: () => Architecture
  // Parts that keep their identity while shapes are only moved, so that what follows is not worked out again.
  #shapes = $derived.by(() => this.#document().shapes)
  #arrows = $derived.by(() => this.#document().arrows)
  #boxes = $derived.by(() => this.#document().boxes)
  #colors = $derived.by(() => this.#document().colors)
  #diagram = $derived(
    readDiagram({
      ...emptyDocument,
      shapes: this.#shapes,
      arrows: this.#arrows,
      boxes: this.#boxes,
      colors: this.#colors,
    }),
  )
  #problems = $derived(checkArchitecture(this.#diagram.document, this.vocabulary))
  #legend = $derived(legendOf(this.#diagram, this.vocabulary))
  #hues = $derived(huesOf({ colors: this.#colors }))
  #problemsByKey = $derived(problemsByKey(this.#problems))

  /** @param document as it is shown, whenever it is asked for. */
  constructor(document: () => Architecture) {
    this.#document = document
  }

  get colors() {
    return this.#colors
  }

  get problems(): readonly Problem[] {
    return this.#problems
  }

  problemsOf(key: ItemKey): readonly Problem[] {
    return this.#problemsByKey.get(key) ?? []
  }

  get legend() {
    return this.#legend
  }

  get hues() {
    return this.#hues
  }

  widthOf(shape: string): Size | null {
    const found = this.#diagram.shapes.get(shape)
    return found ? widthOf(this.#diagram, found, this.vocabulary) : null
  }
}

const emptyDocument: Architecture = {
  format: 'unroll/architecture',
  version: 1,
  name: 'untitled',
  description: '',
  colors: [],
  shapes: [],
  arrows: [],
  boxes: [],
  layout: {},
}
