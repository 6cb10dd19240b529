// Connects the consents to the model, and ends those of a person who signs out.

import type { Clock } from '../base/clock.js'
import { asAuthError } from '../base/errors.js'
import type { ConsentSettings } from '../consent/consent.js'
import { createConsents, type Consents, type Handover } from '../consent/consents.js'
import { createMemoryConsents, type ConsentStore } from '../storage/consent-store.js'
import type { AccountSession, Event } from './model.js'
import type { ModelStore } from './model-store.js'

export type AgentConsentDeps = {
  clock: Clock
  /** Where consents are stored; in memory if there is no store. */
  consentStore?: ConsentStore
  /** How programs are asked about. By default the person is asked, and no program is in the list. */
  consent?: ConsentSettings
  /** True while the screen is locked. Absent if the system does not say. */
  isScreenLocked?: () => boolean
  /** False if nobody would see a question. Absent: somebody would. */
  canAsk?: () => boolean
  /** What an earlier Latchkey of this run knew. Absent at the first start. */
  handover?: Handover
}

const ASK: ConsentSettings = { mode: 'ask', allow: [], pauseWhenLocked: false }

export function createAgentConsents(
  given: AgentConsentDeps,
  { dispatch }: Pick<ModelStore, 'dispatch'>,
): Consents {
  const { clock, consentStore = createMemoryConsents(), consent = ASK } = given
  const consents = createConsents({
    settings: consent,
    store: consentStore,
    clock,
    isScreenLocked: given.isScreenLocked ?? (() => false),
    canAsk: given.canAsk ?? (() => true),
    onAsked: (question) => dispatch({ type: 'consent-asked', question }),
    onEnded: (question, end) => dispatch({ type: 'consent-ended', question, end }),
    onChange: (list) => dispatch({ type: 'consents-changed', consents: list }),
    onFailure: (message) => dispatch({ type: 'storage-failed', id: null, message }),
  })
  if (given.handover) consents.takeOver(given.handover)
  return consents
}

/** Ends the consents of accounts that are signed out, and tells the person if some may come back. */
export async function endConsents(
  consents: Consents,
  accounts: readonly AccountSession[],
  { forgetsApps, dispatch }: { forgetsApps: boolean; dispatch(event: Event): void },
): Promise<void> {
  for (const { issuer, clientId, account } of accounts) {
    try {
      await consents.signedOut({ issuer, clientId, sub: account.sub }, { forGood: forgetsApps })
    } catch (thrown) {
      dispatch({ type: 'storage-failed', id: null, message: asAuthError(thrown).message })
    }
  }
}
