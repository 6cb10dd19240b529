// What a person at a terminal sees while a command waits for their answer.

import type { IncomingMessage } from 'node:http'
import { expect, test } from '@playwright/test'
import type { AgentClient, Call } from '../../main/cli/agent-client.js'
import { withWaitingHint } from '../../main/cli/waiting-hint.js'
import { createTestClock } from '../support/clock.js'

const CALL: Call = { method: 'POST', path: '/session/token' }

function createWaiting() {
  const clock = createTestClock()
  const said: string[] = []
  const calls: PromiseWithResolvers<unknown>[] = []
  const opened: PromiseWithResolvers<IncomingMessage>[] = []
  const client: AgentClient = {
    call: () => {
      const answer = Promise.withResolvers<unknown>()
      calls.push(answer)
      return answer.promise
    },
    open: () => {
      const answer = Promise.withResolvers<IncomingMessage>()
      opened.push(answer)
      return answer.promise
    },
    close: () => undefined,
    hasKey: false,
  }
  const hinting = withWaitingHint(client, 'Waiting.', { clock, say: (text) => said.push(text) })
  return { clock, said, calls, opened, client: hinting }
}

test('a call that is answered soon says nothing', async () => {
  const { clock, said, calls, client } = createWaiting()
  const call = client.call(CALL)
  clock.advance(1_999)
  calls[0]!.resolve('a token')
  expect(await call).toBe('a token')
  expect(clock.pending()).toBe(0)
  expect(said).toEqual([])
})

test('a call that waits for two seconds says so, once for a command', async () => {
  const { clock, said, calls, client } = createWaiting()
  const first = client.call(CALL)
  clock.advance(2_000)
  expect(said).toEqual(['Waiting.'])
  calls[0]!.reject(new Error('not allowed'))
  await expect(first).rejects.toThrow('not allowed')
  const second = client.call(CALL)
  clock.advance(10_000)
  calls[1]!.resolve(null)
  expect(await second).toBeNull()
  expect(clock.pending()).toBe(0)
  expect(said).toEqual(['Waiting.'])
})

test('a stream that begins only after two seconds says so, too', async () => {
  const { clock, said, opened, client } = createWaiting()
  const stream = client.open(CALL)
  clock.advance(2_000)
  expect(said).toEqual(['Waiting.'])
  opened[0]!.reject(new Error('not allowed'))
  await expect(stream).rejects.toThrow('not allowed')
  expect(clock.pending()).toBe(0)
})
