// What both programs share: the parts in their order, wired over the ports that a root hands in.

import { announce, SERVICE_FILE, type ServiceFile } from '../storage/service-file.js'
import { startService, type Service } from '../api/server.js'
import { createAgent, type Agent } from '../agent/agent.js'
import { fetchMetadata } from '../oauth/metadata.js'
import { AuthError } from '../base/errors.js'
import { createHttp } from '../net/http.js'
import { createCallbackListener } from '../oauth/callback-listener.js'
import { DEFAULT_TARGET, type RedirectTarget } from '../oauth/redirect-target.js'
import { within, type Clock } from '../base/clock.js'
import { startDemoProvider } from './demo.js'
import { diskError, errnoOf } from '../base/errno.js'
import { createLogger, type Logger } from '../storage/log.js'
import { writeText } from '../base/output.js'
import { DirectoryInUse, lockDirectory, type DirectoryLock } from '../storage/directory-lock.js'
import {
  errorRecord,
  recordOf,
  runtimeOf,
  startedRecord,
  stoppedRecord,
} from '../present/log-record.js'
import { openDataDirectory } from '../storage/private-directory.js'
import { lackingFor } from '../settings/presets.js'
import { keepProviderMemory } from '../storage/provider-memory.js'
import { createRepeats } from '../base/repeats.js'
import { type Settings } from '../settings/options.js'
import { SettingsError } from '../base/settings-error.js'
import { createSocketOwners } from '../net/socket-owner.js'
import { openTcpTable } from '../net/proc-net-tcp.js'
import { createMemoryStore, type Storage } from '../storage/session-store.js'

export type LatchkeyDeps = {
  settings: Settings
  version: string
  clock: Clock
  storage: Storage
  /** Electron's way to the network; absent: plain Node's. */
  fetch?: typeof fetch
  /** Sends the person's browser to a link. Rejects where no browser could be opened. */
  openBrowser(link: string): Promise<void>
  /** Shows the link of the provider's sign-out page if no browser is opened here; see the agent. */
  showSignOutLink?: (link: string) => void
  /** What a person should know of the settings, one line each. */
  notices?: readonly string[]
  /** Asks the person whether Latchkey still runs on another computer; absent where nobody can be asked. */
  askWhetherRunning?: (host: string) => Promise<boolean>
  /** Called once another computer has taken the data directory: this program is to end at once. */
  onDirectoryLost?: (lost: DirectoryInUse) => void
}

export type Latchkey = {
  agent: Agent
  service: Service
  log: Logger
  storage: Storage
  /** Where people sign in; null where no provider is configured. */
  issuer: string | null
  /** Where the provider sends the browser. */
  redirect: RedirectTarget
  /** What a person should know of how it started, one line each. */
  notices: readonly string[]
  /** Calls off every sign-in, closes every port and lets the data directory go. */
  close(): Promise<void>
}

/**
 * Takes the data directory, starts the demo provider where it is asked for, and the local service,
 * and makes the agent. When it fails, nothing stays behind; {@link explainFailure} has the words.
 */
export async function createLatchkey(deps: LatchkeyDeps): Promise<Latchkey> {
  const { settings, clock } = deps
  const ends: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    const opened = openDataDirectory(settings.dataDir)
    const directoryLock = await takeDirectory(settings, deps.askWhetherRunning)
    ends.push(() => directoryLock.release())
    const lacking = settings.demo ? [] : lackingFor(settings)
    const notices = [...(deps.notices ?? []), ...opened, ...directoryLock.notices, ...lacking]
    const watch = watchDirectory(directoryLock, deps)
    ends.push(() => Promise.resolve(watch.stop()))
    const log = createLogger({
      directory: settings.dataDir,
      level: settings.logLevel,
      clock,
      complain: (line) => writeText('stderr', `latchkey: ${line}`),
    })
    logs.add(log)
    ends.push(() => Promise.resolve(endLog(log)))

    const demo = settings.demo ? await startDemoProvider() : null
    if (demo) ends.push(() => demo.close())

    // The demo's people are gone when it is closed, and a real session is none of its business.
    const storage: Storage = demo ? demoStorage() : deps.storage
    const { issuer, clientId } = demo ?? settings
    const { scope, audience, prompt, maxAge: maxAgeS } = settings
    const { clientSecret, authorizationParameters: parameters } = demo
      ? { clientSecret: null, authorizationParameters: {} }
      : settings
    const provider =
      issuer === null || clientId === null
        ? null
        : { issuer, clientId, clientSecret, scope, audience, prompt, maxAgeS, parameters }
    const redirect = redirectTargetOf(settings)
    const http = createHttp(deps.fetch ? { fetch: deps.fetch } : {})
    const user = process.getuid?.() ?? null
    const table = openTcpTable()
    ends.push(() => Promise.resolve(table?.close()))
    const owners = createSocketOwners({ table, user })
    const agent = createAgent({
      provider,
      signInTimeoutMs: settings.loginTimeout * 1000,
      http,
      clock,
      listener: createCallbackListener({
        clock,
        owners,
        redirectPorts: redirect.ports,
        redirectHost: redirect.host,
        redirectPath: redirect.path,
      }),
      sessionStore: storage.sessionStore,
      openBrowser: deps.openBrowser,
      ...(deps.showSignOutLink && { showSignOutLink: deps.showSignOutLink }),
      ...(!demo && {
        memory: keepProviderMemory({
          directory: settings.dataDir,
          asked: settings,
          nowMs: () => clock.nowMs(),
          complain: (line) => writeText('stderr', `latchkey: ${line}`),
        }),
      }),
      redirect,
      endSession: settings.endSession,
      noBrowser: settings.noBrowser,
      holdsDirectory: watch.check,
    })
    ends.push(() => agent.close())
    agent.subscribe((model, event) => log.record(recordOf(model, event)))
    // Before anybody asks who is signed in; but a keyring may have to ask the person first.
    const restored = agent.restore()
    await (storage.tier === 'keyring' ? within(clock, LONGEST_RESTORE_MS, restored) : restored)

    const service = await startService({
      agent,
      clock,
      provider,
      authorizationEndpoint: async () =>
        (await fetchMetadata(http, provider?.issuer ?? '')).authorizationEndpoint,
      redirect,
      allowedParameters: settings.allowedParameters,
      wantedPort: settings.port,
      owners,
      user,
      exposeRefreshToken: settings.exposeRefreshToken,
      version: deps.version,
      report: reportError,
    })
    ends.push(() => service.close())
    directoryLock.announce(service.url)
    watch.begin()
    const withdraw = writeServiceFileIfPossible(settings.dataDir, {
      ...service,
      version: deps.version,
      clientId: provider?.clientId ?? null,
    })
    ends.push(() => Promise.resolve(withdraw()))
    const { version } = deps
    const { platform, arch, pid, versions } = process
    const runtime = runtimeOf(versions)
    const { tier } = storage
    log.record(startedRecord({ version, runtime, platform, arch, pid, url: service.url, tier }))
    return { agent, service, log, storage, issuer, redirect, notices, close }
  } catch (thrown) {
    for (const log of logs) log.record(errorRecord(thrown))
    await close()
    throw thrown
  }
}

/** Where the provider sends the browser; the demo provider knows one host and path only. */
function redirectTargetOf({
  demo,
  redirectHost,
  redirectPath,
  redirectPort: ports,
}: Settings): RedirectTarget {
  const { host, path } = demo ? DEFAULT_TARGET : { host: redirectHost, path: redirectPath }
  return { host, path, ports }
}

export const DEMO_NOTE = "The demo's session stays in memory and ends with Latchkey."

const demoStorage = (): Storage => ({
  sessionStore: createMemoryStore(),
  tier: 'memory',
  note: DEMO_NOTE,
})

const LONGEST_RESTORE_MS = 3_000

/** The open logs, for errors that come from anywhere: one in each program. */
const logs = new Set<Logger>()

function endLog(log: Logger): void {
  errors.flush()
  log.record(stoppedRecord())
  log.close()
  logs.delete(log)
}

async function takeDirectory(
  { dataDir: directory, takeOver }: Settings,
  askWhetherRunning: LatchkeyDeps['askWhetherRunning'],
): Promise<DirectoryLock> {
  try {
    return await lockDirectory(directory, {
      takeOver,
      ...(askWhetherRunning && { askWhetherRunning }),
    })
  } catch (thrown) {
    if (errnoOf(thrown) === '') throw thrown
    throw new SettingsError(
      `The data directory ${directory} cannot be used (${diskError(thrown)}). ` +
        'Choose another with --data-dir.',
    )
  }
}

/** Well within the hour after which another computer may take over. */
const REFRESH_MS = 20 * 60_000

/**
 * Refreshes the directory's lock now and then. `check` does so at once, and says whether the directory is
 * still this program's: a computer that has slept may have lost it meanwhile, and must not renew then.
 */
function watchDirectory(
  directoryLock: DirectoryLock,
  { clock, settings, onDirectoryLost }: LatchkeyDeps,
): { check(): boolean; begin(): void; stop(): void } {
  let isLost = false
  let callOff: () => void = () => undefined
  const check = (): boolean => {
    if (isLost) return false
    try {
      isLost = !directoryLock.refresh()
    } catch {
      // A disk that cannot be written to now keeps everybody else from taking over too.
      return true
    }
    if (!isLost) return true
    callOff()
    onDirectoryLost?.(
      new DirectoryInUse(
        `Another computer has taken over the data directory ${settings.dataDir}, so Latchkey ends here.`,
      ),
    )
    return false
  }
  const wait = (): void => {
    callOff = clock.after(REFRESH_MS, () => {
      if (check()) wait()
    })
  }
  return { check, begin: wait, stop: () => callOff() }
}

/** A disk that is full keeps nobody from signing in: the service runs, and can be found by its port. */
function writeServiceFileIfPossible(
  directory: string,
  service: Pick<ServiceFile, 'url' | 'port' | 'version' | 'clientId'>,
): () => void {
  try {
    return announce(directory, service)
  } catch (thrown) {
    writeText(
      'stderr',
      `latchkey: ${SERVICE_FILE} cannot be written (${diskError(thrown)}): other apps are not ` +
        `told that the service is at ${service.url}.`,
    )
    return () => undefined
  }
}

const errors = createRepeats<unknown>((error, count) => {
  for (const log of logs) log.record(errorRecord(error, count))
  const shown = error instanceof Error ? (error.stack ?? error.message) : typeof error
  const times = count === 1 ? '' : ` (${count} times so far)`
  writeText('stderr', `latchkey: unexpected error${times}: ${shown}`)
})

/**
 * An error of our own, for whoever looks into it; never what a request or an answer held. One that
 * comes again and again is told of with a count, and not each time.
 */
export function reportError(error: unknown): void {
  errors.add(JSON.stringify(errorRecord(error)), error)
}

/** Part of both programs' contract: other programs act on these. */
export const EXIT = { ok: 0, failed: 1, badSettings: 2, inUse: 3 } as const

/** Why a program could not start: words for a person, and the code that it ends with. */
export function explainFailure(thrown: unknown): { message: string; exitCode: number } {
  if (thrown instanceof SettingsError) {
    return { message: thrown.message, exitCode: EXIT.badSettings }
  }
  if (thrown instanceof DirectoryInUse) return { message: thrown.message, exitCode: EXIT.inUse }
  const message = thrown instanceof AuthError ? thrown.message : String(thrown)
  return { message, exitCode: EXIT.failed }
}
