// How the tray app starts, and what it shows.

import { RUNNING_QUESTION, SECOND_START_MESSAGES } from '../../main/app/app-messages.js'
import { LOGIN_PATIENCE_MS } from '../../main/autostart/tray-host.js'
import { FAILURE } from '../../main/electron/electron-messages.js'
import { lstat, readdir, readlink, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTrayHost } from '../driver/tray-host.js'
import {
  at,
  expect,
  FREE_PORT,
  readHeadline,
  SCRIPTED,
  signInAs,
  test,
  type Desktop,
} from '../driver/driver.js'

/** Leaves the files of a Latchkey on another computer in the data directory. */
const LOCK_ELSEWHERE = {
  version: 1,
  id: '0123456789ab',
  host: 'other-laptop',
  machine: 'a',
  boot: 'b',
  pidNamespace: '',
  pid: 1,
  start: '1',
  refreshedAt: '2026-11-22T00:00:00.000Z',
  released: false,
}

async function untilHeadline(app: Desktop, headline: string): Promise<void> {
  await expect.poll(() => readHeadline(app)).toBe(headline)
}

test.describe('at login, on Linux', () => {
  test('a tray that appears after Latchkey gets the icon, and no window opens', async ({
    launch,
    provider,
    folders,
  }) => {
    const trayHost = await createTrayHost(await folders.create())
    const flags = [...at(provider), '--autostart']
    const app = await launch({ flags, platform: 'linux', trayHost })
    await expect.poll(() => trayHost.timesAsked()).toBeGreaterThan(0)
    expect(await app.menu()).toBeNull()
    await trayHost.bring()
    await untilHeadline(app, 'Not signed in')
    expect(await app.windowCount()).toBe(0)
  })

  test('without a tray the window opens, and a sign-in works in the meantime', async ({
    launch,
    provider,
    folders,
  }) => {
    const trayHost = await createTrayHost(await folders.create())
    const flags = [...at(provider), '--autostart', '--sign-in']
    const app = await launch({ flags, platform: 'linux', trayHost })
    await app.takeUrl()
    await app.passTime(LOGIN_PATIENCE_MS / 2)
    await expect.poll(() => trayHost.timesAsked()).toBeGreaterThan(1)
    expect(await app.windowCount()).toBe(0)
    await app.passTime(LOGIN_PATIENCE_MS)
    expect(await (await app.window()).title()).toBe('Latchkey')
    expect(await app.menu()).toBeNull()
  })

  test('a second start opens the window at once, even while Latchkey waits for the tray', async ({
    launch,
    provider,
    folders,
  }) => {
    const trayHost = await createTrayHost(await folders.create())
    const flags = [...at(provider), '--autostart']
    const app = await launch({ flags, platform: 'linux', trayHost })
    await expect.poll(() => trayHost.timesAsked()).toBeGreaterThan(0)
    expect((await app.launchAgain()).code).toBe(0)
    expect(await (await app.window()).title()).toBe('Latchkey')
    expect((await app.quit()).code).toBe(0)
  })
})

test('a start by the user without a tray shows the window at once, without asking the desktop', async ({
  launch,
  provider,
  folders,
}) => {
  const trayHost = await createTrayHost(await folders.create())
  const app = await launch({ flags: at(provider), platform: 'linux', trayHost })
  expect(await (await app.window()).title()).toBe('Latchkey')
  expect(await trayHost.timesAsked()).toBe(0)
})

test.describe('a click on the icon', () => {
  for (const platform of ['linux', 'win32'] as const) {
    test(`opens the window (${platform})`, async ({ launch, provider }) => {
      const app = await launch({ flags: at(provider), platform })
      await app.window()
      await app.closeWindow()
      await app.clickTray()
      expect(await (await app.window()).title()).toBe('Latchkey')
    })
  }

  test('opens only the menu on macOS', async ({ launch, provider }) => {
    const app = await launch({ flags: at(provider), platform: 'darwin' })
    await app.window()
    await app.closeWindow()
    await app.clickTray()
    // The answer comes after the click.
    await untilHeadline(app, 'Not signed in')
    expect(await app.windowCount()).toBe(0)
  })

  test('does not quit while the keyring prompt is open', async ({ launch, provider }) => {
    const app = await launch({ flags: at(provider), keyring: 'asking', platform: 'linux' })
    await untilHeadline(app, 'Latchkey is starting')
    await app.clickTray()
    await untilHeadline(app, 'Latchkey is starting')
    await app.choose('Quit')
    expect((await app.ended).code).toBe(0)
  })
})

test.describe('a start that fails', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    test(`shows a box, because nobody reads its output (${platform})`, async ({ launch }) => {
      const app = await launch({ flags: ['--port', 'abc'], platform })
      const { code, stderr } = await app.ended
      expect(code).toBe(2)
      const detail = '--port must be a whole number from 0 to 65535, but it is "abc".'
      expect(stderr).toContain(detail)
      expect(await app.boxes()).toEqual([
        {
          title: 'Latchkey',
          message: FAILURE.title,
          detail,
          buttons: ['Quit'],
          isInFront: true,
        },
      ])
      expect(await app.openedPaths()).toEqual([])
    })
  }

  test('S38: repeats no key or token, neither in its box nor in its output', async ({ launch }) => {
    const key = `latchkey_${'Misplaced-key_'.padEnd(43, 'x')}`
    const token = 'gho_0123456789abcdefghijABCDEFGHIJ'
    for (const [place, start] of [
      ['--client-id', { flags: ['--client-id', key] }],
      ['--port', { flags: ['--port', token] }],
      ['LATCHKEY_ISSUER', { env: { LATCHKEY_ISSUER: token } }],
    ] as const) {
      const app = await launch(start)
      const { code, stderr } = await app.ended
      const shown = stderr + JSON.stringify(await app.boxes())
      expect([place, code]).toEqual([place, 2])
      expect(shown).toContain(place)
      for (const secret of [key, token]) expect(shown).not.toContain(secret)
    }
  })

  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    test(`for an error in settings.json offers a button that opens the folder, and ends (${platform})`, async ({
      launch,
      folders,
    }) => {
      const dataDir = await folders.create()
      await writeFile(join(dataDir, 'settings.json'), '{ "issuer": ')
      const app = await launch({ dataDir, platform, boxAnswer: FAILURE.openFolder })
      expect((await app.ended).code).toBe(2)
      const [box] = await app.boxes()
      expect(box?.detail).toContain(join(dataDir, 'settings.json'))
      expect(box?.buttons).toEqual([FAILURE.openFolder, FAILURE.quit])
      expect(await app.openedPaths()).toEqual([dataDir])

      const closed = await launch({ dataDir, platform })
      expect((await closed.ended).code).toBe(2)
      expect(await closed.openedPaths()).toEqual([])
    })
  }

  test('does not affect a running Latchkey, and leaves nothing behind', async ({
    launch,
    provider,
  }) => {
    const app = await launch({ flags: at(provider) })
    await app.window()
    await app.closeWindow()
    expect((await app.launchAgain(['--port', 'abc'])).code).toBe(2)
    await untilHeadline(app, 'Not signed in')
    expect(await app.windowCount()).toBe(0)
  })

  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    test(`asks in front whether Latchkey still runs elsewhere (${platform})`, async ({
      launch,
      provider,
      folders,
    }) => {
      const dataDir = await folders.create()
      const leaveLock = async (): Promise<void> => {
        await writeFile(join(dataDir, 'lock'), JSON.stringify(LOCK_ELSEWHERE))
        await utimes(join(dataDir, 'lock'), 0, 0)
      }
      await leaveLock()
      const boxAnswer = RUNNING_QUESTION.yes
      const quitting = await launch({ flags: at(provider), dataDir, platform, boxAnswer })
      expect((await quitting.ended).code).toBe(3)
      expect((await quitting.boxes())[0]).toMatchObject({
        title: 'Latchkey',
        message: RUNNING_QUESTION.message('other-laptop'),
        isInFront: true,
      })

      await leaveLock()
      const using = await launch({
        flags: at(provider),
        dataDir,
        platform,
        boxAnswer: RUNNING_QUESTION.no,
      })
      await untilHeadline(using, 'Not signed in')
    })
  }

  test('because of another program’s data directory shows a box too', async ({ launch, run }) => {
    const headless = await run(['--demo', ...SCRIPTED])
    await headless.line('listening')
    const app = await launch({ flags: ['--demo', ...FREE_PORT], dataDir: headless.dataDir })
    expect((await app.ended).code).toBe(3)
    expect(await app.boxes()).toMatchObject([{ message: FAILURE.title }])
  })
})

test.describe('Chromium’s own lock in the data directory', () => {
  test.skip(process.platform === 'win32', 'has none there')

  test("that can't be made because a file is in its place does not prevent a start", async ({
    launch,
    provider,
    folders,
  }) => {
    const dataDir = await folders.create()
    await writeFile(join(dataDir, 'SingletonLock'), '')
    const app = await launch({ flags: at(provider), dataDir })
    await untilHeadline(app, 'Not signed in')
    const second = await launch({ flags: at(provider), dataDir })
    const { code, stderr } = await second.ended
    expect(code).toBe(3)
    expect(stderr).toContain(`is already running with the data directory ${dataDir}`)
    expect((await lstat(join(dataDir, 'SingletonLock'))).isFile()).toBe(true)
  })

  for (const [what, dead] of [
    ['of another computer', 'other-laptop-1'],
    ['of another computer, by the number of a process here', `other-laptop-${process.pid}`],
  ] as const) {
    test(`${what} is taken over`, async ({ launch, provider, folders }) => {
      const dataDir = await folders.create()
      await symlink(dead, join(dataDir, 'SingletonLock'))
      const app = await launch({ flags: at(provider), dataDir })
      await untilHeadline(app, 'Not signed in')
      expect(await readlink(join(dataDir, 'SingletonLock'))).not.toBe(dead)
    })
  }

  test('of another computer that still runs: the directory lock ends the start with a message', async ({
    launch,
    provider,
    folders,
  }) => {
    const dataDir = await folders.create()
    await symlink('other-laptop-1', join(dataDir, 'SingletonLock'))
    const lock = { ...LOCK_ELSEWHERE, refreshedAt: new Date().toISOString() }
    await writeFile(join(dataDir, 'lock'), JSON.stringify(lock))
    const app = await launch({ flags: at(provider), dataDir })
    const { code, stderr } = await app.ended
    expect(code).toBe(3)
    expect(stderr).toContain('Latchkey is running on other-laptop')
  })
})

test('only the data directory is created, and no folder under the app’s name', async ({
  launch,
  provider,
  folders,
}) => {
  const XDG_CONFIG_HOME = await folders.create()
  const dataDir = await folders.create()
  await writeFile(join(dataDir, 'settings.json'), '{ "noNotifications": true }')
  const app = await launch({ flags: at(provider), dataDir, env: { XDG_CONFIG_HOME } })
  await untilHeadline(app, 'Not signed in')
  expect(await readdir(XDG_CONFIG_HOME)).toEqual([])
})

test('from the source tree, Windows knows it by another ID than the installed app', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider), platform: 'win32' })
  await app.choose('Start at login')
  await expect
    .poll(async () => (await app.loginItems()).map(({ name }) => name))
    .toEqual(['app.latchkey.desktop.source'])
})

test.describe('a second start', () => {
  test('with --sign-in signs in, and says that its other flags had no effect', async ({
    launch,
    page,
    provider,
  }) => {
    const app = await launch({ flags: at(provider) })
    await app.window()
    await app.closeWindow()
    const flags = [...at(provider), '--sign-in', '--scope', 'openid email']
    expect((await app.launchAgain(flags)).code).toBe(0)
    const link = await app.takeUrl()
    const main = (await app.window()).getByRole('main')
    await expect(main).toContainText(SECOND_START_MESSAGES.ignored(['--scope']))
    await signInAs(page, link, 'Alice Adams')
    await untilHeadline(app, 'Signed in as Alice Adams')

    // A signed-in user is not asked again, and the message does not stay forever.
    expect((await app.launchAgain([...at(provider), '--sign-in'])).code).toBe(0)
    await expect(main).not.toContainText('had no effect')
    expect(await app.openedUrls()).toHaveLength(1)
  })

  for (const isPackaged of [false, true]) {
    test(`at login opens no window ${isPackaged ? 'in a package' : 'from the source tree'}`, async ({
      launch,
      provider,
    }) => {
      const app = await launch({ flags: at(provider), isPackaged })
      await app.window()
      await app.closeWindow()
      expect((await app.launchAgain([...at(provider), '--autostart'])).code).toBe(0)
      // By now the start was noticed, and its effects arrive before this answer.
      await untilHeadline(app, 'Not signed in')
      expect(await app.windowCount()).toBe(0)
      expect((await app.launchAgain(at(provider))).code).toBe(0)
      await app.window()
      expect(await app.windowCount()).toBe(1)
    })
  }

  test('from the Finder is noticed while the keychain prompt is open', async ({
    launch,
    provider,
  }) => {
    const app = await launch({
      flags: at(provider),
      platform: 'darwin',
      openedAtLogin: true,
      keyring: 'asking',
    })
    await untilHeadline(app, 'Latchkey is starting')
    await app.activate()
    await app.setKeyring('gnome_libsecret')
    await untilHeadline(app, 'Not signed in')
    expect(await app.windowCount()).toBe(1)
  })

  test('is noticed while the keyring prompt is open', async ({ launch, page, provider }) => {
    const app = await launch({ flags: at(provider), keyring: 'asking' })
    await untilHeadline(app, 'Latchkey is starting')
    expect((await app.launchAgain([...at(provider), '--sign-in'])).code).toBe(0)
    await app.setKeyring('gnome_libsecret')
    await signInAs(page, await app.takeUrl(), 'Alice Adams')
    await untilHeadline(app, 'Signed in as Alice Adams')
  })
})

test('the start at login keeps the data directory and the port, and the settings page names the flags that it drops', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider), platform: 'win32' })
  await app.choose('Start at login')
  await expect.poll(async () => (await app.loginItems()).length).toBe(1)
  const [item] = await app.loginItems()
  expect(item?.command).toContain(`--autostart --data-dir=${app.dataDir} --port=0`)
  expect(item?.command).not.toContain(provider.issuer)
  const window = await app.window()
  await window.getByRole('button', { name: 'Settings' }).click()
  await expect(window.getByRole('main')).toContainText(
    SECOND_START_MESSAGES.notKeptAtLogin(['--issuer', '--client-id']),
  )
})
