// The session.json that version 0.1 wrote becomes an account, once, and nothing is lost on the way.
// `test/support/version-0.1` holds data directories as that version left them: someone is signed in, and
// the session of someone else was moved aside.

import {
  chmod,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import {
  isAccountId,
  toPerson,
  type AccountStore,
  type StoredAccount,
} from '../../main/storage/account-store.js'
import type { SealedTier } from '../../main/storage/session-file.js'
import {
  STORED_SESSION_MESSAGES as MESSAGES,
  STORED_SESSION_REASONS as REASONS,
} from '../../main/storage/stored-session-messages.js'
import {
  CHOICES,
  KEY_FILE,
  KEYRING,
  LOCKED,
  MEMORY,
  OTHER_OWNER,
  PASSPHRASE,
  test as base,
  TIERS,
} from '../support/account-stores.js'
import { OWNER, toAccount, toSession } from '../support/accounts.js'
import { ROOT } from '../support/root.js'
import {
  OLD_BY_KEY_FILE,
  OLD_BY_PASSPHRASE,
  OLD_KEY_FILE,
  OLD_SESSION,
} from '../support/sealed-by-version-1.js'
import { unprivileged } from '../support/unprivileged.js'

/** The session in each fixture's session.json, and the one in its session.unopened.json. */
const ALICE = toSession('alice', { superseded: ['secret-superseded-alice'] })
const BOB = toSession('bob')

const test = base.extend<{
  /** The path of session.json. */
  path: string
  aside: string
  /** Fills the data directory as version 0.1 left it. */
  fill: (tier: SealedTier) => Promise<void>
}>({
  path: ({ dataDir }, use) => use(join(dataDir, 'session.json')),
  aside: ({ dataDir }, use) => use(join(dataDir, 'session.unopened.json')),
  fill: ({ dataDir }, use) =>
    use((tier) => cp(join(ROOT, 'test/support/version-0.1', tier), dataDir, { recursive: true })),
})

async function readOnly(store: AccountStore): Promise<StoredAccount> {
  const { accounts, problems } = await store.readAll([OWNER])
  expect(problems).toEqual([])
  expect(accounts).toHaveLength(1)
  return accounts[0]!
}

async function readTexts(dataDir: string): Promise<Record<string, string>> {
  const names = (await readdir(dataDir)).filter((name) => name !== 'sessions')
  const texts = names.map(async (name) => [name, await readFile(join(dataDir, name), 'utf8')])
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>
}

for (const tier of TIERS) {
  test(`${tier}: version 0.1's session is taken over; going back, version 0.1 is signed out`, async ({
    dataDir,
    folder,
    path,
    aside,
    open,
    fill,
  }) => {
    await fill(tier)
    const { 'session.json': taken, ...others } = await readTexts(dataDir)
    const startMs = Date.now()
    const account = await readOnly(open(CHOICES[tier]))
    expect(account.session).toEqual(ALICE)
    expect(isAccountId(account.id)).toBe(true)
    expect(account.addedAtMs).toBeGreaterThanOrEqual(startMs)
    expect(account.addedAtMs).toBeLessThanOrEqual(Date.now())
    expect(await readdir(folder)).toEqual([`${account.id}.json`])
    expect(await readOnly(open(CHOICES[tier]))).toEqual(account)

    // Version 0.1 finds its settings and marks as they were, no session.json, and ignores the folder.
    expect(await readTexts(dataDir)).toEqual(others)
    // If the same user signs in there, the next start of this version has one account still.
    await writeFile(path, taken!)
    expect(await readOnly(open(CHOICES[tier]))).toEqual(account)
    expect(await readTexts(dataDir)).toEqual(others)

    // The session that version 0.1 moved aside is an account of its own if the user renames it back.
    await rename(aside, path)
    const { accounts } = await open(CHOICES[tier]).readAll([OWNER])
    expect(accounts.map(({ session }) => session)).toEqual([ALICE, BOB])
    expect(accounts[0]).toEqual(account)
  })
}

for (const [tier, text] of [
  ['passphrase', OLD_BY_PASSPHRASE],
  ['key-file', OLD_BY_KEY_FILE],
] as const) {
  test(`${tier}: a session.json of file version 1 is taken over, for its own provider only`, async ({
    dataDir,
    path,
    open,
  }) => {
    await writeFile(path, text)
    await writeFile(join(dataDir, 'session.key'), OLD_KEY_FILE)
    const { accounts, problems } = await open(CHOICES[tier]).readAll([OTHER_OWNER])
    expect(accounts).toEqual([])
    expect(problems.map(({ message }) => message)).toEqual([
      MESSAGES.otherOwner(OLD_SESSION.issuer, OLD_SESSION.clientId),
    ])
    expect(await readFile(path, 'utf8')).toBe(text)

    expect((await readOnly(open(CHOICES[tier]))).session).toEqual(OLD_SESSION)
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })
}

test('a session.json that another tier sealed is taken over by this tier', async ({
  folder,
  open,
  fill,
}) => {
  await fill('key-file')
  const { id, session } = await readOnly(open(KEYRING))
  expect(session).toEqual(ALICE)
  const text = await readFile(join(folder, `${id}.json`), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ version: 3, tier: 'keyring' })
})

test('a session.json of a provider that is not configured stays and is a problem; such accounts stay silently', async ({
  path,
  open,
  fill,
}) => {
  await fill('keyring')
  const before = await readFile(path, 'utf8')
  const bob = toAccount('bbbbbbbb', 'bob', 1)
  await open(KEYRING).write(bob)
  const { accounts, problems } = await open(KEYRING).readAll([OTHER_OWNER])
  expect(accounts).toEqual([])
  expect(problems.map(({ message }) => message)).toEqual([
    MESSAGES.otherOwner(OWNER.issuer, OWNER.clientId),
  ])
  expect(await readFile(path, 'utf8')).toBe(before)
  expect((await open(KEYRING).readAll([OTHER_OWNER, OWNER])).accounts).toMatchObject([
    bob,
    { session: ALICE },
  ])
})

const OLD_MS = ALICE.tokens.obtainedAtMs
for (const [name, obtainedAtMs, held] of [
  ['older', OLD_MS - 1, 'secret-alice'],
  ['newer', OLD_MS + 1, 'of-account'],
  ['equally old', OLD_MS, 'of-account'],
] as const) {
  test(`S42: an account that is there and has ${name} tokens keeps its id, and the refresh tokens of both`, async ({
    path,
    folder,
    open,
    fill,
  }) => {
    await fill('keyring')
    const there = toAccount('aaaaaaaa', 'alice', 5, {
      obtainedAtMs,
      refreshToken: 'of-account',
      superseded: ['superseded-of-account'],
    })
    await open(KEYRING).write(there)
    const account = await readOnly(open(KEYRING))
    expect(account).toMatchObject({ id: 'aaaaaaaa', addedAtMs: 5 })
    const { tokens, superseded } = account.session
    expect(tokens.refreshToken).toBe(held)
    expect(new Set([tokens.refreshToken, ...superseded!])).toEqual(
      new Set(['secret-alice', 'secret-superseded-alice', 'of-account', 'superseded-of-account']),
    )
    await expect(readFile(path)).rejects.toThrow('ENOENT')
    expect(await readdir(folder)).toEqual(['aaaaaaaa.json'])
    expect(await readOnly(open(KEYRING))).toEqual(account)
  })
}

test('a newer session without a refresh token continues with that of the older one', async ({
  open,
  fill,
}) => {
  await fill('keyring')
  const parts = { obtainedAtMs: OLD_MS + 1, refreshToken: null }
  await open(KEYRING).write(toAccount('aaaaaaaa', 'alice', 5, parts))
  const { session } = await readOnly(open(KEYRING))
  expect(session.tokens).toMatchObject({ obtainedAtMs: OLD_MS + 1, refreshToken: 'secret-alice' })
  expect(session.superseded).toEqual(['secret-superseded-alice'])
})

test('two files of one account become one, which keeps the id of the account that was added first', async ({
  folder,
  open,
}) => {
  const first = toAccount('zzzzzzzz', 'alice', 1, { refreshToken: 'old' })
  const second = toAccount('aaaaaaaa', 'alice', 2, {
    refreshToken: 'new',
    obtainedAtMs: OLD_MS + 1,
  })
  const third = toAccount('mmmmmmmm', 'alice', 3, { refreshToken: 'older', obtainedAtMs: 7 })
  const bob = toAccount('bbbbbbbb', 'bob', 2)
  for (const account of [third, bob, second, first]) await open(KEYRING).write(account)
  const merged = {
    ...first,
    session: { ...second.session, superseded: ['old', 'older'] },
  }
  for (let start = 0; start < 2; start++) {
    expect(await open(KEYRING).readAll([OWNER])).toEqual({ accounts: [merged, bob], problems: [] })
    expect((await readdir(folder)).toSorted()).toEqual(['bbbbbbbb.json', 'zzzzzzzz.json'])
  }
})

test('a taken-over session is read even if its file cannot be written; session.json stays until it is', async ({
  path,
  folder,
  open,
  fill,
}) => {
  await fill('keyring')
  const before = await readFile(path, 'utf8')
  await writeFile(folder, 'in its place')
  const store = open(KEYRING)
  const { accounts } = await store.readAll([OWNER])
  expect(accounts).toMatchObject([{ session: ALICE }])
  expect(await readFile(path, 'utf8')).toBe(before)
  await expect(store.write(accounts[0]!)).rejects.toMatchObject({ code: 'storage-failed' })
  expect(await readFile(path, 'utf8')).toBe(before)

  await rm(folder)
  await store.write(accounts[0]!)
  await expect(readFile(path)).rejects.toThrow('ENOENT')
  expect(await readOnly(open(KEYRING))).toEqual(accounts[0])
})

test('S19: a session.json that could not be deleted is deleted with its account, or the failure is reported', async ({
  dataDir,
  path,
  folder,
  open,
  fill,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await fill('keyring')
  await mkdir(folder)
  await chmod(folder, 0o777)
  await chmod(path, 0o644)
  await chmod(dataDir, 0o555)
  const store = open(KEYRING)
  const { id } = await unprivileged(dataDir, async () => {
    const account = await readOnly(store)
    expect(await readdir(folder)).toEqual([`${account.id}.json`])
    await expect(store.delete(account.id)).rejects.toMatchObject({
      code: 'storage-failed',
      message: MESSAGES.notDeleted(path, 'not permitted, EACCES'),
    })
    return account
  })
  await chmod(dataDir, 0o700)
  await store.delete(id)
  expect((await open(KEYRING).readAll()).accounts).toEqual([])
  await expect(readFile(path)).rejects.toThrow('ENOENT')
})

for (const [name, choice] of Object.entries({ MEMORY, KEY_FILE, PASSPHRASE })) {
  test(`a session.json that the keyring sealed waits for it until the same person signs in (${name})`, async ({
    path,
    aside,
    open,
    fill,
  }) => {
    await fill('keyring')
    const before = await readFile(path, 'utf8')
    const store = open({ ...choice, keyring: LOCKED.keyring })
    const { accounts, problems } = await store.readAll([OWNER])
    expect(accounts).toEqual([])
    expect(problems.map(({ message }) => message)).toEqual([
      MESSAGES.notOpened(REASONS.keyringMissing),
    ])
    expect(store.isLocked!()).toBe(true)
    expect(await store.setAside!({ ...OTHER_OWNER, sub: 'alice' })).toBeNull()
    await store.clearAside!({ ...OTHER_OWNER, sub: 'alice' })
    expect(await readFile(path, 'utf8')).toBe(before)

    expect(await store.setAside!(toPerson(ALICE))).toBe(aside)
    expect(store.isLocked!()).toBe(false)
    expect(await readFile(aside, 'utf8')).toBe(before)
    await store.clearAside!({ ...OTHER_OWNER, sub: 'alice' })
    expect(await readFile(aside, 'utf8')).toBe(before)
    await store.clearAside!(toPerson(ALICE))
    await expect(readFile(aside)).rejects.toThrow('ENOENT')
  })
}

for (const [name, text] of [
  ['damaged', 'Hello'],
  ['of file version 1', OLD_BY_PASSPHRASE],
] as const) {
  test(`a session.json that is ${name} is moved aside by anyone's sign-in, for its owner is unknown`, async ({
    path,
    aside,
    open,
  }) => {
    await writeFile(path, text)
    const store = open(KEYRING)
    expect((await store.readAll([OWNER])).problems).toHaveLength(1)
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(await store.setAside!({ ...OTHER_OWNER, sub: 'zoe' })).toBe(aside)
    expect(await readFile(aside, 'utf8')).toBe(text)
  })
}

test('a session.json of a newer version is a problem, and stays where it is', async ({
  path,
  aside,
  open,
}) => {
  const newer = '{"version":3,"sealedBy":"a means to come"}'
  await writeFile(path, newer)
  await writeFile(aside, newer)
  const store = open(KEYRING)
  const { problems } = await store.readAll([OWNER])
  expect(problems.map(({ message }) => message)).toEqual([
    MESSAGES.notOpened(REASONS.newerVersion(path)),
  ])
  expect(await store.setAside!(toPerson(ALICE))).toBeNull()
  await store.clearAside!(toPerson(ALICE))
  expect(await readFile(path, 'utf8')).toBe(newer)
  expect(await readFile(aside, 'utf8')).toBe(newer)
})

test('a session.json that opens is not moved aside', async ({ path, open, fill }) => {
  await fill('keyring')
  expect(await open(KEYRING).setAside!(toPerson(ALICE))).toBeNull()
  await open(KEYRING).clearAside!(toPerson(BOB))
  expect(await readFile(path, 'utf8')).toContain('"version": 2')
})

test('a copy of session.json in the folder is not an account', async ({
  dataDir,
  path,
  folder,
  open,
  fill,
}) => {
  await fill('keyring')
  await mkdir(folder)
  const copy = join(folder, 'aaaaaaaa.json')
  await copyFile(path, copy)
  await rm(path)
  const { accounts, problems } = await open(KEYRING).readAll([OWNER])
  expect(accounts).toEqual([])
  expect(problems.map(({ message }) => message)).toEqual([
    MESSAGES.notOpened(REASONS.damaged(copy)),
  ])
  // Nobody can open it, so the next sign-in moves it aside.
  expect(await open(KEYRING).setAside!(toPerson(BOB))).toBe(
    join(dataDir, 'sessions', 'aaaaaaaa.unopened.json'),
  )
})
