// An attacker who can write files but has no key swaps sealed sessions or changes their headers.

import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test as base } from '@playwright/test'
import { keyFileCipher, passphraseCipher } from '../../main/storage/cipher.js'
import { additionalData, type SealedFor } from '../../main/storage/seal.js'
import { chooseStorage, SESSION_FILE } from '../../main/storage/choose-storage.js'
import { UNOPENED_FILE } from '../../main/storage/session-file.js'
import type { SessionStore } from '../../main/storage/session-store.js'
import {
  DAMAGED,
  STORED_SESSION_MESSAGES,
  STORED_SESSION_REASONS,
} from '../../main/storage/stored-session-messages.js'
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
const OTHER_PROVIDER = { ...SESSION, issuer: 'https://login.example.org/' }
const OTHER_CLIENT = { ...SESSION, clientId: 'another' }

const test = base.extend<{
  dataDir: string
  other: string
  vaultIn: (directory: string, tier: Tier) => SessionStore
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'sealed-')))
    await writeFile(join(dataDir, 'session.key'), OLD_KEY_FILE)
    await use(dataDir)
    await rm(dataDir, { recursive: true })
  },
  /** A second data directory with the same key. */
  other: async ({ dataDir }, use) => {
    const other = join(dataDir, 'other')
    await mkdir(other)
    await writeFile(join(other, 'session.key'), OLD_KEY_FILE)
    await use(other)
  },
  // eslint-disable-next-line no-empty-pattern
  vaultIn: async ({}, use) => {
    await use((dataDir, tier) => {
      const isByKeyFile = tier === 'key-file'
      const passphrase = isByKeyFile ? null : OLD_PASSPHRASE
      const choice = { keyring: null, passphrase, keepWithoutKeyring: isByKeyFile }
      return chooseStorage({ dataDir, ...choice }).sessionStore
    })
  },
})

type File = { version: number; sealed: string } & Record<string, unknown>

async function fileIn(directory: string): Promise<File> {
  return JSON.parse(await readFile(join(directory, SESSION_FILE), 'utf8')) as File
}

async function writeIn(directory: string, file: Partial<File>): Promise<void> {
  await writeFile(join(directory, SESSION_FILE), JSON.stringify(file))
}

/** Checks that the file does not open, stays, and that the message has no secret; returns the message. */
async function readFailure(directory: string, sessionStore: SessionStore): Promise<string> {
  const path = join(directory, SESSION_FILE)
  const before = await readFile(path, 'utf8')
  const thrown: unknown = await sessionStore.read(OWNER).then(
    () => new Error('it was opened'),
    (error: unknown) => error,
  )
  expect(thrown).toMatchObject({ code: 'storage-failed' })
  const shown = inspect(thrown, { depth: 9, showHidden: true })
  for (const secret of ['the-secret', 'zoe@', OLD_PASSPHRASE, OLD_KEY_FILE.trim()]) {
    expect(shown).not.toContain(secret)
  }
  expect(await readFile(path, 'utf8')).toBe(before)
  return (thrown as Error).message
}

for (const tier of ['passphrase', 'key-file'] as const) {
  for (const [name, session] of [
    ['provider', OTHER_PROVIDER],
    ['client ID', OTHER_CLIENT],
  ] as const) {
    test(`S36: ${tier}: a session of another ${name} does not open, whether its header names that one or ours`, async ({
      dataDir,
      vaultIn,
    }) => {
      const sessionStore = vaultIn(dataDir, tier)
      await sessionStore.write(SESSION)
      const ours = await fileIn(dataDir)
      await sessionStore.write(session)
      const theirs = await fileIn(dataDir)

      expect(await readFailure(dataDir, sessionStore)).toBe(
        STORED_SESSION_MESSAGES.otherOwner(session.issuer, session.clientId),
      )
      await writeIn(dataDir, { ...ours, sealed: theirs.sealed })
      expect(await readFailure(dataDir, sessionStore)).toContain(DAMAGED)
      // It does not open for a caller that names no owner either.
      await expect(sessionStore.read()).rejects.toThrow(DAMAGED)

      await writeIn(dataDir, ours)
      expect(await sessionStore.read(OWNER)).toEqual(SESSION)
    })
  }

  test(`S36: ${tier}: a session opens after the data directory and its key were moved`, async ({
    dataDir,
    other,
    vaultIn,
  }) => {
    await vaultIn(other, tier).write(SESSION)
    await cp(join(other, SESSION_FILE), join(dataDir, SESSION_FILE))
    expect(await vaultIn(dataDir, tier).read(OWNER)).toEqual(SESSION)
  })

  test(`S36: ${tier}: text that was sealed for another purpose does not open as a session`, async ({
    dataDir,
    vaultIn,
  }) => {
    const sessionStore = vaultIn(dataDir, tier)
    await sessionStore.write(SESSION)
    const ours = await fileIn(dataDir)
    const cipher =
      tier === 'passphrase'
        ? passphraseCipher(OLD_PASSPHRASE)
        : keyFileCipher(join(dataDir, 'session.key'))
    const what = { purpose: 'probe', ...OWNER } as const
    const sealed = await cipher.seal(JSON.stringify(SESSION), what)

    await writeIn(dataDir, { ...ours, sealed })
    expect(await readFailure(dataDir, sessionStore)).toContain(DAMAGED)
    await writeIn(dataDir, { ...ours, purpose: 'probe', sealed })
    expect(await readFailure(dataDir, sessionStore)).toBe(
      STORED_SESSION_MESSAGES.notOpened(
        STORED_SESSION_REASONS.damaged(join(dataDir, SESSION_FILE)),
      ),
    )
  })

  test(`S36: ${tier}: a file with a forged old version number does not open`, async ({
    dataDir,
    vaultIn,
  }) => {
    const sessionStore = vaultIn(dataDir, tier)
    await sessionStore.write(SESSION)
    await writeIn(dataDir, { ...(await fileIn(dataDir)), version: 1 })
    expect(await readFailure(dataDir, sessionStore)).toContain(DAMAGED)
  })

  test(`S36: ${tier}: a file of the previous version opens, and is then bound to its owner`, async ({
    dataDir,
    vaultIn,
  }) => {
    const path = join(dataDir, SESSION_FILE)
    await writeFile(path, tier === 'passphrase' ? OLD_BY_PASSPHRASE : OLD_BY_KEY_FILE)
    const sessionStore = vaultIn(dataDir, tier)
    expect(await sessionStore.read(OWNER)).toEqual(SESSION)
    expect(await fileIn(dataDir)).toMatchObject({
      version: 2,
      tier,
      purpose: 'session',
      ...OWNER,
    })
    expect(await vaultIn(dataDir, tier).read(OWNER)).toEqual(SESSION)
  })

  test(`S36: ${tier}: a file of the previous version does not open for another provider or client`, async ({
    dataDir,
    vaultIn,
  }) => {
    const path = join(dataDir, SESSION_FILE)
    const before = tier === 'passphrase' ? OLD_BY_PASSPHRASE : OLD_BY_KEY_FILE
    await writeFile(path, before)
    const sessionStore = vaultIn(dataDir, tier)
    for (const owner of [OTHER_PROVIDER, OTHER_CLIENT]) {
      await expect(sessionStore.read(owner)).rejects.toThrow(
        STORED_SESSION_MESSAGES.otherOwner(SESSION.issuer, SESSION.clientId),
      )
      expect(await readFile(path, 'utf8')).toBe(before)
    }
  })

  test(`S36: ${tier}: a file of a newer version is neither read nor overwritten`, async ({
    dataDir,
    vaultIn,
  }) => {
    const path = join(dataDir, SESSION_FILE)
    const sessionStore = vaultIn(dataDir, tier)
    for (const version of [3, 1_000]) {
      const newer = JSON.stringify({ version, sealedBy: 'a means to come' })
      await writeFile(path, newer)
      expect(await readFailure(dataDir, sessionStore)).toBe(
        STORED_SESSION_MESSAGES.notOpened(STORED_SESSION_REASONS.newerVersion(path)),
      )
      await expect(sessionStore.write(SESSION)).rejects.toMatchObject({
        code: 'storage-failed',
        message: STORED_SESSION_MESSAGES.notStored(STORED_SESSION_REASONS.notOverwritten(path)),
      })
      expect(await readFile(path, 'utf8')).toBe(newer)
    }
    const newer = await readFile(path, 'utf8')
    const aside = join(dataDir, UNOPENED_FILE)
    expect(await sessionStore.setAside!()).toBe(aside)
    await sessionStore.write(SESSION)
    await expect(sessionStore.setAside!()).rejects.toThrow(
      STORED_SESSION_MESSAGES.notMovedOverNewer(path, aside),
    )
    expect(await readFile(aside, 'utf8')).toBe(newer)
    expect(await sessionStore.read(OWNER)).toEqual(SESSION)
    expect((await readdir(dataDir)).toSorted()).toEqual([
      SESSION_FILE,
      'session.key',
      UNOPENED_FILE,
    ])
  })
}

test('S36: quotes from a file’s header are short and have no terminal control characters', async ({
  dataDir,
  vaultIn,
}) => {
  const sessionStore = vaultIn(dataDir, 'key-file')
  await sessionStore.write(SESSION)
  const ours = await fileIn(dataDir)
  const odd = `\u001b[2J\u202e${'x'.repeat(10_000)}`
  for (const lie of [{ issuer: odd }, { clientId: odd }]) {
    await writeIn(dataDir, { ...ours, ...lie })
    const said = await readFailure(dataDir, sessionStore)
    for (const steering of ['\u001b', '\u202e']) expect(said).not.toContain(steering)
    expect(said.length).toBeLessThan(500)
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
