import { describe, expect, it } from 'vitest'
import type { Outline } from '../../../../src-renderer/features/architecture/canvas/geometry'
import {
  draftRoute,
  loopRoute,
  loopSpace,
  straightRoute,
} from '../../../../src-renderer/features/architecture/canvas/route'

const circle: Outline = { kind: 'circle', width: 80, height: 80, direction: 'up' }
const numbers = (text: string) => (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number)
const end = (x: number, y: number) => ({ middle: { x, y }, outline: circle })

describe('straightRoute', () => {
  it('runs from border to border with its head at the other', () => {
    const route = straightRoute(end(0, 0), end(200, 0))
    const [startX, startY, baseX, baseY] = numbers(route?.line ?? '')
    expect([startX, startY, baseY]).toEqual([40, 0, 0])
    const [tipX, tipY] = numbers(route?.head ?? '')
    expect(tipY).toBe(0)
    // At the border of the second circle but for a sliver, the line ending inside the head.
    expect(tipX).toBeGreaterThan(156)
    expect(tipX).toBeLessThanOrEqual(160)
    expect(baseX).toBeLessThan(tipX)
  })

  it('has its letter above when it runs across, whichever way', () => {
    expect(straightRoute(end(0, 0), end(200, 0))?.label.y).toBeLessThan(-5)
    expect(straightRoute(end(200, 0), end(0, 0))?.label.y).toBeLessThan(-5)
  })

  it('has its letter to the right when it runs up or down', () => {
    expect(straightRoute(end(0, 0), end(0, 200))?.label.x).toBeGreaterThan(5)
    expect(straightRoute(end(0, 200), end(0, 0))?.label.x).toBeGreaterThan(5)
  })

  it('is not drawn between shapes that touch or lie on each other', () => {
    expect(straightRoute(end(0, 0), end(81, 0))).toBeNull()
    expect(straightRoute(end(0, 0), end(0, 0))).toBeNull()
  })

  it('bows to either side by the sign', () => {
    const left = straightRoute(end(0, 0), end(300, 0), 40)
    const right = straightRoute(end(0, 0), end(300, 0), -40)
    expect(left?.label.y).toBeLessThan(-30)
    expect(right?.label.y).toBeGreaterThan(30)
  })
})

describe('loopRoute', () => {
  it('begins and ends at the border, above the circle', () => {
    const route = loopRoute(end(0, 0), -Math.PI / 2)
    const [x, y] = numbers(route.line)
    expect(Math.hypot(x, y)).toBeCloseTo(40, 1)
    const [tipX, tipY] = numbers(route.head)
    expect(Math.hypot(tipX, tipY)).toBeCloseTo(42, 0)
    expect(x).toBeLessThan(0)
    expect(tipX).toBeGreaterThan(0)
    expect(route.label.y).toBeLessThan(-78)
    expect(Math.abs(route.label.x)).toBeLessThan(1e-9)
  })

  it('keeps its letter in the space it says it takes, each further out', () => {
    for (const place of [0, 1, 2]) {
      const { label } = loopRoute(end(0, 0), -Math.PI / 2, place)
      expect(loopSpace(end(0, 0), -Math.PI / 2, place).y).toBeLessThan(label.y)
    }
    const far = (place: number) => loopRoute(end(0, 0), 0, place).label.x
    expect(far(1)).toBeGreaterThan(far(0) + 15)
  })
})

describe('draftRoute', () => {
  it('points at the pointer, and at nothing while that is in the shape', () => {
    const [tipX] = numbers(draftRoute(end(0, 0), { x: 100, y: 0 })?.head ?? '')
    expect(tipX).toBeCloseTo(98, 6)
    expect(draftRoute(end(0, 0), { x: 20, y: 0 })).toBeNull()
  })
})
