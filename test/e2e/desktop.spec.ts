// The tray app as its users see it.

import { BUTTONS } from '../../renderer/words.js'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchStandIn } from '../driver/stand-in.js'
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
import { startProvider } from '../provider/provider.js'
import { answerLink } from '../support/person.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'

const DEMO = ['--demo', ...FREE_PORT] as const

/** Waits until the menu's first line, which shows the state, has this text. */
async function untilHeadline(app: Desktop, headline: string): Promise<void> {
  await expect.poll(() => readHeadline(app)).toBe(headline)
}

/** The menu's enabled items. */
async function commands(app: Desktop): Promise<string[]> {
  const lines = (await app.menu()) ?? []
  return lines.filter(({ enabled }) => enabled).map(({ label }) => label)
}

test('a sign-in from the tray is shown in the menu, the window and the tooltip', async ({
  launch,
  page,
}) => {
  const app = await launch({ flags: DEMO })
  const window = await app.window()
  await expect(window.getByRole('heading')).toHaveText('You are not signed in')
  expect(await commands(app)).toEqual(['Sign in', 'Open Latchkey', 'Start at login', 'Quit'])

  await app.choose('Sign in')
  const link = await app.takeUrl()
  await untilHeadline(app, 'Waiting for your browser')
  expect(await commands(app)).toEqual([
    'Open the link again',
    'Copy sign-in link',
    'Cancel',
    'Open Latchkey',
    'Start at login',
    'Quit',
  ])
  await expect(window.getByRole('heading')).toHaveText('Waiting for your browser')

  await signInAs(page, link, 'Alice Adams')
  await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
  await untilHeadline(app, 'Signed in as Alice Adams')
  await expect(window.getByRole('heading')).toHaveText('You are signed in')
  await expect(window.getByRole('main')).toContainText('Alice Adams')
  expect(await app.tray()).toEqual({ hasIcon: true, toolTip: 'Latchkey: Signed in as Alice Adams' })
  expect(await commands(app)).toContain('Sign out')
  expect(await app.openedUrls()).toEqual([link])
})

test('the window’s own button signs in, and Cancel cancels', async ({ launch, page, provider }) => {
  const app = await launch({ flags: at(provider) })
  const window = await app.window()
  await window.getByRole('button', { name: 'Sign in' }).click()
  await app.takeUrl()
  await window.getByRole('button', { name: 'Cancel' }).click()
  await expect(window.getByRole('heading')).toHaveText('You are not signed in')

  await window.getByRole('button', { name: 'Sign in' }).click()
  await signInAs(page, await app.takeUrl(), 'Bob Brown')
  await expect(window.getByRole('main')).toContainText('Bob Brown')
  await untilHeadline(app, 'Signed in as Bob Brown')
})

test('while the window is closed, one notification reports the sign-in, and a click on it opens the window', async ({
  launch,
  page,
  provider,
}) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  await app.window()
  await app.closeWindow()
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, 'Signed in as Alice Adams')
  expect(await app.notifications()).toEqual([
    { title: 'Signed in', body: 'Alice Adams (alice@example.com)' },
  ])

  expect(await app.windowCount()).toBe(0)
  expect(await app.clickNotification(0)).toBe(true)
  await expect((await app.window()).getByRole('main')).toContainText('Alice Adams')
})

for (const platform of ['linux', 'darwin', 'win32'] as const) {
  test(`a notification can be clicked later, too (${platform})`, async ({
    launch,
    page,
    provider,
  }) => {
    const app = await launch({ flags: [...at(provider), '--sign-in'], platform })
    await app.window()
    await app.closeWindow()
    await signInAs(page, await app.takeUrl(), 'Alice Adams')
    await expect.poll(() => app.notifications()).toHaveLength(1)
    await app.timeOutNotification(0)
    expect(await app.clickNotification(0)).toBe(true)
    await expect((await app.window()).getByRole('main')).toContainText('Alice Adams')
  })
}

test('there is no notification while the window has the focus, and one when it has not', async ({
  launch,
  page,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  await app.window()
  await app.look(true)
  await expect.poll(async () => (await app.windowFacts()).isFocused).toBe(true)
  await app.choose('Sign in')
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, 'Signed in as Alice Adams')
  expect(await app.notifications()).toEqual([])

  await app.choose('Sign out')
  await untilHeadline(app, 'Not signed in')
  await app.look(false)
  await app.choose('Sign in')
  await signInAs(page, await app.takeUrl(), 'Bob Brown')
  await untilHeadline(app, 'Signed in as Bob Brown')
  expect(await app.notifications()).toHaveLength(1)
})

test('a sign-in works on a desktop without notifications', async ({ launch, page, provider }) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'], notifications: false })
  await app.window()
  await app.closeWindow()
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, 'Signed in as Alice Adams')
  expect(await app.notifications()).toEqual([])
})

test('a denial at the provider is shown in the menu, the window and a notification', async ({
  launch,
  page,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  const window = await app.window()
  await app.look(false)
  await app.choose('Sign in')
  await page.goto(await app.takeUrl())
  await page.getByRole('button', { name: 'Deny' }).click()

  await untilHeadline(app, 'Sign-in failed')
  expect(await commands(app)).toContain('Sign in')
  await expect(window.getByRole('main')).toContainText('denied at the provider')
  const [notice] = await app.notifications()
  expect(notice?.title).toBe('Sign-in failed')
  expect(notice?.body).toContain('denied at the provider')
})

test('a sign-in that is cancelled from the tray leaves no listener and shows no notification', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  await app.window()
  await app.look(false)
  await app.choose('Sign in')
  const redirectUri = new URL(await app.takeUrl()).searchParams.get('redirect_uri')!
  await app.choose('Cancel')

  await untilHeadline(app, 'Not signed in')
  await expect(fetch(redirectUri)).rejects.toThrow('fetch failed')
  expect(await app.notifications()).toEqual([])
})

test('a sign-in that takes too long fails with a message', async ({ launch, provider }) => {
  const app = await launch({ flags: [...at(provider), '--sign-in-timeout', '1'] })
  const window = await app.window()
  await app.look(false)
  await app.choose('Sign in')

  await untilHeadline(app, 'Sign-in failed')
  await expect(window.getByRole('main')).toContainText('The sign-in timed out after 1 second')
  expect(await app.notifications()).toHaveLength(1)
})

test('sign-out removes the user everywhere', async ({ launch, page, provider }) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  const window = await app.window()
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await expect(window.getByRole('main')).toContainText('Alice Adams')

  await app.choose('Sign out')
  await untilHeadline(app, 'Not signed in')
  await expect(window.getByRole('heading')).toHaveText('You are not signed in')
  expect(await window.content()).not.toContain('Alice')
  expect((await app.tray())?.toolTip).toBe('Latchkey: Not signed in')
})

test('a second sign-in that fails keeps the first', async ({ launch, page, provider }) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  const window = await app.window()
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await window.getByRole('button', { name: BUTTONS.signInAsOther }).click()
  await page.goto(await app.takeUrl())
  await page.getByRole('button', { name: 'Deny' }).click()

  await expect(window.getByRole('main')).toContainText('You are still signed in as Alice Adams.')
  await untilHeadline(app, 'Signed in as Alice Adams')
})

test('F12: a second person’s sign-in leaves the first one signed in', async ({
  launch,
  page,
  provider,
}) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  const window = await app.window()
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await window.getByRole('button', { name: BUTTONS.signInAsOther }).click()
  const link = await app.takeUrl()
  expect(Object.fromEntries(new URL(link).searchParams)).toMatchObject({ prompt: 'login' })
  expect(new URL(link).searchParams.has('login_hint')).toBe(false)
  await signInAs(page, link, 'Bob Brown')

  await untilHeadline(app, '2 accounts')
  await expect(window.getByRole('button', { name: /^Alice Adams .*Default$/ })).toBeVisible()
  await expect(window.getByRole('button', { name: /^Bob Brown/ })).toBeVisible()
  expect(provider.revoked).toEqual([])
})

test('a name is shown exactly, without special characters of menus or pages', async ({
  launch,
  page,
  provider,
}) => {
  const name = 'Tom & Jerry <b>_&amp;'
  provider.misbehave.idToken = (claims) => void (claims['name'] = name)
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, `Signed in as ${name}`)
  await expect((await app.window()).getByRole('main')).toContainText(name)
})

test('if no browser can be opened, the window says so and continues to wait', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'], browser: false })
  await app.takeUrl()
  const window = await app.window()
  await expect(window.getByRole('main')).toContainText('No browser could be opened here.')
  await untilHeadline(app, 'Waiting for your browser')
})

test('if no browser can be opened for an app, a notification says so, and the window has the link', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider), browser: false })
  await app.window()
  await app.closeWindow()
  const service = await readFile(join(app.dataDir, 'service.json'), 'utf8')
  const { url } = JSON.parse(service) as { url: string }
  const called = fetch(`${url}/pkce/code`, { method: 'POST' })
  const link = await app.takeUrl()
  await expect
    .poll(() => app.notifications())
    .toEqual([
      {
        title: expect.stringContaining('An app asks you to sign in'),
        body: SIGN_IN_MESSAGES.noBrowser,
      },
    ])
  expect(await app.clickNotification(0)).toBe(true)
  const window = await app.window()
  await expect(window.getByRole('main')).toContainText(SIGN_IN_MESSAGES.noBrowser)
  await expect(window.getByRole('button', { name: BUTTONS.copyLink })).toBeVisible()
  await fetch(await answerLink(link))
  expect((await called).status).toBe(200)
})

test('with --no-browser, a notification says that an app asks', async ({ launch, provider }) => {
  const app = await launch({ flags: [...at(provider), '--no-browser'] })
  await app.window()
  await app.closeWindow()
  const service = await readFile(join(app.dataDir, 'service.json'), 'utf8')
  const { url } = JSON.parse(service) as { url: string }
  const called = fetch(`${url}/pkce/code`, { method: 'POST' })
  const body = PRESENT_MESSAGES.notification.linkWaits
  await expect.poll(() => app.notifications()).toMatchObject([{ body }])
  expect(await app.openedUrls()).toEqual([])
  await fetch(`${url}/pkce/clear`, { method: 'POST' })
  expect((await called).status).toBe(409)
})

test('a provider that cannot be reached is named, over the desktop’s own network too', async ({
  launch,
  provider,
}) => {
  await provider.close()
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  const main = (await app.window()).getByRole('main')
  await expect(main).toContainText(`${new URL(provider.issuer).host} could not be reached`)
  await expect(main).toContainText('the connection was refused')
  expect(await app.openedUrls()).toEqual([])
})

test('S12: a redirect from the token endpoint is not followed, over the desktop’s own network too', async ({
  launch,
  page,
  provider,
}) => {
  provider.misbehave.token = 'redirect'
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, 'Sign-in failed')
  await expect((await app.window()).getByRole('main')).toContainText('answered with a redirect')
  expect(provider.requests.followed).toBe(0)
})

test('without a provider the window asks for one, and Sign in opens the form', async ({
  launch,
}) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  await expect(window.getByRole('heading')).toHaveText('No provider is set up yet')
  await app.closeWindow()
  await app.choose('Sign in')
  const again = await app.window()
  await expect(again.getByRole('heading', { level: 1 })).toBeVisible()
  await untilHeadline(app, 'Not signed in')
})

test('the window appears after its first paint, is destroyed on close, and opens as a new one', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  const first = await app.window()
  await expect.poll(async () => (await app.windowFacts()).isVisible).toBe(true)
  expect((await app.windowFacts()).wasShownUnpainted).toBe(false)
  await app.closeWindow()
  expect(first.isClosed()).toBe(true)
  expect(await app.windowCount()).toBe(0)

  await app.choose('Sign in')
  await app.takeUrl()
  await app.choose('Open Latchkey')
  const second = await app.window()
  await expect(second.getByRole('heading')).toHaveText('Waiting for your browser')
  await app.choose('Open Latchkey')
  expect(await app.windowCount()).toBe(1)
})

test('a second start opens the window of the first, and ends', async ({ launch, provider }) => {
  const app = await launch({ flags: at(provider) })
  await app.window()
  await app.closeWindow()
  expect((await app.launchAgain(at(provider))).code).toBe(0)
  await app.window()

  await app.minimize()
  expect((await app.windowFacts()).isMinimized).toBe(true)
  expect((await app.launchAgain(at(provider))).code).toBe(0)
  await expect
    .poll(() => app.windowFacts())
    .toMatchObject({
      isMinimized: false,
      isFocused: true,
    })
  expect(await app.windowCount()).toBe(1)
})

test('a start after a crash takes over the files that the crash left', async ({
  launch,
  provider,
}) => {
  const crashed = await launch({ flags: at(provider) })
  await crashed.window()
  crashed.process.kill('SIGKILL')
  await crashed.ended

  const app = await launch({ flags: at(provider), dataDir: crashed.dataDir })
  await untilHeadline(app, 'Not signed in')
  expect((await app.quit()).code).toBe(0)
})

test('Quit in the middle of a sign-in leaves no listener and no process', async ({ launch }) => {
  const app = await launch({ flags: [...DEMO, '--sign-in'] })
  const redirectUri = new URL(await app.takeUrl()).searchParams.get('redirect_uri')!
  const window = await app.window()
  await expect(window.locator('#service')).toContainText('127.0.0.1')
  const service = `http://${await window.locator('#service').textContent()}/.well-known/health`
  expect((await fetch(service)).status).toBe(200)

  await app.choose('Quit')
  expect((await app.ended).code).toBe(0)
  await expect(fetch(redirectUri)).rejects.toThrow('fetch failed')
  await expect(fetch(service)).rejects.toThrow('fetch failed')
  expect(await readdir(app.dataDir)).not.toContain('owner.sock')
})

test('Quit right after a sign-out waits until the provider has answered', async ({
  launch,
  page,
  provider,
}) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, 'Signed in as Alice Adams')
  await app.choose('Sign out')
  await app.choose('Quit')
  expect((await app.ended).code).toBe(0)
  expect(provider.revoked).not.toEqual([])
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} quits cleanly`, async ({ launch, provider }) => {
    const app = await launch({ flags: [...at(provider), '--sign-in'] })
    const redirectUri = new URL(await app.takeUrl()).searchParams.get('redirect_uri')!
    app.process.kill(signal)
    expect((await app.ended).code).toBe(0)
    await expect(fetch(redirectUri)).rejects.toThrow('fetch failed')
    expect(await readdir(app.dataDir)).not.toContain('owner.sock')
  })
}

test('S39: if a headless program uses the data directory, it says where that runs, and ends with code 3', async ({
  run,
  runToEnd,
}) => {
  const headless = await run(['--demo', ...SCRIPTED])
  const { url } = await headless.line('listening')
  const { code, stderr } = await runToEnd({ flags: DEMO, dataDir: headless.dataDir })
  expect(code).toBe(3)
  expect(stderr).toContain(headless.dataDir)
  expect(stderr).toContain(url)
})

test('S39: a headless program on its data directory says where it runs, and ends with code 3', async ({
  run,
  launch,
}) => {
  const app = await launch({ flags: DEMO })
  const window = await app.window()
  await expect(window.locator('#service')).toContainText('127.0.0.1')
  const service = await window.locator('#service').textContent()
  const headless = await run(['--demo', ...SCRIPTED], { dataDir: app.dataDir })
  expect(await headless.ended).toBe(3)
  expect(headless.stderr()).toContain(`http://${service}`)
})

test('invalid settings are named, with code 2', async ({ runToEnd, folders }) => {
  const { code, stderr } = await runToEnd({ flags: ['--port', 'abc'] })
  expect(code).toBe(2)
  expect(stderr).toContain('--port must be a whole number from 0 to 65535')

  const dataDir = await folders.create()
  await writeFile(join(dataDir, 'settings.json'), '{ "issuer": ')
  const broken = await runToEnd({ dataDir })
  expect(broken.code).toBe(2)
  expect(broken.stderr).toContain('settings.json (line 1, column 13) is not valid JSON')
})

test('settings.json is read and not changed', async ({ launch, folders }) => {
  const provider = await startProvider({ clientId: 'from-the-file' })
  const dataDir = await folders.create()
  const text = JSON.stringify({ issuer: provider.issuer, clientId: 'from-the-file', port: 0 })
  const path = join(dataDir, 'settings.json')
  await writeFile(path, text, { mode: 0o600 })
  const app = await launch({ dataDir, flags: ['--sign-in'] })

  expect(new URL(await app.takeUrl()).searchParams.get('client_id')).toBe('from-the-file')
  expect((await app.quit()).code).toBe(0)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(JSON.parse(text))
  await provider.close()
})

test('a header that net.fetch rejects (electron/electron#42244) does no harm', async ({
  launch,
  page,
  provider,
}) => {
  const inUtf8 = Buffer.from('ログイン').toString('latin1')
  provider.misbehave.metadataHeaders = { 'X-Note': inUtf8 }
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, 'Signed in as Alice Adams')
})

test('metadata behind one redirect is found through Electron’s network too', async ({
  launch,
  page,
  provider,
}) => {
  provider.misbehave.discovery = 'redirect'
  const app = await launch({ flags: [...at(provider), '--sign-in'] })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, 'Signed in as Alice Adams')
  expect(provider.requests.followed).toBe(1)
})

test('S09: markup in a name is text in a notification, though Linux interprets markup', async ({
  launch,
  page,
  provider,
}) => {
  provider.misbehave.idToken = (claims) =>
    void Object.assign(claims, { name: 'Tom & <a href="https://evil.example">', email: '' })
  const app = await launch({ flags: at(provider), platform: 'linux' })
  await app.window()
  await app.closeWindow()
  await app.choose('Sign in')
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await expect
    .poll(async () => (await app.notifications())[0]?.body)
    .toContain('Tom &amp; &lt;a href="https://evil.example"&gt;')
})

test('an installed app rejects an unknown flag, and accepts Chromium’s', async ({
  launch,
  runToEnd,
  provider,
}) => {
  test.skip(
    process.env['LATCHKEY_E2E'] === 'electron',
    'Electron itself runs from the source tree here',
  )
  const isPackaged = true
  const ended = await runToEnd({ flags: ['--sing-in'], isPackaged, boxAnswer: 'Quit' })
  expect(ended.code).toBe(2)
  expect(ended.stderr).toContain('There is no flag --sing-in.')
  const word = await runToEnd({ flags: ['hedless'], isPackaged, boxAnswer: 'Quit' })
  expect(word.code).toBe(2)
  const app = await launch({
    flags: [...at(provider), '--lang=de', '--autostart'],
    isPackaged,
    platform: 'win32',
  })
  await untilHeadline(app, 'Not signed in')
})

test('a command takes no lock: a running app does not notice it or block it', async ({
  launch,
  provider,
}) => {
  test.skip(
    process.env['LATCHKEY_E2E'] === 'electron',
    'Electron itself runs from the source tree here',
  )
  const app = await launch({
    flags: [...at(provider), '--autostart'],
    isPackaged: true,
    platform: 'win32',
  })
  await untilHeadline(app, 'Not signed in')
  const windows = await app.windowCount()
  expect(await app.launchAgain(['version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' })
  expect(await app.windowCount()).toBe(windows)
})

for (const platform of ['linux', 'darwin', 'win32'] as const) {
  test(`headless in an installed app takes commands from a pipe (${platform})`, async ({
    browser,
    folders,
    provider,
  }) => {
    const flags = ['headless', '--json', ...at(provider)]
    const dataDir = await folders.create()
    // Not through `launch`: a command never becomes ready.
    const options = { flags, isPackaged: true, platform, dataDir }
    const { desktop: app, close } = launchStandIn(browser, options)
    try {
      await expect.poll(() => app.stdout()).toContain('"event":"status"')
      app.process.stdin?.write('cancel\n')
      await expect.poll(() => app.stdout()).toContain('There is no sign-in to cancel.')
      app.process.stdin?.end('quit\n')
      expect((await app.ended).code).toBe(0)
    } finally {
      await close()
    }
  })
}
