import { borderPoint, mean, minus, type Outline, plus, type Point, type Rect, unit } from './geometry'

const HEAD_LENGTH = 11
const HEAD_WIDTH = 10
/** Between the tip and the border of the shape it points to. */
const CLEARANCE = 2
const LABEL_DISTANCE = 11

/** One end of an arrow. */
export interface End {
  readonly middle: Point
  readonly outline: Outline
}

/** An arrow as SVG draws it. */
export interface Route {
  /** The path of its line, up to the base of its head. */
  readonly line: string
  /** The corners of its head. */
  readonly head: string
  /** The middle of its letter. */
  readonly label: Point
}

/** An arrow from border to border, as a bow of the given height to its left where it has one; null where the shapes touch. */
export function straightRoute(from: End, to: End, bow = 0): Route | null {
  const direction = unit(minus(to.middle, from.middle))
  const left = { x: direction.y, y: -direction.x }
  const control = plus(mean(from.middle, to.middle), left, bow * 2)
  const start = borderPoint(from.outline, from.middle, bow === 0 ? to.middle : control)
  const border = borderPoint(to.outline, to.middle, bow === 0 ? from.middle : control)
  const arriving = bow === 0 ? direction : unit(minus(to.middle, control))
  const tip = plus(border, arriving, -CLEARANCE)
  const across = minus(border, start)
  if (across.x * direction.x + across.y * direction.y < HEAD_LENGTH + CLEARANCE) return null
  const base = plus(tip, arriving, 1 - HEAD_LENGTH)
  const middle = mean(start, base)
  return {
    line:
      bow === 0
        ? `M${at(start)}L${at(base)}`
        : `M${at(start)}Q${at(plus(control, left, -bow * 0.25))} ${at(base)}`,
    head: headAt(tip, arriving),
    label: plus(middle, labelSide(left, bow), Math.abs(bow) * 0.85 + LABEL_DISTANCE),
  }
}

/** Above lines that run across, to the right of those that run up or down; outside of a bow. */
function labelSide(left: Point, bow: number): Point {
  if (bow !== 0) return { x: left.x * Math.sign(bow), y: left.y * Math.sign(bow) }
  const flip = Math.abs(left.y) > 0.5 ? left.y > 0 : left.x < 0
  return flip ? { x: -left.x, y: -left.y } : left
}

/**
 * The loop of an arrow from a shape to itself.
 * @param angle of the middle of the loop as seen from the shape, in radians, 0 to the right, clockwise.
 * @param place 0 for the innermost of several.
 */
export function loopRoute(end: End, angle: number, place = 0): Route {
  const { middle } = end
  const radius = loopRadius(end.outline)
  const ray = (turn: number, length: number) =>
    plus(middle, { x: Math.cos(angle + turn), y: Math.sin(angle + turn) }, length * radius)
  const spread = 0.73 + place * 0.17
  const far = 2.7 + place * 0.7
  const start = borderPoint(end.outline, middle, ray(-spread, 1))
  const border = borderPoint(end.outline, middle, ray(spread, 1))
  const leaving = ray(-0.51, far)
  const arrivingFrom = ray(0.51, far)
  const arriving = unit(minus(border, arrivingFrom))
  const tip = plus(border, arriving, -CLEARANCE)
  const base = plus(tip, arriving, 1 - HEAD_LENGTH)
  return {
    line: `M${at(start)}C${at(leaving)} ${at(arrivingFrom)} ${at(base)}`,
    head: headAt(tip, arriving),
    label: ray(0, loopReach(place) + LABEL_DISTANCE / radius),
  }
}

/** How far from the middle a loop reaches, in radii. */
function loopReach(place: number): number {
  return 0.25 * Math.cos(0.73 + place * 0.17) + 0.75 * Math.cos(0.51) * (2.7 + place * 0.7)
}

/** The space that a loop and its letter take, around the shape's middle. */
export function loopSpace(end: End, angle: number, place: number): Rect {
  const radius = loopRadius(end.outline)
  const reach = loopReach(place) * radius + LABEL_DISTANCE + 8
  const far = plus(end.middle, { x: Math.cos(angle), y: Math.sin(angle) }, reach)
  return {
    x: Math.min(far.x, end.middle.x),
    y: Math.min(far.y, end.middle.y),
    width: Math.abs(far.x - end.middle.x),
    height: Math.abs(far.y - end.middle.y),
  }
}

function loopRadius({ kind, width, height }: Outline): number {
  return kind === 'circle' ? width / 2 : Math.hypot(width, height) / 2.4
}

/** The route of an arrow that is being drawn to where the pointer is. */
export function draftRoute(from: End, pointer: Point): Route | null {
  const point: Outline = { kind: 'circle', width: 0, height: 0, direction: 'up' }
  return straightRoute(from, { middle: pointer, outline: point })
}

function headAt(tip: Point, direction: Point): string {
  const base = plus(tip, direction, -HEAD_LENGTH)
  const side = { x: -direction.y * (HEAD_WIDTH / 2), y: direction.x * (HEAD_WIDTH / 2) }
  return [tip, plus(base, side), plus(base, side, -1)].map(at).join(' ')
}

function at({ x, y }: Point): string {
  return `${round(x)},${round(y)}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
