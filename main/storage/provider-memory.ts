// What is known of the configured provider, kept between runs in provider.json.

import { join } from 'node:path'
import { z } from 'zod'
import { OFFLINE_ACCESS, type ProviderMemory } from '../oauth/scopes.js'
import { diskError, errnoOf } from '../base/errno.js'
import { readRegularFile } from './regular-file.js'
import { replaceFile } from './atomic-file.js'

export const PROVIDER_FILE = 'provider.json'

/** Whoever runs the provider may allow by then what was not allowed. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000
const MOST_BYTES = 16_384

/** Whom was asked for what: something else asked of it is asked anew. */
type Asked = { issuer: string | null; clientId: string | null; scope: string }

const content = z.object({
  issuer: z.string(),
  clientId: z.string(),
  scope: z.string(),
  rejected: z.literal(OFFLINE_ACCESS),
  atMs: z.number(),
})

/** True where the provider has rejected offline_access lately. A file that cannot be read says nothing. */
export function hasRejectedOfflineAccess(directory: string, asked: Asked, nowMs: number): boolean {
  const parsed = content.safeParse(readJson(join(directory, PROVIDER_FILE)))
  if (!parsed.success) return false
  const { issuer, clientId, scope, atMs } = parsed.data
  const isSame = issuer === asked.issuer && clientId === asked.clientId && scope === asked.scope
  const ageMs = nowMs - atMs
  return isSame && ageMs >= 0 && ageMs < KEPT_MS
}

/** `complain` hears where it cannot be kept, and then it is known until the program ends. */
export function keepProviderMemory(deps: {
  directory: string
  asked: Asked
  nowMs(): number
  complain(line: string): void
}): ProviderMemory {
  const { directory } = deps
  const { issuer, clientId, scope } = deps.asked
  const asked = { issuer, clientId, scope }
  let rejects = hasRejectedOfflineAccess(directory, asked, deps.nowMs())
  return {
    rejectsOfflineAccess: () => rejects,
    noteRejection() {
      rejects = true
      const kept = { ...asked, rejected: OFFLINE_ACCESS, atMs: deps.nowMs() }
      try {
        replaceFile(join(directory, PROVIDER_FILE), `${JSON.stringify(kept, null, 2)}\n`)
      } catch (thrown) {
        if (errnoOf(thrown) === '') throw thrown
        deps.complain(`${PROVIDER_FILE} cannot be written (${diskError(thrown)}).`)
      }
    },
  }
}

/** Null for what is not there, no file of ours or no JSON: all of these say nothing. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readRegularFile(path, { mostBytes: MOST_BYTES }).toString('utf8'))
  } catch {
    return null
  }
}
