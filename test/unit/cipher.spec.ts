// A sealed text opens with its key and unchanged, or not at all.

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDecipheriv, scryptSync } from 'node:crypto'
import { expect, test as base } from '@playwright/test'
import { keyFileCipher, passphraseCipher, type Cipher } from '../../main/storage/cipher.js'
import type { SealedFor } from '../../main/storage/seal.js'
import { DAMAGED, STORED_SESSION_REASONS } from '../../main/storage/stored-session-messages.js'
import { unprivileged } from '../support/unprivileged.js'

const PLAIN = '{"name":"Zoë O\'Ünal 𝕏","refreshToken":"the-secret-token"}'
const WHAT: SealedFor = {
  purpose: 'session',
  issuer: 'https://login.example.com/',
  clientId: 'client',
}
const PASSPHRASE = 'correct horse battery staple'
/** Derives a key in a millisecond. */
const LOW_COST = { N: 2, r: 1, p: 1 }

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const test = base.extend<{ folder: string; keyFile: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'cipher-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  keyFile: ({ folder }, use) => use(join(folder, 'session.key')),
})

/** Each cipher, and why a text that another key sealed does not open. */
const CIPHERS: readonly [name: string, make: (keyFile: string) => Cipher, reason: string][] = [
  [
    'passphrase',
    () => passphraseCipher(PASSPHRASE, LOW_COST),
    STORED_SESSION_REASONS.otherPassphrase,
  ],
  ['key file', keyFileCipher, STORED_SESSION_REASONS.otherKey],
]

for (const [name, make, reason] of CIPHERS) {
  const rejection = new RegExp(`^(${DAMAGED}|${STORED_SESSION_REASONS.orDamaged(reason)})$`)
  test.describe(name, () => {
    test('a sealed text opens unchanged, also later', async ({ keyFile }) => {
      const sealed = await make(keyFile).seal(PLAIN, WHAT)
      expect(sealed).not.toContain('secret')
      expect(Buffer.from(sealed, 'base64url').includes('secret')).toBe(false)
      expect(await make(keyFile).open(sealed, WHAT)).toEqual({ plain: PLAIN, stale: false })
    })

    test('NIST SP 800-38D section 8.2.2: each sealed text has its own initialization vector', async ({
      keyFile,
    }) => {
      const cipher = make(keyFile)
      const sealed = await Promise.all(Array.from({ length: 50 }, () => cipher.seal(PLAIN, WHAT)))
      const ivs = sealed.map((text) => text.split('.').at(-3)!)
      expect(new Set(ivs).size).toBe(50)
      for (const iv of ivs) expect(Buffer.from(iv, 'base64url')).toHaveLength(12)
      expect(await cipher.open(sealed[0]!, WHAT)).toEqual(await cipher.open(sealed[49]!, WHAT))
    })

    test('S36: no character of a sealed text can be changed', async ({ keyFile }) => {
      const cipher = make(keyFile)
      const sealed = await cipher.seal(PLAIN, WHAT)
      const saltEnd = sealed.length - sealed.split('.').slice(-3).join('.').length
      for (let at = 0; at < sealed.length; at++) {
        // Each changed salt makes a key to be derived, so one is enough.
        if (at > 0 && at < saltEnd - 2) continue
        // The last bit is flipped, which is a surplus bit at the end of some parts.
        const next = BASE64URL[BASE64URL.indexOf(sealed[at]!) ^ 1] ?? '~'
        for (const other of at < saltEnd ? ['!'] : [next, 'A', '_', '.', '!', '']) {
          if (sealed[at] === other) continue
          const tampered = sealed.slice(0, at) + other + sealed.slice(at + 1)
          await expect(cipher.open(tampered, WHAT), `${other} at ${at}`).rejects.toThrow(rejection)
        }
      }
    })

    test('S36: no part of a sealed text can be missing, empty, cut, longer or swapped', async ({
      keyFile,
    }) => {
      const cipher = make(keyFile)
      const parts = (await cipher.seal(PLAIN, WHAT)).split('.')
      const others = (await cipher.seal(PLAIN, WHAT)).split('.')
      const text = parts.length - 1
      const tampered = [
        '',
        '.'.repeat(text),
        ...parts.flatMap((part, at) => [
          parts.toSpliced(at, 1).join('.'),
          parts.with(at, '').join('.'),
          parts.with(at, part.slice(0, -4)).join('.'),
          parts.with(at, `${part}AAAA`).join('.'),
          parts.with(at, `${part}=`).join('.'),
          parts.with(at, `${part}\n`).join('.'),
          parts.toSpliced(at, 0, part).join('.'),
        ]),
        parts.toReversed().join('.'),
        // NIST SP 800-38D section 5.2.1.2: a tag of 4 bytes would be guessed.
        parts.with(text - 1, parts[text - 1]!.slice(0, 6)).join('.'),
        ...[text, text - 1, text - 2].map((at) => parts.with(at, others[at]!).join('.')),
      ]
      expect(tampered).toContain(parts.slice(1).join('.'))
      for (const one of tampered)
        await expect(cipher.open(one, WHAT), one).rejects.toThrow(rejection)
    })
  })
}

test('a text that another passphrase sealed does not open, and the reason says so', async () => {
  const sealed = await passphraseCipher(PASSPHRASE, LOW_COST).seal(PLAIN, WHAT)
  await expect(passphraseCipher(`${PASSPHRASE} `, LOW_COST).open(sealed, WHAT)).rejects.toThrow(
    STORED_SESSION_REASONS.orDamaged(STORED_SESSION_REASONS.otherPassphrase),
  )
})

test('a passphrase does not depend on how its letters were typed (RFC 8265 section 4.2.2)', async () => {
  const [composed, decomposed] = ['Zoë', 'Zoe\u0308']
  const sealed = await passphraseCipher(composed, LOW_COST).seal(PLAIN, WHAT)
  expect(composed).not.toBe(decomposed)
  expect((await passphraseCipher(decomposed, LOW_COST).open(sealed, WHAT)).plain).toBe(PLAIN)
})

test('RFC 7914 section 2: scrypt derives the key with N = 2^17, r = 8, p = 1 and a new salt', async () => {
  const [sealed, other] = await Promise.all(
    [1, 2].map(() => passphraseCipher(PASSPHRASE).seal(PLAIN, WHAT)),
  )
  const [salt, iv, tag, text] = sealed!.split('.').map((part) => Buffer.from(part, 'base64url'))
  expect(salt).toHaveLength(16)
  expect(other!.split('.')[0]).not.toBe(sealed!.split('.')[0])
  const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
  const key = scryptSync(PASSPHRASE, salt!, 32, cost)
  const decipher = createDecipheriv('aes-256-gcm', key, iv!)
    .setAAD(Buffer.from('["latchkey",2,"session","https://login.example.com/","client"]'))
    .setAuthTag(tag!)
  const plain = Buffer.concat([decipher.update(text!), decipher.final()]).toString()
  expect(plain).toBe(PLAIN)
})

test('the key of a passphrase is derived once as long as the salt stays the same', async () => {
  const cipher = passphraseCipher(PASSPHRASE, LOW_COST)
  const first = await cipher.seal(PLAIN, WHAT)
  const later = passphraseCipher(PASSPHRASE, LOW_COST)
  await later.open(first, WHAT)
  const salts = [first, await cipher.seal(PLAIN, WHAT), await later.seal(PLAIN, WHAT)].map(
    (sealed) => sealed.split('.')[0],
  )
  expect(new Set(salts).size).toBe(1)
})

test('S36: only the owner can read the key file, whatever the umask', async ({ keyFile }) => {
  const umask = process.umask(0)
  try {
    await keyFileCipher(keyFile).seal(PLAIN, WHAT)
  } finally {
    process.umask(umask)
  }
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  expect(Buffer.from(await readFile(keyFile, 'utf8'), 'base64url')).toHaveLength(32)
})

test('the key file is created once, and never in order to open a text', async ({
  folder,
  keyFile,
}) => {
  const cipher = keyFileCipher(keyFile)
  const sealed = await cipher.seal(PLAIN, WHAT)
  const key = await readFile(keyFile, 'utf8')
  await cipher.seal(PLAIN, WHAT)
  expect(await readFile(keyFile, 'utf8')).toBe(key)

  await rm(keyFile)
  await expect(cipher.open(sealed, WHAT)).rejects.toThrow(
    STORED_SESSION_REASONS.keyMissing(keyFile),
  )
  expect(await readdir(folder)).toEqual([])
})

test('a text that another key sealed does not open', async ({ folder, keyFile }) => {
  const sealed = await keyFileCipher(join(folder, 'other.key')).seal(PLAIN, WHAT)
  const cipher = keyFileCipher(keyFile)
  await cipher.seal(PLAIN, WHAT)
  await expect(cipher.open(sealed, WHAT)).rejects.toThrow(STORED_SESSION_REASONS.otherKey)
})

for (const [name, content] of [
  ['empty', ''],
  ['cut off', 'AAAA'],
  ['too long', 'A'.repeat(86)],
  ['no base64url', '{"key": "…"}'],
] as const) {
  test(`a key file that is ${name} opens nothing, and is replaced in order to seal`, async ({
    keyFile,
  }) => {
    const cipher = keyFileCipher(keyFile)
    const sealed = await cipher.seal(PLAIN, WHAT)
    await writeFile(keyFile, content)
    await expect(cipher.open(sealed, WHAT)).rejects.toThrow(
      STORED_SESSION_REASONS.keyMissing(keyFile),
    )
    expect(await readFile(keyFile, 'utf8')).toBe(content)

    const again = await cipher.seal(PLAIN, WHAT)
    expect((await cipher.open(again, WHAT)).plain).toBe(PLAIN)
  })
}

test('a key file without read permission is reported and left alone', async ({
  folder,
  keyFile,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  const cipher = keyFileCipher(keyFile)
  const sealed = await cipher.seal(PLAIN, WHAT)
  const key = await readFile(keyFile, 'utf8')
  await chmod(keyFile, 0)
  const reason = STORED_SESSION_REASONS.keyNotRead(keyFile, 'not permitted, EACCES')
  await unprivileged(folder, async () => {
    await expect(cipher.open(sealed, WHAT)).rejects.toThrow(reason)
    await expect(cipher.seal(PLAIN, WHAT)).rejects.toThrow(reason)
  })
  await chmod(keyFile, 0o600)
  expect(await readFile(keyFile, 'utf8')).toBe(key)
})

test('a key file that cannot be created is reported', async ({ folder, keyFile }) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await chmod(folder, 0o500)
  await unprivileged(folder, () =>
    expect(keyFileCipher(keyFile).seal(PLAIN, WHAT)).rejects.toThrow(
      STORED_SESSION_REASONS.keyNotWritten(keyFile, 'not permitted, EACCES'),
    ),
  )
  await chmod(folder, 0o700)
})

test('creating a key file deletes the leftovers of a killed program', async ({
  folder,
  keyFile,
}) => {
  await writeFile(`${keyFile}.00000000-0000-4000-8000-000000000000.tmp`, 'AAAA')
  await keyFileCipher(keyFile).seal(PLAIN, WHAT)
  expect(await readdir(folder)).toEqual(['session.key'])
})
