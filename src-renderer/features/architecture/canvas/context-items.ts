import type { MenuItem } from '../../../ui/menu-item'
import type { ArchitectureEditor } from '../model/editor.svelte'
import { idsOf } from '../model/item-key'
import type { CanvasActions } from './canvas-actions'
import type { CanvasState } from './canvas-state.svelte'

interface Given {
  readonly editor: ArchitectureEditor
  readonly canvas: CanvasState
  readonly actions: CanvasActions | undefined
  readonly keys: ((command: string) => string | undefined) | undefined
  readonly refuse: (error: unknown) => void
}

/** What the other button of the pointer offers for what is selected, or for the diagram where nothing is. */
export function contextItems({ editor, canvas, actions, keys, refuse }: Given): MenuItem[] {
  const shapes = idsOf('shape', editor.selection)
  const boxes = idsOf('box', editor.selection)
  const entry = (label: string, command: string | null, run: () => void, disabled = false): MenuItem => {
    const shown = command === null ? undefined : keys?.(command)
    return { label, run, disabled, ...(shown === undefined ? {} : { keys: shown }) }
  }
  const view: MenuItem[] = [
    entry(editor.view === 'rolled' ? 'Unroll' : 'Roll up', 'view.unroll', () => actions?.toggleView()),
    entry('Fit', 'view.fit', () => actions?.fit()),
    entry('Arrange automatically', 'edit.layout', () => editor.layout()),
  ]
  if (editor.selection.size === 0) {
    return [entry('Select all', 'edit.select-all', () => editor.selectAll()), 'line', ...view]
  }
  const one = editor.selection.size === 1 ? [...editor.selection][0] : null
  const put = (box: string | null) => editor.putIntoBox(shapes, box)
  const inBox = editor.shown.shapes.some(({ id, box }) => shapes.has(id) && box !== undefined)
  const wrap = () => {
    try {
      editor.addBox(shapes)
    } catch (error) {
      refuse(error)
    }
  }
  return [
    ...(one !== null && (shapes.size === 1 || boxes.size === 1)
      ? [entry('Edit in place', null, () => (canvas.editing = one)), 'line' as const]
      : []),
    ...(shapes.size > 0
      ? [
          entry('Put into a new box', null, wrap),
          ...(inBox ? [entry('Take out of the box', null, () => put(null))] : []),
          entry('Align in a row', 'edit.align-row', () => editor.align('row'), shapes.size < 2),
          entry('Align in a column', 'edit.align-column', () => editor.align('column'), shapes.size < 2),
          entry('Duplicate', 'edit.duplicate', () => editor.duplicate()),
          'line' as const,
        ]
      : []),
    { ...entryOf('Delete', keys?.('edit.delete'), () => editor.remove()), danger: true },
    'line',
    ...view,
  ]
}

function entryOf(label: string, shown: string | undefined, run: () => void) {
  return { label, run, ...(shown === undefined ? {} : { keys: shown }) }
}
