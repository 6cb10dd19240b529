// The scope offline_access: rejected by some providers, and then left out.

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
