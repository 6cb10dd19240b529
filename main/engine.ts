// The running Latchkey, started anew when its settings change.

import type { Latchkey } from './compose.js'
import type { Settings } from './settings.js'

export type Engine = {
  latchkey(): Latchkey
  settings(): Settings
  /** Calls `present` for the one that runs, and for each that takes its place. */
  follow(present: (latchkey: Latchkey, settings: Settings) => void): void
  /**
   * Goes on with other settings: with the session, where that is still the same provider's; else it is
   * signed out first. Where that cannot be, goes on with those before, and throws why.
   */
  restart(settings: Settings): Promise<void>
  close(): Promise<void>
}

/** Starts the first one. Fails as `run` does. */
export async function createEngine(
  run: (settings: Settings) => Promise<Latchkey>,
  first: Settings,
): Promise<Engine> {
  let settings = first
  let latchkey = await run(settings)
  let turn: Promise<unknown> = Promise.resolve()
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
    const { vault } = latchkey.storage
    const kept = await vault.read().catch(() => null)
    await latchkey.close()
    // A choice that is taken back leaves nothing behind.
    if (wanted.keepWithoutKeyring !== settings.keepWithoutKeyring) await vault.clear()
    try {
      latchkey = await run(wanted)
      settings = wanted
    } catch (thrown) {
      latchkey = await run(settings)
      throw thrown
    } finally {
      if (kept !== null && latchkey.agent.model().session.kind === 'signed-out') {
        await latchkey.storage.vault.write(kept).catch(() => undefined)
        await latchkey.agent.restore()
      }
      for (const present of followers) present(latchkey, settings)
    }
  }

  return {
    latchkey: () => latchkey,
    settings: () => settings,
    follow(present) {
      followers.push(present)
      present(latchkey, settings)
    },
    restart(wanted) {
      const gone = turn.then(() => go(wanted))
      turn = gone.catch(() => undefined)
      return gone
    },
    async close() {
      closed = true
      await turn
      await latchkey.close()
    },
  }
}

/** True where all that differs is looked up each time that it counts. */
function isLive(before: Settings, after: Settings): boolean {
  const { noNotifications } = after
  return JSON.stringify({ ...before, noNotifications }) === JSON.stringify(after)
}
