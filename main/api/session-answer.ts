// Keeps the answer to a token read: for an unchanged session, only the time that is left differs.

import type { Session } from '../oauth/session.js'
import { readExpiresInS, toAuth0, type Auth0Deps } from './auth0.js'
import type { Pkce } from './models.js'

/** Makes the JSON answer for a session. */
export type WriteSession = (session: Session) => string

/** A quote inside of a value is escaped, so that this finds the member and no value. */
const EXPIRES_IN = /(?<="expires_in":)\d+/

/** Creates a writer that keeps an answer for as long as its session is held. */
export function createSessionWriter(
  deps: Auth0Deps & {
    /** Finds the audience that a session is for; null if its provider has none. */
    findAudience(session: Session): string | null
  },
): WriteSession {
  const kept = new WeakMap<Session, Kept>()
  const split = (session: Session): readonly string[] => {
    const envelope: Pkce = { auth0: toAuth0(session, deps.findAudience(session), null, deps) }
    return JSON.stringify(envelope).split(EXPIRES_IN, 2)
  }
  return (session) => {
    const leftS = readExpiresInS(session, deps.clock)
    const before = kept.get(session)
    if (before?.leftS === leftS) return before.text
    const parts = before?.parts ?? split(session)
    const text = parts.join(String(leftS))
    kept.set(session, { parts, leftS, text })
    return text
  }
}

/** The parts of an answer around the time that is left, and the whole answer of the last second. */
type Kept = { parts: readonly string[]; leftS: number; text: string }
