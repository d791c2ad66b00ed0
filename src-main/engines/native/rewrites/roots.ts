import { substitute } from '../../../../src-core/graph/rebuild'
import { Sharing } from '../../../../src-core/graph/rewrites/share'
import { Scan } from '../../../../src-core/graph/scan'
import type { Variable } from '../../../../src-core/graph/variable'
import type { Readers } from './readers'

export type Image = (value: Variable) => Variable

/** A loop made anew, and what its collected values became, in their order. */
export interface Remade {
  readonly scan: Scan
  readonly collected: readonly Variable[]
}

export interface Rules {
  /** Another way to compute a value, in terms of what its inputs became; null leaves it as it is. */
  value?(value: Variable, image: Image): Variable | null
  /** Another form of a loop; null leaves it as it is. */
  loop?(loop: Scan, image: Image): Remade | null
}

/** Everything outside of loops made anew, oldest first, by rules where they have something to say. */
export function rebuild(roots: readonly Variable[], { variables }: Readers, rules: Rules): Variable[] {
  const made = new Map<Variable, Variable>()
  const sharing = new Sharing()
  const image: Image = (value) => made.get(value) ?? value
  const loops = new Map<Scan, Remade>()
  for (const value of variables) {
    const { node } = value
    if (node.kind === 'apply')
      made.set(value, rules.value?.(value, image) ?? sharing.apply(node, node.inputs.map(image)))
    if (node.kind !== 'scan') continue
    const elements = node.elements.map((element): [Variable, Variable] => [element, element])
    const { scan, collected } =
      loops.get(node) ??
      rules.loop?.(node, image) ??
      loopOn(node, node.sequences.map(image), node.elements, new Map(elements), image)
    loops.set(node, { scan, collected })
    const final = node.final.indexOf(value)
    const stacked = node.stacked.indexOf(value)
    made.set(value, final >= 0 ? scan.final[final] : scan.collect(collected[stacked]))
  }
  return roots.map(image)
}

/**
 * A loop's body on other sequences.
 * @param inside what the old elements are, in terms of the new ones.
 */
export function loopOn(
  node: Scan,
  sequences: readonly Variable[],
  elements: readonly Variable[],
  inside: ReadonlyMap<Variable, Variable>,
  image: Image,
): Remade {
  const captured = node.captured.map((value): [Variable, Variable] => [value, image(value)])
  const body = substitute([...node.next, ...node.collected], new Map([...inside, ...captured]))
  const next = body.slice(0, node.next.length)
  const initial = node.initial.map(image)
  const scan = new Scan(node.length, node.reverse, sequences, elements, initial, node.states, next)
  return { scan, collected: body.slice(next.length) }
}
