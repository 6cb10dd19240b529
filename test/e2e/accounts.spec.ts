// Three people at two providers, in the headless program: what happens to one never touches another.

import { expect } from '../support/expect.js'
import type { AccountEntry } from '../../main/terminal/accounts-json.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { ANSWERS } from '../../main/terminal/terminal-messages.js'
import {
  readPerson,
  renew,
  signInWith,
  test,
  type,
  visit,
  type Providers,
} from '../support/accounts-program.js'
import { stop } from '../support/kept.js'
import type { Program } from '../support/program.js'
import { listSessionFiles } from '../support/session-file.js'

/** One word for each account: its person and its state, and an asterisk for the default one. */
const brief = (accounts: readonly AccountEntry[]): readonly string[] =>
  accounts.map(({ sub, state, default: isDefault }) => `${sub} ${state}${isDefault ? ' *' : ''}`)

/** Waits until the accounts are these. */
async function reached(program: Program, wanted: readonly string[]): Promise<void> {
  const matches = ({ accounts }: { accounts: readonly AccountEntry[] }): boolean =>
    JSON.stringify(brief(accounts)) === JSON.stringify(wanted)
  await program.line('accounts', matches)
}

/** Remembers the newest refresh token of each person at `work`. */
function watchTokens({ work }: Providers): ReadonlyMap<string, string> {
  const newest = new Map<string, string>()
  work.misbehave.tokenResponse = (json) => {
    newest.set(readSubject(json), String(json['refresh_token']))
    return json
  }
  return newest
}

function readSubject(tokens: Readonly<Record<string, unknown>>): string {
  const [, payload = ''] = String(tokens['id_token']).split('.')
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub
}

async function revoke({ work }: Providers, token: string): Promise<void> {
  const body = new URLSearchParams({ client_id: work.clientId, token })
  const { status } = await fetch(`${work.issuer}/revoke`, { method: 'POST', body })
  expect(status).toBe(200)
}

test('three people sign in, renew, go offline, end and sign out, each without touching another', async ({
  startProviders,
  start,
}) => {
  const providers = await startProviders()
  const { work, home } = providers
  const newest = watchTokens(providers)
  const first = await start(providers)
  expect(first.accounts).toEqual([])

  // All sign in.
  const [alice] = (await signInWith(first, 'sign-in', 'alice')) as [AccountEntry]
  const [, bob] = (await signInWith(first, 'sign-in WORK', 'bob')) as [AccountEntry, AccountEntry]
  const three = await signInWith(first, 'sign-in home', null)
  const [, , john] = three as [AccountEntry, AccountEntry, AccountEntry]
  expect(brief(three)).toEqual(['alice signed-in *', 'bob signed-in', 'johndoe signed-in'])
  expect(three.map(({ provider }) => provider)).toEqual(['work', 'work', 'home'])
  for (const { id } of three) expect(id).toMatch(/^[a-z2-7]{8}$/)
  first.type(`use ${bob.id}`)
  await reached(first, ['alice signed-in', 'bob signed-in *', 'johndoe signed-in'])
  expect(await first.line('answer')).toMatchObject({
    ok: true,
    message: PRESENT_MESSAGES.isDefaultNow(`${bob.name} (${bob.email}) at work`),
  })

  // Each is renewed by itself.
  for (const account of [alice, bob, john]) {
    const before = [work.tokenRequests.length, home.answers.token.length]
    expect(readPerson((await renew(first, account)).json)).toBe(account.sub)
    const after = [work.tokenRequests.length, home.answers.token.length]
    const [atWork, atHome] = account === john ? [0, 1] : [1, 0]
    expect(after).toEqual([before[0]! + atWork, before[1]! + atHome])
  }

  // They are there after a restart, in the same order.
  await stop(first)
  expect(listSessionFiles(first.dataDir)).toHaveLength(3)
  const program = await start(providers)
  expect(program.accounts.map(({ id }) => id)).toEqual([alice.id, bob.id, john.id])
  expect(brief(program.accounts)).toEqual([
    'alice signed-in',
    'bob signed-in *',
    'johndoe signed-in',
  ])

  // One is offline.
  await home.close()
  expect((await renew(program, john)).status).toBe(502)
  await reached(program, ['alice signed-in', 'bob signed-in *', 'johndoe offline'])
  // One has ended.
  await revoke(providers, newest.get('bob')!)
  expect((await renew(program, bob)).status).toBe(401)
  await reached(program, ['alice signed-in', 'bob needs-sign-in *', 'johndoe offline'])
  expect((await renew(program, bob)).status).toBe(401)
  expect(readPerson((await renew(program, alice)).json)).toBe('alice')

  // One signs out.
  const revoked = work.revoked.length
  const token = newest.get('alice')
  expect(await type(program, `sign-out ${alice.id}`)).toEqual({
    ok: true,
    message: ANSWERS.signingOut(`${alice.name} (${alice.email}) at work`),
  })
  await reached(program, ['bob needs-sign-in *', 'johndoe offline'])
  await expect.poll(() => work.revoked.slice(revoked)).toContain(token)

  // All sign out. Home is still away.
  program.type('sign-out all')
  await reached(program, [])
  const { ok, message } = await program.line('answer')
  expect(ok).toBe(false)
  expect(message).toContain(`johndoe`)
  expect(message).toContain(home.issuer)
  expect(message).not.toContain('bob')
  expect(listSessionFiles(program.dataDir)).toEqual([])
  await stop(program)
})

test('each account is renewed at its own time', async ({ startProviders, start }) => {
  const lifeMs = 5_000
  const providers = await startProviders({ accessTokenTtlS: lifeMs / 1000 }, lifeMs / 1000)
  const { work, home } = providers
  const program = await start(providers)
  /** When each person's tokens were issued, oldest first. */
  const issuedAtMs = new Map<string, number[]>()
  work.misbehave.tokenResponse = (json) => {
    const sub = readSubject(json)
    issuedAtMs.set(sub, [...(issuedAtMs.get(sub) ?? []), Date.now()])
    return sub === 'bob' ? { ...json, expires_in: 3_600 } : json
  }
  for (const [command, person] of [
    ['sign-in', 'alice'],
    ['sign-in home', null],
    ['sign-in work', 'bob'],
  ] as const) {
    await signInWith(program, command, person)
  }
  const issued = (): number[] => [issuedAtMs.get('alice')!.length, home.answers.token.length]
  await expect.poll(() => Math.min(...issued()), { timeout: 30_000 }).toBeGreaterThan(1)

  const [signedInMs = 0, renewedMs = 0] = issuedAtMs.get('alice')!
  // In the last fifth of its token's life. On a busy computer it may be later.
  expect(renewedMs - signedInMs).toBeGreaterThan(lifeMs * 0.75)
  // Bob's token lasts for an hour.
  expect(issuedAtMs.get('bob')).toHaveLength(1)
  await stop(program)
})

test.describe('if someone else answers a sign-in for one account', () => {
  test('keep adds their account, and discard ends their session', async ({
    startProviders,
    start,
  }) => {
    const providers = await startProviders()
    const { work } = providers
    const newest = watchTokens(providers)
    const program = await start(providers)
    const [alice] = (await signInWith(program, 'sign-in', 'alice')) as [AccountEntry]

    const askAs = async (command: string): Promise<string> => {
      program.type(command)
      const link = await program.link()
      expect(new URL(link).searchParams.get('login_hint')).toBe('alice@example.com')
      await visit(link, 'bob')
      const { event, id, ...people } = await program.line('other-person')
      expect({ event, ...people }).toEqual({
        event: 'other-person',
        expected: { name: 'Alice Adams', email: 'alice@example.com', sub: 'alice' },
        got: { name: 'Bob Brown', email: 'bob@example.com', sub: 'bob' },
      })
      expect(id).toMatch(/^[a-z2-7]{8}$/)
      return id
    }

    const discarded = await askAs(`sign-in ${alice.id}`)
    expect(await type(program, 'keep nothing2')).toEqual({
      ok: false,
      message: ANSWERS.noQuestion('nothing2'),
    })
    expect(await type(program, `discard ${discarded}`)).toMatchObject({ ok: true })
    const { state } = await program.line('sign-in', ({ state }) => state === 'cancelled')
    expect(state).toBe('cancelled')
    await expect.poll(() => work.revoked).toContain(newest.get('bob'))
    program.type('accounts')
    expect(brief((await program.line('accounts')).accounts)).toEqual(['alice signed-in *'])

    // A sign-in for the default account is for that account alone, too.
    const kept = await askAs('sign-in')
    expect(await type(program, `keep ${kept}`)).toMatchObject({ ok: true })
    await reached(program, ['alice signed-in *', 'bob signed-in'])
    expect(await type(program, `keep ${kept}`)).toMatchObject({ ok: false })
    await stop(program)
  })

  test('signing in at a provider as someone who is there renews that account', async ({
    startProviders,
    start,
  }) => {
    const program = await start(await startProviders())
    await signInWith(program, 'sign-in', 'alice')
    program.type('sign-in work')
    const link = await program.link()
    const { searchParams } = new URL(link)
    expect(searchParams.get('login_hint')).toBeNull()
    expect(searchParams.get('prompt')).toBe('select_account')
    await visit(link, 'alice')
    await program.line('sign-in', ({ state }) => state === 'signed-in')
    program.type('accounts')
    expect(brief((await program.line('accounts')).accounts)).toEqual(['alice signed-in *'])
    await stop(program)
  })
})

test('use, sign-out and sign-in take the name of a provider or an address, if one account has it', async ({
  startProviders,
  start,
}) => {
  const providers = await startProviders()
  const program = await start(providers)
  await signInWith(program, 'sign-in work', 'alice')
  await signInWith(program, 'sign-in work', 'bob')
  const [alice, bob, john] = (await signInWith(program, 'sign-in home', null)) as [
    AccountEntry,
    AccountEntry,
    AccountEntry,
  ]
  const several = ANSWERS.severalAccounts('work', [alice.id, bob.id])
  expect(await type(program, 'use work')).toEqual({ ok: false, message: several })
  expect(await type(program, 'sign-out work')).toEqual({ ok: false, message: several })
  const unknown = ANSWERS.noAccount('zoe@example.com', [alice.id, bob.id, john.id])
  expect(await type(program, 'use zoe@example.com')).toEqual({ ok: false, message: unknown })

  const bobs = `${bob.name} (${bob.email}) at work`
  expect(await type(program, `use ${bob.email.toUpperCase()}`)).toEqual({
    ok: true,
    message: PRESENT_MESSAGES.isDefaultNow(bobs),
  })
  const alices = `${alice.name} (${alice.email}) at work`
  expect(await type(program, `sign-out ${bob.email}`)).toEqual({
    ok: true,
    message: `${ANSWERS.signingOut(bobs)} ${ANSWERS.becomesDefault(alices)}`,
  })
  await reached(program, ['alice signed-in *', 'johndoe signed-in'])
  program.type('use HOME')
  await reached(program, ['alice signed-in', 'johndoe signed-in *'])

  // An address is that of an account, and the name of a provider adds one there.
  expect((await type(program, `sign-in ${alice.email}`)).ok).toBe(true)
  expect(new URL(await program.link()).searchParams.get('login_hint')).toBe(alice.email)
  expect(await type(program, 'cancel')).toMatchObject({ ok: true })
  await signInWith(program, 'sign-in work', 'bob')
  await stop(program)
})

test('a command for an account or a provider that does not exist says so', async ({
  startProviders,
  start,
}) => {
  const program = await start(await startProviders())
  for (const [command, message] of [
    ['sign-in nowhere', ANSWERS.noTarget('nowhere', ['work', 'home'])],
    ['sign-out nobody22', ANSWERS.noAccount('nobody22', [])],
    ['use nobody22', ANSWERS.noAccount('nobody22', [])],
    ['use', ANSWERS.needsId('use')],
    ['keep', ANSWERS.needsId('keep')],
    ['discard', ANSWERS.needsId('discard')],
    ['keep nobody22', ANSWERS.noQuestion('nobody22')],
    ['discard nobody22', ANSWERS.noQuestion('nobody22')],
    ['sign-out', ANSWERS.notSignedIn],
  ] as const) {
    expect(await type(program, command), command).toEqual({ ok: false, message })
  }
  expect(await type(program, 'sign-out all')).toEqual({
    ok: true,
    message: ANSWERS.signedOutEverywhere,
  })
  expect(await type(program, 'accounts')).toEqual({ ok: true, message: ANSWERS.accounts })
  await stop(program)
})
