import { append, type Diagram, nameOf } from './diagram'
import { colorUses } from './colors'
import { listed, problem, type Problem } from './problem'

/** Ids and letters given once, and every reference to something that is there. */
export function checkNames(diagram: Diagram): Problem[] {
  return [
    ...checkIds(diagram),
    ...checkLetters(diagram),
    ...checkColors(diagram),
    ...checkReferences(diagram),
  ]
}

function checkIds({ document }: Diagram): Problem[] {
  const again = (
    kind: string,
    items: readonly { id: string }[],
    mark: 'shapes' | 'arrows' | 'colors' | null,
  ) =>
    repeated(items.map((item) => item.id)).map((id) =>
      problem(
        'id-not-unique',
        `More than one ${kind} has the id ${id}. Give each an id of its own.`,
        mark ? { [mark]: [id] } : {},
      ),
    )
  return [
    ...again('shape', document.shapes, 'shapes'),
    ...again('arrow', document.arrows, 'arrows'),
    ...again('colour', document.colors, 'colors'),
    ...again('box', document.boxes, null),
  ]
}

function checkLetters({ document }: Diagram): Problem[] {
  return repeated(document.colors.map((color) => color.letter)).map((letter) => {
    const colors = document.colors.filter((color) => color.letter === letter).map((color) => color.id)
    const message = `Colours ${listed(colors)} carry the same letter ${letter}. Give each a letter of its own.`
    return problem('letter-not-unique', message, { colors })
  })
}

function checkColors(diagram: Diagram): Problem[] {
  const problems: Problem[] = []
  for (const [color, uses] of colorUses(diagram, 'V')) {
    if (diagram.colors.has(color)) continue
    const arrows = uses.filter((use) => use.kind === 'weights').map((use) => use.id)
    const shapes = uses.filter((use) => use.kind !== 'weights').map((use) => use.id)
    const users = [...arrows.map((id) => `arrow ${id}`), ...shapes.map((id) => `shape ${id}`)]
    const message = `There is no colour ${color}, which is the colour of ${listed(users)}. Add it to the colours or choose another.`
    problems.push(problem('unknown-color', message, { arrows, shapes, colors: [color] }))
  }
  return problems
}

function checkReferences(diagram: Diagram): Problem[] {
  const problems: Problem[] = []
  for (const arrow of diagram.document.arrows) {
    const missing = [arrow.from, arrow.to].filter((id) => !diagram.shapes.has(id))
    if (missing.length === 0) continue
    const end = diagram.shapes.has(arrow.to) ? 'begins' : 'ends'
    const message =
      missing.length === 2
        ? `Arrow ${arrow.id} has no shape at either end (${arrow.from} and ${arrow.to} are not there). Draw it from a shape to a shape.`
        : `Arrow ${arrow.id} ${end} at ${missing[0]}, which is not there. Draw it from a shape to a shape.`
    problems.push(problem('dangling-arrow', message, { arrows: [arrow.id] }))
  }
  for (const shape of diagram.document.shapes) {
    if (shape.box === undefined || diagram.boxes.has(shape.box)) continue
    const message = `${nameOf(shape)} is in the box ${shape.box}, which is not there. Add the box or take the shape out of it.`
    problems.push(problem('unknown-box', message, { shapes: [shape.id] }))
  }
  return problems
}

function repeated(names: readonly string[]): string[] {
  const counts = new Map<string, string[]>()
  for (const name of names) append(counts, name, name)
  return [...counts].filter(([, all]) => all.length > 1).map(([name]) => name)
}
