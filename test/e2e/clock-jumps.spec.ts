// The program's clock is set ahead and back, while it runs and between two runs.

import { expect } from '../support/expect.js'
import {
  createFakeTime,
  removeFakeTime,
  whyNoFakeTime,
  type FakeTime,
} from '../support/fake-time.js'
import { signInOn, stop, test as base } from '../support/kept.js'
import type { Program } from '../support/program.js'
import { startProvider } from '../provider/provider.js'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR

const obstacle = whyNoFakeTime()

const test = base.extend<{
  time: FakeTime
  /** Sets the program's clock. `both`: the provider's too, as if the time had passed. */
  setAhead: (ms: number, whose?: 'both') => void
  lives: { accessTokenTtlS: number }
  /** The programs with this clock. */
  programs: Program[]
  /** How often the provider has renewed the session. */
  renewals: () => number
}>({
  lives: [{ accessTokenTtlS: 3_600 }, { option: true }],
  time: ({ dataDir }, use) => use(createFakeTime(dataDir)),
  provider: async ({ lives }, use) => {
    let clockSkewMs = 0
    const clock = { nowMs: () => Date.now() + clockSkewMs }
    const provider = await startProvider({ signingAlg: 'ES256', clock, ...lives })
    await use(Object.assign(provider, { setAhead: (ms: number) => void (clockSkewMs = ms) }))
    await provider.close()
  },
  setAhead: ({ time, provider }, use) =>
    use((ms, whose) => {
      time.setAhead(ms)
      const { setAhead } = provider as typeof provider & { setAhead(ms: number): void }
      if (whose === 'both') setAhead(ms)
    }),
  programs: async ({ time: _time }, use) => {
    const programs: Program[] = []
    await use(programs)
    for (const program of programs) {
      program.process.kill('SIGKILL')
      await program.ended
      removeFakeTime(program.process.pid!)
    }
  },
  start: ({ start, time, programs }, use) =>
    use(async ({ env, ...options } = {}, ...flags) => {
      // The kernel's clock stays, so that files would seem newer than the programs that run them.
      const consent = ['--consent', 'off']
      const program = await start(
        { ...options, env: { ...time.env, ...env } },
        ...consent,
        ...flags,
      )
      programs.push(program)
      return program
    }),
  // The first answer belongs to the sign-in.
  renewals: ({ provider }, use) => use(() => provider.answers.token.length - 1),
})

test.skip(obstacle !== null, obstacle ?? '')

/** Asks like an app that needs the token for some time. */
async function askForToken(program: Program, url: string, clientId: string): Promise<Response> {
  expect(program.process.exitCode).toBeNull()
  return fetch(new URL('/pkce/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'refresh_token',
      client_id: clientId,
      minimum_validity: 60,
    }),
  })
}

/** Waits for the status of a session that lasts beyond a time. */
async function lastsBeyond(program: Program, atMs: number): Promise<void> {
  const { status } = await program.line(
    'status',
    ({ status }) => Date.parse(status.expiresAt ?? '') > atMs,
  )
  expect(status).toMatchObject({ state: 'signed-in', account: { sub: 'alice' }, reason: null })
}

/** Checks that many callers get a token without another request to the provider. */
async function rests(
  program: Program,
  url: string,
  clientId: string,
  renewals: () => number,
): Promise<void> {
  const before = renewals()
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => askForToken(program, url, clientId)),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(renewals()).toBe(before)
}

for (const [who, whose] of [
  ['the computer’s clock alone', undefined],
  ['the provider’s too', 'both'],
] as const) {
  test(`set ahead past the token’s end while it runs, ${who}: all callers share one renewal`, async ({
    start,
    provider: { clientId },
    setAhead,
    renewals,
  }) => {
    const program = await start()
    const { url } = await program.line('listening')
    await signInOn(program)
    setAhead(2 * HOUR, whose)
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => askForToken(program, url, clientId)),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    await lastsBeyond(program, Date.now() + 2 * HOUR)
    expect(renewals()).toBe(1)
    await rests(program, url, clientId, renewals)
    await stop(program)
  })

  test(`set ahead past the token’s end between two starts, ${who}: one renewal`, async ({
    start,
    provider: { clientId },
    setAhead,
    renewals,
  }) => {
    const first = await start()
    await signInOn(first)
    await stop(first)
    setAhead(2 * HOUR, whose)
    const program = await start()
    const { url } = await program.line('listening')
    await lastsBeyond(program, Date.now() + 2 * HOUR)
    expect(renewals()).toBe(1)
    await rests(program, url, clientId, renewals)
    await stop(program)
  })
}

test('set back a day between two starts, the provider’s too: one renewal, at once', async ({
  start,
  provider: { clientId },
  setAhead,
  renewals,
}) => {
  const first = await start()
  await signInOn(first)
  await stop(first)
  setAhead(-DAY, 'both')
  const program = await start()
  const { url } = await program.line('listening')
  // The token's age is unknown now.
  const { status } = await program.line(
    'status',
    ({ status }) => Date.parse(status.expiresAt ?? '') < Date.now() - 20 * HOUR,
  )
  expect(status).toMatchObject({ state: 'signed-in', reason: null })
  await expect.poll(renewals).toBe(1)
  await rests(program, url, clientId, renewals)
  await stop(program)
})

test('wrongly set back a day between two starts: it says so, and continues when the clock is right', async ({
  start,
  provider: { clientId },
  setAhead,
  renewals,
}) => {
  const first = await start()
  await signInOn(first)
  await stop(first)
  setAhead(-DAY)
  const program = await start()
  const { url } = await program.line('listening')
  expect(await program.status('renewal-failing')).toMatchObject({
    account: { sub: 'alice' },
    reason: expect.stringContaining("clock is 24 hours behind the provider's"),
  })
  setAhead(0)
  await lastsBeyond(program, Date.now())
  // One renewal that could not be checked and one that could, with a pause between them.
  expect(renewals()).toBe(2)
  await rests(program, url, clientId, renewals)
  await stop(program)
})

test.describe('while it waits for the next renewal', () => {
  // The renewal then comes by itself four seconds after the sign-in.
  test.use({ lives: { accessTokenTtlS: 5 } })

  test('set back a day, the provider’s too: renewed as if nothing had happened', async ({
    start,
    setAhead,
    renewals,
  }) => {
    const program = await start()
    await signInOn(program)
    setAhead(-DAY, 'both')
    const { status } = await program.line(
      'status',
      ({ status }) => Date.parse(status.expiresAt ?? '') < Date.now() - 20 * HOUR,
    )
    expect(status).toMatchObject({ state: 'signed-in', account: { sub: 'alice' }, reason: null })
    expect(renewals()).toBe(1)
    await stop(program)
  })

  test('wrongly set back a day: it says so, and continues when the clock is right', async ({
    start,
    setAhead,
    renewals,
  }) => {
    const program = await start()
    await signInOn(program)
    setAhead(-DAY)
    const { reason } = await program.status('renewal-failing')
    expect(reason).toContain("clock is 24 hours behind the provider's")
    setAhead(0)
    await lastsBeyond(program, Date.now())
    expect(renewals()).toBe(2)
    await stop(program)
  })
})
