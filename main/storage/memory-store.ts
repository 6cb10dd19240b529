// Keeps a session in memory only.

import type { Session } from '../oauth/session.js'
import {
  cannotOpen,
  deleteFileAside,
  deleteSessionFile,
  MISSING_KEY,
  moveSessionFileAside,
  readSessionFile,
} from './session-file.js'
import { requireOwner, type SessionStore } from './session-store.js'

/**
 * Keeps a session in memory. `path` is the session file of an earlier run, which cannot be opened now.
 * Reading fails because of that file until a session is written, and a sign-out deletes it too.
 */
export function createMemoryStore(path?: string): SessionStore {
  let held: Session | null = null
  let isLocked = false
  return {
    async read(owner) {
      const file = held === null && path !== undefined ? readSessionFile(path) : null
      isLocked = file?.tier === 'keyring'
      if (file !== null) throw cannotOpen(MISSING_KEY[file.tier])
      if (held !== null && owner !== undefined) requireOwner(held, owner)
      return held
    },
    write(session) {
      held = session
      return Promise.resolve()
    },
    async clear() {
      held = null
      if (path !== undefined) deleteSessionFile(path)
      isLocked = false
    },
    ...(path !== undefined && {
      async setAside() {
        const aside = moveSessionFileAside(path)
        isLocked = false
        return aside
      },
      async clearAside() {
        deleteFileAside(path)
      },
      isLocked: () => isLocked,
    }),
  }
}
