import { UnrollError } from '../../../../src-core/errors'
import type { DiagramSvg } from './diagram-svg'

/** Pixels of the picture to one of the diagram, where it stays within what a canvas can hold. */
const SCALE = 2
const LARGEST_SIDE = 16_000

/** The picture in pixels, as the bytes of a PNG file. @throws UnrollError `no-picture` */
export async function diagramPng({ text, width, height }: DiagramSvg): Promise<Uint8Array> {
  const scale = Math.min(SCALE, LARGEST_SIDE / Math.max(width, height))
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d')
  context?.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png')
  })
  if (!context || !blob) {
    throw new UnrollError(
      'no-picture',
      `The diagram of ${width} × ${height} pixels could not be drawn as PNG.`,
      'Export it as SVG.',
    )
  }
  return new Uint8Array(await blob.arrayBuffer())
}
