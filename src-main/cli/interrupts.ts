/**
 * Has the first Ctrl-C ask for an orderly end, and the second end at once.
 * @returns takes it back, so that Ctrl-C means what it does by default.
 */
export function onInterrupt(first: () => void, second: () => void): () => void {
  let count = 0
  const listener = () => {
    count++
    if (count === 1) first()
    else second()
  }
  process.on('SIGINT', listener)
  return () => void process.off('SIGINT', listener)
}
