// Says what a problem of the API means to a person at the command line.

import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../api/api-messages.js'
import { CliError } from './cli-error.js'
import { PROBLEM_MESSAGES } from './cli-messages.js'

/**
 * The details that the API writes for programs. A Latchkey of another version may use other words, which are
 * shown as they are.
 */
const MEANINGS: ReadonlyMap<string, (keyPlace: string) => string> = new Map([
  [CONSENT_DETAILS.denied, () => PROBLEM_MESSAGES.denied],
  [CONSENT_DETAILS.unanswered, () => PROBLEM_MESSAGES.unanswered],
  [CONSENT_DETAILS.locked, () => PROBLEM_MESSAGES.locked],
  [CONSENT_DETAILS.nobodyToAsk, () => PROBLEM_MESSAGES.nobodyToAsk],
  [CONSENT_DETAILS.nobodyToAskToManage, () => PROBLEM_MESSAGES.nobodyToAskToManage],
  [CONSENT_DETAILS.wrongKey, PROBLEM_MESSAGES.wrongKey],
  [CONSENT_DETAILS.keyOfOther, () => PROBLEM_MESSAGES.keyOfOther],
  [PROBLEM_DETAILS.noSuchAccount, () => PROBLEM_MESSAGES.noSuchAccount],
])

/** What begins with the name of a member of a body: "scope: the key …". */
const MEMBER = /^[\w-]+: (?=\p{L})/u

/**
 * Returns the error in words for a person at the command line. `keyPlace`: the file or the variable with the
 * key.
 */
export function explainProblem(error: CliError, keyPlace: string): CliError {
  const { exit, message } = error
  const meaning = MEANINGS.get(message)
  return new CliError(exit, meaning ? meaning(keyPlace) : leaveOutMember(message), { cause: error })
}

function leaveOutMember(message: string): string {
  const text = message.replace(MEMBER, '')
  return text === message ? message : `${text[0]!.toUpperCase()}${text.slice(1)}`
}
