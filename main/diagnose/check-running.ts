// Checks whether a Latchkey runs with a data directory and answers.

import { readServiceFile } from '../storage/service-file.js'
import type { Http } from '../net/http.js'
import { findOwner } from '../storage/directory-lock.js'
import { createCheck, type Check } from './check.js'
import { MESSAGES } from './diagnose-messages.js'

/** How long a program on this computer may take to answer. */
const ANSWER_TIMEOUT_MS = 3_000

/** `port`: the port of the running service; null if none runs or answers. */
export async function checkRunning(
  directory: string,
  http: Http,
  version: string,
): Promise<{ found: Check; port: number | null }> {
  const { running } = MESSAGES
  const owner = await findOwner(directory)
  if (owner === null) return { found: createCheck('running', 'ok', running.none), port: null }
  const service = readServiceFile(directory)
  if (service === null) {
    return { found: createCheck('running', 'warning', running.starting(owner)), port: null }
  }
  const answered = await http({
    method: 'GET',
    url: `${service.url}/.well-known/health`,
    purpose: 'asking whether it is there',
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).then(
    ({ status }) => status === 200,
    () => false,
  )
  if (!answered) {
    return { found: createCheck('running', 'problem', running.silent(owner)), port: null }
  }
  const messages = [running.answers(service.version, owner)]
  if (service.version !== version) messages.push(running.otherVersion(version))
  return { found: createCheck('running', 'ok', ...messages), port: service.port }
}
