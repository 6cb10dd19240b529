// Remembers facts about the configured provider between runs, in provider.json.

import { join } from 'node:path'
import { anyOf, number, objectOf, string } from '../base/schema.js'
import { OFFLINE_ACCESS, type ProviderMemory } from '../oauth/scopes.js'
import { diskError, readErrno } from '../base/errno.js'
import { replaceFile } from './atomic-file.js'
import { readRegularFile } from './regular-file.js'
import { FILE_MESSAGES } from './storage-messages.js'

export const PROVIDER_FILE = 'provider.json'

/** After that, the provider is asked again: its settings may have changed. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000
const MOST_BYTES = 16_384

/** The request that was rejected. A different request is tried again. */
type Asked = { issuer: string | null; clientId: string | null; scope: string }

const content = objectOf({
  issuer: string,
  clientId: string,
  scope: string,
  rejected: anyOf([OFFLINE_ACCESS]),
  atMs: number,
})

/** True if the provider rejected offline_access recently. False if the file can't be read. */
export function hasRejectedOfflineAccess(directory: string, asked: Asked, nowMs: number): boolean {
  const parsed = content.safeParse(readJson(join(directory, PROVIDER_FILE)))
  if (!parsed.success) return false
  const { issuer, clientId, scope, atMs } = parsed.data
  const isSame = issuer === asked.issuer && clientId === asked.clientId && scope === asked.scope
  const ageMs = nowMs - atMs
  return isSame && ageMs >= 0 && ageMs < KEPT_MS
}

/** Remembers a rejection in the file, or until the program ends if the file can't be written. */
export function keepProviderMemory(deps: {
  directory: string
  asked: Asked
  nowMs(): number
  /** Called if the file can't be written. */
  complain(line: string): void
}): ProviderMemory {
  const { directory } = deps
  const { issuer, clientId, scope } = deps.asked
  const asked = { issuer, clientId, scope }
  let rejects = hasRejectedOfflineAccess(directory, asked, deps.nowMs())
  return {
    rejectsOfflineAccess: () => rejects,
    recordRejection() {
      rejects = true
      const kept = { ...asked, rejected: OFFLINE_ACCESS, atMs: deps.nowMs() }
      try {
        replaceFile(join(directory, PROVIDER_FILE), `${JSON.stringify(kept, null, 2)}\n`)
      } catch (thrown) {
        if (readErrno(thrown) === '') throw thrown
        deps.complain(FILE_MESSAGES.cannotWrite(PROVIDER_FILE, diskError(thrown)))
      }
    },
  }
}

/** Null if the file is missing, can't be read or isn't JSON. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readRegularFile(path, { mostBytes: MOST_BYTES }).toString('utf8'))
  } catch {
    return null
  }
}
