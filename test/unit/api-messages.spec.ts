// The messages of the API, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import {
  BODY_ERRORS,
  CONSENT_DETAILS,
  PROBLEM_DETAILS,
  SERVICE_MESSAGES,
  SOCKET_PROBLEMS,
} from '../../main/api/api-messages.js'
import { sayAll } from '../support/say-all.js'

test('the details of not-allowed say nothing about the person', () => {
  expect(CONSENT_DETAILS).toEqual({
    keyNeeded:
      'The Unix socket serves only calls with a key. Create one in Latchkey, and send it as a bearer token.',
    denied:
      'The user does not allow this program to use Latchkey. Ask again only when the user asks for it.',
    unanswered:
      'Latchkey asked the user whether to allow this program, and got no answer. Try again later.',
    locked: 'The screen is locked. Try again when the user is back.',
    nobodyToAsk:
      "Latchkey runs in the background, so it can't ask the user. Send a key, or start Latchkey with " +
      "--allow and the program's path.",
    nobodyToAskToManage:
      "Latchkey runs in the background, so it can't ask the user, and this is never allowed without a " +
      'question. Start the tray app, or headless in a terminal.',
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
  })
})

test('the details of problems', () => {
  expect(
    sayAll(PROBLEM_DETAILS, {
      wrongHost: [['localhost:5323', '127.0.0.1:5323']],
      wrongMethod: ['POST'],
      wrongType: ['application/json'],
      otherDomain: [['https://id.example', 'https://b.example']],
      otherParameter: [['access_type', 'display']],
      mismatch: ['code_verifier'],
      keyNameTaken: ['backup'],
      notGranted: ['files:read'],
      notInKey: [['email', 'files:read']],
    }),
  ).toEqual({
    noHostOrPath: 'The request must have one Host header and a path.',
    wrongHost:
      "The Host header must be one of this service's own names: localhost:5323, 127.0.0.1:5323.",
    webPage: 'This service answers programs on this computer, not web pages.',
    otherUser: 'This service belongs to another user of this computer.',
    notFound: 'There is nothing at this path. See /openapi.json for the paths that exist.',
    noCloud: 'Latchkey signs people in. It is not a cloud and has no models.',
    webSocketOnly: 'This path is a WebSocket. Connect to it with a WebSocket client.',
    badHandshake: 'The request is not a valid WebSocket handshake.',
    tooManySubscribers: 'Too many programs are following a stream. Try again later.',
    wrongMethod: 'This path accepts POST.',
    noNonce: 'The query must have one nonce: 32 random bytes in base64url.',
    notJson: 'The body is not valid JSON.',
    tooLarge: 'The body must not be larger than 64 KiB.',
    wrongType: 'The content type of the body must be application/json.',
    noProvider: 'No provider is configured. Configure one in Latchkey first.',
    otherDomain: 'domain: Latchkey only signs in at https://id.example and https://b.example.',
    otherClient: 'client_id: this client is not the one configured in Latchkey.',
    otherAudience: 'audience: this audience is not the one configured in Latchkey.',
    noAccountOfClient:
      'Nobody is signed in at the provider with this client and audience. Sign in first.',
    keyWithoutSession: 'The account of this key is not signed in. Sign in first.',
    sessionEnded: 'The session of this account has ended. Sign in again.',
    noSuchApp:
      'No app or key has this ID, and none or several have this name. List the apps first.',
    nobodySignedIn: 'Nobody is signed in. Sign in first.',
    badKeyName: 'name: use 1 to 40 letters, digits, dots, hyphens and underscores.',
    keyNameTaken:
      'There is already a key backup. Take it back with latchkey apps forget backup, or use another name.',
    notGranted: 'scope: the session is not for files:read.',
    noSuchAccount: 'No account has the ID that the request names.',
    noSuchProvider: 'provider: no provider in the settings has this name.',
    noSuchUser: 'No account that this program may know has this user_id or email.',
    nobodyNamed: 'The body must have user_id or email.',
    signedOutAgain: 'The user has signed out again.',
    otherAccountClient:
      'client_id: the account belongs to another client. To name another account, send its ID in X-Latchkey-Account.',
    otherParameter:
      'ADDITIONAL_PARAMETERS: only access_type, display can be set. To allow others, change the setting allowedParameters.',
    needsFormPost: 'redirect_uri: this redirect URI needs response_mode form_post.',
    otherRedirectUri: 'redirect_uri: leave it out, or use one that is configured in Latchkey.',
    stateInUse: 'A sign-in with this state is in progress. Use a new state.',
    nothingWaits: 'No sign-in is waiting for this response, or the response has no code.',
    noFormExpected: 'No sign-in is waiting for this form.',
    appGone: 'The app that started this sign-in has stopped waiting for it.',
    cancelled: 'The sign-in was cancelled.',
    notInKey: 'scope: the key is not for email and files:read.',
    oldIdToken:
      'The ID token has expired, and the provider sends a new one only when the user signs in again.',
    nothingToExchange:
      'The request has no body, and Latchkey holds no code to exchange. Call /pkce/code without a body first, or send the code and its verifier.',
    unknownCode: 'No sign-in received this code.',
    spentCode: 'This code has already been exchanged. Start a new sign-in.',
    mismatch: 'code_verifier: it does not belong to this code.',
  })
})

test('the ends of sentences about a body', () => {
  expect(
    sayAll(BODY_ERRORS, {
      valueIn: ['scope'],
      type: ['a string'],
      oneOf: [['code', 'token']],
      atLeast: [0],
      atMost: [9],
      shortest: [43],
      longest: [128],
      mostItems: [64],
      prompt: [['none', 'login']],
    }),
  ).toEqual({
    body: 'The body',
    valueIn: 'A value in scope',
    missing: 'is missing',
    malformed: 'is malformed',
    empty: 'is empty',
    type: 'must be a string',
    oneOf: 'must be code or token',
    wrongType: 'has the wrong type',
    atLeast: 'must be at least 0',
    atMost: 'must be at most 9',
    shortest: 'must have at least 43 characters',
    longest: 'must have at most 128 characters',
    mostItems: 'must have at most 64 items',
    longName: 'has a name that is too long',
    scopeType: 'must be a list of scopes, or one text with scopes separated by spaces',
    scopeItem: 'must have one scope per item, without spaces or quotes',
    noOpenid: 'must include openid',
    prompt: 'must be none or login, or several separated by spaces',
    promptNone: 'must not combine none with another value',
    challenge: 'must be the SHA-256 hash of the verifier, in base64url',
    verifier: 'must be 43 to 128 of the characters A-Z a-z 0-9 - . _ ~',
  })
})

test('the messages about the service', () => {
  expect(
    sayAll(SERVICE_MESSAGES, {
      otherPort: [['1000 is in use by another program', '5323 is in use by nc'], 39300],
      noSocket: [SOCKET_PROBLEMS.taken('/data/api.sock')],
    }),
  ).toEqual({
    noSocket:
      'The Unix socket of this service could not be opened: another program uses /data/api.sock. Apps can use the port.',
    portPurpose: 'its local service',
    otherPort:
      'Port 1000 is in use by another program (1 more are not available either), so this service uses 39300. Apps that only try the usual port will not find it.',
    ownersUnknown:
      'This system does not show who owns a connection (/proc/net/tcp is missing), so this service also answers programs of other users of this computer.',
  })
})

test('why the Unix socket could not be opened', () => {
  expect(
    sayAll(SOCKET_PROBLEMS, {
      notPrivate: ['/data'],
      taken: ['/data/api.sock'],
      notOpened: ['/data/api.sock', 'no permission, EACCES'],
    }),
  ).toEqual({
    notPrivate: 'the folder /data is open to other users',
    taken: 'another program uses /data/api.sock',
    notOpened: "/data/api.sock can't be opened (no permission, EACCES)",
  })
})
