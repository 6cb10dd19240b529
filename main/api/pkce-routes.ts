// The five PKCE endpoints, over the agent that the tray uses.

import type { IncomingMessage } from 'node:http'
import { Hono, type Context } from 'hono'
import { accepts } from 'hono/accepts'
import type { HttpBindings } from '@hono/node-server'
import type { Agent } from '../agent/agent.js'
import type { Caller } from '../net/caller.js'
import type { ApiSignInRequest, BeginResult, ExchangeResult } from '../agent/api-sign-in.js'
import { toResult } from '../agent/results.js'
import { nothingToDoPage, renderPage, type Page } from '../oauth/pages.js'
import { codeChallenge, createState, createVerifier } from '../oauth/pkce.js'
import type { Clock } from '../base/clock.js'
import { readBody } from '../net/read-body.js'
import { auth0Of } from './auth0.js'
import { FORM_POST_PATH, isFromAPage, originsOf } from './guard.js'
import { seededPkce, tokenizedPkce, type Pkce, type SeededPkce } from './models.js'
import { Problem, problemOf } from './problem.js'
import { parseBody } from './request-body.js'
import {
  checkAudience,
  checkClient,
  checkSeed,
  effective,
  flowOf,
  seedFor,
  type SeedDeps,
} from './seeded-request.js'

export type PkceDeps = SeedDeps & {
  agent: Agent
  clock: Clock
  exposeRefreshToken: boolean
  /** Which program is at the other end of a request. */
  callerOf(request: IncomingMessage): Promise<Caller>
}

type Env = { Bindings: HttpBindings }
type Seeds = WeakMap<ApiSignInRequest, SeededPkce>

const MOST_BODY_BYTES = 64 * 1024

export function createPkceRoutes(deps: PkceDeps): Hono<Env> {
  const { agent } = deps
  const routes = new Hono<Env>()
  /** What each flow was begun with, for as long as the flow is remembered. */
  const seeds: Seeds = new WeakMap()
  routes.get('/pkce/challenge', (c) => {
    const verifier = createVerifier()
    // The reference: the nonce is compared with the state, so they are the same.
    const state = createState()
    const challenge = { state, nonce: state, challenge: codeChallenge(verifier), verifier }
    return answer(c, { challenge: { ...challenge, method: 'S256' } })
  })

  routes.post('/pkce/code', async (c) => {
    const body = await readJson(c)
    const verifier = body === undefined ? createVerifier() : null
    const asked = body === undefined ? seedFor(deps, verifier!) : parseBody(seededPkce, body)
    const seed = {
      ...asked,
      client_id: asked.client_id ?? deps.provider?.clientId ?? '',
      scope: [...agent.api.allowedScopes(asked.scope)],
    }
    await checkSeed(deps, seed)
    const request = flowOf(deps, seed, verifier)
    seeds.set(request, seed)
    const begun = await agent.api.begin(request, c.req.raw.signal, () =>
      deps.callerOf(c.env.incoming),
    )
    if (begun.kind !== 'answered') throw refusalOf(begun)

    const { code, redirectUri } = begun
    const { state, nonce, code_challenge: challenge } = seed
    return answer(c, {
      ...(verifier !== null && {
        challenge: { state, nonce, challenge, method: 'S256', verifier },
      }),
      seed: effective(seed, redirectUri),
      result: { code, state },
    })
  })

  routes.post(FORM_POST_PATH, async (c) => {
    const parameters = await readForm(c)
    const fromPage = isFromAPage(c.env.incoming)
    const state = parameters.get('state') ?? ''
    if (fromPage) checkFormOrigin(c, state, deps)
    const delivered = agent.api.deliver(parameters, fromPage ? 'page' : 'program')
    const wantsPage = prefersPage(c)
    if (delivered.kind === 'ignored') {
      if (wantsPage) return showPage(nothingToDoPage(400))
      throw new Problem('malformed', 'No sign-in waits for this answer, or it has no code.')
    }
    if (wantsPage) return showPage(delivered.page)
    if (delivered.kind === 'abandoned') {
      throw new Problem('cancelled', 'The app that began this sign-in has stopped waiting for it.')
    }
    if (delivered.kind === 'delivered') {
      return answer(c, { result: { code: delivered.code, state } })
    }
    // The provider's own no was delivered as well as a code would have been.
    if (delivered.error.code !== 'issuer-mismatch') return answer(c, {})
    throw new Problem('refused', delivered.error.message)
  })

  routes.post('/pkce/token', async (c) => {
    const body = await readJson(c)
    if (body === undefined) {
      const latest = await agent.api.exchangeLatest()
      if (latest.kind === 'unknown') throw new Problem('unknown-code', NOTHING_TO_EXCHANGE)
      return exchanged(c, deps, seeds, latest)
    }
    const request = parseBody(tokenizedPkce, body)
    if (request.client_id !== undefined) checkClient(deps, request.client_id)
    if (request.audience !== undefined) checkAudience(deps, request.audience)
    if (request.grant_type === 'refresh_token') {
      // S24: until there is consent for each program, a session serves this user's programs.
      const { minimum_validity: leastS } = request
      return answer(c, { auth0: await renewed(deps, leastS === undefined ? null : leastS * 1000) })
    }
    const { code, redirect_uri: redirectUri, code_verifier: verifier } = request
    return exchanged(c, deps, seeds, await agent.api.exchange({ code, redirectUri, verifier }))
  })

  routes.post('/pkce/clear', (c) => {
    agent.api.cancelAll()
    return c.body(null, 204)
  })

  return routes
}

const NOTHING_TO_EXCHANGE =
  'The body names no code, and no sign-in whose verifier Latchkey keeps has been answered. Call ' +
  '/pkce/code without a body first, or send the code and its verifier.'

function answer(c: Context<Env>, envelope: Pkce): Response {
  return c.json(envelope)
}

/**
 * A JSON body; undefined for none, which clients send with a content type and no length, or as the
 * JSON text `null`.
 */
async function readJson(c: Context<Env>): Promise<unknown> {
  const text = await readText(c)
  const isEmpty = text.trim() === ''
  if (!isEmpty || c.req.header('content-type') !== undefined) requireType(c, 'application/json')
  if (isEmpty) return undefined
  try {
    return (JSON.parse(text) as unknown) ?? undefined
  } catch {
    throw new Problem('malformed', 'The body is not valid JSON.')
  }
}

/** A form; a part that is not understood (`schema`, in whatever encoding) decides nothing. */
async function readForm(c: Context<Env>): Promise<URLSearchParams> {
  requireType(c, 'application/x-www-form-urlencoded')
  return new URLSearchParams(await readText(c))
}

async function readText(c: Context<Env>): Promise<string> {
  const body = await readBody(c.env.incoming, MOST_BODY_BYTES)
  if (body !== null) return body
  // What is left of it is not read.
  throw new Problem('too-large', 'The body must not be larger than 64 KiB.', {
    Connection: 'close',
  })
}

function requireType(c: Context<Env>, wanted: string): void {
  const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (type === wanted) return
  throw new Problem('unsupported-type', `The body's content type must be ${wanted}.`)
}

/** S21: the provider's own page may post its form, for a state that waits; no other page may. */
function checkFormOrigin(c: Context<Env>, state: string, { agent, provider }: PkceDeps): void {
  const origin = provider === null ? null : new URL(provider.issuer).origin
  const allowed = originsOf(c.env.incoming).every((sent) => sent === origin || sent === 'null')
  if (allowed && agent.api.isWaiting(state)) return
  throw new Problem('web-page', 'No sign-in waits for this.')
}

function prefersPage(c: Context<Env>): boolean {
  const supports = ['application/json', 'text/html']
  return accepts(c, { header: 'Accept', supports, default: 'application/json' }) === 'text/html'
}

function showPage(page: Page): Response {
  const { html, headers } = renderPage(page)
  return new Response(html, { status: page.status, headers })
}

function refusalOf(begun: Exclude<BeginResult, { kind: 'answered' }>): Problem {
  switch (begun.kind) {
    case 'in-use':
      return new Problem('in-use', 'A sign-in with this state is under way. Use a new state.')
    case 'too-many':
      return new Problem('too-many', begun.message, { 'Retry-After': '60' })
    case 'ended':
      return problemOf(begun.result)
  }
}

function exchanged(
  c: Context<Env>,
  deps: PkceDeps,
  seeds: Seeds,
  outcome: ExchangeResult,
): Response {
  switch (outcome.kind) {
    case 'signed-in': {
      const { session, request, code, redirectUri } = outcome
      const seed = seeds.get(request)
      return answer(c, {
        ...(seed && { seed: effective(seed, redirectUri) }),
        result: { code, state: request.state },
        auth0: auth0Of(session, request.audience, redirectUri, deps),
      })
    }
    case 'unknown':
      throw new Problem('unknown-code', 'No sign-in here was answered with this code.')
    case 'spent':
      throw new Problem('spent', 'This code was exchanged already. Begin a new sign-in.')
    case 'mismatch':
      throw new Problem('refused', `${outcome.what}: it does not belong to this code.`)
    case 'ended':
      throw problemOf(outcome.result)
  }
}

async function renewed(deps: PkceDeps, leastMs: number | null): Promise<Pkce['auth0']> {
  try {
    const session = await deps.agent.read(leastMs)
    return auth0Of(session, deps.provider?.audience ?? null, null, deps)
  } catch (thrown) {
    throw problemOf(toResult(thrown))
  }
}
