// An attacker who can write files but has no key tries to allow a program by editing consents.json.

import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test as base } from '@playwright/test'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import { keyFileCipher, passphraseCipher, type Cipher } from '../../main/storage/cipher.js'
import type { ConsentStore } from '../../main/storage/consent-store.js'
import { STORED_CONSENT_MESSAGES } from '../../main/storage/storage-messages.js'
import {
  DAMAGED,
  STORED_SESSION_MESSAGES,
  STORED_SESSION_REASONS,
} from '../../main/storage/stored-session-messages.js'
import { OWNER, toSession } from '../support/accounts.js'
import { KEY, PROGRAM } from '../support/grants.js'

type Tier = 'passphrase' | 'key-file'
type Edited = { version?: unknown; tier?: unknown; purpose?: unknown; sealed?: unknown }

const SECRET = 'correct horse battery staple'
const { notOpened } = STORED_CONSENT_MESSAGES

const test = base.extend<{
  dataDir: string
  path: string
  open: (tier: Tier) => ConsentStore
  cipherOf: (tier: Tier) => Cipher
  /** Replaces consents.json, and returns why it does not open. */
  readFailure: (tier: Tier, file: Edited | string) => Promise<string>
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'sealed-')))
    await use(dataDir)
    await rm(dataDir, { recursive: true })
  },
  path: ({ dataDir }, use) => use(join(dataDir, 'consents.json')),
  open: ({ dataDir }, use) => use((tier) => choose(dataDir, tier).consentStore),
  cipherOf: ({ dataDir }, use) =>
    use((tier) =>
      tier === 'passphrase'
        ? passphraseCipher(SECRET)
        : keyFileCipher(join(dataDir, 'session.key')),
    ),
  readFailure: ({ path, open }, use) =>
    use(async (tier, file) => {
      const text = typeof file === 'string' ? file : JSON.stringify(file)
      await writeFile(path, text)
      const failure: unknown = await open(tier)
        .read()
        .catch((thrown: unknown) => thrown)
      expect(failure).toMatchObject({ code: 'storage-failed' })
      const shown = inspect(failure, { depth: 9, showHidden: true })
      for (const secret of ['zoe@', 'backup.mjs', SECRET]) expect(shown).not.toContain(secret)
      expect(await readFile(path, 'utf8')).toBe(text)
      return (failure as Error).message
    }),
})

function choose(dataDir: string, tier: Tier) {
  const isByKeyFile = tier === 'key-file'
  const passphrase = isByKeyFile ? null : SECRET
  return chooseStorage({ dataDir, keyring: null, passphrase, keepWithoutKeyring: isByKeyFile })
}

async function readJson(path: string): Promise<Edited> {
  return JSON.parse(await readFile(path, 'utf8')) as Edited
}

for (const tier of ['passphrase', 'key-file'] as const) {
  test(`S36: ${tier}: a list of allowed apps that was edited does not open`, async ({
    open,
    path,
    readFailure,
  }) => {
    await open(tier).write([PROGRAM, KEY])
    const ours = await readJson(path)
    const sealed = String(ours.sealed)
    const end = sealed.lastIndexOf('.')
    for (const cut of [1, 5, end + 1, end + 20, sealed.length - 1]) {
      const other = sealed[cut] === 'A' ? 'B' : 'A'
      const changed = sealed.slice(0, cut) + other + sealed.slice(cut + 1)
      expect(await readFailure(tier, { ...ours, sealed: changed })).toContain(DAMAGED)
    }
    expect(await readFailure(tier, { ...ours, sealed: sealed.slice(0, -4) })).toContain(DAMAGED)
    const damaged = notOpened(STORED_SESSION_REASONS.damaged(path))
    const plain = JSON.stringify({ grants: [PROGRAM] })
    for (const file of [
      { ...ours, purpose: 'session' },
      { ...ours, version: 0 },
      { ...ours, tier: 'memory' },
      { version: 1, purpose: 'consents', grants: [PROGRAM] },
      plain,
      '',
      '{',
    ]) {
      expect(await readFailure(tier, file)).toBe(damaged)
    }
    expect(await readFailure(tier, { ...ours, sealed: plain })).toContain(DAMAGED)
  })

  test(`S36: ${tier}: a session does not open as a list of allowed apps, nor the list as a session`, async ({
    dataDir,
    open,
    path,
    cipherOf,
    readFailure,
  }) => {
    const { accountStore } = choose(dataDir, tier)
    await accountStore.write({ id: 'abcdefgh', addedAtMs: 1, session: toSession('zoe') })
    await open(tier).write([PROGRAM])
    const sessionPath = join(dataDir, 'sessions', 'abcdefgh.json')
    const session = await readJson(sessionPath)
    const list = await readJson(path)
    expect(await readFailure(tier, { ...list, sealed: session.sealed })).toContain(DAMAGED)
    // The same content, sealed for other purposes with the right key.
    const plain = JSON.stringify({ grants: [PROGRAM] })
    for (const purpose of ['session', 'probe'] as const) {
      const sealed = await cipherOf(tier).seal(plain, { purpose, ...OWNER })
      expect(await readFailure(tier, { ...list, sealed })).toContain(DAMAGED)
    }

    await writeFile(sessionPath, JSON.stringify({ ...session, sealed: list.sealed }))
    const { accounts, problems } = await choose(dataDir, tier).accountStore.readAll()
    expect(accounts).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]!.message).toContain(DAMAGED)
    const old = { version: 2, tier, purpose: 'session', ...OWNER, sealed: list.sealed }
    await rm(sessionPath)
    await writeFile(join(dataDir, 'session.json'), JSON.stringify(old))
    const again = await choose(dataDir, tier).accountStore.readAll()
    expect(again.accounts).toEqual([])
    expect(again.problems[0]!.message).toContain(DAMAGED)
  })

  test(`S36: ${tier}: content that does not fit is not read in part`, async ({
    cipherOf,
    readFailure,
  }) => {
    const misfits: readonly unknown[] = [
      { ...KEY, hash: undefined },
      { ...KEY, kind: 'root' },
      { ...PROGRAM, purposes: ['token', 'everything'] },
      { ...PROGRAM, executable: '/usr/bin/node' },
      { ...PROGRAM, uid: -1 },
      { ...PROGRAM, allowedAtMs: '1' },
      null,
    ]
    const cipher = cipherOf(tier)
    for (const misfit of misfits) {
      const plain = JSON.stringify({ grants: [PROGRAM, misfit] })
      const sealed = await cipher.seal(plain, { purpose: 'consents' })
      expect(await readFailure(tier, { version: 1, tier, purpose: 'consents', sealed })).toBe(
        notOpened(STORED_SESSION_REASONS.otherContent),
      )
    }
  })

  test(`S36: ${tier}: a list of a newer version is not read, replaced, moved or deleted`, async ({
    dataDir,
    open,
    path,
    readFailure,
  }) => {
    const aside = join(dataDir, 'consents.unopened.json')
    for (const version of [2, 1_000]) {
      const newer = JSON.stringify({ version, sealedBy: 'a means to come' })
      expect(await readFailure(tier, newer)).toBe(
        notOpened(STORED_SESSION_REASONS.newerVersion(path)),
      )
      const store = open(tier)
      for (const grants of [[PROGRAM], []]) {
        await expect(store.write(grants)).rejects.toMatchObject({
          message: STORED_CONSENT_MESSAGES.notStored(STORED_SESSION_REASONS.notOverwritten(path)),
        })
        expect(await store.read()).toEqual(grants)
      }
      expect(await readFile(path, 'utf8')).toBe(newer)

      await writeFile(aside, newer)
      await readFailure(tier, 'damaged')
      await expect(open(tier).write([PROGRAM])).rejects.toMatchObject({
        message: STORED_SESSION_MESSAGES.notMovedOverNewer(path, aside),
      })
      expect(await readFile(aside, 'utf8')).toBe(newer)
      await rm(aside)
    }
  })
}

test('S36: a list and the key file that opens it can’t be planted where a passphrase protects the sessions', async ({
  open,
  path,
}) => {
  await open('key-file').write([PROGRAM])
  const planted = await readFile(path, 'utf8')
  const store = open('passphrase')
  await expect(store.read()).rejects.toMatchObject({
    message: notOpened(STORED_SESSION_REASONS.keyFileOff),
  })
  await store.write([KEY])
  await writeFile(path, planted)
  await expect(open('passphrase').read()).rejects.toMatchObject({ code: 'storage-failed' })
})

test('a list that a passphrase sealed opens beside a keyring, and is sealed by it from then on', async ({
  dataDir,
  open,
}) => {
  await open('passphrase').write([PROGRAM])
  const cipher = keyFileCipher(join(dataDir, 'other.key'))
  const keyring = { cipher }
  const choice = { dataDir, keyring, keepWithoutKeyring: false }
  const store = chooseStorage({ ...choice, passphrase: SECRET }).consentStore
  expect(await store.read()).toEqual([PROGRAM])
  await store.write([PROGRAM, KEY])
  const next = chooseStorage({ ...choice, passphrase: null }).consentStore
  expect(await next.read()).toEqual([PROGRAM, KEY])
})
