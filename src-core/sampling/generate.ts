import type { CopyMatcher } from './copy-matcher'
import type { Choice, Sampler } from './sampler'
import type { Stepper } from './stepper'

export interface GenerateRequest {
  /** What the text begins with, as tokens; of any length. */
  readonly prime: ArrayLike<number>
  /** How many tokens to generate. */
  readonly length: number
  readonly sampler: Sampler
  /** Where given, each token says how long a run ending at it also stands in the corpus. */
  readonly copies?: CopyMatcher
  /** An AbortSignal. */
  readonly signal?: { readonly aborted: boolean }
}

export interface GeneratedToken extends Choice {
  /** Places of padding in the context that this token was chosen from. */
  readonly padding: number
  /** Length of the longest run ending here, prime included, that stands in the corpus; null where not asked for. */
  readonly copied: number | null
}

/** Generates a text token by token; ends early, without an error, when the signal is aborted. */
export async function* generate(
  stepper: Stepper,
  { prime, length, sampler, copies, signal }: GenerateRequest,
): AsyncGenerator<GeneratedToken, void, void> {
  stepper.reset()
  copies?.reset()
  for (let at = 0; at < prime.length; at++) {
    sampler.observe(prime[at])
    copies?.advance(prime[at])
  }
  let unread = prime
  for (let count = 0; count < length && signal?.aborted !== true; count++) {
    const logits = await stepper.feed(unread)
    // Spelled out: to spread the choice into the object takes two microseconds of seven.
    const { token, surprise, beforeCuts, afterCuts } = sampler.choose(logits)
    sampler.observe(token)
    unread = [token]
    const copied = copies ? copies.advance(token) : null
    yield { token, surprise, beforeCuts, afterCuts, padding: stepper.padding, copied }
  }
}
