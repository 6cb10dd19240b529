// The keyring as a cipher, with every kind of keyring.

import { KEYRING } from '../../main/electron/electron-messages.js'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealedFor } from '../../main/storage/seal.js'
import type { DesktopOptions } from '../driver/desktop.js'
import { OLD_BY_KEYRING, OLD_PLAIN } from '../support/sealed-by-version-1.js'
import { built, expect, test } from './program.js'

const WHAT: SealedFor = {
  purpose: 'session',
  issuer: 'https://login.example.com/',
  clientId: 'client',
}
const PRELUDE = `
  import { readFileSync } from 'node:fs'
  import { keyringCipher } from ${JSON.stringify(built('keyring.js'))}
  const PLAIN = '{"refreshToken":"a secret of some length","name":"Ålice ✓"}'
  const WHAT = ${JSON.stringify(WHAT)}
  const file = join(dataDir, 'sealed')
  const read = () => readFileSync(file, 'utf8')
  const open = (cipher, sealed, binding = WHAT) => cipher.open(sealed, binding).then(
    ({ plain, stale }) => ({ isPlain: plain === PLAIN, stale }),
    (error) => error.message,
  )
  const tell = (run) => app.whenReady().then(keyringCipher).then(run).then(() => app.exit())
`
const SEAL = `${PRELUDE}
  tell(async ({ cipher, message }) => {
    writeFileSync(file, await cipher.seal(PLAIN, WHAT))
    say(await open(cipher, read()))
  })
`
const OPEN = `${PRELUDE}
  tell(async ({ cipher, message }) => say(message ?? await open(cipher, read())))
`

const DAMAGED = KEYRING.cannotOpen

test('sealed text opens, also in a later run, and reveals nothing', async ({ start }) => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const first = await start(SEAL, { platform })
    expect(await first.said()).toEqual([{ isPlain: true, stale: false }])
    const sealed = await readFile(join(first.dataDir, 'sealed'), 'utf8')
    expect(sealed).toMatch(/^keyring:[\w.-]+$/)
    const parts = sealed.slice('keyring:'.length).split('.')
    for (const text of [
      sealed,
      ...parts.map((part) => Buffer.from(part, 'base64url').toString()),
    ]) {
      expect(text).not.toContain('secret')
    }
    const second = await start(OPEN, { platform, dataDir: first.dataDir })
    expect(await second.said()).toEqual([{ isPlain: true, stale: false }])
  }
})

test('sealing the same text gives a different result each time', async ({ start }) => {
  const program = await start(`${PRELUDE}
    tell(async ({ cipher }) => {
      const parts = async () => (await cipher.seal(PLAIN, WHAT)).slice('keyring:'.length).split('.')
      const [one, other] = [await parts(), await parts()]
      say(one.some((part) => other.includes(part)))
      say(one.length)
    })
  `)
  // The key, the initialization vector, the tag and the text.
  expect(await program.said()).toEqual([false, 4])
})

const NOTES: readonly [string, DesktopOptions, message: RegExp, advice?: RegExp][] = [
  [
    'no keyring on a desktop that Electron does not know',
    { keyring: 'basic_text', platform: 'linux' },
    /^No keyring was found on this desktop, .* Install and unlock gnome-keyring, KWallet or /,
    /^Install and unlock .* and restart Latchkey$/,
  ],
  [
    'a keyring that was turned off by a flag',
    { flags: ['--password-store=basic'], platform: 'linux' },
    /^Latchkey was started with --password-store=basic, .* Start it without that flag; /,
  ],
  [
    'GNOME’s keyring, locked or not there',
    { keyring: 'missing', platform: 'linux' },
    /^The keyring of this desktop is locked or not running, .* unlock gnome-keyring /,
    /^Install or unlock .* and restart Latchkey$/,
  ],
  [
    'KWallet, closed or turned off',
    { keyring: 'kwallet_closed', platform: 'linux' },
    /^KWallet is closed, turned off or not running, .* open it \(System Settings, KDE Wallet\) /,
    /^Turn KWallet on .* and restart Latchkey$/,
  ],
  [
    'a keychain that was denied',
    { keyring: 'missing', platform: 'darwin' },
    /^macOS gave Latchkey no key from the keychain, .* choose Always Allow /,
    /^Restart Latchkey and choose Always Allow /,
  ],
  [
    'a Windows that does not encrypt',
    { keyring: 'missing', platform: 'win32' },
    /^Windows gave Latchkey no key: .* Log in to Windows again /,
  ],
]

for (const [what, options, words, advice = null] of NOTES) {
  test(`S35: ${what}: a message gives the reason and the remedy`, async ({ start }) => {
    const program = await start(`${PRELUDE} tell((found) => say(found))`, options)
    const [found] = (await program.said()) as [{ message?: string; cipher?: unknown }]
    expect(found).toEqual({
      message: expect.stringMatching(words),
      restartAdvice: advice === null ? null : expect.stringMatching(advice),
    })
    expect(found.message).toContain(
      ', so the session stays in memory and ends when Latchkey quits. ',
    )
    expect(found.message).toMatch(
      /; or turn on "Store the session without a keyring" in Latchkey's settings\.$/,
    )
  })
}

test('before the app is ready there is a message, not a crash', async ({ start }) => {
  const program = await start(`${PRELUDE} say(Object.keys(await keyringCipher())); app.exit()`)
  expect(await program.said()).toEqual([['message', 'restartAdvice']])
})

test('F28: a keyring on a desktop that Electron does not know is used', async ({ start }) => {
  for (const keyring of ['secret_service', 'kwallet', 'kwallet5', 'kwallet6'] as const) {
    const program = await start(SEAL, { keyring, platform: 'linux' })
    expect(await program.said()).toEqual([{ isPlain: true, stale: false }])
  }
})

test('text that an older key sealed opens and is stale, until it is sealed again', async ({
  start,
}) => {
  const { dataDir, ended } = await start(SEAL)
  await ended
  const keyring = { hasNewerKey: true }
  const later = await start(OPEN, { dataDir, keyring })
  expect(await later.said()).toEqual([{ isPlain: true, stale: true }])
  const again = await start(SEAL, { dataDir, keyring })
  expect(await again.said()).toEqual([{ isPlain: true, stale: false }])
})

for (const [before, after, heard] of [
  ['present', 'missing', { isPlain: true, stale: false }],
  ['missing', 'present', expect.stringMatching(/restart Latchkey/i)],
] as const) {
  for (const platform of ['linux', 'darwin'] as const) {
    test(`S35: ${platform}: a keyring that is ${before} at first and ${after} later counts as ${before} until the next start`, async ({
      start,
    }) => {
      const { dataDir, ended } = await start(SEAL, { platform })
      await ended
      const program = await start(
        `${PRELUDE}
      const look = ({ cipher, message }) => message ?? open(cipher, read())
      app.whenReady().then(keyringCipher).then(() => {
        powerMonitor.on('resume', () =>
          keyringCipher().then(look).then(say).then(() => app.exit()))
        say('listening')
      })
      `,
        { platform, dataDir, ...(before === 'missing' && { keyring: 'missing' }) },
      )
      await expect.poll(() => program.stdout()).toContain('listening')
      await program.setKeyring(after === 'missing' ? 'missing' : {})
      await program.resume()
      expect(await program.said()).toEqual(['listening', heard])
      const next = await start(OPEN, { platform, dataDir })
      expect(await next.said()).toEqual([{ isPlain: true, stale: false }])
    })
  }
}

test('a key that is unavailable for now loses nothing: the message says to unlock it, and the text stays', async ({
  start,
}) => {
  const { dataDir, ended } = await start(SEAL, { keyring: { hasNewerKey: true } })
  await ended
  const sealed = await readFile(join(dataDir, 'sealed'), 'utf8')
  const away = await start(OPEN, { dataDir })
  expect(await away.said()).toEqual([KEYRING.cannotOpenNow])
  const back = await start(OPEN, { dataDir, keyring: { hasNewerKey: true } })
  expect(await back.said()).toEqual([{ isPlain: true, stale: false }])
  expect(await readFile(join(dataDir, 'sealed'), 'utf8')).toBe(sealed)
})

for (const platform of ['linux', 'darwin', 'win32'] as const) {
  test(`S36: ${platform}: text from another machine, or with any byte changed, fails with a message`, async ({
    start,
  }) => {
    const { dataDir, ended } = await start(SEAL, { platform })
    await ended
    const elsewhere = await start(OPEN, { platform, dataDir, keyring: { machine: 'another' } })
    expect(await elsewhere.said()).toEqual([DAMAGED])

    const program = await start(
      `${PRELUDE}
      const variants = (sealed) => {
        const parts = sealed.slice('keyring:'.length).split('.').map((part) => Buffer.from(part, 'base64url'))
        const join = (parts) => 'keyring:' + parts.map((part) => part.toString('base64url')).join('.')
        const changed = parts.flatMap((part, index) => [...part].map((_, at) =>
          join(parts.with(index, Buffer.from(part.map((byte, here) => byte ^ (here === at ? 1 : 0)))))))
        const cut = parts.flatMap((part, index) => [...part].map((_, at) =>
          join(parts.with(index, part.subarray(0, at)))))
        return { changed, cut }
      }
      tell(async ({ cipher }) => {
        const { changed, cut } = variants(read())
        for (const sealed of [...changed, ...cut]) say(await open(cipher, sealed))
      })
      `,
      { platform, dataDir },
    )
    const said = await program.said()
    expect(said.length).toBeGreaterThan(250)
    expect(said).toEqual(said.map(() => DAMAGED as unknown))
  })
}

test('S36: text that is not sealed at all fails with a message, and has no other effect', async ({
  start,
}) => {
  const foreign = ['', 'keyring:', 'keyring:.', 'keyring:AAAA', 'key-file:AAAA.AAAA', '{}', 'null']
  const program = await start(`${PRELUDE}
    tell(async ({ cipher }) => {
      const sealed = await cipher.seal(PLAIN, WHAT)
      for (const text of ${JSON.stringify(foreign)}) say(await open(cipher, text))
      for (const text of [sealed + '\\n', ' ' + sealed, sealed + '.AAAA', sealed.replace('keyring:', '')]) {
        say(await open(cipher, text))
      }
      say(await open(cipher, sealed))
    })
  `)
  const said = await program.said()
  expect(said.splice(0, foreign.length + 4)).toEqual(
    Array.from({ length: foreign.length + 4 }, () => DAMAGED as unknown),
  )
  expect(said).toEqual([{ isPlain: true, stale: false }])
})

test('S35: text that was sealed with the publicly known key does not count as sealed by a keyring', async ({
  start,
}) => {
  // As cipher.ts does it, but without its check.
  const FORGE = `${PRELUDE}
    import { createCipheriv } from 'node:crypto'
    tell(async () => {
      const [key, nonce] = [Buffer.alloc(32, 7), Buffer.alloc(12)]
      const { purpose, issuer, clientId } = WHAT
      const additional = JSON.stringify(['latchkey', 2, purpose, issuer, clientId])
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(additional))
      const text = Buffer.concat([cipher.update(PLAIN), cipher.final()])
      const wrapped = await safeStorage.encryptStringAsync(key.toString('base64'))
      const parts = [wrapped, nonce, cipher.getAuthTag(), text]
      writeFileSync(file, 'keyring:' + parts.map((part) => part.toString('base64url')).join('.'))
    })
  `
  for (const [keyring, opened] of [
    ['gnome_libsecret', { isPlain: true, stale: false }],
    ['missing', DAMAGED],
  ] as const) {
    const { dataDir, ended } = await start(FORGE, { keyring, platform: 'linux' })
    await ended
    const program = await start(OPEN, { dataDir, platform: 'linux' })
    expect(await program.said()).toEqual([opened])
  }
})

test('S38: no error contains the text or its key', async ({ start }) => {
  const program = await start(`${PRELUDE}
    import { inspect } from 'node:util'
    tell(async ({ cipher }) => {
      const sealed = await cipher.seal(PLAIN, WHAT)
      const [wrapped] = sealed.slice('keyring:'.length).split('.')
      const { result: key } = await safeStorage.decryptStringAsync(Buffer.from(wrapped, 'base64url'))
      for (const spoiled of [sealed.slice(0, -4), sealed.replace('keyring:', 'keyring:AAAA')]) {
        const shown = await cipher.open(spoiled, WHAT).catch((error) => inspect(error, { depth: 9 }))
        say([shown.includes('[cause]'), key.length, shown.includes('secret'), shown.includes(key)])
      }
    })
  `)
  expect(await program.said()).toEqual([
    [true, 44, false, false],
    [true, 44, false, false],
  ])
})

for (const platform of ['linux', 'darwin', 'win32'] as const) {
  test(`S36: ${platform}: text that was sealed for one purpose does not open for another, or as an old text`, async ({
    start,
  }) => {
    const others = OTHERS.map((other) => ({ ...WHAT, ...other }))
    const program = await start(
      `${PRELUDE}
      tell(async ({ cipher }) => {
        const sealed = await cipher.seal(PLAIN, WHAT)
        for (const other of ${JSON.stringify([...others, 'version-1'])}) say(await open(cipher, sealed, other))
        say(await open(cipher, sealed))
      })
      `,
      { platform },
    )
    const said = await program.said()
    expect(said.pop()).toEqual({ isPlain: true, stale: false })
    expect(said).toEqual([...others, null].map(() => DAMAGED as unknown))
  })

  test(`${platform}: text that the previous version sealed opens, but not for a new purpose`, async ({
    start,
  }) => {
    const program = await start(
      `${PRELUDE}
      tell(async ({ cipher }) => {
        const sealed = ${JSON.stringify(OLD_BY_KEYRING[platform])}
        const { plain, stale } = await cipher.open(sealed, 'version-1')
        say([plain, stale])
        say(await open(cipher, sealed))
      })
      `,
      { platform },
    )
    expect(await program.said()).toEqual([[OLD_PLAIN, false], DAMAGED])
  })
}

const OTHERS: readonly Partial<SealedFor>[] = [
  { purpose: 'probe' },
  { issuer: 'https://login.example.org/' },
  { clientId: 'another' },
  // The same characters, split differently.
  { issuer: `${WHAT.issuer}","${WHAT.clientId}`, clientId: '' },
  { issuer: '', clientId: `${WHAT.issuer}${WHAT.clientId}` },
]
