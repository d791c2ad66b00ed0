import type { BatchSource } from './batch-source'

/**
 * Draws every batch from several sources: rows of the first, then rows of the second, and so on (44 of
 * training, 4 of validation, 16 pseudo-labelled). An epoch is one of the first source; the others go through
 * their own epochs beside it, as many as it takes. No source may pad its last batch.
 */
export function mixSources(sources: readonly [BatchSource, ...BatchSource[]]): BatchSource {
  const [main] = sources
  const { tokensNeeded, batches } = main
  const rows = sources.reduce((sum, source) => sum + source.rows, 0)
  const odd = sources.find((source) => source.tokensNeeded !== tokensNeeded)
  if (odd) throw new RangeError(`a mix of windows of ${tokensNeeded} and of ${odd.tokensNeeded} tokens`)

  const parts = sources.map((source, at) => ({
    source,
    firstRow: sources.slice(0, at).reduce((sum, before) => sum + before.rows, 0),
    tokens: new Int32Array(tokensNeeded * source.rows),
    fresh: new Uint8Array(source.rows),
  }))

  /** Where a source stands when the first one is at (epoch, batch). */
  function placeIn(source: BatchSource, epoch: number, batch: number): [epoch: number, batch: number] {
    const done = epoch * batches + batch
    return [Math.floor(done / source.batches), done % source.batches]
  }

  return {
    tokensNeeded,
    rows,
    batches,
    examples: batches * rows,
    fillTokens(into, epoch, batch) {
      for (const { source, firstRow, tokens } of parts) {
        source.fillTokens(tokens, ...placeIn(source, epoch, batch))
        for (let step = 0; step < tokensNeeded; step++) {
          into.set(tokens.subarray(step * source.rows, (step + 1) * source.rows), step * rows + firstRow)
        }
      }
      return rows
    },
    fillFresh(into, epoch, batch) {
      for (const { source, firstRow, fresh } of parts) {
        source.fillFresh(fresh, ...placeIn(source, epoch, batch))
        into.set(fresh, firstRow)
      }
    },
  }
}
