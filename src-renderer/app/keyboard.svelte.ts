import type { Session } from '../state/session.svelte'

/** Runs the command whose keys were pressed, unless something nearer took them. */
export function dispatchKeys(session: Session, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const target = event.target instanceof HTMLElement ? event.target : null
  // A dialog or an open menu has the keys to itself.
  if (target?.closest('[role=dialog], [role=menu]')) return
  // Space presses the button that has the focus, and arrows move within lists and sliders.
  if (
    !event.ctrlKey &&
    !event.metaKey &&
    target?.closest('button, select, [role=slider], [role=radiogroup], nav')
  ) {
    if (event.key === ' ' || event.key.startsWith('Arrow') || event.key === 'Delete') return
  }
  if (session.commands.dispatch(event, isTyping(target))) event.preventDefault()
}

function isTyping(target: HTMLElement | null): boolean {
  if (target === null) return false
  if (target.isContentEditable) return true
  return target.matches('textarea, input:not([type=range], [type=checkbox], [type=button])')
}

/** Tells the native menu what can be done now. */
export function followMenu(session: Session): void {
  $effect(() => {
    if (!session.shell.hasMenu || session.connection !== 'open') return
    const { commands } = session
    const ids = commands.all.map(({ id }) => id)
    const state = {
      enabled: ids.filter((id) => commands.enabled(id)),
      checked: ids.filter((id) => commands.checked(id)),
    }
    void session.host.shell.setMenu(state).catch(() => undefined)
  })
}
