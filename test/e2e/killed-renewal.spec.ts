// S37: a program that is killed while it renews a session, at each moment that there is, and started
// again. What it has kept is the old refresh token or the new one, whole.

import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { createAgent } from '../../main/auth/agent.js'
import { createHttp } from '../../main/auth/http.js'
import { createCallbackListener } from '../../main/auth/loopback.js'
import { systemClock } from '../../main/clock.js'
import type { Vault } from '../../main/vault.js'
import { faultEnv, type DiskFault } from '../disk-faults.js'
import { letRunOut, stop, test as base, vaultOf } from '../kept.js'
import { answerLink } from '../person.js'
import type { Program } from '../program.js'
import { owners } from '../owners.js'

type Round = {
  /** The program that was to renew. */
  program: Program
  killed: boolean
  /** The calls that it made on the file and its folder; of the last one, it may be a part. */
  calls: readonly string[]
  refreshTokens: { before: string; issued: string; kept: string }
}

const test = base.extend<{
  /** Has a session in the data directory whose access token has run out; gives its refresh token. */
  keepRunOut: () => Promise<string>
  /** Starts the program, to renew a session at once and to be killed at a moment of that. */
  renew: (at: number, how: DiskFault['how']) => Promise<Round>
}>({
  // By a key file: a key that is made of a passphrase takes its time, at each of many starts.
  start: ({ start }, use) =>
    use(({ env, ...options } = {}, ...flags) =>
      start(
        { ...options, env: { LATCHKEY_PASSPHRASE: '', ...env } },
        '--keep-without-keyring',
        ...flags,
      ),
    ),

  keepRunOut: async ({ provider: { issuer, clientId }, dataDir }, use) => {
    const clock = systemClock
    const vault = vaultOf(dataDir, null)
    const scope = 'openid profile email offline_access'
    const agent = createAgent({
      provider: {
        issuer,
        clientId,
        scope,
        audience: null,
        prompt: null,
        maxAgeS: null,
        clientSecret: null,
        parameters: {},
      },
      loginTimeoutMs: 300_000,
      http: createHttp(),
      clock,
      listener: createCallbackListener({ clock, owners, redirectPorts: [] }),
      vault,
      openBrowser: () => Promise.resolve(),
    })
    await use(async () => {
      const link = new Promise<string>((resolve) => {
        const unsubscribe = agent.subscribe((_model, event) => {
          if (event.type !== 'link-ready') return
          unsubscribe()
          resolve(event.link)
        })
      })
      agent.signIn()
      const page = await fetch(await answerLink(await link))
      expect(await page.text()).toContain('You are signed in')
      return (await letRunOut(vault)).tokens.refreshToken!
    })
    await agent.close()
  },

  renew: async ({ keepRunOut, start, provider, dataDir }, use) => {
    const path = join(dataDir, 'session.json')
    const elsewhere = join(dataDir, 'elsewhere')
    await mkdir(elsewhere)
    const copied: Vault = vaultOf(elsewhere, null)
    await use(async (at, how) => {
      const before = await keepRunOut()
      let issued = ''
      provider.misbehave.tokenResponse = (tokens) => {
        issued = String(tokens['refresh_token'])
        return tokens
      }
      const journal = join(dataDir, 'journal')
      await rm(journal, { force: true })
      const program = await start({ env: faultEnv({ path, at, how, journal }) })
      const killed = await program
        .line('status', ({ status }) => Date.parse(status.expiresAt ?? '') > Date.now())
        .then(
          () => false,
          () => true,
        )
      if (!killed) await stop(program)
      // Not opened in its place: that would clear up behind the program.
      for (const name of ['session.json', 'session.key']) {
        await cp(join(dataDir, name), join(elsewhere, name))
      }
      const kept = (await copied.read())!.tokens.refreshToken!
      const calls = (await readFile(journal, 'utf8')).trim().split('\n')
      return { program, killed, calls, refreshTokens: { before, issued, kept } }
    })
  },
})

async function leftovers(dataDir: string): Promise<string[]> {
  return (await readdir(dataDir)).filter((name) => name.endsWith('.tmp'))
}

/** Starts the program again, and sees that it goes on with what it finds. */
async function startAgain(
  { refreshTokens: { kept, issued } }: Round,
  start: () => Promise<Program>,
  dataDir: string,
): Promise<void> {
  const program = await start()
  if (kept === issued) {
    expect((await program.line('status')).status).toMatchObject({
      state: 'signed-in',
      account: { sub: 'alice' },
      reason: null,
    })
  } else {
    expect(await program.status('needs-sign-in')).toMatchObject({
      account: { sub: 'alice' },
      reason: 'The provider has ended your session. Sign in again.',
    })
  }
  expect(await leftovers(dataDir)).toEqual([])
  await stop(program)
}

// Before the fresh file is opened, while it is written and closed, and before it takes the old one's
// place; where folders are brought to the disk, as often again.
const LEAST_MOMENTS = 5

for (const how of ['killed-before', 'killed-after'] as const) {
  test(`S37: ${how.replace('-', ' ')} any of the calls that write, it has the old token or the new one`, async ({
    renew,
    start,
    dataDir,
  }) => {
    // It starts some twenty programs.
    test.setTimeout(300_000)
    for (let at = 1; ; at++) {
      const round = await renew(at, how)
      const { before, issued, kept } = round.refreshTokens
      expect(new Set([before, issued]).size).toBe(2)
      if (!round.killed) {
        expect(kept).toBe(issued)
        expect(at).toBeGreaterThan(LEAST_MOMENTS)
        break
      }
      expect(round.program.process.signalCode).toBe('SIGKILL')
      expect(round.calls).toHaveLength(at)
      const done = how === 'killed-before' ? round.calls.slice(0, -1) : round.calls
      expect(kept).toBe(done.includes('renameSync file') ? issued : before)
      await startAgain(round, start, dataDir)
    }
  })
}

test('S37: killed with half of it written, it has the old token, and clears up at the next start', async ({
  renew,
  start,
  dataDir,
}) => {
  const round = await renew(2, 'killed-within')
  expect(round.calls.at(-1)).toBe('writeFileSync file')
  expect(round.refreshTokens.kept).toBe(round.refreshTokens.before)
  expect(await leftovers(dataDir)).toHaveLength(1)
  await startAgain(round, start, dataDir)
})

test('S37: killed while the provider is being asked, it renews at the next start', async ({
  keepRunOut,
  start,
  provider,
}) => {
  await keepRunOut()
  provider.misbehave.token = 'hang'
  const program = await start()
  await expect.poll(() => provider.tokenRequests.length).toBe(2)
  program.process.kill('SIGKILL')
  await program.ended

  provider.misbehave.token = undefined
  const next = await start()
  const { status } = await next.line(
    'status',
    ({ status }) => Date.parse(status.expiresAt ?? '') > Date.now(),
  )
  expect(status).toMatchObject({ state: 'signed-in', account: { sub: 'alice' }, reason: null })
})
