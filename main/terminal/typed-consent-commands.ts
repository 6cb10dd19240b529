// The commands that answer questions about apps, list and forget apps, and make keys.

import type { Agent } from '../agent/agent.js'
import { defaultSession, findAccount, type AccountSession } from '../agent/model.js'
import { asAuthError } from '../base/errors.js'
import { excerpt } from '../base/printable.js'
import { explainOnlyOnce } from '../present/consent-words.js'
import { done, failed, type Answer } from './command-answer.js'
import type { Terminal } from './terminal.js'
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

/** Takes back what an app or a key was allowed, or ends a denial. `typed`: its ID or its name. */
export async function forget({ model, consents }: Agent, typed: string): Promise<Answer> {
  if (typed === '') return failed(ANSWERS.needsApp)
  const { grants, denials } = model().consents
  // IDs are in lower case. Names are as the programs spell them.
  const lowered = typed.toLowerCase()
  const isId = [...grants, ...denials].some(({ id }) => id === lowered)
  try {
    const isForgotten = await consents.forget(isId ? lowered : typed)
    return isForgotten ? done(ANSWERS.forgotten) : failed(ANSWERS.noApp(excerpt(typed)))
  } catch (thrown) {
    return failed(asAuthError(thrown).message)
  }
}

/** The same as in the names of providers: what people can type and terminals show. */
const KEY_NAME = /^[\p{L}\p{M}\p{N}._-]{1,40}$/u

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
  if (!KEY_NAME.test(name)) return failed(ANSWERS.badKeyName)
  const { grants } = agent.model().consents
  const isTaken = grants.some((grant) => grant.kind === 'key' && grant.name === name)
  if (isTaken) return failed(ANSWERS.keyNameTaken(name))
  const chosen = chooseKeyAccount(agent, words)
  if (chosen === null) return failed(ANSWERS.notSignedIn)
  const { account, scopes } = chosen
  const granted = agent.last(account.id)?.scope.split(/\s+/) ?? []
  const other = scopes.find((scope) => !granted.includes(scope))
  if (other !== undefined) return failed(ANSWERS.noScope(excerpt(other), granted))
  try {
    const scope = scopes.length === 0 ? null : [...new Set(scopes)].join(' ')
    const made = await agent.consents.createKey({ name, account, scope })
    terminal.key({ name, ...made })
    return done(ANSWERS.keyMade)
  } catch (thrown) {
    return failed(asAuthError(thrown).message)
  }
}

/** Takes the first word as an account if there is one with this ID. Null if nobody is signed in. */
function chooseKeyAccount(
  agent: Agent,
  words: readonly string[],
): { account: AccountSession; scopes: readonly string[] } | null {
  const [first, ...others] = words
  const named = first === undefined ? undefined : findAccount(agent.model(), first.toLowerCase())
  if (named) return { account: named, scopes: others }
  const session = defaultSession(agent.model())
  return session.kind === 'signed-out' ? null : { account: session, scopes: words }
}
