import { app, type MenuItemConstructorOptions } from 'electron'
import {
  commands,
  type CommandId,
  type CommandInfo,
  type Menu as MenuName,
} from '../../src-core/contract/commands'
import type { Project } from '../../src-core/contract/system'

type Items = MenuItemConstructorOptions[]

export interface MenuActions {
  command(id: CommandId): void
  openProject(folder: string): void
}

const titles: readonly (readonly [MenuName, string])[] = [
  ['file', '&File'],
  ['edit', '&Edit'],
  ['view', '&View'],
  ['run', '&Run'],
  ['text', '&Text'],
  ['help', '&Help'],
]

/** Commands that begin a group of their own. */
const groups: ReadonlySet<CommandId> = new Set<CommandId>([
  'file.open',
  'file.open-project',
  'file.save',
  'file.export-diagram-svg',
  'edit.cut',
  'edit.align-row',
  'view.palette',
  'view.generate',
  'view.sidebar',
  'run.pause',
  'run.reset',
])

const isMac = process.platform === 'darwin'

/**
 * The whole menu; every command's entry has the command's id.
 * @param tickable commands whose entries can have a tick.
 * @param recent newest first.
 */
export function menuItems(
  tickable: ReadonlySet<CommandId>,
  recent: readonly Project[],
  actions: MenuActions,
): Items {
  const menus: Items = titles.map(([name, label]) => ({
    id: name,
    label,
    ...(name === 'help' ? { role: 'help' as const } : {}),
    submenu: [
      ...commandItems(name, tickable, actions),
      ...(name === 'file' ? [...recentItems(recent, actions), ...(isMac ? [] : quitItems)] : []),
      ...(name === 'view' ? viewItems() : []),
      ...(name === 'help' && !isMac ? aboutItems : []),
    ],
  }))
  if (!isMac) return menus
  return [{ role: 'appMenu' }, ...menus.slice(0, -1), { role: 'windowMenu' }, menus[menus.length - 1]]
}

function commandItems(menu: MenuName, tickable: ReadonlySet<CommandId>, actions: MenuActions): Items {
  const items: Items = []
  for (const info of commands) {
    if (info.menu !== menu) continue
    if (groups.has(info.id) && items.length > 0) items.push({ type: 'separator' })
    items.push(commandItem(info, tickable.has(info.id), actions))
  }
  return items
}

/** Keys without a modifier are only shown: the page hears them where no text is being typed. */
function commandItem(
  { id, title, keys }: CommandInfo & { readonly id: CommandId },
  tickable: boolean,
  actions: MenuActions,
): MenuItemConstructorOptions {
  return {
    id,
    label: escaped(title.replace(' …', '…')),
    enabled: false,
    type: tickable ? 'checkbox' : 'normal',
    ...(keys === undefined ? {} : { accelerator: keys, registerAccelerator: keys.includes('+') }),
    click: () => actions.command(id),
  }
}

function recentItems(recent: readonly Project[], actions: MenuActions): Items {
  if (recent.length === 0) return []
  const submenu = recent.slice(0, 9).map(({ folder, name }, place) => ({
    id: `recent.${place + 1}`,
    label: escaped(name),
    sublabel: folder,
    accelerator: `CmdOrCtrl+${place + 1}`,
    click: () => actions.openProject(folder),
  }))
  return [{ type: 'separator' }, { id: 'recent', label: 'Recent projects', submenu }]
}

/** A single & would mark the letter after it. */
function escaped(label: string): string {
  return label.replaceAll('&', '&&')
}

const quitItems: Items = [{ type: 'separator' }, { role: 'quit', label: 'Quit', accelerator: 'CmdOrCtrl+Q' }]

const aboutItems: Items = [{ type: 'separator' }, { role: 'about', label: 'About Unroll' }]

function viewItems(): Items {
  return [
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
    // Its usual keys open the inspector.
    ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' as const, accelerator: 'F12' }]),
  ]
}
