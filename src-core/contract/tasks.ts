import { z } from 'zod'

/** Chosen by who asks for something long, to hear how far it is and to cancel it. */
export const taskIdSchema = z.string().min(1).max(64)

/** How far something long is. */
const taskProgressSchema = z.strictObject({
  task: taskIdSchema,
  /** What is being done, such as "downloading" or "indexing". */
  stage: z.string(),
  /** Bytes, or what else the stage counts; `total` is 0 where it is not known. */
  done: z.number(),
  total: z.number(),
})
export type TaskProgress = z.output<typeof taskProgressSchema>

export const tasksCalls = {
  /** Whoever waits for the task hears of it by the error `cancelled`; one that has ended is left alone. */
  cancel: { args: z.tuple([taskIdSchema]), result: z.void() },
}

export const tasksEvents = { progress: z.tuple([taskProgressSchema]) }
