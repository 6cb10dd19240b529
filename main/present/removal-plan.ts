// What removing Latchkey's data does, in words for a person who decides on it.

import type { RemovalPlan } from '../ipc.js'

export type Removable = {
  /** Whose session would end, and where; null if nobody is signed in. */
  session: { name: string; issuer: string } | null
  dataDir: string
  startsAtLogin: boolean
  /** True if the system's keyring holds a key of Latchkey's. */
  hasKeyringKey: boolean
}

export function removalPlan(found: Removable): RemovalPlan {
  const { session, dataDir, startsAtLogin, hasKeyringKey } = found
  const ends =
    session === null
      ? 'A session that is still stored is ended at its provider.'
      : `The session of ${session.name} is ended at ${session.issuer}. Every app that uses it loses it.`
  return {
    lines: [
      ends,
      `Latchkey's files in ${dataDir} are deleted: settings, session, log and browser profile.`,
      ...(startsAtLogin ? ['Latchkey no longer starts at login.'] : []),
      ...(hasKeyringKey ? ["Latchkey's key is removed from the system's keyring."] : []),
    ],
  }
}
