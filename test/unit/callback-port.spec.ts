// When the callback listener binds its port again.

import { expect, test } from '@playwright/test'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createCallbackListener } from '../../main/oauth/callback-listener.js'
import { DEFAULT_TARGET } from '../../main/oauth/redirect-target.js'
import { createTestClock } from '../support/clock.js'
import { owners } from '../support/owners.js'

const TEXT = 'x'.repeat(32 * 1024 * 1024) // More than the system's buffers hold.

test('S10: the listener binds its port again after the previous one has closed', async () => {
  const clock = createTestClock()
  const listener = createCallbackListener({ clock, owners })
  const expected = { state: 's', issuer: 'i', issParameterSupported: false }
  const at = { target: DEFAULT_TARGET }
  const pending = await listener.expect(expected, at)
  const { port, pathname } = new URL(pending.redirectUri)
  const head = `GET ${pathname}?state=s&code=c HTTP/1.1\r\nHost: x\r\n`
  const first = connect(Number(port), '127.0.0.1').on('error', () => undefined)
  first.pause().write(`${head}\r\n`)
  const { show } = await pending.answer
  void show({ status: 200, tone: 'good', heading: 'h', text: [TEXT] })
  const order: string[] = []
  const left = pending.leave().then(() => order.push('closed'))

  // A second tab gets the page while the first one is still loading it. Node.js closes a connection at once
  // if its request is complete. This one still expects a body.
  const second = connect(Number(port), '127.0.0.1').on('error', () => undefined)
  second.write(`${head}Content-Length: 1\r\n\r\n`)
  await once(second, 'data')
  second.pause()

  // Once the first tab has the page, the listener no longer accepts connections, but still delivers.
  first.resume()
  await expect(async () => {
    await expect(fetch(pending.redirectUri)).rejects.toThrow('fetch failed')
  }).toPass({ intervals: [10] })
  const bound = listener.expect({ ...expected, state: 't' }, at).then((next) => {
    order.push('bound')
    return next
  })
  // This begins after binding and takes at least as long.
  for (const state of ['u', 'v']) {
    const other = createCallbackListener({ clock, owners })
    await (await other.expect({ ...expected, state }, at)).leave()
  }
  expect(order).toEqual([])

  clock.advance(2_000)
  await left
  const next = await bound
  expect(order).toEqual(['closed', 'bound'])
  for (const socket of [first, second]) socket.destroy()
  await next.leave()
})
