// The running Latchkey, started anew when its settings change.

import type { Latchkey } from './compose.js'
import type { Settings } from '../settings/options.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { Session } from '../oauth/session.js'

export type Supervisor = {
  latchkey(): Latchkey
  settings(): Settings
  /** Signs out for good, also while it is being started anew. */
  signOut(): Promise<void>
  /** Calls `present` for the one that runs, and for each that takes its place. */
  follow(present: (latchkey: Latchkey, settings: Settings) => void): void
  /**
   * Goes on with other settings: with the session, where that is still the same provider's; else it is
   * signed out first. Where that cannot be, goes on with those before, and throws why.
   */
  restart(settings: Settings): Promise<void>
  close(): Promise<void>
  /** Closes for good, and gives the session that was held; null if nobody's, or one of the demo's. */
  retire(): Promise<Session | null>
}

/**
 * Starts the first one. Fails as `run` does. `lost` hears where neither the wanted settings nor those
 * before could be started with, so that nothing runs any more.
 */
export async function createSupervisor(
  run: (settings: Settings) => Promise<Latchkey>,
  first: Settings,
  lost: (thrown: unknown) => void,
): Promise<Supervisor> {
  let settings = first
  let latchkey = await run(settings)
  const enqueue = createSerialQueue()
  const settled = (): Promise<void> => enqueue(() => Promise.resolve())
  let closed = false
  const followers: ((latchkey: Latchkey, settings: Settings) => void)[] = []

  const go = async (wanted: Settings): Promise<void> => {
    if (closed) return
    if (isLive(settings, wanted)) {
      settings = wanted
      return
    }
    const isSameProvider =
      wanted.issuer === settings.issuer &&
      wanted.clientId === settings.clientId &&
      wanted.demo === settings.demo
    if (!isSameProvider) await latchkey.agent.signOut()
    await latchkey.close()
    const { sessionStore } = latchkey.storage
    // Not before it is closed: a renewal under way has left its new token there, a sign-out nothing.
    const kept = isSameProvider ? await sessionStore.read().catch(() => null) : null
    try {
      // A choice that is taken back leaves nothing behind; but what waits for the keyring is no part of it.
      const isOtherChoice = wanted.keepWithoutKeyring !== settings.keepWithoutKeyring
      if (isOtherChoice && sessionStore.isLocked?.() !== true) await sessionStore.clear()
      latchkey = await run(wanted)
      settings = wanted
    } catch (thrown) {
      latchkey = await run(settings).catch((failure: unknown) => {
        lost(failure)
        throw failure
      })
      throw thrown
    } finally {
      if (kept !== null && latchkey.agent.model().session.kind === 'signed-out') {
        await latchkey.storage.sessionStore.write(kept).catch(() => undefined)
        await latchkey.agent.restore()
      }
      for (const present of followers) present(latchkey, settings)
    }
  }

  const close = async (): Promise<void> => {
    closed = true
    await settled()
    await latchkey.close()
  }

  return {
    latchkey: () => latchkey,
    settings: () => settings,
    follow(present) {
      followers.push(present)
      present(latchkey, settings)
    },
    async signOut() {
      const now = latchkey
      await now.agent.signOut()
      await settled()
      if (latchkey !== now) await latchkey.agent.signOut()
    },
    restart: (wanted) => enqueue(() => go(wanted)),
    close,
    async retire() {
      await close()
      // Not before: a renewal under way may have brought another refresh token.
      return settings.demo ? null : latchkey.agent.whole()
    },
  }
}

/** True where all that differs is looked up each time that it counts. */
function isLive(before: Settings, after: Settings): boolean {
  const { noNotifications } = after
  // In JSON one secret looks like the other.
  if (before.clientSecret?.reveal() !== after.clientSecret?.reveal()) return false
  return JSON.stringify({ ...before, noNotifications }) === JSON.stringify(after)
}
