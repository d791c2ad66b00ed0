import { describe, expect, it } from 'vitest'
import { checkArchitecture, soundDiagram } from '../../../src-core/architecture/check'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { ArchitectureInput } from '../../../src-core/architecture/schema'
import { character, smallColumns, smallLoop } from './documents'

type Change = (document: ArchitectureInput & Required<Pick<ArchitectureInput, 'boxes'>>) => void

/** The problems of the small loop with a change. */
function problemsOf(change: Change, vocabulary: number | 'V' = 86) {
  const document = { boxes: [], ...(JSON.parse(JSON.stringify(smallLoop())) as ArchitectureInput) }
  change(document)
  return checkArchitecture(parseArchitecture(document), vocabulary)
}

const wide = { id: 'wide', kind: 'circle', size: 8, box: 'loop' } as const

const rows: [code: string, message: string, change: Change][] = [
  [
    'id-not-unique',
    'More than one shape has the id h. Give each an id of its own.',
    ({ shapes }) => void shapes.push({ ...wide, id: 'h' }),
  ],
  [
    'id-not-unique',
    'More than one arrow has the id in. Give each an id of its own.',
    ({ arrows }) => void (arrows[2].id = 'in'),
  ],
  [
    'letter-not-unique',
    'Colours green and blue carry the same letter a. Give each a letter of its own.',
    ({ colors }) => void (colors[3].letter = 'a'),
  ],
  [
    'unknown-color',
    'There is no colour purple, which is the colour of arrow out and shape c. Add it to the colours or choose another.',
    ({ arrows, shapes }) => {
      arrows[2].color = 'purple'
      Object.assign(shapes[0], { source: character('t', 'purple') })
    },
  ],
  [
    'dangling-arrow',
    'Arrow out ends at x, which is not there. Draw it from a shape to a shape.',
    ({ arrows }) => void (arrows[2].to = 'x'),
  ],
  [
    'dangling-arrow',
    'Arrow in begins at x, which is not there. Draw it from a shape to a shape.',
    ({ arrows }) => void (arrows[0].from = 'x'),
  ],
  [
    'dangling-arrow',
    'Arrow in has no shape at either end (x and y are not there). Draw it from a shape to a shape.',
    ({ arrows }) => void Object.assign(arrows[0], { from: 'x', to: 'y' }),
  ],
  [
    'unknown-box',
    'Circle h is in the box round, which is not there. Add the box or take the shape out of it.',
    ({ shapes }) => void (shapes[1].box = 'round'),
  ],
  [
    'no-character',
    'No rectangle reads a character of the text. Add one.',
    ({ shapes }) => void (shapes[0] = { id: 'c', kind: 'rectangle', source: { kind: 'zeros', size: 3 } }),
  ],
  [
    'no-triangle',
    'There is no triangle, so there is nothing to learn. Add one.',
    ({ shapes }) => void shapes.pop(),
  ],
  [
    'arrow-into-rectangle',
    'Rectangle c is an input, so no arrow can enter it. Let it end at a circle.',
    ({ arrows }) => void arrows.push({ id: 'back', from: 'h', to: 'c', color: 'green' }),
  ],
  [
    'rectangle-unused',
    'Nothing flows from rectangle z. Draw an arrow from it or take it away.',
    ({ shapes }) => void shapes.push({ id: 'z', kind: 'rectangle', source: { kind: 'zeros', size: 4 } }),
  ],
  [
    'circle-without-input',
    'Nothing flows into circle wide. Draw an arrow to it or take it away.',
    ({ shapes }) => void shapes.push(wide),
  ],
  [
    'circle-unused',
    'Nothing flows from circle wide. Draw an arrow from it or take it away.',
    ({ shapes }) => void shapes.push(wide),
  ],
  [
    'triangle-without-arrow',
    'No arrow enters triangle o. Draw one from what it predicts from.',
    ({ arrows }) => void arrows.pop(),
  ],
  [
    'arrow-from-triangle',
    'Triangle o is an output, so no arrow can leave it. Let it begin at a circle.',
    ({ arrows }) => void arrows.push({ id: 'back', from: 'o', to: 'h', color: 'green' }),
  ],
  [
    'self-arrow-outside-box',
    'Arrow on goes from circle h to itself outside a box, where there is no step before. Put the circle into a box.',
    ({ shapes }) => delete shapes[1].box,
  ],
  [
    'recurrent-arrow',
    "Arrow in is marked as recurrent, but in a box only a self-arrow brings the step before. Let it begin at circle h, or make its beginning the box's start.",
    ({ arrows }) => void (arrows[0].recurrent = true),
  ],
  [
    'recurrent-arrow',
    'Arrow out brings the state of the step before to triangle o, which keeps none. Only a circle does.',
    ({ arrows }) => void (arrows[2].recurrent = true),
  ],
  [
    'two-recurrent-arrows',
    'Arrows on and on2 each bring the state of the step before to circle h. Keep one of them.',
    ({ arrows }) => void arrows.push({ ...arrows[1], id: 'on2' }),
  ],
  [
    'cell-without-self-arrow',
    'Circle h is an LSTM, which remembers through a self-arrow, and has none. Draw one.',
    ({ shapes, arrows }) => {
      shapes[1] = { id: 'h', kind: 'circle', cell: 'lstm', size: 4, box: 'loop' }
      arrows.splice(1, 1)
    },
  ],
  [
    'cycle-in-box',
    'In the box loop arrows go round from h to wide to h within one step. Only a self-arrow brings something back, and it brings the step before: take one of these arrows away.',
    ({ shapes, arrows }) => {
      shapes.push(wide)
      arrows.push({ id: 'up', from: 'h', to: 'wide' }, { id: 'down', from: 'wide', to: 'h' })
    },
  ],
  [
    'cycle-outside-box',
    'Arrows go round from x to y to x outside a box. What comes back must wait for the next step: use a box with a self-arrow, or take one of these arrows away.',
    ({ shapes, arrows }) => {
      shapes.push({ id: 'x', kind: 'circle', size: 4 }, { id: 'y', kind: 'circle', size: 4 })
      arrows.push({ id: 'xy', from: 'x', to: 'y' }, { id: 'yx', from: 'y', to: 'x' })
    },
  ],
  [
    'cycle-outside-box',
    'Arrows go round from box loop to x to box loop outside a box. What comes back must wait for the next step: use a box with a self-arrow, or take one of these arrows away.',
    ({ shapes, arrows }) => {
      shapes.push({ id: 'x', kind: 'circle', size: 4 })
      arrows.push({ id: 'hx', from: 'h', to: 'x' }, { id: 'xh', from: 'x', to: 'h' })
    },
  ],
  [
    'normalized-together',
    'Circles h and up are normalized together (colour n), but one of them needs what the normalization gives another. Give them normalizations of different colours.',
    ({ colors, shapes, arrows }) => {
      colors.push({ id: 'n', letter: 'n' })
      const normalization = { kind: 'batch', place: 'after', color: 'n' } as const
      Object.assign(shapes[1], { normalization })
      shapes.push({ id: 'up', kind: 'circle', size: 4, box: 'loop', normalization })
      arrows.push({ id: 'rise', from: 'h', to: 'up' })
      arrows[2].from = 'up'
    },
  ],
  [
    'box-range',
    'The box loop runs from step 4 to step 3, so it has no steps. Let it end at 4 or later.',
    ({ boxes }) => void (boxes[0].from = 4),
  ],
  [
    'box-empty',
    'The box other holds no shapes. Put some into it or take it away.',
    ({ boxes }) => void boxes.push({ id: 'other', from: 1, to: 2 }),
  ],
  [
    'start-of-what',
    'The box loop gives a start for c, which is no circle in it. Take the start away.',
    ({ boxes }) => void (boxes[0].start = { c: 'zeros' }),
  ],
  [
    'start-of-what',
    'The box loop gives a start for h, which has no self-arrow and so no state. Draw one or take the start away.',
    ({ boxes, arrows }) => {
      boxes[0].start = { h: 'zeros' }
      arrows.splice(1, 1)
    },
  ],
  [
    'start-missing',
    'The state of circle h starts from x, which is no rectangle or circle. Name one, or let it start from zeros.',
    ({ boxes }) => void (boxes[0].start = { h: 'x' }),
  ],
  [
    'start-inside',
    'The state of circle h starts from c, which is in the same box. Name a shape outside it, or let it start from zeros.',
    ({ boxes }) => void (boxes[0].start = { h: 'c' }),
  ],
  [
    'start-size',
    'The state of circle h starts from z, which is 5 wide, but needs 4. Start from a shape of that size.',
    ({ boxes, shapes }) => {
      shapes.push({ id: 'z', kind: 'rectangle', source: { kind: 'zeros', size: 5 } })
      boxes[0].start = { h: 'z' }
    },
  ],
  [
    'stateful-nothing',
    'The box loop is stateful, but no circle in it has a self-arrow, so there is no state to carry. Draw one or make it stateless.',
    ({ boxes, arrows }) => {
      boxes[0].stateful = true
      arrows.splice(1, 1)
    },
  ],
  [
    'stateful-range',
    'The box loop carries its state from batch to batch, so it must run over the whole window, from step 1 to 3; it runs from 2 to 3.',
    ({ boxes }) => void Object.assign(boxes[0], { stateful: true, from: 2 }),
  ],
  [
    'last-step-only',
    'Circle wide is in the box loop, but only what it holds in the last step is used. Put it outside the box.',
    ({ shapes, arrows, colors }) => {
      colors.push({ id: 'red', letter: 'd' }, { id: 'brown', letter: 'f' })
      shapes.push(wide)
      arrows.push({ id: 'up', from: 'h', to: 'wide', color: 'red' })
      arrows.push({ id: 'on', from: 'wide', to: 'o', color: 'brown' })
    },
  ],
  [
    'step-outside-box',
    'Rectangle c reads character t, but is in no box that counts t. Put it into one or give the number of a character.',
    ({ shapes }) => delete shapes[0].box,
  ],
  [
    'step-outside-box',
    'Triangle o predicts character t+1, but is in no box that counts t. Put it into one or give the number of a character.',
    ({ shapes }) => void Object.assign(shapes[2], { predicts: { character: 't+1' } }),
  ],
  [
    'no-step-in-box',
    'Rectangle c is in the box loop but reads character 2 whatever the step. Put it outside the box, or let it read character t.',
    ({ shapes }) => void Object.assign(shapes[0], { source: character(2) }),
  ],
  [
    'no-step-in-box',
    'Triangle o is in the box loop but predicts character 4 whatever the step. Put it outside the box, or let it predict t+1.',
    ({ shapes }) => void (shapes[2].box = 'loop'),
  ],
  [
    'output-seen',
    'Triangle o predicts character 3, but what flows into it has already seen characters up to 3. Let it predict 4 or later.',
    ({ shapes }) => void Object.assign(shapes[2], { predicts: { character: 3 } }),
  ],
  [
    'output-seen',
    'Triangle o predicts character 2 in the first step, when what flows into it has already seen character 3. Let the box begin later.',
    ({ shapes, arrows, boxes }) => {
      Object.assign(shapes[2], { box: 'loop', predicts: { character: 't+1' } })
      shapes.push({ id: 'early', kind: 'rectangle', source: character(3) })
      arrows.push({ ...arrows[0], id: 'all', from: 'early' })
      boxes[0].to = 5
    },
  ],
  [
    'too-many-outputs',
    'The triangles make 30000 outputs, one for each step of their boxes, which is more than 20000. Let the boxes run over fewer steps.',
    ({ shapes, arrows, boxes }) => {
      boxes[0].to = 10_000
      for (const id of ['o', 'p', 'q']) {
        shapes.push({ id, kind: 'triangle', predicts: { character: 't+1' }, box: 'loop' })
        arrows.push({ ...arrows[2], id: `out-${id}`, to: id })
      }
      shapes.splice(2, 1)
    },
  ],
  [
    'carried-from',
    'Rectangle past carries the state of h from the batch before, which is no circle outside the boxes. Name one.',
    ({ shapes }) =>
      void shapes.push({ id: 'past', kind: 'rectangle', source: { kind: 'carried', from: 'h' } }),
  ],
  [
    'color-two-kinds',
    'Colour green stands for the embedding of c and the weight matrix of in, which cannot be one. Give each a colour of its own.',
    ({ shapes }) => void Object.assign(shapes[0], { source: character('t', 'green') }),
  ],
  [
    'color-two-shapes',
    'Arrows in and out are green, so they share one weight matrix, but in needs 3×4 and out needs 4×86. Give one of them another colour.',
    ({ arrows }) => void (arrows[2].color = 'green'),
  ],
  [
    'color-two-normalizations',
    'Rectangles c and d are e, so they are normalized alike, but they say none and batch. Let them say the same, or give some of them another colour.',
    ({ shapes, arrows }) => {
      const encoding = { kind: 'embedding', size: 3, color: 'e', normalization: 'batch' } as const
      shapes.push({
        id: 'd',
        kind: 'rectangle',
        source: { kind: 'character', at: 't', encoding },
        box: 'loop',
      })
      arrows.push({ ...arrows[0], id: 'in2', from: 'd' })
    },
  ],
  [
    'bias-without-forget-gate',
    'Colour green has a bias of 1 for a forget gate, but not all of its arrows (in) enter an LSTM. Choose another bias.',
    ({ colors }) => void (colors[1].bias = 'forget-one'),
  ],
  [
    'too-large',
    'Colour orange would need a matrix of 60000×60000, which is more than 268435456 numbers. Choose smaller sizes.',
    ({ shapes }) => void Object.assign(shapes[1], { size: 60_000 }),
  ],
  [
    'normalization-in-gru',
    'Circle h is a GRU, whose reset gate leaves no one sum to normalize. Place the normalization after it.',
    ({ shapes, colors }) => {
      colors.push({ id: 'n', letter: 'n' })
      const normalization = { kind: 'layer', place: 'before', color: 'n' } as const
      shapes[1] = { id: 'h', kind: 'circle', cell: 'gru', size: 4, box: 'loop', normalization }
    },
  ],
  [
    'concat-size',
    'Circle h joins what its arrows bring side by side, which has to be 4 wide in all, but the arrows bring in 3 and on 4. Set the size of the circle or of the arrows.',
    ({ shapes, arrows }) => {
      Object.assign(shapes[1], { join: 'concat' })
      delete arrows[0].color
      delete arrows[1].color
    },
  ],
  [
    'concat-size',
    'Circle h joins what its arrows bring side by side, which has to be 5 wide in all, but the arrows bring in ? and on ?. Set the size of the circle or of the arrows.',
    ({ shapes }) => void Object.assign(shapes[1], { join: 'concat', size: 5 }),
  ],
  [
    'dot-size',
    'Circle h is a dot product, which is 1 wide, but its size is 4. Set it to 1.',
    ({ shapes }) => void Object.assign(shapes[1], { join: 'dot' }),
  ],
  [
    'dot-widths',
    'Circle h is a dot product of what its arrows bring, which has to be of one width, but they bring in 3 and on 4. Set the size of the arrows.',
    ({ shapes, arrows }) => {
      Object.assign(shapes[1], { join: 'dot' })
      arrows[0].size = 3
      arrows[1].size = 4
    },
  ],
  [
    'activation-into-cell',
    'Arrow in applies relu to what it brings to circle h, but a GRU has its own activations. Make the arrow linear.',
    ({ shapes, arrows }) => {
      shapes[1] = { id: 'h', kind: 'circle', cell: 'gru', size: 4, box: 'loop' }
      arrows[0].activation = 'relu'
    },
  ],
  [
    'cell-without-weights',
    'Arrow in has no weights, but circle h is an LSTM, which needs 4 gates of 4 from it. Give it a colour.',
    ({ shapes, arrows }) => {
      shapes[1] = { id: 'h', kind: 'circle', cell: 'lstm', size: 4, box: 'loop' }
      delete arrows[0].color
    },
  ],
  [
    'arrow-without-weights',
    'Arrow in has no weights, so it brings the 3 of rectangle c as they are, but circle h needs 4. Give it a colour.',
    ({ arrows }) => delete arrows[0].color,
  ],
  [
    'arrow-size',
    'Arrow in has the size 3, but circle h needs 4 from it. Take the size away.',
    ({ arrows }) => void (arrows[0].size = 3),
  ],
]

describe('checkArchitecture', () => {
  it('finds nothing wrong with the small documents', () => {
    expect(checkArchitecture(smallLoop())).toEqual([])
    expect(checkArchitecture(smallColumns())).toEqual([])
  })

  it.each(rows)('%s: %s', (code, message, change) => {
    expect(problemsOf(change)).toContainEqual(expect.objectContaining({ code, message }))
  })

  it('marks what is concerned', () => {
    const found = problemsOf(({ arrows }) => void (arrows[2].color = 'green'))
    expect(found).toEqual([expect.objectContaining({ arrows: ['in', 'out'], shapes: [], colors: ['green'] })])
  })

  it('reports all problems, not the first', () => {
    const found = problemsOf(({ arrows, colors }) => {
      arrows[0].color = 'purple'
      arrows[2].color = 'orange'
      colors[2].letter = 'a'
    })
    expect(found.map(({ code }) => code)).toEqual(['letter-not-unique', 'unknown-color', 'color-two-shapes'])
  })

  it('writes V for the size of a vocabulary that is not chosen yet', () => {
    const [{ message }] = problemsOf(({ arrows }) => void (arrows[2].color = 'orange'), 'V')
    expect(message).toContain('out needs 4×V')
  })

  it('wants the state that a recurrent arrow brings to be of the size of the circle', () => {
    const document = smallColumns(({ shapes, arrows, colors }) => {
      Object.assign(shapes[0], { source: { kind: 'zeros', size: 5 } })
      colors.push({ id: 'red', letter: 'd' })
      arrows
        .filter(({ id }) => id === 'on1')
        .forEach((arrow) => Object.assign(arrow, { color: 'red', recurrent: true }))
    })
    expect(checkArchitecture(document).map(({ message }) => message)).toEqual([
      'Arrow on1 brings circle h1 its state of the step before, which has to be 4 wide, but rectangle zero is 5 wide. Make them alike.',
    ])
  })

  it('throws the first problem where a sound document is needed, and counts the others', () => {
    const document = smallLoop()
    document.arrows[0].color = 'purple'
    document.colors[2].letter = 'a'
    expect(() => soundDiagram(document)).toThrow(
      'The architecture small is not a network yet: Colours green and orange carry the same letter a. Give each a letter of its own. (and 1 more)',
    )
  })
})
