/**
 * Orders nodes so that each comes after its sources. Where that cannot be, each cycle found is listed, from
 * source to what it feeds, and its nodes are ordered as if the cycle were open.
 */
export function inOrder<Node>(
  nodes: readonly Node[],
  sources: (node: Node) => readonly Node[],
): { ordered: Node[]; cycles: Node[][] } {
  const waiting = new Map<Node, number>()
  const fed = new Map<Node, Node[]>()
  for (const node of nodes) waiting.set(node, 0)
  for (const node of nodes) {
    for (const source of sources(node)) {
      if (!waiting.has(source)) continue
      waiting.set(node, (waiting.get(node) ?? 0) + 1)
      const list = fed.get(source)
      if (list) list.push(node)
      else fed.set(source, [node])
    }
  }

  const ordered: Node[] = []
  const cycles: Node[][] = []
  const release = (first: readonly Node[]) => {
    const ready = [...first]
    for (const node of ready) waiting.delete(node)
    for (let next = 0; next < ready.length; next++) {
      ordered.push(ready[next])
      for (const node of fed.get(ready[next]) ?? []) {
        const left = waiting.get(node)
        if (left === undefined) continue
        waiting.set(node, left - 1)
        if (left > 1) continue
        waiting.delete(node)
        ready.push(node)
      }
    }
  }
  release(nodes.filter((node) => waiting.get(node) === 0))
  for (const node of nodes) {
    if (!waiting.has(node)) continue
    const cycle = cycleBehind(node, (from) => sources(from).find((source) => waiting.has(source)))
    cycles.push(cycle)
    release(cycle)
  }
  return { ordered, cycles }
}

/** Walks back from a node that waits until it meets a node again. */
function cycleBehind<Node>(start: Node, sourceOf: (node: Node) => Node | undefined): Node[] {
  const path: Node[] = []
  const places = new Map<Node, number>()
  let node: Node | undefined = start
  while (node !== undefined && !places.has(node)) {
    places.set(node, path.length)
    path.push(node)
    node = sourceOf(node)
  }
  const [first, ...others] = path.slice(node === undefined ? 0 : places.get(node))
  return [first, ...others.reverse()]
}
