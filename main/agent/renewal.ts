// When and how a session is renewed: before its access token runs out, one renewal for all who ask.

import { at, type Clock } from '../base/clock.js'
import type { Secret } from '../base/secret.js'
import type { Session } from '../oauth/session.js'
import { wasNeverSent, type FindProvider } from '../oauth/provider.js'
import { asAuthError, AuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import { verifyRenewedIdToken } from '../oauth/id-token.js'
import type { Event, Lifetime } from './model.js'
import { NO_EXPIRY } from '../oauth/token-answer.js'
import { expiryOf, renewTokens, type TokenSet } from '../oauth/token-endpoint.js'

export type RenewalDeps = {
  http: Http
  findProvider: FindProvider
  clock: Clock
  /** From 0 to 1, evenly. */
  random(): number
  /** Null for a public client. */
  clientSecret: Secret | null
  dispatch(event: Event): void
  held(): Session | null
  /** Puts the renewed session in the place of the one it was. Fails where that is not held any more. */
  replace(before: Session, renewed: Session): Promise<void>
  /** Ends a session that is over, where it is held still, and says why. */
  end(session: Session, reason: string): Promise<void>
  /** Ends tokens at the provider that will not be kept. */
  discard(session: Session): void
  /** Has closing wait for a renewal: a refresh token on its way must reach the vault. */
  track(task: Promise<void>): void
  /** Aborts what may be left undone when Latchkey closes. */
  closing: AbortSignal
  /** False where another computer has taken over: its refresh token is not to be spent here. */
  holdsDirectory(): boolean
}

export type Renewal = {
  /** Looks after a session from now on: renews it in time, or ends it when its time is over. */
  follow(session: Session): void
  /** Looks after none any more, until the next one. */
  forget(): void
  /** Looks after none any more, for good. */
  stop(): void
  /** Renews the held session now; one renewal serves all who ask meanwhile. Fails with an AuthError. */
  renew(): Promise<Session>
  /**
   * Gives the held session with at least `leastMs` milliseconds of its access token's life left,
   * renewed where it has less; null: renewed in any case. Fails with an AuthError.
   */
  read(leastMs: number | null): Promise<Session>
  /** True if nothing but a sign-in helps the session that is held. */
  isStalled(): boolean
  /** The machine has slept, or the network is back: what is due is done now. */
  wake(): void
}

/** The last part of an access token's life, in which it is renewed: a fifth, and at most a minute. */
const LONGEST_MARGIN_MS = 60_000
const MARGIN_SHARE = 1 / 5
/** A token that lives no longer is renewed only when somebody asks: else there would be no end of it. */
const SHORTEST_LIFE_MS = 1_000

const FIRST_RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000

/** Who asks so shortly after others is served by the answer that they got. */
const SHARED_MS = 5_000

/** When the tokens are to be renewed, in milliseconds since the epoch; null: when somebody asks. */
export function renewalDueMs(tokens: TokenSet): number | null {
  const { accessTokenExpiresAtMs: expiresAtMs, obtainedAtMs, refreshToken } = tokens
  if (refreshToken === null || expiresAtMs === null) return null
  const lifeMs = expiresAtMs - obtainedAtMs
  if (lifeMs <= SHORTEST_LIFE_MS) return null
  return expiresAtMs - Math.min(LONGEST_MARGIN_MS, lifeMs * MARGIN_SHARE)
}

/**
 * How long to wait after so many failures in a row: from 5 s, doubled each time, to 5 minutes; spread
 * over the upper half, so that a provider that comes back does not meet all its clients at once; and
 * never less than the provider asks for.
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | null,
  random: number,
): number {
  const steadyMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS)
  const spreadMs = steadyMs * (0.5 + random / 2)
  return Math.max(Math.round(spreadMs), retryAfterMs ?? 0)
}

export function lifetimeOf({ tokens }: Session): Lifetime {
  const { accessTokenExpiresAtMs: expiresAtMs, unreadable = [] } = tokens
  const odd = [...unreadable, ...(expiresAtMs === null ? [NO_EXPIRY] : [])]
  return { expiresAtMs, renewsAtMs: renewalDueMs(tokens), ...(odd.length > 0 && { odd }) }
}

export function createRenewal(deps: RenewalDeps): Renewal {
  const { clock, dispatch } = deps
  let running: Promise<Session> | null = null
  /** The refresh token that it uses. */
  let using: string | null = null
  let renewedAtMs = -Infinity
  let failed: { error: AuthError; atMs: number } | null = null
  let failures = 0
  /** Why no renewal is tried before somebody has signed in; null where it may be. */
  let stalled: AuthError | null = null
  /** A refresh token that was sent, and no answer came: our own use of it may be why it is spent. */
  let unanswered: string | null = null
  let stopped = false
  let planned: { atMs: number; run: () => void } | null = null
  let callOff: () => void = () => undefined

  const schedule = (atMs: number | null, run: () => void): void => {
    callOff()
    planned = atMs === null || stopped ? null : { atMs, run }
    callOff = planned === null ? () => undefined : at(clock, planned.atMs, planned.run)
  }

  const renewQuietly = (): void => {
    // The model has its reason.
    renew().catch(() => undefined)
  }

  const watch = (session: Session): void => {
    const { accessTokenExpiresAtMs: expiresAtMs, obtainedAtMs, refreshToken } = session.tokens
    // A life begins now at the latest: the clock may have been set back while the answer was on its way.
    const setBackMs = Math.max(0, obtainedAtMs - clock.nowMs())
    const dueMs = refreshToken === null ? expiresAtMs : renewalDueMs(session.tokens)
    const endOrRenew =
      refreshToken === null ? () => void deps.end(session, HAS_RUN_OUT) : renewQuietly
    schedule(dueMs === null ? null : dueMs - setBackMs, endOrRenew)
  }

  const renewHeld = async (): Promise<Session> => {
    let session = requireHeld(deps.held())
    if (stalled) throw stalled
    using = session.tokens.refreshToken
    const change = async (changed: Session): Promise<void> => {
      await deps.replace(session, changed)
      session = changed
    }
    let renewed: Session
    try {
      renewed = await askForTokens(deps, session, change, unanswered)
    } catch (thrown) {
      const error = asAuthError(thrown)
      if (isUnanswered(error)) unanswered = session.tokens.refreshToken
      if (deps.held() === session) await endOrRetry(session, error)
      throw error
    }
    // Before anybody is given the new access token: the old refresh token is of no more use.
    await change(renewed)
    failures = 0
    failed = null
    renewedAtMs = clock.nowMs()
    dispatch({ type: 'renewed', ...lifetimeOf(renewed) })
    watch(renewed)
    return renewed
  }

  const endOrRetry = async (session: Session, error: AuthError): Promise<void> => {
    const { code } = error
    if (code === 'no-refresh-token') return
    if (code === 'invalid-grant' || code === 'another-account') {
      return deps.end(session, error.message)
    }
    if (code === 'interaction-required') return stall(error)
    const endsAtMs = expiryOf(session.tokens, clock.nowMs())
    const isRefused = code === 'client-refused'
    if (isRefused && endsAtMs <= clock.nowMs()) return stall(error)
    failures += 1
    const atMs = clock.nowMs()
    const retryAtMs = atMs + retryDelayMs(failures, error.retryAfterMs, deps.random())
    failed = { error, atMs }
    const unreached = code === 'provider-unreachable' || code === 'provider-timeout'
    const renewal = unreached ? 'offline' : 'failing'
    const reason = error.message
    dispatch({ type: 'renewal-failed', renewal, code, reason, renewsAtMs: retryAtMs, failures })
    // What is refused is given up with the access token: until then somebody may put it right.
    if (isRefused && endsAtMs < retryAtMs) schedule(endsAtMs, () => stall(error))
    else schedule(retryAtMs, renewQuietly)
  }

  /** Nothing but a sign-in helps. The session is held on: its refresh token may still be good. */
  const stall = (error: AuthError): void => {
    stalled = new AuthError('not-signed-in', error.message, { cause: error })
    failed = null
    schedule(null, renewQuietly)
    dispatch({ type: 'session-ended', reason: error.message })
  }

  const renew = (): Promise<Session> => {
    if (running) return running
    const renewed = renewHeld().finally(() => {
      if (running === renewed) running = null
    })
    running = renewed
    deps.track(
      renewed.then(
        () => undefined,
        () => undefined,
      ),
    )
    return renewed
  }

  /** True for so long after a moment. Before it the clock was set back, and nobody can tell. */
  const isWithin = (spanMs: number, sinceMs: number): boolean => {
    const passedMs = clock.nowMs() - sinceMs
    return passedMs >= 0 && passedMs < spanMs
  }

  return {
    follow(session) {
      failures = 0
      failed = null
      renewedAtMs = -Infinity
      stalled = null
      if (session.tokens.refreshToken !== unanswered) unanswered = null
      // Don't share a renewal of the previous session, unless this one goes on with its refresh token.
      if (session.tokens.refreshToken !== using) running = null
      watch(session)
    },

    isStalled: () => stalled !== null,

    forget() {
      stalled = null
      unanswered = null
      schedule(null, renewQuietly)
    },

    stop() {
      stopped = true
      callOff()
    },

    renew,

    read(leastMs) {
      const session = deps.held()
      if (session === null) return renew()
      const { accessTokenExpiresAtMs, refreshToken } = session.tokens
      const leftMs = expiryOf(session.tokens, clock.nowMs()) - clock.nowMs()
      // Nobody can tell how long it is good for, and there is nothing to renew it with.
      const isAll = accessTokenExpiresAtMs === null && refreshToken === null
      if (leastMs !== null && (isAll || leftMs >= leastMs)) return Promise.resolve(session)
      if (stalled) return Promise.reject(stalled)
      if (running) return running
      if (leftMs > 0 && isWithin(SHARED_MS, renewedAtMs)) return Promise.resolve(session)
      // Asked at once again, a provider that fails would only fail more.
      const pauseMs = Math.max(failed?.error.retryAfterMs ?? 0, SHARED_MS)
      if (failed && isWithin(pauseMs, failed.atMs)) return Promise.reject(failed.error)
      return renew()
    },

    wake() {
      const nowMs = clock.nowMs()
      const session = deps.held()
      if (running || stalled || session === null) return
      // One that lives too shortly to be renewed in time has no plan.
      if (planned === null) {
        const { accessTokenExpiresAtMs: expiresAtMs, refreshToken } = session.tokens
        if (refreshToken !== null && (expiresAtMs ?? Infinity) <= nowMs) renewQuietly()
        return
      }
      // What failed is tried at once, unless the provider asked to be left alone.
      const dueMs = failed ? failed.atMs + (failed.error.retryAfterMs ?? 0) : planned.atMs
      if (dueMs <= nowMs) schedule(nowMs, planned.run)
    },
  }
}

/**
 * Asks the provider for new tokens. Fails with an AuthError, and then those that are held are still
 * the ones to use.
 *
 * 1. Read the keys first, so that a network that fails just then does not cost the refresh token.
 * 2. Ask for new tokens. A new refresh token is kept at once: the old one is spent, whatever becomes of
 *    the rest of the answer.
 * 3. Check that they belong to the same person.
 *
 * @see RFC 6749 section 6, OpenID Connect Core 1.0 section 12.2
 */
async function askForTokens(
  deps: RenewalDeps,
  session: Session,
  change: (changed: Session) => Promise<void>,
  unanswered: string | null,
): Promise<Session> {
  const { http, clock, clientSecret, closing } = deps
  const { clientId, tokens } = session
  const { refreshToken, scope } = tokens
  if (refreshToken === null) {
    throw new AuthError(
      'no-refresh-token',
      'The provider gave no refresh token, so the session cannot be renewed. Sign in again, and ' +
        'ask for the scope offline_access.',
    )
  }
  deps.dispatch({ type: 'renewal-started' })
  const provider = deps.findProvider(session)
  await provider.keys.read({ signal: closing })
  const mayBeSpent = refreshToken === unanswered
  const request = { clientId, clientSecret, refreshToken, scope, mayBeSpent }
  const keep = (rotated: string): Promise<void> =>
    change({ ...session, tokens: { ...tokens, refreshToken: rotated } })
  const answer = await provider.request(
    (metadata) => {
      if (!deps.holdsDirectory()) {
        throw new AuthError('storage-failed', 'Another computer has taken over the data directory.')
      }
      return renewTokens(http, metadata, request, clock, keep)
    },
    { mayRepeat: wasNeverSent, signal: closing },
  )
  const fresh = answer.tokens
  const renewed: Session = {
    ...session,
    tokens: {
      ...fresh,
      refreshToken: fresh.refreshToken ?? refreshToken,
      idToken: fresh.idToken ?? tokens.idToken,
    },
  }
  if (fresh.idToken === null) return renewed
  const { clockSkewMs } = answer
  try {
    const claims = await provider.request(
      (metadata) =>
        verifyRenewedIdToken(
          provider.keys,
          metadata,
          renewed.tokens,
          { sub: session.account.sub, idToken: tokens.idToken },
          { clientId, clockSkewMs },
          clock.nowMs(),
        ),
      { mayRepeat: () => true },
    )
    return claims === null
      ? { ...renewed, tokens: { ...renewed.tokens, idToken: tokens.idToken } }
      : renewed
  } catch (thrown) {
    if (thrown instanceof AuthError && thrown.code === 'another-account') deps.discard(renewed)
    throw thrown
  }
}

/** True where the provider may have done its work, and nobody here has heard of it. */
function isUnanswered({ code, answerLost }: AuthError): boolean {
  return answerLost || code === 'provider-timeout'
}

function requireHeld(session: Session | null): Session {
  if (session !== null) return session
  throw new AuthError('not-signed-in', 'Nobody is signed in. Sign in first.')
}

const HAS_RUN_OUT = 'Your session has run out. Sign in again.'
