import { cutIntoColumns } from '../../../../src-core/architecture/columns'
import type { Diagram } from '../../../../src-core/architecture/diagram'
import type { Shape } from '../../../../src-core/architecture/schema'
import type { Point } from './geometry'

/** What stands before the first column is a little apart, so that the letter of its arrow has room. */
const START = 15

/**
 * Places for an unrolled network: a column for each character, in it inputs below and outputs above. What has
 * seen no character, as the zeros that a state starts from, stands before the first column, level with what it
 * flows into.
 * @param diagram of a sound document without boxes.
 * @param column,row distances from one to the next.
 * @returns null where there are no two columns.
 */
export function columnPlaces(
  diagram: Diagram,
  column: number,
  row: number,
): (readonly [string, Point])[] | null {
  const columns = cutIntoColumns(diagram)
  if (columns.count < 2) return null
  const levels = levelsOf(diagram, (arrow) => columns.way(arrow) === 'within')
  const top = Math.max(0, ...new Set(levels.values()))
  const places: (readonly [string, Point])[] = []
  let left = 0
  for (let count = 0; count <= columns.count; count++) {
    const byLevel = new Map<number, Shape[]>()
    for (const shape of columns.shapes(count)) {
      const level = levels.get(shape.id) ?? 0
      byLevel.set(level, [...(byLevel.get(level) ?? []), shape])
    }
    const widest = Math.max(0, ...[...byLevel.values()].map((shapes) => shapes.length))
    for (const [level, shapes] of byLevel) {
      const indent = ((widest - shapes.length) * column) / 2
      shapes.forEach(({ id }, place) => {
        places.push([id, { x: left + indent + place * column, y: (top - level) * row }])
      })
    }
    left += widest * column + (count === 0 && widest > 0 ? START : 0)
  }
  return places
}

/** How many arrows of the same column are below a shape at most. */
function levelsOf(diagram: Diagram, isWithin: (arrow: Diagram['document']['arrows'][number]) => boolean) {
  const levels = new Map<string, number>()
  const { shapes } = diagram.document
  // In the order of a sound document's flow every source comes before what it flows into.
  let rest: readonly Shape[] = shapes
  while (rest.length > 0) {
    const later: Shape[] = []
    for (const shape of rest) {
      const sources = diagram.into(shape).filter((arrow) => arrow.from !== shape.id && isWithin(arrow))
      const below = sources.map((arrow) => levels.get(arrow.from))
      if (below.includes(undefined)) later.push(shape)
      else
        levels.set(
          shape.id,
          below.reduce<number>((most, level = 0) => Math.max(most, level + 1), 0),
        )
    }
    if (later.length === rest.length) break
    rest = later
  }
  for (const shape of shapes) {
    const from = diagram.from(shape)
    if (from.length === 0 || diagram.into(shape).length > 0 || from.some(isWithin)) continue
    levels.set(shape.id, Math.min(...from.map((arrow) => levels.get(arrow.to) ?? 0)))
  }
  return levels
}
