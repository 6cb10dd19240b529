// Days in the life of fifty accounts at two providers, on a simulated clock.

import { readFileSync } from 'node:fs'
import { createAgent, type Agent } from '../../main/agent/agent.js'
import type { AccountSession } from '../../main/agent/model.js'
import { createHttp } from '../../main/net/http.js'
import { createCallbackListener } from '../../main/oauth/callback-listener.js'
import type { StoredAccount } from '../../main/storage/account-store.js'
import { createMemoryAccounts } from '../../main/storage/memory-accounts.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'
import { createTestClock, type TestClock } from './clock.js'
import { createProviderSettings } from './fixture.js'
import { owners } from './owners.js'
import { answerLink } from './person.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const ACCOUNTS_AT_EACH = 25

/** Two providers, by how long their access tokens last. They forget what they issued after four days. */
const LIVES_MS: Readonly<Record<string, number>> = { work: HOUR, home: 2 * HOUR }
const REFRESH_TOKEN_TTL_S = (4 * DAY) / SECOND

export type Fifty = {
  agent: Agent
  clock: TestClock
  /** By ID, as they were stored last. */
  stored: ReadonlyMap<string, StoredAccount>
  providers: readonly (RunningProvider & { name: string; lifeMs: number })[]
  close(): Promise<void>
}

/** Signs everyone in, a minute apart. The caller closes it. */
export async function startFifty(): Promise<Fifty> {
  const clock = createTestClock()
  const providers = await Promise.all(
    Object.entries(LIVES_MS).map(async ([name, lifeMs]) => ({
      name,
      lifeMs,
      ...(await startProvider({
        signingAlg: 'ES256',
        clock,
        guests: ACCOUNTS_AT_EACH,
        accessTokenTtlS: lifeMs / SECOND,
        refreshTokenTtlS: REFRESH_TOKEN_TTL_S,
      })),
    })),
  )
  const stored = new Map<string, StoredAccount>()
  const accountStore = createMemoryAccounts()
  const agent = createAgent({
    providers: providers.map((provider) =>
      createProviderSettings(provider, { settings: { name: provider.name } }),
    ),
    signInTimeoutMs: 5 * MINUTE,
    // A time limit's timer is kept until it runs out in real time, in which thirty days are short.
    http: createHttp({ timeoutMs: 2_000, spendingTimeoutMs: 2_000 }),
    clock,
    listener: createCallbackListener({ clock, owners }),
    accountStore: {
      ...accountStore,
      write(account) {
        stored.set(account.id, account)
        return accountStore.write(account)
      },
    },
    openBrowser: () => Promise.resolve(),
  })
  for (const { name } of providers) {
    for (let number = 1; number <= ACCOUNTS_AT_EACH; number += 1) {
      await signIn(agent, name, `guest-${number}`)
      clock.advance(MINUTE)
    }
  }
  const close = async (): Promise<void> => {
    const closed = agent.close()
    clock.advance(MINUTE)
    await Promise.all([closed, ...providers.map((provider) => provider.close())])
  }
  return { agent, clock, stored, providers, close }
}

async function signIn(agent: Agent, provider: string, person: string): Promise<void> {
  const link = new Promise<string>((resolve) => {
    const unsubscribe = agent.subscribe((_model, event) => {
      if (event.type !== 'link-ready') return
      unsubscribe()
      resolve(event.link)
    })
  })
  const signedIn = new Promise<void>((resolve) => {
    const unsubscribe = agent.subscribe((_model, { type }) => {
      if (type !== 'signed-in') return
      unsubscribe()
      resolve()
    })
  })
  agent.signIn({ kind: 'provider', name: provider })
  await fetch(await answerLink(await link, `account=${person}`))
  await signedIn
}

export type FiftyDays = {
  /** How many timers were set at the end of each day. */
  timers: readonly number[]
  /** How often each account was renewed, by ID. */
  renewals: ReadonlyMap<string, number>
  /** How many renewals each provider was asked for, by name. */
  requests: ReadonlyMap<string, number>
  /** The events that should not have happened. */
  unwanted: readonly string[]
}

/** Lives through this many days, from one renewal to the next. */
export async function liveWithFifty(fifty: Fifty, days: number): Promise<FiftyDays> {
  const { agent, clock, providers } = fifty
  const renewals = new Map<string, number>()
  const requests = new Map(providers.map(({ name }) => [name, 0]))
  const unwanted: string[] = []
  const timers: number[] = []
  for (const { tokenRequests } of providers) empty(tokenRequests)
  const unsubscribe = agent.subscribe((_model, event) => {
    if (event.type === 'renewed') renewals.set(event.id, (renewals.get(event.id) ?? 0) + 1)
    else if (event.type !== 'renewal-started') unwanted.push(event.type)
  })
  for (let day = 1; day <= days; day += 1) {
    await liveUntil(fifty, clock.nowMs() + DAY)
    for (const { name, tokenRequests } of providers) {
      requests.set(name, requests.get(name)! + tokenRequests.length)
      // What the test itself keeps does not count as growth.
      empty(tokenRequests)
    }
    timers.push(clock.pending())
  }
  unsubscribe()
  return { timers, renewals, requests, unwanted }
}

async function liveUntil({ agent, clock }: Fifty, endMs: number): Promise<void> {
  while (clock.nowMs() < endMs) {
    const nextMs = Math.min(endMs, ...agent.model().accounts.map(renewsAtMs))
    clock.advance(nextMs - clock.nowMs())
    // The providers answer in real time.
    while (agent.model().accounts.some((account) => renewsAtMs(account) <= clock.nowMs())) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

function renewsAtMs(session: AccountSession): number {
  return session.kind === 'signed-in' ? (session.renewsAtMs ?? Infinity) : Infinity
}

function empty(list: readonly unknown[]): void {
  ;(list as unknown[]).length = 0
}

type Snapshot = {
  snapshot: { meta: { node_fields: readonly string[] } }
  nodes: readonly number[]
}

/** Adds up all objects in a heap snapshot: those that could still be reached when it was written. */
export function measureBytes(path: string): number {
  const { snapshot, nodes } = JSON.parse(readFileSync(path, 'utf8')) as Snapshot
  const { node_fields: fields } = snapshot.meta
  let bytes = 0
  for (let index = fields.indexOf('self_size'); index < nodes.length; index += fields.length) {
    bytes += nodes[index]!
  }
  return bytes
}
