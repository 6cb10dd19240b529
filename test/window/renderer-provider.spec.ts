// The form for setting up a provider, in a real Chromium.

import {
  NEWS,
  PROVIDER,
  SETTINGS as SETTINGS_WORDS,
  STATE_WORDS,
  STATUS,
} from '../../renderer/words.js'
import type { Page } from '@playwright/test'
import type { ProviderFinding } from '../../main/ipc.js'
import { findGuide, listProviders } from '../../main/settings/provider-choices.js'
import { ISSUER_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { LOCKED, SETTINGS, STATES, UNSET } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'
import type { Fake } from '../support/window.js'

const NONE = { status: STATES['no-provider'], settings: UNSET }
const ISSUER = 'https://login.example.com'

const MISSPELT: ProviderFinding = {
  kind: 'failed',
  message: ISSUER_MESSAGES.otherSpelling(`${ISSUER}/`),
  issuer: `${ISSUER}/`,
}

const saves = ({ calls }: Fake): unknown[] =>
  calls.filter(([name]) => name === 'saveProvider').map(([, , changes]) => changes)
const tests = ({ calls }: Fake): unknown[] =>
  calls.filter(([name]) => name === 'testProvider').map(([, issuer]) => issuer)

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const finding = (page: Page) => page.locator('.finding')

async function openForm(page: Page): Promise<void> {
  await button(page, 'Settings').click()
  await button(page, SETTINGS_WORDS.changeProvider).click()
  await expect(page.getByRole('heading')).toHaveText(PROVIDER.heading)
}

test('a first provider is saved with exactly the typed values, and the state is shown', async ({
  open,
}) => {
  const { page, fake, complaints } = await open(NONE)
  await page.getByLabel('Issuer').fill(` ${ISSUER} `)
  await page.getByLabel('Client ID').fill('latchkey-desktop')
  await button(page, 'Save').click()
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  await expect(page.getByRole('heading')).toBeFocused()
  await expect(page.getByRole('status').filter({ hasText: NEWS.saved })).toBeVisible()
  expect(await fake(saves)).toEqual([{ issuer: ` ${ISSUER} `, clientId: 'latchkey-desktop' }])
  expect(await fake(({ announcements }) => announcements)).toEqual([
    'You are not signed in.',
    NEWS.saved,
  ])
  expect(await complaints()).toEqual([])
})

test('Enter in a field saves, and is ignored until the answer arrives', async ({ open }) => {
  const { page, fake } = await open(NONE)
  await fake(({ held }) => held.push('saveProvider'))
  await page.getByLabel('Issuer').fill(ISSUER)
  await page.getByLabel('Client ID').fill('latchkey-desktop')
  await page.getByLabel('Client ID').press('Enter')
  await page.getByLabel('Client ID').press('Enter')
  await expect(button(page, 'Save')).toBeDisabled()
  expect(await fake(saves)).toHaveLength(1)
  await fake((fake) => fake.answer('done'))
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  expect(new URL(page.url()).search).toBe('')
})

for (const [empty, filled, words] of [
  ['Issuer', 'Client ID', 'Enter the address of your provider.'],
  ['Client ID', 'Issuer', PROVIDER.missingClientId],
] as const) {
  test(`without the ${empty} nothing is saved, and the field says so`, async ({ open }) => {
    const { page, fake } = await open(NONE)
    await page.getByLabel(filled).fill(ISSUER)
    await button(page, 'Save').click()
    const field = page.getByLabel(empty)
    await expect(field).toBeFocused()
    await expect(field).toHaveAttribute('aria-invalid', 'true')
    await expect(field).toHaveAccessibleDescription(new RegExp(`^${words}`))
    expect(await fake(saves)).toEqual([])
  })
}

test('a rejection is shown at its field, which gets the focus, and no typed value is lost', async ({
  open,
}) => {
  const message = 'A redirect port must be a whole number from 1 to 65535.'
  const { page, fake } = await open({
    ...NONE,
    outcomes: [{ kind: 'rejected', field: 'redirectPort', message }],
  })
  await page.getByLabel('Issuer').fill(ISSUER)
  await page.getByLabel('Client ID').fill('latchkey-desktop')
  await page.getByText(PROVIDER.more, { exact: true }).click()
  await page.getByLabel('Audience').fill('https://api.example.com')
  await page.getByLabel('Redirect ports').fill('http')
  // If the section were closed, it would hide the rejected field.
  await page.getByText(PROVIDER.more, { exact: true }).click()
  await button(page, 'Save').click()

  const field = page.getByLabel('Redirect ports')
  await expect(field).toBeFocused()
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await expect(field).toHaveAccessibleDescription(new RegExp(`^${message}`))
  await expect(page.getByText(message)).toBeVisible()
  await expect(page.locator('[aria-invalid]')).toHaveCount(1)
  for (const [label, value] of [
    ['Issuer', ISSUER],
    ['Client ID', 'latchkey-desktop'],
    ['Scopes', 'openid profile email offline_access'],
    ['Audience', 'https://api.example.com'],
    ['Redirect ports', 'http'],
  ] as const) {
    await expect(page.getByLabel(label)).toHaveValue(value)
  }

  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('8400')
  await expect(page.locator('[aria-invalid]')).toHaveCount(0)
  await expect(page.getByText(message)).toBeHidden()
  await page.clock.runFor(500)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  expect(await fake(saves)).toHaveLength(2)
})

for (const field of [null, 'notifications'] as const) {
  test(`a rejection that belongs to no field of the form is shown next to the button: ${field}`, async ({
    open,
  }) => {
    const message = "settings.json can't be written (EROFS)."
    const { page } = await open({ ...NONE, outcomes: [{ kind: 'rejected', field, message }] })
    await page.getByLabel('Issuer').fill(ISSUER)
    await page.getByLabel('Client ID').fill('x')
    await button(page, 'Save').click()
    await expect(page.getByRole('alert')).toHaveText(message)
    await expect(button(page, 'Save')).toBeFocused()
    await expect(page.getByLabel('Issuer')).toHaveValue(ISSUER)
  })
}

test('a failed save is reported, and no typed value is lost', async ({ open }) => {
  const { page, fake } = await open(NONE)
  await fake(({ held }) => held.push('saveProvider'))
  await page.getByLabel('Issuer').fill(ISSUER)
  await page.getByLabel('Client ID').fill('x')
  await button(page, 'Save').click()
  await fake((fake) => fake.answer('failed'))
  await expect(page.getByRole('alert')).toHaveText(NEWS.didNotWork)
  await expect(page.getByLabel('Issuer')).toHaveValue(ISSUER)
  await expect(button(page, 'Save')).toBeEnabled()
})

for (const [how, outcomes, words] of [
  ['saved', [], NEWS.saved],
  ['rejected', [{ kind: 'rejected', field: 'issuer', message: 'No.' }], 'No.'],
] as const) {
  test(`if the user has left the form when it is ${how}, the view stays and the result is announced`, async ({
    open,
  }) => {
    const { page, fake } = await open({ status: STATES['signed-in'], outcomes })
    await openForm(page)
    await fake(({ held }) => held.push('saveProvider'))
    await page.getByLabel('Client ID').fill('other')
    await button(page, 'Save').click()
    await page.keyboard.press('Escape')
    await expect(button(page, SETTINGS_WORDS.changeProvider)).toBeFocused()
    await fake((fake) => fake.answer('done'))
    await expect(page.getByRole('status').filter({ hasText: words })).toBeVisible()
    await expect(page.getByRole('heading')).toHaveText('Settings')
    await expect(button(page, SETTINGS_WORDS.changeProvider)).toBeFocused()
    const shown = how === 'saved' ? 'other' : 'latchkey-desktop'
    await expect(page.locator('#provider-facts')).toContainText(shown)
  })
}

test('only changed values are sent, and nothing is sent if nothing was changed', async ({
  open,
}) => {
  const { page, fake } = await open(STATES['signed-in'])
  await openForm(page)
  await expect(page.getByLabel('Issuer')).toHaveValue('https://login.example.com/tenant/')
  await button(page, 'Save').click()
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-in'].heading)
  expect(await fake(saves)).toEqual([])

  await openForm(page)
  await page.clock.runFor(500)
  await page.getByText(PROVIDER.more, { exact: true }).click()
  await page.getByLabel('Scopes').fill('openid')
  await button(page, 'Save').click()
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-in'].heading)
  expect(await fake(saves)).toEqual([{ scope: 'openid' }])
})

test('clearing both fields removes the provider, and the form asks for a new one', async ({
  open,
}) => {
  const { page, fake } = await open(STATES['signed-out'])
  await openForm(page)
  await page.getByLabel('Issuer').fill('')
  await page.getByLabel('Client ID').fill('')
  await button(page, 'Save').click()
  await expect(page.getByRole('heading')).toHaveText(STATUS.noProvider)
  expect(await fake(saves)).toEqual([{ issuer: '', clientId: '' }])
})

test('a signed-in user is warned that changing the provider signs them out', async ({ open }) => {
  const { page, tell } = await open(STATES['signed-in'])
  await openForm(page)
  const warning = page.getByText(PROVIDER.warning)
  await expect(warning).toBeVisible()
  await tell(STATES['signed-out'])
  await expect(warning).toBeHidden()
})

test('a field that a flag or variable sets is shown locked, and is not sent', async ({ open }) => {
  const { page, fake } = await open({ status: STATES['signed-out'], settings: LOCKED })
  await openForm(page)
  for (const [label, by] of [
    ['Issuer', '--issuer'],
    ['Audience', 'LATCHKEY_AUDIENCE'],
  ] as const) {
    const field = page.getByLabel(label)
    await expect(field).toHaveAttribute('readonly')
    await expect(field).toHaveAccessibleDescription(SETTINGS_WORDS.lockedBy(by))
  }
  await expect(page.getByLabel('Client ID')).not.toHaveAttribute('readonly')
  await page.getByLabel('Client ID').fill('other')
  await button(page, 'Save').click()
  await expect.poll(() => fake(saves)).toEqual([{ clientId: 'other' }])
})

test('no field is autocompleted, autocorrected or spell-checked', async ({ open }) => {
  const { page } = await open({ status: STATES['signed-out'], settings: LOCKED })
  await openForm(page)
  const fields = page.locator('#provider input')
  await expect(fields).toHaveCount(11)
  for (const field of await fields.all()) {
    await expect(field).toHaveAttribute('autocomplete', 'off')
    await expect(field).toHaveAttribute('autocapitalize', 'off')
    await expect(field).toHaveAttribute('spellcheck', 'false')
  }
  await expect(page.getByLabel('Issuer')).toHaveAttribute('inputmode', 'url')
})

test('Test contacts the typed provider and lists the results', async ({ open }) => {
  const lines = ['You sign in at login.example.com, with PKCE.', 'It has a sign-out page.']
  const { page, fake } = await open({ ...NONE, finding: { kind: 'found', lines } })
  await fake(({ held }) => held.push('testProvider'))
  await page.getByLabel('Issuer').fill(` ${ISSUER} `)
  await button(page, 'Test').click()
  await expect(finding(page)).toHaveText(PROVIDER.testing)
  await expect(button(page, 'Test')).toBeDisabled()
  await fake((fake) => fake.answer('done'))
  await expect(finding(page).getByRole('listitem')).toHaveText(lines)
  await expect(finding(page)).toHaveRole('status')
  await expect(button(page, PROVIDER.useSpelling)).toBeHidden()
  expect(await fake(tests)).toEqual([ISSUER])
  expect(await fake(saves)).toEqual([])
})

test('Test without an issuer contacts no provider', async ({ open }) => {
  const { page, fake } = await open(NONE)
  await button(page, 'Test').click()
  await expect(page.getByLabel('Issuer')).toBeFocused()
  await expect(page.getByLabel('Issuer')).toHaveAccessibleDescription(/^Enter the address/)
  expect(await fake(tests)).toEqual([])
})

test('a mistake is explained, and the correct spelling is applied with one click', async ({
  open,
}) => {
  const { page, fake } = await open({ ...NONE, finding: MISSPELT })
  await page.getByLabel('Issuer').fill(ISSUER)
  await button(page, 'Test').click()
  await expect(finding(page)).toHaveText(MISSPELT.message)
  await fake((fake) => void (fake.finding = { kind: 'found', lines: ['With PKCE.'] }))
  await page.clock.runFor(500)
  await button(page, PROVIDER.useSpelling).click()
  await expect(page.getByLabel('Issuer')).toHaveValue(`${ISSUER}/`)
  await expect(page.getByLabel('Issuer')).toBeFocused()
  await expect(finding(page)).toContainText('With PKCE.')
  await expect(button(page, PROVIDER.useSpelling)).toBeHidden()
  expect(await fake(tests)).toEqual([ISSUER, `${ISSUER}/`])
})

test('the spelling can be applied at once, while Test is still disabled', async ({ open }) => {
  const { page, fake } = await open({ ...NONE, finding: MISSPELT })
  await page.getByLabel('Issuer').fill(ISSUER)
  await button(page, 'Test').click()
  await button(page, PROVIDER.useSpelling).click()
  await expect.poll(() => fake(tests)).toEqual([ISSUER, `${ISSUER}/`])
})

test('a test result is not shown next to another issuer', async ({ open }) => {
  const { page, fake } = await open({ ...NONE, finding: MISSPELT })
  await page.getByLabel('Issuer').fill(ISSUER)
  await button(page, 'Test').click()
  await expect(button(page, PROVIDER.useSpelling)).toBeVisible()
  await page.getByLabel('Issuer').press('End')
  await page.keyboard.type('x')
  await expect(finding(page)).toBeEmpty()
  await expect(button(page, PROVIDER.useSpelling)).toBeHidden()

  // A late result isn't shown either.
  await page.clock.runFor(500)
  await fake(({ held }) => held.push('testProvider'))
  await button(page, 'Test').click()
  await page.getByLabel('Issuer').fill('https://other.example.com')
  await fake((fake) => fake.answer('done'))
  await page.clock.runFor(500)
  await expect(button(page, 'Test')).toBeEnabled()
  await expect(finding(page)).toBeEmpty()
})

test('a failed test is reported', async ({ open }) => {
  const { page, fake } = await open(NONE)
  await fake(({ held }) => held.push('testProvider'))
  await page.getByLabel('Issuer').fill(ISSUER)
  await button(page, 'Test').click()
  await fake((fake) => fake.answer('failed'))
  await expect(page.getByRole('alert')).toHaveText(NEWS.didNotWork)
  await expect(finding(page)).toBeEmpty()
})

test('unreadable settings are reported, and are not overwritten', async ({ open }) => {
  const { page, fake } = await open({ ...NONE, settings: null })
  await expect(page.getByRole('alert')).toHaveText(NEWS.settingsUnreadable)
  await page.getByLabel('Issuer').fill(ISSUER)
  await page.getByLabel('Client ID').fill('x')
  await button(page, 'Save').click()
  await expect(page.getByRole('alert')).toHaveText(NEWS.settingsUnreadable)
  expect(await fake(saves)).toEqual([])
})

test('typed values survive a change of the state and a visit to the settings', async ({ open }) => {
  const { page, tell } = await open(NONE)
  await page.getByLabel('Issuer').fill(ISSUER)
  await tell({ ...STATES['no-provider'], serviceMessage: 'Port 1000 is taken.' })
  await expect(page.getByLabel('Issuer')).toHaveValue(ISSUER)
  await expect(page.getByLabel('Issuer')).toBeFocused()
  await button(page, 'Settings').click()
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Issuer')).toHaveValue(ISSUER)
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Issuer')).toHaveValue(ISSUER)
})

test('typed values survive when the provider is removed elsewhere', async ({ open }) => {
  const { page, tell } = await open(STATES['signed-out'])
  await openForm(page)
  await page.getByLabel('Issuer').fill(ISSUER)
  await tell(STATES['no-provider'])
  await expect(page.getByLabel('Issuer')).toHaveValue(ISSUER)
  await expect(page.getByLabel('Issuer')).toBeFocused()
})

test('if opened from the settings, the form shows the saved values, not earlier typing', async ({
  open,
}) => {
  const { page } = await open(STATES['signed-out'])
  await openForm(page)
  await page.getByLabel('Issuer').fill('https://nonsense.example')
  await page.keyboard.press('Escape')
  await button(page, SETTINGS_WORDS.changeProvider).click()
  await expect(page.getByLabel('Issuer')).toHaveValue('https://login.example.com/tenant/')
})

test('rarely needed fields are hidden until they are used', async ({ open }) => {
  const { page } = await open(STATES['signed-out'])
  await openForm(page)
  await expect(page.getByLabel('Audience')).toBeHidden()

  const fields = { ...SETTINGS.fields, redirectPort: { value: '8400, 8401', lockedBy: null } }
  const used = await open({
    status: STATES['signed-out'],
    settings: { ...SETTINGS, fields },
  })
  await openForm(used.page)
  await expect(used.page.getByLabel('Redirect ports')).toHaveValue('8400, 8401')
  await expect(used.page.getByLabel('Redirect ports')).toBeVisible()
})

test('advice on a known provider is shown once its issuer is typed, and its fields are shown', async ({
  open,
}) => {
  const known = {
    id: 'google' as const,
    name: 'Google',
    lines: ['It needs --client-secret-file PATH.', 'And <b>more</b>.'],
  }
  const { page } = await open({ status: STATES['no-provider'], settings: UNSET, known })
  await page.getByLabel('Issuer').fill('https://accounts.google.com')
  await expect(page.getByText(PROVIDER.known('Google'))).toBeVisible()
  await expect(page.getByRole('listitem')).toHaveText(known.lines)
  await expect(page.getByLabel('Client secret')).toBeVisible()
  await expect(page.getByLabel('Client secret')).toHaveAttribute('type', 'password')
})

test('a saved client secret is masked, and sent only if it is typed again', async ({ open }) => {
  const fields = { ...SETTINGS.fields, clientSecret: { value: '••••••••', lockedBy: null } }
  const { page, fake } = await open({
    status: STATES['signed-out'],
    settings: { ...SETTINGS, fields },
  })
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: SETTINGS_WORDS.changeProvider }).click()
  const secret = page.getByLabel('Client secret')
  await expect(secret).toHaveValue('••••••••')
  await secret.focus()
  await page.keyboard.type('typed')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect
    .poll(() => fake(({ calls }) => calls.filter(([name]) => name === 'saveProvider')))
    .toEqual([['saveProvider', SETTINGS.providers[0]!.name, { clientSecret: 'typed' }]])
})

const provider = (page: Page) => page.getByLabel('Provider', { exact: true })
const known = (page: Page) => page.locator('.known')
const uris = (page: Page) => page.locator('#redirect-uris code')

test('a provider is chosen by name from the known ones, or as another one', async ({ open }) => {
  const { page, complaints } = await open(NONE)
  await expect(provider(page)).toHaveValue('')
  const options = page.locator('#provider-name option:not([hidden])')
  await expect(options).toHaveText([...listProviders().map(({ name }) => name), PROVIDER.other])
  expect(await options.allTextContents()).toContain('Microsoft Entra')
  expect(await complaints()).toEqual([])
})

for (const choice of listProviders()) {
  test(`choosing ${choice.name} fills in its issuer and settings, and shows what to register`, async ({
    open,
  }) => {
    const { page, fake } = await open(NONE)
    await provider(page).selectOption(choice.name)
    await expect(page.getByLabel('Issuer')).toHaveValue(choice.issuer)
    await expect(page.getByLabel('Issuer')).toHaveAccessibleDescription(choice.message)
    await expect(known(page).getByRole('listitem')).toHaveText(choice.lines)
    await expect(known(page)).toHaveRole('status')
    for (const [name, value] of Object.entries(choice.settings)) {
      await expect(page.locator(`#${name}`)).toHaveValue(value)
    }
    // Filled-in fields stay hidden. Fields that need a decision are shown.
    const more = page.locator('#more > div')
    await expect(more).toBeVisible({ visible: choice.lines.length > 1 })
    const { redirectPort = '', redirectHost = '127.0.0.1' } = choice.settings
    const port = redirectPort === '' ? '' : `:${redirectPort}`
    await expect(uris(page)).toHaveText([`http://${redirectHost}${port}/callback`])

    // The part to replace is selected, and the text does not count as an issuer.
    await page.getByLabel('Client ID').fill('latchkey-desktop')
    const issuer = page.getByLabel('Issuer')
    for (const blank of choice.blanks) {
      await button(page, 'Save').click()
      await expect(issuer).toBeFocused()
      await expect(issuer).toHaveAccessibleDescription(
        new RegExp(`^Replace ${blank} with your own`),
      )
      await page.keyboard.type('mine')
      await page.clock.runFor(500)
    }
    const typed = choice.blanks.reduce((text, blank) => text.replace(blank, 'mine'), choice.issuer)
    await expect(issuer).toHaveValue(typed)
    await expect(provider(page)).toHaveValue(choice.id)
    await button(page, 'Save').click()
    await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
    expect(await fake(saves)).toEqual([
      { ...choice.settings, issuer: typed, clientId: 'latchkey-desktop' },
    ])
  })
}

test('Test contacts no provider while its issuer has a part to replace', async ({ open }) => {
  const { page, fake } = await open(NONE)
  await provider(page).selectOption('Keycloak')
  await button(page, 'Test').click()
  await expect(page.getByLabel('Issuer')).toBeFocused()
  await expect(page.getByLabel('Issuer')).toHaveAccessibleDescription(/^Replace YOUR_HOST with/)
  expect(await fake(tests)).toEqual([])
})

test('choosing another provider removes filled-in values, and typed values are restored later', async ({
  open,
}) => {
  const { page } = await open(NONE)
  const issuer = page.getByLabel('Issuer')
  const scopes = page.getByLabel('Scopes')
  const ports = page.getByLabel('Redirect ports')
  await issuer.fill(ISSUER)
  await expect(provider(page)).toHaveValue('other')
  await provider(page).selectOption('GitLab')
  await expect(scopes).toHaveValue('openid profile email')
  await page.getByText(PROVIDER.more, { exact: true }).click()
  await ports.fill('9000')
  await provider(page).selectOption('Auth0')
  await expect(scopes).toHaveValue('openid profile email offline_access')
  // The typed value stays.
  await expect(ports).toHaveValue('9000')
  await expect(uris(page)).toHaveText(['http://127.0.0.1:9000/callback'])
  await issuer.fill('https://login.example.org/')
  await expect(provider(page)).toHaveValue('auth0')
  await provider(page).selectOption(PROVIDER.other)
  await expect(issuer).toHaveValue(ISSUER)
  await expect(issuer).toHaveAccessibleDescription(PROVIDER.fields.issuer[1])
  await expect(known(page)).toBeEmpty()
  await provider(page).selectOption('Auth0')
  await expect(issuer).toHaveValue('https://login.example.org/')
})

test('a pasted complete issuer replaces the whole field', async ({ open }) => {
  const { page } = await open(NONE)
  const issuer = page.getByLabel('Issuer')
  await provider(page).selectOption('Auth0')
  await page.getByLabel('Client ID').fill('https://example.eu.auth0.com/')
  await page.getByLabel('Client ID').selectText()
  await page.keyboard.press('ControlOrMeta+X')
  await issuer.focus()
  await page.keyboard.press('ControlOrMeta+V')
  await expect(issuer).toHaveValue('https://example.eu.auth0.com/')

  // A domain alone replaces only its part.
  await provider(page).selectOption('Okta')
  await page.getByLabel('Client ID').fill('example.okta.com')
  await page.getByLabel('Client ID').selectText()
  await page.keyboard.press('ControlOrMeta+X')
  await issuer.focus()
  await page.keyboard.press('ControlOrMeta+V')
  await expect(issuer).toHaveValue('https://example.okta.com')
})

test('the list follows a typed or saved issuer without filling in values', async ({ open }) => {
  const fields = {
    ...SETTINGS.fields,
    issuer: { value: 'https://tenant.auth0.com/', lockedBy: null },
  }
  const { page } = await open({
    status: STATES['signed-out'],
    settings: { ...SETTINGS, fields },
  })
  await openForm(page)
  await expect(provider(page)).toHaveValue('auth0')
  await expect(known(page)).toContainText('Choose a port with --redirect-port')
  await page.getByLabel('Issuer').fill('https://gitlab.com')
  await expect(provider(page)).toHaveValue('gitlab')
  await expect(page.getByLabel('Redirect ports')).toHaveValue('')
  await page.getByLabel('Issuer').fill('https://github.com')
  await expect(provider(page)).toHaveValue('other')
  await expect(known(page)).toContainText('GitHub documents only OAuth')
  await expect(page.getByRole('button', { name: 'How to register' })).toBeHidden()
  await page.getByLabel('Issuer').fill('')
  await page.keyboard.press('Escape')
  await button(page, SETTINGS_WORDS.changeProvider).click()
  await expect(provider(page)).toHaveValue('auth0')
})

test('values filled in for one provider are removed when another’s issuer is typed', async ({
  open,
}) => {
  const { page } = await open(NONE)
  await provider(page).selectOption('Google')
  await expect(page.getByLabel('Prompt')).toHaveValue('consent')
  await page.getByLabel('Issuer').fill('https://gitlab.com')
  await expect(provider(page)).toHaveValue('gitlab')
  await expect(page.getByLabel('Prompt')).toHaveValue('')
  await expect(page.getByLabel('Issuer')).toHaveAccessibleDescription(PROVIDER.fields.issuer[1])
  await expect(known(page)).toContainText('Choose a port with --redirect-port')
})

test('once saved, filled-in values count as the user’s own', async ({ open }) => {
  const { page } = await open({ status: STATES['signed-out'] })
  await openForm(page)
  await provider(page).selectOption('Auth0')
  await page.getByLabel('Issuer').fill('https://tenant.auth0.com/')
  await expect(page.getByLabel('Issuer')).toHaveValue('https://tenant.auth0.com/')
  await button(page, 'Save').click()
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  await openForm(page)
  await expect(page.getByLabel('Redirect ports')).toHaveValue('8400')
  await provider(page).selectOption('Google')
  await expect(page.getByLabel('Redirect ports')).toHaveValue('8400')
})

test('if a flag sets the issuer, no provider can be chosen, and locked fields stay', async ({
  open,
}) => {
  const { page } = await open({ status: STATES['signed-out'], settings: LOCKED })
  await openForm(page)
  await expect(provider(page)).toBeHidden()

  const fields = { ...UNSET.fields, scope: { value: 'openid', lockedBy: '--scope' } }
  const scoped = await open({ ...NONE, settings: { ...UNSET, fields } })
  await provider(scoped.page).selectOption('Google')
  await expect(scoped.page.getByLabel('Prompt')).toHaveValue('consent')
  await expect(scoped.page.getByLabel('Scopes')).toHaveValue('openid')
  await expect(known(scoped.page)).toContainText(PROVIDER.filledIn('Prompt, Additional parameters'))
})

test('the provider’s guide is opened by the provider’s ID, and its link is shown', async ({
  open,
}) => {
  const { page, fake } = await open(NONE)
  await provider(page).selectOption('Okta')
  await button(page, 'How to register at Okta').click()
  await expect(page.getByText(PROVIDER.guideLink)).toContainText(findGuide('okta'))
  expect(await fake(({ calls }) => calls.at(-1))).toEqual(['openProviderGuide', 'okta'])
  await provider(page).selectOption('Google')
  await expect(page.getByText(PROVIDER.guideLink)).toBeHidden()
  await page.clock.runFor(500)
  await button(page, 'How to register at Google').click()
  await expect
    .poll(() => fake(({ calls }) => calls.at(-1)))
    .toEqual(['openProviderGuide', 'google'])
})

test('the redirect URIs follow the fields and can be copied', async ({ open }) => {
  const { page, fake } = await open(NONE)
  await expect(uris(page)).toHaveText(['http://127.0.0.1/callback'])
  await page.getByText(PROVIDER.more, { exact: true }).click()
  await page.getByLabel('Redirect ports').fill('8400, 8401')
  await page.getByLabel('Redirect host').fill('[::1]')
  await page.getByLabel('Redirect path').fill('/done')
  await expect(uris(page)).toHaveText(['http://[::1]:8400/done', 'http://[::1]:8401/done'])
  await button(page, 'Copy the redirect URI').click()
  expect(await fake(({ calls }) => calls.at(-1))).toEqual(['runCommand', 'copy-redirect-uris'])
  await page.getByLabel('Redirect host').fill('evil.example')
  await expect(uris(page)).toHaveCount(0)
  await expect(page.getByText(PROVIDER.noRedirectUri)).toBeVisible()
  await expect(button(page, 'Copy the redirect URI')).toBeHidden()
  await expect(button(page, 'Copy the redirect URI')).toBeHidden()
})

test('instructions for the demo are shown on the first screen only', async ({ open }) => {
  const { page, tell } = await open(NONE)
  await expect(page.getByText('demo provider')).toContainText('npm start')
  await tell(STATES['signed-out'])
  await openForm(page)
  await expect(page.getByText('demo provider')).toBeHidden()
})
