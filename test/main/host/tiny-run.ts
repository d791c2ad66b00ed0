import type { RunEntry, RunSteps } from '../../../src-core/contract/runs'
import { documentSchema } from '../../../src-core/training/checkpoint'
import type { HostOptions } from '../../../src-main/host/host'
import { connectPage, hostFolder, openHost } from './connected-host'

export type Page = ReturnType<typeof connectPage>

/** A loop of a few units. */
export const ARCHITECTURE = {
  format: 'unroll/architecture',
  version: 1,
  name: 'tiny',
  colors: [
    { id: 'green', letter: 'a' },
    { id: 'orange', letter: 'b', initialization: 'identity' },
    { id: 'blue', letter: 'c' },
    { id: 'grey', letter: 'e' },
  ],
  shapes: [
    {
      kind: 'rectangle',
      id: 'c',
      box: 'loop',
      source: { kind: 'character', at: 't', encoding: { kind: 'embedding', size: 4, color: 'grey' } },
    },
    { kind: 'circle', id: 'h', size: 8, cell: 'plain', activation: 'tanh', box: 'loop' },
    { kind: 'triangle', id: 'o', predicts: { character: 't+1' }, box: 'loop' },
  ],
  arrows: [
    { id: 'in', from: 'c', to: 'h', color: 'green' },
    { id: 'again', from: 'h', to: 'h', color: 'orange' },
    { id: 'out', from: 'h', to: 'o', color: 'blue' },
  ],
  boxes: [{ id: 'loop', from: 1, to: 8 }],
}

export const PLAN = { batch: 4, segments: [{ epochs: 1, learningRate: 0.01 }], samples: { everySteps: null } }

/** So long that no test sees its end. */
export const LONG = { ...PLAN, segments: [{ epochs: 100_000, learningRate: 0.01 }] }

/** A host with a page and a corpus. */
export async function begin(change: Partial<HostOptions> = {}) {
  const { options, folder, text } = await hostFolder()
  const host = await openHost({ ...options, ...change })
  const page = connectPage(host)
  const corpus = await page.calls.corpora.add({ task: 'add', source: { kind: 'paths', paths: [text] } })
  return { host, page, options, folder, corpus: corpus.id }
}

/** Makes a run of the tiny network, which starts where none trains. */
export function create(
  page: Page,
  corpus: string,
  plan: Parameters<typeof page.calls.runs.settle>[1],
  name?: string,
  architecture: object = ARCHITECTURE,
) {
  return page.calls.runs.create({
    task: 'create',
    architecture: documentSchema.parse(architecture),
    corpus,
    plan,
    name,
  })
}

/** What the page was told of a run's steps. */
export function stepsOf(page: Page, run: string): RunSteps[] {
  return page.heard
    .filter(({ name }) => name === 'runs.steps')
    .map(({ args }) => args[0] as RunSteps)
    .filter((steps) => steps.run === run)
}

export function firstSteps(page: Page, { id }: RunEntry) {
  return page.until(({ name, args }) => name === 'runs.steps' && (args[0] as RunSteps).run === id)
}
