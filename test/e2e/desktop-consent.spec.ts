// Apps ask for tokens, and the person answers in the window.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { WindowStatus } from '../../main/ipc.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { CALM_MS } from '../../renderer/view.js'
import { APPS, BUTTONS, CONSENT, KEY, STATE_WORDS } from '../../renderer/words.js'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { at, expect, readHeadline, signInAs, test as base, type Desktop } from '../driver/driver.js'
import { createApps, type Apps, type Got } from '../support/asking-app.js'
import { ALLOW_TESTS } from '../support/headless-program.js'
import { call, seedFor, tokenRequest } from '../support/service.js'

const { answers, asks, ends } = CONSENT_WORDS
const { menu: MENU, notification: NOTIFICATION } = PRESENT_MESSAGES
const SIGNED_IN = 'Signed in as Alice Adams'

const test = base.extend<{
  apps: Apps
  /** Starts the app, and signs Alice in. */
  start: (flags?: readonly string[]) => Promise<Desktop>
}>({
  // eslint-disable-next-line no-empty-pattern
  apps: async ({}, use) => {
    const apps = await createApps()
    await use(apps)
    await apps.remove()
  },
  start: async ({ launch, provider, page }, use) => {
    await use(async (flags = []) => {
      const app = await launch({ flags: [...at(provider), ...flags] })
      await app.window()
      await app.choose(MENU.signIn)
      await signInAs(page, await app.takeUrl(), 'Alice Adams')
      await expect.poll(() => readHeadline(app)).toBe(SIGNED_IN)
      return app
    })
  },
})

const heading = (window: Page) => window.getByRole('heading', { level: 1 })
/** Presses a button as soon as it takes presses. */
const press = (window: Page, name: string) =>
  window.getByRole('button', { name, exact: true }).click()

/** Answers the question in the window. */
async function answer(app: Desktop, wanted: keyof typeof answers): Promise<void> {
  const window = await app.window()
  const button = window.getByRole('button', { name: answers[wanted], exact: true })
  await app.pressRested(button, CALM_MS)
}

async function readStatus(app: Desktop): Promise<WindowStatus> {
  const window = await app.window()
  return (await app.invokeFrom(window.mainFrame(), 'read-status')) as WindowStatus
}

const readUrl = async (app: Desktop): Promise<string> => (await readStatus(app)).serviceUrl

/** Waits until the tray asks about the app with this name. */
async function untilAsked(app: Desktop, name: string): Promise<void> {
  await expect.poll(() => readHeadline(app)).toBe(asks(name))
}

function expectToken(got: Got): void {
  expect(got, got.text).toMatchObject({ status: 200, hasToken: true })
}

function expectNothing(got: Got): void {
  expect(got, got.text).toMatchObject({ status: 403, code: 'not-allowed', hasToken: false })
  expect(got.text).not.toMatch(/alice/i)
}

test('Allow once is for the calls that wait, and nothing is kept', async ({ start, apps }) => {
  const app = await start()
  const mail = await apps.create('mail-sync.mjs')
  const url = await readUrl(app)
  const window = await app.window()
  const asking = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await expect(heading(window)).toHaveText(asks('mail-sync'))
  await expect(window.locator('#consent dl')).toContainText(mail.path)
  await answer(app, 'once')
  expectToken(await asking)
  await expect(window.locator('#news')).toHaveText(ends.once('mail-sync'))
  await expect(heading(window)).toHaveText(STATE_WORDS['signed-in'].heading)
  expect((await readStatus(app)).apps).toEqual([])

  const again = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await answer(app, 'denied')
  expectNothing(await again)
})

test('Always allow lasts until the app is forgotten, also after a restart', async ({
  start,
  launch,
  apps,
}) => {
  const app = await start()
  const [mail, other] = [await apps.create('mail-sync.mjs'), await apps.create('other.mjs')]
  const asking = mail.ask(await readUrl(app))
  await untilAsked(app, 'mail-sync')
  await answer(app, 'always')
  expectToken(await asking)
  await app.quit()

  const again = await launch({ after: app })
  const url = await readUrl(again)
  expectToken(await mail.ask(url))
  const asksToo = other.ask(url)
  await untilAsked(again, 'other')
  const shown = await again.window()
  await answer(again, 'denied')
  expectNothing(await asksToo)

  await press(shown, BUTTONS.apps)
  await expect(shown.locator('#app-rows h2')).toHaveText([
    `mail-sync${APPS.kinds.program}`,
    `other${APPS.kinds.denied}`,
  ])
  await shown.getByRole('button', { name: APPS.forgetNamed('mail-sync') }).focus()
  await shown.keyboard.press('Enter')
  await expect(shown.locator('#app-rows h2')).toHaveText([`other${APPS.kinds.denied}`])
  await expect(shown.getByRole('button', { name: APPS.forgetNamed('other') })).toBeFocused()
  const asksAgain = mail.ask(url)
  await untilAsked(again, 'mail-sync')
  await press(shown, CONSENT.answer)
  await answer(again, 'denied')
  expectNothing(await asksAgain)
})

test('a denied app is not asked about again, until it is forgotten', async ({ start, apps }) => {
  const app = await start()
  const mail = await apps.create('mail-sync.mjs')
  const url = await readUrl(app)
  const window = await app.window()
  const asking = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await answer(app, 'denied')
  expectNothing(await asking)
  expectNothing(await mail.ask(url))
  await press(window, BUTTONS.apps)
  await press(window, APPS.forgetNamed('mail-sync'))
  await expect(window.locator('#apps-empty')).toBeVisible()
  const again = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await press(window, CONSENT.answer)
  await answer(app, 'once')
  expectToken(await again)
})

test('with the window closed, a notification and the tray lead to the question', async ({
  start,
  apps,
}) => {
  const app = await start()
  const mail = await apps.create('mail-sync.mjs')
  const url = await readUrl(app)
  await app.closeWindow()
  const asking = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  expect(await app.trayIcon()).toContain('attention')
  const notices = await app.notifications()
  const { title, body } = notices.at(-1)!
  expect(title).toBe(asks('mail-sync'))
  expect(body).toContain(mail.path)
  expect(body).toContain(NOTIFICATION.openToAnswer)
  await app.clickNotification(notices.length - 1)
  await expect(heading(await app.window())).toHaveText(asks('mail-sync'))
  // Closing the window answers nothing.
  await app.closeWindow()
  await app.choose(MENU.answer)
  await answer(app, 'once')
  expectToken(await asking)
  await expect.poll(() => readHeadline(app)).toBe(SIGNED_IN)
  expect(await app.trayIcon()).not.toContain('attention')
})

test('a flood from one app is one question', async ({ start, apps }) => {
  const app = await start()
  const mail = await apps.create('mail-sync.mjs')
  const url = await readUrl(app)
  const flood = Array.from({ length: 6 }, () => mail.ask(url))
  await untilAsked(app, 'mail-sync')
  const before = (await app.notifications()).length
  await answer(app, 'always')
  for (const got of await Promise.all(flood)) expectToken(got)
  expect((await app.notifications()).length).toBe(before)
  expect((await readStatus(app)).apps).toHaveLength(1)
})

test('an answer to an earlier question does nothing to the next one', async ({ start, apps }) => {
  const app = await start()
  const [mail, other] = [await apps.create('mail-sync.mjs'), await apps.create('other.mjs')]
  const url = await readUrl(app)
  const frame = (await app.window()).mainFrame()
  const first = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  const second = other.ask(url)
  const { id } = (await readStatus(app)).consentQuestion!
  expect(await app.invokeFrom(frame, 'answer-consent', id, 'denied')).toBe(ends.denied('mail-sync'))
  expectNothing(await first)
  await untilAsked(app, 'other')
  const late = await app.invokeFrom(frame, 'answer-consent', id, 'always')
  expect(late).toBe(PRESENT_MESSAGES.questionOver)
  await answer(app, 'once')
  expectToken(await second)
})

for (const platform of ['linux', 'darwin'] as const) {
  test(`${platform}: a question ends when the screen is locked, and none is asked until it is unlocked`, async ({
    launch,
    provider,
    page,
    apps,
  }) => {
    const app = await launch({ flags: at(provider), platform })
    await app.window()
    await app.choose(MENU.signIn)
    await signInAs(page, await app.takeUrl(), 'Alice Adams')
    await expect.poll(() => readHeadline(app)).toBe(SIGNED_IN)
    const [mail, other] = [await apps.create('mail-sync.mjs'), await apps.create('other.mjs')]
    const url = await readUrl(app)
    const asking = mail.ask(url)
    await expect.poll(() => readHeadline(app)).not.toBe(SIGNED_IN)
    await app.lockScreen()
    expectNothing(await asking)
    await expect.poll(() => readHeadline(app)).toBe(SIGNED_IN)
    const before = (await app.notifications()).length
    expectNothing(await other.ask(url))
    expect((await app.notifications()).length).toBe(before)
    await app.unlockScreen()
    const again = other.ask(url)
    await expect.poll(() => readHeadline(app)).not.toBe(SIGNED_IN)
    await answer(app, 'once')
    expectToken(await again)
  })
}

const PAUSE = '--pause-when-locked'

for (const [whose, flags, isRefused] of [
  ['a program that is not allowed yet', [], true],
  ['an allowed program, if these get nothing either,', [PAUSE, ...ALLOW_TESTS], true],
  ['any program without consents, if these get nothing either,', [PAUSE, '--consent=off'], true],
  ['an allowed program', ALLOW_TESTS, false],
] as const) {
  for (const hasBody of [true, false]) {
    const gets = isRefused ? 'gets no tokens, and keeps its code' : 'gets its tokens'
    const how = hasBody ? 'with its verifier' : 'without a body'
    test(`S24: while the screen is locked, ${whose} ${gets}: ${how}`, async ({
      launch,
      provider,
      page,
    }) => {
      const app = await launch({ flags: [...at(provider), ...flags] })
      const url = await readUrl(app)
      const { seed, verifier } = seedFor(provider.clientId)
      const coding = call({ url }, '/pkce/code', hasBody ? { body: seed } : {})
      await signInAs(page, await app.takeUrl(), 'Alice Adams')
      const coded = (await coding).json
      const proof = hasBody ? { body: tokenRequest(coded, verifier) } : {}
      await app.lockScreen()
      if (isRefused) {
        const { status, json, text } = await call({ url }, '/pkce/token', proof)
        expect(status, text).toBe(403)
        expect(json).toMatchObject({ code: 'not-allowed', detail: CONSENT_DETAILS.locked })
        await app.unlockScreen()
      }
      const { status, json, text } = await call({ url }, '/pkce/token', proof)
      expect(status, text).toBe(200)
      expect(json.auth0?.oAuth.token.access_token).toMatch(/./)
    })
  }
}

test('S32: a key is shown once, works, and is in no status, event, menu or log', async ({
  start,
  apps,
}) => {
  const app = await start()
  const tool = await apps.create('backup.mjs')
  const url = await readUrl(app)
  const window = await app.window()
  await press(window, BUTTONS.apps)
  await press(window, APPS.createKey)
  await window.getByLabel(KEY.fields.name[0]).fill('nightly backup')
  await press(window, KEY.create)
  await expect(window.locator('#key-value')).toHaveText(/^latchkey_[\w-]{43}$/)
  const key = (await window.locator('#key-value').textContent())!
  expectToken(await tool.ask(url, { key }))
  expectNothing(await tool.ask(url, { key: `${key}x` }))
  expect(await app.clipboard()).not.toContain(key)
  await press(window, KEY.copy)
  await expect.poll(() => app.clipboard()).toBe(key)
  await press(window, BUTTONS.done)
  // The main process has forgotten the key, too.
  const frame = window.mainFrame()
  await app.invokeFrom(frame, 'run-command', 'copy-service-url')
  await app.invokeFrom(frame, 'run-command', 'copy-key')
  expect(await app.clipboard()).toBe(url)
  expect(await window.content()).not.toContain(key)
  expect(JSON.stringify(await readStatus(app))).not.toContain(key)
  await expect(window.locator('#app-rows h2')).toHaveText([`nightly backup${APPS.kinds.key}`])

  await press(window, APPS.forgetNamed('nightly backup'))
  await expect(window.locator('#apps-empty')).toBeVisible()
  expectNothing(await tool.ask(url, { key }))
  const { stdout, stderr } = await app.quit()
  expect(`${stdout}${stderr}`).not.toContain(key)
  for (const file of readdirSync(app.dataDir, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toContain(key)
  }
})

test('a key that is still shown is gone with the window', async ({ start }) => {
  const app = await start()
  const window = await app.window()
  await press(window, BUTTONS.apps)
  await press(window, APPS.createKey)
  await window.getByLabel(KEY.fields.name[0]).fill('nightly backup')
  await press(window, KEY.create)
  await expect(window.locator('#key-value')).toHaveText(/^latchkey_/)
  await app.closeWindow()
  await app.choose(MENU.open)
  const frame = (await app.window()).mainFrame()
  const before = await app.clipboard()
  await app.invokeFrom(frame, 'run-command', 'copy-key')
  expect(await app.clipboard()).toBe(before)
})

test('signing out can forget the apps of the account', async ({ start, apps, page }) => {
  const app = await start()
  const mail = await apps.create('mail-sync.mjs')
  const url = await readUrl(app)
  const window = await app.window()
  const asking = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await answer(app, 'always')
  expectToken(await asking)
  await press(window, BUTTONS.signOutAndForget)
  await expect.poll(() => readHeadline(app)).toBe('Not signed in')
  expect((await readStatus(app)).apps).toEqual([])
  await app.choose(MENU.signIn)
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await expect.poll(() => readHeadline(app)).toBe(SIGNED_IN)
  const again = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await answer(app, 'denied')
  expectNothing(await again)
})

test('after a plain sign-out the app is asked about until the next start', async ({
  start,
  launch,
  apps,
  page,
}) => {
  const app = await start()
  const mail = await apps.create('mail-sync.mjs')
  const url = await readUrl(app)
  const window = await app.window()
  const asking = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await answer(app, 'always')
  expectToken(await asking)
  await app.invokeFrom(
    window.mainFrame(),
    'sign-out-account',
    (await readStatus(app)).accounts[0]!.id,
  )
  await expect.poll(() => readHeadline(app)).toBe('Not signed in')
  await app.choose(MENU.signIn)
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await expect.poll(() => readHeadline(app)).toBe(SIGNED_IN)
  const again = mail.ask(url)
  await untilAsked(app, 'mail-sync')
  await answer(app, 'once')
  expectToken(await again)
  await app.quit()
  const next = await launch({ after: app })
  expectToken(await mail.ask(await readUrl(next)))
})

test('without consents every app is served, and the window says so', async ({ start, apps }) => {
  const app = await start(['--consent', 'off'])
  const mail = await apps.create('mail-sync.mjs')
  expectToken(await mail.ask(await readUrl(app)))
  await expect((await app.window()).getByRole('main')).toContainText(CONSENT_WORDS.consentOff)
})
