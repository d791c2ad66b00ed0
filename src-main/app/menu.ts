import { Menu, type WebContents } from 'electron'
import { commandIds, type CommandId } from '../../src-core/contract/commands'
import type { Project } from '../../src-core/contract/system'
import { menuItems, type MenuActions } from './menu-items'

type Edits = Readonly<Partial<Record<CommandId, (page: WebContents) => void>>>

/** What text fields do by themselves; elsewhere it is the page's. */
const edits: Edits = {
  'edit.undo': (page) => page.undo(),
  'edit.redo': (page) => page.redo(),
  'edit.delete': (page) => page.delete(),
  'edit.select-all': (page) => page.selectAll(),
}

/** The page hears of these by the events `cut`, `copy` and `paste`, which bring the clipboard without a permission. */
const clipboard: Edits = {
  'edit.cut': (page) => page.cut(),
  'edit.copy': (page) => page.copy(),
  'edit.paste': (page) => page.paste(),
}

/** The native menu, built from the commands. */
export class ApplicationMenu {
  readonly #actions: MenuActions
  readonly #tell: (id: CommandId) => void
  readonly #page: () => WebContents | null
  #menu: Electron.Menu | null = null
  #enabled: ReadonlySet<CommandId> = new Set()
  #checked: ReadonlySet<CommandId> = new Set()
  /** Every command that was ticked before keeps its place for a tick. */
  readonly #tickable = new Set<CommandId>()
  #recent: readonly Project[] = []
  #typing = false

  /** @param page whose text is edited; null while there is none. */
  constructor(actions: MenuActions, page: () => WebContents | null) {
    this.#page = page
    this.#actions = { ...actions, command: (id) => this.#chosen(id) }
    this.#tell = (id) => actions.command(id)
    this.#build()
  }

  /** What the page can do now. */
  setCommands(enabled: readonly CommandId[], checked: readonly CommandId[]): void {
    this.#enabled = new Set(enabled)
    this.#checked = new Set(checked)
    const known = this.#tickable.size
    for (const id of checked) this.#tickable.add(id)
    // An entry cannot become one with a tick.
    if (this.#tickable.size > known) this.#build()
    else this.#update()
  }

  setRecent(recent: readonly Project[]): void {
    const before = JSON.stringify(this.#recent)
    this.#recent = recent
    if (JSON.stringify(recent) !== before) this.#build()
  }

  /** @param typing whether a text field has the focus. */
  setTyping(typing: boolean): void {
    this.#typing = typing
    this.#update()
  }

  #chosen(id: CommandId): void {
    // Electron has turned the tick over already; it is the page that says.
    this.#update()
    const edit = clipboard[id] ?? (this.#typing ? edits[id] : undefined)
    const page = this.#page()
    if (edit && page) edit(page)
    else this.#tell(id)
  }

  #build(): void {
    this.#menu = Menu.buildFromTemplate(menuItems(this.#tickable, this.#recent, this.#actions))
    this.#update()
    Menu.setApplicationMenu(this.#menu)
  }

  #update(): void {
    for (const id of commandIds) {
      const item = this.#menu?.getMenuItemById(id)
      if (!item) continue
      item.enabled = this.#enabled.has(id) || id in clipboard || (this.#typing && id in edits)
      if (this.#tickable.has(id)) item.checked = this.#checked.has(id)
    }
  }
}
