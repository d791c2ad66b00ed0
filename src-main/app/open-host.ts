import { firstProject } from '../host/first-project'
import { Host } from '../host/host'
import type { HostActivity } from './activity'
import { askAboutProject, askProject } from './dialogs'
import { startUtilityWorker } from './utility-worker'

/**
 * Opens the project that was open last, or another where that one cannot be opened.
 * @returns null where the person chose to quit.
 */
export async function openHost(onActivity: (activity: HostActivity) => void): Promise<Host | null> {
  let project: string | null = await firstProject()
  while (project !== null) {
    try {
      return await Host.open({
        shell: 'electron',
        project,
        paths: 'any',
        startWorker: startUtilityWorker,
        onActivity,
      })
    } catch (error) {
      const answer = await askAboutProject(error)
      if (answer === 'quit') return null
      // Who cancels the choice of a folder is asked again.
      if (answer === 'choose') project = (await askProject(null)) ?? project
    }
  }
  return null
}
