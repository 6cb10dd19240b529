// Who owns the other end of a connection, by the kernel's table, which is not read more than it must be.

import type { Socket } from 'node:net'
import { endianness } from 'node:os'
import { expect, test } from '@playwright/test'
import { createSocketOwners, NOBODY } from '../../main/api/socket-owner.js'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const LOOPBACK = endianness() === 'LE' ? '0100007F' : '7F000001'

/** A line of the table, of a connection from `port` to port 1000. */
function line(port: number, user: number, inode = 4711): string {
  const hex = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0')
  const ends = `${LOOPBACK}:${hex(port)} ${LOOPBACK}:${hex(1000)}`
  return `   0: ${ends} 01 00000000:00000000 00:00000000 00000000 ${user}        0 ${inode} 1 0 20 4 0 10 -1`
}

function connection(port: number): { socket: Socket } {
  const remote = { remoteAddress: '127.0.0.1', remotePort: port }
  return { socket: { ...remote, localAddress: '127.0.0.1', localPort: 1000 } as Socket }
}

/** Owners by a table that the test writes. */
function owners(lines: string[]): ReturnType<typeof createSocketOwners> & {
  reads(): number
  connect(port: number): { socket: Socket }
} {
  let reads = 0
  const created = createSocketOwners(() => {
    reads += 1
    return [HEAD, ...lines, ''].join('\n')
  })
  const connect = (port: number): { socket: Socket } => {
    const made = connection(port)
    created.accepted(made.socket)
    return made
  }
  return { ...created, reads: () => reads, connect }
}

test('S25: the user is the one that the kernel names for the caller’s end', () => {
  const { connect, ownerOf } = owners([line(40_000, 1000), line(40_001, 65_534)])
  expect(ownerOf(connect(40_000))).toBe(1000)
  expect(ownerOf(connect(40_001))).toBe(65_534)
})

test('S25: nobody owns a connection that the table does not have, or that its owner has closed', () => {
  const { connect, ownerOf } = owners([line(40_000, 0, 0)])
  expect(ownerOf(connect(40_000))).toBe(NOBODY)
  expect(ownerOf(connect(40_001))).toBe(NOBODY)
})

test('a thousand connections that are there together share one reading', () => {
  const ports = Array.from({ length: 1_000 }, (_, index) => 40_000 + index)
  const { connect, ownerOf, reads } = owners(ports.map((port) => line(port, port)))
  const connections = ports.map(connect)
  expect(connections.map(ownerOf)).toEqual(ports)
  // And their next requests, for a connection keeps its owner.
  expect(connections.map(ownerOf)).toEqual(ports)
  expect(reads()).toBe(1)
})

test('S25: a later connection from the same port is looked up anew', () => {
  const lines = [line(40_000, 1000)]
  const { connect, ownerOf, reads } = owners(lines)
  expect(ownerOf(connect(40_000))).toBe(1000)
  lines[0] = line(40_000, 65_534)
  expect(ownerOf(connect(40_000))).toBe(65_534)
  expect(reads()).toBe(2)
})

test('S25: a connection that nobody was told of is looked up anew each time', () => {
  const { ownerOf, reads } = owners([line(40_000, 1000)])
  expect([1, 2].map(() => ownerOf(connection(40_000)))).toEqual([1000, 1000])
  expect(reads()).toBe(2)
})

test('a system without a table does not tell', () => {
  const { accepted, ownerOf } = createSocketOwners(() => {
    throw new Error('ENOENT')
  })
  const { socket } = connection(40_000)
  accepted(socket)
  expect(ownerOf({ socket })).toBeNull()
})

test('S25: a caller that has reset its connection, so that it has no address any more, is nobody', () => {
  const { ownerOf } = owners([line(40_000, 1000)])
  expect(ownerOf({ socket: { localAddress: '127.0.0.1', localPort: 1000 } as Socket })).toBe(NOBODY)
})
