import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../src-core/contract/commands'
import { channels } from '../../src-core/contract/preload-bridge'
import { electronHere, Home, program, rootFlags, shim, startElectron, type Started } from './electron'
import { ask, chooseMenu, heard, result, takeOver } from './raw-page'

const electron = await electronHere()

describe.skipIf(!electron)('the window in Electron', () => {
  if (!electron) return
  const home = new Home()
  let started: Started

  beforeAll(async () => {
    started = await startElectron(electron, home)
    await takeOver(started.page)
  })

  afterAll(async () => {
    await started?.app.close()
    electron.screen.close()
    home.remove()
  })

  test('the page is Unroll’s own, under a strict policy', async () => {
    expect(started.page.url()).toMatch(/^app:\/\/unroll\//)
    const answer = await started.page.reload()
    await takeOver(started.page)
    const policy = answer?.headers()['content-security-policy'] ?? ''
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
    ]) {
      expect(policy.split('; ')).toContain(part)
    }
    const inline = await started.page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.inlineRan = true'
      document.head.append(script)
      return Reflect.get(window, 'inlineRan') === true
    })
    expect(inline).toBe(false)
  })

  test('nothing but the page’s files is served', async () => {
    const addresses = [
      'unroll/index.html',
      'unroll/../main/app.cjs',
      'unroll/%2e%2e/main/app.cjs',
      'unroll/..%2fmain%2fapp.cjs',
      'unroll/no.js',
      'other/index.html',
    ]
    const statuses = await started.app.evaluate(async ({ BrowserWindow }, addresses) => {
      const found: number[] = []
      for (const address of addresses) {
        const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } })
        window.webContents.on('did-navigate', (_event, _url, status) => void found.push(status))
        await window.loadURL(`app://${address}`)
        window.destroy()
      }
      return found
    }, addresses)
    expect(statuses).toEqual([200, 404, 404, 404, 404, 404])
  })

  test('every page is sandboxed, isolated and without Node', async () => {
    const preferences = await started.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => {
        const method: unknown = Reflect.get(contents, 'getLastWebPreferences')
        return typeof method === 'function'
          ? (Reflect.apply(method, contents, []) as Record<string, unknown>)
          : {}
      }),
    )
    expect(preferences.length).toBeGreaterThan(0)
    for (const preference of preferences) {
      expect(preference).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        webviewTag: false,
      })
    }
    expect(await started.page.evaluate(() => typeof Reflect.get(window, 'require'))).toBe('undefined')
  })

  test('the bridge has three functions and no more', async () => {
    expect(
      await started.page.evaluate(() => Object.keys(Reflect.get(window, 'unroll') as object).sort()),
    ).toEqual(['onMessage', 'pathOf', 'post'])
  })

  test('the page leaves its address in no way', async () => {
    const { app, page } = started
    await page.evaluate(() => {
      location.href = 'https://example.com/'
    })
    await page.evaluate(() => {
      location.href = 'file:///etc/passwd'
    })
    expect(await page.evaluate(() => window.open('https://example.com/') === null)).toBe(true)
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
    expect(page.url()).toMatch(/^app:\/\/unroll\//)
  })

  test.each([
    ['a form', '<form action="https://example.com/" method="post"><button>x</button></form>', 'button'],
    ['a link', '<a href="https://example.com/">x</a>', 'a'],
    ['a link to a file', '<a href="file:///etc/passwd">x</a>', 'a'],
    ['a link to a new window', '<a href="app://unroll/" target="_blank">x</a>', 'a'],
    ['a frame', '<iframe src="app://unroll/"></iframe>', null],
    ['a foreign frame', '<iframe src="data:text/html,x"></iframe>', null],
    ['a webview', '<webview src="https://example.com/"></webview>', null],
    ['an object', '<object data="app://unroll/"></object>', null],
  ])('%s in the page leads nowhere', async (_, markup, clicked) => {
    const { app, page } = started
    const before = page.url()
    await page.evaluate(
      ({ markup, clicked }) => {
        const place = document.createElement('div')
        place.id = 'tried'
        place.innerHTML = markup
        document.body.append(place)
        if (clicked !== null) place.querySelector<HTMLElement>(clicked)?.click()
      },
      { markup, clicked },
    )
    await page.waitForTimeout(300)
    expect(page.url()).toBe(before)
    // The page is the one that it was, and nothing of another is in it.
    expect(await page.evaluate(() => document.getElementById('tried') !== null)).toBe(true)
    const frames = page.frames().filter((frame) => frame !== page.mainFrame())
    for (const frame of frames)
      expect(await frame.evaluate(() => document.body.innerHTML).catch(() => '')).toBe('')
    const found = await app.evaluate(({ BrowserWindow, webContents }) => [
      BrowserWindow.getAllWindows().length,
      webContents.getAllWebContents().length,
    ])
    expect(found).toEqual([1, 1])
    await page.evaluate(() => document.getElementById('tried')?.remove())
  })

  test('the page downloads nothing by itself', async () => {
    const { app, page } = started
    await app.evaluate(({ session }) => {
      const states: string[] = []
      Reflect.set(globalThis, 'downloads', states)
      // One that was prevented ends at once; any other would ask where to save it.
      session.defaultSession.on('will-download', (_event, item) => {
        item.on('done', (_done, state) => void states.push(state))
      })
    })
    await page.evaluate(() => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob(['x']))
      link.download = 'x.html'
      link.click()
    })
    await expect
      .poll(async () => [
        ...new Set(await app.evaluate(() => Reflect.get(globalThis, 'downloads') as string[])),
      ])
      .toEqual(['cancelled'])
  })

  test('only addresses of the list open in the browser', async () => {
    const { app, page } = started
    await app.evaluate(({ shell }) => {
      const opened: string[] = []
      Reflect.set(globalThis, 'opened', opened)
      shell.openExternal = async (url) => void opened.push(url)
    })
    for (const url of [
      'https://github.com/a',
      'https://github.com.example.com/',
      'https://u:p@github.com/',
      'http://github.com/',
      'file:///etc/passwd',
    ]) {
      await ask(page, 'shell.openExternal', [url])
    }
    expect(await app.evaluate(() => Reflect.get(globalThis, 'opened') as unknown)).toEqual([
      'https://github.com/a',
    ])
    expect((await ask(page, 'shell.openExternal', ['https://example.com/']))?.e?.code).toBe('address-refused')
  })

  test('every permission is denied', async () => {
    const answers = await started.page.evaluate(async () => {
      const states: string[] = []
      for (const name of ['geolocation', 'notifications', 'camera', 'microphone', 'midi'] as const) {
        states.push((await navigator.permissions.query({ name })).state)
      }
      const asked = await new Promise<string>((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          ({ code }) => resolve(code === 1 ? 'denied' : `code ${code}`),
        )
      })
      return [...states, asked, await Notification.requestPermission()]
    })
    expect(new Set(answers)).toEqual(new Set(['denied']))
  })

  test('a call from another window, or from a frame, is refused on every channel', async () => {
    const { app, page } = started
    expect(await ask(page, 'system.info')).toMatchObject({ r: { shell: 'electron' } })
    const preload = join(program, 'out', 'preload', 'main.cjs')
    const refused = await app.evaluate(
      async ({ BrowserWindow, ipcMain }, { preload, names }) => {
        const lines: string[] = []
        const log = console.error
        console.error = (...words: unknown[]) => void lines.push(words.join(' '))
        const answered: unknown[] = []
        const window = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true, nodeIntegrationInSubFrames: true },
        })
        await window.loadURL('data:text/html,<iframe src="data:text/html,frame"></iframe>')
        const send = 'unroll.post({ t: "q", i: "1", m: "system.info", a: [] })'
        await window.webContents.executeJavaScript(
          `unroll.onMessage((m) => { window.answer = m }); ${send}; dispatchEvent(new FocusEvent('focusin'))`,
        )
        for (const frame of window.webContents.mainFrame.frames) await frame.executeJavaScript(send)
        // Unroll's own address in a window that is not its own, and a frame within its window.
        const own = BrowserWindow.getAllWindows().find((other) => other !== window)
        for (const name of names) {
          const subframe = { url: 'app://unroll/', parent: own?.webContents.mainFrame ?? null }
          ipcMain.emit(
            name,
            { sender: window.webContents, senderFrame: { url: 'app://unroll/', parent: null } },
            {},
          )
          ipcMain.emit(name, { sender: own?.webContents, senderFrame: subframe }, {})
          ipcMain.emit(
            name,
            { sender: own?.webContents, senderFrame: { url: 'https://a/', parent: null } },
            {},
          )
          ipcMain.emit(name, { sender: own?.webContents, senderFrame: null }, {})
        }
        await new Promise((resolve) => setTimeout(resolve, 1000))
        answered.push(await window.webContents.executeJavaScript('window.answer ?? null'))
        window.destroy()
        console.error = log
        return { lines, answered }
      },
      { preload, names: Object.values(channels) },
    )
    expect(refused.answered).toEqual([null])
    for (const name of Object.values(channels)) {
      expect(
        refused.lines.filter((line) => line.includes(`on ${name} `)).length,
        name,
      ).toBeGreaterThanOrEqual(4)
    }
    expect(refused.lines.filter((line) => line.includes('data:text/html,<iframe')).length).toBeGreaterThan(0)
    expect(refused.lines.filter((line) => line.includes('data:text/html,frame')).length).toBeGreaterThan(0)
  })

  test('the menu has every command with its keys, and tells the page what was chosen', async () => {
    const { app, page } = started
    const items = await app.evaluate(
      ({ Menu }, ids) => {
        return ids.map((id) => {
          const item = Menu.getApplicationMenu()?.getMenuItemById(id)
          return { id, keys: item?.accelerator ?? null, registered: item?.registerAccelerator ?? null }
        })
      },
      commands.map(({ id }) => id),
    )
    expect(items).toEqual(
      commands.map((command) => {
        const keys = 'keys' in command ? command.keys : null
        return { id: command.id, keys, registered: keys === null || keys.includes('+') }
      }),
    )
    await result(page, 'shell.setMenu', { enabled: ['run.start', 'view.unroll'], checked: ['view.unroll'] })
    const state = await app.evaluate(({ Menu }) => {
      const menu = Menu.getApplicationMenu()
      return ['run.start', 'run.stop', 'view.unroll'].map((id) => {
        const item = menu?.getMenuItemById(id)
        return [item?.enabled, item?.checked]
      })
    })
    expect(state).toEqual([
      [true, false],
      [false, false],
      [true, true],
    ])
    await chooseMenu(app, 'run.start')
    await expect.poll(() => heard(page, 'shell.command')).toEqual([['run.start']])
  })

  test('the edit menu is the text field’s while one has the focus', async () => {
    const { app, page } = started
    await page.evaluate(() => {
      const field = document.createElement('input')
      field.id = 'field'
      field.value = 'two words'
      document.body.append(field)
      field.focus()
    })
    await expect
      .poll(() =>
        app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('edit.select-all')?.enabled),
      )
      .toBe(true)
    await chooseMenu(app, 'edit.select-all')
    const selected = () =>
      page.evaluate(() => {
        const field = document.getElementById('field') as HTMLInputElement
        return [field.selectionStart, field.selectionEnd]
      })
    await expect.poll(selected).toEqual([0, 9])
    expect((await heard(page, 'shell.command')).flat()).not.toContain('edit.select-all')
  })

  test('dialogs answer the page', async () => {
    const { app, page } = started
    const text = join(home.folder, 'a text.txt')
    const network = join(home.folder, 'network.json')
    const saved = join(home.folder, 'saved.bin')
    writeFileSync(text, 'words')
    writeFileSync(network, '{"format": "unroll/architecture"}')
    const choose = (paths: string[]) =>
      app.evaluate(({ dialog }, paths) => {
        dialog.showOpenDialog = async () => ({ canceled: paths.length === 0, filePaths: paths })
      }, paths)
    await choose([text])
    expect(await result(page, 'shell.openFiles', 'corpus')).toEqual([
      { path: text, name: 'a text.txt', kind: 'text' },
    ])
    await choose([network])
    expect(await result(page, 'shell.openFiles', 'architecture')).toMatchObject([{ kind: 'architecture' }])
    expect(await result(page, 'shell.readText', network)).toBe('{"format": "unroll/architecture"}')
    await choose([])
    expect(await result(page, 'shell.openFiles', 'checkpoint')).toEqual([])
    await app.evaluate(({ dialog }, saved) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath: saved })
    }, saved)
    const answer = await page.evaluate(() =>
      window.unrollTest.ask('shell.saveFile', [{ name: 'saved.bin', bytes: new Uint8Array([1, 2]) }], 10_000),
    )
    expect(answer?.r).toBe(saved)
    expect((await ask(page, 'shell.readText', [join(home.folder, 'none')]))?.e?.code).toBe('file-not-found')
  })

  test('a second start hands its file over and ends', async () => {
    const checkpoint = join(home.folder, 'step-1.safetensors')
    writeFileSync(checkpoint, '')
    const second = spawn(
      join(electron.folder, 'electron'),
      ['-r', shim, ...rootFlags, program, 'step-1.safetensors'],
      {
        cwd: home.folder,
        env: home.environment(electron.screen),
        stdio: 'ignore',
      },
    )
    await once(second, 'exit')
    expect(second.exitCode).toBe(0)
    await expect
      .poll(() => heard(started.page, 'shell.given'))
      .toEqual([[[{ path: checkpoint, name: 'step-1.safetensors', kind: 'checkpoint' }]]])
  })
})
