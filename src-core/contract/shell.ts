import { z } from 'zod'
import { commandIds } from './commands'

/** A file that the person gave to the window: by a dialog, the dock, an association, a second instance. */
const givenFileSchema = z.strictObject({
  path: z.string(),
  name: z.string(),
  kind: z.enum(['text', 'architecture', 'checkpoint']),
})
export type GivenFile = z.output<typeof givenFileSchema>

/** What only Electron's main process can do; in a browser the page does it by itself (src-renderer/state/shell). */
export const shellCalls = {
  /** The system's dialog; nothing where it is cancelled. */
  openFiles: {
    args: z.tuple([z.enum(['corpus', 'architecture', 'checkpoint'])]),
    result: z.array(givenFileSchema),
  },
  /** The content of an architecture's file that was given. */
  readText: { args: z.tuple([z.string()]), result: z.string() },
  /** The system's dialog and then the file; null where it is cancelled. @returns where it was written. */
  saveFile: {
    args: z.tuple([z.strictObject({ name: z.string().min(1).max(255), bytes: z.instanceof(Uint8Array) })]),
    result: z.string().nullable(),
  },
  openProject: { args: z.tuple([]), result: z.boolean() },
  /** The run's or the corpus's file in the system's file manager. */
  reveal: { args: z.tuple([z.string()]), result: z.void() },
  openExternal: { args: z.tuple([z.url()]), result: z.void() },
  /** What can be done now, for the menu's grey and ticked entries. */
  setMenu: {
    args: z.tuple([
      z.strictObject({ enabled: z.array(z.enum(commandIds)), checked: z.array(z.enum(commandIds)) }),
    ]),
    result: z.void(),
  },
}

export const shellEvents = {
  /** Chosen from the menu, or by its shortcut. */
  command: z.tuple([z.enum(commandIds)]),
  /** To be taken in: they were opened with the program or dropped on its dock. */
  given: z.tuple([z.array(givenFileSchema)]),
}
