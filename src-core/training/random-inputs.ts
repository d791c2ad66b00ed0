import type { Program, RandomFill } from '../graph/program'
import type { Tensor } from '../graph/tensor'
import { sizeOf } from '../graph/tensor'
import { Random } from '../random/random'

interface RandomInput {
  readonly name: string
  readonly fill: RandomFill
  readonly data: Float32Array
}

/**
 * The inputs of a program that are drawn at random. What a run draws is a function of the seed, the purpose, the step
 * and the input's name, so there is no state to keep: a resumed run draws what the undisturbed one would have.
 */
export class RandomInputs {
  /** One tensor an input, filled anew by `draw`. */
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly #inputs: RandomInput[] = []

  constructor(
    program: Program,
    private readonly seed: number,
    private readonly purpose: string,
  ) {
    const tensors: Record<string, Tensor> = {}
    for (const { name, variable, random } of program.inputs) {
      if (!random) continue
      const data = new Float32Array(sizeOf(variable.shape))
      tensors[name] = { dtype: 'float32', shape: variable.shape, data }
      this.#inputs.push({ name, fill: random, data })
    }
    this.tensors = tensors
  }

  draw(step: number): void {
    for (const { name, fill, data } of this.#inputs) {
      const random = Random.from(this.seed, this.purpose, step, name)
      if (fill.kind === 'uniform') random.fillUniform(data)
      else if (fill.kind === 'normal') random.fillNormal(data)
      else random.fillMask(data, fill.keep)
    }
  }
}
