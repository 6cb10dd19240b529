// One sign-in whose steps the test controls.

import { expect, test as base } from '@playwright/test'
import { signInFromTray, type AttemptDeps } from '../../main/oauth/sign-in.js'
import { createProviders } from '../../main/oauth/provider.js'
import { createHttp, type Http } from '../../main/net/http.js'
import { DEFAULT_TARGET } from '../../main/oauth/redirect-target.js'
import { createCallbackListener } from '../../main/oauth/callback-listener.js'
import { nothingToDoPage, signedInPage } from '../../main/oauth/pages.js'
import { createTestClock } from '../support/clock.js'
import { answerLink } from '../support/person.js'
import { startProvider } from '../provider/provider.js'
import { owners } from '../support/owners.js'

/**
 * Begins a sign-in, cancels it when its link is known unless `go` does something else, and
 * returns the parameters of the link. None if there was no link.
 */
const test = base.extend<{
  attempt: (
    controller: AbortController,
    ports?: Partial<AttemptDeps>,
    go?: (link: string) => void,
  ) => Promise<URLSearchParams>
}>({
  // eslint-disable-next-line no-empty-pattern
  attempt: async ({}, use) => {
    const { issuer, clientId, close } = await startProvider()
    const asked = { scope: 'openid', audience: null, prompt: null }
    const provider = { name: 'test', issuer, clientId, ...asked }
    const clock = createTestClock()
    const listener = createCallbackListener({ clock, owners })
    await use(async (controller, ports = {}, go) => {
      let link = ''
      const callOff = (): void => controller.abort(new Error('called off'))
      const http = ports.http ?? createHttp()
      const findProvider = createProviders({ http, clock })
      const attempted = signInFromTray(
        { findProvider, clock, listener, ...ports, http },
        {
          ...provider,
          maxAgeS: null,
          clientSecret: null,
          parameters: {},
          redirect: DEFAULT_TARGET,
        },
        { state: 'the-state', scope: 'openid', prompt: null, loginHint: null },
        {
          linkReady(ready) {
            link = ready
            if (go) go(link)
            else callOff()
          },
          linkChanged: () => undefined,
          offlineAccessRejected: () => undefined,
          onDiagnostic: () => undefined,
          exchangeStarted: () => undefined,
          keep: () => Promise.resolve(),
          discard: () => undefined,
          lastPage: ({ account }) => signedInPage(account),
          pageFor: () => nothingToDoPage(400),
          signal: controller.signal,
        },
      )
      await expect(attempted).rejects.toThrow(/called off|denied|not valid/)
      return new URL(link || 'about:blank').searchParams
    })
    await close()
  },
})

test('S14: neither verifier nor nonce can be derived from the state', async ({ attempt }) => {
  const [one, other] = [await attempt(new AbortController()), await attempt(new AbortController())]
  expect(one.get('state')).toBe(other.get('state'))
  expect(one.get('code_challenge')).not.toBe(other.get('code_challenge'))
  expect(one.get('nonce')).not.toBe(other.get('nonce'))
})

test('a sign-in that is cancelled while its port is bound opens no browser', async ({
  attempt,
}) => {
  const controller = new AbortController()
  const real = createCallbackListener({ clock: createTestClock(), owners })
  const link = await attempt(controller, {
    listener: {
      ...real,
      async expect(expected, at) {
        const pending = await real.expect(expected, at)
        controller.abort(new Error('called off'))
        return pending
      },
    },
  })
  expect(link.size).toBe(0)
})

test('pending requests end with the sign-in', async ({ attempt }) => {
  const real = createHttp()
  const signals: (AbortSignal | undefined)[] = []
  const http: Http = (request) => {
    signals.push(request.signal)
    return real(request)
  }
  await attempt(new AbortController(), { http }, (link) => {
    const { searchParams } = new URL(link)
    const callback = new URL(searchParams.get('redirect_uri')!)
    callback.searchParams.set('state', searchParams.get('state')!)
    callback.searchParams.set('iss', new URL(link).origin)
    callback.searchParams.set('error', 'access_denied')
    void fetch(callback)
  })
  expect(signals.at(-1)?.aborted).toBe(true)
})

test('a rejected ID token ends the sign-in without waiting for userinfo', async ({ attempt }) => {
  const real = createHttp()
  let asked: AbortSignal | undefined
  const http: Http = (request) => {
    if (request.url.endsWith('/jwks')) {
      return Promise.resolve({ status: 200, body: '{"keys":[]}', dateMs: null, retryAfterMs: null })
    }
    if (!request.url.endsWith('/userinfo')) return real(request)
    asked = request.signal
    return new Promise(() => undefined)
  }
  const goBack = async (link: string): Promise<unknown> => fetch(await answerLink(link))
  await attempt(new AbortController(), { http }, (link) => void goBack(link))
  expect(asked?.aborted).toBe(true)
})
