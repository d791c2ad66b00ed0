import { z } from 'zod'
import { UnrollError } from '../../../src-core/errors'
import { predict } from '../../../src-core/sampling/predict'
import { findCheckpoint, withTrained } from '../open-trained'
import { flag, readOptions } from '../options'
import { formatTable, noteMissing, print, printJson } from '../output'

const optionsSchema = z.object({ text: z.string(), json: flag })

/** Of the likeliest, how many a line shows. */
const SHOWN = 3

/** `unroll predict` */
export async function predictText(runOrFile: string, rawOptions: Record<string, unknown>): Promise<void> {
  const { text, json } = readOptions(optionsSchema, rawOptions)
  await withTrained(await findCheckpoint(runOrFile), 'stepping', async (trained) => {
    const { vocabulary } = trained
    const { indices, missing } = vocabulary.encode(text)
    noteMissing(missing)
    if (indices.length === 0) {
      throw new UnrollError(
        'nothing-to-read',
        'The text has nothing that the network knows.',
        'Give text that is made of what stands in its corpus.',
      )
    }
    const stepper = await trained.stepper()
    const rows = [['after', 'expects', 'surprise of the next, in nats']]
    let at = 0
    for await (const { likeliest, surprise } of predict(stepper, indices)) {
      const after = vocabulary.label(indices[at++])
      const [{ token, probability }] = likeliest
      const expects = vocabulary.label(token)
      if (json) printJson({ type: 'prediction', after, expects, probability })
      else {
        const others = likeliest
          .slice(0, SHOWN)
          .map((likely) => `${JSON.stringify(vocabulary.label(likely.token))} ${percent(likely.probability)}`)
        rows.push([
          JSON.stringify(after),
          others.join('  '),
          '',
          surprise === null ? '' : surprise.toFixed(3),
        ])
      }
    }
    if (!json) print(formatTable(rows))
  })
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`
}
