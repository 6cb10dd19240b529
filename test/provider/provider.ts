// The embedded OpenID provider: the real oidc-provider on a loopback port, for tests and --demo.

import { randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AdapterFactory, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import {
  createOfflineMemory,
  REDIRECT_URIS,
  refuseByDemand,
  type Demands,
} from './provider-demands.js'
import { createSigningKey, openFirstKey, type JwtPart, type SigningAlg } from './provider-keys.js'
import {
  planFailure,
  isFollowed,
  spoil,
  type Endpoint,
  type Misbehaviour,
} from './provider-misbehaviour.js'
import { showMessage, showSignOut } from './provider-pages.js'
import { claimsByScope, createFindAccount, people, type Person } from './provider-people.js'
import { allowOfflineAccess, askWhoSignsIn, createPolicy, forgetLogin } from './provider-sign-in.js'
import { createMemoryStore } from './provider-store.js'

export type { Fault, Misbehaviour } from './provider-misbehaviour.js'

export type ProviderOptions = {
  /** The port on 127.0.0.1. Default: 0, any free one. */
  port?: number
  /** What follows the port in the issuer: '' by default, '/' or a path such as '/tenant'. */
  issuerPath?: string
  /** Serves TLS, under an origin that only a proxy can reach. */
  tls?: { origin: string; key: string; cert: string }
  clientId?: string
  signingAlg?: SigningAlg
  accessTokenTtlS?: number
  idTokenTtlS?: number
  refreshTokenTtlS?: number
  /** False: a refresh token can be used any number of times. Default: once. */
  rotates?: boolean
  /** How long a used refresh token can be used again. Default: not at all. */
  refreshGraceS?: number
  /** A store that survives a restart of the provider. Default: a new one. */
  store?: AdapterFactory
  /** How many people there are beside the usual ones: `guest-1`, `guest-2` and so on. Default: 0. */
  guests?: number
  /** The provider's clock. Default: the machine's. */
  clock?: { nowMs(): number }
  /** True: a browser that has signed in is not asked again. Default: it is asked each time. */
  rememberLogin?: boolean
  /** The client's secret, and the only way to send it. Default: a public client. */
  secret?: { value: string; method: 'client_secret_basic' | 'client_secret_post' }
  /** What the provider demands of an authorization URL. */
  demands?: Demands
  misbehave?: Misbehaviour
}

export type RunningProvider = {
  readonly issuer: string
  /** The port on 127.0.0.1. */
  readonly port: number
  readonly clientId: string
  readonly accounts: readonly Person[]
  /** Read on each request, so tests can set its fields at any time. */
  readonly misbehave: Misbehaviour
  /** How many requests each endpoint got. `followed` counts those after the fault `redirect`. */
  readonly requests: Readonly<Record<Endpoint | 'followed', number>>
  /** The status of each endpoint's answers, oldest first. */
  readonly answers: Readonly<Record<Endpoint, readonly number[]>>
  /** The token endpoint's requests, oldest first, including failed ones. */
  readonly tokenRequests: readonly URLSearchParams[]
  /** The tokens of revocation requests, oldest first, including failed ones. */
  readonly revoked: readonly string[]
  /** Signs with a new key from now on. The key set then holds only that one. */
  rotateKeys(): Promise<void>
  /** Closes the server and every connection, including hanging ones. */
  close(): Promise<void>
}

const DAY_S = 24 * 60 * 60

const SIGN_IN = '/sign-in/'
const ROUTES = {
  authorization: '/authorize',
  token: '/token',
  userinfo: '/userinfo',
  jwks: '/jwks',
  revocation: '/revoke',
  end_session: '/sign-out',
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/oauth-authorization-server': 'discovery',
  [ROUTES.authorization]: 'authorization',
  [ROUTES.token]: 'token',
  [ROUTES.userinfo]: 'userinfo',
  [ROUTES.jwks]: 'jwks',
  [ROUTES.revocation]: 'revocation',
  [ROUTES.end_session]: 'endSession',
}

/**
 * Starts a provider with one public native client, whose loopback redirect may have any port. The
 * caller closes it. It prints nothing; DEBUG=oidc-provider:* shows what goes wrong inside.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3}
 */
export async function startProvider(options: ProviderOptions = {}): Promise<RunningProvider> {
  const { issuerPath = '', clientId = 'latchkey', signingAlg = 'RS256', tls } = options
  const misbehave: Misbehaviour = { ...options.misbehave }
  const requests = {
    discovery: 0,
    jwks: 0,
    authorization: 0,
    token: 0,
    userinfo: 0,
    revocation: 0,
    endSession: 0,
    followed: 0,
  }
  const answers: Record<Endpoint, number[]> = {
    discovery: [],
    jwks: [],
    authorization: [],
    token: [],
    userinfo: [],
    revocation: [],
    endSession: [],
  }
  const tokenRequests: URLSearchParams[] = []
  const revoked: string[] = []

  const { Provider, interactionPolicy } = await importProvider()
  // oidc-provider uses the machine's clock, so times in requests and answers are shifted.
  const { clock } = options
  const aheadS = (): number => (clock ? Math.round((clock.nowMs() - Date.now()) / 1000) : 0)
  const { refreshGraceS = 0 } = options
  const store = options.store ?? createMemoryStore({ aheadS, refreshGraceS })
  const { demands = {} } = options
  const offline = createOfflineMemory(demands)
  const cookieKeys = [randomBytes(32).toString('hex')]
  const mount = issuerPath.replace(/\/$/, '')
  let key = await openFirstKey(signingAlg)

  // The issuer contains the port, so the server listens first. No request arrives before `listener`
  // is set, because nothing is awaited in between.
  let listener: RequestListener
  const receive: RequestListener = (req, res) => {
    if (!req.url?.startsWith(`${mount}/`)) return void res.writeHead(404).end()
    req.url = req.url.slice(mount.length)
    // Express' name for the path that was cut off. oidc-provider builds its own URLs with it.
    listener(Object.assign(req, { baseUrl: mount }), res)
  }
  const server = tls ? createTlsServer(tls, receive) : createServer(receive)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const issuer = `${tls?.origin ?? `http://127.0.0.1:${port}`}${issuerPath}`

  // oidc-provider's keys are fixed when it is created, so new keys need a new one on the same
  // store.
  function createListener(): RequestListener {
    const provider = new Provider(issuer, {
      ...configure(options, clientId, signingAlg),
      adapter: store,
      cookies: { keys: cookieKeys },
      issueRefreshToken: (_ctx, _client, code) => offline.issues(code as never),
      jwks: { keys: [key.jwk] },
      interactions: {
        policy: createPolicy(interactionPolicy),
        url: (_ctx, { uid }) => `${mount}${SIGN_IN}${uid}`,
      },
    })
    // Koa prints every error of a handler, even if only a client has hung up.
    provider.silent = true

    provider.use(async (ctx: KoaContextWithOIDC, next) => {
      if (clock) ctx.set('Date', new Date(clock.nowMs()).toUTCString())
      const endpoint = ENDPOINTS[ctx.path]
      if (endpoint) {
        requests[endpoint] += 1
        ctx.res.once('finish', () => answers[endpoint].push(ctx.res.statusCode))
        if (isFollowed(ctx)) requests.followed += 1
        const fail = planFailure(ctx, endpoint, misbehave)
        if (fail) {
          const sent = await text(ctx.req)
          note(endpoint, sent)
          return fail(ctx, sent)
        }
      }
      await next()
      note(endpoint, ctx.oidc?.body)
      if (endpoint) await misbehave.hold?.(endpoint)
      spoil(ctx, endpoint, clock ? { ...misbehave, idToken: inTime } : misbehave, key)
    })
    provider.use(async (ctx: KoaContextWithOIDC, next) => {
      if (ctx.path.startsWith(SIGN_IN)) return askWhoSignsIn(ctx, provider, options.guests ?? 0)
      if (ctx.path === ROUTES.authorization) {
        if (refuseByDemand(ctx, demands, issuer)) return
        offline.note(ctx)
        allowOfflineAccess(ctx)
      }
      if (ctx.path.startsWith(ROUTES.authorization) && !options.rememberLogin) forgetLogin(ctx)
      return next()
    })
    const handle = provider.callback()
    return (req, res) => void handle(req, res)
  }

  function inTime(claims: JwtPart, header: JwtPart): void {
    for (const name of ['iat', 'exp', 'auth_time']) {
      if (typeof claims[name] === 'number') claims[name] += aheadS()
    }
    misbehave.idToken?.(claims, header)
  }

  function note(endpoint: Endpoint | undefined, body: unknown): void {
    const form = new URLSearchParams((body ?? '') as string | Record<string, string>)
    if (endpoint === 'token') tokenRequests.push(form)
    if (endpoint === 'revocation') revoked.push(form.get('token') ?? '')
  }

  listener = createListener()
  return {
    issuer,
    port,
    clientId,
    accounts: people,
    misbehave,
    requests,
    answers,
    tokenRequests,
    revoked,
    async rotateKeys() {
      key = await createSigningKey(signingAlg)
      listener = createListener()
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

// Each lifetime and page is set, even to its default: oidc-provider prints a notice whenever it
// uses a default.
function configure(
  options: ProviderOptions,
  clientId: string,
  signingAlg: SigningAlg,
): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        application_type: 'native',
        token_endpoint_auth_method: options.secret?.method ?? 'none',
        ...(options.secret && { client_secret: options.secret.value }),
        redirect_uris: [...(options.demands?.redirectUris ?? REDIRECT_URIS)],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: signingAlg,
        // As Keycloak, Okta and others do it, without being asked.
        require_auth_time: true,
      },
    ],
    clientAuthMethods: [options.secret?.method ?? 'none'],
    responseTypes: ['code'],
    routes: ROUTES,
    scopes: ['openid', 'offline_access'],
    claims: claimsByScope,
    // Name and email are in the ID token too, as most providers send them.
    conformIdTokenClaims: false,
    extraParams: ['audience', 'organization', 'invitation', 'screen_hint', 'access_type'],
    findAccount: createFindAccount(options.guests ?? 0),
    pkce: { required: () => true },
    rotateRefreshToken: options.rotates ?? true,
    // The default, 15 s, would hide short lifetimes.
    clockTolerance: 0,
    ttl: {
      AccessToken: options.accessTokenTtlS ?? 60 * 60,
      AuthorizationCode: 60,
      // Outlives the refresh tokens, each of which starts its own lifetime.
      Grant: 365 * DAY_S,
      IdToken: options.idTokenTtlS ?? 60 * 60,
      Interaction: 60 * 60,
      RefreshToken: options.refreshTokenTtlS ?? 14 * DAY_S,
      Session: 14 * DAY_S,
    },
    clientBasedCORS: () => false,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: showSignOut,
        postLogoutSuccessSource: (ctx) =>
          showMessage(ctx, 'You are signed out', 'You can close this page.'),
      },
    },
    renderError: (ctx, { error, error_description }) =>
      showMessage(ctx, 'This request cannot go on', `${error}: ${error_description ?? ''}`),
  }
}

let loading: Promise<typeof import('oidc-provider')> | undefined

// Once for all: two at a time would each restore the other's console.warn.
function importProvider(): Promise<typeof import('oidc-provider')> {
  loading ??= importQuietly()
  return loading
}

// oidc-provider requires Node 22. Node 20 lacks only URL.parse (Node 22.1), and oidc-provider
// prints a warning on import, which is suppressed here.
async function importQuietly(): Promise<typeof import('oidc-provider')> {
  if (!('parse' in URL)) {
    const parse = (url: string, base?: string): URL | null =>
      URL.canParse(url, base) ? new URL(url, base) : null
    Object.defineProperty(URL, 'parse', { value: parse, configurable: true, writable: true })
  }
  const { warn } = console
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('oidc-provider WARNING: Unsupported runtime')) warn(...words)
  }
  try {
    return await import('oidc-provider')
  } finally {
    console.warn = warn
  }
}
