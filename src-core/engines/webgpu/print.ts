import type { Program } from '../../graph/program'
import { trafficOf, type Dispatch } from './device-program'
import { lowerProgram } from './lower-program'
import { StateLayout } from './state-layout'

/** What a GPU runs of a program: the list of its dispatches, then every shader once, as WGSL. No GPU is needed. */
export function printKernels(program: Program): string {
  const layout = new StateLayout()
  for (const { name, variable } of program.states) layout.declare(name, variable.dtype, variable.shape)
  const lowered = lowerProgram(program, (name) => layout.region(name))
  const { dispatches, uploaded, downloaded, memory } = trafficOf(lowered)
  const shaders = [...new Set(lowered.dispatches.map(({ shader }) => shader))]
  const number = ({ shader }: Dispatch) => shaders.indexOf(shader) + 1
  return [
    `// ${program.name}: ${dispatches} dispatches of ${shaders.length} shaders a run, ${uploaded} bytes up and ${downloaded} down, ${Math.ceil(memory / 2 ** 20)} MB of memory`,
    ...runsOf(lowered.dispatches).map(
      ({ first, count }) =>
        `//   shader ${number(first)}${count > 1 ? `, ${count} times` : ''}: ${first.kernels.join(', ')}`,
    ),
    ...shaders.map(({ text }, i) => `\n// shader ${i + 1}\n${text}`),
  ].join('\n')
}

/** Dispatches of one shader that follow one another, as one. */
function runsOf(dispatches: readonly Dispatch[]): { first: Dispatch; count: number }[] {
  const runs: { first: Dispatch; count: number }[] = []
  for (const each of dispatches) {
    const last = runs[runs.length - 1]
    if (last?.first.shader === each.shader) last.count++
    else runs.push({ first: each, count: 1 })
  }
  return runs
}
