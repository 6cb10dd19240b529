// The stand-in against Electron's documentation: small programs that try its awkward parts.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Desktop, DesktopOptions } from '../driver/desktop.js'
import { launchStandIn } from '../driver/stand-in.js'
import { expect, test as base } from '../driver.js'

type Program = Desktop & {
  /** What it says with `say`, in all, once it has ended. */
  said(): Promise<unknown[]>
}

const test = base.extend<{
  start: (source: string, options?: DesktopOptions) => Promise<Program>
}>({
  start: async ({ browser, folders }, use) => {
    const ends: (() => Promise<void>)[] = []
    await use(async (source, options = {}) => {
      const dataDir = options.dataDir ?? (await folders.create())
      const main = join(dataDir, 'main.mjs')
      await writeFile(main, `${PRELUDE}\n${source}`)
      const { desktop, close } = launchStandIn(browser, { ...options, dataDir, main })
      ends.push(close)
      const said = async (): Promise<unknown[]> => {
        const { stdout, stderr } = await desktop.ended
        expect(stderr).toBe('')
        return stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as unknown)
      }
      return { ...desktop, said }
    })
    for (const end of ends) await end()
  },
})

const PRELUDE = `
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as electron from 'electron'
const { app, BrowserWindow, Menu, Tray, Notification, nativeImage, ipcMain, protocol, session } = electron
const dataDir = process.argv[process.argv.indexOf('--data-dir') + 1]
const say = (value) => writeSync(1, JSON.stringify(value) + '\\n')
const refused = (name, run) => { try { run(); say([name, 'went through']) } catch (e) { say([name, e.message]) } }
const scheme = (privileges, html, preload) => {
  protocol.registerSchemesAsPrivileged([{ scheme: 'own', privileges }])
  writeFileSync(join(dataDir, 'preload.cjs'), preload ?? '')
  return () => {
    protocol.handle('own', () => new Response(html, { headers: { 'content-type': 'text/html' } }))
    return new BrowserWindow({ webPreferences: { preload: join(dataDir, 'preload.cjs') } })
  }
}
`

test('what belongs before ready is refused after it, and the other way round', async ({
  start,
}) => {
  const program = await start(`
    refused('relative', () => app.setPath('userData', 'here'))
    refused('missing', () => app.setPath('userData', '/no/such/folder'))
    refused('tray', () => new Tray(nativeImage.createFromPath('')))
    refused('window', () => new BrowserWindow())
    refused('handle', () => protocol.handle('own', () => new Response('')))
    refused('session', () => session.defaultSession)
    app.whenReady().then(() => {
      say('ready')
      refused('setPath', () => app.setPath('userData', dataDir))
      refused('sandbox', () => app.enableSandbox())
      refused('schemes', () => protocol.registerSchemesAsPrivileged([]))
      app.exit(5)
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    say(['module evaluated', app.isReady()])
  `)
  expect(await program.said()).toEqual([
    ['relative', 'Path must be absolute'],
    ['missing', expect.stringContaining('does not exist')],
    ['tray', 'Cannot create Tray before app is ready'],
    ['window', 'Cannot create BrowserWindow before app is ready'],
    ['handle', expect.stringContaining('before app is ready')],
    ['session', expect.stringContaining('before app is ready')],
    ['module evaluated', false],
    'ready',
    ['setPath', expect.stringContaining('can only be called before app is ready')],
    ['sandbox', 'app.enableSandbox() can only be called before app is ready'],
    ['schemes', expect.stringContaining('can only be called before app is ready')],
  ])
  expect((await program.ended).code).toBe(5)
})

const EVENTS = `
  for (const name of ['before-quit', 'window-all-closed', 'will-quit', 'quit']) {
    app.on(name, () => say(name))
  }
`

test('quit asks, closes the windows, and ends; preventing it keeps the app', async ({ start }) => {
  const program = await start(`
    ${EVENTS}
    let asked = 0
    app.on('before-quit', (event) => { if (asked++ === 0) { event.preventDefault(); setTimeout(() => app.quit()) } })
    app.whenReady().then(() => {
      const window = new BrowserWindow()
      window.on('close', () => say('close'))
      window.on('closed', () => say('closed'))
      app.quit()
    })
  `)
  expect(await program.said()).toEqual([
    'before-quit',
    'before-quit',
    'close',
    'closed',
    'will-quit',
    'quit',
  ])
  expect((await program.ended).code).toBe(0)
})

test('a window that will not close calls off quitting', async ({ start }) => {
  const program = await start(`
    ${EVENTS}
    app.whenReady().then(() => {
      const window = new BrowserWindow()
      window.once('close', (event) => { event.preventDefault(); say('stays'); setTimeout(() => app.quit()) })
      app.quit()
    })
  `)
  expect(await program.said()).toEqual(['before-quit', 'stays', 'before-quit', 'will-quit', 'quit'])
})

test('exit emits none of it', async ({ start }) => {
  const program = await start(`
    ${EVENTS}
    app.whenReady().then(() => { new BrowserWindow(); app.exit(3) })
  `)
  expect(await program.said()).toEqual([])
  expect((await program.ended).code).toBe(3)
})

test('closing the last window quits where nobody listens, and does not where somebody does', async ({
  start,
}) => {
  const alone = await start(`
    app.on('quit', () => say('quit'))
    app.whenReady().then(() => new BrowserWindow().close())
  `)
  expect(await alone.said()).toEqual(['quit'])

  const watched = await start(`
    ${EVENTS}
    app.on('window-all-closed', () => setTimeout(() => app.exit(), 20))
    app.whenReady().then(() => new BrowserWindow().close())
  `)
  expect(await watched.said()).toEqual(['window-all-closed'])
})

test('a destroyed window says so to whoever uses it', async ({ start }) => {
  const program = await start(`
    app.on('window-all-closed', () => undefined)
    app.whenReady().then(() => {
      const window = new BrowserWindow({ show: false })
      const { webContents } = window
      window.on('closed', () => say(['closed', window.isDestroyed()]))
      window.destroy()
      refused('show', () => window.show())
      refused('webContents', () => window.webContents)
      refused('send', () => webContents.send('x'))
      app.exit()
    })
  `)
  expect(await program.said()).toEqual([
    ['closed', true],
    ['show', 'Object has been destroyed'],
    ['webContents', 'Object has been destroyed'],
    ['send', 'Object has been destroyed'],
  ])
})

test('what the stand-in lacks is refused by name', async ({ start }) => {
  const program = await start(`
    refused('method', () => app.relaunch())
    refused('static', () => Menu.getApplicationMenu())
    refused('item', () => Menu.buildFromTemplate([{ role: 'quit' }]))
    refused('option', () => new Notification({ title: 'x', actions: [] }))
    app.whenReady().then(() => {
      refused('instance', () => new BrowserWindow().setTitle('x'))
      app.exit()
    })
  `)
  const lacks = (what: string): unknown => expect.stringContaining(`the stand-in has no ${what}`)
  expect(await program.said()).toEqual([
    ['method', lacks('app.relaunch')],
    ['static', lacks('Menu.getApplicationMenu')],
    ['item', lacks('menu item with role')],
    ['option', lacks('notification with actions')],
    ['instance', lacks('BrowserWindow.setTitle')],
  ])
})

test('a menu is what it was when it was set', async ({ start }) => {
  const program = await start(`
    app.whenReady().then(() => {
      globalThis.tray = new Tray(nativeImage.createFromPath('/none.png'))
      const menu = Menu.buildFromTemplate([{ label: 'First && last' }, { type: 'separator' }])
      globalThis.tray.setContextMenu(menu)
      menu.items[0].label = 'Changed'
    })
  `)
  await expect
    .poll(() => program.menu())
    .toEqual([
      { kind: 'item', label: 'First & last', enabled: true },
      { kind: 'separator', label: '', enabled: false },
    ])
  expect((await program.tray())?.hasIcon).toBe(false)
  await expect(program.choose('Changed')).rejects.toThrow('the menu has no "Changed"')
})

test('a tray and a notification that nobody holds are gone when they are needed', async ({
  start,
}) => {
  const program = await start(`
    const show = (hold) => {
      const tray = new Tray(nativeImage.createFromPath(''))
      tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Let go', click: () => show(true) }]))
      const notification = new Notification({ title: hold ? 'held' : 'let go' })
      notification.on('click', () => say('clicked'))
      notification.show()
      if (hold) globalThis.held = [tray, notification]
    }
    app.whenReady().then(() => show(process.argv.includes('--hold')))
  `)
  await expect.poll(() => program.notifications()).toHaveLength(1)
  expect(await program.menu()).toBe(null)
  expect(await program.clickNotification(0)).toBe(false)
})

test('a second start hands its command line over in another order, and the first hears it once ready', async ({
  start,
}) => {
  const SECOND = `
    app.setPath('userData', dataDir)
    if (!app.requestSingleInstanceLock({ note: 'hello' })) app.exit(7)
    app.on('second-instance', (event, argv, folder, data) => {
      say([app.isReady(), argv.slice(1).filter((arg) => !arg.includes('main.mjs') && arg !== dataDir), data])
      app.quit()
    })
    app.whenReady().then(() => say('ready'))
  `
  const first = await start(SECOND)
  await expect.poll(() => first.stdout()).toContain('ready')
  const second = await start(SECOND, { dataDir: first.dataDir, flags: ['link://x', '--flag'] })
  expect((await second.ended).code).toBe(7)
  expect(await first.said()).toEqual([
    'ready',
    [
      true,
      [
        '--data-dir',
        '--flag',
        '--allow-file-access-from-files',
        expect.stringContaining('--original-process-start-time='),
        'link://x',
      ],
      { note: 'hello' },
    ],
  ])
})

const PRELOAD = `
const { contextBridge, ipcRenderer } = require('electron')
contextBridge.exposeInMainWorld('api', {
  call: (...args) => ipcRenderer.invoke(...args),
  on: (listener) => void ipcRenderer.on('told', (_event, value) => listener(value)),
  lacks: () => ipcRenderer.sendSync('x'),
  requires: (name) => require(name),
})
`

const PAGES = `
  const open = scheme({ standard: true, secure: true }, '<title>own</title>', ${JSON.stringify(PRELOAD)})
  app.whenReady().then(() => {
    const window = open()
    ipcMain.handle('add', (event, one, other) => one + other)
    ipcMain.handle('fail', () => { throw new TypeError('not today') })
    ipcMain.handle('function', () => () => 1)
    ipcMain.handle('ordered', () => { window.webContents.send('told', 'before'); return 'after' })
    ipcMain.handle('later', async (event, url) => {
      const before = event.senderFrame === event.sender.mainFrame
      await window.loadURL(url)
      say([before, event.senderFrame])
    })
    void window.loadURL('own://page/')
  })
`

test('calls from a page answer, fail and refuse in Electron’s words, and in order', async ({
  start,
}) => {
  const program = await start(PAGES)
  const page = await program.window()
  const outcome = (...args: unknown[]): Promise<unknown> =>
    page.evaluate(
      (given) =>
        (globalThis as unknown as { api: { call(...args: unknown[]): Promise<unknown> } }).api
          .call(...given)
          .catch((error: unknown) => String(error)),
      args,
    )
  expect(await outcome('add', 1, 2)).toBe(3)
  expect(await outcome('fail')).toBe(
    "Error: Error invoking remote method 'fail': TypeError: not today",
  )
  expect(await outcome('none')).toBe(
    "Error: Error invoking remote method 'none': Error: No handler registered for 'none'",
  )
  expect(await outcome('function')).toContain('An object could not be cloned.')
  expect(
    await page.evaluate(async () => {
      type Api = Record<'call' | 'on' | 'lacks' | 'requires', (given?: unknown) => unknown>
      const { api } = globalThis as unknown as { api: Api }
      const heard: unknown[] = []
      api.on((value: unknown) => heard.push(value))
      heard.push(await api.call('ordered'))
      for (const run of [
        () => api.lacks(),
        () => api.requires('node:fs'),
        () => Object.assign(api, { call: null }),
      ]) {
        try {
          heard.push(run())
        } catch (error) {
          heard.push(error instanceof Error ? error.message : null)
        }
      }
      const withFunction = (api.call as (...args: unknown[]) => Promise<unknown>)('add', () => 1)
      heard.push(await withFunction.catch((error: Error) => error.message))
      return heard
    }),
  ).toEqual([
    'before',
    'after',
    'the stand-in has no ipcRenderer.sendSync for preload scripts',
    'module not found: node:fs',
    expect.stringContaining('read only'),
    'An object could not be cloned.',
  ])
})

test('the frame of a call is null once its page has gone elsewhere', async ({ start }) => {
  const program = await start(PAGES)
  const page = await program.window()
  await page
    .evaluate(() =>
      (globalThis as unknown as { api: { call(...args: unknown[]): Promise<unknown> } }).api.call(
        'later',
        'own://page/elsewhere',
      ),
    )
    .catch(() => undefined)
  await expect.poll(() => program.stdout()).toContain('[true,null]')
})

test('a page of a scheme that was not made standard and secure is not shown', async ({ start }) => {
  const program = await start(`
    const open = scheme({ standard: true }, 'page')
    app.whenReady().then(() => open().loadURL('own://page/')).catch((error) => {
      say(error.message)
      app.exit()
    })
  `)
  expect(await program.said()).toEqual(["ERR_FAILED (-2) loading 'own://page/'"])
})
