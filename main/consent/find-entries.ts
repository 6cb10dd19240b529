// Finds what a person names in the list of what they decided, at each place where they can take it back.

import type { ConsentList } from './consent.js'

/** `name`: null for a denied program without a name. `several`: grants that share the name. */
export type FoundEntries =
  | { kind: 'found'; ids: readonly string[]; name: string | null; isKey: boolean }
  | { kind: 'several'; ids: readonly string[] }
  | { kind: 'none' }

/**
 * Finds one entry by its ID, else the app or key that has this name and all denials of it. IDs are in lower
 * case; names are as the programs spell them. Finds `several` if more than one that was allowed has the name.
 */
export function findEntries({ grants, denials }: ConsentList, wanted: string): FoundEntries {
  const allowed = grants.map(({ id, name, kind }) => ({ id, name, isKey: kind === 'key' }))
  const denied = denials.map(({ id, program: { name } }) => ({ id, name, isKey: false }))
  const byId = [...allowed, ...denied].find(({ id }) => id === wanted.toLowerCase())
  if (byId) return { kind: 'found', ids: [byId.id], name: byId.name, isKey: byId.isKey }
  const named = allowed.filter(({ name }) => name === wanted)
  if (named.length > 1) return { kind: 'several', ids: named.map(({ id }) => id) }
  const all = [...named, ...denied.filter(({ name }) => name === wanted)]
  if (all.length === 0) return { kind: 'none' }
  const isKey = all.every((one) => one.isKey)
  return { kind: 'found', ids: all.map(({ id }) => id), name: wanted, isKey }
}
