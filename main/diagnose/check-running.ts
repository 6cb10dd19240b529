// Checks whether a Latchkey runs with a data directory and answers, and which provider it uses.

import { readServiceFile, type ServiceFile } from '../storage/service-file.js'
import type { Http } from '../net/http.js'
import type { Settings } from '../settings/options.js'
import { findOwner } from '../storage/directory-lock.js'
import { createCheck, type Check } from './check.js'
import { MESSAGES } from './diagnose-messages.js'

/** How long a program on this computer may take to answer. */
const ANSWER_TIMEOUT_MS = 3_000

/** What the diagnosis needs of the settings: the data directory, and the provider to check. */
export type Own = Pick<Settings, 'dataDir' | 'demo' | 'issuer' | 'clientId'> & {
  /** True if several providers are set here. The others are those of the first. */
  hasSeveral?: boolean
}

type Running = {
  found: Check
  /** The port of the running service; null if none runs or answers. */
  ports: readonly number[]
  /** The provider to check: the own one, or that of the running Latchkey if there is no own one. */
  provider: Pick<Own, 'demo' | 'issuer' | 'clientId'>
}

export async function checkRunning(own: Own, http: Http, version: string): Promise<Running> {
  const { dataDir: directory, demo, issuer, clientId } = own
  const none = { ports: [], provider: { demo, issuer, clientId } }
  const { running } = MESSAGES
  const owner = await findOwner(directory)
  if (owner === null) return { found: createCheck('running', 'ok', running.none), ...none }
  const service = readServiceFile(directory)
  if (service === null) {
    return { found: createCheck('running', 'warning', running.starting(owner)), ...none }
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
    return { found: createCheck('running', 'problem', running.silent(owner)), ...none }
  }
  const messages = [running.answers(service.version, owner)]
  if (service.version !== version) messages.push(running.otherVersion(version))
  const { message, provider } = chooseProvider(own, service)
  if (message !== null) messages.push(message)
  return { found: createCheck('running', 'ok', ...messages), ports: readPorts(service), provider }
}

function readPorts({ urls }: ServiceFile): readonly number[] {
  return urls.map((url) => Number(new URL(url).port))
}

function chooseProvider(
  own: Own,
  service: ServiceFile,
): { message: string | null; provider: Running['provider'] } {
  const { demo, issuer, clientId, hasSeveral = false } = own
  const provider = { demo, issuer, clientId }
  // An earlier version does not say which provider it uses.
  if (service.issuer === undefined) return { message: null, provider }
  const { running } = MESSAGES
  const [ours, theirs] = [nameProvider(own), nameProvider({ ...service, issuer: service.issuer })]
  if (hasSeveral && !demo) return { message: describeFirst(service, ours === theirs), provider }
  if (ours === theirs) return { message: running.uses(theirs), provider }
  if (ours !== running.noProvider) return { message: running.notChecked(theirs, ours), provider }
  const { issuer: theirIssuer, clientId: theirClientId } = service
  return {
    message: running.checked(theirs),
    // Checked like any other provider: it is out of this process.
    provider: { demo: false, issuer: theirIssuer, clientId: theirClientId },
  }
}

/** The service file of the running Latchkey names the first of its providers only. */
function describeFirst(service: ServiceFile, isSame: boolean): string {
  const { demo, issuer = null } = service
  const { running } = MESSAGES
  const name = nameProvider({ demo, issuer })
  const uses = demo || issuer === null ? running.uses(name) : running.usesFirst(name)
  return isSame ? uses : `${uses} ${running.checksOwn}`
}

function nameProvider({ demo, issuer }: Pick<Own, 'demo' | 'issuer'>): string {
  return demo ? MESSAGES.running.demo : (issuer ?? MESSAGES.running.noProvider)
}
