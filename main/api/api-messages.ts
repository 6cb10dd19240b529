// Messages of the API for people: the details of its problems, and messages about the service itself.

import { formatChoices, formatList } from '../base/format-list.js'

/** Details of problems. They contain no code, token, verifier or state. */
export const PROBLEM_DETAILS = {
  noHostOrPath: 'The request must have one Host header and a path.',
  wrongHost: (allowed: readonly string[]) =>
    `The Host header must be one of this service's own names: ${allowed.join(', ')}.`,
  webPage: 'This service answers programs on this computer, not web pages.',
  otherUser: 'This service belongs to another user of this computer.',
  notFound: 'There is nothing at this path. See /openapi.json for the paths that exist.',
  noCloud: 'Latchkey signs people in. It is not a cloud and has no models.',
  webSocketOnly: 'This path is a WebSocket. Connect to it with a WebSocket client.',
  badHandshake: 'The request is not a valid WebSocket handshake.',
  tooManySubscribers: 'Too many programs are following a stream. Try again later.',
  wrongMethod: (allowed: string) => `This path accepts ${allowed}.`,
  noNonce: 'The query must have one nonce: 32 random bytes in base64url.',
  notJson: 'The body is not valid JSON.',
  tooLarge: 'The body must not be larger than 64 KiB.',
  wrongType: (type: string) => `The content type of the body must be ${type}.`,

  noProvider: 'No provider is configured. Configure one in Latchkey first.',
  otherDomain: (issuers: readonly string[]) =>
    `domain: Latchkey only signs in at ${formatList(issuers)}.`,
  otherClient: 'client_id: this client is not the one configured in Latchkey.',
  otherAudience: 'audience: this audience is not the one configured in Latchkey.',
  noAccountOfClient:
    'Nobody is signed in at the provider with this client and audience. Sign in first.',
  keyWithoutSession: 'The account of this key is not signed in. Sign in first.',
  sessionEnded: 'The session of this account has ended. Sign in again.',
  noSuchApp: 'No app or key has this ID, and none or several have this name. List the apps first.',
  nobodySignedIn: 'Nobody is signed in. Sign in first.',
  badKeyName: 'name: use 1 to 40 letters, digits, dots, hyphens and underscores.',
  keyNameTaken: (name: string) =>
    `There is already a key ${name}. Take it back with latchkey apps forget ${name}, or use another name.`,
  notGranted: (scope: string) => `scope: the session is not for ${scope}.`,
  noSuchAccount: 'No account has the ID that the request names.',
  noSuchProvider: 'provider: no provider in the settings has this name.',
  noSuchUser: 'No account that this program may know has this user_id or email.',
  nobodyNamed: 'The body must have user_id or email.',
  signedOutAgain: 'The user has signed out again.',
  otherAccountClient:
    'client_id: the account belongs to another client. To name another account, send its ID in ' +
    'X-Latchkey-Account.',
  otherParameter: (allowed: readonly string[]) =>
    `ADDITIONAL_PARAMETERS: only ${allowed.join(', ')} can be set. To allow others, change the ` +
    'setting allowedParameters.',
  needsFormPost: 'redirect_uri: this redirect URI needs response_mode form_post.',
  otherRedirectUri: 'redirect_uri: leave it out, or use one that is configured in Latchkey.',

  stateInUse: 'A sign-in with this state is in progress. Use a new state.',
  nothingWaits: 'No sign-in is waiting for this response, or the response has no code.',
  noFormExpected: 'No sign-in is waiting for this form.',
  appGone: 'The app that started this sign-in has stopped waiting for it.',
  cancelled: 'The sign-in was cancelled.',
  /** `missing`: the scopes that were asked for in vain. */
  notInKey: (missing: readonly string[]) => `scope: the key is not for ${formatList(missing)}.`,
  oldIdToken:
    'The ID token has expired, and the provider sends a new one only when the user signs in again.',
  nothingToExchange:
    'The request has no body, and Latchkey holds no code to exchange. Call /pkce/code without a body ' +
    'first, or send the code and its verifier.',
  unknownCode: 'No sign-in received this code.',
  spentCode: 'This code has already been exchanged. Start a new sign-in.',
  mismatch: (member: string) => `${member}: it does not belong to this code.`,
}

/** Details of `not-allowed`. They say nothing about the person. */
export const CONSENT_DETAILS = {
  keyNeeded:
    'The Unix socket serves only calls with a key. Create one in Latchkey, and send it as a bearer token.',
  denied:
    'The user does not allow this program to use Latchkey. Ask again only when the user asks for it.',
  unanswered:
    'Latchkey asked the user whether to allow this program, and got no answer. Try again later.',
  locked: 'The screen is locked. Try again when the user is back.',
  nobodyToAsk:
    "Latchkey runs in the background, so it can't ask the user. Send a key, or start Latchkey with --allow " +
    "and the program's path.",
  nobodyToAskToManage:
    "Latchkey runs in the background, so it can't ask the user, and this is never allowed without a question. " +
    'Start the tray app, or headless in a terminal.',
  tooMany: 'Too many programs are waiting for the user. Try again later.',
  changed:
    'The program at the other end of this connection is not the one that the user was asked about.',
  wrongKey:
    'The key in the Authorization header is not valid: it was taken back, or belongs to another Latchkey.',
  takenBack: 'The user no longer allows this program to know who is signed in.',
  keyCannotManage:
    "A key is for tokens, and can't manage Latchkey. Call without a key, so that Latchkey can ask the user.",
  keyOfOther: 'The key belongs to another account than the one that the request names.',
  keyWithoutIdToken:
    'The key gives no ID token, because its scopes do not include openid. Use another key, or call without one.',
  keyOfOtherProvider: 'The key belongs to an account at another provider.',
  keyOfOtherScope: 'The key is for fewer scopes.',
  keyCannotSignOut:
    "The key is for some scopes only, so it can't sign the account out for all programs.",
}

/** Ends of sentences about a member of a body: "client_id is missing." */
export const BODY_ERRORS = {
  body: 'The body',
  valueIn: (member: string) => `A value in ${member}`,
  missing: 'is missing',
  malformed: 'is malformed',
  empty: 'is empty',
  type: (type: string) => `must be ${type}`,
  oneOf: (values: readonly unknown[]) => `must be ${formatChoices(values.map(String))}`,
  wrongType: 'has the wrong type',
  atLeast: (minimum: number | bigint) => `must be at least ${minimum}`,
  atMost: (maximum: number | bigint) => `must be at most ${maximum}`,
  shortest: (minimum: number | bigint) => `must have at least ${minimum} characters`,
  longest: (maximum: number | bigint) => `must have at most ${maximum} characters`,
  mostItems: (maximum: number | bigint) => `must have at most ${maximum} items`,
  longName: 'has a name that is too long',
  scopeType: 'must be a list of scopes, or one text with scopes separated by spaces',
  scopeItem: 'must have one scope per item, without spaces or quotes',
  noOpenid: 'must include openid',
  prompt: (values: readonly string[]) =>
    `must be ${formatChoices(values)}, or several separated by spaces`,
  promptNone: 'must not combine none with another value',
  challenge: 'must be the SHA-256 hash of the verifier, in base64url',
  verifier: 'must be 43 to 128 of the characters A-Z a-z 0-9 - . _ ~',
}

/** About the service, for the window and the terminal. */
export const SERVICE_MESSAGES = {
  /** What a port is needed for, in "Latchkey found no port for …". */
  portPurpose: 'its local service',
  /** `passedOver` says which port was not available, and why: `1000 is in use by another program`. */
  otherPort: (passedOver: readonly string[], port: number) => {
    const [first, ...rest] = passedOver
    const others = rest.length === 0 ? '' : ` (${rest.length} more are not available either)`
    return (
      `Port ${first}${others}, so this service uses ${port}. Apps that only try the usual port will ` +
      'not find it.'
    )
  },
  ownersUnknown:
    'This system does not show who owns a connection (/proc/net/tcp is missing), so this service ' +
    'also answers programs of other users of this computer.',
  /** `problem`: one of {@link SOCKET_PROBLEMS}. */
  noSocket: (problem: string) =>
    `The Unix socket of this service could not be opened: ${problem}. Apps can use the port.`,
}

/** Why the Unix socket could not be opened. `error` is the system's. */
export const SOCKET_PROBLEMS = {
  notPrivate: (folder: string) => `the folder ${folder} is open to other users`,
  taken: (path: string) => `another program uses ${path}`,
  notOpened: (path: string, error: string) => `${path} can't be opened (${error})`,
}
