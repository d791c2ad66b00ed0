import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { tinyArchitecture, Workplace } from './unroll'

const work = new Workplace()
let checkpoint: string

const train = (corpus: string, architecture = 'tiny.json'): string[] => [
  ...['train', '--architecture', architecture, '--corpus', corpus, '--steps', '1', '--out', 'made'],
]

beforeAll(async () => {
  const options = ['--steps', '2', '--out', 'run', '--json']
  const { json } = await work.unroll([...train('tiny.txt').slice(0, 5), ...options])
  checkpoint = (json[0] as { checkpoint: string }).checkpoint

  work.write('empty.txt', '')
  work.write(
    'binary.txt',
    Uint8Array.from({ length: 3000 }, (_, at) => (at * 7) % 256),
  )
  work.write('short.txt', 'the')
  work.write('latin.txt', Buffer.from('caf\xe9 au lait. '.repeat(100), 'latin1'))
  const { arrows, colors, shapes } = tinyArchitecture
  const documents: Record<string, object> = {
    // One colour for two matrices of different sizes.
    'color.json': { arrows: arrows.map((arrow) => ({ ...arrow, color: 'green' })) },
    'unknown-color.json': { colors: colors.slice(1) },
    'dangling.json': { arrows: [...arrows, { id: 'lost', from: 'h', to: 'nowhere', color: 'blue' }] },
    'cycle.json': {
      shapes: [...shapes, ...['x', 'y'].map((id) => ({ id, kind: 'circle', size: 16 }))],
      arrows: [
        ...arrows,
        { id: 'there', from: 'x', to: 'y', color: 'orange' },
        { id: 'back', from: 'y', to: 'x', color: 'orange' },
      ],
    },
    'newer.json': { version: 99 },
  }
  for (const [name, change] of Object.entries(documents)) {
    work.write(name, JSON.stringify({ ...tinyArchitecture, ...change }))
  }
  work.write('not.json', '{"format": ')

  const good = readFileSync(work.path(checkpoint))
  work.write('cut.safetensors', good.subarray(0, good.length - 100))
  const flipped = Buffer.from(good)
  flipped[good.length - 50] ^= 4
  work.write('flipped.safetensors', flipped)
  const absurd = Buffer.from(good)
  absurd.writeBigUInt64LE(2n ** 62n, 0)
  work.write('absurd.safetensors', absurd)
  const header = JSON.stringify({
    a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
  })
  const overlapping = Buffer.alloc(8 + header.length + 12)
  overlapping.writeBigUInt64LE(BigInt(header.length), 0)
  overlapping.write(header, 8)
  work.write('overlapping.safetensors', overlapping)
})

describe('bad input', () => {
  it.each([
    ['a file that is not there', () => train('nowhere.txt'), /no file nowhere\.txt/],
    ['an empty file', () => train('empty.txt'), /empty/],
    ['a binary file', () => train('binary.txt'), /binary/],
    ['a file shorter than one window', () => train('short.txt'), /3.*window|window.*3/],
    [
      'text that is not UTF-8',
      () => train('latin.txt'),
      /100 places cannot be decoded, the first at byte 3.*--fallback/,
    ],
    [
      'an unknown architecture',
      () => train('tiny.txt', 'best-rnn'),
      /no architecture of that name.*simple-rnn/,
    ],
    ['a document that is no JSON', () => train('tiny.txt', 'not.json'), /not an architecture document/],
    ['a document of a newer version', () => train('tiny.txt', 'newer.json'), /version 99/],
    ['a colour for two sizes', () => train('tiny.txt', 'color.json'), /green.*6.*16/],
    ['a colour that is not there', () => train('tiny.txt', 'unknown-color.json'), /violet/],
    ['a dangling arrow', () => train('tiny.txt', 'dangling.json'), /lost.*nowhere/],
    ['a cycle outside a box', () => train('tiny.txt', 'cycle.json'), /x.*y|y.*x/],
    ['a run that is not there', () => ['resume', 'elsewhere'], /no run in elsewhere/],
    ['a folder that is no run', () => ['sample', '.'], /no run\.json/],
    ['a truncated checkpoint', () => ['sample', 'cut.safetensors'], /bytes/],
    ['a checkpoint with a flipped bit', () => ['sample', 'flipped.safetensors'], /checksum/],
    ['a header of absurd size', () => ['sample', 'absurd.safetensors'], /header/],
    ['offsets that overlap', () => ['sample', 'overlapping.safetensors'], /inside the one before/],
    ['a file that is no checkpoint', () => ['predict', 'tiny.txt', '--text', 'a'], /unroll: /],
    [
      'text without a known character',
      () => ['predict', 'run', '--text', 'XYZ'],
      /nothing that the network knows/,
    ],
    ['a folder to make that is full', () => [...train('tiny.txt'), '--out', 'run'], /not empty/],
    ['a plan that is not there', () => [...train('tiny.txt'), '--plan', 'no.json'], /no\.json/],
    ['a plan with an unknown setting', () => [...train('tiny.txt'), '--plan', 'tiny.json'], /plan/],
    [
      'a place to export to that is not there',
      () => ['export', 'run', '--format', 'csv', '--out', 'x/y.csv'],
      /x\/y\.csv/,
    ],
  ] as [string, () => string[], RegExp][])(
    '%s is refused in one line, and nothing is changed',
    async (_, args, said) => {
      const before = work.state()
      const { code, stdout, stderr } = await work.unroll(args())
      const last = stderr.trimEnd().split('\n').at(-1)
      expect(last).toMatch(said)
      expect(last).toMatch(/^unroll: .+\.$|^unroll: .+resume \S+$/)
      expect(last).not.toContain('defect')
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(work.state()).toEqual(before)
    },
  )

  it('a run of a newer version is refused by every verb', async () => {
    const run = JSON.parse(readFileSync(work.path('run/run.json'), 'utf8')) as object
    const kept = JSON.stringify(run)
    work.write('run/run.json', JSON.stringify({ ...run, version: 99 }))
    const before = work.state()
    for (const args of [
      ['resume', 'run', '--steps', '1'],
      ['sample', 'run'],
      ['export', 'run', '--format', 'csv', '--out', 'w.csv'],
    ]) {
      const { code, stderr } = await work.unroll(args)
      expect(stderr).toMatch(/^unroll: .*version 99/)
      expect(code).toBe(1)
    }
    expect(work.state()).toEqual(before)
    work.write('run/run.json', kept)
  })

  it('all that is wrong with an architecture is listed', async () => {
    const { code, stdout, stderr } = await work.unroll(['architecture', 'cycle.json', '--json'])
    expect(code).toBe(1)
    expect(stdout).toContain('"type":"problem"')
    expect(stderr).toMatch(/^unroll: [^\n]+\n$/)
  })

  it('a damaged newest checkpoint is passed over for the one before it', async () => {
    await work.unroll(['resume', 'run', '--steps', '1'])
    work.write('run/checkpoints/step-00000003.safetensors', 'rubbish')
    const { code, stderr } = await work.unroll(['sample', 'run', '--length', '1', '--prime', 't'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/Skipped run\/checkpoints\/step-00000003.*Using run\/checkpoints\/step-00000002/)
  })
})
