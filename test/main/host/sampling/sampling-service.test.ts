import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { ErrorData } from '../../../../src-core/contract/error-data'
import type { SamplingOptions, WrittenPlaces } from '../../../../src-core/contract/sampling'
import type { PlanInput } from '../../../../src-core/training/plan'
import { SamplingProcess } from '../../../../src-main/host/sampling/sampling-process'
import { SamplingService } from '../../../../src-main/host/sampling/sampling-service'
import { TrainingProcess } from '../../../../src-main/host/training-process'
import { locateCheckpoint, TrainedNetwork } from '../../../../src-main/host/trained-network'
import { forkWorker } from '../../../../src-main/host/worker-process'
import { runPaths } from '../../../../src-main/store/run-folder'
import { temporaryFolder } from '../../store/temporary-folder'
import { smallRun } from '../small-run'

const PLAN = {
  segments: [{ epochs: 100_000, learningRate: 0.01 }],
  checkpoints: { everySteps: 20, everySeconds: null },
  engine: 'ort',
  threads: 1,
} satisfies PlanInput

const OPTIONS: SamplingOptions = { temperature: 1, repetitionPenalty: 1, repetitionWindow: 64 }
const LIVE = { run: 'run', checkpoint: 'live' } as const

const shared = new SamplingProcess(forkWorker)

/** A run of a small network that was trained for 100 steps. */
let trained = ''
let folderOfTrained = ''
beforeAll(async () => {
  folderOfTrained = await mkdtemp(join(tmpdir(), 'unroll-test-'))
  trained = await smallRun(folderOfTrained, PLAN)
  const training = new TrainingProcess()
  await training.start({ folder: trained, steps: 100 })
  await training.finished
}, 60_000)
afterAll(async () => {
  shared.close()
  await rm(folderOfTrained, { recursive: true, force: true })
})

interface Written {
  task: string
  places: WrittenPlaces
  error: ErrorData | null
}

/** A page's service over one run, what it was sent, and how its tasks are cancelled. */
function page(folder: string, live: TrainingProcess | null = null, process = shared) {
  const written: Written[] = []
  const cancels = new Map<string, () => void>()
  let onWritten: (batch: Written) => void = () => undefined
  const service = new SamplingService({
    process,
    runs: { folder: () => folder, live: () => live },
    tasks: {
      onCancel: (task, cancel) => {
        cancels.set(task, cancel)
        return () => cancels.delete(task)
      },
    },
    events: {
      written: (batch) => {
        written.push(batch)
        onWritten(batch)
      },
    },
  })
  const generate = (request: Partial<Parameters<SamplingService['generate']>[0]> = {}) =>
    service.generate({
      task: 't',
      weights: LIVE,
      prime: 'the ',
      length: 40,
      seed: 7,
      options: OPTIONS,
      novelty: false,
      ...request,
    })
  return {
    service,
    written,
    generate,
    text: (task = 't') =>
      written.flatMap((batch) => (batch.task === task ? batch.places.texts : [])).join(''),
    cancel: (task: string) => cancels.get(task)?.(),
    onWritten: (listener: typeof onWritten) => (onWritten = listener),
  }
}

async function stepsOf(folder: string): Promise<number[]> {
  const names = await readdir(runPaths(folder).checkpoints)
  return names.map((name) => Number(name.slice(5, 13))).sort((a, b) => a - b)
}

describe('generating', () => {
  test('from a checkpoint writes the same text for the same seed, another for another', async () => {
    const [first, again, other] = [page(trained), page(trained), page(trained)]
    expect(await first.generate()).toEqual({ step: 100, written: 40 })
    await again.generate()
    await other.generate({ seed: 8 })
    expect(first.text()).toHaveLength(40)
    expect(again.text()).toBe(first.text())
    expect(other.text()).not.toBe(first.text())
  })

  test('chooses a checkpoint by its step', async () => {
    const [step] = await stepsOf(trained)
    expect(step).toBeLessThan(100)
    const one = page(trained)
    expect(await one.generate({ weights: { run: 'run', checkpoint: step } })).toEqual({ step, written: 40 })
    const missing = one.generate({ weights: { run: 'run', checkpoint: 3 } })
    await expect(missing).rejects.toMatchObject({ code: 'no-checkpoint' })
  })

  test('tells of every place what was expected there, and how surprising the token is', async () => {
    const one = page(trained)
    await one.generate()
    for (const { places, error } of one.written) {
      expect(error).toBeNull()
      expect(places.copied).toBeNull()
      for (const [at, token] of places.tokens.entries()) {
        const rank = places.likeliest.slice(10 * at, 10 * at + 10).indexOf(token)
        if (rank < 0) continue
        expect(Math.exp(-places.surprises[at])).toBeCloseTo(places.probabilities[10 * at + rank], 5)
      }
    }
  })

  test('greedily goes on from a text as if it had not been interrupted', async () => {
    const options = { ...OPTIONS, temperature: 0 }
    const whole = page(trained)
    await whole.generate({ options })
    const parts = page(trained)
    await parts.generate({ options, length: 15 })
    const prime = `the ${parts.text()}`
    await parts.generate({ options, length: 25, prime, task: 'more' })
    expect(parts.text() + parts.text('more')).toBe(whole.text())
  })

  test('is cancelled, and says how much it wrote', async () => {
    const one = page(trained)
    one.onWritten(() => one.cancel('t'))
    const { written } = await one.generate({ length: 1_000_000 })
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThan(1_000_000)
    expect(one.text()).toHaveLength(written)
  })

  test('of several pages at once goes on side by side, each text its own', async () => {
    const alone = page(trained)
    await alone.generate({ length: 300 })
    const [a, b] = [page(trained), page(trained)]
    const order: string[] = []
    a.onWritten(() => order.push('a'))
    b.onWritten(() => order.push('b'))
    const long = a.generate({ length: 1_000_000 })
    await b.generate({ length: 300 })
    expect(b.text()).toBe(alone.text())
    a.cancel('t')
    await long
    expect(a.text().slice(0, 300)).toBe(alone.text())
    expect(order).toContain('a')
  })

  test('ends where its page is gone', async () => {
    const one = page(trained)
    one.onWritten(() => one.service.close())
    expect((await one.generate({ length: 1_000_000 })).written).toBeLessThan(1_000_000)
  })

  test('refuses characters that the corpus does not have, by name', async () => {
    await expect(page(trained).generate({ prime: 'the Ä' })).rejects.toMatchObject({
      code: 'unknown-characters',
      message: expect.stringContaining('"Ä"') as string,
    })
  })

  test('says where runs of characters also stand in the corpus', async () => {
    const one = page(trained)
    const corpus = 'the quick brown fox jumps over the lazy dog, again. '.repeat(12)
    const prime = 'quick brown '
    await one.generate({ novelty: true, prime, length: 30 })
    const tokens = Int32Array.from(one.written.flatMap(({ places }) => [...places.tokens]))
    const { texts, copied, positions } = await one.service.copies('run', { prime, tokens })
    const text = prime + one.text()
    expect(texts.join('')).toBe(text)
    for (const [at, length] of copied.entries()) {
      const end = at + 1
      const run = text.slice(end - length, end)
      expect(corpus).toContain(run)
      if (length > 0) expect(corpus.slice(positions[at], positions[at] + length)).toBe(run)
      if (end > length) expect(corpus).not.toContain(text.slice(end - length - 1, end))
    }
    // Now the corpus is indexed, and the text says so as it comes.
    await one.generate({ novelty: true, prime, length: 30, task: 'again' })
    const again = one.written.filter(({ task }) => task === 'again').map(({ places }) => places)
    expect(again.flatMap((places) => [...(places.copied ?? [])])).toEqual([...copied.slice(prime.length)])
    expect(again.flatMap((places) => [...(places.positions ?? [])])).toEqual([
      ...positions.slice(prime.length),
    ])
  })

  test('writes also where its corpus is gone, and then says why nothing is known of copies', async () => {
    const folder = await temporaryFolder()
    // Another text than the other runs': theirs is indexed already.
    const run = await smallRun(folder, PLAN, 'pack the box with five dozen jugs. '.repeat(18))
    const training = new TrainingProcess()
    await training.start({ folder: run, steps: 20 })
    await training.finished
    await rm(join(folder, 'text.txt'))
    await rm(join(folder, 'cache'), { recursive: true })
    const one = page(run)
    expect((await one.generate({ novelty: true, prime: 'jugs ' })).written).toBe(40)
    expect(one.written.every(({ places }) => places.copied === null)).toBe(true)
    const copies = one.service.copies('run', { prime: 'jugs ', tokens: new Int32Array(0) })
    await expect(copies).rejects.toMatchObject({ code: 'file-not-found' })
  })
})

describe('a run that trains', () => {
  test('is written with as it stands, while it trains and while it is paused', async () => {
    const folder = await smallRun(await temporaryFolder(), PLAN)
    let paused: (step: number) => void = () => undefined
    const isPaused = new Promise<number>((resolve) => (paused = resolve))
    const training = new TrainingProcess({
      state: ({ state, step }) => {
        if (state === 'paused') paused(step)
      },
    })
    onTestFinished(() => training.kill())
    await training.start({ folder })
    const one = page(folder, training)
    const first = await one.generate({ task: 'a' })
    const second = await one.generate({ task: 'b' })
    expect(second.step).toBeGreaterThanOrEqual(first.step)
    expect(one.text('b')).toHaveLength(40)

    await training.pause()
    const step = await isPaused
    expect((await one.generate({ task: 'c' })).step).toBe(step)
    await one.generate({ task: 'd' })
    expect(one.text('d')).toBe(one.text('c'))

    training.stop()
    await training.finished
    // The checkpoint of that step holds the same weights.
    const after = page(folder)
    expect((await after.generate()).step).toBe(step)
    expect(after.text()).toBe(one.text('c'))
    // A process that is just gone has left a checkpoint.
    expect((await page(folder, training).generate()).step).toBe(step)
  }, 60_000)

  test('that has learned nothing yet says so', async () => {
    const folder = await smallRun(await temporaryFolder(), PLAN)
    await expect(page(folder).generate()).rejects.toMatchObject({ code: 'no-checkpoint' })
  })
})

describe('looking inside', () => {
  test('the vocabulary names every token', async () => {
    const { texts, step } = await page(trained).service.vocabulary(LIVE)
    expect(step).toBe(100)
    expect(texts[0]).toBe('')
    expect(texts.slice(1).join('')).toBe(' ,.abcdefghijklmnopqrstuvwxyz')
  })

  test('logits are those that a stepper of the checkpoint gives', async () => {
    const { logits, padding } = await page(trained).service.logits(LIVE, 'the q')
    const { checkpoint } = await locateCheckpoint(trained)
    const network = await TrainedNetwork.open(checkpoint, 'stepping')
    const expected = await (await network.stepper()).feed(network.vocabulary.encode('the q').indices)
    expect([...logits]).toEqual([...expected])
    expect(padding).toBe(0)
    await network.dispose()
  })

  test('inspecting tells of each place, of what follows, and of what circles hold', async () => {
    const { service } = page(trained)
    const text = 'the quick fox'
    const read = await service.inspect(LIVE, text, { novelty: true, states: true })
    const { places, next, states } = read
    expect(places.texts.join('')).toBe(text)
    expect(states.map(({ shape, units, values }) => [shape, units, values.length])).toEqual([
      ['h', 8, 8 * text.length],
    ])
    // The place of each character is judged by what came before it.
    for (const at of [0, 4, 12]) {
      const { logits } = await service.logits(LIVE, text.slice(0, at))
      const largest = Math.max(...logits)
      const all = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)
      const surprise = Math.log(all) + largest - logits[places.tokens[at]]
      expect(places.surprises[at]).toBeCloseTo(surprise, 4)
    }
    const after = await service.logits(LIVE, text)
    expect(next.likeliest[0]).toBe(after.logits.indexOf(Math.max(...after.logits)))
    // What it holds after a beginning does not depend on what follows.
    const beginning = await service.inspect(LIVE, text.slice(0, 5), { novelty: false, states: true })
    expect([...beginning.states[0].values]).toEqual([...states[0].values.slice(0, 5 * 8)])
    expect(beginning.places.copied).toBeNull()
    expect([...(places.copied ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2, 3, 4].slice(0, 13))
  })

  test('an empty text has no places, and something that follows', async () => {
    const { places, next, states } = await page(trained).service.inspect(LIVE, '', {
      novelty: true,
      states: true,
    })
    expect(places.texts).toEqual([])
    expect(next.probabilities[0]).toBeGreaterThan(0)
    expect(states).toEqual([{ shape: 'h', units: 8, values: new Float32Array(0) }])
  })

  test('matrices are those of the checkpoint, by colour', async () => {
    const { service } = page(trained)
    const matrices = await service.matrices(LIVE)
    expect(matrices.filter(({ color }) => color === 'green')).toEqual([
      { name: 'green/weights', color: 'green', rows: 4, columns: 8, gates: 1, kind: 'weights' },
      { name: 'green/bias', color: 'green', rows: 1, columns: 8, gates: 1, kind: 'bias' },
    ])
    const { checkpoint } = await locateCheckpoint(trained)
    const learned = [...checkpoint.tensors.keys()].filter((name) =>
      ['parameter', 'statistic'].includes(checkpoint.roles[name]),
    )
    expect(matrices.map(({ name }) => name).sort()).toEqual(learned.sort())
    for (const { name, rows, columns } of matrices) {
      const values = await service.matrix(LIVE, name)
      expect(values).toHaveLength(rows * columns)
      expect([...values]).toEqual([...(checkpoint.tensors.get(name)?.data ?? [])])
    }
    await expect(service.matrix(LIVE, 'red/weights')).rejects.toMatchObject({ code: 'unknown-matrix' })
  })
})

describe('the sampling process', () => {
  test('that is killed is named, and started anew', async () => {
    const own = new SamplingProcess(forkWorker)
    onTestFinished(() => own.close())
    const one = page(trained, null, own)
    one.onWritten(() => {
      if (own.pid !== undefined) process.kill(own.pid, 'SIGKILL')
    })
    const killed = one.generate({ length: 1_000_000 })
    await expect(killed).rejects.toMatchObject({
      code: 'sampling-process-died',
      message: expect.stringContaining('killed by SIGKILL') as string,
    })
    expect(one.written[one.written.length - 1].error).toMatchObject({ code: 'sampling-process-died' })
    one.onWritten(() => undefined)
    expect(await one.generate({ task: 'again' })).toEqual({ step: 100, written: 40 })
  })

  test('is ended when nobody asks any more, and is there again when somebody does', async () => {
    const own = new SamplingProcess(forkWorker, 10)
    onTestFinished(() => own.close())
    const one = page(trained, null, own)
    await one.generate()
    await expect.poll(() => own.pid).toBeUndefined()
    expect((await one.generate()).written).toBe(40)
  })

  test('opens a network again that was closed for others', async () => {
    const folder = await smallRun(await temporaryFolder(), PLAN)
    const training = new TrainingProcess()
    onTestFinished(() => training.kill())
    await training.start({ folder, paused: true })
    const live = page(folder, training)
    await live.service.vocabulary(LIVE)
    for (const checkpoint of await stepsOf(trained)) {
      await page(trained).service.vocabulary({ run: 'run', checkpoint })
    }
    expect((await stepsOf(trained)).length).toBeGreaterThan(3)
    expect((await live.generate()).written).toBe(40)
    expect((await live.generate()).step).toBe(0)
  })
})
