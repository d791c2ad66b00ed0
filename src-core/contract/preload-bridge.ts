/**
 * What the preload gives the page as `window.unroll`, in Electron alone. Messages are cloned on the way, typed
 * arrays included; functions and proxies cannot be sent.
 */
export interface PreloadBridge {
  post(message: object): void
  /** Messages that came before the first listener are kept for it. */
  onMessage(listener: (message: unknown) => void): void
  /** Where a dropped or chosen `File` lies; null for one that lies nowhere, such as a dragged text. */
  pathOf(file: object): string | null
}

/** The channels between preload and main process. */
export const channels = {
  /** Messages of the contract, both ways. */
  message: 'unroll:message',
  /** From the page: how many messages it has taken in altogether. */
  taken: 'unroll:taken',
  /** From the page: whether a text field has the focus, so that the edit menu is that field's. */
  typing: 'unroll:typing',
} as const
