// Renewals in which the program is killed, one after the other on the same session, each followed by a
// start that has to go on with what is left.

import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { momentEnv, type Moment, type MomentKind } from './kill-moments.js'
import { letRunOut, signInOn, stop, test as base, vaultOf } from './kept.js'
import type { Program } from './program.js'
import { startProvider } from '../provider/provider.js'

/** What the next start came to. `needs-sign-in` only where nothing else was possible. */
export type LastResult = {
  moment: Moment
  /** False where the renewal was over before the moment came: it was killed then. */
  cameInTime: boolean
  kept: 'old' | 'new'
  /** True where the provider had put another refresh token in the place of the old one. */
  rotated: boolean
  state: 'renewed' | 'needs-sign-in'
}

export type Kills = {
  /** How many moments of each kind there are in a renewal that nobody disturbs. */
  count(): Promise<Record<MomentKind, number>>
  /** Kills a renewal at the moment, starts the program again, and sees that nothing more is lost. */
  kill(moment: Moment): Promise<LastResult>
}

/**
 * Tests take `killsAt`: a provider that rotates refresh tokens and ends a session whose spent one comes
 * again; but not within a grace of so many seconds.
 */
export const test = base.extend<{ killsAt: (refreshGraceS: number) => Promise<Kills> }>({
  killsAt: async ({ dataDir, run }, use) => {
    const closes: (() => Promise<void>)[] = []
    await use(async (refreshGraceS) => {
      // Its keys are made faster than RSA's.
      const provider = await startProvider({ signingAlg: 'ES256', refreshGraceS })
      closes.push(() => provider.close())
      const { issuer, clientId, port } = provider
      const flags = ['--json', '--no-browser', '--port', '0', '--keep-without-keyring']
      const at = ['--issuer', issuer, '--client-id', clientId]
      // By a key file: a key that is made of a passphrase takes its time, at each of many starts.
      const start = (env: Record<string, string> = {}): Promise<Program> =>
        run([...flags, ...at], { dataDir, env: { LATCHKEY_PASSPHRASE: '', ...env } })
      const elsewhere = join(dataDir, 'elsewhere')
      await mkdir(elsewhere)
      const journal = join(dataDir, 'journal')
      const sessionStore = vaultOf(dataDir, null)
      const issued: string[] = []
      provider.misbehave.tokenResponse = (tokens) => {
        issued.push(String(tokens['refresh_token']))
        return tokens
      }

      const signIn = async (): Promise<void> => {
        const program = await start()
        await signInOn(program)
        await stop(program)
      }
      /** Has a session whose access token has run out; gives its refresh token. */
      const runOut = async (): Promise<string> => {
        const token = (await letRunOut(sessionStore)).tokens.refreshToken!
        issued.length = 0
        await rm(journal, { force: true })
        return token
      }
      const renew = async (
        moment: Moment | null,
      ): Promise<{ killed: boolean; program: Program }> => {
        const path = join(dataDir, 'session.json')
        const program = await start(momentEnv({ path, port, journal, moment }))
        const killed = await freshStatus(program).then(
          () => false,
          () => true,
        )
        return { killed, program }
      }
      const keptToken = async (): Promise<string> => {
        // Not opened in its place: that would clear up behind the program.
        for (const name of ['session.json', 'session.key']) {
          await cp(join(dataDir, name), join(elsewhere, name))
        }
        return (await vaultOf(elsewhere, null).read())!.tokens.refreshToken!
      }
      await signIn()

      return {
        async count() {
          await runOut()
          const { killed, program } = await renew(null)
          expect(killed).toBe(false)
          await stop(program)
          const all = (await readFile(journal, 'utf8')).trim().split('\n')
          // What comes after the last call on the file is no part of the renewal.
          const lines = all.slice(0, all.lastIndexOf('file') + 1)
          const of = (kind: MomentKind): number => lines.filter((line) => line === kind).length
          return { file: of('file'), sent: of('sent'), received: of('received'), turn: of('turn') }
        },

        async kill(moment) {
          const before = await runOut()
          const { killed, program } = await renew(moment)
          if (!killed) program.process.kill('SIGKILL')
          await program.ended
          expect(program.process.signalCode, program.stderr()).toBe('SIGKILL')
          const kept = await keptToken()
          if (kept !== before) expect(issued).toContain(kept)
          if (!killed) expect(kept).not.toBe(before)

          const state = await goOn(start, provider)
          // What is killed as its request leaves learns of the answer by nobody.
          const rotated = state === 'needs-sign-in' ? issued.length > 0 : kept !== before
          expect((await readdir(dataDir)).filter((name) => name.endsWith('.tmp'))).toEqual([])
          if (state === 'needs-sign-in') await signIn()
          const outcome: LastResult = {
            moment,
            cameInTime: killed,
            kept: kept === before ? 'old' : 'new',
            rotated,
            state,
          }
          const mayBeLost = refreshGraceS === 0 && outcome.kept === 'old' && rotated
          if (!mayBeLost) expect(outcome).toMatchObject({ state: 'renewed' })
          return outcome
        },
      }
    })
    for (const close of closes) await close()
  },
})

function freshStatus(program: Program): Promise<unknown> {
  return program.line('status', ({ status }) => Date.parse(status.expiresAt ?? '') > Date.now())
}

/** Starts the program again: it renews at the provider once more, or says that it needs a sign-in. */
async function goOn(
  start: () => Promise<Program>,
  provider: Awaited<ReturnType<typeof startProvider>>,
): Promise<LastResult['state']> {
  const renewals = provider.answers.token.filter((status) => status === 200).length
  const program = await start()
  const { url } = await program.line('listening')
  const { status } = await program.line(
    'status',
    ({ status: { state, expiresAt } }) =>
      state === 'needs-sign-in' || Date.parse(expiresAt ?? '') > Date.now(),
  )
  expect(status.account).toMatchObject({ sub: 'alice' })
  if (status.state === 'needs-sign-in') {
    expect(status.reason).toBe('The provider has ended your session. Sign in again.')
    await stop(program)
    return 'needs-sign-in'
  }
  expect(status).toMatchObject({ state: 'signed-in', reason: null })
  // An app wants a new access token. What was renewed at the start already is not renewed again.
  const answer = await fetch(new URL('/pkce/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'refresh_token', client_id: provider.clientId }),
  })
  expect(answer.status, await answer.text()).toBe(200)
  expect(provider.answers.token.filter((each) => each === 200).length).toBeGreaterThan(renewals)
  await stop(program)
  return 'renewed'
}

/** `20 kills, grace 60 s: 20 renewed (12 by the old token), 0 need a sign-in.` */
export function reportOf(outcomes: readonly LastResult[], refreshGraceS: number): string {
  const renewed = outcomes.filter(({ state }) => state === 'renewed')
  const byOld = renewed.filter(({ kept }) => kept === 'old').length
  const late = outcomes.filter(({ cameInTime }) => !cameInTime).length
  const lost = outcomes.filter(({ state }) => state === 'needs-sign-in')
  const where = lost.map(({ moment: { kind, nth, how } }) => `${how} ${kind} ${nth}`).join(', ')
  return (
    `${outcomes.length} kills, ${refreshGraceS === 0 ? 'no grace' : `grace ${refreshGraceS} s`}: ` +
    `${renewed.length} renewed (${byOld} by the old token; ${late} killed when it was over), ` +
    `${lost.length} need a sign-in${lost.length > 0 ? ` (${where})` : ''}.`
  )
}
