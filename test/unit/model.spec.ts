import type { StatusState } from '../../main/ipc.js'
import { expect, test } from '@playwright/test'
import {
  defaultId,
  defaultSession,
  initialModel,
  shownSignIn,
  summarize,
  summarizeDefault,
  toSessionState,
  traySignIn,
  type AccountRef,
  type AccountSession,
  type SignInResult,
  type Event,
  type SignIn,
  type Model,
  type Origin,
  type LastResult,
  type OtherPerson,
  type Renewal,
  type SessionState,
} from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import { consentQuestion } from '../support/callers.js'
import { ALICE, ALICE_REF, BOB, BOB_REF, modelOf, PROVIDER } from '../support/account-refs.js'

// The events by name. An event that can lead to different states has several names. A new event, result
// or renewal compiles only once each table below has its row.
type EventName =
  | Exclude<Event['type'], 'sign-in-started' | 'signed-in' | 'sign-in-ended' | 'renewal-failed'>
  | `sign-in-started ${Origin}`
  | `signed-in ${'again' | 'as another'}`
  | `sign-in-ended ${SignInResult['kind']}`
  | `renewal-failed ${Extract<Event, { type: 'renewal-failed' }>['renewal']}`
type SessionName =
  Exclude<SessionState['kind'], 'signed-in' | 'needs-sign-in'> | Renewal['kind'] | 'ended'
type FlowsName = 'none' | `${Origin} ${SignIn['phase']}` | 'both'
type OutcomeName = Exclude<LastResult['kind'], 'cancelled'> | 'none'

// Alice's session, alone or beside Bob's. Columns are the states before the event, cells the states after
// it; = is the same object.
// prettier-ignore
const SESSION_TABLE: Record<EventName, string> = {
  // before:                   signed-out  idle        renewing    offline     failing     ended
  'sign-in-started tray':        '=           =           =           =           =           =',
  'sign-in-started api':         '=           =           =           =           =           =',
  'link-ready':               '=           =           =           =           =           =',
  'sign-in-message-changed':           '=           =           =           =           =           =',
  'callback-diagnosed':                '=           =           =           =           =           =',
  'sign-in-abandoned':           '=           =           =           =           =           =',
  'sign-in-resumed':             '=           =           =           =           =           =',
  'callback-answered':        '=           =           =           =           =           =',
  'exchange-started':         '=           =           =           =           =           =',
  'other-person-asked':       '=           =           =           =           =           =',
  'signed-in again':          'idle        idle        idle        idle        idle        idle',
  'signed-in as another':     '=           =           =           =           =           =',
  'sign-in-ended denied':        '=           =           =           =           =           =',
  'sign-in-ended failed':        '=           =           =           =           =           =',
  'sign-in-ended expired':       '=           =           =           =           =           =',
  'sign-in-ended cancelled':     '=           =           =           =           =           =',
  'sign-in-rejected':             '=           =           =           =           =           =',
  'restored':                 'idle        =           =           =           =           =',
  'renewal-started':          '=           renewing    renewing    renewing    renewing    =',
  'renewed':                  '=           idle        idle        idle        idle        =',
  'renewal-failed offline':   '=           offline     offline     offline     offline     =',
  'renewal-failed failing':   '=           failing     failing     failing     failing     =',
  'session-ended':            '=           ended       ended       ended       ended       =',
  'signed-out':               '=           signed-out  signed-out  signed-out  signed-out  signed-out',
  'default-chosen':           '=           =           =           =           =           =',
  'revocation-failed':        '=           =           =           =           =           =',
  'storage-failed':           '=           =           =           =           =           =',
  'storage-recovered':           '=           =           =           =           =           =',
  'consent-asked':           '=           =           =           =           =           =',
  'consent-ended':           '=           =           =           =           =           =',
  'consents-changed':           '=           =           =           =           =           =',
}

// The sign-in that the event names, the tray's or an app's.
// prettier-ignore
const FLOW_TABLE: Record<EventName, string> = {
  // before:                   absent   waiting     answered    exchanging
  'sign-in-started tray':        'waiting  =           =           =',
  'sign-in-started api':         'waiting  =           =           =',
  'link-ready':               '=        waiting     =           =',
  'sign-in-message-changed':           '=        waiting     =           =',
  'callback-diagnosed':                '=        waiting     =           =',
  'sign-in-abandoned':           '=        waiting     =           =',
  'sign-in-resumed':             '=        =           =           =',
  'callback-answered':        '=        answered    =           =',
  'exchange-started':         '=        exchanging  exchanging  =',
  'other-person-asked':       '=        waiting     answered    exchanging',
  'signed-in again':          '=        gone        gone        gone',
  'signed-in as another':     '=        gone        gone        gone',
  'sign-in-ended denied':        '=        gone        gone        gone',
  'sign-in-ended failed':        '=        gone        gone        gone',
  'sign-in-ended expired':       '=        gone        gone        gone',
  'sign-in-ended cancelled':     '=        gone        gone        gone',
  'sign-in-rejected':             '=        =           =           =',
  'restored':                 '=        =           =           =',
  'renewal-started':          '=        =           =           =',
  'renewed':                  '=        =           =           =',
  'renewal-failed offline':   '=        =           =           =',
  'renewal-failed failing':   '=        =           =           =',
  'session-ended':            '=        =           =           =',
  'signed-out':               '=        =           =           =',
  'default-chosen':           '=        =           =           =',
  'revocation-failed':        '=        =           =           =',
  'storage-failed':           '=        =           =           =',
  'storage-recovered':           '=        =           =           =',
  'consent-asked':           '=        =           =           =',
  'consent-ended':           '=        =           =           =',
  'consents-changed':           '=        =           =           =',
}

// The last result while Alice has no account …
// prettier-ignore
const OUTCOME_TABLE: Record<EventName, string> = {
  // before:                   none     done     denied   failed   expired  signed-out
  'sign-in-started tray':        '=        =        =        =        =        =',
  'sign-in-started api':         '=        =        =        =        =        =',
  'link-ready':               '=        =        =        =        =        =',
  'sign-in-message-changed':           '=        =        =        =        =        =',
  'callback-diagnosed':                '=        =        =        =        =        =',
  'sign-in-abandoned':           '=        =        =        =        =        =',
  'sign-in-resumed':             '=        =        =        =        =        =',
  'callback-answered':        '=        =        =        =        =        =',
  'exchange-started':         '=        =        =        =        =        =',
  'other-person-asked':       '=        =        =        =        =        =',
  'signed-in again':          'done     done     done     done     done     done',
  'signed-in as another':     'done     done     done     done     done     done',
  'sign-in-ended denied':        'denied   denied   denied   denied   denied   denied',
  'sign-in-ended failed':        'failed   failed   failed   failed   failed   failed',
  'sign-in-ended expired':       'expired  expired  expired  expired  expired  expired',
  'sign-in-ended cancelled':     '=        =        =        =        =        =',
  'sign-in-rejected':             'failed   failed   failed   failed   failed   failed',
  'restored':                 '=        =        =        =        =        =',
  'renewal-started':          '=        =        =        =        =        =',
  'renewed':                  '=        =        =        =        =        =',
  'renewal-failed offline':   '=        =        =        =        =        =',
  'renewal-failed failing':   '=        =        =        =        =        =',
  'session-ended':            '=        =        =        =        =        =',
  'signed-out':               '=        =        =        =        =        =',
  'default-chosen':           '=        =        =        =        =        =',
  'revocation-failed':        '=        =        =        =        =        signed-out',
  'storage-failed':           '=        =        =        =        =        =',
  'storage-recovered':           '=        =        =        =        =        =',
  'consent-asked':           '=        =        =        =        =        =',
  'consent-ended':           '=        =        =        =        =        =',
  'consents-changed':           '=        =        =        =        =        =',
}
// … the differences once her session has ended …
const OUTCOME_TABLE_OF_ENDED: Record<EventName, string> = {
  ...OUTCOME_TABLE,
  'signed-out': 'signed-out '.repeat(6).trim(),
}
// … and while she is signed in.
const OUTCOME_TABLE_OF_SIGNED_IN: Record<EventName, string> = {
  ...OUTCOME_TABLE_OF_ENDED,
  'session-ended': '= none none none none none',
}

// The state of one account and of the whole. `both`: the tray's sign-in waits and an app's is exchanged.
// prettier-ignore
const SUMMARY_TABLE: Record<FlowsName, string> = {
  // session:           signed-out         idle        renewing    offline     failing          ended
  'none':              'signed-out|failed  signed-in   signed-in   offline     renewal-failing  needs-sign-in',
  'tray waiting':      'waiting            waiting     waiting     waiting     waiting          waiting',
  'tray answered':     'answered           answered    answered    answered    answered         answered',
  'tray exchanging':   'exchanging         exchanging  exchanging  exchanging  exchanging       exchanging',
  'api waiting':       'waiting            signed-in   signed-in   offline     renewal-failing  needs-sign-in',
  'api answered':      'answered           signed-in   signed-in   offline     renewal-failing  needs-sign-in',
  'api exchanging':    'exchanging         signed-in   signed-in   offline     renewal-failing  needs-sign-in',
  'both':              'waiting            waiting     waiting     waiting     waiting          waiting',
}

const LINK = 'https://provider.example/authorize'

const RENEWALS = {
  idle: { kind: 'idle' },
  renewing: { kind: 'renewing', after: null },
  offline: { kind: 'offline', message: 'it was away before' },
  failing: { kind: 'failing', message: 'it was away before' },
} as const satisfies Record<Renewal['kind'], Renewal>
const signedIn = (renewal: Renewal['kind'], ref = ALICE_REF): AccountSession => ({
  ...ref,
  kind: 'signed-in',
  expiresAtMs: 9_000,
  renewsAtMs: 8_000,
  renewal: RENEWALS[renewal],
})
const endedOf = (ref: AccountRef): AccountSession => ({
  ...ref,
  kind: 'needs-sign-in',
  reason: 'it ran out',
})
const STATES = {
  idle: signedIn('idle'),
  renewing: signedIn('renewing'),
  offline: signedIn('offline'),
  failing: signedIn('failing'),
  ended: endedOf(ALICE_REF),
} as const satisfies Partial<Record<SessionName, AccountSession>>
const SESSIONS: Record<SessionName, SessionState> = {
  'signed-out': { kind: 'signed-out' },
  ...STATES,
}
const BOBS = signedIn('idle', BOB_REF)
const QUESTION: OtherPerson = { id: 'question', expected: ALICE, got: BOB, deadlineMs: 4_000 }

const signIn = (origin: Origin, phase: SignIn['phase']): SignIn => ({
  state: `${origin}-state`,
  origin,
  provider: PROVIDER,
  phase,
  deadlineMs: 5_000,
  link: phase === 'waiting' ? LINK : null,
  message: null,
  diagnostic: 'nothing',
  abandoned: false,
  program: null,
  question: null,
  expected: null,
})
const FLOWS: Record<FlowsName, readonly SignIn[]> = {
  none: [],
  'tray waiting': [signIn('tray', 'waiting')],
  'tray answered': [signIn('tray', 'answered')],
  'tray exchanging': [signIn('tray', 'exchanging')],
  'api waiting': [signIn('api', 'waiting')],
  'api answered': [signIn('api', 'answered')],
  'api exchanging': [signIn('api', 'exchanging')],
  both: [signIn('tray', 'waiting'), signIn('api', 'exchanging')],
}

const ENDINGS: { [Kind in SignInResult['kind']]: Extract<SignInResult, { kind: Kind }> } = {
  denied: { kind: 'denied', code: 'access-denied', reason: 'they said no' },
  failed: { kind: 'failed', code: 'provider-timeout', reason: 'it was too slow' },
  expired: { kind: 'expired', reason: 'nobody came' },
  cancelled: { kind: 'cancelled' },
}
const OUTCOMES: Record<OutcomeName, Model['lastResult']> = {
  none: null,
  done: { kind: 'done', id: ALICE_REF.id, message: null },
  denied: { ...ENDINGS.denied, reason: 'they said no before' },
  failed: { ...ENDINGS.failed, reason: 'it was too slow before' },
  expired: { ...ENDINGS.expired, reason: 'nobody came before' },
  'signed-out': {
    kind: 'signed-out',
    account: BOB,
    provider: PROVIDER,
    message: null,
    wasDefault: false,
  },
}

const LIFETIME = { expiresAtMs: 7_000, renewsAtMs: 6_000 }
const signedInBy = (state: string, ref: AccountRef): Event => ({
  type: 'signed-in',
  state,
  ...ref,
  ...LIFETIME,
})
const EVENTS: Record<EventName, (state: string) => Event> = {
  'sign-in-started tray': (state) => start(state, 'tray'),
  'sign-in-started api': (state) => start(state, 'api'),
  'link-ready': (state) => ({ type: 'link-ready', state, link: `${LINK}?new` }),
  'sign-in-message-changed': (state) => ({
    type: 'sign-in-message-changed',
    state,
    message: 'no browser',
  }),
  'callback-diagnosed': (state) => ({
    type: 'callback-diagnosed',
    state,
    diagnostic: 'tls-hello',
    message: 'not over https',
  }),
  'sign-in-abandoned': (state) => ({ type: 'sign-in-abandoned', state }),
  'sign-in-resumed': (state) => ({ type: 'sign-in-resumed', state }),
  'callback-answered': (state) => ({ type: 'callback-answered', state }),
  'exchange-started': (state) => ({ type: 'exchange-started', state }),
  'other-person-asked': (state) => ({ type: 'other-person-asked', state, question: QUESTION }),
  'signed-in again': (state) => signedInBy(state, ALICE_REF),
  'signed-in as another': (state) => signedInBy(state, BOB_REF),
  'sign-in-ended denied': (state) => ({ type: 'sign-in-ended', state, result: ENDINGS.denied }),
  'sign-in-ended failed': (state) => ({ type: 'sign-in-ended', state, result: ENDINGS.failed }),
  'sign-in-ended expired': (state) => ({ type: 'sign-in-ended', state, result: ENDINGS.expired }),
  'sign-in-ended cancelled': (state) => ({
    type: 'sign-in-ended',
    state,
    result: ENDINGS.cancelled,
  }),
  'sign-in-rejected': () => ({ type: 'sign-in-rejected', result: ENDINGS.failed }),
  'renewal-started': () => ({ type: 'renewal-started', id: ALICE_REF.id }),
  restored: () => ({ type: 'restored', ...ALICE_REF, ...LIFETIME }),
  renewed: () => ({ type: 'renewed', id: ALICE_REF.id, ...LIFETIME }),
  'renewal-failed offline': () => renewalFailed('offline'),
  'renewal-failed failing': () => renewalFailed('failing'),
  'session-ended': () => ({ type: 'session-ended', id: ALICE_REF.id, reason: 'it was revoked' }),
  'signed-out': () => ({ type: 'signed-out', id: ALICE_REF.id }),
  'revocation-failed': () => ({ type: 'revocation-failed', message: 'the provider was away' }),
  'default-chosen': () => ({ type: 'default-chosen', id: ALICE_REF.id }),
  'storage-failed': () => ({
    type: 'storage-failed',
    id: ALICE_REF.id,
    message: 'the disk is full',
  }),
  'storage-recovered': () => ({ type: 'storage-recovered', id: ALICE_REF.id }),
  'consent-asked': () => ({ type: 'consent-asked', question: consentQuestion() }),
  'consent-ended': () => ({ type: 'consent-ended', question: consentQuestion(), end: 'denied' }),
  'consents-changed': () => ({
    type: 'consents-changed',
    consents: { grants: [], denials: [] },
  }),
}

const PROBLEMS: readonly Model['storageProblems'][] = [
  [],
  [{ id: ALICE_REF.id, message: 'the disk was full before' }],
]
/** Alice's session, alone and beside Bob's. */
const ACCOUNTS: readonly (readonly AccountSession[])[] = [null, ...Object.values(STATES)].flatMap(
  (alices) => (alices === null ? [[], [BOBS]] : [[alices], [BOBS, alices]]),
)
const models: readonly Model[] = ACCOUNTS.flatMap((accounts) =>
  Object.values(FLOWS).flatMap((signIns) =>
    Object.values(OUTCOMES).flatMap((lastResult) =>
      PROBLEMS.map((storageProblems) =>
        freeze({ ...initialModel, accounts, signIns, lastResult, storageProblems }),
      ),
    ),
  ),
)
const eventNames = Object.keys(EVENTS) as EventName[]

for (const name of eventNames) {
  test(`${name} leads from every state to the state in the tables`, () => {
    expect({
      session: sessionRow(name),
      signIn: flowRow(name),
      outcomeSignedOut: outcomeRow(name, 'signed-out'),
      outcomeEnded: outcomeRow(name, 'needs-sign-in'),
      outcomeSignedIn: outcomeRow(name, 'signed-in'),
    }).toEqual({
      session: SESSION_TABLE[name].split(/\s+/),
      signIn: FLOW_TABLE[name].split(/\s+/),
      outcomeSignedOut: OUTCOME_TABLE[name].split(/\s+/),
      outcomeEnded: OUTCOME_TABLE_OF_ENDED[name].split(/\s+/),
      outcomeSignedIn: OUTCOME_TABLE_OF_SIGNED_IN[name].split(/\s+/),
    })
  })
}

test('an event changes only the sign-in that it names', () => {
  const touching = eventNames.filter((name) =>
    stepsOfFlows(name).some(({ before, named, after }) =>
      before.signIns.some((other) => other !== named && !after.signIns.includes(other)),
    ),
  )
  expect(touching).toEqual([])
})

test('an event changes only the account that it names, and keeps the order', () => {
  const touching = eventNames.filter((name) =>
    steps(name).some(({ before, after }) => {
      const named = name === 'signed-in as another' ? BOB_REF.id : ALICE_REF.id
      const others = (model: Model) => model.accounts.filter(({ id }) => id !== named)
      return !isSameList(others(before), others(after)) || !keepsOrder(before, after)
    }),
  )
  expect(touching).toEqual([])
})

test('an event that does not fit returns the same model, so that no subscriber is called', () => {
  const wrong = eventNames.flatMap((name) =>
    steps(name)
      .filter(({ before, after }) => after !== before && hasSameParts(before, after))
      .map(({ before }) => `${name} with ${nameOfFlows(before)}`),
  )
  expect([...new Set(wrong)]).toEqual([])
})

test('an event with an unknown state returns the same model', () => {
  const named = eventNames.filter(
    (name) => namesFlow(name) && !/^(sign-in-started|signed-in)/.test(name),
  )
  expect(named).toHaveLength(12)
  const wrong = named.filter((name) =>
    models.some((before) => next(before, EVENTS[name]('unknown')) !== before),
  )
  expect(wrong).toEqual([])
})

test('next changes neither the model nor the event', () => {
  const apply = (): void => {
    for (const before of models) {
      for (const name of eventNames) {
        for (const state of ['tray-state', 'api-state', 'new']) {
          next(before, freeze(EVENTS[name](state)))
        }
      }
    }
  }
  expect(apply).not.toThrow() // All is frozen: an assignment throws.
})

test('a new sign-in from the tray replaces the old one and leaves those of apps', () => {
  const model: Model = { ...initialModel, signIns: FLOWS.both }
  expect(next(model, start('new', 'tray')).signIns).toEqual([
    signIn('api', 'exchanging'),
    { ...signIn('tray', 'waiting'), state: 'new', deadlineMs: 6_000, link: null },
  ])
})

test("a new sign-in of an app leaves the tray's and those of other apps", () => {
  const model: Model = { ...initialModel, signIns: FLOWS.both }
  expect(next(model, start('new', 'api')).signIns).toEqual([
    ...FLOWS.both,
    { ...signIn('api', 'waiting'), state: 'new', deadlineMs: 6_000, link: null },
  ])
})

test('the end of a replaced sign-in changes nothing', () => {
  const replaced = play(start('old', 'tray'), start('new', 'tray'))
  expect(next(replaced, EVENTS['sign-in-ended cancelled']('old'))).toBe(replaced)
})

test('an abandoned sign-in waits until its app comes back or it ends', () => {
  const left = play(start('s', 'api'), EVENTS['sign-in-abandoned']('s'))
  expect(left.signIns).toEqual([expect.objectContaining({ phase: 'waiting', abandoned: true })])
  expect(next(left, EVENTS['sign-in-abandoned']('s'))).toBe(left)
  expect(summarize(left)).toBe('waiting')
  const again = next(left, EVENTS['sign-in-resumed']('s'))
  expect(again.signIns).toEqual([expect.objectContaining({ phase: 'waiting', abandoned: false })])
  expect(next(left, EVENTS['sign-in-ended expired']('s')).signIns).toEqual([])
})

test('the newest sign-in that an app waits for is shown, or else the newest', () => {
  const both = play(
    start('one', 'api'),
    start('other', 'api'),
    EVENTS['sign-in-abandoned']('other'),
  )
  expect(shownSignIn(both)?.state).toBe('one')
  expect(shownSignIn(next(both, EVENTS['sign-in-abandoned']('one')))?.state).toBe('other')
})

const opened = [
  start('s', 'tray'),
  EVENTS['link-ready']('s'),
  EVENTS['sign-in-message-changed']('s'),
]

test('a sign-in has a link and a message while it waits', () => {
  expect(traySignIn(play(...opened))).toMatchObject({ link: `${LINK}?new`, message: 'no browser' })
})

test('opening the link again removes the message', () => {
  const again = play(...opened, EVENTS['link-ready']('s'))
  expect(traySignIn(again)).toMatchObject({ link: `${LINK}?new`, message: null })
})

for (const name of ['callback-answered', 'exchange-started'] as const) {
  test(`${name} removes the link and the message`, () => {
    expect(traySignIn(play(...opened, EVENTS[name]('s')))).toMatchObject({
      link: null,
      message: null,
    })
  })
}

test('a new session has the event’s account and expiry', () => {
  const { accounts } = play(start('s', 'tray'), signedInBy('s', BOB_REF))
  expect(accounts).toEqual([
    {
      ...BOB_REF,
      kind: 'signed-in',
      ...LIFETIME,
      renewal: { kind: 'idle' },
    },
  ])
})

for (const before of ['idle', 'ended'] as const) {
  test(`someone else who signs in is added as another account (${before})`, () => {
    const model: Model = { ...modelOf(STATES[before]), signIns: FLOWS.both }
    const added = next(model, signedInBy('tray-state', BOB_REF))
    expect(added.accounts).toEqual([
      STATES[before],
      { ...BOBS, ...LIFETIME } satisfies AccountSession,
    ])
    expect(added.accounts[0]).toBe(STATES[before])
    expect(added.lastResult).toEqual({ kind: 'done', id: BOB_REF.id, message: null })
    expect(defaultId(added)).toBe(ALICE_REF.id)
  })

  test(`the same person who signs in again keeps the account and its place (${before})`, () => {
    const model: Model = { ...modelOf(STATES[before], BOBS), signIns: FLOWS.both }
    const renamed = { ...ALICE_REF, account: { ...ALICE, name: 'Alice Baker' } }
    const again = next(model, signedInBy('tray-state', renamed))
    expect(again.accounts).toEqual([{ ...STATES.idle, ...renamed, ...LIFETIME }, BOBS])
    expect(again.lastResult).toEqual({ kind: 'done', id: ALICE_REF.id, message: null })
  })
}

test('a renewal changes the lifetime and nothing else', () => {
  const model = modelOf(STATES.offline)
  expect(next(model, EVENTS.renewed('')).accounts).toEqual([{ ...STATES.idle, ...LIFETIME }])
})

test('a failed renewal says why and when it is retried, and keeps the expiry', () => {
  const model = modelOf(STATES.renewing)
  expect(next(model, EVENTS['renewal-failed offline']('')).accounts).toEqual([
    {
      ...STATES.offline,
      renewsAtMs: 9_500,
      renewal: { kind: 'offline', message: 'it was away' },
    },
  ])
})

for (const [before, summary] of [
  ['offline', 'offline'],
  ['failing', 'renewal-failing'],
] as const) {
  test(`a renewal that is retried still shows the last failure (${before})`, () => {
    const model = modelOf(STATES[before])
    const again = next(model, EVENTS['renewal-started'](''))
    expect(again.accounts).toEqual([
      {
        ...STATES[before],
        renewal: { kind: 'renewing', after: RENEWALS[before] },
      },
    ])
    expect(summarize(again)).toBe(summary)
    expect(summarize(next(again, EVENTS.renewed('')))).toBe('signed-in')
  })
}

const storageFails = (id: string | null, message = 'the disk is full'): Event => ({
  type: 'storage-failed',
  id,
  message,
})
const storageRecovers = (id: string | null): Event => ({ type: 'storage-recovered', id })

test('a storage problem stays until it is solved', () => {
  const failed = next(initialModel, EVENTS['storage-failed'](''))
  expect(failed).toEqual({
    ...initialModel,
    storageProblems: [{ id: ALICE_REF.id, message: 'the disk is full' }],
  })
  expect(next(failed, EVENTS['storage-failed'](''))).toBe(failed)
  expect(next(failed, EVENTS['storage-recovered'](''))).toEqual(initialModel)
  expect(next(initialModel, EVENTS['storage-recovered'](''))).toBe(initialModel)
})

test('each account has its own storage problem, and the newest is the last', () => {
  const both = play(storageFails(ALICE_REF.id), storageFails(BOB_REF.id))
  expect(both.storageProblems.map(({ id }) => id)).toEqual([ALICE_REF.id, BOB_REF.id])
  const again = next(both, storageFails(ALICE_REF.id, 'access is denied'))
  expect(again.storageProblems).toEqual([
    { id: BOB_REF.id, message: 'the disk is full' },
    { id: ALICE_REF.id, message: 'access is denied' },
  ])
  const solved = next(again, storageRecovers(ALICE_REF.id))
  expect(solved.storageProblems).toEqual([{ id: BOB_REF.id, message: 'the disk is full' }])
  expect(next(solved, storageRecovers(ALICE_REF.id))).toBe(solved)
})

test('a storage problem of no known account ends when any account is stored', () => {
  const unknown = play(storageFails(null), storageFails(BOB_REF.id))
  expect(next(unknown, storageRecovers(ALICE_REF.id)).storageProblems).toEqual([
    { id: BOB_REF.id, message: 'the disk is full' },
  ])
})

test('a session is kept even if another sign-in has replaced its own', () => {
  const model = play(start('old', 'tray'), start('new', 'tray'), signedInBy('old', BOB_REF))
  expect(model.accounts).toMatchObject([{ kind: 'signed-in', account: BOB }])
  expect(traySignIn(model)).toMatchObject({ state: 'new' })
})

test('an ended session keeps its account and says why it ended', () => {
  const model = modelOf(STATES.idle)
  expect(next(model, EVENTS['session-ended']('')).accounts).toEqual([
    {
      ...ALICE_REF,
      kind: 'needs-sign-in',
      reason: 'it was revoked',
    },
  ])
})

test('a failed revocation adds its message to the sign-out, and to no later result', () => {
  const event = EVENTS['revocation-failed']('')
  const model: Model = { ...initialModel, lastResult: OUTCOMES['signed-out'] }
  expect(next(model, event).lastResult).toEqual({
    ...OUTCOMES['signed-out'],
    message: 'the provider was away',
  })
  const later: Model = { ...initialModel, lastResult: OUTCOMES.done }
  expect(next(later, event)).toBe(later)
})

test('a sign-out names the account that it signed out', () => {
  const { accounts, lastResult } = next(modelOf(BOBS, STATES.idle), EVENTS['signed-out'](''))
  expect(accounts).toEqual([BOBS])
  expect(lastResult).toEqual({
    kind: 'signed-out',
    account: ALICE,
    provider: PROVIDER,
    message: null,
    wasDefault: false,
  })
})

test('the default account is the chosen one, or else the first', () => {
  const both = modelOf(STATES.idle, BOBS)
  expect(defaultSession(both)).toBe(STATES.idle)
  const chosen = next(both, { type: 'default-chosen', id: BOB_REF.id })
  expect(chosen).toEqual({ ...both, chosenId: BOB_REF.id })
  expect(defaultSession(chosen)).toBe(BOBS)
  expect(defaultId(chosen)).toBe(BOB_REF.id)
  expect(next(chosen, { type: 'default-chosen', id: BOB_REF.id })).toBe(chosen)
})

test('if nobody is signed in, no account is the default', () => {
  expect(defaultSession(initialModel)).toEqual({ kind: 'signed-out' })
  expect(defaultId(initialModel)).toBeNull()
})

test('if the default account is signed out, the first of the others is the default', () => {
  const chosen: Model = { ...modelOf(STATES.idle, BOBS), chosenId: BOB_REF.id }
  const left = next(chosen, { type: 'signed-out', id: BOB_REF.id })
  expect(left).toMatchObject({ accounts: [STATES.idle], chosenId: null })
  expect(defaultSession(left)).toBe(STATES.idle)
  // The account is not the default again only because the person signs in again.
  expect(defaultId(next(left, signedInBy('s', BOB_REF)))).toBe(ALICE_REF.id)
})

test('if another account is signed out, the default stays', () => {
  const chosen: Model = { ...modelOf(STATES.idle, BOBS), chosenId: BOB_REF.id }
  expect(defaultId(next(chosen, { type: 'signed-out', id: ALICE_REF.id }))).toBe(BOB_REF.id)
})

test('the end of a session leaves its account the default', () => {
  const chosen: Model = { ...modelOf(BOBS, STATES.idle), chosenId: ALICE_REF.id }
  expect(defaultId(next(chosen, EVENTS['session-ended']('')))).toBe(ALICE_REF.id)
})

test('restored accounts are in the order of their events', () => {
  const restored = (ref: AccountRef): Event => ({ type: 'restored', ...ref, ...LIFETIME })
  const both = play(restored(BOB_REF), restored(ALICE_REF))
  expect(both.accounts.map(({ id }) => id)).toEqual([BOB_REF.id, ALICE_REF.id])
  expect(next(both, restored(BOB_REF))).toBe(both)
})

test('a restored account whose session has ended needs a sign-in, and changes no account that is there', () => {
  const reason = 'It is over.'
  const restored: Event = { type: 'restored', ...ALICE_REF, ...LIFETIME, ended: reason }
  expect(play(restored).accounts).toEqual([{ ...ALICE_REF, kind: 'needs-sign-in', reason }])
  const signedIn = modelOf(STATES.idle)
  expect(next(signedIn, restored)).toBe(signedIn)
})

test('a question about another person stays until its sign-in ends', () => {
  const asked = [
    start('s', 'tray'),
    EVENTS['exchange-started']('s'),
    EVENTS['other-person-asked']('s'),
  ].reduce(next, modelOf(STATES.idle))
  expect(traySignIn(asked)).toMatchObject({ phase: 'exchanging', question: QUESTION })
  // Until the person agrees, nobody is added.
  expect(asked.accounts).toEqual([STATES.idle])
  const kept = next(asked, signedInBy('s', BOB_REF))
  expect(kept).toMatchObject({ accounts: [STATES.idle, { account: BOB }], signIns: [] })
  const discarded = next(asked, EVENTS['sign-in-ended expired']('s'))
  expect(discarded).toMatchObject({ accounts: [STATES.idle], signIns: [] })
})

const places: Record<string, [Model, StatusState]> = {
  'signed-out': [initialModel, 'signed-out'],
  failed: [{ ...initialModel, lastResult: ENDINGS.failed }, 'failed'],
  'signed-in': [{ ...modelOf(STATES.idle), lastResult: OUTCOMES.done }, 'signed-in'],
  'needs-sign-in': [modelOf(STATES.ended), 'needs-sign-in'],
}
for (const [place, [before, summary]] of Object.entries(places)) {
  test(`cancelling leads back to ${place}`, () => {
    const waiting = opened.reduce(next, before)
    expect(summarize(waiting)).toBe('waiting')
    const after = next(waiting, EVENTS['sign-in-ended cancelled']('s'))
    expect(after).toEqual(before)
    expect(summarize(after)).toBe(summary)
  })
}

test('a failed second sign-in leaves the session, and is shown', () => {
  const before: Model = { ...modelOf(STATES.idle), lastResult: OUTCOMES.done }
  const after = [...opened, EVENTS['sign-in-ended failed']('s')].reduce(next, before)
  expect(after.accounts).toBe(before.accounts)
  const of = { provider: PROVIDER, expected: null }
  expect(after.lastResult).toEqual({ ...ENDINGS.failed, of })
  expect(summarize(after)).toBe('signed-in')
})

for (const flowsName of Object.keys(FLOWS) as FlowsName[]) {
  test(`the state in one word for every session with sign-ins: ${flowsName}`, () => {
    const alone = models.filter(
      ({ accounts, signIns }) => !accounts.includes(BOBS) && signIns === FLOWS[flowsName],
    )
    for (const summary of [summarize, summarizeDefault]) {
      const row = Object.values(SESSIONS).map((session) =>
        cell(
          alone.filter((model) => isSameSession(defaultSession(model), session)),
          summary,
        ),
      )
      expect(row).toEqual(SUMMARY_TABLE[flowsName].split(/\s+/))
    }
  })
}

test('the state of the whole is that of the account that is worst off', () => {
  const worstFirst = ['ended', 'failing', 'offline', 'idle'] as const
  for (const [place, worst] of worstFirst.entries()) {
    for (const other of worstFirst.slice(place)) {
      const bobs = other === 'ended' ? endedOf(BOB_REF) : signedIn(other, BOB_REF)
      for (const model of [modelOf(STATES[worst], bobs), modelOf(bobs, STATES[worst])]) {
        expect(summarize(model), `${worst}, ${other}`).toBe(toSessionState(STATES[worst]))
      }
    }
  }
})

test('the state of the default account does not depend on the other accounts', () => {
  const both = modelOf(STATES.ended, BOBS)
  expect(summarizeDefault(both)).toBe('needs-sign-in')
  const chosen = next(both, { type: 'default-chosen', id: BOB_REF.id })
  expect(summarizeDefault(chosen)).toBe('signed-in')
  expect(summarize(chosen)).toBe('needs-sign-in')
  // The tray's sign-in comes first.
  expect(summarizeDefault(next(chosen, start('s', 'tray')))).toBe('waiting')
})

test('without a session and a sign-in, only a failure makes the state failed', () => {
  const words = Object.entries(OUTCOMES).map(([name, lastResult]) => [
    name,
    summarize({ ...initialModel, lastResult }),
  ])
  expect(Object.fromEntries(words)).toEqual({
    none: 'signed-out',
    done: 'signed-out',
    denied: 'failed',
    failed: 'failed',
    expired: 'failed',
    'signed-out': 'signed-out',
  } satisfies Record<OutcomeName, StatusState>)
})

function renewalFailed(renewal: 'offline' | 'failing'): Event {
  return {
    type: 'renewal-failed',
    id: ALICE_REF.id,
    renewal,
    code: 'provider-timeout',
    reason: 'it was away',
    renewsAtMs: 9_500,
    failures: 1,
  }
}

function start(state: string, origin: Origin): Event {
  return { type: 'sign-in-started', state, origin, provider: PROVIDER, deadlineMs: 6_000 }
}

function play(...events: readonly Event[]): Model {
  return events.reduce(next, initialModel)
}

function namesFlow(name: EventName): boolean {
  return 'state' in EVENTS[name]('')
}

function sessionRow(name: EventName): string[] {
  return Object.values(SESSIONS).map((session) =>
    cell(
      steps(name).filter(({ before }) => isSameSession(findAlice(before), session)),
      ({ before, after }) =>
        isSameSession(findAlice(after), findAlice(before)) ? '=' : nameSession(findAlice(after)),
    ),
  )
}

function flowRow(name: EventName): string[] {
  const started = models.map((before) => next(before, EVENTS[name]('new')))
  const absent = cell(started, (after) => findFlow(after, 'new')?.phase ?? '=')
  const present = (['waiting', 'answered', 'exchanging'] as const).map((phase) =>
    cell(
      stepsOfFlows(name).filter(({ named }) => named.phase === phase),
      ({ named, after }) => {
        const found = findFlow(after, named.state)
        return found === named ? '=' : (found?.phase ?? 'gone')
      },
    ),
  )
  return [absent, ...present]
}

function outcomeRow(name: EventName, kind: SessionState['kind']): string[] {
  const those = steps(name).filter(({ before }) => findAlice(before).kind === kind)
  return Object.values(OUTCOMES).map((lastResult) =>
    cell(
      those.filter(({ before }) => before.lastResult === lastResult),
      ({ before, after }) =>
        after.lastResult === before.lastResult ? '=' : nameResult(after.lastResult),
    ),
  )
}

/** The event in every model, once for each sign-in of the model if the event names one. */
function steps(name: EventName): { before: Model; after: Model }[] {
  if (namesFlow(name)) return stepsOfFlows(name)
  return models.map((before) => ({ before, after: next(before, EVENTS[name]('')) }))
}

function stepsOfFlows(name: EventName): { before: Model; named: SignIn; after: Model }[] {
  return models.flatMap((before) =>
    before.signIns.map((named) => ({
      before,
      named,
      after: next(before, EVENTS[name](named.state)),
    })),
  )
}

/** The result that all `cases` share, or each of the results if they differ. */
function cell<Case>(cases: readonly Case[], read: (one: Case) => string): string {
  return [...new Set(cases.map(read))].join('|')
}

function findFlow(model: Model, state: string): SignIn | undefined {
  return model.signIns.find((candidate) => candidate.state === state)
}

function nameSession(session: SessionState): SessionName {
  if (session.kind === 'needs-sign-in') return 'ended'
  return session.kind === 'signed-in' ? session.renewal.kind : session.kind
}

function nameResult(outcome: Model['lastResult']): OutcomeName {
  return outcome === null ? 'none' : outcome.kind
}

function nameOfFlows(model: Model): string {
  return Object.entries(FLOWS).find(([, signIns]) => signIns === model.signIns)![0]
}

function findAlice({ accounts }: Model): SessionState {
  return accounts.find(({ id }) => id === ALICE_REF.id) ?? { kind: 'signed-out' }
}

/** Nobody is always the same; a session is only itself. */
function isSameSession(one: SessionState, other: SessionState): boolean {
  return one === other || (one.kind === 'signed-out' && other.kind === 'signed-out')
}

/** True if the accounts that stay are in the order from before, and any new one is the last. */
function keepsOrder(before: Model, after: Model): boolean {
  const ids = ({ accounts }: Model): string[] => accounts.map(({ id }) => id)
  const left = ids(before).filter((id) => ids(after).includes(id))
  return isSameList(ids(after).slice(0, left.length), left)
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((entry, index) => entry === other[index])
}

function hasSameParts(before: Model, after: Model): boolean {
  return (
    isSameList(after.accounts, before.accounts) &&
    after.chosenId === before.chosenId &&
    after.lastResult === before.lastResult &&
    isSameList(after.storageProblems, before.storageProblems) &&
    isSameList(after.signIns, before.signIns) &&
    after.consentQuestion === before.consentQuestion &&
    after.consents === before.consents
  )
}

test('a question about a program is there until it ends, and the end of another one changes nothing', () => {
  const question = consentQuestion()
  const asked = next(initialModel, { type: 'consent-asked', question })
  expect(asked).toEqual({ ...initialModel, consentQuestion: question })
  const other = consentQuestion({ id: 'another2' })
  expect(next(asked, { type: 'consent-ended', question: other, end: 'once' })).toBe(asked)
  const ended = next(asked, { type: 'consent-ended', question, end: 'withdrawn' })
  expect(ended).toEqual(initialModel)
})

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part)
    Object.freeze(value)
  }
  return value
}
