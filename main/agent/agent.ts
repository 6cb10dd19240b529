// The agent: holds the model, carries out what the person and the apps ask for, and publishes changes.

import type { Clock } from '../base/clock.js'
import type { Http } from '../net/http.js'
import type { CallbackDiagnostic, CallbackListener } from '../oauth/callback-listener.js'
import { readAddress, type Pasted } from '../oauth/pasted-redirect.js'
import { createProviders, type FindProvider } from '../oauth/provider.js'
import {
  DEFAULT_TARGET,
  registrationAdvice,
  type RedirectTarget,
} from '../oauth/redirect-target.js'
import { createProviderMemory, type ProviderMemory } from '../oauth/scopes.js'
import type { Session } from '../oauth/session.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import type { SessionStore } from '../storage/session-store.js'
import { WAITING_ADVICE } from './agent-messages.js'
import { createApiSignIns, type ApiSignIns } from './api-sign-ins.js'
import { createBrowserBudget } from './browser-budget.js'
import { reachableSignIn, type Model } from './model.js'
import { createModelStore, type ModelStore, type Subscriber } from './model-store.js'
import { createPersonBrowser, type PersonBrowser } from './person-browser.js'
import type { LastSession } from './keeper-state.js'
import { createSessionKeeper, type SessionKeeper } from './session-keeper.js'
import { createTraySignIn, type TraySignIn } from './tray-sign-in.js'
import { trackUnfinished, type Unfinished } from './unfinished.js'

export type AgentDeps = {
  /** Null if no provider is configured. A sign-in then fails and says so. */
  provider: ProviderSettings | null
  signInTimeoutMs: number
  http: Http
  /** The cache of the provider's metadata and keys; made here by default. */
  findProvider?: FindProvider
  clock: Clock
  listener: CallbackListener
  sessionStore: SessionStore
  /** Sends the person's browser to a link. Rejects if no browser could be opened. */
  openBrowser(link: string): Promise<void>
  /** Where the provider sends the browser. It decides what to register. */
  redirect?: RedirectTarget
  /** Facts about the provider from earlier runs. */
  memory?: ProviderMemory
  /** True if the person opens each link. Then no browser is opened, and none is counted. */
  noBrowser?: boolean
  /** Shows the link of the provider's sign-out page to a person who opens each link. */
  showSignOutLink?: (link: string) => void
  /** True if a sign-out also opens the provider's own sign-out page. */
  endSession?: boolean
  /** False if another computer has taken over the stored session; absent if none can. */
  holdsDirectory?: () => boolean
  /** Returns a number from 0 to 1, evenly distributed. */
  random?: () => number
}

export type Agent = {
  model(): Model
  /** Calls `subscriber` after every change; the returned function ends that. */
  subscribe(subscriber: Subscriber): () => void
  /**
   * Begins the person's sign-in, in place of one that is under way. It asks for the account that is
   * signed in, or was until the session ended, and for everything that was granted to it.
   */
  signIn(): void
  /** Begins the same for any account: the provider asks who it is, even if it remembers someone. */
  signInAsOther(): void
  /** Opens the link of the sign-in that the person sees again, whether it is theirs or an app's. */
  openAgain(): void
  /** Returns that link, which only the person may get; null if no sign-in waits. */
  link(): string | null
  /** Finishes a sign-in by the address of the browser's last page, which the person pasted. */
  paste(text: string): Pasted
  /** Cancels the sign-in that the person sees: their own, or else those of apps. */
  cancel(): void
  /** Deletes the session here first, and then ends it at the provider. */
  signOut(): Promise<void>
  /** Restores the stored session, and renews it if that is due. */
  restore(): Promise<void>
  /**
   * Returns the session with at least `leastMs` milliseconds of its access token's life left, renewed
   * if it has less. If `leastMs` is null, it is renewed in any case. Concurrent callers share one
   * renewal. Fails with an AuthError.
   */
  read(leastMs: number | null): Promise<Session>
  /** Does what is due, after the computer slept or the network came back. */
  wake(): void
  /** Returns the account that is signed in, or was until the session ended; null after a sign-out. */
  last(): LastSession | null
  /** Returns the session with every token that is alive, to end them; works after `close` too. */
  whole(): Session | null
  /** The sign-ins of other apps. */
  api: ApiSignIns
  /** Cancels every sign-in, and resolves when no port is open and no request is left. */
  close(): Promise<void>
}

export function createAgent(given: AgentDeps): Agent {
  const { provider, listener } = given
  const { model, subscribe, browser, sessionKeeper, api, tray, finish } = createParts(given)

  const cancel = (): void => {
    const origin = reachableSignIn(model())?.origin
    if (origin === 'tray') tray.cancel()
    else if (origin === 'api') api.cancelAll()
  }

  return {
    model,
    subscribe,
    api,
    signIn: () => tray.begin('last'),
    signInAsOther: () => tray.begin('any'),
    openAgain() {
      const signIn = reachableSignIn(model())
      if (signIn) browser.openAgain(signIn)
    },
    link: () => reachableSignIn(model())?.link ?? null,
    paste(text) {
      const address = readAddress(text)
      if (address === null) return 'no-address'
      return api.paste(address) ? 'taken' : listener.paste(address)
    },
    cancel,
    async signOut() {
      cancel()
      // An answered sign-in of an app would sign the person in again.
      api.cancelAll()
      await sessionKeeper.signOut()
    },
    restore: () => (provider ? sessionKeeper.restore(provider) : Promise.resolve()),
    read: (leastMs) => sessionKeeper.read(leastMs),
    wake: () => sessionKeeper.wake(),
    last: () => sessionKeeper.last(),
    whole: () => sessionKeeper.whole(),
    async close() {
      tray.close()
      const stopWaiting = sessionKeeper.close()
      await finish(() => api.close())
      stopWaiting()
    },
  }
}

type Parts = Pick<ModelStore, 'model' | 'subscribe'> &
  Pick<Unfinished, 'finish'> & {
    browser: PersonBrowser
    sessionKeeper: SessionKeeper
    api: ApiSignIns
    tray: TraySignIn
  }

function createParts(given: AgentDeps): Parts {
  const { clock, provider, memory = createProviderMemory() } = given
  const { http, track, finish } = trackUnfinished(given.http, clock)
  const findProvider = given.findProvider ?? createProviders({ http, clock })
  const { model, dispatch, subscribe } = createModelStore()
  const browser = createPersonBrowser({ ...given, dispatch })
  const sessionKeeper = createSessionKeeper({
    http,
    findProvider,
    clock,
    sessionStore: given.sessionStore,
    random: given.random ?? Math.random,
    clientSecret: provider?.clientSecret ?? null,
    dispatch,
    track,
    ...(given.endSession && { openSignOutPage: (link) => browser.openSignOutPage(link) }),
    ...(given.holdsDirectory && { holdsDirectory: given.holdsDirectory }),
  })
  const deps = {
    ...given,
    http,
    findProvider,
    memory,
    sessionKeeper,
    registration: registrationAdvice(given.redirect ?? DEFAULT_TARGET),
    model,
    dispatch,
    reportDiagnostic(state: string, diagnostic: CallbackDiagnostic) {
      const message = WAITING_ADVICE[diagnostic]
      dispatch({ type: 'callback-diagnosed', state, diagnostic, message })
    },
  }
  // A budget of its own: apps cannot use up the launches of the person's sign-in.
  const api = createApiSignIns({ ...deps, browserBudget: createBrowserBudget(clock) })
  const tray = createTraySignIn({ ...deps, browser, track })
  return { model, subscribe, browser, sessionKeeper, api, tray, finish }
}
