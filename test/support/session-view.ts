// A store of accounts in memory, and a view of the session that was stored last, for tests about one account.

import type { Session } from '../../main/oauth/session.js'
import {
  toPerson,
  type AccountStore,
  type StoredAccount,
} from '../../main/storage/account-store.js'
import { isSameOwner, type SessionOwner } from '../../main/storage/session-owner.js'
import { asAuthError, type AuthError } from '../../main/base/errors.js'

/** Replace a method to make the store slow, or fail: {@link AccountStore} calls go through it. */
export type SessionView = {
  /** Reads the session that was stored last and is still there. */
  read(owner?: SessionOwner): Promise<Session | null>
  write(session: Session): Promise<void>
  clear(): Promise<void>
  clearAside?(): Promise<void>
  /** Every stored session, in the order in which the accounts were added. */
  all(): readonly Session[]
}

export function createSessionView(): { accountStore: AccountStore; sessionStore: SessionView } {
  const stored = new Map<string, StoredAccount>()
  const added = new Map<string, Pick<StoredAccount, 'id' | 'addedAtMs'>>()
  let last: string | null = null
  let cleared: string | null = null
  let chosen: string | null = null
  const toKey = (session: Session): string => JSON.stringify(toPerson(session))

  const sessionStore: SessionView = {
    read: (owner) =>
      Promise.resolve().then(() => {
        const account = stored.get(last ?? '') ?? [...stored.values()].at(-1)
        const session = account?.session ?? null
        return session && owner && !isSameOwner(session, owner) ? null : session
      }),
    write(session) {
      const { id, addedAtMs } = added.get(toKey(session)) ?? { id: 'storedid', addedAtMs: 0 }
      stored.set(id, { id, addedAtMs, session })
      last = id
      return Promise.resolve()
    },
    clear() {
      stored.delete(cleared ?? last ?? '')
      return Promise.resolve()
    },
    all: () => [...stored.values()].map(({ session }) => session),
  }

  const accountStore: AccountStore = {
    async readAll(owners) {
      const accounts: StoredAccount[] = []
      const problems: AuthError[] = []
      try {
        const session = await sessionStore.read(owners?.length === 1 ? owners[0] : undefined)
        const account = [...stored.values()].find((one) => one.session === session)
        if (account) accounts.push(account)
        else if (session) accounts.push({ id: 'storedid', addedAtMs: 0, session })
      } catch (thrown) {
        problems.push(asAuthError(thrown))
      }
      return { accounts, problems }
    },
    write({ id, addedAtMs, session }) {
      added.set(toKey(session), { id, addedAtMs })
      return sessionStore.write(session)
    },
    // The view shows the sessions with tokens only.
    writeEnded({ id }) {
      cleared = id
      return sessionStore.clear()
    },
    delete(id) {
      cleared = id
      return sessionStore.clear()
    },
    clear: () => {
      stored.clear()
      return sessionStore.clear()
    },
    readDefault: () => Promise.resolve(chosen),
    writeDefault(id) {
      chosen = id
      return Promise.resolve()
    },
    async clearAside() {
      await sessionStore.clearAside?.()
      return { files: [], failure: null }
    },
  }
  return { accountStore, sessionStore }
}
