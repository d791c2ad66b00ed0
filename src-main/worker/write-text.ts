import type { WrittenPlaces } from '../../src-core/contract/sampling'
import type { Vocabulary } from '../../src-core/corpus/vocabulary'
import { generate, type GenerateRequest } from '../../src-core/sampling/generate'
import type { Stepper } from '../../src-core/sampling/stepper'
import { writtenPlaces, type Place } from './places'
import type { TextCopies } from './text-copies'

/** Least time between two batches, in milliseconds. */
const INTERVAL = 50

/** What goes to whom. */
interface Writing {
  readonly vocabulary: Vocabulary
  /** Null where nobody asked what is copied. */
  readonly copies: TextCopies | null
  readonly send: (places: WrittenPlaces) => void
}

/**
 * Generates a text and sends it in batches; what is written is sent also where it cannot go on.
 * @returns how many tokens were written.
 * @throws UnrollError `not-finite`; Cancelled
 */
export async function writeText(
  stepper: Stepper,
  request: Omit<GenerateRequest, 'copies'>,
  { vocabulary, copies, send }: Writing,
): Promise<number> {
  const decoder = vocabulary.decoder()
  let batch: Place[] = []
  let written = 0
  let sentAt = -Infinity
  const flush = () => {
    if (batch.length === 0) return
    send(writtenPlaces(batch, batch[0].copied !== null))
    batch = []
    sentAt = performance.now()
  }
  try {
    for await (const { token, surprise, beforeCuts } of generate(stepper, request)) {
      const copied = copies?.advance(token) ?? null
      // A batch says of all its places what is copied, or of none.
      if (batch.length > 0 && (batch[0].copied === null) !== (copied === null)) flush()
      batch.push({
        text: decoder.write(token),
        token,
        likeliest: beforeCuts,
        surprise,
        copied,
      })
      written++
      if (performance.now() - sentAt >= INTERVAL) flush()
    }
  } finally {
    flush()
  }
  return written
}
