// A small but complete OpenID provider. Tests can replace each part to get unusual answers.

import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { serveWatched, type OddProvider } from './odd-provider.js'

type Json = Record<string, unknown>

/** The last key signs. All of them are in the key set. */
type SmallKey = { publicJwk: JWK; privateKey: CryptoKey }

export type Answer = { status: number; json: unknown }

/** Replacements for parts of the provider. A missing one means the ordinary part. */
export type Parts = {
  /** Rewrites the metadata. */
  metadata?: (json: Json) => unknown
  /** The target of a 301 redirect for the metadata. Null: no redirect. */
  metadataLocation?: (path: string) => string | null
  /** The number of keys. */
  keys?: number
  /** Rewrites the key set. */
  keySet?: (keys: readonly JWK[]) => unknown
  /** Changes the header and the claims of ID tokens. */
  idToken?: (header: Json, claims: Json) => void
  /** Replaces the signing of ID tokens. */
  signIdToken?: (header: Json, claims: Json) => Promise<string>
  /** Changes the callback's parameters. A list means several callbacks, one after the other. */
  callback?: (answer: URLSearchParams, issuer: string) => readonly URLSearchParams[]
  /** Rewrites successful token answers. */
  tokens?: (json: Json, grantType: string) => Answer
  /** The answer to a revocation. */
  revocation?: () => Answer
}

const CLIENT_ID = 'latchkey'
const METADATA = '/.well-known/openid-configuration'
const LIFETIME_S = 3600

type Asked = { challenge: string; redirectUri: string; nonce: string; scope: string }

/** Starts the provider. It signs everyone in as one person, without a page. The caller closes it. */
export async function startSmallProvider(parts: Parts = {}): Promise<OddProvider> {
  const keys = await makeKeys(parts.keys ?? 1)
  const visits: URL[] = []
  const served = await serveWatched({ token: '/token', revocation: '/revoke' }, async (origin) => {
    const handle = createHandler(origin, keys, parts, visits)
    return (request, response) => void handle(request, response)
  })
  return {
    ...served,
    issuer: served.origin,
    clientId: CLIENT_ID,
    async signIn(page, link) {
      await page.goto(link)
      for (const visit of visits.splice(0)) await page.goto(visit.href)
    },
  }
}

function makeKeys(count: number): Promise<SmallKey[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { publicKey, privateKey } = await generateKeyPair('ES256')
      const named = { kid: `key-${index}`, use: 'sig', alg: 'ES256' }
      return { publicJwk: { ...(await exportJWK(publicKey)), ...named }, privateKey }
    }),
  )
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

function createHandler(
  issuer: string,
  keys: readonly SmallKey[],
  parts: Parts,
  visits: URL[],
): Handler {
  const codes = new Map<string, Asked>()
  const refreshTokens = new Map<string, Asked>()
  const json = (response: ServerResponse, { status, json }: Answer): void => {
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    response.end(JSON.stringify(json))
  }
  const issue = async (asked: Asked, grantType: string): Promise<Answer> => {
    const refreshToken = randomUUID()
    refreshTokens.set(refreshToken, asked)
    const nonce = grantType === 'authorization_code' ? asked.nonce : undefined
    const tokens = {
      access_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: LIFETIME_S,
      refresh_token: refreshToken,
      id_token: await signIdToken(issuer, keys, nonce, parts),
      scope: asked.scope,
    }
    return parts.tokens?.(tokens, grantType) ?? { status: 200, json: tokens }
  }

  const answerToken = async (form: URLSearchParams): Promise<Answer> => {
    const grantType = form.get('grant_type') ?? ''
    const isCode = grantType === 'authorization_code'
    const grants = isCode ? codes : refreshTokens
    const spent = form.get(isCode ? 'code' : 'refresh_token') ?? ''
    const asked = grants.get(spent)
    grants.delete(spent)
    if (asked === undefined || form.get('client_id') !== CLIENT_ID) return refusal
    return isCode && !isProven(form, asked) ? refusal : issue(asked, grantType)
  }

  const routes: Record<string, Handler> = {
    '/authorize': async (request, response) => {
      const { searchParams } = new URL(request.url!, issuer)
      const asked = askedIn(searchParams)
      if (asked === null) return void response.writeHead(400).end('PKCE with S256, please.')
      const code = randomUUID()
      codes.set(code, asked)
      const answer = new URLSearchParams({ code, state: searchParams.get('state') ?? '' })
      const [first, ...others] = parts.callback?.(answer, issuer) ?? [answer]
      const back = (parameters: URLSearchParams): URL =>
        new URL(`${searchParams.get('redirect_uri')}?${parameters}`)
      visits.push(...others.map(back))
      response.writeHead(302, { Location: back(first!).href }).end()
    },
    '/token': async (request, response) =>
      json(response, await answerToken(new URLSearchParams(await text(request)))),
    '/jwks': async (_request, response) => {
      const all = keys.map(({ publicJwk }) => publicJwk)
      json(response, { status: 200, json: parts.keySet?.(all) ?? { keys: all } })
    },
    '/revoke': async (request, response) => {
      const answer = parts.revocation?.() ?? { status: 200, json: {} }
      const token = new URLSearchParams(await text(request)).get('token') ?? ''
      if (answer.status === 200) refreshTokens.delete(token)
      json(response, answer)
    },
  }

  return async (request, response) => {
    const path = request.url!.split('?')[0]!
    if (path.startsWith(METADATA)) {
      const location = parts.metadataLocation?.(path) ?? null
      if (location !== null) return void response.writeHead(301, { Location: location }).end()
      const metadata = createMetadata(issuer)
      return json(response, { status: 200, json: parts.metadata?.(metadata) ?? metadata })
    }
    const route = routes[path]
    await (route ? route(request, response) : response.writeHead(404).end())
  }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2} */
const refusal: Answer = { status: 400, json: { error: 'invalid_grant' } }

function createMetadata(issuer: string): Json {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    revocation_endpoint: `${issuer}/revoke`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
  }
}

/** Null if the request did not use S256. */
function askedIn(parameters: URLSearchParams): Asked | null {
  const read = (name: string): string => parameters.get(name) ?? ''
  if (read('code_challenge_method') !== 'S256') return null
  return {
    challenge: read('code_challenge'),
    redirectUri: read('redirect_uri'),
    nonce: read('nonce'),
    scope: read('scope'),
  }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.6} */
function isProven(form: URLSearchParams, { challenge, redirectUri }: Asked): boolean {
  const verifier = form.get('code_verifier') ?? ''
  return (
    createHash('sha256').update(verifier).digest('base64url') === challenge &&
    form.get('redirect_uri') === redirectUri
  )
}

function signIdToken(
  issuer: string,
  keys: readonly SmallKey[],
  nonce: string | undefined,
  parts: Parts,
): Promise<string> {
  const { publicJwk, privateKey } = keys.at(-1)!
  const nowS = Math.floor(Date.now() / 1000)
  const header: Json = { alg: 'ES256', kid: publicJwk.kid }
  const claims: Json = {
    iss: issuer,
    sub: 'alice',
    aud: CLIENT_ID,
    iat: nowS,
    exp: nowS + LIFETIME_S,
    name: 'Alice Adams',
    email: 'alice@example.com',
    ...(nonce !== undefined && { nonce }),
  }
  parts.idToken?.(header, claims)
  if (parts.signIdToken) return parts.signIdToken(header, claims)
  return new SignJWT(claims).setProtectedHeader({ ...header, alg: 'ES256' }).sign(privateKey)
}
