// The five PKCE endpoints. They use the same agent as the tray.

import type { IncomingMessage } from 'node:http'
import { Hono, type Context } from 'hono'
import type { Agent } from '../agent/agent.js'
import type { Caller } from '../net/caller.js'
import type { ApiSignInRequest, BeginResult, ExchangeResult } from '../agent/api-sign-in.js'
import { toResult } from '../agent/results.js'
import { nothingToDoPage, renderPage, type Page } from '../oauth/pages.js'
import { codeChallenge, createState, createVerifier } from '../oauth/pkce.js'
import type { Clock } from '../base/clock.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { toAuth0 } from './auth0.js'
import { FORM_POST_PATH, isFromAPage, readOrigins } from './guard.js'
import { seededPkce, tokenizedPkce, type Pkce, type SeededPkce } from './models.js'
import { Problem, toProblem } from './problem.js'
import { prefersPage, readForm, readJson, type Env } from './read-request.js'
import { parseBody } from './request-body.js'
import {
  checkAudience,
  checkClient,
  checkSeed,
  createSeed,
  toEffectiveSeed,
  toSignInRequest,
  type SeedDeps,
} from './seeded-request.js'

export type PkceDeps = SeedDeps & {
  agent: Agent
  clock: Clock
  exposeRefreshToken: boolean
  /** Finds the program that sent a request. */
  findCaller(request: IncomingMessage): Promise<Caller>
}

/** The deps, and the seed of each sign-in for as long as the agent remembers the sign-in. */
type RouteDeps = PkceDeps & { seeds: WeakMap<ApiSignInRequest, SeededPkce> }

export function createPkceRoutes(pkceDeps: PkceDeps): Hono<Env> {
  const deps: RouteDeps = { ...pkceDeps, seeds: new WeakMap() }
  return new Hono<Env>()
    .get('/pkce/challenge', makeChallenge)
    .post('/pkce/code', (c) => authorize(c, deps))
    .post(FORM_POST_PATH, (c) => deliver(c, deps))
    .post('/pkce/token', (c) => exchangeOrRenew(c, deps))
    .post('/pkce/clear', (c) => {
      deps.agent.api.cancelAll()
      return c.body(null, 204)
    })
}

function makeChallenge(c: Context<Env>): Response {
  const verifier = createVerifier()
  // The API's reference compares the nonce with the state, so both are the same.
  const state = createState()
  const challenge = { state, nonce: state, challenge: codeChallenge(verifier), verifier }
  return answer(c, { challenge: { ...challenge, method: 'S256' } })
}

async function authorize(c: Context<Env>, deps: RouteDeps): Promise<Response> {
  const { agent, seeds } = deps
  const body = await readJson(c)
  const verifier = body === undefined ? createVerifier() : null
  const asked = verifier === null ? parseBody(seededPkce, body) : createSeed(deps, verifier)
  const seed = {
    ...asked,
    client_id: asked.client_id ?? deps.provider?.clientId ?? '',
    scope: [...agent.api.allowedScopes(asked.scope)],
  }
  await checkSeed(deps, seed)
  const request = toSignInRequest(deps, seed, verifier)
  seeds.set(request, seed)
  const begun = await agent.api.begin(request, c.req.raw.signal, () =>
    deps.findCaller(c.env.incoming),
  )
  if (begun.kind !== 'answered') throw toBeginProblem(begun)

  const { code, redirectUri } = begun
  const { state, nonce, code_challenge: challenge } = seed
  return answer(c, {
    ...(verifier !== null && {
      challenge: { state, nonce, challenge, method: 'S256', verifier },
    }),
    seed: toEffectiveSeed(seed, redirectUri),
    result: { code, state },
  })
}

async function deliver(c: Context<Env>, deps: RouteDeps): Promise<Response> {
  const parameters = await readForm(c)
  const isPage = isFromAPage(c.env.incoming)
  const state = parameters.get('state') ?? ''
  if (isPage) checkFormOrigin(c, state, deps)
  const delivered = deps.agent.api.deliver(parameters, isPage ? 'page' : 'program')
  const wantsPage = prefersPage(c)
  if (delivered.kind === 'ignored') {
    if (wantsPage) return showPage(nothingToDoPage(400))
    throw new Problem('malformed', PROBLEM_DETAILS.nothingWaits)
  }
  if (wantsPage) return showPage(delivered.page)
  if (delivered.kind === 'abandoned') throw new Problem('cancelled', PROBLEM_DETAILS.appGone)
  if (delivered.kind === 'delivered') return answer(c, { result: { code: delivered.code, state } })
  // The provider's denial was delivered, just as a code would have been.
  if (delivered.error.code !== 'issuer-mismatch') return answer(c, {})
  throw new Problem('refused', delivered.error.message)
}

async function exchangeOrRenew(c: Context<Env>, deps: RouteDeps): Promise<Response> {
  const { api } = deps.agent
  const body = await readJson(c)
  if (body === undefined) {
    const latest = await api.exchangeLatest()
    if (latest.kind === 'unknown') {
      throw new Problem('unknown-code', PROBLEM_DETAILS.nothingToExchange)
    }
    return answerExchange(c, deps, latest)
  }
  const request = parseBody(tokenizedPkce, body)
  if (request.client_id !== undefined) checkClient(deps, request.client_id)
  if (request.audience !== undefined) checkAudience(deps, request.audience)
  if (request.grant_type === 'refresh_token') {
    // S24: without consent for each program, the session serves all programs of this user.
    const { minimum_validity: minimumS } = request
    const minimumMs = minimumS === undefined ? null : minimumS * 1000
    return answer(c, { auth0: await renew(deps, minimumMs) })
  }
  const { code, redirect_uri: redirectUri, code_verifier: verifier } = request
  return answerExchange(c, deps, await api.exchange({ code, redirectUri, verifier }))
}

function answer(c: Context<Env>, envelope: Pkce): Response {
  return c.json(envelope)
}

/** S21: only the provider's own page may post its form, and only for a state that waits. */
function checkFormOrigin(c: Context<Env>, state: string, { agent, provider }: PkceDeps): void {
  const origin = provider === null ? null : new URL(provider.issuer).origin
  const allowed = readOrigins(c.env.incoming).every((sent) => sent === origin || sent === 'null')
  if (allowed && agent.api.isWaiting(state)) return
  throw new Problem('web-page', PROBLEM_DETAILS.noFormExpected)
}

function showPage(page: Page): Response {
  const { html, headers } = renderPage(page)
  return new Response(html, { status: page.status, headers })
}

function toBeginProblem(begun: Exclude<BeginResult, { kind: 'answered' }>): Problem {
  switch (begun.kind) {
    case 'in-use':
      return new Problem('in-use', PROBLEM_DETAILS.stateInUse)
    case 'too-many':
      return new Problem('too-many', begun.message, { 'Retry-After': '60' })
    case 'ended':
      return toProblem(begun.result)
  }
}

function answerExchange(c: Context<Env>, deps: RouteDeps, result: ExchangeResult): Response {
  switch (result.kind) {
    case 'signed-in': {
      const { session, request, code, redirectUri } = result
      const seed = deps.seeds.get(request)
      return answer(c, {
        ...(seed && { seed: toEffectiveSeed(seed, redirectUri) }),
        result: { code, state: request.state },
        auth0: toAuth0(session, request.audience, redirectUri, deps),
      })
    }
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

async function renew(deps: PkceDeps, minimumMs: number | null): Promise<Pkce['auth0']> {
  try {
    const session = await deps.agent.read(minimumMs)
    return toAuth0(session, deps.provider?.audience ?? null, null, deps)
  } catch (thrown) {
    throw toProblem(toResult(thrown))
  }
}
