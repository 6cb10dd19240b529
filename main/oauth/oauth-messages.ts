// Messages for people that the sign-in code makes. To change the wording, change it here.

import { formatSpan } from '../base/clock.js'
import { formatList } from '../base/format-list.js'
import type { Pasted } from './pasted-redirect.js'
import type { Grant } from './token-failure.js'

export const MESSAGES = {
  /** What a port is needed for, in "Latchkey found no port for …". */
  callbackPurpose: "your browser's answer",
  noIpv6:
    "This computer has no IPv6, so your browser can't return to [::1]. Choose another host with " +
    '--redirect-host 127.0.0.1, and register that one.',
} as const

/** What a request is for. Each follows "while" in an error message. */
export const PURPOSES = {
  metadata: "reading the provider's metadata",
  keys: "reading the provider's keys",
  userinfo: 'reading your profile',
  exchange: 'finishing the sign-in',
  renewal: 'renewing the session',
  narrowing: 'asking for a token for fewer scopes',
  revocation: 'ending the old session at the provider',
} as const

/** About the provider's metadata and its signing keys. */
export const METADATA_MESSAGES = {
  noCodeFlow:
    'The provider does not offer the authorization code flow, which Latchkey needs. Ask its ' +
    'administrator to enable it.',
  noPkce:
    'The provider does not support PKCE with S256, and Latchkey does not sign in without it. ' +
    'Ask its administrator to enable it.',
  status: (status: number, url: string) =>
    `The provider answered ${status} at ${url}. ` +
    (status >= 500 ? 'Try again later.' : 'Check the issuer setting.'),
  /** `member`: the one that is missing or malformed, if any. */
  notMetadata: (url: string, member: string | undefined) =>
    `The answer from ${url} is not an OpenID provider's metadata` +
    `${member ? ` (${member} is missing or malformed)` : ''}. Check the issuer setting.`,
  onlyHs256:
    'The provider signs ID tokens with HS256 only, which needs a client secret to check, and ' +
    'Latchkey has none. Set RS256 or ES256 for your application there, or ask its administrator.',
  noAlgorithm:
    "The provider signs ID tokens only in ways that Latchkey can't check. Ask its " +
    'administrator for RS256 or ES256.',
  /** `name`: the name of an endpoint, or "issuer". */
  notHttps: (name: string) =>
    `The provider's ${name} is not https, so anyone on the network could read the sign-in. ` +
    "Latchkey won't use it. Ask the provider's administrator to fix that.",
  unreadableKeys:
    "The provider's signing keys could not be read, so its answer could not be checked. " +
    'Try again later.',
}

/** About metadata that announce another issuer than the configured one. */
export const ISSUER_MESSAGES = {
  missing: (configured: string) =>
    `The provider at ${configured} does not say what its issuer is. Check the issuer setting.`,
  otherSpelling: (announced: string) =>
    `The provider spells its issuer ${announced}: set the issuer to exactly that.`,
  manyTenants: (configured: string, announced: string) =>
    `The provider at ${configured} serves many tenants: its issuer is ${announced}. Set the issuer ` +
    "to your own tenant's: replace the braces with its ID.",
  other: (configured: string, announced: string) =>
    `The provider at ${configured} names another issuer as its own: ${announced}. If that is your ` +
    'provider, set the issuer to exactly that.',
}

/** About the redirect URI to register with the provider. */
export const REGISTRATION_MESSAGES = {
  fixedPorts: (uris: readonly string[]) =>
    `Register ${formatList(uris)} with your provider, exactly as shown.`,
  anyPort: (uri: string, uriWithPort: string) =>
    `Register ${uri} with your provider. If it wants a port too, choose one with ` +
    `--redirect-port 8400 and register ${uriWithPort}.`,
}

/** About requested scopes. */
export const SCOPE_MESSAGES = {
  askedAgain:
    'Your provider does not allow the scope offline_access, so Latchkey asks again without it. The ' +
    'session may end when its access token expires. To choose the requested scopes, set --scope.',
} as const

/** About an address that the user pasted. They quote nothing of the address. */
export const PASTED_MESSAGES: { readonly [Kind in Pasted]: string } = {
  taken: 'Latchkey accepted the address that you pasted.',
  again: 'Latchkey already has this address. There is nothing more to do.',
  'no-address': "Latchkey can't read this address. Copy the whole address from the address bar.",
  'other-place':
    'This is not the address that your provider sends you back to. Sign in there first, then copy ' +
    "the address of the page that can't be loaded.",
  'no-answer':
    'This address contains no answer from your provider. Copy the whole address, including the part ' +
    'after the question mark.',
  'other-sign-in':
    'This address belongs to another sign-in. Open the link of the sign-in that is waiting, and ' +
    'paste the address that it leads to.',
}

const ID_TOKEN_FAULTS = {
  expired: 'it has expired already',
  notNew: 'it was not issued just now',
  notYetValid: 'it is not valid yet',
  wrongTime: 'one of its times is wrong',
  wrongClaim: 'one of its claims is wrong',
  noUser: 'it does not name a user',
  otherApplication: 'it was issued for another application',
  otherProvider: 'it is from another provider',
  otherOrganization: 'it is for another organization',
  otherSignIn: 'it does not belong to this sign-in',
  otherAccessToken: 'it does not belong to the access token',
  notRecent: 'the provider did not ask you to sign in again, as Latchkey had requested',
  signedInLater: 'it says that you signed in in the future',
  notSigned: 'it is not a signed token',
  otherSignature: "its signature is not the provider's",
  unknownKey: "none of the provider's keys signed it",
  unreadableKey: "the provider's key for it could not be read",
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
    "Latchkey did not use it. Try again; if it happens again, tell the provider's administrator.",
  anotherAccount:
    'The provider renewed the session for someone else, so Latchkey ended it. Sign in again.',
  wrongClock: (clockSkewMs: number, during: 'sign-in' | 'renewal'): string =>
    `This computer's clock is ${formatSpan(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'behind' : 'ahead of'} ` +
    `the provider's, so Latchkey could not check who signed in. Correct the clock` +
    `${during === 'sign-in' ? ', then sign in again' : '. Latchkey then renews the session'}.`,
}

/** About what a browser brought back. */
export const CALLBACK_MESSAGES = {
  noIssuer:
    'The answer did not say which provider it came from, although your provider promises to say so. ' +
    "Latchkey didn't use it. Try again.",
  otherIssuer:
    "The answer came from a different provider than the one you were sent to. Latchkey didn't use it. " +
    'Try again.',
  denied: (quote: string): string => `The sign-in was denied at the provider: ${quote}.`,
  failed: (quote: string, isAboutScope: boolean): string =>
    `The provider could not sign you in: ${quote}.` +
    (isAboutScope ? ' Choose the requested scopes with --scope.' : ''),
}

const NARROWING = {
  verb: 'give a token for fewer scopes',
  noun: 'the request for a token for fewer scopes',
}

const ACTIONS: Readonly<Record<Grant, { verb: string; noun: string }>> = {
  'sign-in': { verb: 'finish the sign-in', noun: 'the sign-in' },
  renewal: { verb: 'renew the session', noun: 'the renewal of the session' },
  'renewal-again': { verb: 'renew the session', noun: 'the renewal of the session' },
  narrowing: NARROWING,
  'narrowing-again': NARROWING,
}

/** Who tries again after an answer that can't be used. */
const RETRIES: Readonly<Record<Grant, string>> = {
  'sign-in': 'Nothing was stored. Try again',
  renewal: 'Latchkey will try again',
  'renewal-again': 'Latchkey will try again',
  narrowing: 'Try again',
  'narrowing-again': 'Try again',
}

/** About an answer of the token endpoint without tokens. `quote`: the provider's error. */
export const TOKEN_MESSAGES = {
  /** `member`: the one that is missing or malformed. */
  unreadable: (grant: Grant, member: string) =>
    `The provider's answer to ${ACTIONS[grant].noun} could not be understood (${member} is missing or ` +
    'malformed). ' +
    RETRIES[grant] +
    "; if it happens again, tell the provider's administrator.",
  notNow: (grant: Grant, quote: string) =>
    `The provider can't ${ACTIONS[grant].verb} now: ${quote}. Try again later.`,
  failed: (grant: Grant, status: number) =>
    `The provider answered ${status} to ${ACTIONS[grant].noun}. Try again later.`,
  noReason: (grant: Grant, status: number) =>
    `The provider answered ${status} to ${ACTIONS[grant].noun} without giving a reason, which OAuth ` +
    'requires. Check the issuer setting, and whether a proxy or a firewall answers instead.',
  otherSuccess: (grant: Grant, status: number) =>
    `The provider answered ${status} to ${ACTIONS[grant].noun}, but tokens are valid only with 200, so ` +
    "Latchkey does not use them. Tell the provider's administrator.",
  codeNotAccepted: (quote: string) =>
    `The provider did not accept the sign-in: ${quote}. Try again.`,
  signInRejected: (quote: string) =>
    `The provider rejected the sign-in: ${quote}. Check the client ID and how the application is ` +
    'registered there.',
  sessionEnded: 'The provider has ended your session. Sign in again.',
  sessionReused:
    'The provider has ended your session because another copy of this session was used. Sign in ' +
    "again. If you did not copy it yourself, ask the provider's administrator.",
  wantsUser: (quote: string) =>
    `The provider won't renew the session until you sign in again: ${quote}.`,
  registrationChanged: (quote: string) =>
    `The provider rejected the renewal of the session: ${quote}. Sign in again. If that does not ` +
    'help, ask its administrator how this application is registered there now.',
  renewalRejected: (quote: string) =>
    `The provider rejected the renewal of the session: ${quote}. Latchkey will try again.`,
  narrowingRejected: (quote: string) =>
    `The provider rejected the request for a token for fewer scopes: ${quote}. Your session is not ` +
    'affected.',
  notNarrowed:
    'The provider gave a token for more scopes than Latchkey asked for, so Latchkey discarded it. This ' +
    'provider may not support tokens for fewer scopes than the session has.',
}

/** About an old session that the provider was asked to end. */
export const REVOCATION_MESSAGES = {
  requestFailed: 'The request failed.',
  status: (status: number) => `The provider answered ${status} when asked to end the old session.`,
}

const CLOSE = 'You can close this tab.'

/** The pages that the browser shows. `text`: paragraphs. */
export const PAGE_MESSAGES = {
  signedIn: {
    heading: 'You are signed in',
    text: (account: string) => [`Latchkey signed you in as ${account}.`, CLOSE],
  },
  otherPerson: {
    heading: 'You signed in as someone else',
    text: (account: string) => [
      `You are signed in at your provider as ${account}, but this sign-in was for another account.`,
      'Latchkey asks you whether to keep this account. You can close this tab.',
    ],
  },
  denied: {
    heading: 'You are not signed in',
    text: (reason: string) => [
      reason,
      `If you didn't mean to deny access, start again from Latchkey. ${CLOSE}`,
    ],
  },
  returnToApp: {
    heading: 'Go back to your app',
    text: ['Your answer has arrived, and the app is finishing the sign-in.', CLOSE],
  },
  abandoned: {
    heading: 'The app has stopped waiting',
    text: [
      'The app that sent you here stopped waiting before you finished, so you were not signed in. ' +
        'Your answer was not passed on.',
      `If you still want to sign in, start again from the app. ${CLOSE}`,
    ],
  },
  cancelled: {
    heading: 'This sign-in was cancelled',
    text: ['Latchkey stopped it before it finished, and stored nothing.', CLOSE],
  },
  failed: {
    heading: 'The sign-in failed',
    text: (reason: string) => [reason, CLOSE],
  },
  nothingToDo: {
    heading: 'Nothing to do here',
    text: [
      'Latchkey is not waiting for this answer: it may have been used already, or it belongs to a ' +
        'sign-in that has ended.',
      `If you meant to sign in, start from Latchkey. ${CLOSE}`,
    ],
  },
  largeHead: {
    heading: 'Your browser sent too much',
    text: [
      'Programs on this computer have set so many cookies for 127.0.0.1 in your browser that ' +
        'Latchkey could not read its answer.',
      'Delete the cookies for 127.0.0.1 and localhost, then open the sign-in link again.',
    ],
  },
} as const
