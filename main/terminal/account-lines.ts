// The lines that a person at a terminal reads about several accounts.

import {
  defaultId,
  findAccount,
  toSessionState,
  type Model,
  type OtherPerson,
} from '../agent/model.js'
import { printable } from '../base/printable.js'
import { formatAccount } from '../oauth/account.js'
import { nameAccount } from '../present/account-names.js'
import { PRESENT_MESSAGES } from '../present/present-messages.js'
import { alignColumns } from '../base/align-columns.js'
import { formatTimeLeft } from './time-left.js'
import { ACCOUNT_LINES } from './terminal-messages.js'

/** The answer to `accounts`: a table with one row for each account, in the order they were added. */
export function listAccounts(model: Model): readonly string[] {
  const { accounts } = model
  if (accounts.length === 0) return [ACCOUNT_LINES.none]
  const { id, provider, state, account } = ACCOUNT_LINES.columns
  // The names come last, because characters differ in width.
  const rows = accounts.map((session) => [
    session.id,
    session.provider,
    ACCOUNT_LINES.states[toSessionState(session)],
    formatAccount(session.account),
  ])
  const marks = ['', ...accounts.map((session) => (isDefault(model, session.id) ? '*' : ''))]
  const table = alignColumns([[id, provider, state, account], ...rows])
  const lines = table.map((row, index) => printable(`${marks[index]!.padEnd(2)}${row}`.trimEnd()))
  return accounts.length === 1 ? lines : [...lines, ACCOUNT_LINES.legend]
}

/** Says how many accounts there are besides the default one; nothing if there are none. */
export function describeOtherAccounts({ accounts }: Model): readonly string[] {
  return accounts.length < 2 ? [] : [ACCOUNT_LINES.others(accounts.length - 1)]
}

/** Asks whether to keep the session of someone other than the expected person. */
export function describeQuestion(question: OtherPerson, nowMs: number): readonly string[] {
  const { expected, got } = question
  const asked = PRESENT_MESSAGES.otherPerson(formatAccount(expected), formatAccount(got))
  return [printable(asked), describeDecision(question, nowMs)]
}

export function describeDecision({ id, deadlineMs }: OtherPerson, nowMs: number): string {
  return ACCOUNT_LINES.decide(id, formatTimeLeft(deadlineMs - nowMs))
}

export function isDefault(model: Model, id: string): boolean {
  return defaultId(model) === id
}

/** Says whose message this is if there are several accounts. `id`: null if that is not known. */
export function attributeTo(model: Model, id: string | null, message: string): string {
  const session = id === null ? undefined : findAccount(model, id)
  return session && model.accounts.length > 1
    ? ACCOUNT_LINES.messageOf(nameAccount(model, session), message)
    : message
}
