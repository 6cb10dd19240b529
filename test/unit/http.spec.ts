// Requests to the provider, with real servers that misbehave.

import { expect, test as base } from '@playwright/test'
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { fetchMetadata } from '../../main/oauth/metadata.js'
import { AuthError, type ErrorCode } from '../../main/base/errors.js'
import { createHttp, parseJson, type Http, type HttpRequest } from '../../main/net/http.js'
import { isLoopback } from '../../main/net/loopback.js'
import { fetchKeySet } from '../../main/oauth/key-set.js'
import { renewTokens, revokeTokens } from '../../main/oauth/token-endpoint.js'
import { systemClock } from '../../main/base/clock.js'
import { createTestClock } from '../support/clock.js'

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string }

const test = base.extend<{
  /** Starts a server. After the test, it and its connections are closed. */
  serve: (handle: RequestListener) => Promise<{ origin: string; seen: readonly Seen[] }>
}>({
  // eslint-disable-next-line no-empty-pattern
  serve: async ({}, use) => {
    const closes: (() => Promise<unknown>)[] = []
    await use(async (handle) => {
      const seen: Seen[] = []
      const server = createServer((request, response) => {
        const { method = '', url = '', headers } = request
        const take = (body: string): void => {
          seen.push({ method, url, headers, body })
          handle(request, response)
        }
        void text(request).then(take)
      })
      closes.push(() => {
        const closed = once(server, 'close')
        server.close()
        server.closeAllConnections()
        return closed
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
    })
    await Promise.all(closes.map((close) => close()))
  },
})

const PURPOSE = 'testing the client'
const get = (url: string): HttpRequest => ({ method: 'GET', url, purpose: PURPOSE })

const answer =
  (status: number, body = '', headers: OutgoingHttpHeaders = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)

const MEBIBYTE = 1024 * 1024

type Failure = {
  handle: RequestListener
  code: ErrorCode
  words: string
  /** True if fetch does not distinguish a broken answer from a broken connection. */
  unclearOverFetch?: true
}

/** Answers with this Date. Null: without one. */
const dated =
  (status: number, date: string | null, headers: OutgoingHttpHeaders = {}): RequestListener =>
  (_request, response) => {
    response.sendDate = false
    response.writeHead(status, { ...headers, ...(date !== null && { Date: date }) }).end()
  }

const MOMENT = 'Sun, 06 Nov 1994 08:49:37 GMT'
const MOMENT_MS = Date.UTC(1994, 10, 6, 8, 49, 37)

/** The examples of RFC 9110 section 5.6.7, and values in none of the three forms. */
const DATES: [string | null, number | null][] = [
  [MOMENT, MOMENT_MS],
  ['Sunday, 06-Nov-94 08:49:37 GMT', MOMENT_MS],
  ['Sun Nov  6 08:49:37 1994', MOMENT_MS],
  ['Sun, 06 Nov 1994 08:49:37 +0200', null],
  ['Sun, 06 Nov 1994 24:61:37 GMT', null],
  ['784111777', null],
  ['', null],
  [null, null],
]

const DAY_MS = 24 * 60 * 60 * 1000
const RETRY_AFTER: [string | null, number | null][] = [
  ['0', 0],
  ['120', 120_000],
  ['Sun, 06 Nov 1994 08:51:37 GMT', 120_000],
  ['Sun, 06 Nov 1994 08:49:36 GMT', 0],
  ['86401', DAY_MS],
  ['99999999999999999999', DAY_MS],
  ['Tue, 08 Nov 1994 08:49:37 GMT', DAY_MS],
  ['-1', null],
  ['1.5', null],
  ['soon', null],
  ['1994', 1_994_000],
  ['', null],
  [null, null],
]

const REVOKING = (revocationEndpoint: string) => ({
  revocationEndpoint,
  revocationNeedsSecret: true,
  revocationAuthMethods: null,
})

const CLIENT = { clientId: 'c', clientSecret: null }

/** The requests that pass Retry-After on. */
const ASKING: Record<string, (http: Http, origin: string) => Promise<unknown>> = {
  discovery: (http, origin) => fetchMetadata(http, origin),
  'the key set': (http, origin) => fetchKeySet(http, origin),
  'the token endpoint': (http, origin) =>
    renewTokens(
      http,
      { tokenEndpoint: origin, tokenAuthMethods: null },
      { ...CLIENT, refreshToken: 'r', scope: 'openid' },
      { clock: { nowMs: () => 0 }, keep: () => Promise.resolve() },
    ),
  'the revocation endpoint': (http, origin) =>
    revokeTokens(http, REVOKING(origin), {
      ...CLIENT,
      tokens: { accessToken: 'a', refreshToken: null },
    }),
}

const NOT_FOLLOWED: Record<string, (host: string, other: string) => string> = {
  'to another origin': (_host, other) => `${other}/b`,
  'to another scheme': (host) => `https://${host}/b`,
  'to another host by two slashes': (_host, other) => other.replace('http:', ''),
  'with a user name and password': (host) => `http://user:secret@${host}/b`,
  'to a URL with another scheme': () => 'javascript:alert(1)',
  'to an invalid URL': () => 'http://[',
  'that leads to another redirect': () => '/again',
}

// Every way in which an answer can fail, and its message.
const FAILURES: Record<string, Failure> = {
  'is a redirect': {
    handle: (_request, response) => void response.writeHead(307, { Location: '/next' }).end(),
    code: 'provider-error',
    words:
      `The provider answered with a redirect while ${PURPOSE}. Latchkey does not follow it: ` +
      'check the issuer setting.',
  },
  'arrives byte by byte without end': {
    handle: drip,
    code: 'provider-timeout',
    words: `The provider at HOST took more than 0.3 seconds while ${PURPOSE}. Try again later.`,
  },
  'never comes': {
    handle: () => undefined,
    code: 'provider-timeout',
    words: `The provider at HOST took more than 0.3 seconds while ${PURPOSE}. Try again later.`,
  },
  'has too large a Content-Length': {
    handle: answer(200, 'x'.repeat(MEBIBYTE + 1), { 'Content-Length': MEBIBYTE + 1 }),
    code: 'provider-error',
    words:
      `The provider at HOST sent more than 1024 KiB while ${PURPOSE}; Latchkey stopped reading. ` +
      'Check the issuer setting.',
  },
  'is too long without a Content-Length': {
    handle: (_request, response) => {
      response.write('x'.repeat(MEBIBYTE))
      response.end('x')
    },
    code: 'provider-error',
    words:
      `The provider at HOST sent more than 1024 KiB while ${PURPOSE}; Latchkey stopped reading. ` +
      'Check the issuer setting.',
  },
  'ends before its Content-Length': {
    handle: (_request, response) => {
      response.writeHead(200, { 'Content-Length': 4096 })
      response.write('{"access_token":"cut', () => response.destroy())
    },
    code: 'provider-error',
    words: `The answer from the provider at HOST broke off while ${PURPOSE}. Try again.`,
    unclearOverFetch: true,
  },
  'ends between two chunks': {
    handle: (_request, response) => {
      response.write('{"access_token":"cut', () => response.destroy())
    },
    code: 'provider-error',
    words: `The answer from the provider at HOST broke off while ${PURPOSE}. Try again.`,
    unclearOverFetch: true,
  },
  'is a cut connection': {
    handle: (request) => void request.socket.resetAndDestroy(),
    code: 'provider-unreachable',
    words:
      `The provider at HOST could not be reached while ${PURPOSE}: the connection was cut. ` +
      'Check your network and the issuer setting, then try again.',
  },
}

for (const [way, fetch] of [
  ['node:http', undefined],
  ['fetch, as in Electron', globalThis.fetch],
] as const) {
  const connect = (timeoutMs = 5_000, clock = systemClock): Http =>
    createHttp({ timeoutMs, clock, ...(fetch && { fetch }) })

  test.describe(`over ${way}`, () => {
    for (const status of [200, 204, 400, 404, 429, 500, 503]) {
      test(`an answer with status ${status} is returned unchanged`, async ({ serve }) => {
        const body = status === 204 ? '' : '{ "error": "é" }'
        const { origin } = await serve(answer(status, body))
        expect(await connect()(get(origin))).toMatchObject({ status, body })
      })
    }

    for (const [date, dateMs] of DATES) {
      test(`RFC 9110 section 6.6.1: the date "${date}" is ${
        dateMs === null ? 'ignored' : 'read as the provider’s clock'
      }`, async ({ serve }) => {
        const { origin } = await serve(dated(200, date))
        expect((await connect()(get(origin))).dateMs).toBe(dateMs)
      })
    }

    for (const [retryAfter, retryAfterMs] of RETRY_AFTER) {
      test(`RFC 9110 section 10.2.3: Retry-After "${retryAfter}" is ${
        retryAfterMs === null ? 'ignored' : `${retryAfterMs} ms`
      }`, async ({ serve }) => {
        const headers = { ...(retryAfter !== null && { 'Retry-After': retryAfter }) }
        const { origin } = await serve(dated(503, MOMENT, headers))
        expect((await connect()(get(origin))).retryAfterMs).toBe(retryAfterMs)
      })
    }

    test('RFC 9110 section 10.2.3: without a Date, Retry-After counts from our own clock', async ({
      serve,
    }) => {
      const headers = { 'Retry-After': 'Sun, 06 Nov 1994 08:51:37 GMT' }
      const { origin } = await serve(dated(429, null, headers))
      const clock = createTestClock(MOMENT_MS + 30_000)
      expect(await connect(5_000, clock)(get(origin))).toMatchObject({
        dateMs: null,
        retryAfterMs: 90_000,
      })
    })

    for (const [name, ask] of Object.entries(ASKING)) {
      for (const status of [429, 503]) {
        test(`the Retry-After of ${name} with status ${status} is in the error`, async ({
          serve,
        }) => {
          const { origin } = await serve(answer(status, '{}', { 'Retry-After': '7' }))
          const error = await catchError(ask(connect(), origin))
          expect(error).toMatchObject({ retryAfterMs: 7_000 })
        })
      }
    }

    test('an answer may have up to 1 MiB', async ({ serve }) => {
      const { origin } = await serve(answer(200, 'x'.repeat(MEBIBYTE)))
      expect((await connect()(get(origin))).body).toHaveLength(MEBIBYTE)
    })

    for (const status of [301, 302, 303, 307, 308]) {
      test(`one ${status} within the origin is followed if the request allows it`, async ({
        serve,
      }) => {
        const { origin, seen } = await serve((request, response) => {
          if (request.url === '/b?c') return void response.end('there')
          response.writeHead(status, { Location: '/b?c' }).end()
        })
        const request = { ...get(`${origin}/a`), followsOneRedirect: true }
        expect(await connect()(request)).toMatchObject({ status: 200, body: 'there' })
        expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /a', 'GET /b?c'])
        expect(await catchError(connect()(get(`${origin}/a`)))).toMatchObject({
          code: 'provider-error',
        })
      })
    }

    for (const [what, location] of Object.entries(NOT_FOLLOWED)) {
      test(`a redirect ${what} is never followed`, async ({ serve }) => {
        const other = await serve(answer(200, 'elsewhere'))
        const { origin, seen } = await serve((request, response) => {
          if (request.url === '/b') return void response.end('there')
          const { host } = new URL(origin)
          response.writeHead(302, { Location: location(host, other.origin) }).end()
        })
        const request = { ...get(`${origin}/a`), followsOneRedirect: true }
        expect(await catchError(connect()(request))).toMatchObject({
          code: 'provider-error',
          message: expect.stringContaining('with a redirect'),
        })
        expect(other.seen).toEqual([])
        expect(seen.length).toBeLessThanOrEqual(2)
      })
    }

    test('a redirect without a Location is never followed', async ({ serve }) => {
      const { origin, seen } = await serve(answer(302))
      const request = { ...get(origin), followsOneRedirect: true }
      expect(await catchError(connect()(request))).toMatchObject({ code: 'provider-error' })
      expect(seen).toHaveLength(1)
    })

    test('a form is posted as in RFC 6749 appendix B', async ({ serve }) => {
      const { origin, seen } = await serve(answer(200))
      const form = { code: 'a b+c&d=é%', grant_type: 'authorization_code' }
      await connect()({ ...get(`${origin}/token`), method: 'POST', form })
      expect(seen).toMatchObject([
        {
          method: 'POST',
          url: '/token',
          body: 'code=a+b%2Bc%26d%3D%C3%A9%25&grant_type=authorization_code',
        },
      ])
      expect(seen[0]!.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded\b/)
    })

    test('RFC 6750 section 2.1: the bearer token is sent in the header only', async ({ serve }) => {
      const { origin, seen } = await serve(answer(200))
      await connect()({ ...get(`${origin}/userinfo`), bearer: 'a.b-c_d~e+f/g=' })
      expect(seen).toMatchObject([
        { url: '/userinfo', body: '', headers: { authorization: 'Bearer a.b-c_d~e+f/g=' } },
      ])
    })

    for (const [how, { handle, unclearOverFetch, ...expected }] of Object.entries(FAILURES)) {
      const isUnclear = unclearOverFetch && fetch
      const code = isUnclear ? 'provider-unreachable' : expected.code

      test(`an answer that ${how} fails with ${code}, without a secret`, async ({ serve }) => {
        const { origin, seen } = await serve(handle)
        const timeoutMs = code === 'provider-timeout' ? 300 : 5_000
        const error = await catchError(connect(timeoutMs)(secretRequest(origin)))
        expect(error).toBeInstanceOf(AuthError)
        expect(error).toMatchObject({ code })
        const words = expected.words.replace('HOST', new URL(origin).host)
        if (!isUnclear) expect(error.message).toBe(words)
        expect(secretsIn(error)).toEqual([])
        expect(seen.map(({ url }) => url)).not.toContain('/next')
      })
    }

    for (const [how, headers] of [
      ['has too large a Content-Length', { 'Content-Length': 2 * MEBIBYTE }],
      ['is too long without a Content-Length', {}],
    ] as const) {
      test(`the connection of an answer that ${how} is closed`, async ({ serve }) => {
        const closed = Promise.withResolvers<void>()
        const { origin } = await serve((_request, response) => {
          response.once('close', closed.resolve)
          // The answer never ends by itself.
          response.writeHead(200, headers).write('x'.repeat(MEBIBYTE + 1))
        })
        const error = await catchError(connect()(get(origin)))
        expect(error.message).toContain('sent more than 1024 KiB')
        await closed.promise
      })
    }

    test('a refused connection fails with provider-unreachable, without a secret', async () => {
      const origin = await closedOrigin()
      const error = await catchError(connect()(secretRequest(origin)))
      expect(error).toBeInstanceOf(AuthError)
      expect(error).toMatchObject({ code: 'provider-unreachable' })
      expect(error.message).toBe(
        `The provider at ${new URL(origin).host} could not be reached while ${PURPOSE}: the ` +
          'connection was refused. Check your network and the issuer setting, then try again.',
      )
      expect(secretsIn(error)).toEqual([])
    })

    test('a server that does not speak TLS fails with provider-unreachable, without a secret', async ({
      serve,
    }) => {
      const { origin } = await serve(answer(200))
      const error = await catchError(connect()(secretRequest(origin.replace('http:', 'https:'))))
      expect(error).toBeInstanceOf(AuthError)
      expect(error).toMatchObject({ code: 'provider-unreachable' })
      expect(secretsIn(error)).toEqual([])
    })

    test('a token with a line break adds no header', async ({ serve }) => {
      const { origin, seen } = await serve(answer(200))
      await connect()({ ...get(origin), bearer: 'abc\r\nX-Injected: yes' })
      expect(seen).toHaveLength(1)
      expect(seen[0]!.headers).not.toHaveProperty('x-injected')
    })

    test('aborting a request throws the given reason', async ({ serve }) => {
      const controller = new AbortController()
      const reason = new Error('called off')
      const { origin } = await serve(() => controller.abort(reason))
      const { signal } = controller
      expect(await catchError(connect()({ ...get(origin), signal }))).toBe(reason)
    })

    test('aborting during the answer ends the request', async ({ serve }) => {
      const controller = new AbortController()
      const reason = new Error('called off')
      const { origin } = await serve((_request, response) => {
        response.write('{', () => controller.abort(reason))
      })
      const { signal } = controller
      expect(await catchError(connect()({ ...get(origin), signal }))).toBe(reason)
    })

    test('a request that is aborted before it begins is not sent', async ({ serve }) => {
      const { origin, seen } = await serve(answer(200))
      const reason = new Error('called off')
      const signal = AbortSignal.abort(reason)
      expect(await catchError(connect()({ ...get(origin), signal }))).toBe(reason)
      expect(seen).toEqual([])
    })

    test('a signal that does not abort has no effect', async ({ serve }) => {
      const { origin } = await serve(drip)
      const { signal } = new AbortController()
      const error = await catchError(connect(300)({ ...get(origin), signal }))
      expect(error).toMatchObject({ code: 'provider-timeout' })
    })
  })
}

test('a loopback URL does not use HTTP_PROXY, and other URLs do', async ({ serve }) => {
  const direct = await serve(answer(200, 'direct'))
  const proxy = await serve(answer(200, 'by the proxy'))
  const { HTTP_PROXY, NO_PROXY } = process.env
  Object.assign(process.env, { HTTP_PROXY: proxy.origin, NO_PROXY: '' })
  try {
    const http = createHttp()
    expect((await http(get('http://provider.example/'))).body).toBe('by the proxy')
    for (const host of ['127.0.0.1', 'localhost']) {
      const url = direct.origin.replace('127.0.0.1', host)
      expect((await http(get(url))).body).toBe('direct')
    }
    expect(proxy.seen).toHaveLength(1)
  } finally {
    restore('HTTP_PROXY', HTTP_PROXY)
    restore('NO_PROXY', NO_PROXY)
  }
})

const HOSTS: [string, boolean][] = [
  ['http://127.0.0.1:1', true],
  ['http://[::1]:1', true],
  ['http://localhost', true],
  ['http://LOCALHOST', true],
  ['http://127.0.0.1.provider.example', false],
  ['http://localhost.provider.example', false],
  ['http://localhost@provider.example', false],
  ['http://provider.example/#@localhost', false],
  ['http://0.0.0.0', false],
  ['http://[::]', false],
  ['http://192.168.0.1', false],
]
for (const [url, expected] of HOSTS) {
  test(`RFC 8252 section 7.3: ${url} is ${expected ? '' : 'not '}on loopback`, () => {
    expect(isLoopback(new URL(url))).toBe(expected)
  })
}

test('an answer that is not JSON gives undefined, not an exception', () => {
  expect(parseJson('{ "a": [1] }')).toEqual({ a: [1] })
  for (const body of ['', '<!doctype html>', '{"a":']) expect(parseJson(body)).toBeUndefined()
})

/** Every secret in it contains the word canary. */
function secretRequest(origin: string): HttpRequest {
  return {
    method: 'POST',
    url: `${origin}/token?secret=canary-query`,
    purpose: PURPOSE,
    form: { code: 'canary-code', code_verifier: 'canary-verifier' },
    bearer: 'canary-bearer',
  }
}

/** Finds secrets that a log, a crash report or a debugger would show of an error and its causes. */
function secretsIn(error: unknown): string[] {
  const shown = inspect(error, { depth: 10, showHidden: true, maxStringLength: null })
  return [...shown.matchAll(/canary-\w+/g)].map(([secret]) => secret)
}

async function catchError(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => Promise.reject(new Error(`it was answered: ${JSON.stringify(value)}`)),
    (thrown: Error) => thrown,
  )
}

/** Returns an origin at which no server listens. */
async function closedOrigin(): Promise<string> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

function drip(_request: IncomingMessage, response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 20)
  response.once('close', () => clearInterval(timer))
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
