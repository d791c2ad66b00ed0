/**
 * The first key that the outermost object of a JSON text has twice, or null: `JSON.parse` silently keeps the last.
 * @param text valid JSON.
 */
export function firstDuplicateKey(text: string): string | null {
  const seen = new Set<string>()
  let depth = 0
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && isKey(text, index + token.length)) {
      const key = String(JSON.parse(token))
      if (seen.has(key)) return key
      seen.add(key)
    }
  }
  return null
}

function isKey(text: string, after: number): boolean {
  let position = after
  while (' \t\r\n'.includes(text[position])) position++
  return text[position] === ':'
}
