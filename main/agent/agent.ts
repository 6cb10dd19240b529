// The agent: holds the model, carries out commands, publishes what happens.

import { within, type Clock } from '../base/clock.js'
import type { SessionStore } from '../storage/session-store.js'
import type { Session } from '../oauth/session.js'
import { createApiSignIns, type ApiSignIns } from './api-sign-ins.js'
import { redirectUriOf } from '../oauth/authorization-url.js'
import { signInFromTray, type ProviderSettings, type SignInRequest } from '../oauth/sign-in.js'
import { createSessionKeeper, type LastSession } from './session-keeper.js'
import {
  CalledOff,
  resultOf,
  diagnosticMessage,
  notConfigured,
  pageOf,
  timedOut,
  type CallbackSeen,
} from './results.js'
import type { Http } from '../net/http.js'
import type { CallbackListener, CallbackDiagnostic } from '../oauth/callback-listener.js'
import {
  initialModel,
  next,
  reachableSignIn,
  traySignIn,
  type SignInResult,
  type Event,
  type Model,
} from './model.js'
import { createBrowserBudget, OPENED_TOO_OFTEN } from './browser-budget.js'
import { readAddress, type Pasted } from '../oauth/pasted-redirect.js'
import { createState } from '../oauth/pkce.js'
import { createProviders, type FindProvider } from '../oauth/provider.js'
import {
  DEFAULT_TARGET,
  registrationAdvice,
  type RedirectTarget,
} from '../oauth/redirect-target.js'
import {
  ASKED_AGAIN,
  createProviderMemory,
  withoutOfflineAccess,
  type ProviderMemory,
} from '../oauth/scopes.js'

export type AgentDeps = {
  /** Null where none is configured; a sign-in then fails saying so. */
  provider: ProviderSettings | null
  signInTimeoutMs: number
  http: Http
  /** The cache of the provider's metadata and keys; made here by default. */
  findProvider?: FindProvider
  clock: Clock
  listener: CallbackListener
  sessionStore: SessionStore
  /** Sends the person's browser to a link. Rejects where no browser could be opened. */
  openBrowser(link: string): Promise<void>
  /** Where the provider sends the browser; what to register follows from it. */
  redirect?: RedirectTarget
  /** What is known of the provider from earlier. */
  memory?: ProviderMemory
  /** True where the person opens each link themselves: then no tab is opened, nor counted. */
  noBrowser?: boolean
  /** Shows the link of the provider's sign-out page to a person who opens each link themselves. */
  showSignOutLink?: (link: string) => void
  /** True where a sign-out also shows the provider's own sign-out page. */
  endSession?: boolean
  /** Whether what is kept is still this program's to change; absent where it always is. */
  holdsDirectory?: () => boolean
  /** From 0 to 1, evenly. */
  random?: () => number
}

export type Agent = {
  model(): Model
  /** Calls `present` after every change; the returned function ends that. */
  subscribe(present: (model: Model, event: Event) => void): () => void
  /**
   * Begins a sign-in from the tray, in place of one that is under way. Where somebody is signed in,
   * or was until the session ended, it is theirs again, with what they had granted.
   */
  signIn(): void
  /** The same for whomever it may be: a provider that remembers somebody asks all the same. */
  signInAsOther(): void
  /** Opens the link of the sign-in that the person sees once more, if one waits: theirs, or an app's. */
  openAgain(): void
  /** That link, for the person alone to be given; null where none waits. */
  link(): string | null
  /** Finishes a sign-in by the address that the browser was sent back to, which the person pasted. */
  paste(text: string): Pasted
  /** Calls off the sign-in that the person sees: the tray's, else those that apps have begun. */
  cancel(): void
  /** Forgets the session here, first; then ends it at the provider. */
  signOut(): Promise<void>
  /** Takes back the session that was kept, and renews it where that is due. */
  restore(): Promise<void>
  /**
   * Gives the held session with at least `leastMs` milliseconds of its access token's life left,
   * renewed where it has less; null: renewed in any case. One renewal serves all who ask meanwhile.
   * Fails with an AuthError.
   */
  read(leastMs: number | null): Promise<Session>
  /** The machine has slept, or the network is back: what is due is done now. */
  wake(): void
  /** Whose session is held, or was until it ended; null where nobody's, and after a sign-out. */
  last(): LastSession | null
  /** The held session with every token that is alive, for whoever ends it; also once closed. */
  whole(): Session | null
  /** The sign-ins of other apps. */
  api: ApiSignIns
  /** Calls off every sign-in and resolves when nothing of them is left: no port, no request. */
  close(): Promise<void>
}

/**
 * Longer than any request takes but one that spends something, which is waited for as long as it
 * takes; a keyring that asks the person may take for ever.
 */
const LONGEST_CLOSE_MS = 15_000

export function createAgent(given: AgentDeps): Agent {
  const { clock, sessionStore, memory = createProviderMemory() } = given
  const spending = new Set<Promise<unknown>>()
  const http: Http = (request) => {
    const sent = given.http(request)
    if (request.spends) {
      const forget = (): unknown => spending.delete(sent)
      spending.add(sent)
      sent.then(forget, forget)
    }
    return sent
  }
  const findProvider = given.findProvider ?? createProviders({ http, clock })
  const deps = { ...given, http, findProvider }
  const registration = registrationAdvice(given.redirect ?? DEFAULT_TARGET)
  const subscribers = new Set<(model: Model, event: Event) => void>()
  const running = new Map<string, AbortController>()
  const tasks = new Set<Promise<void>>()
  let model = initialModel
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

  // Two budgets: what apps ask for cannot keep the person's own sign-in from opening a tab.
  const browserBudget = createBrowserBudget(clock)
  const appBrowserBudget = createBrowserBudget(clock)
  const openSignOutPage = async (link: string): Promise<void> => {
    if (deps.noBrowser) {
      if (!deps.showSignOutLink) throw new Error('no browser is opened here, nor a link shown')
      return deps.showSignOutLink(link)
    }
    if (!browserBudget.take()) throw new Error(OPENED_TOO_OFTEN)
    await deps.openBrowser(link)
  }

  /** Tells at once what the person may do something about while they still wait. */
  const reportDiagnostic = (state: string, diagnostic: CallbackDiagnostic): void => {
    const signIn = model.signIns.find((candidate) => candidate.state === state)
    const message = diagnosticMessage(diagnostic)
    // A flood of one kind is told once.
    if (signIn && message !== null && signIn.message !== message) {
      dispatch({ type: 'sign-in-message-changed', state, message })
    }
  }

  const sessionKeeper = createSessionKeeper({
    http,
    findProvider,
    clock,
    sessionStore,
    random: deps.random ?? Math.random,
    clientSecret: deps.provider?.clientSecret ?? null,
    dispatch,
    track,
    ...(deps.endSession && { openSignOutPage }),
    ...(deps.holdsDirectory && { holdsDirectory: deps.holdsDirectory }),
  })
  const api = createApiSignIns({
    ...deps,
    browserBudget: appBrowserBudget,
    sessionKeeper,
    memory,
    registration,
    dispatch,
    reportDiagnostic,
    model: () => model,
  })

  const openBrowser = (state: string, link: string): void =>
    void deps
      .openBrowser(link)
      .catch(() => dispatch({ type: 'sign-in-message-changed', state, message: NO_BROWSER }))

  const callOff = (state: string, result: SignInResult): void =>
    running.get(state)?.abort(new CalledOff(result))

  const run = async (provider: ProviderSettings, request: SignInRequest): Promise<void> => {
    const { state } = request
    const controller = new AbortController()
    const { signal } = controller
    let seen: CallbackSeen | null = null
    running.set(state, controller)
    const deadlineMs = clock.nowMs() + deps.signInTimeoutMs
    const stopWaiting = clock.after(deps.signInTimeoutMs, () => {
      controller.abort(timedOut(deps.signInTimeoutMs, seen))
    })
    dispatch({ type: 'sign-in-started', state, origin: 'tray', deadlineMs })

    let replaced: Session | null = null
    let result: SignInResult
    try {
      const session = await signInFromTray(
        deps,
        provider,
        request,
        {
          linkReady(link) {
            seen = { diagnostic: 'nothing', redirectUri: redirectUriOf(link), registration }
            dispatch({ type: 'link-ready', state, link })
            if (deps.noBrowser || browserBudget.take()) openBrowser(state, link)
            else dispatch({ type: 'sign-in-message-changed', state, message: TOO_OFTEN })
          },
          linkChanged: (link) =>
            dispatch({ type: 'sign-in-message-changed', state, link, message: ASKED_AGAIN }),
          offlineAccessRejected: () => memory.noteRejection(),
          onDiagnostic(diagnostic) {
            if (seen !== null) seen = { ...seen, diagnostic }
            reportDiagnostic(state, diagnostic)
          },
          exchangeStarted() {
            stopWaiting()
            dispatch({ type: 'exchange-started', state })
          },
          keep: async (kept) => void (replaced = await sessionKeeper.keep(kept, signal)),
          discard: (tokens) => sessionKeeper.discard(tokens, provider),
          pageFor: (thrown) => pageOf(resultOf(thrown)),
        },
        signal,
      )
      sessionKeeper.tell(session, state, replaced)
      return
    } catch (thrown) {
      result = resultOf(thrown)
    } finally {
      stopWaiting()
      running.delete(state)
    }
    dispatch({ type: 'sign-in-ended', state, result })
  }

  const begin = (asked: (provider: ProviderSettings) => Omit<SignInRequest, 'state'>): void => {
    if (closed) return
    const { provider } = deps
    if (provider === null) return dispatch({ type: 'sign-in-rejected', result: notConfigured() })
    const before = traySignIn(model)
    const { scope, ...rest } = asked(provider)
    const allowed = memory.rejectsOfflineAccess() ? withoutOfflineAccess(scope) : scope
    void track(run(provider, { ...rest, scope: allowed, state: createState() }))
    if (before) callOff(before.state, { kind: 'cancelled' })
  }

  const cancel = (): void => {
    const signIn = reachableSignIn(model)
    if (signIn?.origin === 'tray') callOff(signIn.state, { kind: 'cancelled' })
    else if (signIn) api.clear()
  }

  return {
    model: () => model,

    subscribe(present) {
      subscribers.add(present)
      return () => void subscribers.delete(present)
    },

    signIn: () => begin((provider) => asBefore(provider, sessionKeeper.last())),

    signInAsOther: () => begin(asOther),

    openAgain() {
      const signIn = reachableSignIn(model)
      if (!signIn || signIn.link === null) return
      const { state, link } = signIn
      if (!deps.noBrowser && !browserBudget.take()) {
        return dispatch({ type: 'sign-in-message-changed', state, message: TOO_OFTEN })
      }
      dispatch({ type: 'link-ready', state, link })
      openBrowser(state, link)
    },

    link: () => reachableSignIn(model)?.link ?? null,

    paste(text) {
      const address = readAddress(text)
      if (address === null) return 'no-address'
      if (api.paste(address)) return 'taken'
      return deps.listener.paste(address)
    },

    cancel,

    async signOut() {
      cancel()
      // Else an app's sign-in that was answered before would sign the person in again.
      api.clear()
      await sessionKeeper.signOut()
    },

    restore: () => (deps.provider ? sessionKeeper.restore(deps.provider) : Promise.resolve()),
    read: (leastMs) => sessionKeeper.read(leastMs),
    wake: () => sessionKeeper.wake(),
    last: () => sessionKeeper.last(),
    whole: () => sessionKeeper.whole(),

    api,

    async close() {
      closed = true
      for (const state of running.keys()) callOff(state, { kind: 'cancelled' })
      const stopWaiting = sessionKeeper.close()
      const drain = async (): Promise<void> => {
        await api.close()
        while (tasks.size > 0) await Promise.all(tasks)
      }
      const drained = drain().then(() => true)
      while (!(await within(clock, LONGEST_CLOSE_MS, drained)) && spending.size > 0) {
        // Its answer brings tokens that must reach the vault, or be ended at the provider.
        await Promise.allSettled(spending)
      }
      stopWaiting()
    },
  }
}

export const NO_BROWSER = 'No browser could be opened here. Open the link yourself.'

const TOO_OFTEN =
  `${OPENED_TOO_OFTEN} Latchkey opens no more tabs for now: wait a minute and open the link again, ` +
  'or copy it into your browser.'

/**
 * Asks for the person who has, or had, the session, and for what they have granted beside what is
 * configured. @see OpenID Connect Core 1.0 section 3.1.2.1
 */
function asBefore(
  { scope, prompt }: ProviderSettings,
  last: LastSession | null,
): Omit<SignInRequest, 'state'> {
  if (last === null) return { scope, prompt, loginHint: null }
  return { scope: union(scope, last.scope), prompt, loginHint: last.account.email || null }
}

/** Asks for anybody: the provider has to ask who it is. */
function asOther({ scope, prompt }: ProviderSettings): Omit<SignInRequest, 'state'> {
  // No other value may stand beside `none`.
  const asked = (prompt ?? '').split(' ').filter((value) => value !== 'none')
  return { scope, prompt: union(asked.join(' '), 'login'), loginHint: null }
}

/** The values of both lists, each once, with a space between. */
function union(one: string, other: string): string {
  return [...new Set(`${one} ${other}`.split(/\s+/).filter(Boolean))].join(' ')
}
