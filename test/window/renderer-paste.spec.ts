// The window's field for the address of the browser's last page, in a real Chromium.

import { NEWS, PASTE, STATUS } from '../../renderer/words.js'
import type { Page } from '@playwright/test'
import { PASTED_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { STATES } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'
import type { Answers, Fake } from '../support/window.js'

const ADDRESS = 'http://127.0.0.1:40123/callback?code=canary-code&state=canary-state'
const CANARY = /canary/

const WAITING: Answers = { status: STATES.waiting }
const REJECTING: Answers = {
  ...WAITING,
  pasted: { kind: 'rejected', message: PASTED_MESSAGES['other-sign-in'] },
}
const TAKING: Answers = { ...WAITING, pasted: { kind: 'taken', message: PASTED_MESSAGES.taken } }

const field = (page: Page) => page.getByLabel(PASTE.label)

async function paste(page: Page): Promise<void> {
  await page.getByText(STATUS.helpQuestion).click()
  await field(page).fill(ADDRESS)
  await page.getByRole('button', { name: 'Continue' }).click()
}

const asked = ({ calls }: Fake): unknown[] => calls.filter(([name]) => name === 'pasteAddress')
const announcements = (fake: Fake): string[] => fake.announcements

/** Everything that the page shows or holds, without the records of the test itself. */
async function held(page: Page): Promise<string> {
  const values = await page
    .locator('input')
    .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))
  return [await page.content(), ...values, page.url()].join('\n')
}

test('the field for the address is shown only while a sign-in waits', async ({ open }) => {
  const { page, tell } = await open(WAITING)
  await expect(field(page)).toBeHidden()
  await page.getByText(STATUS.helpQuestion).click()
  await expect(field(page)).toBeVisible()
  for (const state of ['answered', 'signed-in', 'failed', 'signed-out'] as const) {
    await tell(STATES[state])
    await expect(field(page)).toBeHidden()
  }
})

test('F19: the field also works for an app’s sign-in during a session', async ({ open }) => {
  const { page, fake, tell } = await open({ ...TAKING, status: STATES['signed-in'] })
  await expect(page.getByText(STATUS.helpQuestion)).toBeHidden()
  await tell(STATES.asking)
  await paste(page)
  await expect(page.getByRole('status')).toHaveText(PASTED_MESSAGES.taken)
  await expect(field(page)).toHaveValue('')
  expect(await fake(asked)).toEqual([['pasteAddress', ADDRESS]])
  expect(await held(page)).not.toMatch(CANARY)
  await tell(STATES['signed-in'])
  await expect(field(page)).toBeHidden()
})

test('a rejection is shown at the field and announced, and the address is not kept', async ({
  open,
}) => {
  const { page, fake, complaints } = await open(REJECTING)
  await paste(page)
  await expect(field(page)).toHaveAccessibleDescription(
    new RegExp(`^${PASTED_MESSAGES['other-sign-in']}`),
  )
  await expect(field(page)).toHaveAttribute('aria-invalid', 'true')
  await expect(field(page)).toHaveValue('')
  await expect(field(page)).toBeFocused()
  expect(await fake(asked)).toEqual([['pasteAddress', ADDRESS]])
  expect(await fake(announcements)).toEqual([PASTED_MESSAGES['other-sign-in']])
  expect(await held(page)).not.toMatch(CANARY)
  // The next attempt removes the message.
  await field(page).fill('h')
  await expect(field(page)).not.toHaveAttribute('aria-invalid')
  await expect(page.locator('#pasted-error')).toBeHidden()
  expect(await complaints()).toEqual([])
})

test('an accepted address is confirmed, and is not kept', async ({ open }) => {
  const { page, fake } = await open(TAKING)
  await paste(page)
  await expect(page.getByRole('status')).toHaveText(PASTED_MESSAGES.taken)
  await expect(page.getByRole('status')).toBeInViewport()
  await expect(field(page)).toHaveValue('')
  expect(await fake(announcements)).toEqual([PASTED_MESSAGES.taken])
  expect(await held(page)).not.toMatch(CANARY)
})

test('Enter in the field works like the button, and only once', async ({ open }) => {
  const { page, fake } = await open(TAKING)
  await page.getByText(STATUS.helpQuestion).click()
  await field(page).fill(ADDRESS)
  await field(page).press('Enter')
  await field(page).press('Enter')
  await expect(field(page)).toHaveValue('')
  expect(await fake(asked)).toEqual([['pasteAddress', ADDRESS]])
  expect(page.url()).not.toMatch(CANARY)
})

test('if the main process does not answer, a message says so, and the address is not kept', async ({
  open,
}) => {
  const { page } = await open(WAITING)
  await paste(page)
  await expect(page.getByRole('alert')).toContainText(NEWS.didNotWork)
  await expect(field(page)).toHaveValue('')
  expect(await held(page)).not.toMatch(CANARY)
})

test('an address that was typed but not sent is cleared when the sign-in ends', async ({
  open,
}) => {
  const { page, tell } = await open(WAITING)
  await page.getByText(STATUS.helpQuestion).click()
  await field(page).fill(ADDRESS)
  await tell(STATES['signed-out'])
  await tell(STATES.waiting)
  await expect(field(page)).toBeHidden()
  await expect(field(page)).toHaveValue('')
  expect(await held(page)).not.toMatch(CANARY)
})
