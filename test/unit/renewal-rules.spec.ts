// The rules of renewal, one by one: what a read gets, what follows a failure, what a wake-up does.

import { expect, test } from '@playwright/test'
import {
  decideAfterFailure,
  decideRead,
  decideWake,
  mayHaveSpentToken,
  NO_RENEWAL,
  planTokens,
  type RenewalState,
} from '../../main/agent/renewal.js'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { AuthError, type ErrorCode } from '../../main/base/errors.js'
import type { Session } from '../../main/oauth/session.js'
import type { TokenSet } from '../../main/oauth/token-endpoint.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const NOW = 1_700_000_000_000

/** Tokens that were obtained now, with an hour to live. */
function tokensWith(changes: Partial<TokenSet> = {}): TokenSet {
  return {
    accessToken: 'access',
    accessTokenExpiresAtMs: NOW + HOUR,
    obtainedAtMs: NOW,
    refreshToken: 'refresh',
    idToken: 'id',
    scope: 'openid',
    ...changes,
  }
}

function sessionWith(changes: Partial<TokenSet> = {}): Session {
  return {
    issuer: 'https://provider.example',
    clientId: 'client',
    account: { sub: 'alice', name: 'Alice', email: '' },
    claims: { sub: 'alice' },
    tokens: tokensWith(changes),
  }
}

const RUNNING: RenewalState = { ...NO_RENEWAL, running: { id: 1, refreshToken: 'refresh' } }
const STALLED: RenewalState = { ...NO_RENEWAL, stalled: new AuthError('not-signed-in', 'Stalled.') }
const EXPIRED = { accessTokenExpiresAtMs: NOW }

/** A renewal that failed so long ago. */
function failed(agoMs: number, retryAfterMs: number | null = null): RenewalState {
  const error = new AuthError('provider-error', 'It failed.', { retryAfterMs })
  return { ...NO_RENEWAL, failure: { error, atMs: NOW - agoMs, count: 1 } }
}

/** A renewal that worked so long ago. */
function renewed(agoMs: number): RenewalState {
  return { ...NO_RENEWAL, renewedAtMs: NOW - agoMs }
}

test.describe('a read of the access token', () => {
  const good = sessionWith()
  const rows: readonly [string, Session | null, RenewalState, number | null, string][] = [
    ['no session', null, NO_RENEWAL, 0, `fail: ${SESSION_MESSAGES.notSignedIn}`],
    ['no session, but a renewal under way', null, RUNNING, 0, 'share'],
    ['enough life left', good, NO_RENEWAL, HOUR, 'serve'],
    ['enough life left, during a renewal', good, RUNNING, HOUR, 'serve'],
    ['enough life left, after the renewal stalled', good, STALLED, HOUR, 'serve'],
    ['too little life left', good, NO_RENEWAL, HOUR + 1, 'renew'],
    ['too little life left, during a renewal', good, RUNNING, HOUR + 1, 'share'],
    ['too little life left, after the renewal stalled', good, STALLED, HOUR + 1, 'fail: Stalled.'],
    ['a new token in any case', good, NO_RENEWAL, null, 'renew'],
    ['a new token in any case, just renewed', good, renewed(5 * SECOND - 1), null, 'serve'],
    ['a new token in any case, renewed before', good, renewed(5 * SECOND), null, 'renew'],
    ['a new token in any case, renewed in the future', good, renewed(-1), null, 'renew'],
    ['expired, just renewed', sessionWith(EXPIRED), renewed(0), 0, 'serve'],
    [
      'expired, a minute asked for, just renewed',
      sessionWith(EXPIRED),
      renewed(0),
      MINUTE,
      'renew',
    ],
    ['just failed', good, failed(5 * SECOND - 1), null, 'fail: It failed.'],
    ['failed before', good, failed(5 * SECOND), null, 'renew'],
    ['failed in the future', good, failed(-1), null, 'renew'],
    ['failed, in a longer pause', good, failed(MINUTE - 1, MINUTE), null, 'fail: It failed.'],
    ['failed, after a longer pause', good, failed(MINUTE, MINUTE), null, 'renew'],
    [
      'unknown expiry, no refresh token',
      sessionWith({ accessTokenExpiresAtMs: null, refreshToken: null }),
      NO_RENEWAL,
      24 * HOUR,
      'serve',
    ],
    [
      'unknown expiry, assumed to be 5 minutes',
      sessionWith({ accessTokenExpiresAtMs: null }),
      NO_RENEWAL,
      5 * MINUTE + 1,
      'renew',
    ],
  ]
  for (const [name, session, renewal, leastMs, expected] of rows) {
    test(`(${name}): ${expected}`, () => {
      const decision = decideRead(session, renewal, leastMs, NOW)
      const { kind } = decision
      expect(kind === 'fail' ? `fail: ${decision.error.message}` : kind).toBe(expected)
      if (kind === 'serve') expect(decision.session).toBe(session)
    })
  }
})

test.describe('after a failed renewal', () => {
  const RETRY = { kind: 'retry', count: 1, retryAtMs: NOW + 5 * SECOND }
  const retried = { ...RETRY, step: { atMs: NOW + 5 * SECOND, action: 'renew' } }
  const rows: readonly [string, ErrorCode, Partial<TokenSet>, object][] = [
    ['there was no refresh token', 'no-refresh-token', {}, { kind: 'ignore' }],
    ['the provider ended the session', 'invalid-grant', {}, { kind: 'end' }],
    ['it was for another account', 'another-account', {}, { kind: 'end' }],
    ['the provider wants to see the user', 'interaction-required', {}, { kind: 'stall' }],
    ['the client was rejected', 'client-rejected', {}, retried],
    ['the client was rejected, expired', 'client-rejected', EXPIRED, { kind: 'stall' }],
    [
      'the client was rejected, expires before the retry',
      'client-rejected',
      { accessTokenExpiresAtMs: NOW + SECOND },
      { ...RETRY, step: { atMs: NOW + SECOND, action: 'stall' } },
    ],
    ['the provider is down', 'provider-error', {}, retried],
    ['the provider is down, expired', 'provider-error', EXPIRED, retried],
    ['the network is down', 'provider-unreachable', {}, retried],
    ['an unexpected error', 'unexpected', {}, retried],
  ]
  for (const [name, code, tokens, expected] of rows) {
    test(`(${name}): ${JSON.stringify(expected)}`, () => {
      const error = new AuthError(code, 'It failed.')
      const at = { nowMs: NOW, random: 1 }
      expect(decideAfterFailure(tokensWith(tokens), null, error, at)).toEqual(expected)
    })
  }

  test('failures in a row are counted, and each pause is twice the one before', () => {
    const error = new AuthError('provider-error', 'It failed.')
    const failure = { error, atMs: NOW - MINUTE, count: 3 }
    const decision = decideAfterFailure(tokensWith(), failure, error, { nowMs: NOW, random: 1 })
    expect(decision).toMatchObject({ count: 4, retryAtMs: NOW + 40 * SECOND })
  })

  for (const [name, code, answerLost, expected] of [
    ['a timeout', 'provider-timeout', false, true],
    ['an answer that was lost', 'provider-unreachable', true, true],
    ['a refused connection', 'provider-unreachable', false, false],
    ['an answer', 'provider-error', false, false],
  ] as const) {
    test(`${name} ${expected ? 'may have' : 'has not'} spent the refresh token`, () => {
      expect(mayHaveSpentToken(new AuthError(code, '', { answerLost }))).toBe(expected)
    })
  }
})

test.describe('when the computer wakes', () => {
  const later: RenewalState['plan'] = {
    atMs: NOW + 1,
    action: 'renew',
    sessionNumber: 1,
    waitMs: 1,
  }
  const due: RenewalState['plan'] = { atMs: NOW, action: 'end', sessionNumber: 1, waitMs: 1 }
  const short = sessionWith(EXPIRED)
  const rows: readonly [string, Session | null, RenewalState, string | null][] = [
    ['no session', null, { ...NO_RENEWAL, plan: due }, null],
    ['a renewal under way', sessionWith(), { ...RUNNING, plan: due }, null],
    ['stalled', sessionWith(), { ...STALLED, plan: due }, null],
    ['nothing due', sessionWith(), { ...NO_RENEWAL, plan: later }, null],
    ['the plan is due', sessionWith(), { ...NO_RENEWAL, plan: due }, 'end'],
    ['a failure', sessionWith(), { ...failed(0), plan: later }, 'renew'],
    ['a failure, in a longer pause', sessionWith(), { ...failed(0, 1), plan: later }, null],
    ['a failure, after a longer pause', sessionWith(), { ...failed(1, 1), plan: later }, 'renew'],
    ['a short life, expired', short, NO_RENEWAL, 'renew'],
    ['a short life, not expired', sessionWith(), NO_RENEWAL, null],
    ['no refresh token', sessionWith({ ...EXPIRED, refreshToken: null }), NO_RENEWAL, null],
    ['unknown expiry', sessionWith({ accessTokenExpiresAtMs: null }), NO_RENEWAL, null],
  ]
  for (const [name, session, renewal, action] of rows) {
    test(`(${name}): ${action ?? 'nothing'}`, () => {
      const step = decideWake(session, renewal, NOW)
      expect(step).toEqual(action === null ? null : { atMs: NOW, action })
    })
  }
})

test.describe('the plan for new tokens', () => {
  for (const [name, changes, expected] of [
    ['renewed a minute before their end', {}, { atMs: NOW + 59 * MINUTE, action: 'renew' }],
    ['over at their end', { refreshToken: null }, { atMs: NOW + HOUR, action: 'end' }],
    ['nothing, if the expiry is unknown', { accessTokenExpiresAtMs: null }, null],
    ['nothing, if they live for a second', { accessTokenExpiresAtMs: NOW + SECOND }, null],
    [
      'counted from now, if the clock was set back',
      { obtainedAtMs: NOW + HOUR, accessTokenExpiresAtMs: NOW + 2 * HOUR },
      { atMs: NOW + 59 * MINUTE, action: 'renew' },
    ],
  ] as const) {
    test(name, () => {
      expect(planTokens(tokensWith(changes), NOW)).toEqual(expected)
    })
  }
})
