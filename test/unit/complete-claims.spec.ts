// Userinfo: the page waits for it only if the person could not be named without, and apps get the rest later.

import { expect } from '../support/expect.js'
import { defaultSession } from '../../main/agent/model.js'
import { test, type Fixture, type FixtureOptions } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

/** Holds userinfo until `release` is called. */
function holdUserinfo({ provider }: Fixture): () => void {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  provider.misbehave.hold = (endpoint) => (endpoint === 'userinfo' ? held : undefined)
  return () => release()
}

const withoutNickname = (claims: Record<string, unknown>): void => void delete claims['nickname']

/** Signs in while userinfo, which has the nickname, is held until `release` is called. */
async function signInBeforeUserinfo(
  start: (options?: FixtureOptions) => Promise<Fixture>,
): Promise<Fixture & { release: () => void }> {
  const fixture = await start({ provider: { misbehave: { idToken: withoutNickname } } })
  const { provider, signIn, reached } = fixture
  const release = holdUserinfo(fixture)
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  await expect.poll(() => provider.requests.userinfo).toBe(1)
  return { ...fixture, release }
}

test('the page does not wait for claims that only apps are given', async ({ start }) => {
  const fixture = await start({ provider: { misbehave: { idToken: withoutNickname } } })
  const { provider, sessionStore, signIn, reached } = fixture
  const release = holdUserinfo(fixture)
  const page = await fetch(await answerLink(await signIn()))
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Alice Adams')])
  await reached('signed-in')
  await expect.poll(() => provider.requests.userinfo).toBe(1)
  expect((await sessionStore.read())?.claims).not.toHaveProperty('nickname')

  release()
  await expect.poll(async () => (await sessionStore.read())?.claims['nickname']).toBe('Alice')
  expect((await fixture.agent.read(0)).claims['nickname']).toBe('Alice')
})

for (const missing of ['name', 'email']) {
  test(`the page waits for userinfo if the ID token has no ${missing}`, async ({ start }) => {
    const { provider, signIn, reached } = await start({
      provider: { misbehave: { idToken: (claims) => void delete claims[missing] } },
    })
    await fetch(await answerLink(await signIn()))
    expect(defaultSession(await reached('signed-in'))).toMatchObject({
      account: { name: 'Alice Adams', email: 'alice@example.com' },
    })
    expect(provider.requests.userinfo).toBe(1)
  })
}

test('userinfo is not asked for claims that the ID token has', async ({ start }) => {
  const { agent, provider, signIn, reached } = await start({
    settings: { scope: 'openid email' },
    provider: {
      misbehave: {
        idToken: (claims) => Object.assign(claims, { name: 'Alice Adams', email_verified: true }),
      },
    },
  })
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  await agent.close()
  expect(provider.requests.userinfo).toBe(0)
})

test('S15: userinfo about someone else is not added later either', async ({ start }) => {
  const { agent, provider, sessionStore, signIn, reached } = await start({
    provider: { misbehave: { userinfo: 'wrong-sub', idToken: withoutNickname } },
  })
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  await expect.poll(() => provider.answers.userinfo).toEqual([200])
  await agent.close()
  expect((await sessionStore.read())?.claims).not.toHaveProperty('nickname')
})

test('S19: userinfo that arrives after a sign-out stores nothing', async ({ start }) => {
  const { agent, sessionStore, release } = await signInBeforeUserinfo(start)
  await agent.signOut()
  release()
  await agent.close()
  expect(await sessionStore.read()).toBeNull()
})

test('a renewal keeps claims that userinfo brings meanwhile', async ({ start }) => {
  const { agent, provider, sessionStore, release } = await signInBeforeUserinfo(start)
  provider.misbehave.hold = async (endpoint) => {
    if (endpoint !== 'token') return
    release()
    await expect.poll(async () => (await sessionStore.read())?.claims['nickname']).toBe('Alice')
  }
  await agent.read(null)
  expect((await sessionStore.read())?.claims['nickname']).toBe('Alice')
  expect((await agent.read(0)).claims['nickname']).toBe('Alice')
})
