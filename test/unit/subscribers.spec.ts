// Subscribers: bounded in number and in what waits for them.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '@playwright/test'
import { expect } from '../support/expect.js'
import type { WebSocket } from 'ws'
import { ServiceRequest } from '../../main/api/stream-request.js'
import { createSubscribers, mostSubscribers } from '../../main/api/subscribers.js'
import type {
  CloseReason,
  Outlet,
  SubscriberDeps,
  Subscribers,
} from '../../main/api/subscribers.js'
import { acceptWebSocket, createWebSocketOutlet } from '../../main/api/web-sockets.js'
import { connectWebSocket } from '../support/web-socket.js'

type FakeOutlet = Outlet & {
  texts: string[]
  beats: number
  closed: CloseReason[]
  /** The system takes what was written. */
  drain(): void
  end(): void
}

/** `isSlow`: what is written waits until `drain`. */
function createOutlet(isSlow = false): FakeOutlet {
  const waiting: (() => void)[] = []
  const listeners: (() => void)[] = []
  const put = (written: () => void): void => void (isSlow ? waiting.push(written) : written())
  const outlet: FakeOutlet = {
    texts: [],
    beats: 0,
    closed: [],
    write(text, written) {
      outlet.texts.push(text)
      put(written)
    },
    beat(written) {
      outlet.beats += 1
      put(written)
    },
    close: (reason) => outlet.closed.push(reason),
    destroy: () => outlet.end(),
    onClosed: (listener) => listeners.push(listener),
    drain: () => waiting.splice(0).forEach((written) => written()),
    end: () => listeners.splice(0).forEach((listener) => listener()),
  }
  return outlet
}

function create(changes: Partial<SubscriberDeps> = {}): Subscribers & { dropped(): number } {
  let dropped = 0
  const onDropped = (): void => void dropped++
  const subscribers = createSubscribers({ most: 100, onDropped, closeTimeoutMs: 10, ...changes })
  return { ...subscribers, dropped: () => dropped }
}

const nothing = (): void => undefined
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('a text is sent once, and again only after another one', () => {
  const subscribers = create()
  const outlet = createOutlet()
  const { send } = subscribers.add(outlet, nothing)
  for (const text of ['a', 'a', 'b', 'a']) send(text)
  expect(outlet.texts).toEqual(['a', 'b', 'a'])
  outlet.end()
})

test('S40: only the newest text waits for a program that does not read', () => {
  const subscribers = create()
  const outlet = createOutlet(true)
  const { send } = subscribers.add(outlet, nothing)
  for (const text of ['a', 'b', 'c', 'd']) send(text)
  expect(outlet.texts).toEqual(['a'])
  outlet.drain()
  expect(outlet.texts).toEqual(['a', 'd'])
  // Back to what was sent last: nothing to say.
  send('e')
  send('d')
  outlet.drain()
  expect(outlet.texts).toEqual(['a', 'd'])
  outlet.end()
})

test('S40: a program that reads nothing is dropped with a reason, and only that one', async () => {
  let nowMs = 0
  const subscribers = create({ now: () => nowMs, beatIntervalMs: 5, slowAfterMs: 30_000 })
  const [slow, quick] = [createOutlet(true), createOutlet()]
  const ended: string[] = []
  subscribers.add(slow, () => ended.push('slow')).send('a')
  subscribers.add(quick, () => ended.push('quick')).send('a')
  await expect.poll(() => quick.beats).toBeGreaterThan(1)
  expect([slow.beats, slow.closed]).toEqual([0, []])
  nowMs = 30_000
  await expect.poll(() => ended).toEqual(['slow'])
  expect([slow.closed, quick.closed]).toEqual([['too-slow'], []])
  expect(subscribers.dropped()).toBe(1)
  quick.end()
})

test('S40: there is room for a limited number, and again when one has left', () => {
  const subscribers = create({ most: 2 })
  const outlets = [createOutlet(), createOutlet()]
  for (const outlet of outlets) {
    expect(subscribers.hasRoom()).toBe(true)
    subscribers.add(outlet, nothing)
  }
  expect(subscribers.hasRoom()).toBe(false)
  outlets[0]!.end()
  expect(subscribers.hasRoom()).toBe(true)
  outlets[1]!.end()
  expect([mostSubscribers(2_000), mostSubscribers(16)]).toEqual([1_500, 12])
})

test('at the end all are closed, those that do not answer by force, and later ones at once', async () => {
  const subscribers = create()
  const [polite, rude] = [createOutlet(), createOutlet()]
  const close = polite.close.bind(polite)
  polite.close = (reason) => {
    close(reason)
    polite.end()
  }
  subscribers.add(polite, nothing)
  const { send } = subscribers.add(rude, nothing)
  await subscribers.closeAll()
  expect([polite.closed, rude.closed]).toEqual([['ending'], ['ending']])
  send('too late')
  expect(rude.texts).toEqual([])
  expect(subscribers.hasRoom()).toBe(false)
  const late = createOutlet()
  subscribers.add(late, nothing)
  expect(late.closed).toEqual(['ending'])
  await wait(20)
})

test('S40: a paused WebSocket costs one text, and pings do not pile up', async () => {
  const server = createServer({ IncomingMessage: ServiceRequest })
  const subscribers = createSubscribers({
    most: 10,
    onDropped: nothing,
    beatIntervalMs: 20,
    slowAfterMs: 100,
  })
  const accepted = new Promise<WebSocket>((resolve) =>
    server.on('upgrade', (request, _socket, head) => {
      void acceptWebSocket(request, head).then(resolve)
    }),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const client = await connectWebSocket(`http://127.0.0.1:${port}/user/stream`)
  const webSocket = await accepted
  client.webSocket.pause()
  const { send } = subscribers.add(createWebSocketOutlet(webSocket), nothing)
  const text = 'x'.repeat(8 * 1024 * 1024) // More than the system's buffers hold.
  for (let count = 0; count < 20; count++) {
    send(`${count} ${text}`)
    client.webSocket.ping('are you there?')
  }
  await once(webSocket, 'close')
  expect(webSocket.bufferedAmount).toBeLessThan(2 * text.length)
  expect(subscribers.hasRoom()).toBe(true)
  client.webSocket.terminate()
  await subscribers.closeAll()
  await new Promise((resolve) => server.close(resolve))
})
