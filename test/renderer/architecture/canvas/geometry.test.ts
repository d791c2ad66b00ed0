import { describe, expect, it } from 'vitest'
import {
  borderPoint,
  corners,
  distanceToSegment,
  type Outline,
  union,
} from '../../../../src-renderer/features/architecture/canvas/geometry'

const rectangle: Outline = { kind: 'rectangle', width: 100, height: 60, direction: 'up' }
const circle: Outline = { kind: 'circle', width: 80, height: 80, direction: 'up' }
const triangle: Outline = { kind: 'triangle', width: 60, height: 60, direction: 'up' }
const middle = { x: 10, y: 20 }

describe('borderPoint', () => {
  it.each([
    ['right of a rectangle', rectangle, { x: 500, y: 20 }, { x: 60, y: 20 }],
    ['above a rectangle', rectangle, { x: 10, y: -500 }, { x: 10, y: -10 }],
    ['the corner of a rectangle', rectangle, { x: 110, y: 80 }, { x: 60, y: 50 }],
    ['left of a circle', circle, { x: -500, y: 20 }, { x: -30, y: 20 }],
    ['under a triangle that points up', triangle, { x: 10, y: 500 }, { x: 10, y: 50 }],
    ['the tip of a triangle', triangle, { x: 10, y: -500 }, { x: 10, y: -10 }],
    // Half as wide at its middle as at its base.
    ['right of a triangle', triangle, { x: 500, y: 20 }, { x: 25, y: 20 }],
  ])('leaves %s', (_, outline, towards, expected) => {
    const point = borderPoint(outline, middle, towards)
    expect(point.x).toBeCloseTo(expected.x, 6)
    expect(point.y).toBeCloseTo(expected.y, 6)
  })

  it('leaves the circle at its radius in every direction', () => {
    for (let angle = 0; angle < 7; angle += 0.3) {
      const towards = { x: middle.x + 300 * Math.cos(angle), y: middle.y + 300 * Math.sin(angle) }
      const point = borderPoint(circle, middle, towards)
      expect(Math.hypot(point.x - middle.x, point.y - middle.y)).toBeCloseTo(40, 6)
    }
  })

  it('goes to the right where both places are one', () => {
    expect(borderPoint(rectangle, middle, middle)).toEqual({ x: 60, y: 20 })
  })
})

describe('corners', () => {
  it.each([
    ['up', { x: 0, y: -30 }],
    ['right', { x: 30, y: 0 }],
    ['down', { x: 0, y: 30 }],
    ['left', { x: -30, y: 0 }],
  ] as const)('has the tip of a triangle %s', (direction, tip) => {
    expect(corners({ ...triangle, direction })[0]).toEqual(tip)
  })
})

describe('distanceToSegment', () => {
  it('is to the nearer end beyond the line, else to the line', () => {
    expect(distanceToSegment({ x: 5, y: 3 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(3)
    expect(distanceToSegment({ x: 13, y: 4 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(5)
    expect(distanceToSegment({ x: 3, y: 4 }, { x: 0, y: 0 }, { x: 0, y: 0 })).toBe(5)
  })
})

describe('union', () => {
  it('is nothing of nothing', () => {
    expect(union([])).toBeNull()
  })
  it('holds all', () => {
    const rects = [
      { x: 0, y: 5, width: 10, height: 10 },
      { x: -4, y: 8, width: 2, height: 30 },
    ]
    expect(union(rects)).toEqual({ x: -4, y: 5, width: 14, height: 33 })
  })
})
