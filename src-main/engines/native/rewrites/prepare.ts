import type { Program } from '../../../../src-core/graph/program'
import { cut } from './cut'
import { fold } from './fold'
import { gatherProducts } from './gather-products'
import { sink } from './sink'
import { unrollInner } from './unroll-inner'
import { skipZeroRows } from './zero-rows'

/** The program in the form that is lowered: the same results with less work and fewer bytes moved. */
export function prepare(program: Program): Program {
  return cut(skipZeroRows(sink(gatherProducts(fold(unrollInner(program))))))
}
