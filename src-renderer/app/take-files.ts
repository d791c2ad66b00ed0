import type { Session } from '../state/session.svelte'
import { type ChosenFile, type FileKind, nameOf } from '../state/shell'
import { upload } from '../state/upload'

/** Takes in whatever a person gives: architectures and checkpoints are opened, all else together is a corpus. */
export async function takeFiles(session: Session, files: readonly ChosenFile[]): Promise<void> {
  const texts: ChosenFile[] = []
  for (const file of files) {
    const name = nameOf(file).toLowerCase()
    if (name.endsWith('.safetensors')) await openCheckpoint(session, file)
    else if (name.endsWith('.json')) await session.architectures.openFile(file)
    else texts.push(file)
  }
  if (texts.length > 0) await session.corpora.addFiles(texts)
}

/** Asks for a file and takes it in. */
export async function openFile(session: Session, kind: FileKind): Promise<void> {
  try {
    const files = await session.shell.openFiles(kind)
    if (kind === 'corpus' && files.length > 0) await session.corpora.addFiles(files)
    else await takeFiles(session, files)
  } catch (error) {
    session.notices.error(error)
  }
}

async function openCheckpoint(session: Session, file: ChosenFile): Promise<void> {
  const { host, tasks, notices, runs, selection } = session
  try {
    const { run } = await tasks.run(nameOf(file), async (task) => {
      if (file.kind === 'path') return host.runs.openCheckpoint({ kind: 'path', path: file.path })
      const id = await upload(host.corpora, file.file, {
        onprogress: (done) => tasks.progress({ task, stage: 'sending', done, total: file.file.size }),
        cancelled: () => tasks.isCancelled(task),
      })
      return host.runs.openCheckpoint({ kind: 'upload', upload: id })
    })
    runs.changed(run)
    selection.run = run.id
  } catch (error) {
    notices.error(error)
  }
}
