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

/** The last word of a sign-out that also ends the consents to the account's apps. */
const FORGET = 'forget'

/** Signs out an account, all accounts, or the default account if the words name none. */
export function signOut(agent: Agent, words: readonly string[]): Answer | Promise<Answer> {
  const forgetsApps = words.at(-1) === FORGET
  const [wanted, extra] = forgetsApps ? words.slice(0, -1) : words
  if (extra !== undefined) return failed(ANSWERS.signOutHow)
  if (wanted === ALL) return signOutEverywhere(agent, { forgetsApps })
  const { accounts } = agent.model()
  if (wanted !== undefined && !findAccount(agent.model(), wanted)) {
    return failed(ANSWERS.noAccount(excerpt(wanted)))
  }
  void agent.signOut(wanted, { forgetsApps })
  if (accounts.length === 0) return failed(ANSWERS.notSignedIn)
  return done(forgetsApps ? ANSWERS.signingOutAndForgetting : ANSWERS.signingOut)
}

/** Answers once the providers have. The agent's events tell a person what could not be revoked. */
async function signOutEverywhere(agent: Agent, options: { forgetsApps: boolean }): Promise<Answer> {
  const notRevoked = await agent.signOutEverywhere(options)
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
