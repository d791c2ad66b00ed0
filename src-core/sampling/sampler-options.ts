import { UnrollError } from '../errors'

/**
 * How a token is chosen from the network's logits, in the order in which it is applied (that of Hugging Face's
 * transformers; llama.cpp divides by the temperature last):
 * repetition penalty, temperature, top-k, top-p, min-p. Each cut keeps at least the likeliest token.
 */
export interface SamplerOptions {
  /**
   * 1 leaves alone, more discourages what stands among the last `repetitionWindow` tokens, prime included: their
   * positive logits are divided by it, their negative ones multiplied (CTRL, Keskar et al. 2019).
   */
  readonly repetitionPenalty: number
  readonly repetitionWindow: number
  /** Divides the logits; 0 is greedy: always the likeliest token. */
  readonly temperature: number
  /** Keeps the k likeliest tokens. */
  readonly topK?: number
  /** Keeps the fewest likeliest tokens whose probabilities reach p together (Holtzman et al. 2020). */
  readonly topP?: number
  /** Keeps tokens at least p times as probable as the likeliest (Nguyen et al. 2024). */
  readonly minP?: number
}

export const defaultSamplerOptions: SamplerOptions = {
  repetitionPenalty: 1,
  repetitionWindow: 64,
  temperature: 1,
}

/** @throws UnrollError `sampler-option`, naming the option, its value and the values it takes. */
export function checkSamplerOptions(options: SamplerOptions): void {
  const { repetitionPenalty, repetitionWindow, temperature, topK, topP, minP } = options
  check(
    'temperature',
    temperature,
    temperature >= 0 && temperature < Infinity,
    'a number from 0 (always the likeliest) up',
  )
  check(
    'top-k',
    topK,
    topK === undefined || (Number.isInteger(topK) && topK >= 1),
    'a whole number from 1 up',
  )
  check('top-p', topP, topP === undefined || (topP > 0 && topP <= 1), 'a number above 0 and at most 1')
  check('min-p', minP, minP === undefined || (minP >= 0 && minP <= 1), 'a number from 0 to 1')
  check(
    'repetition penalty',
    repetitionPenalty,
    repetitionPenalty > 0 && repetitionPenalty < Infinity,
    'a number above 0, where 1 is none',
  )
  check(
    'repetition window',
    repetitionWindow,
    Number.isInteger(repetitionWindow) && repetitionWindow >= 0,
    'a whole number from 0 up',
  )
}

function check(name: string, value: number | undefined, good: boolean, takes: string): void {
  if (good) return
  throw new UnrollError('sampler-option', `The ${name} cannot be ${value}.`, `Give ${takes}.`)
}
