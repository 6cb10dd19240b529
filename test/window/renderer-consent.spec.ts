// The question about an app, the list of apps, and keys in the window, in a real Chromium.

import type { Page } from '@playwright/test'
import { CALM_MS } from '../../renderer/view.js'
import { APPS, BUTTONS, CONSENT, KEY, SIGN_OUT, STATE_WORDS } from '../../renderer/words.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import type { WindowStatus } from '../../main/ipc.js'
import { QUESTIONS, STATES } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'
import type { Fake } from '../support/window.js'

const SIGNED_IN = STATES['signed-in']
const ASKING = QUESTIONS['app-asks']
const TOOL = QUESTIONS['tool-asks']
const HAS_APPS = STATES['has-apps']
const { answers } = CONSENT_WORDS

const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const asked = ({ calls }: Fake): unknown[] => calls.filter(([name]) => !name.startsWith('read'))
const announced = ({ announcements }: Fake): string[] => announcements
const titleOf = ({ consentQuestion }: WindowStatus): string => consentQuestion!.title
/** Presses a button wherever it is, as a mouse or a key would, even one that takes no press yet. */
const press = (page: Page, name: string): Promise<void> =>
  button(page, name).evaluate((target) => (target as HTMLButtonElement).click())
const calm = (page: Page): Promise<void> => page.clock.runFor(CALM_MS + 1)

test('a question takes the place of the home view, with everything about the app', async ({
  open,
}) => {
  const { page, tell, complaints } = await open(SIGNED_IN)
  await expect(heading(page)).toHaveText(STATE_WORDS['signed-in'].heading)
  await tell(ASKING)
  await expect(heading(page)).toHaveText(titleOf(ASKING))
  await expect(heading(page)).toBeFocused()
  const { facts, certainty } = ASKING.consentQuestion!
  for (const { label, value } of facts) {
    const row = page.locator('#consent dl > div', { hasText: label })
    await expect(row.first()).toContainText(value)
  }
  await expect(page.locator('#consent')).toContainText(certainty)
  await expect(page.locator('#consent')).toContainText('0:59')
  await page.clock.runFor(2000)
  await expect(page.locator('#consent')).toContainText('0:57')
  expect(await complaints()).toEqual([])
})

test('an uncertain app shows each doubt, and has no button that lasts', async ({ open }) => {
  const { page } = await open(QUESTIONS['uncertain-app-asks'])
  const { doubts, certainty, onlyOnce } = QUESTIONS['uncertain-app-asks'].consentQuestion!
  await expect(page.locator('#consent .banner')).toContainText(certainty)
  await expect(page.locator('#consent .banner li')).toHaveText([...doubts])
  await expect(page.locator('#consent .hint')).toHaveText(onlyOnce!)
  await expect(page.locator('#consent .actions button')).toHaveText([answers.once, answers.denied])
})

for (const answer of ['once', 'always', 'denied'] as const) {
  test(`the answer ${answer} names the question, and is confirmed`, async ({ open }) => {
    const { page, fake, tell } = await open(ASKING)
    await calm(page)
    await button(page, answers[answer]).click()
    await expect.poll(() => fake(asked)).toEqual([['answerConsent', 'question1', answer]])
    await tell(SIGNED_IN)
    await expect(heading(page)).toHaveText(STATE_WORDS['signed-in'].heading)
    await expect(heading(page)).toBeFocused()
    expect(await fake(announced)).toContain(`It is ${answer}.`)
  })
}

test('a press in the first moment answers nothing', async ({ open }) => {
  const { page, fake, tell } = await open(SIGNED_IN)
  await tell(ASKING)
  for (const answer of Object.values(answers)) await press(page, answer)
  await page.clock.runFor(CALM_MS - 1)
  for (const answer of Object.values(answers)) await press(page, answer)
  expect(await fake(asked)).toEqual([])
  await page.clock.runFor(1)
  await press(page, answers.denied)
  expect(await fake(asked)).toEqual([['answerConsent', 'question1', 'denied']])
})

test('a press in the first moment of the next question answers nothing, and has another ID', async ({
  open,
}) => {
  const { page, fake, tell } = await open(ASKING)
  await calm(page)
  await button(page, answers.once).focus()
  await page.keyboard.press('Enter')
  await tell(TOOL)
  await expect(heading(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await press(page, answers.once)
  // The rest of the pressed button is over before that of the new question.
  await page.clock.runFor(600)
  await press(page, answers.once)
  expect(await fake(asked)).toEqual([['answerConsent', 'question1', 'once']])
  await calm(page)
  await press(page, answers.once)
  expect((await fake(asked)).at(-1)).toEqual(['answerConsent', 'question3', 'once'])
})

test('a click that brings the window to the front answers nothing', async ({ open }) => {
  const { page, fake } = await open(ASKING)
  await calm(page)
  await page.evaluate(() => dispatchEvent(new Event('focus')))
  await press(page, answers.always)
  expect(await fake(asked)).toEqual([])
  await calm(page)
  await press(page, answers.always)
  expect(await fake(asked)).toHaveLength(1)
})

test('Enter answers only after the keyboard has moved to a button', async ({ open }) => {
  const { page, fake, tell } = await open(SIGNED_IN)
  await button(page, BUTTONS.signOut).focus()
  await tell(ASKING)
  await calm(page)
  await page.keyboard.press('Enter')
  expect(await fake(asked)).toEqual([])
  await page.keyboard.press('Tab')
  await expect(button(page, answers.once)).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(button(page, answers.denied)).toBeFocused()
  await page.keyboard.press('Enter')
  expect(await fake(asked)).toEqual([['answerConsent', 'question1', 'denied']])
})

test('beside a form a question is a banner, which leads to it and back to what was typed', async ({
  open,
}) => {
  const { page, fake, tell } = await open(HAS_APPS)
  await button(page, BUTTONS.apps).click()
  await button(page, APPS.createKey).click()
  const name = page.getByLabel(KEY.fields.name[0], { exact: true })
  await name.fill('half a na')
  await tell(ASKING)
  await expect(name).toBeFocused()
  expect(await fake(announced)).toContain(`${titleOf(ASKING)}.`)
  const banner = page.locator('#consent-banner')
  await expect(banner).toContainText(titleOf(ASKING))
  await expect(banner).toContainText(CONSENT.left('0:59'))
  await button(page, CONSENT.answer).click()
  await expect(heading(page)).toHaveText(titleOf(ASKING))
  await expect(heading(page)).toBeFocused()
  await expect(banner).toBeHidden()
  await press(page, answers.once)
  expect(await fake(asked)).toEqual([['runCommand', 'apps-opened']])
  await page.keyboard.press('Escape')
  await expect(name).toHaveValue('half a na')
  await button(page, CONSENT.answer).click()
  await calm(page)
  await button(page, answers.once).click()
  await tell(HAS_APPS)
  await expect(heading(page)).toHaveText(KEY.heading)
  await expect(name).toHaveValue('half a na')
})

test('a question waits in a banner while an address is typed at home', async ({ open }) => {
  const { page, tell } = await open(STATES.waiting)
  await page.locator('#help summary').click()
  const pasted = page.locator('#pasted')
  await pasted.fill('http://127.0.0.1/?co')
  await tell({ ...STATES.waiting, consentQuestion: ASKING.consentQuestion })
  await expect(pasted).toBeFocused()
  await button(page, CONSENT.answer).click()
  await expect(heading(page)).toHaveText(titleOf(ASKING))
  await page.keyboard.press('Escape')
  await expect(pasted).toHaveValue('http://127.0.0.1/?co')
})

test('a question that ends leaves the view', async ({ open }) => {
  const { page, tell } = await open(ASKING)
  await expect(heading(page)).toHaveText(titleOf(ASKING))
  await tell(SIGNED_IN)
  await expect(heading(page)).toHaveText(STATE_WORDS['signed-in'].heading)
})

test('the list says what each app may have, and when', async ({ open }) => {
  const { page, complaints } = await open(HAS_APPS)
  await button(page, BUTTONS.apps).click()
  await expect(heading(page)).toBeFocused()
  await expect(page.locator('#app-rows h2')).toHaveText([
    `mail-sync${APPS.kinds.program}`,
    `calendar${APPS.kinds.program}`,
    `nightly backup${APPS.kinds.key}`,
    `curl${APPS.kinds.denied}`,
  ])
  const rows = page.locator('#app-rows > li')
  await expect(rows.nth(0)).toContainText('/home/alice/mail-sync/main.js')
  await expect(rows.nth(0)).toContainText(APPS.changedAt('').trim())
  await expect(rows.nth(1)).toContainText(APPS.never)
  await expect(rows.nth(1)).not.toContainText(APPS.changedAt('').trim())
  await expect(rows.nth(2)).toContainText('openid files:read')
  await expect(rows.nth(3)).toContainText('In 6 minutes')
  await expect(page.locator('#apps-empty')).toBeHidden()
  expect(await complaints()).toEqual([])
})

test('the list is empty at first, and opens from Settings too', async ({ open }) => {
  const { page } = await open(SIGNED_IN)
  await button(page, BUTTONS.settings).click()
  await button(page, BUTTONS.apps).click()
  await expect(page.locator('#apps-empty')).toHaveText(APPS.empty)
  await expect(page.locator('#apps-intro')).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(button(page, BUTTONS.apps)).toBeFocused()
})

test('an app is forgotten by keyboard, and the focus goes to the next one', async ({ open }) => {
  const { page, fake, tell } = await open(HAS_APPS)
  await button(page, BUTTONS.apps).click()
  const without = (...ids: string[]): WindowStatus => ({
    ...HAS_APPS,
    apps: HAS_APPS.apps.filter(({ id }) => !ids.includes(id)),
  })
  await button(page, APPS.forgetNamed('calendar')).focus()
  await page.keyboard.press('Enter')
  await expect
    .poll(() => fake(asked))
    .toEqual([
      ['runCommand', 'apps-opened'],
      ['forgetApp', 'grant567'],
    ])
  await tell(without('grant567'))
  await expect(button(page, APPS.forgetNamed('nightly backup'))).toBeFocused()
  expect(await fake(announced)).toContain(APPS.forgotten('calendar'))
  await tell(without('grant567', 'key23456', 'denied23'))
  await expect(button(page, APPS.forgetNamed('mail-sync'))).toBeFocused()
  await tell({ ...HAS_APPS, apps: [] })
  await expect(heading(page)).toBeFocused()
})

test('an app that may come back is reported', async ({ open }) => {
  const { page, fake } = await open(HAS_APPS)
  const message = 'The disk is full.'
  await fake((main) => void (main.forgotten = { kind: 'not-stored', message: 'The disk is full.' }))
  await button(page, BUTTONS.apps).click()
  await button(page, APPS.forgetNamed('calendar')).click()
  await expect(page.locator('#apps [role=alert]')).toHaveText(message)
})

test('a key is created for an account, shown once, copied by the main process, and cleared', async ({
  open,
}) => {
  const { page, fake } = await open(STATES.accounts)
  await button(page, BUTTONS.apps).click()
  await button(page, APPS.createKey).click()
  await button(page, KEY.create).click()
  await expect(page.locator('#key-name-error')).toHaveText(KEY.missingName)
  await page.getByLabel(KEY.fields.name[0], { exact: true }).fill(' nightly ')
  await page.getByLabel(KEY.account).selectOption({ label: KEY.accountAt('Bob Brown', 'personal') })
  await page.getByLabel(KEY.fields.scope[0]).fill('openid')
  await page.clock.runFor(600)
  await button(page, KEY.create).click()
  const key = await fake((main) => (main.key.kind === 'created' ? main.key.key : ''))
  await expect(page.locator('#key-value')).toHaveText(key)
  await expect(heading(page)).toHaveText(KEY.madeHeading('nightly'))
  await expect(heading(page)).toBeFocused()
  await button(page, KEY.copy).click()
  await button(page, BUTTONS.done).click()
  await expect(page.locator('#key-value')).toHaveText('')
  expect(await page.content()).not.toContain(key)
  expect((await fake(announced)).join()).not.toContain(key)
  const { id } = STATES.accounts.accounts[1]!
  expect(await fake(asked)).toEqual([
    ['runCommand', 'apps-opened'],
    ['createKey', { name: 'nightly', accountId: id, scope: 'openid' }],
    ['runCommand', 'copy-key'],
    ['runCommand', 'clear-key'],
  ])
  await button(page, APPS.createKey).click()
  await expect(page.getByLabel(KEY.fields.name[0], { exact: true })).toHaveValue('')
})

test('a key that comes after the person has gone on is not shown', async ({ open }) => {
  const { page, fake } = await open(SIGNED_IN)
  await fake((main) => void main.held.push('createKey'))
  await button(page, BUTTONS.apps).click()
  await button(page, APPS.createKey).click()
  await page.getByLabel(KEY.fields.name[0], { exact: true }).fill('nightly')
  await button(page, KEY.create).click()
  await page.keyboard.press('Escape')
  await fake((main) => main.answer('done'))
  await expect.poll(() => fake(asked)).toContainEqual(['runCommand', 'clear-key'])
  expect(await page.locator('#key-value').textContent()).toBe('')
})

test('a key that was rejected leaves the form', async ({ open }) => {
  const { page, fake } = await open(SIGNED_IN)
  await fake((main) => void (main.key = { kind: 'rejected', message: 'The disk is full.' }))
  await button(page, BUTTONS.apps).click()
  await button(page, APPS.createKey).click()
  await page.getByLabel(KEY.fields.name[0], { exact: true }).fill('nightly')
  await button(page, KEY.create).click()
  await expect(page.locator('#key [role=alert]')).toHaveText('The disk is full.')
  await expect(page.getByLabel(KEY.fields.name[0], { exact: true })).toHaveValue('nightly')
})

test('an account with apps can be signed out together with them', async ({ open }) => {
  const { page, fake } = await open(HAS_APPS)
  await button(page, BUTTONS.signOutAndForget).click()
  await expect.poll(() => fake(asked)).toEqual([['signOutAndForget', HAS_APPS.accounts[0]!.id]])
})

test('an account without apps has no such button', async ({ open }) => {
  const { page } = await open(SIGNED_IN)
  await expect(button(page, BUTTONS.signOut)).toBeVisible()
  await expect(button(page, BUTTONS.signOutAndForget)).toBeHidden()
})

test('signing out everywhere forgets the apps only if the person says so', async ({ open }) => {
  const [alice, ...others] = STATES.accounts.accounts
  const accounts = [{ ...alice!, hasApps: true }, ...others]
  const { page, fake, tell } = await open({ ...STATES.accounts, asksSignOut: true })
  await expect(page.getByLabel(SIGN_OUT.forgetsApps)).toBeHidden()
  await tell({ ...STATES.accounts, accounts, asksSignOut: true })
  await page.getByLabel(SIGN_OUT.forgetsApps).check()
  await tell({ ...STATES.accounts, accounts, asksSignOut: true })
  await button(page, BUTTONS.signOutEverywhere).click()
  await expect.poll(() => fake(asked)).toEqual([['signOutEverywhere', true]])
})
