import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { RecentProjects } from '../store/recent-projects'

/** The folder to begin with: $UNROLL_PROJECT, else the project that was open last, else ~/Documents/Unroll or ~/Unroll. */
export async function firstProject(): Promise<string> {
  const { UNROLL_PROJECT } = process.env
  if (UNROLL_PROJECT) return UNROLL_PROJECT
  const last = (await new RecentProjects().list()).find(({ folder }) => existsSync(folder))
  if (last) return last.folder
  const documents = join(homedir(), 'Documents')
  return join(existsSync(documents) ? documents : homedir(), 'Unroll')
}
