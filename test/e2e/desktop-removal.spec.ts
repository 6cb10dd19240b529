// Removing Latchkey's data from the window's settings: it asks first, and then leaves nothing.

import { REMOVED, START_AT_LOGIN } from '../../main/electron/electron-messages.js'
import { REMOVAL } from '../../renderer/words.js'
import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { at, expect, readHeadline, signInAs, test as base, type Desktop } from '../driver/driver.js'
import { makeFakeTool, type FakeTool } from '../support/fake-tool.js'
import { listFiles } from '../support/kept.js'
import type { RunningProvider } from '../provider/provider.js'
import { findSessionFile, listSessionFiles } from '../support/session-file.js'
import { REMOVAL_MESSAGES } from '../../main/app/app-messages.js'

const REMOVED_KEY = REMOVAL_MESSAGES.key('Latchkey Safe Storage')

const test = base.extend<{
  /** The keyring's own tool, and the environment in which the app finds it. */
  tool: FakeTool
  env: Readonly<Record<string, string>>
  entry: string
}>({
  tool: async ({ folders }, use) => use(await makeFakeTool(await folders.create(), 'secret-tool')),
  env: async ({ tool, folders }, use) =>
    use({ PATH: tool.path, XDG_CONFIG_HOME: await folders.create() }),
  entry: ({ env }, use) =>
    use(join(env['XDG_CONFIG_HOME']!, 'autostart', 'app.latchkey.Latchkey.desktop')),
})
test.skip(process.platform === 'win32', 'the made-up tools are scripts of a shell')

const openQuestion = async (app: Desktop) => {
  const window = await app.window()
  await window.getByRole('button', { name: 'Settings', exact: true }).click()
  await window.getByRole('button', { name: "Remove Latchkey's data" }).click()
  await expect(window.getByRole('button', { name: 'Remove and quit' })).toBeVisible()
  return window
}

const isAlive = async (provider: RunningProvider, refreshToken: string): Promise<boolean> => {
  const response = await fetch(`${provider.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: provider.clientId,
      refresh_token: refreshToken,
    }),
  })
  return response.ok
}

const untilSignedIn = (app: Desktop) =>
  expect.poll(() => readHeadline(app)).toBe('Signed in as Alice Adams')

test('the session is revoked, and files, start at login and key are removed with the app', async ({
  launch,
  page,
  provider,
  tool,
  env,
  entry,
}) => {
  const app = await launch({ flags: at(provider), env, platform: 'linux' })
  await app.choose('Start at login')
  expect(existsSync(entry)).toBe(true)
  await app.choose('Sign in')
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilSignedIn(app)
  expect(await readFile(findSessionFile(app.dataDir), 'utf8')).toContain('"keyring"')

  const window = await openQuestion(app)
  for (const words of ['Alice Adams', provider.issuer, app.dataDir, 'starts at login', 'keyring']) {
    await expect(window.getByRole('list')).toContainText(words)
  }
  await window.getByRole('button', { name: 'Remove and quit' }).click()
  const ended = await app.ended
  expect(ended.code, ended.stderr).toBe(0)
  const [token] = provider.revoked
  expect(provider.revoked).toEqual([token])
  expect(await isAlive(provider, token!)).toBe(false)
  expect(existsSync(app.dataDir)).toBe(false)
  expect(existsSync(entry)).toBe(false)
  expect(await tool.runs()).toEqual([
    'clear xdg:schema chrome_libsecret_os_crypt_password_v2 application Latchkey',
    'clear app_id app.latchkey.Latchkey',
  ])
  const [box] = await app.boxes()
  expect(box).toMatchObject({ message: REMOVED.all, buttons: ['Quit'] })
  expect(box!.detail.split('\n\n')).toEqual([
    REMOVAL_MESSAGES.revoked(REMOVAL_MESSAGES.session('Alice Adams', provider.issuer)),
    `Removed ${app.dataDir}.`,
    REMOVAL_MESSAGES.startAtLogin(entry),
    REMOVED_KEY,
  ])
  expect(ended.stdout + ended.stderr + box!.detail).not.toContain(token)
})

test('cancelling revokes and removes nothing, and the session continues', async ({
  launch,
  page,
  provider,
  tool,
  env,
  entry,
}) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'], env, platform: 'linux' })
  await app.choose('Start at login')
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilSignedIn(app)
  const before = await readFile(findSessionFile(app.dataDir), 'utf8')
  const window = await openQuestion(app)
  await window.getByRole('button', { name: 'Cancel' }).click()
  await expect(window.getByRole('heading')).toHaveText('Settings')
  await window.getByRole('button', { name: "Remove Latchkey's data" }).click()
  await window.keyboard.press('Escape')
  expect(await readHeadline(app)).toBe('Signed in as Alice Adams')
  expect(await readFile(findSessionFile(app.dataDir), 'utf8')).toBe(before)
  expect(existsSync(entry)).toBe(true)
  expect(provider.revoked).toEqual([])
  expect(await tool.runs()).toEqual([])
  expect((await app.quit()).code).toBe(0)
})

test("if the provider can't revoke, the window says so first; then the data can be removed, with code 1", async ({
  launch,
  page,
  provider,
  env,
}) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'], env })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilSignedIn(app)
  provider.misbehave.revocation = 'unavailable'
  const window = await openQuestion(app)
  const before = await listFiles(app.dataDir)
  await window.getByRole('button', { name: 'Remove and quit' }).click()
  const alert = window.getByRole('alert').filter({ visible: true })
  await expect(alert).toContainText(`The session of Alice Adams at ${provider.issuer}`)
  await expect(alert).toContainText(REMOVAL.nothingYet(''))
  expect(await listFiles(app.dataDir)).toEqual(before)
  await untilSignedIn(app)

  await window.getByRole('button', { name: 'Remove without signing out' }).click()
  const ended = await app.ended
  expect(ended.code, ended.stderr).toBe(1)
  expect(existsSync(app.dataDir)).toBe(false)
  const [box] = await app.boxes()
  expect(box!.message).toBe(REMOVED.part)
  expect(box!.detail).toContain('was not revoked')
  expect(box!.detail).toContain(`Removed ${app.dataDir}.`)
})

test('if the provider works again, Try again removes everything, with code 0', async ({
  launch,
  page,
  provider,
  env,
}) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'], env })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilSignedIn(app)
  provider.misbehave.revocation = 'unavailable'
  const window = await openQuestion(app)
  await window.getByRole('button', { name: 'Remove and quit' }).click()
  await expect(window.getByRole('button', { name: 'Try again' })).toBeVisible()
  delete provider.misbehave.revocation
  await window.getByRole('button', { name: 'Try again' }).click()
  expect((await app.ended).code).toBe(0)
  expect(existsSync(app.dataDir)).toBe(false)
  expect((await app.boxes())[0]!.detail).toContain('was revoked.')
})

test('a session in memory only is revoked too', async ({ launch, page, provider, env }) => {
  const flags = [...at(provider), '--sign-in']
  const app = await launch({ flags, env, keyring: 'missing', platform: 'linux' })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilSignedIn(app)
  expect(listSessionFiles(app.dataDir)).toEqual([])
  const window = await openQuestion(app)
  await window.getByRole('button', { name: 'Remove and quit' }).click()
  expect((await app.ended).code).toBe(0)
  expect(provider.revoked).toHaveLength(1)
  expect(existsSync(app.dataDir)).toBe(false)
})

test('an earlier session that was sealed by the keyring and set aside is revoked too', async ({
  launch,
  page,
  provider,
  env,
}) => {
  const flags = at(provider)
  const app = await launch({ flags: [...flags, '--sign-in'], env })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilSignedIn(app)
  await app.quit()
  const { dataDir } = app
  const file = findSessionFile(dataDir)
  await rename(file, file.replace(/json$/, 'unopened.json'))
  const next = await launch({ after: app, flags, dataDir, env })
  const window = await openQuestion(next)
  await window.getByRole('button', { name: 'Remove and quit' }).click()
  expect((await next.ended).code).toBe(0)
  expect(provider.revoked).toHaveLength(1)
  expect(await isAlive(provider, provider.revoked[0]!)).toBe(false)
  expect(existsSync(dataDir)).toBe(false)
})

test('in the demo, a stored real session is revoked', async ({ launch, page, provider, env }) => {
  const app = await launch({ flags: [...at(provider), '--sign-in'], env })
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await untilSignedIn(app)
  await app.quit()
  const { dataDir } = app
  const demo = await launch({ flags: ['--demo', '--port', '0'], dataDir, env })
  const window = await openQuestion(demo)
  await window.getByRole('button', { name: 'Remove and quit' }).click()
  expect((await demo.ended).code).toBe(0)
  expect(provider.revoked).toHaveLength(1)
  expect(existsSync(dataDir)).toBe(false)
})

test.describe('on other systems', () => {
  test('macOS: the login item and the keychain item are removed', async ({
    launch,
    provider,
    folders,
    env,
  }) => {
    const security = await makeFakeTool(await folders.create(), 'security')
    const app = await launch({
      flags: at(provider),
      env: { ...env, PATH: security.path },
      platform: 'darwin',
      isPackaged: true,
    })
    await app.choose('Start at login')
    const window = await openQuestion(app)
    await window.getByRole('button', { name: 'Remove and quit' }).click()
    const ended = await app.ended
    expect(ended.code, ended.stderr).toBe(0)
    expect(await security.runs()).toEqual([
      'delete-generic-password -s Latchkey Safe Storage -a Latchkey Key',
    ])
    expect(await app.loginItems()).toEqual([])
    const [box] = await app.boxes()
    expect(box!.isInFront).toBe(true)
    expect(box!.detail).toContain(START_AT_LOGIN.turnedOff)
    expect(box!.detail).toContain(REMOVED_KEY)
  })

  test('Windows: the registry value is removed, even if it was switched off', async ({
    launch,
    provider,
    tool,
    env,
  }) => {
    const options = { flags: at(provider), env, platform: 'win32', isPackaged: true } as const
    const app = await launch(options)
    await app.choose('Start at login')
    await app.quit()
    const [item] = await app.loginItems()
    const next = await launch({
      ...options,
      dataDir: app.dataDir,
      loginItems: [{ ...item!, enabled: false }],
    })
    const window = await openQuestion(next)
    await window.getByRole('button', { name: 'Remove and quit' }).click()
    expect((await next.ended).code).toBe(0)
    expect(await next.loginItems()).toEqual([])
    expect(await tool.runs()).toEqual([])
    expect(existsSync(app.dataDir)).toBe(false)
  })
})
