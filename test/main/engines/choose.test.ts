import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import { UnrollError } from '../../../src-core/errors'
import type { EngineProvider, Precision } from '../../../src-core/graph/engine'
import { add, mean, gather } from '../../../src-core/graph/ops'
import type { Program } from '../../../src-core/graph/program'
import { variable } from '../../../src-core/graph/variable'
import { openEngine, type EngineRequest } from '../../../src-main/engines/choose'
import { forgetTrials, markHung } from '../../../src-main/engines/trial'
import { temporaryFolder } from '../store/temporary-folder'

interface StandIn {
  readonly name: string
  /** What a step of the training takes by the clock of the test. */
  readonly milliseconds?: number
  readonly unavailable?: string
  readonly breaks?: Error
  readonly wrong?: boolean
  readonly device?: string
  /** What it adds to its device's name once it has compiled a step. */
  readonly note?: string
  readonly ahead?: number
  readonly onStep?: () => void
  /** The way that timing its ways finds to be the fastest. */
  readonly variant?: string
  /** Why it has no products of bfloat16; null where it has. It never has any where this is left out. */
  readonly withoutBfloat16?: string | null
  /** What timing them throws instead. */
  readonly tuningBreaks?: Error
}

/** Engines that compute as the reference does, on a machine with a clock of its own. */
function machine(cache: string, among: readonly string[] | null = null) {
  let clock = 0
  let open = 0
  const made: string[] = []
  const steps = new Map<string, number>()
  /** What each call of `tune` was told to be known. */
  const tuned: (string | null)[] = []
  const precisions: (Precision | undefined)[] = []
  const provider = ({ name, milliseconds = 1, ...odd }: StandIn): EngineProvider => ({
    name,
    unavailable: async () => odd.unavailable ?? null,
    ...(odd.withoutBfloat16 === undefined
      ? {}
      : { withoutBfloat16: async () => odd.withoutBfloat16 ?? null }),
    create: async ({ precision }) => {
      made.push(name)
      precisions.push(precision)
      const reference = await referenceProvider.create({})
      open++
      let device = odd.device ?? 'a stand-in'
      return {
        name,
        get device() {
          return device
        },
        threads: 1,
        ...(odd.ahead === undefined ? {} : { ahead: odd.ahead }),
        compile: async (program) => {
          const compiled = await reference.compile(program)
          const isStep = program.name === 'step'
          if (isStep && odd.note !== undefined) device += `, ${odd.note}`
          return {
            dispose: () => compiled.dispose(),
            run: async (inputs) => {
              if (odd.breaks && isStep) throw odd.breaks
              if (isStep) {
                odd.onStep?.()
                clock += milliseconds
                steps.set(name, (steps.get(name) ?? 0) + 1)
              }
              const outputs = await compiled.run(inputs)
              if (odd.wrong) for (const { data } of Object.values(outputs)) data.fill(0.1)
              return outputs
            },
          }
        },
        ...(odd.variant === undefined
          ? {}
          : {
              tune: async (_program, _inputs, known) => {
                tuned.push(known)
                if (odd.tuningBreaks) throw odd.tuningBreaks
                return known ?? odd.variant ?? ''
              },
            }),
        read: (state) => reference.read(state),
        write: (state, value) => reference.write(state, value),
        dispose: async () => {
          open--
          await reference.dispose()
        },
      }
    },
  })
  return {
    made,
    steps,
    tuned,
    precisions,
    openEngines: () => open,
    open: async (engines: readonly StandIn[], program = step(), asked: Partial<EngineRequest> = {}) => {
      made.length = 0
      tuned.length = 0
      const providers = [...engines.map(provider), referenceProvider]
      const request = { name: 'auto', threads: null, program, vocabulary: 5, ...asked }
      return openEngine(request, { providers, among, cache, now: () => clock })
    },
  }
}

/** A program with a state that every run changes. */
function step(rows = 4): Program {
  const tokens = variable('tokens', 'int32', [rows])
  const weights = variable('weights', 'float32', [5, 2])
  return {
    name: 'step',
    inputs: [{ name: 'tokens', variable: tokens }],
    states: [{ name: 'weights', variable: weights, role: 'parameter' }],
    outputs: { loss: mean(gather(weights, tokens)) },
    updates: { weights: add(weights, weights) },
  }
}

const ORT = { name: 'ort', milliseconds: 2.1 }
const SLOW = { name: 'tensorflow', milliseconds: 4.9 }
const SLOWEST = { name: 'webgpu', milliseconds: 31 }

describe('auto', () => {
  test('takes the fastest and says by how much', async () => {
    const { open, made, openEngines } = machine(await temporaryFolder())
    const { engine, reason } = await open([SLOWEST, SLOW, ORT])
    expect(engine.name).toBe('ort')
    expect(reason).toBe('ort: 2.1 ms a step; tensorflow 4.9 ms, webgpu 31 ms')
    expect(made).toEqual(['webgpu', 'tensorflow', 'ort', 'ort'])
    expect(openEngines()).toBe(1)
  })

  test('hands out an engine that has run no step', async () => {
    const { open } = machine(await temporaryFolder())
    const { engine } = await open([SLOW, ORT])
    await expect(engine.read('weights')).rejects.toMatchObject({ code: 'unknown-state' })
  })

  test('times an engine at the pace that it is trained at', async () => {
    const { open, steps } = machine(await temporaryFolder())
    await open([{ ...SLOWEST, ahead: 4 }, ORT])
    expect((steps.get('webgpu') ?? 1) % 4).toBe(0)
  })

  test('passes over an engine that took the program down twice, until it has run', async () => {
    const cache = await temporaryFolder()
    const { open, made } = machine(cache)
    const mark = join(cache, 'engines', 'webgpu.trying')
    await mkdir(join(cache, 'engines'))
    await writeFile(mark, '1')
    await open([SLOWEST, ORT])
    expect(made).toContain('webgpu')
    await expect(readFile(mark)).rejects.toThrow('ENOENT')
    await writeFile(mark, '2')
    const { engine, reason } = await open([SLOWEST, ORT], step(8))
    expect(engine.name).toBe('ort')
    expect(made).not.toContain('webgpu')
    expect(reason).toMatch(/not webgpu: webgpu ended the program 2 times when it was tried \(Bring/)
  })

  test('passes over an engine that never answered once', async () => {
    const cache = await temporaryFolder()
    const { open, made } = machine(cache)
    await markHung(cache, 'webgpu')
    const { engine, reason } = await open([SLOWEST, ORT])
    expect(engine.name).toBe('ort')
    expect(made).not.toContain('webgpu')
    expect(reason).toMatch(/not webgpu: webgpu gave no sign of life when it was tried \(.*--engine webgpu/)
    await forgetTrials(cache, 'webgpu')
    await open([SLOWEST, ORT])
    expect(made).toContain('webgpu')
  })

  test('leaves its mark while it tries an engine', async () => {
    const cache = await temporaryFolder()
    const seen: string[] = []
    const look = () => void seen.push(readFileSync(join(cache, 'engines', 'webgpu.trying'), 'utf8'))
    const { open } = machine(cache)
    await open([{ ...SLOWEST, onStep: look }, ORT])
    expect(new Set(seen)).toEqual(new Set(['1']))
  })

  test('takes for bfloat16 among those that have it, and times them anew', async () => {
    const { open, precisions } = machine(await temporaryFolder())
    const engines = [ORT, { ...SLOW, withoutBfloat16: null }, { ...SLOWEST, withoutBfloat16: 'Old chip.' }]
    const asked = { precision: 'bfloat16' } as const
    const { engine, reason } = await open(engines, step(), asked)
    expect(engine.name).toBe('tensorflow')
    expect(reason).toBe('tensorflow: the only engine here that multiplies in bfloat16; not webgpu: Old chip')
    expect(precisions).toEqual(['bfloat16'])
    expect((await open(engines)).engine.name).toBe('ort')
    const both = [{ ...ORT, withoutBfloat16: null }, { ...SLOW, withoutBfloat16: null }, SLOWEST]
    const timed = await open(both, step(8), asked)
    expect(timed.engine.name).toBe('ort')
    expect(new Set(precisions.slice(-3))).toEqual(new Set(['bfloat16']))
  })

  test('says of bfloat16 that no engine has it, and what to do', async () => {
    const { open } = machine(await temporaryFolder())
    const old = { ...SLOWEST, withoutBfloat16: 'Old chip.' }
    await expect(open([ORT, old], step(), { precision: 'bfloat16' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: 'No engine here multiplies in bfloat16; not webgpu: Old chip.',
      wayOut: 'Train in float32, which is what is done without --precision.',
    })
    const named = open([], step(), { name: 'reference', precision: 'bfloat16' })
    await expect(named).rejects.toMatchObject({
      message: 'The engine reference multiplies in float32 alone.',
    })
  })

  test('measures once a machine and program', async () => {
    const { open, made } = machine(await temporaryFolder())
    const first = await open([SLOW, ORT])
    const again = await open([SLOW, ORT])
    expect(made).toEqual(['ort'])
    expect(again.reason).toBe(first.reason)
    await open([SLOW, ORT], step(8))
    expect(made).toHaveLength(3)
    await open([SLOW, ORT, SLOWEST])
    expect(made).toHaveLength(4)
  })

  test('measures anew on another device, and where the kept file is damaged', async () => {
    const cache = await temporaryFolder()
    const { open, made } = machine(cache)
    await open([SLOW, ORT])
    await open([SLOW, { ...ORT, device: 'another' }])
    expect(made).toEqual(['ort', 'tensorflow', 'ort', 'ort'])
    const [file] = await readdir(join(cache, 'engines'))
    expect(JSON.parse(await readFile(join(cache, 'engines', file), 'utf8'))).toMatchObject({
      timings: [{ engine: 'ort', device: 'another' }, { engine: 'tensorflow' }],
    })
    await writeFile(join(cache, 'engines', file), '{"timings": []}')
    await open([SLOW, { ...ORT, device: 'another' }])
    expect(made).toHaveLength(3)
  })

  test('measures once where an engine says more of its device once it has compiled', async () => {
    const { open, made } = machine(await temporaryFolder())
    const engines = [SLOW, { ...ORT, note: 'loops step by step' }]
    await open(engines)
    await open(engines)
    expect(made).toEqual(['ort'])
  })

  test('passes over what fails, says why and what would help, and tries it again the next time', async () => {
    const { open, made, openEngines } = machine(await temporaryFolder())
    const lost = new UnrollError('device-lost', 'The GPU is gone.', 'Update its driver.')
    const { engine, reason } = await open([{ ...SLOWEST, breaks: lost }, SLOW, { ...ORT, wrong: true }])
    expect(engine.name).toBe('tensorflow')
    expect(reason).toBe(
      'tensorflow: 4.9 ms a step; not webgpu: The GPU is gone (Update its driver); not ort: The engine ort ' +
        'computes wrongly here (A newer driver may help; otherwise take another engine: see `unroll engines`)',
    )
    expect(openEngines()).toBe(1)
    await open([SLOWEST, SLOW, ORT])
    expect(made).toEqual(['webgpu', 'webgpu', 'tensorflow', 'ort', 'ort'])
  })

  test('times nothing again for an engine that still fails', async () => {
    const { open, made, openEngines } = machine(await temporaryFolder())
    const engines = [{ ...SLOWEST, wrong: true }, SLOW, ORT]
    const { reason } = await open(engines)
    expect((await open(engines)).reason).toBe(reason)
    expect(made).toEqual(['webgpu', 'ort'])
    expect(openEngines()).toBe(2)
  })

  test('says why where nothing can run', async () => {
    const { open } = machine(await temporaryFolder())
    const opened = open([
      { ...ORT, breaks: new Error('no memory') },
      { ...SLOW, wrong: true },
    ])
    await expect(opened).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(/not ort: no memory; not tensorflow: .*wrongly/) as string,
    })
  })

  test('times nothing where there is one engine', async () => {
    const { open, made, steps } = machine(await temporaryFolder())
    const { reason } = await open([ORT, { ...SLOW, unavailable: 'It is not installed.' }])
    expect(reason).toBe('ort: the only engine here; not tensorflow: It is not installed')
    expect(made).toEqual(['ort'])
    expect(steps.size).toBe(0)
  })

  test('leaves out what it is told to, and falls back on the reference', async () => {
    const cache = await temporaryFolder()
    expect((await machine(cache, ['ort']).open([SLOW, ORT])).reason).toBe(
      'ort: the only engine here; not tensorflow: left out by UNROLL_ENGINES',
    )
    expect((await machine(cache, ['none']).open([SLOW, ORT])).engine.name).toBe('reference')
  })
})

describe('an engine with several ways to run a program', () => {
  const GPU = { name: 'webgpu', milliseconds: 1, variant: 'rows-96' }

  test('is timed by the fastest, which is found once a device and program', async () => {
    const { open, tuned } = machine(await temporaryFolder())
    expect((await open([GPU, ORT])).variant).toBe('rows-96')
    expect(tuned).toEqual([null, 'rows-96'])
    expect((await open([{ ...GPU, variant: 'steps-4' }])).variant).toBe('rows-96')
    expect(tuned).toEqual(['rows-96'])
    expect((await open([{ ...GPU, variant: 'steps-4', device: 'another' }])).variant).toBe('steps-4')
    expect((await open([{ ...GPU, variant: 'steps-4' }], step(8))).variant).toBe('steps-4')
  })

  test('keeps the way that a run began with, on the device that it was found on', async () => {
    const cache = await temporaryFolder()
    const { open, tuned } = machine(cache)
    const begun = { name: 'rows-24', device: 'a stand-in' }
    expect((await open([GPU], step(), { variant: begun })).variant).toBe('rows-24')
    expect(tuned).toEqual(['rows-24'])
    // It is this run's alone.
    expect((await open([GPU])).variant).toBe('rows-96')
    const elsewhere = { ...begun, device: 'another' }
    expect((await open([GPU], step(), { variant: elsewhere })).variant).toBe('rows-96')
  })

  test('runs by none of them where timing them took the device away, and times them no more', async () => {
    const { open, tuned, made, openEngines } = machine(await temporaryFolder())
    const lost = new UnrollError('device-lost', 'The GPU is gone.', 'Update its driver.')
    const opened = await open([{ ...GPU, tuningBreaks: lost }, ORT])
    expect(opened).toMatchObject({ variant: null, engine: { name: 'webgpu' } })
    expect(tuned).toEqual([null])
    expect(made).toEqual(['webgpu', 'webgpu', 'ort', 'webgpu'])
    expect(openEngines()).toBe(1)
  })

  test('is passed over where it cannot be timed for another reason', async () => {
    const { open, openEngines } = machine(await temporaryFolder())
    const { engine } = await open([{ ...GPU, tuningBreaks: new Error('no such kernel') }, ORT, SLOW])
    expect(engine.name).toBe('ort')
    expect(openEngines()).toBe(1)
  })
})

describe('whoever waits', () => {
  test('hears which engine is timed, and of each call that may never be answered', async () => {
    const { open } = machine(await temporaryFolder())
    const heard: unknown[] = []
    const told = {
      onTiming: (engine: string, of: readonly string[]) => void heard.push([engine, ...of]),
      onTrying: (engine: string | null) => {
        if (heard[heard.length - 1] !== engine) heard.push(engine)
      },
    }
    await open([SLOW, ORT], step(), told)
    const names = ['tensorflow', 'ort']
    expect(heard).toEqual([['tensorflow', ...names], 'tensorflow', ['ort', ...names], 'ort', null])
    heard.length = 0
    await open([SLOW, ORT], step(), told)
    expect(heard).toEqual(['ort', null])
  })

  test('can call it off between two rounds', async () => {
    const cache = await temporaryFolder()
    const { open, steps, openEngines } = machine(cache)
    const stopping = new AbortController()
    let rounds = 0
    const onStep = () => {
      if (++rounds === 3) stopping.abort()
    }
    const opening = open([{ ...SLOW, onStep }, ORT], step(), { signal: stopping.signal })
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    expect(steps.get('tensorflow')).toBe(3)
    expect(steps.get('ort')).toBeUndefined()
    expect(openEngines()).toBe(0)
    expect(await readdir(join(cache, 'engines'))).toEqual([])
  })
})

test('an engine that is asked for by name is neither timed nor given a reason', async () => {
  const { engine, reason } = await openEngine({
    name: 'reference',
    threads: null,
    program: step(),
    vocabulary: 5,
  })
  expect(engine.name).toBe('reference')
  expect(reason).toBeNull()
})
