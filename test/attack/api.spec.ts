// Attacks on the local service by everyone who can reach it: web pages, other users, other programs.

import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { mergeTests } from '@playwright/test'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import type { ApiSignInRequest } from '../../main/agent/api-sign-in.js'
import { codeChallenge } from '../../main/oauth/pkce.js'
import {
  ask,
  call,
  expect,
  expectFailure,
  expectProblem,
  formSeedFor,
  respond,
  seeded,
  seedFor,
  signIn,
  test as service,
  type RawAnswer,
  type Service,
  type SharedService,
} from '../support/service.js'
import { test as inProcess } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

const test = mergeTests(service, inProcess)

const ENDPOINTS = [
  ['GET', '/pkce/challenge'],
  ['POST', '/pkce/code'],
  ['POST', '/pkce/token'],
  ['POST', '/pkce/clear'],
  ['GET', '/openapi.json'],
  ['GET', '/.well-known/health'],
] as const

/** Sends the bytes unchanged and returns the whole answer. The request asks the service to hang up. */
async function sendRaw(
  { port }: Pick<Service, 'port'>,
  lines: readonly string[],
  body = '',
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const [first, ...headers] = lines
  socket.write([first, 'Connection: close', ...headers, '', body].join('\r\n'))
  return text(socket)
}

function readStatus(raw: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(raw)?.[1])
}

async function expectNothingHappened(shared: SharedService): Promise<void> {
  expect(await shared.state()).toBe('signed-out')
  expect(shared.opened()).toBe(0)
}

function expectNoGrant({ headers }: Pick<RawAnswer, 'headers'>): void {
  const granted = Object.keys(headers).filter((name) => name.startsWith('access-control-'))
  expect(granted).toEqual([])
}

test.describe('S20: the Host header', () => {
  const foreign = (port: number): readonly string[] => [
    'evil.example.com',
    `evil.example.com:${port}`,
    `rebind.test:${port}`,
    `localhost.evil.example.com:${port}`,
    `evil.localhost:${port}`,
    `localhost.:${port}`,
    `0.0.0.0:${port}`,
    `127.0.0.2:${port}`,
    `127.1:${port}`,
    `2130706433:${port}`,
    `[::]:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `[0:0:0:0:0:0:0:1]:${port}`,
    `localhost@evil.example.com:${port}`,
    'localhost',
    '127.0.0.1',
    `localhost:${port + 1}`,
    `localhost:0${port}`,
    `localhost:${port}, evil.example.com`,
  ]

  for (const [method, path] of ENDPOINTS) {
    test(`${method} ${path} answers only to its own names`, async ({ shared }) => {
      for (const host of foreign(shared.port)) {
        const answer = await ask(shared, path, { method, headers: { host } })
        expectProblem(answer, 403, 'wrong-host')
        expectNoGrant(answer)
      }
      await expectNothingHappened(shared)
    })
  }

  test('is checked before everything else: path, method, type and size', async ({ shared }) => {
    const headers = { host: 'evil.example.com' }
    for (const options of [
      { path: '/nothing', method: 'GET' },
      { path: '/pkce/code', method: 'DELETE' },
      { path: '/pkce/code', method: 'POST', body: 'x'.repeat(100_000) },
      { path: '/pkce/response/code', method: 'POST', body: 'state=x&code=y' },
    ]) {
      const { path, ...rest } = options
      expectProblem(await ask(shared, path, { ...rest, headers }), 403, 'wrong-host')
    }
  })

  test('may have any of the service’s names, in upper or lower case', async ({ shared }) => {
    const { port } = shared
    for (const host of [`localhost:${port}`, `LocalHost:${port}`, `127.0.0.1:${port}`]) {
      const answer = await ask(shared, '/pkce/challenge', { headers: { host } })
      expect(answer.status, host).toBe(200)
    }
    const headers = { host: `[::1]:${port}` }
    expect((await ask(shared, '/pkce/challenge', { host: '::1', headers })).status).toBe(200)
  })

  test('RFC 9112 section 3.2: gets a 400 if it is missing or repeated', async ({ shared }) => {
    const own = `Host: localhost:${shared.port}`
    for (const lines of [
      ['GET /pkce/challenge HTTP/1.1'],
      ['GET /pkce/challenge HTTP/1.0'],
      ['GET /pkce/challenge HTTP/1.1', own, own],
      ['GET /pkce/challenge HTTP/1.1', own, 'Host: evil.example.com'],
      ['GET /pkce/challenge HTTP/1.1', 'Host: evil.example.com', own],
      ['POST /pkce/clear HTTP/1.1', own, 'host: evil.example.com', 'Content-Length: 0'],
    ]) {
      const raw = await sendRaw(shared, lines)
      expect(readStatus(raw), lines.join(' | ')).toBe(400)
      expect(raw).not.toContain('verifier')
    }
    // Present but empty: not our name.
    const empty = await sendRaw(shared, ['GET /pkce/challenge HTTP/1.1', 'Host:'])
    expect(readStatus(empty)).toBe(403)
  })

  test('RFC 9112 section 3.2.2: a target that is not a path gets a 400', async ({ shared }) => {
    const host = `Host: localhost:${shared.port}`
    for (const target of [
      `http://localhost:${shared.port}/pkce/challenge`,
      'http://evil.example.com/pkce/challenge',
      'pkce/challenge',
    ]) {
      const raw = await sendRaw(shared, [`GET ${target} HTTP/1.1`, host])
      expect(readStatus(raw), target).toBe(400)
    }
    const raw = await sendRaw(shared, ['OPTIONS * HTTP/1.1', host])
    expect(readStatus(raw)).toBe(400)
  })
})

test.describe('S21: the headers by which a browser describes the requesting page', () => {
  const pages = (url: string): readonly Record<string, string>[] => [
    { origin: 'https://evil.example.com' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://localhost' },
    { origin: url },
    { origin: url, 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none, cross-site' },
    { 'sec-fetch-site': '' },
    { origin: 'chrome-extension://abcdefghijklmnop', 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example.com', 'x-latchkey-account': 'alice234' },
  ]

  for (const [method, path] of ENDPOINTS) {
    test(`${method} ${path} rejects pages, without a CORS grant`, async ({ shared }) => {
      for (const headers of pages(shared.url)) {
        const answer = await ask(shared, path, { method, headers })
        expectProblem(answer, 403, 'web-page')
        expectNoGrant(answer)
      }
      await expectNothingHappened(shared)
    })
  }

  test('a preflight gets no grant', async ({ shared }) => {
    for (const path of ['/pkce/code', '/pkce/clear', '/pkce/response/code', '/pkce/challenge']) {
      const answer = await ask(shared, path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://evil.example.com',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-latchkey-account',
          'access-control-request-private-network': 'true',
          'sec-fetch-site': 'cross-site',
          'sec-fetch-mode': 'cors',
        },
      })
      expectProblem(answer, 403, 'web-page')
      expectNoGrant(answer)
      // From a program it is a wrong method, also without a grant.
      const plain = await ask(shared, path, { method: 'OPTIONS' })
      expectProblem(plain, 405, 'method-not-allowed')
      expectNoGrant(plain)
    }
  })

  test('a program, which sends none of them, is answered', async ({ shared }) => {
    // Node's fetch sends only a mode.
    for (const headers of [{}, { 'sec-fetch-site': 'none' }, { 'sec-fetch-mode': 'cors' }]) {
      const answer = await ask(shared, '/pkce/challenge', { headers })
      expect(answer.status).toBe(200)
      expectNoGrant(answer)
    }
  })

  test('S44: the address bar gets only public documents', async ({ shared }) => {
    for (const added of ['sec-fetch-mode', 'sec-fetch-dest', 'sec-fetch-user']) {
      const headers = { 'sec-fetch-site': 'none', [added]: '?1' }
      for (const path of ['/.well-known/health', '/.well-known/version', '/openapi.json']) {
        expect((await ask(shared, path, { headers })).status, path).toBe(200)
        expectProblem(await ask(shared, path, { method: 'POST', headers }), 403, 'web-page')
      }
      for (const [method, path] of ENDPOINTS) {
        if (path.startsWith('/.well-known/') || path === '/openapi.json') continue
        expectProblem(await ask(shared, path, { method, headers }), 403, 'web-page')
      }
    }
  })

  for (const header of ['sec-purpose', 'purpose']) {
    test(`S44: a prefetch that ${header} announces is rejected`, async ({ shared }) => {
      for (const value of ['prefetch', 'prefetch;prerender', 'preview', 'Prefetch', '']) {
        for (const [method, path] of [...ENDPOINTS, ['GET', '/openapi.json']] as const) {
          const headers = { [header]: value, 'sec-fetch-site': 'none' }
          expectProblem(await ask(shared, path, { method, headers }), 403, 'web-page')
        }
      }
      await expectNothingHappened(shared)
    })
  }

  test('S44: Expect is answered only after all checks', async ({ shared }) => {
    const own = `Host: localhost:${shared.port}`
    const head = ['Content-Type: application/json', 'Content-Length: 2', 'Expect: 100-continue']
    const bad = ['Origin: https://evil.example.com', ...head]
    const refused = await sendRaw(shared, ['POST /pkce/code HTTP/1.1', own, ...bad])
    expect(refused).toMatch(/^HTTP\/1\.1 403 /)
    const asked = await sendRaw(shared, ['POST /pkce/token HTTP/1.1', own, ...head], '{}')
    expect(asked).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /)
    const unknown = ['Content-Length: 0', 'Expect: the-moon']
    const unmet = ['POST /pkce/clear HTTP/1.1', own, ...unknown]
    expect(readStatus(await sendRaw(shared, unmet))).toBe(417)
    const stranger = ['POST /pkce/clear HTTP/1.1', 'Host: evil.example.com', ...unknown]
    expect(readStatus(await sendRaw(shared, stranger))).toBe(403)
  })

  test('S44: an ambiguous path is rejected', async ({ shared }) => {
    for (const path of [
      '/pkce/%63hallenge',
      '/pkce/response/%63ode',
      '/pkce/./challenge',
      '/pkce/x/../challenge',
      '//pkce/challenge',
      '/pkce//challenge',
      '/pkce/challenge/',
      '/pkce\\challenge',
      '/pkce/challenge%00',
    ]) {
      const raw = await sendRaw(shared, [`GET ${path} HTTP/1.1`, `Host: localhost:${shared.port}`])
      expect(readStatus(raw), path).toBe(404)
    }
  })

  test('a page can’t post a form for an unknown state', async ({ shared }) => {
    const form = { state: 'nobody-waits-for-it', code: 'c' }
    for (const headers of [...pages(shared.url), { origin: 'null', accept: 'text/html' }]) {
      expectProblem(await respond(shared, form, headers), 403, 'web-page')
    }
  })

  test('a page can’t use the form’s path in any other way', async ({ shared }) => {
    const headers = { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' }
    const body = 'state=nobody-waits-for-it&code=c'
    for (const [method, path] of [
      ['PUT', '/pkce/response/code'],
      ['GET', '/pkce/response/code'],
      ['POST', '/pkce/response/code/'],
      ['POST', '/pkce/response/%63ode'],
      ['POST', '//pkce/response/code'],
      ['POST', '/pkce/response/code/../../clear'],
    ] as const) {
      expectProblem(await ask(shared, path, { method, headers, body }), 403, 'web-page')
    }
  })

  test('only the provider’s own form is accepted for a waiting state', async ({ serve }) => {
    const service = await serve()
    const { issuer } = service.provider
    const own = new URL(issuer).origin
    const { seed } = formSeedFor(service)
    const { state } = seed
    const called = service.api.generateCode(seeded(seed))
    await service.program.link()
    const form = { state, code: 'c', iss: issuer }
    for (const origin of [
      'https://evil.example.com',
      `${own}/`,
      `${own}.evil.example.com`,
      own.replace('http', 'https'),
      own.replace(/\d+$/, '9'),
      service.url,
      `${own}, https://evil.example.com`,
      '',
    ]) {
      const answer = await respond(service, form, { origin, 'sec-fetch-site': 'cross-site' })
      expectProblem(answer, 403, 'web-page')
    }
    const twice = await ask(service, '/pkce/response/code', {
      method: 'POST',
      headers: {
        origin: [own, 'https://evil.example.com'],
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(form).toString(),
    })
    expectProblem(twice, 403, 'web-page')
    const other = await respond(service, { ...form, state: 'guessed-0' }, { origin: own })
    expectProblem(other, 403, 'web-page')
    // A repeated state belongs to no sign-in.
    const ambiguous = await call(service, '/pkce/response/code', {
      body: `state=${state}&state=guessed&code=c`,
      headers: { origin: own, 'content-type': 'application/x-www-form-urlencoded' },
    })
    expectProblem(ambiguous, 400, 'malformed')

    const answer = await respond(service, form, {
      origin: 'null',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
    })
    expect(answer.status).toBe(200)
    expectNoGrant({ headers: Object.fromEntries(answer.headers) })
    expect((await called).result!.state).toBe(state)
    // The second time, no sign-in waits for it.
    expectProblem(await respond(service, form, { origin: 'null' }), 403, 'web-page')
  })
})

test.describe('S22: the content type', () => {
  for (const path of ['/pkce/code', '/pkce/token']) {
    test(`${path} accepts only application/json, and answers others with 415`, async ({
      shared,
    }) => {
      const body = JSON.stringify(seedFor(shared.clientId).seed)
      for (const type of [
        'text/plain',
        'text/plain;charset=UTF-8',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'text/json',
        'application/json-seq',
        'application/problem+json',
        'text/plain, application/json',
        '',
      ]) {
        const headers = { 'content-type': type }
        const answer = await ask(shared, path, { method: 'POST', headers, body })
        expectProblem(answer, 415, 'unsupported-type')
      }
      const none = await ask(shared, path, { method: 'POST', body })
      expectProblem(none, 415, 'unsupported-type')
      // Even without a body, a type that only page forms have is rejected.
      const headers = { 'content-type': 'text/plain' }
      const empty = await ask(shared, path, { method: 'POST', headers, body: '' })
      expectProblem(empty, 415, 'unsupported-type')
      await expectNothingHappened(shared)
    })
  }

  test('may have parameters and any case', async ({ shared }) => {
    for (const type of [
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/json ;',
    ]) {
      const headers = { 'content-type': type }
      const answer = await ask(shared, '/pkce/code', { method: 'POST', headers, body: '{}' })
      expectProblem(answer, 400, 'malformed')
    }
  })

  test('/pkce/response/code accepts only forms', async ({ shared }) => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type }
      const body = '{"state":"nobody-waits-for-it","code":"c"}'
      const answer = await ask(shared, '/pkce/response/code', { method: 'POST', headers, body })
      expectProblem(answer, 415, 'unsupported-type')
    }
  })
})

test.describe('S24: a code of another app', () => {
  test('can’t be obtained with the contents of the link: state, nonce and challenge', async ({
    serve,
  }) => {
    const service = await serve()
    const { seed } = seedFor(service.provider.clientId)
    const called = call(service, '/pkce/code', { body: seed })
    const callback = new URL(await answerLink(await service.program.link()))
    await fetch(callback)
    await called
    for (const guess of [seed['code_challenge'], seed.state, seed.state.padEnd(43, 'x')]) {
      const answer = await call(service, '/pkce/token', {
        body: {
          grant_type: 'authorization_code',
          client_id: service.provider.clientId,
          code: callback.searchParams.get('code'),
          redirect_uri: `${callback.origin}/callback`,
          code_verifier: guess,
        },
      })
      expectProblem(answer, 400, 'refused')
    }
    expectProblem(await call(service, '/pkce/token'), 400, 'unknown-code')
    expect(service.provider.requests.token).toBe(0)
  })
})

test.describe('S26: floods', () => {
  const MOST = 64 * 1024

  for (const [path, type] of [
    ['/pkce/code', 'application/json'],
    ['/pkce/token', 'application/json'],
    ['/pkce/response/code', 'application/x-www-form-urlencoded'],
  ] as const) {
    for (const chunked of [false, true]) {
      const how = chunked ? 'in chunks' : 'with its length'
      test(`${path}: a body over 64 KiB, sent ${how}, gets a 413`, async ({ shared }) => {
        const headers = { 'content-type': type }
        const send = (size: number): Promise<RawAnswer> =>
          ask(shared, path, { method: 'POST', headers, chunked, body: Buffer.alloc(size, 'x') })

        expectProblem(await send(MOST + 1), 413, 'too-large')
        expectProblem(await send(MOST), 400, 'malformed')
        await expectNothingHappened(shared)
      })
    }
  }

  test('a body with an enormous announced length gets a 413 long before its end', async ({
    shared,
  }) => {
    const raw = await sendRaw(
      shared,
      [
        'POST /pkce/code HTTP/1.1',
        `Host: localhost:${shared.port}`,
        'Content-Type: application/json',
        'Content-Length: 99999999999',
      ],
      'x'.repeat(MOST + 1),
    )
    expect(readStatus(raw)).toBe(413)
  })

  test('a caller that hangs up in the middle of its body causes no internal error', async ({
    serve,
  }) => {
    const service = await serve()
    for (const framing of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const socket = connect(service.port, '127.0.0.1')
      await once(socket, 'connect')
      const own = `Host: localhost:${service.port}`
      const lines = ['POST /pkce/code HTTP/1.1', own, 'Content-Type: application/json', framing]
      // After 100 Continue, the service waits for the body.
      socket.write(`${[...lines, 'Expect: 100-continue'].join('\r\n')}\r\n\r\n5\r\n{"sta`)
      await once(socket, 'data')
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
    expect((await ask(service, '/.well-known/health')).text).toBe('ok')
    expect(service.program.stderr()).toBe('')
  })

  test('hanging up abandons a code call with a chunked body, like any other', async ({ serve }) => {
    const service = await serve()
    const { seed } = seedFor(service.provider.clientId)
    const sent = request({
      port: service.port,
      host: '127.0.0.1',
      path: '/pkce/code',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    })
    sent.on('error', () => undefined)
    sent.end(JSON.stringify(seed))
    await service.program.link()
    sent.destroy()
    await expect.poll(() => service.program.stdout()).toContain('stopped waiting')
  })

  test('a storm of 100 code calls opens at most five links', async ({ serve }) => {
    const service = await serve()
    const hangUp = new AbortController()
    const { signal } = hangUp
    const answers: Promise<unknown>[] = []
    let refused = 0
    const calls = Array.from({ length: 100 }, async () => {
      const answered = call(service, '/pkce/code', { signal })
      answers.push(answered)
      const answer = await answered
      expectProblem(answer, 429, 'too-many')
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      refused += 1
    })
    const settled = Promise.allSettled(calls)
    for (let count = 0; count < 5; count++) await service.program.link()
    await expect.poll(() => refused).toBe(95)
    hangUp.abort()
    await settled
    expect(service.program.stdout().match(/"event":"open"/g)).toHaveLength(5)
    // Callers that hung up still count towards the limit.
    expectProblem(await call(service, '/pkce/code'), 429, 'too-many')
  })

  test('five launches a minute and 64 sign-ins at once: the sixth and the 65th must wait', async ({
    start,
  }) => {
    const { agent, clock } = await start()
    const { api } = agent
    let count = 0
    const wantedFlow = (): ApiSignInRequest => ({
      provider: null,
      state: `state-${(count += 1)}`,
      nonce: 'nonce',
      challenge: codeChallenge('x'.repeat(43)),
      verifier: null,
      scope: 'openid',
      audience: null,
      prompt: null,
      organization: null,
      extra: {},
      redirectTarget: { kind: 'api', redirectUri: 'http://127.0.0.1:1/pkce/response/code' },
      byFormPost: true,
    })
    const never = new AbortController().signal
    const minutes: string[][] = []
    const begin = async (hangUp = never): Promise<string> => {
      const wanted = wantedFlow()
      const linked = new Promise<void>((resolve) => {
        const unsubscribe = agent.subscribe((_model, event) => {
          if (event.type !== 'link-ready' || event.state !== wanted.state) return
          unsubscribe()
          resolve()
        })
      })
      void api.begin(wanted, hangUp)
      await linked
      minutes.at(-1)!.push(wanted.state)
      return wanted.state
    }
    // Here, a sign-in waits four minutes for its answer, and then ten more for its app.
    while (agent.model().signIns.length < 63) {
      minutes.push([])
      for (let opened = 0; opened < 5 && agent.model().signIns.length < 63; opened++) await begin()
      if (minutes.at(-1)!.length === 5) {
        const message = SIGN_IN_MESSAGES.tooManyAppLaunches
        expect(await api.begin(wantedFlow(), never)).toEqual({ kind: 'too-many', message })
      }
      clock.advance(60_000)
      for (const state of minutes.at(-4) ?? []) {
        api.deliver(new URLSearchParams({ state, code: `code-${state}` }), 'program')
      }
    }
    const message = SIGN_IN_MESSAGES.tooManyWaiting(64)
    const listStates = (): string[] => agent.model().signIns.map(({ state }) => state)
    // Only a sign-in whose app has hung up makes room for another.
    const hangUp = new AbortController()
    const left = await begin(hangUp.signal)
    expect(await api.begin(wantedFlow(), never)).toEqual({ kind: 'too-many', message })
    hangUp.abort()
    expect(listStates()).toContain(left)
    const before = listStates().filter((state) => state !== left)
    const other = await begin()
    expect(listStates().toSorted()).toEqual([...before, other].toSorted())
    expect(await api.begin(wantedFlow(), never)).toEqual({ kind: 'too-many', message })
    api.cancelAll()
    await expect.poll(() => agent.model().signIns.length).toBe(0)
  })

  test('500 silent connections keep no other caller out', async ({ shared }) => {
    const sockets = await Promise.all(
      Array.from({ length: 500 }, async () => {
        const socket = connect(shared.port, '127.0.0.1')
        await once(socket, 'connect')
        return socket
      }),
    )
    expect((await ask(shared, '/.well-known/health')).text).toBe('ok')
    for (const socket of sockets) socket.destroy()
  })
})

test.describe('malformed and unusual requests never get a 500:', () => {
  const deep = (open: string, shut: string, depth: number): string =>
    open.repeat(depth) + shut.repeat(depth)

  for (const [name, body] of [
    ['text that is not JSON', 'hello'],
    ['incomplete JSON', '{"state":'],
    ['two values', '{}{}'],
    ['a byte order mark before incomplete JSON', '\uFEFF{'],
    ['NUL', '\0'],
    ['a text', '"state"'],
    ['a number', '1e999'],
    ['true', 'true'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['a deep list', deep('[', ']', 20_000)],
    ['a deep object', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['a deep list without its end', '['.repeat(60_000)],
    ['many keys', `{${Array.from({ length: 5000 }, (_, at) => `"k${at}":1`).join()}}`],
    ['a prototype', '{"__proto__":{"state":"polluted-state"}}'],
    ['a constructor', '{"constructor":{"prototype":{"state":"polluted-state"}}}'],
  ] as const) {
    test(`${name} as the body gets a 400`, async ({ shared }) => {
      for (const path of ['/pkce/code', '/pkce/token']) {
        expectProblem(await call(shared, path, { body }), 400, 'malformed')
      }
      await expectNothingHappened(shared)
    })
  }

  test('a value of any wrong type gets a 400 in each field', async ({ shared }) => {
    const { seed } = seedFor(shared.clientId)
    const token = {
      grant_type: 'authorization_code',
      client_id: shared.clientId,
      code: 'c',
      redirect_uri: 'http://127.0.0.1:1/callback',
      code_verifier: 'x'.repeat(43),
    }
    const optional = {
      redirect_uri: 'x',
      domain: 'x',
      audience: 'x',
      screen_hint: 'x',
      prompt: 'x',
      organization: 'x',
      invitation: 'x',
      ADDITIONAL_PARAMETERS: 'x',
      response_mode: 'x',
    }
    const wrong = [0, -1, 1e308, true, null, {}, [[]], '', { length: 9 }, 'x'.repeat(60_000)]
    for (const [path, full, names] of [
      ['/pkce/code', seed, Object.keys({ ...seed, ...optional })],
      ['/pkce/token', token, Object.keys(token)],
    ] as const) {
      const asked = names.flatMap((name) =>
        wrong
          // For this field, the absence of parameters is valid.
          .filter((value) => !(name === 'ADDITIONAL_PARAMETERS' && JSON.stringify(value) === '{}'))
          // null counts as absent, so it is wrong only for required fields.
          .filter((value) => value !== null || !(name in optional || name === 'client_id'))
          .map((value) => ({ name, value })),
      )
      await Promise.all(
        asked.map(async ({ name, value }) => {
          const answer = await call(shared, path, { body: { ...full, [name]: value } })
          expect(answer.status, `${path} ${name} ${JSON.stringify(value).slice(0, 40)}`).toBe(400)
          expect(['malformed', 'refused']).toContain((answer.json as { code?: string }).code)
        }),
      )
    }
    await expectNothingHappened(shared)
  })

  test('a number that JSON.parse reads as Infinity gets a 400', async ({ shared }) => {
    const { seed } = seedFor(shared.clientId)
    const body = JSON.stringify({ ...seed, state: 'HERE' }).replace('"HERE"', '9'.repeat(5000))
    expectProblem(await call(shared, '/pkce/code', { body }), 400, 'malformed')
  })

  test('a repeated key: the checked value is the one that is used', async ({ shared }) => {
    const { seed } = seedFor(shared.clientId)
    const text = JSON.stringify(seed)
    const body = `${text.slice(0, -1)},"client_id":"another"}`
    expectProblem(await call(shared, '/pkce/code', { body }), 400, 'refused')
    await expectNothingHappened(shared)
  })

  test('prototype names among the additional parameters change no object', async ({ serve }) => {
    const service = await serve()
    const { seed } = seedFor(service.provider.clientId)
    const bodyWith = (name: string): string =>
      `${JSON.stringify(seed).slice(0, -1)},"ADDITIONAL_PARAMETERS":{"${name}":"polluted"}}`
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      const answer = await call(service, '/pkce/code', { body: bodyWith(name) })
      expectProblem(answer, 400, 'refused')
    }
    // The parser drops this one.
    const called = call(service, '/pkce/code', { body: bodyWith('__proto__') })
    const callback = await answerLink(await service.program.link())
    await fetch(callback)
    const { status, text } = await called
    expect(status).toBe(200)
    expect(text).not.toContain('polluted')
  })

  test('a state named like an object’s property works like any other', async ({ serve }) => {
    const service = await serve()
    for (const state of ['__proto__', 'constructor', 'hasOwnProperty']) {
      const { coded, token } = await signIn(service, { state, nonce: state })
      expect(coded.result!.state).toBe(state)
      expect(token.status).toBe(200)
    }
  })

  test('unknown methods get a 405, and unknown paths a 404', async ({ shared }) => {
    for (const method of ['TRACE', 'PROPFIND', 'PATCH', 'LINK']) {
      const answer = await ask(shared, '/pkce/challenge', { method })
      expectProblem(answer, 405, 'method-not-allowed')
    }
    for (const path of ['/%', '/%00', '/pkce/%E0%A4%A', '/__proto__', '/constructor', '/?', '/#']) {
      expectProblem(await ask(shared, path), 404, 'not-found')
    }
    for (const path of ['/..%2f..%2fetc/passwd', '/../../etc/passwd', '/./.']) {
      expectProblem(await ask(shared, path), 404, 'not-found')
    }
  })
})

test.describe('no error contains a secret from the request,', () => {
  const CANARY = 'c4nary-c4nary-c4nary-c4nary-c4nary-c4nary-c4nary'

  test('whichever field it was in', async ({ shared }) => {
    const { seed } = seedFor(shared.clientId)
    const token = {
      grant_type: 'authorization_code',
      client_id: shared.clientId,
      code: CANARY,
      redirect_uri: `http://127.0.0.1:1/${CANARY}`,
      code_verifier: CANARY,
    }
    const asked: [path: string, body: unknown][] = [
      ['/pkce/code', CANARY],
      ['/pkce/code', `{"state":"${CANARY}`],
      ['/pkce/code', { [CANARY]: CANARY }],
      ['/pkce/code', { ...seed, client_id: CANARY }],
      ['/pkce/code', { ...seed, domain: CANARY }],
      ['/pkce/code', { ...seed, audience: CANARY }],
      ['/pkce/code', { ...seed, redirect_uri: CANARY }],
      ['/pkce/code', { ...seed, screen_hint: CANARY }],
      ['/pkce/code', { ...seed, state: [CANARY] }],
      ['/pkce/code', { ...seed, scope: [CANARY] }],
      ['/pkce/code', { ...seed, code_challenge: CANARY }],
      ['/pkce/code', { ...seed, ADDITIONAL_PARAMETERS: { state: CANARY } }],
      ['/pkce/code', { ...seed, ADDITIONAL_PARAMETERS: { [CANARY]: 5 } }],
      ['/pkce/code', { ...seed, ADDITIONAL_PARAMETERS: { [CANARY.repeat(9)]: 'x' } }],
      ['/pkce/token', token],
      ['/pkce/token', { ...token, client_id: CANARY }],
      ['/pkce/token', { ...token, grant_type: CANARY }],
      ['/pkce/token', { ...token, code_verifier: `${CANARY} ` }],
      ['/pkce/token', { ...token, audience: CANARY }],
    ]
    for (const [path, body] of asked) {
      const { status, text } = await call(shared, path, { body })
      expect(status, JSON.stringify(body)).toBe(400)
      expect(text, JSON.stringify(body)).not.toContain(CANARY)
    }
    for (const form of [{ state: CANARY }, { state: CANARY, code: CANARY, error: CANARY }]) {
      expect((await respond(shared, form)).text).not.toContain(CANARY)
    }
    expect((await call(shared, `/${CANARY}?${CANARY}`)).text).not.toContain(CANARY)
  })

  test('even if a provider echoes it: not on the page, not to the app, not in the status', async ({
    serve,
  }) => {
    const service = await serve()
    const { seed } = formSeedFor(service)
    const failed = expectFailure(service.api.generateCode(seeded(seed)), 502, 'provider-failed')
    await service.program.link()
    const { state } = seed
    const said = `state ${state}, code ${CANARY}`
    const form = { state, code: CANARY, error: 'server_error', error_description: said }
    const page = await respond(service, form, { accept: 'text/html' })
    const { reason } = await service.program.status('failed')
    for (const shown of [page.text, await failed, reason]) {
      expect(shown).not.toContain(state)
      expect(shown).not.toContain(CANARY)
    }
  })

  test('even if the token endpoint echoes it', async ({ serve }) => {
    const service = await serve({ provider: { misbehave: { token: 'invalid-grant' } } })
    const { coded, verifier, token } = await signIn(service)
    expectProblem(token, 502, 'provider-failed')
    for (const secret of [coded.result!.code, coded.result!.state, verifier]) {
      expect(token.text).not.toContain(secret)
    }
  })
})

test('no answer of the service is cached, or interpreted as another type', async ({ shared }) => {
  for (const [method, path] of [
    ...ENDPOINTS,
    ['GET', '/nothing'],
    ['GET', '/pkce/code'],
  ] as const) {
    if (path === '/pkce/code' && method === 'POST') continue
    const { headers } = await ask(shared, path, { method })
    expect(headers['cache-control'], path).toBe('no-store')
    expect(headers['x-content-type-options'], path).toBe('nosniff')
  }
})
