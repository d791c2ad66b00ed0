const LONGEST = 64

/** Gives names that are not taken, each once: the one that is asked for, or one close to it. */
export function freshName(taken: Iterable<string>): (wanted: string) => string {
  const used = new Set(taken)
  return (wanted) => {
    let name = wanted.slice(0, LONGEST)
    for (let count = 2; used.has(name); count++) {
      const ending = `.${count}`
      name = wanted.slice(0, LONGEST - ending.length) + ending
    }
    used.add(name)
    return name
  }
}
