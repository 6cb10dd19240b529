// What is sealed opens with its key and as it was, or not at all.

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDecipheriv, scryptSync } from 'node:crypto'
import { expect, test as base } from '@playwright/test'
import { keyFileCipher, passphraseCipher, type Cipher } from '../../main/storage/cipher.js'
import type { SealedFor } from '../../main/storage/seal.js'
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

/** Each cipher, how many parts what it seals has, and what it says of a text that it cannot open. */
const CIPHERS: readonly [name: string, make: (keyFile: string) => Cipher, refusal: RegExp][] = [
  [
    'passphrase',
    () => passphraseCipher(PASSPHRASE, LOW_COST),
    /^(the file is damaged|the passphrase is not the one it was kept with, or the file is damaged)$/,
  ],
  [
    'key file',
    keyFileCipher,
    /^(the file is damaged|its key is another one, or the file is damaged)$/,
  ],
]

for (const [name, make, refusal] of CIPHERS) {
  test.describe(name, () => {
    test('what was sealed opens as it was, also later', async ({ keyFile }) => {
      const sealed = await make(keyFile).seal(PLAIN, WHAT)
      expect(sealed).not.toContain('secret')
      expect(Buffer.from(sealed, 'base64url').includes('secret')).toBe(false)
      expect(await make(keyFile).open(sealed, WHAT)).toEqual({ plain: PLAIN, stale: false })
    })

    test('NIST SP 800-38D section 8.2.2: each seal has an initialization vector of its own', async ({
      keyFile,
    }) => {
      const cipher = make(keyFile)
      const sealed = await Promise.all(Array.from({ length: 50 }, () => cipher.seal(PLAIN, WHAT)))
      const ivs = sealed.map((text) => text.split('.').at(-3)!)
      expect(new Set(ivs).size).toBe(50)
      for (const iv of ivs) expect(Buffer.from(iv, 'base64url')).toHaveLength(12)
      expect(await cipher.open(sealed[0]!, WHAT)).toEqual(await cipher.open(sealed[49]!, WHAT))
    })

    test('S36: no character of it can be another', async ({ keyFile }) => {
      const cipher = make(keyFile)
      const sealed = await cipher.seal(PLAIN, WHAT)
      const saltEnd = sealed.length - sealed.split('.').slice(-3).join('.').length
      for (let at = 0; at < sealed.length; at++) {
        // A salt that is another is a key to be made anew, which takes its time: one is enough.
        if (at > 0 && at < saltEnd - 2) continue
        // With the last bit turned, which at a part's end may be one that means nothing.
        const next = BASE64URL[BASE64URL.indexOf(sealed[at]!) ^ 1] ?? '~'
        for (const other of at < saltEnd ? ['!'] : [next, 'A', '_', '.', '!', '']) {
          if (sealed[at] === other) continue
          const tampered = sealed.slice(0, at) + other + sealed.slice(at + 1)
          await expect(cipher.open(tampered, WHAT), `${other} at ${at}`).rejects.toThrow(refusal)
        }
      }
    })

    test('S36: no part of it can be missing, empty, cut, longer or in another’s place', async ({
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
      for (const one of tampered) await expect(cipher.open(one, WHAT), one).rejects.toThrow(refusal)
    })
  })
}

test('what another passphrase has sealed does not open, and it is said that way', async () => {
  const sealed = await passphraseCipher(PASSPHRASE, LOW_COST).seal(PLAIN, WHAT)
  await expect(passphraseCipher(`${PASSPHRASE} `, LOW_COST).open(sealed, WHAT)).rejects.toThrow(
    'the passphrase is not the one it was kept with, or the file is damaged',
  )
})

test('a passphrase is the same however its letters were typed (RFC 8265 section 4.2.2)', async () => {
  const [composed, decomposed] = ['Zoë', 'Zoe\u0308']
  const sealed = await passphraseCipher(composed, LOW_COST).seal(PLAIN, WHAT)
  expect(composed).not.toBe(decomposed)
  expect((await passphraseCipher(decomposed, LOW_COST).open(sealed, WHAT)).plain).toBe(PLAIN)
})

test('RFC 7914 section 2: the key comes of scrypt with N = 2^17, r = 8, p = 1 and a fresh salt', async () => {
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

test('one key is made of a passphrase while the salt stays the same', async () => {
  const cipher = passphraseCipher(PASSPHRASE, LOW_COST)
  const first = await cipher.seal(PLAIN, WHAT)
  const later = passphraseCipher(PASSPHRASE, LOW_COST)
  await later.open(first, WHAT)
  const salts = [first, await cipher.seal(PLAIN, WHAT), await later.seal(PLAIN, WHAT)].map(
    (sealed) => sealed.split('.')[0],
  )
  expect(new Set(salts).size).toBe(1)
})

test('S36: the key file is its owner’s alone, whatever the umask', async ({ keyFile }) => {
  const umask = process.umask(0)
  try {
    await keyFileCipher(keyFile).seal(PLAIN, WHAT)
  } finally {
    process.umask(umask)
  }
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  expect(Buffer.from(await readFile(keyFile, 'utf8'), 'base64url')).toHaveLength(32)
})

test('the key file is made once, and never to open something', async ({ folder, keyFile }) => {
  const cipher = keyFileCipher(keyFile)
  const sealed = await cipher.seal(PLAIN, WHAT)
  const key = await readFile(keyFile, 'utf8')
  await cipher.seal(PLAIN, WHAT)
  expect(await readFile(keyFile, 'utf8')).toBe(key)

  await rm(keyFile)
  await expect(cipher.open(sealed, WHAT)).rejects.toThrow(
    `its key, ${keyFile}, is missing or damaged`,
  )
  expect(await readdir(folder)).toEqual([])
})

test('what another key has sealed does not open', async ({ folder, keyFile }) => {
  const sealed = await keyFileCipher(join(folder, 'other.key')).seal(PLAIN, WHAT)
  const cipher = keyFileCipher(keyFile)
  await cipher.seal(PLAIN, WHAT)
  await expect(cipher.open(sealed, WHAT)).rejects.toThrow('its key is another one')
})

for (const [name, content] of [
  ['empty', ''],
  ['cut off', 'AAAA'],
  ['too long', 'A'.repeat(86)],
  ['no base64url', '{"key": "…"}'],
] as const) {
  test(`a key file that is ${name} opens nothing, and another takes its place to seal`, async ({
    keyFile,
  }) => {
    const cipher = keyFileCipher(keyFile)
    const sealed = await cipher.seal(PLAIN, WHAT)
    await writeFile(keyFile, content)
    await expect(cipher.open(sealed, WHAT)).rejects.toThrow(
      `its key, ${keyFile}, is missing or damaged`,
    )
    expect(await readFile(keyFile, 'utf8')).toBe(content)

    const again = await cipher.seal(PLAIN, WHAT)
    expect((await cipher.open(again, WHAT)).plain).toBe(PLAIN)
  })
}

test('a key file that may not be read is said, and left alone', async ({ folder, keyFile }) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  const cipher = keyFileCipher(keyFile)
  const sealed = await cipher.seal(PLAIN, WHAT)
  const key = await readFile(keyFile, 'utf8')
  await chmod(keyFile, 0)
  const words = `its key, ${keyFile}, cannot be read (not permitted, EACCES)`
  await unprivileged(folder, async () => {
    await expect(cipher.open(sealed, WHAT)).rejects.toThrow(words)
    await expect(cipher.seal(PLAIN, WHAT)).rejects.toThrow(words)
  })
  await chmod(keyFile, 0o600)
  expect(await readFile(keyFile, 'utf8')).toBe(key)
})

test('a key file that cannot be made is said', async ({ folder, keyFile }) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await chmod(folder, 0o500)
  await unprivileged(folder, () =>
    expect(keyFileCipher(keyFile).seal(PLAIN, WHAT)).rejects.toThrow(
      `its key, ${keyFile}, cannot be written (not permitted, EACCES)`,
    ),
  )
  await chmod(folder, 0o700)
})

test('what a killed program left of a key file goes when one is made', async ({
  folder,
  keyFile,
}) => {
  await writeFile(`${keyFile}.00000000-0000-4000-8000-000000000000.tmp`, 'AAAA')
  await keyFileCipher(keyFile).seal(PLAIN, WHAT)
  expect(await readdir(folder)).toEqual(['session.key'])
})
