import type { Box, Shape } from '../../../../src-core/architecture/schema'
import type { ArchitectureEditor } from '../model/editor.svelte'

export type Editable =
  { readonly kind: 'shape'; readonly shape: Shape } | { readonly kind: 'box'; readonly box: Box }

/** One thing that is typed in place. */
export interface InlineField {
  readonly label: string
  readonly value: string
  /** What is wrong with a text, or null. */
  readonly problem: (text: string) => string | null
}

const LARGEST = 65_536
const LAST_CHARACTER = 10_000

/** What double-click edits of a shape or a box, in the order of its words. */
export function inlineFields(item: Editable): readonly InlineField[] {
  if (item.kind === 'box') {
    return [whole('From step', item.box.from, LAST_CHARACTER), whole('To step', item.box.to, LAST_CHARACTER)]
  }
  const { shape } = item
  if (shape.kind === 'circle') return [name(shape.id), whole('Size', shape.size, LARGEST)]
  if (shape.kind === 'triangle') return [character('Predicts character', shape.predicts.character, 't+1')]
  const { source } = shape
  if (source.kind === 'zeros') return [name(shape.id), whole('Size', source.size, LARGEST)]
  if (source.kind === 'carried') return [name(shape.id)]
  const place = character('Character', source.at, 't')
  return source.encoding.kind === 'embedding'
    ? [place, whole('Embedding size', source.encoding.size, LARGEST)]
    : [place]
}

/** Writes what was typed into the document as one step. Unchanged texts are no edit. */
export function commitInline(editor: ArchitectureEditor, item: Editable, texts: readonly string[]): void {
  const [first = '', second = ''] = texts.map((text) => text.trim())
  if (item.kind === 'box') {
    const [from, to] = [Number(first), Number(second)]
    if (from !== item.box.from || to !== item.box.to) editor.setBox({ ...item.box, from, to })
    return
  }
  const group = `inline ${item.shape.id}`
  const changed = changedShape(item.shape, first, second)
  if (JSON.stringify(changed) !== JSON.stringify(item.shape)) editor.setShape(changed, group)
  const named = item.shape.kind === 'circle' || item.shape.kind === 'rectangle'
  const isName = inlineFields(item)[0].label === 'Name'
  if (named && isName && first !== item.shape.id) editor.rename({ kind: 'shape', id: item.shape.id }, first)
}

function changedShape(shape: Shape, first: string, second: string): Shape {
  if (shape.kind === 'circle') return { ...shape, size: Number(second) }
  if (shape.kind === 'triangle') {
    return { ...shape, predicts: { character: first === 't+1' ? 't+1' : Number(first) } }
  }
  const { source } = shape
  if (source.kind === 'zeros') return { ...shape, source: { ...source, size: Number(second) } }
  if (source.kind === 'carried') return shape
  const at = first === 't' ? 't' : Number(first)
  const encoding =
    source.encoding.kind === 'embedding' ? { ...source.encoding, size: Number(second) } : source.encoding
  return { ...shape, source: { ...source, at, encoding } }
}

function name(value: string): InlineField {
  const right = /^[A-Za-z][A-Za-z0-9._@-]{0,63}$/
  return {
    label: 'Name',
    value,
    problem: (text) =>
      right.test(text.trim()) && text.trim() !== 'zeros'
        ? null
        : 'A name begins with a letter and holds only letters, digits and . _ @ -',
  }
}

function whole(label: string, value: number, most: number): InlineField {
  return { label, value: String(value), problem: (text) => wholeProblem(label, text, most) }
}

function character(label: string, value: string | number, relative: string): InlineField {
  return {
    label,
    value: String(value),
    problem: (text) =>
      text.trim() === relative ? null : wholeProblem(label, text, LAST_CHARACTER, relative),
  }
}

function wholeProblem(label: string, text: string, most: number, relative?: string): string | null {
  const value = Number(text.trim())
  if (/^\d+$/.test(text.trim()) && value >= 1 && value <= most) return null
  const or = relative === undefined ? '' : `${relative} or `
  return `${label}: type ${or}a whole number from 1 to ${most}.`
}
