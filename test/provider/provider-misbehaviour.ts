// The ways in which the embedded provider can be told to misbehave, to test a client's defences.

import { Readable } from 'node:stream'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { signAgain, type JwtPart, type SigningKey } from './provider-keys.js'

/**
 * How an endpoint fails instead of doing its work; what it was sent has no effect.
 *
 * - `server-error`: 500 with a JSON error
 * - `rate-limited`: 429 with Retry-After (RFC 6585 section 4)
 * - `unavailable`: 503, with Retry-After where `retryAfter` is set (RFC 9110 section 15.6.4)
 * - `echo`: 400 with a JSON error that quotes all that was sent
 * - `not-json`: 200 and a web page, as from a hotel's Wi-Fi
 * - `truncated`: JSON that breaks off before its Content-Length
 * - `redirect`: 307 to a place where the same request succeeds (RFC 9700 section 4.12)
 * - `hang`: takes the request and never answers
 * - `drip`: headers at once, then one byte every 200 ms for ever
 * - `reset`: the connection is destroyed
 */
export type Failure =
  | 'server-error'
  | 'rate-limited'
  | 'unavailable'
  | 'echo'
  | 'not-json'
  | 'truncated'
  | 'redirect'
  | 'hang'
  | 'drip'
  | 'reset'

/**
 * How an answer is spoiled after the endpoint has done its work.
 *
 * - `oversized`: the right answer, made 8 MiB long, without Content-Length
 * - `answer-lost`: the connection is destroyed in the answer's place
 */
export type Spoiling = 'oversized' | 'answer-lost'

export type Fault = Failure | Spoiling

type Json = Record<string, unknown>

/** Every field is one way to misbehave; a field left out or undefined is good behaviour. */
export type Misbehaviour = {
  /** RFC 9110 section 6.6.1: the Date header of every answer, as a clock that is wrong has it. */
  date?: string | undefined
  /** RFC 9110 section 10.2.3: what `rate-limited` (`2` by default) and `unavailable` send. */
  retryAfter?: string | undefined
  /** An endpoint does its work, and answers once the promise for it has settled. */
  hold?: ((endpoint: Endpoint) => Promise<unknown> | undefined) | undefined

  /** OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3: the metadata document. */
  discovery?: Fault | undefined
  /** Rewrites the metadata; a string is sent as it is, anything else as JSON. */
  metadata?: ((json: Json) => unknown) | undefined
  /** Headers of the metadata's answer, one character a byte. */
  metadataHeaders?: Readonly<Record<string, string>> | undefined

  /** RFC 7517 section 5: the key set; `empty` has no keys. */
  jwks?: Fault | 'empty' | undefined
  /** Rewrites the key set; a string is sent as it is, anything else as JSON. */
  jwksResponse?: ((json: Json) => unknown) | undefined

  /**
   * RFC 6749 section 4.1.2, RFC 9207 section 2: changes the parameters of the redirect back to the
   * client, success and error alike. An answer in form_post mode is left alone.
   */
  callback?: ((params: URLSearchParams) => void) | undefined

  /** RFC 6749 section 5: the token endpoint; `invalid-grant` is section 5.2's error. */
  token?: Fault | 'invalid-grant' | undefined
  /** What the token endpoint answers in place of its work: an error of section 5.2, or none at all. */
  tokenRefusal?: { status: number; body: unknown } | undefined
  /** The status of a successful token answer; 200 by default. */
  tokenStatus?: number | undefined
  /** Rewrites a successful token answer; a string is sent as it is, anything else as JSON. */
  tokenResponse?: ((json: Json) => unknown) | undefined

  /**
   * OpenID Connect Core 1.0 section 3.1.3.7: changes the ID token's claims and header in place; it
   * is then signed again with the provider's own key.
   */
  idToken?: ((claims: JwtPart, header: JwtPart) => void) | undefined
  /** Rewrites the finished ID token, after `idToken`: another signature, or none. */
  idTokenRaw?: ((jwt: string) => string) | undefined

  /** OpenID Connect Core 1.0 section 5.3: userinfo; `wrong-sub` is of another person (5.3.2). */
  userinfo?: Fault | 'wrong-sub' | undefined

  /** RFC 7009 section 2: revocation. */
  revocation?: Fault | undefined
}

export type Endpoint =
  'discovery' | 'jwks' | 'authorization' | 'token' | 'userinfo' | 'revocation' | 'endSession'

/** What answers in the endpoint's place; undefined where the endpoint is to do its work. */
export function failureOf(
  ctx: KoaContextWithOIDC,
  endpoint: Endpoint,
  misbehave: Misbehaviour,
): ((ctx: KoaContextWithOIDC, sent: string) => void) | undefined {
  const { tokenRefusal } = misbehave
  if (endpoint === 'token' && tokenRefusal) {
    return (ctx) => {
      if (misbehave.retryAfter !== undefined) ctx.set('Retry-After', misbehave.retryAfter)
      send(ctx, tokenRefusal.body)
      ctx.status = tokenRefusal.status
    }
  }
  const fault = faultOf(endpoint, misbehave)
  if (!fault || (fault === 'redirect' && isFollowed(ctx))) return undefined
  const fail = FAILURES[fault]
  return fail && ((ctx, sent) => fail(ctx, { sent, retryAfter: misbehave.retryAfter }))
}

/** True for the request of a client that went where the fault `redirect` sent it. */
export function isFollowed(ctx: KoaContextWithOIDC): boolean {
  return 'followed' in ctx.query
}

/** Spoils the answer that the endpoint has made. `key` is the one that ID tokens are signed with. */
export function spoil(
  ctx: KoaContextWithOIDC,
  endpoint: Endpoint | undefined,
  misbehave: Misbehaviour,
  key: SigningKey,
): void {
  if (misbehave.date !== undefined) ctx.set('Date', misbehave.date)
  const location = ctx.response.get('Location')
  if (misbehave.callback && isCallback(ctx, location)) {
    const url = new URL(location)
    misbehave.callback(url.searchParams)
    ctx.set('Location', url.href)
  }
  if (!endpoint) return
  const fault = faultOf(endpoint, misbehave)
  if (fault === 'answer-lost') {
    ctx.respond = false
    ctx.req.socket.destroy()
  }
  if (ctx.status !== 200) return
  if (endpoint === 'discovery' && misbehave.metadata) {
    send(ctx, misbehave.metadata(plain(ctx.body)))
  }
  if (endpoint === 'discovery' && misbehave.metadataHeaders) {
    ctx.set({ ...misbehave.metadataHeaders })
    // With a text as its body Node would send the headers in the text's encoding.
    ctx.body = Buffer.from(JSON.stringify(plain(ctx.body)))
  }
  if (endpoint === 'jwks' && misbehave.jwks === 'empty') send(ctx, { keys: [] })
  if (endpoint === 'jwks' && misbehave.jwksResponse) {
    send(ctx, misbehave.jwksResponse(plain(ctx.body)))
  }
  if (endpoint === 'token') spoilTokens(ctx, misbehave, key)
  if (endpoint === 'userinfo' && misbehave.userinfo === 'wrong-sub') {
    send(ctx, { ...plain(ctx.body), sub: 'mallory' })
  }

  if (fault === 'oversized') {
    const padding = { padding: 'x'.repeat(8 * 1024 * 1024) }
    // A stream has no Content-Length, so a client has to count.
    ctx.body = Readable.from([JSON.stringify({ ...plain(ctx.body), ...padding })])
    ctx.type = 'application/json'
  }
}

function spoilTokens(ctx: KoaContextWithOIDC, misbehave: Misbehaviour, key: SigningKey): void {
  const { idToken, idTokenRaw, tokenResponse } = misbehave
  const tokens = plain(ctx.body)
  if (typeof tokens['id_token'] === 'string') {
    if (idToken) tokens['id_token'] = signAgain(tokens['id_token'], key, idToken)
    if (idTokenRaw) tokens['id_token'] = idTokenRaw(tokens['id_token'] as string)
  }
  send(ctx, tokenResponse ? tokenResponse(tokens) : tokens)
  if (misbehave.tokenStatus !== undefined) ctx.status = misbehave.tokenStatus
}

// The client listens on an origin of its own; all other redirects stay within the provider.
function isCallback(ctx: KoaContextWithOIDC, location: string): boolean {
  return URL.canParse(location) && new URL(location).origin !== ctx.origin
}

type Fail = (ctx: KoaContextWithOIDC, how: { sent: string; retryAfter: string | undefined }) => void

// Indexed by any string, because not every fault is a failure.
const FAILURES: Readonly<Record<string, Fail>> = {
  'server-error': (ctx) =>
    answer(ctx, 500, { error: 'server_error', error_description: 'out of order' }),
  'rate-limited': (ctx, { retryAfter = '2' }) => {
    ctx.set('Retry-After', retryAfter)
    answer(ctx, 429, { error: 'slow_down', error_description: 'too many requests' })
  },
  unavailable: (ctx, { retryAfter }) => {
    if (retryAfter !== undefined) ctx.set('Retry-After', retryAfter)
    answer(ctx, 503, { error: 'temporarily_unavailable', error_description: 'closed for repairs' })
  },
  echo: (ctx, { sent }) =>
    answer(ctx, 400, {
      error: 'invalid_request',
      error_description: `${sent} ${ctx.get('Authorization')}`,
    }),
  'invalid-grant': (ctx) =>
    answer(ctx, 400, { error: 'invalid_grant', error_description: 'grant request is invalid' }),
  'not-json': (ctx) => {
    ctx.type = 'html'
    ctx.body = '<!doctype html><title>Hotel Wi-Fi</title><p>Accept the terms to go online.'
  },
  truncated: (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 4096 })
    ctx.res.write('{"access_token":"cut', () => ctx.req.socket.destroy())
  },
  redirect: (ctx) => {
    ctx.redirect('?followed')
    ctx.status = 307
  },
  hang: (ctx) => {
    ctx.respond = false
  },
  drip: (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, { 'Content-Type': 'application/json' })
    ctx.res.flushHeaders()
    const timer = setInterval(() => ctx.res.write(' '), 200)
    ctx.res.once('close', () => clearInterval(timer))
  },
  reset: (ctx) => {
    ctx.respond = false
    ctx.req.socket.resetAndDestroy()
  },
} satisfies Record<Failure | 'invalid-grant', Fail>

function faultOf(endpoint: Endpoint, misbehave: Misbehaviour): string | undefined {
  if (endpoint === 'authorization' || endpoint === 'endSession') return undefined
  return misbehave[endpoint]
}

function answer(ctx: KoaContextWithOIDC, status: number, json: Json): void {
  ctx.status = status
  ctx.body = json
}

function send(ctx: KoaContextWithOIDC, json: unknown): void {
  ctx.body = typeof json === 'string' ? json : JSON.stringify(json)
  ctx.type = 'application/json'
}

// What a client would read of an answer not yet sent: a copy without the undefined members.
function plain(body: unknown): Json {
  if (typeof body === 'string') return body === '' ? {} : JSON.parse(body)
  return JSON.parse(JSON.stringify(body))
}
