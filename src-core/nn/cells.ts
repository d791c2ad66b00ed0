import { add, matmul, multiply, slice, subtract } from '../graph/ops'
import type { Variable } from '../graph/variable'
import { activate, type ActivationName } from './activation'

/** Number of gates: a cell's weights are [in, gates · H]. */
export const gatesOf = { plain: 1, lstm: 4, gru: 3 } as const

export interface CellOptions {
  readonly activation: ActivationName
  readonly gateActivation: ActivationName
}

/** The k-th block of H columns of [B, n · H], as far as `count` blocks. */
function block(x: Variable, size: number, k: number, count = 1): Variable {
  return slice(x, x.shape.length - 1, k * size, (k + count) * size)
}

/**
 * LSTM (Hochreiter and Schmidhuber 1997, with a forget gate; Keras's form without peepholes):
 * [i f o] = σ(z[:3H]), c' = f·c + i·φ(z[3H:]), h' = o·φ(c').
 * @param z [B, 4H], the sum of what input and state bring, gates in the order i, f, o, g
 * @param memory c [B, H]
 * @returns h' and c', each [B, H]
 */
export function lstmCell(z: Variable, memory: Variable, { activation, gateActivation }: CellOptions) {
  const size = memory.shape[1]
  const gates = activate(gateActivation, block(z, size, 0, 3))
  const candidate = activate(activation, block(z, size, 3))
  const kept = multiply(block(gates, size, 1), memory)
  const next = add(kept, multiply(block(gates, size, 0), candidate))
  return { hidden: multiply(block(gates, size, 2), activate(activation, next)), memory: next }
}

export interface GruWeights {
  /** U [H, 3H], in the order z, r, h. */
  readonly weights: Variable
  /** [3H] */
  readonly bias?: Variable
}

export interface GruOptions extends CellOptions {
  /**
   * Where the reset gate acts: on the state before its product (Cho et al. 2014, Keras 1), or on the
   * product (cuDNN, PyTorch, Keras 3 by default), which is one product a step instead of two.
   */
  readonly reset: 'before' | 'after'
}

/**
 * GRU (Cho et al. 2014; h' = z·h + (1-z)·ĥ as Keras has it).
 * @param x [B, 3H], what the input brings, in the order z, r, h
 * @param state h [B, H]
 * @param brought the state the recurrent product reads: h, or h with dropout
 * @returns h' [B, H]
 */
export function gruCell(
  x: Variable,
  state: Variable,
  brought: Variable,
  recurrent: GruWeights,
  options: GruOptions,
) {
  const { activation, gateActivation, reset } = options
  const size = state.shape[1]
  const product = (h: Variable, k: number, count: number) => {
    const partial = matmul(h, block(recurrent.weights, size, k, count))
    return recurrent.bias ? add(partial, block(recurrent.bias, size, k, count)) : partial
  }
  let candidate: Variable
  let gates: Variable
  if (reset === 'after') {
    const all = product(brought, 0, 3)
    gates = activate(gateActivation, add(block(x, size, 0, 2), block(all, size, 0, 2)))
    candidate = add(block(x, size, 2), multiply(block(gates, size, 1), block(all, size, 2)))
  } else {
    gates = activate(gateActivation, add(block(x, size, 0, 2), product(brought, 0, 2)))
    candidate = add(block(x, size, 2), product(multiply(block(gates, size, 1), brought), 2, 1))
  }
  const proposal = activate(activation, candidate)
  // z·h + (1-z)·ĥ = ĥ + z·(h - ĥ)
  return add(proposal, multiply(block(gates, size, 0), subtract(state, proposal)))
}
