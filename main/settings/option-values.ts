// Converts a setting's raw value, from a flag, a variable or settings.json, into the value to validate.

import { delimiter } from 'node:path'
import { excerpt } from '../base/printable.js'

/** Text that holds a whole number becomes that number. Other values stay as they are. */
export function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value
}

/** Text becomes a list of its comma-separated parts. A single value becomes a list of one. */
export function toList(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',') : [value].flat()
}

/** Text becomes a list of the paths in it, which are separated as in PATH. */
export function toPaths(value: unknown): unknown {
  return typeof value === 'string' ? value.split(delimiter) : value
}

/** The text `true`, `yes` or `1` becomes true; `false`, `no` or `0` becomes false. */
export function toBoolean(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/^(true|yes|1)$/i.test(value)) return true
  return /^(false|no|0)$/i.test(value) ? false : value
}

/** Flags give a list of NAME=VALUE, a variable gives a query string, and settings.json an object. */
export function toParameters(value: unknown): unknown {
  if (typeof value === 'string') return toRecord([...new URLSearchParams(value)])
  if (!Array.isArray(value)) return value
  const pairs = value.map((one: unknown) => /^([^=]*)=([^]*)$/.exec(String(one))?.slice(1))
  return pairs.every((pair) => pair !== undefined) ? toRecord(pairs) : value
}

/** Returns undefined if a name occurs twice. */
function toRecord(pairs: readonly (readonly string[])[]): unknown {
  const record = Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]))
  return Object.keys(record).length === pairs.length ? record : undefined
}

/**
 * Adds `https://` to an issuer that was typed without it. Returns null for any other scheme, and for a long
 * word, which may be a secret in a wrong place (S38).
 */
export function addHttps(issuer: string): string | null {
  if (/^(?!http:)[a-z][\w+.-]*:\/\//i.test(issuer)) return null
  const bare = issuer.replace(/^(http:)?\/*/i, '')
  return bare.split(/[./:]/).every((word) => excerpt(word) === word) ? `https://${bare}` : null
}

/** Many providers show the URL of their metadata where people look for the issuer. */
export function removeMetadataPath(issuer: string): string {
  return issuer.replace(/\/\.well-known\/(openid-configuration|oauth-authorization-server)\/?$/, '')
}
