import { describe, expect, it } from 'vitest'
import { haveLessonData } from '../fixtures/lesson-data'
import { expectNear, lessonFigures, trainLesson, type LessonEpoch } from '../fixtures/lesson-run'
import { Workplace } from '../main/cli/unroll'

/** The lesson's networks trained as long as the lesson trained them, by the command. About ten minutes. */
describe.skipIf(!haveLessonData)('the lesson', () => {
  const place = new Workplace()
  const report = (name: string, epochs: readonly LessonEpoch[]) => {
    console.log(`${name}: ${epochs.map(({ loss }) => loss.toFixed(4)).join(' ')}`)
  }
  const train = async (name: string, epochs: number, options: readonly string[] = []) => {
    const out = ['--epochs', String(epochs), '--out', [name, ...options].join('').replaceAll('--', '-')]
    const lines = await trainLesson(place, name, [...options, ...out])
    report([name, ...options].join(' '), lines)
    expect(lines).toHaveLength(epochs)
    return lines
  }

  it('simple-rnn: at most 1.67 after 8 epochs', async () => {
    const epochs = await train('simple-rnn', 8)
    expect(epochs[7].loss).toBeLessThanOrEqual(1.67)
  })

  it('eight-characters: at most 1.84 after 12 epochs', async () => {
    const epochs = await train('eight-characters', 12)
    expect(epochs[11].loss).toBeLessThanOrEqual(1.84)
  })

  it('sequence-eight-outputs: the sum and each output within 3 % of each epoch', async () => {
    const { totalByEpoch, outputsByEpoch } = lessonFigures()['sequence-eight-outputs']
    const epochs = await train('sequence-eight-outputs', totalByEpoch.length)
    epochs.forEach(({ epoch, loss, outputs }, i) => {
      console.log(`  ${outputs.map((each) => each.toFixed(4)).join(' ')}`)
      expectNear(loss, totalByEpoch[i], `the sum of epoch ${epoch}`)
      outputs.forEach((each, k) =>
        expectNear(each, outputsByEpoch[i][k], `output ${k + 1} of epoch ${epoch}`),
      )
      outputs.slice(1).forEach((later) => expect(later).toBeLessThan(outputs[0]))
    })
  })

  it('stateful-lstm in file order: within 3 % of its four epochs', async () => {
    const { lossByEpoch } = lessonFigures()['stateful-lstm']
    const epochs = await train('stateful-lstm', lossByEpoch.length, ['--order', 'file'])
    epochs.forEach(({ epoch, loss }, i) => expectNear(loss, lossByEpoch[i], `epoch ${epoch}`))
  })

  it('stateful-lstm in lanes: at most 1.50 after the same four epochs', async () => {
    const epochs = await train('stateful-lstm', 4, ['--order', 'lanes'])
    expect(epochs[3].loss).toBeLessThanOrEqual(1.5)
  })
})
