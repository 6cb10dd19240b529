// A program has the person signed in, hangs up, and comes again.

import { setImmediate as turn } from 'node:timers/promises'
import { expect } from '../support/expect.js'
import type { AccountSession } from '../../main/agent/model.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { Problem } from '../../main/api/problem.js'
import {
  CLAIM_FAILURE_MS,
  CLAIM_MS,
  createProgramSignIns,
  type WantedSignIn,
} from '../../main/api/program-sign-in.js'
import type { Caller } from '../../main/net/caller.js'
import { NEVER } from '../support/app-flow.js'
import { NOT_FOUND, seenCaller } from '../support/callers.js'
import { createProviderSettings, test as base, type Fixture } from '../support/fixture.js'
import { answerLink } from '../support/person.js'
import { collectCalls, type Calls } from '../support/program-calls.js'

const APP = seenCaller()
const OTHER = seenCaller({ pid: 43, executable: { path: '/opt/other', file: '8:16' } })
const UNCERTAIN: Caller = { ...APP, kind: 'uncertain', doubts: ['environment'] }
const UNTOLD: Caller = { kind: 'untold' }

type Waiting = { result: Promise<AccountSession | Problem>; hangUp(): void }

type Desk = Fixture &
  Calls & {
    /** Calls, and waits until the call ends, or waits for the browser or for an answer. */
    call(
      caller: Caller,
      options?: { wanted?: Partial<WantedSignIn>; headers?: Record<string, string> },
    ): Promise<Waiting>
    /** Calls, and waits until another link is opened. */
    begin(caller: Caller): Promise<Waiting>
    /** Waits until every sign-in that has ended at the provider has its outcome. */
    kept(): Promise<void>
  }

const test = base.extend<{ desk: Desk }>({
  desk: async ({ start }, use) => {
    const fixture = await start({ provider: { signingAlg: 'ES256' } })
    // The test's clock stands still, so that the provider's seconds must not count.
    fixture.provider.misbehave.idToken = (claims) => void (claims['auth_time'] = claims['iat'])
    const calls = collectCalls(fixture)
    const { deps, settled } = collectEnds(calls)
    const signIns = createProgramSignIns(deps)
    const call: Desk['call'] = async (caller, { wanted, headers } = {}) => {
      const controller = new AbortController()
      const request = calls.from(caller, headers)
      const waits = Promise.withResolvers<void>()
      const hangUp = (): AbortSignal => {
        waits.resolve()
        return controller.signal
      }
      const result = signIns.signIn(request, { hangUp, ...wanted }).catch((thrown: unknown) => {
        if (thrown instanceof Problem) return thrown
        throw thrown
      })
      // Only a call that is about to wait asks whether its caller hangs up.
      await Promise.race([result, waits.promise])
      return { result, hangUp: () => controller.abort() }
    }
    await use({
      ...fixture,
      ...calls,
      call,
      async begin(caller) {
        const before = calls.links.length
        const waiting = await call(caller)
        await expect.poll(() => calls.links.length).toBe(before + 1)
        return waiting
      },
      async kept() {
        await settled()
        // Whoever waits for the same ends was first.
        await turn()
      },
    })
  },
})

/** Collects when the sign-ins of the calls end. */
function collectEnds({ deps }: Calls): { deps: Calls['deps']; settled(): Promise<unknown> } {
  const ends: Promise<unknown>[] = []
  const collect = <Args extends unknown[], Result>(run: (...args: Args) => Promise<Result>) => {
    return (...args: Args): Promise<Result> => {
      const end = run(...args)
      ends.push(end)
      return end
    }
  }
  const { api } = deps.agent
  const collecting = { ...api, begin: collect(api.begin), exchange: collect(api.exchange) }
  return {
    deps: { ...deps, agent: { ...deps.agent, api: collecting } },
    settled: () => Promise.allSettled(ends),
  }
}

/** The problem that a call ended with. */
async function problemOf({ result }: Waiting): Promise<Problem> {
  const ended = await result
  if (ended instanceof Problem) return ended
  throw new Error(`the call got ${ended.account.name}`)
}

async function accountOf({ result }: Waiting): Promise<AccountSession> {
  const ended = await result
  if (ended instanceof Problem) throw ended
  return ended
}

/** The person signs in by the tray. */
async function signInByTray({ signIn, reached }: Fixture): Promise<AccountSession> {
  await fetch(await answerLink(await signIn()))
  return (await reached('signed-in')).accounts[0]!
}

test('a sign-in in the browser is consent, and lasts for the program', async ({ desk }) => {
  const { begin, call, visit, agent, asked, links } = desk
  const waiting = await begin(APP)
  await visit()
  expect((await accountOf(waiting)).account.sub).toBe('alice')
  const [grant] = agent.consents.list().grants
  expect(grant).toMatchObject({ name: 'app', purposes: ['token'], account: { sub: 'alice' } })
  expect((await accountOf(await call(APP))).account.sub).toBe('alice')
  expect([asked.length, links.length]).toEqual([0, 1])
})

test('S24: while the screen is locked, no browser opens', async ({ desk }) => {
  const { call, agent, links } = desk
  agent.consents.isLocked = () => true
  expect(await problemOf(await call(APP))).toMatchObject({
    code: 'not-allowed',
    message: CONSENT_DETAILS.locked,
  })
  expect(links).toEqual([])
})

test('if the account is signed in, the person is asked, and no browser opens', async ({ desk }) => {
  const { call, answer, asked, links } = desk
  const { id } = await signInByTray(desk)
  const tabs = links.length
  const waiting = await call(APP)
  expect(asked).toEqual(['identity'])
  answer('once')
  expect((await accountOf(waiting)).id).toBe(id)
  const denied = await call(APP)
  answer('denied')
  expect(await problemOf(denied)).toMatchObject({
    code: 'not-allowed',
    message: CONSENT_DETAILS.denied,
  })
  expect(await problemOf(await call(APP))).toMatchObject({ code: 'not-allowed' })
  expect(links).toHaveLength(tabs)
})

for (const [name, caller] of [
  ['a program', APP],
  ['a process that may be another program', UNCERTAIN],
] as const) {
  test(`calls of ${name} share one tab, and hanging up cancels nothing`, async ({ desk }) => {
    const { begin, call, visit, links } = desk
    const first = await begin(caller)
    first.hangUp()
    expect(await problemOf(first)).toMatchObject({ code: 'cancelled' })
    const again = await call(caller)
    const third = await call(caller)
    third.hangUp()
    await visit()
    expect((await accountOf(again)).account.sub).toBe('alice')
    expect(links).toHaveLength(1)
  })

  test(`what ${name} missed is served once`, async ({ desk }) => {
    const { begin, call, visit, reached, asked } = desk
    const left = await begin(caller)
    left.hangUp()
    await visit()
    await reached('signed-in')
    expect((await accountOf(await call(caller))).account.sub).toBe('alice')
    expect(asked).toEqual([])
    // The next call is one of a program that is allowed, or one that the person is asked about.
    const next = await call(caller)
    expect(asked).toHaveLength(caller === APP ? 0 : 1)
    next.hangUp()
  })
}

test('another program opens its own tab, and brings the first one no consent', async ({ desk }) => {
  const { begin, call, visit, reached, asked, answer, links, agent } = desk
  const first = await begin(APP)
  const second = await begin(OTHER)
  expect(links).toHaveLength(2)
  await visit()
  expect((await accountOf(second)).account.sub).toBe('alice')
  await reached('signed-in')
  expect(agent.consents.list().grants).toHaveLength(1)
  const again = await call(APP)
  expect(asked).toEqual(['identity'])
  answer('denied')
  expect(await problemOf(again)).toMatchObject({ code: 'not-allowed' })
  first.hangUp()
})

for (const [name, caller] of [
  ['a program', APP],
  ['a process that may be another program', UNCERTAIN],
] as const) {
  test(`S24: what the provider completes alone is not consent for ${name}`, async ({ desk }) => {
    const { begin, call, visit, reached, asked, answer, agent, provider } = desk
    provider.misbehave.idToken = (claims) => {
      claims['auth_time'] = Number(claims['iat']) - 60
    }
    const left = await begin(caller)
    const waits = await call(caller)
    left.hangUp()
    await visit()
    await reached('signed-in')
    await expect.poll(() => asked).toEqual(['identity'])
    answer('once')
    expect((await accountOf(waits)).account.sub).toBe('alice')
    expect(agent.consents.list().grants).toEqual([])

    // The same if nobody waits for it.
    await agent.signOut()
    const alone = await begin(caller)
    alone.hangUp()
    await visit()
    await reached('signed-in')
    const again = await call(caller)
    await expect.poll(() => asked).toEqual(['identity', 'identity'])
    answer('denied')
    expect(await problemOf(again)).toMatchObject({ code: 'not-allowed' })
  })
}

test('S24: what a program missed is for no other program', async ({ desk }) => {
  const { begin, call, visit, reached, asked } = desk
  const left = await begin(UNCERTAIN)
  left.hangUp()
  await visit()
  await reached('signed-in')
  const stranger = await call({
    ...UNCERTAIN,
    process: { ...APP.process, pid: 99, startedAtTicks: '2000' },
  })
  expect(asked).toEqual(['identity'])
  stranger.hangUp()
  const unknown = await call(NOT_FOUND)
  expect(asked).toHaveLength(1) // The first question is still shown.
  unknown.hangUp()
  expect((await accountOf(await call(UNCERTAIN))).account.sub).toBe('alice')
})

for (const [name, caller] of [
  ['callers whose process is not found', NOT_FOUND],
  ['callers on a system that tells none', UNTOLD],
] as const) {
  test(`S24: ${name} share a tab, but only the first one needs no question`, async ({ desk }) => {
    const { begin, call, visit, answer, asked, links } = desk
    const first = await begin(caller)
    const second = await call(caller)
    expect(links).toHaveLength(1)
    await visit()
    expect((await accountOf(first)).account.sub).toBe('alice')
    await expect.poll(() => asked).toEqual(['identity'])
    answer('denied')
    expect(await problemOf(second)).toMatchObject({ code: 'not-allowed' })
  })
}

test('S24: what was missed ends with a denial, a sign-out and its time', async ({ desk }) => {
  const { begin, call, visit, reached, agent, answer, asked, clock, kept } = desk
  const miss = async (): Promise<void> => {
    const left = await begin(UNCERTAIN)
    left.hangUp()
    await visit()
    await reached('signed-in')
    await kept()
  }
  // 1. The person denies another program.
  await miss()
  const other = await call(OTHER)
  answer('denied')
  await other.result
  const asking = await call(UNCERTAIN)
  expect(asked).toHaveLength(2)
  answer('denied')
  await asking.result

  // 2. They sign out.
  await agent.signOut()
  clock.advance(600_000)
  await miss()
  await agent.signOut()
  const again = await begin(UNCERTAIN)
  again.hangUp()
  agent.cancel()
  await expect.poll(() => agent.model().signIns).toEqual([])
  await kept()
  clock.advance(CLAIM_FAILURE_MS)

  // 3. The program comes too late.
  await miss()
  clock.advance(CLAIM_MS)
  const late = await call(UNCERTAIN)
  expect(asked).toHaveLength(3)
  late.hangUp()
})

test('a failure is reported once to the program that missed it, for a short time', async ({
  desk,
}) => {
  const { begin, call, agent, clock, kept } = desk
  const fail = async (): Promise<void> => {
    const left = await begin(APP)
    left.hangUp()
    await left.result
    agent.cancel()
    await expect.poll(() => agent.model().signIns).toEqual([])
    await kept()
  }
  await fail()
  expect(await problemOf(await call(APP))).toMatchObject({ code: 'cancelled' })
  await fail()
  clock.advance(CLAIM_FAILURE_MS)
  const again = await begin(APP)
  agent.cancel()
  expect(await problemOf(again)).toMatchObject({ code: 'cancelled' })
})

test('the wait ends after 290 seconds, as for /pkce/code', async ({ desk }) => {
  const { begin, clock } = desk
  const waiting = await begin(APP)
  clock.advance(290_000)
  expect(await problemOf(waiting)).toMatchObject({ code: 'timeout' })
})

test('a key is consent for its account, and for no other person', async ({ desk }) => {
  const { agent, call, asked, links, visit } = desk
  const alice = await signInByTray(desk)
  await agent.consents.restore()
  const { key } = await agent.consents.createKey({ name: 'job', account: alice, scope: null })
  const headers = { authorization: `Bearer ${key}` }
  expect((await accountOf(await call(NOT_FOUND, { headers }))).id).toBe(alice.id)
  const other = await call(NOT_FOUND, { headers, wanted: { account: 'nobody22' } })
  expect(await problemOf(other)).toMatchObject({ message: CONSENT_DETAILS.keyOfOther })

  await agent.signOut()
  for (const [person, problem] of [
    ['bob', CONSENT_DETAILS.keyOfOther],
    ['alice', null],
  ] as const) {
    const tabs = links.length
    const waiting = await call(NOT_FOUND, { headers })
    await expect.poll(() => links.length).toBe(tabs + 1)
    await visit(person)
    const result = await waiting.result
    expect(result instanceof Problem ? result.message : null).toBe(problem)
  }
  expect(asked).toEqual([])
})

test('an account and a provider can be named', async ({ desk }) => {
  const { call, answer, deps } = desk
  const alice = await signInByTray(desk)
  for (const wanted of [{ account: alice.id }, { provider: 'TEST' }]) {
    const waiting = await call(APP, { wanted })
    answer('once')
    expect((await accountOf(waiting)).id).toBe(alice.id)
  }
  const nobody = await call(APP, { wanted: { account: 'nobody22' } })
  expect(await problemOf(nobody)).toMatchObject({ code: 'not-signed-in' })
  const nowhere = await call(APP, { wanted: { provider: 'elsewhere' } })
  expect(await problemOf(nowhere)).toMatchObject({ message: PROBLEM_DETAILS.noSuchProvider })

  const none = createProgramSignIns({ ...deps, providers: [] })
  await expect(none.signIn({ headers: {} } as never, { hangUp: () => NEVER })).rejects.toThrow(
    PROBLEM_DETAILS.noProvider,
  )
})

test('an account whose provider is no longer configured does not prevent a sign-in', async ({
  desk,
}) => {
  const { deps, from, links, provider, asked } = desk
  const alice = await signInByTray(desk)
  const tabs = links.length
  const settings = createProviderSettings(provider, { settings: { clientId: 'another' } })
  const signIns = createProgramSignIns({ ...deps, providers: [settings] })
  signIns.signIn(from(APP), { hangUp: () => NEVER }).catch(() => undefined)
  await expect.poll(() => links.length).toBe(tabs + 1)
  const named = from(APP, { 'x-latchkey-account': 'nobody22' })
  await expect(signIns.signIn(named, { hangUp: () => NEVER })).rejects.toThrow(
    PROBLEM_DETAILS.noSuchAccount,
  )
  expect([asked, alice.account.sub]).toEqual([[], 'alice'])
})

test('a prompt of none is not sent, because nobody would agree then', async ({ desk }) => {
  const { deps, from, links, provider } = desk
  for (const [prompt, sent] of [
    ['none', null],
    ['login', 'login'],
  ] as const) {
    const settings = createProviderSettings(provider, { settings: { prompt } })
    const tabs = links.length
    const signIns = createProgramSignIns({ ...deps, providers: [settings] })
    signIns.signIn(from(APP), { hangUp: () => NEVER }).catch(() => undefined)
    await expect.poll(() => links.length).toBe(tabs + 1)
    expect(new URL(links.at(-1)!).searchParams.get('prompt')).toBe(sent)
  }
})
