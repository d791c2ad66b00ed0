import { isCharacter } from './diagram'
import type { Architecture, Triangle } from './schema'

/** One predicted character of the window: a triangle, or one step of a triangle in a box. */
export interface WindowOutput {
  readonly triangle: Triangle
  /** The place in the window that is predicted, from 1. */
  readonly character: number
  /** The step of the box, from 0; null outside. */
  readonly step: number | null
}

/** Which characters of a text one example is made of. */
export interface Window {
  /** The last character that a rectangle reads: n. */
  readonly length: number
  /** The last character that is read or predicted: L. */
  readonly characters: number
  /** All that is predicted, by place and then in the document's order: K. */
  readonly outputs: readonly WindowOutput[]
}

export function windowOf(document: Architecture): Window {
  const boxes = new Map(document.boxes.map((box) => [box.id, box]))
  const outputs = document.shapes.flatMap((shape): WindowOutput[] => {
    if (shape.kind !== 'triangle') return []
    const { character } = shape.predicts
    if (character !== 't+1') return [{ triangle: shape, character, step: null }]
    const box = shape.box === undefined ? undefined : boxes.get(shape.box)
    if (!box) return []
    const steps = Math.max(0, box.to - box.from + 1)
    return Array.from({ length: steps }, (_, step) => ({
      triangle: shape,
      character: box.from + step + 1,
      step,
    }))
  })
  outputs.sort((a, b) => a.character - b.character)
  const length = windowLength(document)
  return { length, characters: Math.max(length, maximum(outputs.map((output) => output.character))), outputs }
}

/** The last character that a rectangle reads: n. */
export function windowLength(document: Architecture): number {
  const boxes = new Map(document.boxes.map((box) => [box.id, box]))
  const ends = document.shapes.filter(isCharacter).map(({ source, box }) => {
    if (source.at !== 't') return source.at
    return (box !== undefined && boxes.get(box)?.to) || 0
  })
  return maximum(ends)
}

function maximum(numbers: readonly number[]): number {
  return numbers.reduce((largest, number) => Math.max(largest, number), 0)
}
