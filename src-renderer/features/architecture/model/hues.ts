import type { Architecture, Color } from '../../../../src-core/architecture/schema'
import { readable } from './contrast'

/** How a colour of the document looks wherever its matrix appears. */
export interface Hue {
  /** Place among the seven hues, from 1: `--hue-1` … `--hue-7`. */
  readonly index: number
  readonly letter: string
  /** For `stroke-dasharray`, at a line two pixels wide; empty for a solid line. */
  readonly dash: string
  /** `#rrggbb` of lines: 3 to 1 or more against the page of the theme. */
  readonly light: string
  readonly dark: string
  /** `#rrggbb` of letters: 4.5 to 1 or more. */
  readonly lightText: string
  readonly darkText: string
}

export const dashes = [
  'solid',
  'dashed',
  'dotted',
  'dash-dot',
  'long-dash',
] as const satisfies Color['dash'][]

export const dashPatterns: Readonly<Record<Color['dash'], string>> = {
  solid: '',
  dashed: '7 4',
  dotted: '2 3.5',
  'dash-dot': '9 3.5 2 3.5',
  'long-dash': '14 5',
}

/** The hues of Okabe and Ito, which stay apart for most who see colours otherwise: green first, as the lesson draws. */
export const okabeIto = ['#009e73', '#e69f00', '#0072b2', '#d55e00', '#cc79a7', '#56b4e9', '#f0e442'] as const

/** What lines are drawn on; the darker of the light theme's grounds and the lighter of the dark one's. */
const grounds = { light: '#f0f2f5', dark: '#23272f' } as const

/** The looks of the document's colours, by their ids. */
export function huesOf(document: Pick<Architecture, 'colors'>): ReadonlyMap<string, Hue> {
  return new Map(document.colors.map((color, place) => [color.id, hueOf(color, place)]))
}

/** @param place of the colour in the document's list, from 0. */
export function hueOf(color: Color, place: number): Hue {
  const hex = color.hex ?? okabeIto[place % okabeIto.length]
  return {
    index: (place % okabeIto.length) + 1,
    letter: color.letter,
    dash: dashPatterns[color.dash],
    light: readable(hex, grounds.light, 3),
    dark: readable(hex, grounds.dark, 3),
    lightText: readable(hex, grounds.light, 4.5),
    darkText: readable(hex, grounds.dark, 4.5),
  }
}

/** Custom properties for a `style`: the theme's rules choose between them. */
export function hueStyle(hue: Hue): string {
  return `--hue-light:${hue.light};--hue-dark:${hue.dark};--hue-text-light:${hue.lightText};--hue-text-dark:${hue.darkText}`
}
