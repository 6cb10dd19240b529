// Makes sure that a call may have what it asks for: with a key, or because the person allows its program.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import type { AccountSession } from '../agent/model.js'
import type { ConsentAccount, ConsentRefusal, ConsentAction } from '../consent/consent.js'
import { isOf, type HeldKey } from '../consent/grants.js'
import { isUnchanged } from '../consent/program.js'
import type { Caller } from '../net/caller.js'
import type { Purpose } from '../storage/consent-store.js'
import { CONSENT_DETAILS } from './api-messages.js'
import { Problem } from './problem.js'
import type { HangUp } from './read-request.js'

/** Finds the program that sent a request. `isFresh`: looks again, also if it was found a moment ago. */
export type FindCaller = (
  request: IncomingMessage,
  options?: { isFresh?: boolean },
) => Promise<Caller>

export type ConsentDeps = {
  agent: Pick<Agent, 'consents' | 'model'>
  findCaller: FindCaller
}

/** Each purpose but `manage`, which needs an action. */
export type CallPurpose = Exclude<Purpose, 'manage'>

/** What a call wants. `account`: null if nobody is signed in at the provider yet. */
export type Wanted = { account: ConsentAccount | null; hangUp: HangUp } & (
  { purpose: CallPurpose; action?: ConsentAction } | { purpose: 'manage'; action: ConsentAction }
)

/** @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1} */
const BEARER = /^bearer +(\S+)$/i

/**
 * Finds the key that a request carries; null if it carries none. Fails with `not-allowed` if the key is not
 * valid, even if the program is allowed: a program that has been given a wrong key must learn of it.
 */
export function findKey(
  { agent }: Pick<ConsentDeps, 'agent'>,
  { headers }: IncomingMessage,
): HeldKey | null {
  const { authorization } = headers
  if (authorization === undefined) return null
  const [, sent = ''] = BEARER.exec(authorization) ?? []
  const key = agent.consents.findKey(sent)
  if (key === null) throw notAllowed(CONSENT_DETAILS.wrongKey)
  if (agent.consents.isPaused()) throw notAllowed(CONSENT_DETAILS.locked)
  return key
}

/** Returns why a request has no valid key; null if it has one. */
export function checkKey(
  deps: Pick<ConsentDeps, 'agent'>,
  request: IncomingMessage,
): Problem | null {
  try {
    return findKey(deps, request) === null ? notAllowed(CONSENT_DETAILS.keyNeeded) : null
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown
    throw thrown
  }
}

/** Finds the account of a key; undefined if its person is not signed in. */
export function findKeyAccount(
  { agent }: { agent: Pick<Agent, 'model'> },
  key: HeldKey,
): AccountSession | undefined {
  return agent
    .model()
    .accounts.find(({ account: { sub }, issuer, clientId }) => isOf(key, { issuer, clientId, sub }))
}

/**
 * S24: Fails with `not-allowed` unless the person allows the calling program this. Waits for the person if
 * they must be asked. Returns the program.
 */
export async function requireConsent(
  { agent, findCaller }: ConsentDeps,
  request: IncomingMessage,
  { account, purpose, action, hangUp }: Wanted,
): Promise<Caller> {
  const caller = await findCaller(request)
  // Most calls are allowed. Without a question, there is nothing to prepare for one.
  if (agent.consents.isAllowed({ caller, account, purpose })) return caller
  const verdict = await agent.consents.ask({
    caller,
    account,
    purpose,
    ...(action !== undefined && { action }),
    signal: hangUp(),
    lookAgain: () => findCaller(request, { isFresh: true }),
  })
  if (verdict.kind === 'refused') throw notAllowed(toDetail(verdict.reason, purpose))
  return caller
}

/**
 * S24: Fails with `not-allowed` if the person would not be asked about a call that manages Latchkey. Asks
 * nobody.
 */
export async function requireAskable(
  { agent, findCaller }: ConsentDeps,
  request: IncomingMessage,
  account: ConsentAccount | null,
): Promise<void> {
  const wanted = { caller: await findCaller(request), account, purpose: 'manage' } as const
  const reason = agent.consents.findRefusal(wanted)
  if (reason !== null) throw notAllowed(toDetail(reason, 'manage'))
}

/** A call that is allowed. */
export type Passed = { caller: Caller | null; account: ConsentAccount; purpose: CallPurpose }

/** In milliseconds: after a longer wait, the caller is looked at again before it gets a token. */
const RECHECK_MS = 1_000

/**
 * S24: Returns a function that fails with `not-allowed` if, after a wait for the provider, another program is
 * at the other end, or even allowed ones get nothing by now. Also fails if the person has taken back the key,
 * or the consent that lasted, however short the wait was. `caller`: null if a key allows the call.
 */
export function createRecheck(
  { agent, findCaller }: ConsentDeps,
  request: IncomingMessage,
  { caller, account, purpose }: Passed,
  nowMs: () => number = () => performance.now(),
): () => Promise<void> {
  const allowedAtMs = nowMs()
  const isGranted = (): boolean =>
    caller !== null && agent.consents.isAllowed({ caller, account, purpose })
  // What was allowed once holds for the call.
  const hasLasted = isGranted()
  return async () => {
    if (caller === null) findKey({ agent }, request)
    if (hasLasted && !isGranted() && !agent.consents.isPaused()) {
      throw notAllowed(CONSENT_DETAILS.denied)
    }
    if (nowMs() - allowedAtMs < RECHECK_MS) return
    if (agent.consents.isPaused()) throw notAllowed(CONSENT_DETAILS.locked)
    if (caller === null || isUnchanged(caller, await findCaller(request, { isFresh: true }))) return
    throw notAllowed(CONSENT_DETAILS.changed)
  }
}

/**
 * S24: Fails with `not-allowed` while the screen is locked, if even allowed programs get nothing then, or if
 * the call has no key and its program is not allowed yet for any of `accounts`. Fails also if its key is not
 * valid. Asks nobody.
 */
export async function requireUnlocked(
  deps: ConsentDeps,
  request: IncomingMessage,
  accounts: readonly ConsentAccount[],
): Promise<void> {
  const { consents } = deps.agent
  const key = findKey(deps, request)
  if (consents.isPaused()) throw notAllowed(CONSENT_DETAILS.locked)
  if (key !== null || !consents.isLocked()) return
  const caller = await deps.findCaller(request)
  const isAllowed = [null, ...accounts].some((account) =>
    consents.isAllowed({ caller, account, purpose: 'token' }),
  )
  if (!isAllowed) throw notAllowed(CONSENT_DETAILS.locked)
}

export function notAllowed(detail: string): Problem {
  return new Problem('not-allowed', detail)
}

function toDetail(reason: ConsentRefusal, purpose: Purpose): string {
  switch (reason) {
    case 'denied':
      return CONSENT_DETAILS.denied
    case 'unanswered':
    case 'withdrawn':
      return CONSENT_DETAILS.unanswered
    case 'locked':
      return CONSENT_DETAILS.locked
    case 'nobody-to-ask':
      return CONSENT_DETAILS[purpose === 'manage' ? 'nobodyToAskToManage' : 'nobodyToAsk']
    case 'too-many':
      return CONSENT_DETAILS.tooMany
    case 'changed':
      return CONSENT_DETAILS.changed
  }
}
