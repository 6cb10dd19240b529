// Days in the life of one session: nights asleep, networks that are gone, and a provider that fails
// in every way.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { defaultSession } from '../../main/agent/model.js'
import type { Session } from '../../main/oauth/session.js'
import type { Misbehaviour } from '../provider/provider.js'
import { expect, HOUR, MINUTE, SECOND, type SignedIn, type SignedInOptions } from './signed-in.js'

const DAY = 24 * HOUR

/**
 * The provider forgets what it issued within this many days. From then on its store no longer
 * grows.
 */
const LIVES = { accessTokenTtlS: 600, refreshTokenTtlS: 4 * 24 * 3_600 }
export const SETTLED_DAYS = 10

/** One part of a day. */
type Spell = {
  minutes: number
  /** What fails meanwhile. `once`: only the first time. */
  misbehave?: Misbehaviour
  once?: boolean
  asleep?: boolean
  /** True if the system reports the end of a sleep. */
  tells?: boolean
}

const AWAY: Misbehaviour = { discovery: 'reset', jwks: 'reset', token: 'reset' }
const OUTAGES: readonly Misbehaviour[] = [
  { token: 'server-error' },
  { discovery: 'unavailable', retryAfter: '240' },
  { token: 'rate-limited', retryAfter: '90' },
  { jwks: 'truncated' },
  { token: 'not-json' },
  { discovery: 'server-error' },
  { token: 'reset' },
]

/** A day from seven in the morning. Every seventh one lasts until the day after the next. */
function planDay(day: number): readonly Spell[] {
  return [
    // The notebook wakes before its network does.
    { minutes: day % 3 === 0 ? 25 : 0, misbehave: AWAY },
    { minutes: 4 * 60 },
    { minutes: 50, asleep: true, tells: day % 2 === 0 },
    { minutes: 3 * 60 },
    { minutes: day % 2 === 0 ? 45 : 5, misbehave: OUTAGES[day % OUTAGES.length]! },
    { minutes: 3 * 60 },
    { minutes: 20, misbehave: { token: day === 12 ? 'hang' : 'answer-lost' }, once: true },
    { minutes: 2 * 60 + 47 },
    { minutes: day % 7 === 5 ? 32 * 60 : 8 * 60, asleep: true, tells: day % 5 !== 0 },
  ]
}

/** The state at the end of a day. */
export type Day = {
  timers: number
  sockets: number
  heapBytes: number
  /** Sessions in memory, of all that existed. */
  sessions: number
  triesAnHour: number
}

export type Month = {
  days: Day[]
  renewals: number
  failures: number
  /** When the provider received requests, in milliseconds since the epoch. */
  tries: number[]
  /** Waits for the current renewal, if there is one. */
  settled(): Promise<void>
  measure(sinceMs: number): Promise<Day>
}

/**
 * Lives through this many days. Checks that nobody has to sign in again, that nothing gets lost or
 * accumulates, and that the provider is not flooded. Returns what happened.
 */
export async function liveFor(
  days: number,
  signedIn: (options: SignedInOptions) => Promise<SignedIn>,
): Promise<Month> {
  const session = await signedIn({
    random: Math.random,
    requestTimeoutMs: 2_000,
    provider: { ...LIVES, refreshGraceS: 60 },
  })
  const { agent, clock, notices, provider, sessionStore } = session
  let newest: unknown
  provider.misbehave.tokenResponse = (json) => {
    newest = json['refresh_token']
    return json
  }
  const ended: string[] = []
  agent.subscribe((_model, { type }) => {
    if (type === 'session-ended' || type === 'signed-out') ended.push(type)
  })
  const month = watch(session)
  const endMs = clock.nowMs() + days * DAY
  for (let day = 0; clock.nowMs() < endMs; day++) {
    const sinceMs = clock.nowMs()
    for (const spell of planDay(day)) await live(session, month, spell)
    month.days.push(await month.measure(sinceMs))
  }

  // Nobody had to sign in again or was interrupted.
  expect(ended).toEqual([])
  expect(notices).toEqual([])
  const { tokens } = await agent.read(MINUTE)
  expect(agent.model()).toMatchObject({
    accounts: [{ kind: 'signed-in', renewal: { kind: 'idle' } }],
    storageProblems: [],
  })
  // The stored session is the newest one, and valid.
  expect((await sessionStore.read())!.tokens).toEqual(tokens)
  expect(tokens.refreshToken).toBe(newest)
  await agent.read(null)

  // Nothing accumulated.
  const lived = month.days
  expect(new Set(lived.map(({ timers }) => timers))).toEqual(new Set([1]))
  expect(Math.max(...lived.map(({ sessions }) => sessions))).toBeLessThanOrEqual(2)
  expect(Math.max(...lived.map(({ sockets }) => sockets))).toBeLessThanOrEqual(10)

  // The provider was not flooded: one renewal every 9 minutes, and ever fewer retries while it
  // failed.
  expect(Math.max(...lived.map(({ triesAnHour }) => triesAnHour))).toBeLessThan(10)
  expect(mostWithin(month.tries, MINUTE)).toBeLessThanOrEqual(6)
  expect(mostWithin(month.tries, HOUR)).toBeLessThanOrEqual(30)
  return month
}

function watch(session: SignedIn): Month {
  const { agent, clock, history, provider, sessionStore } = session
  let renewal = Promise.resolve()
  let done: () => void = () => undefined
  let sessions: WeakRef<Session>[] = []
  const { write } = sessionStore
  sessionStore.write = (held) => {
    sessions.push(new WeakRef(held))
    return write(held)
  }
  const month: Month = {
    days: [],
    renewals: 0,
    failures: 0,
    tries: [],
    async settled() {
      await renewal
      await new Promise((resolve) => setImmediate(resolve))
    },
    async measure(sinceMs) {
      // What the test itself keeps does not count as growth.
      for (const kept of [history, provider.tokenRequests] as unknown[][]) kept.length = 0
      await new Promise((resolve) => setImmediate(resolve))
      collectGarbage()
      sessions = sessions.filter((held) => held.deref() !== undefined)
      const hours = (clock.nowMs() - sinceMs) / HOUR
      return {
        timers: clock.pending(),
        sockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
        heapBytes: process.memoryUsage().heapUsed,
        sessions: sessions.length,
        triesAnHour: month.tries.filter((atMs) => atMs >= sinceMs).length / hours,
      }
    },
  }
  agent.subscribe((_model, { type }) => {
    if (type === 'renewal-started') {
      month.tries.push(clock.nowMs())
      renewal = new Promise((resolve) => (done = resolve))
    } else done()
    if (type === 'renewed') month.renewals += 1
    if (type === 'renewal-failed') month.failures += 1
  })
  return month
}

async function live(session: SignedIn, month: Month, spell: Spell): Promise<void> {
  const { agent, clock, provider } = session
  const { minutes, misbehave = {}, once = false, asleep = false, tells = false } = spell
  const names = Object.keys(misbehave) as (keyof Misbehaviour)[]
  const behave = (): void => {
    for (const name of names) provider.misbehave[name] = undefined
  }
  Object.assign(provider.misbehave, misbehave)
  const stop = agent.subscribe((_model, { type }) => {
    if (once && type === 'renewal-failed') behave()
  })
  const endMs = clock.nowMs() + minutes * MINUTE
  if (asleep) {
    clock.leap(minutes * MINUTE)
    if (tells) agent.wake()
    clock.advance(0)
    await month.settled()
  }
  while (clock.nowMs() < endMs) {
    // On to the next event. If it passed during an unreported sleep, a short nap further.
    const nextMs = renewsAtMs(session)
    const stepMs = nextMs > clock.nowMs() ? nextMs - clock.nowMs() : 15 * SECOND
    clock.advance(Math.min(stepMs, endMs - clock.nowMs()))
    await month.settled()
  }
  stop()
  behave()
  // An app asks for the token and uses it.
  if (names.length === 0 && !asleep) await useToken(session)
}

function renewsAtMs({ agent }: SignedIn): number {
  const session = defaultSession(agent.model())
  return session.kind === 'signed-in' ? (session.renewsAtMs ?? 0) : 0
}

async function useToken({ agent, provider }: SignedIn): Promise<void> {
  const { accessToken } = (await agent.read(MINUTE)).tokens
  const headers = { Authorization: `Bearer ${accessToken}` }
  const { status } = await fetch(`${provider.issuer}/userinfo`, { headers })
  expect(status).toBe(200)
}

const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

export function meanHeap(days: readonly Day[]): number {
  return days.reduce((sum, day) => sum + day.heapBytes, 0) / days.length
}

/** Counts the most times within any span. The times are sorted. */
function mostWithin(times: readonly number[], spanMs: number): number {
  let first = 0
  let most = 0
  for (const [last, atMs] of times.entries()) {
    while (atMs - times[first]! >= spanMs) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}
