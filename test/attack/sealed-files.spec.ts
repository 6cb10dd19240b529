// An attacker who can write files but has no key swaps what is sealed in session.json, or changes its header.

import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test as base } from '@playwright/test'
import type { AccountStore } from '../../main/storage/account-store.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import { keyFileCipher, passphraseCipher, type Cipher } from '../../main/storage/cipher.js'
import { additionalData, type SealedFor } from '../../main/storage/seal.js'
import {
  DAMAGED,
  STORED_SESSION_MESSAGES,
  STORED_SESSION_REASONS,
} from '../../main/storage/stored-session-messages.js'
import type { Session } from '../../main/oauth/session.js'
import { sealOldSession, writeOldSession, type OldFile } from '../support/old-session.js'
import {
  OLD_BY_KEY_FILE,
  OLD_BY_PASSPHRASE,
  OLD_KEY_FILE,
  OLD_PASSPHRASE,
  OLD_SESSION as SESSION,
} from '../support/sealed-by-version-1.js'

type Tier = 'passphrase' | 'key-file'
const { issuer, clientId } = SESSION
const OWNER = { issuer, clientId }
const PERSON = { ...OWNER, sub: SESSION.account.sub }
const OTHER_PROVIDER = { ...SESSION, issuer: 'https://login.example.org/' }
const OTHER_CLIENT = { ...SESSION, clientId: 'another' }

const test = base.extend<{
  dataDir: string
  path: string
  open: (tier: Tier) => AccountStore
  cipherOf: (tier: Tier) => Cipher
  sealed: (tier: Tier, session: Session) => Promise<OldFile>
  /** Replaces session.json, and returns why it does not open. */
  readFailure: (store: AccountStore, file: Partial<OldFile> | string) => Promise<string>
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'sealed-')))
    await writeFile(join(dataDir, 'session.key'), OLD_KEY_FILE)
    await use(dataDir)
    await rm(dataDir, { recursive: true })
  },
  path: ({ dataDir }, use) => use(join(dataDir, 'session.json')),
  open: ({ dataDir }, use) => use((tier) => openIn(dataDir, tier)),
  cipherOf: ({ dataDir }, use) =>
    use((tier) =>
      tier === 'passphrase'
        ? passphraseCipher(OLD_PASSPHRASE)
        : keyFileCipher(join(dataDir, 'session.key')),
    ),
  sealed: ({ cipherOf }, use) =>
    use((tier, session) => sealOldSession(tier, cipherOf(tier), session)),
  readFailure: ({ path }, use) =>
    use(async (store, file) => {
      const text = typeof file === 'string' ? file : JSON.stringify(file)
      await writeFile(path, text)
      const { accounts, problems } = await store.readAll([OWNER])
      expect(accounts).toEqual([])
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatchObject({ code: 'storage-failed' })
      const shown = inspect(problems[0], { depth: 9, showHidden: true })
      for (const secret of ['the-secret', 'zoe@', OLD_PASSPHRASE, OLD_KEY_FILE.trim()]) {
        expect(shown).not.toContain(secret)
      }
      expect(await readFile(path, 'utf8')).toBe(text)
      return problems[0]!.message
    }),
})

function openIn(dataDir: string, tier: Tier): AccountStore {
  const isByKeyFile = tier === 'key-file'
  const passphrase = isByKeyFile ? null : OLD_PASSPHRASE
  const choice = { keyring: null, passphrase, keepWithoutKeyring: isByKeyFile }
  return chooseStorage({ dataDir, ...choice }).accountStore
}

for (const tier of ['passphrase', 'key-file'] as const) {
  for (const [name, session] of [
    ['provider', OTHER_PROVIDER],
    ['client ID', OTHER_CLIENT],
  ] as const) {
    test(`S36: ${tier}: a session of another ${name} does not open, whether its header names that one or ours`, async ({
      dataDir,
      open,
      sealed,
      readFailure,
    }) => {
      const ours = await sealed(tier, SESSION)
      const theirs = await sealed(tier, session)
      expect(await readFailure(open(tier), theirs)).toBe(
        STORED_SESSION_MESSAGES.otherOwner(session.issuer, session.clientId),
      )
      expect(await readFailure(open(tier), { ...ours, sealed: theirs.sealed })).toContain(DAMAGED)
      // It does not open for a caller that names no owner either.
      const { accounts, problems } = await open(tier).readAll()
      expect(accounts).toEqual([])
      expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(DAMAGED)])

      await writeOldSession(dataDir, ours)
      expect(await open(tier).readAll([OWNER])).toMatchObject({
        accounts: [{ session: SESSION }],
        problems: [],
      })
    })
  }

  test(`S36: ${tier}: a session opens after the data directory and its key were moved`, async ({
    dataDir,
    sealed,
  }) => {
    const other = join(dataDir, 'other')
    await mkdir(other)
    await cp(join(dataDir, 'session.key'), join(other, 'session.key'))
    await writeOldSession(other, await sealed(tier, SESSION))
    const { accounts } = await openIn(other, tier).readAll([OWNER])
    expect(accounts).toMatchObject([{ session: SESSION }])

    await rm(join(dataDir, 'session.key'))
    for (const name of ['session.key', 'sessions']) {
      await cp(join(other, name), join(dataDir, name), { recursive: true })
    }
    expect(await openIn(dataDir, tier).readAll([OWNER])).toEqual({ accounts, problems: [] })
  })

  test(`S36: ${tier}: text that was sealed for another purpose does not open as a session`, async ({
    path,
    open,
    cipherOf,
    sealed,
    readFailure,
  }) => {
    const ours = await sealed(tier, SESSION)
    const what = { purpose: 'probe', ...OWNER } as const
    const probe = await cipherOf(tier).seal(JSON.stringify(SESSION), what)
    expect(await readFailure(open(tier), { ...ours, sealed: probe })).toContain(DAMAGED)
    expect(await readFailure(open(tier), { ...ours, purpose: 'probe', sealed: probe })).toBe(
      STORED_SESSION_MESSAGES.notOpened(STORED_SESSION_REASONS.damaged(path)),
    )
  })

  test(`S36: ${tier}: a file with a forged old version number does not open`, async ({
    open,
    sealed,
    readFailure,
  }) => {
    const ours = await sealed(tier, SESSION)
    expect(await readFailure(open(tier), { ...ours, version: 1 })).toContain(DAMAGED)
  })

  test(`S36: ${tier}: a file of version 1 does not open for another provider or client`, async ({
    path,
    open,
  }) => {
    const before = tier === 'passphrase' ? OLD_BY_PASSPHRASE : OLD_BY_KEY_FILE
    await writeFile(path, before)
    for (const owner of [OTHER_PROVIDER, OTHER_CLIENT]) {
      const { accounts, problems } = await open(tier).readAll([owner])
      expect(accounts).toEqual([])
      expect(problems.map(({ message }) => message)).toEqual([
        STORED_SESSION_MESSAGES.otherOwner(SESSION.issuer, SESSION.clientId),
      ])
      expect(await readFile(path, 'utf8')).toBe(before)
    }
  })

  test(`S36: ${tier}: a file of a newer version is not read, moved or deleted, and nothing is moved over it`, async ({
    dataDir,
    path,
    open,
    sealed,
    readFailure,
  }) => {
    const store = open(tier)
    const aside = join(dataDir, 'session.unopened.json')
    for (const version of [3, 1_000]) {
      const newer = JSON.stringify({ version, sealedBy: 'a means to come' })
      expect(await readFailure(store, newer)).toBe(
        STORED_SESSION_MESSAGES.notOpened(STORED_SESSION_REASONS.newerVersion(path)),
      )
      expect(await store.setAside!(PERSON)).toBeNull()
      await store.clearAside!(PERSON)
      expect(await readFile(path, 'utf8')).toBe(newer)

      await writeFile(aside, newer)
      await readFailure(store, { ...(await sealed(tier, SESSION)), sealed: 'damaged' })
      await expect(store.setAside!(PERSON)).rejects.toMatchObject({
        code: 'storage-failed',
        message: STORED_SESSION_MESSAGES.notMovedOverNewer(path, aside),
      })
      expect(await readFile(aside, 'utf8')).toBe(newer)
    }
    expect((await readdir(dataDir)).toSorted()).toEqual([
      'session.json',
      'session.key',
      'session.unopened.json',
    ])
  })
}

test('S36: quotes from a file’s header are short and have no terminal control characters', async ({
  open,
  sealed,
  readFailure,
}) => {
  const ours = await sealed('key-file', SESSION)
  const odd = `\u001b[2J\u202e${'x'.repeat(10_000)}`
  for (const lie of [{ issuer: odd }, { clientId: odd }]) {
    const shown = await readFailure(open('key-file'), { ...ours, ...lie })
    for (const steering of ['\u001b', '\u202e']) expect(shown).not.toContain(steering)
    expect(shown.length).toBeLessThan(500)
  }
})

test('different bindings never have the same additional data, however their characters are split', () => {
  const texts = ['', '"', '","', '\\', '\\"', ',', ']', '\u0000', '\ud800', '\ufffd', 'a', 'a","b']
  const all = texts.flatMap((one) =>
    texts.flatMap((two) =>
      (['session', 'probe'] as const).map((purpose): SealedFor => ({
        purpose,
        issuer: one,
        clientId: two,
      })),
    ),
  )
  const bytes = new Set(all.map((what) => additionalData(what).toString('latin1')))
  expect(bytes.size).toBe(all.length)
  expect(all.length).toBe(2 * texts.length ** 2)
})
