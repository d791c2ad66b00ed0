/**
 * An error that a person can act on. It travels as data between processes (`code`, `message`, `wayOut`);
 * anything that is not an `UnrollError` is a defect of the program and keeps its stack.
 */
export class UnrollError extends Error {
  override readonly name = 'UnrollError'

  /**
   * @param code kebab-case, stable: tests and programs match on it.
   * @param message one sentence: what is wrong, with the names and sizes.
   * @param wayOut one sentence: what the person can do about it.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly wayOut: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The words of any thrown value, for a message that names its cause. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
