import { describe, expect, it } from 'vitest'
import { roll } from '../../../../src-core/architecture/roll'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { unroll } from '../../../../src-core/architecture/unroll'
import { ArchitectureEditor } from '../../../../src-renderer/features/architecture/model/editor.svelte'
import { arrowKey, boxKey, shapeKey } from '../../../../src-renderer/features/architecture/model/item-key'
import { lesson, lessonNames, parsed } from './documents'

function opened(document: Architecture) {
  let time = 0
  const changes: Architecture[] = []
  const editor = new ArchitectureEditor(document, {
    onchange: (changed) => changes.push(changed),
    now: () => time,
  })
  return {
    editor,
    changes,
    wait: (milliseconds: number) => {
      time += milliseconds
    },
  }
}

const bare = (document: Architecture) => ({ ...document, layout: {} })

describe('history', () => {
  it('undoes an added output and does it again, the selection with it', () => {
    const document = lesson('simple-rnn')
    const { editor, changes } = opened(document)
    editor.select([shapeKey('h')])
    const id = editor.addShape('triangle', { x: 200, y: 0 })
    expect([...editor.selection]).toEqual([shapeKey(id)])
    expect(editor.undoLabel).toBe('Add triangle')
    const added = editor.document
    editor.undo()
    expect(editor.document).toBe(document)
    expect([...editor.selection]).toEqual([shapeKey('h')])
    expect(editor.canUndo).toBe(false)
    editor.redo()
    expect(editor.document).toBe(added)
    expect([...editor.selection]).toEqual([shapeKey(id)])
    expect(changes).toEqual([added, document, added])
  })

  it('takes typing within a second as one step, and what follows a pause as another', () => {
    const { editor, wait } = opened(lesson('gru'))
    for (const name of ['l', 'ls', 'lstm']) {
      editor.setHeader({ name }, 'name')
      wait(900)
    }
    wait(200)
    editor.setHeader({ name: 'lstm 2' }, 'name')
    editor.undo()
    expect(editor.document.name).toBe('lstm')
    editor.undo()
    expect(editor.document.name).toBe('gru')
    expect(editor.canUndo).toBe(false)
  })

  it('keeps groups apart, and edits without one', () => {
    const { editor } = opened(lesson('gru'))
    editor.move([shapeKey('h')], { x: 1, y: 0 }, 'drag 1')
    editor.move([shapeKey('h')], { x: 1, y: 0 }, 'drag 1')
    editor.move([shapeKey('h')], { x: 1, y: 0 }, 'drag 2')
    editor.layout()
    editor.setHeader({ name: 'a' })
    editor.setHeader({ name: 'b' })
    const labels: (string | null)[] = []
    while (editor.canUndo) {
      labels.push(editor.undoLabel)
      editor.undo()
    }
    expect(labels).toEqual(['Change document', 'Change document', 'Lay out', 'Move', 'Move'])
    expect(editor.document).toEqual(lesson('gru'))
  })

  it('does not join an edit to what was undone to, and forgets what was undone', () => {
    const { editor } = opened(lesson('gru'))
    editor.setHeader({ name: 'a' }, 'name')
    editor.setHeader({ name: 'b' }, 'other')
    editor.undo()
    editor.setHeader({ name: 'c' }, 'name')
    expect(editor.canRedo).toBe(false)
    editor.undo()
    expect(editor.document.name).toBe('a')
  })

  it('takes nothing as an edit that changes nothing', () => {
    const { editor, changes } = opened(lesson('gru'))
    editor.move([], { x: 5, y: 5 })
    editor.remove([])
    editor.putIntoBox(['h'], 'loop')
    expect(editor.canUndo).toBe(false)
    expect(changes).toEqual([])
  })
})

describe('views', () => {
  it.each(lessonNames)('of %s are what roll and unroll make of it', (name) => {
    const document = lesson(name)
    const { editor, changes } = opened(document)
    expect(bare(editor.shown)).toEqual(bare(document))
    const other = () => bare(document.boxes.length > 0 ? unroll(document) : roll(document))
    let expected: ReturnType<typeof bare> | null = null
    let reason = ''
    try {
      expected = other()
    } catch (error) {
      reason = String(error)
    }
    if (expected === null) {
      expect(() => {
        editor.toggleView()
      }).toThrow(reason.replace(/^\w+: /, ''))
      return
    }
    const view = editor.view
    editor.toggleView()
    expect(bare(editor.shown)).toEqual(expected)
    expect(editor.view).not.toBe(view)
    expect(editor.document).toBe(document)
    for (const { id } of editor.shown.shapes) expect(editor.shown.layout).toHaveProperty([id])
    editor.toggleView()
    expect(editor.document).toBe(document)
    expect(editor.view).toBe(view)
    expect(changes).toEqual([])
  })

  it('make the unrolled document the document once it is edited, and undo comes back in that view', () => {
    const document = lesson('sequence-rnn')
    const { editor, changes } = opened(document)
    editor.toggleView()
    editor.move([shapeKey('c@3')], { x: 0, y: 40 })
    expect(editor.document.boxes).toEqual([])
    expect(changes).toHaveLength(1)
    editor.toggleView()
    expect(editor.view).toBe('rolled')
    expect(editor.shown.boxes).toHaveLength(1)
    editor.toggleView()
    editor.undo()
    expect(editor.document).toBe(document)
    expect(editor.view).toBe('unrolled')
  })

  it('say why there is no other', () => {
    const { editor } = opened(parsed())
    expect(() => {
      editor.toggleView()
    }).toThrow(/not a network yet/)
    expect(editor.shown).toEqual(parsed())
  })
})

describe('the editor', () => {
  it('marks problems on what they speak of, and drops them when they are mended', () => {
    const { editor } = opened(lesson('sequence-rnn'))
    expect(editor.problems).toEqual([])
    const circle = editor.document.shapes[1]
    if (circle.kind !== 'circle') throw new Error('h is a circle')
    const id = editor.addShape('circle', { x: 300, y: 0 }, 'loop')
    expect(editor.problemsOf(shapeKey(id)).map(({ code }) => code)).toContain('circle-without-input')
    editor.undo()
    editor.setArrow({ ...editor.document.arrows[2], color: 'green' })
    expect(editor.problems.length).toBeGreaterThan(0)
    expect(editor.problemsOf(arrowKey('out')).length).toBeGreaterThan(0)
  })

  it('knows sizes with and without a vocabulary', () => {
    const { editor } = opened(lesson('sequence-rnn'))
    expect([editor.widthOf('c'), editor.widthOf('h'), editor.widthOf('o')]).toEqual([42, 256, 'V'])
    expect(editor.legend.total).toBeNull()
    editor.vocabulary = 86
    expect(editor.widthOf('o')).toBe(86)
    expect(editor.legend.entries.map(({ role, size, parameters }) => [role, size, parameters])).toEqual([
      ['embedding', '86 × 42', 3612],
      ['input to hidden', '42 × 256', 11_008],
      ['hidden to hidden', '256 × 256', 65_536],
      ['hidden to output', '256 × 86', 22_102],
    ])
    expect(editor.legend.total).toBe(3612 + 11_008 + 65_536 + 22_102)
  })

  it('draws a box around what is in an area, not around nothing', () => {
    const { editor } = opened(lesson('three-characters'))
    expect(() => editor.addBox({ x: 900, y: 900, width: 10, height: 10 })).toThrow(/there is none/)
    const id = editor.addBox({ x: -60, y: 60, width: 120, height: 240 })
    expect([...editor.selection]).toEqual([boxKey(id)])
    expect(editor.shown.shapes.filter(({ box }) => box === id).map((shape) => shape.id)).toEqual(['c1', 'h1'])
  })

  it('selects, renames and forgets keys with what they name', () => {
    const { editor } = opened(lesson('sequence-rnn'))
    editor.selectAll()
    expect(editor.selection.size).toBe(7)
    editor.select([shapeKey('h')], 'toggle')
    expect(editor.selection.has(shapeKey('h'))).toBe(false)
    editor.select([shapeKey('h'), shapeKey('nothing')])
    expect([...editor.selection]).toEqual([shapeKey('h')])
    editor.rename({ kind: 'shape', id: 'h' }, 'hidden')
    expect([...editor.selection]).toEqual([shapeKey('hidden')])
    editor.color = 'green'
    editor.rename({ kind: 'color', id: 'green' }, 'in')
    expect(editor.color).toBe('in')
    editor.remove()
    expect(editor.selection.size).toBe(0)
    editor.remove([shapeKey('c')])
    editor.removeColor('in')
    expect(editor.color).toBeNull()
  })

  it('cuts, pastes and duplicates as steps of their own', () => {
    const { editor } = opened(lesson('sequence-rnn'))
    editor.select([shapeKey('o')])
    editor.duplicate()
    expect([...editor.selection]).toEqual([shapeKey('o2')])
    const text = editor.cut()
    expect(editor.document.shapes).toHaveLength(3)
    editor.paste(text ?? '', { x: 400, y: 400 })
    expect(editor.shown.layout.o2).toEqual({ x: 400, y: 400 })
    expect(editor.undoLabel).toBe('Paste')
    expect(() => {
      editor.paste('nonsense')
    }).toThrow(/no part of a diagram/)
  })
})
