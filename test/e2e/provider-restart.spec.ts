// The provider restarts with new signing keys in the middle of a sign-in, after the user has answered
// and before the code is exchanged, or during a session.

import { expect } from '../support/expect.js'
import { test as base } from '../support/kept.js'
import { answerLink } from '../support/person.js'
import type { Program } from '../support/program.js'
import { createMemoryStore } from '../provider/provider-store.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'
import { PAGE_MESSAGES, TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'

type Store = 'kept' | 'lost'

const test = base.extend<{
  /** Ends the provider and its connections. */
  stopProvider: () => Promise<void>
  /** Starts it again on its port, with or without its store, and with a new key. */
  startAgain: (store: Store) => Promise<RunningProvider>
  restart: (store: Store) => Promise<RunningProvider>
}>({
  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    const store = createMemoryStore({ aheadS: () => 0, refreshGraceS: 0 })
    const provider = await startProvider({ signingAlg: 'ES256', store })
    await use(Object.assign(provider, { store }))
    await provider.close()
  },
  stopProvider: ({ provider }, use) => use(() => provider.close()),
  startAgain: async ({ provider }, use) => {
    const { port, store } = provider as RunningProvider & {
      store: ReturnType<typeof createMemoryStore>
    }
    const started: RunningProvider[] = []
    await use(async (which) => {
      const kept = which === 'kept' ? { store } : {}
      const again = await startProvider({ signingAlg: 'ES256', port, ...kept })
      expect(again.issuer).toBe(provider.issuer)
      started.push(again)
      return again
    })
    for (const each of started) await each.close()
  },
  restart: ({ stopProvider, startAgain }, use) =>
    use(async (store) => {
      await stopProvider()
      return startAgain(store)
    }),
})

/** Signs in at the provider, and returns the redirect's address. */
async function answered(program: Program): Promise<string> {
  program.type('sign-in')
  return answerLink(await program.link())
}

const readPage = async (callback: string): Promise<string> => (await fetch(callback)).text()

const post = (url: string, path: string, body?: object): Promise<Response> =>
  fetch(new URL(path, url), {
    method: 'POST',
    ...(body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })

test('with its store, the sign-in continues with the new keys', async ({
  start,
  provider,
  restart,
}) => {
  const program = await start()
  const callback = await answered(program)
  // The old keys have been fetched.
  await expect.poll(() => provider.answers.jwks).toEqual([200])
  const again = await restart('kept')
  expect(await readPage(callback)).toContain(PAGE_MESSAGES.signedIn.heading)
  expect(await program.status('signed-in')).toMatchObject({
    account: { sub: 'alice' },
    reason: null,
  })
  expect([again.requests.token, again.requests.jwks]).toEqual([1, 1])
})

test('the sign-in also continues if the program has not noticed its lost connections', async ({
  start,
  provider,
  restart,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no SIGSTOP')
  const program = await start()
  const callback = await answered(program)
  await expect.poll(() => provider.answers.jwks).toEqual([200])
  program.process.kill('SIGSTOP')
  await restart('kept')
  const page = readPage(callback)
  program.process.kill('SIGCONT')
  expect(await page).toContain(PAGE_MESSAGES.signedIn.heading)
  await program.status('signed-in')
})

test('without its store, the sign-in fails with a message, and the next one works', async ({
  start,
  restart,
}) => {
  const program = await start()
  const callback = await answered(program)
  await restart('lost')
  const page = await readPage(callback)
  expect(page).toContain('The provider did not accept the sign-in')
  const { reason } = await program.status('failed')
  expect(reason).toContain('The provider did not accept the sign-in')
  expect(reason).toContain('Try again.')

  expect(await readPage(await answered(program))).toContain(PAGE_MESSAGES.signedIn.heading)
  await program.status('signed-in')
})

test('while it is down, the sign-in fails with a message, and the next one works when it is back', async ({
  start,
  stopProvider,
  startAgain,
}) => {
  const program = await start()
  const callback = await answered(program)
  await stopProvider()
  expect(await readPage(callback)).toContain('could not be reached')
  expect((await program.status('failed')).reason).toContain('could not be reached')

  await startAgain('kept')
  expect(await readPage(await answered(program))).toContain(PAGE_MESSAGES.signedIn.heading)
  await program.status('signed-in')
})

for (const [store, status] of [
  ['kept', 200],
  ['lost', 502],
] as const) {
  test(`an app's sign-in is exchanged by a provider whose store was ${store}: ${status}`, async ({
    start,
    restart,
  }) => {
    const program = await start()
    const { url } = await program.line('listening')
    const begun = post(url, '/pkce/code')
    const delivered = readPage(await answerLink(await program.link()))
    expect((await begun).status).toBe(200)
    await restart(store)
    const exchanged = await post(url, '/pkce/token')
    expect(exchanged.status, await exchanged.clone().text()).toBe(status)
    const page = await delivered
    if (store === 'kept') {
      expect(page).toContain('You')
      return
    }
    expect(await exchanged.json()).toMatchObject({
      detail: expect.stringContaining('The provider did not accept the sign-in'),
    })

    const again = post(url, '/pkce/code')
    const shown = readPage(await answerLink(await program.link()))
    expect((await again).status).toBe(200)
    expect((await post(url, '/pkce/token')).status).toBe(200)
    await shown
  })
}

for (const [store, answer, status] of [
  ['kept', 200, 200],
  ['lost', 400, 401],
] as const) {
  test(`a session is renewed by a provider whose store was ${store}: ${answer}`, async ({
    start,
    provider: { clientId },
    restart,
  }) => {
    const program = await start()
    const { url } = await program.line('listening')
    expect(await readPage(await answered(program))).toContain(PAGE_MESSAGES.signedIn.heading)
    const again = await restart(store)
    const renew = { grant_type: 'refresh_token', client_id: clientId }
    expect((await post(url, '/pkce/token', renew)).status).toBe(status)
    expect(again.answers.token).toEqual([answer])
    if (store === 'kept') return
    expect(await program.status('needs-sign-in')).toMatchObject({
      account: { sub: 'alice' },
      reason: TOKEN_MESSAGES.sessionEnded,
    })
    expect(await readPage(await answered(program))).toContain(PAGE_MESSAGES.signedIn.heading)
  })
}
