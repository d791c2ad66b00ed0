/** What the window is about. */
export class Selection {
  corpus: string | null = $state(null)
  architecture: string | null = $state(null)
  run: string | null = $state(null)
  /** Runs that are drawn beside the selected one. */
  compared: readonly string[] = $state.raw([])
}

/** What is pointed at, lit up wherever it is shown. */
export class Highlight {
  /** One of K, counted from 0. */
  output: number | null = $state(null)
  /** A colour of the document, by its id. */
  color: string | null = $state(null)
  /** A step of the run, counted from 1. */
  step: number | null = $state(null)
}
