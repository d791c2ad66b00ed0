import type { Attachment } from 'svelte/attachments'

interface TooltipContent {
  readonly text: string
  /** As shown. */
  readonly keys?: string | undefined
}

const DELAY = 450
/** Soon after one was shown the next comes at once: the pointer is reading along a toolbar. */
const WARM = 600

let bubble: HTMLElement | undefined
let shownAt = -Infinity
let timer = 0

/** Shows words beside an element that is hovered or focused by keyboard. Its name for screen readers is the element's own. */
export function tooltip(content: () => TooltipContent): Attachment<HTMLElement> {
  return (element) => {
    const wait = () => {
      clearTimeout(timer)
      const delay = performance.now() - shownAt < WARM ? 0 : DELAY
      timer = window.setTimeout(() => show(element, content()), delay)
    }
    const focused = () => {
      if (element.matches(':focus-visible')) wait()
    }
    const listeners = [
      ['pointerenter', wait],
      ['focus', focused],
      ['pointerleave', hide],
      ['pointerdown', hide],
      ['blur', hide],
      ['keydown', hide],
    ] as const
    for (const [type, listener] of listeners) element.addEventListener(type, listener)
    return () => {
      hide()
      for (const [type, listener] of listeners) element.removeEventListener(type, listener)
    }
  }
}

function show(element: HTMLElement, { text, keys }: TooltipContent): void {
  if (!element.isConnected || text === '') return
  bubble ??= document.body.appendChild(document.createElement('div'))
  bubble.className = 'tooltip'
  bubble.setAttribute('aria-hidden', 'true')
  bubble.replaceChildren(text)
  if (keys !== undefined && keys !== '') {
    const kbd = document.createElement('kbd')
    kbd.textContent = keys
    bubble.append(kbd)
  }
  bubble.hidden = false
  const at = element.getBoundingClientRect()
  const own = bubble.getBoundingClientRect()
  const below = at.bottom + 6 + own.height < window.innerHeight
  const left = at.left + at.width / 2 - own.width / 2
  bubble.style.left = `${Math.round(Math.max(6, Math.min(left, window.innerWidth - own.width - 6)))}px`
  bubble.style.top = `${Math.round(below ? at.bottom + 6 : at.top - own.height - 6)}px`
  shownAt = performance.now()
}

function hide(): void {
  clearTimeout(timer)
  if (bubble === undefined || bubble.hidden) return
  bubble.hidden = true
  shownAt = performance.now()
}
