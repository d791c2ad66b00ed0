import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { TokenArray } from '../../../src-core/corpus/token-array'
import { Random } from '../../../src-core/random/random'
import { CopyMatcher } from '../../../src-core/sampling/copy-matcher'
import { generate } from '../../../src-core/sampling/generate'
import { Sampler } from '../../../src-core/sampling/sampler'
import { defaultSamplerOptions, type SamplerOptions } from '../../../src-core/sampling/sampler-options'
import { SuffixTree } from '../../../src-core/sampling/suffix-tree'
import { openRunCorpus } from '../../host/run-corpus'
import type { LocatedCheckpoint, TrainedNetwork } from '../../host/trained-network'
import { readTokens } from '../../store/corpora'
import { readRun } from '../../store/run-folder'
import { onInterrupt } from '../interrupts'
import { findCheckpoint, withTrained } from '../open-trained'
import { flag, numberText, readOptions, wholeText } from '../options'
import { JsonSample } from '../sample-as-json'
import { TextSample } from '../sample-as-text'

const optionsSchema = z.object({
  prime: z.string().optional(),
  length: wholeText(1).default(400),
  temperature: numberText.optional(),
  topK: wholeText(1).optional(),
  topP: numberText.optional(),
  minP: numberText.optional(),
  repetitionPenalty: numberText.optional(),
  seed: wholeText(0).optional(),
  novelty: flag,
  json: flag,
})

/** Tokens of the corpus that a text begins with where no prime is given. */
const BEGINNING = 20

type Options = z.output<typeof optionsSchema>

/** `unroll sample` */
export async function sample(runOrFile: string, rawOptions: Record<string, unknown>): Promise<void> {
  const options = readOptions(optionsSchema, rawOptions)
  const located = await findCheckpoint(runOrFile)
  const { checkpoint } = located
  const seed = options.seed ?? randomInt(2 ** 32)
  const sampler = new Sampler(
    samplerOptions(options),
    checkpoint.vocabulary.tokens.length + 1,
    Random.from(seed, 'sample'),
  )
  const corpus = () => corpusOf(located)
  await withTrained(located, 'stepping', async (trained) => {
    const { vocabulary } = trained
    const text = options.prime ?? checkpoint.plan.samples.prime
    const { indices, missing } =
      text === null ? { indices: await beginning(corpus, trained), missing: [] } : vocabulary.encode(text)
    const copies = options.novelty ? new CopyMatcher(SuffixTree.of(await corpus())) : undefined
    const stepper = await trained.stepper()
    const writer = options.json ? new JsonSample(vocabulary) : new TextSample(vocabulary)
    writer.begin({ prime: indices, missing, seed })
    const stopping = new AbortController()
    const release = onInterrupt(
      () => stopping.abort(),
      () => process.exit(1),
    )
    const { signal } = stopping
    for await (const token of generate(stepper, {
      prime: indices,
      length: options.length,
      sampler,
      copies,
      signal,
    })) {
      writer.token(token, copies?.position ?? null)
    }
    release()
    writer.end()
  })
}

function samplerOptions({ temperature, topK, topP, minP, repetitionPenalty }: Options): SamplerOptions {
  const { temperature: usual, repetitionPenalty: none, repetitionWindow } = defaultSamplerOptions
  return {
    temperature: temperature ?? usual,
    repetitionPenalty: repetitionPenalty ?? none,
    repetitionWindow,
    topK,
    topP,
    minP,
  }
}

async function corpusOf({ checkpoint, run }: LocatedCheckpoint): Promise<TokenArray> {
  const encoded = run === null ? null : (await readRun(run)).encodedCorpus
  return readTokens(await openRunCorpus(checkpoint.corpus, encoded))
}

/** The corpus's own beginning, as long as the network reads; nothing where the corpus is gone. */
async function beginning(
  corpus: () => Promise<TokenArray>,
  { network }: TrainedNetwork,
): Promise<ArrayLike<number> & Iterable<number>> {
  const tokens = await corpus().catch(() => new Uint8Array(0))
  return tokens.subarray(0, Math.max(network.window.length, BEGINNING))
}
