import { app, type BrowserWindow } from 'electron'
import type { ServedPage } from '../../src-core/contract/link'
import type { Host } from '../host/host'
import { RecentProjects } from '../store/recent-projects'
import { Activity } from './activity'
import { askAboutTraining, showError } from './dialogs'
import { givenFile } from './given-files'
import { ApplicationMenu } from './menu'
import { openHost } from './open-host'
import { pageChannel } from './page-channel'
import { shellCalls } from './shell-calls'
import { openWindow } from './window'

/** How far the program is on its way to its end. */
type Ending = 'no' | 'asking' | 'closing' | 'ended'

/** The program and its one window: host, menu and page brought together. */
export class Workbench {
  readonly #host: Host
  readonly #activity: Activity
  readonly #menu: ApplicationMenu
  readonly #window: BrowserWindow
  #page: ServedPage | null = null
  /** Whether the page has said something, and so hears what it is told. */
  #listening = false
  #given: string[]
  #ending: Ending = 'no'

  /** @returns null where the person chose not to open any project. */
  static async start(given: readonly string[]): Promise<Workbench | null> {
    const activity = new Activity()
    const host = await openHost((change) => activity.take(change))
    return host && new Workbench(host, activity, given)
  }

  private constructor(host: Host, activity: Activity, given: readonly string[]) {
    this.#host = host
    this.#activity = activity
    this.#given = [...given]
    this.#menu = new ApplicationMenu(
      {
        command: (id) => this.#page?.events.shell.command(id),
        openProject: (folder) => void this.#openProject(folder).catch((error: unknown) => this.#say(error)),
      },
      () => (this.#window.isDestroyed() ? null : this.#window.webContents),
    )
    this.#window = openWindow()
    activity.watch(this.#window)
    const contents = this.#window.webContents
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) this.#servePage()
    })
    this.#servePage()
    this.#window.on('close', (event) => {
      if (this.#ending === 'closing') return
      event.preventDefault()
      void this.#end()
    })
    this.#window.on('closed', () => void this.#finish())
    app.on('before-quit', (event) => {
      if (this.#ending === 'ended') return
      event.preventDefault()
      void this.#end()
    })
    // The page opens recent projects too.
    this.#window.on('focus', () => void this.#showRecent())
    void this.#showRecent()
  }

  /** Shows the window, and gives its page the files that were opened from outside. */
  take(paths: readonly string[]): void {
    if (this.#window.isDestroyed()) return
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
    this.#given.push(...paths)
    void this.#handOver()
  }

  /** Ends the program unasked, as where the system shuts down: runs stop with a checkpoint. */
  stop(): void {
    if (this.#ending === 'closing' || this.#ending === 'ended') return
    this.#ending = 'closing'
    this.#window.close()
  }

  /** Answers the window's page, which begins anew with every load. */
  #servePage(): void {
    this.#page?.close()
    this.#listening = false
    this.#menu.setTyping(false)
    this.#menu.setCommands([], [])
    const channel = pageChannel(this.#window.webContents)
    channel.onTyping((typing) => this.#menu.setTyping(typing))
    channel.onMessage(() => {
      if (this.#listening) return
      this.#listening = true
      void this.#handOver()
    })
    const shell = shellCalls({
      window: this.#window,
      menu: this.#menu,
      openProject: (folder) => this.#openProject(folder),
    })
    const served = this.#host.serve(channel, { backlog: () => channel.backlog(), shell })
    this.#page = {
      events: served.events,
      close: () => {
        served.close()
        channel.close()
      },
    }
  }

  async #handOver(): Promise<void> {
    if (!this.#listening || this.#given.length === 0) return
    const files = await Promise.all(this.#given.splice(0).map(givenFile))
    this.#page?.events.shell.given(files)
  }

  async #openProject(folder: string): Promise<void> {
    if (!(await this.#mayStopTraining('project'))) return
    await this.#host.openProject(folder)
    await this.#showRecent()
  }

  async #showRecent(): Promise<void> {
    this.#menu.setRecent(await new RecentProjects().list())
  }

  /** Whether nothing trains, or what trains may stop. */
  async #mayStopTraining(instead: 'project' | 'quit'): Promise<boolean> {
    if (this.#activity.training === 0) return true
    const answer = await askAboutTraining(this.#window, this.#activity.training, instead)
    if (answer === 'background') this.#activity.goOnHidden()
    return answer === 'stop'
  }

  /** Asks where runs train; the page then has its own close, to write what it has not yet. */
  async #end(): Promise<void> {
    if (this.#ending !== 'no') return
    this.#ending = 'asking'
    if (await this.#mayStopTraining('quit')) this.stop()
    else if (this.#ending === 'asking') this.#ending = 'no'
  }

  async #finish(): Promise<void> {
    this.#page?.close()
    try {
      await this.#host.close()
    } finally {
      this.#ending = 'ended'
      app.quit()
    }
  }

  #say(error: unknown): void {
    void showError(this.#window, error)
  }
}
