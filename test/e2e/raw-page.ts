import type { ElectronApplication, Page } from 'playwright-core'

/** What the host answers a page that speaks by `window.unroll` itself, instead of Unroll's own page. */
interface Answer {
  readonly r?: unknown
  readonly e?: { readonly code?: string; readonly message: string }
}

declare global {
  interface Window {
    unrollTest: {
      heard: unknown[]
      ask(method: string, args: unknown[], wait: number): Promise<Answer | null>
    }
  }
}

/** Takes the bridge over from the page: its answers and events go to the test. */
export async function takeOver(page: Page): Promise<void> {
  await page.evaluate(() => {
    const waiting = new Map<string, (answer: Answer) => void>()
    const heard: unknown[] = []
    const bridge = Reflect.get(window, 'unroll') as {
      post(message: object): void
      onMessage(listener: (message: unknown) => void): void
    }
    let asked = 0
    bridge.onMessage((message) => {
      const { t, i } = message as { t: string; i: string }
      if (t === 's') waiting.get(i)?.(message as Answer)
      else heard.push(message)
    })
    window.unrollTest = {
      heard,
      ask: (method, args, wait) => {
        asked += 1
        const id = `test-${asked}`
        return new Promise((resolve) => {
          waiting.set(id, resolve)
          setTimeout(() => resolve(null), wait)
          bridge.post({ t: 'q', i: id, m: method, a: args })
        })
      },
    }
  })
}

/** @returns null where no answer came in time. */
export function ask(page: Page, method: string, args: unknown[] = [], wait = 60_000): Promise<Answer | null> {
  return page.evaluate(({ method, args, wait }) => window.unrollTest.ask(method, args, wait), {
    method,
    args,
    wait,
  })
}

/** The result of a call. @throws where it fails */
export async function result(page: Page, method: string, ...args: unknown[]): Promise<unknown> {
  const answer = await ask(page, method, args)
  if (!answer || answer.e) throw new Error(`${method}: ${answer?.e?.message ?? 'no answer'}`)
  return answer.r
}

/** What the page was told of one event, by its arguments. */
export async function heard(page: Page, event: string): Promise<unknown[][]> {
  return page.evaluate(
    (event) =>
      (window.unrollTest.heard as { m: string; a: unknown[] }[]).flatMap(({ m, a }) =>
        m === event ? [a] : [],
      ),
    event,
  )
}

/** A run of a lesson's network on a text of the test's own, put into the queue. @returns its id */
export async function startRun(page: Page, text: string, epochs: number): Promise<string> {
  const { id: corpus } = (await result(page, 'corpora.add', {
    task: 'corpus',
    source: { kind: 'paths', paths: [text] },
  })) as { id: string }
  const architecture = await result(page, 'architectures.read', 'lesson/simple-rnn')
  const { id } = (await result(page, 'runs.create', {
    task: 'run',
    architecture,
    corpus,
    plan: { segments: [{ epochs, learningRate: 0.001 }] },
  })) as { id: string }
  return id
}

/** The run as the host lists it. */
export async function runOf(page: Page, id: string) {
  const runs = (await result(page, 'runs.list')) as {
    id: string
    step: number
    state: { state: string; error?: { code: string; message: string } }
  }[]
  return runs.find((run) => run.id === id)
}

/** Clicks an entry of the native menu. */
export function chooseMenu(app: ElectronApplication, id: string): Promise<void> {
  return app.evaluate(({ Menu }, id) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(id)
    if (!item) throw new Error(`no entry ${id}`)
    Reflect.apply(item.click, item, [])
  }, id)
}
