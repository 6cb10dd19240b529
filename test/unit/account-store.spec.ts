// The sessions of several accounts that are stored between runs: in which files, in which order, which
// is the default, and why some cannot be read.

import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '../support/expect.js'
import {
  createAccountId,
  hashPerson,
  isAccountId,
  toPerson,
  type AccountStore,
  type EndedAccount,
  type StoredAccount,
} from '../../main/storage/account-store.js'
import { chooseStorage, type StorageTier } from '../../main/storage/choose-storage.js'
import { KeyUnavailable, type Cipher } from '../../main/storage/cipher.js'
import { createMemoryAccounts } from '../../main/storage/memory-accounts.js'
import {
  STORED_SESSION_MESSAGES as MESSAGES,
  STORED_SESSION_REASONS as REASONS,
} from '../../main/storage/stored-session-messages.js'
import {
  KEY_FILE,
  KEYRING,
  LOCKED,
  MEMORY,
  OTHER_OWNER,
  PASSPHRASE,
  test,
} from '../support/account-stores.js'
import {
  ACCOUNTS,
  createKeyring,
  OWNER,
  toAccount,
  toSession,
  type Choice,
} from '../support/accounts.js'
import { number, objectOf } from '../../main/base/schema.js'
import { wireSession } from '../../main/storage/open-sealed.js'
import { toEndedContent } from '../../main/storage/read-accounts.js'
import { unprivileged } from '../support/unprivileged.js'

const [ALICE, BOB, ZOE] = ACCOUNTS
/** Alice's account, once her session has ended. */
const ENDED: EndedAccount = {
  id: ALICE.id,
  addedAtMs: ALICE.addedAtMs,
  ...OWNER,
  account: ALICE.session.account,
  scope: ALICE.session.tokens.scope,
  reason: 'It is over.',
}

const SEALED: readonly [tier: StorageTier, choice: Choice][] = [
  ['keyring', KEYRING],
  ['passphrase', PASSPHRASE],
  ['key-file', KEY_FILE],
]

type File = { version: number; tier: string; id: string; person: string; sealed: string } & Record<
  string,
  unknown
>

async function readJson(path: string): Promise<File> {
  return JSON.parse(await readFile(path, 'utf8')) as File
}

async function readMessages(store: AccountStore): Promise<readonly string[]> {
  const { problems } = await store.readAll([OWNER])
  for (const { code } of problems) expect(code).toBe('storage-failed')
  return problems.map(({ message }) => message)
}

test('an account whose session has ended stays in memory too, and gives way to a session', async () => {
  const store = createMemoryAccounts()
  await store.write(ALICE)
  await store.writeEnded(ENDED)
  await store.writeDefault(ENDED.id)
  expect(await store.readAll([OWNER])).toEqual({ accounts: [], ended: [ENDED], problems: [] })
  expect(await store.readDefault()).toBe(ENDED.id)
  await store.write(ALICE)
  expect(await store.readAll([OWNER])).toEqual({ accounts: [ALICE], problems: [] })
  await store.writeEnded(ENDED)
  await store.delete(ENDED.id)
  expect(await store.readAll()).toEqual({ accounts: [], problems: [] })
})

test('S19: the unopened files of some providers are deleted, and no others', async ({
  open,
  dataDir,
  folder,
}) => {
  const other = toAccount('oooooooo', 'alice', 4_000, OTHER_OWNER)
  const locked = toAccount('llllllll', 'locked', 5_000)
  const lockedOther = toAccount('kkkkkkkk', 'locked', 6_000, OTHER_OWNER)
  const aside = toAccount('sssssss2', 'aside', 7_000)
  for (const account of [locked, lockedOther, aside]) await open(PASSPHRASE).write(account)
  await rename(join(folder, `${aside.id}.json`), join(folder, `${aside.id}.unopened.json`))
  const store = open(KEYRING)
  for (const account of [ALICE, other]) await store.write(account)
  await writeFile(join(folder, 'dddddddd.json'), 'damaged')
  await writeFile(join(dataDir, 'session.json'), 'damaged')

  const started = open(KEYRING)
  expect((await started.readAll([OWNER])).problems).not.toEqual([])
  await started.clearUnopened!([OWNER])
  const left = [ALICE, other, lockedOther].map(({ id }) => `${id}.json`)
  expect(await readdir(folder)).toEqual(left.toSorted())
  expect((await readdir(dataDir)).filter((name) => name.startsWith('session.'))).toEqual([])
  expect(await open(KEYRING).readAll([OWNER])).toEqual({ accounts: [ALICE], problems: [] })

  await open(MEMORY).clearUnopened!([OTHER_OWNER])
  expect(await readdir(folder)).toEqual([`${ALICE.id}.json`])
})

test('an account whose session has ended is sealed again by another cipher', async ({
  open,
  folder,
}) => {
  await open(KEY_FILE).writeEnded(ENDED)
  expect(await open({ ...KEYRING, keepWithoutKeyring: true }).readAll([OWNER])).toMatchObject({
    ended: [ENDED],
  })
  expect(await readJson(join(folder, `${ENDED.id}.json`))).toMatchObject({ tier: 'keyring' })
})

test('a session of a person replaces an earlier one that has ended', async ({ open, folder }) => {
  await open(KEYRING).writeEnded(ENDED)
  const twin = { ...ALICE, id: 'bbbbbbbb' }
  await open(KEYRING).write(twin)
  expect(await open(KEYRING).readAll([OWNER])).toEqual({ accounts: [twin], problems: [] })
  expect(await readdir(folder)).toEqual([`${twin.id}.json`])
})

test('an earlier Latchkey reads an account whose session has ended as an expired session', () => {
  const earlier = objectOf({ addedAtMs: number, session: wireSession })
  expect(earlier.safeParse(JSON.parse(toEndedContent(ENDED)))).toEqual({
    success: true,
    data: {
      addedAtMs: ALICE.addedAtMs,
      session: {
        ...OWNER,
        account: ENDED.account,
        claims: { sub: ENDED.account.sub },
        tokens: {
          accessToken: '',
          accessTokenExpiresAtMs: 0,
          obtainedAtMs: 0,
          refreshToken: null,
          idToken: '',
          scope: ENDED.scope,
        },
      },
    },
  })
})

test('an account id is random, has 8 characters, and can be typed', () => {
  const ids = Array.from({ length: 1_000 }, createAccountId)
  expect(new Set(ids).size).toBe(1_000)
  for (const id of ids) expect(isAccountId(id)).toBe(true)
  expect(new Set(ids.join('')).size).toBe(32)
  for (const text of ['', 'all', 'default', 'ABCDEFGH', 'abcdefg1', 'abcdefghi', '../abcde']) {
    expect(isAccountId(text)).toBe(false)
  }
})

for (const [tier, choice] of SEALED) {
  test(`${tier}: accounts are there after a restart, in the order in which they were added`, async ({
    open,
    folder,
  }) => {
    const store = open(choice)
    expect(await store.readAll([OWNER])).toEqual({ accounts: [], problems: [] })
    for (const account of [ZOE, ALICE, BOB]) await store.write(account)
    const stored = { accounts: [ALICE, BOB, ZOE], problems: [] }
    expect(await store.readAll([OWNER])).toEqual(stored)
    expect(await open(choice).readAll([OWNER])).toEqual(stored)
    expect(await open(choice).readAll()).toEqual(stored)
    for (const { id, session } of ACCOUNTS) {
      expect(await readJson(join(folder, `${id}.json`))).toEqual({
        version: 3,
        tier,
        purpose: 'session',
        ...OWNER,
        id,
        person: hashPerson(id, toPerson(session)),
        sealed: expect.any(String),
      })
    }

    await open(choice).delete(BOB.id)
    expect((await open(choice).readAll([OWNER])).accounts).toEqual([ALICE, ZOE])
    const renewed = { ...ZOE, session: toSession('zoe', { obtainedAtMs: 9 }) }
    await open(choice).write(renewed)
    expect((await open(choice).readAll([OWNER])).accounts).toEqual([ALICE, renewed])
    await open(choice).clear()
    expect((await open(choice).readAll()).accounts).toEqual([])
  })

  test(`${tier}: an account whose session has ended is there after a restart, without its tokens`, async ({
    open,
  }) => {
    await open(choice).write(ALICE)
    await open(choice).write(BOB)
    await open(choice).writeEnded(ENDED)
    await open(choice).writeDefault(ENDED.id)
    const store = open(choice)
    const stored = { accounts: [BOB], ended: [ENDED], problems: [] }
    expect(await store.readAll([OWNER])).toEqual(stored)
    expect(await store.readAll()).toEqual(stored)
    expect(await store.readAll([OTHER_OWNER])).toEqual({ accounts: [], problems: [] })
    expect(await store.readDefault()).toBe(ENDED.id)
    await store.write(ALICE)
    expect(await open(choice).readAll()).toEqual({ accounts: [ALICE, BOB], problems: [] })
    await store.writeEnded(ENDED)
    await store.delete(ENDED.id)
    expect(await open(choice).readAll()).toEqual({ accounts: [BOB], problems: [] })
  })

  test(`S35: ${tier}: nothing of a session can be read in the files`, async ({
    open,
    dataDir,
    folder,
  }) => {
    await open(choice).write(ALICE)
    await open(choice).writeDefault(ALICE.id)
    const paths = (await readdir(folder)).map((name) => join(folder, name))
    if (tier === 'key-file') paths.push(join(dataDir, 'session.key'))
    for (const path of paths) {
      const content = await readFile(path, 'utf8')
      const texts = [content, ...content.split(/[".:]/).map(decode)]
      for (const text of texts) expect(text).not.toMatch(/secret|alice|Alice|admin/)
    }
  })
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString()
}

test('accounts that were added at the same time are in the order of their ids', async ({
  open,
}) => {
  const twins = ['bbbbbbbb', 'aaaaaaaa', 'cccccccc'].map((id) => toAccount(id, id, 1))
  for (const choice of [KEYRING, MEMORY]) {
    const store = open(choice)
    for (const account of twins) await store.write(account)
    const { accounts } = await store.readAll([OWNER])
    expect(accounts.map(({ id }) => id)).toEqual(['aaaaaaaa', 'bbbbbbbb', 'cccccccc'])
  }
})

test('50 accounts are read', async ({ open }) => {
  const store = open(KEYRING)
  const accounts = Array.from({ length: 50 }, (_, at) => toAccount(createAccountId(), `p${at}`, at))
  for (const account of accounts) await store.write(account)
  expect(await open(KEYRING).readAll([OWNER])).toEqual({ accounts, problems: [] })
})

test('S36: only the owner can read the files, whatever the umask and the folder’s mode', async ({
  open,
  dataDir,
  folder,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  const umask = process.umask(0)
  try {
    await open(KEY_FILE).write(ALICE)
    await open(KEY_FILE).writeDefault(ALICE.id)
  } finally {
    process.umask(umask)
  }
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  for (const path of [
    join(dataDir, 'session.key'),
    ...(await readdir(folder)).map((name) => join(folder, name)),
  ]) {
    expect((await stat(path)).mode & 0o777, path).toBe(0o600)
  }
  await chmod(folder, 0o755)
  await open(KEY_FILE).write(BOB)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
})

test('S35: accounts that are in memory only are never on the disk', async ({ open, dataDir }) => {
  const store = open(MEMORY)
  await store.write(BOB)
  await store.write(ALICE)
  await store.writeDefault(BOB.id)
  expect(await store.readAll([OWNER])).toEqual({ accounts: [ALICE, BOB], problems: [] })
  expect(await store.readDefault()).toBe(BOB.id)
  expect(await readdir(dataDir)).toEqual([])
  expect((await open(MEMORY).readAll()).accounts).toEqual([])

  await store.delete(BOB.id)
  expect(await store.readDefault()).toBeNull()
  await store.clear()
  expect((await store.readAll()).accounts).toEqual([])
})

test('a memory store without a data directory holds accounts', async () => {
  const store = createMemoryAccounts()
  await store.write(ALICE)
  expect(await store.readAll([OWNER])).toEqual({ accounts: [ALICE], problems: [] })
  expect([store.setAside, store.clearAside, store.isLocked]).toEqual(Array(3).fill(undefined))
})

for (const [name, choice] of [
  ['a sealed', KEYRING],
  ['a memory', MEMORY],
] as const) {
  test(`${name} store gives out the accounts of the named providers and client IDs only`, async ({
    open,
  }) => {
    const store = open(choice)
    const other = toAccount('otherone', 'zoe', 9_000, { issuer: OTHER_OWNER.issuer })
    const client = toAccount('otherapp', 'zoe', 10_000, { clientId: 'another' })
    for (const account of [ALICE, other, client]) await store.write(account)
    expect(await store.readAll([OWNER])).toEqual({ accounts: [ALICE], problems: [] })
    expect(await store.readAll([OTHER_OWNER, OWNER])).toEqual({
      accounts: [ALICE, other],
      problems: [],
    })
    expect((await store.readAll()).accounts).toEqual([ALICE, other, client])
    expect((await store.readAll([])).accounts).toEqual([])
  })
}

test('calls are carried out in the order they are made in', async ({ open, dataDir }) => {
  const { seal, open: unseal } = createKeyring()
  const waiting: (() => void)[] = []
  const slow: Cipher = {
    async seal(plain, what) {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return seal(plain, what)
    },
    open: unseal,
  }
  const store = chooseStorage({ dataDir, ...MEMORY, keyring: { cipher: slow } }).accountStore
  const ended: string[] = []
  const calls = Promise.all([
    store.write(ALICE).then(() => ended.push('written')),
    store.readAll().then(({ accounts }) => ended.push(`${accounts.length}`)),
    store.delete(ALICE.id).then(() => ended.push('deleted')),
    store.readAll().then(({ accounts }) => ended.push(`${accounts.length}`)),
  ])
  await expect.poll(() => waiting.length).toBe(1)
  expect(ended).toEqual([])
  waiting[0]!()
  await calls
  expect(ended).toEqual(['written', '1', 'deleted', '0'])
  expect((await open(KEYRING).readAll()).accounts).toEqual([])
})

test('a call that fails does not block the calls after it', async ({ open }) => {
  const store = open(KEYRING)
  const [odd, written] = await Promise.allSettled([
    store.write({ ...ALICE, id: '../../ab' }),
    store.write(ALICE),
  ])
  expect([odd.status, written.status]).toEqual(['rejected', 'fulfilled'])
  expect((await store.readAll()).accounts).toEqual([ALICE])
})

test('the default account is remembered, until it is deleted or none is chosen', async ({
  open,
}) => {
  const store = open(KEYRING)
  expect(await store.readDefault()).toBeNull()
  for (const account of ACCOUNTS) await store.write(account)
  expect(await store.readDefault()).toBeNull()
  await store.writeDefault(BOB.id)
  expect(await open(KEYRING).readDefault()).toBe(BOB.id)
  await store.writeDefault(null)
  await store.writeDefault(null)
  expect(await open(KEYRING).readDefault()).toBeNull()
  await store.writeDefault(BOB.id)
  await store.delete(BOB.id)
  expect(await open(KEYRING).readDefault()).toBeNull()
})

test('S36: a damaged default account counts as none, and one of a newer version is not overwritten', async ({
  open,
  folder,
}) => {
  const store = open(KEYRING)
  await store.write(ALICE)
  const path = join(folder, 'default.json')
  const newer = JSON.stringify({ version: 2, id: ALICE.id })
  for (const text of ['', 'null', '{}', '{"version":1,"id":"../../x"}', '{"version":1}', newer]) {
    await writeFile(path, text)
    expect(await store.readDefault()).toBeNull()
  }
  await expect(store.writeDefault(ALICE.id)).rejects.toMatchObject({
    code: 'storage-failed',
    message: MESSAGES.defaultOfNewerVersion(path),
  })
  expect(await readFile(path, 'utf8')).toBe(newer)
  await rm(path)
  await mkdir(path)
  expect(await store.readDefault()).toBeNull()
  await expect(store.writeDefault(ALICE.id)).rejects.toMatchObject({
    code: 'storage-failed',
    message: MESSAGES.defaultNotStored(path, 'a folder is in its place, EISDIR'),
  })
})

const DAMAGE: readonly [name: string, damage: (path: string) => Promise<unknown>, why: string][] = [
  ['empty', (path) => writeFile(path, ''), REASONS.damaged('PATH')],
  [
    'cut off',
    async (path) => writeFile(path, (await readFile(path, 'utf8')).slice(0, -5)),
    REASONS.damaged('PATH'),
  ],
  ['no JSON', (path) => writeFile(path, 'Hello'), REASONS.damaged('PATH')],
  ['JSON null', (path) => writeFile(path, 'null'), REASONS.damaged('PATH')],
  ['of zero bytes', (path) => writeFile(path, Buffer.alloc(900)), REASONS.damaged('PATH')],
  [
    'of random bytes',
    (path) => writeFile(path, Buffer.from([0xff, 0, 0x80])),
    REASONS.damaged('PATH'),
  ],
  [
    'of the version before',
    (path) => change(path, (file) => (file.version = 2)),
    REASONS.damaged('PATH'),
  ],
  [
    'of a newer version',
    (path) => writeFile(path, '{"version":4,"sealedBy":"a means to come"}'),
    REASONS.newerVersion('PATH'),
  ],
  [
    'a copy of another account’s',
    async (path) => copyFile(path.replace(ALICE.id, BOB.id), path),
    REASONS.damaged('PATH'),
  ],
  [
    'a link to itself',
    async (path) => {
      await rm(path)
      await symlink(path, path)
    },
    REASONS.cannotRead('PATH', 'a link is in its place, ELOOP'),
  ],
  [
    'a folder',
    async (path) => {
      await rm(path)
      await mkdir(path)
    },
    REASONS.cannotRead('PATH', 'a folder is in its place, EISDIR'),
  ],
  [
    'too large',
    (path) => writeFile(path, Buffer.alloc(5_000_000, ' ')),
    REASONS.cannotRead('PATH', 'it is too large, EFILETOOLARGE'),
  ],
]

async function change(path: string, how: (file: File) => void): Promise<void> {
  const file = await readJson(path)
  how(file)
  await writeFile(path, JSON.stringify(file))
}

for (const [name, damage, why] of DAMAGE) {
  test(`S36: a file that is ${name} is a problem, and the other accounts are read`, async ({
    open,
    folder,
  }) => {
    const store = open(KEY_FILE)
    for (const account of ACCOUNTS) await store.write(account)
    const path = join(folder, `${ALICE.id}.json`)
    await damage(path)
    const before = await readContent(path)
    for (let time = 0; time < 2; time++) {
      const { accounts, problems } = await open(KEY_FILE).readAll([OWNER])
      expect(accounts).toEqual([BOB, ZOE])
      const reason = why.replace('PATH', path)
      expect(problems.map(({ message }) => message)).toEqual([MESSAGES.notOpened(reason)])
      expect(await readContent(path)).toBe(before)
    }
  })
}

function readContent(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: Error) => error.message)
}

test('S36: names that are not Latchkey’s in the folder are ignored, and stay', async ({
  open,
  folder,
}) => {
  const store = open(KEYRING)
  await store.write(ALICE)
  const mine = join(folder, `${ALICE.id}.json`)
  const names = [
    `${ALICE.id} (copy).json`,
    'ABCDEFGH.json',
    'abcdefg1.json',
    'notes.txt',
    `${ALICE.id}.json~`,
    '.json',
    '.unopened.json',
  ]
  for (const name of names) await copyFile(mine, join(folder, name))
  await mkdir(join(folder, 'a folder'))
  expect(await open(KEYRING).readAll()).toEqual({ accounts: [ALICE], problems: [] })
  await open(KEYRING).clear()
  expect((await readdir(folder)).toSorted()).toEqual([...names, 'a folder'].toSorted())
})

for (const [what, make, error] of [
  ['a file', (path: string) => writeFile(path, 'x'), 'a file is in its place, ENOTDIR'],
  ['a link', (path: string) => symlink(tmpdir(), path), 'a link is in its place, ELOOP'],
] as const) {
  test(`S36: ${what} in the folder’s place is a problem, and is not followed`, async ({
    open,
    folder,
  }) => {
    await make(folder)
    const store = open(KEYRING)
    expect(await readMessages(store)).toEqual([
      MESSAGES.notOpened(REASONS.cannotRead(folder, error)),
    ])
    expect(await store.readDefault()).toBeNull()
    const path = join(folder, `${ALICE.id}.json`)
    await expect(store.write(ALICE)).rejects.toMatchObject({
      code: 'storage-failed',
      message: MESSAGES.notStored(REASONS.cannotWrite(path, error)),
    })
    await store.clear()
    await expect(lstat(folder)).rejects.toThrow('ENOENT')
    await store.write(ALICE)
    expect((await store.readAll()).accounts).toEqual([ALICE])
  })
}

test('S36: a folder that cannot be read or written is a problem', async ({
  open,
  dataDir,
  folder,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await open(KEYRING).write(ALICE)
  const path = join(folder, `${ALICE.id}.json`)
  const denied = 'not permitted, EACCES'
  await chmod(path, 0o644)
  // It cannot be deleted, and does no harm.
  await writeFile(`${path}.00000000-0000-4000-8000-000000000000.tmp`, 'half')
  await chmod(folder, 0o555)
  await unprivileged(dataDir, async () => {
    const store = open(KEYRING)
    expect((await store.readAll()).accounts).toEqual([ALICE])
    await expect(store.write(BOB)).rejects.toThrow('not permitted, EACCES')
    await expect(store.delete(ALICE.id)).rejects.toMatchObject({
      code: 'storage-failed',
      message: MESSAGES.notDeleted(path, denied),
    })
    await expect(store.clear()).rejects.toThrow(MESSAGES.notDeleted(path, denied))
  })
  await chmod(folder, 0)
  await unprivileged(dataDir, async () => {
    const store = open(KEYRING)
    expect(await readMessages(store)).toEqual([
      MESSAGES.notOpened(REASONS.cannotRead(folder, denied)),
    ])
    await expect(store.clear()).rejects.toThrow(MESSAGES.notDeleted(folder, denied))
  })
  await chmod(folder, 0o700)
})

test('S36: a key file that cannot be created is reported, and nothing is stored in plain text', async ({
  open,
  dataDir,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await chmod(dataDir, 0o500)
  await unprivileged(dataDir, () =>
    expect(open(KEY_FILE).write(ALICE)).rejects.toMatchObject({
      code: 'storage-failed',
      message: MESSAGES.notStored(
        REASONS.keyNotWritten(join(dataDir, 'session.key'), 'not permitted, EACCES'),
      ),
    }),
  )
  await chmod(dataDir, 0o700)
  expect(await readdir(dataDir)).toEqual([])
})

test('S36: a file of a newer version is never overwritten', async ({ open, folder }) => {
  const store = open(KEYRING)
  await store.write(ALICE)
  const path = join(folder, `${ALICE.id}.json`)
  for (const version of [4, 1_000]) {
    const newer = JSON.stringify({ version })
    await writeFile(path, newer)
    await expect(store.write(ALICE)).rejects.toMatchObject({
      code: 'storage-failed',
      message: MESSAGES.notStored(REASONS.notOverwritten(path)),
    })
    expect(await store.setAside!(toPerson(ALICE.session))).toBeNull()
    await store.clearAside!(toPerson(ALICE.session))
    expect(await readFile(path, 'utf8')).toBe(newer)
  }
})

for (const [from, to] of [
  [KEY_FILE, PASSPHRASE],
  [PASSPHRASE, { ...PASSPHRASE, keyring: KEYRING.keyring }],
  [KEYRING, { ...MEMORY, keyring: { cipher: createKeyring({ stale: true }) } }],
] as const) {
  const [before, after] = [from, to].map((choice) => chooseStorage({ dataDir: '', ...choice }).tier)
  test(`${before} to ${after}: the accounts are read and sealed again`, async ({
    open,
    folder,
  }) => {
    for (const account of ACCOUNTS) await open(from).write(account)
    const path = join(folder, `${ALICE.id}.json`)
    const { ino } = await stat(path)
    expect(await open(to).readAll([OWNER])).toEqual({ accounts: ACCOUNTS, problems: [] })
    expect((await stat(path)).ino).not.toBe(ino)
    expect(await readJson(path)).toMatchObject({ tier: after })
    expect(await open(to).readAll([OWNER])).toEqual({ accounts: ACCOUNTS, problems: [] })
  })
}

test('an account with a current seal is not written again, and one that cannot be sealed is still read', async ({
  open,
  folder,
  dataDir,
}) => {
  await open(KEY_FILE).write(ALICE)
  const path = join(folder, `${ALICE.id}.json`)
  const { ino } = await stat(path)
  expect((await open(KEY_FILE).readAll()).accounts).toEqual([ALICE])
  const broken: Cipher = {
    ...createKeyring(),
    seal: () => Promise.reject(new Error('it was locked')),
  }
  const store = chooseStorage({ dataDir, ...MEMORY, keyring: { cipher: broken } }).accountStore
  expect(await store.readAll()).toEqual({ accounts: [ALICE], problems: [] })
  expect((await stat(path)).ino).toBe(ino)
  await expect(store.write(ALICE)).rejects.toThrow(MESSAGES.notStored('it was locked'))
  expect((await open(KEY_FILE).readAll()).accounts).toEqual([ALICE])
})

for (const [name, choice] of Object.entries({ MEMORY, KEY_FILE, PASSPHRASE })) {
  test(`accounts that the keyring sealed wait for it; the reason is given once (${name})`, async ({
    open,
    folder,
  }) => {
    const locked = { ...choice, keyring: LOCKED.keyring }
    expect(open(locked).isLocked!()).toBe(false)
    for (const account of [ALICE, BOB]) await open(KEYRING).write(account)
    const store = open(locked)
    expect(await readMessages(store)).toEqual([MESSAGES.notOpened(REASONS.keyringMissing)])
    expect(store.isLocked!()).toBe(true)

    expect(await store.setAside!(toPerson(ZOE.session))).toBeNull()
    expect(await store.setAside!(toPerson(ALICE.session))).toBe(
      join(folder, `${ALICE.id}.unopened.json`),
    )
    expect(store.isLocked!()).toBe(true)
    await store.setAside!(toPerson(BOB.session))
    expect(store.isLocked!()).toBe(false)
    expect(await readMessages(store)).toEqual([])

    // Renamed back, an account is there again.
    await rename(join(folder, `${BOB.id}.unopened.json`), join(folder, `${BOB.id}.json`))
    expect((await open(KEYRING).readAll([OWNER])).accounts).toEqual([BOB])
    await store.readAll()
    expect(store.isLocked!()).toBe(true)
    await store.clear()
    expect(store.isLocked!()).toBe(false)
    await expect(lstat(folder)).rejects.toThrow('ENOENT')
  })
}

test('an account waits for a key that is unavailable until a restart, but not if it is damaged', async ({
  open,
}) => {
  await open(KEYRING).write(ALICE)
  for (const [error, isLocked] of [
    [new KeyUnavailable('it is away'), true],
    [new Error('it is damaged'), false],
  ] as const) {
    const away: Cipher = { ...createKeyring(), open: () => Promise.reject(error) }
    const store = open({ ...MEMORY, keyring: { cipher: away } })
    expect(await readMessages(store)).toEqual([MESSAGES.notOpened(error.message)])
    expect(store.isLocked!()).toBe(isLocked)
  }
})

for (const [name, choice] of [
  ['sealed', PASSPHRASE],
  ['memory', MEMORY],
] as const) {
  test(`S19: ${name}: what was moved aside for a person, and what can't be opened, is deleted for them alone`, async ({
    open,
    folder,
  }) => {
    for (const account of ACCOUNTS) await open(KEYRING).write(account)
    const store = open({ ...choice, keyring: LOCKED.keyring })
    await store.setAside!(toPerson(ALICE.session))
    await store.setAside!(toPerson(BOB.session))
    await store.clearAside!(toPerson(ALICE.session))
    await store.clearAside!(toPerson(ALICE.session))
    expect(await readdir(folder)).toEqual([`${BOB.id}.unopened.json`, `${ZOE.id}.json`].toSorted())
    await store.clearAside!(toPerson(ZOE.session))
    expect(await readdir(folder)).toEqual([`${BOB.id}.unopened.json`])
  })

  test(`S19: ${name}: clearing deletes everything that earlier runs and killed programs left`, async ({
    open,
    dataDir,
    folder,
  }) => {
    for (const account of ACCOUNTS) await open(KEYRING).write(account)
    await open(KEYRING).writeDefault(BOB.id)
    await writeFile(join(folder, `${BOB.id}.unopened.json`), 'x')
    await writeFile(join(folder, `${ZOE.id}.json`), '{"version":99}')
    for (const path of [
      join(folder, `${ALICE.id}.json`),
      join(folder, 'default.json'),
      join(dataDir, 'session.json'),
    ]) {
      await writeFile(`${path}.00000000-0000-4000-8000-000000000000.tmp`, 'half')
    }
    for (const file of ['session.json', 'session.unopened.json']) {
      await writeFile(join(dataDir, file), 'x')
    }
    await open(choice).clear()
    expect(await readdir(dataDir)).toEqual([])
  })
}

test('S19: clearing deletes all it can, and then reports the first failure', async ({
  open,
  folder,
}) => {
  for (const account of ACCOUNTS) await open(KEYRING).write(account)
  const [first] = await readdir(folder)
  const path = join(folder, first!)
  await rm(path)
  await mkdir(path)
  await expect(open(KEYRING).clear()).rejects.toThrow(
    `${path} can't be deleted (a folder is in its place`,
  )
  expect(await readdir(folder)).toEqual([first])
})

test('a file of this person that opens is not moved aside or deleted', async ({ open }) => {
  const store = open(KEYRING)
  await store.write(ALICE)
  expect(await store.setAside!(toPerson(ALICE.session))).toBeNull()
  await store.clearAside!(toPerson(ALICE.session))
  expect((await store.readAll()).accounts).toEqual([ALICE])
})

for (const name of ['an account’s file', 'session.json']) {
  test(`S19: ${name} that opens only after it was read does not bring back who signed out`, async ({
    dataDir,
    open,
  }) => {
    const keyring = createKeyring()
    if (name === 'session.json') {
      const binding = { purpose: 'session', ...OWNER } as const
      const sealed = await keyring.seal(JSON.stringify(ALICE.session), binding)
      const file = { version: 2, tier: 'keyring', ...binding, sealed }
      await writeFile(join(dataDir, name), JSON.stringify(file))
    } else {
      for (const account of [ALICE, BOB]) await open(KEYRING).write(account)
    }
    let isLocked = true
    const openLate: Cipher['open'] = async (sealed, binding) => {
      if (isLocked) throw new KeyUnavailable('it is locked')
      return keyring.open(sealed, binding)
    }
    const store = open({ ...MEMORY, keyring: { cipher: { ...keyring, open: openLate } } })
    expect((await store.readAll([OWNER])).accounts).toEqual([])
    isLocked = false
    // She signs in again, and out.
    await store.setAside!(toPerson(ALICE.session))
    const again = { ...ALICE, id: 'bbbbbbbb' }
    await store.write(again)
    await store.delete(again.id)
    await store.clearAside!(toPerson(ALICE.session))
    const { accounts } = await open(KEYRING).readAll([OWNER])
    expect(accounts).toEqual(name === 'session.json' ? [] : [BOB])
  })
}

test('S37: the next start deletes the leftovers of a killed program', async ({
  open,
  dataDir,
  folder,
}) => {
  await open(KEYRING).write(ALICE)
  const leftover = '00000000-0000-4000-8000-000000000000.tmp'
  for (const name of [`${ALICE.id}.json`, `${BOB.id}.json`, 'default.json', 'mine.json']) {
    await writeFile(join(folder, `${name}.${leftover}`), 'half')
  }
  await writeFile(join(dataDir, `session.json.${leftover}`), 'half')
  expect((await open(KEYRING).readAll()).accounts).toEqual([ALICE])
  expect((await readdir(folder)).toSorted()).toEqual([`mine.json.${leftover}`, `${ALICE.id}.json`])
  expect(await readdir(dataDir)).toEqual(['sessions'])
})

test('an account whose refresh token waits for an answer says so', async ({ open }) => {
  const waiting: StoredAccount = { ...ALICE, session: { ...ALICE.session, unanswered: true } }
  await open(KEY_FILE).write(waiting)
  expect((await open(KEY_FILE).readAll()).accounts).toEqual([waiting])
})

test('an id that could leave the folder is never a path', async ({ open }) => {
  for (const choice of [KEYRING]) {
    const odd = { ...ALICE, id: '../../ab' }
    await expect(open(choice).write(odd)).rejects.toThrow(RangeError)
    await expect(open(choice).delete('..')).rejects.toThrow(RangeError)
  }
})
