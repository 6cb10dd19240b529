// Kills the program during renewals of one session, one after the other. After each kill, a new
// start must continue with what is left.

import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { momentEnv, type Moment, type MomentKind } from './kill-moments.js'
import { letRunOut, signInOn, stop, test as base, openStore } from './kept.js'
import { SCRIPTED, type Program } from './program.js'
import { startProvider } from '../provider/provider.js'
import { findSessionFile } from './session-file.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'

/** How the next start went. `needs-sign-in` only if nothing else was possible. */
export type LastResult = {
  moment: Moment
  /** False if the renewal finished before the moment came. The program was killed after it. */
  cameInTime: boolean
  kept: 'old' | 'new'
  /** True if the provider had already replaced the refresh token. */
  rotated: boolean
  state: 'renewed' | 'needs-sign-in'
}

export type Kills = {
  /** How many moments of each kind an undisturbed renewal has. */
  count(): Promise<Record<MomentKind, number>>
  /**
   * Kills a renewal at the moment, starts the program again, and checks that nothing more is lost.
   */
  kill(moment: Moment): Promise<LastResult>
}

/**
 * Tests take `killsAt`: a provider that rotates refresh tokens and ends the session if a used one
 * comes again, except within a grace period in seconds.
 */
export const test = base.extend<{ killsAt: (refreshGraceS: number) => Promise<Kills> }>({
  killsAt: async ({ dataDir, run }, use) => {
    const closes: (() => Promise<void>)[] = []
    await use(async (refreshGraceS) => {
      // ES256 keys are faster to make than RSA keys.
      const provider = await startProvider({ signingAlg: 'ES256', refreshGraceS })
      closes.push(() => provider.close())
      const { issuer, clientId, port } = provider
      const flags = [...SCRIPTED, '--keep-without-keyring']
      const at = ['--issuer', issuer, '--client-id', clientId]
      // With a key file, because deriving a key from a passphrase at each start is slow.
      const start = (env: Record<string, string> = {}): Promise<Program> =>
        run([...flags, ...at], { dataDir, env: { LATCHKEY_PASSPHRASE: '', ...env } })
      const elsewhere = join(dataDir, 'elsewhere')
      await mkdir(elsewhere)
      const journal = join(dataDir, 'journal')
      const sessionStore = openStore(dataDir, null)
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
      /** Prepares a session with an expired access token. Returns its refresh token. */
      const runOut = async (): Promise<string> => {
        const token = (await letRunOut(sessionStore)).tokens.refreshToken!
        issued.length = 0
        await rm(journal, { force: true })
        return token
      }
      const renew = async (
        moment: Moment | null,
      ): Promise<{ killed: boolean; program: Program }> => {
        const path = findSessionFile(dataDir)
        const program = await start(momentEnv({ path, port, journal, moment }))
        const killed = await freshStatus(program).then(
          () => false,
          () => true,
        )
        return { killed, program }
      }
      const keptToken = async (): Promise<string> => {
        // Don't open it in its place: that would clean up after the program.
        for (const name of ['sessions', 'session.key']) {
          await cp(join(dataDir, name), join(elsewhere, name), { recursive: true })
        }
        return (await openStore(elsewhere, null).read())!.tokens.refreshToken!
      }
      await signIn()

      return {
        async count() {
          await runOut()
          const { killed, program } = await renew(null)
          expect(killed).toBe(false)
          await stop(program)
          const all = (await readFile(journal, 'utf8')).trim().split('\n')
          // Turns after the last file call are not part of the renewal.
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
          // A program killed while sending its request never learns of the answer.
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

/**
 * Starts the program again. It renews at the provider once more, or says that it needs a sign-in.
 */
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
    expect(status.reason).toBe(TOKEN_MESSAGES.sessionEnded)
    await stop(program)
    return 'needs-sign-in'
  }
  expect(status).toMatchObject({ state: 'signed-in', reason: null })
  // An app asks for a new access token. If the start has already renewed, it does not renew again.
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
export function formatReport(outcomes: readonly LastResult[], refreshGraceS: number): string {
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
