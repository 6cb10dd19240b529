// The owner of the other end of a connection, and the effect if it is unknown.

import type { Socket } from 'node:net'
import { expect, test } from '@playwright/test'
import { createConnections, MOST_UNKNOWN, mostConnections } from '../../main/api/connections.js'
import { createSocketOwners, type SocketOwners } from '../../main/net/socket-owner.js'
import { openTcpTable, type Row, type TcpTable } from '../../main/net/proc-net-tcp.js'

const US = 1000
const STRANGER = 1001

/** The parts of a socket that are read. */
type FakeSocket = Socket & { listeners: (() => void)[] }

function socketAt(port: number): FakeSocket {
  const listeners: (() => void)[] = []
  const ends = { remoteAddress: '127.0.0.1', localAddress: '127.0.0.1', localPort: 1000 }
  const remotePort = port + 1
  const socket = {
    ...ends,
    remotePort,
    listeners,
    destroyed: false,
    once: (_event: string, listener: () => void) => void listeners.push(listener),
    destroy() {
      this.destroyed = true
      for (const listener of listeners.splice(0)) listener()
    },
  }
  return socket as unknown as FakeSocket
}

/** A table that the test fills, with a row for each port. */
function createTable(rows: Record<number, Row | null>): TcpTable & { readings: number } {
  return {
    readings: 0,
    findPeers(connections) {
      this.readings += 1
      return connections.map(({ remotePort }) => rows[remotePort - 1] ?? null)
    },
    async findPeersAsync(connections) {
      return this.findPeers(connections)
    },
    close: () => undefined,
  }
}

const row = (uid: number, inode = '4711'): Row => ({ uid, inode })

test('S25: the owner is the one that the kernel names, and does not change later', async () => {
  const rows: Record<number, Row | null> = { 1: row(US), 2: row(STRANGER), 3: row(0) }
  const owners = createSocketOwners({ table: createTable(rows), user: US })
  const sockets = [1, 2, 3].map(socketAt)
  const verdicts = sockets.map((socket) => owners.isOurs(socket))
  expect(await Promise.all(verdicts)).toEqual([true, false, true])
  // A later connection from the same port is a different one.
  rows[1] = row(STRANGER)
  expect(await owners.isOurs(sockets[0]!)).toBe(true)
  expect(await owners.isOurs(socketAt(1))).toBe(false)
})

test('S25: a connection whose other end is gone is not ours', async () => {
  const owners = createSocketOwners({ table: createTable({ 1: null, 2: row(0, '0') }), user: US })
  const reset = { localAddress: '127.0.0.1', localPort: 1000 } as Socket
  for (const socket of [socketAt(1), socketAt(2), reset]) {
    expect(owners.findOwners([socket])).toEqual([{ kind: 'gone' }])
    expect(await owners.isOurs(socket)).toBe(false)
  }
})

test('S25: if the table can’t be read, all connections are rejected, and it is read again', async () => {
  const table = createTable({ 1: row(US) })
  let failure: Error | null = Object.assign(new Error('too many open files'), { code: 'EMFILE' })
  const owners = createSocketOwners({
    table: {
      ...table,
      findPeers(connections) {
        if (failure) throw failure
        return table.findPeers(connections)
      },
      async findPeersAsync(connections) {
        return this.findPeers(connections)
      },
    },
    user: US,
  })
  const socket = socketAt(1)
  expect(owners.findOwners([socket])).toEqual([{ kind: 'unreadable' }])
  expect(await owners.findOwnersAsync([socket])).toEqual([{ kind: 'unreadable' }])
  expect(await owners.isOurs(socket)).toBe(false)
  failure = null
  expect(await owners.isOurs(socket)).toBe(true)
})

test('connections that come during a reading share the next one', async () => {
  const table = createTable({ 1: row(US), 2: row(STRANGER), 3: row(US) })
  let running = 0
  const owners = createSocketOwners({
    table: {
      ...table,
      async findPeersAsync(connections) {
        running += 1
        expect(running).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        return table.findPeers(connections)
      },
    },
    user: US,
  })
  const first = owners.isOurs(socketAt(1))
  await Promise.resolve() // The first reading has begun.
  const others = [2, 3].map((port) => owners.isOurs(socketAt(port)))
  expect(await Promise.all([first, ...others])).toEqual([true, false, true])
  expect(table.readings).toBe(2)
})

test('a system without the table gives no owners, and one without user IDs has one user', async () => {
  const untold = createSocketOwners({ table: null, user: US })
  expect(untold.findOwners([socketAt(1)])).toEqual([{ kind: 'untold' }])
  expect(await untold.isOurs(socketAt(1))).toBe(true)
  const single = createSocketOwners({ table: createTable({ 1: row(7) }), user: null })
  expect(await single.isOurs(socketAt(1))).toBe(true)
})

test.describe('S25: the table exists unless both files are missing', () => {
  const createError = (code: string): Error => Object.assign(new Error(code), { code })
  const connection = socketAt(1) as never

  test('if both are missing, there is none', () => {
    const opened = openTcpTable(() => {
      throw createError('ENOENT')
    })
    expect(opened).toBeNull()
  })

  for (const code of ['EMFILE', 'ENFILE', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR']) {
    test(`after ${code} at the start it exists, and reading fails until it can be opened`, async () => {
      const table = openTcpTable(() => {
        throw createError(code)
      })
      expect(table).not.toBeNull()
      expect(() => table!.findPeers([connection])).toThrow(code)
      const owners = createSocketOwners({ table, user: US })
      expect(await owners.isOurs(socketAt(1))).toBe(false)
    })
  }

  test('if one of the two can’t be opened, it exists', () => {
    const table = openTcpTable((family) => {
      throw createError(family === 'tcp' ? 'ENOENT' : 'EMFILE')
    })
    expect(table).not.toBeNull()
  })
})

test.describe('S40: connections', () => {
  const owned = (ports: number, toUid: (port: number) => number) => {
    const rows = Object.fromEntries(
      Array.from({ length: ports }, (_, port) => [port, row(toUid(port))]),
    )
    const table = createTable(rows)
    const owners: SocketOwners = createSocketOwners({ table, user: US })
    return { table, owners }
  }

  test('up to 64 unchecked ones are kept, and the next one causes one reading for all', async () => {
    const { table, owners } = owned(MOST_UNKNOWN + 1, (port) => (port % 2 === 0 ? US : STRANGER))
    const connections = createConnections({ owners, user: US, most: 2_000 })
    const sockets = Array.from({ length: MOST_UNKNOWN + 1 }, (_, port) => socketAt(port))
    for (const socket of sockets.slice(0, -1)) connections.add(socket)
    expect(table.readings).toBe(0)
    expect(sockets.some(({ destroyed }) => destroyed)).toBe(false)
    connections.add(sockets.at(-1)!)
    await connections.learn()
    expect(table.readings).toBe(1)
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual(
      sockets.map((_socket, port) => port % 2 !== 0),
    )
    // Known ones are not looked up again.
    expect(connections.isOurs(sockets[0]!)).toBe(true)
    expect(table.readings).toBe(1)
  })

  test('if there may be no descriptor left, the reading is not waited for', () => {
    const { table, owners } = owned(MOST_UNKNOWN + 9, () => STRANGER)
    const connections = createConnections({ owners, user: US, most: 8 })
    const sockets = Array.from({ length: MOST_UNKNOWN + 9 }, (_, port) => socketAt(port))
    for (const socket of sockets) connections.add(socket)
    expect(table.readings).toBe(1)
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })

  test('one that comes during a reading waits for the next one, which all of them share', async () => {
    const { table, owners } = owned(10, () => US)
    const connections = createConnections({ owners, user: US, most: 2_000 })
    const sockets = Array.from({ length: 10 }, (_, port) => socketAt(port))
    connections.add(sockets[0]!)
    const first = connections.learn()
    await Promise.resolve() // The first reading has begun.
    for (const socket of sockets.slice(1)) connections.add(socket)
    const others = sockets.slice(1).map(() => connections.learn())
    await first
    expect(sockets.map((socket) => connections.isKnown(socket))).toEqual(
      sockets.map((_socket, port) => port === 0),
    )
    await Promise.all(others)
    expect(sockets.every((socket) => connections.isOurs(socket))).toBe(true)
    expect(table.readings).toBe(2)
  })

  test('of other users’ that have asked something, only the newest 64 are kept', () => {
    const { owners } = owned(MOST_UNKNOWN + 3, () => STRANGER)
    const connections = createConnections({ owners, user: US, most: 2_000 })
    const sockets = Array.from({ length: MOST_UNKNOWN + 3 }, (_, port) => socketAt(port))
    for (const socket of sockets) {
      connections.add(socket)
      connections.markBusy({ socket } as never, { once: () => undefined } as never)
      expect(connections.learnNow(socket)).toBe(false)
    }
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual(
      sockets.map((_socket, port) => port < 3),
    )
  })

  test('one that is closed during a reading is not kept', async () => {
    const { owners } = owned(1, () => US)
    const connections = createConnections({ owners, user: US, most: 2_000 })
    const socket = socketAt(0)
    connections.add(socket)
    const learned = connections.learn()
    await Promise.resolve()
    socket.destroy()
    await learned
    expect(connections.isOurs(socket)).toBe(false)
  })

  test('checking one of them checks all unknown ones, and closes those of other users', async () => {
    const { table, owners } = owned(10, (port) => (port < 5 ? US : STRANGER))
    const connections = createConnections({ owners, user: US, most: 2_000 })
    const sockets = Array.from({ length: 10 }, (_, port) => socketAt(port))
    for (const socket of sockets) connections.add(socket)
    expect(sockets.some((socket) => connections.isOurs(socket))).toBe(false)
    await connections.learn()
    expect(sockets.map((socket) => connections.isOurs(socket))).toEqual(
      sockets.map((_socket, port) => port < 5),
    )
    expect(table.readings).toBe(1)
  })

  test('if there are too many of our own, the oldest idle one is closed first', async () => {
    const { owners } = owned(10, () => US)
    const connections = createConnections({ owners, user: US, most: 3 })
    const [busy, second, third, fourth, fifth] = [0, 1, 2, 3, 4].map(socketAt)
    connections.add(busy!)
    connections.markBusy({ socket: busy } as never, { once: () => undefined } as never)
    for (const socket of [busy, second, third, fourth]) {
      if (socket !== busy) connections.add(socket!)
      await connections.learn()
    }
    expect([busy, second, third, fourth].map((socket) => socket!.destroyed)).toEqual([
      false,
      true,
      false,
      false,
    ])
    connections.add(fifth!)
    await connections.learn()
    expect(connections.isOurs(fifth!)).toBe(true)
    expect(third!.destroyed).toBe(true)
  })

  test('while the table can’t be read, the oldest unknown ones are closed', async () => {
    const owners: SocketOwners = {
      areTold: true,
      findOwners: (sockets) => sockets.map(() => ({ kind: 'unreadable' })),
      findOwnersAsync: async (sockets) => owners.findOwners(sockets),
      isOurs: () => Promise.resolve(false),
    }
    const connections = createConnections({ owners, user: US, most: 2_000 })
    const sockets = Array.from({ length: MOST_UNKNOWN + 10 }, (_, port) => socketAt(port))
    for (const socket of sockets) connections.add(socket)
    await connections.learn()
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual(
      sockets.map((_socket, port) => port < 10),
    )
    expect(connections.isOurs(sockets.at(-1)!)).toBe(false)
  })

  test('the limit for our own leaves descriptors for everything else', () => {
    const most = (limit: number): number => mostConnections(() => ({ limit, used: 40 }))
    expect([128, 256, 512, 1_024, 4_096, Infinity].map(most)).toEqual([
      16, 56, 312, 824, 2_000, 2_000,
    ])
    const untold = (): never => {
      throw new Error('no /proc')
    }
    expect(mostConnections(untold)).toBe(2_000)
  })
})
