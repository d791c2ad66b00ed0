import { createSubscriber } from 'svelte/reactivity'
import type { PlotColors } from './plot-frame'
import type { Theme } from './output-colors'

/** The colours of the page as a canvas needs them; who reads them hears when light and dark change. */
export class ChartTheme {
  readonly #subscribe = createSubscriber((update) => {
    const observer = new MutationObserver(update)
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  })

  get name(): Theme {
    this.#subscribe()
    return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light'
  }

  get colors(): PlotColors {
    this.#subscribe()
    const style = getComputedStyle(document.documentElement)
    const read = (name: string) => style.getPropertyValue(name).trim()
    return {
      text: read('--text'),
      faint: read('--faint'),
      grid: read('--grid'),
      panel: read('--panel'),
      accent: read('--accent'),
      warn: read('--warn'),
      font: read('--sans'),
    }
  }
}
