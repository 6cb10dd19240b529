// The window's words for each state.

import { ACCOUNTS, BUTTONS, FACTS, PERSON, STATE_WORDS, TIERS } from '../../renderer/words.js'
import { START_MESSAGES } from '../../main/app/app-messages.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { STORED_SESSION_MESSAGES } from '../../main/storage/stored-session-messages.js'
import { expect, test } from '@playwright/test'
import type { WindowStatus } from '../../main/ipc.js'
import { needsProvider, toAccountView, toView, type View } from '../../renderer/view.js'
import { ALICE_REF } from '../support/account-refs.js'
import {
  ALICE,
  DISK_FULL,
  inMs,
  NO_KEYRING,
  NOW_MS,
  STATES,
  statusIn,
  type State,
} from '../support/window-states.js'

type Row = {
  tone: View['tone']
  mark: View['mark']
  heading: string
  text: string
  banners?: readonly (string | null)[]
  facts: readonly string[]
  buttons: readonly string[]
  announcement?: string
}

const PROVIDER = 'Provider: login.example.com'
const ACCOUNT = 'Account: Alice Adams, alice@example.com'
const RENEWS = 'Renews: Automatically at TIME'
const SCOPES = 'Scopes: openid profile email offline_access'
const WAITING = [
  'open-again: Open the link again',
  'copy-link: Copy sign-in link',
  'cancel: Cancel',
]
const SIGNED_IN: Row = {
  tone: 'good',
  mark: 'done',
  heading: STATE_WORDS['signed-in'].heading,
  text: 'apps on this computer',
  facts: [ACCOUNT, PROVIDER, SCOPES, RENEWS, 'Stored in: System keyring'],
  buttons: ['sign-out: Sign out', `sign-in-as-other: ${BUTTONS.signInAsOther}`],
  announcement: 'You are signed in as Alice Adams.',
}

const ASK_SIGN_OUT = `ask-sign-out: ${BUTTONS.signOutEverywhere}`
const IS_IT_BOB = PRESENT_MESSAGES.otherPerson('Alice Adams (alice@example.com)', 'Bob Brown')
const ASKED = 'An app asks you to sign in: mail-sync.'

const ROWS: { readonly [Name in Exclude<keyof typeof STATES, 'no-provider'>]: Row } = {
  'signed-out': {
    tone: 'neutral',
    mark: 'nobody',
    heading: STATE_WORDS['signed-out'].heading,
    text: 'Sign in once',
    facts: [PROVIDER],
    buttons: ['sign-in: Sign in'],
  },
  starting: {
    tone: 'busy',
    mark: 'busy',
    heading: STATE_WORDS.waiting.heading,
    text: 'Sign in on the page that opens there.',
    facts: ['Time left: 5:00', PROVIDER],
    buttons: ['cancel: Cancel'],
  },
  waiting: {
    tone: 'busy',
    mark: 'busy',
    heading: STATE_WORDS.waiting.heading,
    text: 'Sign in on the page that opens there.',
    facts: ['Time left: 4:59', PROVIDER],
    buttons: WAITING,
  },
  'no-browser': {
    tone: 'busy',
    mark: 'busy',
    heading: STATE_WORDS.waiting.heading,
    text: 'No browser could be opened here.',
    facts: ['Time left: 4:59', PROVIDER],
    buttons: [WAITING[1]!, WAITING[0]!, WAITING[2]!],
    announcement:
      'Waiting for your browser. No browser could be opened here. Open the link yourself.',
  },
  'second-sign-in': {
    tone: 'busy',
    mark: 'busy',
    heading: STATE_WORDS.waiting.heading,
    text: 'Sign in on the page that opens there.',
    facts: ['Time left: 4:59', 'Last account: Alice Adams, alice@example.com', PROVIDER],
    buttons: WAITING,
  },
  answered: {
    tone: 'busy',
    mark: 'busy',
    heading: STATE_WORDS.answered.heading,
    text: 'checking',
    facts: [PROVIDER],
    buttons: ['cancel: Cancel'],
  },
  exchanging: {
    tone: 'busy',
    mark: 'busy',
    heading: STATE_WORDS.exchanging.heading,
    text: 'confirming who you are',
    facts: [PROVIDER],
    buttons: ['cancel: Cancel'],
  },
  'signed-in': SIGNED_IN,
  // The app's request is next to the session, with its own buttons.
  asking: { ...SIGNED_IN, announcement: `You are signed in as Alice Adams. ${ASKED}` },
  'ends-soon': {
    ...SIGNED_IN,
    facts: [
      ACCOUNT,
      PROVIDER,
      'Scopes: openid profile email',
      'Expires: TIME, in 1 minute',
      'Stored in: File, encrypted with your passphrase',
    ],
  },
  demo: {
    ...SIGNED_IN,
    facts: [
      ACCOUNT,
      'Provider: Demo provider, with made-up people',
      SCOPES,
      RENEWS,
      `Stored in: Memory only, ${START_MESSAGES.demoSession}`,
    ],
  },
  'has-apps': {
    ...SIGNED_IN,
    buttons: [
      `sign-out: ${BUTTONS.signOut}`,
      `sign-out-and-forget ${ALICE_REF.id}: ${BUTTONS.signOutAndForget}`,
      `sign-in-as-other: ${BUTTONS.signInAsOther}`,
    ],
  },
  'asks-nobody': { ...SIGNED_IN, banners: [CONSENT_WORDS.consentOff] },
  'kept-in-memory': {
    ...SIGNED_IN,
    banners: [
      `${NO_KEYRING} ${PRESENT_MESSAGES.restart.signInAgain} → keep-without-keyring → restart`,
    ],
    facts: [ACCOUNT, PROVIDER, SCOPES, RENEWS, 'Stored in: Memory only'],
  },
  'kept-without-keyring': {
    ...SIGNED_IN,
    facts: [
      ACCOUNT,
      PROVIDER,
      SCOPES,
      RENEWS,
      `Stored in: File, without a keyring, ${STORED_SESSION_MESSAGES.withoutKeyring}`,
    ],
  },
  'not-kept': {
    ...SIGNED_IN,
    // A fact that names a storage would contradict the banner.
    facts: [ACCOUNT, PROVIDER, SCOPES, RENEWS],
    banners: [DISK_FULL],
    announcement: `You are signed in as Alice Adams. ${DISK_FULL}`,
  },
  offline: {
    tone: 'neutral',
    mark: 'offline',
    heading: 'Signed in, but offline',
    text: 'Latchkey keeps trying',
    banners: [STATES.offline.status.reason],
    facts: [
      ACCOUNT,
      PROVIDER,
      SCOPES,
      'Retrying: In 12 seconds',
      'Expires: TIME, in 45 seconds',
      'Stored in: System keyring',
    ],
    buttons: ['sign-out: Sign out'],
    announcement: `Signed in, but offline. ${STATES.offline.status.reason}`,
  },
  'renewal-failing': {
    tone: 'warning',
    mark: 'warning',
    heading: STATE_WORDS['renewal-failing'].heading,
    text: 'Latchkey keeps trying',
    banners: [STATES['renewal-failing'].status.reason],
    facts: [
      ACCOUNT,
      PROVIDER,
      SCOPES,
      'Retrying: In 1 minute',
      `Expired: TIME, ${FACTS.expiredDetail}`,
      'Stored in: System keyring',
    ],
    buttons: [
      'sign-in: Sign in again',
      'sign-out: Sign out',
      `open-report: ${BUTTONS.createReport}`,
    ],
    announcement: `${STATE_WORDS['renewal-failing'].heading}. ${STATES['renewal-failing'].status.reason}`,
  },
  'needs-sign-in': {
    tone: 'warning',
    mark: 'again',
    heading: STATE_WORDS['needs-sign-in'].heading,
    text: 'The provider has ended your session.',
    facts: ['Last account: Alice Adams, alice@example.com', PROVIDER],
    buttons: ['sign-in: Sign in again', 'sign-out: Sign out'],
    announcement: 'Session expired. The provider has ended your session. Sign in again.',
  },
  failed: {
    tone: 'bad',
    mark: 'failed',
    heading: STATE_WORDS.failed.heading,
    text: 'The sign-in was denied at the provider',
    facts: [PROVIDER],
    buttons: ['sign-in: Sign in', `open-report: ${BUTTONS.createReport}`],
    announcement: `${STATE_WORDS.failed.heading}. ${STATES.failed.status.reason}`,
  },
  accounts: {
    tone: 'warning',
    mark: 'again',
    heading: ACCOUNTS.heading(3),
    text: ACCOUNTS.texts['needs-sign-in'],
    facts: [],
    buttons: [`add-account: ${BUTTONS.addAccount}`, ASK_SIGN_OUT],
    announcement: [
      `${ACCOUNTS.heading(3)}.`,
      ACCOUNTS.texts['needs-sign-in'],
      ACCOUNTS.ofState("Zoë O'Ünal", ACCOUNTS.states['needs-sign-in']),
    ].join(' '),
  },
  'accounts-well': {
    tone: 'good',
    mark: 'done',
    heading: ACCOUNTS.heading(2),
    text: ACCOUNTS.texts['signed-in'],
    facts: [],
    buttons: [`add-account: ${BUTTONS.addAccount}`, ASK_SIGN_OUT],
    announcement: `${ACCOUNTS.heading(2)}. ${ACCOUNTS.texts['signed-in']}`,
  },
  'other-person': {
    tone: 'warning',
    mark: 'warning',
    heading: PERSON.heading,
    text: IS_IT_BOB,
    facts: ['Time left: 0:59'],
    buttons: [
      `decide-person question true: ${PERSON.keep}`,
      `decide-person question false: ${PERSON.discard}`,
    ],
    announcement: `${PERSON.heading} ${IS_IT_BOB}`,
  },
  'not-restored': {
    tone: 'neutral',
    mark: 'nobody',
    heading: STATE_WORDS['signed-out'].heading,
    text: 'Sign in once',
    banners: [
      STATES['not-restored'].status.reason,
      `${STATES['not-restored'].restart!.message} → restart`,
    ],
    facts: [PROVIDER],
    buttons: ['sign-in: Sign in'],
    announcement: `You are not signed in. ${STATES['not-restored'].status.reason}`,
  },
}

/** The facts as lines, without the time of day, which depends on the machine's language and time zone. */
function toLines({ facts }: View): readonly string[] {
  return facts.map(({ label, value, detail }) => {
    const shown = label.startsWith('Expire')
      ? 'TIME'
      : value.replace(/^(Automatically at ).*/, '$1TIME')
    return `${label}: ${shown}${detail === null ? '' : `, ${detail}`}`
  })
}

/** The buttons as lines. */
function listButtons({ buttons }: View): readonly string[] {
  return buttons.map(({ action, label }) => {
    const command = typeof action === 'string' ? action : Object.values(action).join(' ')
    return `${command}: ${label}`
  })
}

const signedIn = (ms: number, window: Partial<WindowStatus> = {}): View =>
  toView(statusIn('signed-in', { account: ALICE, expiresAt: inMs(ms) }, window), NOW_MS)

const expiryIn = (ms: number): string | undefined =>
  toLines(signedIn(ms)).find((line) => line.startsWith(FACTS.expires))

for (const [name, row] of Object.entries(ROWS)) {
  test(`${name} has its words and its actions`, () => {
    const view = toView(STATES[name as keyof typeof ROWS], NOW_MS)
    expect(view.tone).toBe(row.tone)
    expect(view.mark).toBe(row.mark)
    expect(view.heading).toBe(row.heading)
    expect(view.text).toContain(row.text)
    expect(
      view.banners.map(({ text, hint, actions }) =>
        [text, ...(hint === null ? [] : [hint]), ...actions.map((action) => `→ ${action}`)].join(
          ' ',
        ),
      ),
    ).toEqual(row.banners ?? [])
    expect(toLines(view)).toEqual(row.facts)
    expect(listButtons(view)).toEqual(row.buttons)
    expect(view.announcement).toBe(row.announcement ?? `${row.heading}.`)
  })
}

test('each state has its own heading, and its own mark unless it is busy', () => {
  const states: readonly State[] = [
    'signed-out',
    'waiting',
    'answered',
    'exchanging',
    'signed-in',
    'offline',
    'renewal-failing',
    'needs-sign-in',
    'failed',
  ]
  const views = states.map((state) => toView(STATES[state], NOW_MS))
  expect(new Set(views.map(({ heading }) => heading)).size).toBe(states.length)
  // The busy states share a mark.
  expect(new Set(views.map(({ mark }) => mark)).size).toBe(states.length - 2)
})

for (const state of ['signed-out', 'failed', 'needs-sign-in'] as const) {
  test(`${state} without a provider needs one before anything else`, () => {
    expect(needsProvider(statusIn(state, {}, { issuer: null }))).toBe(true)
    expect(needsProvider(statusIn(state))).toBe(false)
  })
}

test('the signed-in user is shown even without a provider', () => {
  expect(needsProvider(statusIn('signed-in', { account: ALICE }, { issuer: null }))).toBe(false)
})

test('opening the link again is offered only if there is a link', () => {
  const offered = (window: WindowStatus): unknown[] =>
    toView(window, NOW_MS).buttons.map(({ action }) => action)
  expect(offered(statusIn('waiting', {}, { canOpenAgain: false }))).toEqual(['cancel'])
  expect(offered(statusIn('exchanging', {}, { canOpenAgain: true }))).toEqual(['cancel'])
})

test('the demo provider is labelled as one', () => {
  const demo = statusIn('signed-out', {}, { demo: true, issuer: 'http://127.0.0.1:4000' })
  expect(toLines(toView(demo, NOW_MS))).toEqual(['Provider: Demo provider, with made-up people'])
})

test('an email address that is also the name is shown once', () => {
  const account = { ...ALICE, name: ALICE.email }
  const view = toView(statusIn('signed-in', { account }), NOW_MS)
  expect(toLines(view)[0]).toBe(`Account: ${ALICE.email}`)
})

for (const [tier, words] of Object.entries(TIERS)) {
  test(`a session with the storage ${tier} is shown as stored in "${words}"`, () => {
    const storage = { tier: tier as keyof typeof TIERS, message: null }
    const view = signedIn(1000, { storage })
    expect(toLines(view)).toContain(`${FACTS.storedIn}: ${words}`)
    expect(view.banners).toEqual([])
  })
}

test('S35: a signed-in user sees why the session stays in memory, and a link to the setting', () => {
  const storage = { tier: 'memory', message: NO_KEYRING } as const
  for (const state of ['signed-in', 'offline', 'renewal-failing'] as const) {
    const { banners } = toView(statusIn(state, { account: ALICE }, { storage }), NOW_MS)
    expect(banners).toEqual([{ text: NO_KEYRING, hint: null, actions: ['keep-without-keyring'] }])
  }
  expect(toView(statusIn('signed-out', {}, { storage }), NOW_MS).banners).toEqual([])
})

test('the expiry is shown only if the session isn’t renewed', () => {
  expect(expiryIn(3_570_000)).toBe('Expires: TIME, in 59 minutes')
  const renewed = toLines(signedIn(3_570_000, { renewsAtMs: NOW_MS + 1_000 }))
  expect(renewed.filter((line) => /^(Expires|Renews)/.test(line))).toEqual([RENEWS])
})

test('a session without a known expiry shows none', () => {
  const lines = toLines(toView(statusIn('signed-in', { account: ALICE }), NOW_MS))
  expect(lines).toEqual([ACCOUNT, PROVIDER, 'Stored in: System keyring'])
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
  test(`${ms} ms before the end reads "${words}"`, () => {
    expect(expiryIn(ms)).toBe(`Expires: TIME, ${words}`)
  })
}

test('the day is shown if it is not today', () => {
  const day = new Date(NOW_MS + 180_000_000).toLocaleDateString(undefined, { weekday: 'short' })
  const shown = (ms: number): string | undefined =>
    signedIn(ms).facts.find(({ label }) => label === FACTS.expires)?.value
  expect(shown(180_000_000)).toContain(day)
  expect(shown(3_570_000)).not.toContain(day)
})

test('the next tick is at the next second of a countdown, and there is none after its end', () => {
  const at = (ms: number): number | null => toView(STATES.waiting, NOW_MS + ms).nextTickMs
  expect(at(0)).toBe(1000)
  expect(at(250)).toBe(750)
  expect(at(298_999)).toBe(1)
  expect(at(299_000)).toBe(null)
  expect(toView(STATES['signed-out'], NOW_MS).nextTickMs).toBe(null)
  const both = statusIn(
    'offline',
    { account: ALICE, expiresAt: inMs(5_300) },
    { renewsAtMs: NOW_MS + 9_700 },
  )
  expect(toView(both, NOW_MS).nextTickMs).toBe(300)
  expect(toView(both, NOW_MS + 6_000).nextTickMs).toBe(700)
})

test('the announcement does not change as time passes', () => {
  for (const window of Object.values(STATES)) {
    const later = toView(window, NOW_MS + 30_000)
    expect(later.announcement).toBe(toView(window, NOW_MS).announcement)
  }
})

test('an app’s request is shown next to the session, with its time left', () => {
  const { asking, nextTickMs } = toView(STATES.asking, NOW_MS)
  expect(asking).toMatchObject({ text: ASKED, hint: 'Sign in with your browser: 4:59 left.' })
  expect(asking?.buttons.map(({ action }) => action)).toEqual(['open-again', 'copy-link', 'cancel'])
  expect(nextTickMs).toBe(1000)
  const later = toView(STATES.asking, NOW_MS + 60_000)
  expect(later.asking?.hint).toBe('Sign in with your browser: 3:59 left.')
  expect(later.announcement).toBe(toView(STATES.asking, NOW_MS).announcement)

  const hindered = { ...STATES.asking.asking!, reason: 'No browser could be opened here.' }
  expect(toView({ ...STATES.asking, asking: hindered }, NOW_MS).asking?.hint).toBe(
    'No browser could be opened here. 4:59 left.',
  )
  expect(toView(STATES['signed-in'], NOW_MS).asking).toBeNull()
})

test('each of several accounts has a row with its address, provider, state and mark', () => {
  const { accounts } = toView(STATES.accounts, NOW_MS)
  expect(accounts).toEqual([
    {
      id: 'alice234',
      name: 'Alice Adams',
      details: ['alice@example.com', 'work'],
      state: ACCOUNTS.states['signed-in'],
      tone: 'good',
      mark: 'done',
      isDefault: true,
    },
    expect.objectContaining({ name: 'Bob Brown', details: ['personal'], isDefault: false }),
    expect.objectContaining({ name: "Zoë O'Ünal", state: ACCOUNTS.states['needs-sign-in'] }),
  ])
  for (const name of ['signed-in', 'waiting', 'other-person'] as const) {
    expect(toView(STATES[name], NOW_MS).accounts).toEqual([])
  }
})

test('an opened account has the facts and buttons of its own session', () => {
  const [alice, bob, zoe] = STATES.accounts.accounts.map((account) =>
    toAccountView(STATES.accounts, account, NOW_MS),
  )
  expect(toLines(alice!)).toEqual([
    ACCOUNT,
    `${PROVIDER}, work`,
    SCOPES,
    RENEWS,
    'Stored in: System keyring',
    `Default: ${ACCOUNTS.defaultDetail}`,
  ])
  expect(listButtons(alice!)).toEqual(['sign-out-account alice234: Sign out'])
  expect(toLines(bob!).slice(0, 2)).toEqual([
    'Account: Bob Brown',
    'Provider: accounts.example.org, personal',
  ])
  expect(listButtons(bob!)).toEqual([
    `make-default bobbob23: ${BUTTONS.makeDefault}`,
    'sign-out-account bobbob23: Sign out',
  ])
  expect(zoe).toMatchObject({ heading: STATE_WORDS['needs-sign-in'].heading, mark: 'again' })
  expect(zoe!.text).toContain('The provider has ended your session.')
  expect(listButtons(zoe!)).toEqual([
    'sign-in-account zoezoe23: Sign in again',
    `make-default zoezoe23: ${BUTTONS.makeDefault}`,
    'sign-out-account zoezoe23: Sign out',
  ])
})

test('an opened account whose renewal fails says why, and leads to the report', () => {
  const [bob] = STATES['accounts-well'].accounts.slice(1)
  const reason = 'It could not be reached.'
  const view = toAccountView(
    STATES['accounts-well'],
    { ...bob!, state: 'renewal-failing', reason, hasStorageProblem: true },
    NOW_MS,
  )
  expect(view.banners.map(({ text }) => text)).toEqual([reason])
  expect(toLines(view).join()).not.toContain(FACTS.storedIn)
  expect(listButtons(view).at(-1)).toBe(`open-report: ${BUTTONS.createReport}`)
})

test('with one provider, Add account signs in there', () => {
  const status = { ...STATES['accounts-well'], providers: ['work'] }
  expect(listButtons(toView(status, NOW_MS))[0]).toBe(
    `sign-in-provider work: ${BUTTONS.addAccount}`,
  )
})

test('with several providers, one account or none has a button for each other provider', () => {
  const providers = ['provider.example', 'personal']
  const signInAt = (name: string): string => `sign-in-provider ${name}: ${BUTTONS.signInAt(name)}`
  const list = (name: keyof typeof STATES): readonly string[] =>
    listButtons(toView({ ...STATES[name], providers }, NOW_MS))
  expect(list('signed-out')).toEqual(providers.map(signInAt))
  expect(list('failed')).toEqual([
    ...providers.map(signInAt),
    `open-report: ${BUTTONS.createReport}`,
  ])
  expect(list('signed-in')).toEqual([...SIGNED_IN.buttons, signInAt('personal')])
  expect(list('waiting')).toEqual(WAITING)
  expect(toLines(toView({ ...STATES['signed-out'], providers }, NOW_MS))).toEqual([])
})

test('the list shows news of no account, and a sign-in among several names none of them', () => {
  const news = 'The sign-in was denied.'
  const view = toView({ ...STATES['accounts-well'], news }, NOW_MS)
  expect(view.banners.map(({ text }) => text)).toEqual([news])
  expect(view.announcement).toContain(news)
  const { accounts } = STATES.accounts
  expect(toLines(toView({ ...STATES['second-sign-in'], accounts }, NOW_MS))).toEqual([
    'Time left: 4:59',
    PROVIDER,
  ])
})
