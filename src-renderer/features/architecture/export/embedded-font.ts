import inter from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url'

let read: Promise<string> | null = null

/**
 * The page's type as a style sheet that carries it, so that a picture looks the same wherever it is opened.
 * Empty where the file cannot be read: then the picture is written with what is there.
 */
export function embeddedFont(): Promise<string> {
  read ??= styleOf(inter).catch(() => {
    read = null
    return ''
  })
  return read
}

async function styleOf(address: string): Promise<string> {
  const answer = await fetch(address)
  if (!answer.ok) return ''
  const bytes = new Uint8Array(await answer.arrayBuffer())
  // In pieces, because a call takes only so many arguments.
  let text = ''
  for (let start = 0; start < bytes.length; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8192))
  return `@font-face{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,${btoa(text)}) format('woff2')}`
}
