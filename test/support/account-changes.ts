// What a stop at any moment must not damage: each change of the stored accounts, and what may be found
// after it.

import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccountStore } from '../../main/storage/account-store.js'
import { keyFileCipher } from '../../main/storage/cipher.js'
import { createSealedAccounts } from '../../main/storage/sealed-accounts.js'
import { createKeyring, toAccount } from './accounts.js'
import { ROOT } from './root.js'

const OLD_MS = 1_700_000_000_000
const ALICE = toAccount('aaaaaaaa', 'alice', 1)
export const BOB = toAccount('bbbbbbbb', 'bob', 2)
const RENEWED = toAccount('aaaaaaaa', 'alice', 1, {
  obtainedAtMs: OLD_MS + 1,
  refreshToken: 'renewed',
})

/** All refresh tokens of a person, the one that is held first. Null: the person has no account. */
type Tokens = string | null

export type AccountChange = {
  name: string
  prepare(store: AccountStore, dataDir: string): Promise<unknown>
  act(store: AccountStore): Promise<unknown>
  /** What seals the files while the change is made. */
  tier?: 'keyring' | 'key-file'
  /** What each person has before and after. After a stop, it is one or the other. */
  states: Readonly<Record<string, readonly [before: Tokens, after: Tokens]>>
}

const TAKEN = 'secret-alice secret-superseded-alice'
const MERGED = 'renewed secret-alice secret-superseded-alice'
const same = (tokens: Tokens) => [tokens, tokens] as const
const takeOver = (store: AccountStore): Promise<unknown> => store.readAll()
const writeBob = (store: AccountStore): Promise<unknown> => store.write(BOB)
const writeBoth = async (store: AccountStore): Promise<void> => {
  await store.write(ALICE)
  await store.write(BOB)
}
const copySession = (dataDir: string): Promise<void> =>
  copyFile(
    join(ROOT, 'test/support/version-0.1/keyring/session.json'),
    join(dataDir, 'session.json'),
  )

export const ACCOUNT_CHANGES: readonly AccountChange[] = [
  {
    name: 'the only session is taken over',
    prepare: (_, dataDir) => copySession(dataDir),
    act: takeOver,
    states: { alice: same(TAKEN) },
  },
  {
    name: 'the only session is taken over and sealed with a new key',
    prepare: (_, dataDir) => copySession(dataDir),
    act: takeOver,
    tier: 'key-file',
    states: { alice: same(TAKEN) },
  },
  {
    name: 'the only session is added to other accounts',
    async prepare(store, dataDir) {
      await writeBob(store)
      await copySession(dataDir)
    },
    act: takeOver,
    states: { alice: same(TAKEN), bob: same('secret-bob') },
  },
  {
    name: 'the only session is merged into an account',
    async prepare(store, dataDir) {
      await store.write(RENEWED)
      await writeBob(store)
      await copySession(dataDir)
    },
    act: takeOver,
    states: { alice: same(MERGED), bob: same('secret-bob') },
  },
  {
    name: 'two files of one account are merged',
    async prepare(store) {
      await store.write(ALICE)
      await store.write({ ...RENEWED, id: 'cccccccc', addedAtMs: 9 })
    },
    act: takeOver,
    states: { alice: same('renewed secret-alice') },
  },
  {
    name: 'the first account is added',
    prepare: () => Promise.resolve(),
    act: writeBob,
    states: { bob: [null, 'secret-bob'] },
  },
  {
    name: 'an account is added',
    prepare: (store) => store.write(ALICE),
    act: writeBob,
    states: { alice: same('secret-alice'), bob: [null, 'secret-bob'] },
  },
  {
    name: 'an account is renewed',
    prepare: writeBoth,
    act: (store) => store.write(RENEWED),
    states: { alice: ['secret-alice', 'renewed'], bob: same('secret-bob') },
  },
  {
    name: 'an account is sealed again with a new key',
    prepare: writeBoth,
    act: takeOver,
    tier: 'key-file',
    states: { alice: same('secret-alice'), bob: same('secret-bob') },
  },
  {
    name: 'an account is removed',
    prepare: writeBoth,
    act: (store) => store.delete(BOB.id),
    states: { alice: same('secret-alice'), bob: ['secret-bob', null] },
  },
  {
    name: 'the default account is chosen',
    prepare: writeBoth,
    act: (store) => store.writeDefault(BOB.id),
    states: { alice: same('secret-alice'), bob: same('secret-bob') },
  },
  {
    name: 'all accounts are removed',
    async prepare(store, dataDir) {
      await writeBob(store)
      await copySession(dataDir)
      await store.writeDefault(BOB.id)
    },
    act: (store) => store.clear(),
    states: { alice: [TAKEN, null], bob: ['secret-bob', null] },
  },
]

/** Opens the store as the program that makes the change. */
export function openFor({ tier = 'keyring' }: AccountChange, dataDir: string): AccountStore {
  const ciphers = {
    keyring: createKeyring(),
    'key-file': keyFileCipher(join(dataDir, 'session.key')),
  }
  return createSealedAccounts({ dataDir, tier, ciphers })
}

/** Prepares the data directory. The files are sealed by the keyring. */
export async function prepareChange(change: AccountChange, dataDir: string): Promise<void> {
  await change.prepare(openFor({ ...change, tier: 'keyring' }, dataDir), dataDir)
}
