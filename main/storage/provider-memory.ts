// Remembers facts about the configured providers between runs, in provider.json.

import { join } from 'node:path'
import { anyOf, listOf, number, objectOf, string, type Infer } from '../base/schema.js'
import { OFFLINE_ACCESS, type ProviderMemory } from '../oauth/scopes.js'
import { diskError, readErrno } from '../base/errno.js'
import { replaceFile } from './atomic-file.js'
import { readRegularFile } from './regular-file.js'
import { isSameOwner } from './session-owner.js'
import { FILE_MESSAGES } from './storage-messages.js'

export const PROVIDER_FILE = 'provider.json'

/** After that, the provider is asked again: its settings may have changed. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000
const MOST_BYTES = 16_384

/** The request that was rejected. A different request is tried again. */
type Asked = { issuer: string; clientId: string; scope: string }

const content = objectOf({
  issuer: string,
  clientId: string,
  scope: string,
  rejected: anyOf([OFFLINE_ACCESS]),
  atMs: number,
})

type Rejection = Infer<typeof content>

/** True if the provider rejected offline_access recently. False if the file can't be read. */
export function hasRejectedOfflineAccess(directory: string, asked: Asked, nowMs: number): boolean {
  return readRejections(directory).some(({ atMs, ...kept }) => {
    const ageMs = nowMs - atMs
    return isSameOwner(kept, asked) && kept.scope === asked.scope && ageMs >= 0 && ageMs < KEPT_MS
  })
}

/**
 * Remembers rejections in the file, or until the program ends if the file can't be written. The returned
 * function gives the memory of one provider.
 */
export function keepProviderMemory(deps: {
  directory: string
  nowMs(): number
  /** Called if the file can't be written. */
  complain(line: string): void
}): (asked: Asked) => ProviderMemory {
  const { directory } = deps
  const memories = new Map<string, ProviderMemory>()
  return ({ issuer, clientId, scope }) => {
    const asked = { issuer, clientId, scope }
    const key = JSON.stringify(asked)
    const memory = memories.get(key) ?? createMemory(asked)
    memories.set(key, memory)
    return memory
  }

  function createMemory(asked: Asked): ProviderMemory {
    let rejects = hasRejectedOfflineAccess(directory, asked, deps.nowMs())
    return {
      rejectsOfflineAccess: () => rejects,
      recordRejection() {
        rejects = true
        const others = readRejections(directory).filter((kept) => !isSameOwner(kept, asked))
        const kept = { ...asked, rejected: OFFLINE_ACCESS, atMs: deps.nowMs() }
        // Earlier versions of Latchkey read a single rejection.
        const all = others.length === 0 ? kept : [...others, kept]
        try {
          replaceFile(join(directory, PROVIDER_FILE), `${JSON.stringify(all, null, 2)}\n`)
        } catch (thrown) {
          if (readErrno(thrown) === '') throw thrown
          deps.complain(FILE_MESSAGES.cannotWrite(PROVIDER_FILE, diskError(thrown)))
        }
      },
    }
  }
}

/** Empty if the file is missing, can't be read or holds something else. */
function readRejections(directory: string): readonly Rejection[] {
  const json = readJson(join(directory, PROVIDER_FILE))
  const parsed = listOf(content).safeParse(Array.isArray(json) ? json : [json])
  return parsed.success ? parsed.data : []
}

/** Null if the file is missing, can't be read or isn't JSON. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readRegularFile(path, { mostBytes: MOST_BYTES }).toString('utf8'))
  } catch {
    return null
  }
}
