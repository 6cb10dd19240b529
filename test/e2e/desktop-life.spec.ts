// The life of the tray app: starts, restarts, sleep, settings, and the system's events.

import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { JSHandle, Page } from '@playwright/test'
import type { LatchkeyApi, ProviderChanges, SaveOutcome, SettingsChanges } from '../../main/ipc.js'
import { startProvider } from '../provider/provider.js'
import { findSessionFile, listSessionFiles } from '../support/session-file.js'
import {
  at,
  expect,
  FREE_PORT,
  readHeadline,
  signInAs,
  test,
  type Desktop,
} from '../driver/driver.js'

const ALICE = 'Signed in as Alice Adams'

async function untilHeadline(app: Desktop, headline: string): Promise<void> {
  await expect.poll(() => readHeadline(app)).toBe(headline)
}

async function signInFromTray(app: Desktop, page: Page): Promise<void> {
  await app.choose('Sign in')
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, ALICE)
}

test.describe('a session', () => {
  test('is restored from the keyring at the next start without a question', async ({
    launch,
    page,
    provider,
  }) => {
    const app = await launch({ flags: at(provider) })
    await signInFromTray(app, page)
    const file = findSessionFile(app.dataDir)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 3, tier: 'keyring' })
    await app.choose('Quit')
    await app.ended

    const again = await launch({ after: app })
    await untilHeadline(again, ALICE)
    expect(await again.openedUrls()).toEqual([])
    await again.choose('Sign out')
    await untilHeadline(again, 'Not signed in')
    expect(listSessionFiles(app.dataDir)).toEqual([])
    await expect.poll(() => provider.revoked).toHaveLength(1)
  })

  test('S35: stays in memory without a keyring, and the window says why and what to do', async ({
    launch,
    page,
    provider,
  }) => {
    const app = await launch({ flags: at(provider), keyring: 'missing' })
    await signInFromTray(app, page)
    const window = await app.window()
    await expect(window.getByRole('main')).toContainText('keyring')
    expect(listSessionFiles(app.dataDir)).toEqual([])
    await app.choose('Quit')
    await app.ended

    const again = await launch({ after: app, keyring: 'missing' })
    await untilHeadline(again, 'Not signed in')
  })

  test('is renewed when the machine wakes after the token has expired', async ({
    launch,
    page,
  }) => {
    const provider = await startProvider({ accessTokenTtlS: 1 })
    const app = await launch({ flags: at(provider) })
    await signInFromTray(app, page)
    const renewals = async (): Promise<number> => {
      await app.resume()
      return provider.tokenRequests.length - 1
    }
    await expect.poll(renewals).toBeGreaterThan(0)
    await untilHeadline(app, ALICE)
  })
})

test('the tray appears while the keyring prompt is open, and quitting does not wait for the prompt', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider), keyring: 'asking' })
  await untilHeadline(app, 'Latchkey is starting')
  await app.choose('Quit')
  expect((await app.ended).code).toBe(0)
})

test('F19: the link can be opened again, and copied', async ({ launch, page, provider }) => {
  const app = await launch({ flags: at(provider) })
  await app.choose('Sign in')
  const link = await app.takeUrl()
  await app.choose('Open the link again')
  expect(await app.takeUrl()).toBe(link)
  expect(await app.clipboard()).toBe('')
  await app.choose('Copy sign-in link')
  expect(await app.clipboard()).toBe(link)
  await signInAs(page, link, 'Alice Adams')
  await untilHeadline(app, ALICE)
})

test('F24: at most five tabs a minute are opened, and the user is told', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  await app.choose('Sign in')
  const link = await app.takeUrl()
  for (let count = 0; count < 8; count++) await app.choose('Open the link again')
  await expect((await app.window()).getByRole('main')).toContainText('5 times in a minute')
  expect(await app.openedUrls()).toEqual(Array(5).fill(link))
})

test.describe('start at login', () => {
  test('is off at first, can be turned on and off in the menu, and shows the system’s state', async ({
    launch,
    provider,
  }) => {
    const app = await launch({ flags: at(provider) })
    const checked = async (): Promise<boolean | undefined> =>
      (await app.menu())?.find(({ label }) => label === 'Start at login')?.checked
    expect(await checked()).toBe(false)
    await app.choose('Start at login')
    await expect.poll(checked).toBe(true)
    await app.choose('Start at login')
    await expect.poll(checked).toBe(false)
  })

  test("can't be turned on from source without the sandbox, and says why", async ({
    launch,
    provider,
  }) => {
    const app = await launch({ flags: [...at(provider), '--no-sandbox'], platform: 'linux' })
    const latchkey = await findApi(app)
    const set = await latchkey.evaluate((api) => api.setStartAtLogin(true))
    expect(set).toMatchObject({ kind: 'rejected', message: expect.stringContaining('sandbox') })
    const { startAtLogin } = await latchkey.evaluate((api) => api.readSettings())
    expect(startAtLogin).toMatchObject({ on: false, changeable: false })
  })

  test('opens no window, and a second start opens it', async ({ launch, provider }) => {
    const path = await launch({ flags: [...at(provider), '--autostart'], platform: 'win32' })
    await untilHeadline(path, 'Not signed in')
    expect(await path.windowCount()).toBe(0)
    await path.launchAgain()
    expect(await (await path.window()).title()).toBe('Latchkey')
  })
})

test.describe('settings', () => {
  test('saved in the window are written to settings.json, and take effect', async ({
    launch,
    page,
    provider,
  }) => {
    const app = await launch({ flags: FREE_PORT })
    const { issuer, clientId } = provider
    const latchkey = await findApi(app)
    const save = (changes: SettingsChanges): Promise<SaveOutcome> =>
      latchkey.evaluate((api, given) => api.saveSettings(given), changes)
    const found = await latchkey.evaluate((api, typed) => api.testProvider(typed), issuer)
    expect(found).toMatchObject({ kind: 'found' })
    expect(await save({ issuer, clientId })).toEqual({ kind: 'saved' })
    expect(JSON.parse(await readFile(join(app.dataDir, 'settings.json'), 'utf8'))).toEqual({
      issuer,
      clientId,
    })
    await signInFromTray(app, page)
    expect(await save({ scope: 'profile' })).toMatchObject({ kind: 'rejected', field: 'scope' })

    // Changing another setting of the same provider does not sign the user out.
    expect(await save({ endSession: true })).toEqual({ kind: 'saved' })
    await untilHeadline(app, ALICE)
    await app.choose('Sign out')
    await expect
      .poll(() => app.openedUrls())
      .toContainEqual(expect.stringContaining('/sign-out?client_id='))
    const [, signOut] = await app.openedUrls()
    // S31: no ID token in an address.
    expect([...new URL(signOut!).searchParams.keys()]).toEqual(['client_id', 'logout_hint'])
  })

  test('list several providers, which are added, renamed and removed', async ({
    launch,
    page,
    provider,
  }) => {
    const app = await launch({ flags: FREE_PORT })
    const path = join(app.dataDir, 'settings.json')
    const read = async (): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))
    const { issuer, clientId } = provider
    const work = { name: 'work', issuer: 'https://login.work.example', clientId: 'at-work' }
    const latchkey = await findApi(app)
    const save = (name: string | null, changes: ProviderChanges): Promise<SaveOutcome> =>
      latchkey.evaluate((api, given) => api.saveProvider(...given), [name, changes] as const)
    const remove = (name: string): Promise<SaveOutcome> =>
      latchkey.evaluate((api, given) => api.removeProvider(given), name)

    expect(await save(null, { issuer, clientId })).toEqual({ kind: 'saved' })
    await signInFromTray(app, page)
    expect(await save(null, work)).toEqual({ kind: 'saved' })
    expect(await read()).toEqual({ issuer, clientId, providers: [work] })
    const host = new URL(issuer).hostname
    const { fields, accounts } = await latchkey.evaluate(
      (api, name) => api.readProvider(name),
      host,
    )
    expect(fields.issuer.value).toBe(issuer)
    expect(accounts).toEqual(['Alice Adams'])

    expect(await save(host, { name: 'main' })).toEqual({ kind: 'saved' })
    expect(await read()).toEqual({ providers: [{ name: 'main', issuer, clientId }, work] })
    expect(await remove('work')).toEqual({ kind: 'saved' })
    // Nothing of this signs anyone out.
    await untilHeadline(app, ALICE)
    expect(provider.revoked).toEqual([])

    expect(await remove('main')).toEqual({ kind: 'saved' })
    expect(await read()).toEqual({})
    await expect.poll(() => provider.revoked.length).toBe(1)
  })

  test('fixed by flags are shown as such', async ({ launch, provider }) => {
    const app = await launch({ flags: at(provider) })
    const latchkey = await findApi(app)
    const { fields } = await latchkey.evaluate((api) => api.readSettings())
    expect(fields).toMatchObject({
      issuer: { value: provider.issuer, lockedBy: '--issuer' },
      scope: { lockedBy: null },
    })
  })
})

test('F20: the report can be created and copied', async ({ launch, page, provider }) => {
  const app = await launch({ flags: at(provider) })
  await signInFromTray(app, page)
  const latchkey = await findApi(app)
  const report = await latchkey.evaluate((api) => api.createReport())
  expect(report).toContain(provider.issuer)
  await latchkey.evaluate((api) => api.runCommand('copy-report'))
  expect(await app.clipboard()).toBe(report)
  for (const token of provider.tokenRequests.flatMap((form) => form.getAll('code'))) {
    expect(report).not.toContain(token)
  }
})

test('the system’s shutdown ends the app cleanly', async ({ launch, provider }) => {
  const app = await launch({ flags: at(provider), platform: 'linux' })
  await app.choose('Sign in')
  await app.takeUrl()
  expect(await app.shutDown()).toBe(true)
  expect((await app.ended).code).toBe(0)
  expect(await readdir(app.dataDir)).not.toContain('service.json')
})

test('the tray icon shows the state', async ({ launch, page, provider }) => {
  const app = await launch({ flags: at(provider), platform: 'linux' })
  await expect.poll(() => app.trayIcon()).toMatch(/^tray-signed-out-(light|dark)\.png$/)
  await app.choose('Sign in')
  await expect.poll(() => app.trayIcon()).toMatch(/^tray-waiting-/)
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await expect.poll(() => app.trayIcon()).toMatch(/^tray-signed-in-/)
})

test('a folder in place of settings.json is reported', async ({ runToEnd, folders }) => {
  const dataDir = await folders.create()
  await mkdir(join(dataDir, 'settings.json'))
  const { code, stderr } = await runToEnd({ dataDir, flags: FREE_PORT })
  expect(code).toBe(2)
  expect(stderr).toContain("settings.json can't be read")
})

/** What the preload script exposes to the window's page. */
async function findApi(app: Desktop): Promise<JSHandle<LatchkeyApi>> {
  const window = await app.window()
  return window.evaluateHandle(() => (globalThis as never as { latchkey: LatchkeyApi }).latchkey)
}

test('a window comes back after its page has crashed; after a second crash, when it is opened', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  const first = await app.window()
  await expect.poll(async () => (await app.windowFacts()).isVisible).toBe(true)
  await app.crashWindow()
  await expect.poll(() => first.isClosed()).toBe(true)
  const second = await app.window()
  await expect(second.getByRole('heading', { level: 1 })).toHaveText('You are not signed in')

  await expect.poll(async () => (await app.windowFacts()).isVisible).toBe(true)
  await app.crashWindow()
  await expect.poll(() => app.windowCount()).toBe(0)
  await app.choose('Open Latchkey')
  await expect((await app.window()).getByRole('main')).toBeVisible()
})

test('a reader that closes its output costs neither log space nor processor time', async ({
  launch,
  page,
  provider,
  folders,
}) => {
  const dataDir = await folders.create()
  // Gives the running service something to write to stderr.
  await mkdir(join(dataDir, 'service.json'))
  const app = await launch({ dataDir, flags: [...at(provider), '--sign-in'] })
  app.process.stdout!.destroy()
  app.process.stderr!.destroy()
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, ALICE)
  expect((await app.quit()).code).toBe(0)
  const log = await readFile(join(dataDir, 'latchkey.log'), 'utf8')
  expect(log).toContain('"signed-in"')
  expect(log).not.toContain('"error"')
})
