/**
 * Where in an array an element lies, as a sum of multiples of a kernel's own counters. Knowing the ranges of the
 * counters, most divisions of reshapes, slices and concatenations fall away before there is any WGSL.
 */

/** A counter of a kernel, or what was divided or computed from one: 0 ≤ value < size. */
export interface Atom {
  /** As WGSL, of type u32. */
  readonly text: string
  readonly size: number
  /** Set where it is a quotient or a remainder, so that both together are known as what they came from. */
  readonly part?: { readonly kind: 'quotient' | 'remainder'; readonly of: Index; readonly by: number }
}

/** constant + Σ factor · atom */
export interface Index {
  readonly constant: number
  readonly terms: readonly { readonly atom: Atom; readonly factor: number }[]
}

export const constantIndex = (constant: number): Index => ({ constant, terms: [] })
export const atomIndex = (atom: Atom): Index =>
  atom.size === 1 ? constantIndex(0) : { constant: 0, terms: [{ atom, factor: 1 }] }

/** a + factor · b */
export function plus(a: Index, b: Index, factor = 1): Index {
  const terms = new Map(a.terms.map((term) => [term.atom.text, term]))
  for (const { atom, factor: own } of b.terms) {
    const total = (terms.get(atom.text)?.factor ?? 0) + own * factor
    if (total === 0) terms.delete(atom.text)
    else terms.set(atom.text, { atom, factor: total })
  }
  return joined({ constant: a.constant + b.constant * factor, terms: [...terms.values()] })
}

export const shifted = (index: Index, by: number): Index => ({ ...index, constant: index.constant + by })

/** d · (x / d) + x % d is x again. */
function joined(index: Index): Index {
  for (const { atom, factor } of index.terms) {
    const { part } = atom
    if (part?.kind !== 'remainder') continue
    const quotient = index.terms.find(
      (term) =>
        term.atom.part?.kind === 'quotient' &&
        term.factor === factor * part.by &&
        term.atom.part.by === part.by &&
        keyOf(term.atom.part.of) === keyOf(part.of),
    )
    if (!quotient) continue
    const rest = index.terms.filter((term) => term.atom !== atom && term !== quotient)
    return plus({ constant: index.constant, terms: rest }, part.of, factor)
  }
  return index
}

/** The smallest and largest value. */
export function rangeOf({ constant, terms }: Index): readonly [number, number] {
  let [low, high] = [constant, constant]
  for (const { atom, factor } of terms) {
    if (factor > 0) high += factor * (atom.size - 1)
    else low += factor * (atom.size - 1)
  }
  return [low, high]
}

/** Equal for equal indices. */
export function keyOf({ constant, terms }: Index): string {
  const parts = terms.map(({ atom, factor }) => `${factor}*${atom.text}`).sort()
  return [constant, ...parts].join('+')
}

/** Its moving part as WGSL; the constant is added where it is wanted. */
export function textOf({ constant, terms }: Index): string {
  const sorted = [...terms].sort((a, b) => b.factor - a.factor || (a.atom.text < b.atom.text ? -1 : 1))
  const parts = sorted.map(({ atom, factor }) =>
    factor === 1 ? atom.text : `${atom.text} * ${unsigned(factor)}`,
  )
  if (constant !== 0 || parts.length === 0) parts.push(unsigned(constant))
  return parts.join(' + ')
}

/** u32 wraps around, so what is negative until something is added to it is a large number. */
const unsigned = (value: number): string => `${value >>> 0}u`

/** What an index is known to be inside a branch of the kernel: start ≤ index < start + size, counted from start. */
export function within(index: Index, start: number, size: number): Index {
  const moved = shifted(index, -start)
  const [low, high] = rangeOf(moved)
  if (low >= 0 && high < size) return moved
  return atomIndex({ text: `(${textOf(moved)})`, size })
}

/** index / by and index % by. */
function divided(index: Index, by: number): readonly [quotient: Index, remainder: Index] {
  if (by === 1) return [index, constantIndex(0)]
  const whole = Math.floor(index.constant / by)
  const multiples = index.terms.filter(({ factor }) => factor % by === 0)
  const rest: Index = {
    constant: index.constant - whole * by,
    terms: index.terms.filter(({ factor }) => factor % by !== 0),
  }
  const quotient: Index = {
    constant: whole,
    terms: multiples.map(({ atom, factor }) => ({ atom, factor: factor / by })),
  }
  const [, high] = rangeOf(rest)
  if (high < by) return [quotient, rest]
  const part = (kind: 'quotient' | 'remainder', sign: string, size: number): Index =>
    atomIndex({ text: `((${textOf(rest)}) ${sign} ${by}u)`, size, part: { kind, of: rest, by } })
  return [plus(quotient, part('quotient', '/', Math.floor(high / by) + 1)), part('remainder', '%', by)]
}

/** The place of an element in row-major order. */
export function flat(index: readonly Index[], shape: readonly number[]): Index {
  return index.reduce(
    (total, each, axis) => plus(plus(constantIndex(0), total, shape[axis]), each),
    constantIndex(0),
  )
}

/** The element of a place in row-major order. */
export function unflat(place: Index, shape: readonly number[]): Index[] {
  const index = new Array<Index>(shape.length)
  let rest = place
  for (let axis = shape.length - 1; axis > 0; axis--) [rest, index[axis]] = divided(rest, shape[axis])
  if (shape.length > 0) index[0] = rest
  return index
}
