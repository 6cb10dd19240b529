// "Restart Latchkey": only a new process finds a keyring that was missing or locked.

import { readFile } from 'node:fs/promises'
import type { JSHandle, Locator, Page } from '@playwright/test'
import type { LatchkeyApi } from '../../main/ipc.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import type { DesktopOptions } from '../driver/desktop.js'
import { createTrayHost } from '../driver/tray-host.js'
import { at, expect, readHeadline, signInAs, test as base, type Desktop } from '../driver/driver.js'
import { findSessionFile } from '../support/session-file.js'
import { ROOT } from '../support/root.js'

const ALICE = 'Signed in as Alice Adams'
const RESTART = 'Restart Latchkey'

async function untilHeadline(app: Desktop, headline: string): Promise<void> {
  await expect.poll(() => readHeadline(app)).toBe(headline)
}

async function signIn(app: Desktop, page: Page): Promise<void> {
  await app.choose('Sign in')
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, ALICE)
}

const listCommands = async (app: Desktop): Promise<string[]> =>
  (await app.menu())!.map(({ label }) => label)

const readTier = async (app: Desktop): Promise<unknown> =>
  (JSON.parse(await readFile(findSessionFile(app.dataDir), 'utf8')) as { tier: unknown }).tier

/** Sends a command past the page's buttons. */
async function command(app: Desktop, name: 'restart'): Promise<void> {
  const window = await app.window()
  const latchkey: JSHandle<LatchkeyApi> = await window.evaluateHandle('latchkey')
  await latchkey.evaluate((api, given) => api.runCommand(given), name)
}

const test = base.extend<{
  /** Starts the app with an unavailable keyring and a session that an earlier run sealed with it. */
  lock: (options?: DesktopOptions) => Promise<Desktop>
}>({
  lock: async ({ launch, page, provider }, use) => {
    await use(async (options = {}) => {
      const { platform = 'linux' } = options
      const first = await launch({ flags: at(provider), platform })
      await signIn(first, page)
      await first.quit()
      const again = { keyring: 'missing', restarts: 'as-program', ...options } as const
      const app = await launch({ after: first, ...again })
      await untilHeadline(app, 'Not signed in')
      return app
    })
  },
})

/** Presses the button. The window may be gone before the click has returned. */
async function pressRestart(main: Locator): Promise<void> {
  await main
    .getByRole('button', { name: RESTART })
    .click()
    .catch((thrown: Error) => expect(thrown.message).toContain('has been closed'))
}

for (const platform of ['linux', 'darwin'] as const) {
  test(`a locked keyring is found after a restart, and with it the session (${platform})`, async ({
    lock,
    provider,
    folders,
  }) => {
    const trayHost = await createTrayHost(await folders.create())
    await trayHost.bring()
    const flags = [...at(provider), '--log-level=debug', '--autostart', '--no-notifications']
    const secrets = { LATCHKEY_PASSPHRASE: 'a passphrase', LATCHKEY_CLIENT_SECRET: 'a secret' }
    const env = { ...secrets, LATCHKEY_PROMPT: 'login' }
    const app = await lock({ platform, flags, env, ...(platform === 'linux' && { trayHost }) })
    expect(await app.windowCount()).toBe(0)
    await app.choose('Open Latchkey')
    const main = (await app.window()).getByRole('main')
    await expect(main).toContainText('Your earlier session is still stored on this computer.')
    await app.setKeyring('gnome_libsecret')
    await pressRestart(main)

    const next = await app.restarted()
    expect((await app.ended).code).toBe(0)
    await untilHeadline(next, ALICE)
    expect(await next.openedUrls()).toEqual([])
    expect(await readTier(next)).toBe('keyring')
    expect(provider.tokenRequests).toHaveLength(1)
    // The user has clicked, so the window is back, though the first start was at login.
    await expect((await next.window()).getByRole('main')).toContainText('You are signed in')
    expect(await listCommands(next)).not.toContain(RESTART)
    const { args, cwd, hasNoNewPrivileges } = next.startedAs
    const kept = flags.filter((flag) => flag !== '--autostart')
    expect(args).toEqual([ROOT, '--data-dir', app.dataDir, ...kept])
    expect(cwd).toBe(app.dataDir)
    expect(next.startedAs.env).toMatchObject(env)
    expect(hasNoNewPrivileges).toBe(false)
  })
}

test('the menu offers it too, and so does the next run if the keyring is still locked', async ({
  lock,
}) => {
  const app = await lock()
  expect(await listCommands(app)).toContain(RESTART)
  await app.choose(RESTART)
  const second = await app.restarted()
  await untilHeadline(second, 'Not signed in')
  await second.setKeyring('gnome_libsecret')
  await second.choose(RESTART)
  await untilHeadline(await second.restarted(), ALICE)
})

test('an AppImage is started by its file after it is unmounted', async ({ lock }) => {
  const app = await lock({ restarts: 'as-AppImage' })
  await app.setKeyring('gnome_libsecret')
  await app.choose(RESTART)
  const next = await app.restarted()
  expect(next.startedAs.program).toMatch(/\/Latchkey\.AppImage$/)
  expect(next.startedAs.hasNoNewPrivileges).toBe(false)
  await untilHeadline(next, ALICE)
})

test('a session in memory ends with a restart: the window says so, and the next session is stored', async ({
  launch,
  page,
  provider,
}) => {
  const app = await launch({
    flags: at(provider),
    keyring: 'missing',
    platform: 'linux',
    restarts: 'as-program',
  })
  const main = (await app.window()).getByRole('main')
  // There is nothing to lose or to restore.
  await expect(main.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await expect(main.getByRole('button', { name: RESTART })).toHaveCount(0)
  await signIn(app, page)
  await expect(main).toContainText(PRESENT_MESSAGES.restart.signInAgain)
  expect(await listCommands(app)).not.toContain(RESTART)
  await app.setKeyring('gnome_libsecret')
  await pressRestart(main)

  const next = await app.restarted()
  expect((await app.ended).code).toBe(0)
  await untilHeadline(next, 'Not signed in')
  const nextMain = (await next.window()).getByRole('main')
  await expect(nextMain.getByRole('button', { name: RESTART })).toHaveCount(0)
  await signIn(next, page)
  expect(await readTier(next)).toBe('keyring')
})

test('it is not offered during or after a sign-in', async ({ lock, page }) => {
  const app = await lock({ env: { LATCHKEY_PASSPHRASE: 'a passphrase' } })
  expect(await listCommands(app)).toContain(RESTART)
  await app.choose('Sign in')
  await untilHeadline(app, 'Waiting for your browser')
  expect(await listCommands(app)).not.toContain(RESTART)
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilHeadline(app, ALICE)
  expect(await listCommands(app)).not.toContain(RESTART)
  await command(app, 'restart')
  expect(await readTier(app)).toBe('passphrase')
  expect(await readHeadline(app)).toBe(ALICE)
})

for (const [why, options] of [
  ['this start turned off the keyring', { flags: ['--password-store=basic'] }],
  ['Windows itself does not encrypt', { platform: 'win32' }],
] as const) {
  test(`a restart that would not help is neither offered nor possible: ${why}`, async ({
    lock,
    provider,
  }) => {
    const flags = [...at(provider), ...('flags' in options ? options.flags : [])]
    const app = await lock({ ...options, flags })
    expect(await listCommands(app)).not.toContain(RESTART)
    const main = (await app.window()).getByRole('main')
    await expect(main).toContainText('could not be opened')
    await expect(main.getByRole('button', { name: RESTART })).toHaveCount(0)
    await command(app, 'restart')
    expect(await readHeadline(app)).toBe('Not signed in')
  })
}

test('the demo stores nothing and offers no restart', async ({ launch, page }) => {
  const app = await launch({ flags: ['--port', '0', '--demo'], keyring: 'missing' })
  await untilHeadline(app, 'Not signed in')
  await signIn(app, page)
  const main = (await app.window()).getByRole('main')
  await expect(main).toContainText('You are signed in')
  await expect(main.getByRole('button', { name: RESTART })).toHaveCount(0)
})
