import { open, readFile, type FileHandle } from 'node:fs/promises'
import {
  metricsLineSchema,
  sampleLineSchema,
  type EpochLine,
  type RateLine,
  type SampleLine,
} from '../../src-core/training/metrics'
import { CHUNK } from './corpora-files'

/** What a run has written down of its steps. */
export interface WrittenMetrics {
  /** The first of the steps, counted from 1. */
  readonly first: number
  /** K */
  readonly width: number
  /** [steps] in nats */
  readonly losses: Float32Array<ArrayBuffer>
  /** [steps, K] in nats */
  readonly outputs: Float32Array<ArrayBuffer>
  readonly epochs: EpochLine[]
  readonly rates: RateLine[]
}

const STEP = '{"type":"step","step":'

/** Bytes in which a line of a step is found from anywhere, also behind the lines of some epochs. */
const PROBE = 1 << 16

/**
 * Reads metrics.jsonl as a stream. The file may grow at the same time: a last line without its end is left out.
 * @param from the first step that is wanted
 * @param limit steps after which it is enough
 * @returns epochs and rates from the step before `from` on
 */
export async function readMetrics(path: string, from: number, limit = Infinity): Promise<WrittenMetrics> {
  const reading = new MetricsReading(from, limit)
  const file = await open(path).catch(() => null)
  if (!file) return reading.result()
  try {
    const buffer = Buffer.alloc(CHUNK)
    let position = await placeBefore(file, from - 1)
    let rest = ''
    while (!reading.isFull) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, position)
      if (bytesRead === 0) break
      position += bytesRead
      // Lines of steps are plain ASCII, and so is every other line of this file.
      const text = rest + buffer.toString('latin1', 0, bytesRead)
      rest = text.slice(reading.lines(text))
    }
  } finally {
    await file.close()
  }
  return reading.result()
}

/**
 * Where a line begins from which on, but not far before, the line of a step is found: by halving, since steps follow
 * one another. The beginning where the step is the first.
 */
async function placeBefore(file: FileHandle, step: number): Promise<number> {
  const { size } = await file.stat()
  let place = 0
  for (let end = size; step > 1 && end - place > CHUNK;) {
    const middle = Math.floor((place + end) / 2)
    const found = await firstStepBehind(file, middle)
    if (found && found.step < step) place = found.place
    else end = middle
  }
  return place
}

/** The first whole line of a step behind a place in the file. */
async function firstStepBehind(
  file: FileHandle,
  place: number,
): Promise<{ step: number; place: number } | null> {
  const buffer = Buffer.alloc(PROBE)
  const { bytesRead } = await file.read(buffer, 0, PROBE, place)
  const text = buffer.toString('latin1', 0, bytesRead)
  const at = text.indexOf(`\n${STEP}`)
  if (at === -1) return null
  const step = Number.parseInt(text.slice(at + 1 + STEP.length))
  return Number.isNaN(step) ? null : { step, place: place + at + 1 }
}

/** The last lines of metrics.jsonl that say how a run stands; null what they do not say. */
export async function readLastMetrics(
  path: string,
): Promise<{ step: number; loss: number | null; validation: number | null; learningRate: number | null }> {
  const text = await readEnd(path)
  let step = 0
  let loss: number | null = null
  let validation: number | null = null
  let learningRate: number | null = null
  for (const line of text.split('\n')) {
    const parsed = parseLine(line)
    if (parsed === null) continue
    if (parsed.type === 'rate') learningRate = parsed.learningRate
    else {
      ;({ step, loss } = parsed)
      if (parsed.type === 'epoch') validation = parsed.validation
    }
  }
  return { step, loss, validation, learningRate }
}

/** The samples that a run wrote along the way. */
export async function readSamples(path: string): Promise<SampleLine[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    const parsed = sampleLineSchema.safeParse(json(line))
    return parsed.success ? [parsed.data] : []
  })
}

/** Takes lines in and gathers what they say. */
class MetricsReading {
  #first = 0
  #width = 0
  #count = 0
  #more = false
  #losses = new Float32Array(1024)
  #outputs = new Float32Array(0)
  readonly #epochs: EpochLine[] = []
  readonly #rates: RateLine[] = []

  constructor(
    private readonly from: number,
    private readonly limit: number,
  ) {}

  /** Whether there is one more step than it takes: what was noted of the last one it took is then known too. */
  get isFull(): boolean {
    return this.#more
  }

  /** @returns how much of the text whole lines are */
  lines(text: string): number {
    let at = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
      if (text.startsWith(STEP, at)) this.#step(text, at, end)
      else this.#other(text.slice(at, end))
      at = end + 1
    }
    return at
  }

  result(): WrittenMetrics {
    return {
      first: this.#first || this.from,
      width: this.#width,
      losses: this.#losses.slice(0, this.#count),
      outputs: this.#outputs.slice(0, this.#count * this.#width),
      epochs: this.#epochs,
      rates: this.#rates,
    }
  }

  /** As `stepLine` writes it. */
  #step(text: string, start: number, end: number): void {
    const afterStep = text.indexOf(',', start + STEP.length)
    const step = Number(text.slice(start + STEP.length, afterStep))
    if (step < this.from || this.#more) return
    if (this.#count >= this.limit) {
      this.#more = true
      return
    }
    const bracket = text.indexOf('[', afterStep)
    const loss = Number(text.slice(afterStep + ',"loss":'.length, text.indexOf(',', afterStep + 1)))
    const inside = text.slice(bracket + 1, text.lastIndexOf(']', end))
    const outputs = inside === '' ? [] : inside.split(',')
    if (this.#count === 0) {
      this.#first = step
      this.#width = outputs.length
      this.#outputs = new Float32Array(this.#losses.length * this.#width)
    }
    // What does not follow is no line of this run.
    if (step !== this.#first + this.#count || outputs.length !== this.#width) return
    if (this.#count === this.#losses.length) this.#grow()
    this.#losses[this.#count] = loss
    const place = this.#count * this.#width
    for (let index = 0; index < outputs.length; index++) this.#outputs[place + index] = Number(outputs[index])
    this.#count++
  }

  #other(line: string): void {
    const parsed = parseLine(line)
    if (parsed === null || parsed.step < this.from - 1) return
    if (parsed.type === 'epoch') this.#epochs.push(parsed)
    if (parsed.type === 'rate') this.#rates.push(parsed)
  }

  #grow(): void {
    const losses = new Float32Array(2 * this.#losses.length)
    losses.set(this.#losses)
    this.#losses = losses
    const outputs = new Float32Array(2 * this.#outputs.length)
    outputs.set(this.#outputs)
    this.#outputs = outputs
  }
}

function parseLine(line: string) {
  const parsed = metricsLineSchema.safeParse(json(line))
  return parsed.success ? parsed.data : null
}

function json(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

async function readEnd(path: string): Promise<string> {
  const file = await open(path).catch(() => null)
  if (!file) return ''
  try {
    const { size } = await file.stat()
    const length = Math.min(size, CHUNK)
    const bytes = Buffer.alloc(length)
    await file.read(bytes, 0, length, size - length)
    return bytes.toString('latin1')
  } finally {
    await file.close()
  }
}
