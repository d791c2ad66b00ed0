/** Reads reactive values that a computation needs to hear of, though it takes what they stand for from elsewhere. */
export function dependOn(...values: readonly unknown[]): number {
  return values.length
}
