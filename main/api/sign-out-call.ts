// Signs an account out for a caller.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { findAccount } from '../agent/model.js'
import { CONSENT_DETAILS } from './api-messages.js'
import { chooseAccount, type ChooseAccountDeps } from './choose-account.js'
import type { HangUp } from './read-request.js'
import { findKey, notAllowed, requireConsent } from './require-consent.js'

export type SignOutDeps = ChooseAccountDeps & {
  agent: Pick<Agent, 'consents' | 'model' | 'signOut'>
}

/**
 * Signs out the account that a call is for; `account` is the ID that its body names. All programs lose the
 * account, so the person must allow this, or have allowed the program or the key all tokens. Does nothing if nobody is signed in, which is
 * what the caller wants. Fails with `not-allowed`, and like {@link chooseAccount}.
 */
export async function signOutForCaller(
  deps: SignOutDeps,
  request: IncomingMessage,
  { account: named, hangUp }: { account?: string | undefined; hangUp: HangUp },
): Promise<void> {
  const { agent } = deps
  const key = findKey(deps, request)
  const id = await chooseAccount(deps, request, { account: named, key })
  const account = id === undefined ? undefined : findAccount(agent.model(), id)
  if (!account) return
  if (key === null) {
    const action = { kind: 'sign-out' } as const
    await requireConsent(deps, request, { account, purpose: 'access-token', action, hangUp })
  } else if (key.scope !== null) {
    throw notAllowed(CONSENT_DETAILS.keyCannotSignOut)
  }
  await agent.signOut(account.id)
}
