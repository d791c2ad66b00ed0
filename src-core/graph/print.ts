import { rootsOf, type Program } from './program'
import { reach, type Scan } from './scan'
import { formatShape } from './tensor'
import { uniformValue, type Variable } from './variable'

/**
 * A program as text, one line a node in the order of computation; a loop's body is indented under it.
 * Everything keeps the name that the program gave it, the rest is numbered as it comes.
 */
export function printProgram(program: Program): string {
  const printer = new Printer()
  const lines = [program.name]
  for (const { name, variable } of program.inputs) lines.push(`  input ${printer.declare(variable, name)}`)
  for (const { name, variable, role } of program.states)
    lines.push(`  ${role} ${printer.declare(variable, name)}`)
  const outputs = Object.entries(program.outputs)
  const updates = Object.entries(program.updates)
  lines.push(...printer.body(reach(rootsOf(program)), '  '))
  for (const [name, variable] of outputs) lines.push(`  output ${name} = ${printer.name(variable)}`)
  for (const [name, variable] of updates) lines.push(`  next ${name} = ${printer.name(variable)}`)
  return lines.join('\n')
}

class Printer {
  private readonly names = new Map<Variable, string>()

  declare(value: Variable, name: string): string {
    this.names.set(value, name)
    return typed(value, name)
  }

  name(value: Variable): string {
    const known = this.names.get(value)
    if (known !== undefined) return known
    const { node } = value
    if (node.kind === 'constant') return constantText(value)
    return this.number(value)
  }

  body(order: readonly Variable[], indent: string): string[] {
    const lines: string[] = []
    const done = new Set<Scan>()
    for (const value of order) {
      const { node } = value
      if (node.kind === 'apply') {
        const attributes = Object.entries(node.attributes).map(
          ([key, each]) => `${key}=${JSON.stringify(each)}`,
        )
        const inputs = node.inputs.map((input) => this.name(input))
        lines.push(`${indent}${this.made(value)} = ${node.name}(${[...inputs, ...attributes].join(', ')})`)
      } else if (node.kind === 'scan' && !done.has(node)) {
        done.add(node)
        lines.push(...this.loop(node, indent))
      }
    }
    return lines
  }

  private loop(node: Scan, indent: string): string[] {
    const inner = `${indent}  `
    const take = (value: Variable, from: string) => `${inner}${this.made(value)} ${from}`
    return [
      `${indent}loop over ${node.length} steps${node.reverse ? ', from the last to the first' : ''}`,
      ...node.elements.map((element, i) => take(element, `of ${this.name(node.sequences[i])}`)),
      ...node.states.map((state, i) => take(state, `from ${this.name(node.initial[i])}`)),
      ...this.body(node.body.variables, inner),
      ...node.states.map((state, i) => `${inner}next ${this.name(state)} = ${this.name(node.next[i])}`),
      ...node.final.map(
        (final, i) => `${inner}after the last step ${this.made(final)} = ${this.name(node.next[i])}`,
      ),
      ...node.stacked.map(
        (stacked, i) => `${inner}of every step ${this.made(stacked)} = ${this.name(node.collected[i])}`,
      ),
    ]
  }

  private made(value: Variable): string {
    return typed(value, this.number(value))
  }

  private number(value: Variable): string {
    const known = this.names.get(value)
    if (known !== undefined) return known
    const name = `v${this.names.size}`
    this.names.set(value, name)
    return name
  }
}

function typed({ dtype, shape }: Variable, name: string): string {
  return `${name} ${dtype}${formatShape(shape)}`
}

function constantText(value: Variable): string {
  const everywhere = uniformValue(value)
  const shape = value.shape.length > 0 ? formatShape(value.shape) : ''
  return everywhere === null ? `constant${shape}` : `${everywhere}${shape}`
}
