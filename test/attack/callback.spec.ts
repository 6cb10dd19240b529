// Attacks on the callback listener by everyone who can reach it: other programs, pages and people.

import { once } from 'node:events'
import {
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect } from '../support/expect.js'
import { authorizationUrl } from '../../main/oauth/authorization-url.js'
import { codeChallenge } from '../../main/oauth/pkce.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { test } from '../support/fixture.js'
import { altered, answerLink } from '../support/person.js'

const readRedirectUri = (link: string): URL =>
  new URL(new URL(link).searchParams.get('redirect_uri')!)

type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

/** Sends exactly the given request, which fetch can't. */
async function ask(url: string | URL, options: RequestOptions = {}): Promise<Answer> {
  const sent = request(url, options).end()
  sent.on('error', () => undefined) // `once` reports errors before the answer.
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = (await response.setEncoding('utf8').toArray()).join('')
  return { status: response.statusCode!, headers: response.headers, body }
}

test.describe('S01, RFC 9700 section 4.7: a callback without a sign-in’s state', () => {
  for (const [name, forge] of [
    ['a wrong state', (url: string) => altered(url, { state: 'guessed' })],
    ['no state', (url: string) => altered(url, { state: null })],
    ['the state twice', (url: string) => `${url}&state=${new URL(url).searchParams.get('state')}`],
    ['a second, different state', (url: string) => `${url}&state=guessed`],
  ] as const) {
    test(`${name} is rejected, and the sign-in keeps waiting`, async ({ start }) => {
      const { agent, provider, signIn, reached } = await start()
      const callback = await answerLink(await signIn())

      const forged = await ask(forge(callback))
      expect(forged.status).toBe(400)
      expect(forged.body).toContain(PAGE_MESSAGES.nothingToDo.heading)
      expect(agent.model().signIns[0]?.phase).toBe('waiting')
      expect(provider.requests.token).toBe(0)

      expect((await fetch(callback)).status).toBe(200)
      await reached('signed-in')
    })
  }
})

test('S02: a repeated callback causes no second exchange, and gets the same page', async ({
  start,
}) => {
  const { provider, signIn, reached } = await start()
  const exchange = Promise.withResolvers<void>()
  provider.misbehave.hold = (endpoint) =>
    endpoint === 'token' ? exchange.promise : Promise.resolve()
  const callback = await answerLink(await signIn())
  // A scanner that fetches the URL first and does not wait for the page.
  const scanner = new AbortController()
  const scanned = fetch(callback, { signal: scanner.signal }).catch(() => 'gone')
  await expect.poll(() => provider.requests.token).toBe(1)
  const [again, third] = [fetch(callback), fetch(callback)]
  scanner.abort()
  expect(await scanned).toBe('gone')
  for (const other of [
    altered(callback, { code: 'another' }),
    altered(callback, { code: null }),
    altered(callback, { code: null, error: 'access_denied' }),
    altered(callback, { iss: 'https://other.example' }),
  ]) {
    expect((await fetch(other)).status).toBe(400)
  }
  exchange.resolve()
  for (const response of [await again, await third]) {
    expect(response.status).toBe(200)
    expect(await response.text()).toContain(PAGE_MESSAGES.signedIn.heading)
  }
  await reached('signed-in')
  expect(provider.requests.token).toBe(1)
})

test('S02: a repeated callback also learns that the sign-in was cancelled', async ({ start }) => {
  const { agent, provider, signIn, reached } = await start({
    provider: { misbehave: { token: 'hang' } },
  })
  const callback = await answerLink(await signIn())
  const [first, again] = [fetch(callback), fetch(callback)]
  await expect.poll(() => provider.requests.token).toBe(1)
  // Answered after the two: both have arrived.
  const other = new URL(callback)
  other.searchParams.set('state', 'wrong')
  expect((await fetch(other)).status).toBe(400)

  agent.cancel()
  for (const response of [await first, await again]) {
    expect(await response.text()).toContain('cancelled')
  }
  await reached('signed-out')
  expect(provider.requests.token).toBe(1)
})

test('S02: a callback repeated after the end finds the listener closed', async ({ start }) => {
  const { provider, signIn, reached } = await start()
  const callback = await answerLink(await signIn())
  await fetch(callback)
  await reached('signed-in')

  await expect(fetch(callback)).rejects.toThrow('fetch failed')
  expect(provider.requests.token).toBe(1)
})

test('S03, RFC 9700 section 4.5: a code of someone else’s sign-in is rejected because of its verifier', async ({
  start,
}) => {
  const { provider, sessionStore, signIn, reached } = await start()
  const link = await signIn()
  const callback = await answerLink(link)

  const theirs = await answerLink(
    authorizationUrl(
      { authorizationEndpoint: `${provider.issuer}/authorize` },
      {
        clientId: provider.clientId,
        redirectUri: readRedirectUri(link).href,
        scope: 'openid',
        state: 'theirs',
        nonce: 'theirs',
        challenge: codeChallenge('their-own-verifier-of-at-least-43-characters-'),
        audience: null,
        prompt: null,
        loginHint: null,
        maxAgeS: null,
        extra: {},
      },
    ),
    'account=bob',
  )
  const page = await fetch(altered(callback, { code: new URL(theirs).searchParams.get('code') }))

  expect(page.status).toBe(502)
  expect((await reached('failed')).lastResult).toMatchObject({ code: 'invalid-grant' })
  expect(await sessionStore.read()).toBeNull()
})

test('S04: an error without a sign-in’s state ends no sign-in', async ({ start }) => {
  const { agent, signIn, reached } = await start()
  const callback = await answerLink(await signIn())

  for (const query of ['?error=access_denied', '?error=access_denied&state=guessed']) {
    expect((await fetch(new URL(query, callback))).status).toBe(400)
  }
  expect(agent.model().signIns).toHaveLength(1)

  await fetch(callback)
  await reached('signed-in')
})

test.describe('S05, RFC 9207 section 2.4: an answer from another provider', () => {
  for (const [name, iss] of [
    ['another iss', 'https://other.example'],
    ['an iss with one more slash', 'slash'],
    ['no iss, though the provider promises one', null],
  ] as const) {
    test(`with ${name} is rejected before the code is used`, async ({ start }) => {
      const { provider, sessionStore, signIn, reached } = await start()
      const callback = await answerLink(await signIn())
      const changed = iss === 'slash' ? `${provider.issuer}/` : iss

      expect((await fetch(altered(callback, { iss: changed }))).status).toBe(400)
      expect((await reached('failed')).lastResult).toMatchObject({ code: 'issuer-mismatch' })
      expect(provider.requests.token).toBe(0)
      expect(await sessionStore.read()).toBeNull()
    })
  }

  test('that is an error with another iss is rejected too', async ({ start }) => {
    const { signIn, reached } = await start()
    const callback = await answerLink(await signIn(), 'deny=yes')

    await fetch(altered(callback, { iss: 'https://other.example' }))
    expect((await reached('failed')).lastResult).toMatchObject({ code: 'issuer-mismatch' })
  })

  test('can’t be detected, and no iss is needed, if the provider promises none', async ({
    start,
  }) => {
    const { signIn, reached } = await start({
      provider: {
        misbehave: {
          metadata: (json) => ({ ...json, authorization_response_iss_parameter_supported: false }),
        },
      },
    })
    await fetch(altered(await answerLink(await signIn()), { iss: null }))
    await reached('signed-in')
  })
})

test.describe('S06: a callback without a usable code', () => {
  for (const [name, forge] of [
    ['no code', (url: string) => altered(url, { code: null })],
    ['an empty code', (url: string) => altered(url, { code: '' })],
    ['a blank code', (url: string) => altered(url, { code: ' \t' })],
    ['two codes (RFC 6749 section 3.1)', (url: string) => `${url}&code=other`],
    ['an empty error', (url: string) => altered(url, { code: null, error: '' })],
  ] as const) {
    test(`${name}: no request reaches the provider, and the sign-in keeps waiting`, async ({
      start,
    }) => {
      const { provider, signIn, reached } = await start()
      const callback = await answerLink(await signIn())

      expect((await fetch(forge(callback))).status).toBe(400)
      expect(provider.requests.token).toBe(0)

      await fetch(callback)
      await reached('signed-in')
    })
  }
})

test.describe('S07: only GET /callback affects a sign-in', () => {
  for (const [name, options, status] of [
    ['another path', { path: '/' }, 404],
    ['the favicon', { path: '/favicon.ico' }, 404],
    ['a path below', { path: '/callback/' }, 404],
    ['a path in another spelling', { path: '/%63allback' }, 404],
    ['a target with a host in it', { path: '//callback/callback' }, 404],
    ['POST', { method: 'POST' }, 405],
    ['HEAD', { method: 'HEAD' }, 405],
    ['OPTIONS', { method: 'OPTIONS' }, 405],
    ['PUT', { method: 'PUT' }, 405],
    ['the path in capitals', { path: '/CALLBACK' }, 404],
    ['a prefetch', { headers: { 'Sec-Purpose': 'prefetch;prerender' } }, 204],
    ['an old prefetch', { headers: { Purpose: 'prefetch' } }, 204],
  ] as const) {
    test(`${name} gets ${status}, and the sign-in keeps waiting`, async ({ start }) => {
      const { agent, signIn, reached } = await start()
      const callback = await answerLink(await signIn())
      const { search } = new URL(callback)
      const path = 'path' in options ? `${options.path}${search}` : `/callback${search}`

      const answer = await ask(callback, { ...options, path })
      expect(answer.status).toBe(status)
      if (status === 405) expect(answer.headers['allow']).toBe('GET')
      expect(agent.model().signIns[0]?.phase).toBe('waiting')

      await fetch(callback)
      await reached('signed-in')
    })
  }

  test('a silent connection stays open', async ({ start }) => {
    const { signIn, reached } = await start()
    const callback = await answerLink(await signIn())
    const silent = connect(Number(new URL(callback).port), '127.0.0.1')
    await once(silent, 'connect')

    await fetch(callback)
    await reached('signed-in')
    silent.destroy()
  })
})

test.describe('S08: a flood', () => {
  test('of 200 KB in the query is rejected, and the sign-in keeps waiting', async ({ start }) => {
    const { agent, signIn, reached } = await start()
    const callback = await answerLink(await signIn())

    // The listener answers and cuts the connection; the client may not read the answer before the reset.
    const status = await ask(`${callback}&pad=${'x'.repeat(200 * 1024)}`).then(
      (answer) => answer.status,
      () => 'cut off',
    )
    expect(['cut off', 431]).toContain(status)
    expect(agent.model().signIns[0]?.phase).toBe('waiting')
    await fetch(callback)
    await reached('signed-in')
  })

  test('of 1,000 idle sockets does not pile up or block the answer', async ({ start }) => {
    const { signIn, reached } = await start()
    const callback = await answerLink(await signIn())
    const port = Number(new URL(callback).port)
    const sockets: Socket[] = []
    let open = 0
    for (let count = 0; count < 1000; count++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined).on('close', () => (open -= 1))
      await once(socket, 'connect')
      open += 1
      sockets.push(socket)
    }

    await fetch(callback)
    await reached('signed-in')
    expect(open).toBeLessThanOrEqual(100)
    for (const socket of sockets) socket.destroy()
  })
})

test.describe('S09: the content of a page', () => {
  test('shows markup in an error as text', async ({ start }) => {
    const { signIn } = await start()
    const callback = await answerLink(await signIn(), 'deny=yes')
    const page = await fetch(
      altered(callback, {
        error: '<script>alert(1)</script>',
        error_description: '<img src=x onerror=alert(1)> "\'&',
      }),
    )
    const html = await page.text()
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &quot;&#39;&amp;')
    expect(html).not.toContain('<img')
  })

  test('masks a code or state that a provider echoes', async ({ start }) => {
    const { signIn, reached, history } = await start()
    const callback = await answerLink(await signIn(), 'deny=yes')
    const state = new URL(callback).searchParams.get('state')!
    const page = await fetch(
      altered(callback, { error_description: `state ${state}, code c0de-c0de`, code: 'c0de-c0de' }),
    )
    await reached('failed')

    const shown = (await page.text()) + JSON.stringify(history.map(({ status }) => status))
    expect(shown).not.toContain(state)
    expect(shown).not.toContain('c0de-c0de')
  })

  for (const [name, path] of [
    ['on the last page', null],
    ['on the page of a rejected request', '/callback?state=guessed'],
    ['on the page for an unknown path', '/favicon.ico'],
  ] as const) {
    test(`${name} loads nothing, is never cached and can’t be framed`, async ({ start }) => {
      const { signIn } = await start()
      const callback = await answerLink(await signIn())
      const { headers } = await fetch(path === null ? callback : new URL(path, callback))

      const policy = headers.get('content-security-policy')!.split('; ')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy.join()).not.toContain('unsafe')
      expect(headers.get('connection')).toBe('close')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    })
  }
})

test.describe('S10: when and where the listener is open', () => {
  test('it listens before the browser opens, and no longer than a sign-in waits', async ({
    start,
  }) => {
    let seen = 0
    const { agent, signIn, reached } = await start({
      openBrowser: async (link) => void (seen = (await fetch(readRedirectUri(link))).status),
    })
    const link = await signIn()
    await expect.poll(() => seen).toBe(400)

    agent.cancel()
    await reached('signed-out')
    await expect(fetch(readRedirectUri(link))).rejects.toThrow('fetch failed')
  })

  test('it is closed while the provider’s metadata are being read', async ({ start }) => {
    const free = await start()
    const { port } = readRedirectUri(await free.signIn())
    free.agent.cancel()
    await free.reached('signed-out')

    const { agent, provider } = await start({
      redirectPorts: [Number(port)],
      provider: { misbehave: { discovery: 'hang' } },
    })
    agent.signIn()
    await expect.poll(() => provider.requests.discovery).toBe(1)
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
  })

  test('it answers on both loopback addresses and on no other', async ({ start }) => {
    const { signIn } = await start()
    const { port } = readRedirectUri(await signIn())
    const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
    const loopbacks = addresses.filter(({ internal }) => internal)
    const others = addresses.filter(({ internal }) => !internal)

    for (const { address, family } of loopbacks) {
      const host = family === 'IPv6' ? `[${address}]` : address
      expect((await fetch(`http://${host}:${port}/`)).status).toBe(404)
    }
    for (const { address, family } of others) {
      if (address.startsWith('fe80')) continue // Link-local: can't be used without a zone.
      const host = family === 'IPv6' ? `[${address}]` : address
      await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow('fetch failed')
    }
  })

  test('it delivers the whole page before it closes', async ({ start }) => {
    const { signIn, reached } = await start()
    const page = await fetch(await answerLink(await signIn()))
    await reached('signed-in')

    expect(Buffer.byteLength(await page.text())).toBe(Number(page.headers.get('content-length')))
  })

  test('it closes even if a browser hangs up before the page', async ({ start }) => {
    const { signIn, reached } = await start()
    const callback = new URL(await answerLink(await signIn()))
    const socket = connect(Number(callback.port), '127.0.0.1')
    socket.write(
      `GET ${callback.pathname}${callback.search} HTTP/1.1\r\nHost: ${callback.host}\r\n\r\n`,
    )
    await reached('exchanging')
    socket.destroy()

    await reached('signed-in')
    await expect(fetch(callback)).rejects.toThrow('fetch failed')
  })

  test('a sign-in that replaces another one uses the same port, even if it is the only one', async ({
    start,
  }) => {
    // The system has just freed this port, so another program is unlikely to use it.
    const free = await start()
    const { port } = readRedirectUri(await free.signIn())
    free.agent.cancel()
    await free.reached('signed-out')

    const { signIn, reached } = await start({ redirectPorts: [Number(port)] })
    await signIn()
    const second = await signIn()
    expect(readRedirectUri(second).port).toBe(port)
    await fetch(await answerLink(second))
    await reached('signed-in')
  })
})

test.describe('S11: success is shown after the exchange, not before', () => {
  for (const fault of ['server-error', 'invalid-grant', 'not-json'] as const) {
    test(`if the token endpoint answers with ${fault}, the page says that the sign-in failed`, async ({
      start,
    }) => {
      const { signIn, reached } = await start({ provider: { misbehave: { token: fault } } })
      const page = await fetch(await answerLink(await signIn()))

      expect(page.status).toBe(502)
      expect(await page.text()).toContain(PAGE_MESSAGES.failed.heading)
      await reached('failed')
    })
  }
})
