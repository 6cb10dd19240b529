// Signs the person in for a program, which may hang up and come again.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import type { ApiSignInRequest } from '../agent/api-sign-in.js'
import { findSettings } from '../agent/keeper-state.js'
import { findAccount, findAccountAt, type AccountSession } from '../agent/model.js'
import { mayFinish, toShareKey, canLast } from '../consent/program.js'
import type { HeldKey } from '../consent/grants.js'
import type { Clock } from '../base/clock.js'
import { findProcess, type Caller } from '../net/caller.js'
import { codeChallenge, createNonce, createState, createVerifier } from '../oauth/pkce.js'
import { isSameProviderName, type ProviderSettings } from '../oauth/sign-in.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from './api-messages.js'
import { chooseAccount, type ChooseAccountDeps } from './choose-account.js'
import { ACCOUNT_HEADER } from './endpoints.js'
import { asProblem, makeNotSignedInProblem, Problem, toBeginProblem, toProblem } from './problem.js'
import type { HangUp } from './read-request.js'
import { findKey, findKeyAccount, notAllowed, requireConsent } from './require-consent.js'
import { asksNothing } from './silent-sign-in.js'

/**
 * `provider`: its name in the settings. `account`: its ID. Without both, it is the account of the key, the
 * header or the program. `hangUp` aborts when the caller hangs up. The sign-in goes on then.
 */
export type WantedSignIn = {
  provider?: string | undefined
  account?: string | undefined
  hangUp: HangUp
}

export type ProgramSignIns = {
  /**
   * Returns the account that is wanted, if it is signed in and the person allows the program to know it. Else
   * sends the person to the provider, and returns who has signed in there. A call of a program whose sign-in
   * is under way waits for that one. Fails with a Problem.
   */
  signIn(request: IncomingMessage, wanted: WantedSignIn): Promise<AccountSession>
}

export type ProgramSignInDeps = ChooseAccountDeps & {
  agent: Pick<Agent, 'api' | 'consents' | 'model' | 'subscribe'>
  clock: Pick<Clock, 'nowMs'>
}

/** Who calls: a program, or the holder of a key. */
type Claimant = { caller: Caller; key: HeldKey | null }

type Outcome = SignedIn | { kind: 'failed'; problem: Problem }

/** `id`: the account's. `hasUserActed`: false if the provider may have completed the sign-in alone. */
type SignedIn = { kind: 'signed-in'; id: string; hasUserActed: boolean }

/** A sign-in that a program began. */
type Started = {
  provider: string
  beginner: Claimant
  /** How many calls wait for it. */
  waiting: number
  /** Never rejects. */
  outcome: Promise<Outcome>
}

/** A sign-in that ended while no call waited. */
type Unclaimed = Pick<Started, 'provider' | 'beginner'> & { outcome: Outcome; untilMs: number }

type State = {
  deps: ProgramSignInDeps
  started: Set<Started>
  unclaimed: readonly Unclaimed[]
}

/** In milliseconds: how long a program that hung up may come again for a sign-in that has ended. */
export const CLAIM_MS = 300_000
/** In milliseconds: the same if it failed. The person may want to try again. */
export const CLAIM_FAILURE_MS = 15_000
/** With more, the oldest is forgotten. */
const MOST_UNCLAIMED = 64

export function createProgramSignIns(deps: ProgramSignInDeps): ProgramSignIns {
  const state: State = { deps, started: new Set(), unclaimed: [] }
  deps.agent.subscribe((_model, event) => {
    const isDenial = event.type === 'consent-ended' && event.end === 'denied'
    if (event.type !== 'signed-out' && !isDenial) return
    // S24: the person has changed their mind.
    state.unclaimed = state.unclaimed.filter(({ outcome }) => outcome.kind === 'failed')
  })
  return { signIn: (request, wanted) => signIn(state, request, wanted) }
}

/**
 * 1. Find out who calls, and which account or provider is wanted.
 * 2. Serve what a sign-in of this program has brought while it was away.
 * 3. If the account is signed in, ask the person whether the program may know it.
 * 4. Else wait for the program's sign-in. If the provider may have completed it without the person, ask them.
 */
async function signIn(
  state: State,
  request: IncomingMessage,
  wanted: WantedSignIn,
): Promise<AccountSession> {
  // 1.
  const { deps } = state
  const key = findKey(deps, request)
  const claimant = { caller: await deps.findCaller(request), key }
  const { provider, account, isNamed } = await findTarget(deps, request, { ...wanted, key })

  // 2.
  const isWanted = (one: Pick<Started, 'provider'>): boolean =>
    !isNamed || one.provider === provider.name
  const kept = claim(state, claimant, isWanted)
  if (kept !== null) return readOutcome(deps, kept, key)

  // 3.
  if (account !== null) {
    await askAbout(deps, request, { account, key, hangUp: wanted.hangUp })
    return findAgain(deps, account.id)
  }

  // 4.
  const [started, isOwn] = join(state, claimant, isWanted) ?? [
    start(state, provider, claimant),
    true,
  ]
  const outcome = await waitFor(started, wanted.hangUp())
  const signedIn = readOutcome(deps, outcome, key)
  const isAgreed = isOwn && outcome.kind === 'signed-in' && outcome.hasUserActed
  if (!isAgreed) {
    await askAbout(deps, request, { account: signedIn, key, hangUp: wanted.hangUp })
  }
  deps.callers.remember(claimant.caller, signedIn.id)
  return findAgain(deps, signedIn.id)
}

/** `account`: null if the person has to sign in. `isNamed`: false if any account of the program will do. */
type Target = { provider: ProviderSettings; account: AccountSession | null; isNamed: boolean }

/** What a call names. */
type Named = Omit<WantedSignIn, 'hangUp'> & { key: HeldKey | null }

async function findTarget(
  deps: ProgramSignInDeps,
  request: IncomingMessage,
  wanted: Named,
): Promise<Target> {
  const [first] = deps.providers
  if (!first) throw new Problem('unavailable', PROBLEM_DETAILS.noProvider)
  const found = await findWantedAccount(deps, request, wanted)
  const owner = found ?? wanted.key?.owner
  const own = owner && findSettings(deps, owner)
  const provider = findNamed(deps, wanted.provider) ?? own ?? first
  const isThere = found?.kind === 'signed-in' && own === provider
  return { provider, account: isThere ? found : null, isNamed: isAnyNamed(request, wanted) }
}

/** The key and the IDs name an account. A provider names the default account there, else the first one. */
async function findWantedAccount(
  deps: ProgramSignInDeps,
  request: IncomingMessage,
  { account: id, provider, key }: Named,
): Promise<AccountSession | undefined> {
  const model = deps.agent.model()
  // The person of a key may have to sign in first.
  if (key !== null && !findKeyAccount(deps, key)) return undefined
  const named = key === null && id === undefined ? findNamed(deps, provider) : undefined
  if (named !== undefined) return findAccountAt(model, named)
  const isConfigured = model.accounts.some((one) => findSettings(deps, one) !== undefined)
  if (!isConfigured && !isAnyNamed(request, { account: id, provider, key })) return undefined
  const chosen = await chooseAccount(deps, request, { key, account: id })
  return chosen === undefined ? undefined : findAccount(model, chosen)
}

function isAnyNamed({ headers }: IncomingMessage, { provider, account, key }: Named): boolean {
  const header = headers[ACCOUNT_HEADER.toLowerCase()]
  return key !== null || (provider ?? account ?? header) !== undefined
}

function findNamed(
  { providers }: Pick<ProgramSignInDeps, 'providers'>,
  wanted: string | undefined,
): ProviderSettings | undefined {
  if (wanted === undefined) return undefined
  const named = providers.find(({ name }) => isSameProviderName(name, wanted))
  if (!named) throw new Problem('refused', PROBLEM_DETAILS.noSuchProvider)
  return named
}

/** A key is consent. Everyone else is asked about. */
async function askAbout(
  deps: ProgramSignInDeps,
  request: IncomingMessage,
  { account, key, hangUp }: { account: AccountSession; key: HeldKey | null; hangUp: HangUp },
): Promise<void> {
  if (key === null) await requireConsent(deps, request, { account, purpose: 'identity', hangUp })
}

/** Takes the outcome that belongs to this program; null if there is none. */
function claim(
  state: State,
  claimant: Claimant,
  isWanted: (one: Unclaimed) => boolean,
): Outcome | null {
  const nowMs = state.deps.clock.nowMs()
  const alive = state.unclaimed.filter(({ untilMs }) => untilMs > nowMs)
  const own = alive.find((one) => isWanted(one) && isSameClaimant(one.beginner, claimant))
  state.unclaimed = alive.filter((one) => one !== own)
  return own?.outcome ?? null
}

/**
 * Finds the sign-in that a call waits for, and whether it is certainly its own. Callers without a process can't
 * be told from each other: they share a browser tab, but not the consent.
 */
function join(
  { started }: State,
  claimant: Claimant,
  isWanted: (one: Started) => boolean,
): readonly [Started, isOwn: boolean] | null {
  const wanted = [...started].filter(isWanted)
  const own = wanted.findLast((one) => isSameClaimant(one.beginner, claimant))
  if (own) return [own, true]
  const isUnknown = ({ caller, key }: Claimant): boolean =>
    key === null && findProcess(caller) === null
  const other = isUnknown(claimant) && wanted.findLast(({ beginner }) => isUnknown(beginner))
  return other ? [other, false] : null
}

/** S24: true if both calls come from one program, or carry one key. Callers without a process never do. */
function isSameClaimant(one: Claimant, other: Claimant): boolean {
  if (one.key !== null || other.key !== null) return one.key?.id === other.key?.id
  const key = toShareKey(one.caller)
  if (key === null) return false
  return key === toShareKey(other.caller) || mayFinish(one.caller, other.caller)
}

function start(state: State, provider: ProviderSettings, beginner: Claimant): Started {
  const { deps } = state
  // Nobody is there to see the browser.
  if (deps.agent.consents.isLocked()) throw notAllowed(CONSENT_DETAILS.locked)
  const started: Started = {
    provider: provider.name,
    beginner,
    waiting: 0,
    outcome: runSignIn(deps, provider, beginner)
      .catch((thrown: unknown): Outcome => ({
        kind: 'failed',
        problem: asProblem(thrown),
      }))
      .then((outcome) => {
        end(state, started, outcome)
        return outcome
      }),
  }
  state.started.add(started)
  return started
}

/**
 * Keeps an outcome that no call waits for. A program that can be allowed for good is allowed by now, unless it
 * sent a key. If the person did not act, the next call asks about the account, which is signed in by then.
 */
function end(state: State, ended: Started, outcome: Outcome): void {
  const { provider, beginner, waiting } = ended
  state.started.delete(ended)
  const isSettled =
    outcome.kind === 'signed-in' && (isAllowedByNow(beginner) || !outcome.hasUserActed)
  if (waiting > 0 || isSettled) return
  const forMs = outcome.kind === 'signed-in' ? CLAIM_MS : CLAIM_FAILURE_MS
  const untilMs = state.deps.clock.nowMs() + forMs
  const kept: Unclaimed = { provider, beginner, outcome, untilMs }
  state.unclaimed = [...state.unclaimed, kept].slice(-MOST_UNCLAIMED)
}

const isAllowedByNow = ({ caller, key }: Claimant): boolean => key === null && canLast(caller)

/** Nobody but the person and the time limit ends the wait. */
async function runSignIn(
  { agent, callers }: ProgramSignInDeps,
  provider: ProviderSettings,
  { caller, key }: Claimant,
): Promise<SignedIn> {
  const verifier = createVerifier()
  const begun = await agent.api.begin(
    toSignInRequest(agent, provider, verifier),
    new AbortController().signal,
    () => Promise.resolve(caller),
  )
  if (begun.kind !== 'answered') throw toBeginProblem(begun)
  const { code, redirectUri } = begun
  const exchanged = await agent.api.exchange({ code, redirectUri, verifier })
  if (exchanged.kind === 'ended') throw toProblem(exchanged.result)
  if (exchanged.kind !== 'signed-in') throw new Problem('cancelled', PROBLEM_DETAILS.cancelled)
  const { id, hasUserActed } = exchanged
  callers.remember(caller, id)
  const account = findAccount(agent.model(), id)
  // S24: the person has just signed in for the program, in the browser. With a key, only the key is allowed.
  if (account && hasUserActed && key === null) agent.consents.allowSignedIn(caller, account)
  return { kind: 'signed-in', id, hasUserActed }
}

/** Makes the request of the person's own sign-in. Its verifier stays here, so that no other call gets the code. */
function toSignInRequest(
  { api }: Pick<Agent, 'api'>,
  provider: ProviderSettings,
  verifier: string,
): ApiSignInRequest {
  const { name, scope, audience, prompt } = provider
  return {
    provider: name,
    state: createState(),
    nonce: createNonce(),
    challenge: codeChallenge(verifier),
    verifier: null,
    scope: api.allowedScopes(provider, scope.split(' ')).join(' '),
    audience,
    // With `none`, nobody would be asked, and nobody would agree.
    prompt: asksNothing({ prompt }) ? null : prompt,
    organization: null,
    extra: {},
    redirectTarget: { kind: 'listener', port: null },
    byFormPost: false,
  }
}

/** Waits until the sign-in ends, or fails when the caller hangs up. */
function waitFor(started: Started, hangUp: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      started.waiting -= 1
      reject(new Problem('cancelled', PROBLEM_DETAILS.appGone))
    }
    started.waiting += 1
    if (hangUp.aborted) return leave()
    hangUp.addEventListener('abort', leave, { once: true })
    void started.outcome.then((outcome) => {
      hangUp.removeEventListener('abort', leave)
      resolve(outcome)
    })
  })
}

/** Fails if the sign-in failed, or if the key is for another account. */
function readOutcome(
  deps: ProgramSignInDeps,
  outcome: Outcome,
  key: HeldKey | null,
): AccountSession {
  if (outcome.kind === 'failed') throw outcome.problem
  if (deps.agent.consents.isPaused()) throw notAllowed(CONSENT_DETAILS.locked)
  const account = findAgain(deps, outcome.id)
  if (key !== null && findKeyAccount(deps, key)?.id !== account.id) {
    throw notAllowed(CONSENT_DETAILS.keyOfOther)
  }
  return account
}

/** Finds an account after a wait. The person may have signed out in the meantime. */
function findAgain({ agent }: Pick<ProgramSignInDeps, 'agent'>, id: string): AccountSession {
  const account = findAccount(agent.model(), id)
  if (account?.kind !== 'signed-in') throw makeNotSignedInProblem(PROBLEM_DETAILS.signedOutAgain)
  return account
}
