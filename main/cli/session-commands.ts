// `latchkey status`, `accounts`, `sign-in` and `sign-out`.

import { alignColumns } from '../base/align-columns.js'
import { isObject } from '../base/schema.js'
import { formatAccount, type Account } from '../oauth/account.js'
import { WAITS, type Call } from './agent-client.js'
import { CliError } from './cli-error.js'
import { AGENT_MESSAGES, CLI_LINES } from './cli-messages.js'
import type { CommandAnswer, RunCommand } from './command.js'
import { EXIT_CODES } from './exit-codes.js'
import { withAgent } from './open-agent.js'
import type { Invocation } from './parse-command.js'

/** As `GET /session` answers. */
export type SessionAnswer = {
  state: 'signed-in' | 'offline' | 'renewal-failing' | 'needs-sign-in' | 'signed-out'
  account: (Account & { id: string; provider: string }) | null
  expiresAt: string | null
  reason: string | null
}

type AccountsAnswer = {
  accounts: readonly (Account & {
    id: string
    provider: string
    state: Exclude<SessionAnswer['state'], 'signed-out'>
    default: boolean
  })[]
}

export const runStatus: RunCommand = async (invocation, { env }) => {
  const session = await withAgent(invocation, env, (client) =>
    client.call({
      method: 'GET',
      path: '/session',
      headers: { ...WAITS, ...nameAccount(invocation) },
    }),
  )
  return describe(session)
}

/** A key sees its account. Without one, the person allows the list of all accounts. */
export const runAccounts: RunCommand = async (invocation, { env }) => {
  const answer = (await withAgent(invocation, env, (client) =>
    client.call({ method: 'GET', path: client.hasKey ? '/accounts' : '/agent/accounts' }),
  )) as AccountsAnswer
  if (!isObject(answer) || !Array.isArray(answer.accounts)) throw notUnderstood()
  return { text: formatAccounts(answer.accounts), json: answer }
}

export const runSignIn: RunCommand = async (invocation, { env }) => {
  const { provider, account } = invocation.values
  const body = {
    ...(provider !== undefined && { provider }),
    ...(account !== undefined && { account }),
  }
  const session = await withAgent(invocation, env, (client) =>
    client.call({ method: 'POST', path: '/session/sign-in', body }),
  )
  return describe(session)
}

export const runSignOut: RunCommand = async (invocation, { env }) => {
  const { account } = invocation.values
  const body = account === undefined ? {} : { account }
  const call: Call = { method: 'POST', path: '/session/sign-out', body }
  await withAgent(invocation, env, (client) => client.call(call))
  return { text: CLI_LINES.isSignedOut, json: { state: 'signed-out' } }
}

/** Describes a session for people, in a few lines. */
export function formatSession({ state, account, expiresAt, reason }: SessionAnswer): string {
  if (account === null) return CLI_LINES.signedOut
  const { columns, states } = CLI_LINES
  return [
    `${columns.account}: ${formatAccount(account)}`,
    `${columns.id}: ${account.id}`,
    `${columns.provider}: ${account.provider}`,
    `${columns.state}: ${states[state]}`,
    ...(expiresAt === null ? [] : [`${columns.expires}: ${expiresAt}`]),
    ...(reason === null ? [] : [reason]),
  ].join('\n')
}

/** True for what `GET /session` answers. */
export function isSession(answer: unknown): answer is SessionAnswer {
  return isObject(answer) && typeof answer['state'] === 'string' && 'account' in answer
}

/** The header that names the account of the flag. */
export function nameAccount({ values: { account } }: Invocation): Record<string, string> {
  return account === undefined ? {} : { 'X-Latchkey-Account': account }
}

function describe(session: unknown): CommandAnswer {
  if (!isSession(session)) throw notUnderstood()
  const isSignedIn = session.state !== 'signed-out' && session.state !== 'needs-sign-in'
  const exitCode = isSignedIn ? EXIT_CODES.ok : EXIT_CODES.notSignedIn
  return { text: formatSession(session), json: session, exitCode }
}

function formatAccounts(accounts: AccountsAnswer['accounts']): string {
  if (accounts.length === 0) return CLI_LINES.signedOut
  const { columns, states } = CLI_LINES
  // The names come last, because characters differ in width.
  const rows = accounts.map((one) => [
    one.default ? '*' : '',
    one.id,
    one.provider,
    states[one.state],
    formatAccount(one),
  ])
  return alignColumns([
    ['', columns.id, columns.provider, columns.state, columns.account],
    ...rows,
  ]).join('\n')
}

function notUnderstood(): CliError {
  return new CliError('failed', AGENT_MESSAGES.notUnderstood)
}
