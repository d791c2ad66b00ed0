import { architecturesCalls, architecturesEvents } from './architectures'
import type { CallSchemas, EventSchemas, Functions, Listeners } from './call'
import { corporaCalls, corporaEvents } from './corpora'
import { runsCalls, runsEvents } from './runs'
import { samplingCalls, samplingEvents } from './sampling'
import { shellCalls, shellEvents } from './shell'
import { systemCalls, systemEvents } from './system'
import { tasksCalls, tasksEvents } from './tasks'

/** All that the page may ask of the host, by domain. `shell` is answered in Electron alone. */
export const hostCalls = {
  architectures: architecturesCalls,
  corpora: corporaCalls,
  runs: runsCalls,
  sampling: samplingCalls,
  shell: shellCalls,
  system: systemCalls,
  tasks: tasksCalls,
} satisfies Readonly<Record<string, CallSchemas>>

/** All that the page hears from the host without asking. */
export const hostEvents = {
  architectures: architecturesEvents,
  corpora: corporaEvents,
  runs: runsEvents,
  sampling: samplingEvents,
  shell: shellEvents,
  system: systemEvents,
  tasks: tasksEvents,
} satisfies Readonly<Record<string, EventSchemas>>

export type HostCalls = { [Domain in keyof typeof hostCalls]: Functions<(typeof hostCalls)[Domain]> }
export type HostEvents = { [Domain in keyof typeof hostEvents]: Listeners<(typeof hostEvents)[Domain]> }
