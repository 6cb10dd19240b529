// The provider object: which requests its cache saves, and which changes it still notices.

import { createHttp, type Http, type HttpRequest } from '../../main/net/http.js'
import { createProvider, wasNeverSent, type Provider } from '../../main/oauth/provider.js'
import { AuthError } from '../../main/base/errors.js'
import { createTestClock, type TestClock } from '../support/clock.js'
import { answerLink } from '../support/person.js'
import { expect, HOUR, MINUTE, SECOND, test } from '../support/signed-in.js'
import { defaultSession } from '../../main/agent/model.js'

const ISSUER = 'https://id.example'

type Site = {
  provider: Provider
  clock: TestClock
  /** The paths that were requested, oldest first. */
  paths: string[]
  /** The members of the metadata; change them at any time. */
  metadata: Record<string, unknown>
  /** Paths that answer with this status instead. */
  broken: Map<string, number>
}

/** A provider whose answers the test sets, and the provider object for it. */
function createSite(answer: (request: HttpRequest) => Promise<void> = async () => {}): Site {
  const clock = createTestClock()
  const paths: string[] = []
  const broken = new Map<string, number>()
  const metadata: Record<string, unknown> = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/keys`,
  }
  const http: Http = async (request) => {
    const { pathname } = new URL(request.url)
    paths.push(pathname)
    await answer(request)
    const body = JSON.stringify(pathname.startsWith('/.well-known') ? metadata : { keys: [] })
    return { status: broken.get(pathname) ?? 200, body, dateMs: null, retryAfterMs: null }
  }
  const provider = createProvider({ http, clock }, { issuer: ISSUER, clientId: 'c' })
  return { provider, clock, paths, metadata, broken }
}

const METADATA_PATH = '/.well-known/openid-configuration'

test.describe('the metadata', () => {
  test('are read once an hour', async () => {
    const { provider, clock, paths } = createSite()
    await provider.readMetadata()
    clock.advance(HOUR - 1)
    await provider.readMetadata()
    expect(paths).toEqual([METADATA_PATH])
    clock.advance(1)
    await provider.readMetadata()
    expect(paths).toHaveLength(2)
  })

  test('are read again if the caller needs newer ones, or if the clock was set back', async () => {
    const { provider, clock, paths } = createSite()
    await provider.readMetadata()
    clock.advance(5 * SECOND)
    await provider.readMetadata({ maxAgeMs: 5 * SECOND })
    expect(paths).toHaveLength(2)
    clock.leap(-MINUTE)
    await provider.readMetadata()
    expect(paths).toHaveLength(3)
  })

  test('are read again after they could not be read', async () => {
    const { provider, paths, broken } = createSite()
    broken.set(METADATA_PATH, 503)
    await expect(provider.readMetadata()).rejects.toMatchObject({ code: 'provider-error' })
    broken.clear()
    await provider.readMetadata()
    expect(paths).toHaveLength(2)
  })

  test('are requested once for callers that ask at the same time', async () => {
    const { provider, paths } = createSite()
    await Promise.all([provider.readMetadata(), provider.readMetadata(), provider.keys.read()])
    expect(paths).toEqual([METADATA_PATH, '/keys'])
  })
})

test.describe('a caller that stops waiting', () => {
  test('leaves the request to the other callers', async () => {
    let release: () => void = () => undefined
    const { provider } = createSite(() => new Promise((resolve) => (release = resolve)))
    const controller = new AbortController()
    const first = provider.readMetadata({ signal: controller.signal })
    const second = provider.readMetadata()
    controller.abort(new Error('stopped'))
    await expect(first).rejects.toThrow('stopped')
    release()
    expect((await second).issuer).toBe(ISSUER)
  })

  test('aborts the request if no other caller waits', async () => {
    let sent: AbortSignal | undefined
    const { provider } = createSite(({ signal }) => {
      sent = signal
      return new Promise(() => undefined)
    })
    const controller = new AbortController()
    const reading = provider.readMetadata({ signal: controller.signal })
    controller.abort(new Error('stopped'))
    await expect(reading).rejects.toThrow('stopped')
    expect(sent?.aborted).toBe(true)
  })
})

test.describe('the signing keys', () => {
  test('are read once an hour', async () => {
    const { provider, clock, paths } = createSite()
    const keyReads = (): number => paths.filter((path) => path === '/keys').length
    await provider.keys.read()
    clock.advance(HOUR - 1)
    await provider.keys.read()
    expect(keyReads()).toBe(1)
    clock.advance(1)
    await provider.keys.read()
    expect(keyReads()).toBe(2)
  })

  test('are read again if the caller needs newer ones', async () => {
    const { provider, clock, paths } = createSite()
    await provider.keys.read()
    clock.advance(5 * SECOND - 1)
    await provider.keys.read({ maxAgeMs: 5 * SECOND })
    expect(paths.filter((path) => path === '/keys')).toHaveLength(1)
    clock.advance(1)
    await provider.keys.read({ maxAgeMs: 5 * SECOND })
    expect(paths.filter((path) => path === '/keys')).toHaveLength(2)
  })

  test('are read again on request, and after they could not be read', async () => {
    const { provider, paths, broken } = createSite()
    broken.set('/keys', 503)
    await expect(provider.keys.read()).rejects.toMatchObject({ code: 'provider-error' })
    broken.clear()
    await provider.keys.read()
    await provider.keys.read()
    await provider.keys.read({ again: true })
    expect(paths.filter((path) => path === '/keys')).toHaveLength(3)
  })

  test('are outdated ten minutes after they were read', async () => {
    const { provider, clock } = createSite()
    expect(provider.keys.areOutdated()).toBe(false)
    await provider.keys.read()
    clock.advance(10 * MINUTE - 1)
    expect(provider.keys.areOutdated()).toBe(false)
    clock.advance(1)
    expect(provider.keys.areOutdated()).toBe(true)
  })

  test('are read at their new address if the provider has moved them', async () => {
    const { provider, paths, metadata, broken } = createSite()
    await provider.keys.read()
    metadata['jwks_uri'] = `${ISSUER}/new-keys`
    broken.set('/keys', 404)
    await provider.keys.read({ again: true })
    expect(paths.slice(2)).toEqual(['/keys', METADATA_PATH, '/new-keys'])
  })
})

test.describe('a request that fails', () => {
  const unreached = new AuthError('provider-unreachable', 'unreached')

  test('is repeated with new metadata if they have changed', async () => {
    const { provider, metadata } = createSite()
    await provider.readMetadata()
    metadata['token_endpoint'] = `${ISSUER}/new-token`
    const endpoints: string[] = []
    const sent = provider.request(
      ({ tokenEndpoint }) => {
        endpoints.push(tokenEndpoint)
        return endpoints.length === 1 ? Promise.reject(unreached) : Promise.resolve('done')
      },
      { mayRepeat: () => true },
    )
    expect(await sent).toBe('done')
    expect(endpoints).toEqual([`${ISSUER}/token`, `${ISSUER}/new-token`])
  })

  for (const [name, isChanged, isRead, mayRepeat] of [
    ['the metadata have not changed', false, true, true],
    ['the metadata were read for it', true, false, true],
    ['repeating it would do harm', true, true, false],
  ] as const) {
    test(`is not repeated if ${name}, but new metadata are read next time`, async () => {
      const { provider, metadata, paths } = createSite()
      if (isRead) await provider.readMetadata()
      let count = 0
      const send = (): Promise<void> => {
        count += 1
        if (isChanged) metadata['token_endpoint'] = `${ISSUER}/new-token`
        return Promise.reject(unreached)
      }
      const sent = provider.request(send, { mayRepeat: () => mayRepeat })
      await expect(sent).rejects.toThrow('unreached')
      expect(count).toBe(1)
      await provider.readMetadata()
      expect(paths).toHaveLength(2)
    })
  }

  test('says nothing about the metadata if the provider denied it', async () => {
    const { provider, paths } = createSite()
    const denied = new AuthError('invalid-grant', 'denied')
    const sent = provider.request(() => Promise.reject(denied), { mayRepeat: () => true })
    await expect(sent).rejects.toThrow('denied')
    await provider.readMetadata()
    expect(paths).toHaveLength(1)
  })
})

/** Counts requests for the keys, and holds or replaces their answers if the test says so. */
function createKeyGate(): {
  http: Http
  requests(): number
  hold(): void
  release(): void
  withdraw(): void
} {
  const real = createHttp()
  let count = 0
  let isWithdrawn = false
  let held: Promise<void> | null = null
  let release: () => void = () => undefined
  return {
    async http(request) {
      const isKeys = request.url.endsWith('/jwks')
      if (isKeys) {
        count += 1
        await held
      }
      const answer = await real(request)
      return isKeys && isWithdrawn ? { ...answer, body: '{"keys":[]}' } : answer
    },
    requests: () => count,
    hold: () => void (held = new Promise((resolve) => (release = resolve))),
    release: () => release(),
    withdraw: () => void (isWithdrawn = true),
  }
}

test.describe('a sign-in', () => {
  test('reads the keys while the person is in the browser, and not again', async ({ signedIn }) => {
    const { http, requests } = createKeyGate()
    const { agent, clock, signIn, next } = await signedIn({ http })
    for (let signIns = 1; signIns <= 2; signIns += 1) {
      expect(requests()).toBe(signIns)
      clock.advance(5 * SECOND)
      const link = await signIn()
      await expect.poll(requests).toBe(signIns + 1)
      const signedInAgain = next('signed-in')
      await fetch(await answerLink(link))
      await signedInAgain
    }
    expect(defaultSession(agent.model()).kind).toBe('signed-in')
  })

  test('S15: does not accept a key that the provider has withdrawn', async ({ signedIn }) => {
    const { http, requests, withdraw } = createKeyGate()
    const { clock, signIn, next } = await signedIn({ http })
    clock.advance(5 * SECOND)
    withdraw()
    const link = await signIn()
    await expect.poll(requests).toBe(2)
    const ended = next('sign-in-ended')
    const page = await fetch(await answerLink(link))
    expect([(await ended).result, page.status]).toMatchObject([{ code: 'invalid-id-token' }, 502])
  })

  for (const [name, ageMs, isHeld] of [
    ['uses keys of the last ten minutes if it gets no newer ones', 10 * MINUTE - 1, false],
    ['S15: waits for newer keys after ten minutes', 10 * MINUTE, true],
  ] as const) {
    test(name, async ({ signedIn }) => {
      const { http, requests, hold, release } = createKeyGate()
      const { clock, provider, signIn, next } = await signedIn({ http })
      clock.advance(ageMs)
      hold()
      const link = await signIn()
      await expect.poll(requests).toBe(2)
      const signedInAgain = next('signed-in')
      const page = fetch(await answerLink(link))
      await expect.poll(() => provider.answers.token.length).toBe(2)
      if (isHeld) {
        const first = await Promise.race([page, new Promise((done) => setTimeout(done, 200, null))])
        expect(first).toBeNull()
        release()
      }
      await signedInAgain
      expect((await page).status).toBe(200)
      release()
      expect(requests()).toBe(2)
    })
  }
})

test.describe('a renewal', () => {
  test('makes one request, to the token endpoint', async ({ signedIn }) => {
    const { agent, provider } = await signedIn()
    const before = { ...provider.requests }
    await agent.read(null)
    expect(provider.requests).toEqual({ ...before, token: before.token + 1 })
  })

  test('works after the provider has rotated its keys', async ({ signedIn }) => {
    const { agent, provider } = await signedIn()
    await provider.rotateKeys()
    const before = { ...provider.requests }
    await agent.read(null)
    expect(provider.requests).toEqual({
      ...before,
      token: before.token + 1,
      jwks: before.jwks + 1,
    })
  })

  test('finds a token endpoint that has moved, and sends the refresh token once', async ({
    signedIn,
  }) => {
    const real = createHttp()
    const moved = { isMoved: false, sent: [] as string[] }
    const http: Http = async (request) => {
      if (!moved.isMoved) return real(request)
      if (request.url.endsWith('/token')) {
        throw new AuthError('provider-unreachable', 'The old endpoint is gone.')
      }
      if (request.url.endsWith('/new-token')) {
        moved.sent.push(request.form?.['refresh_token'] ?? '')
        return real({ ...request, url: request.url.replace('/new-token', '/token') })
      }
      const answer = await real(request)
      return { ...answer, body: answer.body.replace(/\/token"/, '/new-token"') }
    }
    const { agent, first } = await signedIn({ http })
    moved.isMoved = true
    await agent.read(null)
    expect(moved.sent).toEqual([first.tokens.refreshToken])
  })
})

test.describe('a request was never sent', () => {
  for (const [name, error, expected] of [
    ['if no connection was made', new AuthError('provider-unreachable', ''), true],
    [
      'unless the connection was cut before the answer',
      new AuthError('provider-unreachable', '', { answerLost: true }),
      false,
    ],
    ['unless the provider answered', new AuthError('provider-error', ''), false],
    ['unless the provider was too slow', new AuthError('provider-timeout', ''), false],
  ] as const) {
    test(name, () => {
      expect(wasNeverSent(error)).toBe(expected)
    })
  }
})
