// Describes what removing Latchkey's data does, for a person who decides about it.

import type { RemovalPlan } from '../ipc.js'
import { PRESENT_MESSAGES } from './present-messages.js'

export type Removable = {
  /** The name and provider of the session that would end; null if nobody is signed in. */
  session: { name: string; issuer: string } | null
  dataDir: string
  startsAtLogin: boolean
  /** True if the system's keyring holds a key of Latchkey's. */
  hasKeyringKey: boolean
}

/** Makes the plan, one line for each effect. */
export function createRemovalPlan(found: Removable): RemovalPlan {
  const { session, dataDir, startsAtLogin, hasKeyringKey } = found
  const { removal } = PRESENT_MESSAGES
  return {
    lines: [
      session === null ? removal.unknownSession : removal.session(session.name, session.issuer),
      removal.files(dataDir),
      ...(startsAtLogin ? [removal.startAtLogin] : []),
      ...(hasKeyringKey ? [removal.keyringKey] : []),
    ],
  }
}
