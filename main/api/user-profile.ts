// Describes an account as the official clients read it.

import { createHash, type Hash } from 'node:crypto'
import type { Agent } from '../agent/agent.js'
import type { AccountSession } from '../agent/model.js'
import type { Claims } from '../oauth/account.js'
import { formatTimestamp } from './auth0.js'
import type { UserProfile } from './models.js'

/**
 * Describes an account by its session's claims. A member that is not known is left out, and so is every
 * object that can't be whole, because generated clients reject an incomplete one. An address is never invented.
 */
export function toUserProfile(
  { agent }: { agent: Pick<Agent, 'all'> },
  { id, issuer, clientId, account }: AccountSession,
): UserProfile {
  const { sub, name, email } = account
  const claims = agent.all().find((one) => one.id === id)?.session.claims
  const username = readText(claims, 'preferred_username') || email || sub
  const picture = readText(claims, 'picture')
  const updated = formatTimestamp(claims?.['updated_at'])
  return {
    id: toProfileId([issuer, clientId, sub]),
    name,
    // Three clients show an address of their vendor's if there is none.
    email: email || username,
    username,
    ...(picture !== '' && { picture }),
    ...(updated !== null && { updated: { value: updated } }),
    aesthetics: { theme: { dark: false }, font: { size: FONT_SIZE } },
  }
}

/** In points. Required, but nobody has chosen it. */
const FONT_SIZE = 14

function readText(claims: Claims | undefined, name: string): string {
  const value = claims?.[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** Stays the same for a person at a provider, and does not contain the subject. */
function toProfileId(person: readonly [issuer: string, clientId: string, sub: string]): string {
  return toUuid(createHash('sha256').update(JSON.stringify(person)))
}

/**
 * Makes a UUID of a hash.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9562#section-5.8}
 */
export function toUuid(hash: Hash): string {
  const bytes = hash.digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
