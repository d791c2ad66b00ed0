import { inputsOf } from '../../../src-core/graph/variable'
import type { Turns } from './instructions'
import { baseOf, type LoopItem, type ProductItem } from './items'
import { beginsWithZeros } from './rewrites/zero-rows'

/**
 * The turns of a loop at which a product is made. A state that begins with zeros is not multiplied at the first; what
 * only becomes the next state is not made at the last, if nobody asks for the final one: the gradient of a state that
 * training does not change.
 */
export function turnsOf({ product, makes: [made] }: ProductItem, loop: LoopItem | null): Turns {
  if (loop === null) return 'all'
  const { scan, makes } = loop
  if (beginsWithZeros(scan, baseOf(product.inputs[0]))) return 'afterFirst'
  const isRead = scan.body.variables.some(({ node }) => inputsOf(node).includes(made))
  const isKept = scan.collected.some((value, j) => baseOf(value) === made && makes.includes(scan.stacked[j]))
  const isFinal = scan.next.some((value, i) => value === made && makes.includes(scan.final[i]))
  return isRead || isKept || isFinal ? 'all' : 'beforeLast'
}
