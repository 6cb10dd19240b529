import type { StatusState } from '../../main/ipc.js'
import { expect, test } from '@playwright/test'
import type { Account } from '../../main/oauth/account.js'
import {
  initialModel,
  shownSignIn,
  summarize,
  traySignIn,
  type SignInResult,
  type Event,
  type SignIn,
  type Model,
  type Origin,
  type LastResult,
  type Renewal,
  type SessionState,
} from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'

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
type OutcomeName = Exclude<LastResult['kind'], 'cancelled'> | 'none' | 'replaced'

// Columns are the states before the event, cells the states after it; = is the same object.
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
  'signed-in again':          'idle        idle        idle        idle        idle        idle',
  'signed-in as another':     'idle        idle        idle        idle        idle        idle',
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
  'revocation-failed':        '=           =           =           =           =           =',
  'storage-failed':           '=           =           =           =           =           =',
  'storage-recovered':           '=           =           =           =           =           =',
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
  'revocation-failed':        '=        =           =           =',
  'storage-failed':           '=        =           =           =',
  'storage-recovered':           '=        =           =           =',
}

// The last result while nobody is signed in …
// prettier-ignore
const OUTCOME_TABLE: Record<EventName, string> = {
  // before:                   none     done     replaced  denied   failed   expired  signed-out
  'sign-in-started tray':        '=        =        =         =        =        =        =',
  'sign-in-started api':         '=        =        =         =        =        =        =',
  'link-ready':               '=        =        =         =        =        =        =',
  'sign-in-message-changed':           '=        =        =         =        =        =        =',
  'callback-diagnosed':                '=        =        =         =        =        =        =',
  'sign-in-abandoned':           '=        =        =         =        =        =        =',
  'sign-in-resumed':             '=        =        =         =        =        =        =',
  'callback-answered':        '=        =        =         =        =        =        =',
  'exchange-started':         '=        =        =         =        =        =        =',
  'signed-in again':          'done     done     done      done     done     done     done',
  'signed-in as another':     'done     done     done      done     done     done     done',
  'sign-in-ended denied':        'denied   denied   denied    denied   denied   denied   denied',
  'sign-in-ended failed':        'failed   failed   failed    failed   failed   failed   failed',
  'sign-in-ended expired':       'expired  expired  expired   expired  expired  expired  expired',
  'sign-in-ended cancelled':     '=        =        =         =        =        =        =',
  'sign-in-rejected':             'failed   failed   failed    failed   failed   failed   failed',
  'restored':                 '=        =        =         =        =        =        =',
  'renewal-started':          '=        =        =         =        =        =        =',
  'renewed':                  '=        =        =         =        =        =        =',
  'renewal-failed offline':   '=        =        =         =        =        =        =',
  'renewal-failed failing':   '=        =        =         =        =        =        =',
  'session-ended':            '=        =        =         =        =        =        =',
  'signed-out':               '=        =        =         =        =        =        =',
  'revocation-failed':        '=        =        replaced  =        =        =        signed-out',
  'storage-failed':           '=        =        =         =        =        =        =',
  'storage-recovered':           '=        =        =         =        =        =        =',
}
// … the differences once a session has ended …
const OUTCOME_TABLE_OF_ENDED: Record<EventName, string> = {
  ...OUTCOME_TABLE,
  'signed-in as another': 'replaced '.repeat(7).trim(),
  'signed-out': 'signed-out '.repeat(7).trim(),
}
// … and while someone is signed in.
const OUTCOME_TABLE_OF_SIGNED_IN: Record<EventName, string> = {
  ...OUTCOME_TABLE_OF_ENDED,
  'session-ended': '= none none none none none none',
}

// `both`: the tray's sign-in waits and an app's is exchanged.
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

const ALICE: Account = { sub: 'alice', name: 'Alice Adams', email: 'alice@example.com' }
const BOB: Account = { sub: 'bob', name: 'Bob Brown', email: '' }
const LINK = 'https://provider.example/authorize'

const RENEWALS = {
  idle: { kind: 'idle' },
  renewing: { kind: 'renewing', after: null },
  offline: { kind: 'offline', message: 'it was away before' },
  failing: { kind: 'failing', message: 'it was away before' },
} as const satisfies Record<Renewal['kind'], Renewal>
const signedIn = (renewal: Renewal['kind']): SessionState => ({
  kind: 'signed-in',
  account: ALICE,
  expiresAtMs: 9_000,
  renewsAtMs: 8_000,
  renewal: RENEWALS[renewal],
})
const SESSIONS: Record<SessionName, SessionState> = {
  'signed-out': { kind: 'signed-out' },
  idle: signedIn('idle'),
  renewing: signedIn('renewing'),
  offline: signedIn('offline'),
  failing: signedIn('failing'),
  ended: { kind: 'needs-sign-in', account: ALICE, reason: 'it ran out' },
}

const signIn = (origin: Origin, phase: SignIn['phase']): SignIn => ({
  state: `${origin}-state`,
  origin,
  phase,
  deadlineMs: 5_000,
  link: phase === 'waiting' ? LINK : null,
  message: null,
  diagnostic: 'nothing',
  abandoned: false,
  program: null,
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
  done: { kind: 'done', replaced: null, message: null },
  replaced: { kind: 'done', replaced: BOB, message: null },
  denied: { ...ENDINGS.denied, reason: 'they said no before' },
  failed: { ...ENDINGS.failed, reason: 'it was too slow before' },
  expired: { ...ENDINGS.expired, reason: 'nobody came before' },
  'signed-out': { kind: 'signed-out', message: null },
}

const LIFETIME = { expiresAtMs: 7_000, renewsAtMs: 6_000 }
const signedInBy = (state: string, account: Account): Event => ({
  type: 'signed-in',
  state,
  account,
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
  'signed-in again': (state) => signedInBy(state, ALICE),
  'signed-in as another': (state) => signedInBy(state, BOB),
  'sign-in-ended denied': (state) => ({ type: 'sign-in-ended', state, result: ENDINGS.denied }),
  'sign-in-ended failed': (state) => ({ type: 'sign-in-ended', state, result: ENDINGS.failed }),
  'sign-in-ended expired': (state) => ({ type: 'sign-in-ended', state, result: ENDINGS.expired }),
  'sign-in-ended cancelled': (state) => ({
    type: 'sign-in-ended',
    state,
    result: ENDINGS.cancelled,
  }),
  'sign-in-rejected': () => ({ type: 'sign-in-rejected', result: ENDINGS.failed }),
  'renewal-started': () => ({ type: 'renewal-started' }),
  restored: () => ({ type: 'restored', account: ALICE, ...LIFETIME }),
  renewed: () => ({ type: 'renewed', ...LIFETIME }),
  'renewal-failed offline': () => renewalFailed('offline'),
  'renewal-failed failing': () => renewalFailed('failing'),
  'session-ended': () => ({ type: 'session-ended', reason: 'it was revoked' }),
  'signed-out': () => ({ type: 'signed-out' }),
  'revocation-failed': () => ({ type: 'revocation-failed', message: 'the provider was away' }),
  'storage-failed': () => ({ type: 'storage-failed', message: 'the disk is full' }),
  'storage-recovered': () => ({ type: 'storage-recovered' }),
}

const models: readonly Model[] = Object.values(SESSIONS).flatMap((session) =>
  Object.values(FLOWS).flatMap((signIns) =>
    Object.values(OUTCOMES).flatMap((lastResult) =>
      [null, 'the disk was full before'].map((storageProblem) =>
        freeze({ session, signIns, lastResult, storageProblem }),
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
  expect(named).toHaveLength(11)
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
  const { session } = play(start('s', 'tray'), signedInBy('s', BOB))
  expect(session).toEqual({
    kind: 'signed-in',
    account: BOB,
    ...LIFETIME,
    renewal: { kind: 'idle' },
  })
})

for (const before of ['idle', 'ended'] as const) {
  test(`signing in as someone else names the previous account (${before})`, () => {
    const model: Model = { ...initialModel, session: SESSIONS[before], signIns: FLOWS.both }
    const replaced = next(model, signedInBy('tray-state', BOB))
    expect(replaced.lastResult).toEqual({ kind: 'done', replaced: ALICE, message: null })
    const again = next(model, signedInBy('tray-state', { ...ALICE, name: 'Alice Baker' }))
    expect(again.lastResult).toEqual({ kind: 'done', replaced: null, message: null })
  })
}

test('a renewal changes the lifetime and nothing else', () => {
  const model: Model = { ...initialModel, session: SESSIONS.offline }
  expect(next(model, EVENTS.renewed('')).session).toEqual({ ...SESSIONS.idle, ...LIFETIME })
})

test('a failed renewal says why and when it is retried, and keeps the expiry', () => {
  const model: Model = { ...initialModel, session: SESSIONS.renewing }
  expect(next(model, EVENTS['renewal-failed offline']('')).session).toEqual({
    ...SESSIONS.offline,
    renewsAtMs: 9_500,
    renewal: { kind: 'offline', message: 'it was away' },
  })
})

for (const [before, summary] of [
  ['offline', 'offline'],
  ['failing', 'renewal-failing'],
] as const) {
  test(`a renewal that is retried still shows the last failure (${before})`, () => {
    const model: Model = { ...initialModel, session: SESSIONS[before] }
    const again = next(model, EVENTS['renewal-started'](''))
    expect(again.session).toEqual({
      ...SESSIONS[before],
      renewal: { kind: 'renewing', after: RENEWALS[before] },
    })
    expect(summarize(again)).toBe(summary)
    expect(summarize(next(again, EVENTS.renewed('')))).toBe('signed-in')
  })
}

test('a storage problem stays until it is solved', () => {
  const failed = next(initialModel, EVENTS['storage-failed'](''))
  expect(failed).toEqual({ ...initialModel, storageProblem: 'the disk is full' })
  expect(next(failed, EVENTS['storage-recovered'](''))).toEqual(initialModel)
  expect(next(initialModel, EVENTS['storage-recovered'](''))).toBe(initialModel)
})

test('a session is kept even if another sign-in has replaced its own', () => {
  const model = play(start('old', 'tray'), start('new', 'tray'), signedInBy('old', BOB))
  expect(model.session).toMatchObject({ kind: 'signed-in', account: BOB })
  expect(traySignIn(model)).toMatchObject({ state: 'new' })
})

test('an ended session keeps its account and says why it ended', () => {
  const model: Model = { ...initialModel, session: SESSIONS.idle }
  expect(next(model, EVENTS['session-ended']('')).session).toEqual({
    kind: 'needs-sign-in',
    account: ALICE,
    reason: 'it was revoked',
  })
})

for (const name of ['replaced', 'signed-out'] as const) {
  test(`a failed revocation adds its message to the result ${name}`, () => {
    const model: Model = { ...initialModel, lastResult: OUTCOMES[name] }
    expect(next(model, EVENTS['revocation-failed']('')).lastResult).toEqual({
      ...OUTCOMES[name],
      message: 'the provider was away',
    })
  })
}

const places: Record<string, [Model, StatusState]> = {
  'signed-out': [initialModel, 'signed-out'],
  failed: [{ ...initialModel, lastResult: ENDINGS.failed }, 'failed'],
  'signed-in': [
    { ...initialModel, session: SESSIONS.idle, lastResult: OUTCOMES.done },
    'signed-in',
  ],
  'needs-sign-in': [{ ...initialModel, session: SESSIONS.ended }, 'needs-sign-in'],
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
  const before: Model = { ...initialModel, session: SESSIONS.idle, lastResult: OUTCOMES.done }
  const after = [...opened, EVENTS['sign-in-ended failed']('s')].reduce(next, before)
  expect(after.session).toBe(before.session)
  expect(after.lastResult).toEqual(ENDINGS.failed)
  expect(summarize(after)).toBe('signed-in')
})

for (const flowsName of Object.keys(FLOWS) as FlowsName[]) {
  test(`the state in one word for every session with sign-ins: ${flowsName}`, () => {
    const row = Object.values(SESSIONS).map((session) =>
      cell(
        models.filter((model) => model.session === session && model.signIns === FLOWS[flowsName]),
        summarize,
      ),
    )
    expect(row).toEqual(SUMMARY_TABLE[flowsName].split(/\s+/))
  })
}

test('without a session and a sign-in, only a failure makes the state failed', () => {
  const words = Object.entries(OUTCOMES).map(([name, lastResult]) => [
    name,
    summarize({ ...initialModel, lastResult }),
  ])
  expect(Object.fromEntries(words)).toEqual({
    none: 'signed-out',
    done: 'signed-out',
    replaced: 'signed-out',
    denied: 'failed',
    failed: 'failed',
    expired: 'failed',
    'signed-out': 'signed-out',
  } satisfies Record<OutcomeName, StatusState>)
})

function renewalFailed(renewal: 'offline' | 'failing'): Event {
  return {
    type: 'renewal-failed',
    renewal,
    code: 'provider-timeout',
    reason: 'it was away',
    renewsAtMs: 9_500,
    failures: 1,
  }
}

function start(state: string, origin: Origin): Event {
  return { type: 'sign-in-started', state, origin, deadlineMs: 6_000 }
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
      steps(name).filter(({ before }) => before.session === session),
      ({ before, after }) => (after.session === before.session ? '=' : nameSession(after.session)),
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
  const those = steps(name).filter(({ before }) => before.session.kind === kind)
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
  if (outcome === null) return 'none'
  return outcome.kind === 'done' && outcome.replaced !== null ? 'replaced' : outcome.kind
}

function nameOfFlows(model: Model): string {
  return Object.entries(FLOWS).find(([, signIns]) => signIns === model.signIns)![0]
}

function hasSameParts(before: Model, after: Model): boolean {
  return (
    after.session === before.session &&
    after.lastResult === before.lastResult &&
    after.storageProblem === before.storageProblem &&
    after.signIns.length === before.signIns.length &&
    after.signIns.every((kept, index) => kept === before.signIns[index])
  )
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part)
    Object.freeze(value)
  }
  return value
}
