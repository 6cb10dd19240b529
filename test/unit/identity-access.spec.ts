// S24: what a program learns about who is signed in, while the person is asked in the background.

import { expect } from '../support/expect.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { createIdentityAccess } from '../../main/api/identity-access.js'
import { DENIED_MS } from '../../main/consent/pauses.js'
import type { Caller } from '../../main/net/caller.js'
import { NOT_FOUND, seenCaller } from '../support/callers.js'
import { NEVER } from '../support/app-flow.js'
import { test as base, type Fixture } from '../support/fixture.js'
import { answerLink } from '../support/person.js'
import { collectCalls, type Calls } from '../support/program-calls.js'

const APP = seenCaller()
const OTHER = seenCaller({ pid: 43, executable: { path: '/opt/other', file: '8:16' } })
const UNCERTAIN: Caller = { ...APP, kind: 'uncertain', doubts: ['environment'] }

type Watched = Fixture & Calls & { identity: ReturnType<typeof createIdentityAccess>; id: string }

const test = base.extend<{ watched: Watched }>({
  watched: async ({ start }, use) => {
    const fixture = await start({ provider: { signingAlg: 'ES256' } })
    const calls = collectCalls(fixture)
    await fetch(await answerLink(await fixture.signIn()))
    const [alice] = (await fixture.reached('signed-in')).accounts
    await use({ ...fixture, ...calls, identity: createIdentityAccess(calls.deps), id: alice!.id })
  },
})

test('a program sees nobody until the person allows it, and is asked about once', async ({
  watched: { identity, from, asked, answer, id },
}) => {
  for (let call = 0; call < 3; call++) {
    expect(await identity.peek(from(APP))).toBeNull()
    expect(await identity.list(from(APP))).toEqual([])
  }
  expect(asked).toEqual(['identity'])
  answer('always')
  expect((await identity.peek(from(APP)))?.id).toBe(id)
  expect((await identity.list(from(APP))).map((one) => one.id)).toEqual([id])
  expect(asked).toHaveLength(1)

  expect(await identity.peek(from(OTHER))).toBeNull()
  expect(asked).toHaveLength(2)
})

test('an unknown ID and a known one get the same answer', async ({
  watched: { identity, from, id },
}) => {
  for (const sent of [id, 'nobody22', '']) {
    const headers = { 'x-latchkey-account': sent }
    expect(await identity.peek(from(APP, headers))).toBeNull()
    expect(await identity.list(from(APP, headers))).toEqual([])
  }
})

test('if nobody is signed in, nobody is asked', async ({
  watched: { agent, identity, from, asked },
}) => {
  await agent.signOut()
  expect(await identity.peek(from(APP))).toBeNull()
  expect(await identity.list(from(APP))).toEqual([])
  expect(asked).toEqual([])
})

test('callers without a process are not asked about, and see nobody', async ({
  watched: { identity, from, asked },
}) => {
  for (const caller of [NOT_FOUND, { kind: 'untold' }] as const) {
    expect(await identity.peek(from(caller))).toBeNull()
    expect(await identity.list(from(caller))).toEqual([])
  }
  expect(asked).toEqual([])
})

test('“Allow once” is for one call, or for one connection', async ({
  watched: { identity, from, asked, answer, id },
}) => {
  await identity.peek(from(UNCERTAIN))
  answer('once')
  expect((await identity.peek(from(UNCERTAIN)))?.id).toBe(id)
  expect(await identity.peek(from(UNCERTAIN))).toBeNull()
  expect(asked).toHaveLength(2)
  answer('once')
  const request = from(UNCERTAIN)
  const follower = identity.follow(request)
  for (let change = 0; change < 3; change++) expect((await follower.current())?.id).toBe(id)
  expect(asked).toHaveLength(2)
  const another = identity.follow(from(UNCERTAIN))
  expect(await another.current()).toBeNull()
  expect(asked).toHaveLength(3)
  follower.close()
  another.close()
})

test('a connection that another program took over is asked about again', async ({
  watched: { deps, answer, id },
}) => {
  let caller: Caller = UNCERTAIN
  const access = createIdentityAccess({ ...deps, findCaller: () => Promise.resolve(caller) })
  const follower = access.follow({ headers: {} } as never)
  await follower.current()
  answer('once')
  expect((await follower.current())?.id).toBe(id)
  caller = { ...UNCERTAIN, process: { ...APP.process, pid: 99 } }
  expect(await follower.current()).toBeNull()
  follower.close()
})

test('what was allowed once ends when the person signs out', async ({
  watched: { identity, from, answer, agent, signIn, reached },
}) => {
  const follower = identity.follow(from(UNCERTAIN))
  await follower.current()
  answer('once')
  expect(await follower.current()).not.toBeNull()
  await agent.signOut()
  expect(await follower.current()).toBeNull()
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  expect(await follower.current()).toBeNull()
  follower.close()
})

test('a call that waits learns what the person has decided, and is not asked about twice', async ({
  watched: { identity, from, answer, asked, id },
}) => {
  const waiting = [
    identity.list(from(UNCERTAIN), () => NEVER),
    identity.peek(from(UNCERTAIN), () => NEVER),
  ] as const
  await expect.poll(() => asked).toEqual(['identity'])
  answer('once')
  expect((await waiting[0]).map((one) => one.id)).toEqual([id])
  expect((await waiting[1])?.id).toBe(id)
  expect(asked).toHaveLength(1)

  const denied = identity.list(from(UNCERTAIN), () => NEVER)
  await expect.poll(() => asked).toHaveLength(2)
  answer('denied')
  await expect(denied).rejects.toThrow(CONSENT_DETAILS.denied)
})

test('a connection that waits is asked about once, and holds what the person allowed once', async ({
  watched: { identity, from, answer, asked, agent, id },
}) => {
  const follower = identity.follow(from(UNCERTAIN))
  const first = follower.current({ patience: () => NEVER })
  await expect.poll(() => asked).toEqual(['identity'])
  answer('once')
  expect((await first)?.id).toBe(id)
  expect((await follower.current())?.id).toBe(id)
  expect(asked).toHaveLength(1)
  await agent.signOut()
  expect(await follower.current()).toBeNull()
  follower.close()
})

test('a connection that waits fails if the person denies it', async ({
  watched: { identity, from, answer, asked },
}) => {
  const follower = identity.follow(from(UNCERTAIN))
  const first = follower.current({ patience: () => NEVER })
  await expect.poll(() => asked).toEqual(['identity'])
  answer('denied')
  await expect(first).rejects.toThrow(CONSENT_DETAILS.denied)
  follower.close()
})

test('a connection that waited loses what the person allowed for good and took back', async ({
  watched: { identity, from, answer, asked, agent, id },
}) => {
  const follower = identity.follow(from(APP))
  const first = follower.current({ patience: () => NEVER })
  await expect.poll(() => asked).toEqual(['identity'])
  answer('always')
  expect((await first)?.id).toBe(id)
  await agent.consents.forget(agent.model().consents.grants[0]!.id)
  expect(await follower.current({ isQuiet: true })).toBeNull()
  follower.close()
})

test('a call that waits and names an unknown account gets that answer', async ({
  watched: { identity, from, asked },
}) => {
  const request = from(APP, { 'x-latchkey-account': 'nobody22' })
  await expect(identity.peek(request, () => NEVER)).rejects.toThrow(PROBLEM_DETAILS.noSuchAccount)
  await expect(identity.list(request, () => NEVER)).rejects.toThrow(PROBLEM_DETAILS.noSuchAccount)
  expect(asked).toEqual([])
})

test('a denied program sees nobody, and asks nobody for ten minutes', async ({
  watched: { identity, from, answer, asked, clock },
}) => {
  await identity.peek(from(APP))
  answer('denied')
  for (let call = 0; call < 3; call++) expect(await identity.peek(from(APP))).toBeNull()
  expect(await identity.list(from(APP))).toEqual([])
  expect(asked).toHaveLength(1)
  clock.advance(DENIED_MS)
  expect(await identity.peek(from(APP))).toBeNull()
  expect(asked).toHaveLength(2)
})

test('after the person forgets a program, it sees nobody again', async ({
  watched: { agent, identity, from, answer },
}) => {
  const follower = identity.follow(from(APP))
  await follower.current()
  answer('always')
  expect(await follower.current()).not.toBeNull()
  expect(await agent.consents.forget('app')).toBe(true)
  expect(await follower.current()).toBeNull()
  expect(await identity.peek(from(APP))).toBeNull()
  expect(await identity.list(from(APP))).toEqual([])
  follower.close()
})

test('S24: a key shows only its account, and a wrong key is reported', async ({
  watched: { agent, identity, from, id, asked, signIn },
}) => {
  await fetch(await answerLink(await signIn({ kind: 'other' }), 'account=bob'))
  await expect.poll(() => agent.model().accounts).toHaveLength(2)
  const { accounts } = agent.model()
  await agent.consents.restore()
  const { key } = await agent.consents.createKey({
    name: 'job',
    account: accounts[0]!,
    scope: null,
  })
  const good = from(NOT_FOUND, { authorization: `Bearer ${key}` })
  expect((await identity.peek(good))?.id).toBe(id)
  expect((await identity.list(good)).map((one) => one.id)).toEqual([id])
  const bad = from(APP, { authorization: 'Bearer latchkey_wrong' })
  for (const called of [identity.peek(bad), identity.list(bad), identity.follow(bad).current()]) {
    await expect(called).rejects.toThrow(CONSENT_DETAILS.wrongKey)
  }
  await agent.signOut(id)
  expect(await identity.peek(good)).toBeNull()
  expect(await identity.list(good)).toEqual([])
  expect(asked).toEqual([])
})
