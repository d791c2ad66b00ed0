import { beforeEach, describe, expect, it } from 'vitest'
import type { NativeAddon, NativeStates } from '../../../src-main/engines/native/addon'
import { builtAddon } from '../../fixtures/native-addon'

const [MAGIC, VERSION] = [0x554e524c, 2]
const [LOOP, CHAIN, GATHER, FILL] = [1, 6, 10, 14]
const ADD = 1
const READ = 1
const WRITTEN = 2
/** Words of each buffer here. */
const SIZE = 64

const { addon, said } = builtAddon()
describe.skipIf(addon === null)(`the native addon${said}`, () => {
  let engine: NativeStates
  beforeEach(() => {
    engine = open()
  })

  it('adds an input to a state, again and again', async () => {
    const program = engine.compile(adding(engine.state('sum', SIZE)))
    await program.run([filled(2)])
    expect(await program.run([filled(3)])).toEqual([filled(5).buffer])
    expect(engine.read('sum')).toEqual(filled(5))
    engine.write('sum', filled(1))
    await program.run([filled(1)])
    expect(engine.read('sum')).toEqual(filled(2))
  })

  it('runs in the order in which runs were asked for, with the inputs of that moment', async () => {
    const program = engine.compile(adding(engine.state('sum', SIZE)))
    const input = filled(0)
    const runs = [1, 2, 3, 4, 5].map((value) => program.run([input.fill(value)]))
    const sums = (await Promise.all(runs)).map(([sum]) => new Float32Array(sum)[0])
    expect(sums).toEqual([1, 3, 6, 10, 15])
  })

  it('ends the runs that were asked for when the engine and its programs are disposed of', async () => {
    const program = engine.compile(slow())
    const runs = [program.run([]), program.run([]), program.run([])]
    program.dispose()
    engine.dispose()
    for (const [output] of await Promise.all(runs)) expect(new Float32Array(output)[0]).toBe(1)
    expect(() => program.run([])).toThrow('The program was disposed of.')
    expect(() => engine.read('sum')).toThrow('The engine was disposed of.')
    expect(() => engine.compile(slow())).toThrow('The engine was disposed of.')
  })

  it('refuses lists that are no program, with the instruction and the rule', () => {
    expect(() => engine.compile(new Uint32Array())).toThrow('the list ends too early')
    expect(() => engine.compile(adding(7))).toThrow('buffer 0 is state 7 of 0')
    const words = slow()
    words[words.length - 1] = 9
    words[words.length - 2] = 1
    expect(() => engine.compile(words)).toThrow('Instruction 1 (FILL): the target reaches word')
  })

  it('refuses inputs that do not fit, and goes on', async () => {
    const program = engine.compile(adding(engine.state('sum', SIZE)))
    await expect(program.run([])).rejects.toThrow('The program has 1 inputs, not 0.')
    await expect(program.run([filled(1), filled(1)])).rejects.toThrow('The program has 1 inputs, not 2.')
    await expect(program.run([new Float32Array(1)])).rejects.toThrow('Input 0 has 64 words, not 1.')
    expect(await program.run([filled(1)])).toEqual([filled(1).buffer])
  })

  it('tells an index that is outside of its table, and goes on', async () => {
    const program = engine.compile(gathering())
    const [index, table] = [new Int32Array(SIZE), filled(4)]
    await expect(program.run([index.fill(SIZE), table])).rejects.toThrow(
      'Index 64 is outside a table of 64 rows.',
    )
    await expect(program.run([index.fill(-1), table])).rejects.toThrow(
      'Index -1 is outside a table of 64 rows.',
    )
    expect(await program.run([index.fill(3), table])).toEqual([table.buffer])
  })

  it('leaves numbers on the threads of JavaScript as they were, and takes denormal ones as zero on its own', async () => {
    const program = engine.compile(adding(engine.state('sum', SIZE)))
    const [sum] = await program.run([filled(1e-40)])
    expect(new Float32Array(sum)[0]).toBe(0)
    program.runNow([filled(1)])
    expect(Number.MIN_VALUE * Number(process.argv.length > 0)).toBeGreaterThan(0)
    expect(Math.fround(1e-40) + Math.fround(1e-40)).toBeGreaterThan(0)
  })

  it('knows a state by its name, and one length of it', () => {
    expect(engine.state('a', 3)).toBe(0)
    expect(engine.state('b', 4)).toBe(1)
    expect(engine.state('a', 3)).toBe(0)
    expect(() => engine.state('a', 4)).toThrow('State a has 3 words, not 4.')
    expect(() => engine.read('c')).toThrow('There is no state c.')
    expect(() => engine.write('a', filled(0))).toThrow('State a has 3 words, not 64.')
  })

  it('times its instructions', async () => {
    const times = await engine.compile(slow()).profile([])
    expect(times).toHaveLength(2)
    expect(times[1]).toBeGreaterThan(0)
  })
})

function open(): NativeStates {
  if (addon === null) throw new Error('The addon is not built.')
  const { Engine }: NativeAddon = addon
  return new Engine(2)
}

const filled = (value: number) => new Float32Array(SIZE).fill(value)

/** Buffers, inputs, outputs, no constants, and instructions of opcode and body. */
function list(
  buffers: readonly (readonly number[])[],
  inputs: readonly number[],
  outputs: readonly number[],
  instructions: readonly (readonly [number, readonly number[]])[],
): Uint32Array<ArrayBuffer> {
  const arena = buffers.length * SIZE
  const head = [MAGIC, VERSION, arena, buffers.length, ...buffers.flat()]
  const ends = [inputs.length, ...inputs, outputs.length, ...outputs, 0, instructions.length]
  const bodies = instructions.flatMap(([opcode, body]) => [opcode, body.length, ...body])
  return Uint32Array.from([...head, ...ends, ...bodies])
}

/** sum += x, for a state `sum` of this number. */
function adding(state: number) {
  const operand = (buffer: number, flags: number) => [buffer, 0, 0, 0, SIZE, 1, flags]
  const [x, sum] = [operand(1, READ), operand(0, READ + WRITTEN)]
  const body = [1, 1, SIZE, 2, ...x, ...sum, 0, 1, ADD, 1, 0, 1, 0, 0]
  const buffers = [
    [1, state, SIZE],
    [0, 0, SIZE],
  ]
  return list(buffers, [1], [0], [[CHAIN, body]])
}

/** Fills its output with ones, many times. */
function slow() {
  const one = new Uint32Array(Float32Array.of(1).buffer)[0]
  const fill = [SIZE, 0, 0, 0, one]
  return list(
    [[0, 0, SIZE]],
    [],
    [0],
    [
      [LOOP, [2000, 0, 0, 1]],
      [FILL, fill],
    ],
  )
}

/** y[i] = table[index[i]] */
function gathering() {
  const buffers = [0, 1, 2].map((i) => [0, i * SIZE, SIZE])
  const body = [SIZE, 1, 0, 0, 0, 1, 0, 0, 1, SIZE, 2, 0, 0, 1]
  return list(buffers, [0, 1], [2], [[GATHER, body]])
}
