/** A name that can stand in a path on every system. @param otherwise where nothing of it can. */
export function safeName(name: string, otherwise: string): string {
  const safe = name
    .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
    .replace(/^[.\s-]+|[.\s-]+$/g, '')
    .slice(0, 100)
  return safe || otherwise
}

/** The name itself, or with the first number that makes it another than those that are taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name
  for (let number = 2; ; number++) {
    const numbered = `${name}-${number}`
    if (!isTaken(numbered)) return numbered
  }
}
