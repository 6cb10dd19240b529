// `latchkey use`, `apps` and `key`: what the person decides. Each is asked about.

import { isObject } from '../base/schema.js'
import { excerpt } from '../base/printable.js'
import { formatAccount } from '../oauth/account.js'
import type { AppEntry, ListedAccount } from '../present/app-entries.js'
import { formatAppTable, viewEntry } from '../present/app-table.js'
import type { Call } from './agent-client.js'
import { CliError } from './cli-error.js'
import { AGENT_MESSAGES, CLI_LINES, USAGE_MESSAGES } from './cli-messages.js'
import type { CommandAnswer, CommandDeps, RunCommand } from './command.js'
import { withAgent } from './open-agent.js'
import type { Invocation } from './parse-command.js'

export const runUse: RunCommand = async (invocation, deps) => {
  const body = { account: invocation.words[0] }
  const answer = await ask(invocation, deps, { method: 'POST', path: '/agent/use', body })
  const { account } = answer as { account: ListedAccount }
  return { text: CLI_LINES.isDefaultNow(formatAccount(account)), json: answer }
}

export const runApps: RunCommand = async (invocation, deps) => {
  const [word, app] = invocation.words
  if (word !== undefined) return forget(invocation, deps, word, app)
  const answer = await ask(invocation, deps, { method: 'GET', path: '/agent/apps' })
  const { apps } = answer as { apps: readonly AppEntry[] }
  return { text: formatAppTable(apps.map(viewEntry)).join('\n'), json: answer }
}

export const runKey: RunCommand = async (invocation, deps) => {
  const { words, values } = invocation
  const { account, scope } = values
  const body = {
    name: words[0],
    ...(account !== undefined && { account }),
    ...(scope !== undefined && { scope }),
  }
  const answer = await ask(invocation, deps, { method: 'POST', path: '/agent/keys', body })
  return { text: (answer as { key: string }).key, json: answer }
}

async function forget(
  invocation: Invocation,
  { env }: CommandDeps,
  word: string,
  app: string | undefined,
): Promise<CommandAnswer> {
  if (word !== 'forget') throw new CliError('badUsage', USAGE_MESSAGES.needsForget(excerpt(word)))
  if (!app) throw new CliError('badUsage', USAGE_MESSAGES.needsApp)
  const call: Call = { method: 'POST', path: '/agent/apps/forget', body: { app } }
  await withAgent(invocation, env, (client) => client.call(call))
  return { text: CLI_LINES.forgotten(app), json: { forgotten: app } }
}

async function ask(invocation: Invocation, { env }: CommandDeps, call: Call): Promise<object> {
  const answer = await withAgent(invocation, env, (client) => client.call(call))
  if (isObject(answer)) return answer
  throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
}
