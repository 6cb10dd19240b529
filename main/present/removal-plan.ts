// Describes what removing Latchkey's data does, for a person who decides about it.

import type { RemovalPlan } from '../ipc.js'
import { PRESENT_MESSAGES } from './present-messages.js'

export type Removable = {
  /** The name and provider of each session that would end. */
  sessions: readonly { name: string; issuer: string }[]
  dataDir: string
  startsAtLogin: boolean
  /** True if the system's keyring holds a key of Latchkey's. */
  hasKeyringKey: boolean
}

/** Makes the plan, one line for each effect. */
export function createRemovalPlan(found: Removable): RemovalPlan {
  const { sessions, dataDir, startsAtLogin, hasKeyringKey } = found
  const { removal } = PRESENT_MESSAGES
  return {
    lines: [
      ...(sessions.length === 0 ? [removal.unknownSession] : []),
      ...sessions.map(({ name, issuer }) => removal.session(name, issuer)),
      removal.files(dataDir),
      ...(startsAtLogin ? [removal.startAtLogin] : []),
      ...(hasKeyringKey ? [removal.keyringKey] : []),
    ],
  }
}
