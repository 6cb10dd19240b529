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

/** All that the page shows or holds, but for what the test itself recorded. */
async function held(page: Page): Promise<string> {
  const values = await page
    .locator('input')
    .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))
  return [await page.content(), ...values, page.url()].join('\n')
}

test('a field takes the address while a sign-in waits, and at no other time', async ({ open }) => {
  const { page, tell } = await open(WAITING)
  await expect(field(page)).toBeHidden()
  await page.getByText(STATUS.helpQuestion).click()
  await expect(field(page)).toBeVisible()
  for (const state of ['answered', 'signed-in', 'failed', 'signed-out'] as const) {
    await tell(STATES[state])
    await expect(field(page)).toBeHidden()
  }
})

test('F19: it takes the address of what an app asks for beside a session too', async ({ open }) => {
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

test('a refusal is said at the field, aloud too, and nothing of the address stays', async ({
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
  // The next try takes it back.
  await field(page).fill('h')
  await expect(field(page)).not.toHaveAttribute('aria-invalid')
  await expect(page.locator('#pasted-error')).toBeHidden()
  expect(await complaints()).toEqual([])
})

test('an address that is taken is said to be, and nothing of it stays', async ({ open }) => {
  const { page, fake } = await open(TAKING)
  await paste(page)
  await expect(page.getByRole('status')).toHaveText(PASTED_MESSAGES.taken)
  await expect(page.getByRole('status')).toBeInViewport()
  await expect(field(page)).toHaveValue('')
  expect(await fake(announcements)).toEqual([PASTED_MESSAGES.taken])
  expect(await held(page)).not.toMatch(CANARY)
})

test('Enter in the field is the same as the button, once', async ({ open }) => {
  const { page, fake } = await open(TAKING)
  await page.getByText(STATUS.helpQuestion).click()
  await field(page).fill(ADDRESS)
  await field(page).press('Enter')
  await field(page).press('Enter')
  await expect(field(page)).toHaveValue('')
  expect(await fake(asked)).toEqual([['pasteAddress', ADDRESS]])
  expect(page.url()).not.toMatch(CANARY)
})

test('where the main process does not answer, that is said, and nothing stays', async ({
  open,
}) => {
  const { page } = await open(WAITING)
  await paste(page)
  await expect(page.getByRole('alert')).toContainText(NEWS.didNotWork)
  await expect(field(page)).toHaveValue('')
  expect(await held(page)).not.toMatch(CANARY)
})

test('what was typed and not sent is gone with the wait', async ({ open }) => {
  const { page, tell } = await open(WAITING)
  await page.getByText(STATUS.helpQuestion).click()
  await field(page).fill(ADDRESS)
  await tell(STATES['signed-out'])
  await tell(STATES.waiting)
  await expect(field(page)).toBeHidden()
  await expect(field(page)).toHaveValue('')
  expect(await held(page)).not.toMatch(CANARY)
})
