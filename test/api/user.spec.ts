// The calls that plugins of the official client make around a sign-in, by the client itself, unchanged.

import pieces from '@pieces.app/pieces-os-client'
import { PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { MOST_LAUNCHES } from '../../main/agent/browser-budget.js'
import { answerLink } from '../support/person.js'
import {
  ask,
  call,
  comeBack,
  expect,
  expectFailure,
  expectProblem,
  test,
  type Service,
} from '../support/service.js'

const APPLICATION = {
  name: 'RAYCAST',
  version: '1.2.3',
  platform: 'MACOS',
  privacy: 'ANONYMOUS',
} as const

function createClients({ url }: Service) {
  const configuration = new pieces.Configuration({ basePath: url })
  return {
    connector: new pieces.ConnectorApi(configuration),
    user: new pieces.UserApi(configuration),
    users: new pieces.UsersApi(configuration),
    os: new pieces.OSApi(configuration),
  }
}

const ALICE = {
  id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
  name: 'Alice Adams',
  email: 'alice@example.com',
  username: expect.stringMatching(/./),
  aesthetics: { theme: { dark: false }, font: { size: expect.any(Number) } },
}

/** Signs in by the official call, and returns the profile that the provider's person got. */
async function signIn(service: Service, press = 'account=alice') {
  const signedIn = createClients(service).os.signIntoOS()
  await comeBack(service.program, press)
  return signedIn
}

test('the official client goes through its whole list', async ({ serve }) => {
  const service = await serve()
  const { connector, user, users, os } = createClients(service)

  // 1. Nobody is signed in.
  const before = await connector.connect({
    seededConnectorConnection: { application: { ...APPLICATION } },
  })
  expect(before).toMatchObject({
    os: expect.stringMatching(/./),
    application: { id: expect.stringMatching(/./), ...APPLICATION, onboarded: true },
    health: { os: { id: before.os, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) } },
  })
  expect(before.user).toBeUndefined()
  expect((await user.userSnapshot()).user).toBeUndefined()
  expect((await users.usersSnapshot()).iterable).toEqual([])
  await expectFailure(user.userAccessToken(), 401, 'not-signed-in')
  await expectFailure(user.refreshUser(), 401, 'not-signed-in')
  await user.clearUser()

  // 2. The user signs in.
  const alice = await signIn(service)
  expect(alice).toMatchObject(ALICE)
  expect((await service.program.status('signed-in')).account?.sub).toBe('alice')

  // 3. Every call names the same user.
  const after = await connector.connect({
    seededConnectorConnection: { application: { ...APPLICATION } },
  })
  expect(after.user).toEqual(alice)
  expect(after.application.id).toBe(before.application.id)
  expect((await user.userSnapshot()).user).toEqual(alice)
  expect((await users.usersSnapshot()).iterable).toEqual([alice])
  expect(await user.refreshUser()).toEqual(alice)
  expect(await user.userAccessToken()).toMatch(/^[^"\s]+$/)
  expect(await user.selectUser({ auth0User: { email: 'alice@example.com' } })).toEqual(alice)
  expect(await user.selectUser({ auth0User: { userId: 'alice' } })).toEqual(alice)
  expect(await user.selectUser({ auth0User: { userId: alice.id } })).toEqual(alice)
  expect(await os.signIntoOS()).toEqual(alice)

  // 4. Clearing signs nobody out. Signing out does.
  await user.clearUser()
  expect((await user.userSnapshot()).user).toEqual(alice)
  expect((await os.signOutOfOS()).iterable).toEqual([])
  await service.program.status('signed-out')
  expect((await user.userSnapshot()).user).toBeUndefined()
  expect((await os.signOutOfOS()).iterable).toEqual([])

  // 5. The same user is known by the same ID.
  expect((await signIn(service)).id).toBe(alice.id)
})

test('of two accounts, a program uses the one that it chose until it clears it', async ({
  serve,
}) => {
  const service = await serve()
  const { user, users, os } = createClients(service)
  const alice = await signIn(service)
  service.program.type('sign-in-as-other')
  await comeBack(service.program, 'account=bob')
  await service.program.line('accounts', ({ accounts }) => accounts.length === 2)
  const both = (await users.usersSnapshot()).iterable!
  expect(both.map(({ name }) => name)).toEqual(['Alice Adams', 'Bob Brown'])
  const bob = both[1]!

  expect((await user.userSnapshot()).user).toEqual(alice)
  expect(await user.selectUser({ auth0User: { userId: 'bob', email: 'x@example.com' } })).toEqual(
    bob,
  )
  expect((await user.userSnapshot()).user).toEqual(bob)
  await user.clearUser()
  expect((await user.userSnapshot()).user).toEqual(alice)

  for (const auth0User of [{ userId: 'carol' }, { email: 'carol@example.com' }]) {
    const detail = await expectFailure(user.selectUser({ auth0User }), 401, 'not-signed-in')
    expect(detail).toBe(PROBLEM_DETAILS.noSuchUser)
  }
  const nobody = await expectFailure(user.selectUser({ auth0User: {} }), 400, 'malformed')
  expect(nobody).toBe(PROBLEM_DETAILS.nobodyNamed)

  // Signing out is for the account that the program uses. The other one stays.
  await user.selectUser({ auth0User: { userId: 'bob' } })
  expect((await os.signOutOfOS()).iterable).toEqual([alice])
})

test('a request without a body is taken in every form that clients send', async ({ serve }) => {
  const service = await serve()
  const bodies: { headers?: Record<string, string>; body?: string; chunked?: boolean }[] = [
    { headers: { 'content-length': '0' } },
    { headers: { 'content-type': 'application/json', 'content-length': '0' } },
    { headers: { 'content-type': 'application/json; charset=utf-8' }, body: 'null' },
    { headers: { 'content-type': 'text/plain' }, body: '' },
    { body: 'null', chunked: true },
  ]
  for (const sent of bodies) {
    const signedIn = ask(service, '/os/sign_in', { method: 'POST', ...sent })
    await comeBack(service.program)
    expect(JSON.parse((await signedIn).text)).toMatchObject(ALICE)
    const cleared = await ask(service, '/user/clear', { method: 'POST', ...sent })
    expect([cleared.status, cleared.text]).toEqual([204, ''])
    const left = await ask(service, '/os/sign_out', { method: 'POST', ...sent })
    expect(left.text).toBe('{"iterable":[]}')
  }
})

test.describe('a caller that gives up and comes again', () => {
  test('waits for the same browser tab', async ({ serve }) => {
    const service = await serve()
    const giveUp = new AbortController()
    const first = call(service, '/os/sign_in', { signal: giveUp.signal }).catch(() => null)
    const link = await service.program.link()
    giveUp.abort()
    await first
    const again = call(service, '/os/sign_in')
    const third = call(service, '/os/sign_in')
    service.program.type('link')
    expect((await service.program.line('link')).url).toBe(link)
    await fetch(await answerLink(link))
    for (const one of [again, third]) expect(JSON.parse((await one).text)).toMatchObject(ALICE)
    expect(service.program.stdout().match(/"event":"open"/g)).toHaveLength(1)
  })

  test('is served if the user signed in meanwhile', async ({ serve }) => {
    const service = await serve()
    const giveUp = new AbortController()
    const first = call(service, '/os/sign_in', { signal: giveUp.signal }).catch(() => null)
    const link = await service.program.link()
    giveUp.abort()
    await first
    await fetch(await answerLink(link))
    await service.program.status('signed-in')
    expect(JSON.parse((await call(service, '/os/sign_in')).text)).toMatchObject(ALICE)
    expect(service.program.stdout().match(/"event":"open"/g)).toHaveLength(1)
  })
})

test('a denial in the browser, a cancelled sign-in and a used-up budget are reported', async ({
  serve,
}) => {
  const service = await serve()
  const denied = call(service, '/os/sign_in')
  await comeBack(service.program, 'deny=1')
  expectProblem(await denied, 403, 'access-denied')
  for (let opened = 1; opened < MOST_LAUNCHES; opened++) {
    const cancelled = call(service, '/os/sign_in')
    await service.program.link()
    service.program.type('cancel')
    expectProblem(await cancelled, 409, 'cancelled')
  }
  const refused = await call(service, '/os/sign_in')
  expectProblem(refused, 429, 'too-many')
  expect(refused.headers.get('retry-after')).toBe('60')
})

test('S24: /connect takes what apps send, and says nothing that breaks a client', async ({
  serve,
}) => {
  const service = await serve()
  const connect = async (application: unknown) =>
    call(service, '/connect', { body: { application } })
  for (const [privacy, told] of [
    ['OPEN', 'OPEN'],
    ['UNKNOWN', 'CLOSED'],
    [null, 'CLOSED'],
    [undefined, 'CLOSED'],
  ] as const) {
    const { json, text } = await connect({ ...APPLICATION, privacy, capabilities: null })
    expect((json as unknown as { application: object }).application).toMatchObject({
      privacy: told,
    })
    expect(text).not.toMatch(/UNKNOWN|null/)
  }
  expectProblem(await connect({ ...APPLICATION, name: undefined }), 400, 'malformed')
  expectProblem(await call(service, '/connect', { body: 'null' }), 400, 'malformed')
})
