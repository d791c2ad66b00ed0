/** About what a message weighs on its way, in bytes. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 8
  let size = 16
  for (const part of Object.values(value)) size += sizeOf(part)
  return size
}
