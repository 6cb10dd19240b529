// The agent: holds the model, carries out what the person and the apps ask for, and publishes changes.

import type { Clock } from '../base/clock.js'
import type { Consents } from '../consent/consents.js'
import { asAuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import type { CallbackDiagnostic, CallbackListener } from '../oauth/callback-listener.js'
import { readAddress, type Pasted } from '../oauth/pasted-redirect.js'
import { createProviders, type FindProvider } from '../oauth/provider.js'
import { createProviderMemory, type ProviderMemory } from '../oauth/scopes.js'
import type { Session } from '../oauth/session.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import type { AccountStore, StoredAccount } from '../storage/account-store.js'
import type { SessionOwner } from '../storage/session-owner.js'
import { WAITING_ADVICE } from './agent-messages.js'
import { createAgentConsents, endConsents, type AgentConsentDeps } from './agent-consents.js'
import { createApiSignIns, type ApiSignIns } from './api-sign-ins.js'
import { createBrowserBudget } from './browser-budget.js'
import { defaultId, findAccount, reachableSignIn, type Model } from './model.js'
import { createModelStore, type ModelStore, type Subscriber } from './model-store.js'
import { createPersonBrowser, type PersonBrowser } from './person-browser.js'
import type { LastSession, NarrowedToken } from './keeper-state.js'
import type { NarrowedRequest } from './narrowed-token.js'
import { createSessionKeeper, type SessionKeeper } from './session-keeper.js'
import type { SignInTarget } from './sign-in-target.js'
import { createTraySignIn, type TraySignIn } from './tray-sign-in.js'
import { trackUnfinished, type Unfinished } from './unfinished.js'

export type AgentDeps = AgentConsentDeps & {
  /** The configured providers. If there are none, a sign-in fails and says so. */
  providers: readonly ProviderSettings[]
  signInTimeoutMs: number
  http: Http
  /** The cache of the provider's metadata and keys; made here by default. */
  findProvider?: FindProvider
  clock: Clock
  listener: CallbackListener
  accountStore: AccountStore
  /** Sends the person's browser to a link. Rejects if no browser could be opened. */
  openBrowser(link: string): Promise<void>
  /** Facts about a provider from earlier runs. */
  memoryOf?: (provider: ProviderSettings) => ProviderMemory
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
   * Begins the person's sign-in, in place of one that is under way. For an account it asks for that
   * person, and for everything that was granted to them. False: there is no such account or provider.
   */
  signIn(target?: SignInTarget): boolean
  /** Keeps or discards a session that the sign-in was not for. False: there is no such question. */
  decide(questionId: string, keeps: boolean): boolean
  /** Opens the link of the visible sign-in once more, whether it is the person's or an app's. */
  openAgain(): void
  /** Returns the link of the visible sign-in, which only the person may get; null if none waits. */
  link(): string | null
  /** Finishes a sign-in by the address of the browser's last page, which the person pasted. */
  paste(text: string): Pasted
  /** Cancels the sign-in that the person sees: their own, or else those of apps. */
  cancel(): void
  /**
   * Signs an account out: the default one if no ID is given. Deletes its session here first, and then
   * ends it at the provider. False: there is no such account.
   */
  signOut(id?: string, options?: SignOutOptions): Promise<boolean>
  /**
   * Signs every account out, and deletes every stored session. Returns a sentence for each session that
   * its provider did not end.
   */
  signOutEverywhere(options?: SignOutOptions): Promise<readonly string[]>
  /**
   * Deletes the stored sessions that belong to none of these providers, and ends them. Fails with
   * `storage-failed`.
   */
  endOthers(owners: readonly SessionOwner[]): Promise<void>
  /** Makes an account the default; false: there is no such account. Fails with `storage-failed`. */
  makeDefault(id: string): Promise<boolean>
  /** Restores the stored sessions, and renews those that are due. */
  restore(): Promise<void>
  /**
   * Returns an account's session with at least `leastMs` milliseconds of its access token's life left,
   * renewed if it has less: the default account's if no ID is given. If `leastMs` is null, it is renewed
   * in any case. Concurrent callers share one renewal. Fails with an AuthError.
   */
  read(leastMs: number | null, id?: string): Promise<Session>
  /**
   * Returns an access token of an account for fewer scopes than its session has, with at least `leastMs`
   * milliseconds of its life left; a new one if `leastMs` is null. The token is kept in memory only, and the
   * session stays as it is. Concurrent callers for the same scopes share a request. Fails with an AuthError:
   * with `invalid-scope` if the session was not granted the scopes, or if the provider gives no token for
   * them.
   */
  readNarrowed(id: string, request: NarrowedRequest): Promise<NarrowedToken>
  /** Does what is due, after the computer slept or the network came back. */
  wake(): void
  /** Returns the session that an account has, or had until it ended; null after a sign-out. */
  last(id: string): LastSession | null
  /** Returns every session with every token that is alive, to end them; works after `close` too. */
  all(): readonly StoredAccount[]
  /** The sign-ins of other apps. */
  api: ApiSignIns
  /** Which programs may have tokens. */
  consents: Consents
  /** Cancels every sign-in, and resolves when no port is open and no request is left. */
  close(): Promise<void>
}

export type SignOutOptions = {
  /** True if the consents to the account's apps end for good. Otherwise they end for this run. */
  forgetsApps?: boolean
}

export function createAgent(given: AgentDeps): Agent {
  const { listener, accountStore } = given
  const parts = createParts(given)
  const { model, dispatch, subscribe, browser, sessionKeeper, api, consents, tray, finish } = parts

  const cancel = (): void => {
    const origin = reachableSignIn(model())?.origin
    if (origin === 'tray') tray.cancel()
    else if (origin === 'api') api.cancelAll()
  }

  return {
    model,
    subscribe,
    api,
    consents,
    signIn: (target = { kind: 'default' }) => tray.begin(target),
    decide: tray.decide,
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
    ...createSignOuts(parts, accountStore, cancel),
    async makeDefault(id) {
      if (!findAccount(model(), id)) return false
      dispatch({ type: 'default-chosen', id })
      await accountStore.writeDefault(id)
      return true
    },
    async restore() {
      await Promise.all([sessionKeeper.restore(), consents.restore()])
    },
    read: (leastMs, id = defaultId(model()) ?? '') => sessionKeeper.read(id, leastMs),
    readNarrowed: sessionKeeper.readNarrowed,
    endOthers: sessionKeeper.endOthers,
    wake: sessionKeeper.wake,
    last: sessionKeeper.last,
    all: sessionKeeper.all,
    async close() {
      tray.close()
      const stopWaiting = sessionKeeper.close()
      await finish(async () => {
        await consents.close()
        await api.close()
      })
      stopWaiting()
    },
  }
}

/** Signing out also cancels the sign-ins under way, which would sign the person in again. */
function createSignOuts(
  { model, dispatch, sessionKeeper, api, consents }: Parts,
  accountStore: AccountStore,
  cancel: () => void,
): Pick<Agent, 'signOut' | 'signOutEverywhere'> {
  const cancelAll = (): void => {
    cancel()
    api.cancelAll()
  }
  return {
    async signOut(id = defaultId(model()) ?? undefined, { forgetsApps = false } = {}) {
      const account = id === undefined ? undefined : findAccount(model(), id)
      if (id !== undefined && !account) return false
      cancelAll()
      const ended = endConsents(consents, account ? [account] : [], { forgetsApps, dispatch })
      // The account keeps its ID if the person signs in again. It must not be the default then.
      if (id !== undefined && model().chosenId === id) {
        accountStore.writeDefault(null).catch((thrown: unknown) => {
          const { message } = asAuthError(thrown)
          dispatch({ type: 'storage-failed', id, message })
        })
      }
      await (id === undefined ? sessionKeeper.deleteLeftovers() : sessionKeeper.signOut(id))
      await ended
      return id !== undefined
    },
    async signOutEverywhere({ forgetsApps = false } = {}) {
      cancelAll()
      const ended = endConsents(consents, model().accounts, { forgetsApps, dispatch })
      const notRevoked = await sessionKeeper.signOutEverywhere()
      await ended
      return notRevoked
    },
  }
}

type Parts = ModelStore &
  Pick<Unfinished, 'finish'> & {
    browser: PersonBrowser
    sessionKeeper: SessionKeeper
    api: ApiSignIns
    consents: Consents
    tray: TraySignIn
  }

function createParts(given: AgentDeps): Parts {
  const { clock, providers, memoryOf = createMemories() } = given
  const { http, track, finish } = trackUnfinished(given.http, clock)
  const findProvider = given.findProvider ?? createProviders({ http, clock })
  const { model, dispatch, subscribe } = createModelStore({
    hasSeveralProviders: providers.length > 1,
  })
  const browser = createPersonBrowser({ ...given, dispatch })
  const sessionKeeper = createSessionKeeper({
    http,
    findProvider,
    clock,
    accountStore: given.accountStore,
    random: given.random ?? Math.random,
    providers,
    dispatch,
    track,
    ...(given.endSession && { openSignOutPage: (link) => browser.openSignOutPage(link) }),
    ...(given.holdsDirectory && { holdsDirectory: given.holdsDirectory }),
  })
  const deps = {
    ...given,
    http,
    findProvider,
    memoryOf,
    sessionKeeper,
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
  const consents = createAgentConsents(given, { dispatch })
  return { model, dispatch, subscribe, browser, sessionKeeper, api, consents, tray, finish }
}

/** Remembers the facts about each provider until the program ends. */
function createMemories(): (provider: ProviderSettings) => ProviderMemory {
  const memories = new Map<string, ProviderMemory>()
  return ({ name }) => {
    const memory = memories.get(name) ?? createProviderMemory()
    memories.set(name, memory)
    return memory
  }
}
