// Chooses the variables of an agent that a command starts: those of the command, without its debugging.

import type { Environment } from '../base/environment.js'
import { NODE_OPTIONS } from '../net/script-argument.js'
import { KEY_VARIABLES } from './read-key.js'

/**
 * The variables of Node that an agent gets: for certificates, proxies and messages. The others debug, record
 * or extend the program that they were set for, and the agent outlives it.
 *
 * @see {@link https://nodejs.org/docs/latest-v24.x/api/cli.html#environment-variables_1}
 */
const NODE_VARIABLES: ReadonlySet<string> = new Set([
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'NODE_NO_WARNINGS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
])

const KEYS: ReadonlySet<string> = new Set(Object.values(KEY_VARIABLES))

/**
 * Leaves out the keys, which are the command's, and all variables of Node that could open the agent to other
 * programs: an inspector gives every token to any user. Of NODE_OPTIONS, the harmless options stay.
 */
export function toAgentVariables(env: Environment): Environment {
  const kept = Object.entries(env).filter(([name]) => {
    // Windows does not tell the case of names apart.
    const upper = name.toUpperCase()
    return !KEYS.has(upper) && (!upper.startsWith('NODE_') || NODE_VARIABLES.has(upper))
  })
  const options = (env['NODE_OPTIONS'] ?? '').split(/\s+/).filter((one) => NODE_OPTIONS.test(one))
  return {
    ...Object.fromEntries(kept),
    ...(options.length > 0 && { NODE_OPTIONS: options.join(' ') }),
  }
}
