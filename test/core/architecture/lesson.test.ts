import { describe, expect, it } from 'vitest'
import { checkArchitecture } from '../../../src-core/architecture/check'
import { parametersByColor } from '../../../src-core/architecture/colors'
import { readDiagram } from '../../../src-core/architecture/diagram'
import { windowOf } from '../../../src-core/architecture/window'
import { makePlan } from '../../../src-core/training/plan'
import { lessonArchitecture, lessonNames } from './documents'

const V = 86

function parameters(name: (typeof lessonNames)[number]) {
  return parametersByColor(readDiagram(lessonArchitecture(name)), V)
}

describe('the architectures that come with the program', () => {
  it.each(lessonNames)('%s is sound, with and without a vocabulary', (name) => {
    expect(checkArchitecture(lessonArchitecture(name), V)).toEqual([])
    expect(checkArchitecture(lessonArchitecture(name))).toEqual([])
  })

  it.each(lessonNames)('%s has its own name, a description, a plan and a place for every shape', (name) => {
    const document = lessonArchitecture(name)
    expect(document.name).toBe(name)
    expect(document.description.length).toBeGreaterThan(80)
    expect(() => makePlan(document.plan)).not.toThrow()
    expect(document.shapes.filter(({ id }) => !Object.hasOwn(document.layout, id))).toEqual([])
  })

  it.each([
    ['three-characters', 3 * 3612 + 11008 + 65792 + 22102],
    ['eight-characters', 8 * 3612 + 11008 + 65792 + 22102],
    ['simple-rnn', 102_258],
    ['sequence-eight-outputs', 8 * 3612 + 11008 + 65792 + 22102],
    ['sequence-rnn', 102_258],
    ['one-hot-rnn', 86 * 256 + 256 + 65536 + 22102],
    ['stateful-lstm', 3612 + 84 + 42 * 1024 + 1024 + 256 * 1024 + 22102],
    ['stacked-lstm', 86 * 24 + (24 + 512 + 1) * 2048 + (1024 + 1) * 2048 + 513 * 512 + 513 * 86],
    ['gru', 3612 + 43 * 768 + 256 * 768 + 22102],
    ['from-scratch-rnn', 86 * 256 + 65792 + 22102],
  ] as const)('%s has %i parameters over a vocabulary of 86', (name, count) => {
    expect(parameters(name).reduce((sum, color) => sum + color.count, 0)).toBe(count)
  })

  it('counts the parameters of simple-rnn by colour', () => {
    expect(
      parameters('simple-rnn').map(({ color, matrix, bias, count }) => [color.id, matrix, bias, count]),
    ).toEqual([
      ['violet', [86, 42], 0, 3612],
      ['green', [42, 256], 256, 11008],
      ['orange', [256, 256], 0, 65536],
      ['blue', [256, 86], 86, 22102],
    ])
  })

  it.each([
    ['three-characters', 3, 4, 1],
    ['simple-rnn', 8, 9, 1],
    ['sequence-eight-outputs', 8, 9, 8],
    ['sequence-rnn', 8, 9, 8],
    ['stacked-lstm', 40, 41, 40],
  ] as const)('%s reads %i characters of %i and predicts %i', (name, length, characters, outputs) => {
    const window = windowOf(lessonArchitecture(name))
    expect([window.length, window.characters, window.outputs.length]).toEqual([length, characters, outputs])
  })
})
