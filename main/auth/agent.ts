// The agent: holds the model, carries out commands, publishes what happens.

import type { Clock } from '../clock.js'
import type { HeldSession, Vault } from '../vault.js'
import { attemptSignIn, type ProviderSettings } from './attempt.js'
import { discover } from './discovery.js'
import { asAuthError, AuthError } from './errors.js'
import type { Http } from './http.js'
import type { CallbackListener } from './loopback.js'
import { initialModel, next, trayFlow, type Ending, type Event, type Model } from './model.js'
import { cancelledPage, failedPage, refusedPage, type Page } from './pages.js'
import { createState } from './pkce.js'
import { revokeTokens, type TokenSet } from './token.js'

export type AgentPorts = {
  /** Null where none is configured; a sign-in then fails saying so. */
  provider: ProviderSettings | null
  loginTimeoutMs: number
  http: Http
  clock: Clock
  listener: CallbackListener
  vault: Vault
  /** Sends the person's browser to a link. Rejects where no browser could be opened. */
  openBrowser(link: string): Promise<void>
}

export type Agent = {
  model(): Model
  /** Calls `present` after every change; the returned function ends that. */
  subscribe(present: (model: Model, event: Event) => void): () => void
  /** Begins a sign-in from the tray, in place of one that is under way. */
  signIn(): void
  /** Calls off the tray's sign-in, if one is under way. */
  cancel(): void
  /** Forgets the session here, first; then ends it at the provider. */
  signOut(): Promise<void>
  /** Calls off every sign-in and resolves when nothing of them is left: no port, no request. */
  close(): Promise<void>
}

/** Why a flow was called off; what its signal aborts with. */
class CalledOff extends Error {
  readonly ending: Ending

  constructor(ending: Ending) {
    super(ending.kind)
    this.ending = ending
  }
}

/** How long closing waits for the provider to be told of a sign-out. */
const FAREWELL_MS = 3_000

export function createAgent(ports: AgentPorts): Agent {
  const { clock, vault, http } = ports
  const subscribers = new Set<(model: Model, event: Event) => void>()
  const running = new Map<string, AbortController>()
  const tasks = new Set<Promise<void>>()
  let model = initialModel
  let held: HeldSession | null = null
  let callOffExpiry: () => void = () => undefined
  const farewell = new AbortController()
  let closed = false

  const dispatch = (event: Event): void => {
    const changed = next(model, event)
    if (changed === model) return
    model = changed
    for (const present of subscribers) present(model, event)
  }

  const track = (task: Promise<void>): Promise<void> => {
    const tracked = task.finally(() => tasks.delete(tracked))
    tasks.add(tracked)
    return tracked
  }

  const callOff = (state: string, ending: Ending): void =>
    running.get(state)?.abort(new CalledOff(ending))

  const run = async (provider: ProviderSettings, state: string): Promise<void> => {
    const controller = new AbortController()
    const { signal } = controller
    running.set(state, controller)
    const deadlineMs = clock.nowMs() + ports.loginTimeoutMs
    const stopWaiting = clock.after(ports.loginTimeoutMs, () => {
      callOff(state, { kind: 'expired', reason: expiredReason(ports.loginTimeoutMs) })
    })
    dispatch({ type: 'flow-started', state, origin: 'tray', deadlineMs })

    let replaced: HeldSession | null = null
    let ending: Ending
    try {
      const session = await attemptSignIn(
        { http, clock, listener: ports.listener },
        provider,
        state,
        {
          linkReady(link) {
            dispatch({ type: 'link-ready', state, link })
            void ports.openBrowser(link).catch(() => {
              dispatch({ type: 'browser-failed', state, notice: NO_BROWSER })
            })
          },
          exchangeStarted() {
            stopWaiting()
            dispatch({ type: 'exchange-started', state })
          },
          async keep(kept) {
            signal.throwIfAborted()
            replaced = held
            held = kept
            try {
              await vault.write(kept)
            } catch (thrown) {
              held = replaced
              replaced = null
              throw thrown
            }
          },
          discard: (tokens) => void track(discard(provider, tokens)),
          pageFor: (thrown) => pageFor(endingOf(thrown)),
        },
        signal,
      )
      signedIn(session, state)
      if (replaced) void track(giveWay(replaced, session))
      return
    } catch (thrown) {
      ending = endingOf(thrown)
    } finally {
      stopWaiting()
      running.delete(state)
    }
    dispatch({ type: 'flow-ended', state, ending })
  }

  const signedIn = (session: HeldSession, state: string): void => {
    if (held !== session) {
      // Signed out in the moment between keeping and telling.
      dispatch({ type: 'flow-ended', state, ending: { kind: 'cancelled' } })
      return
    }
    const { account, tokens } = session
    const expiresAtMs = tokens.accessTokenExpiresAtMs
    dispatch({ type: 'signed-in', state, account, expiresAtMs })
    callOffExpiry()
    if (expiresAtMs === null) return
    callOffExpiry = clock.after(expiresAtMs - clock.nowMs(), () => {
      dispatch({ type: 'session-ended', reason: 'Your session has run out. Sign in again.' })
    })
  }

  const revoke = async (issuer: string, clientId: string, tokens: TokenSet): Promise<void> => {
    const metadata = await discover(http, issuer, farewell.signal)
    await revokeTokens(http, metadata, clientId, tokens, farewell.signal)
  }

  const endAtProvider = async (session: HeldSession, lead: string): Promise<void> => {
    try {
      await revoke(session.issuer, session.clientId, session.tokens)
    } catch (thrown) {
      const notice = `${lead} ${asAuthError(thrown).message}`
      dispatch({ type: 'revocation-failed', notice })
    }
  }

  // Another person's session would live on at the provider, unseen. The same person's is left alone:
  // there providers end all of a grant's tokens at once, the new ones with the old.
  const giveWay = async (before: HeldSession, session: HeldSession): Promise<void> => {
    if (before.account.sub === session.account.sub) return
    await endAtProvider(before, unrevoked(`${before.account.name} is signed out here`))
  }

  // Tokens that nobody was told of: a failure to end them is nothing that a person could act on.
  const discard = ({ issuer, clientId }: ProviderSettings, tokens: TokenSet): Promise<void> =>
    revoke(issuer, clientId, tokens).catch(() => undefined)

  const cancel = (): void => {
    const flow = trayFlow(model)
    if (flow) callOff(flow.state, { kind: 'cancelled' })
  }

  return {
    model: () => model,

    subscribe(present) {
      subscribers.add(present)
      return () => void subscribers.delete(present)
    },

    signIn() {
      if (closed) return
      if (ports.provider === null) {
        const { code, message: reason } = notConfigured()
        dispatch({ type: 'flow-refused', ending: { kind: 'failed', code, reason } })
        return
      }
      const before = trayFlow(model)
      void track(run(ports.provider, createState()))
      if (before) callOff(before.state, { kind: 'cancelled' })
    },

    cancel,

    async signOut() {
      cancel()
      const before = held
      held = null
      callOffExpiry()
      await vault.clear()
      dispatch({ type: 'signed-out' })
      if (before === null) return
      await track(endAtProvider(before, unrevoked('You are signed out here')))
    },

    async close() {
      closed = true
      callOffExpiry()
      for (const state of running.keys()) callOff(state, { kind: 'cancelled' })
      // The provider is given a moment to hear of a sign-out.
      const giveUp = clock.after(FAREWELL_MS, () => farewell.abort(notTold()))
      while (tasks.size > 0) await Promise.all(tasks)
      giveUp()
    },
  }
}

const NO_BROWSER = 'No browser could be opened here. Open the link yourself.'

function notConfigured(): AuthError {
  return new AuthError(
    'not-configured',
    'No provider is configured yet. Set its issuer and your client ID (--issuer and --client-id), ' +
      'or try the demo (--demo).',
  )
}

function expiredReason(loginTimeoutMs: number): string {
  const seconds = Math.round(loginTimeoutMs / 1000)
  const words = seconds % 60 === 0 ? plural(seconds / 60, 'minute') : plural(seconds, 'second')
  return `Nobody finished the sign-in within ${words}. Sign in again when you are ready.`
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function unrevoked(lead: string): string {
  return `${lead}, but the provider could not be told, so the session may live on there for a while.`
}

function notTold(): AuthError {
  return new AuthError('revocation-failed', 'Latchkey was closed before the provider answered.')
}

function endingOf(thrown: unknown): Ending {
  if (thrown instanceof CalledOff) return thrown.ending
  const { code, message } = asAuthError(thrown)
  return { kind: code === 'access-denied' ? 'denied' : 'failed', code, reason: message }
}

function pageFor(ending: Ending): Page {
  switch (ending.kind) {
    case 'cancelled':
      return cancelledPage()
    case 'denied':
      return refusedPage(ending.reason)
    case 'expired':
      return failedPage(400, ending.reason)
    case 'failed':
      return failedPage(ending.code === 'issuer-mismatch' ? 400 : 502, ending.reason)
  }
}
