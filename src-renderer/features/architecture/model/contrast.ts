type Rgb = readonly [number, number, number]

/**
 * The colour, or, where it cannot be told from the ground, the nearest mix with black or white that can.
 * @param hex,ground `#rrggbb`.
 * @param ratio of luminances, as WCAG 2 counts it: 3 for lines, 4.5 for text.
 */
export function readable(hex: string, ground: string, ratio: number): string {
  const color = read(hex)
  const behind = read(ground)
  const towards: Rgb = luminance(behind) > 0.18 ? [0, 0, 0] : [255, 255, 255]
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(color, towards, share)
    if (contrast(mixed, behind) >= ratio) return write(mixed)
  }
  return write(towards)
}

/** Between 1 and 21. */
export function contrastOf(hex: string, ground: string): number {
  return contrast(read(hex), read(ground))
}

function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function mix(color: Rgb, towards: Rgb, share: number): Rgb {
  const at = (place: 0 | 1 | 2) => Math.round(color[place] + (towards[place] - color[place]) * share)
  return [at(0), at(1), at(2)]
}

function read(hex: string): Rgb {
  const at = (place: number) => Number.parseInt(hex.slice(place, place + 2), 16)
  return [at(1), at(3), at(5)]
}

function write(color: Rgb): string {
  return `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
