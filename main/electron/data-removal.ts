// Removes Latchkey's data from within the tray app, as `uninstall-data` does, and ends the app.

import { app, type MessageBoxOptions } from 'electron'
import type { Http } from '../net/http.js'
import { EXIT, explainFailure } from '../app/exit.js'
import type { Supervisor } from '../app/supervisor.js'
import type { RemovalPlan, RevocationOutcome } from '../ipc.js'
import { createRemovalPlan } from '../present/removal-plan.js'
import { fail, mergeRemovals, NOTHING, shorten, type Removal } from '../app/removal.js'
import { revokeSession, listTokens, uninstallData, type UninstallDeps } from '../app/uninstall.js'
import type { StoredFile } from '../storage/account-store.js'
import type { Session } from '../oauth/session.js'
import { showBox } from './box.js'
import { REMOVED } from './electron-messages.js'

export type DataRemovalDeps = Pick<UninstallDeps, 'removeAutostart'> & {
  supervisor: Supervisor
  http: Http
  /** Reads every session file in the data directory, each with what sealed it. */
  readStored(dataDir: string): Promise<readonly StoredFile[]>
  removeKeyringKey(dataDir: string): Promise<Removal>
  startsAtLogin(): boolean
  /** Closes the window and removes the tray icon. */
  withdraw(): void
}

export type DataRemoval = {
  plan(): RemovalPlan
  /** Ends the session at the provider. The data on this computer stays. */
  revoke(): Promise<RevocationOutcome>
  /** Removes everything, even if the session was not revoked. Shows the result in a box, then ends the app. */
  remove(): Promise<void>
}

/** The tokens that the provider was asked to revoke, and the result. */
type Revocation = { tokens: ReadonlySet<string>; removal: Removal }

export function createDataRemoval(deps: DataRemovalDeps): DataRemoval {
  const { supervisor, http } = deps
  let revocation: Revocation = { tokens: new Set(), removal: NOTHING }
  let isRemoving = false

  // The demo's session ends with its provider, which is this app.
  const held = (): readonly Session[] =>
    supervisor.settings().demo
      ? []
      : supervisor
          .latchkey()
          .agent.all()
          .map(({ session }) => session)

  return {
    plan() {
      return createRemovalPlan({
        sessions: held().map(({ account, issuer }) => ({ name: account.name, issuer })),
        dataDir: supervisor.settings().dataDir,
        startsAtLogin: deps.startsAtLogin(),
        hasKeyringKey:
          supervisor.latchkey().storage.tier === 'keyring' && process.platform !== 'win32',
      })
    },
    async revoke() {
      const sessions = held()
      const settings = supervisor.settings()
      const removals = await Promise.all(
        sessions.map((session) => revokeSession(session, { settings, http })),
      )
      const removal = mergeRemovals(removals)
      revocation = { tokens: new Set(sessions.flatMap(listTokens)), removal }
      if (removal.failed.length === 0) return { kind: 'revoked' }
      return { kind: 'not-revoked', message: removal.failed.join(' ') }
    },
    async remove() {
      if (isRemoving) return
      isRemoving = true
      deps.withdraw()
      const removal = await removeAll(deps, revocation)
      await showBox(toResultBox(removal))
      app.exit(removal.failed.length > 0 ? EXIT.failed : EXIT.ok)
    },
  }
}

/** Ends the session and removes the data. Does not throw: the result lists the failures. */
async function removeAll(deps: DataRemovalDeps, revocation: Revocation): Promise<Removal> {
  const { supervisor, http, readStored, removeAutostart, removeKeyringKey } = deps
  const { dataDir } = supervisor.settings()
  const removeRest = async (): Promise<Removal> => {
    const held = await supervisor.retire()
    return uninstallData({
      settings: supervisor.settings(),
      http,
      held,
      asked: revocation.tokens,
      readStored: () => readStored(dataDir),
      removeAutostart,
      removeKeyringKey: () => removeKeyringKey(dataDir),
    })
  }
  const rest = await removeRest().catch((thrown: unknown) => fail(explainFailure(thrown).message))
  return mergeRemovals([revocation.removal, shorten(rest, dataDir)])
}

function toResultBox({ done, failed, stays }: Removal): MessageBoxOptions {
  return {
    type: failed.length > 0 ? 'warning' : 'info',
    message: failed.length > 0 ? REMOVED.part : REMOVED.all,
    detail: [...failed, ...stays, ...done].join('\n\n'),
    buttons: [REMOVED.quit],
  }
}
