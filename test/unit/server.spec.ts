// The local service inside this process: how it ends, and which errors it reports.

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from '@playwright/test'
import { startService, type Service, type ServiceDeps } from '../../main/api/server.js'
import type { Agent } from '../../main/agent/agent.js'
import { createProviderSettings, test as base } from '../support/fixture.js'
import { owners } from '../support/owners.js'

type Serving = Service & {
  agent: Agent
  /** The internal errors that the service has reported. */
  reported: readonly unknown[]
  connect(): Promise<Socket>
  post(path: string): Promise<{ status: number; text: string }>
}

const test = base.extend<{
  serve: (changes?: (agent: Agent) => Partial<ServiceDeps>) => Promise<Serving>
}>({
  serve: async ({ start }, use) => {
    const started: Service[] = []
    const sockets: Socket[] = []
    await use(async (changes = () => ({})) => {
      const { agent, provider, clock } = await start()
      const { issuer } = provider
      const reported: unknown[] = []
      const service = await startService({
        agent,
        clock,
        providers: [createProviderSettings(provider, { settings: { scope: 'openid' } })],
        authorizationEndpoint: () => Promise.resolve(`${issuer}/auth`),
        allowedParameters: [],
        exposeRefreshToken: false,
        wantedPort: 0,
        version: '1.2.3',
        owners,
        user: process.getuid?.() ?? null,
        report: (error) => reported.push(error),
        ...changes(agent),
      })
      started.push(service)
      return {
        ...service,
        agent,
        reported,
        async connect() {
          const socket = connect(service.port, '127.0.0.1').on('error', () => undefined)
          sockets.push(socket)
          await once(socket, 'connect')
          return socket
        },
        async post(path) {
          const sent = request({
            port: service.port,
            host: '127.0.0.1',
            path,
            method: 'POST',
          }).end()
          const [response] = (await once(sent, 'response')) as [IncomingMessage]
          return { status: response.statusCode!, text: await text(response) }
        },
      }
    })
    for (const socket of sockets) socket.destroy()
    await Promise.all(started.map((service) => service.close()))
  },
})

/** Resolves with the next link that is opened in the browser. */
function awaitLink(agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const unsubscribe = agent.subscribe((_model, event) => {
      if (event.type !== 'link-ready') return
      unsubscribe()
      resolve(event.link)
    })
  })
}

test('callers that wait for a sign-in get an answer before the service ends', async ({ serve }) => {
  const { agent, close, post } = await serve()
  const link = awaitLink(agent)
  const asked = post('/pkce/code')
  await link
  const closed = close()
  const answer = await asked
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    409,
    expect.objectContaining({ code: 'cancelled' }),
  ])
  await closed
})

test('S40: a caller that reads none of its answers does not prevent the end of the service', async ({
  serve,
}) => {
  const { port, close, connect } = await serve()
  const socket = await connect()
  socket.pause()
  // More than fits in the system's buffers, so the service can't send all its answers.
  const asking = `GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`
  const isTakenUp = (): boolean => socket.write(asking.repeat(100))
  while (isTakenUp()) await new Promise((resolve) => setImmediate(resolve))
  const gone = new Promise((resolve) => socket.once('close', resolve))
  await close()
  socket.resume()
  await gone
})

test('a caller that reads slowly gets its answer in full before the service is gone', async ({
  serve,
}) => {
  const version = 'x'.repeat(12 * 1024 * 1024) // More than the system's buffers hold.
  const { port, close } = await serve(() => ({ version }))
  const sent = request({ port, host: '127.0.0.1', path: '/.well-known/version' }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const closed = close()
  expect((await text(response)).length).toBe(version.length)
  await closed
})

test('S40: a caller that never finishes its request does not prevent the end of the service', async ({
  serve,
}) => {
  const { port, close, connect } = await serve()
  const socket = await connect()
  const head = [
    'POST /pkce/code HTTP/1.1',
    `Host: localhost:${port}`,
    'Content-Type: application/json',
    'Content-Length: 100',
    'Expect: 100-continue',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n{"sta`)
  await once(socket, 'data')
  const gone = once(socket, 'close')
  await close()
  await gone
})

test('S40: the rest of a body that no handler reads is not waited for', async ({ serve }) => {
  const { port, connect } = await serve()
  for (const [path, status] of [
    ['/pkce/clear', 204],
    ['/pkce/challenge', 405],
    ['/nothing', 404],
  ] as const) {
    const socket = await connect()
    const head = [`POST ${path} HTTP/1.1`, `Host: localhost:${port}`, 'Content-Length: 100']
    socket.write(`${head.join('\r\n')}\r\n\r\n{"sta`)
    // Resolves once the service has closed the connection.
    expect(await text(socket), path).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  }
})

test('S40: a connection without a complete request head is closed', async ({ serve }) => {
  const { port, connect } = await serve(() => ({ headersTimeoutMs: 300 }))
  const socket = await connect()
  socket.write(`GET /.well-known/health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /)
})

test('S40: a connection over the Unix socket that sends no headers is closed', async ({
  serve,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no Unix sockets')
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const { socket } = await serve(() => ({ directory, headersTimeoutMs: 300 }))
  expect(await text(connect(socket!))).toMatch(/^HTTP\/1\.1 408 /)
  await rm(directory, { recursive: true })
})

test('a caller that hangs up in the middle of its body causes no internal error', async ({
  serve,
}) => {
  const { port, connect, post, reported } = await serve()
  for (const framing of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
    const socket = await connect()
    const own = `Host: localhost:${port}`
    const lines = ['POST /pkce/code HTTP/1.1', own, 'Content-Type: application/json', framing]
    socket.write(`${[...lines, 'Expect: 100-continue'].join('\r\n')}\r\n\r\n5\r\n{"sta`)
    await once(socket, 'data')
    socket.resetAndDestroy()
    await once(socket, 'close')
  }
  // This request is answered after the others' leftovers.
  expect((await post('/pkce/clear')).status).toBe(204)
  expect(reported).toEqual([])
})

test('an internal error after the body is reported too', async ({ serve }) => {
  const fault = new TypeError('not a function')
  const { port, reported } = await serve((agent) => ({
    agent: { ...agent, api: { ...agent.api, exchangeLatest: () => Promise.reject(fault) } },
  }))
  const response = await fetch(`http://127.0.0.1:${port}/pkce/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: 'null',
  })
  expect(response.status).toBe(500)
  expect(reported).toEqual([fault])
})

test('an internal error is reported, and its caller gets no details', async ({ serve }) => {
  const fault = new TypeError('the-canary is not a function')
  const { post, reported } = await serve((agent) => ({
    agent: {
      ...agent,
      api: {
        ...agent.api,
        cancelAll() {
          throw fault
        },
      },
    },
  }))
  const answer = await post('/pkce/clear')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('canary')
  expect(reported).toEqual([fault])
})

test('S40: a stranger that pipelines while its owner is being looked up is dropped', async ({
  serve,
}) => {
  const { connect, port } = await serve(() => ({
    owners: {
      areTold: true,
      findOwners: (sockets) => sockets.map(() => ({ kind: 'user', uid: 4_711, inode: '1' })),
      findOwnersAsync: () => new Promise(() => undefined),
      isOurs: () => Promise.resolve(false),
    },
    user: 1_000,
  }))
  const socket = await connect()
  const gone = once(socket, 'close')
  socket.write(`GET /openapi.json HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`.repeat(100))
  await gone
})

test('pipelined requests of an own program are answered in their order', async ({ serve }) => {
  const { connect, port } = await serve()
  const socket = await connect()
  const ask = (path: string, more = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${more}\r\n`
  socket.write(
    ask('/openapi.json') + ask('/nothing') + ask('/openapi.json', 'Connection: close\r\n'),
  )
  const answers = await text(socket)
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(
    ['200', '404', '200'].map((status) => `HTTP/1.1 ${status}`),
  )
})

test('S40: an internal error of a look-up is reported, and later look-ups work', async ({
  serve,
}) => {
  let isBroken = true
  const { port, reported, connect } = await serve(() => ({
    owners: {
      ...owners,
      findOwnersAsync(sockets) {
        if (isBroken) return Promise.reject(new Error('broken'))
        return owners.findOwnersAsync(sockets)
      },
    },
  }))
  const head = `GET /openapi.json HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`
  const first = await connect()
  first.write(head)
  expect(await text(first)).toBe('')
  expect(reported).toEqual([new Error('broken')])
  isBroken = false
  const second = await connect()
  second.write(head)
  expect(await text(second)).toMatch(/^HTTP\/1\.1 200 /)
})
