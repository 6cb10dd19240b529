// Describes an account as the official clients read it.

import { createHash } from 'node:crypto'
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

/**
 * Makes an ID in the form of a UUID. It stays the same for a person at a provider, and it does not contain
 * the subject.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9562#section-5.8}
 */
function toProfileId(person: readonly [issuer: string, clientId: string, sub: string]): string {
  const bytes = createHash('sha256').update(JSON.stringify(person)).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
