// Holds the moment in which a session is stored: whatever happens meanwhile, the messages, the
// stored session and the provider's tokens must agree.

import { expect } from '../support/expect.js'
import { defaultSession } from '../../main/agent/model.js'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { AuthError } from '../../main/base/errors.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { test as base, type Fixture, type FixtureOptions } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

type Kept = Fixture & {
  /** The page for the browser. */
  page: Promise<string>
  /** Lets the write continue, or fail with the given error. */
  finish(failure?: Error): void
  refreshToken: string
}

const readText = async (url: string): Promise<string> => (await fetch(url)).text()

/** Brings a sign-in to the moment at which its session is written. */
const test = base.extend<{
  keeping: (options?: FixtureOptions & { after?: string; as?: string }) => Promise<Kept>
}>({
  keeping: ({ start }, use) =>
    use(async ({ after, as = 'alice', ...options } = {}) => {
      const fixture = await start(options)
      const { sessionStore, signIn, reached } = fixture
      if (after !== undefined) {
        await fetch(await answerLink(await signIn(), `account=${after}`))
        await reached('signed-in')
      }
      const write = sessionStore.write
      let finish!: Kept['finish']
      let page!: Promise<string>
      const refreshToken = await new Promise<string>((resolve, reject) => {
        sessionStore.write = async (session) => {
          sessionStore.write = write
          resolve(session.tokens.refreshToken!)
          const failure = await new Promise<Error | undefined>((finished) => (finish = finished))
          if (failure) throw failure
          await write(session)
        }
        signIn({ kind: 'other' })
          .then((link) => answerLink(link, `account=${as}`))
          .then((answer) => void (page = readText(answer)))
          .catch(reject)
      })
      return { ...fixture, page, finish: (failure) => finish(failure), refreshToken }
    }),
})

test('a cancelled sign-in stores nothing', async ({ keeping }) => {
  const { agent, provider, sessionStore, page, finish, refreshToken, reached } = await keeping()
  agent.cancel()
  finish()
  expect(await page).toContain(PAGE_MESSAGES.cancelled.heading)
  await reached('signed-out')
  expect(await sessionStore.read()).toBeNull()
  await expect.poll(() => provider.revoked).toEqual([refreshToken])
})

test('a replaced sign-in stores nothing', async ({ keeping }) => {
  const { agent, provider, sessionStore, signIn, finish, refreshToken } = await keeping()
  const link = signIn()
  finish()
  await link
  await expect.poll(() => provider.revoked).toEqual([refreshToken])
  agent.cancel()
  expect(defaultSession(agent.model())).toEqual({ kind: 'signed-out' })
  expect(await sessionStore.read()).toBeNull()
})

test('a cancelled second sign-in leaves the first user’s session', async ({ keeping }) => {
  const { agent, sessionStore, finish, reached } = await keeping({ after: 'alice', as: 'bob' })
  agent.cancel()
  finish()
  await reached('signed-in')
  expect(defaultSession(agent.model())).toMatchObject({ account: { sub: 'alice' } })
  expect((await sessionStore.read())?.account.sub).toBe('alice')
})

for (const failure of [undefined, new Error('the disk is full')]) {
  const ends = failure ? 'fails' : 'succeeds'
  test(`S19: a sign-out during a write that ${ends} ends both sessions`, async ({ keeping }) => {
    const kept = await keeping({ after: 'alice', as: 'bob' })
    const { agent, provider, sessionStore, page, finish, refreshToken } = kept
    const { refreshToken: first } = (await sessionStore.read())!.tokens
    const signedOut = agent.signOut()
    finish(failure)
    await signedOut
    expect(await page).not.toContain(PAGE_MESSAGES.signedIn.heading)
    expect(defaultSession(agent.model())).toEqual({ kind: 'signed-out' })
    expect(await sessionStore.read()).toBeNull()
    await expect.poll(() => new Set(provider.revoked)).toEqual(new Set([first, refreshToken]))
  })
}

test('closing leaves no timer', async ({ keeping }) => {
  const { agent, clock, finish } = await keeping()
  const closed = agent.close()
  finish()
  await closed
  expect(clock.pending()).toBe(0)
})

test('S19: if the stored session can’t be deleted, that is reported, and the provider ends the session', async ({
  start,
}) => {
  const { agent, provider, sessionStore, history, signIn, reached } = await start()
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  await agent.signOut()

  expect(provider.revoked).toHaveLength(1)
  expect(history.at(-1)?.status).toMatchObject({
    state: 'signed-out',
    reason: SESSION_MESSAGES.notDeleted,
  })
})

const full = (): Promise<never> =>
  Promise.reject(new AuthError('storage-failed', 'The disk is full.'))

test('S19: signing out removes the message about a session that could not be stored', async ({
  start,
}) => {
  const { agent, clock, history, sessionStore, signIn, reached } = await start()
  const { write, clear } = sessionStore
  sessionStore.write = full
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  await agent.signOut()
  expect(history.at(-1)?.status).toMatchObject({
    state: 'signed-out',
    reason: SESSION_MESSAGES.notDeleted,
  })

  Object.assign(sessionStore, { write, clear })
  await agent.signOut()
  expect(history.at(-1)?.status).toMatchObject({ state: 'signed-out', reason: null })
  expect(clock.pending()).toBe(0)
})

test('a sign-in that is cancelled while its code is exchanged leaves no valid tokens', async ({
  start,
}) => {
  const { agent, provider, signIn } = await start()
  let issued: unknown
  provider.misbehave.tokenResponse = (tokens) => {
    issued = tokens['refresh_token']
    agent.cancel()
    return tokens
  }
  await fetch(await answerLink(await signIn()))
  await expect.poll(() => provider.revoked).toEqual([issued])
})

test('a sign-in that can’t be stored lasts, and says so until the disk has space', async ({
  start,
}) => {
  const { agent, clock, history, sessionStore, signIn, reached } = await start()
  const { write } = sessionStore
  sessionStore.write = full
  const page = await fetch(await answerLink(await signIn()))
  expect(await page.text()).toContain(PAGE_MESSAGES.signedIn.heading)
  await reached('signed-in')
  expect(history.at(-1)?.status.reason).toBe('The disk is full.')

  sessionStore.write = write
  clock.advance(60_000)
  await expect.poll(() => history.at(-1)?.status.reason).toBeNull()
  expect(await sessionStore.read()).toEqual(await agent.read(0))
})

test('another user’s sign-in that can’t be stored is held, and leaves the first user’s session', async ({
  start,
}) => {
  const { agent, sessionStore, signIn, reached } = await start()
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  sessionStore.write = full
  await fetch(await answerLink(await signIn({ kind: 'other' }), 'account=bob'))
  await expect.poll(() => agent.model().accounts).toHaveLength(2)
  const { id, account } = agent.model().accounts[1]!
  expect(account.sub).toBe('bob')
  expect(agent.model().storageProblems).toEqual([{ id, message: 'The disk is full.' }])
  expect((await agent.read(0, id)).account.sub).toBe('bob')
  expect(sessionStore.all().map((stored) => stored.account.sub)).toEqual(['alice'])
})

test('a renewal that can’t be stored continues with the new token, and says so', async ({
  start,
}) => {
  const { agent, provider, sessionStore, signIn, reached } = await start()
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  const { write } = sessionStore
  sessionStore.write = full
  const { tokens } = await agent.read(null)
  expect(agent.model()).toMatchObject({
    accounts: [{ kind: 'signed-in', renewal: { kind: 'idle' } }],
    storageProblems: [{ message: 'The disk is full.' }],
  })

  sessionStore.write = write
  await agent.close()
  expect(provider.tokenRequests).toHaveLength(2)
  expect((await sessionStore.read())!.tokens).toEqual(tokens)
})

test('S37: closing waits for the answer to a pending renewal', async ({ start }) => {
  const { agent, provider, sessionStore, signIn, reached } = await start()
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  let newest: unknown
  const closed = new Promise((resolve, reject) => {
    provider.misbehave.tokenResponse = (tokens) => {
      newest = tokens['refresh_token']
      agent.close().then(() => resolve(sessionStore.read()), reject)
      return tokens
    }
  })
  const renewed = agent.read(null)
  expect(await closed).toMatchObject({ tokens: { refreshToken: newest } })
  await renewed
})

test('closing does not wait forever for a keyring prompt', async ({ keeping }) => {
  const { agent, clock, page } = await keeping()
  page.catch(() => undefined)
  const closed = agent.close()
  clock.advance(15_000)
  await closed
})

test('a long name is shortened', async ({ start }) => {
  const { agent, signIn, reached } = await start({
    provider: { misbehave: { idToken: (claims) => void (claims['name'] = '𝕏'.repeat(50_000)) } },
  })
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  expect(defaultSession(agent.model())).toMatchObject({ account: { name: '𝕏'.repeat(100) } })
})
