// The loopback addresses, on real sockets.

import { expect, test as base } from '@playwright/test'
import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { AuthError } from '../../main/base/errors.js'
import { PORT_MESSAGES } from '../../main/net/net-messages.js'
import { bindLoopback, type Bound } from '../../main/net/loopback.js'

const V4 = '127.0.0.1'
const V6 = '::1'

const hasIPv6 = await canListen(0, V6)
const needsIPv6 = (): void => test.skip(!hasIPv6, 'this machine has no ::1')

const test = base.extend<{
  /** Binds as the programs do, until the test ends. */
  bind: (ports: readonly number[]) => Promise<Bound>
  /** Takes a free port on one address, as another program would, and returns it. */
  occupy: (host: string) => Promise<number>
}>({
  // eslint-disable-next-line no-empty-pattern
  bind: async ({}, use) => {
    const made: HttpServer[] = []
    await use((ports) => {
      const create = (): HttpServer => {
        const server = createHttpServer((_request, response) => void response.end('ok'))
        made.push(server)
        return server
      }
      return bindLoopback(create, ports, 'the test')
    })
    await Promise.all(made.map(close))
  },
  // eslint-disable-next-line no-empty-pattern
  occupy: async ({}, use) => {
    const made: Server[] = []
    await use(async (host) => {
      // The port was free on both addresses, so only this address is taken.
      for (;;) {
        const server = createServer()
        made.push(server)
        await once(server.listen({ host, port: 0, ipv6Only: true }), 'listening')
        const { port } = server.address() as AddressInfo
        if (!hasIPv6 || (await canListen(port, host === V4 ? V6 : V4))) return port
      }
    })
    await Promise.all(made.map(close))
  },
})

test('RFC 8252 section 7.3: port 0 means a free port, the same on both addresses', async ({
  bind,
}) => {
  needsIPv6()
  const { port, servers, ipv6 } = await bind([0])
  expect(ipv6).toBe(true)
  expect(port).toBeGreaterThan(0)
  expect(servers.map((server) => (server.address() as AddressInfo).port)).toEqual([port, port])
  for (const host of [V4, `[${V6}]`]) {
    expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('ok')
  }
})

test('a thousand programs may connect at once, on either address', async () => {
  const backlogs: unknown[] = []
  const { servers } = await bindLoopback(
    () => {
      const server = createHttpServer()
      const listen = server.listen.bind(server)
      server.listen = ((options: { backlog?: number }, bound: () => void) => {
        backlogs.push(options.backlog)
        return listen(options, bound)
      }) as typeof server.listen
      return server
    },
    [0],
    'the test',
  )
  await Promise.all(servers.map(close))
  // Node's own is 511. The system drops what does not fit, and the program waits a second or more.
  expect(new Set(backlogs)).toEqual(new Set([4_096]))
})

test('RFC 8252 section 8.3: no other address of this machine answers', async ({ bind }) => {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address))
  test.skip(addresses.length === 0, 'this machine has loopback addresses only')
  if (process.platform === 'linux') addresses.push('127.0.0.2') // Linux has all of 127/8.
  const { port } = await bind([0])
  expect(await canConnect(port, V4)).toBe(true)
  for (const address of addresses) {
    expect([address, await canConnect(port, address)]).toEqual([address, false])
  }
})

test('the first available port of the list is bound, and no other', async ({ bind, occupy }) => {
  const [taken, spare] = [await occupy(V4), await findFreePort()]
  const { port } = await bind([taken, 0, spare])
  expect([taken, spare]).not.toContain(port)
  expect(await canListen(spare, V4)).toBe(true)
})

for (const [host, other] of [
  [V4, V6],
  [V6, V4],
] as const) {
  test(`a port that is taken only on ${host} is skipped, and not kept on the other address`, async ({
    bind,
    occupy,
  }) => {
    needsIPv6()
    const taken = await occupy(host)
    const { port } = await bind([taken, 0])
    expect(port).not.toBe(taken)
    expect(await canListen(taken, other)).toBe(true)
  })
}

test('if all ports are taken, the error is port-taken, with the first three and the number of others', async ({
  bind,
  occupy,
}) => {
  const taken = await Promise.all(Array.from({ length: 5 }, () => occupy(V4)))
  const [first, second, third] = taken
  const refusal = await bind(taken).catch((thrown: unknown) => thrown)
  expect(refusal).toBeInstanceOf(AuthError)
  const { code, message } = refusal as AuthError
  expect(code).toBe('port-taken')
  // On Linux the message names the process that holds a port, here this one.
  expect(message.replaceAll(/by [^,]*? \(.*?PID \d+\)/g, 'by another program')).toBe(
    `Latchkey found no port for the test: ${first} is in use by another program, ` +
      `${second} is in use by another program, ${third} is in use by another program, ` +
      'and 2 more. Close a program that uses one of them, or choose another port.',
  )
})

test('nothing stays bound after a failure', async ({ bind, occupy }) => {
  needsIPv6()
  const taken = [await occupy(V6), await occupy(V6)]
  await expect(bind(taken)).rejects.toThrow(`${taken[1]} is in use by `)
  for (const port of taken) expect(await canListen(port, V4)).toBe(true)
})

test('a port that this user may not bind is skipped, and named if all are', async ({ bind }) => {
  const refusal = await canListen(1, V4).catch((error: NodeJS.ErrnoException) => error.code)
  test.skip(refusal !== 'EACCES', 'this user may bind every port')
  expect((await bind([1, 0])).port).toBeGreaterThan(1)
  await expect(bind([1])).rejects.toThrow(`1 ${PORT_MESSAGES.noPermission}`)
})

test('S10: a port is bound once, not tested, released and bound again', async () => {
  let listened = 0
  const count = (): HttpServer => createHttpServer().on('listening', () => (listened += 1))
  const { servers } = await bindLoopback(count, [0], 'the test')
  expect(listened).toBe(servers.length)
  await Promise.all(servers.map(close))
})

test('S10: if another program takes ::1 between the two binds, another port is found', async () => {
  needsIPv6()
  const made: HttpServer[] = []
  const other = createServer()
  const create = (): HttpServer => {
    if (made.length === 1) other.listen((made[0]!.address() as AddressInfo).port, V6)
    made.push(createHttpServer())
    return made.at(-1)!
  }
  const { port, servers } = await bindLoopback(create, [0], 'the test')
  expect(made.map(({ listening }) => listening)).toEqual([false, false, true, true])
  expect(port).not.toBe((other.address() as AddressInfo).port)
  await Promise.all([...servers, other].map(close))
})

async function findFreePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, V4), 'listening')
  const { port } = server.address() as AddressInfo
  await close(server)
  return port
}

/** False if the port is taken or the address does not exist. Rejects with any other error. */
async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen({ port, host, ipv6Only: true }), 'listening')
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (['EADDRINUSE', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(code!)) return false
    throw thrown
  }
  await close(server)
  return true
}

async function canConnect(port: number, host: string): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()))
}
