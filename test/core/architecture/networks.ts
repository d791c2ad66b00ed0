import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { Architecture, ArchitectureInput } from '../../../src-core/architecture/schema'
import { character, smallLoop } from './documents'

type Circle = Extract<ArchitectureInput['shapes'][number], { kind: 'circle' }>

/** Characters 1 to 3 through one circle in a box, an output on every step, and another after the last. */
function loopOf(
  circle: Partial<Circle>,
  changes: (document: ArchitectureInput) => void = () => undefined,
): Architecture {
  const document: ArchitectureInput = {
    ...smallLoop(),
    colors: [
      { id: 'e', letter: 'e' },
      { id: 'green', letter: 'a' },
      { id: 'orange', letter: 'b', bias: 'none' },
      { id: 'blue', letter: 'c' },
      { id: 'n', letter: 'n' },
    ],
    shapes: [
      { id: 'c', kind: 'rectangle', source: character('t'), box: 'loop' },
      { id: 'h', kind: 'circle', size: 4, box: 'loop', ...circle },
      { id: 'o', kind: 'triangle', predicts: { character: 't+1' }, weight: 2, box: 'loop' },
      { id: 'last', kind: 'triangle', predicts: { character: 5 }, loss: 'one-hot-cross-entropy' },
    ],
    arrows: [
      { id: 'in', from: 'c', to: 'h', color: 'green' },
      { id: 'on', from: 'h', to: 'h', color: 'orange' },
      { id: 'out', from: 'h', to: 'o', color: 'blue' },
      { id: 'end', from: 'h', to: 'last', color: 'blue' },
    ],
  }
  changes(document)
  return parseArchitecture(document)
}

const cells: Record<string, Partial<Circle>> = {
  'a plain circle': { activation: 'tanh' },
  'a plain circle with relu': { activation: 'relu' },
  'a GRU that resets before the product': { cell: 'gru', reset: 'before' },
  'a GRU that resets after the product': { cell: 'gru', reset: 'after' },
  'a GRU of Keras 1': { cell: 'gru', gateActivation: 'hard-sigmoid' },
  'an LSTM': { cell: 'lstm' },
  'an LSTM of Keras 1': { cell: 'lstm', gateActivation: 'hard-sigmoid' },
}

/** Small documents of every kind with a box, by what they are. */
export const networks: Record<string, () => Architecture> = {
  'an embedding with batch normalization': () =>
    loopOf({ activation: 'tanh' }, ({ shapes }) => {
      const encoding = { kind: 'embedding', size: 3, color: 'e', normalization: 'batch' } as const
      Object.assign(shapes[0], { source: { kind: 'character', at: 't', encoding } })
    }),
  'arrows with activations of their own': () =>
    loopOf({}, ({ arrows }) => {
      arrows[0].activation = 'sigmoid'
      arrows[1].activation = 'tanh'
    }),
  'a product': () =>
    loopOf({ activation: 'tanh', join: 'product' }, ({ colors }) => void (colors[2].bias = 'ones')),
  'a concatenation': () =>
    loopOf({ activation: 'tanh', join: 'concat' }, ({ arrows }) => void (arrows[0].size = 3)),
  'a dot product of what is brought as it is': () =>
    loopOf({ activation: 'tanh' }, ({ shapes, arrows, colors }) => {
      colors.push({ id: 'red', letter: 'd' })
      shapes.push({ id: 'dot', kind: 'circle', size: 1, join: 'dot', box: 'loop' })
      arrows.push(
        { id: 'left', from: 'c', to: 'dot' },
        { id: 'right', from: 'h', to: 'dot', color: 'green2' },
        { id: 'dots', from: 'dot', to: 'o', color: 'red' },
      )
      colors.push({ id: 'green2', letter: 'g' })
    }),
  'states that start from a shape, which enters every step besides': () =>
    loopOf({ cell: 'lstm' }, ({ shapes, arrows, boxes, colors }) => {
      colors.push({ id: 'red', letter: 'd' }, { id: 'brown', letter: 'g' })
      shapes.push(
        { id: 'first', kind: 'rectangle', source: character(1) },
        { id: 'z', kind: 'circle', size: 4, activation: 'tanh' },
      )
      arrows.push(
        { id: 'begin', from: 'first', to: 'z', color: 'red' },
        { id: 'every', from: 'z', to: 'h', color: 'brown' },
      )
      if (boxes) boxes[0] = { id: 'loop', from: 2, to: 4, start: { h: 'z' } }
    }),
  'a batch normalization before a loop and what it starts from': () => {
    const normalization = { kind: 'batch', place: 'before', color: 'n' } as const
    return loopOf({ activation: 'tanh', normalization }, ({ shapes, arrows, boxes }) => {
      shapes.push(
        { id: 'first', kind: 'rectangle', source: character(1) },
        { id: 'z', kind: 'circle', size: 4, activation: 'tanh', normalization },
      )
      arrows.push({ id: 'begin', from: 'first', to: 'z', color: 'green' })
      boxes?.splice(0, 1, { id: 'loop', from: 2, to: 4, start: { h: 'z' } })
    })
  },
  'two outputs on every step': () =>
    loopOf({ activation: 'tanh' }, ({ shapes, arrows, colors }) => {
      colors.push({ id: 'red', letter: 'd' })
      shapes.push({ id: 'p', kind: 'triangle', predicts: { character: 't+1' }, box: 'loop' })
      arrows.push({ id: 'other', from: 'h', to: 'p', color: 'red' })
    }),
  'embedded characters in a loop that begins later': () =>
    loopOf({ activation: 'tanh' }, ({ boxes }) => void boxes?.splice(0, 1, { id: 'loop', from: 2, to: 4 })),
  'one-hot characters in a loop that begins later': () =>
    loopOf({ activation: 'tanh' }, ({ shapes, boxes }) => {
      const encoding = { kind: 'one-hot' } as const
      Object.assign(shapes[0], { source: { kind: 'character', at: 't', encoding } })
      boxes?.splice(0, 1, { id: 'loop', from: 2, to: 4 })
    }),
  'one box after another': () =>
    loopOf({ cell: 'lstm' }, ({ shapes, arrows, boxes, colors }) => {
      colors.push({ id: 'red', letter: 'd' })
      shapes.push(
        { id: 'c0', kind: 'rectangle', source: character('t'), box: 'reader' },
        { id: 'h0', kind: 'circle', size: 4, cell: 'lstm', box: 'reader' },
      )
      arrows.push(
        { id: 'in0', from: 'c0', to: 'h0', color: 'green' },
        { id: 'on0', from: 'h0', to: 'h0', color: 'red' },
      )
      boxes?.splice(
        0,
        1,
        { id: 'reader', from: 1, to: 2 },
        { id: 'loop', from: 3, to: 4, start: { h: 'h0' } },
      )
    }),
  'a circle of the first loop and one above it, with dropout everywhere': () =>
    loopOf(
      { cell: 'lstm', dropout: { input: 0.3, recurrent: 0.3, output: 0.3 } },
      ({ shapes, arrows, colors }) => {
        colors.push({ id: 'red', letter: 'd' }, { id: 'brown', letter: 'g', bias: 'ones' })
        shapes.push({ id: 'up', kind: 'circle', size: 3, cell: 'gru', dropout: { input: 0.5 }, box: 'loop' })
        arrows.push(
          { id: 'rise', from: 'h', to: 'up', color: 'red' },
          { id: 'round', from: 'up', to: 'up', color: 'brown' },
        )
        for (const arrow of arrows) if (arrow.id === 'out' || arrow.id === 'end') arrow.from = 'up'
      },
    ),
}
for (const [name, circle] of Object.entries(cells)) networks[name] = () => loopOf(circle)
for (const name of ['a plain circle', 'a GRU that resets before the product', 'an LSTM']) {
  const circle = cells[name]
  for (const kind of ['batch', 'layer'] as const) {
    for (const place of ['before', 'after'] as const) {
      if (circle.cell === 'gru' && place === 'before') continue
      const normalization = { kind, place, color: 'n' }
      networks[`${name} with ${kind} normalization ${place} it`] = () => loopOf({ ...circle, normalization })
    }
  }
}
