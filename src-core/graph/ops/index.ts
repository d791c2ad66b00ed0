export {
  add,
  cast,
  divide,
  equal,
  greater,
  maximum,
  minimum,
  multiply,
  negate,
  scale,
  square,
  subtract,
  where,
} from './arithmetic'
export { broadcastTo, reshape, sum } from './broadcast'
export { gather, oneHot, scatterAdd } from './index-by'
export { matmul, project } from './matmul'
export { argmax, max, mean } from './reduce'
export { concat, pad, select, slice, transpose } from './shape'
export { crossEntropy, logSoftmax, softmax } from './softmax'
export { abs, exp, hardSigmoid, log, relu, sigmoid, sign, sqrt, tanh } from './unary'
