// Compares the stand-in with Electron's documentation: small programs that use its awkward parts.

import { join } from 'node:path'
import { FREE_PORT } from '../driver/driver.js'
import { createTrayHost } from '../driver/tray-host.js'
import { ROOT } from '../support/root.js'
import { expect, test } from './program.js'

const ASSETS = join(ROOT, 'main', 'assets')

test('functions for use before ready fail after it, and the other way round', async ({ start }) => {
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

test('timers run in order as soon as their time is let pass', async ({ start }) => {
  const program = await start(`
    setTimeout(() => { say('last'); app.quit() }, 7_200_000)
    setTimeout((word) => say(word), 120_000, 'second')
    clearTimeout(setTimeout(() => say('cleared'), 60_000))
    setTimeout(() => { say('first'); setTimeout(() => say('third'), 90_000) }, 60_000)
    app.whenReady().then(() => say('ready'))
  `)
  await expect.poll(() => program.stdout()).toContain('ready')
  await program.passTime(3_600_000)
  expect(program.stdout()).not.toContain('last')
  await program.passTime(3_600_000)
  expect(await program.said()).toEqual(['ready', 'first', 'second', 'third', 'last'])
})

const EVENTS = `
  for (const name of ['before-quit', 'window-all-closed', 'will-quit', 'quit']) {
    app.on(name, () => say(name))
  }
`

test('quit asks, closes the windows and ends the app, unless it is prevented', async ({
  start,
}) => {
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

test('a window that prevents its close cancels quitting', async ({ start }) => {
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

test('exit can’t be prevented, and reports the end', async ({ start }) => {
  const program = await start(`
    ${EVENTS}
    app.whenReady().then(() => { new BrowserWindow(); app.exit(3) })
  `)
  expect(await program.said()).toEqual(['quit'])
  expect((await program.ended).code).toBe(3)
})

test('closing the last window quits only if the app has no listener for that', async ({
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
  expect(await watched.said()).toEqual(['window-all-closed', 'quit'])
})

test('a destroyed window throws when it is used', async ({ start }) => {
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

test('a function that the stand-in lacks throws an error with its name', async ({ start }) => {
  const program = await start(`
    refused('method', () => app.setBadgeCount(1))
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
    ['method', lacks('app.setBadgeCount')],
    ['static', lacks('Menu.getApplicationMenu')],
    ['item', lacks('menu item with role')],
    ['option', lacks('notification with actions')],
    ['instance', lacks('BrowserWindow.setTitle')],
  ])
})

test('a menu stays as it was when it was set', async ({ start }) => {
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

test('a tray and a notification without a reference are gone when they are needed', async ({
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

test('a second start passes its command line in another order, and the first gets it once it is ready', async ({
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

test('calls from a page succeed and fail with Electron’s messages, and in order', async ({
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

test('the frame of a call is null after its page has navigated', async ({ start }) => {
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

test('a page of a scheme is shown only if the scheme is standard and secure', async ({ start }) => {
  const program = await start(`
    const open = scheme({ standard: true }, 'page')
    app.whenReady().then(() => open().loadURL('own://page/')).catch((error) => {
      say(error.message)
      app.exit()
    })
  `)
  expect(await program.said()).toEqual(["ERR_FAILED (-2) loading 'own://page/'"])
})

for (const [keyring, tag, backend] of [
  ['gnome_libsecret', 'v11', 'gnome_libsecret'],
  ['kwallet', 'v11', 'kwallet'],
  ['kwallet5', 'v11', 'kwallet5'],
  ['kwallet6', 'v11', 'kwallet6'],
  ['secret_service', 'v11', 'basic_text'],
  ['basic_text', 'v10', 'basic_text'],
  ['missing', 'v10', 'gnome_libsecret'],
  ['kwallet_closed', 'v10', 'kwallet6'],
] as const) {
  test(`Linux, ${keyring}: it always seals, and the tag names the kind of key`, async ({
    start,
  }) => {
    const program = await start(SEAL, { platform: 'linux', keyring })
    expect(await program.said()).toEqual([
      true,
      tag,
      { shouldReEncrypt: false, result: 'words' },
      backend,
    ])
  })
}

const SEAL = `
  app.whenReady().then(async () => {
    say(await safeStorage.isAsyncEncryptionAvailable())
    const sealed = await safeStorage.encryptStringAsync('words')
    say(sealed.subarray(0, 3).toString())
    say(await safeStorage.decryptStringAsync(sealed))
    if (process.platform === 'linux') say(safeStorage.getSelectedStorageBackend())
    else refused('backend', () => safeStorage.getSelectedStorageBackend())
    app.exit()
  })
`

for (const platform of ['darwin', 'win32'] as const) {
  test(`${platform}: the tag is the same as that of Linux’s fixed key, and the key is not`, async ({
    start,
  }) => {
    const program = await start(SEAL, { platform })
    expect(await program.said()).toEqual([
      true,
      'v10',
      { shouldReEncrypt: false, result: 'words' },
      [
        'backend',
        expect.stringContaining('the stand-in has no safeStorage.getSelectedStorageBackend'),
      ],
    ])
  })

  test(`${platform}: without its key nothing can be sealed or, for now, opened`, async ({
    start,
  }) => {
    const program = await start(
      `
      app.whenReady().then(async () => {
        say(await safeStorage.isAsyncEncryptionAvailable())
        await refusedLater('seal', safeStorage.encryptStringAsync('words'))
        await refusedLater('open', safeStorage.decryptStringAsync(Buffer.from('v10words')))
        app.exit()
      })
      `,
      { platform, keyring: 'missing' },
    )
    expect(await program.said()).toEqual([
      true,
      ['seal', expect.stringContaining('Error while encrypting')],
      ['open', expect.stringContaining('temporarily unavailable')],
    ])
  })
}

test('before ready, the keyring can’t seal and has no name', async ({ start }) => {
  const program = await start(`
    say(await safeStorage.isAsyncEncryptionAvailable())
    say(safeStorage.getSelectedStorageBackend())
    await refusedLater('seal', safeStorage.encryptStringAsync('words'))
    await refusedLater('open', safeStorage.decryptStringAsync(Buffer.from('v11')))
    app.exit()
  `)
  const notReady = 'safeStorage cannot be used before app is ready'
  expect(await program.said()).toEqual([false, 'unknown', ['seal', notReady], ['open', notReady]])
})

const SEAL_TO_FILE = `
  app.whenReady().then(async () => {
    writeFileSync(join(dataDir, 'sealed'), await safeStorage.encryptStringAsync('x'.repeat(40)))
    app.exit()
  })
`
const OPEN_FILE = `
  import { readFileSync } from 'node:fs'
  app.whenReady().then(async () => {
    const sealed = readFileSync(join(dataDir, 'sealed'))
    await refusedLater('whole', safeStorage.decryptStringAsync(sealed))
    await refusedLater('truncated', safeStorage.decryptStringAsync(sealed.subarray(0, -3)))
    await refusedLater('empty', safeStorage.decryptStringAsync(Buffer.alloc(0)))
    await refusedLater('no buffer', safeStorage.decryptStringAsync(sealed.toString()))
    await refusedLater('unknown tag', safeStorage.decryptStringAsync(Buffer.from('v99garbage')))
    app.exit()
  })
`

test('garbage, another machine’s text, a newer key and an unavailable key are distinguished as documented', async ({
  start,
}) => {
  const FAILED = 'Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.'
  const AWAY = 'safeStorage.decryptStringAsync is temporarily unavailable. Please try again.'
  const opened = (shouldReEncrypt: boolean): unknown => ({
    shouldReEncrypt,
    result: 'x'.repeat(40),
  })
  const rest = [
    ['empty', { shouldReEncrypt: false, result: '' }],
    ['no buffer', 'Expected the first argument of decryptStringAsync() to be a buffer'],
    ['unknown tag', FAILED],
  ]
  const first = await start(SEAL_TO_FILE)
  expect((await first.ended).code).toBe(0)
  const { dataDir } = first
  for (const [keyring, whole, truncated] of [
    [{}, opened(false), FAILED],
    [{ hasNewerKey: true }, opened(true), FAILED],
    [{ machine: 'another' }, FAILED, FAILED],
    [{ givesKey: false }, AWAY, AWAY],
  ] as const) {
    const program = await start(OPEN_FILE, { dataDir, keyring })
    expect(await program.said()).toEqual([['whole', whole], ['truncated', truncated], ...rest])
  }
})

test('a changed byte is detected only on Windows', async ({ start }) => {
  const CHANGED = `
    app.whenReady().then(async () => {
      const sealed = await safeStorage.encryptStringAsync('x'.repeat(64))
      sealed[5] ^= 1
      const opened = await safeStorage.decryptStringAsync(sealed).catch((e) => ({ result: e.message }))
      say([opened.result.endsWith('x'.repeat(32)), opened.result === 'x'.repeat(64)])
      app.exit()
    })
  `
  for (const [platform, opens] of [
    ['linux', true],
    ['darwin', true],
    ['win32', false],
  ] as const) {
    const program = await start(CHANGED, { platform })
    expect(await program.said()).toEqual([[opens, false]])
  }
})

test('--password-store selects the keyring, or none', async ({ start }) => {
  for (const [flag, tag, backend] of [
    ['basic', 'v10', 'basic_text'],
    ['kwallet6', 'v11', 'kwallet6'],
  ] as const) {
    const program = await start(SEAL, { flags: [`--password-store=${flag}`], platform: 'linux' })
    expect(await program.said()).toEqual([true, tag, expect.anything(), backend])
  }
})

const POWER = `
  refused('early', () => powerMonitor.on('resume', () => undefined))
  app.whenReady().then(() => {
    for (const event of ['suspend', 'resume', 'lock-screen', 'unlock-screen']) {
      powerMonitor.on(event, () => say(event))
    }
    refused('typing error', () => powerMonitor.once('wake', () => undefined))
    refused('threshold', () => powerMonitor.getSystemIdleState(0))
    powerMonitor.once('shutdown', (event) => {
      say('shutdown')
      if (process.argv.includes('--wait')) { event.preventDefault(); setTimeout(() => app.quit()) }
    })
    app.on('before-quit', () => say('before-quit'))
    say('listening')
  })
`

for (const platform of ['linux', 'darwin', 'win32'] as const) {
  test(`${platform}: sleep, screen lock and shutdown are reported as on the real system`, async ({
    start,
  }) => {
    const program = await start(POWER, { platform, flags: ['--wait'] })
    await expect.poll(() => program.stdout()).toContain('listening')
    await program.resume()
    await program.unlockScreen()
    expect(await program.shutDown()).toBe(platform !== 'win32')
    const said = await program.said()
    expect(said).toEqual([
      ['early', 'powerMonitor cannot be used before app is ready'],
      ['typing error', 'the stand-in has no powerMonitor event wake'],
      ['threshold', 'Invalid idle threshold, must be greater than 0'],
      'listening',
      'suspend',
      'resume',
      ...(platform === 'linux' ? [] : ['lock-screen', 'unlock-screen']),
      ...(platform === 'win32' ? [] : ['shutdown', 'before-quit']),
    ])
  })
}

test('a shutdown ends an app that does not ask it to wait', async ({ start }) => {
  const program = await start(POWER)
  await expect.poll(() => program.stdout()).toContain('listening')
  expect(await program.shutDown()).toBe(false)
  expect(await program.said()).toEqual(expect.arrayContaining(['shutdown', 'before-quit']))
})

test('the clipboard has the last written text', async ({ start }) => {
  const program = await start(`
    app.whenReady().then(async () => {
      await clipboard.writeText('one')
      await clipboard.writeText('two')
      say(await clipboard.readText())
    })
  `)
  await expect.poll(() => program.clipboard()).toBe('two')
  expect(program.stdout()).toBe('"two"\n')
})

test('the tray’s icon can change, and a missing file shows no icon', async ({ start }) => {
  const program = await start(`
    app.whenReady().then(() => {
      const image = (name) => nativeImage.createFromPath(join(${JSON.stringify(ASSETS)}, name))
      const tray = globalThis.tray = new Tray(image('tray-waiting-light.png'))
      const steps = [image('icon.png'), image('none.png')]
      tray.setContextMenu(Menu.buildFromTemplate([
        { label: 'Next', click: () => tray.setImage(steps.shift()) },
        { label: 'Path', click: () => refused('path', () => tray.setImage('/tray.png')) },
      ]))
    })
  `)
  await expect.poll(() => program.trayIcon()).toBe('tray-waiting-light.png')
  await program.choose('Next')
  expect(await program.trayIcon()).toBe('icon.png')
  expect((await program.tray())?.hasIcon).toBe(true)
  await program.choose('Next')
  expect(await program.trayIcon()).toBe(null)
  expect((await program.tray())?.hasIcon).toBe(false)
  await program.choose('Path')
  await expect.poll(() => program.stdout()).toContain('the stand-in has no Tray.setImage by a path')
})

test('Windows: a login item is identified by the app’s name, its path and its arguments', async ({
  start,
}) => {
  const program = await start(
    `
    const set = (settings) => app.setLoginItemSettings(settings)
    const get = (options) => {
      const { openAtLogin, executableWillLaunchAtLogin, launchItems } = app.getLoginItemSettings(options)
      say([openAtLogin, executableWillLaunchAtLogin, launchItems.map(({ name, args, enabled }) => [name, args, enabled])])
    }
    app.setAppUserModelId('app.of.mine')
    get()
    set({ openAtLogin: true, args: ['--hidden', 'C:\\\\my app'] })
    get()
    get({ args: ['--hidden', 'C:\\\\my app'] })
    set({ openAtLogin: true, args: ['--hidden'] })
    get({ args: ['--hidden'] })
    get({ path: 'C:\\\\other.exe', args: ['--hidden'] })
    set({ openAtLogin: true, args: ['--hidden'], enabled: false })
    get({ args: ['--hidden'] })
    set({ openAtLogin: true, name: 'other' })
    get()
    set({ openAtLogin: false })
    get()
    app.exit()
    `,
    { platform: 'win32' },
  )
  expect(await program.said()).toEqual([
    [false, false, []],
    [false, true, [['app.of.mine', ['C:\\my app'], true]]],
    [true, true, [['app.of.mine', ['C:\\my app'], true]]],
    [true, true, [['app.of.mine', [], true]]],
    [false, false, []],
    [true, false, [['app.of.mine', [], false]]],
    [
      false,
      true,
      [
        ['app.of.mine', [], false],
        ['other', [], true],
      ],
    ],
    [false, true, [['other', [], true]]],
  ])
  expect(await program.loginItems()).toEqual([
    { name: 'other', command: process.execPath, enabled: true },
  ])
})

test('macOS: a login item is the app itself, and stays off if the user has turned it off', async ({
  start,
}) => {
  const MAC = `
    const set = (openAtLogin) => { app.setLoginItemSettings({ openAtLogin, args: ['--hidden'] }); say(app.getLoginItemSettings()) }
    say(app.getLoginItemSettings())
    set(true)
    set(false)
    refused('service', () => app.getLoginItemSettings({ type: 'agentService', serviceName: 'x' }))
    app.exit()
  `
  const item = (status: string): unknown => ({
    openAtLogin: status === 'enabled',
    wasOpenedAtLogin: false,
    status,
  })
  const first = await start(MAC, { platform: 'darwin' })
  expect(await first.said()).toEqual([
    item('not-registered'),
    item('enabled'),
    item('not-registered'),
    ['service', expect.stringContaining('the stand-in has no such login item')],
  ])
  const off = { name: 'mainAppService', command: '', enabled: false }
  const second = await start(MAC, {
    platform: 'darwin',
    loginItems: [off],
    openedAtLogin: true,
  })
  const said = (await second.said()) as { status?: string; wasOpenedAtLogin?: boolean }[]
  expect(said.slice(0, 2).map(({ status }) => status)).toEqual([
    'requires-approval',
    'requires-approval',
  ])
  expect(said[0]?.wasOpenedAtLogin).toBe(true)
})

test('Linux: Electron has no login items', async ({ start }) => {
  const program = await start(
    `
    refused('set', () => app.setLoginItemSettings({ openAtLogin: true }))
    refused('get', () => app.getLoginItemSettings())
    app.exit()
    `,
    { platform: 'linux' },
  )
  const none = expect.stringContaining('the stand-in has no such login item')
  expect(await program.said()).toEqual([
    ['set', none],
    ['get', none],
  ])
})

test('a later run finds the same data directory and system', async ({ launch }) => {
  const items = [{ name: 'x', command: 'y', enabled: true }]
  const first = await launch({
    flags: FREE_PORT,
    loginItems: items,
    env: { LATCHKEY_NO_BROWSER: '1' },
  })
  await first.window()
  await first.quit()
  const second = await launch({ after: first })
  await second.window()
  expect(second.dataDir).toBe(first.dataDir)
  expect(second.process.spawnargs).toEqual(first.process.spawnargs)
  expect(await second.loginItems()).toEqual(items)
})

test('a tray that is created before the desktop has a host stays invisible', async ({
  start,
  folders,
}) => {
  const trayHost = await createTrayHost(await folders.create())
  const source = `
    const trays = []
    const make = () => {
      const tray = new Tray(nativeImage.createFromPath(${JSON.stringify(join(ASSETS, 'icon.png'))}))
      tray.setToolTip(String(trays.push(tray)))
      tray.on('click', () => { say('clicked'); make() })
      say('made')
    }
    app.whenReady().then(() => { powerMonitor.on('resume', make); make() })
  `
  const program = await start(source, { platform: 'linux', trayHost })
  await expect.poll(() => program.stdout()).toContain('made')
  await trayHost.bring()
  expect(await program.tray()).toBeNull()
  await expect(program.clickTray()).rejects.toThrow('there is no icon in the tray')
  await program.resume()
  expect(await program.tray()).toEqual({ toolTip: '2', hasIcon: true })
  await program.clickTray()
  expect(await program.tray()).toEqual({ toolTip: '3', hasIcon: true })
  await program.quit()
  expect(await program.said()).toEqual(['made', 'made', 'clicked', 'made'])
})

for (const [platform, told] of [
  ['linux', 'nothing'],
  ['darwin', ''],
  ['win32', ''],
] as const) {
  test(`shell.openPath opens a path and ${told === '' ? 'resolves' : 'never resolves'} (${platform})`, async ({
    start,
  }) => {
    const program = await start(
      `
      app.whenReady().then(async () => {
        const opening = electron.shell.openPath(dataDir)
        const later = electron.shell.openExternal('https://id.example/').then(() => 'nothing')
        say(await Promise.race([opening, later]))
        app.quit()
      })
      `,
      { platform },
    )
    expect(await program.said()).toEqual([told])
    expect(await program.openedPaths()).toEqual([program.dataDir])
  })
}
