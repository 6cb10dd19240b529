// The provider and the person that a sign-in of the tray, the window or the terminal is for.

import type { Account } from '../oauth/account.js'
import { withoutOfflineAccess, type ProviderMemory } from '../oauth/scopes.js'
import { isSameProviderName, type ProviderSettings, type SignInRequest } from '../oauth/sign-in.js'
import { findSettings, type LastSession } from './keeper-state.js'
import { defaultId, type Model } from './model.js'
import type { SessionKeeper } from './session-keeper.js'

export type SignInTarget =
  /** The default account. If there is none: anyone at the first provider. */
  | { kind: 'default' }
  /** Anyone at the default account's provider, or else at the first one. It asks who signs in. */
  | { kind: 'other' }
  /** The person of this account alone. */
  | { kind: 'account'; id: string }
  /** Anyone at this provider, which asks who signs in. */
  | { kind: 'provider'; name: string }

export type TargetDeps = {
  providers: readonly ProviderSettings[]
  sessionKeeper: Pick<SessionKeeper, 'last'>
  model(): Model
  /** Facts about a provider from earlier runs. */
  memoryOf(provider: ProviderSettings): ProviderMemory
}

export type Target = {
  provider: ProviderSettings
  request: Omit<SignInRequest, 'state'>
  /** The account of the person who should sign in; null: anyone may. */
  expected: Account | null
}

/**
 * Finds the provider, and makes the request to it. Leaves `offline_access` out if the provider rejected
 * that scope before. Returns null if there is no such provider or account.
 */
export function findTarget(deps: TargetDeps, target: SignInTarget): Target | null {
  const found = findRequest(deps, target)
  if (found === null) return null
  const { provider, request } = found
  const { scope } = request
  const isRejected = deps.memoryOf(provider).rejectsOfflineAccess()
  return {
    ...found,
    request: { ...request, scope: isRejected ? withoutOfflineAccess(scope) : scope },
  }
}

function findRequest(deps: TargetDeps, target: SignInTarget): Target | null {
  const known = findKnown(deps, target)
  const [first = null] = deps.providers
  const provider = known?.provider ?? first
  switch (target.kind) {
    case 'account':
      return known && askAsBefore(known)
    case 'default':
      if (known) return askAsBefore(known)
      return provider ? askAnyone(provider, provider.prompt) : null
    case 'other':
      return provider ? askAnyone(provider, askWho(provider.prompt)) : null
    case 'provider':
      return askByName(deps, target.name)
  }
}

function askByName({ providers }: TargetDeps, wanted: string): Target | null {
  const provider = providers.find(({ name }) => isSameProviderName(name, wanted))
  return provider ? askAnyone(provider, provider.prompt ?? 'select_account') : null
}

/** An account that is or was signed in, and its provider. */
type Known = { provider: ProviderSettings; last: LastSession }

/** Finds the account that is asked for, or the default one. Null if there is none. */
function findKnown(deps: TargetDeps, target: SignInTarget): Known | null {
  const id = target.kind === 'account' ? target.id : defaultId(deps.model())
  const last = id === null ? null : deps.sessionKeeper.last(id)
  const provider = last === null ? undefined : findSettings(deps, last)
  return last && provider ? { provider, last } : null
}

/**
 * Asks for the person who has, or had, the session, and for everything they granted before.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest}
 */
function askAsBefore({ provider, last }: Known): Target {
  const { account, scope } = last
  const { prompt } = provider
  const request = { scope: union(provider.scope, scope), prompt, loginHint: account.email || null }
  return { provider, request, expected: account }
}

function askAnyone(provider: ProviderSettings, prompt: string | null): Target {
  return { provider, request: { scope: provider.scope, prompt, loginHint: null }, expected: null }
}

/** Makes the provider ask who signs in, even if it remembers someone. `none` excludes other values. */
function askWho(prompt: string | null): string {
  const asked = (prompt ?? '').split(' ').filter((value) => value !== 'none')
  return union(asked.join(' '), 'login')
}

/** Joins the values of two lists that are separated by spaces, each value once. */
function union(one: string, other: string): string {
  return [...new Set(`${one} ${other}`.split(/\s+/).filter(Boolean))].join(' ')
}
