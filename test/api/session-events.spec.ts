// GET /session/events: the state of the session at once, after each change, and after a restart.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { launchBrowser } from '../support/browser.js'
import { openEvents, type EventStream, type ReceivedEvent } from '../support/event-stream.js'
import { startProvider } from '../provider/provider.js'
import { ALLOW_TESTS } from '../support/headless-program.js'
import {
  ask,
  call,
  expect,
  expectProblem,
  signIn,
  test as base,
  type Service,
} from '../support/service.js'

/** Tests take `open` for streams that are closed at the end. */
const test = base.extend<{
  open: (url: string, headers?: Record<string, string>) => Promise<EventStream>
}>({
  // eslint-disable-next-line no-empty-pattern
  open: async ({}, use) => {
    const streams: EventStream[] = []
    await use(async (url, headers) => {
      const stream = await openEvents(url, headers)
      streams.push(stream)
      return stream
    })
    for (const stream of streams) stream.close()
  },
})

const SIGNED_OUT = {
  state: 'signed-out',
  account: null,
  issuer: null,
  clientId: null,
  scope: null,
  expiresAt: null,
  renewedAt: null,
  reason: null,
}

const TIME = /^\d{4}-\d{2}-\d{2}T.*Z$/

/** Skips events until one matches. */
async function skipTo(
  stream: EventStream,
  matches: (data: ReceivedEvent['data']) => boolean,
): Promise<ReceivedEvent> {
  for (;;) {
    const event = await stream.next()
    if (matches(event.data)) return event
  }
}

const isSignedIn = ({ state }: ReceivedEvent['data']): boolean => state === 'signed-in'

test('a program gets the current state at once, and each change', async ({ serve, open }) => {
  const service = await serve()
  const stream = await open(service.url)
  expect(stream.status).toBe(200)
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  const first = await stream.next()
  expect(first).toMatchObject({ type: 'session', data: SIGNED_OUT })
  expect(stream.text()).toMatch(/^retry: 1000\n\n/)

  await signIn(service)
  const { data: signedIn } = await skipTo(stream, isSignedIn)
  const { issuer, clientId } = service.provider
  expect(signedIn).toEqual({
    state: 'signed-in',
    account: {
      id: expect.stringMatching(/^[a-z0-9]{8}$/),
      provider: expect.any(String),
      sub: expect.any(String),
      name: 'Alice Adams',
      email: 'alice@example.com',
    },
    issuer,
    clientId,
    scope: expect.stringContaining('openid'),
    expiresAt: expect.stringMatching(TIME),
    renewedAt: expect.stringMatching(TIME),
    reason: null,
  })
  const { text } = await call(service, '/session', { method: 'GET' })
  expect(JSON.parse(text)).toEqual(signedIn)

  await call(service, '/session/token', { body: { minimum_validity: 30_000_000 } })
  const { data: renewed } = await skipTo(
    stream,
    ({ renewedAt }) => renewedAt !== signedIn['renewedAt'],
  )
  expect(renewed).toEqual({
    ...signedIn,
    renewedAt: renewed['renewedAt'],
    expiresAt: renewed['expiresAt'],
  })

  service.program.type('sign-out')
  expect((await skipTo(stream, (data) => !isSignedIn(data))).data).toEqual(SIGNED_OUT)
})

test('the end of a session at the provider is sent with its reason', async ({ serve, open }) => {
  const service = await serve()
  await signIn(service)
  const stream = await open(service.url)
  await skipTo(stream, isSignedIn)
  service.provider.misbehave.token = 'invalid-grant'
  await call(service, '/session/token', { body: { minimum_validity: 30_000_000 } })
  const { data } = await skipTo(stream, (one) => !isSignedIn(one))
  expect(data).toMatchObject({ state: 'needs-sign-in', reason: expect.stringMatching(/./) })
  expect(data).toMatchObject({ account: { name: 'Alice Adams' }, expiresAt: null })
})

test('Last-Event-ID: a program that has the current state waits for the next one', async ({
  serve,
  open,
}) => {
  const service = await serve()
  const { id } = await (await open(service.url)).next()
  expect(id).toMatch(/^[0-9a-f-]{36}\.\d+$/)

  const again = await open(service.url, { 'last-event-id': id! })
  const other = await open(service.url, { 'last-event-id': 'another-run.1' })
  expect(await other.next()).toEqual({ id, type: 'session', data: SIGNED_OUT })
  await signIn(service)
  const next = await again.next()
  expect(next.data['state']).toBe('signed-in')
  // Every program gets the same ID for the same state.
  expect((await skipTo(other, isSignedIn)).id).toBe(next.id)
})

test('HEAD is answered without events', async ({ shared }) => {
  const { status, headers, text } = await ask(shared, '/session/events', { method: 'HEAD' })
  expect([status, headers['content-type'], text]).toEqual([200, 'text/event-stream', ''])
})

test('a wrong key gets a problem, and not a stream', async ({ shared }) => {
  const headers = { authorization: 'Bearer latchkey_wrong' }
  expectProblem(await ask(shared, '/session/events', { headers }), 403, 'not-allowed')
})

test('S21: a page’s EventSource is rejected before the stream begins', async ({ shared }) => {
  for (const headers of [
    { origin: shared.url, accept: 'text/event-stream' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
  ]) {
    expectProblem(await ask(shared, '/session/events', { headers }), 403, 'web-page')
  }
})

test('S21: a browser’s EventSource gets nothing', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(`${service.provider.issuer}/.well-known/openid-configuration`)
    const happened = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const source = new EventSource(url)
          source.addEventListener('session', () => resolve('session'))
          source.addEventListener('open', () => resolve('open'))
          source.addEventListener('error', () => resolve(`error ${source.readyState}`))
        }),
      `${service.url}/session/events`,
    )
    // 2: closed for good, because the answer is no stream.
    expect(happened).toBe('error 2')
  } finally {
    await browser.close()
  }
})

test('a key that the person takes back ends the stream', async ({ serve, open }) => {
  const service = await serve()
  await signIn(service)
  service.program.type('key ci')
  const { key } = await service.program.line('key')
  const stream = await open(service.url, { authorization: `Bearer ${key}` })
  await skipTo(stream, isSignedIn)
  service.program.type('forget ci')
  expect(await stream.next()).toEqual({
    id: null,
    type: 'closed',
    data: { code: 'not-allowed', reason: expect.stringMatching(/./) },
  })
  expect(await stream.ended).toBe(true)
})

/** Prints each event that it receives as a line. */
const FOLLOWER = `
const answer = await fetch(process.argv[2] + '/session/events')
for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
  for (const [, data] of chunk.matchAll(/^data: (.*)$/gm)) console.log(data)
}
console.log('{"state":"ended"}')
`

type Follower = { next(): Promise<Record<string, unknown>>; end(): Promise<void> }

/** Follows the session as a program of its own, which the person has to allow. */
async function startFollower({ url }: Pick<Service, 'url'>): Promise<Follower> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-follower-')))
  const script = join(folder, 'follower.mjs')
  await writeFile(script, FOLLOWER)
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [script, url], {
    env: { PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async next() {
      const { value } = (await lines.next()) as { value: string }
      return JSON.parse(value) as Record<string, unknown>
    },
    async end() {
      const closed = once(child, 'close')
      child.kill()
      if (child.exitCode === null) await closed
      await rm(folder, { recursive: true })
    },
  }
}

test('until the person allows a program, nobody is signed in for it', async ({ serve }) => {
  test.skip(process.platform !== 'linux', 'only Linux tells programs apart')
  const service = await serve()
  await signIn(service)
  const { program } = service
  const follower = await startFollower(service)
  try {
    expect(await follower.next()).toEqual(SIGNED_OUT)
    const question = await program.line('consent')
    expect(question).toMatchObject({ purpose: 'identity', grade: 'seen' })
    program.type(`allow ${question.id}`)
    expect(await follower.next()).toMatchObject({ state: 'signed-in' })

    // What is allowed once lasts for the connection.
    await call(service, '/session/token', { body: { minimum_validity: 30_000_000 } })
    expect(await follower.next()).toMatchObject({ state: 'signed-in' })
    program.type('sign-out')
    expect(await follower.next()).toEqual(SIGNED_OUT)
  } finally {
    await follower.end()
  }
})

test('a consent that is taken back ends the stream', async ({ serve }) => {
  test.skip(process.platform !== 'linux', 'only Linux tells programs apart')
  const service = await serve()
  await signIn(service)
  const { program } = service
  const follower = await startFollower(service)
  try {
    await follower.next()
    const question = await program.line('consent')
    program.type(`allow ${question.id} always`)
    expect(await follower.next()).toMatchObject({ state: 'signed-in' })
    program.type('forget follower')
    expect(await follower.next()).toEqual({
      code: 'not-allowed',
      reason: CONSENT_DETAILS.takenBack,
    })
    expect(await follower.next()).toEqual({ state: 'ended' })
    // The person is not asked again about a program that they have just taken out of the list.
    program.type('apps')
    await program.line('apps')
    expect(program.stdout().match(/"event":"consent"/g)).toHaveLength(1)
  } finally {
    await follower.end()
  }
})

test('a Latchkey that ends also ends the stream in order', async ({ serve, open }) => {
  const service = await serve()
  const stream = await open(service.url)
  await stream.next()
  service.program.type('quit')
  expect(await stream.ended).toBe(true)
  expect(await service.program.ended).toBe(0)
})

/** Follows as a browser's EventSource would: it connects again until it is closed. */
function keepFollowing(url: string): { next(): Promise<ReceivedEvent>; close(): void } {
  let stream: EventStream | null = null
  let lastId = ''
  let isClosed = false
  return {
    async next() {
      for (;;) {
        try {
          stream ??= await openEvents(url, lastId === '' ? {} : { 'last-event-id': lastId })
          const event = await stream.next()
          lastId = event.id ?? lastId
          return event
        } catch (thrown) {
          stream = null
          if (isClosed) throw thrown
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    },
    close() {
      isClosed = true
      stream?.close()
    },
  }
}

test('through a restart of Latchkey a program misses nothing that matters', async ({
  makeFolder,
  run,
}) => {
  const provider = await startProvider({ signingAlg: 'ES256' })
  const dataDir = await makeFolder()
  const { issuer, clientId } = provider
  const start = (port: number) =>
    run(
      [
        '--json',
        '--no-browser',
        '--port',
        String(port),
        ...ALLOW_TESTS,
        '--issuer',
        issuer,
        '--client-id',
        clientId,
      ],
      { dataDir, env: { LATCHKEY_PASSPHRASE: 'four plain words' } },
    )
  try {
    const first = await start(0)
    const { url } = await first.line('listening')
    const port = Number(new URL(url).port)
    await first.status('signed-out')
    await signIn({ program: first, provider, url, port } as Service)
    const following = keepFollowing(url)
    const before = await following.next()
    expect(before.data['state']).toBe('signed-in')
    first.process.kill('SIGKILL')
    await first.ended

    // Nothing has changed but the run: the state comes again.
    const second = await start(port)
    await second.status('signed-in')
    const after = await following.next()
    expect(after.data).toEqual(before.data)
    expect(after.id).not.toBe(before.id)

    // The session is signed out while the program is away.
    second.process.kill('SIGKILL')
    await second.ended
    const third = await start(port)
    await third.status('signed-in')
    third.type('sign-out')
    await third.status('signed-out')
    // It may have come back before the sign-out.
    let last = await following.next()
    if (isSignedIn(last.data)) last = await following.next()
    expect(last.data).toEqual(SIGNED_OUT)
    following.close()
  } finally {
    await provider.close()
  }
})
