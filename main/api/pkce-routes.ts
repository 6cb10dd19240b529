// The five PKCE endpoints. They use the same agent as the tray.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Agent } from '../agent/agent.js'
import type { ApiSignInRequest, ExchangeResult } from '../agent/api-sign-in.js'
import { findSettings } from '../agent/keeper-state.js'
import { defaultAccount, findAccount } from '../agent/model.js'
import type { HeldKey } from '../consent/grants.js'
import { mayFinish } from '../consent/program.js'
import type { Caller } from '../net/caller.js'
import { nothingToDoPage, renderPage, type Page } from '../oauth/pages.js'
import { codeChallenge, createState, createVerifier } from '../oauth/pkce.js'
import type { Clock } from '../base/clock.js'
import { answerJson, DONE, type Answer } from './answer.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from './api-messages.js'
import { toAuth0 } from './auth0.js'
import type { ChooseAccountDeps } from './choose-account.js'
import { renewForCaller } from './renewal-call.js'
import type { EndpointName } from './endpoints.js'
import { isFromAPage, readOrigins } from './guard.js'
import { limitNewSession } from './key-limits.js'
import { loadSchemas } from './load-schemas.js'
import type { Pkce, SeededPkce } from './models.js'
import { Problem, toBeginProblem, toProblem } from './problem.js'
import { findKey, notAllowed, requireUnlocked, type FindCaller } from './require-consent.js'
import { prefersPage, readForm, readJson, watchHangUp, type HangUp } from './read-request.js'
import { parseBody } from './request-body.js'
import { checkClient, preferProviderOf } from './named-provider.js'
import { createSessionWriter, type WriteSession } from './session-answer.js'
import {
  asksNothing,
  requireAgreement,
  requireKeyAt,
  requireSamePerson,
  requireSilentSignIn,
  type AllowedPerson,
} from './silent-sign-in.js'
import {
  checkAudience,
  checkSeed,
  createSeed,
  toEffectiveSeed,
  toSignInRequest,
  type SeedDeps,
} from './seeded-request.js'

export type PkceDeps = SeedDeps &
  ChooseAccountDeps & {
    agent: Agent
    clock: Clock
    exposeRefreshToken: boolean
    findCaller: FindCaller
  }

/** The deps, and the seed of each sign-in for as long as the agent remembers the sign-in. */
type RouteDeps = PkceDeps & {
  seeds: WeakMap<ApiSignInRequest, SeededPkce>
  /** Whom each sign-in with prompt=none is allowed for. */
  allowedPersons: WeakMap<ApiSignInRequest, AllowedPerson>
  writeSession: WriteSession
}

/** Answers a request, or throws a Problem. Null: the handler itself writes the response. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
) => Answer | null | Promise<Answer | null>

export type Handlers = Readonly<Record<EndpointName, Handler>>

type PkceEndpoint = Extract<EndpointName, `${string} /pkce/${string}`>

export function createPkceHandlers(pkceDeps: PkceDeps): Pick<Handlers, PkceEndpoint> {
  const writeSession = createSessionWriter({
    ...pkceDeps,
    findAudience: (session) => findSettings(pkceDeps, session)?.audience ?? null,
  })
  const deps: RouteDeps = {
    ...pkceDeps,
    seeds: new WeakMap(),
    allowedPersons: new WeakMap(),
    writeSession,
  }
  return {
    'GET /pkce/challenge': makeChallenge,
    'POST /pkce/code': (request, response) => authorize(deps, request, response),
    'POST /pkce/response/code': (request) => deliver(deps, request),
    'POST /pkce/token': (request, response) => exchangeOrRenew(deps, request, response),
    'POST /pkce/clear': (request) => {
      findKey(deps, request)
      deps.agent.api.cancelAll()
      return DONE
    },
  }
}

function makeChallenge(): Answer {
  const verifier = createVerifier()
  // The API's reference compares the nonce with the state, so both are the same.
  const state = createState()
  const challenge = { state, nonce: state, challenge: codeChallenge(verifier), verifier }
  return answer({ challenge: { ...challenge, method: 'S256' } })
}

async function authorize(
  deps: RouteDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const { agent, seeds, ports } = deps
  const hangUp = watchHangUp(response)
  const body = await readJson(request)
  const key = findKey(deps, request)
  const verifier = body === undefined ? createVerifier() : null
  const providers = preferProviderOf(key?.owner ?? defaultAccount(agent.model()), deps.providers)
  const sent =
    verifier === null
      ? parseBody((await loadSchemas()).seededPkce, body)
      : createSeed(providers[0] ?? null, verifier)
  const provider = await checkSeed({ ...deps, providers }, sent)
  if (key !== null) requireKeyAt(key, provider)
  const scope = [...agent.api.allowedScopes(provider, sent.scope)]
  const seed = { ...sent, client_id: provider.clientId, scope }
  const signIn = toSignInRequest({ provider, ports }, seed, verifier)
  if (agent.consents.isLocked()) throw notAllowed(CONSENT_DETAILS.locked)
  if (asksNothing(signIn)) {
    const wanted = { provider, scope, hangUp }
    deps.allowedPersons.set(signIn, await requireSilentSignIn(deps, request, wanted))
  }
  seeds.set(signIn, seed)
  const begun = await agent.api.begin(signIn, hangUp(), () => deps.findCaller(request))
  if (begun.kind !== 'answered') throw toBeginProblem(begun)

  const { code, redirectUri } = begun
  const { state, nonce, code_challenge: challenge } = seed
  return answer({
    ...(verifier !== null && {
      challenge: { state, nonce, challenge, method: 'S256', verifier },
    }),
    seed: toEffectiveSeed(seed, redirectUri),
    result: { code, state },
  })
}

async function deliver(deps: RouteDeps, request: IncomingMessage): Promise<Answer> {
  const parameters = await readForm(request)
  findKey(deps, request)
  const isPage = isFromAPage(request)
  const state = parameters.get('state') ?? ''
  if (isPage) checkFormOrigin(deps, request, state)
  const delivered = deps.agent.api.deliver(parameters, isPage ? 'page' : 'program')
  const wantsPage = prefersPage(request)
  if (delivered.kind === 'ignored') {
    if (wantsPage) return showPage(nothingToDoPage(400))
    throw new Problem('malformed', PROBLEM_DETAILS.nothingWaits)
  }
  if (wantsPage) return showPage(delivered.page)
  if (delivered.kind === 'abandoned') throw new Problem('cancelled', PROBLEM_DETAILS.appGone)
  if (delivered.kind === 'delivered') return answer({ result: { code: delivered.code, state } })
  // The provider's denial was delivered, just as a code would have been.
  if (delivered.error.code !== 'issuer-mismatch') return answer({})
  throw new Problem('refused', delivered.error.message)
}

async function exchangeOrRenew(
  deps: RouteDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const { api } = deps.agent
  const hangUp = watchHangUp(response)
  const body = await readJson(request)
  // Before the code is spent.
  const key = findKey(deps, request)
  const call: Call = { request, hangUp, key }
  if (body === undefined) {
    await requireMayExchange(deps, request)
    const caller = await deps.findCaller(request)
    const latest = await api.exchangeLatest((beginner) => mayFinish(beginner, caller))
    if (latest.kind === 'unknown') {
      throw new Problem('unknown-code', PROBLEM_DETAILS.nothingToExchange)
    }
    return answerExchange(deps, call, latest)
  }
  const { tokenizedPkce } = await loadSchemas()
  const wanted = parseBody(tokenizedPkce, body)
  if (wanted.grant_type === 'refresh_token') {
    return renewForCaller(deps, request, { wanted, hangUp })
  }
  const { code, redirect_uri: redirectUri, code_verifier: verifier } = wanted
  const { client_id: clientId, audience } = wanted
  if (clientId !== undefined) checkClient(deps, clientId)
  if (audience !== undefined) checkAudience(deps.providers, audience)
  await requireMayExchange(deps, request)
  const proof = { code, redirectUri, verifier, clientId, audience }
  return answerExchange(deps, call, await api.exchange(proof))
}

/** The code is not spent while the screen is locked. Whose tokens it is for is not known yet. */
function requireMayExchange(deps: RouteDeps, request: IncomingMessage): Promise<void> {
  return requireUnlocked(deps, request, deps.agent.model().accounts)
}

function answer(envelope: Pkce): Answer {
  return answerJson(JSON.stringify(envelope))
}

/** S21: only the provider's own page may post its form, and only for a state that waits. */
function checkFormOrigin(
  { agent, providers }: PkceDeps,
  request: IncomingMessage,
  state: string,
): void {
  const signIn = agent.model().signIns.find((started) => started.state === state)
  const provider = providers.find(({ name }) => name === signIn?.provider)
  const origin = provider ? new URL(provider.issuer).origin : null
  const allowed = readOrigins(request).every((sent) => sent === origin || sent === 'null')
  if (allowed && agent.api.isWaiting(state)) return
  throw new Problem('web-page', PROBLEM_DETAILS.noFormExpected)
}

function showPage(page: Page): Answer {
  const { html, headers } = renderPage(page)
  return { status: page.status, headers, body: html }
}

/** `key`: null if the request carries none. */
type Call = { request: IncomingMessage; hangUp: HangUp; key: HeldKey | null }

async function answerExchange(
  deps: RouteDeps,
  call: Call,
  result: ExchangeResult,
): Promise<Answer> {
  switch (result.kind) {
    case 'signed-in':
      return answerSignedIn(deps, call, result)
    case 'unknown':
      throw new Problem('unknown-code', PROBLEM_DETAILS.unknownCode)
    case 'spent':
      throw new Problem('spent', PROBLEM_DETAILS.spentCode)
    case 'mismatch':
      throw new Problem('refused', PROBLEM_DETAILS.mismatch(result.what))
    case 'ended':
      throw toProblem(result.result)
  }
}

async function answerSignedIn(
  deps: RouteDeps,
  { request, hangUp, key }: Call,
  result: SignedIn,
): Promise<Answer> {
  const { id, session, request: signIn, code, redirectUri } = result
  if (key === null) await requireProgram(deps, { request, hangUp }, result)
  const given = key === null ? session : await limitNewSession(deps, key, { id, session })
  // The screen may have been locked in the meantime, and by now the account is known.
  const account = findAccount(deps.agent.model(), id)
  await requireUnlocked(deps, request, account ? [account] : [])
  const caller = await deps.findCaller(request)
  deps.callers.remember(caller, id)
  if (key === null) allowSignedIn(deps, caller, result)
  const seed = deps.seeds.get(signIn)
  return answer({
    ...(seed && { seed: toEffectiveSeed(seed, redirectUri) }),
    result: { code, state: signIn.state },
    auth0: toAuth0(given, signIn.audience, redirectUri, deps),
  })
}

type SignedIn = Extract<ExchangeResult, { kind: 'signed-in' }>

/** S24: makes sure that the program may have what the provider may have completed without the person. */
async function requireProgram(
  deps: RouteDeps,
  { request, hangUp }: Omit<Call, 'key'>,
  { id, request: signIn, hasUserActed }: SignedIn,
): Promise<void> {
  const allowed = deps.allowedPersons.get(signIn)
  if (allowed !== undefined) await requireSamePerson(deps, request, { allowed, id, hangUp })
  else if (!hasUserActed) await requireAgreement(deps, request, { id, hangUp })
}

/** S24: the person has just signed in for the program, in the browser. */
function allowSignedIn(
  { agent }: RouteDeps,
  caller: Caller,
  { id, request: signIn, beginner, hasUserActed }: SignedIn,
): void {
  if (!(hasUserActed && mayFinish(beginner, caller) && !asksNothing(signIn))) return
  const account = findAccount(agent.model(), id)
  if (!account) return
  for (const one of [beginner, caller]) agent.consents.allowSignedIn(one, account)
}
