import type { Diagram } from '../../../../src-core/architecture/diagram'
import type { Arrow, Shape } from '../../../../src-core/architecture/schema'
import { distance, distanceToSegment, mean, minus, type Outline, type Point } from './geometry'

/** How an arrow gets from shape to shape. */
export interface ArrowWay {
  /** How far it bows to its left; 0 for a straight one. */
  readonly bow: number
  /** Of a self-arrow: the direction of its loop, radians clockwise from the right, and its place among several. */
  readonly loop: { readonly angle: number; readonly place: number } | null
  /** Whether its letter is always written; where a colour repeats in columns only once. */
  readonly lettered: boolean
}

interface Placed {
  readonly shape: Shape
  readonly middle: Point
  readonly outline: Outline
}

const UP = -Math.PI / 2
/** Above where nothing leaves there, else beside. */
const loopAngles = [UP, 0, Math.PI, UP / 2, UP * 1.5, Math.PI / 2]
/** A loop is kept this far from the other arrows, in radians. */
const LOOP_ROOM = 0.8
/** Between arrows of the same two shapes. */
const PARALLEL = 15
const MANY = 400

/** By the arrows' ids. What shapes an arrow would run through it goes around. */
export function arrowWays(
  diagram: Diagram,
  placed: readonly Placed[],
  brief: boolean,
): ReadonlyMap<string, ArrowWay> {
  const places = new Map(placed.map((drawn) => [drawn.shape.id, drawn]))
  const between = new Map<string, Arrow[]>()
  for (const arrow of diagram.document.arrows) {
    const pair = [arrow.from, arrow.to].sort().join(' ')
    const list = between.get(pair)
    if (list) list.push(arrow)
    else between.set(pair, [arrow])
  }
  const written = new Set<string>()
  const ways = new Map<string, ArrowWay>()
  for (const arrow of diagram.document.arrows) {
    const from = places.get(arrow.from)
    const to = places.get(arrow.to)
    if (!from || !to) continue
    const same = between.get([arrow.from, arrow.to].sort().join(' ')) ?? [arrow]
    const place = same.indexOf(arrow)
    const role = `${arrow.color} ${from.shape.kind} ${from.shape.kind === 'rectangle' ? from.shape.source.kind : ''}`
    const lettered = arrow.color !== undefined && (!brief || !written.has(role))
    if (lettered) written.add(role)
    if (from === to) {
      ways.set(arrow.id, { bow: 0, loop: { angle: loopAngle(diagram, from, places), place }, lettered })
      continue
    }
    const side = arrow.from < arrow.to ? 1 : -1
    const spread = (place - (same.length - 1) / 2) * 2 * PARALLEL * side
    const bow = spread === 0 && placed.length <= MANY ? detour(from, to, placed) : spread
    ways.set(arrow.id, { bow, loop: null, lettered })
  }
  return ways
}

/** The bow that leads past a shape in the way: by the nearer side of it, 0 where nothing is. */
function detour(from: Placed, to: Placed, placed: readonly Placed[]): number {
  let bow = 0
  const length = distance(from.middle, to.middle)
  const middle = mean(from.middle, to.middle)
  for (const other of placed) {
    if (other === from || other === to || distance(other.middle, middle) > length / 2 + 80) continue
    const near = distanceToSegment(other.middle, from.middle, to.middle)
    const radius = Math.min(other.outline.width, other.outline.height) / 2
    if (near > radius - 6) continue
    const line = minus(to.middle, from.middle)
    const offset = minus(other.middle, from.middle)
    const cross = line.x * offset.y - line.y * offset.x
    const needed = (Math.max(other.outline.width, other.outline.height) / 2 + 22 - near) * 1.25
    if (needed > Math.abs(bow)) bow = cross >= 0 ? needed : -needed
  }
  return bow
}

function loopAngle(diagram: Diagram, self: Placed, places: ReadonlyMap<string, Placed>): number {
  const taken: number[] = []
  for (const arrow of [...diagram.into(self.shape), ...diagram.from(self.shape)]) {
    const other = places.get(arrow.from === self.shape.id ? arrow.to : arrow.from)
    if (!other || other === self) continue
    const line = minus(other.middle, self.middle)
    taken.push(Math.atan2(line.y, line.x))
  }
  const free = (angle: number) => taken.every((other) => turn(angle, other) >= LOOP_ROOM)
  return loopAngles.find(free) ?? UP
}

function turn(a: number, b: number): number {
  const difference = Math.abs(a - b) % (2 * Math.PI)
  return Math.min(difference, 2 * Math.PI - difference)
}
