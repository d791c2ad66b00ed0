import { UnrollError } from '../errors'
import { permutation } from '../random/permutation'
import type { BatchSource } from './batch-source'
import type { TokenArray } from './token-array'

/**
 * In which order an epoch goes through the windows of a corpus.
 * - `windows`: shuffled anew each epoch; nothing is carried from one batch to the next.
 * - `lanes`: the windows are cut into B contiguous lanes, and row k of a batch continues row k of the batch
 *   before. This is what carried state needs.
 * - `file`: as they stand in the file, B at a time. Row k does not continue row k; the lesson's stateful run
 *   carries state in this order all the same, so here too state lasts for the epoch.
 */
export const windowOrders = ['windows', 'lanes', 'file'] as const
export type WindowOrder = (typeof windowOrders)[number]

export interface WindowOptions {
  readonly order: WindowOrder
  /** n: characters that the network reads in a window. */
  readonly window: number
  /** L: tokens that a window spans up to the last one predicted, usually n + 1. */
  readonly tokensNeeded: number
  /** Tokens from the start of a window to the start of the next; n where absent. */
  readonly stride?: number
  /** B */
  readonly rows: number
  /** How many windows at the end are left out; the lesson's own loops drop two or three. */
  readonly leaveOut?: number
  /** Keys the shuffling. */
  readonly seed?: number
  /** What becomes of windows that fill no whole batch: not used (training), or padded with empty rows (evaluation). */
  readonly lastBatch?: 'drop' | 'pad'
}

/**
 * How many windows a corpus has: they start at 0, s, 2s, … as long as L tokens are left, less those left out.
 * Several files are one corpus, the one after the other, and a window may reach from a file into the next.
 */
export function countWindows(length: number, tokensNeeded: number, stride: number, leaveOut = 0): number {
  if (length < tokensNeeded) return 0
  return Math.max(0, Math.floor((length - tokensNeeded) / stride) + 1 - leaveOut)
}

/**
 * Windows of a corpus as batches.
 * @throws UnrollError `corpus-too-short`, `batch-too-large`, `lanes-with-gaps`, `bad-window`.
 */
export function windowSource(tokens: TokenArray, options: WindowOptions): BatchSource {
  const { order, window, tokensNeeded, stride = window, rows, leaveOut = 0, seed = 0 } = options
  const padded = options.lastBatch === 'pad'
  checkOptions(options, stride)
  const examples = countWindows(tokens.length, tokensNeeded, stride, leaveOut)
  checkCorpus(tokens.length, examples, options)
  const batches = padded ? Math.ceil(examples / rows) : Math.floor(examples / rows)

  let shuffledEpoch = -1
  let shuffle = (index: number) => index

  /** The window that stands in a row of a batch; `examples` or more where there is none. */
  function windowAt(batch: number, row: number): number {
    if (order === 'lanes') return row * batches + batch
    const place = batch * rows + row
    return order === 'file' || place >= examples ? place : shuffle(place)
  }

  return {
    tokensNeeded,
    rows,
    batches,
    examples: padded || order === 'windows' ? examples : batches * rows,
    fillTokens(into, epoch, batch) {
      checkPlace(epoch, batch, batches)
      if (order === 'windows' && epoch !== shuffledEpoch) {
        shuffle = permutation(examples, seed, 'windows', epoch)
        shuffledEpoch = epoch
      }
      let filled = 0
      for (let row = 0; row < rows; row++) {
        const index = windowAt(batch, row)
        if (index < examples) filled++
        const start = index * stride
        for (let step = 0; step < tokensNeeded; step++) {
          into[step * rows + row] = index < examples ? tokens[start + step] : 0
        }
      }
      return filled
    },
    fillFresh(into, _epoch, batch) {
      into.fill(order === 'windows' || batch === 0 ? 1 : 0)
    },
  }
}

function checkOptions(
  { order, window, tokensNeeded, rows, leaveOut = 0 }: WindowOptions,
  stride: number,
): void {
  checkWhole('window', window, 1)
  checkWhole('number of tokens needed', tokensNeeded, 1)
  checkWhole('stride', stride, 1)
  checkWhole('batch', rows, 1)
  checkWhole('number of windows left out', leaveOut, 0)
  if (order === 'lanes' && stride !== window) {
    throw new UnrollError(
      'lanes-with-gaps',
      `Lanes with a stride of ${stride} do not continue after a window of ${window}.`,
      `Use the stride ${window}, or the order "windows".`,
    )
  }
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new UnrollError('bad-window', `The ${name} is ${value}.`, `Give a whole number of at least ${least}.`)
}

function checkCorpus(length: number, examples: number, options: WindowOptions): void {
  const { tokensNeeded, rows, leaveOut = 0, lastBatch = 'drop' } = options
  if (examples === 0) {
    throw new UnrollError(
      'corpus-too-short',
      `The text has ${length} tokens and a window needs ${tokensNeeded}${leaveOut > 0 ? `, with ${leaveOut} windows left out` : ''}.`,
      'Give a longer text, hold less of it out for validation, or use an architecture with a shorter window.',
    )
  }
  if (lastBatch === 'drop' && examples < rows) {
    throw new UnrollError(
      'batch-too-large',
      `The text of ${length} tokens gives ${examples} windows and a batch takes ${rows}.`,
      `Use a batch of at most ${examples}, or a longer text.`,
    )
  }
}

function checkPlace(epoch: number, batch: number, batches: number): void {
  if (Number.isInteger(epoch) && epoch >= 0 && Number.isInteger(batch) && batch >= 0 && batch < batches)
    return
  throw new RangeError(`there is no batch ${batch} of ${batches} in epoch ${epoch}`)
}
