// Signs an account out for a caller.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { findAccount } from '../agent/model.js'
import { chooseAccount, type ChooseAccountDeps } from './choose-account.js'
import type { HangUp } from './read-request.js'
import { findKey, requireConsent } from './require-consent.js'

export type SignOutDeps = ChooseAccountDeps & {
  agent: Pick<Agent, 'consents' | 'model' | 'signOut'>
}

/**
 * Signs out the account that a call is for; `account` is the ID that its body names. All programs lose the
 * account, so the person must allow this as they would a token. Does nothing if nobody is signed in, which is
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
    await requireConsent(deps, request, { account, purpose: 'access-token', hangUp })
  }
  await agent.signOut(account.id)
}
