import { connect } from '../../src-core/contract/rpc'
import { trainingCalls, type TrainingCalls, type TrainingEvents } from '../../src-core/contract/training'
import type { Parent } from './parent'
import { TrainingSession } from './training-session'

/** Trains a run for the parent. */
export function serveTraining(parent: Parent): void {
  const events: TrainingEvents = {
    steps: (steps) => void host.steps.asEvent(steps),
    epoch: (line) => void host.epoch.asEvent(line),
    sample: (line) => void host.sample.asEvent(line),
    sampled: (piece) => void host.sampled.asEvent(piece),
    state: (state) => void host.state.asEvent(state),
    finished: (finished) => void host.finished.asEvent(finished),
    failed: (error) => void host.failed.asEvent(error),
  }
  const session = new TrainingSession(events, (exitCode) => parent.end(exitCode))
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
  const host = connect<TrainingEvents, typeof functions>(parent.port, functions, trainingCalls)

  // Without a parent nobody asks for this run any more: it ends with a checkpoint.
  parent.onGone(() => void session.stop())
  process.on('SIGTERM', () => void session.stop())
}
