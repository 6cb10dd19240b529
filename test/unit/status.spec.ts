// The status that people and programs see.

import type { Status, WindowStatus } from '../../main/ipc.js'
import { expect, test } from '@playwright/test'
import { formatAccount, type Account } from '../../main/oauth/account.js'
import {
  initialModel,
  type AccountRef,
  type Event,
  type SignIn,
  type Model,
} from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import {
  toHeadline,
  toStatus,
  toWindowStatus,
  type Surroundings,
} from '../../main/present/status.js'
import { ALICE, ALICE_REF, BOB, BOB_REF, PROVIDER } from '../support/account-refs.js'

const EXPIRES_AT_MS = Date.UTC(2027, 0, 2, 3, 4, 5)

const start = (origin: SignIn['origin'] = 'tray', state = 's'): Event => ({
  type: 'sign-in-started',
  state,
  origin,
  provider: PROVIDER,
  deadlineMs: 5_000,
})
const REDIRECT_URI = 'http://127.0.0.1:40123/callback'
const LINK = `https://provider.example/?state=s&redirect_uri=${REDIRECT_URI}`
const link: Event = {
  type: 'link-ready',
  state: 's',
  link: LINK,
}
const noBrowser: Event = { type: 'sign-in-message-changed', state: 's', message: 'No browser.' }
const exchange: Event = { type: 'exchange-started', state: 's' }
const signIn = (ref: AccountRef, expiresAtMs: number | null = EXPIRES_AT_MS): Event[] => [
  start(),
  exchange,
  { type: 'signed-in', state: 's', ...ref, expiresAtMs, renewsAtMs: null },
]
const cancel: Event = { type: 'sign-in-ended', state: 's', result: { kind: 'cancelled' } }
const fail: Event = {
  type: 'sign-in-ended',
  state: 's',
  result: { kind: 'failed', code: 'provider-timeout', reason: 'It was too slow.' },
}
const deny: Event = {
  type: 'sign-in-ended',
  state: 's',
  result: { kind: 'denied', code: 'access-denied', reason: 'It was refused.' },
}
const expire: Event = {
  type: 'sign-in-ended',
  state: 's',
  result: { kind: 'expired', reason: 'Nobody came.' },
}
const reject: Event = {
  type: 'sign-in-rejected',
  result: { kind: 'failed', code: 'not-configured', reason: 'There is no provider.' },
}
const endOf = ({ id }: AccountRef): Event => ({
  type: 'session-ended',
  id,
  reason: 'It has run out.',
})
const end = endOf(ALICE_REF)
const signOut: Event = { type: 'signed-out', id: ALICE_REF.id }
const makeDefault = ({ id }: AccountRef): Event => ({ type: 'default-chosen', id })
const ask: Event = {
  type: 'other-person-asked',
  state: 's',
  question: { id: 'question', expected: ALICE, got: BOB, deadlineMs: 5_000 },
}
const unrevoked: Event = { type: 'revocation-failed', message: 'The provider was away.' }
const renew = (renewal: 'offline' | 'failing'): Event => ({
  type: 'renewal-failed',
  id: ALICE_REF.id,
  renewal,
  code: 'provider-unreachable',
  reason: 'It could not be reached.',
  renewsAtMs: 9_000,
  failures: 1,
})
const full: Event = { type: 'storage-failed', id: ALICE_REF.id, message: 'The disk is full.' }

const STILL_ALICE = PRESENT_MESSAGES.stillSignedIn('Alice Adams', '').trim()
const IS_IT_BOB = PRESENT_MESSAGES.otherPerson('Alice Adams (alice@example.com)', 'Bob Brown')

// The events in order, and the status after them.
const STORIES: Record<string, [Event[], Status['state'], Account | null, Status['reason']]> = {
  'nothing yet': [[], 'signed-out', null, null],
  'a wait': [[start(), link], 'waiting', null, null],
  'a wait without a browser': [[start(), link, noBrowser], 'waiting', null, 'No browser.'],
  'an exchange': [[start(), link, noBrowser, exchange], 'exchanging', null, null],
  'a sign-in': [signIn(ALICE_REF), 'signed-in', ALICE, null],
  'a cancelled sign-in': [[start(), cancel], 'signed-out', null, null],
  'a failed sign-in': [[start(), fail], 'failed', null, 'It was too slow.'],
  'a denied sign-in': [[start(), deny], 'failed', null, 'It was refused.'],
  'an expired sign-in': [[start(), expire], 'failed', null, 'Nobody came.'],
  'a rejected sign-in': [[reject], 'failed', null, 'There is no provider.'],
  'a new wait after a failure': [[start(), fail, start()], 'waiting', null, null],
  'a sign-in after a failure': [[start(), fail, ...signIn(ALICE_REF)], 'signed-in', ALICE, null],
  'a cancelled sign-in after a failure': [
    [start(), fail, start(), cancel],
    'failed',
    null,
    'It was too slow.',
  ],
  'a second sign-in under way': [[...signIn(ALICE_REF), start()], 'waiting', ALICE, null],
  'a failed second sign-in': [
    [...signIn(ALICE_REF), start(), fail],
    'signed-in',
    ALICE,
    `${STILL_ALICE} It was too slow.`,
  ],
  'a failed second sign-in, then offline': [
    [...signIn(ALICE_REF), start(), fail, renew('offline')],
    'offline',
    ALICE,
    `${STILL_ALICE} It was too slow.`,
  ],
  'the same person again': [[...signIn(ALICE_REF), ...signIn(ALICE_REF)], 'signed-in', ALICE, null],
  'another person, who is added': [
    [...signIn(BOB_REF), ...signIn(ALICE_REF)],
    'signed-in',
    BOB,
    null,
  ],
  'another person, who is made the default': [
    [...signIn(BOB_REF), ...signIn(ALICE_REF), makeDefault(ALICE_REF)],
    'signed-in',
    ALICE,
    null,
  ],
  'another person, and the first signed out but not revoked': [
    [...signIn(ALICE_REF), ...signIn(BOB_REF), signOut, unrevoked],
    'signed-in',
    BOB,
    PRESENT_MESSAGES.ofAccount(formatAccount(ALICE), 'The provider was away.'),
  ],
  'another account whose session ended': [
    [...signIn(ALICE_REF), ...signIn(BOB_REF), endOf(BOB_REF)],
    'signed-in',
    ALICE,
    null,
  ],
  'a question about another person': [
    [...signIn(ALICE_REF), start(), exchange, ask],
    'exchanging',
    ALICE,
    IS_IT_BOB,
  ],
  offline: [[...signIn(ALICE_REF), renew('offline')], 'offline', ALICE, 'It could not be reached.'],
  'a failing renewal': [
    [...signIn(ALICE_REF), renew('failing')],
    'renewal-failing',
    ALICE,
    'It could not be reached.',
  ],
  'a full disk': [[...signIn(ALICE_REF), full], 'signed-in', ALICE, 'The disk is full.'],
  'a session that could not be restored': [[full], 'signed-out', null, 'The disk is full.'],
  'a full disk, offline': [
    [...signIn(ALICE_REF), full, renew('offline')],
    'offline',
    ALICE,
    'It could not be reached.',
  ],
  'a session that ended': [[...signIn(ALICE_REF), end], 'needs-sign-in', ALICE, 'It has run out.'],
  'a session that ended after a failed second sign-in': [
    [...signIn(ALICE_REF), start(), fail, end],
    'needs-sign-in',
    ALICE,
    'It has run out.',
  ],
  'a failed sign-in after a session that ended': [
    [...signIn(ALICE_REF), end, start(), fail],
    'needs-sign-in',
    ALICE,
    'It was too slow.',
  ],
  'a sign-in under way after a session that ended': [
    [...signIn(ALICE_REF), end, start()],
    'waiting',
    ALICE,
    null,
  ],
  'a sign-out': [[...signIn(ALICE_REF), signOut], 'signed-out', null, null],
  'a sign-out without the provider': [
    [...signIn(ALICE_REF), signOut, unrevoked],
    'signed-out',
    null,
    'The provider was away.',
  ],
  'an app that waits while someone is signed in': [
    [...signIn(ALICE_REF), start('api', 'app')],
    'signed-in',
    ALICE,
    null,
  ],
  'an app that waits while nobody is signed in': [[start('api', 'app')], 'waiting', null, null],
  'an app that waits after a failure': [
    [start(), fail, start('api', 'app')],
    'waiting',
    null,
    null,
  ],
}
for (const [story, [events, state, account, reason]] of Object.entries(STORIES)) {
  test(`${story}: the status is ${state}${reason === null ? '' : `, "${reason}"`}`, () => {
    expect(toStatus(play(...events))).toMatchObject({ state, account, reason })
  })
}

test('the expiry is formatted by RFC 3339 section 5.6 while someone is signed in', () => {
  expect(toStatus(play(...signIn(ALICE_REF))).expiresAt).toBe('2027-01-02T03:04:05.000Z')
  expect(toStatus(play(...signIn(ALICE_REF), end)).expiresAt).toBeNull()
  expect(toStatus(play(...signIn(ALICE_REF), signOut)).expiresAt).toBeNull()
})

test('an expiry that the provider did not give is null', () => {
  expect(toStatus(play(...signIn(ALICE_REF, null))).expiresAt).toBeNull()
})

test('S18: an expiry that no date can hold is null, not an exception', () => {
  expect(toStatus(play(...signIn(ALICE_REF, 1e18))).expiresAt).toBeNull()
})

// Everything that must not be shown contains the word canary.
const account = { ...ALICE, accessToken: 'canary-token', claims: { picture: 'canary-claim' } }
const SECRET_REF: AccountRef = {
  id: 'canary-id',
  provider: 'canary-provider',
  issuer: 'https://canary.example',
  clientId: 'canary-client',
  account,
}
const OTHER_REF: AccountRef = {
  ...SECRET_REF,
  id: 'canary-2',
  account: { ...BOB, sub: 'canary-sub' },
}
const MODELS_WITH_SECRETS: Record<string, Model> = Object.fromEntries(
  (['waiting', 'answered', 'exchanging'] as const).flatMap((phase) =>
    (['signed-in', 'needs-sign-in'] as const).map((kind): [string, Model] => [
      `${phase}, ${kind}`,
      {
        ...initialModel,
        accounts: [
          kind === 'signed-in'
            ? {
                ...SECRET_REF,
                kind,
                expiresAtMs: EXPIRES_AT_MS,
                renewsAtMs: null,
                renewal: { kind: 'idle' },
              }
            : { ...SECRET_REF, kind, reason: 'It has run out.' },
          { ...OTHER_REF, kind: 'needs-sign-in', reason: 'canary-reason' },
        ],
        chosenId: null,
        signIns: (['tray', 'api'] as const).map((origin) => ({
          state: 'canary-state',
          origin,
          provider: 'canary-provider',
          phase,
          deadlineMs: 5_000,
          link: `https://provider.example/?canary-link&redirect_uri=${REDIRECT_URI}`,
          message: 'No browser.',
          diagnostic: 'nothing',
          abandoned: false,
          program: 'Mail',
          question: null,
          expected: { sub: 'canary-sub', name: 'Alice', email: '' },
        })),
        lastResult: { kind: 'done', id: 'canary-id', message: null },
        storageProblems: [],
      },
    ]),
  ),
)
for (const [name, model] of Object.entries(MODELS_WITH_SECRETS)) {
  test(`S32: the status has four members, without link and state (${name})`, () => {
    const status = toStatus(model)
    expect(Object.keys(status)).toEqual(['state', 'account', 'expiresAt', 'reason'])
    expect(Object.keys(status.account!)).toEqual(['name', 'email', 'sub'])
    expect(JSON.stringify(status)).not.toContain('canary')
  })

  test(`S32: the window gets the status, the deadline and the redirect URI only (${name})`, () => {
    const surroundings = {
      storage: { tier: 'memory', message: 'Why.' } as const,
      restart: null,
      issuer: 'https://provider.example',
      demo: false,
      serviceUrl: 'http://127.0.0.1:5323',
      serviceMessage: null,
      messages: [],
      version: '1.2.3',
      asksSignOut: false,
    }
    const registration = 'Register it.'
    const isSignedIn = name.endsWith('signed-in')
    const given = {
      ...surroundings,
      registration,
      providers: [],
      findScope: () => 'openid',
      asksNobody: false,
    }
    const shown = toWindowStatus(model, given)
    expect(shown).toEqual({
      ...surroundings,
      status: toStatus(model),
      overall: toStatus(model).state,
      accounts: [
        {
          id: SECRET_REF.id,
          isDefault: true,
          name: ALICE.name,
          email: ALICE.email,
          provider: SECRET_REF.provider,
          issuer: SECRET_REF.issuer,
          state: isSignedIn ? 'signed-in' : 'needs-sign-in',
          reason: isSignedIn ? null : 'It has run out.',
          expiresAtMs: isSignedIn ? EXPIRES_AT_MS : null,
          renewsAtMs: null,
          scope: isSignedIn ? 'openid' : null,
          hasStorageProblem: false,
          hasApps: false,
        },
        expect.objectContaining({ id: OTHER_REF.id, isDefault: false, reason: 'canary-reason' }),
      ],
      providers: [],
      news: null,
      consentQuestion: null,
      apps: [],
      question: null,
      waitingUntilMs: name.startsWith('waiting') ? 5_000 : null,
      canOpenAgain: name.startsWith('waiting'),
      redirectTarget: name.startsWith('waiting')
        ? { redirectUri: REDIRECT_URI, registration }
        : null,
      asking: null,
      renewsAtMs: null,
      hasStorageProblem: false,
      scope: isSignedIn ? 'openid' : null,
    })
    const secrets = ['canary-token', 'canary-claim', 'canary-client', 'canary-sub']
    for (const secret of secrets) expect(JSON.stringify(shown)).not.toContain(secret)
  })
}

const SURROUNDINGS: Surroundings = {
  storage: { tier: 'memory', message: null },
  restart: null,
  issuer: 'https://first.example',
  demo: false,
  serviceUrl: '',
  serviceMessage: null,
  messages: [],
  version: '1.2.3',
  asksSignOut: false,
  registration: 'Register it.',
  providers: [],
  findScope: () => null,
  asksNobody: false,
}

test('the window says if no program is asked about', () => {
  const messages = ['A message.']
  const shown = toWindowStatus(play(), { ...SURROUNDINGS, messages, asksNobody: true })
  expect(shown.messages).toEqual([...messages, CONSENT_WORDS.consentOff])
})

test('F19: the window gets the redirect URI of an app’s sign-in during a session', () => {
  const surroundings = SURROUNDINGS
  const app: Event[] = [
    { type: 'sign-in-started', state: 'a', origin: 'api', provider: PROVIDER, deadlineMs: 5_000 },
    { type: 'link-ready', state: 'a', link: LINK, program: 'mail' },
  ]
  const waiting = toWindowStatus(play(...signIn(ALICE_REF), ...app), surroundings)
  expect(waiting.asking).not.toBeNull()
  expect(waiting.redirectTarget).toEqual({
    redirectUri: REDIRECT_URI,
    registration: 'Register it.',
  })
  const left: Event = { type: 'sign-in-abandoned', state: 'a' }
  expect(
    toWindowStatus(play(...signIn(ALICE_REF), ...app, left), surroundings).redirectTarget,
  ).toBeNull()
})

test('the window shows the provider of the sign-in under way, else that of the default account', () => {
  const providers = [
    { name: 'work', issuer: 'https://first.example', registration: 'Register it.' },
    { name: PROVIDER, issuer: 'https://second.example', registration: 'Register that.' },
  ]
  const show = (...events: Event[]): WindowStatus =>
    toWindowStatus(play(...events), { ...SURROUNDINGS, providers })
  expect(show()).toMatchObject({
    issuer: 'https://first.example',
    providers: ['work', PROVIDER],
  })
  expect(show(start(), link)).toMatchObject({
    issuer: 'https://second.example',
    redirectTarget: { registration: 'Register that.' },
  })
  expect(show(...signIn(ALICE_REF)).issuer).toBe(ALICE_REF.issuer)
  expect(toWindowStatus(play(), { ...SURROUNDINGS, issuer: null }).issuer).toBeNull()
})

test('each account has its own state and reason, and news belongs to no account', () => {
  const both = [...signIn(ALICE_REF), ...signIn(BOB_REF)]
  const show = (...events: Event[]): WindowStatus =>
    toWindowStatus(play(...both, ...events), SURROUNDINGS)
  const listStates = ({ accounts }: WindowStatus) =>
    accounts.map(({ name, state, reason }) => [name, state, reason])
  const ended = show(endOf(BOB_REF), renew('offline'))
  expect(listStates(ended)).toEqual([
    [ALICE.name, 'offline', 'It could not be reached.'],
    [BOB.name, 'needs-sign-in', 'It has run out.'],
  ])
  expect(ended).toMatchObject({ overall: 'needs-sign-in', news: null })
  expect(ended.status.state).toBe('offline')
  const stored = show(full)
  expect(stored.accounts.map(({ hasStorageProblem }) => hasStorageProblem)).toEqual([true, false])
  expect(stored.news).toBeNull()
  expect(show(start(), deny).news).toBe('It was refused.')
  const isDefaultNow = PRESENT_MESSAGES.isDefaultNow(formatAccount(BOB))
  expect(show(signOut).news).toBe(
    `${PRESENT_MESSAGES.isSignedOut(formatAccount(ALICE))} ${isDefaultNow}`,
  )
  expect(show(makeDefault(BOB_REF), signOut).news).toBeNull()
  expect(show(signOut, unrevoked).news).toBe(
    `${PRESENT_MESSAGES.ofAccount(formatAccount(ALICE), 'The provider was away.')} ${isDefaultNow}`,
  )
  expect(show({ type: 'storage-failed', id: null, message: 'The disk is full.' }).news).toBe(
    'The disk is full.',
  )
})

test('the window asks the question about another person, with its end', () => {
  const shown = toWindowStatus(play(...signIn(ALICE_REF), start(), exchange, ask), SURROUNDINGS)
  expect(shown.question).toEqual({ id: 'question', text: IS_IT_BOB, untilMs: 5_000 })
})

test('an abandoned sign-in says so instead of any other message', () => {
  const left = play(
    { type: 'sign-in-started', state: 's', origin: 'api', provider: PROVIDER, deadlineMs: 5_000 },
    { type: 'sign-in-abandoned', state: 's' },
    { type: 'link-ready', state: 's', link: 'https://provider.example/' },
    { type: 'sign-in-message-changed', state: 's', message: 'No browser.' },
  )
  expect(toStatus(left)).toMatchObject({ state: 'waiting', reason: PRESENT_MESSAGES.abandoned })
  const again = next(left, { type: 'sign-in-resumed', state: 's' })
  expect(toStatus(again).reason).toBe('No browser.')
})

const HEADLINES: Record<Status['state'], [Event[], string]> = {
  'signed-out': [[], 'Not signed in'],
  waiting: [[...signIn(ALICE_REF), start()], 'Waiting for your browser'],
  answered: [[start(), { type: 'callback-answered', state: 's' }], 'Finishing the sign-in'],
  exchanging: [[start(), exchange], 'Finishing the sign-in'],
  'signed-in': [signIn(ALICE_REF), 'Signed in as Alice Adams'],
  offline: [[...signIn(ALICE_REF), renew('offline')], 'Signed in as Alice Adams (offline)'],
  'renewal-failing': [
    [...signIn(ALICE_REF), renew('failing')],
    "Signed in as Alice Adams (can't renew)",
  ],
  'needs-sign-in': [[...signIn(ALICE_REF), end], 'Session expired: Alice Adams'],
  failed: [[start(), fail], 'Sign-in failed'],
}
for (const [state, [events, headline]] of Object.entries(HEADLINES)) {
  test(`the headline of ${state} is ${headline}`, () => {
    const model = play(...events)
    expect(toStatus(model).state).toBe(state)
    expect(toHeadline(model)).toBe(headline)
  })
}

test('the headline names the account that it is about', () => {
  const both = [...signIn(ALICE_REF), ...signIn(BOB_REF)]
  expect(toHeadline(play(...both))).toBe('2 accounts')
  expect(toHeadline(play(...both, renew('offline')))).toBe('Signed in as Alice Adams (offline)')
  expect(toHeadline(play(...both, endOf(BOB_REF)))).toBe('Session expired: Bob Brown')
})

function play(...events: readonly Event[]): Model {
  return events.reduce(next, initialModel)
}

test('a storage problem of an account that is not the default one has its name', () => {
  const events: Event[] = [...signIn(ALICE_REF), ...signIn(BOB_REF)]
  const model = events.reduce(next, initialModel)
  const ofBob: Event = { type: 'storage-failed', id: BOB_REF.id, message: 'The disk is full.' }
  expect(toStatus(next(model, ofBob)).reason).toBe(
    PRESENT_MESSAGES.ofOther(BOB.name, 'The disk is full.'),
  )
  expect(toStatus(next(model, full)).reason).toBe('The disk is full.')
  const ofNobody: Event = { type: 'storage-failed', id: null, message: 'The disk is full.' }
  expect(toStatus(next(model, ofNobody)).reason).toBe('The disk is full.')
})
