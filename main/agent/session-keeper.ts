// The one session that is held: kept, told of, replaced, renewed, ended.

import type { Clock } from '../base/clock.js'
import type { Secret } from '../base/secret.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { SessionStore } from '../storage/session-store.js'
import type { Session } from '../oauth/session.js'
import type { FindProvider } from '../oauth/provider.js'
import { CalledOff } from './results.js'
import { asAuthError, AuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import { endSessionUrl } from '../oauth/end-session.js'
import type { Account } from '../oauth/id-token.js'
import type { Event } from './model.js'
import { createRenewal, lifetimeOf } from './renewal.js'
import { betterSession, supersede } from './same-person.js'
import { restoredTokens, revokeTokens, type Orphans } from '../oauth/token-endpoint.js'

export type SessionKeeperDeps = {
  http: Http
  findProvider: FindProvider
  clock: Clock
  sessionStore: SessionStore
  /** From 0 to 1, evenly. */
  random(): number
  /** Null for a public client. */
  clientSecret: Secret | null
  dispatch(event: Event): void
  /** Has closing wait for a task that nobody else waits for. */
  track(task: Promise<void>): Promise<void>
  /** Shows the provider's own sign-out page; absent where the person has not asked for that. */
  openSignOutPage?: (link: string) => Promise<void>
  /** Whether what is kept is still this program's to change; absent where it always is. */
  holdsDirectory?: () => boolean
}

/** Whose session is held, or was until it ended, and what it was for. */
export type LastSession = { account: Account; scope: string }

export type SessionKeeper = {
  held(): Session | null
  /** The same, with the refresh tokens of the same person that are alive besides; also once closed. */
  whole(): Session | null
  /**
   * Takes a session in, in place of the one that is held, and gives that one. What is held of the
   * same person stays, or goes on in part, if they would have less otherwise. Throws the signal's
   * reason, keeping nothing, where the sign-in was called off meanwhile.
   */
  keep(session: Session, signal: AbortSignal): Promise<Session | null>
  /** Tells of a session that was kept, once the person's browser has its page. */
  tell(session: Session, state: string, replaced: Session | null): void
  /** Ends tokens that came, or may still come, and will not be kept. */
  discard(tokens: Promise<Orphans>, provider: { issuer: string; clientId: string }): void
  /** Takes back the session that the vault has kept, where it is this provider's. */
  restore(provider: { issuer: string; clientId: string }): Promise<void>
  /** Null where nobody has signed in, and after a sign-out. */
  last(): LastSession | null
  /**
   * Gives the held session with at least `leastMs` milliseconds of its access token's life left,
   * renewed where it has less; null: renewed in any case. Fails with an AuthError.
   */
  read(leastMs: number | null): Promise<Session>
  /** The machine has slept, or the network is back: what is due is done now. */
  wake(): void
  /** Forgets the session here, first; then ends it at the provider. */
  signOut(): Promise<void>
  /** Stops waiting for what a session would bring, and soon for what the provider is being told. */
  close(): () => void
}

/** How long closing waits for the provider to be told of a sign-out. */
const FAREWELL_MS = 3_000
/** A disk that was full may have room again. */
const STORAGE_RETRY_MS = 60_000

export function createSessionKeeper(deps: SessionKeeperDeps): SessionKeeper {
  const {
    http,
    findProvider,
    clock,
    sessionStore,
    random,
    clientSecret,
    dispatch,
    track,
    openSignOutPage,
  } = deps
  let held: Session | null = null
  let last: LastSession | null = null
  /** Refresh tokens of the same person that are alive at the provider, and not held any more. */
  let superseded: readonly string[] = []
  /** True once what is held is renewed in time. */
  let isFollowed = true
  let callOffRetry: () => void = () => undefined
  let isStored = true
  /** True where something is kept that could not be opened: perhaps another person's session. */
  let isUnopened = false
  let closed = false
  const farewell = new AbortController()
  /** Counts sign-outs: what was being kept when one came is not kept. */
  let wipes = 0
  /** One change of what is held at a time, so that the vault ends with what the last one left. */
  const enqueue = createSerialQueue()

  const revoke = async (
    { issuer, clientId }: { issuer: string; clientId: string },
    all: readonly Orphans[],
  ): Promise<void> => {
    if (all.length === 0) return
    // Tokens that come when closing has begun have as long to be ended as those before them.
    const late = new AbortController()
    const stopTiming = closed
      ? clock.after(FAREWELL_MS, () => late.abort(notTold()))
      : () => undefined
    const { signal } = closed ? late : farewell
    try {
      const provider = findProvider({ issuer, clientId })
      const client = { clientId, clientSecret }
      const failures: unknown[] = []
      await provider.readMetadata({ signal })
      for (const tokens of all) {
        const revoked = provider.request(
          (metadata) => revokeTokens(http, metadata, client, tokens, signal),
          { mayRepeat: () => true, signal },
        )
        await revoked.catch((thrown: unknown) => failures.push(thrown))
      }
      if (failures.length > 0) throw failures[0]
    } finally {
      stopTiming()
    }
  }

  /** S19: the provider's own session ends in the person's browser, where it lives. */
  const openAtProvider = async (session: Session): Promise<void> => {
    try {
      const metadata = await findProvider(session).readMetadata({ signal: farewell.signal })
      const link = endSessionUrl(metadata, session.clientId, session.account)
      if (link !== null) await openSignOutPage?.(link)
    } catch {
      const message =
        "You are signed out here, but the provider's own sign-out page could not be opened. Sign out " +
        'there in your browser.'
      dispatch({ type: 'revocation-failed', message })
    }
  }

  const endAtProvider = async (session: Session, lead: string): Promise<void> => {
    try {
      await revoke(session, [session.tokens, ...orphansOf(session.superseded ?? [])])
    } catch (thrown) {
      const message = `${lead} ${asAuthError(thrown).message}`
      dispatch({ type: 'revocation-failed', message })
    }
  }

  /** Changes what is on the disk; where that fails, what is held goes on, and the person is told. */
  const store = async (change: () => Promise<void>): Promise<void> => {
    callOffRetry()
    isStored = true
    try {
      await change()
      dispatch({ type: 'storage-recovered' })
    } catch (thrown) {
      isStored = false
      dispatch({ type: 'storage-failed', message: asAuthError(thrown).message })
      tryAgainLater()
    }
  }
  const tryAgainLater = (): void => {
    if (closed) return
    callOffRetry = clock.after(STORAGE_RETRY_MS, () => void enqueue(() => store(storeHeld)))
  }
  const withSuperseded = (session: Session): Session =>
    superseded.length === 0 ? session : { ...session, superseded }
  const write = (session: Session): Promise<void> => sessionStore.write(withSuperseded(session))
  const storeHeld = (): Promise<void> => (held ? write(held) : sessionStore.clear())

  /** A renewal has ended that was begun before the same person signed in again. */
  const takeRenewed = async (now: Session, before: Session, renewed: Session): Promise<boolean> => {
    const { accessToken, refreshToken: spent } = before.tokens
    const goesOn = now.tokens.refreshToken === spent
    // At first it may have brought no more than another refresh token.
    const brought =
      renewed.tokens.accessToken === accessToken
        ? { ...now.tokens, refreshToken: renewed.tokens.refreshToken }
        : renewed.tokens
    if (goesOn) held = { ...now, tokens: brought }
    const alive = superseded.filter((token) => token !== spent)
    superseded = supersede(alive, [renewed.tokens.refreshToken], held ?? now)
    await store(storeHeld)
    // Check again: sign-out bypasses the queue.
    return goesOn && held !== null
  }

  /** Where the session that could not be opened is now; null where there is none any more. */
  const moveAside = async (): Promise<string | null> => {
    isUnopened = false
    try {
      return (await sessionStore.setAside?.()) ?? null
    } catch (thrown) {
      dispatch({ type: 'storage-failed', message: asAuthError(thrown).message })
      return null
    }
  }

  const renewal = createRenewal({
    http,
    findProvider,
    clock,
    random,
    clientSecret,
    dispatch,
    held: () => held,
    replace: (before, renewed) =>
      enqueue(async () => {
        if (held === before) await store(() => write(renewed))
        // Asked again: a sign-out waits for no turn.
        if (held === before) return void (held = renewed)
        if (held?.account.sub !== renewed.account.sub) discardSession(renewed)
        else if (await takeRenewed(held, before, renewed)) return
        throw new AuthError('not-signed-in', 'The session ended while it was being renewed.')
      }),
    end: (session, reason) =>
      enqueue(async () => {
        if (held !== session) return
        held = null
        last = lastOf(session)
        renewal.forget()
        const left = orphansOf(superseded)
        superseded = []
        void track(revoke(session, left).catch(() => undefined))
        // What cannot be wiped is of no more use to anybody: the provider has ended it.
        await sessionStore.clear().catch(() => undefined)
        dispatch({ type: 'session-ended', reason })
      }),
    discard: (session) => discardSession(session),
    track: (task) => void track(task),
    closing: farewell.signal,
    holdsDirectory: deps.holdsDirectory ?? (() => true),
  })

  // Nobody was told of these: a failure to end them is nothing that a person could act on.
  const discardSession = (session: Session): void =>
    void track(revoke(session, [session.tokens]).catch(() => undefined))

  const restoreFrom = async (provider: { issuer: string; clientId: string }): Promise<void> => {
    const before = wipes
    // A session of another provider does not open: a sign-in here sets it aside.
    const kept = await sessionStore.read(provider)
    if (kept === null || wipes !== before || held !== null) return
    const { superseded: replaced = [], ...stored } = kept
    const session = { ...stored, tokens: restoredTokens(stored.tokens, clock.nowMs()) }
    held = session
    superseded = replaced
    dispatch({ type: 'restored', account: session.account, ...lifetimeOf(session) })
    renewal.follow(session)
  }

  return {
    held: () => held,
    whole: () => held && withSuperseded(held),

    keep(session, signal) {
      const before = wipes
      return enqueue(async () => {
        signal.throwIfAborted()
        if (wipes !== before) throw new CalledOff({ kind: 'cancelled' })
        const replaced = held && withSuperseded(held)
        const isOfAnother = held !== null && held.account.sub !== session.account.sub
        const isFree = held === null || isOfAnother || renewal.isStalled()
        const kept = held === null || isFree ? session : betterSession(held, session)
        const alive = isOfAnother ? [] : [...superseded]
        const others = [held, session].map((one) => one?.tokens.refreshToken ?? null)
        const next = supersede(alive, isOfAnother ? [] : others, kept)
        const aside = isUnopened ? await moveAside() : null
        await store(() =>
          sessionStore.write(next.length === 0 ? kept : { ...kept, superseded: next }),
        )
        if (aside !== null && isStored)
          dispatch({ type: 'storage-failed', message: setAside(aside) })
        // Somebody else's would be there again at the next start. Removing takes no room on a disk.
        if (!isStored && isOfAnother) await sessionStore.clear().catch(() => undefined)
        try {
          signal.throwIfAborted()
          if (wipes !== before) throw new CalledOff({ kind: 'cancelled' })
        } catch (thrown) {
          await store(storeHeld)
          throw thrown
        }
        isFollowed &&= kept === held
        held = kept
        superseded = next
        last = null
        return replaced
      })
    },

    tell({ account }, state, replaced) {
      if (held?.account.sub !== account.sub) {
        // Signed out, or replaced again, in the moment between keeping and telling.
        dispatch({ type: 'sign-in-ended', state, result: { kind: 'cancelled' } })
        return
      }
      dispatch({ type: 'signed-in', state, account: held.account, ...lifetimeOf(held) })
      if (!isFollowed) renewal.follow(held)
      isFollowed = true
      // Another person's session would live on at the provider, unseen. The same person's is left
      // alone until they sign out: there providers end all of a grant's tokens at once, the new ones
      // with the old.
      if (replaced === null || replaced.account.sub === account.sub) return
      void track(endAtProvider(replaced, unrevoked(`${replaced.account.name} is signed out here`)))
    },

    discard(coming, provider) {
      // However late they come: nobody else could end them.
      const ended = coming.then((tokens) => revoke(provider, [tokens]))
      void track(ended.catch(() => undefined))
    },

    restore: (provider) =>
      enqueue(async () => {
        try {
          await restoreFrom(provider)
        } catch (thrown) {
          isUnopened = true
          dispatch({ type: 'storage-failed', message: asAuthError(thrown).message })
        }
      }),

    last: () => (held ? lastOf(held) : last),
    read: (leastMs) => renewal.read(leastMs),
    wake: () => renewal.wake(),

    async signOut() {
      const before = held && withSuperseded(held)
      held = null
      superseded = []
      isFollowed = true
      last = null
      wipes += 1
      renewal.forget()
      callOffRetry()
      isUnopened = false
      isStored = await sessionStore.clear().then(
        () => true,
        () => false,
      )
      if (isStored) dispatch({ type: 'storage-recovered' })
      dispatch({ type: 'signed-out' })
      if (!isStored) {
        dispatch({ type: 'storage-failed', message: NOT_WIPED })
        tryAgainLater()
      }
      if (before === null) return
      await track(endAtProvider(before, unrevoked('You are signed out here')))
      if (openSignOutPage) await track(openAtProvider(before))
    },

    close() {
      closed = true
      callOffRetry()
      renewal.stop()
      // A last try, for what is not stored by then is lost.
      if (!isStored) void track(enqueue(() => store(storeHeld)))
      return clock.after(FAREWELL_MS, () => farewell.abort(notTold()))
    },
  }
}

function orphansOf(refreshTokens: readonly string[]): Orphans[] {
  return refreshTokens.map((refreshToken) => ({ accessToken: null, refreshToken }))
}

function lastOf({ account, tokens }: Session): LastSession {
  return { account, scope: tokens.scope }
}

function setAside(path: string): string {
  return (
    `The earlier session, which could not be opened, is now in ${path}. To have it back, quit Latchkey ` +
    'and rename that file to session.json.'
  )
}

const NOT_WIPED =
  'You are signed out, but what was kept on this computer could not be removed yet. Latchkey keeps ' +
  'trying.'

function unrevoked(lead: string): string {
  return `${lead}, but the provider could not be told, so the session may live on there for a while.`
}

function notTold(): AuthError {
  return new AuthError('revocation-failed', 'Latchkey was closed before the provider answered.')
}
