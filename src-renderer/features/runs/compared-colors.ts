import type { Theme } from './output-colors'

/** Okabe and Ito's hues as in the page's tokens (`--hue-1` …), which a canvas cannot read by name. */
const colors = {
  light: ['#0072b2', '#c65300', '#00845f', '#b0548a', '#b87a00', '#2b86bd', '#8a7a00'],
  dark: ['#4aa3e0', '#f0764a', '#13b381', '#d98bb8', '#e69f00', '#8fd0f5', '#e3d04a'],
} as const

/** The colour of one of several runs, counted from 0. */
export function comparedColor(index: number, theme: Theme): string {
  return colors[theme][index % colors[theme].length]
}
