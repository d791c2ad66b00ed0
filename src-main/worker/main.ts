import { connect } from '../../src-core/contract/rpc'
import { trainingCalls, type TrainingCalls, type TrainingEvents } from '../../src-core/contract/training'
import { processPort } from '../host/process-port'
import { TrainingSession } from './training-session'

// A terminal's Ctrl-C reaches every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined)

const port = processPort(process)
const events: TrainingEvents = {
  steps: (steps) => void host.steps.asEvent(steps),
  epoch: (line) => void host.epoch.asEvent(line),
  sample: (line) => void host.sample.asEvent(line),
  sampled: (piece) => void host.sampled.asEvent(piece),
  state: (state) => void host.state.asEvent(state),
  finished: (finished) => void host.finished.asEvent(finished),
  failed: (error) => void host.failed.asEvent(error),
}
const session = new TrainingSession(events, (exitCode) => {
  process.exitCode = exitCode
  port.close()
})
const functions: TrainingCalls & Record<string, (...args: never[]) => unknown> = {
  start: (request) => session.start(request),
  pause: () => session.pause(),
  resume: () => session.resume(),
  stepOnce: () => session.stepOnce(),
  stop: () => session.stop(),
  setLearningRate: (learningRate) => session.setLearningRate(learningRate),
  goBack: (learningRate) => session.goBack(learningRate),
  sample: (request) => session.sample(request),
}
const host = connect<TrainingEvents, typeof functions>(port, functions, trainingCalls)

// Without a parent nobody asks for this run any more: it ends with a checkpoint.
process.on('disconnect', () => void session.stop())
process.on('SIGTERM', () => void session.stop())
