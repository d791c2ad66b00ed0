import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { commands, type CommandId, type CommandInfo } from '../../src-core/contract/commands'
import { hasModifier, matches, showKeys, type Pressed } from './keys'

/** What a command does while the part of the page is there that does it. */
export interface CommandAction {
  readonly run: () => void
  /** Whether it can be done now; always where it is left out. */
  readonly enabled?: () => boolean
  /** Whether it is ticked. */
  readonly checked?: () => boolean
}

export type CommandActions = { readonly [Id in CommandId]?: CommandAction }

interface CommandsOptions {
  readonly mac: boolean
  /** Whether a native menu hears keys with a modifier. */
  readonly menu: boolean
}

/** What a person can do now, from wherever it is asked for: menu, palette, keys, buttons. */
export class Commands {
  readonly #actions = new SvelteMap<CommandId, readonly CommandAction[]>()

  constructor(private readonly options: CommandsOptions) {}

  /** In the order of the menus. */
  get all(): readonly (CommandInfo & { readonly id: CommandId })[] {
    return commands
  }

  /** What is registered last comes first. @returns takes the actions back. */
  register(actions: CommandActions): () => void {
    const added = commands.flatMap(({ id }) => {
      const action = actions[id]
      return action === undefined ? [] : [[id, action] as const]
    })
    // Read untracked: an effect that registers must not depend on what is registered.
    const change = (alter: (list: readonly CommandAction[], action: CommandAction) => CommandAction[]) => {
      for (const [id, action] of added) this.#actions.set(id, alter(this.#read(id), action))
    }
    change((list, action) => [...list, action])
    return () => change((list, action) => list.filter((one) => one !== action))
  }

  run(id: CommandId): void {
    if (this.enabled(id)) this.#action(id)?.run()
  }

  enabled(id: CommandId): boolean {
    const action = this.#action(id)
    return action !== undefined && (action.enabled?.() ?? true)
  }

  checked(id: CommandId): boolean {
    return this.#action(id)?.checked?.() ?? false
  }

  /** Its keys as they are shown; undefined where it has none. */
  keys(id: CommandId): string | undefined {
    const info: CommandInfo | undefined = commands.find((command) => command.id === id)
    return info?.keys === undefined ? undefined : showKeys(info.keys, this.options.mac)
  }

  /**
   * Runs the command whose keys were pressed.
   * @param typing whether a text field has the focus: it keeps the keys that mean something to it.
   * @returns whether one was run.
   */
  dispatch(event: Pressed, typing: boolean): boolean {
    const found = this.all.find(({ keys }) => keys !== undefined && matches(event, keys, this.options.mac))
    if (found?.keys === undefined) return false
    const modified = hasModifier(found.keys)
    if (modified && this.options.menu) return false
    // Escape leaves a field by itself; the others without a modifier are letters and movements there.
    if (typing && (!modified || found.menu === 'edit')) return false
    if (!this.enabled(found.id)) return false
    this.run(found.id)
    return true
  }

  #action(id: CommandId): CommandAction | undefined {
    return this.#actions.get(id)?.at(-1)
  }

  #read(id: CommandId): readonly CommandAction[] {
    return untrack(() => this.#actions.get(id) ?? [])
  }
}
