// Callers for tests, as if the system had identified them.

import type { ConsentQuestion } from '../../main/consent/consent.js'
import type { Caller, CallerProcess } from '../../main/net/caller.js'
import { ALICE } from './account-refs.js'

/** A caller that was found: an app without a script, in its own process. */
export function seenCaller(
  changes: Partial<CallerProcess> = {},
): Extract<Caller, { kind: 'seen' }> {
  return {
    kind: 'seen',
    uid: 1000,
    process: {
      pid: 42,
      startedAtTicks: '1000',
      executable: { path: '/opt/app/app', file: '8:15' },
      script: null,
      kind: 'program',
      name: 'app',
      parents: [],
      ...changes,
    },
  }
}

/** A caller whose process was not found. */
export const NOT_FOUND: Extract<Caller, { kind: 'uncertain' }> = {
  kind: 'uncertain',
  uid: 1000,
  process: null,
  doubts: ['not-found'],
}

/** A question about the app of {@link seenCaller}. */
export function consentQuestion(changes: Partial<ConsentQuestion> = {}): ConsentQuestion {
  return {
    id: 'abcdefgh',
    program: {
      name: 'app',
      executable: '/opt/app/app',
      script: null,
      pid: 42,
      startedBy: ['bash'],
      grade: 'seen',
      doubts: [],
    },
    account: { id: 'alice234', provider: 'work', account: ALICE },
    purpose: 'token',
    action: null,
    canLast: true,
    deadlineMs: 60_000,
    ...changes,
  }
}
