// Whether a Latchkey runs on a data directory, and answers.

import { readServiceFile } from '../storage/service-file.js'
import type { Http } from '../net/http.js'
import { findOwner } from '../storage/directory-lock.js'
import { check, type Check } from './check.js'

/** How long a program on this very computer may take to say that it is there. */
const ANSWER_TIMEOUT_MS = 3_000

/** `port`: where it serves; null where none runs or none answers. */
export async function checkRunning(
  directory: string,
  http: Http,
  version: string,
): Promise<{ found: Check; port: number | null }> {
  const name = 'running'
  const owner = await findOwner(directory)
  if (owner === null) {
    return { found: check(name, 'ok', 'No Latchkey runs with this data directory.'), port: null }
  }
  const service = readServiceFile(directory)
  if (service === null) {
    const says = `A Latchkey runs here${owner}, and has not said yet where it serves.`
    return { found: check(name, 'warning', `${says} Try again in a moment.`), port: null }
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
    const says = `A Latchkey runs here${owner}, and does not answer. Quit it and start it again.`
    return { found: check(name, 'problem', says), port: null }
  }
  const says = `Latchkey ${service.version} runs here${owner}, and answers.`
  const other = service.version === version ? [] : [`What diagnoses it is version ${version}.`]
  return { found: check(name, 'ok', says, ...other), port: service.port }
}
