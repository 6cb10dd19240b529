// An attacker who can write files but has no key swaps the sealed files of accounts, or changes their headers.

import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test as base } from '@playwright/test'
import { toAccountBinding } from '../../main/storage/account-files.js'
import {
  hashPerson,
  toPerson,
  type AccountStore,
  type StoredAccount,
} from '../../main/storage/account-store.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import { keyFileCipher } from '../../main/storage/cipher.js'
import { toSealedContent } from '../../main/storage/read-accounts.js'
import { additionalData, type SealedFor } from '../../main/storage/seal.js'
import {
  DAMAGED,
  STORED_SESSION_MESSAGES as MESSAGES,
  STORED_SESSION_REASONS as REASONS,
} from '../../main/storage/stored-session-messages.js'
import { ACCOUNTS, chooseBy, OWNER, toAccount } from '../support/accounts.js'

const [ALICE, BOB] = ACCOUNTS
const OTHER_PROVIDER = toAccount('otherone', 'alice', 5, { issuer: 'https://login.example.org/' })
const OTHER_CLIENT = toAccount('otherapp', 'alice', 5, { clientId: 'another' })

const { KEY_FILE, PASSPHRASE } = chooseBy()

type File = { version: number; sealed: string } & Record<string, unknown>

const test = base.extend<{
  dataDir: string
  store: AccountStore
  fileOf: (account: StoredAccount) => Promise<File>
  /** Replaces the file of Alice, and returns why it does not open. */
  readFailure: (file: Partial<File>) => Promise<string>
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'sealed-')))
    await use(dataDir)
    await rm(dataDir, { recursive: true })
  },
  store: ({ dataDir }, use) => use(chooseStorage({ dataDir, ...KEY_FILE }).accountStore),
  fileOf: ({ dataDir, store }, use) =>
    use(async (account) => {
      await store.write(account)
      const path = join(dataDir, 'sessions', `${account.id}.json`)
      return JSON.parse(await readFile(path, 'utf8')) as File
    }),
  readFailure: ({ dataDir, store }, use) =>
    use(async (file) => {
      const path = join(dataDir, 'sessions', `${ALICE.id}.json`)
      const text = JSON.stringify(file)
      await writeFile(path, text)
      const { accounts, problems } = await store.readAll([OWNER])
      expect(accounts.filter(({ id }) => id === ALICE.id)).toEqual([])
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatchObject({ code: 'storage-failed' })
      const key = (await readFile(join(dataDir, 'session.key'), 'utf8')).trim()
      const shown = inspect(problems[0], { depth: 9, showHidden: true })
      for (const secret of ['secret-', 'alice@', key]) expect(shown).not.toContain(secret)
      expect(await readFile(path, 'utf8')).toBe(text)
      return problems[0]!.message
    }),
})

test('S36: the sealed text of another account does not open under this account’s header', async ({
  store,
  fileOf,
  readFailure,
}) => {
  const ours = await fileOf(ALICE)
  for (const other of [BOB, OTHER_PROVIDER, OTHER_CLIENT]) {
    const { sealed } = await fileOf(other)
    expect(await readFailure({ ...ours, sealed })).toContain(DAMAGED)
  }
  await store.write(ALICE)
  expect(await store.readAll([OWNER])).toEqual({ accounts: [ALICE, BOB], problems: [] })
})

test('S36: a file whose header names this provider and client ID opens only if it was sealed for them', async ({
  fileOf,
  readFailure,
}) => {
  for (const other of [OTHER_PROVIDER, OTHER_CLIENT]) {
    const theirs = await fileOf({ ...other, id: ALICE.id })
    expect(await readFailure({ ...theirs, ...OWNER })).toContain(DAMAGED)
  }
})

test('S36: a file under another id does not open, whether its header names that id or its own', async ({
  store,
  fileOf,
  readFailure,
}) => {
  const theirs = await fileOf(BOB)
  expect(await readFailure(theirs)).toContain(DAMAGED.replace('the file ', ''))
  expect(await readFailure({ ...theirs, id: ALICE.id })).toContain(DAMAGED)
  const person = hashPerson(ALICE.id, toPerson(BOB.session))
  expect(await readFailure({ ...theirs, id: ALICE.id, person })).toContain(DAMAGED)
  expect((await store.readAll([OWNER])).accounts).toEqual([BOB])
})

test('S36: a file whose header names another person does not open', async ({
  fileOf,
  readFailure,
}) => {
  const ours = await fileOf(ALICE)
  for (const person of ['', hashPerson(ALICE.id, toPerson(BOB.session))]) {
    expect(await readFailure({ ...ours, person })).toContain(DAMAGED)
  }
})

test('S36: a file that was sealed with the right key for someone else’s header does not open', async ({
  dataDir,
  fileOf,
  readFailure,
}) => {
  const ours = await fileOf(ALICE)
  const cipher = keyFileCipher(join(dataDir, 'session.key'))
  const binding = toAccountBinding(ALICE.id, toPerson(ALICE.session))
  for (const content of [
    toSealedContent({ ...BOB, id: ALICE.id }),
    toSealedContent(OTHER_PROVIDER),
    toSealedContent(OTHER_CLIENT),
    JSON.stringify(ALICE.session),
    'null and void',
  ]) {
    const sealed = await cipher.seal(content, binding)
    expect(await readFailure({ ...ours, sealed })).toBe(MESSAGES.notOpened(REASONS.otherContent))
  }
})

test('S36: the sealed text of session.json does not open as an account, nor the other way round', async ({
  dataDir,
  store,
  fileOf,
  readFailure,
}) => {
  const ours = await fileOf(ALICE)
  const cipher = keyFileCipher(join(dataDir, 'session.key'))
  const asOnly = { purpose: 'session', ...OWNER } as const
  const sealed = await cipher.seal(toSealedContent(ALICE), asOnly)
  expect(await readFailure({ ...ours, sealed })).toContain(DAMAGED)
  const probe = await cipher.seal(toSealedContent(ALICE), { ...asOnly, purpose: 'probe' })
  expect(await readFailure({ ...ours, sealed: probe })).toContain(DAMAGED)
  expect(await readFailure({ ...ours, purpose: 'probe' })).toContain('is damaged')

  await store.write(ALICE)
  const path = join(dataDir, 'session.json')
  const binding = toAccountBinding(ALICE.id, toPerson(ALICE.session))
  const asAccount = await cipher.seal(JSON.stringify(ALICE.session), binding)
  for (const file of [
    { version: 2, tier: 'key-file', ...asOnly, sealed: asAccount },
    { version: 1, tier: 'key-file', sealed: asAccount },
  ]) {
    await writeFile(path, JSON.stringify(file))
    const { accounts, problems } = await store.readAll([OWNER])
    expect(accounts).toEqual([ALICE])
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(DAMAGED)])
  }
})

test('S36: passphrase: the account of another id or person does not open', async ({ dataDir }) => {
  const store = chooseStorage({ dataDir, ...PASSPHRASE }).accountStore
  await store.write(ALICE)
  const path = join(dataDir, 'sessions', `${ALICE.id}.json`)
  const ours = JSON.parse(await readFile(path, 'utf8')) as File
  const other = join(dataDir, 'sessions', `${BOB.id}.json`)
  await writeFile(other, JSON.stringify({ ...ours, id: BOB.id }))
  const { accounts, problems } = await store.readAll([OWNER])
  expect(accounts).toEqual([ALICE])
  expect(problems.map(({ message }) => message)).toEqual([
    MESSAGES.notOpened(REASONS.orDamaged(REASONS.otherPassphrase)),
  ])
})

test('different accounts never have the same additional data, however their characters are split', () => {
  const texts = ['', '"', '","', '\\', ',', ']', '\u0000', 'a', 'a","b']
  const all = texts.flatMap((one) =>
    texts.flatMap((two) =>
      [
        {},
        ...texts.map((three) => ({ account: { id: two, person: three } })),
        ...texts.map((three) => ({ account: { id: three, person: one } })),
      ].map((account): SealedFor => ({
        purpose: 'session',
        issuer: one,
        clientId: two,
        ...account,
      })),
    ),
  )
  const bindings = new Set(all.map((what) => inspect(what, { depth: 9 })))
  const bytes = new Set(all.map((what) => additionalData(what).toString('latin1')))
  expect(bytes.size).toBe(bindings.size)
})
