// The commands that act on one of several accounts, on all of them, or on a question about one.

import type { Agent } from '../agent/agent.js'
import {
  defaultId,
  defaultAccount,
  findAccount,
  type AccountSession,
  type Model,
} from '../agent/model.js'
import { asAuthError } from '../base/errors.js'
import { excerpt } from '../base/printable.js'
import { isSameProviderName } from '../oauth/sign-in.js'
import { nameAccount } from '../present/account-names.js'
import { PRESENT_MESSAGES } from '../present/present-messages.js'
import { done, failed, type Answer } from './command-answer.js'
import { ANSWERS } from './terminal-messages.js'

/** Stands for all accounts. No provider has this name. */
const ALL = 'all'

/**
 * Signs in as the account with this ID, or else at the provider with this name, or else as the only account
 * with this address. False if there is none of these.
 */
export function signInAs(agent: Agent, wanted: string): boolean {
  if (findAccount(agent.model(), wanted)) return agent.signIn({ kind: 'account', id: wanted })
  if (agent.signIn({ kind: 'provider', name: wanted })) return true
  const found = findTyped(agent.model(), wanted)
  return 'session' in found && agent.signIn({ kind: 'account', id: found.session.id })
}

/**
 * Finds the account that a typed word names: by its ID, or by its provider's name or its address if only one
 * account has it. Otherwise returns a message with the IDs.
 */
function findTyped(
  model: Model,
  wanted: string,
): { session: AccountSession } | { message: string } {
  const named = listTyped(model, wanted)
  const [session, ...others] = named
  if (session && others.length === 0) return { session }
  const ids = (session ? named : model.accounts).map(({ id }) => id)
  return {
    message: session
      ? ANSWERS.severalAccounts(excerpt(wanted), ids)
      : ANSWERS.noAccount(excerpt(wanted), ids),
  }
}

/** Lists the account with this ID, or else those with this provider or this address. */
export function listTyped(model: Model, wanted: string): readonly AccountSession[] {
  const typed = wanted.toLowerCase()
  // IDs are in lower case.
  const byId = findAccount(model, typed)
  if (byId) return [byId]
  return model.accounts.filter(
    ({ provider, account }) =>
      isSameProviderName(provider, wanted) || account.email.toLowerCase() === typed,
  )
}

/** The last word of a sign-out that also ends the consents to the account's apps. */
const FORGET = 'forget'

/** Signs out an account, all accounts, or the default account if the words name none. */
export function signOut(agent: Agent, words: readonly string[]): Answer | Promise<Answer> {
  const forgetsApps = words.at(-1) === FORGET
  const [wanted, extra] = forgetsApps ? words.slice(0, -1) : words
  if (extra !== undefined) return failed(ANSWERS.signOutHow)
  if (wanted === ALL) return signOutEverywhere(agent, { forgetsApps })
  const model = agent.model()
  if (wanted === undefined && model.accounts.length === 0) {
    // Deletes what could not be opened.
    void agent.signOut(undefined, { forgetsApps })
    return failed(ANSWERS.notSignedIn)
  }
  const found = findTyped(model, wanted ?? defaultId(model) ?? '')
  if ('message' in found) return failed(found.message)
  void agent.signOut(wanted === undefined ? undefined : found.session.id, { forgetsApps })
  return done(describeSigningOut(model, found.session, forgetsApps))
}

/** Names the account, and the one that is the default after it. */
function describeSigningOut(model: Model, session: AccountSession, forgetsApps: boolean): string {
  const name = nameAccount(model, session)
  const said = forgetsApps ? ANSWERS.signingOutAndForgetting(name) : ANSWERS.signingOut(name)
  if (session.id !== defaultId(model)) return said
  const accounts = model.accounts.filter(({ id }) => id !== session.id)
  const successor = defaultAccount({ ...model, accounts })
  if (successor === null) return said
  return `${said} ${ANSWERS.becomesDefault(nameAccount(model, successor))}`
}

/**
 * Answers once the providers have answered. The agent's events tell a person what could not be
 * revoked.
 */
async function signOutEverywhere(agent: Agent, options: { forgetsApps: boolean }): Promise<Answer> {
  const notRevoked = await agent.signOutEverywhere(options)
  return notRevoked.length === 0
    ? done(ANSWERS.signedOutEverywhere)
    : { ok: false, message: notRevoked.join(' ') }
}

/** Makes an account the default. */
export async function chooseDefault(agent: Agent, wanted: string | undefined): Promise<Answer> {
  if (wanted === undefined) return failed(ANSWERS.needsId('use'))
  const found = findTyped(agent.model(), wanted)
  if ('message' in found) return failed(found.message)
  const { session } = found
  try {
    await agent.makeDefault(session.id)
    return done(PRESENT_MESSAGES.isDefaultNow(nameAccount(agent.model(), session)))
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
