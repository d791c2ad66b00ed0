import type { Architecture } from './schema'

/** Whether state is carried from one batch to the next: by a stateful box, or as one looks when it is unrolled. */
export function carriesState({ boxes, shapes }: Architecture): boolean {
  return (
    boxes.some(({ stateful }) => stateful) ||
    shapes.some((shape) => shape.kind === 'rectangle' && shape.source.kind === 'carried')
  )
}
