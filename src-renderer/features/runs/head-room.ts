/** What has a place of its own in the head of the run; the rest stands in its menus. */
export interface HeadRoom {
  readonly machine: boolean
  readonly exports: boolean
  readonly step: boolean
  readonly units: boolean
  readonly left: boolean
  readonly rate: boolean
  readonly pace: boolean
}

/** The widths in pixels from which on each of them fits beside all that matter more, the least important first. */
const from: Readonly<Record<keyof HeadRoom, number>> = {
  machine: 900,
  exports: 746,
  step: 708,
  units: 640,
  left: 470,
  rate: 410,
  pace: 336,
}

/** @param width of the head in pixels */
export function headRoom(width: number): HeadRoom {
  return {
    machine: width >= from.machine,
    exports: width >= from.exports,
    step: width >= from.step,
    units: width >= from.units,
    left: width >= from.left,
    rate: width >= from.rate,
    pace: width >= from.pace,
  }
}
