// The window itself: icon, context menu, zoom, and a sign-in that is finished in it.

import { PASTE, PROVIDER, SETTINGS } from '../../renderer/words.js'
import type { Page } from '@playwright/test'
import { PASTED_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { findGuide } from '../../main/settings/provider-choices.js'
import {
  at,
  expect,
  FREE_PORT,
  readHeadline,
  signInAs,
  test,
  type Desktop,
} from '../driver/driver.js'
import { altered, answerLink } from '../support/person.js'
import { startProvider } from '../provider/provider.js'

/** The form for a provider, in the window. */
async function providerForm(app: Desktop): Promise<Page> {
  const window = await app.window()
  await expect(window.getByRole('heading')).toHaveText('No provider is set up yet')
  return window
}

test("the window has the app’s icon, which a source tree and an AppImage don't provide otherwise", async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  await app.window()
  expect((await app.windowFacts()).hasIcon).toBe(true)
})

test('a right click in a field offers the possible actions, and on text only Copy', async ({
  launch,
}) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await providerForm(app)
  const issuer = window.getByLabel('Issuer', { exact: false }).first()
  const enabled = async (target: Parameters<Desktop['rightClick']>[0]): Promise<string[]> =>
    (await app.rightClick(target)).filter((line) => line.enabled).map(({ label }) => label)

  await issuer.fill('https://login.example.com')
  expect((await app.rightClick(issuer)).map(({ label }) => label)).toEqual([
    'Cut',
    'Copy',
    'Paste',
    '',
    'Select all',
  ])
  expect(await enabled(issuer)).toEqual(['Paste', 'Select all'])
  // The page may move the focus when its settings arrive, which drops the selection.
  const selected = async (): Promise<string[]> => {
    await issuer.selectText()
    return enabled(issuer)
  }
  await expect.poll(selected).toEqual(['Cut', 'Copy', 'Paste', 'Select all'])
  await app.chooseInPage('Copy')
  expect(await app.clipboard()).toBe('https://login.example.com')

  const heading = window.getByRole('heading').first()
  await heading.selectText()
  expect((await app.rightClick(heading)).map(({ label }) => label)).toEqual([
    'Copy',
    '',
    'Select all',
  ])
})

test('Ctrl with plus, minus, 0 and the wheel zoom within bounds', async ({ launch, provider }) => {
  const app = await launch({ flags: at(provider), platform: 'linux' })
  await app.window()
  const level = async (): Promise<number> => (await app.windowFacts()).zoomLevel
  expect(await level()).toBe(0)
  await app.pressControl('+')
  await app.pressControl('=')
  expect(await level()).toBe(1)
  await app.pressControl('-')
  expect(await level()).toBe(0.5)
  await app.turnWheel('in')
  await app.turnWheel('in')
  await app.turnWheel('out')
  expect(await level()).toBe(1)
  await app.pressControl('0')
  expect(await level()).toBe(0)
  await app.pressControl('c')
  expect(await level()).toBe(0)
  for (let count = 0; count < 30; count += 1) await app.pressControl('+')
  expect(await level()).toBe(5)
  for (let count = 0; count < 30; count += 1) await app.turnWheel('out')
  expect(await level()).toBe(-3)
})

test('F19: pasting the address that the browser could not load finishes the sign-in', async ({
  launch,
}) => {
  const app = await launch({ flags: ['--demo', ...FREE_PORT] })
  const window = await app.window()
  await app.choose('Sign in')
  const address = await answerLink(await app.takeUrl())
  await window.getByText('Does your browser show an error page?').click()
  const field = window.getByLabel(PASTE.label)
  const paste = async (text: string): Promise<void> => {
    // A pressed button is disabled for a moment.
    await expect(window.getByRole('button', { name: 'Continue' })).toBeEnabled()
    await field.fill(text)
    await field.press('Enter')
  }

  for (const [forged, reason] of [
    [altered(address, { state: 'guessed' }), 'other-sign-in'],
    [altered(address, { code: null }), 'no-answer'],
    [address.replace('127.0.0.1', 'evil.example'), 'other-place'],
    // Longer than any address that is read, but still answered with a message.
    [`${address}${'x'.repeat(100_000)}`, 'no-address'],
  ] as const) {
    await paste(forged)
    await expect(field).toHaveAccessibleDescription(new RegExp(`^${PASTED_MESSAGES[reason]}`))
    await expect(field).toHaveValue('')
    expect(await readHeadline(app)).toBe('Waiting for your browser')
  }
  await paste(address)
  await expect(window.getByRole('heading')).toHaveText('You are signed in')
  await expect.poll(() => readHeadline(app)).toBe('Signed in as Alice Adams')
  const { searchParams } = new URL(address)
  const said = [await window.content(), app.stdout(), app.stderr()].join('\n')
  for (const name of ['code', 'state']) expect(said).not.toContain(searchParams.get(name)!)
})

test('a provider can be chosen by name, tested, saved and used', async ({ launch, page }) => {
  const keycloak = await startProvider({ issuerPath: '/realms/main', clientId: 'desktop' })
  const app = await launch({ flags: FREE_PORT })
  const window = await providerForm(app)
  await window.getByLabel('Provider', { exact: true }).selectOption('Keycloak')
  await window.getByRole('button', { name: 'How to register at Keycloak' }).click()
  expect(await app.takeUrl()).toBe(findGuide('keycloak'))
  await expect(window.getByText(PROVIDER.guideLink)).toContainText(findGuide('keycloak'))
  await window.getByRole('button', { name: 'Copy the redirect URI' }).click()
  await expect.poll(() => app.clipboard()).toBe('http://127.0.0.1/callback')

  const issuer = window.getByLabel('Issuer')
  await expect(issuer).toHaveValue('https://YOUR_HOST/realms/YOUR_REALM')
  await issuer.fill(keycloak.issuer)
  await window.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(window.getByText('This provider works.')).toBeVisible()
  await window.getByLabel('Client ID').fill('desktop')
  await window.getByRole('button', { name: 'Save' }).click()
  await expect(window.getByRole('heading')).toHaveText('You are not signed in')
  await window.getByRole('button', { name: 'Sign in' }).click()
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await expect(window.getByRole('heading')).toHaveText('You are signed in')
  await expect.poll(() => readHeadline(app)).toBe('Signed in as Alice Adams')
  await keycloak.close()
})

test('a client secret that is entered for the provider of flags goes to no provider of later flags', async ({
  launch,
  folders,
  page,
  provider: other,
}) => {
  const secret = 'canary: GOCSPX-+/=secret'
  const needsSecret = { value: secret, method: 'client_secret_post' } as const
  const own = await startProvider({ secret: needsSecret })
  const dataDir = await folders.create()
  const signIn = async (app: Desktop): Promise<void> => {
    const window = await app.window()
    await window.getByRole('button', { name: 'Sign in' }).click()
    await signInAs(page, await app.takeUrl(), 'Alice Adams')
    await expect(window.getByRole('heading')).toHaveText('You are signed in')
  }
  const first = await launch({ flags: at(own), dataDir })
  const window = await first.window()
  await window.getByRole('button', { name: 'Settings' }).click()
  await window.getByRole('button', { name: SETTINGS.changeProvider }).click()
  await window.getByText(PROVIDER.more).click()
  await window.getByLabel('Client secret').fill(secret)
  await window.getByRole('button', { name: 'Save' }).click()
  await signIn(first)
  expect(own.tokenRequests.at(-1)?.get('client_secret')).toBe(secret)
  await first.choose('Quit')
  await first.ended

  await signIn(await launch({ flags: at(other), dataDir }))
  expect(other.tokenRequests.length).toBeGreaterThan(0)
  for (const request of other.tokenRequests) expect(String(request)).not.toContain('secret')
  await own.close()
})
