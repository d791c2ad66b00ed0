import { allocate, apply, fail, type Op } from '../op'
import { scalar, type Variable } from '../variable'
import { divide, greater, multiply, scale, square, subtract, where } from './arithmetic'

type UnaryName = 'exp' | 'log' | 'sqrt' | 'abs' | 'sign' | 'tanh' | 'sigmoid' | 'hardSigmoid' | 'relu'

/** An element-wise function; its gradient is told from the input x and the output y. */
function unary<N extends UnaryName>(
  name: N,
  compute: (x: number) => number,
  gradient: (g: Variable, x: Variable, y: Variable) => Variable | null,
): Op<N> {
  const op: Op<N> = {
    name,
    infer(inputs) {
      if (inputs[0].dtype !== 'float32') fail(name, inputs, 'works on float32 only')
      return inputs[0]
    },
    gradient: (g, { inputs: [x], output }) => [gradient(g, x, output)],
    evaluate([x], _attributes, { dtype }) {
      const data = allocate(dtype, x.data.length)
      for (let i = 0; i < data.length; i++) data[i] = compute(x.data[i])
      return data
    },
    vectorize: (inputs, _mapped, attributes) => apply(op, inputs, attributes),
  }
  return op
}

const expOp = unary('exp', Math.exp, (g, _x, y) => multiply(g, y))
const logOp = unary('log', Math.log, (g, x) => divide(g, x))
/** d√x/dx = 1/(2√x) */
const sqrtOp = unary('sqrt', Math.sqrt, (g, _x, y) => divide(scale(g, 0.5), y))
const absOp = unary('abs', Math.abs, (g, x) => multiply(g, sign(x)))
const signOp = unary('sign', Math.sign, () => null)
/** dtanh/dx = 1 - y² */
const tanhOp = unary('tanh', Math.tanh, (g, _x, y) => multiply(g, subtract(scalar(1), square(y))))
/** dσ/dx = y - y² */
const sigmoidOp = unary(
  'sigmoid',
  (x) => 1 / (1 + Math.exp(-x)),
  (g, _x, y) => multiply(g, subtract(y, square(y))),
)
/** Keras 1's: 0.2x + 0.5 cut to [0, 1]; its slope is 0.2 strictly inside and 0 elsewhere. */
const hardSigmoidOp = unary(
  'hardSigmoid',
  (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  // y - y² is positive exactly where 0 < y < 1.
  (g, _x, y) => where(greater(subtract(y, square(y)), scalar(0)), scale(g, 0.2), scalar(0)),
)
/** max(0, x), with slope 0 at 0. */
const reluOp = unary(
  'relu',
  (x) => (x > 0 ? x : x === x ? 0 : x),
  (g, _x, y) => where(greater(y, scalar(0)), g, scalar(0)),
)

export const exp = (x: Variable): Variable => apply(expOp, [x], {})
/** Natural logarithm. */
export const log = (x: Variable): Variable => apply(logOp, [x], {})
export const sqrt = (x: Variable): Variable => apply(sqrtOp, [x], {})
export const abs = (x: Variable): Variable => apply(absOp, [x], {})
/** -1, 0 or 1 */
export const sign = (x: Variable): Variable => apply(signOp, [x], {})
export const tanh = (x: Variable): Variable => apply(tanhOp, [x], {})
export const sigmoid = (x: Variable): Variable => apply(sigmoidOp, [x], {})
export const hardSigmoid = (x: Variable): Variable => apply(hardSigmoidOp, [x], {})
export const relu = (x: Variable): Variable => apply(reluOp, [x], {})
