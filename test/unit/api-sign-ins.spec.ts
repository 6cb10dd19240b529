// The sign-ins of apps inside the agent: which program gets a code, for what, and for how long.

import { expect } from '../support/expect.js'
import type { BeginResult, ApiSignInRequest } from '../../main/agent/api-sign-in.js'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import type { Caller } from '../../main/net/caller.js'
import { seenCaller } from '../support/callers.js'
import { codeChallenge, createVerifier } from '../../main/oauth/pkce.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { test, type Fixture } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

const REDIRECT_URI = 'http://127.0.0.1:1/pkce/response/code'
const BY_API: Partial<ApiSignInRequest> = {
  redirectTarget: { kind: 'api', redirectUri: REDIRECT_URI },
  byFormPost: true,
}

type Asked = { request: ApiSignInRequest; begun: Promise<BeginResult>; link: string }

/** Begins a sign-in, and returns its link when the browser would open. */
async function begin(
  { agent }: Fixture,
  changes: Partial<ApiSignInRequest> = {},
  hangUp = NEVER,
  askCaller?: () => Promise<Caller>,
): Promise<Asked> {
  const request = appFlow(changes)
  let begun: Promise<BeginResult>
  const link = await new Promise<string>((resolve) => {
    const unsubscribe = agent.subscribe((_model, event) => {
      if (event.type !== 'link-ready' || event.state !== request.state) return
      unsubscribe()
      resolve(event.link)
    })
    begun = agent.api.begin(request, hangUp, askCaller)
  })
  return { request, begun: begun!, link }
}

const answerTo = ({ request }: Asked, changes: Record<string, string> = {}): URLSearchParams =>
  new URLSearchParams({ state: request.state, code: 'the-code', ...changes })

/** Returns the proof of a sign-in of an app that keeps its verifier, answered by the person. */
async function answered(
  fixture: Fixture,
): Promise<{ code: string; redirectUri: string; verifier: string }> {
  const verifier = createVerifier()
  const { begun, link } = await begin(fixture, {
    verifier: null,
    challenge: codeChallenge(verifier),
  })
  await fetch(await answerLink(link))
  const ended = await begun
  if (ended.kind !== 'answered') throw new Error(`the sign-in is ${ended.kind}`)
  return { code: ended.code, redirectUri: ended.redirectUri, verifier }
}

test('if no browser can be opened, the person is told, and the app waits until the sign-in ends', async ({
  start,
}) => {
  const fixture = await start({ openBrowser: () => Promise.reject(new Error('no browser')) })
  const { agent, clock } = fixture
  const messageFor = ({ request }: Asked): string | null | undefined =>
    agent.model().signIns.find(({ state }) => state === request.state)?.message
  const first = await begin(fixture)
  await expect.poll(() => messageFor(first)).toBe(SIGN_IN_MESSAGES.noBrowser)
  expect(agent.link()).toBe(first.link)
  await fetch(await answerLink(first.link))
  expect((await first.begun).kind).toBe('answered')

  const second = await begin(fixture)
  await expect.poll(() => messageFor(second)).toBe(SIGN_IN_MESSAGES.noBrowser)
  clock.advance(300_000)
  expect(await second.begun).toMatchObject({ kind: 'ended', result: { kind: 'expired' } })
})

test.describe('S24: a code is exchanged', () => {
  test('only with its own verifier, redirect URI, client and audience', async ({ start }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const own = await answered(fixture)
    const other = await answered(fixture)
    for (const [changes, what] of [
      [{ verifier: other.verifier }, 'code_verifier'],
      [{ verifier: codeChallenge(own.verifier) }, 'code_verifier'],
      [{ verifier: '' }, 'code_verifier'],
      [{ redirectUri: '' }, 'redirect_uri'],
      [{ redirectUri: `${own.redirectUri}/` }, 'redirect_uri'],
      [{ redirectUri: own.redirectUri.replace('127.0.0.1', 'localhost') }, 'redirect_uri'],
      [{ clientId: '' }, 'client_id'],
      [{ clientId: `${provider.clientId}2` }, 'client_id'],
      [{ audience: 'https://api.example' }, 'audience'],
    ] as const) {
      expect(await agent.api.exchange({ ...own, ...changes })).toEqual({ kind: 'mismatch', what })
    }
    expect(await agent.api.exchange({ ...own, code: 'x' })).toEqual({ kind: 'unknown' })
    expect(provider.requests.token).toBe(0)
    expect(await agent.api.exchange(own)).toMatchObject({ kind: 'signed-in', code: own.code })
    expect(provider.tokenRequests.map((request) => request.get('code'))).toEqual([own.code])
  })

  test('once', async ({ start }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const own = await answered(fixture)
    const both = await Promise.all([agent.api.exchange(own), agent.api.exchange(own)])
    expect(both.map(({ kind }) => kind)).toEqual(['signed-in', 'spent'])
    expect(await agent.api.exchange(own)).toEqual({ kind: 'spent' })
    expect(provider.requests.token).toBe(1)
  })

  test('without a verifier only if the service made the verifier', async ({ start }) => {
    const fixture = await start()
    await answered(fixture)
    expect(await fixture.agent.api.exchangeLatest(() => true)).toEqual({ kind: 'unknown' })
    expect(fixture.provider.requests.token).toBe(0)
  })

  test('within ten minutes', async ({ start }) => {
    const fixture = await start()
    const own = await answered(fixture)
    const late = await answered(fixture)
    fixture.clock.advance(599_999)
    expect((await fixture.agent.api.exchange(own)).kind).toBe('signed-in')
    fixture.clock.advance(1)
    expect(await fixture.agent.api.exchange(late)).toEqual({ kind: 'unknown' })
    expect(fixture.agent.model().signIns).toEqual([])
  })
})

test.describe('an answer that is delivered to the API', () => {
  test('S24: ends no sign-in that waits at the listener', async ({ start }) => {
    const fixture = await start()
    const asked = await begin(fixture)
    for (const from of ['page', 'program'] as const) {
      expect(fixture.agent.api.deliver(answerTo(asked), from)).toEqual({ kind: 'ignored' })
    }
    expect(fixture.agent.model().signIns).toMatchObject([{ phase: 'waiting' }])
    await fetch(await answerLink(asked.link))
    expect((await asked.begun).kind).toBe('answered')
  })

  test('S01, S06: is ignored without its state, or without a code', async ({ start }) => {
    const fixture = await start()
    const { api } = fixture.agent
    const asked = await begin(fixture, BY_API)
    for (const changes of [{ state: 'other' }, { state: '' }, { code: '' }, { code: ' ' }]) {
      expect(api.deliver(answerTo(asked, changes), 'program')).toEqual({ kind: 'ignored' })
    }
    const twice = answerTo(asked)
    twice.append('state', asked.request.state)
    expect(api.deliver(twice, 'program')).toEqual({ kind: 'ignored' })
    expect(api.deliver(answerTo(asked), 'program')).toMatchObject({ kind: 'delivered' })
  })

  test('S05: from a page needs the iss that is promised; a wrong iss is rejected from any sender', async ({
    start,
  }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    for (const [from, iss] of [
      ['page', null],
      ['page', 'https://evil.example'],
      ['program', 'https://evil.example'],
    ] as const) {
      const asked = await begin(fixture, BY_API)
      const answer = answerTo(asked, iss === null ? {} : { iss })
      expect(agent.api.deliver(answer, from)).toMatchObject({
        kind: 'denied',
        error: { code: 'issuer-mismatch' },
      })
      expect((await asked.begun).kind).toBe('ended')
    }
    for (const [from, iss] of [
      ['page', provider.issuer],
      ['program', null],
    ] as const) {
      const asked = await begin(fixture, BY_API)
      const answer = answerTo(asked, iss === null ? {} : { iss })
      expect(agent.api.deliver(answer, from)).toMatchObject({ kind: 'delivered' })
    }
  })

  test('that is pasted must be at the redirect URI that the provider was sent', async ({
    start,
  }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const asked = await begin(fixture, BY_API)
    const answer = answerTo(asked, { iss: provider.issuer })
    for (const place of ['http://127.0.0.1:1/callback', 'http://127.0.0.1:2/pkce/response/code']) {
      expect(agent.api.paste(new URL(`${place}?${answer}`))).toBe(false)
    }
    expect(agent.model().signIns).toMatchObject([{ phase: 'waiting' }])
    expect(agent.api.paste(new URL(`${REDIRECT_URI}?${answer}`))).toBe(true)
    expect(await asked.begun).toMatchObject({ kind: 'answered', code: 'the-code' })
  })
})

const seen = (path: string, pid: number): Caller =>
  seenCaller({ pid, executable: { path, file: '8:15' } })

test.describe('S24: a sign-in that waits', () => {
  const FIRST = (): Promise<Caller> => Promise.resolve(seen('/opt/first', 1))
  const OTHER = (): Promise<Caller> => Promise.resolve(seen('/opt/other', 2))

  test('cannot begin twice, and cannot be resumed while its caller waits', async ({ start }) => {
    const fixture = await start()
    const { api } = fixture.agent
    const { request } = await begin(fixture, {}, NEVER, FIRST)
    expect(await api.begin(request, NEVER, FIRST)).toEqual({ kind: 'in-use' })
    expect(await api.begin(appFlow({ state: request.state }), NEVER, OTHER)).toEqual({
      kind: 'in-use',
    })
    expect(fixture.agent.model().signIns).toHaveLength(1)
  })

  test('can be resumed by the program that began it, with the same request', async ({ start }) => {
    const fixture = await start()
    const { api } = fixture.agent
    const hangUp = new AbortController()
    const { request, begun, link } = await begin(fixture, {}, hangUp.signal, FIRST)
    hangUp.abort()
    expect((await begun).kind).toBe('ended')

    expect(await api.begin(request, NEVER, OTHER)).toEqual({ kind: 'in-use' })
    expect(await api.begin(request, NEVER)).toEqual({ kind: 'in-use' })
    for (const changes of [{ challenge: 'x' }, { verifier: null }, { scope: 'openid email' }]) {
      expect(await api.begin({ ...request, ...changes }, NEVER, FIRST)).toEqual({ kind: 'in-use' })
    }
    const again = api.begin(request, NEVER, FIRST)
    await expect.poll(() => fixture.agent.model().signIns[0]?.abandoned).toBe(false)
    await fetch(await answerLink(link))
    expect((await again).kind).toBe('answered')
  })

  test('is abandoned again if the program hangs up during the check', async ({ start }) => {
    const fixture = await start()
    const hangUp = new AbortController()
    const { request, begun } = await begin(fixture, {}, hangUp.signal, FIRST)
    hangUp.abort()
    await begun
    const again = new AbortController()
    const ended = fixture.agent.api.begin(request, again.signal, () => {
      again.abort()
      return FIRST()
    })
    expect(await ended).toEqual({ kind: 'ended', result: { kind: 'cancelled' } })
    expect(fixture.agent.model().signIns).toMatchObject([{ abandoned: true }])
  })

  test('gives its code to no program once its app has hung up', async ({ start }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const hangUp = new AbortController()
    const { request, link } = await begin(fixture, {}, hangUp.signal, FIRST)
    hangUp.abort()
    const callback = await answerLink(link)
    expect(await (await fetch(callback)).text()).toContain(PAGE_MESSAGES.abandoned.heading)
    await expect.poll(() => agent.model().signIns).toEqual([])
    const code = new URL(callback).searchParams.get('code')!
    const redirectUri = new URL(link).searchParams.get('redirect_uri')!
    const proof = { code, redirectUri, verifier: request.verifier! }
    expect(await agent.api.exchange(proof)).toEqual({ kind: 'unknown' })
    expect(await agent.api.exchangeLatest(() => true)).toEqual({ kind: 'unknown' })
    expect(provider.requests.token).toBe(0)
  })
})

test('closing answers the waiting apps first, and no sign-in begins afterwards', async ({
  start,
}) => {
  const fixture = await start()
  const { api } = fixture.agent
  await answered(fixture)
  const { begun } = await begin(fixture)
  let told: BeginResult | null = null
  const listening = begun.then((ended) => (told = ended))
  await api.close()
  expect(told).toEqual({ kind: 'ended', result: { kind: 'cancelled' } })
  await listening
  expect(fixture.agent.model().signIns).toEqual([])
  expect(await api.begin(appFlow(), NEVER)).toEqual({
    kind: 'ended',
    result: { kind: 'cancelled' },
  })
})

test('S26: the latest 1,024 spent codes are remembered', async ({ start }) => {
  test.slow()
  const fixture = await start()
  const { agent, clock } = fixture
  const proofs: { code: string; redirectUri: string; verifier: string }[] = []
  const spend = async (index: number): Promise<void> => {
    const asked = await begin(fixture, BY_API)
    const proof = {
      code: `code-${index}`,
      redirectUri: REDIRECT_URI,
      verifier: asked.request.verifier!,
    }
    agent.api.deliver(answerTo(asked, { code: proof.code }), 'program')
    expect((await asked.begun).kind).toBe('answered')
    // The provider does not know this code, but it still counts as used.
    expect((await agent.api.exchange(proof)).kind).toBe('ended')
    proofs[index] = proof
  }
  // By itself, so that it is certainly the oldest.
  await spend(0)
  clock.advance(60_000)
  for (let index = 1; index < 1_025; index += 4) {
    await Promise.all([0, 1, 2, 3].map((more) => spend(index + more)))
    clock.advance(60_000)
  }
  const kinds = await Promise.all(
    [0, 1, 2, 512, 1_024].map(async (at) => (await agent.api.exchange(proofs[at]!)).kind),
  )
  expect(kinds).toEqual(['unknown', 'spent', 'spent', 'spent', 'spent'])
})
