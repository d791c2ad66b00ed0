import { type Diagram, isCharacter, isRecurrent, nameOf } from './diagram'
import { listed, problem, type Problem } from './problem'
import type { Arrow, Circle, Shape } from './schema'

/** That everything flows from rectangles to triangles, and states come from the step before. */
export function checkFlow(diagram: Diagram): Problem[] {
  const starts = startIds(diagram)
  return [
    ...checkWhole(diagram),
    ...diagram.document.shapes.flatMap((shape) => checkEnds(diagram, shape, starts.has(shape.id))),
    ...diagram.document.shapes.flatMap((shape) => checkRecurrence(diagram, shape)),
  ]
}

function checkWhole({ document: { shapes } }: Diagram): Problem[] {
  const problems: Problem[] = []
  if (!shapes.some(isCharacter)) {
    problems.push(problem('no-character', 'No rectangle reads a character of the text. Add one.', {}))
  }
  if (!shapes.some((shape) => shape.kind === 'triangle')) {
    problems.push(problem('no-triangle', 'There is no triangle, so there is nothing to learn. Add one.', {}))
  }
  return problems
}

function checkEnds(diagram: Diagram, shape: Shape, isStart: boolean): Problem[] {
  const name = nameOf(shape)
  const problems: Problem[] = []
  const into = diagram.into(shape).filter((arrow) => arrow.from !== arrow.to)
  const from = diagram.from(shape).filter((arrow) => arrow.from !== arrow.to)
  const report = (code: string, message: string, arrows: readonly Arrow[] = []) =>
    problems.push(problem(code, message, { shapes: [shape.id], arrows: arrows.map((arrow) => arrow.id) }))
  const isUsed = from.length > 0 || isStart
  if (shape.kind === 'rectangle') {
    if (into.length > 0) {
      report(
        'arrow-into-rectangle',
        `${name} is an input, so no arrow can enter it. Let it end at a circle.`,
        into,
      )
    }
    if (!isUsed)
      report('rectangle-unused', `Nothing flows from ${name}. Draw an arrow from it or take it away.`)
  }
  if (shape.kind === 'circle') {
    if (into.length === 0) {
      report('circle-without-input', `Nothing flows into ${name}. Draw an arrow to it or take it away.`)
    }
    if (!isUsed) report('circle-unused', `Nothing flows from ${name}. Draw an arrow from it or take it away.`)
  }
  if (shape.kind === 'triangle') {
    if (into.length === 0)
      report('triangle-without-arrow', `No arrow enters ${name}. Draw one from what it predicts from.`)
    if (from.length > 0) {
      report(
        'arrow-from-triangle',
        `${name} is an output, so no arrow can leave it. Let it begin at a circle.`,
        from,
      )
    }
  }
  return problems
}

/** The shapes that some state starts from. */
function startIds({ document }: Diagram): Set<string> {
  const carried = document.shapes.map((shape) =>
    shape.kind === 'rectangle' && shape.source.kind === 'carried' ? shape.source.start : undefined,
  )
  const starts = document.boxes.flatMap((box) => Object.values(box.start))
  return new Set([...carried, ...starts].filter((id) => id !== undefined))
}

function checkRecurrence(diagram: Diagram, shape: Shape): Problem[] {
  const arrows = diagram.into(shape).filter(isRecurrent)
  const problems: Problem[] = []
  const report = (code: string, message: string, marked: readonly Arrow[]) =>
    problems.push(problem(code, message, { shapes: [shape.id], arrows: marked.map((arrow) => arrow.id) }))
  const name = nameOf(shape)
  const boxed = shape.box !== undefined
  for (const arrow of arrows) {
    if (shape.kind !== 'circle') {
      const message = `Arrow ${arrow.id} brings the state of the step before to ${name}, which keeps none. Only a circle does.`
      report('recurrent-arrow', message, [arrow])
    } else if (arrow.from === arrow.to && !boxed) {
      const message = `Arrow ${arrow.id} goes from ${name} to itself outside a box, where there is no step before. Put the circle into a box.`
      report('self-arrow-outside-box', message, [arrow])
    } else if (arrow.from !== arrow.to && boxed) {
      const message = `Arrow ${arrow.id} is marked as recurrent, but in a box only a self-arrow brings the step before. Let it begin at ${name}, or make its beginning the box's start.`
      report('recurrent-arrow', message, [arrow])
    }
  }
  if (arrows.length > 1) {
    const ids = listed(arrows.map((arrow) => arrow.id))
    const message = `Arrows ${ids} each bring the state of the step before to ${name}. Keep one of them.`
    report('two-recurrent-arrows', message, arrows)
  }
  if (shape.kind === 'circle' && shape.cell !== 'plain' && boxed && arrows.length === 0) {
    const message = `${name} is ${cellName(shape)}, which remembers through a self-arrow, and has none. Draw one.`
    report('cell-without-self-arrow', message, [])
  }
  return problems
}

/** `a GRU`, `an LSTM`. */
export function cellName(circle: Circle): string {
  return { plain: 'plain', gru: 'a GRU', lstm: 'an LSTM' }[circle.cell]
}
