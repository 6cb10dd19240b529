// How a call learns that its caller has hung up.

import { once } from 'node:events'
import { createServer, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test as base } from '@playwright/test'
import { watchHangUp } from '../../main/api/read-request.js'

const test = base.extend<{
  server: Server
  /** Sends a request, and returns both of its ends. */
  call: () => Promise<{ caller: ReturnType<typeof request>; response: ServerResponse }>
}>({
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    await use(server)
    server.closeAllConnections()
    server.close()
  },
  call: async ({ server }, use) => {
    const { port } = server.address() as AddressInfo
    await use(async () => {
      const caller = request({ port, host: '127.0.0.1', agent: false }).on('error', () => undefined)
      caller.end()
      const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
      return { caller, response }
    })
  },
})

for (const [when, isEarly] of [
  ['after the signal is asked for', true],
  ['before the signal is asked for', false],
] as const) {
  test(`a caller that hangs up ${when} aborts it`, async ({ call }) => {
    const { caller, response } = await call()
    const hangUp = watchHangUp(response)
    if (isEarly) expect(hangUp().aborted).toBe(false)
    caller.destroy()
    await once(response, 'close')
    expect(hangUp().aborted).toBe(true)
  })

  test(`an answer that is sent ${when} does not abort it`, async ({ call }) => {
    const { response } = await call()
    const hangUp = watchHangUp(response)
    if (isEarly) expect(hangUp().aborted).toBe(false)
    response.end()
    await once(response, 'close')
    expect(hangUp().aborted).toBe(false)
  })
}
