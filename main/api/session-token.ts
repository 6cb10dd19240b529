// Answers a call for a token of an account, which is valid for as long as the caller needs it.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import type { AccountSession } from '../agent/model.js'
import type { Clock } from '../base/clock.js'
import { peekClaims } from '../oauth/id-token.js'
import { excerpt } from '../base/printable.js'
import { findMissingScopes } from '../oauth/scopes.js'
import { findExpiryMs } from '../oauth/token-endpoint.js'
import { answerJson, answerText, type Answer } from './answer.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import type { ChooseAccountDeps } from './choose-account.js'
import type { SessionToken, SessionTokenRequest } from './models.js'
import { asTokenProblem, Problem } from './problem.js'
import { prefersText, type HangUp } from './read-request.js'
import { findAllowed, type Allowed } from './renewal-call.js'

export type SessionTokenDeps = ChooseAccountDeps & {
  agent: Pick<Agent, 'consents' | 'last' | 'model' | 'read' | 'readNarrowed'>
  clock: Clock
}

/** In seconds: for how long a token is valid at least, if the caller does not say. */
export const DEFAULT_VALIDITY_S = 60

/** A token of either kind. */
type Token = { text: string; expiresAtMs: number; scope: string }

/**
 * Answers with an access token or an ID token, as JSON or as the text alone. A refresh token never leaves.
 * Fails with `refused` for an audience or scopes that the session is not for.
 */
export async function answerToken(
  deps: SessionTokenDeps,
  request: IncomingMessage,
  { wanted, hangUp }: { wanted: SessionTokenRequest; hangUp: HangUp },
): Promise<Answer> {
  const { account: id, audience } = wanted
  const isIdToken = wanted.token_type === 'id_token'
  const purpose = isIdToken ? 'id-token' : 'access-token'
  const allowed = await findAllowed(deps, request, {
    wanted: { account: id, audience },
    purpose,
    hangUp,
  })
  const leastMs = (wanted.minimum_validity ?? DEFAULT_VALIDITY_S) * 1000
  const token = isIdToken
    ? await readIdToken(deps, allowed.account, leastMs)
    : await readAccessToken(deps, allowed, { scope: wanted.scope?.join(' ') ?? null, leastMs })
  await allowed.recheck()
  if (prefersText(request)) return answerText(token.text)
  return answerJson(JSON.stringify(describeToken(deps, allowed.account, { ...token, isIdToken })))
}

function describeToken(
  { clock }: SessionTokenDeps,
  { id }: AccountSession,
  { text, expiresAtMs, scope, isIdToken }: Token & { isIdToken: boolean },
): SessionToken {
  return {
    ...(isIdToken ? { id_token: text } : { access_token: text }),
    token_type: isIdToken ? 'id_token' : 'Bearer',
    expires_at: new Date(expiresAtMs).toISOString(),
    expires_in: Math.max(0, Math.floor((expiresAtMs - clock.nowMs()) / 1000)),
    scope,
    account: { id },
  }
}

/**
 * Reads an access token for the scopes that a call wants; null for all that it may have. A key for some scopes
 * gives a token for these, or for some of them. Fails with `refused` for scopes that the key or the session is
 * not for, and like {@link asTokenProblem}.
 */
export async function readAccessToken(
  { agent, clock }: Pick<SessionTokenDeps, 'agent' | 'clock'>,
  { account, key }: Allowed,
  { scope: wanted, leastMs }: { scope: string | null; leastMs: number },
): Promise<Token> {
  const most = key?.scope ?? null
  const missing = most === null || wanted === null ? [] : findMissingScopes(most, wanted)
  if (missing.length > 0) {
    throw new Problem('refused', PROBLEM_DETAILS.notInKey(missing.map(excerpt)))
  }
  const scope = wanted ?? most
  try {
    if (scope !== null) {
      const narrowed = await agent.readNarrowed(account.id, { scope, leastMs })
      return { ...narrowed, text: narrowed.accessToken }
    }
    const { tokens } = await agent.read(leastMs, account.id)
    const expiresAtMs = findExpiryMs(tokens, clock.nowMs())
    return { text: tokens.accessToken, expiresAtMs, scope: tokens.scope }
  } catch (thrown) {
    throw asTokenProblem(thrown)
  }
}

/**
 * Not every provider sends a new ID token with a renewal. If the one that is held lives for too short a time
 * then, it is still the best one, until it has expired.
 */
async function readIdToken(
  { agent, clock }: SessionTokenDeps,
  { id }: AccountSession,
  leastMs: number,
): Promise<Token> {
  try {
    const held = readIdTokenOf(await agent.read(0, id))
    if (held.expiresAtMs - clock.nowMs() >= leastMs) return held
    const renewed = readIdTokenOf(await agent.read(null, id))
    if (renewed.expiresAtMs > clock.nowMs()) return renewed
  } catch (thrown) {
    throw asTokenProblem(thrown)
  }
  throw new Problem('provider-failed', PROBLEM_DETAILS.oldIdToken)
}

function readIdTokenOf({ tokens }: Awaited<ReturnType<Agent['read']>>): Token {
  const { idToken, scope } = tokens
  const { exp } = peekClaims(idToken)
  return { text: idToken, expiresAtMs: typeof exp === 'number' ? exp * 1000 : 0, scope }
}
