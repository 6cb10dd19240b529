// Session files that cannot be opened: both those of accounts and the session.json of version 0.1. Each is
// reported, and stays until a sign-in or a sign-out.

import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from '@playwright/test'
import { toAccountBinding } from '../../main/storage/account-files.js'
import {
  toPerson,
  type AccountStore,
  type StoredAccount,
} from '../../main/storage/account-store.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import type { SealedTier } from '../../main/storage/session-file.js'
import {
  STORED_SESSION_MESSAGES as MESSAGES,
  STORED_SESSION_REASONS as REASONS,
} from '../../main/storage/stored-session-messages.js'
import { CHOICES, KEY_FILE, KEYRING, MEMORY, PASSPHRASE, test } from '../support/account-stores.js'
import { createKeyring, OWNER, toAccount, type Choice } from '../support/accounts.js'
import { sealOldSession } from '../support/old-session.js'
import { ROOT } from '../support/root.js'
import { unprivileged } from '../support/unprivileged.js'

const ALICE = toAccount('aaaaaaaa', 'alice', 1)
const RENEWED = toAccount('aaaaaaaa', 'alice', 1, { refreshToken: 'renewed' })
/** How `diskError` words EACCES. */
const DENIED = 'not permitted, EACCES'

/** Where the session of Alice is stored, and by which version. */
type Place = {
  name: 'sessions/ID.json' | 'session.json'
  toPath(dataDir: string): string
  /** Stores the session of Alice. */
  store(dataDir: string, tier: SealedTier): Promise<void>
  /** Makes a file with this sealed text, sealed by the keyring for Alice. */
  seal(text: string): Promise<object>
}

const PLACES: readonly Place[] = [
  {
    name: 'sessions/ID.json',
    toPath: (dataDir) => join(dataDir, 'sessions', `${ALICE.id}.json`),
    store: (dataDir, tier) =>
      chooseStorage({ dataDir, ...CHOICES[tier] }).accountStore.write(ALICE),
    async seal(text) {
      const { account, ...binding } = toAccountBinding(ALICE.id, toPerson(ALICE.session))
      const sealed = await createKeyring().seal(text, { ...binding, account })
      return { version: 3, tier: 'keyring', ...binding, ...account, sealed }
    },
  },
  {
    name: 'session.json',
    toPath: (dataDir) => join(dataDir, 'session.json'),
    async store(dataDir, tier) {
      await cp(join(ROOT, 'test/support/version-0.1', tier), dataDir, { recursive: true })
      await rm(join(dataDir, 'session.unopened.json'))
    },
    seal: (text) => sealOldSession('keyring', createKeyring(), ALICE.session, text),
  },
]

type File = { tier: string; sealed: string }
type Found = { path: string; keyPath: string; place: Place }

const change =
  (how: (file: File) => void) =>
  async ({ path }: Found): Promise<void> => {
    const file = JSON.parse(await readFile(path, 'utf8')) as File
    how(file)
    await writeFile(path, JSON.stringify(file))
  }
const write =
  (content: string | Buffer) =>
  ({ path }: Found): Promise<void> =>
    writeFile(path, content)
/** Seals a text that is no session with the right key. */
const seal =
  (text: string) =>
  async ({ path, place }: Found): Promise<void> =>
    writeFile(path, JSON.stringify(await place.seal(text)))
const nothing = (): Promise<void> => Promise.resolve()
const locked = { message: 'Unlock it.', restartAdvice: 'Unlock it' }

/** PATH and KEY stand for the paths of the file and of the key file. */
const DAMAGE: readonly [
  name: string,
  storedBy: SealedTier,
  damage: (found: Found) => Promise<unknown>,
  readBy: Choice,
  reason: string,
][] = [
  ['empty', 'key-file', write(''), KEY_FILE, REASONS.damaged('PATH')],
  [
    'cut off',
    'key-file',
    async ({ path }) => writeFile(path, (await readFile(path, 'utf8')).slice(0, -5)),
    KEY_FILE,
    REASONS.damaged('PATH'),
  ],
  ['no JSON', 'key-file', write('Hello'), KEY_FILE, REASONS.damaged('PATH')],
  ['JSON of another kind', 'key-file', write('[]'), KEY_FILE, REASONS.damaged('PATH')],
  ['of zero bytes', 'key-file', write(Buffer.alloc(900)), KEY_FILE, REASONS.damaged('PATH')],
  [
    'tampered with',
    'key-file',
    change((file) => {
      file.sealed = file.sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
    }),
    KEY_FILE,
    REASONS.orDamaged(REASONS.otherKey),
  ],
  [
    'said to be sealed in another way',
    'passphrase',
    change((file) => (file.tier = 'key-file')),
    PASSPHRASE,
    REASONS.keyMissing('KEY'),
  ],
  [
    'without its key, as on another machine',
    'key-file',
    ({ keyPath }) => rm(keyPath),
    KEY_FILE,
    REASONS.keyMissing('KEY'),
  ],
  [
    'beside another key',
    'key-file',
    ({ keyPath }) => writeFile(keyPath, 'A'.repeat(43)),
    KEY_FILE,
    REASONS.orDamaged(REASONS.otherKey),
  ],
  [
    'encrypted with another passphrase',
    'passphrase',
    nothing,
    { ...MEMORY, passphrase: 'another' },
    REASONS.orDamaged(REASONS.otherPassphrase),
  ],
  [
    'sealed with a passphrase, though now there is only a key file',
    'passphrase',
    nothing,
    KEY_FILE,
    REASONS.passphraseMissing,
  ],
  [
    'sealed with a passphrase, though now there is neither passphrase nor key',
    'passphrase',
    nothing,
    MEMORY,
    REASONS.passphraseMissing,
  ],
  [
    'sealed by a key file, but key files are now turned off',
    'key-file',
    nothing,
    MEMORY,
    REASONS.keyFileOff,
  ],
  [
    'sealed by the keyring, though now there is none',
    'keyring',
    nothing,
    PASSPHRASE,
    REASONS.keyringMissing,
  ],
  [
    'sealed by the keyring, which is locked',
    'keyring',
    nothing,
    { ...MEMORY, keyring: locked },
    REASONS.keyringMissing,
  ],
  [
    'sealed by a different keyring',
    'keyring',
    change((file) => (file.sealed = 'v2:AAAA')),
    KEYRING,
    'the keyring does not know what sealed it',
  ],
  [
    'sealed correctly but contains no JSON',
    'keyring',
    seal('null and void'),
    KEYRING,
    REASONS.otherContent,
  ],
  [
    'sealed correctly but contains no session',
    'keyring',
    seal(JSON.stringify({ addedAtMs: 1, session: {}, ...ALICE.session, tokens: {} })),
    KEYRING,
    REASONS.otherContent,
  ],
  [
    'a link to itself',
    'key-file',
    async ({ path }) => {
      await rm(path)
      await symlink(path, path)
    },
    KEY_FILE,
    REASONS.cannotRead('PATH', 'a link is in its place, ELOOP'),
  ],
]

for (const place of PLACES) {
  for (const [name, storedBy, damage, readBy, expected] of DAMAGE) {
    test(`S36: a ${place.name} that is ${name} is reported, and stays until the next sign-in`, async ({
      dataDir,
      open,
    }) => {
      const path = place.toPath(dataDir)
      const keyPath = join(dataDir, 'session.key')
      await place.store(dataDir, storedBy)
      await damage({ path, keyPath, place })
      const before = await readContent(path)
      const store = open(readBy)
      const reason = expected.replace('PATH', path).replace('KEY', keyPath)
      for (let time = 0; time < 2; time++) {
        expect(await readOnly(store)).toBe(MESSAGES.notOpened(reason))
        expect(await readContent(path)).toBe(before)
      }

      await store.setAside!(toPerson(ALICE.session))
      await store.write(RENEWED)
      expect(await readOnly(store)).toEqual(RENEWED)
      if (readBy !== MEMORY && readBy.keyring !== locked) {
        expect(await readOnly(open(readBy))).toEqual(RENEWED)
      }
      await store.clear()
      const left = (await readdir(dataDir)).filter((one) => /^session(s|\.(?!key$).*)$/.test(one))
      expect(left).toEqual([])
    })
  }

  test(`S36: a folder in place of ${place.name} is reported on reading, writing and deleting`, async ({
    dataDir,
    open,
  }) => {
    const path = place.toPath(dataDir)
    await mkdir(path, { recursive: true })
    const store = open(KEY_FILE)
    const error = 'a folder is in its place, EISDIR'
    expect(await readOnly(store)).toBe(MESSAGES.notOpened(REASONS.cannotRead(path, error)))
    expect(await store.setAside!(toPerson(ALICE.session))).toBeNull()
    if (place.name === 'sessions/ID.json') {
      await expect(store.write(ALICE)).rejects.toMatchObject({
        code: 'storage-failed',
        message: MESSAGES.notStored(REASONS.cannotWrite(path, error)),
      })
    }
    await expect(store.clear()).rejects.toThrow(
      `${path} can't be deleted (a folder is in its place`,
    )
  })

  test(`S36: a ${place.name} without read permission is reported, and replaced by the next sign-in`, async ({
    dataDir,
    open,
  }) => {
    test.skip(process.platform === 'win32', 'Windows has no such permissions')
    await place.store(dataDir, 'key-file')
    const path = place.toPath(dataDir)
    await chmod(path, 0)
    await chmod(dirname(path), 0o777)
    await unprivileged(dataDir, async () => {
      const store = open(KEYRING)
      expect(await readOnly(store)).toBe(MESSAGES.notOpened(REASONS.cannotRead(path, DENIED)))
      await store.setAside!(toPerson(ALICE.session))
      await store.write(RENEWED)
      expect(await readOnly(store)).toEqual(RENEWED)
    })
  })
}

/** Reads the only account, or why it does not open. */
async function readOnly(store: AccountStore): Promise<StoredAccount | string> {
  const { accounts, problems } = await store.readAll([OWNER])
  for (const { code } of problems) expect(code).toBe('storage-failed')
  expect(accounts.length + problems.length).toBe(1)
  return accounts[0] ?? problems[0]!.message
}

function readContent(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: Error) => error.message)
}
