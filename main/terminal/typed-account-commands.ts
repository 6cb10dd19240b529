// The commands that act on one of several accounts, on all of them, or on a question about one.

import type { Agent } from '../agent/agent.js'
import { findAccount } from '../agent/model.js'
import { asAuthError } from '../base/errors.js'
import { excerpt } from '../base/printable.js'
import { done, failed, type Answer } from './command-answer.js'
import { ANSWERS } from './terminal-messages.js'

/** Stands for all accounts. No provider has this name. */
const ALL = 'all'

/** Signs in as an account, or else at a provider, by its name. False: there is neither. */
export function signInAs(agent: Agent, wanted: string): boolean {
  return findAccount(agent.model(), wanted)
    ? agent.signIn({ kind: 'account', id: wanted })
    : agent.signIn({ kind: 'provider', name: wanted })
}

/** Signs out an account, all accounts, or the default account if `wanted` is undefined. */
export function signOut(agent: Agent, wanted: string | undefined): Answer | Promise<Answer> {
  if (wanted === ALL) return signOutEverywhere(agent)
  const { accounts } = agent.model()
  if (wanted !== undefined && !findAccount(agent.model(), wanted)) {
    return failed(ANSWERS.noAccount(excerpt(wanted)))
  }
  void agent.signOut(wanted)
  return accounts.length === 0 ? failed(ANSWERS.notSignedIn) : done(ANSWERS.signingOut)
}

/** Answers once the providers have. The agent's events tell a person what could not be revoked. */
async function signOutEverywhere(agent: Agent): Promise<Answer> {
  const notRevoked = await agent.signOutEverywhere()
  return notRevoked.length === 0
    ? done(ANSWERS.signedOutEverywhere)
    : { ok: false, message: notRevoked.join(' ') }
}

/** Makes an account the default. */
export async function chooseDefault(agent: Agent, wanted: string | undefined): Promise<Answer> {
  if (wanted === undefined) return failed(ANSWERS.needsId('use'))
  try {
    const isKnown = await agent.makeDefault(wanted)
    return isKnown ? done(ANSWERS.isDefaultNow) : failed(ANSWERS.noAccount(excerpt(wanted)))
  } catch (thrown) {
    return failed(asAuthError(thrown).message)
  }
}

/** Answers the question of a sign-in whether to keep the account of someone else. */
export function decide(agent: Agent, wanted: string | undefined, keeps: boolean): Answer {
  if (wanted === undefined) return failed(ANSWERS.needsId(keeps ? 'keep' : 'discard'))
  if (!agent.decide(wanted, keeps)) return failed(ANSWERS.noQuestion(excerpt(wanted)))
  return done(keeps ? ANSWERS.kept : ANSWERS.discarded)
}
