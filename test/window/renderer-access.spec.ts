// The window is accessible: axe finds no violation, each task works by keyboard, every size fits.

import {
  BUTTONS,
  NEWS,
  PASTE,
  PROVIDER,
  REPORT as REPORT_WORDS,
  SETTINGS,
  STATE_WORDS,
  STATUS,
} from '../../renderer/words.js'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type { AxeResults, RunOptions } from 'axe-core'
import { WINDOW_SIZE } from '../../main/present/window-size.js'
import { REPORT } from '../support/window-report.js'
import { STATES, statusIn, UNSET } from '../support/window-states.js'
import { PICTURES } from '../support/window-pictures.js'
import { expect, test } from '../support/window-test.js'
import type { Fake } from '../support/window.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** axe's rules about colours, which are all that differs between light and dark. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/** The violations that axe finds, and the number of rules that passed. `rules`: all if it is left out. */
async function examine(
  page: Page,
  rules?: string[],
): Promise<{ violations: string[]; passes: number }> {
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as {
      axe: { run(context: Document, options: RunOptions): Promise<AxeResults> }
    }
    const { violations, passes } = await axe.run(document, {
      preload: false,
      ...(runOnly && { runOnly }),
    })
    return {
      violations: violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
      ),
      passes: passes.length,
    }
  }, rules)
}

/** The smallest window, the usual width at 200 %, and the smallest window at 200 %. */
const SIZES = [
  { width: 300, height: 360 },
  { width: 190, height: 260 },
  { width: 150, height: 180 },
] as const

// Every view and state with a picture. Both checks share a page, because to open it takes as long as they do.
for (const { name, answers, act } of PICTURES) {
  test(`axe finds no violation in ${name}, light or dark, and nothing is cut off or scrolls sideways, however narrow or enlarged`, async ({
    open,
  }) => {
    const { page } = await open(answers, { reducedMotion: 'reduce' })
    await act?.(page)
    for (const size of SIZES) {
      await page.setViewportSize(size)
      expect(await cutOff(page), `at ${size.width} by ${size.height}`).toEqual([])
    }
    await page.setViewportSize(WINDOW_SIZE)
    // axe waits for timers.
    await page.clock.resume()
    // Scripts evaluated by a test bypass the page's policy.
    await page.evaluate(AXE)
    for (const [colorScheme, rules, least] of [
      ['light', undefined, 11],
      ['dark', COLOUR_RULES, 1],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      const { violations, passes } = await examine(page, rules && [...rules])
      expect(violations).toEqual([])
      expect(passes).toBeGreaterThanOrEqual(least)
    }
  })
}

/** The elements that extend beyond the card or the window, or that are clipped and can't be scrolled to. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    const found = scrollWidth > clientWidth ? ['the page scrolls sideways'] : []
    for (const card of document.querySelectorAll('main, footer')) {
      const { left, right } = card.getBoundingClientRect()
      const isOut = (rect: DOMRect): boolean =>
        rect.width > 0 &&
        (rect.left < Math.max(left, 0) || rect.right > Math.min(right, clientWidth))
      for (const one of card.querySelectorAll('*')) {
        const range = document.createRange()
        // In preformatted text, only the spaces at the ends of lines may extend beyond.
        if (one.closest('pre') === null && !one.querySelector('pre')) range.selectNodeContents(one)
        else if (one.scrollWidth > one.clientWidth + 1) found.push(one.outerHTML)
        const isClipped =
          ['hidden', 'clip'].includes(getComputedStyle(one).overflowY) &&
          one.scrollHeight > one.clientHeight + 1
        if (isClipped || [one.getBoundingClientRect(), ...range.getClientRects()].some(isOut)) {
          found.push(one.outerHTML)
        }
      }
    }
    return found
  })
}

test('the check detects content that does not fit', async ({ open }) => {
  const { page } = await open(STATES['signed-in'])
  for (const style of [
    'width: 400px',
    'white-space: nowrap; padding-left: 150px',
    'overflow: hidden; height: 5px',
    'margin-left: -130px',
  ]) {
    expect(await cutOff(page)).toEqual([])
    const row = page.locator('dd', { hasText: 'offline_access' })
    await row.evaluate((one, style) => (one.style.cssText = style), style)
    expect(await cutOff(page), style).not.toEqual([])
    await row.evaluate((one) => one.removeAttribute('style'))
  }
})

for (const [name, status] of [
  ['very long words', 'x'.repeat(200)],
  ['many words', 'a few words '.repeat(16)],
] as const) {
  test(`names and reasons with ${name} are not cut off`, async ({ open }) => {
    const account = { sub: 'x', name: status, email: `${status}@example.com` }
    const { page, tell } = await open(STATES['signed-in'], {
      viewport: { width: 190, height: 260 },
    })
    for (const state of ['signed-in', 'offline', 'needs-sign-in', 'failed'] as const) {
      await tell({
        ...statusIn(state, { account, reason: status }),
        scope: status,
        storage: { tier: 'memory', message: status },
        issuer: `https://${'y'.repeat(60)}.example.com`,
        serviceMessage: status,
      })
      expect(await cutOff(page)).toEqual([])
    }
  })
}

// By keyboard, an element is found only if the focus gets there.

const ROUND = 40

/** Presses Tab until an element with that name has the focus. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const seen: string[] = []
  for (let step = 0; step < ROUND; step++) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    if ((await focused.count()) === 0) continue
    const found = await focused.evaluate((one) => {
      const { labels } = one as HTMLInputElement
      return one.ariaLabel ?? labels?.[0]?.textContent ?? one.textContent ?? ''
    })
    seen.push(found.trim())
    if (typeof name === 'string' ? found.trim() === name : name.test(found)) {
      // The focus is visible.
      const outline = await focused.evaluate((one) => getComputedStyle(one).outlineStyle)
      expect(outline, `${found} shows that it has the focus`).toBe('solid')
      return
    }
  }
  throw new Error(`Tab does not come to ${name}, but to ${seen.join(', ')}`)
}

async function pressByKey(page: Page, name: string | RegExp, key = 'Enter'): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press(key)
}

const calls = ({ calls }: Fake): unknown[] =>
  calls.filter(([name]) => !['readStatus', 'readSettings', 'readProvider'].includes(name))

test('by keyboard: sign in, open the link again, copy it, and cancel', async ({ open }) => {
  const { page, fake, tell } = await open(STATES['signed-out'])
  await pressByKey(page, 'Sign in')
  await tell(STATES.waiting)
  await pressByKey(page, BUTTONS.openAgain)
  await pressByKey(page, /^Copy sign-in link/, 'Space')
  await pressByKey(page, 'Cancel')
  await tell(STATES['signed-out'])
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeFocused()
  expect(await fake(calls)).toEqual([
    ['runCommand', 'sign-in'],
    ['runCommand', 'open-again'],
    ['runCommand', 'copy-link'],
    ['runCommand', 'cancel'],
  ])
})

test('by keyboard: paste the address that the browser could not load', async ({ open }) => {
  const { page, fake, tell } = await open({
    status: STATES.waiting,
    pasted: { kind: 'taken', message: 'It was taken.' },
  })
  await pressByKey(page, STATUS.helpQuestion)
  await tabTo(page, PASTE.label)
  await page.keyboard.type('http://127.0.0.1:40123/callback?code=c&state=s')
  await pressByKey(page, 'Continue')
  await tell(STATES.answered)
  await expect(page.getByRole('heading')).toBeFocused()
  expect(await fake(calls)).toEqual([
    ['pasteAddress', 'http://127.0.0.1:40123/callback?code=c&state=s'],
  ])
})

test('by keyboard: sign out, sign in as someone else, and copy the service’s address', async ({
  open,
}) => {
  const { page, fake } = await open(STATES['signed-in'])
  await pressByKey(page, 'Sign out')
  await pressByKey(page, BUTTONS.signInAsOther)
  await pressByKey(page, 'Copy the address of the local service')
  expect(await fake(calls)).toEqual([
    ['runCommand', 'sign-out'],
    ['runCommand', 'sign-in-as-other'],
    ['runCommand', 'copy-service-url'],
  ])
})

test('by keyboard: set up a provider, with a test, another spelling and a rejected field', async ({
  open,
}) => {
  const issuer = 'https://login.example.com'
  const { page, fake } = await open({
    status: STATES['no-provider'],
    settings: UNSET,
    finding: { kind: 'failed', message: 'Only the slash is missing.', issuer: `${issuer}/` },
    outcomes: [{ kind: 'rejected', field: 'scope', message: 'openid must be among them.' }],
  })
  await tabTo(page, 'Issuer')
  await page.keyboard.type(issuer)
  await pressByKey(page, 'Test')
  await expect(page.getByText('Only the slash is missing.')).toBeVisible()
  await fake((fake) => void (fake.finding = { kind: 'found', lines: [] }))
  await pressByKey(page, PROVIDER.useSpelling)
  await expect(page.getByText(PROVIDER.works)).toBeVisible()
  await expect(page.getByLabel('Issuer')).toBeFocused()
  await tabTo(page, 'Client ID')
  await page.keyboard.type('latchkey-desktop')
  await pressByKey(page, PROVIDER.more)
  await tabTo(page, 'Scopes')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('profile')
  await pressByKey(page, 'Save')
  await expect(page.getByLabel('Scopes')).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.type('openid ')
  await page.clock.runFor(500)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  await expect(page.getByRole('heading')).toBeFocused()
  expect(await fake(calls)).toEqual([
    ['testProvider', issuer],
    ['testProvider', `${issuer}/`],
    [
      'saveProvider',
      null,
      { issuer: `${issuer}/`, clientId: 'latchkey-desktop', scope: 'profile' },
    ],
    [
      'saveProvider',
      null,
      { issuer: `${issuer}/`, clientId: 'latchkey-desktop', scope: 'openid profile' },
    ],
  ])
})

test('by keyboard: choose a provider by name, read how to register there, and save it', async ({
  open,
}) => {
  const { page, fake } = await open({ status: STATES['no-provider'], settings: UNSET })
  await pressByKey(page, /^Copy the redirect URI/)
  await tabTo(page, 'Provider')
  // Typing selects the first name with these letters.
  await page.keyboard.type('Aut')
  await expect(page.getByText(PROVIDER.known('Auth0'))).toBeVisible()
  await expect(page.getByLabel('Provider', { exact: true })).toBeFocused()
  await pressByKey(page, 'How to register at Auth0')
  await tabTo(page, 'Issuer')
  await page.keyboard.type('example.eu.auth0.com')
  await tabTo(page, 'Client ID')
  await page.keyboard.type('latchkey-desktop')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading')).toHaveText(STATE_WORDS['signed-out'].heading)
  expect(await fake(calls)).toEqual([
    ['runCommand', 'copy-redirect-uris'],
    ['openProviderGuide', 'auth0'],
    [
      'saveProvider',
      null,
      {
        issuer: 'https://example.eu.auth0.com/',
        clientId: 'latchkey-desktop',
        redirectPort: '8400',
      },
    ],
  ])
})

test('by keyboard: change a setting, create a report, copy it, and go back', async ({ open }) => {
  const { page, fake } = await open({ status: STATES['signed-in'], report: REPORT })
  await pressByKey(page, 'Settings')
  await pressByKey(page, SETTINGS.choices.notifications[0], 'Space')
  await expect(page.getByText(NEWS.saved)).toBeVisible()
  await pressByKey(page, BUTTONS.createReport)
  await expect(page.getByRole('button', { name: REPORT_WORDS.copy })).toBeVisible()
  await tabTo(page, 'The report')
  await pressByKey(page, /^Copy the report/)
  await page.keyboard.press('Escape')
  await pressByKey(page, 'Back')
  await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused()
  expect(await fake(calls)).toEqual([
    ['saveSettings', { notifications: false }],
    ['createReport'],
    ['runCommand', 'copy-report'],
  ])
})

test('in forced colours, every button and field has a visible border', async ({ open }) => {
  for (const name of ['signed-in', 'no-provider'] as const) {
    const { page } = await open(
      { status: STATES[name], settings: UNSET },
      { forcedColors: 'active', colorScheme: 'dark' },
    )
    const edges = await page
      .locator('button:visible, input:visible, select:visible')
      .evaluateAll((all) =>
        all.map((one) => {
          const { borderTopColor, borderTopWidth } = getComputedStyle(one)
          return borderTopWidth === '0px' ? 'none' : borderTopColor
        }),
      )
    expect(edges.length).toBeGreaterThan(2)
    expect(edges.filter((edge) => /none|rgba\(0, 0, 0, 0\)|rgb\(0, 0, 0\)/.test(edge))).toEqual([])
  }
})

test('with increased contrast, secondary text has the same colour as the rest', async ({
  open,
}) => {
  const { page } = await open(STATES['signed-in'], { contrast: 'more' })
  const colours = await page
    .locator('dt:visible, dd:visible, footer p:visible, #text')
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).color))
  expect(new Set(colours).size).toBe(1)
})
