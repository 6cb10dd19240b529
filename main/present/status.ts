// The status that people and programs are shown. Here is where links, states and codes are dropped.

import type { Account } from '../auth/identity.js'
import { isFailure, summarize, trayFlow, type Model, type Summary } from '../auth/model.js'

/** Part of the headless program's contract: what it holds only ever grows. */
export type Status = {
  state: Summary
  /** Who is signed in, or was until the session ended. */
  account: Account | null
  /** When the session runs out, as RFC 3339; null where that is not known. */
  expiresAt: string | null
  /** What happened and what to do, in words for a person. */
  reason: string | null
}

export function statusOf(model: Model): Status {
  const { session } = model
  const expiresAtMs = session.kind === 'signed-in' ? session.expiresAtMs : null
  return {
    state: summarize(model),
    account: session.kind === 'signed-out' ? null : pick(session.account),
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
    reason: reasonOf(model),
  }
}

function pick({ name, email, sub }: Account): Account {
  return { name, email, sub }
}

function reasonOf(model: Model): string | null {
  const { session, lastOutcome } = model
  const flow = trayFlow(model)
  if (flow) return flow.notice
  if (session.kind === 'needs-sign-in') {
    return lastOutcome && isFailure(lastOutcome) ? lastOutcome.reason : session.reason
  }
  if (lastOutcome === null) return null
  if (isFailure(lastOutcome)) {
    return session.kind === 'signed-in'
      ? `You are still signed in as ${session.account.name}. ${lastOutcome.reason}`
      : lastOutcome.reason
  }
  if (lastOutcome.notice !== null) return lastOutcome.notice
  if (lastOutcome.kind === 'done' && lastOutcome.replaced !== null) {
    return `${lastOutcome.replaced.name} was signed out, because you signed in as somebody else.`
  }
  return null
}
