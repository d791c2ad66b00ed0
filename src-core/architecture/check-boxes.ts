import { type Diagram, isRecurrent, nameOf, stepsOf } from './diagram'
import { problem, type Problem } from './problem'
import type { Box, Rectangle, Shape, Triangle } from './schema'
import { lastSeen, seenByShape, type Seen, sourcesOf } from './seen'
import { type Size, widthOf } from './sizes'
import { windowLength } from './window'

/** Losses that are kept and shown for every step of training. */
const MAX_OUTPUTS = 20_000

/** That boxes run over steps of the window, states start from what is there, and outputs are yet to come. */
export function checkBoxes(diagram: Diagram, vocabulary: Size): Problem[] {
  const seen = seenByShape(diagram)
  return [
    ...checkOutputs(diagram),
    ...diagram.document.boxes.flatMap((box) => [
      ...checkRange(diagram, box),
      ...checkStarts(diagram, box, vocabulary),
      ...checkState(diagram, box),
      ...checkSteps(diagram, box),
    ]),
    ...diagram.document.shapes.flatMap((shape) => {
      if (shape.kind === 'rectangle')
        return [...checkInput(shape), ...checkCarried(diagram, shape, vocabulary)]
      return shape.kind === 'triangle' ? checkOutput(diagram, shape, seen.get(shape.id)) : []
    }),
  ]
}

function checkOutputs(diagram: Diagram): Problem[] {
  const triangles = diagram.document.shapes.filter((shape) => shape.kind === 'triangle')
  const outputs = triangles.reduce((sum, { box: id }) => {
    const box = id === undefined ? undefined : diagram.boxes.get(id)
    return sum + (box ? Math.max(0, stepsOf(box)) : 1)
  }, 0)
  if (outputs <= MAX_OUTPUTS) return []
  const message = `The triangles make ${outputs} outputs, one for each step of their boxes, which is more than ${MAX_OUTPUTS}. Let the boxes run over fewer steps.`
  return [problem('too-many-outputs', message, { shapes: triangles.map((triangle) => triangle.id) })]
}

function checkRange({ document }: Diagram, box: Box): Problem[] {
  const shapes = document.shapes.filter((shape) => shape.box === box.id).map((shape) => shape.id)
  if (box.from > box.to) {
    const message = `The box ${box.id} runs from step ${box.from} to step ${box.to}, so it has no steps. Let it end at ${box.from} or later.`
    return [problem('box-range', message, { shapes })]
  }
  if (shapes.length > 0) return []
  return [problem('box-empty', `The box ${box.id} holds no shapes. Put some into it or take it away.`, {})]
}

function checkStarts(diagram: Diagram, box: Box, vocabulary: Size): Problem[] {
  return Object.entries(box.start).flatMap(([id, from]) => {
    const circle = diagram.shapes.get(id)
    const place = `The box ${box.id} gives a start for ${id}`
    if (circle?.kind !== 'circle' || circle.box !== box.id) {
      return [
        problem('start-of-what', `${place}, which is no circle in it. Take the start away.`, {
          shapes: [id],
        }),
      ]
    }
    if (!diagram.into(circle).some(isRecurrent)) {
      const message = `${place}, which has no self-arrow and so no state. Draw one or take the start away.`
      return [problem('start-of-what', message, { shapes: [id] })]
    }
    return from === 'zeros' ? [] : checkStart(diagram, circle, from, vocabulary)
  })
}

/** @param keeper the circle or the carried rectangle whose state starts from the shape with the id `from`. */
function checkStart(diagram: Diagram, keeper: Shape, from: string, vocabulary: Size): Problem[] {
  const start = diagram.shapes.get(from)
  const place = `The state of ${nameOf(keeper)} starts from ${from}`
  const marks = { shapes: [keeper.id, from] }
  if (!start || start.kind === 'triangle') {
    const message = `${place}, which is no rectangle or circle. Name one, or let it start from zeros.`
    return [problem('start-missing', message, { shapes: [keeper.id] })]
  }
  if (keeper.box !== undefined && start.box === keeper.box) {
    const message = `${place}, which is in the same box. Name a shape outside it, or let it start from zeros.`
    return [problem('start-inside', message, marks)]
  }
  const given = widthOf(diagram, start, vocabulary)
  const needed = widthOf(diagram, keeper, vocabulary)
  if (given === null || needed === null || given === needed) return []
  const message = `${place}, which is ${given} wide, but needs ${needed}. Start from a shape of that size.`
  return [problem('start-size', message, marks)]
}

function checkState(diagram: Diagram, box: Box): Problem[] {
  if (!box.stateful) return []
  const inside = diagram.document.shapes.filter((shape) => shape.box === box.id)
  const shapes = inside.map((shape) => shape.id)
  if (!inside.some((shape) => diagram.into(shape).some(isRecurrent))) {
    const message = `The box ${box.id} is stateful, but no circle in it has a self-arrow, so there is no state to carry. Draw one or make it stateless.`
    return [problem('stateful-nothing', message, { shapes })]
  }
  const length = windowLength(diagram.document)
  if (box.from === 1 && box.to === length) return []
  const message = `The box ${box.id} carries its state from batch to batch, so it must run over the whole window, from step 1 to ${length}; it runs from ${box.from} to ${box.to}.`
  return [problem('stateful-range', message, { shapes })]
}

/** That every step of a shape is of use: by way of a state or of an output in the box. */
function checkSteps(diagram: Diagram, box: Box): Problem[] {
  const useful = new Set(
    diagram.document.shapes.filter(
      (shape) => shape.box === box.id && (shape.kind === 'triangle' || diagram.into(shape).some(isRecurrent)),
    ),
  )
  for (const shape of useful) {
    for (const source of sourcesOf(diagram, shape)) if (source.box === box.id) useful.add(source)
  }
  return diagram.document.shapes.flatMap((shape) => {
    if (shape.box !== box.id || useful.has(shape) || diagram.from(shape).length === 0) return []
    const message = `${nameOf(shape)} is in the box ${box.id}, but only what it holds in the last step is used. Put it outside the box.`
    return [problem('last-step-only', message, { shapes: [shape.id] })]
  })
}

function checkInput(shape: Rectangle): Problem[] {
  const reads = shape.source.kind === 'character' ? shape.source.at : null
  if (shape.box === undefined) {
    if (reads !== 't') return []
    const message = `${nameOf(shape)} reads character t, but is in no box that counts t. Put it into one or give the number of a character.`
    return [problem('step-outside-box', message, { shapes: [shape.id] })]
  }
  if (reads === 't') return []
  const what = reads === null ? 'does not read the text' : `reads character ${reads} whatever the step`
  const message = `${nameOf(shape)} is in the box ${shape.box} but ${what}. Put it outside the box, or let it read character t.`
  return [problem('no-step-in-box', message, { shapes: [shape.id] })]
}

function checkCarried(diagram: Diagram, shape: Rectangle, vocabulary: Size): Problem[] {
  if (shape.source.kind !== 'carried') return []
  const { from, start } = shape.source
  const circle = diagram.shapes.get(from)
  if (circle?.kind !== 'circle' || circle.box !== undefined) {
    const message = `${nameOf(shape)} carries the state of ${from} from the batch before, which is no circle outside the boxes. Name one.`
    return [problem('carried-from', message, { shapes: [shape.id] })]
  }
  return start === undefined ? [] : checkStart(diagram, shape, start, vocabulary)
}

function checkOutput(diagram: Diagram, shape: Triangle, seen: Seen | undefined): Problem[] {
  const { character } = shape.predicts
  const marks = { shapes: [shape.id] }
  const name = nameOf(shape)
  const box = shape.box === undefined ? undefined : diagram.boxes.get(shape.box)
  if (character === 't+1') {
    if (shape.box === undefined) {
      const message = `${name} predicts character t+1, but is in no box that counts t. Put it into one or give the number of a character.`
      return [problem('step-outside-box', message, marks)]
    }
    if (!box || !seen || box.from + 1 > seen.fixed) return []
    const message = `${name} predicts character ${box.from + 1} in the first step, when what flows into it has already seen character ${seen.fixed}. Let the box begin later.`
    return [problem('output-seen', message, marks)]
  }
  if (shape.box !== undefined) {
    const message = `${name} is in the box ${shape.box} but predicts character ${character} whatever the step. Put it outside the box, or let it predict t+1.`
    return [problem('no-step-in-box', message, marks)]
  }
  const last = lastSeen(diagram, shape, seen)
  if (character > last) return []
  const message = `${name} predicts character ${character}, but what flows into it has already seen characters up to ${last}. Let it predict ${last + 1} or later.`
  return [problem('output-seen', message, marks)]
}
