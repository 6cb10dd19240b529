// Which user of this machine is at the other end of a loopback connection.

import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { endianness } from 'node:os'

/** No user: the kernel has a table, and the connection is not in it, or not any more. */
export const NOBODY = -1

/**
 * Gives the user ID that owns the caller's socket, from the kernel's TCP table (Linux); null where
 * the system has no such table.
 *
 * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function socketOwner({ socket }: IncomingMessage): number | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return null
  const local = entry(remoteAddress, remotePort)
  const remote = entry(localAddress, localPort)
  let table: string
  try {
    table = readFileSync(isIPv6(remoteAddress) ? '/proc/net/tcp6' : '/proc/net/tcp', 'latin1')
  } catch {
    return null
  }
  // The caller's own end: its local address is our remote one.
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/)
    if (columns[1] !== local || columns[2] !== remote) continue
    // A socket that its owner has closed has no inode, and on older kernels it is shown as root's.
    return columns[9] === '0' ? NOBODY : Number(columns[7])
  }
  return NOBODY
}

/** An address as the table writes it: 32-bit words in the machine's byte order, then the port. */
function entry(address: string, port: number): string {
  const bytes = isIPv6(address) ? ipv6Bytes(address) : address.split('.').map(Number)
  const words: string[] = []
  for (let index = 0; index < bytes.length; index += 4) {
    const word = bytes.slice(index, index + 4)
    words.push(Buffer.from(endianness() === 'LE' ? word.toReversed() : word).toString('hex'))
  }
  return `${words.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}

function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
