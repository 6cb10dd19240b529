// Removes Latchkey's data from within the tray app, as `uninstall-data` does, and ends the app.

import { app, type MessageBoxOptions } from 'electron'
import type { Http } from '../net/http.js'
import { EXIT, explainFailure } from '../app/exit.js'
import type { Supervisor } from '../app/supervisor.js'
import type { RemovalPlan, RevocationOutcome } from '../ipc.js'
import { createRemovalPlan } from '../present/removal-plan.js'
import { fail, mergeRemovals, NOTHING, shorten, type Removal } from '../app/removal.js'
import { revokeSession, listTokens, uninstallData, type UninstallDeps } from '../app/uninstall.js'
import type { SessionStore } from '../storage/session-store.js'
import type { Session } from '../oauth/session.js'
import { showBox } from './box.js'
import { REMOVED } from './electron-messages.js'

export type DataRemovalDeps = Pick<UninstallDeps, 'removeAutostart'> & {
  supervisor: Supervisor
  http: Http
  /** Opens a file with a session in the data directory, by whatever can open it. */
  openVault(dataDir: string, fileName: string): Promise<Pick<SessionStore, 'read'>>
  removeKeyringKey(dataDir: string): Promise<Removal>
  startsAtLogin(): boolean
  /** Takes the window and the tray icon away. */
  withdraw(): void
}

export type DataRemoval = {
  plan(): RemovalPlan
  /** Ends the session at the provider, and changes nothing here. */
  revoke(): Promise<RevocationOutcome>
  /** Removes all, whether or not the session was revoked; says in a box what came of it; ends the app. */
  remove(): Promise<void>
}

export function createDataRemoval(deps: DataRemovalDeps): DataRemoval {
  const { supervisor, http } = deps
  /** What the provider was asked to revoke, and what came of it. */
  let told: { tokens: ReadonlySet<string>; removal: Removal } = {
    tokens: new Set(),
    removal: NOTHING,
  }
  let isRemoving = false

  // The demo's session ends with its provider, which is this app.
  const held = (): Session | null =>
    supervisor.settings().demo ? null : supervisor.latchkey().agent.whole()

  const removeAll = async (): Promise<Removal> => {
    const { dataDir } = supervisor.settings()
    const rest = await supervisor
      .retire()
      .then((session) =>
        uninstallData({
          settings: supervisor.settings(),
          http,
          held: session,
          asked: told.tokens,
          openVault: (fileName) => ({
            read: async () => (await deps.openVault(dataDir, fileName)).read(),
          }),
          removeAutostart: deps.removeAutostart,
          removeKeyringKey: () => deps.removeKeyringKey(dataDir),
        }),
      )
      .catch((thrown: unknown) => fail(explainFailure(thrown).message))
    return mergeRemovals([told.removal, shorten(rest, dataDir)])
  }

  return {
    plan() {
      const session = held()
      return createRemovalPlan({
        session: session && { name: session.account.name, issuer: session.issuer },
        dataDir: supervisor.settings().dataDir,
        startsAtLogin: deps.startsAtLogin(),
        hasKeyringKey:
          supervisor.latchkey().storage.tier === 'keyring' && process.platform !== 'win32',
      })
    },
    async revoke() {
      const session = held()
      if (session === null) return { kind: 'revoked' }
      const removal = await revokeSession(session, { settings: supervisor.settings(), http })
      told = { tokens: new Set(listTokens(session)), removal }
      if (removal.failed.length === 0) return { kind: 'revoked' }
      return { kind: 'not-revoked', message: removal.failed.join(' ') }
    },
    async remove() {
      if (isRemoving) return
      isRemoving = true
      deps.withdraw()
      const removal = await removeAll()
      await showBox(toResultBox(removal))
      app.exit(removal.failed.length > 0 ? EXIT.failed : EXIT.ok)
    },
  }
}

function toResultBox({ done, failed, stays }: Removal): MessageBoxOptions {
  return {
    type: failed.length > 0 ? 'warning' : 'info',
    message: failed.length > 0 ? REMOVED.part : REMOVED.all,
    detail: [...failed, ...stays, ...done].join('\n\n'),
    buttons: [REMOVED.quit],
  }
}
