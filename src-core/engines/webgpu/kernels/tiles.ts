import { SHARED, THREADS } from './kernel'

/** How a workgroup of a product shares the work: rows · columns results, a thread perRow · perColumn of them. */
export interface Tile {
  readonly rows: number
  readonly columns: number
  readonly perRow: number
  readonly perColumn: number
  /** Terms that are brought into workgroup memory at once. */
  readonly deep: number
  /** Threads that share each result, each taking some of its terms. */
  readonly slices: number
}

interface ProductSize {
  readonly rows: number
  readonly width: number
  readonly parts: number
  readonly depth: number
}

const FEW_ROWS = 4

/**
 * The largest tile that still makes enough workgroups; a variant of its own for few rows.
 * @param enough how many the device should have to work on at least, so that none of its processors is idle.
 */
export function chooseTile({ rows, width, parts, depth }: ProductSize, enough: number): Tile {
  if (rows <= FEW_ROWS && rows * parts <= 16) {
    const [columns, slices] = [32, THREADS / 32]
    return fitting({ rows, columns, perRow: rows, perColumn: 1, deep: 64, slices }, parts, depth)
  }
  for (const each of [4, 2]) {
    const perColumn = Math.max(1, Math.floor(each / parts))
    const tile = { rows: 16 * each, columns: 16 * perColumn, perRow: each, perColumn, deep: 32, slices: 1 }
    const groups = Math.ceil(rows / tile.rows) * Math.ceil(width / tile.columns)
    if (groups >= enough) return fitting(tile, parts, depth)
  }
  return fitting({ rows: 16, columns: 16, perRow: 1, perColumn: 1, deep: 32, slices: 1 }, parts, depth)
}

/** The same tile, as deep as workgroup memory allows and as is of use. */
function fitting(tile: Tile, parts: number, depth: number): Tile {
  let { deep } = tile
  while (deep > 8 && (deep * (tile.rows + 1 + tile.columns * parts + 1) > SHARED || deep >= 2 * depth))
    deep /= 2
  return { ...tile, deep }
}
