import type { Rectangle } from 'electron'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const placeSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  maximized: z.boolean(),
})
/** Where a window was, in device independent pixels. */
export type WindowPlace = z.output<typeof placeSchema>

export const smallest = { width: 760, height: 520 }
const first = { width: 1440, height: 900 }

/** The part of a title bar that must be on a display for the window to be moved by it. */
const REACHABLE = { width: 120, height: 30 }

/** The place that was kept; null where none was, or it cannot be read. */
export function readPlace(file: string): WindowPlace | null {
  try {
    return placeSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** A place that cannot be kept is no reason to trouble anyone. */
export function writePlace(file: string, place: WindowPlace): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(place))
  } catch {
    return
  }
}

/**
 * Where to open the window: as it was where that can still be seen, else in the middle.
 * @param displays work areas, the main one first.
 */
export function boundsOn(place: WindowPlace | null, displays: readonly Rectangle[]): Partial<Rectangle> {
  const main = displays[0]
  const wanted = place ?? first
  const area = (place && displays.find((display) => isReachable(place, display))) ?? main
  const size = {
    width: Math.max(smallest.width, Math.min(wanted.width, area.width)),
    height: Math.max(smallest.height, Math.min(wanted.height, area.height)),
  }
  return place && isReachable(place, area) ? { x: place.x, y: place.y, ...size } : size
}

/** Whether enough of the upper edge lies on a display. */
function isReachable({ x, y, width }: WindowPlace, area: Rectangle): boolean {
  const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return across >= REACHABLE.width && y >= area.y && y + REACHABLE.height <= area.y + area.height
}
