import { connect } from '../../src-core/contract/rpc'
import {
  samplingProcessCalls,
  type SamplingProcessCalls,
  type SamplingProcessEvents,
} from '../../src-core/contract/sampling-process'
import type { Parent } from './parent'
import { SamplingSession } from './sampling-session'

const { open, vocabulary, generate, cancel, copies, logits, inspect, matrices, matrix } = samplingProcessCalls
const argumentSchemas = {
  open: open.args,
  vocabulary: vocabulary.args,
  generate: generate.args,
  cancel: cancel.args,
  copies: copies.args,
  logits: logits.args,
  inspect: inspect.args,
  matrices: matrices.args,
  matrix: matrix.args,
}

/** Writes text and looks into networks for the parent, until it is gone. */
export function serveSampling(parent: Parent): void {
  const session = new SamplingSession({ written: (batch) => void host.written.asEvent(batch) })
  const functions: SamplingProcessCalls & Record<string, (...args: never[]) => unknown> = {
    open: (request) => session.open(request),
    vocabulary: (network) => session.vocabulary(network),
    generate: (request) => session.generate(request),
    cancel: (id) => session.cancel(id),
    copies: (request) => session.copies(request),
    logits: (network, text) => session.logits(network, text),
    inspect: (network, text, options) => session.inspect(network, text, options),
    matrices: (network) => session.matrices(network),
    matrix: (network, name) => session.matrix(network, name),
  }
  const host = connect<SamplingProcessEvents, typeof functions>(parent.port, functions, argumentSchemas)
  // Nothing is lost by it.
  parent.onGone(() => process.exit(0))
}
