// Every message of the session keeper.

export const SESSION_MESSAGES = {
  notSignedIn: 'Nobody is signed in. Sign in first.',
  expired: 'Your session has expired. Sign in again.',
  endedDuringRenewal: 'The session ended while it was being renewed.',
  noRefreshToken:
    "The provider sent no refresh token, so the session can't be renewed. Add offline_access to the " +
    'scopes, then sign in again.',
  noRefreshTokenToNarrow:
    "The provider sent no refresh token, so Latchkey can't get a token for fewer scopes. Add " +
    'offline_access to the scopes, then sign in again.',
  noScope: 'Name at least one scope.',
  scopeNotGranted: (missing: readonly string[]) =>
    `The session was not granted these scopes: ${missing.join(', ')}.`,
  directoryTaken: 'Another computer has taken over the data directory.',
  closedBeforeAnswer: 'Latchkey quit before the provider answered.',
  signOutPageFailed:
    "You are signed out here, but the provider's own sign-out page could not be opened. Sign out " +
    'there in your browser.',
  notDeleted:
    'You are signed out, but the stored session could not be deleted yet. Latchkey keeps trying.',
  /** `failure`: why the provider could not be told, as a sentence. */
  notRevokedAtSignOut: (failure: string): string =>
    `You are signed out here, ${NOT_REVOKED} ${failure}`,
  /** `name`: the account's, `issuer`: its provider's. */
  notRevokedOf: (name: string, issuer: string, failure: string): string =>
    `${name} at ${issuer} is signed out here, ${NOT_REVOKED} ${failure}`,
  /** `count`: how many sessions. */
  notOpenedAtSignOut: (count: number): string =>
    count === 1
      ? 'A stored session could not be opened, so Latchkey deleted it here but could not revoke it. It ' +
        'may stay active at the provider for a while.'
      : `${count} stored sessions could not be opened, so Latchkey deleted them here but could not ` +
        'revoke them. They may stay active at the provider for a while.',
  /** `name`: the file's earlier name. */
  movedAside: (path: string, name: string): string =>
    `The earlier session, which could not be opened, is now in ${path}. To restore it, quit Latchkey and ` +
    `rename that file to ${name}.`,
} as const

const NOT_REVOKED =
  'but the provider could not be told, so the session may stay active there for a while.'
