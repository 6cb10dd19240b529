// The WebSockets of the local service.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as send, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import pieces from '@pieces.app/pieces-os-client'
import { PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import type { Program } from '../support/program.js'
import { ask, call, comeBack, expect, expectProblem, test as base } from '../support/service.js'
import { connectWebSocket, handshake } from '../support/web-socket.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

const test = base.extend<{ provider: RunningProvider }>({
  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    const provider = await startProvider({ signingAlg: 'ES256' })
    await use(provider)
    await provider.close()
  },
})

const HEALTH = '/.well-known/stream/health'

test('WS /.well-known/stream/health sends one frame and stays open', async ({ serve }) => {
  const { program, url } = await serve()
  const client = await connectWebSocket(`${url}${HEALTH}`)
  expect(await client.next()).toBe('ok')
  client.webSocket.send('nobody reads this')
  client.webSocket.ping('still there')
  const [answer] = (await once(client.webSocket, 'pong')) as [Buffer]
  expect(answer.toString()).toBe('still there')
  expect(client.waiting()).toEqual([])
  program.type('quit')
  expect(await client.closed).toEqual({ code: 1001, reason: 'Latchkey ends' })
  expect(await program.ended).toBe(0)
})

test('RFC 6455 section 5.2: a message that is too large closes the WebSocket', async ({
  shared,
}) => {
  const client = await connectWebSocket(`${shared.url}${HEALTH}`)
  client.webSocket.send('x'.repeat(4097))
  expect((await client.closed).code).toBe(1009)
})

test('RFC 6455 section 9.1: the service accepts no extension and no subprotocol', async ({
  shared,
}) => {
  const headers = {
    ...handshake(),
    'sec-websocket-extensions': 'permessage-deflate',
    'sec-websocket-protocol': 'chat',
  }
  const sent = send({ port: shared.port, host: '127.0.0.1', path: HEALTH, headers }).end()
  const [response, socket] = (await once(sent, 'upgrade')) as [IncomingMessage, { destroy(): void }]
  socket.destroy()
  expect(response.headers['sec-websocket-extensions']).toBeUndefined()
  expect(response.headers['sec-websocket-protocol']).toBeUndefined()
})

test('RFC 6455 section 4.2: a handshake with a fault is answered with a problem', async ({
  shared,
}) => {
  for (const fault of [
    { 'sec-websocket-key': 'short' },
    { 'sec-websocket-version': '99' },
    { 'sec-websocket-key': undefined },
  ]) {
    const headers = { ...handshake(), ...fault } as Record<string, string>
    if (fault['sec-websocket-key'] === undefined && 'sec-websocket-key' in fault) {
      delete headers['sec-websocket-key']
    }
    const answer = await ask(shared, HEALTH, { headers })
    expectProblem(answer, 400, 'malformed')
    expect(answer.headers['sec-websocket-version']).toBe('13, 8')
    expect(answer.headers.connection).toBe('close')
  }
})

test('RFC 9110 section 15.5.22: a plain GET of a WebSocket is answered with 426', async ({
  shared,
}) => {
  const answer = await ask(shared, HEALTH)
  expectProblem(answer, 426, 'upgrade-required')
  expect(answer.headers.upgrade).toBe('websocket')
  const posted = await call(shared, HEALTH)
  expectProblem(posted, 405, 'method-not-allowed')
  expect(posted.headers.get('allow')).toBe('GET')
})

test('RFC 9110 section 7.8: other upgrades are ignored', async ({ shared }) => {
  for (const [path, upgrade] of [
    ['/.well-known/health', 'h2c'],
    ['/.well-known/health', 'websocket'],
    [HEALTH, 'h2c'],
  ] as const) {
    const headers = { ...handshake(), upgrade }
    const answer = await ask(shared, path, { headers })
    expect(answer.status, `${path} ${upgrade}`).toBe(path === HEALTH ? 426 : 200)
  }
  // A body is read in spite of the upgrade.
  const answer = await ask(shared, '/pkce/token', {
    method: 'POST',
    headers: { connection: 'Upgrade', upgrade: 'h2c', 'content-type': 'application/json' },
    body: '{"grant_type":',
  })
  expectProblem(answer, 400, 'malformed')
  // Only a GET asks for a WebSocket.
  const posted = await ask(shared, HEALTH, { method: 'POST', headers: handshake(), body: '{}' })
  expectProblem(posted, 405, 'method-not-allowed')
  expect(posted.headers.allow).toBe('GET')
  expect(posted.headers.connection).toBe('keep-alive')
})

test('an upgrade behind a request without an answer closes the connection', async ({ shared }) => {
  const socket = connect(shared.port, '127.0.0.1')
  const host = `Host: 127.0.0.1:${shared.port}\r\n`
  const headers = Object.entries(handshake()).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(
    `GET /openapi.json HTTP/1.1\r\n${host}\r\nGET ${HEALTH} HTTP/1.1\r\n${host}${headers.join('')}\r\n`,
  )
  expect(await text(socket)).not.toContain('101 Switching')
})

test.describe('WS /user/stream', () => {
  const STREAM = '/user/stream'

  const renew = (url: string) =>
    call({ url }, '/pkce/token', {
      body: { grant_type: 'refresh_token', minimum_validity: 1_000_000 },
    })

  async function signInHere(program: Program): Promise<void> {
    program.type('sign-in')
    await comeBack(program)
    await program.status('signed-in')
  }

  test('sends a profile at once and at each change, and an empty frame if nobody is signed in', async ({
    serve,
  }) => {
    const { program, url } = await serve()
    const [first, second] = [
      await connectWebSocket(`${url}${STREAM}`),
      await connectWebSocket(`${url}${STREAM}`),
    ]
    expect([await first.next(), await second.next()]).toEqual(['', ''])
    await signInHere(program)
    const frame = await first.next()
    expect(await second.next()).toBe(frame)
    const profile = JSON.parse(frame) as Record<string, unknown>
    expect(profile).toEqual(((await (await fetch(`${url}/user`)).json()) as { user: object }).user)
    // The official client parses what it reads.
    expect(pieces.UserProfileFromJSON(profile)).toMatchObject({ id: profile['id'] })
    // A renewal that changes nothing is no change.
    expect((await renew(url)).status).toBe(200)
    const late = await connectWebSocket(`${url}${STREAM}`)
    expect(await late.next()).toBe(frame)

    expect((await call({ url }, '/os/sign_out')).status).toBe(200)
    expect([await first.next(), await second.next(), await late.next()]).toEqual(['', '', ''])
    await signInHere(program)
    expect(await first.next()).toBe(frame)
    program.type('quit')
    expect(await first.closed).toEqual({ code: 1001, reason: 'Latchkey ends' })
  })

  test('S40: a thousand programs follow it, and other calls are still answered', async ({
    serve,
  }) => {
    const { program, url } = await serve()
    const clients = await Promise.all(
      Array.from({ length: 1_000 }, () => connectWebSocket(`${url}${STREAM}`)),
    )
    await signInHere(program)
    for (const client of clients) {
      expect(await client.next()).toBe('')
      expect(await client.next()).not.toBe('')
    }
    expect((await call({ url }, '/user', { method: 'GET' })).status).toBe(200)
    program.type('quit')
    for (const { closed } of clients) expect((await closed).code).toBe(1001)
    expect(await program.ended).toBe(0)
  })

  test('sends an empty frame when the session has ended', async ({ serve }) => {
    const { program, url, provider } = await serve()
    await signInHere(program)
    const client = await connectWebSocket(`${url}${STREAM}`)
    expect(await client.next()).not.toBe('')
    provider.misbehave.tokenRefusal = { status: 400, body: { error: 'interaction_required' } }
    expect((await renew(url)).status).toBe(401)
    expect(await client.next()).toBe('')
  })

  test('S24: shows nobody until the person allows the program, and closes when that is taken back', async ({
    run,
    provider,
  }) => {
    test.skip(process.platform !== 'linux', 'only Linux tells which program calls')
    const { issuer, clientId } = provider
    const flags = ['--issuer', issuer, '--client-id', clientId]
    const program = await run(['--json', '--no-browser', '--port', '0', ...flags])
    const { url } = await program.line('listening')
    await signInHere(program)
    const client = await connectWebSocket(`${url}${STREAM}`)
    expect(await client.next()).toBe('')
    const { id, purpose } = await program.line('consent')
    expect(purpose).toBe('identity')
    program.type(`allow ${id} always`)
    expect(JSON.parse(await client.next())).toMatchObject({
      aesthetics: { font: { size: 14 } },
    })
    program.type('apps')
    const { apps } = await program.line('apps')
    program.type(`forget ${apps[0]!.id}`)
    expect(await client.closed).toEqual({ code: 4403, reason: 'not allowed' })
  })

  test('S24: takes a key in place of consent, and closes when the key is deleted', async ({
    serve,
  }) => {
    const { program, url } = await serve()
    await signInHere(program)
    program.type('key ci')
    const { key, id } = await program.line('key')
    const open = (sent: string) =>
      connectWebSocket(`${url}${STREAM}`, { headers: { authorization: `Bearer ${sent}` } })
    await expect(open(`${key}x`)).rejects.toThrow(/^403 .*not-allowed/)
    const client = await open(key)
    expect(await client.next()).not.toBe('')
    program.type(`forget ${id}`)
    expect(await client.closed).toEqual({ code: 4403, reason: 'not allowed' })
  })

  test('works with Python’s usual WebSocket client, which sends our own Origin', async ({
    serve,
  }) => {
    const script = `
import sys
import websocket
def connect(path):
    return websocket.create_connection(sys.argv[1] + path, timeout=20)
stream = connect('/user/stream')
print(repr(stream.recv()), flush=True)
health = connect('/.well-known/stream/health')
print(repr(health.recv()), flush=True)
print(stream.recv(), flush=True)
print(repr(stream.recv()), flush=True)
opcode, data = stream.recv_data()
print(opcode, int.from_bytes(data[:2], 'big'), flush=True)
`
    const found = await promisify(execFile)('python3', ['-c', 'import websocket']).catch(() => null)
    test.skip(found === null, 'python3 has no package websocket here')
    const { program, url } = await serve({ flags: ['--consent', 'off'] })
    const child = spawn('python3', ['-c', script, url.replace('http', 'ws')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<string> => String((await lines.next()).value)
    expect(await next()).toBe("''")
    expect(await next()).toBe("'ok'")
    await signInHere(program)
    expect(JSON.parse(await next())).toMatchObject({ aesthetics: { theme: { dark: false } } })
    program.type('sign-out')
    expect(await next()).toBe("''")
    program.type('quit')
    expect(await next()).toBe('8 1001')
    child.kill('SIGKILL')
  })
})

test('calls for a cloud are answered with 501 in words', async ({ shared }) => {
  for (const [method, path] of [
    ['POST', '/allocations/connect'],
    ['GET', '/applications'],
    ['GET', '/models'],
  ] as const) {
    const answer = await call(shared, path, { method })
    expect(expectProblem(answer, 501, 'not-implemented')).toBe(PROBLEM_DETAILS.noCloud)
  }
})
