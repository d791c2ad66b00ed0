import { flushSync, mount, unmount } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { unroll } from '../../../../src-core/architecture/unroll'
import {
  setEmbedding,
  setEncoding,
  setNormalization,
  setSource,
  withCell,
} from '../../../../src-renderer/features/architecture/model/change-kind'
import { ArchitectureEditor } from '../../../../src-renderer/features/architecture/model/editor.svelte'
import type { ItemKey } from '../../../../src-renderer/features/architecture/model/item-key'
import Legend from '../../../../src-renderer/features/architecture/panels/Legend.svelte'
import Problems from '../../../../src-renderer/features/architecture/panels/Problems.svelte'
import Properties from '../../../../src-renderer/features/architecture/panels/Properties.svelte'
import { lesson, parsed } from './documents'

let shown: object | null = null
afterEach(async () => {
  if (shown) await unmount(shown)
  shown = null
  document.body.replaceChildren()
})

function properties(of: Architecture, ...keys: ItemKey[]): ArchitectureEditor {
  const editor = new ArchitectureEditor(of)
  editor.select(keys)
  shown = mount(Properties, { target: document.body, props: { editor } })
  flushSync()
  return editor
}

function field(label: string): HTMLInputElement {
  const found = document.querySelector(`[aria-label="${label}"]`)
  if (!(found instanceof HTMLInputElement)) throw new Error(`no field ${label}`)
  return found
}

function type(input: HTMLInputElement, text: string): void {
  input.focus()
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}

function choose(label: string, text: string): void {
  const found = document.querySelector(`select[aria-label="${label}"]`)
  if (!(found instanceof HTMLSelectElement)) throw new Error(`no list ${label}`)
  found.selectedIndex = [...found.options].findIndex((option) => option.text === text)
  found.dispatchEvent(new Event('change', { bubbles: true }))
  flushSync()
}

describe('properties', () => {
  it('change a size as it is typed, and not to one that is none', () => {
    const editor = properties(lesson('sequence-rnn'), 'shape:h')
    type(field('Size'), '64')
    expect(editor.document.shapes[1]).toMatchObject({ size: 64 })
    type(field('Size'), '0')
    type(field('Size'), '1.5')
    expect(editor.document.shapes[1]).toMatchObject({ size: 64 })
    editor.undo()
    expect(editor.canUndo).toBe(false)
  })

  it('rename with everything that refers to it, and refuse a name that is taken', () => {
    const editor = properties(lesson('sequence-rnn'), 'shape:h')
    type(field('Name'), 'c')
    expect(document.querySelector('[role="alert"]')?.textContent).toBe('This name is taken')
    field('Name').blur()
    flushSync()
    expect(field('Name').value).toBe('h')
    type(field('Name'), 'hidden')
    field('Name').blur()
    flushSync()
    expect(editor.document.arrows[2]).toMatchObject({ from: 'hidden' })
    expect([...editor.selection]).toEqual(['shape:hidden'])
  })

  it('give an arrow new weights or none', () => {
    const editor = properties(lesson('sequence-rnn'), 'arrow:out')
    choose('Weights', 'New weights')
    expect(editor.document.arrows[2].color).toBe(editor.document.colors.at(-1)?.id)
    expect(editor.document.colors).toHaveLength(5)
    choose('Weights', 'none, as it is')
    expect(editor.document.arrows[2]).not.toHaveProperty('color')
  })

  it('let a state start from a shape outside and from zeros again', () => {
    const simple = lesson('sequence-rnn')
    const zeros = { kind: 'rectangle', id: 'z', source: { kind: 'zeros', size: 256 } } as const
    const editor = properties({ ...simple, shapes: [...simple.shapes, zeros] }, 'box:loop')
    choose('h starts from', 'z')
    expect(editor.document.boxes[0].start).toEqual({ h: 'z' })
    expect(editor.problems).toEqual([])
    choose('h starts from', 'zeros')
    expect(editor.document.boxes[0].start).toEqual({})
  })

  it('change circles of all columns at once', () => {
    const editor = properties(lesson('three-characters'), 'shape:h1', 'shape:h2', 'shape:h3')
    type(field('Size of all'), '128')
    const sizes = editor.document.shapes.flatMap((shape) => (shape.kind === 'circle' ? [shape.size] : []))
    expect(sizes).toEqual([128, 128, 128])
    expect(editor.problems).toEqual([])
  })
})

describe('the legend and the problems', () => {
  it('show every colour and light it up', () => {
    const editor = new ArchitectureEditor(lesson('sequence-rnn'))
    editor.vocabulary = 86
    shown = mount(Legend, { target: document.body, props: { editor } })
    flushSync()
    const rows = [...document.querySelectorAll('.entry')].map((row) =>
      (row.textContent ?? '').replace(/\s+/g, ' ').trim(),
    )
    expect(rows[1]).toMatch(/^a input to hidden 42 × 256 · relu · Glorot 11,008$/)
    expect(document.querySelector('footer')?.textContent).toContain('102,258')
  })

  it('select what a problem speaks of', () => {
    const editor = new ArchitectureEditor(lesson('sequence-rnn'))
    const id = editor.addShape('circle', { x: 300, y: 0 }, 'loop')
    editor.select([])
    shown = mount(Problems, { target: document.body, props: { editor } })
    flushSync()
    document.querySelector('button')?.click()
    expect([...editor.selection]).toEqual([`shape:${id}`])
  })
})

describe('the legend', () => {
  const rows = () => [...document.querySelectorAll('.role')].map((role) => role.textContent.trim())

  it('says of a state what it is, also where it starts', () => {
    shown = mount(Legend, {
      target: document.body,
      props: { editor: new ArchitectureEditor(unroll(lesson('sequence-rnn'))) },
    })
    flushSync()
    expect(rows()).toEqual(['embedding', 'input to hidden', 'hidden to hidden', 'hidden to output'])
  })

  it('folds to letters and total, and opens for new weights', () => {
    const editor = new ArchitectureEditor(lesson('sequence-rnn'))
    editor.vocabulary = 86
    shown = mount(Legend, { target: document.body, props: { editor } })
    flushSync()
    document.querySelector<HTMLElement>('[aria-label="Fold the weights"]')?.click()
    flushSync()
    expect(rows()).toEqual([])
    expect(document.body.textContent.replace(/\s+/g, ' ')).toMatch(/e ?a ?b ?c parameters 102,/)
    document.querySelector<HTMLElement>('[aria-label="Add weights"]')?.click()
    flushSync()
    expect(rows()).toHaveLength(5)
  })
})

describe('kinds', () => {
  it('change with what they need', () => {
    const empty = parsed({ shapes: [{ kind: 'rectangle', id: 'c', source: { kind: 'zeros', size: 3 } }] })
    expect(setSource(empty, 'c', 'carried')).toBe(empty)
    const text = setSource(empty, 'c', 'character')
    expect(text.shapes[0]).toMatchObject({
      source: { at: 1, encoding: { kind: 'embedding', color: 'embedding' } },
    })
    expect(text.colors).toHaveLength(1)
    const oneHot = setEncoding(text, 'c', 'one-hot')
    expect(oneHot.shapes[0]).toMatchObject({ source: { encoding: { kind: 'one-hot' } } })
    const columns = setEmbedding(unroll(lesson('sequence-rnn')), 'violet', { size: 7 })
    expect(JSON.stringify(columns)).not.toContain('"size":42')
  })

  it('keep what cells have in common, and take a normalization away again', () => {
    const document = lesson('sequence-rnn')
    const circle = document.shapes[1]
    if (circle.kind !== 'circle') throw new Error('h is a circle')
    expect(withCell(circle, 'lstm')).toMatchObject({ id: 'h', size: 256, box: 'loop', cell: 'lstm' })
    expect(withCell(circle, 'lstm')).not.toHaveProperty('join')
    const normalized = setNormalization(document, 'h', 'layer')
    expect(normalized.shapes[1]).toMatchObject({ normalization: { kind: 'layer', color: 'norm-h' } })
    expect(setNormalization(normalized, 'h', null).shapes).toEqual(document.shapes)
  })
})
