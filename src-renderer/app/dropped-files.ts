/** More than this in one folder is not a corpus but a mistake. */
const MOST_FILES = 10_000

/** All files of a drop; folders with what is in them, except what is hidden. Must be called at once in the drop's event. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const plain = [...transfer.files]
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return plain
  const found: File[] = []
  for (const entry of entries) await collect(entry, found)
  return found
}

async function collect(entry: FileSystemEntry, into: File[]): Promise<void> {
  if (into.length >= MOST_FILES) return
  if (isFile(entry)) {
    into.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)))
  } else if (isFolder(entry)) {
    const reader = entry.createReader()
    const inside: FileSystemEntry[] = []
    // A reader gives a hundred at a time, and none at the end.
    for (;;) {
      const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      )
      if (part.length === 0) break
      inside.push(...part)
    }
    inside.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const one of inside) if (!one.name.startsWith('.')) await collect(one, into)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
