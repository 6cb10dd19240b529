// `latchkey token`: prints a token.

import { complain } from '../base/output.js'
import { isObject } from '../base/schema.js'
import { CliError } from './cli-error.js'
import { AGENT_MESSAGES, USAGE_MESSAGES } from './cli-messages.js'
import type { RunCommand } from './command.js'
import { withAgent } from './open-agent.js'
import type { Invocation } from './parse-command.js'

export const runToken: RunCommand = async (invocation, { env }) => {
  const body = toTokenRequest(invocation)
  const answer = await withAgent(invocation, env, (client) =>
    client.call({ method: 'POST', path: '/session/token', body }),
  )
  const token = isObject(answer) ? (answer['id_token'] ?? answer['access_token']) : null
  if (typeof token !== 'string') throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
  noteValidity(answer as object, invocation)
  return { text: token, json: answer as object }
}

/** The provider decides for how long its tokens are valid. */
function noteValidity(answer: { expires_in?: unknown }, { values }: Invocation): void {
  const [seconds, wanted] = [answer.expires_in, values['min-validity']]
  if (typeof seconds !== 'number' || wanted === undefined || seconds >= toSeconds(wanted)) return
  complain(AGENT_MESSAGES.validForLess(seconds, toSeconds(wanted)))
}

function toTokenRequest({ values, switches }: Invocation): object {
  const { account, scope, audience } = values
  const validity = values['min-validity']
  return {
    ...(account !== undefined && { account }),
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(validity !== undefined && { minimum_validity: toSeconds(validity) }),
    ...(switches.has('id-token') && { token_type: 'id_token' }),
  }
}

/** A year. */
const MOST_SECONDS = 31_536_000

function toSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d{1,8}$/.test(text) && seconds <= MOST_SECONDS) return seconds
  throw new CliError('badUsage', USAGE_MESSAGES.notSeconds('--min-validity'))
}
