// The question before Latchkey's data is removed, in a real Chromium.

import { NEWS, REMOVAL, SETTINGS } from '../../renderer/words.js'
import type { Page } from '@playwright/test'
import { STATES } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'
import type { Fake } from '../support/window.js'

const PLAN = {
  lines: [
    'The session of Alice Adams is ended at https://login.example.com. Every app that uses it is signed out.',
    "Latchkey's files in /home/alice/.config/latchkey are deleted.",
  ],
}
const ANSWERS = { status: STATES['signed-in'], plan: PLAN }
const NOT_REVOKED = 'The session of Alice Adams was not revoked: the provider answered 503.'

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const asked = ({ calls }: Fake): unknown[] =>
  calls.filter(([name]) => ['revokeSession', 'removeData', 'signOutEverywhere'].includes(name))

async function openQuestion(page: Page): Promise<void> {
  await button(page, 'Settings').click()
  await button(page, SETTINGS.removeData).click()
  await expect(page.getByRole('heading')).toHaveText("Remove Latchkey's data?")
  await expect(page.getByRole('listitem')).toHaveText(PLAN.lines)
}

test('the question lists the data to remove, and removes nothing by itself', async ({ open }) => {
  const { page, fake, complaints } = await open(ANSWERS)
  await openQuestion(page)
  await expect(page.getByRole('heading')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  await expect(button(page, REMOVAL.remove)).toBeFocused()
  await expect(button(page, REMOVAL.remove)).toHaveAccessibleDescription(
    /Every app that uses it is signed out.*Then Latchkey quits. This can't be undone/,
  )
  expect(await fake(asked)).toEqual([])
  expect(await complaints()).toEqual([])
})

test('the session is ended at the provider before the data is removed', async ({ open }) => {
  const { page, fake } = await open(ANSWERS)
  await openQuestion(page)
  await button(page, REMOVAL.remove).click()
  await expect.poll(() => fake(asked)).toEqual([['revokeSession'], ['removeData']])
})

for (const [how, leave] of [
  ['Cancel', (page: Page) => button(page, 'Cancel').click()],
  ['Back', (page: Page) => button(page, 'Back').click()],
  ['Escape', (page: Page) => page.keyboard.press('Escape')],
] as const) {
  test(`${how} changes nothing and restores the focus`, async ({ open }) => {
    const { page, fake } = await open(ANSWERS)
    await openQuestion(page)
    await leave(page)
    await expect(button(page, SETTINGS.removeData)).toBeFocused()
    expect(await fake(asked)).toEqual([])
  })

  test(`${how} during the provider’s sign-out removes no data, and signs out here too`, async ({
    open,
  }) => {
    const { page, fake } = await open(ANSWERS)
    await openQuestion(page)
    await fake(({ held }) => held.push('revokeSession'))
    await button(page, REMOVAL.remove).click()
    await expect(page.getByText(REMOVAL.signingOut)).toBeVisible()
    await leave(page)
    await fake((fake) => fake.answer('done'))
    await expect.poll(() => fake(asked)).toEqual([['revokeSession'], ['signOutEverywhere', false]])
  })
}

test('a click confirms only the question that is open at that moment', async ({ open }) => {
  const { page, fake } = await open(ANSWERS)
  await openQuestion(page)
  await fake(({ held }) => held.push('revokeSession'))
  await button(page, REMOVAL.remove).click()
  await page.keyboard.press('Escape')
  await button(page, SETTINGS.removeData).click()
  await expect(page.getByRole('listitem')).toHaveText(PLAN.lines)
  await fake((fake) => fake.answer('done'))
  await expect.poll(() => fake(asked)).toEqual([['revokeSession'], ['signOutEverywhere', false]])
})

test('a failed revocation is shown, and the user decides', async ({ open }) => {
  const { page, fake } = await open({
    ...ANSWERS,
    revocation: { kind: 'not-revoked', message: NOT_REVOKED },
  })
  await openQuestion(page)
  await expect(button(page, REMOVAL.anyway)).toBeHidden()
  await button(page, REMOVAL.remove).press('Enter')
  await expect(page.getByRole('alert').filter({ visible: true })).toHaveText(
    REMOVAL.nothingYet(NOT_REVOKED),
  )
  // Pressing Enter again without reading tries again, and removes nothing.
  await expect(button(page, 'Try again')).toBeFocused()
  await page.clock.runFor(1000)
  await page.keyboard.press('Enter')
  await expect.poll(() => fake(asked)).toEqual([['revokeSession'], ['revokeSession']])
  await page.clock.runFor(1000)
  await button(page, REMOVAL.anyway).click()
  await expect
    .poll(() => fake(asked))
    .toEqual([['revokeSession'], ['revokeSession'], ['removeData']])
})

test('the question starts over when it is opened again', async ({ open }) => {
  const { page } = await open({
    ...ANSWERS,
    revocation: { kind: 'not-revoked', message: NOT_REVOKED },
  })
  await openQuestion(page)
  await button(page, REMOVAL.remove).click()
  await expect(button(page, REMOVAL.anyway)).toBeVisible()
  await page.keyboard.press('Escape')
  await button(page, SETTINGS.removeData).click()
  await expect(button(page, REMOVAL.remove)).toBeVisible()
  await expect(button(page, REMOVAL.anyway)).toBeHidden()
})

test('nothing can be confirmed before the question is complete', async ({ open }) => {
  const { page, fake } = await open(STATES['signed-in'])
  await button(page, 'Settings').click()
  await button(page, SETTINGS.removeData).click()
  await expect(page.getByRole('alert').filter({ visible: true })).toContainText(
    NEWS.settingsUnreadable,
  )
  await expect(button(page, REMOVAL.remove)).toBeHidden()
  expect(await fake(asked)).toEqual([])
})
