// Reads NO_PROXY, the list of hosts to reach without the proxy, in its usual spellings.

import { BlockList, isIP, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

/**
 * True if `list` names the host of `target`: by its name or that of a domain above it (`example.com`,
 * `.example.com`, `*.example.com`), an address, a range (`192.0.2.0/24`), a pattern (`192.0.2.*`),
 * `<local>` (names without a dot) or `*`; each with or without a port. Entries are separated by
 * commas, semicolons or spaces. Calls `onUnknown` with each entry that is none of these.
 */
export function isExempt(
  { hostname, port }: URL,
  list: string,
  onUnknown: (entry: string) => void,
): boolean {
  const host = { name: plain(hostname), port: port || '443' }
  const entries = list.toLowerCase().split(/[\s,;]+/)
  const results = entries
    .filter((entry) => entry !== '')
    .map((entry) => ({ entry, result: matches(host, entry) }))
  // A valid entry counts even if other entries are unknown.
  if (results.some(({ result }) => result === true)) return true
  const unknown = results.find(({ result }) => result === null)
  if (unknown !== undefined) onUnknown(unknown.entry)
  return false
}

type Host = { name: string; port: string }

/** A name, address or pattern, and an optional port. */
const ENTRY = /^(\[[0-9a-f:.]+\]|[^:/\\@?#<>[\]]+)(?::(\d+))?$/

/** Null if the entry can't be read. */
function matches({ name, port }: Host, entry: string): boolean | null {
  if (entry === '*') return true
  if (entry === '<local>') return !name.includes('.') && isIP(name) === 0
  // The path of a local service's socket, such as Docker's, is not a host.
  if (entry.startsWith('/')) return false
  const bare = entry.replace(/^[a-z][a-z0-9+.-]*:\/\/([^/]*)\/?$/, '$1')
  const [network, length, ...more] = bare.split('/')
  if (length !== undefined) return more.length > 0 ? null : isInRange(name, network ?? '', length)
  return matchesHost({ name, port }, isIPv6(bare) ? `[${bare}]` : bare)
}

function matchesHost({ name, port }: Host, entry: string): boolean | null {
  const [, found, onlyPort] = ENTRY.exec(entry) ?? []
  if (found === undefined) return null
  const nameMatches = matchesName(name, found)
  return nameMatches && onlyPort !== undefined ? onlyPort === port : nameMatches
}

function matchesName(name: string, entry: string): boolean | null {
  const wanted = plain(entry.replace(/^(?:\*?\.)/, ''))
  if (isIP(wanted) !== 0) return isInRange(name, wanted, isIPv6(wanted) ? '128' : '32')
  if (wanted.includes('*')) return toPattern(wanted).test(name)
  const ascii = domainToASCII(wanted)
  if (ascii === '') return null
  return name === ascii || name.endsWith(`.${ascii}`)
}

function toPattern(entry: string): RegExp {
  const parts = entry.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`)
}

/** Null if there is no such range. A name is in no range, because it is not looked up for this. */
function isInRange(name: string, network: string, length: string): boolean | null {
  const address = plain(network)
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  const isRange = isIP(address) !== 0 && /^\d{1,3}$/.test(length)
  if (!isRange || Number(length) > (family === 'ipv6' ? 128 : 32)) return null
  const range = new BlockList()
  range.addSubnet(address, Number(length), family)
  const version = isIP(name)
  return version !== 0 && range.check(name, version === 6 ? 'ipv6' : 'ipv4')
}

/** Removes the brackets of IPv6 and the final dot of a full name. */
function plain(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}
