// Runs one Latchkey, and restarts it when its settings change.

import type { Latchkey } from './compose.js'
import type { Settings } from '../settings/options.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { Session } from '../oauth/session.js'

export type Supervisor = {
  /** The Latchkey that runs now. */
  latchkey(): Latchkey
  settings(): Settings
  /** Signs out, also if Latchkey is restarting at the moment. */
  signOut(): Promise<void>
  /** Calls `present` now, and again after each restart. */
  follow(present: (latchkey: Latchkey) => void): void
  /**
   * Applies new settings. The session is kept if the provider stays the same; otherwise the user is
   * signed out first. If Latchkey cannot run with the new settings, it goes on with the previous ones,
   * and the error is thrown.
   */
  restart(settings: Settings): Promise<void>
  close(): Promise<void>
  /** Closes for good. Returns the session that was held; null if there was none, or in the demo. */
  retire(): Promise<Session | null>
}

export type SupervisorDeps = {
  /** Starts a Latchkey with the given settings. */
  run(settings: Settings): Promise<Latchkey>
  /** Called if neither the new nor the previous settings start. Nothing runs then. */
  onFatal(thrown: unknown): void
}

/** What runs now. */
type Running = { latchkey: Latchkey; settings: Settings; isClosed: boolean }

/** Starts Latchkey with the first settings. Fails as `run` does. */
export async function createSupervisor(deps: SupervisorDeps, first: Settings): Promise<Supervisor> {
  const running: Running = { latchkey: await deps.run(first), settings: first, isClosed: false }
  const enqueue = createSerialQueue()
  const waitForQueue = (): Promise<void> => enqueue(() => Promise.resolve())
  const followers: ((latchkey: Latchkey) => void)[] = []

  const close = async (): Promise<void> => {
    running.isClosed = true
    await waitForQueue()
    await running.latchkey.close()
  }

  return {
    latchkey: () => running.latchkey,
    settings: () => running.settings,
    follow(present) {
      followers.push(present)
      present(running.latchkey)
    },
    async signOut() {
      const { latchkey } = running
      await latchkey.agent.signOut()
      await waitForQueue()
      if (running.latchkey !== latchkey) await running.latchkey.agent.signOut()
    },
    restart: (wanted) =>
      enqueue(async () => {
        if (running.isClosed) return
        if (appliesWithoutRestart(running.settings, wanted)) {
          running.settings = wanted
          return
        }
        try {
          await restart(running, wanted, deps)
        } finally {
          for (const present of followers) present(running.latchkey)
        }
      }),
    close,
    async retire() {
      await close()
      // Not earlier: a renewal in progress may have brought another refresh token.
      return running.settings.demo ? null : running.latchkey.agent.whole()
    },
  }
}

/**
 * Replaces the running Latchkey.
 *
 * 1. Sign out if the provider changes, then close the running Latchkey.
 * 2. Read the session that it left in its store.
 * 3. Clear the store if the user changed how the session is stored.
 * 4. Start with the new settings; if that fails, with the previous ones.
 * 5. Hand the session on if the started Latchkey did not find it.
 */
async function restart(
  running: Running,
  wanted: Settings,
  { run, onFatal }: SupervisorDeps,
): Promise<void> {
  const { latchkey, settings } = running
  const isSame = isSameProvider(settings, wanted)
  if (!isSame) await latchkey.agent.signOut()
  await latchkey.close()
  const { sessionStore } = latchkey.storage
  // After closing: by then a renewal in progress has stored its new token, or a sign-out has cleared it.
  const session = isSame ? await sessionStore.read().catch(() => null) : null
  try {
    const isStoredOtherwise = wanted.keepWithoutKeyring !== settings.keepWithoutKeyring
    // A session that waits for the keyring is not affected by this choice.
    if (isStoredOtherwise && sessionStore.isLocked?.() !== true) await sessionStore.clear()
    running.latchkey = await run(wanted)
    running.settings = wanted
  } catch (thrown) {
    running.latchkey = await run(settings).catch((failure: unknown) => {
      onFatal(failure)
      throw failure
    })
    throw thrown
  } finally {
    await handOn(session, running.latchkey)
  }
}

async function handOn(session: Session | null, { agent, storage }: Latchkey): Promise<void> {
  if (session === null || agent.model().session.kind !== 'signed-out') return
  await storage.sessionStore.write(session).catch(() => undefined)
  await agent.restore()
}

function isSameProvider(before: Settings, after: Settings): boolean {
  const [one, other] = [before.providers[0], after.providers[0]]
  return (
    one?.issuer === other?.issuer && one?.clientId === other?.clientId && before.demo === after.demo
  )
}

/** True if every changed setting is read on use, so no restart is needed. */
function appliesWithoutRestart(before: Settings, after: Settings): boolean {
  const { noNotifications } = after
  // In JSON all secrets look the same.
  if (revealSecrets(before) !== revealSecrets(after)) return false
  return JSON.stringify({ ...before, noNotifications }) === JSON.stringify(after)
}

/** Returns all client secrets as one text, to compare. */
function revealSecrets({ clientSecret, providers }: Settings): string {
  const secrets = [clientSecret, ...providers.map((provider) => provider.clientSecret)]
  return JSON.stringify(secrets.map((secret) => secret?.reveal() ?? null))
}
