import type { CommandId } from '../../../../src-core/contract/commands'
import { diagramPng } from '../export/diagram-png'
import { diagramSvg } from '../export/diagram-svg'
import { embeddedFont } from '../export/embedded-font'
import type { ArchitectureEditor } from '../model/editor.svelte'
import { idsOf } from '../model/item-key'
import type { CanvasActions } from './canvas-actions'

interface Action {
  readonly run: () => void
  readonly enabled?: () => boolean
  readonly checked?: () => boolean
}

interface Saves {
  saveFile(name: string, bytes: Uint8Array): Promise<unknown>
}

/**
 * What the commands of the menus do with the diagram. Cut, copy and paste are not among them: they come as the
 * document's own events, which need no permission.
 */
export function diagramCommands(
  editor: ArchitectureEditor,
  actions: () => CanvasActions | undefined,
  shell: Saves,
  refuse: (error: unknown) => void,
): Partial<Record<CommandId, Action>> {
  const some = () => editor.selection.size > 0
  const several = () => idsOf('shape', editor.selection).size > 1
  const drawn = () => editor.shown.shapes.length > 0
  const svg = async () => diagramSvg(editor.shown, editor.vocabulary, editor.batch, await embeddedFont())
  const name = (extension: string) => `${editor.document.name.replace(/[^\w. -]+/g, '-')}.${extension}`
  return {
    'edit.undo': { run: () => editor.undo(), enabled: () => editor.canUndo },
    'edit.redo': { run: () => editor.redo(), enabled: () => editor.canRedo },
    'edit.duplicate': { run: () => editor.duplicate(), enabled: some },
    'edit.delete': { run: () => editor.remove(), enabled: some },
    'edit.select-all': { run: () => editor.selectAll(), enabled: drawn },
    'edit.align-row': { run: () => editor.align('row'), enabled: several },
    'edit.align-column': { run: () => editor.align('column'), enabled: several },
    'edit.layout': { run: () => editor.layout(), enabled: drawn },
    'view.unroll': {
      run: () => actions()?.toggleView(),
      enabled: drawn,
      checked: () => editor.view === 'unrolled',
    },
    'view.fit': { run: () => actions()?.fit(), enabled: drawn },
    'file.export-diagram-svg': {
      run: () => {
        svg()
          .then(({ text }) => shell.saveFile(name('svg'), new TextEncoder().encode(text)))
          .catch(refuse)
      },
      enabled: drawn,
    },
    'file.export-diagram-png': {
      run: () => {
        svg()
          .then(diagramPng)
          .then((bytes) => shell.saveFile(name('png'), bytes))
          .catch(refuse)
      },
      enabled: drawn,
    },
  }
}
