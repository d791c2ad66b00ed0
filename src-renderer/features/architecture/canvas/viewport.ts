import type { Rect } from './geometry'

interface Size {
  readonly width: number
  readonly height: number
}

interface Viewport {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** What covers the edges of the canvas: tools above, the legend below. */
export interface Insets {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

export const ZOOM = { least: 0.1, most: 3 } as const
/** Small diagrams are not blown up beyond this. */
const FITTED = 1.25

/** Where all of a wide diagram would be drawn smaller than this nothing of it could be read. */
const READABLE = 0.5

/** The viewport that a diagram opens with: all of it, or where that is too much its left end. */
export function opening(bounds: Rect, canvas: Size, insets: readonly Insets[]): Viewport {
  const whole = fitted(bounds, canvas, insets)
  if (whole.zoom >= READABLE) return whole
  const shown = { ...bounds, width: Math.min(bounds.width, canvas.width) }
  const start = fitted(shown, canvas, insets)
  return start.zoom >= READABLE ? start : whole
}

/** The viewport that shows all of the bounds in what is left of the canvas, in its middle. */
export function fitted(bounds: Rect, canvas: Size, insets: readonly Insets[]): Viewport {
  const views = insets.map((covered) => fittedInto(bounds, canvas, covered))
  return views.reduce((best, view) => (view.zoom > best.zoom ? view : best))
}

function fittedInto(bounds: Rect, canvas: Size, insets: Insets): Viewport {
  const width = Math.max(40, canvas.width - insets.left - insets.right)
  const height = Math.max(40, canvas.height - insets.top - insets.bottom)
  const zoom = Math.max(
    ZOOM.least,
    Math.min(FITTED, width / Math.max(1, bounds.width), height / Math.max(1, bounds.height)),
  )
  return {
    x: insets.left + width / 2 - (bounds.x + bounds.width / 2) * zoom,
    y: insets.top + height / 2 - (bounds.y + bounds.height / 2) * zoom,
    zoom,
  }
}
