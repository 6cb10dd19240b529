// A browser that does not come back: the message for the person, and the ports that are freed.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectByTls } from 'node:tls'
import { expect } from '../support/expect.js'
import type { BeginResult } from '../../main/agent/api-sign-in.js'
import { DEFAULT_TARGET, registrationAdvice } from '../../main/oauth/redirect-target.js'
import { WAITING_ADVICE } from '../../main/agent/agent-messages.js'
import { timedOut } from '../../main/agent/results.js'
import type { CallbackDiagnostic } from '../../main/oauth/callback-listener.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { test, type Fixture } from '../support/fixture.js'
import { altered, answerLink } from '../support/person.js'

const readRedirectUri = (link: string): URL =>
  new URL(new URL(link).searchParams.get('redirect_uri')!)

/** Begins an app's sign-in, and returns its link and its result. */
async function beginApp(
  { agent }: Fixture,
  hangUp: AbortSignal = NEVER,
): Promise<{ link: string; begun: Promise<BeginResult> }> {
  const request = appFlow()
  let begun: Promise<BeginResult>
  const link = await new Promise<string>((resolve) => {
    const unsubscribe = agent.subscribe((_model, event) => {
      if (event.type !== 'link-ready' || event.state !== request.state) return
      unsubscribe()
      resolve(event.link)
    })
    begun = agent.api.begin(request, hangUp)
  })
  return { link, begun: begun! }
}

async function comeByTls({ port }: URL): Promise<void> {
  const socket = connectByTls({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false })
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('close', resolve))
}

const CAME: readonly [CallbackDiagnostic, (link: string) => Promise<unknown>][] = [
  ['nothing', () => Promise.resolve()],
  ['connection', (link) => fetch(new URL('/favicon.ico', readRedirectUri(link)))],
  ['other-path', async (link) => fetch((await answerLink(link)).replace('/callback', '/'))],
  ['other-state', async (link) => fetch(altered(await answerLink(link), { state: 'old' }))],
  ['without-state', (link) => fetch(new URL('?error=invalid_request', readRedirectUri(link)))],
  ['empty-callback', async (link) => fetch(altered(await answerLink(link), { code: null }))],
  ['tls-hello', (link) => comeByTls(readRedirectUri(link))],
]
const explainTimeout = (
  timeoutMs: number,
  diagnostic: CallbackDiagnostic | null,
  link: string | null,
): string => {
  const registration = registrationAdvice(DEFAULT_TARGET)
  const { result } = timedOut(
    timeoutMs,
    diagnostic && { diagnostic, redirectUri: readRedirectUri(link!).href, registration },
  )
  return 'reason' in result ? result.reason : ''
}

for (const [diagnostic, come] of CAME) {
  test(`F30: a timeout after ${diagnostic} says so, for the person's sign-in and an app's`, async ({
    start,
  }) => {
    const own = await start()
    const ownLink = await own.signIn()
    await come(ownLink)
    const other = await start()
    const { link, begun } = await beginApp(other)
    await come(link)

    own.clock.advance(300_000)
    expect((await own.reached('failed')).lastResult).toMatchObject({
      kind: 'expired',
      reason: explainTimeout(300_000, diagnostic, ownLink),
    })
    other.clock.advance(290_000)
    expect(await begun).toEqual({
      kind: 'ended',
      result: { kind: 'expired', reason: explainTimeout(290_000, diagnostic, link) },
    })
  })
}

test('F30: a timeout before there is a listener says nothing about one', async ({ start }) => {
  const provider = { misbehave: { discovery: 'hang' } } as const
  const own = await start({ provider })
  own.agent.signIn()
  await expect.poll(() => own.provider.requests.discovery).toBe(1)
  own.clock.advance(300_000)
  expect((await own.reached('failed')).lastResult).toMatchObject({
    reason: explainTimeout(300_000, null, null),
  })
})

test('F30: a timeout at the API says nothing about a listener', async ({ start }) => {
  const { agent, clock } = await start()
  const redirectUri = 'http://127.0.0.1:1/pkce/response/code'
  const linked = new Promise<void>((resolve) => {
    agent.subscribe((_model, { type }) => type === 'link-ready' && resolve())
  })
  const begun = agent.api.begin(appFlow({ redirectTarget: { kind: 'api', redirectUri } }), NEVER)
  await linked
  clock.advance(290_000)
  expect(await begun).toMatchObject({ result: { reason: explainTimeout(290_000, null, null) } })
})

test('a timeout is cancelled silently if the app has hung up', async ({ start }) => {
  const fixture = await start()
  const { agent, clock, history } = fixture
  const hangUp = new AbortController()
  const { begun } = await beginApp(fixture, hangUp.signal)
  hangUp.abort()
  expect(await begun).toEqual({ kind: 'ended', result: { kind: 'cancelled' } })
  clock.advance(289_999)
  expect(agent.model().signIns).toHaveLength(1)
  clock.advance(1)
  await expect.poll(() => agent.model().signIns).toEqual([])
  expect(agent.model().lastResult).toBeNull()
  expect(history.at(-1)?.event).toMatchObject({ result: { kind: 'cancelled' } })
})

test('a caller that has already hung up begins nothing', async ({ start }) => {
  const { agent, history, provider } = await start()
  const begun = await agent.api.begin(appFlow(), AbortSignal.abort())
  expect(begun).toEqual({ kind: 'ended', result: { kind: 'cancelled' } })
  expect(history).toEqual([])
  expect(provider.requests.discovery).toBe(0)
})

test.describe('F25: the person is told at once what to do while the sign-in waits', () => {
  test('about TLS, and only once', async ({ start }) => {
    const { agent, history, signIn, reached } = await start()
    const link = await signIn()
    for (let come = 0; come < 5; come++) await comeByTls(readRedirectUri(link))
    await fetch(altered(await answerLink(link), { state: 'old' }))

    const told = history.filter(
      ({ event }) => event.type === 'callback-diagnosed' && event.message !== null,
    )
    expect(told).toHaveLength(1)
    expect(told[0]?.status).toMatchObject({
      state: 'waiting',
      reason: WAITING_ADVICE['tls-hello'],
    })
    // The person opens the link again, and the same happens.
    agent.openAgain()
    expect(agent.model().signIns[0]?.message).toBeNull()
    await comeByTls(readRedirectUri(link))
    expect(agent.model().signIns[0]?.message).toBe(told[0]?.status.reason)

    await fetch(await answerLink(link))
    await reached('signed-in')
  })

  test('about an old tab, during an app’s sign-in too', async ({ start }) => {
    const fixture = await start()
    const { agent } = fixture
    const { link } = await beginApp(fixture)
    await fetch(altered(await answerLink(link), { state: 'old' }))
    expect(agent.model().signIns).toEqual([
      expect.objectContaining({
        origin: 'api',
        message: WAITING_ADVICE['other-state'],
      }),
    ])
  })

  test('and never with anything that the browser sent', async ({ start }) => {
    const { clock, history, signIn, reached } = await start()
    const link = await signIn()
    const canary = 'canary-in-a-query'
    for (const path of ['/callback', '/other', `/${canary}`]) {
      for (const name of ['code', 'error', 'state', canary]) {
        await fetch(new URL(`${path}?${name}=${canary}`, readRedirectUri(link)))
      }
    }
    clock.advance(300_000)
    await reached('failed')
    expect(history.length).toBeGreaterThan(3)
    expect(JSON.stringify(history)).not.toContain(canary)
  })
})

/** Opens every kind of connection that may be open when a wait ends. */
async function clingTo({ port }: URL): Promise<Socket[]> {
  const head = 'POST /callback HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n'
  return Promise.all(
    ['', 'GET /callback?state=', `${head}\r\nab`, Buffer.of(0x16, 3, 1)].map(async (sent) => {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(sent)
      return socket
    }),
  )
}

/** Takes the port, as another program would. */
async function take({ port }: URL): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer()
    const taken = await new Promise<string>((resolve) => {
      server.once('error', ({ message }) => resolve(message))
      server.listen({ host, port: Number(port) }, () => resolve('taken'))
    })
    expect(taken).toMatch(/^taken$|EADDRNOTAVAIL|EAFNOSUPPORT/)
    if (taken === 'taken') await new Promise((resolve) => server.close(resolve))
  }
}

test.describe('F25: the port is free again, even with open connections,', () => {
  for (const [when, end] of [
    ['when the time is up', ({ clock }) => clock.advance(300_000)],
    ['when the person cancels', ({ agent }) => agent.cancel()],
    ['when the person signs out', ({ agent }) => void agent.signOut()],
    ['when the program closes', ({ agent }) => void agent.close()],
  ] satisfies [string, (fixture: Fixture) => void][]) {
    test(when, async ({ start }) => {
      const fixture = await start()
      const { agent, signIn } = fixture
      const redirectUri = readRedirectUri(await signIn())
      const sockets = await clingTo(redirectUri)
      const ended = new Promise<void>((resolve) => {
        agent.subscribe((_model, { type }) => type === 'sign-in-ended' && resolve())
      })
      end(fixture)
      await ended
      await take(redirectUri)
      for (const socket of sockets) socket.destroy()
    })
  }

  for (const [when, end] of [
    ["when an app's time is up", ({ clock }) => clock.advance(290_000)],
    [
      'when the time of one that an app has left is up',
      ({ clock }, hangUp) => {
        hangUp.abort()
        clock.advance(290_000)
      },
    ],
    ["when apps' sign-ins are cleared", ({ agent }) => agent.api.cancelAll()],
    ['when the program closes on an app', ({ agent }) => void agent.close()],
  ] satisfies [string, (fixture: Fixture, hangUp: AbortController) => void][]) {
    test(when, async ({ start }) => {
      const fixture = await start()
      const hangUp = new AbortController()
      const { link, begun } = await beginApp(fixture, hangUp.signal)
      const sockets = await clingTo(readRedirectUri(link))
      const ended = new Promise<void>((resolve) => {
        fixture.agent.subscribe((_model, { type }) => type === 'sign-in-ended' && resolve())
      })
      end(fixture, hangUp)
      expect((await begun).kind).toBe('ended')
      await ended
      await take(readRedirectUri(link))
      for (const socket of sockets) socket.destroy()
    })
  }

  test('but only after the last of two sign-ins has ended', async ({ start }) => {
    const fixture = await start()
    const { agent, signIn, reached } = fixture
    const { link, begun } = await beginApp(fixture)
    const own = await signIn()
    expect(readRedirectUri(own).port).toBe(readRedirectUri(link).port)
    agent.api.cancelAll()
    await begun
    expect((await fetch(readRedirectUri(own))).status).toBe(400)
    agent.cancel()
    await reached('signed-out')
    await take(readRedirectUri(own))
  })
})
