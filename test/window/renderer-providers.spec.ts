// Several providers in the window: the list, adding, changing, renaming and removing one.

import type { Page } from '@playwright/test'
import type { ProviderView } from '../../main/ipc.js'
import { NEWS, PROVIDER, PROVIDER_REMOVAL, SETTINGS as WORDS } from '../../renderer/words.js'
import { FORMS, LOCKED_FORM, PROVIDERS, SETTINGS, STATES, UNSET } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'
import type { Answers, Fake } from '../support/window.js'

const SIGNED_IN = STATES['signed-in']
const SEVERAL: Answers = { status: SIGNED_IN, settings: PROVIDERS, forms: FORMS }

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const rows = (page: Page) => page.getByRole('list', { name: WORDS.providers }).getByRole('listitem')
const edits = ({ calls }: Fake): unknown[] =>
  calls.filter(([name]) => name === 'saveProvider' || name === 'removeProvider')

async function openSettings(page: Page): Promise<void> {
  await button(page, 'Settings').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(WORDS.heading)
}

async function openProvider(page: Page, name: string): Promise<void> {
  await openSettings(page)
  await button(page, WORDS.changeNamed(name)).click()
  await expect(page.getByRole('heading')).toHaveText(name)
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue(name)
}

test('one provider is shown as before, with a button to add another', async ({ open }) => {
  const { page } = await open(SIGNED_IN)
  await openSettings(page)
  await expect(page.locator('#provider-facts')).toContainText(SETTINGS.providers[0]!.issuer)
  await expect(rows(page)).toHaveCount(0)
  await expect(button(page, WORDS.addProvider)).toBeVisible()
  await button(page, WORDS.changeProvider).click()
  await expect(page.getByRole('heading')).toHaveText(PROVIDER.heading)
  await expect(page.getByLabel('Name', { exact: true })).toBeHidden()
  await expect(button(page, PROVIDER.remove)).toBeHidden()
})

test('without a provider, or with the demo, there is no button to add another', async ({
  open,
}) => {
  for (const status of [STATES['no-provider'], { ...STATES['signed-out'], demo: true }]) {
    const { page } = await open({ status, settings: UNSET })
    await openSettings(page)
    await expect(button(page, WORDS.changeProvider)).toBeVisible()
    await expect(button(page, WORDS.addProvider)).toBeHidden()
  }
})

test('several providers are a list, and each can be changed', async ({ open }) => {
  const { page, complaints } = await open(SEVERAL)
  await openSettings(page)
  await expect(rows(page)).toHaveCount(PROVIDERS.providers.length)
  await expect(page.locator('#provider-facts')).toBeHidden()
  await expect(button(page, WORDS.changeProvider)).toBeHidden()
  for (const [index, { name, issuer, clientId }] of PROVIDERS.providers.entries()) {
    await expect(rows(page).nth(index)).toHaveText(`${name}${issuer}${clientId}${WORDS.change}`)
  }
  expect(await complaints()).toEqual([])
})

test('another provider is added with a name', async ({ open }) => {
  const { page, fake } = await open({ ...SEVERAL, settings: SETTINGS })
  await openSettings(page)
  await button(page, WORDS.addProvider).click()
  await expect(page.getByRole('heading')).toHaveText(PROVIDER.addHeading)
  await expect(page.getByRole('heading')).toBeFocused()
  await expect(page.getByLabel('Issuer')).toHaveValue('')
  await expect(page.getByText(PROVIDER.warning)).toBeHidden()
  await expect(button(page, PROVIDER.remove)).toBeHidden()
  await button(page, PROVIDER.save).click()
  await expect(page.getByLabel('Issuer')).toHaveAccessibleDescription(
    new RegExp(PROVIDER.missingIssuer),
  )
  await page.clock.runFor(500)
  await page.getByLabel('Issuer').fill('https://work.example')
  await page.getByLabel('Client ID').fill('at-work')
  await page.getByLabel('Name', { exact: true }).fill('work')
  await button(page, PROVIDER.save).click()
  await expect(page.getByRole('status').filter({ hasText: NEWS.saved })).toBeVisible()
  const changes = { name: 'work', issuer: 'https://work.example', clientId: 'at-work' }
  expect(await fake(edits)).toEqual([['saveProvider', null, changes]])
})

test('a provider is renamed, and a rejected name is explained at its field', async ({ open }) => {
  const message = 'Two providers have the name home.'
  const { page, fake } = await open({
    ...SEVERAL,
    outcomes: [{ kind: 'rejected', field: 'name', message }],
  })
  await openProvider(page, 'work')
  const name = page.getByLabel('Name', { exact: true })
  await name.fill('home')
  await button(page, PROVIDER.save).click()
  await expect(name).toBeFocused()
  await expect(name).toHaveAccessibleDescription(new RegExp(message))
  await page.clock.runFor(500)
  await name.fill('office')
  await button(page, PROVIDER.save).click()
  await expect(page.getByRole('status').filter({ hasText: NEWS.saved })).toBeVisible()
  expect(await fake(edits)).toEqual([
    ['saveProvider', 'work', { name: 'home' }],
    ['saveProvider', 'work', { name: 'office' }],
  ])
})

test('one of several providers cannot be emptied away', async ({ open }) => {
  const { page, fake } = await open(SEVERAL)
  await openProvider(page, 'work')
  await page.getByLabel('Issuer').fill('')
  await page.getByLabel('Client ID').fill('')
  await button(page, PROVIDER.save).click()
  await expect(page.getByLabel('Issuer')).toBeFocused()
  expect(await fake(edits)).toEqual([])
})

test('a provider that a flag sets shows this at its name, and can’t be removed', async ({
  open,
}) => {
  const { name } = PROVIDERS.providers[0]!
  const { page } = await open({ ...SEVERAL, forms: { [name]: LOCKED_FORM } })
  await openProvider(page, name)
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('readonly', '')
  await expect(page.getByLabel('Name', { exact: true })).toHaveAccessibleDescription(
    WORDS.lockedBy('--issuer'),
  )
  await expect(button(page, PROVIDER.remove)).toBeHidden()
})

async function askRemoval(page: Page): Promise<void> {
  await openProvider(page, 'work')
  await button(page, PROVIDER.remove).click()
  await expect(page.getByRole('heading')).toHaveText(PROVIDER_REMOVAL.heading('work'))
  await expect(page.getByRole('heading')).toBeFocused()
}

test('removing a provider asks first, and names who is signed in there', async ({ open }) => {
  const { page, fake, complaints } = await open(SEVERAL)
  await askRemoval(page)
  await expect(page.getByRole('listitem')).toHaveText(['Alice Adams', 'Zoe'])
  const remove = page.locator('#provider-removal').getByRole('button', {
    name: PROVIDER_REMOVAL.remove,
  })
  await expect(remove).toHaveAccessibleDescription(/This signs out: Alice Adams\s?Zoe/)
  expect(await fake(edits)).toEqual([])

  // Back, and asked again.
  await button(page, 'Cancel').click()
  await expect(button(page, PROVIDER.remove)).toBeFocused()
  await button(page, PROVIDER.remove).click()
  await remove.click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(WORDS.heading)
  await expect(rows(page)).toHaveCount(PROVIDERS.providers.length - 1)
  await expect(page.getByRole('status').filter({ hasText: NEWS.removed('work') })).toBeVisible()
  expect(await fake(edits)).toEqual([['removeProvider', 'work']])
  expect(await complaints()).toEqual([])
})

test('a removal that fails is explained, and the question stays', async ({ open }) => {
  const message = "settings.json can't be written (EROFS)."
  const { page } = await open({
    ...SEVERAL,
    forms: { ...FORMS, work: { ...FORMS['work']!, accounts: [] } satisfies ProviderView },
    outcomes: [{ kind: 'rejected', field: null, message }],
  })
  await askRemoval(page)
  await expect(page.getByText(PROVIDER_REMOVAL.nobody)).toBeVisible()
  await page.locator('#provider-removal .danger').click()
  await expect(page.getByRole('alert')).toHaveText(message)
  await expect(page.getByRole('heading')).toHaveText(PROVIDER_REMOVAL.heading('work'))
})

test('by keyboard: add a provider, and remove one', async ({ open }) => {
  const { page, fake } = await open(SEVERAL)
  const press = async (name: string): Promise<void> => {
    await page.locator('body').press('Tab')
    for (let presses = 0; presses < 60; presses += 1) {
      const focused = page.locator(':focus')
      const label = await focused.evaluate((one) => one.ariaLabel ?? one.textContent)
      if (label === name) return page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
    }
    throw new Error(`no ${name}`)
  }
  await press('Settings')
  await press(WORDS.changeNamed('work'))
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('work')
  await press(PROVIDER.remove)
  await expect(page.getByText(PROVIDER_REMOVAL.signsOut)).toBeVisible()
  await press(PROVIDER_REMOVAL.remove)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(WORDS.heading)
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  expect(await fake(edits)).toEqual([['removeProvider', 'work']])
})
