// Sign-ins that the provider may complete without the person: who may begin one, and whose tokens it may bring.

import type { IncomingMessage } from 'node:http'
import type { ApiSignInRequest } from '../agent/api-sign-in.js'
import { findAccount, findAccountAt } from '../agent/model.js'
import type { HeldKey } from '../consent/grants.js'
import { includesScope } from '../oauth/scopes.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { isSameOwner, type SessionOwner } from '../storage/session-owner.js'
import { CONSENT_DETAILS } from './api-messages.js'
import type { HangUp } from './read-request.js'
import { findKey, notAllowed, requireConsent, type ConsentDeps } from './require-consent.js'

/** The subject of the person that a sign-in is allowed for; null if it may bring any person. */
export type AllowedPerson = string | null

/** True if the provider asks the person nothing. Then nobody has agreed to anything. */
export function asksNothing({ prompt }: Pick<ApiSignInRequest, 'prompt'>): boolean {
  return prompt?.split(' ').includes('none') ?? false
}

/**
 * Makes sure that a call may begin a silent sign-in: with a key of this provider for all of its scopes, or
 * because the person allows the program. Fails with `not-allowed`.
 */
export async function requireSilentSignIn(
  deps: ConsentDeps,
  request: IncomingMessage,
  {
    provider,
    scope,
    hangUp,
  }: { provider: ProviderSettings; scope: readonly string[]; hangUp: HangUp },
): Promise<AllowedPerson> {
  const key = findKey(deps, request)
  if (key !== null) return checkKey(key, provider, scope)
  // A silent sign-in is probably for the account that is there.
  const account = findAccountAt(deps.agent.model(), provider) ?? null
  await requireConsent(deps, request, { account, purpose: 'sign-in', hangUp })
  return account?.account.sub ?? null
}

/** Fails with `not-allowed` if a key is for an account at another provider. */
export function requireKeyAt({ owner }: HeldKey, provider: SessionOwner): void {
  if (!isSameOwner(owner, provider)) throw notAllowed(CONSENT_DETAILS.keyOfOtherProvider)
}

function checkKey(key: HeldKey, provider: SessionOwner, scope: readonly string[]): AllowedPerson {
  const { scope: most, account } = key
  requireKeyAt(key, provider)
  const isWithin = most === null || includesScope(most, scope.join(' '))
  if (!isWithin) throw notAllowed(CONSENT_DETAILS.keyOfOtherScope)
  return account.sub
}

/**
 * Makes sure that a silent sign-in has brought the person that it was allowed for. The browser may be
 * signed in as another one at the provider. The program needs a consent for that one, too.
 */
export async function requireSamePerson(
  deps: ConsentDeps,
  request: IncomingMessage,
  { allowed, id, hangUp }: { allowed: AllowedPerson; id: string; hangUp: HangUp },
): Promise<void> {
  const account = findAccount(deps.agent.model(), id)
  if (allowed === null || account?.account.sub === allowed) return
  await requireAgreement(deps, request, { id, hangUp })
}

/**
 * S24: Makes sure that a call may have what a sign-in has brought that the provider may have completed without
 * the person: because the person allows the program. Fails with `not-allowed`.
 */
export async function requireAgreement(
  deps: ConsentDeps,
  request: IncomingMessage,
  { id, hangUp }: { id: string; hangUp: HangUp },
): Promise<void> {
  const account = findAccount(deps.agent.model(), id) ?? null
  await requireConsent(deps, request, { account, purpose: 'token', hangUp })
}
