// The WebSockets of the local service.

import { once } from 'node:events'
import { request as send, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { ask, call, expect, expectProblem, test } from '../support/service.js'
import { connectWebSocket, handshake } from '../support/web-socket.js'

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
