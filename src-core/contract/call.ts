import type { z } from 'zod'

/** What one call takes and gives, as schemas. */
export interface CallSchema {
  readonly args: z.ZodType<unknown[]>
  readonly result: z.ZodType
}

export type CallSchemas = Readonly<Record<string, CallSchema>>
export type EventSchemas = Readonly<Record<string, z.ZodType<unknown[]>>>

/** The functions that calls are answered by. */
export type Functions<Schemas extends CallSchemas> = {
  [Name in keyof Schemas]: (
    ...args: z.output<Schemas[Name]['args']>
  ) => Promise<z.output<Schemas[Name]['result']>>
}

/** The functions that hear of events. */
export type Listeners<Schemas extends EventSchemas> = {
  [Name in keyof Schemas]: (...args: z.output<Schemas[Name]>) => void
}
