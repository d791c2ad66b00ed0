import { z } from 'zod'
import { translateTokens } from '../../../src-core/corpus/translation'
import { Vocabulary } from '../../../src-core/corpus/vocabulary'
import { baselinesOf } from '../../../src-core/corpus/baselines'
import { evaluationData } from '../../../src-core/training/data'
import { UnrollError } from '../../../src-core/errors'
import { readTokens } from '../../store/corpora'
import { onInterrupt } from '../interrupts'
import { findCheckpoint, withTrained } from '../open-trained'
import { flag, readOptions } from '../options'
import { formatCount, formatLoss, formatTable, note, print, printJson } from '../output'
import { readCorpus } from '../read-corpus'

const optionsSchema = z.object({ corpus: z.array(z.string()), json: flag })

/** `unroll evaluate` */
export async function evaluateOn(runOrFile: string, rawOptions: Record<string, unknown>): Promise<void> {
  const { corpus: names, json } = readOptions(optionsSchema, rawOptions)
  const located = await findCheckpoint(runOrFile)
  const { plan, corpus: trainedOn } = located.checkpoint
  const stored = await readCorpus(names, { tokens: plan.tokens, fallback: trainedOn.fallback })
  await withTrained(located, 'batches', async (trained) => {
    const { network, vocabulary } = trained
    const { tokens, missing } = translateTokens(
      await readTokens(stored),
      new Vocabulary(stored.document.vocabulary),
      vocabulary,
    )
    if (missing.length > 0) {
      const listed = missing.map(({ label, count }) => `${JSON.stringify(label)} (${formatCount(count)})`)
      note(
        `The network does not know ${listed.slice(0, 10).join(', ')}${listed.length > 10 ? ` and ${listed.length - 10} more` : ''}; the text is read without.`,
      )
    }
    let interrupted = false
    const release = onInterrupt(
      () => (interrupted = true),
      () => process.exit(1),
    )
    const evaluation = await trained.evaluate(evaluationData(network.window, plan, tokens), () => interrupted)
    release()
    if (!evaluation)
      throw new UnrollError('cancelled', 'The evaluation was stopped.', 'Start it again when you like.')
    const { loss, outputs, examples } = evaluation
    const baselines = baselinesOf(tokens, vocabulary.size)
    // What a character costs: outputs of other weights tell the same of the same characters.
    const perToken = outputs.reduce((sum, output) => sum + output, 0) / outputs.length
    const figures = { nats: perToken, bits: perToken / Math.LN2, perplexity: Math.exp(perToken) }
    if (json) {
      printJson({ type: 'evaluation', loss, outputs, examples, ...figures, missing, baselines })
      return
    }
    const rows = [
      ['loss', formatLoss(loss)],
      ['outputs', outputs.map((output) => output.toFixed(3)).join(' ')],
      [
        'a token',
        `${formatLoss(figures.nats)} nats, ${figures.bits.toFixed(3)} bits, perplexity ${figures.perplexity.toFixed(2)}`,
      ],
      ['windows', formatCount(examples)],
      ['unigram', `${formatLoss(baselines.unigram)} nats`],
      [
        'bigram',
        baselines.bigram === null ? 'too many pairs to count' : `${formatLoss(baselines.bigram)} nats`,
      ],
    ]
    print(formatTable(rows))
  })
}
