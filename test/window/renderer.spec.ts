// The window's page in a real Chromium: the state, its buttons, and the announcements of changes.

import {
  BUTTONS,
  NEWS,
  SETTINGS as SETTINGS_WORDS,
  STATE_WORDS,
  STATUS,
} from '../../renderer/words.js'
import type { Page } from '@playwright/test'
import type { LatchkeyApi, WindowStatus } from '../../main/ipc.js'
import { toView } from '../../renderer/view.js'
import { WINDOW_SIZE } from '../../main/present/window-size.js'
import { ALICE, inMs, NOW_MS, SETTINGS, STATES, statusIn, UNSET } from '../support/window-states.js'
import { expect, test } from '../support/window-test.js'

const WAITING = STATES.waiting
const SIGNED_IN = STATES['signed-in']
const SIGNED_OUT = STATES['signed-out']

const { 'no-provider': _, ...CONFIGURED } = STATES

for (const [name, status] of Object.entries(CONFIGURED)) {
  test(`${name} is shown without an error or a policy violation`, async ({ open }) => {
    const { page, complaints } = await open(status)
    const { buttons, facts, heading, mark, banners, text } = toView(status, NOW_MS)
    await expect(page.getByRole('heading')).toHaveText(heading)
    await expect(page.getByRole('main')).toContainText(text)
    for (const banner of banners) await expect(page.getByText(banner.text)).toBeVisible()
    const said = facts.map(({ label, value, detail }) =>
      // A time of day depends on the machine's language and time zone.
      /^(Expires|Expired|Renews)/.test(label)
        ? new RegExp(`^${label}.*\\d.*${detail ?? ''}$`)
        : label + value + (detail ?? ''),
    )
    await expect(page.locator('#facts > div')).toHaveText(said)
    await expect(page.locator('#actions').getByRole('button')).toHaveText(
      // A copy button already contains its hidden "Copied".
      buttons.map(({ action, label }) => (action === 'copy-link' ? `${label}Copied` : label)),
    )
    await expect(page.locator('#mark use')).toHaveAttribute('href', `#mark-${mark}`)
    const box = await page.locator('#mark').boundingBox()
    expect(box?.width).toBeGreaterThan(10)
    await expect(page.getByRole('contentinfo')).toContainText('127.0.0.1:5323')
    await expect(page.getByRole('contentinfo')).toContainText('0.1.0')
    expect(await complaints()).toEqual([])
  })
}

test('an app’s request is shown next to the session until it ends', async ({ open }) => {
  const { page, tell } = await open(STATES.asking)
  const box = page.locator('#asking')
  await expect(box).toContainText('An app asks you to sign in: mail-sync.')
  await expect(box).toContainText('4:59 left.')
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  await box.getByRole('button', { name: 'Cancel' }).focus()
  await tell(SIGNED_IN)
  await expect(box).toBeHidden()
  await expect(page.getByRole('heading')).toBeFocused()
})

test('each state’s mark exists', async ({ open }) => {
  const { page } = await open(SIGNED_OUT)
  const marks = Object.values(CONFIGURED).map((status) => `mark-${toView(status, NOW_MS).mark}`)
  const drawn = await page.locator('symbol').evaluateAll((all) => all.map(({ id }) => id))
  expect(drawn.toSorted()).toEqual([...new Set(marks), 'mark-ask'].toSorted())
})

test('the policy is in force, and the test detects a violation', async ({ open }) => {
  const { page, complaints } = await open(SIGNED_IN)
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'))
  await expect.poll(complaints).toContain('style-src-attr')
})

test('a message at the bottom says why the local service is not at its usual port', async ({
  open,
}) => {
  const { page } = await open({ ...SIGNED_OUT, serviceMessage: 'Port 1000 is taken.' })
  await expect(page.getByRole('contentinfo').getByText('Port 1000 is taken.')).toBeVisible()
})

const commands = (calls: readonly unknown[][]): unknown[] =>
  calls.filter(([name]) => name === 'runCommand').map(([, command]) => command)

for (const [name, label, command] of [
  ['signed-out', 'Sign in', 'sign-in'],
  ['waiting', BUTTONS.openAgain, 'open-again'],
  ['waiting', BUTTONS.copyLink, 'copy-link'],
  ['waiting', 'Cancel', 'cancel'],
  ['signed-in', 'Sign out', 'sign-out'],
  ['signed-in', BUTTONS.signInAsOther, 'sign-in-as-other'],
  ['renewal-failing', 'Sign in again', 'sign-in'],
  ['asking', BUTTONS.openAgain, 'open-again'],
  ['asking', BUTTONS.copyLink, 'copy-link'],
  ['asking', 'Cancel', 'cancel'],
  ['signed-in', 'Copy the address of the local service', 'copy-service-url'],
] as const) {
  test(`${label} runs ${command} in the state ${name}`, async ({ open }) => {
    const { page, fake } = await open(STATES[name])
    await page.getByRole('button', { name: label, exact: true }).click()
    expect(commands(await fake(({ calls }) => calls))).toEqual([command])
  })
}

test('a button runs its command, and is disabled until the answer', async ({ open }) => {
  const { page, fake } = await open(SIGNED_IN)
  await fake(({ held }) => held.push('runCommand'))
  const signOut = page.getByRole('button', { name: 'Sign out' })
  await signOut.click()
  await expect(signOut).toBeDisabled()
  await signOut.click({ force: true })
  await page.getByRole('button', { name: BUTTONS.signInAsOther }).click()
  expect(commands(await fake(({ calls }) => calls))).toEqual(['sign-out', 'sign-in-as-other'])
  await fake((fake) => fake.answer('done'))
  await expect(signOut).toBeDisabled()
  await page.clock.runFor(500)
  await expect(signOut).toBeEnabled()
})

test('a failed command shows a message until the next attempt', async ({ open }) => {
  const { page, fake, tell } = await open(SIGNED_OUT)
  await fake(({ held }) => held.push('runCommand'))
  const button = page.getByRole('button', { name: 'Sign in' })
  await button.click()
  await fake((fake) => fake.answer('failed'))
  await expect(page.getByRole('alert')).toHaveText(NEWS.didNotWork)
  await expect(button).toBeEnabled()
  await tell(SIGNED_OUT)
  await expect(page.getByRole('alert')).toHaveText(NEWS.didNotWork)
  await button.click()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await fake((fake) => fake.answer('failed'))
  await expect(page.getByRole('alert')).toHaveCount(1)
  await tell(WAITING)
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('if the main process does not answer, a message says so, and there are no buttons', async ({
  open,
}) => {
  const { page, complaints, tell } = await open({ status: null })
  await expect(page.getByRole('heading')).toHaveText(STATUS.noAnswer.heading)
  await expect(page.getByRole('button')).toHaveCount(0)
  await expect(page.getByRole('contentinfo')).toHaveCount(0)
  expect(await complaints()).toEqual([])
  await tell(SIGNED_OUT)
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  await expect(page.getByRole('button', { name: 'Settings' })).toBeVisible()
  await expect(page.getByRole('contentinfo')).toBeVisible()
})

for (const [label, shown] of [
  [BUTTONS.copyLink, BUTTONS.copyLink],
  ['Copy the address of the local service', 'Copy'],
] as const) {
  test(`${label}: a copy is shown and announced, and the layout does not change`, async ({
    open,
  }) => {
    const { page, fake } = await open(WAITING)
    const button = page.getByRole('button', { name: label })
    const opacity = (text: string): Promise<string> =>
      button.getByText(text, { exact: true }).evaluate((span) => getComputedStyle(span).opacity)
    const boxes = (): Promise<unknown> =>
      page.evaluate(() =>
        [...document.querySelectorAll('button, dd, p')]
          // Collapsed elements do not always have a box.
          .filter((one) => one.checkVisibility())
          .map((one) => one.getBoundingClientRect()),
      )
    expect([await opacity(shown), await opacity('Copied')]).toEqual(['1', '0'])
    const before = await boxes()
    await button.click()
    await expect(page.getByRole('status')).toHaveText(NEWS.copied)
    expect([await opacity(shown), await opacity('Copied')]).toEqual(['0', '1'])
    expect(await boxes()).toEqual(before)
    await page.clock.runFor(2000)
    expect([await opacity(shown), await opacity('Copied')]).toEqual(['1', '0'])
    await expect(button).toHaveAccessibleName(label)
    // The second copy is announced too.
    await button.click()
    await expect
      .poll(() => fake(({ announcements }) => announcements))
      .toEqual([NEWS.copied, NEWS.copied])
  })
}

test('a failed copy is not announced as copied', async ({ open }) => {
  const { page, fake } = await open(WAITING)
  await fake(({ held }) => held.push('runCommand'))
  const button = page.getByRole('button', { name: BUTTONS.copyLink })
  await button.click()
  await fake((fake) => fake.answer('failed'))
  await expect(page.getByRole('alert')).toHaveText(NEWS.didNotWork)
  await expect(button).not.toHaveClass(/copied/)
  expect(await fake(({ announcements }) => announcements)).toEqual([])
})

test('the focus moves to a button’s replacement, and stays if the button stays', async ({
  open,
}) => {
  const { page, fake, tell } = await open(SIGNED_OUT)
  await page.getByRole('button', { name: 'Sign in' }).focus()
  await page.keyboard.press('Enter')
  await tell(STATES.starting)
  const cancel = page.getByRole('button', { name: 'Cancel' })
  await expect(cancel).toBeFocused()
  const before = await cancel.boundingBox()
  // The link is ready: two more buttons appear, and this one has not moved.
  await tell(WAITING)
  await expect(page.getByRole('button', { name: BUTTONS.openAgain })).toBeVisible()
  await expect(cancel).toBeFocused()
  expect(await cancel.boundingBox()).toEqual(before)
  await page.keyboard.press('Space')
  expect(commands(await fake(({ calls }) => calls))).toEqual(['sign-in', 'cancel'])

  await tell(STATES['needs-sign-in'])
  await expect(page.getByRole('button', { name: 'Sign in again' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeFocused()
  await tell(SIGNED_IN)
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeFocused()
  await tell(STATES['no-provider'])
  await expect(page.getByRole('heading')).toBeFocused()
  await expect(page.getByRole('heading')).toHaveText(STATUS.noProvider)
})

test('a change sets no focus if there was none', async ({ open }) => {
  const { page, tell } = await open(SIGNED_OUT)
  await tell(SIGNED_IN)
  await expect(page.locator(':focus')).toHaveCount(0)
})

test('neither a double click nor holding Enter presses the next button', async ({ open }) => {
  const { page, fake, tell } = await open(SIGNED_OUT)
  const middle = await findMiddle(page, 'Sign in')
  await page.mouse.click(...middle)
  await tell(STATES.starting)
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
  await page.mouse.move(...middle)
  await page.mouse.down({ clickCount: 2 })
  await page.mouse.up({ clickCount: 2 })
  await tell(SIGNED_OUT)
  await page.getByRole('button', { name: 'Sign in' }).focus()
  await page.keyboard.down('Enter')
  await tell(STATES.starting)
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.down('Enter')
  await page.keyboard.up('Enter')
  expect(commands(await fake(({ calls }) => calls))).toEqual(['sign-in', 'sign-in'])
})

async function findMiddle(page: Page, name: string): Promise<[x: number, y: number]> {
  const box = await page.getByRole('button', { name, exact: true }).boundingBox()
  if (!box) throw new Error(`${name} is out of sight`)
  return [box.x + box.width / 2, box.y + box.height / 2]
}

test('a change of the state is announced once, and the countdown is not announced', async ({
  open,
}) => {
  const { page, fake, tell } = await open(SIGNED_OUT)
  const announcements = (): Promise<string[]> => fake(({ announcements }) => announcements)
  await expect(page.getByRole('status')).toBeEmpty()
  await tell(WAITING)
  await expect(page.getByText('4:59')).toBeVisible()
  await page.clock.runFor(3000)
  await expect(page.getByText('4:56')).toBeVisible()
  await tell(WAITING)
  expect(await announcements()).toEqual(['Waiting for your browser.'])
  await tell(SIGNED_IN)
  await page.clock.runFor(10_000)
  await tell({ ...SIGNED_IN, scope: 'openid' })
  expect(await announcements()).toEqual([
    'Waiting for your browser.',
    'You are signed in as Alice Adams.',
  ])
  await expect(page.getByRole('status')).toBeEmpty()
})

for (const name of ['waiting', 'offline', 'ends-soon'] as const) {
  test(`the layout does not change as time passes: ${name}`, async ({ open }) => {
    const { page } = await open(STATES[name])
    const layout = (): Promise<unknown> =>
      page.evaluate(() =>
        [...document.querySelectorAll('main, main *:not(svg, svg *), footer')].map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect()
          // Its text may get longer, but the elements around it must not move.
          return one.tagName === 'BDI' ? [x, y] : [x, y, width, height]
        }),
      )
    const before = await layout()
    for (let second = 0; second < 11; second++) {
      await page.clock.runFor(1000)
      expect(await layout()).toEqual(before)
    }
  })
}

test('a tick changes only the text of the time, and redraws nothing else', async ({ open }) => {
  const { page } = await open(WAITING)
  await page.evaluate(() => {
    const changed: string[] = []
    new MutationObserver((records) => {
      for (const { target } of records) {
        changed.push(target.parentElement?.closest('dd')?.textContent ?? target.nodeName)
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    Object.assign(globalThis, { changed })
  })
  await page.clock.runFor(2000)
  const changed = await page.evaluate(
    () => (globalThis as unknown as { changed: string[] }).changed,
  )
  expect(new Set(changed)).toEqual(new Set(['4:58', '4:57']))
})

test('the time until the session expires counts down each second to its end', async ({ open }) => {
  const { page } = await open(statusIn('signed-in', { account: ALICE, expiresAt: inMs(61_000) }))
  await expect(page.getByText('in 1 minute')).toBeVisible()
  await page.clock.runFor(2000)
  await expect(page.getByText('in 59 seconds')).toBeVisible()
  await page.clock.runFor(1000)
  await expect(page.getByText('in 58 seconds')).toBeVisible()
  await page.clock.runFor(60_000)
  await expect(page.getByText('any moment now')).toBeVisible()
})

test('a pushed status is not overwritten by a late answer to the first request', async ({
  open,
}) => {
  const { page, tell } = await open(SIGNED_OUT)
  await page.addInitScript((status) => {
    const { latchkey } = globalThis as unknown as { latchkey: LatchkeyApi }
    const { onStatusChanged } = latchkey
    latchkey.onStatusChanged = (listener) => {
      const end = onStatusChanged(listener)
      listener(status)
      return end
    }
  }, SIGNED_IN)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(STATE_WORDS['signed-in'].heading)
  await tell(WAITING)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(STATE_WORDS.waiting.heading)
})

test('S09: markup in texts from the provider is shown as text', async ({ open }) => {
  const markup = '<img src=x onerror="document.title=1"><b id="evil">B</b>'
  const account = { sub: 'm', name: markup, email: `${markup}@x` }
  const window: WindowStatus = {
    ...statusIn('offline', { account, reason: markup }),
    scope: markup,
    issuer: `not a URL ${markup}`,
    storage: { tier: 'memory', message: markup },
    serviceUrl: markup,
    serviceMessage: markup,
    version: markup,
  }
  const settings = {
    ...SETTINGS,
    providers: [{ ...SETTINGS.providers[0]!, issuer: markup }],
    fields: { ...SETTINGS.fields, issuer: { value: markup, lockedBy: markup } },
    startAtLogin: { on: true, changeable: true, message: markup },
    file: markup,
  }
  const { page, complaints, tell } = await open({
    status: SIGNED_OUT,
    settings,
    report: markup,
    finding: { kind: 'failed', message: markup, issuer: markup },
    outcomes: [{ kind: 'rejected', field: 'clientId', message: markup }],
  })
  const isInert = async (): Promise<void> => {
    await expect(page.locator('img, b, #evil')).toHaveCount(0)
    await expect(page).toHaveTitle('Latchkey')
  }
  await tell(window)
  // Name, reason, scopes, message, address, the address's message, and version.
  const seen = page.getByText(markup, { exact: true }).filter({ visible: true })
  await expect(seen).toHaveCount(7)
  await isInert()
  await tell(statusIn('failed', { reason: markup }))
  await expect(page.locator('#text').getByText(markup, { exact: true })).toBeVisible()
  await isInert()

  await page.getByRole('button', { name: 'Settings' }).click()
  await expect(seen).toHaveCount(3)
  await isInert()
  await page.getByRole('button', { name: SETTINGS_WORDS.changeProvider }).click()
  await page.getByRole('button', { name: 'Test' }).click()
  await expect(page.locator('.finding')).toHaveText(markup)
  await page.getByLabel('Client ID').fill('x')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('.error:visible')).toHaveText(markup)
  await isInert()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: BUTTONS.createReport }).click()
  await expect(page.getByRole('region', { name: 'The report' })).toHaveText(markup)
  await isInert()
  expect(await complaints()).toEqual([])
})

test('a right-to-left name is aligned with the other facts, and does not affect their direction', async ({
  open,
}) => {
  const name = 'דוד בן־גוריון'
  const { page } = await open(
    statusIn('signed-in', { account: { sub: 'r', name, email: '\u202edlrow@example.com' } }),
  )
  const lefts = await page.locator('#facts dd bdi:not(:empty)').evaluateAll((all) =>
    all.map((one) => {
      const range = document.createRange()
      range.selectNodeContents(one)
      return Math.round(range.getBoundingClientRect().left)
    }),
  )
  expect(lefts.length).toBeGreaterThan(3)
  expect(new Set(lefts).size).toBe(1)
  const direction = (text: string): Promise<string> =>
    page.getByText(text, { exact: true }).evaluate((one) => getComputedStyle(one).direction)
  expect(await direction(name)).toBe('rtl')
  expect(await direction('login.example.com')).toBe('ltr')
  await expect(page.getByText('login.example.com', { exact: true })).toBeVisible()
})

test('nothing is animated if the user prefers reduced motion', async ({ open }) => {
  const { page } = await open(WAITING)
  const animation = (): Promise<string> =>
    page.locator('#mark').evaluate((mark) => getComputedStyle(mark).animationName)
  expect(await animation()).toBe('turn')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await animation()).toBe('none')
})

test('without a provider, the form replaces the state until there is one', async ({ open }) => {
  const { page, tell, fake } = await open({ status: STATES['no-provider'], settings: UNSET })
  await expect(page.getByRole('heading')).toHaveText(STATUS.noProvider)
  await expect(page.getByLabel('Issuer')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Back' })).toHaveCount(0)
  // The form already says the same as the tray's Sign in.
  const reason = 'No provider is configured yet.'
  await tell({ ...STATES['no-provider'], status: { ...STATES.failed.status, reason } })
  await expect(page.locator('#provider').getByText(reason)).toHaveCount(0)
  await tell({ ...STATES['not-restored'], issuer: null })
  await expect(page.locator('#provider').getByText('could not be opened')).toBeVisible()
  await tell(SIGNED_OUT)
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  expect(await fake(({ announcements }) => announcements)).toEqual([
    `No provider is set up yet. ${STATES['not-restored'].status.reason}`,
    'You are not signed in.',
  ])
})

for (const name of ['signed-out', 'waiting', 'failed', 'signed-in', 'demo'] as const) {
  test(`${name} fits into the window’s first size`, async ({ open }) => {
    const { page } = await open(STATES[name])
    expect(page.viewportSize()).toEqual(WINDOW_SIZE)
    const [taken, there] = await page.evaluate(() => [
      document.documentElement.scrollHeight,
      innerHeight,
    ])
    expect(taken).toBeLessThanOrEqual(there)
  })
}

test('each heading breaks only between words in the smallest window at 200 %', async ({ open }) => {
  const { page, tell } = await open(SIGNED_OUT)
  await page.setViewportSize({ width: 150, height: 180 })
  for (const [name, status] of Object.entries(CONFIGURED)) {
    await tell(status)
    const heading = page.locator('#heading span')
    await expect(heading).toHaveText(toView(status, NOW_MS).heading)
    const broken = await heading.evaluate((span) => {
      // The width of the widest system font.
      span.style.letterSpacing = '0.12em'
      const text = span.firstChild as Text
      return [...text.data.matchAll(/[^\s-]+/g)].flatMap(({ 0: word, index }) => {
        const range = document.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        return range.getClientRects().length === 1 ? [] : [word]
      })
    })
    expect(broken, name).toEqual([])
  }
})

test('no state of the window shows names from the source code', () => {
  for (const [name, status] of Object.entries(STATES)) {
    const { heading, text, banners, facts } = toView(status, NOW_MS)
    const said = JSON.stringify([heading, text, banners.map((banner) => banner.text), facts])
    expect(said, name).not.toMatch(/LATCHKEY_|keepWithoutKeyring|--[a-z]/)
  }
})
