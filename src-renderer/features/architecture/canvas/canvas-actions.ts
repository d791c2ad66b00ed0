/** What commands, buttons and menus do with the canvas. */
export interface CanvasActions {
  /** Shows all of the diagram. */
  fit(): void
  zoom(factor: number): void
  /** Between rolled and unrolled. */
  toggleView(): void
}
