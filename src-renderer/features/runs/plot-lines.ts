import type { DrawnLine } from './chart-picture'
import type { PlotFrame } from './plot-frame'

/** Points of a wide zigzag that are stroked together. */
const PIECE = 16

/**
 * The lines of a picture. A raw loss goes up and down at every pixel, and a path of that shape that is wider than a
 * pixel of the screen costs eight times one that is not (40 ms for nine lines of 860 points): it is drawn that thin,
 * and where it stands out in short pieces, which cost a third of a whole path.
 */
export function drawLines(frame: PlotFrame, lines: readonly DrawnLine[], pixelRatio: number): void {
  const { ctx, area } = frame
  const { left, right, top, bottom } = area
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top - 1, right - left, bottom - top + 2)
  ctx.clip()
  ctx.lineJoin = 'round'
  for (const line of lines) {
    const zigzag = line.raw && line.points.length > right - left
    const thin = zigzag && !line.standsOut
    ctx.globalAlpha = line.opacity
    ctx.strokeStyle = line.color
    ctx.lineWidth = thin ? 1 / pixelRatio : line.width
    // Pieces of a line that is seen through would show their joints.
    stroke(frame, line, zigzag && !thin && line.opacity === 1 ? PIECE : Number.POSITIVE_INFINITY)
  }
  ctx.restore()
}

function stroke({ ctx, xOf, yOf }: PlotFrame, { points }: DrawnLine, piece: number): void {
  let drawn = 0
  let open = false
  ctx.beginPath()
  for (const { x, y } of points) {
    const there = !Number.isNaN(y)
    const left = xOf(x)
    const down = there ? yOf(y) : Number.NaN
    if (there && open) ctx.lineTo(left, down)
    else if (there) ctx.moveTo(left, down)
    open = there
    if (++drawn % piece === 0 && there) {
      ctx.stroke()
      ctx.beginPath()
      ctx.moveTo(left, down)
    }
  }
  ctx.stroke()
}
