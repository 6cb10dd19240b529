// Runs the headless program with two providers and several accounts.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from './expect.js'
import type { Pkce } from '../../main/api/models.js'
import type { AccountEntry } from '../../main/terminal/accounts-json.js'
import type { OddProvider } from '../providers/odd-provider.js'
import { startMockServer } from '../providers/mock-server.js'
import { startProvider, type ProviderOptions, type RunningProvider } from '../provider/provider.js'
import { PASSPHRASE } from './kept.js'
import { answerLink } from './person.js'
import { SCRIPTED, test as base, type Program } from './program.js'
import { call, type Answer } from './service.js'

export { expect }

export type AccountsProgram = Program & {
  url: string
  /** The accounts at the start. */
  accounts: readonly AccountEntry[]
}

export type Providers = {
  /** oidc-provider, named `work`. */
  work: RunningProvider
  /** oauth2-mock-server, named `home`. It signs everyone in as John. */
  home: OddProvider
}

/** Tests take `start`, which may be called again after the program has ended. */
export const test = base.extend<{
  startProviders: (work?: ProviderOptions, homeTtlS?: number) => Promise<Providers>
  start: (providers: Providers) => Promise<AccountsProgram>
}>({
  // eslint-disable-next-line no-empty-pattern
  startProviders: async ({}, use) => {
    const started: { close(): Promise<void> }[] = []
    await use(async (options, homeTtlS) => {
      const work = await startProvider({ signingAlg: 'ES256', ...options })
      const home = await startMockServer(homeTtlS)
      started.push(work, home)
      return { work, home }
    })
    await Promise.all(started.map((provider) => provider.close().catch(() => undefined)))
  },
  start: async ({ makeFolder, run }, use) => {
    const dataDir = await makeFolder()
    await use(async ({ work, home }) => {
      const providers = [
        { name: 'work', issuer: work.issuer, clientId: work.clientId },
        { name: 'home', issuer: home.issuer, clientId: home.clientId },
      ]
      const path = join(dataDir, 'settings.json')
      await writeFile(path, JSON.stringify({ providers }), { mode: 0o600 })
      const program = await run(SCRIPTED, { dataDir, env: { LATCHKEY_PASSPHRASE: PASSPHRASE } })
      const { url } = await program.line('listening')
      const { accounts } = await program.line('accounts')
      return Object.assign(program, { url, accounts })
    })
  },
})

/** Types a command that begins a sign-in, signs a person in, and returns the accounts after that. */
export async function signInWith(
  program: Program,
  command: string,
  person: string | null,
): Promise<readonly AccountEntry[]> {
  program.type(command)
  await visit(await program.link(), person)
  return (await program.line('accounts')).accounts
}

/** Signs a person in at `work`; null: at `home`, which asks nobody. */
export async function visit(link: string, person: string | null): Promise<void> {
  const page = await fetch(person === null ? link : await answerLink(link, `account=${person}`))
  expect(page.status).toBe(200)
}

/** Types a command, and returns its answer. */
export async function type(
  program: Program,
  command: string,
): Promise<{ ok: boolean; message: string }> {
  program.type(command)
  const [name] = command.split(' ')
  const { ok, message } = await program.line('answer', (line) => line.command === name)
  return { ok, message }
}

/** Renews an account's session through the API, as an app that names it. */
export function renew(
  program: AccountsProgram,
  { id }: Pick<AccountEntry, 'id'>,
  changes: Record<string, unknown> = {},
): Promise<Answer> {
  return call(program, '/pkce/token', {
    body: { grant_type: 'refresh_token', ...changes },
    headers: { 'X-Latchkey-Account': id },
  })
}

export function readPerson({ auth0 }: Pkce): string | undefined {
  return auth0?.user.user_id
}
