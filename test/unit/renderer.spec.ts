import { expect, test as base, type Browser, type Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command, LatchkeyApi, WindowStatus } from '../../main/ipc.js'
import { viewOf, type Tone, type View } from '../../dist/renderer/view.js'
import { launchBrowser } from '../browser.js'

type State = WindowStatus['status']['state']

const NOW_MS = Date.UTC(2026, 10, 22, 12)
const ALICE = { name: 'Alice Adams', email: 'alice@example.com', sub: 'alice' }

const inMs = (ms: number): string => new Date(NOW_MS + ms).toISOString()

function statusIn(
  state: State,
  status: Partial<WindowStatus['status']> = {},
  window: Partial<WindowStatus> = {},
): WindowStatus {
  return {
    waitingUntilMs: null,
    issuer: 'https://login.example.com/tenant/',
    demo: false,
    serviceUrl: 'http://127.0.0.1:1000',
    serviceNote: null,
    version: '0.1.0',
    ...window,
    status: { state, account: null, expiresAt: null, reason: null, ...status },
  }
}

const WAITING = statusIn('waiting', {}, { waitingUntilMs: NOW_MS + 299_000 })
const SIGNED_IN = statusIn('signed-in', { account: ALICE, expiresAt: inMs(3_570_000) })

type Row = {
  window: WindowStatus
  tone: Tone
  heading: string
  text: string
  notice?: string
  facts: readonly string[]
  buttons: readonly string[]
  announcement?: string
}

const ROWS: { readonly [S in State]: Row } = {
  'signed-out': {
    window: statusIn('signed-out'),
    tone: 'neutral',
    heading: 'You are not signed in',
    text: 'Sign in once',
    facts: ['Provider: login.example.com'],
    buttons: ['sign-in: Sign in'],
  },
  waiting: {
    window: WAITING,
    tone: 'busy',
    heading: 'Waiting for your browser',
    text: 'Sign in on the page that opens there.',
    facts: ['Time left: 4:59', 'Provider: login.example.com'],
    buttons: ['cancel: Cancel'],
  },
  answered: {
    window: statusIn('answered', { account: ALICE }),
    tone: 'busy',
    heading: 'Your browser is back',
    text: 'checking',
    facts: ['Until now: Alice Adams, alice@example.com', 'Provider: login.example.com'],
    buttons: ['cancel: Cancel'],
  },
  exchanging: {
    window: statusIn('exchanging'),
    tone: 'busy',
    heading: 'Finishing the sign-in',
    text: 'confirming who you are',
    facts: ['Provider: login.example.com'],
    buttons: ['cancel: Cancel'],
  },
  'signed-in': {
    window: SIGNED_IN,
    tone: 'good',
    heading: 'You are signed in',
    text: 'apps on this computer',
    facts: [
      'Account: Alice Adams, alice@example.com',
      'Provider: login.example.com',
      'Runs out: TIME, in 59 minutes',
    ],
    buttons: ['sign-out: Sign out', 'sign-in-as-other: Sign in as somebody else'],
    announcement: 'You are signed in as Alice Adams.',
  },
  offline: {
    window: statusIn('offline', {
      account: ALICE,
      expiresAt: inMs(45_000),
      reason: 'Bob was signed out.',
    }),
    tone: 'neutral',
    heading: 'You are signed in, but offline',
    text: 'cannot be reached',
    notice: 'Bob was signed out.',
    facts: [
      'Account: Alice Adams, alice@example.com',
      'Provider: login.example.com',
      'Runs out: TIME, in 45 seconds',
    ],
    buttons: ['sign-out: Sign out'],
    announcement: 'You are signed in, but offline. Bob was signed out.',
  },
  'renewal-failing': {
    window: statusIn('renewal-failing', { account: ALICE }),
    tone: 'bad',
    heading: 'Your session cannot be renewed',
    text: 'Latchkey keeps trying',
    facts: ['Account: Alice Adams, alice@example.com', 'Provider: login.example.com'],
    buttons: ['sign-in: Sign in again', 'sign-out: Sign out'],
  },
  'needs-sign-in': {
    window: statusIn('needs-sign-in', { account: ALICE, reason: 'Your session has run out.' }),
    tone: 'neutral',
    heading: 'Please sign in again',
    text: 'Your session has run out.',
    facts: ['Until now: Alice Adams, alice@example.com', 'Provider: login.example.com'],
    buttons: ['sign-in: Sign in again', 'sign-out: Sign out'],
    announcement: 'Please sign in again. Your session has run out.',
  },
  failed: {
    window: statusIn('failed', { reason: 'Nobody finished the sign-in.' }),
    tone: 'bad',
    heading: 'The sign-in failed',
    text: 'Nobody finished the sign-in.',
    facts: ['Provider: login.example.com'],
    buttons: ['sign-in: Sign in'],
    announcement: 'The sign-in failed. Nobody finished the sign-in.',
  },
}

/** The facts as lines; the time of day, which the machine's language and zone decide, is left out. */
function linesOf({ facts }: View): readonly string[] {
  return facts.map(({ label, value, detail }) => {
    const shown = label === 'Runs out' ? 'TIME' : value
    return `${label}: ${shown}${detail === null ? '' : `, ${detail}`}`
  })
}

const expiryIn = (ms: number): string | undefined =>
  linesOf(viewOf(statusIn('signed-in', { account: ALICE, expiresAt: inMs(ms) }), NOW_MS)).at(-1)

base.describe('view', () => {
  for (const [state, row] of Object.entries(ROWS)) {
    base(`${state} is said in words, with what can be done`, () => {
      const view = viewOf(row.window, NOW_MS)
      expect(view.tone).toBe(row.tone)
      expect(view.heading).toBe(row.heading)
      expect(view.lines).toEqual([{ kind: 'text', text: expect.stringContaining(row.text) }])
      expect(view.notice).toBe(row.notice ?? null)
      expect(linesOf(view)).toEqual(row.facts)
      expect(view.buttons.map(({ command, label }) => `${command}: ${label}`)).toEqual(row.buttons)
      expect(view.announcement).toBe(row.announcement ?? `${row.heading}.`)
    })
  }

  base('every heading is different', () => {
    const headings = Object.values(ROWS).map(({ window }) => viewOf(window, NOW_MS).heading)
    expect(new Set(headings).size).toBe(headings.length)
  })

  for (const state of ['signed-out', 'failed', 'needs-sign-in'] as const) {
    base(`${state} without a provider says how to set one up, and offers no sign-in`, () => {
      const view = viewOf(statusIn(state, { reason: 'none' }, { issuer: null }), NOW_MS)
      const words = view.lines.map(({ text }) => text).join('\n')
      expect(view.heading).toBe('No provider is set up yet')
      for (const word of ['settings.json', '"issuer"', '"clientId"', '--issuer', '--demo']) {
        expect(words).toContain(word)
      }
      expect(view.buttons).toEqual([])
    })
  }

  base('the demo provider is named as one', () => {
    const demo = statusIn('signed-out', {}, { demo: true, issuer: 'http://127.0.0.1:4000' })
    expect(linesOf(viewOf(demo, NOW_MS))).toEqual(['Provider: Demo provider, with made-up people'])
  })

  base('an email that is the name is shown once', () => {
    const account = { ...ALICE, name: ALICE.email }
    const view = viewOf(statusIn('signed-in', { account }), NOW_MS)
    expect(linesOf(view)[0]).toBe(`Account: ${ALICE.email}`)
  })

  for (const [ms, words] of [
    [-1, 'any moment now'],
    [0, 'any moment now'],
    [1, 'in 1 second'],
    [59_000, 'in 59 seconds'],
    [60_000, 'in 1 minute'],
    [3_599_000, 'in 59 minutes'],
    [3_600_000, 'in 1 hour'],
    [7_500_000, 'in 2 hours 5 minutes'],
    [86_400_000, 'in 1 day'],
    [180_000_000, 'in 2 days 2 hours'],
  ] as const) {
    base(`${ms} ms before the end reads "${words}"`, () => {
      expect(expiryIn(ms)).toBe(`Runs out: TIME, ${words}`)
    })
  }

  base('the day is said where it is not today', () => {
    const day = new Date(NOW_MS + 180_000_000).toLocaleDateString(undefined, { weekday: 'short' })
    const window = statusIn('signed-in', { account: ALICE, expiresAt: inMs(180_000_000) })
    expect(viewOf(window, NOW_MS).facts.at(-1)?.value).toContain(day)
    expect(viewOf(SIGNED_IN, NOW_MS).facts.at(-1)?.value).not.toContain(day)
  })

  base('the next tick falls on the second of the deadline, and none follows it', () => {
    const at = (ms: number): number | null => viewOf(WAITING, NOW_MS + ms).nextTickMs
    expect(at(0)).toBe(1000)
    expect(at(250)).toBe(750)
    expect(at(298_999)).toBe(1)
    expect(at(299_000)).toBe(null)
    expect(viewOf(statusIn('signed-out'), NOW_MS).nextTickMs).toBe(null)
  })

  base('what is announced does not change with the time', () => {
    for (const { window } of Object.values(ROWS)) {
      const later = viewOf(window, NOW_MS + 30_000)
      expect(later.announcement).toBe(viewOf(window, NOW_MS).announcement)
    }
  })
})

// The page itself, in a real Chromium; only the main process behind `window.latchkey` is a fake.

type Fake = {
  commands: Command[]
  violations: string[]
  announcements: string[]
  tell(status: WindowStatus): void
  /** Ends the calls that are waiting. */
  answer(how: 'done' | 'refused'): void
}

const ROOT = join(import.meta.dirname, '..', '..')
const ORIGIN = 'http://app.latchkey.localhost'
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'"
const FILES: Readonly<Record<string, [file: string, type: string]>> = {
  '/': ['renderer/index.html', 'text/html'],
  '/style.css': ['renderer/style.css', 'text/css'],
  '/renderer.js': ['dist/renderer/renderer.js', 'text/javascript'],
  '/view.js': ['dist/renderer/view.js', 'text/javascript'],
}

type Opened = {
  page: Page
  /** What the console, the page's errors and the policy had to say. */
  complaints(): Promise<readonly string[]>
  fake<Result>(use: (fake: Fake) => Result): Promise<Result>
  tell(status: WindowStatus): Promise<void>
}

const test = base.extend<
  {
    open: (
      status: WindowStatus | null,
      viewport?: { width: number; height: number },
    ) => Promise<Opened>
  },
  { chromium: Browser }
>({
  chromium: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launchBrowser()
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],

  open: async ({ chromium }, use) => {
    const pages: Page[] = []
    await use(async (status, viewport = { width: 380, height: 520 }) => {
      const page = await chromium.newPage({ viewport })
      pages.push(page)
      const said: string[] = []
      page.on('console', (message) => said.push(message.text()))
      page.on('pageerror', (error) => said.push(String(error)))
      await page.route('**/*', async (route) => {
        const found = FILES[new URL(route.request().url()).pathname]
        if (!found) {
          said.push(`asked for ${route.request().url()}`)
          return route.abort()
        }
        const [file, type] = found
        const headers = { 'Content-Type': type, 'Content-Security-Policy': POLICY }
        await route.fulfill({ body: await readFile(join(ROOT, file)), headers })
      })
      // A clock that stands still until the test moves it.
      await page.clock.install({ time: NOW_MS - 1000 })
      await page.addInitScript(installFake, status)
      await page.clock.pauseAt(NOW_MS)
      await page.goto(`${ORIGIN}/`)
      if (status) await page.getByRole('heading', { level: 1 }).waitFor()
      const fake: Opened['fake'] = async (use) => {
        const handle = await page.evaluateHandle(
          () => (globalThis as unknown as { fake: Fake }).fake,
        )
        // Playwright's own type forgets that the function's argument is the handle's value.
        return page.evaluate(use as never, handle)
      }
      return {
        page,
        fake,
        complaints: async () => [...said, ...(await fake((fake) => fake.violations))],
        tell: (status) =>
          page.evaluate(
            (status) => (globalThis as unknown as { fake: Fake }).fake.tell(status),
            status,
          ),
      }
    })
    await Promise.all(pages.map((page) => page.close()))
  },
})

/** Runs in the page, before its own script. Null: the main process does not answer. */
function installFake(status: WindowStatus | null): void {
  let listener: ((status: WindowStatus) => void) | undefined
  let waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  const fake: Fake = {
    commands: [],
    violations: [],
    announcements: [],
    tell: (told) => listener?.(told),
    answer: (how) => {
      for (const call of waiting) {
        if (how === 'done') call.resolve()
        else call.reject(new Error('refused'))
      }
      waiting = []
    },
  }
  const latchkey: LatchkeyApi = {
    readStatus: () => (status ? Promise.resolve(status) : Promise.reject(new Error('gone'))),
    runCommand(command) {
      fake.commands.push(command)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    onStatusChanged(added) {
      listener = added
      return () => (listener = undefined)
    },
  }
  Object.assign(globalThis, { fake, latchkey })
  document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => {
    fake.violations.push(violatedDirective)
  })
  document.addEventListener('DOMContentLoaded', () => {
    const region = document.querySelector('[role=status]')
    new MutationObserver(() => fake.announcements.push(region?.textContent ?? '')).observe(
      region as Node,
      { characterData: true, childList: true, subtree: true },
    )
  })
}

const NOT_CONFIGURED = statusIn('signed-out', {}, { issuer: null })

test.describe('page', () => {
  for (const [state, { window, heading, buttons }] of Object.entries(ROWS)) {
    test(`${state} is shown without an error or a breach of the policy`, async ({ open }) => {
      const { page, complaints } = await open(window)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading)
      await expect(page.getByRole('button')).toHaveText(
        buttons.map((button) => button.slice(button.indexOf(' ') + 1)),
      )
      await expect(page.locator('.mark:visible')).toHaveCount(1)
      await expect(page.getByRole('contentinfo')).toContainText('127.0.0.1:1000')
      await expect(page.getByRole('contentinfo')).toContainText('0.1.0')
      expect(await complaints()).toEqual([])
    })
  }

  test('the policy is in force, and a breach of it would be seen', async ({ open }) => {
    const { page, complaints } = await open(SIGNED_IN)
    await page.evaluate(() => document.body.setAttribute('style', 'color: red'))
    await expect.poll(complaints).toContain('style-src-attr')
  })

  for (const width of [190, 300, 380]) {
    test(`nothing is cut off at a width of ${width}`, async ({ open }) => {
      const account = { ...ALICE, name: 'x'.repeat(300), email: `${'y'.repeat(80)}@example.com` }
      const reason = `"${'z'.repeat(200)}"`
      const { page, tell } = await open(NOT_CONFIGURED, { width, height: 520 })
      const states = Object.values(ROWS).map(({ window }) => ({
        ...window,
        status: { ...window.status, account, reason },
      }))
      for (const window of [NOT_CONFIGURED, ...states]) {
        await tell(window)
        const tooWide = await page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('main *')]
            .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
            .map(({ outerHTML }) => outerHTML),
        )
        expect(tooWide).toEqual([])
      }
    })
  }

  test('a button calls its command, once until that has been answered', async ({ open }) => {
    const { page, fake } = await open(SIGNED_IN)
    const signOut = page.getByRole('button', { name: 'Sign out' })
    await signOut.click()
    await expect(signOut).toBeDisabled()
    await signOut.click({ force: true })
    await page.getByRole('button', { name: 'Sign in as somebody else' }).click()
    expect(await fake(({ commands }) => commands)).toEqual(['sign-out', 'sign-in-as-other'])
    await fake((fake) => fake.answer('done'))
    await expect(signOut).toBeDisabled()
    await page.clock.runFor(500)
    await expect(signOut).toBeEnabled()
  })

  test('a command that is refused is told in a sentence, until the next try', async ({ open }) => {
    const { page, fake, tell } = await open(statusIn('signed-out'))
    const button = page.getByRole('button', { name: 'Sign in' })
    await button.click()
    await fake((fake) => fake.answer('refused'))
    await expect(page.getByRole('alert')).toHaveText(/^That did not work\./)
    await expect(button).toBeEnabled()
    await tell(statusIn('signed-out'))
    await expect(page.getByRole('alert')).toHaveText(/^That did not work\./)
    await button.click()
    await expect(page.getByRole('alert')).toHaveCount(0)
  })

  test('a main process that does not answer is told in a sentence', async ({ open }) => {
    const { page, complaints } = await open(null)
    await expect(page.getByRole('alert')).toHaveText(/^Latchkey does not answer\./)
    expect(await complaints()).toEqual([])
  })

  test('Tab reaches the button, Enter presses it, and the focus goes on to the next', async ({
    open,
  }) => {
    const { page, fake, tell } = await open(statusIn('signed-out'))
    await page.keyboard.press('Tab')
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeFocused()
    await tell(WAITING)
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await page.keyboard.press('Space')
    expect(await fake(({ commands }) => commands)).toEqual(['sign-in', 'cancel'])
    await tell(statusIn('needs-sign-in', { account: ALICE }))
    await page.keyboard.press('Tab')
    const signOut = page.getByRole('button', { name: 'Sign out' })
    await expect(signOut).toBeFocused()
    await tell(SIGNED_IN)
    await expect(signOut).toBeFocused()
    await tell(NOT_CONFIGURED)
    await expect(page.locator('#heading')).toBeFocused()
  })

  test('a change does not take the focus where it was not', async ({ open }) => {
    const { page, tell } = await open(statusIn('signed-out'))
    await tell(SIGNED_IN)
    await expect(page.locator(':focus')).toHaveCount(0)
  })

  test('neither a double click nor Enter held down presses the next button', async ({ open }) => {
    const { page, fake, tell } = await open(statusIn('signed-out'))
    const { x, y, width, height } = (await page.getByRole('button').boundingBox()) ?? FAR_OFF
    const middle = [x + width / 2, y + height / 2] as const
    await page.mouse.click(...middle)
    await tell(WAITING)
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
    await page.mouse.move(...middle)
    await page.mouse.down({ clickCount: 2 })
    await page.mouse.up({ clickCount: 2 })
    await tell(statusIn('signed-out'))
    await page.getByRole('button').focus()
    await page.keyboard.down('Enter')
    await tell(WAITING)
    await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    expect(await fake(({ commands }) => commands)).toEqual(['sign-in', 'sign-in'])
  })

  test('a change of the state is announced once, and the countdown never', async ({ open }) => {
    const { page, fake, tell } = await open(statusIn('signed-out'))
    const announcements = (): Promise<string[]> => fake(({ announcements }) => announcements)
    await expect(page.getByRole('status')).toBeEmpty()
    await tell(WAITING)
    await expect(page.getByText('4:59')).toBeVisible()
    const before = await page.getByRole('button').boundingBox()
    await page.clock.runFor(3000)
    await expect(page.getByText('4:56')).toBeVisible()
    expect(await page.getByRole('button').boundingBox()).toEqual(before)
    await tell(WAITING)
    expect(await announcements()).toEqual(['Waiting for your browser.'])
    await tell(SIGNED_IN)
    await page.clock.runFor(3000)
    await tell(SIGNED_IN)
    expect(await announcements()).toEqual([
      'Waiting for your browser.',
      'You are signed in as Alice Adams.',
    ])
  })

  test('the time until the session runs out ticks each second, until it is up', async ({
    open,
  }) => {
    const { page } = await open(statusIn('signed-in', { account: ALICE, expiresAt: inMs(61_000) }))
    await expect(page.getByText('in 1 minute')).toBeVisible()
    await page.clock.runFor(2000)
    await expect(page.getByText('in 59 seconds')).toBeVisible()
    await page.clock.runFor(1000)
    await expect(page.getByText('in 58 seconds')).toBeVisible()
    await page.clock.runFor(60_000)
    await expect(page.getByText('any moment now')).toBeVisible()
  })

  test('a status that was told is not undone by the answer to the first question', async ({
    open,
  }) => {
    const { page, tell } = await open(statusIn('signed-out'))
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
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed in')
    await tell(WAITING)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Waiting for your browser')
  })

  test('markup in what the provider says is shown, not obeyed', async ({ open }) => {
    const markup = '<img src=x onerror="document.title=1"><b id="evil">B</b>'
    const window = statusIn(
      'offline',
      { account: { sub: 'm', name: markup, email: `${markup}@x` }, reason: markup },
      { issuer: `not a URL ${markup}`, serviceUrl: markup, version: markup },
    )
    const { page, complaints, tell } = await open(statusIn('signed-out'))
    await tell(window)
    await expect(page.getByText(markup, { exact: true })).toHaveCount(4)
    await expect(page.locator('img, b, #evil')).toHaveCount(0)
    await tell(statusIn('failed', { reason: markup }))
    await expect(page.locator('#lines').getByText(markup, { exact: true })).toBeVisible()
    await expect(page.locator('img, b, #evil')).toHaveCount(0)
    await expect(page).toHaveTitle('Latchkey')
    expect(await complaints()).toEqual([])
  })

  test('nothing turns where a person asked for less motion', async ({ open }) => {
    const { page } = await open(WAITING)
    const animation = (): Promise<string> =>
      page.locator('.mark.busy').evaluate((mark) => getComputedStyle(mark).animationName)
    expect(await animation()).toBe('turn')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await animation()).toBe('none')
  })
})

const FAR_OFF = { x: -1, y: -1, width: 0, height: 0 }
