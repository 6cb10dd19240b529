// The commands that answer questions about apps, list and forget apps, and make keys.

import type { Agent } from '../agent/agent.js'
import { defaultAccount, type AccountSession } from '../agent/model.js'
import { createNamedKey, joinScopes, type KeyProblem } from '../agent/named-key.js'
import { findEntries } from '../consent/find-entries.js'
import { asAuthError } from '../base/errors.js'
import { excerpt } from '../base/printable.js'
import { CONSENT_WORDS, explainOnlyOnce } from '../present/consent-words.js'
import { done, failed, told, type Answer } from './command-answer.js'
import type { Terminal } from './terminal.js'
import { listTyped } from './typed-account-commands.js'
import { ANSWERS } from './terminal-messages.js'

/** Follows the ID of an app that is allowed for good. */
const ALWAYS = 'always'

/** Allows the app that asks: once, or for good. */
export function allow(agent: Agent, [id, how]: readonly string[]): Answer {
  if (id === undefined) return failed(ANSWERS.needsId('allow'))
  if (how !== undefined && how !== ALWAYS) return failed(ANSWERS.allowHow)
  const question = agent.model().consentQuestion
  if (question?.id !== id) return failed(ANSWERS.noConsent(excerpt(id)))
  const onlyOnce = how === ALWAYS ? explainOnlyOnce(question) : null
  if (onlyOnce !== null) return failed(onlyOnce)
  const isAnswered = agent.consents.answer(id, how === ALWAYS ? 'always' : 'once')
  return isAnswered ? done(ANSWERS.allowed) : failed(ANSWERS.noConsent(excerpt(id)))
}

/** Denies the app that asks. */
export function deny(agent: Agent, [id]: readonly string[]): Answer {
  if (id === undefined) return failed(ANSWERS.needsId('deny'))
  const isAnswered = agent.consents.answer(id, 'denied')
  return isAnswered ? done(ANSWERS.denied) : failed(ANSWERS.noConsent(excerpt(id)))
}

/** Takes back what an app or a key was allowed, or ends denials. `typed`: an ID or a name. */
export async function forget({ consents }: Agent, typed: string): Promise<Answer> {
  if (typed === '') return failed(ANSWERS.needsApp)
  const found = findEntries(consents.list(), typed)
  if (found.kind === 'none') return failed(ANSWERS.noApp(excerpt(typed)))
  if (found.kind === 'several') return failed(ANSWERS.severalApps(typed, found.ids))
  const name = found.name ?? CONSENT_WORDS.unknownApp
  try {
    for (const id of found.ids) {
      if (!(await consents.forget(id))) return failed(ANSWERS.noApp(excerpt(typed)))
    }
  } catch (thrown) {
    return failed(asAuthError(thrown).message)
  }
  return told(found.isKey ? ANSWERS.keyForgotten(name) : ANSWERS.forgotten(name))
}

/**
 * Makes a key for an account, the default one if `words` name none, and for some of its scopes. Prints the
 * key, which is shown only once.
 */
export async function makeKey(
  agent: Agent,
  terminal: Pick<Terminal, 'key'>,
  [name, ...words]: readonly string[],
): Promise<Answer> {
  if (name === undefined) return failed(ANSWERS.needsKeyName)
  const chosen = chooseKeyAccount(agent, words)
  if ('message' in chosen) return failed(chosen.message)
  const { account, scopes } = chosen
  try {
    const made = await createNamedKey(agent, { name, account, scopes })
    if (made.kind !== 'made') return failed(explain(made))
    terminal.key({ name, id: made.id, key: made.key, scope: joinScopes(scopes) })
    return done(ANSWERS.keyMade)
  } catch (thrown) {
    return failed(asAuthError(thrown).message)
  }
}

function explain(problem: KeyProblem): string {
  switch (problem.kind) {
    case 'bad-name':
      return ANSWERS.badKeyName
    case 'name-taken':
      return ANSWERS.keyNameTaken(problem.name)
    case 'not-signed-in':
      return ANSWERS.notSignedIn
    case 'no-scope':
      return ANSWERS.noScope(excerpt(problem.scope), problem.granted)
  }
}

/**
 * Takes the first word as an account if one has this ID, provider or address. A scope of the default account
 * is a scope, whatever else has that name. Returns a message if several accounts match. The account is null if
 * nobody is signed in.
 */
function chooseKeyAccount(
  agent: Agent,
  words: readonly string[],
): { account: AccountSession | null; scopes: readonly string[] } | { message: string } {
  const model = agent.model()
  const account = defaultAccount(model)
  const [first, ...scopes] = words
  const granted = account === null ? undefined : agent.last(account.id)?.scope.split(/\s+/)
  if (first === undefined || granted?.includes(first)) return { account, scopes: words }
  const [named, ...others] = listTyped(model, first)
  if (named === undefined) return { account, scopes: words }
  if (others.length === 0) return { account: named, scopes }
  const ids = [named, ...others].map(({ id }) => id)
  return { message: ANSWERS.severalAccounts(excerpt(first), ids) }
}
