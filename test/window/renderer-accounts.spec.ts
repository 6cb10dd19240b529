// Several accounts in the window: the list, one account, adding and signing out, in a real Chromium.

import type { Page } from '@playwright/test'
import type { WindowStatus } from '../../main/ipc.js'
import {
  ACCOUNTS,
  ADD,
  BUTTONS,
  NEWS,
  PERSON,
  SIGN_OUT,
  STATE_WORDS,
} from '../../renderer/words.js'
import { STATES } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'
import type { Fake } from '../support/window.js'

const THREE = STATES.accounts
const [ALICE, BOB, ZOE] = THREE.accounts
const ASKING = { ...THREE, asksSignOut: true }

const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const rowOf = (page: Page, name: string) =>
  page.getByRole('button', { name: new RegExp(`^${name} `) })
const asked = ({ calls }: Fake): unknown[] => calls.filter(([name]) => !name.startsWith('read'))
const without = (id: string): WindowStatus => ({
  ...THREE,
  accounts: THREE.accounts.filter((account) => account.id !== id),
})

test('each account is a button that reads its name, address, provider, state and mark', async ({
  open,
}) => {
  const { page, complaints } = await open(THREE)
  await expect(heading(page)).toHaveText(ACCOUNTS.heading(3))
  const { states } = ACCOUNTS
  for (const label of [
    `Alice Adams alice@example.com work ${states['signed-in']} ${ACCOUNTS.default}`,
    `Bob Brown personal ${states['signed-in']}`,
    `Zoë O'Ünal zoe@example.com work ${states['needs-sign-in']}`,
  ]) {
    await expect(button(page, label)).toBeVisible()
  }
  expect(await complaints()).toEqual([])
})

test('an account opens by keyboard, and Escape returns to its row', async ({ open }) => {
  const { page } = await open(THREE)
  await rowOf(page, 'Bob Brown').focus()
  await page.keyboard.press('Enter')
  await expect(heading(page)).toHaveText(STATE_WORDS['signed-in'].heading)
  await expect(heading(page)).toBeFocused()
  await expect(page.locator('#account .facts')).toContainText('accounts.example.org')
  await page.keyboard.press('Escape')
  await expect(rowOf(page, 'Bob Brown')).toBeFocused()
})

test('the commands of an account name it, and signing in again leads to the wait', async ({
  open,
}) => {
  const { page, fake } = await open(THREE)
  await rowOf(page, "Zoë O'Ünal").click()
  await button(page, BUTTONS.makeDefault).click()
  await button(page, BUTTONS.signOut).click()
  await button(page, BUTTONS.signInAgain).click()
  await expect(heading(page)).toHaveText(ACCOUNTS.heading(3))
  const { id } = ZOE!
  expect(await fake(asked)).toEqual([
    ['makeDefault', id],
    ['signOutAccount', id],
    ['signInAccount', id],
  ])
})

test('an open account changes with its state, and is left when it is gone', async ({ open }) => {
  const { page, tell } = await open(THREE)
  await rowOf(page, 'Bob Brown').click()
  const accounts = THREE.accounts.map((account) =>
    account.id === BOB!.id ? { ...account, isDefault: true } : { ...account, isDefault: false },
  )
  await tell({ ...THREE, accounts })
  await expect(page.locator('#account .facts')).toContainText(ACCOUNTS.defaultDetail)
  await expect(button(page, BUTTONS.makeDefault)).toBeHidden()
  await tell(without(BOB!.id))
  await expect(heading(page)).toHaveText(ACCOUNTS.heading(2))
  await expect(heading(page)).toBeFocused()
})

test('a default that could not be stored is reported', async ({ open }) => {
  const { page, fake } = await open(THREE)
  const message = 'The disk is full.'
  await fake(
    (main) => void (main.madeDefault = { kind: 'not-stored', message: 'The disk is full.' }),
  )
  await rowOf(page, 'Bob Brown').click()
  await button(page, BUTTONS.makeDefault).click()
  await expect(page.locator('#account [role=alert]')).toHaveText(message)
})

test('rows that stay keep the focus while others come and go', async ({ open }) => {
  const { page, tell } = await open(THREE)
  await rowOf(page, "Zoë O'Ünal").focus()
  await tell(without(ALICE!.id))
  await expect(rowOf(page, "Zoë O'Ünal")).toBeFocused()
  await expect(page.locator('#accounts li')).toHaveCount(2)
})

test('an account is added at a provider that the person chooses', async ({ open }) => {
  const { page, fake } = await open(THREE)
  await button(page, BUTTONS.addAccount).click()
  await expect(heading(page)).toHaveText(ADD.heading)
  await button(page, BUTTONS.signInAt('personal')).click()
  await expect(heading(page)).toHaveText(ACCOUNTS.heading(3))
  expect(await fake(asked)).toEqual([['signInProvider', 'personal']])
})

test('Sign out everywhere asks the main process, which asks the person with the names', async ({
  open,
}) => {
  const { page, fake, tell, complaints } = await open(THREE)
  await button(page, BUTTONS.signOutEverywhere).click()
  await expect.poll(() => fake(asked)).toEqual([['runCommand', 'ask-sign-out']])
  await tell(ASKING)
  await expect(heading(page)).toHaveText(SIGN_OUT.heading)
  await expect(heading(page)).toBeFocused()
  await expect(page.getByRole('listitem')).toHaveText([
    SIGN_OUT.line('Alice Adams (alice@example.com)', 'work'),
    SIGN_OUT.line('Bob Brown', 'personal'),
    SIGN_OUT.line("Zoë O'Ünal (zoe@example.com)", 'work'),
  ])
  await expect(button(page, BUTTONS.signOutEverywhere)).toHaveAccessibleDescription(
    new RegExp(`Bob Brown.*${SIGN_OUT.end}`),
  )
  expect(await complaints()).toEqual([])
})

for (const [how, leave] of [
  ['Cancel', (page: Page) => button(page, BUTTONS.cancel).click()],
  ['Back', (page: Page) => button(page, BUTTONS.back).click()],
  ['Escape', (page: Page) => page.keyboard.press('Escape')],
] as const) {
  test(`${how} withdraws the question, and signs nobody out`, async ({ open }) => {
    const { page, fake, tell } = await open(ASKING)
    await expect(heading(page)).toHaveText(SIGN_OUT.heading)
    await leave(page)
    await expect(heading(page)).toHaveText(ACCOUNTS.heading(3))
    // A status that was pushed before the main process knew.
    await tell(ASKING)
    await expect(heading(page)).toHaveText(ACCOUNTS.heading(3))
    expect(await fake(asked)).toEqual([['runCommand', 'stay-signed-in']])
    await tell(THREE)
    await tell(ASKING)
    await expect(heading(page)).toHaveText(SIGN_OUT.heading)
  })
}

test('a question that the main process withdraws is left', async ({ open }) => {
  const { page, fake, tell } = await open(ASKING)
  await tell(THREE)
  await expect(heading(page)).toHaveText(ACCOUNTS.heading(3))
  expect(await fake(asked)).toEqual([])
})

test('a question is withdrawn if the last account was signed out elsewhere', async ({ open }) => {
  const { page, fake, tell } = await open(ASKING)
  await tell({ ...STATES['signed-out'], asksSignOut: true })
  await expect(heading(page)).toHaveText(STATE_WORDS['signed-out'].heading)
  expect(await fake(asked)).toEqual([['runCommand', 'stay-signed-in']])
})

test('after signing out everywhere, the window says so', async ({ open }) => {
  const { page, fake } = await open(ASKING)
  await button(page, BUTTONS.signOutEverywhere).click()
  await expect(page.getByText(SIGN_OUT.done)).toBeVisible()
  await expect(heading(page)).toHaveText(ACCOUNTS.heading(3))
  expect(await fake(asked)).toEqual([['signOutEverywhere', false]])
})

test('sessions that a provider did not end are listed until the person has read them', async ({
  open,
}) => {
  const notRevoked = [
    'Bob Brown at https://accounts.example.org is signed out here, but not there.',
  ]
  const { page, fake, tell } = await open({ status: ASKING, notRevoked })
  await button(page, BUTTONS.signOutEverywhere).click()
  await expect(page.getByRole('listitem')).toHaveText(notRevoked)
  await expect(heading(page)).toHaveText(SIGN_OUT.partHeading)
  await expect(heading(page)).toBeFocused()
  await tell({ ...STATES['signed-out'], providers: THREE.providers })
  await expect(page.getByRole('listitem')).toHaveText(notRevoked)
  await button(page, BUTTONS.done).click()
  await expect(heading(page)).toHaveText(STATE_WORDS['signed-out'].heading)
  expect((await fake(({ announcements }) => announcements)).join()).toContain(notRevoked[0])
})

test('a sign-out everywhere that fails is reported, and can be tried again', async ({ open }) => {
  const { page, fake } = await open(ASKING)
  await fake((main) => void main.held.push('signOutEverywhere'))
  await button(page, BUTTONS.signOutEverywhere).click()
  await fake((main) => main.answer('failed'))
  await expect(page.locator('#sign-out [role=alert]')).toHaveText(NEWS.didNotWork)
  await expect(button(page, BUTTONS.signOutEverywhere)).toBeEnabled()
})

test('the question about another person is announced, and counts down', async ({ open }) => {
  const { page, fake, tell } = await open(STATES.exchanging)
  await tell(STATES['other-person'])
  await expect(heading(page)).toHaveText(PERSON.heading)
  await expect(page.locator('#facts')).toContainText('0:59')
  await page.clock.runFor(2000)
  await expect(page.locator('#facts')).toContainText('0:57')
  expect((await fake(({ announcements }) => announcements)).at(-1)).toContain('Bob Brown')
  await button(page, PERSON.keep).click()
  await button(page, PERSON.discard).click()
  expect(await fake(asked)).toEqual([
    ['decidePerson', 'question', true],
    ['decidePerson', 'question', false],
  ])
})

test('50 accounts can be reached by scrolling and by keyboard', async ({ open }) => {
  const accounts = Array.from({ length: 50 }, (_, index) => ({
    ...BOB!,
    id: `account${index}`,
    name: `Person ${index}`,
  }))
  const { page } = await open({ ...THREE, accounts })
  await rowOf(page, 'Person 48').focus()
  await page.keyboard.press('Tab')
  await expect(rowOf(page, 'Person 49')).toBeFocused()
  await expect(rowOf(page, 'Person 49')).toBeInViewport()
})
