/** From green to blue through what lies between, in OKLCH; lighter ones for a dark ground. */
const ramps = {
  light: { from: [0.64, 0.14, 162], to: [0.5, 0.16, 258] },
  dark: { from: [0.84, 0.15, 165], to: [0.68, 0.14, 255] },
} as const

export type Theme = keyof typeof ramps

/**
 * The colour of an output's line, the same in chart, tables and diagram, as `#rrggbb`.
 * All of a ramp keep a contrast of at least 3 to 1 with the panels of their theme.
 * @param output counted from 0
 * @param count K
 */
export function outputColor(output: number, count: number, theme: Theme): string {
  const { from, to } = ramps[theme]
  const part = count > 1 ? output / (count - 1) : 1
  const [lightness, chroma, hue] = from.map((start, axis) => start + (to[axis] - start) * part)
  return oklchToHex(lightness, chroma, hue)
}

/** What lies outside sRGB is brought in by less chroma. */
function oklchToHex(lightness: number, chroma: number, hue: number): string {
  for (let reduced = chroma; reduced > 0; reduced -= 0.005) {
    const channels = oklchToSrgb(lightness, reduced, hue)
    if (channels.every((channel) => channel >= 0 && channel <= 1)) return hex(channels)
  }
  return hex(oklchToSrgb(lightness, 0, hue))
}

/** Björn Ottosson's OKLab, https://bottosson.github.io/posts/oklab/ */
function oklchToSrgb(lightness: number, chroma: number, hue: number): number[] {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055))
}

function hex(channels: readonly number[]): string {
  const bytes = channels.map((channel) => Math.round(Math.min(1, Math.max(0, channel)) * 255))
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
