// The callback listener without an agent: situations that its callers can't cause at will.

import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectByTls } from 'node:tls'
import {
  createCallbackListener,
  type PendingCallback,
  type CallbackDiagnostic,
} from '../../main/oauth/callback-listener.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { DEFAULT_TARGET } from '../../main/oauth/redirect-target.js'
import { createTestClock } from '../support/clock.js'
import { owners } from '../support/owners.js'
import { openTab } from '../support/received-tab.js'

const EXPECTED = { state: 's', issuer: 'i', issParameterSupported: false } as const
const AT_ANY_PORT = { target: DEFAULT_TARGET } as const

const clock = createTestClock()
const test = base.extend<{ pending: PendingCallback; callback: string }>({
  // eslint-disable-next-line no-empty-pattern
  pending: async ({}, use) => {
    const listener = createCallbackListener({ clock, owners })
    const pending = await listener.expect(EXPECTED, AT_ANY_PORT)
    await use(pending)
    await pending.leave()
  },
  callback: ({ pending }, use) => use(`${pending.redirectUri}?state=s&code=c`),
})

const TEXT = 'x'.repeat(32 * 1024 * 1024) // More than the system's buffers hold.
const PAGE = { status: 200, tone: 'good', heading: 'h', text: [TEXT] } as const

test('S10: the port closes only after the whole page is delivered, however slow the browser', async ({
  pending,
  callback,
}) => {
  const fetched = fetch(callback)
  const { show } = await pending.answer
  let left = false
  const end = show(PAGE)
    .then(() => pending.leave())
    .then(() => (left = true))
  const response = await fetched

  expect(left).toBe(false)
  expect((await response.text()).includes(TEXT)).toBe(true)
  await end
})

test('S10: a sign-in that leaves while its page is delivered does not cut the page', async ({
  pending,
  callback,
}) => {
  const first = fetch(callback)
  const { show } = await pending.answer
  const again = await openTab(callback)
  void show(PAGE)
  const left = pending.leave()
  const response = await first
  expect(response.status).toBe(200)
  expect((await response.text()).includes(TEXT)).toBe(true)
  const repeated = await again.response
  expect(repeated.statusCode).toBe(200)
  expect((await text(repeated)).includes(TEXT)).toBe(true)
  await left
})

test('S10: the listener waits two seconds for a browser that does not read its page', async ({
  pending,
  callback,
}) => {
  const { port, pathname, search } = new URL(callback)
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
  socket.pause().write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\n\r\n`)
  const { show } = await pending.answer
  const delivered = show(PAGE)
  clock.advance(2_000)
  await delivered
  socket.destroy()
})

test('S10: a browser gets a page even if its sign-in shows none', async ({ pending, callback }) => {
  const fetched = fetch(callback)
  await pending.answer
  await pending.leave()
  expect((await fetched).status).toBe(400)
})

test('S10: a redirect sends no referrer and is not cached', async ({ pending, callback }) => {
  const fetched = fetch(callback, { redirect: 'manual' })
  const { redirect } = await pending.answer
  await redirect('http://127.0.0.1:1/')
  const { status, headers } = await fetched
  expect([status, headers.get('location')]).toEqual([303, 'http://127.0.0.1:1/'])
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('S08: a browser that waits for its page does not count as idle', async ({
  pending,
  callback,
}) => {
  const fetched = fetch(callback)
  const { show } = await pending.answer
  const port = Number(new URL(callback).port)
  const sockets = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      await once(socket, 'connect')
      return socket
    }),
  )
  expect((await fetch(new URL('/', callback))).headers.get('connection')).toBe('close')
  await show({ ...PAGE, text: ['the end'] })
  expect(await (await fetched).text()).toContain('the end')
  for (const socket of sockets) socket.destroy()
})

test('S07: a few silent connections stay open', async ({ callback }) => {
  const port = Number(new URL(callback).port)
  let closed = 0
  const sockets = Array.from({ length: 8 }, () =>
    connect(port, '127.0.0.1').on('close', () => (closed += 1)),
  )
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  await fetch(new URL('/', callback))
  await fetch(new URL('/', callback))
  expect(closed).toBe(0)
  for (const socket of sockets) socket.destroy()
})

test('S10: a port that was taken can be used once it is free, and closes again', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const listener = createCallbackListener({ clock, owners })
  const at = { target: { ...DEFAULT_TARGET, ports: [port] } }
  await expect(listener.expect(EXPECTED, at)).rejects.toMatchObject({ code: 'port-taken' })

  await new Promise((resolve) => other.close(resolve))
  const pending = await listener.expect(EXPECTED, at)
  expect((await fetch(pending.redirectUri)).status).toBe(400)
  await pending.leave()
  await expect(fetch(pending.redirectUri)).rejects.toThrow('fetch failed')
})

/** Returns two ports that were free just now. */
async function freePorts(): Promise<[number, number]> {
  const [one, other] = [createServer(), createServer()]
  for (const server of [one, other]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
  const ports = [one, other].map((server) => (server.address() as AddressInfo).port)
  for (const server of [one, other]) await new Promise((resolve) => server.close(resolve))
  return [ports[0]!, ports[1]!]
}

test('S10: two sign-ins that need the same port at the same time share it', async () => {
  const [port] = await freePorts()
  const listener = createCallbackListener({ clock, owners })
  const both = await Promise.allSettled([
    listener.expect(EXPECTED, { target: { ...DEFAULT_TARGET, ports: [port] } }),
    listener.expect({ ...EXPECTED, state: 't' }, { target: DEFAULT_TARGET, port }),
  ])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
  for (const one of both) if (one.status === 'fulfilled') await one.value.leave()
})

test('S08: slow forms do not delay the end of a sign-in', async () => {
  const listener = createCallbackListener({ clock, owners })
  const pending = await listener.expect({ ...EXPECTED, byFormPost: true }, AT_ANY_PORT)
  const { port } = new URL(pending.redirectUri)
  const sockets = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(
        'POST /callback HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n' +
          'Content-Type: application/x-www-form-urlencoded\r\n\r\na',
      )
      return socket
    }),
  )
  await fetch(new URL('/', pending.redirectUri))
  await pending.leave()
  for (const socket of sockets) socket.destroy()
})

/** Opens a listener, and answers by hand if a connection is ours. */
async function listenWithVerdict() {
  const verdict = Promise.withResolvers<boolean>()
  const seen: CallbackDiagnostic[] = []
  const listener = createCallbackListener({
    clock,
    owners: { isOurs: () => verdict.promise },
  })
  const onDiagnostic = (diagnostic: CallbackDiagnostic): number => seen.push(diagnostic)
  const pending = await listener.expect(EXPECTED, { ...AT_ANY_PORT, onDiagnostic })
  return { pending, seen, decide: verdict.resolve, url: new URL(pending.redirectUri) }
}

for (const isOurs of [true, false]) {
  test(`S41: an answer waits until its owner is known; ${isOurs ? 'ours counts' : 'a stranger’s does not'}`, async () => {
    const { pending, seen, decide } = await listenWithVerdict()
    let isAnswered = false
    void pending.answer.then(() => (isAnswered = true))
    const fetched = fetch(`${pending.redirectUri}?state=s&code=c`)
    // This sets a pace: the answer has arrived by then.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isAnswered).toBe(false)
    decide(isOurs)
    if (isOurs) void pending.answer.then(({ show }) => show({ ...PAGE, text: [] }))
    expect((await fetched).status).toBe(isOurs ? 200 : 404)
    expect([isAnswered, seen.includes('other-user')]).toEqual([isOurs, !isOurs])
    await pending.leave()
  })
}

test('S41: a connection with two requests before its owner is known is dropped', async () => {
  const { pending, decide, url } = await listenWithVerdict()
  const socket = connect(Number(url.port), url.hostname)
  const closed = untilClosed(socket)
  socket.write('GET /callback HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2))
  await closed
  decide(false)
  await pending.leave()
})

test('S08: headers that arrive byte by byte are cut off in time, and block no one else', async () => {
  const listener = createCallbackListener({
    clock,
    owners,
    requestTimeoutMs: 50,
  })
  const pending = await listener.expect(EXPECTED, AT_ANY_PORT)
  const slow = connect(Number(new URL(pending.redirectUri).port), '127.0.0.1')
  const closed = untilClosed(slow)
  slow.write('GET /callback?state=s&code=c HTTP/1.1\r\nX: ')
  // This sets a pace: the client continues as long as the listener allows.
  const drip = setInterval(() => slow.write('x'), 1)

  const fetched = fetch(`${pending.redirectUri}?state=s&code=c`)
  const { show } = await pending.answer
  await show({ ...PAGE, text: ['the end'] })
  expect(await (await fetched).text()).toContain('the end')

  await closed
  clearInterval(drip)
  expect(slow.bytesWritten).toBeLessThan(16 * 1024) // More would be too large anyway.
  await pending.leave()
})

/** Resolves when a connection has closed, with or without an error. */
function untilClosed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined)
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

type Watched = {
  redirectUri: string
  /** The diagnostics that one sign-in, and another at the same port, received. Oldest first. */
  seen: CallbackDiagnostic[]
  seenByOther: CallbackDiagnostic[]
  socket(): Promise<Socket>
}

const watching = base.extend<{ watched: Watched }>({
  // eslint-disable-next-line no-empty-pattern
  watched: async ({}, use) => {
    const listener = createCallbackListener({ clock, owners })
    const seen: CallbackDiagnostic[] = []
    const seenByOther: CallbackDiagnostic[] = []
    const both = [
      await listener.expect(EXPECTED, {
        ...AT_ANY_PORT,
        onDiagnostic: (diagnostic) => seen.push(diagnostic),
      }),
      await listener.expect(
        { ...EXPECTED, state: 't' },
        { ...AT_ANY_PORT, onDiagnostic: (diagnostic) => seenByOther.push(diagnostic) },
      ),
    ]
    const { redirectUri } = both[0]!
    const sockets: Socket[] = []
    const socket = async (): Promise<Socket> => {
      const made = connect(Number(new URL(redirectUri).port), '127.0.0.1')
      made.on('error', () => undefined)
      sockets.push(made)
      await once(made, 'connect')
      return made
    }
    await use({ redirectUri, seen, seenByOther, socket })
    for (const made of sockets) made.destroy()
    for (const pending of both) await pending.leave()
  },
})

/** A browser in HTTPS-only mode. Resolves when it has given up. */
async function comeByTls(redirectUri: string): Promise<void> {
  const { port } = new URL(redirectUri)
  const socket = connectByTls({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false })
  await untilClosed(socket)
}

/** A browser with that many bytes of cookies, left by other programs on this computer. */
async function withCookies(url: string, bytes: number): Promise<{ status: number; text: string }> {
  const sent = request(url, { headers: { cookie: `a=${'x'.repeat(bytes - 2)}` } }).end()
  sent.on('error', () => undefined) // The listener may cut it off after its answer.
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return {
    status: response.statusCode!,
    text: (await response.setEncoding('utf8').toArray()).join(''),
  }
}

type Come = string | ((watched: Watched) => Promise<unknown>)

const asForm = { method: 'POST', body: new URLSearchParams('code=c') }
const asLookAhead = { headers: { 'Sec-Purpose': 'prefetch' } }

// The diagnostic of each request (a path means GET) for the sign-in with the state s, and for another
// one at the same port.
// prettier-ignore
const DIAGNOSTICS: readonly [name: string, come: Come, seen: CallbackDiagnostic, byOther: CallbackDiagnostic][] = [
  ['a silent connection', ({ socket }) => socket(),         'connection',     'connection'],
  ['an invalid request',     async ({ socket }) => (await socket()).write('nonsense\r\n\r\n'), 'connection', 'connection'],
  ['a TLS ClientHello',       ({ redirectUri }) => comeByTls(redirectUri), 'tls-hello',      'tls-hello'],
  ['the first byte of a ClientHello',  async ({ socket }) => (await socket()).write(Buffer.of(0x16)), 'tls-hello', 'tls-hello'],
  ['a request for an icon',           '/favicon.ico',                 'connection',     'connection'],
  ['its code at another path',             '/?state=s&code=c',             'other-path',     'connection'],
  ['its error at another path',            '/auth/callback?state=s&error=e', 'other-path',   'connection'],
  ['an unknown answer at another path',    '/?code=c',                     'other-path',     'other-path'],
  ["an old tab's code",                    '/callback?state=old&code=c',   'other-state',    'other-state'],
  ["an old tab's error",                   '/callback?state=old&error=e',  'other-state',    'other-state'],
  ['a code without a state',               '/callback?code=c',             'without-state',  'without-state'],
  ['an error without a state',             '/callback?error=e',            'without-state',  'without-state'],
  ['an error with two states',             '/callback?error=e&state=s&state=t', 'other-state', 'other-state'],
  ['128 KB of cookies', ({ redirectUri }) => withCookies(redirectUri, 129 * 1024), 'large-head', 'large-head'],
  ['its state alone',                      '/callback?state=s',            'empty-callback', 'connection'],
  ['its state with an empty code',         '/callback?state=s&code=',      'empty-callback', 'connection'],
  ["an old tab's empty code",              '/callback?state=old&code=',    'empty-callback', 'empty-callback'],
  ['a state at another path',              '/?state=s',                    'connection',     'connection'],
  ['a callback without anything',          '/callback',                    'empty-callback', 'empty-callback'],
  ['an unexpected form', ({ redirectUri }) => fetch(redirectUri, asForm), 'empty-callback', 'empty-callback'],
  ['a prefetch', ({ redirectUri }) => fetch(`${redirectUri}?state=s&code=c`, asLookAhead), 'connection', 'connection'],
]
for (const [name, come, diagnostic, byOther] of DIAGNOSTICS) {
  watching(
    `F30: ${name} is diagnosed as ${diagnostic}, and the sign-in keeps waiting`,
    async ({ watched }) => {
      const { seen, seenByOther, redirectUri } = watched
      await (typeof come === 'string' ? fetch(new URL(come, redirectUri)) : come(watched))
      await expect.poll(() => seen.at(-1)).toBe(diagnostic)
      await expect.poll(() => seenByOther.at(-1)).toBe(byOther)

      // Later, less informative requests change nothing, and the answer is still accepted.
      await watched.socket()
      await fetch(new URL('/favicon.ico', redirectUri))
      expect([seen.at(-1), seenByOther.at(-1)]).toEqual([diagnostic, byOther])
    },
  )
}

watching(
  'F30: the most informative diagnostic stays, whatever comes after it',
  async ({ watched }) => {
    const { redirectUri, seen } = watched
    const order = [
      () => fetch(new URL('/?state=s&code=c', redirectUri)),
      () => fetch(`${redirectUri}?state=old&code=c`),
      () => fetch(`${redirectUri}?code=c`),
      () => fetch(`${redirectUri}?state=s`),
      () => comeByTls(redirectUri),
    ]
    for (const come of [...order, ...order.toReversed()]) await come()
    expect([...new Set(seen)]).toEqual([
      'connection',
      'other-path',
      'other-state',
      'without-state',
      'empty-callback',
      'tls-hello',
    ])
    expect(seen.slice(seen.indexOf('tls-hello')).every((one) => one === 'tls-hello')).toBe(true)
  },
)

test('F30: requests to another port are not diagnosed', async () => {
  const [port, otherPort] = await freePorts()
  const listener = createCallbackListener({ clock, owners })
  const seen: CallbackDiagnostic[] = []
  const seenThere: CallbackDiagnostic[] = []
  const both = [
    await listener.expect(EXPECTED, {
      ...AT_ANY_PORT,
      port,
      onDiagnostic: (one) => seen.push(one),
    }),
    await listener.expect(
      { ...EXPECTED, state: 't' },
      { ...AT_ANY_PORT, port: otherPort, onDiagnostic: (one) => seenThere.push(one) },
    ),
  ]
  await fetch(`${both[1]!.redirectUri}?state=old&code=c`)
  expect(seenThere).toContain('other-state')
  expect(seen).toEqual([])
  for (const pending of both) await pending.leave()
})

test('F30: a sign-in gets no more diagnostics after its answer', async () => {
  const listener = createCallbackListener({ clock, owners })
  const told: CallbackDiagnostic[] = []
  const pending = await listener.expect(EXPECTED, {
    ...AT_ANY_PORT,
    onDiagnostic: (diagnostic) => told.push(diagnostic),
  })
  const fetched = fetch(`${pending.redirectUri}?state=s&code=c`)
  const { show } = await pending.answer
  const before = told.length
  expect((await fetch(`${pending.redirectUri}?state=s&code=other`)).status).toBe(400)
  expect(told).toHaveLength(before)
  await show({ ...PAGE, text: ['the end'] })
  await fetched
  // The same answer gets the same page until the sign-in ends.
  const again = await fetch(`${pending.redirectUri}?state=s&code=c`)
  expect(await again.text()).toContain('the end')
  expect(told).toHaveLength(before)
  await pending.leave()
})

watching('a callback with 100 KB of cookies is accepted', async ({ watched }) => {
  const { status, text } = await withCookies(`${watched.redirectUri}?state=old&code=c`, 100 * 1024)
  expect([status, watched.seen.at(-1)]).toEqual([400, 'other-state'])
  expect(text).toContain(PAGE_MESSAGES.nothingToDo.heading)
})

watching('a browser that sends too large headers is told what to do', async ({ watched }) => {
  const { status, text } = await withCookies(`${watched.redirectUri}?state=s&code=c`, 200 * 1024)
  expect(status).toBe(431)
  expect(text).toContain(PAGE_MESSAGES.largeHead.text[1])
})
