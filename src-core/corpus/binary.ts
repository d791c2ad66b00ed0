/** Units at the start of a file that are looked at. */
const SAMPLE = 2 ** 16
const LARGEST_SHARE_OF_CONTROLS = 0.1
/** Controls that stand in texts: backspace, tab, newlines, form feed, DOS end of file, escape, next line. */
const textControls = new Set([0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1a, 0x1b, 0x85])

/**
 * Whether the start of a file, decoded, is no text: it holds a NUL, or more than a tenth of it is control
 * characters. What could not be decoded does not count, since that is text in an encoding not named.
 */
export function looksBinary(codePoints: Int32Array, count: number): boolean {
  const looked = Math.min(count, SAMPLE)
  let controls = 0
  for (let at = 0; at < looked; at++) {
    const codePoint = codePoints[at]
    if (codePoint === 0) return true
    const isControl = codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0)
    if (isControl && !textControls.has(codePoint)) controls++
  }
  return controls > looked * LARGEST_SHARE_OF_CONTROLS
}
