// Runs one Latchkey, and restarts it when its settings change.

import type { SignOutOptions } from '../agent/agent.js'
import { defaultId } from '../agent/model.js'
import type { Handover } from '../consent/consents.js'
import type { Latchkey } from './compose.js'
import {
  deleteUnusedConsents,
  handOnConsents,
  readHeldConsents,
  type HeldConsents,
} from './hand-on-consents.js'
import type { Settings } from '../settings/options.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { Session } from '../oauth/session.js'
import type { AccountStore, StoredAccounts } from '../storage/account-store.js'
import { isSameOwner, type SessionOwner } from '../storage/session-owner.js'

export type Supervisor = {
  /** The Latchkey that runs now. */
  latchkey(): Latchkey
  settings(): Settings
  /** Signs an account out, also if Latchkey is restarting at the moment: the default one without an ID. */
  signOut(id?: string, options?: SignOutOptions): Promise<void>
  /** Signs every account out, as `signOut` does. Returns a sentence for each that its provider did not end. */
  signOutEverywhere(options?: SignOutOptions): Promise<readonly string[]>
  /** Calls `present` now, and again after each restart. */
  follow(present: (latchkey: Latchkey) => void): void
  /**
   * Applies new settings. Accounts are kept if their provider is still configured; others are signed out
   * first. If Latchkey cannot run with the new settings, it goes on with the previous ones,
   * and the error is thrown.
   */
  restart(settings: Settings): Promise<void>
  close(): Promise<void>
  /** Closes for good. Returns the sessions that were held; none in the demo. */
  retire(): Promise<readonly Session[]>
}

export type SupervisorDeps = {
  /** Starts a Latchkey with the given settings. `handover`: what the previous one knew of this run. */
  run(settings: Settings, handover?: Handover): Promise<Latchkey>
  /** Called if neither the new nor the previous settings start. Nothing runs then. */
  onFatal(thrown: unknown): void
}

/** What runs now. */
type Running = {
  latchkey: Latchkey
  settings: Settings
  isClosed: boolean
  /** The consents at the last restart. */
  held: HeldConsents | null
}

/** Starts Latchkey with the first settings. Fails as `run` does. */
export async function createSupervisor(deps: SupervisorDeps, first: Settings): Promise<Supervisor> {
  const running: Running = {
    latchkey: await deps.run(first),
    settings: first,
    isClosed: false,
    held: null,
  }
  const enqueue = createSerialQueue()
  const waitForQueue = (): Promise<void> => enqueue(() => Promise.resolve())
  const followers: ((latchkey: Latchkey) => void)[] = []

  const close = async (): Promise<void> => {
    running.isClosed = true
    await waitForQueue()
    await running.latchkey.close()
  }

  /** Acts on the running Latchkey, and on the one that replaces it in the meantime. */
  const actTwice = async <Result>(act: (latchkey: Latchkey) => Promise<Result>) => {
    const { latchkey } = running
    const result = await act(latchkey)
    await waitForQueue()
    return running.latchkey === latchkey ? [result] : [result, await act(running.latchkey)]
  }

  return {
    latchkey: () => running.latchkey,
    settings: () => running.settings,
    follow(present) {
      followers.push(present)
      present(running.latchkey)
    },
    async signOut(id = defaultId(running.latchkey.agent.model()) ?? undefined, options) {
      await actTwice(({ agent }) => agent.signOut(id, options))
    },
    signOutEverywhere: async (options) =>
      (await actTwice(({ agent }) => agent.signOutEverywhere(options))).flat(),
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
      if (running.settings.demo) return []
      return running.latchkey.agent.all().map(({ session }) => session)
    },
  }
}

/**
 * Replaces the running Latchkey.
 *
 * 1. Sign out the accounts of providers that are gone, and end the sessions of other providers if nothing
 *    is stored from now on. Then close the running Latchkey.
 * 2. Read the sessions and the consents that it left in its stores.
 * 3. Delete the sessions from the store if nothing is stored from now on.
 * 4. Start with the new settings; if that fails, with the previous ones.
 * 5. Hand on the sessions and consents that the started Latchkey did not find, and which account is the
 *    default.
 */
async function restart(
  running: Running,
  wanted: Settings,
  { run, onFatal }: SupervisorDeps,
): Promise<void> {
  const { latchkey, settings } = running
  const owners = settings.demo ? [] : listOwners(wanted)
  for (const account of latchkey.agent.model().accounts) {
    const isKept = owners.some((owner) => isSameOwner(account, owner))
    if (!isKept) await latchkey.agent.signOut(account.id)
  }
  // The key file is all that this setting turns off. A keyring and a passphrase store as before.
  const stopsStoring = !wanted.keepWithoutKeyring && latchkey.storage.tier === 'key-file'
  if (stopsStoring) await latchkey.agent.endOthers(owners)
  await latchkey.close()
  const { accountStore } = latchkey.storage
  // After closing: by then a renewal in progress has stored its new token, or a sign-out has cleared it.
  const left: StoredAccounts = await accountStore
    .readAll(owners)
    .catch(() => ({ accounts: [], problems: [] }))
  const chosenId = await accountStore.readDefault().catch(() => null)
  const held = await readHeldConsents(latchkey, settings, running.held)
  running.held = held
  const handover = latchkey.agent.consents.handOver()
  try {
    if (stopsStoring) await deleteAll(accountStore, left)
    await deleteUnusedConsents(held, wanted)
    running.latchkey = await run(wanted, handover)
    running.settings = wanted
  } catch (thrown) {
    running.latchkey = await run(settings, handover).catch((failure: unknown) => {
      onFatal(failure)
      throw failure
    })
    throw thrown
  } finally {
    const isHandedOn = await handOnConsents(held, running.latchkey, running.settings)
    if (isHandedOn) await running.latchkey.agent.consents.restore()
    await handOn(left, chosenId, running.latchkey)
  }
}

/** Files that could not be opened stay: something else than the key file protects them. */
async function deleteAll(
  accountStore: AccountStore,
  { accounts, ended = [] }: StoredAccounts,
): Promise<void> {
  for (const { id } of [...accounts, ...ended]) await accountStore.delete(id)
  await accountStore.writeDefault(null)
}

async function handOn(
  { accounts, ended = [] }: StoredAccounts,
  chosenId: string | null,
  { agent, storage }: Latchkey,
): Promise<void> {
  const isMissing = ({ id }: { id: string }): boolean =>
    agent.model().accounts.every((account) => account.id !== id)
  const missing = [...accounts, ...ended].filter(isMissing)
  if (missing.length === 0) return
  const { accountStore } = storage
  for (const account of missing) {
    const written =
      'session' in account ? accountStore.write(account) : accountStore.writeEnded(account)
    await written.catch(() => undefined)
  }
  if (missing.some(({ id }) => id === chosenId)) {
    await accountStore.writeDefault(chosenId).catch(() => undefined)
  }
  await agent.restore()
}

/** Lists the providers and clients whose accounts are kept; none for the demo, whose accounts end. */
function listOwners({ demo, providers }: Settings): readonly SessionOwner[] {
  return demo ? [] : providers
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
