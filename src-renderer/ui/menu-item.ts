import type { Component } from 'svelte'

/** An entry of a menu, or the line between two groups. */
export type MenuItem =
  | {
      readonly label: string
      readonly icon?: Component<{ size?: number | string }>
      /** As shown (`session.commands.keys(id)`). */
      readonly keys?: string
      readonly disabled?: boolean
      readonly danger?: boolean
      /** Whether it is ticked; left out where it cannot be. */
      readonly checked?: boolean
      readonly run: () => void
    }
  | 'line'
