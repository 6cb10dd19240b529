// The callback listener without an agent: what its users cannot make happen at will.

import { expect, test as base } from '@playwright/test'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { createCallbackListener, type PendingCallback } from '../../main/auth/loopback.js'
import { createTestClock } from '../clock.js'

const clock = createTestClock()
const test = base.extend<{ pending: PendingCallback; callback: string }>({
  // eslint-disable-next-line no-empty-pattern
  pending: async ({}, use) => {
    const listener = createCallbackListener({ clock, redirectPorts: [] })
    const pending = await listener.expect({ state: 's', issuer: 'i', promisesIss: false })
    await use(pending)
    await pending.leave()
  },
  callback: ({ pending }, use) => use(`${pending.redirectUri}?state=s&code=c`),
})

const TEXT = 'x'.repeat(32 * 1024 * 1024) // More than the system's buffers hold.
const PAGE = { status: 200, tone: 'good', heading: 'h', text: [TEXT] } as const

test('S10: a page is delivered in full, however slow the browser, before the port closes', async ({
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

test('S10: a browser that does not read its page is waited for two seconds', async ({
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

test('S10: a browser whose answer nobody shows an end gets a page all the same', async ({
  pending,
  callback,
}) => {
  const fetched = fetch(callback)
  await pending.answer
  await pending.leave()
  expect((await fetched).status).toBe(400)
})

test('S08: a browser that waits for its page is not idle', async ({ pending, callback }) => {
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

test('S07: a few connections that send nothing are left alone', async ({ callback }) => {
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

test('S10: a port that was taken can be had once it is free, and closes again', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const listener = createCallbackListener({ clock, redirectPorts: [port] })
  const expected = { state: 's', issuer: 'i', promisesIss: false }
  await expect(listener.expect(expected)).rejects.toMatchObject({ code: 'port-taken' })

  await new Promise((resolve) => other.close(resolve))
  const pending = await listener.expect(expected)
  expect((await fetch(pending.redirectUri)).status).toBe(400)
  await pending.leave()
  await expect(fetch(pending.redirectUri)).rejects.toThrow('fetch failed')
})

test('S10: two flows that need the same port at the same moment share it', async () => {
  const free = createServer()
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
  const { port } = free.address() as AddressInfo
  await new Promise((resolve) => free.close(resolve))

  const listener = createCallbackListener({ clock, redirectPorts: [port] })
  const expected = { state: 's', issuer: 'i', promisesIss: false }
  const both = await Promise.allSettled([
    listener.expect(expected),
    listener.expect({ ...expected, state: 't' }, port),
  ])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
  for (const one of both) if (one.status === 'fulfilled') await one.value.leave()
})

test('S08: slow forms do not hold up the end of a sign-in', async () => {
  const listener = createCallbackListener({ clock, redirectPorts: [] })
  const pending = await listener.expect({
    state: 's',
    issuer: 'i',
    promisesIss: false,
    byFormPost: true,
  })
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
