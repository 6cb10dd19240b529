// Server-sent events of a session: how they are written, numbered and kept alive.

import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import type { AccountSession, Model } from '../../main/agent/model.js'
import type { Subscriber } from '../../main/agent/model-store.js'
import { toAnswer, type Problem } from '../../main/api/problem.js'
import { createSessionEvents } from '../../main/api/session-events.js'
import { createSubscribers, type Subscribers } from '../../main/api/subscribers.js'
import { ALICE_REF, modelOf } from '../support/account-refs.js'
import { openEvents } from '../support/event-stream.js'

const ALICE: AccountSession = { ...ALICE_REF, kind: 'needs-sign-in', reason: 'expired' }

type Served = {
  url: string
  subscribers: Subscribers
  show(account: AccountSession | null): void
}

/** Tests take `serve`. Everyone sees the same account. */
const test = base.extend<{ serve: (options?: { most?: number }) => Promise<Served> }>({
  // eslint-disable-next-line no-empty-pattern
  serve: async ({}, use) => {
    const servers: Server[] = []
    await use(async ({ most = 10 } = {}) => {
      const watching = new Set<Subscriber>()
      let model: Model = modelOf()
      const subscribers = createSubscribers({ most, onDropped: () => undefined, beatIntervalMs: 5 })
      const serveEvents = createSessionEvents({
        agent: {
          consents: { isPaused: () => false },
          model: () => model,
          subscribe(subscriber) {
            watching.add(subscriber)
            return () => watching.delete(subscriber)
          },
          all: () => [],
          last: () => null,
        },
        identity: {
          follow: () => ({
            current: () => Promise.resolve(model.accounts[0] ?? null),
            close: () => undefined,
          }),
        },
        subscribers,
        report: (error) => {
          throw error
        },
      })
      const server = createServer((request, response) => {
        serveEvents(request, response).catch((problem: Problem) => {
          const { status, headers, body } = toAnswer(problem)
          response.writeHead(status, headers).end(body)
        })
      })
      servers.push(server)
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        subscribers,
        show(account) {
          model = account ? modelOf(account) : modelOf()
          const event = { type: 'sign-in-resumed', state: 'any' } as const
          for (const subscriber of watching) subscriber(model, event)
        },
      }
    })
    for (const server of servers) server.closeAllConnections()
    await Promise.all(servers.map((server) => once(server.close(), 'close')))
  },
})

test('an event has an ID, a type and JSON, and a comment keeps the connection alive', async ({
  serve,
}) => {
  const { url } = await serve()
  const stream = await openEvents(url)
  const { id, data } = await stream.next()
  await expect.poll(() => stream.text()).toContain(': heartbeat\n\n')
  const first = `retry: 1000\n\nid: ${id}\nevent: session\ndata: ${JSON.stringify(data)}\n\n`
  expect(stream.text().replaceAll(': heartbeat\n\n', '')).toBe(first)
  stream.close()
})

test('the same state has the same ID, and each new one another', async ({ serve }) => {
  const { url, show } = await serve()
  const stream = await openEvents(url)
  const none = await stream.next()
  show(ALICE)
  const alice = await stream.next()
  show({ ...ALICE, reason: 'revoked' })
  const revoked = await stream.next()
  expect(revoked.data).toMatchObject({ state: 'needs-sign-in', reason: 'revoked' })
  show(null)
  const noneAgain = await stream.next()
  expect(new Set([none.id, alice.id, revoked.id]).size).toBe(3)
  expect(noneAgain).toEqual(none)
  stream.close()
})

test('Last-Event-ID: what the program has already is not sent again', async ({ serve }) => {
  const { url, show } = await serve()
  const first = await openEvents(url)
  const { id } = await first.next()
  const second = await openEvents(url, { 'last-event-id': id! })
  await expect.poll(() => second.text()).toContain(': heartbeat')
  expect(second.text()).not.toContain('data:')
  show(ALICE)
  expect((await second.next()).data['state']).toBe('needs-sign-in')
  first.close()
  second.close()
})

test('two runs have no ID in common', async ({ serve }) => {
  const ids = await Promise.all(
    [await serve(), await serve()].map(async ({ url }) => {
      const stream = await openEvents(url)
      const { id } = await stream.next()
      stream.close()
      return id
    }),
  )
  expect(ids[0]).not.toBe(ids[1])
})

test('S40: if there are too many, the answer is 503 unavailable', async ({ serve }) => {
  const { url } = await serve({ most: 1 })
  const first = await openEvents(url)
  await first.next()
  const second = await openEvents(url)
  expect([second.status, second.headers['retry-after']]).toEqual([503, '5'])
  first.close()
})

test('at the end every stream ends in order, without an event', async ({ serve }) => {
  const { url, subscribers } = await serve()
  const stream = await openEvents(url)
  await stream.next()
  await subscribers.closeAll()
  expect(await stream.ended).toBe(true)
  expect(stream.text()).not.toContain('closed')
})
