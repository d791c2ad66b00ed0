import type { Page } from 'playwright-core'

/** The program as a person has it before them, in whichever shell. */
export interface Workbench {
  readonly page: Page
  /** Closes the program, as a person does, and opens it again on the same project. */
  reopen(): Promise<Workbench>
  close(): Promise<void>
}
