import { add, concat, broadcastTo, multiply, project, reshape, sum } from '../graph/ops'
import { zeros, type Variable } from '../graph/variable'
import { activate } from '../nn/activation'
import { gruCell, lstmCell } from '../nn/cells'
import type { Moments } from '../nn/normalization'
import { isRecurrent } from './diagram'
import type { Pass } from './pass'
import type { Arrow, Circle } from './schema'

/** What a circle knows of the step before: h and, of an LSTM, c; each [B, H]. */
export interface State {
  readonly hidden: Variable
  readonly memory: Variable | null
}

export interface CircleStep {
  /** The activations [..., H], before what changes them on leaving. */
  readonly hidden: Variable
  readonly memory: Variable | null
  /** Used by a batch normalization before the activation; null without one. */
  readonly moments: Moments | null
}

/**
 * What a circle computes in one step, or, where nothing recurs, in all steps at once.
 * @param sourceOf what an arrow brings from, [..., in]; not asked for the recurrent one.
 */
export function circleStep(
  pass: Pass,
  circle: Circle,
  arrows: readonly Arrow[],
  sourceOf: (arrow: Arrow) => Variable,
  state: State | null,
): CircleStep {
  const sources = arrows.map((arrow) => (state && isRecurrent(arrow) ? state.hidden : sourceOf(arrow)))
  const brought = (place: number) => bring(pass, circle, arrows[place], sources[place])
  const all = arrows.map((_, place) => place)
  if (circle.cell === 'gru') {
    const isState = (place: number) => state !== null && isRecurrent(arrows[place])
    const x = all
      .filter((place) => !isState(place))
      .map(brought)
      .reduce(add)
    const recurrent = arrows.find((_, place) => isState(place)) ?? null
    return { hidden: gru(pass, circle, x, recurrent, state), memory: null, moments: null }
  }
  const joined = join(circle, all.map(brought))
  const { values, moments } = normalizeBefore(pass, circle, joined)
  if (circle.cell === 'plain') return { hidden: activate(circle.activation, values), memory: null, moments }
  const memory = state?.memory ?? zeros([pass.options.rows, circle.size])
  return { ...lstmCell(values, memory, circle), moments }
}

/** What an arrow brings: activation((mask · x) W + b). */
export function bring(pass: Pass, circle: Circle | null, arrow: Arrow, x: Variable): Variable {
  const kept = circle ? drop(pass, circle, arrow, x) : x
  if (arrow.color === undefined) return activate(arrow.activation, kept)
  const product = project(kept, pass.weights(arrow.color))
  const bias = pass.bias(arrow.color)
  return activate(arrow.activation, bias ? add(product, bias) : product)
}

/**
 * One mask a batch for every step, as Keras 1 drops inside its recurrent layers. It belongs to the weights
 * that follow, so arrows of one colour drop alike.
 */
function drop(pass: Pass, circle: Circle, arrow: Arrow, x: Variable): Variable {
  const what = isRecurrent(arrow) ? 'recurrent' : 'input'
  const width = x.shape[x.shape.length - 1]
  const mask = pass.mask(`${arrow.color ?? `->${arrow.id}`}/${what}`, circle.dropout[what], [
    pass.options.rows,
    width,
  ])
  return mask ? multiply(x, mask) : x
}

function join(circle: Circle, brought: readonly Variable[]): Variable {
  const how = circle.cell === 'plain' ? circle.join : 'sum'
  switch (how) {
    case 'sum':
      return brought.reduce(add)
    case 'product':
      return brought.reduce(multiply)
    case 'dot': {
      const product = brought.reduce(multiply)
      return reshape(sum(product, [product.shape.length - 1]), [...product.shape.slice(0, -1), 1])
    }
    case 'concat': {
      const outer = brought.reduce<readonly number[]>(
        (most, { shape }) => (shape.length > most.length ? shape : most),
        [],
      )
      const alike = brought.map((x) => broadcastTo(x, [...outer.slice(0, -1), x.shape[x.shape.length - 1]]))
      return concat(alike, outer.length - 1)
    }
  }
}

function normalizeBefore(
  pass: Pass,
  circle: Circle,
  values: Variable,
): { values: Variable; moments: Moments | null } {
  const { normalization } = circle
  if (normalization?.place !== 'before') return { values, moments: null }
  if (normalization.kind === 'layer')
    return { values: pass.normalize(normalization.color, values, null), moments: null }
  const moments = pass.moments(normalization.color, values)
  return { values: pass.normalize(normalization.color, values, moments), moments }
}

function gru(
  pass: Pass,
  circle: Circle & { cell: 'gru' },
  x: Variable,
  arrow: Arrow | null,
  state: State | null,
): Variable {
  const { rows } = pass.options
  const hidden = state?.hidden ?? zeros([rows, circle.size])
  const bias = arrow?.color === undefined ? null : pass.bias(arrow.color)
  const weights =
    arrow?.color === undefined ? zeros([circle.size, 3 * circle.size]) : pass.weights(arrow.color)
  const brought = arrow ? drop(pass, circle, arrow, hidden) : hidden
  return gruCell(x, hidden, brought, bias ? { weights, bias } : { weights }, circle)
}
