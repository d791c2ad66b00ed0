import { z } from 'zod'
import type { Workspace, WorkspacePart } from '../state/workspace.svelte'

const sizes = z.array(z.number().min(0).max(100))

const layoutSchema = z.object({
  /** Left, middle, right, in percent of the window. */
  across: sizes.length(3),
  /** Architecture, run, in percent of the middle. */
  down: sizes.length(2),
  left: z.boolean(),
  right: z.boolean(),
  run: z.boolean(),
  tab: z.enum(['generate', 'inspect', 'corpus']),
})
type Layout = z.output<typeof layoutSchema>

const initial: Layout = {
  across: [18, 53, 29],
  down: [60, 40],
  left: true,
  right: true,
  run: true,
  tab: 'generate',
}

type Side = 'left' | 'right' | 'run'

/** How the window is divided, which panes are folded, and which tab is open. */
export class LayoutState {
  readonly #part: WorkspacePart<Layout>

  constructor(workspace: Workspace) {
    this.#part = workspace.part('layout', layoutSchema, initial)
  }

  get current(): Layout {
    return this.#part.value
  }

  change(change: Partial<Layout>): void {
    this.#part.value = { ...this.#part.value, ...change }
  }

  toggle(side: Side): void {
    this.change({ [side]: !this.current[side] })
  }

  /** Opens a tab, and the pane that it is in. */
  show(tab: Layout['tab']): void {
    this.change({ tab, right: true })
  }
}
