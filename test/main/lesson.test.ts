import { describe, expect, it } from 'vitest'
import { haveLessonData } from '../fixtures/lesson-data'
import { expectNear, lessonFigures, trainLesson } from '../fixtures/lesson-run'
import { Workplace } from './cli/unroll'

/** The shortened form of `npm run test:lesson`: the first epoch of what is quick to train. */
describe.skipIf(!haveLessonData)('the lesson, its first epochs', () => {
  const place = new Workplace()

  it('simple-rnn: within 3 % of the first epoch, in as many steps', async () => {
    const { examples, lossByEpoch } = lessonFigures()['simple-rnn']
    const [epoch] = await trainLesson(place, 'simple-rnn', ['--epochs', '1', '--out', 'simple-rnn'])
    expect(epoch.step).toBe(Math.floor(examples / 64))
    expectNear(epoch.loss, lossByEpoch[0], 'epoch 1')
  })

  it('sequence-eight-outputs: each output within 3 % of the first epoch, later ones better than the first', async () => {
    const { outputsByEpoch, totalByEpoch } = lessonFigures()['sequence-eight-outputs']
    const [{ loss, outputs }] = await trainLesson(place, 'sequence-eight-outputs', [
      '--epochs',
      '1',
      '--out',
      'outputs',
    ])
    expectNear(loss, totalByEpoch[0], 'the sum')
    expect(outputs).toHaveLength(8)
    outputs.forEach((each, k) => expectNear(each, outputsByEpoch[0][k], `output ${k + 1}`))
    outputs.slice(1).forEach((later) => expect(later).toBeLessThan(outputs[0]))
  })
})
