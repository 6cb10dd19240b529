// Sign-ins at several providers at once: each takes its answer at its own redirect URI only.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, test as base } from '@playwright/test'
import {
  createCallbackListener,
  type CallbackDiagnostic,
  type PendingCallback,
} from '../../main/oauth/callback-listener.js'
import { DEFAULT_TARGET, type RedirectTarget } from '../../main/oauth/redirect-target.js'
import { createTestClock } from '../support/clock.js'
import { owners } from '../support/owners.js'

const HAS_IPV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

type Wait = PendingCallback & { seen: readonly CallbackDiagnostic[]; port: number }

const test = base.extend<{
  /** A port that was free just now. */
  port: number
  /** Waits for the answer to the sign-in with this state. */
  wait: (
    state: string,
    target?: Partial<RedirectTarget>,
    options?: { byFormPost?: boolean },
  ) => Promise<Wait>
}>({
  // eslint-disable-next-line no-empty-pattern
  port: async ({}, use) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    await use(port)
  },
  // eslint-disable-next-line no-empty-pattern
  wait: async ({}, use) => {
    const listener = createCallbackListener({ clock: createTestClock(), owners })
    const all: PendingCallback[] = []
    await use(async (state, target = {}, options = {}) => {
      const seen: CallbackDiagnostic[] = []
      const expected = { state, issuer: `https://${state}`, issParameterSupported: false }
      const pending = await listener.expect(
        { ...expected, ...options },
        { target: { ...DEFAULT_TARGET, ...target }, onDiagnostic: (one) => seen.push(one) },
      )
      all.push(pending)
      return { ...pending, seen, port: Number(new URL(pending.redirectUri).port) }
    })
    for (const pending of all) await pending.leave()
  },
})

const PAGE = { status: 200, tone: 'good', heading: 'h', text: ['the end'] } as const

/** Answers a sign-in at its redirect URI, and returns the code that it took and the status. */
async function complete(pending: PendingCallback, state: string) {
  const fetched = fetch(`${pending.redirectUri}?state=${state}&code=of-${state}`)
  const { result, show } = await pending.answer
  await show(PAGE)
  const { status } = await fetched
  return { code: result.kind === 'code' && result.code, status }
}

test('two sign-ins with the same port and other paths work at once', async ({ wait, port }) => {
  const work = await wait('work', { ports: [port], path: '/work' })
  const home = await wait('home', { ports: [port], path: '/home' })
  expect([work.redirectUri, home.redirectUri]).toEqual([
    `http://127.0.0.1:${port}/work`,
    `http://127.0.0.1:${port}/home`,
  ])
  expect(await complete(home, 'home')).toEqual({ code: 'of-home', status: 200 })
  expect(await complete(work, 'work')).toEqual({ code: 'of-work', status: 200 })
})

test('S07: an answer at the path of another sign-in is turned away, and the wait goes on', async ({
  wait,
  port,
}) => {
  const work = await wait('work', { ports: [port], path: '/work' })
  const home = await wait('home', { ports: [port], path: '/home' })
  expect((await fetch(`${home.redirectUri}?state=work&code=c`)).status).toBe(404)
  expect(work.seen.at(-1)).toBe('other-path')
  expect(home.seen).not.toContain('other-path')
  expect((await fetch(`http://127.0.0.1:${port}/?state=work&code=c`)).status).toBe(404)
  expect((await fetch(`${home.redirectUri}?code=c`)).status).toBe(400)
  expect(await complete(work, 'work')).toEqual({ code: 'of-work', status: 200 })
})

test('S07: a form at the path of another sign-in is turned away, and the wait goes on', async ({
  wait,
  port,
}) => {
  const work = await wait('work', { ports: [port], path: '/work' }, { byFormPost: true })
  const home = await wait('home', { ports: [port], path: '/home' }, { byFormPost: true })
  const send = (to: Wait): Promise<Response> => {
    const body = new URLSearchParams({ state: 'work', code: 'c' })
    return fetch(to.redirectUri, { method: 'POST', body })
  }
  expect((await send(home)).status).toBe(404)
  expect(work.seen.at(-1)).toBe('other-path')
  const sent = send(work)
  const { show } = await work.answer
  await show(PAGE)
  expect((await sent).status).toBe(200)
})

test('S07: an answer at the port of another sign-in is turned away', async ({ wait, port }) => {
  const work = await wait('work', { ports: [port] })
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port: otherPort } = other.address() as AddressInfo
  await new Promise((resolve) => other.close(resolve))
  const home = await wait('home', { ports: [otherPort] })
  expect([work.port, home.port]).toEqual([port, otherPort])
  expect((await fetch(`${home.redirectUri}?state=work&code=c`)).status).toBe(404)
  expect(await complete(work, 'work')).toEqual({ code: 'of-work', status: 200 })
})

test('a second tab with the same answer gets the page at the same path only', async ({
  wait,
  port,
}) => {
  const work = await wait('work', { ports: [port], path: '/work' })
  const home = await wait('home', { ports: [port], path: '/home' })
  await complete(work, 'work')
  const again = await fetch(`${work.redirectUri}?state=work&code=of-work`)
  expect(await again.text()).toContain('the end')
  expect((await fetch(`${home.redirectUri}?state=work&code=of-work`)).status).toBe(404)
})

test('the path of a sign-in that left is turned away while others wait', async ({ wait, port }) => {
  const work = await wait('work', { ports: [port], path: '/work' })
  const home = await wait('home', { ports: [port], path: '/home' })
  await work.leave()
  expect((await fetch(`${work.redirectUri}?state=work&code=c`)).status).toBe(404)
  expect(await complete(home, 'home')).toEqual({ code: 'of-home', status: 200 })
})

test('a sign-in shares a port only if its target allows it', async ({ wait, port }) => {
  const anywhere = await wait('anywhere')
  const work = await wait('work', { ports: [port] })
  expect(anywhere.port).not.toBe(port)
  expect(work.port).toBe(port)
  // Any open port fits a target without ports.
  const home = await wait('home', { path: '/home' })
  expect([anywhere.port, port]).toContain(home.port)
  // The open one of several ports is shared, although another one is first.
  const last = await wait('last', { ports: [1, port], host: 'localhost' })
  expect(last.redirectUri).toBe(`http://localhost:${port}/callback`)
})

test('a sign-in at any port does not fail with one whose port is taken', async ({ wait, port }) => {
  const holder = createServer().listen(port, '127.0.0.1')
  await once(holder, 'listening')
  const [taken, anywhere] = await Promise.allSettled([
    wait('taken', { ports: [port] }),
    wait('anywhere'),
  ])
  expect(taken).toMatchObject({ status: 'rejected', reason: { code: 'port-taken' } })
  expect(anywhere.status).toBe('fulfilled')
  await new Promise((resolve) => holder.close(resolve))
})

test('a sign-in at [::1] shares a port with one at 127.0.0.1', async ({ wait, port }) => {
  test.skip(!HAS_IPV6, 'this computer has no IPv6')
  await wait('work', { ports: [port] })
  const home = await wait('home', { ports: [port], host: '[::1]' })
  expect(await complete(home, 'home')).toEqual({ code: 'of-home', status: 200 })
})
