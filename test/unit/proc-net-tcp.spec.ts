// The kernel's table of TCP sockets, read from a file that a test has written.

import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { listeningInodes, openTcpTable, type TcpTable } from '../../main/net/proc-net-tcp.js'

type Family = 'tcp' | 'tcp6'

const test = base.extend<{
  folder: string
  /** Opens tables of these rows. */
  openTables: (rows: Partial<Record<Family, readonly string[]>>) => TcpTable
}>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'tables-'))
    await use(folder)
    rmSync(folder, { recursive: true })
  },
  openTables: async ({ folder }, use) => {
    const tables: TcpTable[] = []
    await use((rows) => {
      for (const family of ['tcp', 'tcp6'] as const) {
        const lines = ['  sl  local_address rem_address', ...(rows[family] ?? [])]
        writeFileSync(join(folder, family), lines.map((line) => `${line}\n`).join(''))
      }
      const table = openTcpTable((family) => openSync(join(folder, family), 'r'))!
      tables.push(table)
      return table
    })
    for (const table of tables) table.close()
  },
})

test.skip(process.platform !== 'linux', 'only Linux has such a table')

const [CLIENT, SERVER] = ['0100007F:9C40', '0100007F:03E8'] // 127.0.0.1:40000, 127.0.0.1:1000
const CONNECTION = {
  remoteAddress: '127.0.0.1',
  remotePort: 40_000,
  localAddress: '127.0.0.1',
  localPort: 1000,
}

function row(local: string, remote: string, uid: number, state = '01', inode = '4711'): string {
  return (
    `   7: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ` +
    `${inode} 1 0000000000000000 20 4 30 10 -1`
  )
}

test('S25: the row of the other end is the one with both addresses exchanged', ({ openTables }) => {
  const table = openTables({
    tcp: [
      row(SERVER, CLIENT, 1),
      row('0100007F:9C40', '0100007F:03E9', 2),
      row('0200007F:9C40', SERVER, 3),
      row(CLIENT, SERVER, 4),
    ],
  })
  expect(table.findPeers([CONNECTION])).toEqual([{ uid: 4, inode: '4711' }])
  expect(table.findPeers([{ ...CONNECTION, remotePort: 40_001 }])).toEqual([null])
})

for (const [state, owns] of [
  ['01', true],
  ['02', false],
  ['03', false],
  ['04', true],
  ['05', true],
  ['06', false],
  ['07', false],
  ['08', true],
  ['09', true],
  ['0A', false],
  ['0B', true],
] as const) {
  test(`S25: a row in the state ${state} is ${owns ? '' : 'not '}its owner's`, ({ openTables }) => {
    const [found] = openTables({ tcp: [row(CLIENT, SERVER, 4, state)] }).findPeers([CONNECTION])
    expect(found?.uid ?? null).toBe(owns ? 4 : null)
  })
}

test('S25: another user’s connection attempt from a port does not make the port theirs', ({
  openTables,
}) => {
  const table = openTables({ tcp: [row(CLIENT, SERVER, 0, '02'), row(CLIENT, SERVER, 4)] })
  expect(table.findPeers([CONNECTION])).toMatchObject([{ uid: 4 }])
})

test('S25: an IPv6 socket that is connected to an IPv4 address is in the other table', ({
  openTables,
}) => {
  const mapped = '0000000000000000FFFF0000'
  const table = openTables({ tcp6: [row(`${mapped}${CLIENT}`, `${mapped}${SERVER}`, 4)] })
  expect(table.findPeers([CONNECTION])).toMatchObject([{ uid: 4 }])
})

test('S25: an IPv6 connection is looked up only in its own table', ({ openTables }) => {
  const loopback = '00000000000000000000000001000000'
  const connection = { ...CONNECTION, remoteAddress: '::1', localAddress: '::1' }
  const table = openTables({ tcp6: [row(`${loopback}:9C40`, `${loopback}:03E8`, 4)] })
  expect(table.findPeers([connection, CONNECTION])).toEqual([{ uid: 4, inode: '4711' }, null])
})

test('S25: a table that is read in many pieces is read to the last row', ({ openTables }) => {
  const hex = (port: number): string => port.toString(16).toUpperCase()
  // There is a wanted row at each possible end of a 64 KiB piece.
  const lines = Array.from({ length: 3_000 }, (_, index) =>
    row(`0100007F:${hex(20_000 + index)}`, SERVER, 1_000 + index),
  )
  const length = lines[0]!.length + 1
  const wanted = [1, 2, 3, 4].flatMap((piece) => {
    const middle = Math.floor((piece * 64 * 1024) / length)
    return Array.from({ length: 21 }, (_, index) => middle - 10 + index)
  })
  const found = openTables({ tcp: lines }).findPeers(
    wanted.map((index) => ({ ...CONNECTION, remotePort: 20_000 + index })),
  )
  expect(found.map((one) => one?.uid)).toEqual(wanted.map((index) => 1_000 + index))
})

test('S25: if a row slips between two pages of the table, the table is read again', ({
  folder,
}) => {
  const [tcp, tcp6] = [join(folder, 'tcp'), join(folder, 'tcp6')]
  for (const path of [tcp, tcp6]) writeFileSync(path, 'sl\n')
  let isReading = false
  // The row appears when the second table is opened, in the middle of the first reading.
  const table = openTcpTable((family) => {
    if (family === 'tcp6' && !isReading) throw Object.assign(new Error(), { code: 'EMFILE' })
    if (family === 'tcp6') writeFileSync(tcp, `sl\n${row(CLIENT, SERVER, 4)}\n`)
    return openSync(join(folder, family), 'r')
  })!
  isReading = true
  expect(table.findPeers([CONNECTION])).toMatchObject([{ uid: 4 }])
  table.close()
})

test('S25: both ways of reading find the same', async ({ openTables }) => {
  const table = openTables({ tcp: [row(SERVER, CLIENT, 1), row(CLIENT, SERVER, 4)] })
  const connections = [{ ...CONNECTION, remotePort: 40_001 }, CONNECTION]
  const found = [null, { uid: 4, inode: '4711' }]
  expect(table.findPeers(connections)).toEqual(found)
  expect(await table.findPeersAsync(connections)).toEqual(found)
})

test('S25: a table that can’t be opened is opened later, and connections are rejected until then', ({
  folder,
}) => {
  for (const family of ['tcp', 'tcp6']) {
    writeFileSync(join(folder, family), `sl\n${row(CLIENT, SERVER, 4)}\n`)
  }
  let canBeOpened = false
  const table = openTcpTable((family) => {
    if (!canBeOpened) throw Object.assign(new Error('too many files'), { code: 'EMFILE' })
    return openSync(join(folder, family), 'r')
  })!
  expect(() => table.findPeers([CONNECTION])).toThrow('too many files')
  canBeOpened = true
  expect(table.findPeers([CONNECTION])).toMatchObject([{ uid: 4 }])
  table.close()
})

test('a table is opened once, and each time read from the start', ({ folder }) => {
  for (const family of ['tcp', 'tcp6']) writeFileSync(join(folder, family), 'sl\n')
  let opened = 0
  const table = openTcpTable((family) => {
    opened += 1
    return openSync(join(folder, family), 'r')
  })!
  expect(table.findPeers([CONNECTION])).toEqual([null])
  writeFileSync(join(folder, 'tcp'), `sl\n${row(CLIENT, SERVER, 4)}\n`)
  expect(table.findPeers([CONNECTION])).toMatchObject([{ uid: 4 }])
  // Once for each way of reading.
  expect(opened).toBe(4)
  table.close()
})

test('the sockets that listen on a port are found without IPv6', ({ folder }) => {
  const row = (state: string, inode: number): string =>
    `   0: 0100007F:03E8 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1`
  writeFileSync(join(folder, 'tcp'), ['  sl', row('0A', 4711), row('01', 4712), ''].join('\n'))
  const read = (family: string): string => readFileSync(join(folder, family), 'latin1')
  expect(listeningInodes(1000, read)).toEqual(['4711'])
  expect(listeningInodes(1001, read)).toEqual([])
})

test('S25: the rows of many connections are found in one reading, each with its own owner', ({
  openTables,
}) => {
  const hex = (port: number): string =>
    `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const ports = Array.from({ length: 2_000 }, (_, index) => 40_000 + index)
  const table = openTables({
    tcp: ports.flatMap((port) => [
      // An earlier connection from the same port, which its owner has closed.
      row(hex(port), SERVER, 9_999, '06', '0'),
      row(hex(port), SERVER, port),
    ]),
  })
  const asked = [...ports, 39_999].map((remotePort) => ({ ...CONNECTION, remotePort }))
  expect(table.findPeers(asked)).toEqual([...ports.map((uid) => ({ uid, inode: '4711' })), null])
})
