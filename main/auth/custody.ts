// The one session that is held: kept, told of, replaced, renewed, ended.

import type { Clock } from '../clock.js'
import type { HeldSession, Vault } from '../vault.js'
import { unlessAborted } from './attempt.js'
import { discover } from './discovery.js'
import { CalledOff } from './endings.js'
import { asAuthError, AuthError } from './errors.js'
import type { Http } from './http.js'
import { createKeySet, verifyIdToken } from './identity.js'
import type { Event } from './model.js'
import { renewTokens, revokeTokens, type TokenSet } from './token.js'

export type CustodyPorts = {
  http: Http
  clock: Clock
  vault: Vault
  dispatch(event: Event): void
  /** Has closing wait for a task that nobody else waits for. */
  track(task: Promise<void>): Promise<void>
}

export type Custody = {
  held(): HeldSession | null
  /**
   * Takes a session in, in place of the one that is held, and gives that one. Throws the signal's
   * reason, keeping nothing, where the sign-in was called off meanwhile.
   */
  keep(session: HeldSession, signal: AbortSignal): Promise<HeldSession | null>
  /** Tells of a session that was kept, once the person's browser has its page. */
  tell(session: HeldSession, state: string, replaced: HeldSession | null): void
  /** Ends tokens that came, or may still come, and will not be kept. */
  discard(tokens: Promise<TokenSet>, provider: { issuer: string; clientId: string }): void
  /** Renews the held session; one renewal serves all who ask meanwhile. Fails with an AuthError. */
  renew(): Promise<HeldSession>
  /** Forgets the session here, first; then ends it at the provider. */
  signOut(): Promise<void>
  /** Stops waiting for what a session would bring, and soon for what the provider is being told. */
  close(): () => void
}

/** How long closing waits for the provider to be told of a sign-out. */
const FAREWELL_MS = 3_000

export function createCustody({ http, clock, vault, dispatch, track }: CustodyPorts): Custody {
  let held: HeldSession | null = null
  let renewing: Promise<HeldSession> | null = null
  let callOffExpiry: () => void = () => undefined
  const farewell = new AbortController()
  let closed = false
  /** Counts sign-outs: what was being kept when one came is not kept. */
  let wipes = 0
  let turn: Promise<unknown> = Promise.resolve()

  /** One change of what is held at a time, so that the vault ends with what the last one left. */
  const inTurn = <Value>(change: () => Promise<Value>): Promise<Value> => {
    const changed = turn.then(change)
    turn = changed.catch(() => undefined)
    return changed
  }

  const revoke = async (
    { issuer, clientId }: { issuer: string; clientId: string },
    tokens: TokenSet,
  ): Promise<void> => {
    const metadata = await discover(http, issuer, farewell.signal)
    await revokeTokens(http, metadata, clientId, tokens, farewell.signal)
  }

  const endAtProvider = async (session: HeldSession, lead: string): Promise<void> => {
    try {
      await revoke(session, session.tokens)
    } catch (thrown) {
      const notice = `${lead} ${asAuthError(thrown).message}`
      dispatch({ type: 'revocation-failed', notice })
    }
  }

  const watchExpiry = ({ tokens }: HeldSession): void => {
    callOffExpiry()
    if (closed) return
    const expiresAtMs = tokens.accessTokenExpiresAtMs
    if (expiresAtMs === null) return
    callOffExpiry = clock.after(expiresAtMs - clock.nowMs(), () => {
      dispatch({ type: 'session-ended', reason: 'Your session has run out. Sign in again.' })
    })
  }

  const renew = async (session: HeldSession): Promise<HeldSession> => {
    const { issuer, clientId, tokens } = session
    const { refreshToken, scope } = tokens
    if (refreshToken === null) {
      throw new AuthError(
        'no-refresh-token',
        'The provider gave no refresh token, so the session cannot be renewed. Sign in again, and ' +
          'ask for the scope offline_access.',
      )
    }
    dispatch({ type: 'renewal-started' })
    const metadata = await discover(http, issuer, farewell.signal)
    const request = { clientId, refreshToken, scope }
    const renewed = await renewTokens(http, metadata, request, clock.nowMs())
    if (renewed.idToken !== null) {
      const keys = createKeySet(http, metadata)
      const expected = { clientId, nonce: null, maxAgeS: null }
      const checked = { idToken: renewed.idToken, accessToken: renewed.accessToken }
      const claims = await verifyIdToken(keys, metadata, checked, expected, clock.nowMs())
      if (claims.sub !== session.account.sub) {
        throw new AuthError(
          'invalid-id-token',
          'The provider renewed the session for somebody else. Latchkey did not use it.',
        )
      }
    }
    return {
      ...session,
      tokens: {
        ...renewed,
        refreshToken: renewed.refreshToken ?? refreshToken,
        idToken: renewed.idToken ?? tokens.idToken,
      },
    }
  }

  const renewHeld = async (): Promise<HeldSession> => {
    const session = held
    if (session === null) {
      throw new AuthError('not-signed-in', 'Nobody is signed in. Sign in first.')
    }
    let current = session
    try {
      const renewed = await renew(session)
      await inTurn(async () => {
        if (held !== session) {
          void track(revoke(renewed, renewed.tokens).catch(() => undefined))
          throw new AuthError('not-signed-in', 'The session ended while it was being renewed.')
        }
        held = current = renewed
        await vault.write(renewed)
      })
      dispatch({ type: 'renewed', expiresAtMs: renewed.tokens.accessTokenExpiresAtMs })
      watchExpiry(renewed)
      return renewed
    } catch (thrown) {
      const error = asAuthError(thrown)
      if (held === current && error.code === 'invalid-grant') {
        await inTurn(async () => {
          if (held !== current) return
          held = null
          callOffExpiry()
          // What cannot be wiped is of no more use to anybody: the provider has ended it.
          await vault.clear().catch(() => undefined)
          dispatch({
            type: 'session-ended',
            reason: 'The provider has ended your session. Sign in again.',
          })
        })
      } else if (held === current) {
        const { code } = error
        const unreached = code === 'provider-unreachable' || code === 'provider-timeout'
        const renewal = unreached ? 'offline' : 'failing'
        dispatch({ type: 'renewal-failed', renewal })
      }
      throw error
    }
  }

  return {
    held: () => held,

    keep(session, signal) {
      const before = wipes
      return inTurn(async () => {
        signal.throwIfAborted()
        try {
          await vault.write(session)
          signal.throwIfAborted()
          if (wipes !== before) throw new CalledOff({ kind: 'cancelled' })
        } catch (thrown) {
          await (held ? vault.write(held) : vault.clear()).catch(() => undefined)
          throw thrown
        }
        const replaced = held
        held = session
        return replaced
      })
    },

    tell(session, state, replaced) {
      if (held !== session) {
        // Signed out, or replaced again, in the moment between keeping and telling.
        dispatch({ type: 'flow-ended', state, ending: { kind: 'cancelled' } })
        return
      }
      const { account, tokens } = session
      const expiresAtMs = tokens.accessTokenExpiresAtMs
      dispatch({ type: 'signed-in', state, account, expiresAtMs })
      watchExpiry(session)
      // Another person's session would live on at the provider, unseen. The same person's is left
      // alone: there providers end all of a grant's tokens at once, the new ones with the old.
      if (replaced === null || replaced.account.sub === account.sub) return
      void track(endAtProvider(replaced, unrevoked(`${replaced.account.name} is signed out here`)))
    },

    // Nobody was told of these: a failure to end them is nothing that a person could act on.
    discard(coming, provider) {
      const ended = unlessAborted(coming, farewell.signal).then((tokens) =>
        revoke(provider, tokens),
      )
      void track(ended.catch(() => undefined))
    },

    renew() {
      if (renewing) return renewing
      renewing = renewHeld().finally(() => (renewing = null))
      // A refresh token that is on its way must reach the vault: the old one is dead.
      void track(
        renewing.then(
          () => undefined,
          () => undefined,
        ),
      )
      return renewing
    },

    async signOut() {
      const before = held
      held = null
      wipes += 1
      callOffExpiry()
      const wiped = await vault.clear().then(
        () => true,
        () => false,
      )
      dispatch({ type: 'signed-out' })
      if (!wiped) dispatch({ type: 'revocation-failed', notice: NOT_WIPED })
      if (before === null) return
      await track(endAtProvider(before, unrevoked('You are signed out here')))
    },

    close() {
      closed = true
      callOffExpiry()
      return clock.after(FAREWELL_MS, () => farewell.abort(notTold()))
    },
  }
}

const NOT_WIPED =
  'You are signed out, but what was kept on this computer could not be removed. Sign out again.'

function unrevoked(lead: string): string {
  return `${lead}, but the provider could not be told, so the session may live on there for a while.`
}

function notTold(): AuthError {
  return new AuthError('revocation-failed', 'Latchkey was closed before the provider answered.')
}
