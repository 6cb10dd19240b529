// Makes a key by a name that a person or their command line has chosen.

import type { Agent } from './agent.js'
import type { AccountSession } from './model.js'

export type KeyProblem =
  | { kind: 'bad-name' }
  | { kind: 'name-taken'; name: string }
  | { kind: 'not-signed-in' }
  /** The account's session is not for this scope. */
  | { kind: 'no-scope'; scope: string; granted: readonly string[] }

/** The same as in the names of providers: what people can type and terminals show. */
const KEY_NAME = /^[\p{L}\p{M}\p{N}._-]{1,40}$/u

type WantedKey = { name: string; account: AccountSession | null; scopes: readonly string[] }

/** Makes a key for an account, for some of its scopes, or for all if none is given. Fails with `storage-failed`. */
export async function createNamedKey(
  agent: Pick<Agent, 'consents' | 'last' | 'model'>,
  wanted: WantedKey,
): Promise<{ kind: 'made'; id: string; key: string } | KeyProblem> {
  const { name, account, scopes } = wanted
  const problem = findKeyProblem(agent, wanted)
  if (problem !== null || account === null) return problem ?? { kind: 'not-signed-in' }
  const key = { name, account, scope: joinScopes(scopes) }
  return { kind: 'made', ...(await agent.consents.createKey(key)) }
}

/** Returns why a key can't be made; null if it can. */
export function findKeyProblem(
  agent: Pick<Agent, 'last' | 'model'>,
  { name, account, scopes }: WantedKey,
): KeyProblem | null {
  if (!KEY_NAME.test(name)) return { kind: 'bad-name' }
  const { grants } = agent.model().consents
  const isTaken = grants.some((grant) => grant.kind === 'key' && grant.name === name)
  if (isTaken) return { kind: 'name-taken', name }
  if (account === null) return { kind: 'not-signed-in' }
  const granted = agent.last(account.id)?.scope.split(/\s+/) ?? []
  const other = scopes.find((scope) => !granted.includes(scope))
  return other === undefined ? null : { kind: 'no-scope', scope: other, granted }
}

/** Returns the scopes of a key, separated by spaces; null if the key is for all. */
export function joinScopes(scopes: readonly string[]): string | null {
  return scopes.length === 0 ? null : [...new Set(scopes)].join(' ')
}
