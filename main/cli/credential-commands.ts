// `latchkey git-credential` and `latchkey kubectl-credential`.

import type { Environment } from '../base/environment.js'
import { findHome } from '../base/home.js'
import { complain } from '../base/output.js'
import { isObject } from '../base/schema.js'
import { standardInput } from '../base/standard-input.js'
import type { GitHosts } from '../settings/git-hosts.js'
import { examineSettings } from '../settings/read.js'
import { looksLikeAccountId } from './account-id.js'
import { WAITS, type AgentClient } from './agent-client.js'
import { CliError } from './cli-error.js'
import { AGENT_MESSAGES, CREDENTIAL_MESSAGES } from './cli-messages.js'
import type { CommandAnswer, RunCommand } from './command.js'
import { answerGitCredential, isForHttps, readRequest } from './git-credential.js'
import { answerKubectlCredential } from './kubectl-credential.js'
import { withAgent } from './open-agent.js'
import type { Invocation } from './parse-command.js'

export const runGitCredential: RunCommand = async (invocation, { env }) => {
  const [action = ''] = invocation.words
  const request = action === 'get' ? await readRequest(standardInput()) : ''
  const gitHosts = request === '' ? {} : readGitHosts(invocation, env)
  // Git goes on to its next helper, so only this message can show what is missing.
  if (isForHttps(request) && Object.keys(gitHosts).length === 0)
    complain(CREDENTIAL_MESSAGES.noHosts)
  const answer = await answerGitCredential(action, request, {
    gitHosts,
    getToken: (account) => withAgent(invocation, env, (client) => getAccessToken(client, account)),
  })
  return toAnswer(answer)
}

export const runKubectlCredential: RunCommand = async (invocation, { env }) => {
  const { account } = invocation.values
  const answer = await answerKubectlCredential(env['KUBERNETES_EXEC_INFO'], {
    async getIdToken() {
      const body = { token_type: 'id_token', ...(account !== undefined && { account }) }
      const token = await withAgent(invocation, env, (client) => postToken(client, body))
      return { idToken: requireText(token['id_token']), expiresAtMs: readExpiryMs(token) }
    },
  })
  return toAnswer(answer)
}

/**
 * Gets an access token. `account`: the ID of an account, or else the name of its provider. If several
 * accounts are at this provider, the default one counts, else the first. Fails with a `CliError`.
 */
export async function getAccessToken(
  client: Pick<AgentClient, 'call'>,
  account: string,
): Promise<{ accessToken: string; expiresAtMs: number }> {
  const token = (await postById(client, account)) ?? (await postByProvider(client, account))
  return { accessToken: requireText(token['access_token']), expiresAtMs: readExpiryMs(token) }
}

type Token = Readonly<Record<string, unknown>>

/** Null if no account has this ID. The user is asked only about an account that exists. */
async function postById(client: Pick<AgentClient, 'call'>, account: string): Promise<Token | null> {
  if (!looksLikeAccountId(account)) return null
  try {
    return await postToken(client, { account })
  } catch (thrown) {
    if (thrown instanceof CliError && thrown.exit === 'notSignedIn') return null
    throw thrown
  }
}

async function postByProvider(client: Pick<AgentClient, 'call'>, name: string): Promise<Token> {
  // The user is asked about the default account only. Without a key, other accounts are not in the answer.
  const answer = await client.call({ method: 'GET', path: '/accounts', headers: WAITS })
  const accounts: unknown = isObject(answer) ? answer['accounts'] : null
  if (!Array.isArray(accounts)) throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
  const found = accounts
    .filter(isObject)
    .filter(({ provider }) => String(provider).toLowerCase() === name.toLowerCase())
  const { id } = found.find((one) => one['default'] === true) ?? found[0] ?? {}
  if (typeof id !== 'string') {
    throw new CliError('notSignedIn', CREDENTIAL_MESSAGES.noAccount(name))
  }
  return postToken(client, { account: id })
}

async function postToken(client: Pick<AgentClient, 'call'>, body: object): Promise<Token> {
  const answer = await client.call({ method: 'POST', path: '/session/token', body })
  if (!isObject(answer)) throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
  return answer
}

function requireText(value: unknown): string {
  if (typeof value === 'string') return value
  throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
}

function readExpiryMs(token: Token): number {
  const expiresAtMs = Date.parse(requireText(token['expires_at']))
  if (Number.isFinite(expiresAtMs)) return expiresAtMs
  throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
}

/**
 * Reads the setting: from the flags, or else from the variable or the file. Another setting may be wrong here,
 * because the agent has flags of its own.
 */
function readGitHosts({ values, lists }: Invocation, env: Environment): GitHosts {
  const dataDir = values['data-dir']
  const hosts = lists['git-host'] ?? []
  const args = [
    ...hosts.map((host) => `--git-host=${host}`),
    ...(dataDir === undefined ? [] : [`--data-dir=${dataDir}`]),
  ]
  const { platform } = process
  const { settings, problems } = examineSettings({ args, env, platform, home: findHome() })
  const [problem] = problems
  const isEmpty = Object.keys(settings.gitHosts).length === 0
  if (isEmpty && problem !== undefined) throw new CliError('badUsage', problem)
  return settings.gitHosts
}

function toAnswer(output: string): CommandAnswer {
  return { text: output === '' ? null : output.trimEnd(), json: null }
}
