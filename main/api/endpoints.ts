// The table of the API: each endpoint's method, its path, whom it serves, and its description.

import { FORM_TYPE, JSON_TYPE } from '../net/read-body.js'
import type { ModelName, ProblemCode } from './models.js'

export type Endpoint = {
  /**
   * S25: true if the answer contains nothing that belongs to anyone. Such a call doesn't wait until
   * the owner of its connection is known.
   */
  isOpen?: true
  /** How /openapi.json describes the endpoint. Absent: it doesn't. */
  operation?: Operation
}

export type Operation = {
  operationId: string
  summary: string
  /** Optional request headers with text, and what they do. */
  headers?: Readonly<Record<string, string>>
  /** True if a key can be sent in place of the user's consent to the program. */
  takesKey?: true
  body?: { type: string; model: ModelName; required?: boolean }
  /** A model, as JSON; `text`: plain text; `events`: server-sent events; null: 204 without a body. */
  answer: ModelName | 'text' | 'events' | null
  /** True if the answer is plain text for callers that accept it more than JSON. */
  alsoText?: true
  /** The problems of this endpoint, beside those that every endpoint has. */
  problems: readonly ProblemCode[]
}

/** The only endpoint that a browser calls from another origin: the provider's page posts a form to it. */
export const FORM_POST_PATH = '/pkce/response/code'

/** The header that names an account by its ID. */
export const ACCOUNT_HEADER = 'X-Latchkey-Account'

const ACCOUNT = { [ACCOUNT_HEADER]: 'The ID of the account that the call is for.' }

/** Of calls that would answer before the person has. The other calls wait anyway. */
const PREFER = {
  Prefer: 'With wait=60, the call waits for up to a minute until the user has answered.',
}

/** The problems of a sign-in that ends without a user. */
const SIGN_IN_PROBLEMS = [
  'refused',
  'access-denied',
  'timeout',
  'cancelled',
  'provider-failed',
  'unavailable',
] as const satisfies readonly ProblemCode[]

type Name = `${'GET' | 'POST' | 'WS'} /${string}`

/**
 * The endpoints by method and path. HEAD comes with GET. `WS`: a WebSocket, which begins as a GET with
 * `Upgrade: websocket`. An endpoint without a handler does not compile.
 */
export const ENDPOINTS = {
  'GET /pkce/challenge': {
    isOpen: true,
    operation: {
      operationId: 'getChallenge',
      summary: 'Make a verifier and its challenge. Nothing is stored.',
      answer: 'PKCE',
      problems: [],
    },
  },
  'POST /pkce/code': {
    operation: {
      operationId: 'generateCode',
      summary:
        'Open the provider in the browser and wait for the code, for up to 290 seconds: give this ' +
        'call a timeout of 300 seconds. If no browser can be opened, Latchkey shows the user the ' +
        'link, and the call waits. Without a body Latchkey makes the challenge and holds the verifier. ' +
        'If the caller hangs up, the sign-in does not complete. The same program may send the same seed ' +
        'again to continue waiting.',
      body: { type: JSON_TYPE, model: 'SeededPKCE' },
      answer: 'PKCE',
      problems: [...SIGN_IN_PROBLEMS, 'in-use', 'not-allowed', 'too-many'],
    },
  },
  'POST /pkce/token': {
    operation: {
      operationId: 'generateToken',
      summary:
        'Exchange a code, or renew a session. Without a body Latchkey exchanges the latest code ' +
        'whose verifier it holds, if this program began that sign-in. Of several accounts, a program ' +
        'renews the one that it signed in, else the default one. The first time, Latchkey asks the ' +
        'user whether to allow the program, and the call waits for up to a minute. With a key that is not ' +
        'for openid, `id_token` is empty.',
      headers: { [ACCOUNT_HEADER]: 'The ID of the account whose session is renewed.' },
      takesKey: true,
      body: { type: JSON_TYPE, model: 'TokenizedPKCE' },
      answer: 'PKCE',
      problems: [...SIGN_IN_PROBLEMS, 'not-signed-in', 'not-allowed', 'unknown-code', 'spent'],
    },
  },
  'POST /pkce/response/code': {
    operation: {
      operationId: 'respondWithCode',
      summary: 'Deliver a response to the sign-in that waits for its state.',
      body: { type: FORM_TYPE, model: 'CodeResponse', required: true },
      answer: 'PKCE',
      problems: ['refused', 'not-allowed'],
    },
  },
  'POST /pkce/clear': {
    operation: {
      operationId: 'clearPKCE',
      summary: 'Cancel the sign-ins that apps have started. The session is not affected.',
      answer: null,
      problems: ['not-allowed'],
    },
  },
  'GET /accounts': {
    operation: {
      operationId: 'listAccounts',
      summary:
        'The accounts that this program may know. Latchkey asks the user in the background about the ' +
        'one that the call is for.',
      headers: { ...ACCOUNT, ...PREFER },
      takesKey: true,
      answer: 'Accounts',
      problems: ['not-signed-in'],
    },
  },
  'GET /session': {
    operation: {
      operationId: 'getSession',
      summary:
        'The state of the session. Until the user allows the program, the answer is the same as if ' +
        'nobody were signed in, and Latchkey asks the user in the background.',
      headers: { ...ACCOUNT, ...PREFER },
      takesKey: true,
      answer: 'Session',
      problems: ['not-allowed', 'not-signed-in'],
    },
  },
  'GET /session/events': {
    operation: {
      operationId: 'followSession',
      summary:
        'The state of the session as server-sent events: the current one at once, then each change. ' +
        'An event `session` has a Session as its data. If the user takes back the consent, the event ' +
        '`closed` is the last one. A comment comes every 15 seconds.',
      headers: {
        ...ACCOUNT,
        ...PREFER,
        'Last-Event-ID': 'The ID of the last event. If it is the current state, only changes come.',
      },
      takesKey: true,
      answer: 'events',
      problems: ['not-allowed', 'not-signed-in', 'unavailable'],
    },
  },
  'POST /session/sign-in': {
    operation: {
      operationId: 'signIn',
      summary:
        'Sign the user in, in the browser, and wait for up to 290 seconds: give this call a timeout of ' +
        '300 seconds. If the user is signed in, Latchkey asks whether the program may know it. If the ' +
        'caller hangs up, the sign-in goes on. The same program may call again to continue waiting.',
      headers: { [ACCOUNT_HEADER]: 'The ID of the account that signs in.' },
      takesKey: true,
      body: { type: JSON_TYPE, model: 'SessionSignInRequest' },
      answer: 'Session',
      problems: [...SIGN_IN_PROBLEMS, 'not-signed-in', 'too-many'],
    },
  },
  'POST /session/sign-out': {
    operation: {
      operationId: 'signOut',
      summary: 'Sign an account out for all programs. The user must allow this, as for a token.',
      headers: { [ACCOUNT_HEADER]: 'The ID of the account that is signed out.' },
      takesKey: true,
      body: { type: JSON_TYPE, model: 'SessionSignOutRequest' },
      answer: null,
      problems: ['not-signed-in'],
    },
  },
  'POST /session/token': {
    operation: {
      operationId: 'getSessionToken',
      summary:
        'Get an access token, or an ID token, that is valid for at least `minimum_validity` seconds. ' +
        'Latchkey renews the session if it has to. The first time, it asks the user whether to allow ' +
        'the program, and the call waits for up to a minute. A key gives an ID token if it is for openid, or ' +
        'for all scopes and openid was granted. A refresh token never leaves Latchkey.',
      headers: { [ACCOUNT_HEADER]: 'The ID of the account that the token is for.' },
      takesKey: true,
      body: { type: JSON_TYPE, model: 'SessionTokenRequest' },
      answer: 'SessionToken',
      alsoText: true,
      problems: ['refused', 'not-signed-in', 'not-allowed', 'provider-failed'],
    },
  },
  'POST /connect': {
    operation: {
      operationId: 'connect',
      summary:
        'Say which app this is. The answer has the user if the program may know who is signed in.',
      takesKey: true,
      body: { type: JSON_TYPE, model: 'SeededConnectorConnection', required: true },
      answer: 'Context',
      problems: [],
    },
  },
  'GET /user': {
    operation: {
      operationId: 'userSnapshot',
      summary:
        'Who is signed in. Until the user allows the program, the answer is the same as if nobody were ' +
        'signed in, and Latchkey asks the user in the background.',
      headers: { ...ACCOUNT, ...PREFER },
      takesKey: true,
      answer: 'ReturnedUserProfile',
      problems: ['not-signed-in'],
    },
  },
  'GET /user/access_token': {
    operation: {
      operationId: 'userAccessToken',
      summary:
        'Get an access token that is valid for a minute at least. The first time, Latchkey asks the user ' +
        'whether to allow the program, and the call waits for up to a minute.',
      headers: ACCOUNT,
      takesKey: true,
      answer: 'text',
      problems: ['refused', 'not-signed-in', 'provider-failed'],
    },
  },
  'GET /user/refresh': {
    operation: {
      operationId: 'refreshUser',
      summary: 'Who is signed in. Waits for the user if they must be asked, for up to a minute.',
      headers: ACCOUNT,
      takesKey: true,
      answer: 'UserProfile',
      problems: ['not-signed-in'],
    },
  },
  'POST /user/clear': {
    operation: {
      operationId: 'clearUser',
      summary: 'Forget which account this program uses. Nobody is signed out.',
      answer: null,
      problems: ['not-allowed'],
    },
  },
  'POST /user/select': {
    operation: {
      operationId: 'selectUser',
      summary: 'Choose the account that this program uses, among those that it may know.',
      takesKey: true,
      body: { type: JSON_TYPE, model: 'Auth0User', required: true },
      answer: 'UserProfile',
      problems: ['not-signed-in'],
    },
  },
  'GET /users': {
    operation: {
      operationId: 'usersSnapshot',
      summary: 'The accounts that this program may know.',
      headers: { ...ACCOUNT, ...PREFER },
      takesKey: true,
      answer: 'Users',
      problems: ['not-signed-in'],
    },
  },
  'POST /os/sign_in': {
    operation: {
      operationId: 'signIntoOS',
      summary:
        'Sign the user in, in the browser, and wait for up to 290 seconds. If the user is signed in, ' +
        'Latchkey asks whether the program may know it. If the caller hangs up, the sign-in goes on. The ' +
        'same program may call again to continue waiting.',
      headers: ACCOUNT,
      takesKey: true,
      answer: 'UserProfile',
      problems: [...SIGN_IN_PROBLEMS, 'not-signed-in', 'too-many'],
    },
  },
  'POST /os/sign_out': {
    operation: {
      operationId: 'signOutOfOS',
      summary: 'Sign out the account that this program uses. The answer is who is left.',
      headers: ACCOUNT,
      takesKey: true,
      answer: 'Users',
      problems: ['not-signed-in'],
    },
  },
  'GET /.well-known/health': {
    isOpen: true,
    operation: {
      operationId: 'health',
      summary: 'Whether the service runs.',
      answer: 'text',
      problems: [],
    },
  },
  'GET /.well-known/version': {
    isOpen: true,
    operation: {
      operationId: 'version',
      summary: 'The version of Latchkey.',
      answer: 'text',
      problems: [],
    },
  },
  /** For Latchkey's own command line, as all of /agent is. */
  'GET /agent/accounts': {},
  'POST /agent/use': {},
  'GET /agent/apps': {},
  'POST /agent/apps/forget': {},
  'POST /agent/keys': {},
  /** For programs that have read the service file. It is no part of the API for others. */
  'GET /.well-known/proof': { isOpen: true },
  'WS /.well-known/stream/health': { isOpen: true },
  'WS /user/stream': {},
  // Plugins call these after a sign-in.
  'POST /allocations/connect': {},
  'GET /applications': {},
  'GET /models': {},
  'GET /openapi.json': {},
} as const satisfies Record<Name, Endpoint>

/** Every row of the table. */
export type RouteName = keyof typeof ENDPOINTS

/** The rows that are answered once, by HTTP. */
export type EndpointName = Exclude<RouteName, `WS ${string}`>

/** The rows that are WebSockets. */
export type StreamName = Extract<RouteName, `WS ${string}`>

type Path = {
  /** The endpoints by method. */
  methods: ReadonlyMap<string, EndpointName>
  /** The WebSocket at this path; null if there is none. */
  stream: StreamName | null
  /** For the Allow header. */
  allow: string
}

/** The endpoints by their exact path. A path that can be read in two ways is not in it. */
const PATHS: ReadonlyMap<string, Path> = indexByPath()

function indexByPath(): ReadonlyMap<string, Path> {
  const paths = new Map<string, { methods: Map<string, EndpointName>; stream: StreamName | null }>()
  for (const name of Object.keys(ENDPOINTS) as RouteName[]) {
    const [method = '', path = ''] = name.split(' ')
    const found = paths.get(path) ?? { methods: new Map<string, EndpointName>(), stream: null }
    paths.set(path, found)
    if (isStream(name)) {
      found.stream = name
      continue
    }
    found.methods.set(method, name)
    if (method === 'GET') found.methods.set('HEAD', name)
  }
  const entries = [...paths].map(([path, { methods, stream }]) => {
    // A WebSocket begins as a GET.
    const allow = methods.size === 0 ? 'GET' : [...methods.keys()].join(', ')
    return [path, { methods, stream, allow }] as const
  })
  return new Map(entries)
}

function isStream(name: RouteName): name is StreamName {
  return name.startsWith('WS ')
}

/** Reads the path of a target exactly as sent. The table of endpoints contains no other spelling. */
export function readPath(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

/** Finds what exists at a path; undefined if nothing does. */
export function findPath(path: string): Path | undefined {
  return PATHS.get(path)
}

/** True if any user's program may call this, because the answer contains nothing that belongs to anyone. */
export function isOpenRoute(name: RouteName | null | undefined): boolean {
  return !!name && (ENDPOINTS[name] as Endpoint).isOpen === true
}
