import { open, readFile, stat } from 'node:fs/promises'
import {
  metricsLineSchema,
  sampleLineSchema,
  type EpochLine,
  type RateLine,
  type SampleLine,
} from '../../src-core/training/metrics'
import { CHUNK, chunksOf } from './corpora-files'

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

/**
 * Reads metrics.jsonl as a stream. The file may grow at the same time: a last line without its end is left out.
 * @param from the first step that is wanted; epochs and rates are told of the whole run
 */
export async function readMetrics(path: string, from: number): Promise<WrittenMetrics> {
  const reading = new MetricsReading(from)
  if (await stat(path).catch(() => null)) {
    let rest = ''
    for await (const chunk of chunksOf(path)) {
      // Lines of steps are plain ASCII, and so is every other line of this file.
      const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')
      rest = text.slice(reading.lines(text))
    }
  }
  return reading.result()
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
  #losses = new Float32Array(1024)
  #outputs = new Float32Array(0)
  readonly #epochs: EpochLine[] = []
  readonly #rates: RateLine[] = []

  constructor(private readonly from: number) {}

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
    if (step < this.from) return
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
    if (parsed?.type === 'epoch') this.#epochs.push(parsed)
    if (parsed?.type === 'rate') this.#rates.push(parsed)
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
