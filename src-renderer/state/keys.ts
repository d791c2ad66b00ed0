/** What of a keyboard event counts. */
export interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** Names of Electron's accelerators as `KeyboardEvent.key` has them. */
const keyNames: Readonly<Record<string, string>> = { Space: ' ', Right: 'ArrowRight' }

/** Whether the keys are those of an accelerator such as `CmdOrCtrl+Shift+Z`. */
export function matches(event: Pressed, accelerator: string, mac: boolean): boolean {
  const { main, command, shift } = split(accelerator)
  const wanted = keyNames[main] ?? main
  // A shifted sign has its own name (`?` for `/`); letters differ in case alone.
  if (event.key.toLowerCase() !== wanted.toLowerCase()) return false
  const held = mac ? event.metaKey : event.ctrlKey
  const other = mac ? event.ctrlKey : event.metaKey
  return held === command && !other && !event.altKey && event.shiftKey === shift
}

/** Whether an accelerator has a modifier, so that it acts also where text is typed. */
export function hasModifier(accelerator: string): boolean {
  return accelerator.includes('CmdOrCtrl+')
}

const macNames: Readonly<Record<string, string>> = { Enter: '↩', Delete: '⌦', Escape: 'esc' }
const plainNames: Readonly<Record<string, string>> = { Enter: '⏎', Delete: 'Del', Escape: 'Esc' }

/** An accelerator as it is shown: `⇧⌘Z`, `Ctrl Shift Z`. */
export function showKeys(accelerator: string, mac: boolean): string {
  const { main, command, shift } = split(accelerator)
  const name = (mac ? macNames : plainNames)[main] ?? (main === 'Right' ? '→' : main)
  if (mac) return `${shift ? '⇧' : ''}${command ? '⌘' : ''}${name}`
  return [command ? 'Ctrl' : '', shift ? 'Shift' : '', name].filter((part) => part !== '').join(' ')
}

function split(accelerator: string): { main: string; command: boolean; shift: boolean } {
  const parts = accelerator.split('+')
  return {
    main: parts[parts.length - 1],
    command: parts.includes('CmdOrCtrl'),
    shift: parts.includes('Shift'),
  }
}
