// Messages for people that the sign-in code makes. To change the wording, change it here.

import { formatSpan } from '../base/clock.js'

export const MESSAGES = {
  /** What a port is needed for, in "Latchkey found no port for …". */
  callbackPurpose: "your browser's answer",
  noIpv6:
    "This computer has no IPv6, so your browser can't return to [::1]. Choose another host with " +
    '--redirect-host 127.0.0.1, and register that one.',
} as const

const ID_TOKEN_FAULTS = {
  expired: 'it has expired already',
  notNew: 'it was not made just now',
  notYetValid: 'it is not valid yet',
  wrongTime: 'one of its times is wrong',
  wrongClaim: 'one of its claims is wrong',
  noUser: 'it names no user',
  otherApplication: 'it was made for another application',
  otherProvider: 'it is from another provider',
  otherOrganization: 'it is for another organization',
  otherSignIn: 'it does not belong to this sign-in',
  otherAccessToken: 'it does not belong to the access token',
  notRecent: 'the provider did not ask you to sign in again, as Latchkey had requested',
  signedInLater: 'it says that you signed in in the future',
  notSigned: 'it is not a signed token',
  otherSignature: 'its signature is not the provider’s',
  unknownKey: 'none of the provider’s keys signed it',
  unreadableKey: 'the provider’s key for it could not be read',
  otherAlgorithm: 'it is not signed as the provider announced',
  symmetric:
    'it is signed with a client secret (HS256), which Latchkey does not have; set RS256 or ES256 ' +
    'for your application at the provider',
} as const

/** About an ID token, "the provider's proof of who signed in". */
export const ID_TOKEN_MESSAGES = {
  faults: ID_TOKEN_FAULTS,
  invalid: (fault: keyof typeof ID_TOKEN_FAULTS): string =>
    `The provider's proof of who signed in (its ID token) is not valid: ${ID_TOKEN_FAULTS[fault]}. ` +
    'Latchkey did not use it. Try again; if it happens again, tell its administrator.',
  anotherAccount:
    'The provider renewed the session for someone else, so Latchkey ended it. Sign in again.',
  wrongClock: (clockSkewMs: number, during: 'sign-in' | 'renewal'): string =>
    `This computer's clock is ${formatSpan(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'behind' : 'ahead of'} ` +
    `the provider's, so Latchkey could not check who signed in. Set the clock right` +
    `${during === 'sign-in' ? ', then sign in again' : '. Latchkey then renews the session'}.`,
}

/** About what a browser brought back. */
export const CALLBACK_MESSAGES = {
  noIssuer:
    "The answer did not say which provider it came from, although yours promises to. Latchkey didn't " +
    'use it. Try again.',
  otherIssuer:
    "The answer came from another provider than the one you were sent to. Latchkey didn't use it. " +
    'Try again.',
  denied: (quote: string): string => `The sign-in was denied at the provider: ${quote}.`,
  failed: (quote: string, isAboutScope: boolean): string =>
    `The provider could not sign you in: ${quote}.` +
    (isAboutScope ? ' Choose the requested scopes with --scope.' : ''),
}
