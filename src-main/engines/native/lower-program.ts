import { rootsOf, type Program, type ProgramInput } from '../../../src-core/graph/program'
import { reachLive } from '../../../src-core/graph/rewrites/live'
import { sizeOf } from '../../../src-core/graph/tensor'
import type { Variable } from '../../../src-core/graph/variable'
import { Arena, type Machine } from './arena'
import type { Buffer, InstructionList } from './instructions'
import { baseOf, type Target } from './items'
import { lowerScope, planScope } from './lower-scope'
import { Scope } from './scope'
import { wholeView } from './view'

export interface Lowered {
  readonly list: InstructionList
  /** The inputs that the program reads, in the order of the list's. */
  readonly inputs: readonly ProgramInput[]
  /** Names and variables of the outputs, in the order of the list's. */
  readonly outputs: readonly (readonly [name: string, variable: Variable])[]
}

/** A program as a list of instructions; its states are written only after all that reads their old values. */
export function lowerProgram(program: Program, machine: Machine): Lowered {
  const outputs = Object.entries(program.outputs)
  const updates = Object.entries(program.updates)
  const live = reachLive(rootsOf(program))
  const arena = new Arena(machine, namesOf(program))
  const scope = new Scope(arena)
  const bind = (value: Variable, buffer: Buffer) =>
    scope.bind(value, wholeView(buffer, value.dtype, value.shape))
  const inputs = program.inputs.filter(({ variable }) => live.includes(variable))
  const inputBuffers = inputs.map(({ name, variable }) => arena.buffer(name, room(variable)))
  inputs.forEach(({ variable }, i) => bind(variable, inputBuffers[i]))
  const states = new Map<string, { readonly variable: Variable; readonly buffer: Buffer }>()
  for (const { name, variable } of program.states) {
    const buffer = arena.stateBuffer(name, room(variable))
    states.set(name, { variable, buffer })
    bind(variable, buffer)
  }

  const outputBuffers = outputs.map(([name, variable]) => arena.buffer(name, room(variable)))
  const updated = new Set(updates.map(([name]) => states.get(name)?.variable))
  const targets: Target[] = updates.flatMap(([name, value]) => {
    const state = states.get(name)
    if (!state || value === state.variable) return []
    const from = baseOf(value)
    const view = () => wholeView(state.buffer, value.dtype, value.shape)
    // Another state's old value, which its own update may have overwritten by then.
    if (from !== state.variable && updated.has(from)) scope.bind(value, scope.copied(scope.viewOf(value)))
    return [{ value, view, overwrites: state.variable }]
  })
  outputs.forEach(([, value], i) =>
    targets.push({
      value,
      view: () => wholeView(outputBuffers[i], value.dtype, value.shape),
      overwrites: null,
    }),
  )
  const computed = live.filter(({ node }) => node.kind === 'apply' || node.kind === 'scan')
  const graph = planScope(
    scope,
    computed,
    targets.map(({ value }) => value),
  )
  lowerScope(scope, computed, graph, targets)
  const { constants } = arena
  const list = { inputs: inputBuffers, outputs: outputBuffers, constants, instructions: scope.instructions }
  return { list, inputs, outputs }
}

const room = ({ shape }: Variable) => Math.max(1, sizeOf(shape))

function namesOf({ inputs, states, outputs }: Program): Map<Variable, string> {
  const named = [...inputs, ...states].map(({ name, variable }) => [variable, name] as const)
  return new Map([...Object.entries(outputs).map(([name, variable]) => [variable, name] as const), ...named])
}
