// The settings, the report, and navigation between the window's views, in a real Chromium.

import {
  BUTTONS,
  FACTS,
  NEWS,
  PROVIDER,
  REPORT as REPORT_WORDS,
  SETTINGS as SETTINGS_WORDS,
  STATE_WORDS,
} from '../../renderer/words.js'
import type { Page } from '@playwright/test'
import { REPORT } from '../support/window-report.js'
import { LOCKED, SETTINGS, STATES, UNSET } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'
import type { Fake } from '../support/window.js'

const SIGNED_IN = STATES['signed-in']

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const changes = ({ calls }: Fake): unknown[] =>
  calls.filter(([name]) => name === 'saveSettings' || name === 'setStartAtLogin')

async function openSettings(page: Page): Promise<void> {
  await button(page, 'Settings').click()
  await expect(page.getByRole('heading')).toHaveText('Settings')
}

for (const [label, before, call] of [
  ['Start Latchkey when you log in', true, ['setStartAtLogin', false]],
  [SETTINGS_WORDS.choices.notifications[0], true, ['saveSettings', { notifications: false }]],
  ['Sign out at the provider too', false, ['saveSettings', { endSession: true }]],
  ['Store the session without a keyring', false, ['saveSettings', { keepWithoutKeyring: true }]],
  [SETTINGS_WORDS.choices.asksForConsent[0], true, ['saveSettings', { asksForConsent: false }]],
  [SETTINGS_WORDS.choices.pauseWhenLocked[0], false, ['saveSettings', { pauseWhenLocked: true }]],
] as const) {
  test(`${label}: a click changes the setting, and this is announced`, async ({ open }) => {
    const { page, fake, complaints } = await open(SIGNED_IN)
    await openSettings(page)
    const box = page.getByRole('checkbox', { name: label })
    await expect(box).toBeChecked({ checked: before })
    await box.click()
    await expect(page.getByRole('status').filter({ hasText: NEWS.saved })).toBeVisible()
    await expect(box).toBeChecked({ checked: !before })
    await expect(box).toBeFocused()
    expect(await fake(changes)).toEqual([call])
    expect(await fake(({ announcements }) => announcements)).toEqual([NEWS.saved])
    await page.clock.runFor(6000)
    await expect(page.getByText(NEWS.saved)).toBeHidden()
    expect(await complaints()).toEqual([])
  })

  test(`${label}: a rejection is shown there, and the checkbox keeps its value`, async ({
    open,
  }) => {
    const message = "settings.json can't be written (EROFS)."
    const { page, fake } = await open({
      status: SIGNED_IN,
      outcomes: [{ kind: 'rejected', field: null, message }],
    })
    await openSettings(page)
    const box = page.getByRole('checkbox', { name: label })
    await box.click()
    await expect(box).toHaveAccessibleDescription(/^settings\.json can't be written/)
    await expect(page.getByRole('main').getByText(message)).toBeVisible()
    await expect(box).toBeChecked({ checked: before })
    await expect(box).toHaveAttribute('aria-invalid', 'true')
    expect(await fake(({ announcements }) => announcements)).toEqual([message])
    await box.click()
    await expect(page.getByRole('main').getByText(message)).toBeHidden()
    await expect(box).toBeChecked({ checked: !before })
  })
}

test('a second click is ignored until the first is answered', async ({ open }) => {
  const { page, fake } = await open(SIGNED_IN)
  await openSettings(page)
  await fake(({ held }) => held.push('saveSettings'))
  const box = page.getByRole('checkbox', { name: SETTINGS_WORDS.choices.notifications[0] })
  await box.click()
  await box.click({ force: true })
  expect(await fake(changes)).toHaveLength(1)
  await fake((fake) => fake.answer('done'))
  await expect(box).not.toBeChecked()
  await expect(box).toBeEnabled()
})

test('a failed change is reported and undone', async ({ open }) => {
  const { page, fake } = await open(SIGNED_IN)
  await openSettings(page)
  await fake(({ held }) => held.push('saveSettings'))
  const box = page.getByRole('checkbox', { name: SETTINGS_WORDS.choices.notifications[0] })
  await box.click()
  await fake((fake) => fake.answer('failed'))
  await expect(page.getByText(NEWS.didNotWork).first()).toBeVisible()
  await expect(box).toBeChecked()
})

test('a setting fixed by a flag or variable is shown as locked, names it, and can have the focus', async ({
  open,
}) => {
  const { page, fake } = await open({ status: SIGNED_IN, settings: LOCKED })
  await openSettings(page)
  for (const [label, checked, words] of [
    [SETTINGS_WORDS.choices.notifications[0], false, SETTINGS_WORDS.lockedBy('--no-notifications')],
    ['Store the session', true, 'Set by LATCHKEY_KEEP_WITHOUT_KEYRING'],
    ['Start Latchkey', false, 'The AppImage that Latchkey runs from is gone.'],
  ] as const) {
    const box = page.getByRole('checkbox', { name: label })
    await expect(box).toHaveAttribute('aria-disabled', 'true')
    await expect(box).toHaveAccessibleDescription(new RegExp(words))
    await box.focus()
    await expect(box).toBeFocused()
    await page.keyboard.press('Space')
    await expect(box).toBeChecked({ checked })
  }
  expect(await fake(changes)).toEqual([])
  await expect(page.getByRole('checkbox', { name: 'Sign out at' })).toBeEnabled()
})

test('the reason why Latchkey can’t start at login is shown once, even if a rejection repeats it', async ({
  open,
}) => {
  const message = 'Your desktop does not let Latchkey start by itself.'
  const startAtLogin = { on: false, changeable: true, message }
  const { page } = await open({
    status: SIGNED_IN,
    settings: { ...SETTINGS, startAtLogin },
    outcomes: [{ kind: 'rejected', field: null, message }],
  })
  await openSettings(page)
  const box = page.getByRole('checkbox', { name: 'Start Latchkey' })
  await expect(box).toHaveAccessibleDescription(message)
  await box.click()
  await expect(box).toHaveAttribute('aria-invalid', 'true')
  await expect(box).not.toBeChecked()
  await expect(box).toHaveAccessibleDescription(message)
  await expect(page.getByRole('main').getByText(message).filter({ visible: true })).toHaveCount(1)
})

test('F28: keeping the session without a keyring is explained, with where it is stored now', async ({
  open,
}) => {
  const { page, tell } = await open(SIGNED_IN)
  await openSettings(page)
  const box = page.getByRole('checkbox', { name: 'Store the session without a keyring' })
  await expect(box).toHaveAccessibleDescription(/Any program that runs as you could read/)
  await expect(box).toHaveAccessibleDescription(/Currently stored in: System keyring\.$/)
  await tell(STATES['kept-without-keyring'])
  await expect(box).toHaveAccessibleDescription(/Currently stored in: File, without a keyring/)
})

test('S35: the message about a session in memory links to the setting', async ({ open }) => {
  const { page } = await open(STATES['kept-in-memory'])
  await button(page, BUTTONS.keepWithoutKeyring).click()
  await expect(page.getByRole('heading')).toHaveText('Settings')
  await expect(page.getByRole('checkbox', { name: 'Store the session' })).toBeFocused()
  await expect(page.getByRole('checkbox', { name: 'Store the session' })).toBeInViewport()
  await page.keyboard.press('Escape')
  await expect(button(page, BUTTONS.keepWithoutKeyring)).toBeFocused()
})

test('the provider’s settings and the settings file are shown', async ({ open }) => {
  const { page } = await open(SIGNED_IN)
  await openSettings(page)
  const main = page.getByRole('main')
  await expect(main).toContainText('https://login.example.com/tenant/')
  await expect(main).toContainText('latchkey-desktop')
  await expect(main).toContainText(FACTS.anyPort)
  await expect(main).toContainText(SETTINGS.file)

  const unset = await open({ status: STATES['no-provider'], settings: UNSET })
  await openSettings(unset.page)
  await expect(unset.page.locator('#provider-facts')).toContainText('None yet')

  const demo = await open({ status: { ...STATES['signed-out'], demo: true }, settings: UNSET })
  await openSettings(demo.page)
  await expect(demo.page.locator('#provider-facts')).toHaveText(FACTS.provider + FACTS.demoProvider)
})

test('unreadable settings are reported', async ({ open }) => {
  const { page, complaints } = await open({ status: SIGNED_IN, settings: null })
  await openSettings(page)
  await expect(page.getByRole('alert')).toHaveText(NEWS.settingsUnreadable)
  expect(await complaints()).toEqual([])
})

test('the settings are read again each time they are opened', async ({ open }) => {
  const { page, fake } = await open(SIGNED_IN)
  const reads = (): Promise<number> =>
    fake(({ calls }) => calls.filter(([name]) => name === 'readSettings').length)
  await openSettings(page)
  await expect.poll(reads).toBe(1)
  await page.keyboard.press('Escape')
  await openSettings(page)
  await expect.poll(reads).toBe(2)
})

test('the report is created when it is opened, says that it contains no secrets, and can be copied', async ({
  open,
}) => {
  const { page, fake, complaints } = await open({ status: SIGNED_IN, report: REPORT })
  await fake(({ held }) => held.push('createReport'))
  await openSettings(page)
  await button(page, BUTTONS.createReport).click()
  await expect(page.getByRole('heading')).toHaveText(REPORT_WORDS.heading)
  await expect(page.getByRole('heading')).toBeFocused()
  const text = page.getByRole('region', { name: 'The report' })
  await expect(text).toHaveAttribute('aria-busy', 'true')
  await expect(button(page, REPORT_WORDS.copy)).toHaveCount(0)
  await fake((fake) => fake.answer('done'))
  await expect(text).toHaveText(REPORT)
  await expect(text).not.toHaveAttribute('aria-busy')
  await expect(page.getByRole('main')).toContainText(REPORT_WORDS.intro)
  await button(page, REPORT_WORDS.copy).click()
  await expect(page.getByRole('status')).toHaveText(NEWS.copied)
  expect(await fake(({ calls }) => calls.slice(-1))).toEqual([['runCommand', 'copy-report']])
  expect(await fake(({ announcements }) => announcements)).toEqual([
    'The report is ready.',
    NEWS.copied,
  ])
  expect(await complaints()).toEqual([])
})

test('a long report scrolls in its own box, and can be reached by keyboard', async ({ open }) => {
  const { page } = await open({ status: SIGNED_IN, report: `${REPORT}\n`.repeat(20) })
  await openSettings(page)
  await button(page, BUTTONS.createReport).click()
  await expect(button(page, REPORT_WORDS.copy)).toBeInViewport()
  await page.keyboard.press('Tab')
  const text = page.getByRole('region', { name: 'The report' })
  await expect(text).toBeFocused()
  await page.keyboard.press('End')
  await expect.poll(() => text.evaluate((box) => box.scrollTop)).toBeGreaterThan(100)
  expect(await page.evaluate(() => document.scrollingElement!.scrollTop)).toBe(0)
})

test('a report that can’t be created is reported, and can be tried again', async ({ open }) => {
  const { page, fake } = await open({ status: SIGNED_IN, report: REPORT })
  await fake(({ held }) => held.push('createReport'))
  await openSettings(page)
  await button(page, BUTTONS.createReport).click()
  await fake((fake) => fake.answer('failed'))
  const text = page.getByRole('region', { name: 'The report' })
  await expect(text).toHaveText(REPORT_WORDS.failed)
  await expect(button(page, REPORT_WORDS.copy)).toHaveCount(0)
  await button(page, REPORT_WORDS.again).click()
  await fake((fake) => fake.answer('done'))
  await expect(text).toHaveText(REPORT)
})

test('a report that is ready after the user has left is not announced', async ({ open }) => {
  const { page, fake } = await open({ status: SIGNED_IN, report: REPORT })
  await fake(({ held }) => held.push('createReport'))
  await openSettings(page)
  await button(page, BUTTONS.createReport).click()
  await page.keyboard.press('Escape')
  await fake((fake) => fake.answer('done'))
  await expect(page.locator('#report-text')).toHaveText(REPORT)
  expect(await fake(({ announcements }) => announcements)).toEqual([])
})

test('a failed sign-in links to the report, and Back returns to it', async ({ open }) => {
  const { page } = await open({ status: STATES.failed, report: REPORT })
  await button(page, BUTTONS.createReport).click()
  await expect(page.getByRole('heading')).toHaveText(REPORT_WORDS.heading)
  await button(page, 'Back').click()
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS.failed.heading)
  await expect(button(page, BUTTONS.createReport)).toBeFocused()
})

for (const way of ['Escape', 'Back'] as const) {
  test(`${way} returns to the previous view, with the focus on the button that was used`, async ({
    open,
  }) => {
    const { page } = await open({ status: SIGNED_IN, report: REPORT })
    const back = (): Promise<void> =>
      way === 'Escape' ? page.keyboard.press('Escape') : button(page, 'Back').click()
    await openSettings(page)
    await expect(page.getByRole('heading')).toBeFocused()
    for (const [name, heading] of [
      [SETTINGS_WORDS.changeProvider, PROVIDER.heading],
      [BUTTONS.createReport, REPORT_WORDS.heading],
    ] as const) {
      await button(page, name).click()
      await expect(page.getByRole('heading')).toHaveText(heading)
      await expect(page.getByRole('heading')).toBeFocused()
      await back()
      await expect(page.getByRole('heading')).toHaveText('Settings')
      await expect(button(page, name)).toBeFocused()
    }
    await back()
    await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-in'].heading)
    await expect(button(page, 'Settings')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-in'].heading)
  })
}

test('Escape that ends text composition does not leave the view', async ({ open }) => {
  const { page } = await open(SIGNED_IN)
  await openSettings(page)
  await page.evaluate(() =>
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true }),
    ),
  )
  await expect(page.getByRole('heading')).toHaveText('Settings')
})

test('Enter held down on Back does not open the view again', async ({ open }) => {
  const { page } = await open(SIGNED_IN)
  await openSettings(page)
  await button(page, 'Back').focus()
  await page.keyboard.down('Enter')
  await expect(button(page, 'Settings')).toBeFocused()
  await page.keyboard.down('Enter')
  await page.keyboard.up('Enter')
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-in'].heading)
})

test('an opened view starts at its top', async ({ open }) => {
  const { page } = await open(STATES['kept-in-memory'])
  await page.setViewportSize({ width: 300, height: 360 })
  await openSettings(page)
  const top = (): Promise<number> => page.evaluate(() => scrollY)
  await page.mouse.wheel(0, 400)
  await expect.poll(top).toBeGreaterThan(100)
  await button(page, BUTTONS.createReport).click()
  await expect(page.getByRole('heading')).toHaveText(REPORT_WORDS.heading)
  expect(await top()).toBe(0)
})

test('a change of the state is shown once in the other views', async ({ open }) => {
  const { page, fake, tell } = await open(SIGNED_IN)
  await openSettings(page)
  await page.getByRole('checkbox', { name: SETTINGS_WORDS.choices.notifications[0] }).focus()
  await tell(STATES['needs-sign-in'])
  const news = page
    .getByRole('status')
    .filter({ hasText: `${STATE_WORDS['needs-sign-in'].heading}.` })
  await expect(news).toBeInViewport()
  expect((await news.boundingBox())?.width).toBeGreaterThan(100)
  await expect(
    page.getByRole('checkbox', { name: SETTINGS_WORDS.choices.notifications[0] }),
  ).toBeFocused()
  await expect(page.getByRole('heading')).toHaveText('Settings')
  expect(await fake(({ announcements }) => announcements)).toHaveLength(1)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['needs-sign-in'].heading)
})

test('each view has one heading, and all have the same title', async ({ open }) => {
  const { page } = await open({ status: SIGNED_IN, report: REPORT })
  const isOne = async (): Promise<void> => {
    await expect(page.getByRole('heading')).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expect(page).toHaveTitle('Latchkey')
  }
  await isOne()
  await openSettings(page)
  await isOne()
  await button(page, SETTINGS_WORDS.changeProvider).click()
  await isOne()
  await page.keyboard.press('Escape')
  await button(page, BUTTONS.createReport).click()
  await isOne()
})
