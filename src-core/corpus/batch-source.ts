/**
 * Where batches come from. A source has no state of its own: what batch `batch` of epoch `epoch` holds is a
 * function of the two (both counted from 0), so a resumed run goes on where it stopped. Letters: B rows, L tokens a row.
 */
export interface BatchSource {
  /** L */
  readonly tokensNeeded: number
  /** B */
  readonly rows: number
  /** Batches in an epoch. */
  readonly batches: number
  /** Windows that an epoch draws from; in shuffled order each epoch leaves out others where they fill no batch. */
  readonly examples: number
  /**
   * @param into [L, B] receives token indices, time-major: row 0 is the first token of every window.
   * @returns how many rows hold a window, the first ones; the others are padding. Fewer than B only in the
   *   last batches of a source that pads them.
   */
  fillTokens(into: Int32Array, epoch: number, batch: number): number
  /** @param into [B] receives 1 for the rows whose carried state starts anew before this batch, else 0. */
  fillFresh(into: Uint8Array, epoch: number, batch: number): void
}
