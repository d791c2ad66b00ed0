import type { Apply, Variable } from '../variable'
import { reapply } from '../rebuild'
import { uniformValue } from '../variable'

/** Makes applications; the same op of the same inputs is made once (common subexpressions). */
export class Sharing {
  private readonly known = new Map<string, Variable>()

  apply(node: Apply, inputs: readonly Variable[]): Variable {
    const key = `${node.name} ${JSON.stringify(node.attributes)} ${inputs.map(({ id }) => id).join(' ')}`
    return this.once(key, () => reapply(node, inputs))
  }

  /** Constants that have one value everywhere are shared too. */
  constant(value: Variable): Variable {
    const everywhere = uniformValue(value)
    if (everywhere === null || Object.is(everywhere, -0)) return value
    return this.once(`constant ${everywhere} ${value.shape.join(' ')}`, () => value)
  }

  private once(key: string, make: () => Variable): Variable {
    const known = this.known.get(key)
    if (known) return known
    const made = make()
    this.known.set(key, made)
    return made
  }
}
