// The session that is stored between runs: what protects it, in which file, and why it cannot be read.

import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, test as base } from '@playwright/test'
import type { AuthError } from '../../main/base/errors.js'
import { KeyUnavailable, type Cipher } from '../../main/storage/cipher.js'
import {
  chooseStorage,
  SESSION_FILE,
  type Keyring,
  type Storage,
  type StorageTier,
} from '../../main/storage/choose-storage.js'
import { createMemoryStore } from '../../main/storage/memory-store.js'
import { UNOPENED_FILE } from '../../main/storage/session-file.js'
import type { SessionStore } from '../../main/storage/session-store.js'
import {
  STORED_SESSION_MESSAGES,
  STORED_SESSION_REASONS,
  UNLOCK_AND_RESTART,
} from '../../main/storage/stored-session-messages.js'
import type { Session } from '../../main/oauth/session.js'
import { unprivileged } from '../support/unprivileged.js'

/** In every text of a session that must stay secret. No random text contains it by chance. */
const CANARY = 'canary-of-the-session'

const SESSION: Session = {
  issuer: 'https://login.example.com/',
  clientId: 'client',
  account: { sub: `${CANARY}-zoe`, name: `Zoë O'Ünal ${CANARY}`, email: `${CANARY}@example.com` },
  claims: { sub: `${CANARY}-zoe`, name: `Zoë O'Ünal ${CANARY}`, roles: [CANARY], updated_at: 1 },
  tokens: {
    accessToken: `${CANARY}-access-token`,
    accessTokenExpiresAtMs: null,
    obtainedAtMs: 1_700_000_000_000,
    refreshToken: `${CANARY}-refresh-token`,
    idToken: `${CANARY}-id-token`,
    scope: 'openid profile',
  },
}
const OTHER: Session = { ...SESSION, account: { ...SESSION.account, sub: 'bob', name: 'Bob' } }

type Choice = Omit<Parameters<typeof chooseStorage>[0], 'dataDir'>

const MEMORY: Choice = { keyring: null, passphrase: null, keepWithoutKeyring: false }
const KEY_FILE: Choice = { ...MEMORY, keepWithoutKeyring: true }
const PASSPHRASE: Choice = { ...MEMORY, passphrase: 'correct horse battery staple' }
const KEYRING: Choice = { ...MEMORY, keyring: { cipher: keyring() } }

/** A keyring of the system with one key. */
function keyring({ stale = false } = {}): Cipher {
  const mask = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x55))
  return {
    seal: async (plain, what) =>
      `v1:${mask(Buffer.from(JSON.stringify([what, plain]))).toString('base64')}`,
    async open(sealed, binding) {
      const [version, bytes = ''] = sealed.split(':')
      if (version !== 'v1') throw new Error('the keyring does not know what sealed it')
      const [what, plain] = JSON.parse(mask(Buffer.from(bytes, 'base64')).toString()) as [
        unknown,
        string,
      ]
      if (!isDeepStrictEqual(binding, what)) throw new Error('it was sealed for something else')
      return { plain, stale }
    },
  }
}

const test = base.extend<{
  dataDir: string
  path: string
  /** Chooses the storage as a program that starts would. */
  storage: (choice: Choice, dataDir?: string) => Storage
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'vault-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true })
  },
  path: ({ dataDir }, use) => use(join(dataDir, SESSION_FILE)),
  storage: ({ dataDir: usual }, use) =>
    use((choice, dataDir = usual) => chooseStorage({ dataDir, ...choice })),
})

const LOCKED: Keyring = {
  message: 'The keyring is locked. Unlock it.',
  restartAdvice: 'Unlock it and restart',
}

const CHOICES: readonly [choice: Choice, tier: StorageTier, message: string | null][] = [
  [MEMORY, 'memory', STORED_SESSION_MESSAGES.inMemory],
  [KEY_FILE, 'key-file', STORED_SESSION_MESSAGES.withoutKeyring],
  [PASSPHRASE, 'passphrase', null],
  [{ ...PASSPHRASE, keepWithoutKeyring: true }, 'passphrase', null],
  [{ ...MEMORY, keyring: LOCKED }, 'memory', 'The keyring is locked. Unlock it.'],
  [{ ...KEY_FILE, keyring: LOCKED }, 'key-file', STORED_SESSION_MESSAGES.withoutKeyring],
  [{ ...PASSPHRASE, keyring: LOCKED }, 'passphrase', null],
  [{ ...PASSPHRASE, keyring: LOCKED, keepWithoutKeyring: true }, 'passphrase', null],
  [KEYRING, 'keyring', null],
  [{ ...KEYRING, keepWithoutKeyring: true }, 'keyring', null],
  [{ ...KEYRING, ...PASSPHRASE, keyring: KEYRING.keyring }, 'keyring', null],
  [{ ...PASSPHRASE, keyring: KEYRING.keyring, keepWithoutKeyring: true }, 'keyring', null],
]

for (const [choice, tier, message] of CHOICES) {
  const { keyring: system, passphrase, keepWithoutKeyring } = choice
  const given = [
    system === null ? 'no keyring' : 'message' in system ? 'a locked keyring' : 'a keyring',
    passphrase === null ? 'no passphrase' : 'a passphrase',
    keepWithoutKeyring ? 'the choice to do without' : 'no choice to do without',
  ]
  test(`S35: ${given.join(', ')}: ${tier}`, ({ storage }) => {
    const chosen = storage(choice)
    expect(chosen.tier).toBe(tier)
    expect(chosen.message).toBe(message)
  })
}

const SEALED = [
  ['keyring', KEYRING],
  ['passphrase', PASSPHRASE],
  ['key-file', KEY_FILE],
] as const

for (const [tier, choice] of SEALED) {
  test(`${tier}: a stored session is there after a restart, until it is cleared`, async ({
    storage,
    path,
    dataDir,
  }) => {
    const { sessionStore } = storage(choice)
    expect(await sessionStore.read()).toBeNull()
    await sessionStore.write(OTHER)
    await sessionStore.write(SESSION)
    expect(await storage(choice).sessionStore.read()).toEqual(SESSION)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ version: 2, tier })

    await storage(choice).sessionStore.clear()
    expect(await sessionStore.read()).toBeNull()
    expect(await readdir(dataDir)).toEqual(tier === 'key-file' ? ['session.key'] : [])
  })

  test(`S35: ${tier}: nothing of a session can be read in the file`, async ({
    storage,
    dataDir,
  }) => {
    await storage(choice).sessionStore.write(SESSION)
    for (const name of await readdir(dataDir)) {
      const content = await readFile(join(dataDir, name), 'utf8')
      const texts = [content, ...content.split(/[".:]/).map((part) => decode(part))]
      for (const text of texts) expect(text).not.toContain(CANARY)
    }
  })
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString()
}

test('S36: only the owner can read the files, whatever the umask', async ({ storage, dataDir }) => {
  const umask = process.umask(0)
  try {
    await storage(KEY_FILE).sessionStore.write(SESSION)
  } finally {
    process.umask(umask)
  }
  const names = (await readdir(dataDir)).toSorted()
  expect(names).toEqual([SESSION_FILE, 'session.key'])
  for (const name of names) {
    expect((await stat(join(dataDir, name))).mode & 0o777, name).toBe(0o600)
  }
})

test('S35: a session that is in memory only is never on the disk', async ({ storage, dataDir }) => {
  const { sessionStore } = storage(MEMORY)
  await sessionStore.write(SESSION)
  expect(await sessionStore.read()).toEqual(SESSION)
  expect(await readdir(dataDir)).toEqual([])
  expect(await storage(MEMORY).sessionStore.read()).toBeNull()
  await sessionStore.clear()
  expect(await sessionStore.read()).toBeNull()
})

test('a memory store without a file holds a session', async () => {
  const sessionStore = createMemoryStore()
  await sessionStore.write(SESSION)
  expect(await sessionStore.read()).toEqual(SESSION)
  await sessionStore.clear()
  expect(await sessionStore.read()).toBeNull()
})

test('calls after a write wait for it, in their order', async ({ dataDir, path }) => {
  const { seal, open } = keyring()
  const held: (() => void)[] = []
  const slow: Cipher = {
    async seal(plain, what) {
      await new Promise<void>((resolve) => held.push(resolve))
      return seal(plain, what)
    },
    open,
  }
  const { sessionStore } = chooseStorage({ dataDir, ...MEMORY, keyring: { cipher: slow } })
  const ended: string[] = []
  const calls = Promise.all([
    sessionStore.write(SESSION).then(() => ended.push('written')),
    sessionStore.read().then((session) => ended.push(session!.account.sub)),
    sessionStore.write(OTHER).then(() => ended.push('written')),
    sessionStore.clear().then(() => ended.push('cleared')),
    sessionStore.read().then((session) => ended.push(session === null ? 'nothing' : 'something')),
  ])
  await expect.poll(() => held.length).toBe(1)
  expect(ended).toEqual([])
  held[0]!()
  await expect.poll(() => held.length).toBe(2)
  expect(ended).toEqual(['written', SESSION.account.sub])
  held[1]!()
  await calls
  expect(ended).toEqual(['written', SESSION.account.sub, 'written', 'cleared', 'nothing'])
  await expect(stat(path)).rejects.toThrow('ENOENT')
})

test('a call that fails does not block the calls after it', async ({ storage, path }) => {
  const { sessionStore } = storage(KEY_FILE)
  await writeFile(path, 'damaged')
  const [read, written] = await Promise.allSettled([
    sessionStore.read(),
    sessionStore.write(SESSION),
  ])
  expect([read.status, written.status]).toEqual(['rejected', 'fulfilled'])
  expect(await sessionStore.read()).toEqual(SESSION)
})

/** How {@link diskError} words EACCES. */
const DENIED = 'not permitted, EACCES'

const changed = (change: (file: { tier: string; sealed: string; version: number }) => void) => {
  return async (path: string): Promise<void> => {
    const file = JSON.parse(await readFile(path, 'utf8')) as Parameters<typeof change>[0]
    change(file)
    await writeFile(path, JSON.stringify(file))
  }
}
/** Seals a text that is no session with the right key. */
const sealing = (plain: string) => async (path: string) => {
  const { issuer, clientId } = SESSION
  const what = {
    purpose: 'session',
    issuer,
    clientId,
  } as const
  const sealed = await keyring().seal(plain, what)
  await writeFile(path, JSON.stringify({ version: 2, tier: 'keyring', ...what, sealed }))
}

const DAMAGE: readonly [
  name: string,
  keptBy: Choice,
  damage: (path: string) => Promise<unknown>,
  readBy: Choice,
  why: string,
][] = [
  [
    'empty',
    KEY_FILE,
    (path) => writeFile(path, ''),
    KEY_FILE,
    STORED_SESSION_REASONS.damaged('DIR/session.json'),
  ],
  [
    'cut off',
    KEY_FILE,
    async (path) => writeFile(path, (await readFile(path, 'utf8')).slice(0, -5)),
    KEY_FILE,
    STORED_SESSION_REASONS.damaged('DIR/session.json'),
  ],
  [
    'no JSON',
    KEY_FILE,
    (path) => writeFile(path, 'Hello'),
    KEY_FILE,
    STORED_SESSION_REASONS.damaged('DIR/session.json'),
  ],
  [
    'JSON of another kind',
    KEY_FILE,
    (path) => writeFile(path, '[]'),
    KEY_FILE,
    STORED_SESSION_REASONS.damaged('DIR/session.json'),
  ],
  [
    'of zero bytes',
    KEY_FILE,
    (path) => writeFile(path, Buffer.alloc(900)),
    KEY_FILE,
    STORED_SESSION_REASONS.damaged('DIR/session.json'),
  ],
  [
    'tampered with',
    KEY_FILE,
    changed(
      (file) => (file.sealed = file.sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))),
    ),
    KEY_FILE,
    STORED_SESSION_REASONS.orDamaged(STORED_SESSION_REASONS.otherKey),
  ],
  [
    'said to be sealed in another way',
    PASSPHRASE,
    changed((file) => (file.tier = 'key-file')),
    PASSPHRASE,
    STORED_SESSION_REASONS.keyMissing('DIR/session.key'),
  ],
  [
    'without its key, as on another machine',
    KEY_FILE,
    (path) => rm(path.replace('.json', '.key')),
    KEY_FILE,
    STORED_SESSION_REASONS.keyMissing('DIR/session.key'),
  ],
  [
    'beside another key',
    KEY_FILE,
    (path) => writeFile(path.replace('.json', '.key'), 'A'.repeat(43)),
    KEY_FILE,
    STORED_SESSION_REASONS.orDamaged(STORED_SESSION_REASONS.otherKey),
  ],
  [
    'encrypted with another passphrase',
    PASSPHRASE,
    () => Promise.resolve(),
    { ...MEMORY, passphrase: 'another' },
    STORED_SESSION_REASONS.orDamaged(STORED_SESSION_REASONS.otherPassphrase),
  ],
  [
    'sealed with a passphrase, though now there is only a key file',
    PASSPHRASE,
    () => Promise.resolve(),
    KEY_FILE,
    STORED_SESSION_REASONS.passphraseMissing,
  ],
  [
    'sealed with a passphrase, though now there is neither passphrase nor key',
    PASSPHRASE,
    () => Promise.resolve(),
    MEMORY,
    STORED_SESSION_REASONS.passphraseMissing,
  ],
  [
    'sealed by a key file, though key files are turned off now',
    KEY_FILE,
    () => Promise.resolve(),
    MEMORY,
    STORED_SESSION_REASONS.keyFileOff,
  ],
  [
    'sealed by the keyring, though now there is none',
    KEYRING,
    () => Promise.resolve(),
    PASSPHRASE,
    STORED_SESSION_REASONS.keyringMissing,
  ],
  [
    'sealed by the keyring, which is locked',
    KEYRING,
    () => Promise.resolve(),
    { ...MEMORY, keyring: LOCKED },
    STORED_SESSION_REASONS.keyringMissing,
  ],
  [
    'sealed by a different keyring',
    KEYRING,
    changed((file) => (file.sealed = 'v2:AAAA')),
    KEYRING,
    'the keyring does not know what sealed it',
  ],
  [
    'sealed correctly but contains no JSON',
    KEYRING,
    sealing('null and void'),
    KEYRING,
    STORED_SESSION_REASONS.otherContent,
  ],
  [
    'sealed correctly but contains no session',
    KEYRING,
    sealing(JSON.stringify({ ...SESSION, tokens: {} })),
    KEYRING,
    STORED_SESSION_REASONS.otherContent,
  ],
  [
    'a link to itself',
    KEY_FILE,
    async (path) => {
      await rm(path)
      await symlink(path, path)
    },
    KEY_FILE,
    STORED_SESSION_REASONS.cannotRead('DIR/session.json', 'a link is in its place, ELOOP'),
  ],
]

for (const [name, keptBy, damage, readBy, why] of DAMAGE) {
  test(`S36: a file that is ${name}: it is reported, and the file stays until the next sign-in`, async ({
    storage,
    path,
    dataDir,
  }) => {
    await storage(keptBy).sessionStore.write(OTHER)
    await damage(path)
    const before = await readContent(path)
    const { sessionStore, tier } = storage(readBy)
    const reason = why.replace('DIR', dataDir)
    const refusals = [await catchError(sessionStore.read()), await catchError(sessionStore.read())]
    for (const { code, message } of refusals) {
      expect(code).toBe('storage-failed')
      expect(message).toBe(STORED_SESSION_MESSAGES.notOpened(reason))
    }
    expect(await readContent(path)).toBe(before)

    await sessionStore.write(SESSION)
    expect(await sessionStore.read()).toEqual(SESSION)
    if (tier !== 'memory') expect(await storage(readBy).sessionStore.read()).toEqual(SESSION)
    await sessionStore.clear()
    expect((await readdir(dataDir)).filter((left) => left !== 'session.key')).toEqual([])
  })
}

for (const [name, choice] of Object.entries({ MEMORY, KEY_FILE, PASSPHRASE })) {
  test(`a session that the keyring sealed waits for the keyring until it is replaced or deleted (${name})`, async ({
    storage,
  }) => {
    const locked = { ...choice, keyring: LOCKED }
    const store = (): Promise<void> => storage(KEYRING).sessionStore.write(OTHER)
    const read = async (by: Choice): Promise<SessionStore> => {
      const { sessionStore } = storage(by)
      await sessionStore.read().catch(() => null)
      return sessionStore
    }
    expect((await read(locked)).isLocked?.()).toBe(false)
    await store()
    const { restartAdvice } = storage(locked)
    expect(restartAdvice).toBe('Unlock it and restart')
    const aside = await read(locked)
    expect(aside.isLocked?.()).toBe(true)
    expect(await aside.setAside?.()).toContain('session.unopened.json')
    expect(aside.isLocked?.()).toBe(false)
    await store()
    const cleared = await read(locked)
    expect(cleared.isLocked?.()).toBe(true)
    await cleared.clear()
    expect(cleared.isLocked?.()).toBe(false)
  })
}

test('a session waits for a key that is unavailable until a restart, but not if it is damaged', async ({
  storage,
}) => {
  await storage(KEYRING).sessionStore.write(OTHER)
  for (const [error, isLocked] of [
    [new KeyUnavailable('it is away'), true],
    [new Error('it is damaged'), false],
  ] as const) {
    const away: Cipher = { ...keyring(), open: () => Promise.reject(error) }
    const { sessionStore, restartAdvice } = storage({ ...MEMORY, keyring: { cipher: away } })
    await expect(sessionStore.read()).rejects.toThrow(error.message)
    expect(sessionStore.isLocked?.()).toBe(isLocked)
    expect(restartAdvice).toBe(UNLOCK_AND_RESTART)
  }
})

test('without a tray app there is no keyring, so no restart is offered', async ({ storage }) => {
  await storage(KEYRING).sessionStore.write(OTHER)
  for (const choice of [MEMORY, KEY_FILE, PASSPHRASE]) {
    expect(storage(choice).restartAdvice).toBeNull()
  }
})

function catchError(reading: Promise<unknown>): Promise<AuthError> {
  return reading.then(
    () => Promise.reject(new Error('it was read')),
    (thrown: AuthError) => thrown,
  )
}

function readContent(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: Error) => error.message)
}

test('S36: a folder in the file’s place is reported on reading, writing and deleting', async ({
  storage,
  path,
}) => {
  await mkdir(path)
  const { sessionStore } = storage(KEY_FILE)
  const error = 'a folder is in its place, EISDIR'
  await expect(sessionStore.read()).rejects.toThrow(
    STORED_SESSION_MESSAGES.notOpened(STORED_SESSION_REASONS.cannotRead(path, error)),
  )
  await expect(sessionStore.write(SESSION)).rejects.toMatchObject({
    code: 'storage-failed',
    message: STORED_SESSION_MESSAGES.notStored(STORED_SESSION_REASONS.cannotWrite(path, error)),
  })
  await expect(sessionStore.clear()).rejects.toThrow(
    `${path} can't be deleted (a folder is in its place`,
  )
})

test('S36: a file without read permission is reported, and replaced by the next sign-in', async ({
  storage,
  path,
  dataDir,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await storage(KEY_FILE).sessionStore.write(OTHER)
  await chmod(path, 0)
  await unprivileged(dataDir, async () => {
    const { sessionStore } = storage(KEYRING)
    await expect(sessionStore.read()).rejects.toThrow(
      STORED_SESSION_MESSAGES.notOpened(STORED_SESSION_REASONS.cannotRead(path, DENIED)),
    )
    await sessionStore.write(SESSION)
    expect(await sessionStore.read()).toEqual(SESSION)
  })
})

test('S36: in a read-only folder the stored session is read, and failed writes are reported', async ({
  storage,
  path,
  dataDir,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await storage(KEYRING).sessionStore.write(OTHER)
  await chmod(path, 0o644)
  await writeFile(`${path}.00000000-0000-4000-8000-000000000000.tmp`, 'half')
  await chmod(dataDir, 0o500)
  await unprivileged(dataDir, async () => {
    const { sessionStore } = storage(KEYRING)
    expect(await sessionStore.read()).toEqual(OTHER)
    await expect(sessionStore.write(SESSION)).rejects.toMatchObject({
      code: 'storage-failed',
      message: STORED_SESSION_MESSAGES.notStored(STORED_SESSION_REASONS.cannotWrite(path, DENIED)),
    })
    await expect(sessionStore.clear()).rejects.toThrow(
      STORED_SESSION_MESSAGES.notDeleted(path, DENIED),
    )
    expect(await sessionStore.read()).toEqual(OTHER)
  })
  await chmod(dataDir, 0o700)
})

test('S36: a key file that cannot be created is reported, and nothing is stored in plain text', async ({
  storage,
  dataDir,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await chmod(dataDir, 0o500)
  await unprivileged(dataDir, () =>
    expect(storage(KEY_FILE).sessionStore.write(SESSION)).rejects.toMatchObject({
      code: 'storage-failed',
      message: STORED_SESSION_MESSAGES.notStored(
        STORED_SESSION_REASONS.keyNotWritten(join(dataDir, 'session.key'), DENIED),
      ),
    }),
  )
  await chmod(dataDir, 0o700)
  expect(await readdir(dataDir)).toEqual([])
})

test('a keyring’s failure is reported, and the stored session stays', async ({
  storage,
  dataDir,
}) => {
  await storage(KEYRING).sessionStore.write(OTHER)
  const locked: Cipher = { ...keyring(), seal: () => Promise.reject(new Error('it was locked')) }
  const { sessionStore } = chooseStorage({ dataDir, ...MEMORY, keyring: { cipher: locked } })
  await expect(sessionStore.write(SESSION)).rejects.toThrow(
    STORED_SESSION_MESSAGES.notStored('it was locked'),
  )
  expect(await sessionStore.read()).toEqual(OTHER)
})

const STALE: Choice = { ...MEMORY, keyring: { cipher: keyring({ stale: true }) } }

for (const [from, to] of [
  [KEY_FILE, PASSPHRASE],
  [KEY_FILE, KEYRING],
  [PASSPHRASE, { ...PASSPHRASE, keyring: KEYRING.keyring }],
  [KEYRING, STALE],
] as const) {
  const [before, after] = [from, to].map((choice) => chooseStorage({ dataDir: '', ...choice }).tier)
  const name = to === STALE ? 'a keyring with a new key' : `${before} to ${after}`
  test(`${name}: the stored session is read and sealed again`, async ({ storage, path }) => {
    await storage(from).sessionStore.write(SESSION)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ tier: before })
    const { ino } = await stat(path)
    expect(await storage(to).sessionStore.read()).toEqual(SESSION)
    expect((await stat(path)).ino).not.toBe(ino)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ tier: after })
    expect(await storage(to).sessionStore.read()).toEqual(SESSION)
  })
}

test('a session with a current seal is not written again', async ({ storage, path }) => {
  await storage(KEYRING).sessionStore.write(SESSION)
  const { ino } = await stat(path)
  expect(await storage(KEYRING).sessionStore.read()).toEqual(SESSION)
  expect((await stat(path)).ino).toBe(ino)
})

test('a session that cannot be sealed again is still read', async ({ storage, dataDir }) => {
  await storage(KEY_FILE).sessionStore.write(SESSION)
  const locked: Cipher = { ...keyring(), seal: () => Promise.reject(new Error('it was locked')) }
  const { sessionStore } = chooseStorage({ dataDir, ...MEMORY, keyring: { cipher: locked } })
  expect(await sessionStore.read()).toEqual(SESSION)
  expect(await storage(KEY_FILE).sessionStore.read()).toEqual(SESSION)
})

for (const [tier, choice] of [...SEALED, ['memory', MEMORY]] as const) {
  test(`S19: ${tier}: clearing deletes the file of an earlier run and the leftovers of a killed one`, async ({
    storage,
    dataDir,
    path,
  }) => {
    await writeFile(path, 'damaged')
    await writeFile(`${path}.00000000-0000-4000-8000-000000000000.tmp`, 'half')
    await storage(choice).sessionStore.clear()
    expect(await readdir(dataDir)).toEqual([])
  })
}

test('S37: the next start deletes the leftovers of a killed program', async ({
  storage,
  dataDir,
  path,
}) => {
  await storage(KEYRING).sessionStore.write(SESSION)
  await writeFile(`${path}.00000000-0000-4000-8000-000000000000.tmp`, 'half')
  expect(await storage(KEYRING).sessionStore.read()).toEqual(SESSION)
  expect(await readdir(dataDir)).toEqual([SESSION_FILE])
})

for (const [tier, choice] of SEALED) {
  test(`${tier}: a session whose refresh token waits for an answer says so`, async ({
    storage,
  }) => {
    await storage(choice).sessionStore.write({ ...SESSION, unanswered: true })
    expect(await storage(choice).sessionStore.read()).toEqual({ ...SESSION, unanswered: true })
  })
}

for (const [tier, choice] of [...SEALED, ['memory', MEMORY]] as const) {
  test(`S19: ${tier}: a session that was moved aside is deleted on its own`, async ({
    storage,
    dataDir,
    path,
  }) => {
    const { sessionStore } = storage(choice)
    await writeFile(path, 'of another provider')
    await sessionStore.setAside!()
    await sessionStore.clear()
    expect(await readdir(dataDir)).toEqual([UNOPENED_FILE])
    await sessionStore.clearAside!()
    await sessionStore.clearAside!()
    expect(await readdir(dataDir)).toEqual([])
  })
}
