import { cellName } from './check-flow'
import { type ColorUse, colorUses } from './colors'
import { append, type Diagram, gatesOf, isRecurrent, nameOf } from './diagram'
import { listed, problem, type Problem } from './problem'
import type { Arrow, Circle, Color } from './schema'
import { broughtWidth, type Size, widthOf } from './sizes'

/** Numbers in one matrix, so that what a typing error asks for is not allocated: 1 GiB in float32. */
const MAX_ELEMENTS = 2 ** 28

/** That every colour needs one shape of weights, and every join is given what it can join. */
export function checkSizes(diagram: Diagram, vocabulary: Size): Problem[] {
  const problems: Problem[] = []
  for (const [id, uses] of colorUses(diagram, vocabulary)) {
    const color = diagram.colors.get(id)
    if (color) problems.push(...checkColor(color, uses))
  }
  for (const shape of diagram.document.shapes) {
    if (shape.kind === 'circle') problems.push(...checkCircle(diagram, shape, vocabulary))
  }
  for (const arrow of diagram.document.arrows) problems.push(...checkArrow(diagram, arrow, vocabulary))
  return problems
}

const MATRIX = { weights: 'weight matrix', embedding: 'embedding', normalization: 'normalization' }

function checkColor(color: Color, uses: readonly ColorUse[]): Problem[] {
  const arrows = uses.filter((use) => use.kind === 'weights').map((use) => use.id)
  const shapes = uses.filter((use) => use.kind !== 'weights').map((use) => use.id)
  const marks = { arrows, shapes, colors: [color.id] }
  const kinds = [...new Set(uses.map((use) => use.kind))]
  if (kinds.length > 1) {
    const whats = kinds.map(
      (kind) =>
        `the ${MATRIX[kind]} of ${listed(uses.filter((use) => use.kind === kind).map((use) => use.id))}`,
    )
    const message = `Colour ${color.id} stands for ${listed(whats)}, which cannot be one. Give each a colour of its own.`
    return [problem('color-two-kinds', message, marks)]
  }
  const problems: Problem[] = []
  const [{ kind }] = uses
  const who = kind === 'weights' ? 'Arrows' : kind === 'embedding' ? 'Rectangles' : 'Circles'
  const users = listed([...arrows, ...shapes])
  const needs = byShape(uses)
  if (needs.size > 1) {
    const each = [...needs].map(
      ([size, ids]) => `${listed(ids)} ${ids.length > 1 ? 'need' : 'needs'} ${size}`,
    )
    const some = uses.length === 2 ? 'one' : 'some'
    const message = `${who} ${users} are ${color.id}, so they share one ${MATRIX[kind]}, but ${listed(each)}. Give ${some} of them another colour.`
    problems.push(problem('color-two-shapes', message, marks))
  }
  const normalizations = new Set(uses.map((use) => use.normalization))
  if (normalizations.size > 1) {
    const message = `${who} ${users} are ${color.id}, so they are normalized alike, but they say ${listed([...normalizations])}. Let them say the same, or give some of them another colour.`
    problems.push(problem('color-two-normalizations', message, marks))
  }
  if (color.bias === 'forget-one' && uses.some((use) => use.kind === 'weights' && use.gates !== 4)) {
    const message = `Colour ${color.id} has a bias of 1 for a forget gate, but not all of its arrows (${users}) enter an LSTM. Choose another bias.`
    problems.push(problem('bias-without-forget-gate', message, marks))
  }
  const large = uses.find(
    ({ rows, columns }) =>
      typeof rows === 'number' && typeof columns === 'number' && rows * columns > MAX_ELEMENTS,
  )
  if (large) {
    const message = `Colour ${color.id} would need a matrix of ${sizeText(large)}, which is more than ${MAX_ELEMENTS} numbers. Choose smaller sizes.`
    problems.push(problem('too-large', message, marks))
  }
  return problems
}

/** The ids of the uses by the shape of matrix they need, as messages write it; `42×256`. */
function byShape(uses: readonly ColorUse[]): Map<string, string[]> {
  const needs = new Map<string, string[]>()
  for (const use of uses) {
    if (use.rows !== null && use.columns !== null) append(needs, sizeText(use), use.id)
  }
  return needs
}

function sizeText({ kind, rows, columns }: ColorUse): string {
  return kind === 'normalization' ? `${columns ?? '?'}` : `${rows ?? '?'}×${columns ?? '?'}`
}

function checkCircle(diagram: Diagram, circle: Circle, vocabulary: Size): Problem[] {
  const arrows = diagram.into(circle)
  const marks = { shapes: [circle.id], arrows: arrows.map((arrow) => arrow.id) }
  if (circle.cell === 'gru' && circle.normalization?.place === 'before') {
    const message = `${nameOf(circle)} is a GRU, whose reset gate leaves no one sum to normalize. Place the normalization after it.`
    return [problem('normalization-in-gru', message, { shapes: [circle.id] })]
  }
  if (circle.cell !== 'plain' || circle.join === 'sum' || circle.join === 'product' || arrows.length === 0)
    return []
  const widths = arrows.map((arrow) => broughtWidth(diagram, arrow, vocabulary))
  const brought = listed(arrows.map((arrow, place) => `${arrow.id} ${widths[place] ?? '?'}`))
  if (circle.join === 'concat') {
    const total = widths.reduce<number | null>(
      (sum, width) => (sum === null || typeof width !== 'number' ? null : sum + width),
      0,
    )
    if (total === circle.size || (total === null && widths.includes('V'))) return []
    const message = `${nameOf(circle)} joins what its arrows bring side by side, which has to be ${circle.size} wide in all, but the arrows bring ${brought}. Set the size of the circle or of the arrows.`
    return [problem('concat-size', message, marks)]
  }
  const problems: Problem[] = []
  if (circle.size !== 1) {
    const message = `${nameOf(circle)} is a dot product, which is 1 wide, but its size is ${circle.size}. Set it to 1.`
    problems.push(problem('dot-size', message, { shapes: [circle.id] }))
  }
  if (widths.includes(null) || new Set(widths).size > 1) {
    const message = `${nameOf(circle)} is a dot product of what its arrows bring, which has to be of one width, but they bring ${brought}. Set the size of the arrows.`
    problems.push(problem('dot-widths', message, marks))
  }
  return problems
}

function checkArrow(diagram: Diagram, arrow: Arrow, vocabulary: Size): Problem[] {
  const from = diagram.shapes.get(arrow.from)
  const to = diagram.shapes.get(arrow.to)
  if (!from || !to || to.kind === 'rectangle') return []
  const problems: Problem[] = []
  const report = (code: string, message: string) =>
    problems.push(problem(code, message, { arrows: [arrow.id], shapes: [to.id] }))
  const given = widthOf(diagram, from, vocabulary)
  const needed = broughtWidth(diagram, arrow, vocabulary)
  const name = `Arrow ${arrow.id}`
  if (to.kind === 'circle' && to.cell !== 'plain') {
    if (arrow.activation !== 'linear') {
      const message = `${name} applies ${arrow.activation} to what it brings to ${nameOf(to)}, but ${cellName(to)} has its own activations. Make the arrow linear.`
      report('activation-into-cell', message)
    }
    if (arrow.color === undefined) {
      const message = `${name} has no weights, but ${nameOf(to)} is ${cellName(to)}, which needs ${gatesOf(to)} gates of ${to.size} from it. Give it a colour.`
      report('cell-without-weights', message)
    }
  } else if (arrow.color === undefined && given !== null && needed !== null && given !== needed) {
    const message = `${name} has no weights, so it brings the ${given} of ${nameOf(from)} as they are, but ${nameOf(to)} needs ${needed}. Give it a colour.`
    report('arrow-without-weights', message)
  }
  if (arrow.size !== undefined && needed !== null && arrow.size !== needed) {
    report(
      'arrow-size',
      `${name} has the size ${arrow.size}, but ${nameOf(to)} needs ${needed} from it. Take the size away.`,
    )
  }
  if (isRecurrent(arrow) && to.kind === 'circle' && given !== null && given !== to.size) {
    const message = `${name} brings ${nameOf(to)} its state of the step before, which has to be ${to.size} wide, but ${nameOf(from)} is ${given} wide. Make them alike.`
    report('state-size', message)
  }
  return problems
}
