// The stored consents: how they are written, read again, and kept if something fails.

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import { KeyUnavailable, type Cipher } from '../../main/storage/cipher.js'
import type { ConsentStore } from '../../main/storage/consent-store.js'
import { STORED_CONSENT_MESSAGES } from '../../main/storage/storage-messages.js'
import { STORED_SESSION_REASONS } from '../../main/storage/stored-session-messages.js'
import { chooseBy, createKeyring, type Choice } from '../support/accounts.js'
import { KEY, PROGRAM } from '../support/grants.js'

const { MEMORY, KEY_FILE, PASSPHRASE, KEYRING } = chooseBy()
const { notOpened } = STORED_CONSENT_MESSAGES
const FULL = { usedAtMs: 1_700_000_001_000, changedAtMs: 1_700_000_002_000 }
const GRANTS = [PROGRAM, KEY, { ...PROGRAM, ...FULL, id: 'qrstuvwx', uid: null, script: null }]

const test = base.extend<{
  dataDir: string
  path: string
  open: (choice?: Choice) => ConsentStore
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'consents-'))
    await use(dataDir)
    await chmod(dataDir, 0o700)
    await rm(dataDir, { recursive: true })
  },
  path: ({ dataDir }, use) => use(join(dataDir, 'consents.json')),
  open: ({ dataDir }, use) =>
    use((choice = KEY_FILE) => chooseStorage({ dataDir, ...choice }).consentStore),
})

for (const [name, choice] of Object.entries({ KEY_FILE, PASSPHRASE, KEYRING })) {
  test(`${name}: grants are there in the next run, every member of them`, async ({
    open,
    path,
  }) => {
    expect(await open(choice).read()).toEqual([])
    await open(choice).write(GRANTS)
    expect(await open(choice).read()).toEqual(GRANTS)
    const text = await readFile(path, 'utf8')
    // With their quotation marks: the sealed text may have any few letters in a row.
    for (const shown of ['backup', 'zoe', 'node', 'client', 'n4bQ']) {
      expect(text).not.toContain(`"${shown}`)
    }
  })
}

test('the file is readable by its owner only, and replaced as a whole', async ({
  open,
  path,
  dataDir,
}) => {
  const leftover = `${path}.12345678-1234-1234-1234-123456789abc.tmp`
  await writeFile(leftover, 'half')
  const store = open()
  await store.write(GRANTS)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const { ino } = await stat(path)
  await store.write([KEY])
  expect((await stat(path)).ino).not.toBe(ino)
  expect((await readdir(dataDir)).toSorted()).toEqual(['consents.json', 'session.key'])
})

test('without grants there is no file', async ({ open, dataDir }) => {
  const store = open(KEYRING)
  await store.write([])
  expect(await readdir(dataDir)).toEqual([])
  await store.write(GRANTS)
  await store.write([])
  expect(await readdir(dataDir)).toEqual([])
  expect(await open(KEYRING).read()).toEqual([])
})

test('calls run in the order in which they are made', async ({ open }) => {
  const store = open()
  const writes = [store.write(GRANTS), store.write([KEY])]
  expect(await store.read()).toEqual([KEY])
  await Promise.all(writes)
  expect(await open().read()).toEqual([KEY])
})

test('in memory, grants last as long as the store', async ({ open, dataDir }) => {
  const store = open(MEMORY)
  await store.write(GRANTS)
  expect(await store.read()).toEqual(GRANTS)
  expect(await open(MEMORY).read()).toEqual([])
  await store.clear()
  expect(await store.read()).toEqual([])
  expect(await readdir(dataDir)).toEqual([])
})

test('in memory, a file of an earlier run stays, and is reported once', async ({ open, path }) => {
  await open(PASSPHRASE).write(GRANTS)
  const before = await readFile(path, 'utf8')
  const store = open(MEMORY)
  await expect(store.read()).rejects.toMatchObject({
    code: 'storage-failed',
    message: notOpened(STORED_SESSION_REASONS.passphraseMissing),
  })
  expect(await store.read()).toEqual([])
  await store.write([KEY])
  expect(await store.read()).toEqual([KEY])
  expect(await readFile(path, 'utf8')).toBe(before)
  expect(await open(PASSPHRASE).read()).toEqual(GRANTS)
  await store.clear()
  expect(await open(PASSPHRASE).read()).toEqual([])
})

test('a file that does not open is moved aside once, before another one is written', async ({
  open,
  path,
  dataDir,
}) => {
  await open(KEYRING).write(GRANTS)
  const before = await readFile(path, 'utf8')
  const other = createKeyring()
  const locked: Cipher = {
    ...other,
    open: () => Promise.reject(new KeyUnavailable('the keyring is locked')),
  }
  const store = open({ ...MEMORY, keyring: { cipher: locked } })
  await expect(store.read()).rejects.toMatchObject({ message: notOpened('the keyring is locked') })
  expect(await readdir(dataDir)).toEqual(['consents.json'])
  await store.write([KEY])
  await store.write([PROGRAM])
  expect(await readFile(join(dataDir, 'consents.unopened.json'), 'utf8')).toBe(before)
  expect(await open(KEYRING).read()).toEqual([PROGRAM])
  expect((await readdir(dataDir)).toSorted()).toEqual(['consents.json', 'consents.unopened.json'])
})

test('a file that was not read is moved aside too, so that no grant is lost', async ({
  open,
  dataDir,
}) => {
  await open().write(GRANTS)
  await open().write([KEY])
  const names = await readdir(dataDir)
  expect(names.toSorted()).toEqual(['consents.json', 'consents.unopened.json', 'session.key'])
})

test('special files are not read, and moved aside', async ({ open, path, dataDir }) => {
  await open().write(GRANTS)
  await rm(path)
  await mkdir(path)
  const store = open()
  await expect(store.read()).rejects.toMatchObject({ code: 'storage-failed' })
  await expect(store.write([KEY])).rejects.toMatchObject({ code: 'storage-failed' })
  expect((await stat(path)).isDirectory()).toBe(true)
  await rm(path, { recursive: true })

  await writeFile(path, ' '.repeat(4 * 1024 * 1024 + 1))
  await expect(store.read()).resolves.toEqual([KEY])
  const next = open()
  await expect(next.read()).rejects.toMatchObject({ code: 'storage-failed' })
  await next.write([KEY])
  expect((await stat(join(dataDir, 'consents.unopened.json'))).size).toBe(4 * 1024 * 1024 + 1)
})

test('what could not be stored lasts as long as the store', async ({ open, path }) => {
  const store = open()
  await store.write([PROGRAM, KEY])
  const before = await readFile(path, 'utf8')
  const huge = { ...PROGRAM, name: 'x'.repeat(4 * 1024 * 1024) }
  await expect(store.write([huge])).rejects.toMatchObject({
    code: 'storage-failed',
    message: STORED_CONSENT_MESSAGES.notStored(STORED_CONSENT_MESSAGES.tooLarge),
  })
  expect(await store.read()).toEqual([huge])
  expect(await readFile(path, 'utf8')).toBe(before)
  await store.write([KEY])
  expect(await open().read()).toEqual([KEY])
})

test('the last grant can be taken back even if the keyring seals nothing', async ({ open }) => {
  await open(KEYRING).write(GRANTS)
  const broken: Cipher = { ...createKeyring(), seal: () => Promise.reject(new Error('locked')) }
  const store = open({ ...MEMORY, keyring: { cipher: broken } })
  expect(await store.read()).toEqual(GRANTS)
  await expect(store.write([KEY])).rejects.toMatchObject({
    message: STORED_CONSENT_MESSAGES.notStored('locked'),
  })
  await store.write([])
  expect(await open(KEYRING).read()).toEqual([])
})

test('clearing deletes the files, also those that were moved aside', async ({ open, dataDir }) => {
  await open().write(GRANTS)
  const store = open()
  await store.write([KEY])
  await store.clear()
  expect(await readdir(dataDir)).toEqual(['session.key'])
  expect(await store.read()).toEqual([])
})
