// Timeouts of connections, on a real server: they end connections, and wake no idle program.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import { checkWhileConnected } from '../../main/net/connection-checks.js'

const test = base.extend<{ server: Server; port: number }>({
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = createServer({ headersTimeout: 100, requestTimeout: 100 })
    checkWhileConnected(server, 50)
    await use(server.listen(0, '127.0.0.1'))
    server.close()
  },
  port: async ({ server }, use) => {
    if (!server.listening) await once(server, 'listening')
    await use((server.address() as AddressInfo).port)
  },
})

const readInterval = (server: Server): number =>
  (server as Server & { connectionsCheckingInterval: number }).connectionsCheckingInterval

test('connections are checked only while there are any', async ({ server, port }) => {
  server.headersTimeout = server.requestTimeout = 60_000
  expect(readInterval(server)).toBeGreaterThan(24 * 3_600_000)
  const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await expect.poll(() => readInterval(server)).toBe(50)
  sockets[0]!.destroy()
  await once(sockets[0]!, 'close')
  expect(readInterval(server)).toBe(50)
  sockets[1]!.destroy()
  await expect.poll(() => readInterval(server)).toBeGreaterThan(24 * 3_600_000)
})

test('S40: a head that does not arrive ends its connection, the second time too', async ({
  port,
}) => {
  for (let times = 0; times < 2; times += 1) {
    const socket = connect(port, '127.0.0.1').resume()
    socket.write('GET / HTTP/1.1\r\n')
    await once(socket, 'close')
  }
})
