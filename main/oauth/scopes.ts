// Scopes that a provider does not allow: seen in its answer, and left out from then on.

export const OFFLINE_ACCESS = 'offline_access'

/** What is known of the configured provider, for as long as the same is asked of it. */
export type ProviderMemory = {
  /** True where the provider has rejected offline_access, for which many give a refresh token. */
  rejectsOfflineAccess(): boolean
  /** Notes that it has. */
  noteRejection(): void
}

export function createProviderMemory(): ProviderMemory {
  let rejects = false
  return { rejectsOfflineAccess: () => rejects, noteRejection: () => void (rejects = true) }
}

/**
 * True for an error that says what was asked for is not allowed. Whether the metadata lists a scope is
 * not asked: many providers accept more than they list.
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

export const ASKED_AGAIN =
  'Your provider does not allow the scope offline_access, so Latchkey asks again without it. The ' +
  'session may end with its access token. To choose what is asked for, set --scope.'
