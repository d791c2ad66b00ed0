import type { Session } from '../state/session.svelte'
import type { LayoutState } from './layout-state.svelte'
import { openFile } from './take-files'

interface Opens {
  readonly palette: () => void
  readonly shortcuts: () => void
}

/** What the window itself can do; panes register what they can. */
export function registerCommands(session: Session, layout: LayoutState, opens: Opens): void {
  const { commands, architectures } = session
  const ready = () => session.ready
  $effect(() => {
    const { openProject } = session.shell
    return commands.register({
      'file.new-architecture': { run: () => void architectures.create(), enabled: ready },
      'file.open': { run: () => void openFile(session, 'architecture'), enabled: ready },
      'file.add-corpus': { run: () => void openFile(session, 'corpus'), enabled: ready },
      ...(openProject && {
        'file.open-project': {
          run: () => void openProject().catch((error: unknown) => session.notices.error(error)),
        },
      }),
      'file.save': { run: () => void save(session), enabled: () => session.editor !== null },
      'file.save-as': {
        run: () => {
          if (session.editor) void architectures.saveCopy(session.editor.document)
        },
        enabled: () => session.editor !== null,
      },
      'view.palette': { run: opens.palette },
      'view.generate': { run: () => layout.show('generate'), enabled: ready },
      'view.inspect': { run: () => layout.show('inspect'), enabled: ready },
      'view.sidebar': {
        run: () => layout.toggle('left'),
        enabled: ready,
        checked: () => layout.current.left,
      },
      'view.right': {
        run: () => layout.toggle('right'),
        enabled: ready,
        checked: () => layout.current.right,
      },
      'view.run': { run: () => layout.toggle('run'), enabled: ready, checked: () => layout.current.run },
      'help.shortcuts': { run: opens.shortcuts },
    })
  })
}

/** Edits are kept by themselves; who asks for it is told that they are. */
async function save(session: Session): Promise<void> {
  await session.architecture.flush()
  if (!session.architecture.isSaving) session.notices.info('Saved. Every edit is kept by itself.')
}
