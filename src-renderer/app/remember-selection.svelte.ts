import { untrack } from 'svelte'
import { z } from 'zod'
import type { Session } from '../state/session.svelte'

const id = z.string().nullable()
const selectionSchema = z.object({ corpus: id, architecture: id, run: id })
const nothing = { corpus: null, architecture: null, run: null }

/** Opens what was open last, keeps what is open now, and has the selected architecture's document shown. */
export function rememberSelection(session: Session): void {
  const part = session.workspace.part('selection', selectionSchema, nothing)
  const { selection, architecture } = session

  $effect(() => {
    if (!session.ready) return
    untrack(() => {
      const { corpora, architectures, runs } = session
      const kept = part.value
      if (corpora.entry(kept.corpus)) selection.corpus = kept.corpus
      if (architectures.entry(kept.architecture)) selection.architecture = kept.architecture
      if (runs.entry(kept.run)) selection.run = kept.run
    })
  })
  $effect(() => {
    if (!session.ready) return
    const { corpus, architecture: opened, run } = selection
    untrack(() => (part.value = { corpus, architecture: opened, run }))
  })
  $effect(() => {
    const { architecture: selected } = selection
    untrack(() => void architecture.open(selected))
  })
  $effect(() => {
    const { editor } = session
    if (editor) editor.vocabulary = session.corpora.entry(selection.corpus)?.found?.vocabularySize ?? 'V'
  })
}
