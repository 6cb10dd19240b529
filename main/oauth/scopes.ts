// Scopes: sets of them, and offline_access, which some providers reject and which is then left out.

export const OFFLINE_ACCESS = 'offline_access'

/** What Latchkey remembers about the configured provider while the settings stay the same. */
export type ProviderMemory = {
  /** True if the provider has rejected offline_access. Many give a refresh token only for it. */
  rejectsOfflineAccess(): boolean
  /** Remembers that the provider has rejected it. */
  recordRejection(): void
}

export function createProviderMemory(): ProviderMemory {
  let rejects = false
  return { rejectsOfflineAccess: () => rejects, recordRejection: () => void (rejects = true) }
}

/**
 * True if an error says that the requested scopes are not allowed. The metadata do not decide this:
 * many providers accept more scopes than they list.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1}
 */
export function isAboutScope(error: string, description: string | undefined): boolean {
  if (error === 'invalid_scope') return true
  return error === 'invalid_request' && /offline[_ ]access|\bscopes?\b/i.test(description ?? '')
}

export function asksOffline(scope: string): boolean {
  return scope.split(' ').includes(OFFLINE_ACCESS)
}

export function withoutOfflineAccess(scope: string): string {
  return scope
    .split(' ')
    .filter((one) => one !== OFFLINE_ACCESS)
    .join(' ')
}

/**
 * Makes a list of scopes comparable: sorted, and each only once. Empty if it names none.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3} (their order does not matter)
 */
export function sortScope(scope: string): string {
  return [...new Set(scope.split(/\s+/).filter(Boolean))].toSorted().join(' ')
}

/** True if every scope of `wanted` is one of `granted`. */
export function includesScope(granted: string, wanted: string): boolean {
  return findMissingScopes(granted, wanted).length === 0
}

/** Lists the wanted scopes that were not granted. */
export function findMissingScopes(granted: string, wanted: string): readonly string[] {
  const scopes = new Set(granted.split(/\s+/))
  return wanted.split(/\s+/).filter((scope) => scope !== '' && !scopes.has(scope))
}
