// Starts the parts that the tray app and headless share, in order.

import { startService, type Service } from '../api/server.js'
import { createAgent, type Agent } from '../agent/agent.js'
import type { Handover } from '../consent/consents.js'
import { createHttp, type Http } from '../net/http.js'
import { createCallbackListener } from '../oauth/callback-listener.js'
import { createProviders, RECENT_METADATA_MS, type FindProvider } from '../oauth/provider.js'
import { DEFAULT_TARGET, type RedirectTarget } from '../oauth/redirect-target.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { within, type Clock } from '../base/clock.js'
import { startDemoProvider, type DemoProvider } from './demo.js'
import { diskError } from '../base/errno.js'
import { createLogger, type Logger } from '../storage/log.js'
import { complain } from '../base/output.js'
import type { DirectoryInUse } from '../storage/directory-in-use.js'
import {
  SUBSCRIBER_DROPPED,
  toLogRecord,
  nameRuntime,
  startedRecord,
} from '../present/log-record.js'
import { openDataDirectory } from '../storage/private-directory.js'
import { listProviderNeeds } from '../settings/presets.js'
import { keepProviderMemory } from '../storage/provider-memory.js'
import { toConsentSettings } from '../settings/consent-settings.js'
import type { Settings } from '../settings/options.js'
import { createSocketOwners, type SocketOwners } from '../net/socket-owner.js'
import { openTcpTable } from '../net/proc-net-tcp.js'
import { createServiceIdentity, type ServiceIdentity } from '../net/service-proof.js'
import { announce, type AnnouncedService } from '../storage/service-file.js'
import { createMemoryAccounts } from '../storage/memory-accounts.js'
import { createMemoryConsents } from '../storage/consent-store.js'
import type { Storage } from '../storage/choose-storage.js'
import { START_MESSAGES } from './app-messages.js'
import { takeDirectory, watchDirectory, type AskWhetherRunning } from './data-directory.js'
import { attachLog, logError, reportError } from './report-error.js'

export type LatchkeyDeps = {
  settings: Settings
  version: string
  clock: Clock
  storage: Storage
  /** Electron's network stack; plain Node's if absent. */
  fetch?: typeof fetch
  /** Opens a link in the user's browser. Rejects if no browser could be opened. */
  openBrowser(link: string): Promise<void>
  /** Shows the link of the provider's sign-out page if no browser is opened here; see the agent. */
  showSignOutLink?: (link: string) => void
  /** True while the screen is locked. Absent if nobody can tell. */
  isScreenLocked?: () => boolean
  /** False if nobody would see a question about a program. Absent: somebody would. */
  canAsk?: () => boolean
  /** What an earlier Latchkey of this run knew about consents. Absent at the first start. */
  handover?: Handover
  /** Messages about the settings, one line each. */
  messages?: readonly string[]
  /** Asks if Latchkey still runs on another computer. Absent if there is no user to ask. */
  askWhetherRunning?: AskWhetherRunning
  /** Called when another computer has taken over the data directory. This program must end at once. */
  onDirectoryLost?: (lost: DirectoryInUse) => void
}

export type Latchkey = {
  agent: Agent
  service: Service
  log: Logger
  storage: Storage
  /** The configured providers. */
  providers: readonly ProviderSettings[]
  /** The first provider's issuer; null if no provider is configured. */
  issuer: string | null
  /** The redirect target of sign-ins. */
  redirect: RedirectTarget
  /** Messages about this start, one line each. */
  messages: readonly string[]
  /** Cancels every sign-in, closes every port and unlocks the data directory. */
  close(): Promise<void>
}

/** Registers a function to call on close, before those registered earlier. */
type OnClose = (close: () => void | Promise<void>) => void

/**
 * Starts Latchkey. If a step fails, closes everything that was started, and throws the error, which
 * `explainFailure` turns into a message.
 *
 * 1. Lock the data directory and open the log.
 * 2. Start the demo provider if the settings ask for it.
 * 3. Make the agent, and restore the stored session.
 * 4. Start the local service, and write the service file.
 */
export async function createLatchkey(deps: LatchkeyDeps): Promise<Latchkey> {
  const closers: (() => void | Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  try {
    const parts = await startParts(deps, (closer) => closers.push(closer))
    return { ...parts, close }
  } catch (thrown) {
    logError(thrown)
    await close()
    throw thrown
  }
}

async function startParts(deps: LatchkeyDeps, onClose: OnClose): Promise<Omit<Latchkey, 'close'>> {
  const { settings, version } = deps
  const { lock, watch, messages } = await openDirectory(deps, onClose)
  const log = openLog(deps, onClose)

  const demo = settings.demo ? await startDemoProvider() : null
  if (demo) onClose(() => demo.close())

  const parts = makeParts(deps, demo, onClose)
  const { storage, provider, redirect } = parts
  const agent = await startAgent(deps, { ...parts, holdsDirectory: watch.check, log }, onClose)
  const identity = createServiceIdentity()
  const service = await startApi(deps, { ...parts, agent, identity, log }, onClose)
  lock.announce(service.url)
  watch.begin()
  const { issuer, clientId } = provider ?? { issuer: null, clientId: null }
  const { url, port, urls, socket } = service
  const facts = { ...identity, version, issuer, clientId, demo: settings.demo }
  const file = { url, port, urls, socket, ...facts }
  onClose(writeServiceFileIfPossible(settings.dataDir, file))

  const { platform, arch, pid, versions } = process
  const runtime = nameRuntime(versions)
  const { tier } = storage
  log.record(startedRecord({ version, runtime, platform, arch, pid, url, tier }))
  const { providers } = parts
  return { agent, service, log, storage, providers, issuer, redirect, messages }
}

async function openDirectory(deps: LatchkeyDeps, onClose: OnClose) {
  const { settings, clock, askWhetherRunning, onDirectoryLost } = deps
  const directory = settings.dataDir
  const openMessages = openDataDirectory(directory)
  const lock = await takeDirectory(settings, askWhetherRunning)
  onClose(() => lock.release())
  const lost = onDirectoryLost && { onLost: onDirectoryLost }
  const watch = watchDirectory(lock, { clock, directory, ...lost })
  onClose(() => watch.stop())
  const lacking = settings.demo ? [] : listProviderNeeds(settings.providers)
  const messages = [...(deps.messages ?? []), ...openMessages, ...lock.messages, ...lacking]
  return { lock, watch, messages }
}

function openLog({ settings, clock }: LatchkeyDeps, onClose: OnClose): Logger {
  const { dataDir: directory, logLevel: level } = settings
  const log = createLogger({ directory, level, clock, complain })
  onClose(attachLog(log))
  return log
}

/** What the agent and the service share. */
type Parts = {
  http: Http
  findProvider: FindProvider
  owners: SocketOwners
  user: number | null
  storage: Storage
  providers: readonly ProviderSettings[]
  /** The first of them; null if none is configured. */
  provider: ProviderSettings | null
  redirect: RedirectTarget
}

function makeParts(deps: LatchkeyDeps, demo: DemoProvider | null, onClose: OnClose): Parts {
  const user = process.getuid?.() ?? null
  const http = createHttp(deps.fetch ? { fetch: deps.fetch } : {})
  const table = openTcpTable()
  const providers = demo ? [toDemoProvider(deps.settings, demo)] : deps.settings.providers
  const [provider = null] = providers
  onClose(() => table?.close())
  return {
    http,
    findProvider: createProviders({ http, clock: deps.clock }),
    owners: createSocketOwners({ table, user }),
    user,
    // The demo provider's accounts are gone when it closes, and it must not touch a real session.
    storage: demo ? makeDemoStorage() : deps.storage,
    providers,
    provider,
    redirect: provider?.redirect ?? DEFAULT_TARGET,
  }
}

/** The demo provider accepts the default host and path only. */
function toDemoProvider(settings: Settings, { issuer, clientId }: DemoProvider): ProviderSettings {
  const { scope, audience, prompt, maxAge: maxAgeS, redirectPort: ports } = settings
  return {
    name: 'demo',
    issuer,
    clientId,
    clientSecret: null,
    scope,
    audience,
    prompt,
    maxAgeS,
    parameters: {},
    redirect: { ...DEFAULT_TARGET, ports },
  }
}

function makeDemoStorage(): Storage {
  return {
    accountStore: createMemoryAccounts(),
    consentStore: createMemoryConsents(),
    tier: 'memory',
    message: START_MESSAGES.demoSession,
  }
}

/** Longest wait for a keyring that asks the user for a password. The session then comes back later. */
const LONGEST_RESTORE_MS = 3_000

async function startAgent(
  deps: LatchkeyDeps,
  parts: Parts & { holdsDirectory(): boolean; log: Logger },
  onClose: OnClose,
): Promise<Agent> {
  const { settings, clock, openBrowser, showSignOutLink } = deps
  const { http, findProvider, owners, storage, providers, holdsDirectory, log } = parts
  const agent = createAgent({
    providers,
    signInTimeoutMs: settings.signInTimeout * 1000,
    http,
    findProvider,
    clock,
    listener: createCallbackListener({ clock, owners }),
    accountStore: storage.accountStore,
    consentStore: storage.consentStore,
    consent: toConsentSettings(settings),
    ...(deps.isScreenLocked && { isScreenLocked: deps.isScreenLocked }),
    ...(deps.canAsk && { canAsk: deps.canAsk }),
    ...(deps.handover && { handover: deps.handover }),
    openBrowser,
    ...(showSignOutLink && { showSignOutLink }),
    ...(!settings.demo && { memoryOf: openProviderMemory(deps) }),
    endSession: settings.endSession,
    noBrowser: settings.noBrowser,
    holdsDirectory,
  })
  onClose(() => agent.close())
  agent.subscribe((model, event) => log.record(toLogRecord(model, event)))
  // Restore before the service answers its first caller.
  const restored = agent.restore()
  await (storage.tier === 'keyring' ? within(clock, LONGEST_RESTORE_MS, restored) : restored)
  return agent
}

function openProviderMemory({ settings, clock }: LatchkeyDeps) {
  const nowMs = (): number => clock.nowMs()
  return keepProviderMemory({ directory: settings.dataDir, nowMs, complain })
}

async function startApi(
  { settings, clock, version }: LatchkeyDeps,
  parts: Parts & { agent: Agent; identity: ServiceIdentity; log: Logger },
  onClose: OnClose,
): Promise<Service> {
  const { agent, findProvider, providers, owners, user, identity, log } = parts
  const service = await startService({
    agent,
    clock,
    providers,
    authorizationEndpoint: async ({ issuer, clientId }) => {
      const client = findProvider({ issuer, clientId })
      const metadata = await client.readMetadata({ maxAgeMs: RECENT_METADATA_MS })
      return metadata.authorizationEndpoint
    },
    allowedParameters: settings.allowedParameters,
    wantedPort: settings.port,
    directory: settings.dataDir,
    owners,
    user,
    exposeRefreshToken: settings.exposeRefreshToken,
    version,
    clientVersion: settings.clientVersion,
    onSubscriberDropped: () => log.record(SUBSCRIBER_DROPPED),
    identity,
    report: reportError,
  })
  onClose(() => service.close())
  return service
}

/** Writes the service file. A full disk must not prevent sign-ins: apps can still find the port. */
function writeServiceFileIfPossible(directory: string, service: AnnouncedService): () => void {
  try {
    return announce(directory, service)
  } catch (thrown) {
    complain(START_MESSAGES.noServiceFile(service.url, diskError(thrown)))
    return () => undefined
  }
}
