export type Theme = 'light' | 'dark'

/** Light or dark, as the system has it; `data-theme` of the page follows. */
export class SystemTheme {
  #theme: Theme = $state('light')

  constructor() {
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    const follow = () => {
      this.#theme = dark.matches ? 'dark' : 'light'
      document.documentElement.dataset.theme = this.#theme
    }
    dark.addEventListener('change', follow)
    follow()
  }

  get current(): Theme {
    return this.#theme
  }
}
