import { z } from 'zod'

/** The newest version of the document's format that this program reads and the one it writes. */
export const FORMAT_VERSION = 1

const MAX_SIZE = 65_536
const MAX_STEPS = 10_000
export const MAX_SHAPES = 20_000
const MAX_BOXES = 1000

export const idSchema = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9._@-]*$/, 'must begin with a letter and hold only letters, digits and . _ @ -')
  .refine((text) => text !== 'zeros', '"zeros" is a reserved word')
const id = idSchema

const size = z.int().min(1).max(MAX_SIZE)
const character = z.int().min(1).max(MAX_STEPS)
const rate = z.number().min(0).lt(1)

const activation = z.enum(['linear', 'relu', 'tanh', 'sigmoid', 'hard-sigmoid', 'softmax'])
const cellActivation = z.enum(['linear', 'relu', 'tanh', 'sigmoid', 'hard-sigmoid'])
const gateActivation = z.enum(['sigmoid', 'hard-sigmoid'])

const color = z.strictObject({
  id,
  letter: z.string().min(1).max(3).describe('shown on the arrows, for those who do not see the colour'),
  dash: z.enum(['solid', 'dashed', 'dotted', 'dash-dot', 'long-dash']).default('solid'),
  hex: z
    .string()
    .regex(/^#[0-9a-f]{6}$/, 'must be written like #1b9e77')
    .optional()
    .describe("what it looks like; where left out, the picture takes one by the colour's place in the list"),
  initialization: z
    .enum(['glorot', 'identity', 'orthogonal', 'uniform', 'zeros'])
    .default('glorot')
    .describe('of the weight matrix, for each gate of a cell by itself'),
  bias: z
    .enum(['none', 'zeros', 'ones', 'forget-one'])
    .default('zeros')
    .describe("what the bias starts from; forget-one: 1 for an LSTM's forget gate, 0 elsewhere"),
})

const encoding = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('embedding'),
    size,
    color: id.describe('rectangles with one embedding colour share one matrix and its normalization'),
    normalization: z.enum(['none', 'batch', 'layer']).default('none'),
  }),
  z.strictObject({ kind: z.literal('one-hot') }),
])

const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('character'),
    at: z
      .union([z.literal('t'), character], 'must be "t" or the number of a character of the window')
      .describe('t in a box: the character of the step; else the place in the window, from 1'),
    encoding,
  }),
  z.strictObject({ kind: z.literal('zeros'), size }),
  z.strictObject({
    kind: z.literal('carried'),
    from: id.describe('the circle whose activations of the batch before this brings'),
    start: id.optional().describe('the shape that a fresh row starts from; zeros where left out'),
  }),
])

const box = id.optional().describe('the box that it is in')

const rectangle = z.strictObject({ kind: z.literal('rectangle'), id, source, box })

const circleBase = {
  kind: z.literal('circle'),
  id,
  size,
  normalization: z
    .strictObject({
      kind: z.enum(['batch', 'layer']),
      place: z
        .enum(['before', 'after'])
        .describe(
          'before: on the sum, before the activation; after: on what leaves the circle, not on what its self-arrow brings',
        ),
      color: id.describe('circles with one normalization colour share scale, shift and statistics'),
    })
    .optional(),
  dropout: z
    .strictObject({
      input: rate.default(0).describe('of what enters, one mask a batch for every step'),
      recurrent: rate.default(0).describe('of what the self-arrow brings, one mask a batch for every step'),
      output: rate.default(0).describe('of what leaves, a mask for every step'),
    })
    .prefault({}),
  box,
}

const circle = z.discriminatedUnion('cell', [
  z.strictObject({
    ...circleBase,
    cell: z.literal('plain').optional().default('plain'),
    join: z.enum(['sum', 'product', 'concat', 'dot']).default('sum'),
    activation: activation.default('linear').describe('applied after the join'),
  }),
  z.strictObject({
    ...circleBase,
    cell: z.literal('gru'),
    activation: cellActivation.default('tanh'),
    gateActivation: gateActivation.default('sigmoid'),
    reset: z
      .enum(['before', 'after'])
      .default('before')
      .describe('whether the reset gate acts before or after the product with the recurrent weights'),
  }),
  z.strictObject({
    ...circleBase,
    cell: z.literal('lstm'),
    activation: cellActivation.default('tanh'),
    gateActivation: gateActivation.default('sigmoid'),
  }),
])

const triangle = z.strictObject({
  kind: z.literal('triangle'),
  id,
  predicts: z.strictObject({
    character: z
      .union([z.literal('t+1'), character], 'must be "t+1" or the number of a character')
      .describe('t+1 in a box: the character after the step; else the place in the window, from 1'),
  }),
  loss: z.enum(['sparse-cross-entropy', 'one-hot-cross-entropy']).default('sparse-cross-entropy'),
  weight: z
    .number()
    .positive()
    .max(1e6)
    .default(1)
    .describe('in the total; in a box of the mean of all steps'),
  box,
})

const arrow = z.strictObject({
  id,
  from: id,
  to: id,
  color: id.optional().describe('its weight matrix; without one it brings what the shape holds as it is'),
  activation: activation.default('linear').describe('applied to what it brings, before the join'),
  size: size.optional().describe('the width it brings, where the join does not say it (concat, dot)'),
  recurrent: z
    .boolean()
    .default(false)
    .describe('brings the state of the step before; a self-arrow does so without saying it'),
})

const loop = z.strictObject({
  id,
  from: character,
  to: character,
  start: z
    .record(id, z.union([z.literal('zeros'), id]))
    .default({})
    .describe('circle to the shape outside that its state starts from; zeros where left out'),
  stateful: z.boolean().default(false).describe('whether state is carried from one batch to the next'),
})

/** The architecture document, version 1. See section 3 of the design for what the shapes mean. */
export const architectureSchema = z.strictObject({
  $schema: z.string().optional(),
  format: z.literal('unroll/architecture'),
  version: z.literal(FORMAT_VERSION),
  name: z.string().min(1).max(80),
  description: z.string().max(4000).default(''),
  colors: z.array(color).max(MAX_SHAPES),
  shapes: z.array(z.discriminatedUnion('kind', [rectangle, circle, triangle])).max(MAX_SHAPES),
  arrows: z.array(arrow).max(4 * MAX_SHAPES),
  boxes: z.array(loop).max(MAX_BOXES).default([]),
  plan: z
    .record(z.string(), z.json())
    .optional()
    .describe('the training plan that this architecture suggests; read by the training, not here'),
  layout: z
    .record(id, z.strictObject({ x: z.number(), y: z.number() }))
    .default({})
    .describe('where the middle of each shape is drawn'),
})

export type Architecture = z.output<typeof architectureSchema>
/** A document as written, before defaults. */
export type ArchitectureInput = z.input<typeof architectureSchema>
export type Color = Architecture['colors'][number]
export type Shape = Architecture['shapes'][number]
export type Rectangle = Extract<Shape, { kind: 'rectangle' }>
export type Circle = Extract<Shape, { kind: 'circle' }>
export type Triangle = Extract<Shape, { kind: 'triangle' }>
export type Arrow = Architecture['arrows'][number]
export type Box = Architecture['boxes'][number]
