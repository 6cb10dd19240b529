// Runs the headless program several times with a passphrase, on its own provider and data
// directory.

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { SOCKET_FILE } from '../../main/api/service-socket.js'
import { LOG_FILE } from '../../main/storage/log.js'
import type { Status } from '../../main/ipc.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import { createAccountId, type StoredAccount } from '../../main/storage/account-store.js'
import type { Session } from '../../main/oauth/session.js'
import { answerLink } from './person.js'
import { listSessionFiles } from './session-file.js'
import { SCRIPTED, test as base, type Program, type ProgramOptions } from './program.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

export const PASSPHRASE = 'correct horse battery staple'

export type Start = (options?: ProgramOptions, ...flags: readonly string[]) => Promise<Program>

export const test = base.extend<{
  provider: RunningProvider
  dataDir: string
  /** Starts the program. The options and flags override the defaults. */
  start: Start
}>({
  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    // ES256 keys are faster to make than RSA keys.
    const provider = await startProvider({ signingAlg: 'ES256' })
    await use(provider)
    await provider.close()
  },
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  },
  start: ({ dataDir, provider: { issuer, clientId }, run }, use) =>
    use(({ env, ...options } = {}, ...flags) =>
      run([...SCRIPTED, '--issuer', issuer, '--client-id', clientId, ...flags], {
        dataDir,
        ...options,
        env: { LATCHKEY_PASSPHRASE: PASSPHRASE, ...env },
      }),
    ),
})

export async function signInOn(program: Program, as = 'alice'): Promise<Status> {
  program.type('sign-in')
  await fetch(await answerLink(await program.link(), `account=${as}`))
  return program.status('signed-in')
}

/** Ends the program as the system does at shutdown. */
export async function stop(program: Program): Promise<void> {
  program.process.kill('SIGTERM')
  expect(await program.ended, program.stderr()).toBe(0)
}

/**
 * Reads the stored session as the program would. Null means without a passphrase, by a key file.
 */
export function openStore(dataDir: string, passphrase: string | null = PASSPHRASE): Stored {
  const keepWithoutKeyring = passphrase === null
  const options = { dataDir, keyring: null, passphrase, keepWithoutKeyring }
  const { accountStore } = chooseStorage(options)
  const find = async (): Promise<StoredAccount | null> => {
    const { accounts, problems } = await accountStore.readAll()
    if (accounts.length > 1) throw new Error('several sessions are stored')
    const [account] = accounts
    if (account) return account
    if (problems[0]) throw problems[0]
    return null
  }
  return {
    read: async () => (await find())?.session ?? null,
    async write(session) {
      const { id = createAccountId(), addedAtMs = 0 } = (await find()) ?? {}
      await accountStore.write({ id, addedAtMs, session })
    },
  }
}

/** The only stored session. */
export type Stored = {
  /** Null if there is none. Fails if it cannot be opened. */
  read(): Promise<Session | null>
  write(session: Session): Promise<void>
}

/**
 * Lists the data directory without its lock, the sockets and the log. Each stored session counts as `session.json`,
 * and the folder of the sessions does not count.
 */
export async function listFiles(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir)
  const others = names.filter(
    (name) => !/^lock(\.|$)/.test(name) && ![LOG_FILE, SOCKET_FILE, 'sessions'].includes(name),
  )
  return [...listSessionFiles(dataDir).map(() => 'session.json'), ...others].toSorted()
}

/** Changes the stored session so that its access token expired an hour ago. */
export async function letRunOut(sessionStore: Stored): Promise<Session> {
  const session = (await sessionStore.read())!
  const hourMs = 3_600_000
  const tokens = {
    ...session.tokens,
    obtainedAtMs: Date.now() - 2 * hourMs,
    accessTokenExpiresAtMs: Date.now() - hourMs,
  }
  await sessionStore.write({ ...session, tokens })
  return { ...session, tokens }
}
