// The headless program over several runs, with a passphrase, at a provider and a data directory of
// their own.

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { LOG_FILE } from '../../main/storage/log.js'
import type { Status } from '../../main/ipc.js'
import { chooseStorage, type SessionStore } from '../../main/storage/session-store.js'
import type { Session } from '../../main/oauth/session.js'
import { answerLink } from './person.js'
import { SCRIPTED, test as base, type Program, type ProgramOptions } from './program.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

export const PASSPHRASE = 'correct horse battery staple'

export type Start = (options?: ProgramOptions, ...flags: readonly string[]) => Promise<Program>

export const test = base.extend<{
  provider: RunningProvider
  dataDir: string
  /** Starts the program; what the options and flags say goes before what they would be. */
  start: Start
}>({
  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    // Its keys are made faster than RSA's.
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

/** Ends the program as the system does when it shuts down. */
export async function stop(program: Program): Promise<void> {
  program.process.kill('SIGTERM')
  expect(await program.ended, program.stderr()).toBe(0)
}

/** What the program keeps, as it would find it; null: without a passphrase, by a key file. */
export function vaultOf(dataDir: string, passphrase: string | null = PASSPHRASE): SessionStore {
  const keepWithoutKeyring = passphrase === null
  return chooseStorage({ dataDir, keyring: null, passphrase, keepWithoutKeyring }).sessionStore
}

/** What is in the data directory, beside its lock and the log. */
export async function filesOf(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir)
  return names.filter((name) => !/^lock(\.|$)/.test(name) && name !== LOG_FILE).toSorted()
}

/** Makes the kept session one whose access token has run out an hour ago. */
export async function letRunOut(sessionStore: SessionStore): Promise<Session> {
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
