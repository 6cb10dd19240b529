// How the command line calls the agent, and what each of its errors means for the exit code.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { test as base } from '@playwright/test'
import { PROBLEM_CODES } from '../../main/api/models.js'
import { createSecret } from '../../main/base/secret.js'
import { createAgentClient, createLine, type AgentClient } from '../../main/cli/agent-client.js'
import { AGENT_MESSAGES } from '../../main/cli/cli-messages.js'
import { EXIT_CODES } from '../../main/cli/exit-codes.js'
import { expect } from '../support/expect.js'

type Answer = { status: number; body: string }
type Fake = {
  answer: (answer: Answer) => void
  asked: IncomingMessage[]
  /** Connects a client, with a key or without one. */
  client: (key: string | null) => Promise<AgentClient>
  server: Server
}

const test = base.extend<{ fake: Fake }>({
  // eslint-disable-next-line no-empty-pattern
  fake: async ({}, use) => {
    let next: Answer = { status: 200, body: '{}' }
    const asked: IncomingMessage[] = []
    const server = createServer((request, response) => {
      asked.push(request.resume())
      response.writeHead(next.status).end(next.body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const clients: AgentClient[] = []
    await use({
      answer: (answer) => void (next = answer),
      asked,
      server,
      async client(key) {
        const { port } = server.address() as AddressInfo
        const socket = connect(port, '127.0.0.1').on('error', () => undefined)
        await once(socket, 'connect')
        const secret = key === null ? null : createSecret(key)
        const client = createAgentClient(createLine(socket, `127.0.0.1:${port}`), secret)
        clients.push(client)
        return client
      },
    })
    for (const client of clients) client.close()
    server.closeAllConnections()
    server.close()
  },
})

const problem = (code: string): string => JSON.stringify({ code, detail: `about ${code}` })

/** What scripts act on. Every other code of the API is 1. */
const EXITS: ReadonlyMap<string, number> = new Map([
  ['not-signed-in', 5],
  ['not-allowed', 6],
  ['other-user', 6],
  ['access-denied', 6],
])

test('each problem of the API has its exit code, and its own message', async ({ fake }) => {
  const client = await fake.client(null)
  for (const code of [...PROBLEM_CODES, 'of-a-later-version', 'constructor']) {
    fake.answer({ status: 400, body: problem(code) })
    const expected = { exitCode: EXITS.get(code) ?? 1, message: `about ${code}` }
    const call = { method: 'GET', path: '/session' } as const
    await expect(client.call(call), code).rejects.toMatchObject(expected)
    await expect(client.open(call), code).rejects.toMatchObject(expected)
  }
  expect(Object.values(EXIT_CODES)).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('every call carries the key, and without one none', async ({ fake }) => {
  for (const key of ['latchkey_x', null]) {
    const client = await fake.client(key)
    const headers = { 'X-Latchkey-Account': 'a' }
    await client.call({ method: 'POST', path: '/session/token', body: { scope: 'é' }, headers })
    const stream = await client.open({ method: 'GET', path: '/session/events', headers })
    stream.resume()
    const sent = fake.asked.splice(0).map((one) => one.headers)
    expect(sent).toHaveLength(2)
    for (const one of sent) {
      expect(one.authorization).toBe(key === null ? undefined : 'Bearer latchkey_x')
      expect(one['x-latchkey-account']).toBe('a')
    }
    expect(sent[0]).toMatchObject({ 'content-type': 'application/json', 'content-length': '14' })
    expect(client.hasKey).toBe(key !== null)
  }
})

test('an answer without a body is null, and one that is not JSON is an error', async ({ fake }) => {
  const client = await fake.client(null)
  const call = { method: 'GET', path: '/session' } as const
  fake.answer({ status: 204, body: '' })
  expect(await client.call(call)).toBeNull()
  for (const answer of [
    { status: 200, body: 'not json' },
    { status: 500, body: '' },
    { status: 500, body: '"text"' },
    { status: 500, body: '{"code":1,"detail":"x"}' },
    { status: 500, body: '{"code":"not-allowed"}' },
    { status: 200, body: `"${'x'.repeat(1024 * 1024)}"` },
  ]) {
    fake.answer(answer)
    const other = await fake.client(null)
    const message = AGENT_MESSAGES.notUnderstood
    await expect(other.call(call)).rejects.toMatchObject({ exitCode: 1, message })
  }
})

test('a lost connection is never opened again', async ({ fake }) => {
  const client = await fake.client('latchkey_x')
  await client.call({ method: 'GET', path: '/session' })
  const connected: unknown[] = []
  fake.server.on('connection', (socket) => void connected.push(socket))
  fake.server.closeAllConnections()
  const call = client.call({ method: 'GET', path: '/session' })
  await expect(call).rejects.toMatchObject({ exitCode: 1, message: AGENT_MESSAGES.lost })
  const again = client.call({ method: 'GET', path: '/session' })
  await expect(again).rejects.toMatchObject({ exitCode: 1, message: AGENT_MESSAGES.lost })
  expect(connected).toEqual([])
})
