// The log's record of each event, and what it must not hold.

import { expect, test } from '@playwright/test'
import { AuthError } from '../../main/base/errors.js'
import { initialModel, type Event, type Model } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import {
  errorRecord,
  toLogRecord,
  nameRuntime,
  startedRecord,
  stoppedRecord,
} from '../../main/present/log-record.js'
import { consentQuestion } from '../support/callers.js'

// Everything in an event that comes from a provider, a person or a sign-in contains this word.
const CANARY = 'canary'
const state = `${CANARY}-state`
const link =
  `https://login.example.com:8443/authorize?state=${state}&nonce=${CANARY}&login_hint=${CANARY}` +
  '&redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback'
const reason = `${CANARY} said the provider`
const account = { sub: CANARY, name: CANARY, email: `${CANARY}@example.com` }
// A person chooses the name of a provider. The ID stands for a person.
const provider = `${CANARY}-provider`
const id = `${CANARY}-id`
const ref = { id, provider, issuer: `https://${CANARY}.example`, clientId: CANARY, account }
const deadlineMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const until = '2026-01-02T03:04:05.000Z'
const question = { id: CANARY, expected: account, got: account, deadlineMs }

const waiting = after(initialModel, {
  type: 'sign-in-started',
  state,
  origin: 'tray',
  provider,
  deadlineMs,
})
const byApp = after(initialModel, {
  type: 'sign-in-started',
  state,
  origin: 'api',
  provider,
  deadlineMs,
})
const abandonedByApp = after(byApp, { type: 'sign-in-abandoned', state })
const signedIn = after(waiting, {
  type: 'signed-in',
  state,
  ...ref,
  expiresAtMs: deadlineMs,
  renewsAtMs: null,
})
const asOther = after(signedIn, {
  type: 'sign-in-started',
  state,
  origin: 'tray',
  provider,
  deadlineMs,
})

function after(model: Model, event: Event): Model {
  return next(model, event)
}

const asked = consentQuestion({
  program: { ...consentQuestion().program, name: CANARY, executable: CANARY, script: CANARY },
  account: { id: CANARY, provider: CANARY, account },
})

// A new event compiles only once it has its row.
const ROWS: {
  [Type in Event['type']]: [Model, Omit<Extract<Event, { type: Type }>, 'type'>, object][]
} = {
  'sign-in-started': [
    [
      initialModel,
      { state, origin: 'tray', provider, deadlineMs },
      { level: 'info', origin: 'tray', until, signIns: 1 },
    ],
    [
      byApp,
      { state: `${CANARY} 2`, origin: 'api', provider, deadlineMs: Infinity },
      { level: 'info', origin: 'api', until: null, signIns: 2 },
    ],
  ],
  'link-ready': [
    [
      waiting,
      { state, link },
      { level: 'info', origin: 'tray', host: 'login.example.com:8443', redirectPort: 8400 },
    ],
    [
      byApp,
      { state, link: `https://a.example/?redirect_uri=${CANARY}` },
      { level: 'info', origin: 'api', host: 'a.example', redirectPort: null },
    ],
    [
      initialModel,
      { state, link: `https://${CANARY}:${CANARY}@a.example/#${CANARY}` },
      { level: 'info', origin: null, host: 'a.example', redirectPort: null },
    ],
  ],
  'sign-in-message-changed': [
    [waiting, { state, message: reason }, { level: 'info', origin: 'tray' }],
    [
      waiting,
      { state, message: reason, failure: 'no-browser' },
      { level: 'warn', origin: 'tray', failure: 'no-browser' },
    ],
  ],
  'callback-diagnosed': [
    [
      waiting,
      { state, diagnostic: 'tls-hello', message: reason },
      { level: 'warn', origin: 'tray', diagnostic: 'tls-hello' },
    ],
    [
      waiting,
      { state, diagnostic: 'connection', message: null },
      { level: 'debug', origin: 'tray', diagnostic: 'connection' },
    ],
  ],
  'sign-in-abandoned': [[byApp, { state }, { level: 'info', origin: 'api' }]],
  'sign-in-resumed': [[abandonedByApp, { state }, { level: 'info', origin: 'api' }]],
  'callback-answered': [[byApp, { state }, { level: 'info', origin: 'api' }]],
  'exchange-started': [[waiting, { state }, { level: 'info', origin: 'tray' }]],
  'other-person-asked': [[waiting, { state, question }, { level: 'info', origin: 'tray' }]],
  'signed-in': [
    [
      waiting,
      { state, ...ref, expiresAtMs: deadlineMs, renewsAtMs: null },
      { level: 'info', until, accounts: 1 },
    ],
    [
      asOther,
      { state, ...ref, id: `${CANARY}-2`, expiresAtMs: null, renewsAtMs: null },
      { level: 'info', until: null, accounts: 2 },
    ],
  ],
  'sign-in-ended': [
    [
      waiting,
      { state, result: { kind: 'cancelled' } },
      { level: 'info', result: 'cancelled', code: null },
    ],
    [
      waiting,
      { state, result: { kind: 'denied', code: 'access-denied', reason } },
      { level: 'warn', result: 'denied', code: 'access-denied' },
    ],
    [
      waiting,
      { state, result: { kind: 'expired', reason } },
      { level: 'warn', result: 'expired', code: null },
    ],
    [
      waiting,
      { state, result: { kind: 'failed', code: 'token-error', reason } },
      { level: 'error', result: 'failed', code: 'token-error' },
    ],
  ],
  'sign-in-rejected': [
    [
      initialModel,
      { result: { kind: 'failed', code: 'not-configured', reason } },
      { level: 'error', result: 'failed', code: 'not-configured' },
    ],
  ],
  'renewal-started': [[signedIn, { id }, { level: 'debug' }]],
  renewed: [
    [signedIn, { id, expiresAtMs: deadlineMs, renewsAtMs: null }, { level: 'info', until }],
  ],
  restored: [
    [initialModel, { ...ref, expiresAtMs: deadlineMs, renewsAtMs: null }, { level: 'info', until }],
    [
      initialModel,
      { ...ref, expiresAtMs: null, renewsAtMs: null, ended: reason },
      { level: 'info', event: 'restored-ended' },
    ],
  ],
  'renewal-failed': [
    [
      signedIn,
      {
        id,
        renewal: 'offline',
        code: 'provider-timeout',
        reason,
        renewsAtMs: deadlineMs,
        failures: 2,
      },
      { level: 'warn', renewal: 'offline', code: 'provider-timeout', failures: 2 },
    ],
  ],
  'storage-failed': [[signedIn, { id, message: reason }, { level: 'warn' }]],
  'storage-recovered': [[signedIn, { id }, { level: 'info' }]],
  'consent-asked': [
    [signedIn, { question: asked }, { level: 'info', grade: 'seen', purpose: 'token' }],
  ],
  'consent-ended': [
    [
      signedIn,
      { question: asked, end: 'always' },
      { level: 'info', grade: 'seen', purpose: 'token', end: 'always' },
    ],
  ],
  'consents-changed': [
    [signedIn, { consents: { grants: [], denials: [] } }, { level: 'info', grants: 0, denials: 0 }],
  ],
  'session-ended': [[signedIn, { id, reason }, { level: 'warn' }]],
  'signed-out': [[signedIn, { id }, { level: 'info' }]],
  'default-chosen': [[signedIn, { id }, { level: 'info' }]],
  'revocation-failed': [[signedIn, { message: reason }, { level: 'warn' }]],
}

for (const [type, rows] of Object.entries(ROWS)) {
  test(`S38: the record of ${type} holds codes, hosts and times, but no secret and no text`, () => {
    for (const [model, fields, expected] of rows) {
      const event = { type, ...fields } as Event
      const record = toLogRecord(next(model, event), event)
      expect(record).toEqual({ event: type, ...expected })
      expect(JSON.stringify(record)).not.toContain(CANARY)
    }
  })
}

test('the records of a start and an end', () => {
  const started = {
    version: '1.2.3',
    runtime: nameRuntime({ node: '24.1.0' }),
    platform: 'linux',
    arch: 'x64',
    pid: 42,
    url: 'http://127.0.0.1:1000',
    tier: 'memory',
  } as const
  expect(startedRecord(started)).toEqual({ level: 'info', event: 'started', ...started })
  expect(started.runtime).toBe('Node 24.1.0')
  expect(nameRuntime({ node: '24.1.0', electron: '45.0.0' })).toBe('Electron 45.0.0')
  expect(stoppedRecord()).toEqual({ level: 'info', event: 'stopped' })
})

/** An error with a stack of V8's, as thrown by the installed program. */
function thrownAt(error: Error, ...frames: string[]): Error {
  return Object.assign(error, {
    stack: [`${error.name}: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join(
      '\n',
    ),
  })
}

test('S38: the record of an error holds its name, code and places, but no message', () => {
  const error = thrownAt(
    Object.assign(new TypeError(`can't read ${CANARY}`), { code: 'ERR_INVALID_URL' }),
    'new URL (node:internal/url:816:29)',
    `Object.${CANARY} [as run] (file:///home/${CANARY}/dist/latchkey/dist/main/agent/agent.js:63:5)`,
    `async file:///home/${CANARY}/node_modules/latchkey/node_modules/jose/dist/cjs/app.js:7:1`,
    `run (C:\\Users\\${CANARY}\\latchkey\\resources\\app.asar\\dist\\main\\other.js:9:2)`,
    `eval (eval at run (file:///home/${CANARY}/x.js:1:1), <anonymous>:1:1)`,
    `new Promise (<anonymous>)`,
    `run (file:///home/${CANARY}/other.js:1:1)`,
  )
  const record = errorRecord(error)
  expect(record).toEqual({
    level: 'error',
    event: 'error',
    name: 'TypeError',
    code: 'ERR_INVALID_URL',
    at: [
      'node:internal/url:816:29',
      'main/agent/agent.js:63:5',
      'node_modules/jose/dist/cjs/app.js:7:1',
      'main/other.js:9:2',
    ],
    cause: null,
  })
})

test('S38: a message that looks like a stack is not read as one', () => {
  const fake = `\n    at f (file:///x/dist/main/${CANARY}.js:1:1)`
  const record = errorRecord(thrownAt(new Error(fake), 'node:internal/url:1:1'))
  expect(record).toMatchObject({ at: ['node:internal/url:1:1'] })
  // A message that was changed later cannot be told from the stack.
  const changed = thrownAt(new Error(fake))
  changed.message = '?'
  expect(errorRecord(changed)).toMatchObject({ at: [] })
})

test('S38: the record of a cause holds no message either, and a thrown string is dropped', () => {
  const cause = new AuthError('provider-timeout', CANARY, { cause: new Error(CANARY) })
  const error = Object.assign(new Error(CANARY, { cause }), {
    name: `${CANARY} error`,
    code: `${CANARY}?code=${CANARY}`,
  })
  const record = errorRecord(error)
  expect(record).toMatchObject({
    name: 'Error',
    code: null,
    cause: { name: 'AuthError', code: 'provider-timeout' },
  })
  expect(JSON.stringify([record, errorRecord(CANARY)])).not.toContain(CANARY)
  expect(errorRecord(CANARY)).toMatchObject({ name: 'string', code: null, at: [], cause: null })
})

test('an error has a bounded number of places', () => {
  const frames = Array.from({ length: 50 }, (_, line) => `node:internal/url:${line}:1`)
  const { at } = errorRecord(thrownAt(new Error('deep'), ...frames)) as unknown as { at: string[] }
  expect(at).toHaveLength(12)
})
