/** Where the rows of a matrix lie along the two directions in which they differ most. */
export interface PrincipalComponents {
  /** [rows, 2] */
  readonly points: Float64Array
  /** [2] the share of the whole variance along each; zeros where the rows do not differ. */
  readonly explained: readonly [number, number]
}

/** Sweeps after which Jacobi's method has long converged. */
const MOST_SWEEPS = 60
/** Of off-diagonal entries, relative to the whole matrix. */
const SMALL = 1e-14

/**
 * The first two principal components of a matrix [rows, columns], centred. Of the two signs of a direction the one is
 * taken whose largest entry is positive, so that the picture of one matrix is always the same.
 */
export function principalComponents(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
): PrincipalComponents {
  const centred = centre(values, rows, columns)
  // Whichever is smaller: the columns' products, or those of the rows, which have the same eigenvalues.
  const byColumns = columns <= rows
  const size = byColumns ? columns : rows
  const { eigenvalues, eigenvectors } = symmetricEigen(products(centred, rows, columns, byColumns), size)
  const order = Array.from({ length: size }, (_, place) => place).sort(
    (a, b) => eigenvalues[b] - eigenvalues[a],
  )
  const total = eigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0)
  const points = new Float64Array(rows * 2)
  const explained: [number, number] = [0, 0]
  for (const axis of [0, 1] as const) {
    const place = order.at(axis)
    if (place === undefined || axis >= size) continue
    const eigenvalue = Math.max(0, eigenvalues[place])
    // What rounding leaves of a direction that is none.
    if (eigenvalue <= total * 1e-12) continue
    explained[axis] = eigenvalue / total
    const vector = Float64Array.from({ length: size }, (_, at) => eigenvectors[at * size + place])
    const direction = byColumns ? vector : directionOf(centred, vector, columns, Math.sqrt(eigenvalue))
    turn(direction)
    for (let row = 0; row < rows; row++) {
      let along = 0
      for (let column = 0; column < columns; column++) {
        along += centred[row * columns + column] * direction[column]
      }
      points[row * 2 + axis] = along
    }
  }
  return { points, explained }
}

function centre(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const centred = Float64Array.from(values)
  for (let column = 0; column < columns; column++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += centred[row * columns + column]
    for (let row = 0; row < rows; row++) centred[row * columns + column] -= sum / rows
  }
  return centred
}

/** XᵀX [columns, columns] or XXᵀ [rows, rows]. */
function products(x: Float64Array, rows: number, columns: number, byColumns: boolean): Float64Array {
  const size = byColumns ? columns : rows
  const length = byColumns ? rows : columns
  const at = (which: number, along: number) =>
    byColumns ? x[along * columns + which] : x[which * columns + along]
  const result = new Float64Array(size * size)
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      let sum = 0
      for (let along = 0; along < length; along++) sum += at(a, along) * at(b, along)
      result[a * size + b] = result[b * size + a] = sum
    }
  }
  return result
}

/** The direction among the columns from that among the rows: Xᵀu / σ. */
function directionOf(x: Float64Array, u: Float64Array, columns: number, sigma: number): Float64Array {
  const direction = new Float64Array(columns)
  for (let row = 0; row < u.length; row++) {
    for (let column = 0; column < columns; column++) {
      direction[column] += (x[row * columns + column] * u[row]) / sigma
    }
  }
  return direction
}

/** So that its largest entry, the first of several, is positive. */
function turn(direction: Float64Array): void {
  let largest = 0
  for (const value of direction) if (Math.abs(value) > Math.abs(largest) * (1 + 1e-9)) largest = value
  if (largest < 0) for (let at = 0; at < direction.length; at++) direction[at] = -direction[at]
}

/** Jacobi's method: turns pairs of axes until nothing is left beside the diagonal. Columns are eigenvectors. */
function symmetricEigen(
  matrix: Float64Array,
  size: number,
): { eigenvalues: Float64Array; eigenvectors: Float64Array } {
  const a = matrix
  const v = new Float64Array(size * size)
  for (let place = 0; place < size; place++) v[place * size + place] = 1
  const whole = a.reduce((sum, value) => sum + value * value, 0)
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let beside = 0
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) beside += 2 * a[p * size + q] ** 2
    if (beside <= whole * SMALL * SMALL) break
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q)
  }
  return { eigenvalues: Float64Array.from({ length: size }, (_, at) => a[at * size + at]), eigenvectors: v }
}

/** Turns the axes p and q so that the entry between them vanishes. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const between = a[p * size + q]
  if (between === 0) return
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * between)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const c = 1 / Math.hypot(t, 1)
  const s = t * c
  for (let k = 0; k < size; k++) {
    const kp = a[k * size + p]
    const kq = a[k * size + q]
    a[k * size + p] = c * kp - s * kq
    a[k * size + q] = s * kp + c * kq
  }
  for (let k = 0; k < size; k++) {
    const pk = a[p * size + k]
    const qk = a[q * size + k]
    a[p * size + k] = c * pk - s * qk
    a[q * size + k] = s * pk + c * qk
    const vp = v[k * size + p]
    const vq = v[k * size + q]
    v[k * size + p] = c * vp - s * vq
    v[k * size + q] = s * vp + c * vq
  }
}
