// Userinfo that arrives late, and a file that can't be deleted: neither may change another session.

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '../support/expect.js'
import { createSessionKeeper, type SessionKeeper } from '../../main/agent/session-keeper.js'
import { createHttp } from '../../main/net/http.js'
import { createProviders } from '../../main/oauth/provider.js'
import type { Session } from '../../main/oauth/session.js'
import { mergeClaims } from '../../main/oauth/userinfo.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import type { AccountStore } from '../../main/storage/account-store.js'
import { createProviderSettings, test as base } from '../support/fixture.js'
import { createSessionView } from '../support/session-view.js'
import { answerLink } from '../support/person.js'

type Held = {
  keeper: SessionKeeper
  session: Session
  keep(session: Session): Promise<string>
  /** How often userinfo was read. */
  asked(): number
  /** Lets userinfo's answers arrive, and waits for all that follows from them. */
  release(): Promise<void>
}

const test = base.extend<{
  hold: (store: AccountStore, holdsDirectory?: () => boolean) => Promise<Held>
}>({
  hold: async ({ start }, use) =>
    use(async (store, holdsDirectory = () => true) => {
      const fixture = await start()
      await fetch(await answerLink(await fixture.signIn()))
      await fixture.reached('signed-in')
      const whole = (await fixture.sessionStore.read())!
      const { nickname: _, ...claims } = whole.claims
      const { promise, resolve } = Promise.withResolvers<void>()
      const tasks: Promise<void>[] = []
      let asked = 0
      const http = createHttp()
      const keeper = createSessionKeeper({
        http: async (request) => {
          const answer = await http(request)
          if (!request.url.endsWith('/userinfo')) return answer
          asked += 1
          await promise
          return answer
        },
        findProvider: createProviders({ http, clock: fixture.clock }),
        clock: fixture.clock,
        accountStore: store,
        dispatch: () => undefined,
        random: () => 0,
        providers: [createProviderSettings(fixture.provider)],
        track(task) {
          tasks.push(task)
          return task
        },
        holdsDirectory,
      })
      return {
        keeper,
        session: { ...whole, claims },
        keep: (session) => keeper.keep(session, new AbortController().signal),
        asked: () => asked,
        async release() {
          resolve()
          await Promise.all(tasks)
        },
      }
    }),
})

test('S19: claims of a session that was signed out do not reach the same user’s next one', async ({
  hold,
}) => {
  const { keeper, session, keep, asked, release } = await hold(createSessionView().accountStore)
  const id = await keep(session)
  keeper.complete(session)
  await expect.poll(asked).toBe(1)
  await keeper.signOut(id)
  const tokens = { ...session.tokens, scope: 'openid' }
  await keep({ ...session, claims: { sub: 'alice' }, tokens })
  await release()
  expect(keeper.all()[0]!.session.claims).toEqual({ sub: 'alice' })
})

test('S39: late claims are not written once another computer has the directory', async ({
  hold,
}) => {
  const { accountStore: memory } = createSessionView()
  let writes = 0
  let holdsDirectory = true
  const store: AccountStore = {
    ...memory,
    write(account) {
      writes += 1
      return memory.write(account)
    },
  }
  const { keeper, session, keep, asked, release } = await hold(store, () => holdsDirectory)
  await keep(session)
  keeper.complete(session)
  await expect.poll(asked).toBe(1)
  writes = 0
  holdsDirectory = false
  await release()
  expect(writes).toBe(0)
})

test('S37: a file aside that can’t be deleted does not take the next user’s session along', async ({
  hold,
}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'aside-'))
  const storage = { dataDir, keyring: null, passphrase: null, keepWithoutKeyring: true }
  mkdirSync(join(dataDir, 'session.unopened.json'))
  const { keeper, session, keep } = await hold(chooseStorage(storage).accountStore)
  await keeper.signOut(await keep(session))
  await keep(session)
  const account = { ...session.account, sub: 'bob' }
  const id = await keep({ ...session, account, claims: { ...session.claims, sub: 'bob' } })
  expect(existsSync(join(dataDir, 'sessions', `${id}.json`))).toBe(true)
  rmSync(dataDir, { recursive: true })
})

for (const [address, verdict] of [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
] as const) {
  test(`S15: ${verdict} is not taken from userinfo for another ${address}`, () => {
    const userinfo = { sub: 'a', [address]: 'new', [verdict]: true }
    expect(mergeClaims({ sub: 'a', [address]: 'old' }, userinfo)).toEqual({
      sub: 'a',
      [address]: 'old',
    })
    expect(mergeClaims({ sub: 'a', [address]: 'new' }, userinfo)).toEqual(userinfo)
    expect(mergeClaims({ sub: 'a' }, userinfo)).toEqual(userinfo)
  })
}
