// Several accounts at several providers in the tray and the window.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { WindowStatus } from '../../main/ipc.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { ACCOUNTS, BUTTONS, PERSON, SIGN_OUT } from '../../renderer/words.js'
import {
  expect,
  FREE_PORT,
  readHeadline,
  signInAs,
  test as base,
  type Desktop,
} from '../driver/driver.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'
import { listSessionFiles } from '../support/session-file.js'

const { menu: MENU, accountAt, accountState } = PRESENT_MESSAGES
const ALICE = accountAt('Alice Adams', 'work')
const BOB = accountAt('Bob Brown', 'work')
const ZOE = accountAt("Zoë O'Ünal", 'personal')

const test = base.extend<{
  personal: RunningProvider
  /** Starts the app with two providers: `work`, the spec's own, and `personal`. */
  start: () => Promise<Desktop>
  /** Signs someone in with an item of the menu, and waits for the first line. */
  add: (app: Desktop, path: readonly string[], person: string, headline: string) => Promise<void>
}>({
  // eslint-disable-next-line no-empty-pattern
  personal: async ({}, use) => {
    const provider = await startProvider()
    await use(provider)
    await provider.close()
  },
  start: async ({ launch, folders, provider, personal }, use) => {
    await use(async () => {
      const dataDir = await folders.create()
      const providers = [
        { name: 'work', issuer: provider.issuer, clientId: provider.clientId },
        { name: 'personal', issuer: personal.issuer, clientId: personal.clientId },
      ]
      await writeFile(join(dataDir, 'settings.json'), JSON.stringify({ providers }), {
        mode: 0o600,
      })
      return launch({ flags: FREE_PORT, dataDir })
    })
  },
  add: async ({ page }, use) => {
    await use(async (app, path, person, headline) => {
      await app.choose(...path)
      await signInAs(page, await app.takeUrl(), person)
      await untilHeadline(app, headline)
    })
  },
})

async function untilHeadline(app: Desktop, headline: string): Promise<void> {
  await expect.poll(() => readHeadline(app)).toBe(headline)
}

/** Reads the labels of the menu's submenus. */
async function listSubmenus(app: Desktop): Promise<string[]> {
  const lines = (await app.menu()) ?? []
  return lines.filter((line) => line.lines).map(({ label }) => label)
}

async function readStatus(app: Desktop): Promise<WindowStatus> {
  const window = await app.window()
  return (await app.invokeFrom(window.mainFrame(), 'read-status')) as WindowStatus
}

const rowOf = (window: Page, name: string) =>
  window.getByRole('button', { name: new RegExp(`^${name} `) })
const press = (window: Page, name: string) =>
  window.getByRole('button', { name, exact: true }).click()

test('people at two providers are added, listed, and keep their order and the default after a restart', async ({
  start,
  launch,
  add,
  provider,
  personal,
}) => {
  const app = await start()
  await add(app, [MENU.signInAt('work')], 'Alice Adams', 'Signed in as Alice Adams')
  await add(app, [MENU.signInAt('personal')], "Zoë O'Ünal", '2 accounts')
  await add(app, [MENU.addAccount, 'work'], 'Bob Brown', '3 accounts')
  const labels = [MENU.defaultAccount(ALICE), ZOE, BOB, MENU.addAccount]
  expect(await listSubmenus(app)).toEqual(labels)
  const submenu = (await app.menu())?.find(({ label }) => label === BOB)?.lines ?? []
  expect(submenu.filter(({ kind }) => kind === 'item').map(({ label }) => label)).toEqual([
    accountState['signed-in'],
    MENU.makeDefault,
    MENU.signOut,
  ])
  const window = await app.window()
  await expect(window.getByRole('heading', { level: 1 })).toHaveText(ACCOUNTS.heading(3))
  await expect(window.locator('#accounts li')).toHaveText([/^Alice/, /^Zoë/, /^Bob/])

  await app.choose(ZOE, MENU.makeDefault)
  await expect.poll(() => listSubmenus(app)).toContain(MENU.defaultAccount(ZOE))
  expect((await readStatus(app)).status.account?.name).toBe("Zoë O'Ünal")
  await app.quit()

  const again = await launch({ after: app })
  await untilHeadline(again, '3 accounts')
  expect(await listSubmenus(again)).toEqual([ALICE, MENU.defaultAccount(ZOE), BOB, MENU.addAccount])
  expect([provider.revoked, personal.revoked]).toEqual([[], []])
})

test('three people at three providers: one is renewed, one is offline, one has to sign in again', async ({
  launch,
  add,
  folders,
  page,
}) => {
  const names = ['work', 'personal', 'lab'] as const
  const [work, personal, lab] = await Promise.all([
    startProvider({ accessTokenTtlS: 6 }),
    startProvider({ accessTokenTtlS: 10 }),
    startProvider({ accessTokenTtlS: 5, refreshTokenTtlS: 1 }),
  ])
  const providers = [work, personal, lab].map(({ issuer, clientId }, index) => ({
    name: names[index],
    issuer,
    clientId,
  }))
  const dataDir = await folders.create()
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify({ providers }), { mode: 0o600 })
  const app = await launch({ flags: FREE_PORT, dataDir })
  await app.window()
  await app.closeWindow()
  await add(app, [MENU.signInAt('personal')], "Zoë O'Ünal", "Signed in as Zoë O'Ünal")
  await personal.close()
  await app.choose(MENU.signInAt('work'))
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  await expect.poll(() => listSubmenus(app)).toContain(ALICE)
  await app.choose(MENU.addAccount, 'lab')
  await signInAs(page, await app.takeUrl(), 'Bob Brown')

  const readStates = async (): Promise<unknown> => {
    const lines = (await app.menu()) ?? []
    return lines.flatMap(({ label, lines: inner }) =>
      inner && label !== MENU.addAccount ? [`${label}: ${inner[0]?.label}`] : [],
    )
  }
  const bob = accountAt('Bob Brown', 'lab')
  await expect
    .poll(readStates)
    .toEqual([
      `${MENU.defaultAccount(ZOE)}: ${accountState.offline}`,
      `${ALICE}: ${accountState['signed-in']}`,
      `${bob}: ${accountState['needs-sign-in']}`,
    ])
  await untilHeadline(app, 'Session expired: Bob Brown')
  await expect.poll(() => work.tokenRequests.length).toBeGreaterThan(1)

  const notices = await app.notifications()
  const index = notices.findIndex(({ body }) => body.startsWith(`${bob}: `))
  expect(notices[index]?.title).toBe(PRESENT_MESSAGES.notification.sessionEnded)
  expect(await app.clickNotification(index)).toBe(true)
  const link = new URL(await app.takeUrl())
  expect(link.origin).toBe(lab.issuer)
  expect(link.searchParams.get('login_hint')).toBe('bob@example.com')
  await app.choose(MENU.cancel)
  await untilHeadline(app, 'Session expired: Bob Brown')

  await app.choose(bob, MENU.signOut)
  await untilHeadline(app, "Signed in as Zoë O'Ünal (offline)")
  expect(work.revoked).toEqual([])
  await app.choose(MENU.defaultAccount(ZOE), MENU.signOut)
  await untilHeadline(app, 'Signed in as Alice Adams')
  expect(work.revoked).toEqual([])
  for (const provider of [work, lab]) await provider.close()
})

test('an account is signed out alone, from the menu and from the window', async ({
  start,
  add,
  provider,
  personal,
}) => {
  const app = await start()
  await add(app, [MENU.signInAt('work')], 'Alice Adams', 'Signed in as Alice Adams')
  await add(app, [MENU.signInAt('personal')], "Zoë O'Ünal", '2 accounts')
  await add(app, [MENU.addAccount, 'work'], 'Bob Brown', '3 accounts')
  await app.choose(BOB, MENU.signOut)
  await untilHeadline(app, '2 accounts')
  await expect.poll(() => provider.revoked).toHaveLength(1)

  const window = await app.window()
  await rowOf(window, 'Alice Adams').click()
  await press(window, BUTTONS.signOut)
  await untilHeadline(app, "Signed in as Zoë O'Ünal")
  await expect(window.getByRole('heading', { level: 1 })).toBeFocused()
  await expect(window.locator('#facts')).toContainText("Zoë O'Ünal")
  await expect.poll(() => provider.revoked).toHaveLength(2)
  expect(personal.revoked).toEqual([])
  expect(listSessionFiles(app.dataDir)).toHaveLength(1)
})

test('the window makes an account the default, and adds one at a provider', async ({
  start,
  add,
  page,
}) => {
  const app = await start()
  await add(app, [MENU.signInAt('work')], 'Alice Adams', 'Signed in as Alice Adams')
  await add(app, [MENU.signInAt('personal')], "Zoë O'Ünal", '2 accounts')
  const window = await app.window()
  await rowOf(window, "Zoë O'Ünal").click()
  await press(window, BUTTONS.makeDefault)
  await expect(window.locator('#account .facts')).toContainText(ACCOUNTS.defaultDetail)
  await window.keyboard.press('Escape')
  await expect(rowOf(window, "Zoë O'Ünal")).toContainText(ACCOUNTS.default)
  await press(window, BUTTONS.addAccount)
  await press(window, BUTTONS.signInAt('work'))
  const link = await app.takeUrl()
  expect(new URL(link).searchParams.get('prompt')).toBe('select_account')
  await signInAs(page, link, 'Bob Brown')
  await untilHeadline(app, '3 accounts')
  await expect(window.locator('#accounts li')).toHaveCount(3)
})

for (const keeps of [true, false]) {
  test(`someone else's session is ${keeps ? 'kept' : 'discarded'} if the person says so in the ${keeps ? 'window' : 'menu'}`, async ({
    start,
    add,
    page,
    provider,
  }) => {
    const app = await start()
    await add(app, [MENU.signInAt('work')], 'Alice Adams', 'Signed in as Alice Adams')
    const shown = await app.window()
    const [alice] = (await readStatus(app)).accounts
    await app.look(false)
    await app.invokeFrom(shown.mainFrame(), 'sign-in-account', alice!.id)
    await signInAs(page, await app.takeUrl(), 'Bob Brown')
    await untilHeadline(app, PRESENT_MESSAGES.notification.otherPerson)
    await expect(shown.getByRole('heading', { level: 1 })).toHaveText(PERSON.heading)
    await expect(shown.getByRole('main')).toContainText('Bob Brown')
    expect((await app.notifications()).at(-1)?.title).toBe(
      PRESENT_MESSAGES.notification.otherPerson,
    )
    const bob = 'Bob Brown (bob@example.com)'
    if (keeps) await press(shown, PERSON.keep)
    else await app.choose(MENU.discard(bob))
    await untilHeadline(app, keeps ? '2 accounts' : 'Signed in as Alice Adams')
    await expect.poll(() => provider.revoked).toHaveLength(keeps ? 0 : 1)
    expect(listSessionFiles(app.dataDir)).toHaveLength(keeps ? 2 : 1)
  })
}

test('Sign out everywhere asks first, with the names, and closing the window does not confirm it', async ({
  start,
  add,
  provider,
  personal,
}) => {
  const app = await start()
  await add(app, [MENU.signInAt('work')], 'Alice Adams', 'Signed in as Alice Adams')
  await add(app, [MENU.signInAt('personal')], "Zoë O'Ünal", '2 accounts')
  await app.window()
  await app.closeWindow()
  await app.choose(MENU.signOutEverywhere)
  const window = await app.window()
  await expect(window.getByRole('heading', { level: 1 })).toHaveText(SIGN_OUT.heading)
  await expect(window.locator('#sign-out-lines li')).toHaveText([/^Alice Adams/, /^Zoë O'Ünal/])
  await app.closeWindow()
  await app.choose('Open Latchkey')
  const again = await app.window()
  await expect(again.getByRole('heading', { level: 1 })).toHaveText(ACCOUNTS.heading(2))
  await app.choose(MENU.signOutEverywhere)
  await press(again, BUTTONS.cancel)
  expect([provider.revoked, personal.revoked]).toEqual([[], []])
  expect(await readHeadline(app)).toBe('2 accounts')

  await press(again, BUTTONS.signOutEverywhere)
  await expect(again.getByRole('heading', { level: 1 })).toHaveText(SIGN_OUT.heading)
  await press(again, BUTTONS.signOutEverywhere)
  await untilHeadline(app, 'Not signed in')
  await expect(again.getByText(SIGN_OUT.done)).toBeVisible()
  expect([provider.revoked.length, personal.revoked.length]).toEqual([1, 1])
  expect(listSessionFiles(app.dataDir)).toEqual([])
})

test('Sign out everywhere says whose session its provider did not end', async ({
  start,
  add,
  provider,
  personal,
}) => {
  const app = await start()
  await add(app, [MENU.signInAt('work')], 'Alice Adams', 'Signed in as Alice Adams')
  await add(app, [MENU.signInAt('personal')], "Zoë O'Ünal", '2 accounts')
  await personal.close()
  const window = await app.window()
  await press(window, BUTTONS.signOutEverywhere)
  await expect(window.getByRole('heading', { level: 1 })).toHaveText(SIGN_OUT.heading)
  await press(window, BUTTONS.signOutEverywhere)
  await expect(window.getByRole('heading', { level: 1 })).toHaveText(SIGN_OUT.partHeading)
  await expect(window.locator('#sign-out-lines li')).toHaveText([
    new RegExp(`^Zoë O'Ünal at ${personal.issuer}`),
  ])
  expect(provider.revoked).toHaveLength(1)
  expect(listSessionFiles(app.dataDir)).toEqual([])
  await press(window, BUTTONS.done)
  await untilHeadline(app, 'Not signed in')
})
