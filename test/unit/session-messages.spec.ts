// The messages of the session keeper, word by word.

import { expect, test } from '@playwright/test'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'

test('the messages of the session keeper', () => {
  const path = '/data/sessions/abcd2345.unopened.json'
  const failure = 'The provider answered 500.'
  const {
    movedAside,
    notOpenedAtSignOut,
    notRevokedAtSignOut,
    notRevokedOf,
    scopeNotGranted,
    ...plain
  } = SESSION_MESSAGES
  expect({
    ...plain,
    scopeNotGranted: scopeNotGranted(['files:read', 'admin']),
    movedAside: movedAside(path, 'abcd2345.json'),
    notOpened: [1, 2].map(notOpenedAtSignOut),
    notRevokedAtSignOut: notRevokedAtSignOut(failure),
    notRevokedOf: notRevokedOf('Alice', 'https://login.example.com', failure),
  }).toEqual({
    notSignedIn: 'Nobody is signed in. Sign in first.',
    expired: 'Your session has expired. Sign in again.',
    endedDuringRenewal: 'The session ended while it was being renewed.',
    noRefreshToken:
      "The provider sent no refresh token, so the session can't be renewed. Add offline_access to " +
      'the scopes, then sign in again.',
    noRefreshTokenToNarrow:
      "The provider sent no refresh token, so Latchkey can't get a token for fewer scopes. Add " +
      'offline_access to the scopes, then sign in again.',
    noScope: 'Name at least one scope.',
    scopeNotGranted: 'The session was not granted these scopes: files:read, admin.',
    directoryTaken: 'Another computer has taken over the data directory.',
    closedBeforeAnswer: 'Latchkey quit before the provider answered.',
    signOutPageFailed:
      "You are signed out here, but the provider's own sign-out page could not be opened. Sign out " +
      'there in your browser.',
    notDeleted:
      'You are signed out, but the stored session could not be deleted yet. Latchkey keeps trying.',
    movedAside:
      'The earlier session, which could not be opened, is now in /data/sessions/abcd2345.unopened.json. ' +
      'To restore it, quit Latchkey and rename that file to abcd2345.json.',
    notOpened: [
      'A stored session could not be opened, so Latchkey deleted it here but could not revoke it. It ' +
        'may stay active at the provider for a while.',
      '2 stored sessions could not be opened, so Latchkey deleted them here but could not revoke them. ' +
        'They may stay active at the provider for a while.',
    ],
    notRevokedAtSignOut:
      'You are signed out here, but the provider could not be told, so the session may stay active ' +
      'there for a while. The provider answered 500.',
    notRevokedOf:
      'Alice at https://login.example.com is signed out here, but the provider could not be told, so ' +
      'the session may stay active there for a while. The provider answered 500.',
  })
})
