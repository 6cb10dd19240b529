// Sessions that survive the program, and the messages if they don't.

import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect } from '../support/expect.js'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { START_MESSAGES } from '../../main/app/app-messages.js'
import {
  STORED_SESSION_MESSAGES,
  STORED_SESSION_REASONS as REASONS,
} from '../../main/storage/stored-session-messages.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { findSessionFile, listSessionFiles } from '../support/session-file.js'
import {
  listFiles,
  letRunOut,
  PASSPHRASE,
  signInOn,
  stop,
  test,
  openStore,
  type Start,
} from '../support/kept.js'

const { notOpened, notStored } = STORED_SESSION_MESSAGES

async function keepSession(start: Start): Promise<void> {
  const program = await start()
  await signInOn(program)
  await stop(program)
}

test('the session is restored at the next start, before any other output', async ({
  start,
  provider,
  dataDir,
}) => {
  const first = await start()
  const { account, expiresAt } = await signInOn(first)
  await stop(first)

  const second = await start()
  const { status } = await second.line('status')
  expect(status).toEqual({ state: 'signed-in', account, expiresAt, reason: null })
  await stop(second)
  expect(provider.tokenRequests).toHaveLength(1)
  expect(await listFiles(dataDir)).toEqual(['session.json'])
  expect((await stat(findSessionFile(dataDir))).mode & 0o777).toBe(0o600)
})

test('S35: without a passphrase nothing is stored, unless the user has chosen so', async ({
  start,
  dataDir,
}) => {
  const env = { LATCHKEY_PASSPHRASE: '' }
  const first = await start({ env })
  await signInOn(first)
  expect(await listFiles(dataDir)).toEqual(['service.json'])
  await stop(first)
  expect(await listFiles(dataDir)).toEqual([])

  const second = await start({ env }, '--keep-without-keyring')
  expect((await second.line('status')).status).toMatchObject({ state: 'signed-out', reason: null })
  await signInOn(second)
  await stop(second)
  expect(await listFiles(dataDir)).toEqual(['session.json', 'session.key'])
  for (const path of [findSessionFile(dataDir), join(dataDir, 'session.key')]) {
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  }

  const third = await start({ env }, '--keep-without-keyring')
  expect((await third.line('status')).status.state).toBe('signed-in')
  await stop(third)
  // Sealed with the passphrase as soon as there is one.
  const fourth = await start()
  expect((await fourth.line('status')).status.state).toBe('signed-in')
  await rm(join(dataDir, 'session.key'))
  await stop(fourth)
  expect((await openStore(dataDir).read())?.account.sub).toBe('alice')
})

test('a file from another machine, without its key, is reported', async ({ start, dataDir }) => {
  const env = { LATCHKEY_PASSPHRASE: '' }
  const there = await start({ env }, '--keep-without-keyring')
  await signInOn(there)
  await stop(there)
  await rm(join(dataDir, 'session.key'))

  const here = await start({ env }, '--keep-without-keyring')
  expect((await here.line('status')).status).toMatchObject({
    state: 'signed-out',
    reason: notOpened(REASONS.keyMissing(join(dataDir, 'session.key'))),
  })
  expect((await signInOn(here)).reason).toContain('is now in')
})

test('an access token that has expired in the meantime is renewed at once', async ({
  start,
  provider,
  dataDir,
}) => {
  await keepSession(start)
  const before = await letRunOut(openStore(dataDir))

  const program = await start()
  const { status } = await program.line(
    'status',
    ({ status }) => Date.parse(status.expiresAt!) > Date.now(),
  )
  expect(status).toMatchObject({ state: 'signed-in', account: { sub: 'alice' }, reason: null })
  await stop(program)
  expect(program.stdout()).not.toContain('signed-out')
  expect(provider.tokenRequests.map((form) => form.get('grant_type'))).toEqual([
    'authorization_code',
    'refresh_token',
  ])
  const { tokens } = (await openStore(dataDir).read())!
  expect(tokens.refreshToken).not.toBe(before.tokens.refreshToken)
  expect(tokens.accessToken).not.toBe(before.tokens.accessToken)
})

test("S17: a provider that can't be reached at the start signs nobody out", async ({
  start,
  provider,
  dataDir,
}) => {
  await keepSession(start)
  const before = await letRunOut(openStore(dataDir))
  provider.misbehave.discovery = 'hang'
  const program = await start()
  expect((await program.line('status')).status).toMatchObject({
    state: 'signed-in',
    account: { sub: 'alice' },
  })
  await provider.close()
  const offline = await program.status('offline')
  expect(offline).toMatchObject({ account: { sub: 'alice' } })
  expect(offline.reason).toContain('could not be reached')
  await stop(program)
  expect(program.stdout()).not.toContain('signed-out')

  // Nothing answers at that address now.
  const second = await start()
  expect((await second.status('offline')).account?.sub).toBe('alice')
  await stop(second)
  expect(second.stdout()).not.toContain('signed-out')
  expect(await openStore(dataDir).read()).toEqual(before)
})

test('S23: a session of another provider or client ID is not used, and stays for its own', async ({
  start,
  dataDir,
}) => {
  await keepSession(start)
  const file = await readFile(findSessionFile(dataDir), 'utf8')
  for (const flags of [
    ['--issuer', 'https://login.example.com'],
    ['--client-id', 'another'],
  ]) {
    const program = await start({}, ...flags)
    const { status } = await program.line('status')
    expect(status).toMatchObject({ state: 'signed-out', account: null, reason: null })
    await stop(program)
    expect(await readFile(findSessionFile(dataDir), 'utf8')).toBe(file)
  }
  const program = await start()
  expect((await program.line('status')).status.account?.sub).toBe('alice')
  await stop(program)
})

test('S36: a session of another client ID is not lost when someone signs in, or signs out', async ({
  start,
  dataDir,
}) => {
  await keepSession(start)
  const path = findSessionFile(dataDir)
  const sessionStore = openStore(dataDir)
  await sessionStore.write({ ...(await sessionStore.read())!, clientId: 'the earlier one' })
  const kept = await readFile(path, 'utf8')

  const program = await start()
  expect((await program.line('status')).status).toMatchObject({ state: 'signed-out', reason: null })
  expect(await signInOn(program, 'bob')).toMatchObject({ account: { sub: 'bob' }, reason: null })
  expect(listSessionFiles(dataDir)).toHaveLength(2)
  program.type('sign-out')
  await program.status('signed-out')
  await stop(program)
  expect(await readFile(findSessionFile(dataDir), 'utf8')).toBe(kept)
})

test('S36: a newer version’s session stays unchanged when someone signs in', async ({
  start,
  dataDir,
}) => {
  await keepSession(start)
  const path = findSessionFile(dataDir)
  const kept = JSON.stringify({ version: 4, sealedBy: 'a means to come' })
  await writeFile(path, kept)

  const program = await start()
  expect((await program.line('status')).status).toMatchObject({
    state: 'signed-out',
    reason: notOpened(REASONS.newerVersion(path)),
  })
  await signInOn(program)
  await stop(program)
  expect(await readFile(path, 'utf8')).toBe(kept)
  expect((await openStore(dataDir).read())?.account.sub).toBe('alice')
})

test('--sign-in begins a sign-in only if nobody is signed in', async ({ start }) => {
  const first = await start({}, '--sign-in')
  await first.status('waiting')
  await signInOn(first)
  await stop(first)

  const second = await start({}, '--sign-in')
  second.type('status')
  second.type('quit')
  await second.ended
  expect(second.stdout()).toContain('"signed-in"')
  expect(second.stdout()).not.toMatch(/waiting|"open"/)
})

test('S36: a wrong passphrase is reported, the file stays, and the next sign-in replaces it', async ({
  start,
  dataDir,
}) => {
  await keepSession(start)
  const path = findSessionFile(dataDir)
  const before = await readFile(path, 'utf8')

  const env = { LATCHKEY_PASSPHRASE: 'another' }
  const program = await start({ env })
  const { status } = await program.line('status')
  expect(status).toMatchObject({ state: 'signed-out', account: null })
  expect(status.reason).toBe(notOpened(REASONS.orDamaged(REASONS.otherPassphrase)))
  expect(await readFile(path, 'utf8')).toBe(before)

  // The same user's file is set aside; only their own sign-out deletes it.
  expect(await signInOn(program)).toMatchObject({
    account: { sub: 'alice' },
    reason: SESSION_MESSAGES.movedAside(path.replace(/json$/, 'unopened.json'), basename(path)),
  })
  await stop(program)
  expect((await openStore(dataDir, 'another').read())?.account.sub).toBe('alice')
  expect(await readFile(path.replace(/json$/, 'unopened.json'), 'utf8')).toBe(before)
})

for (const [means, env] of [
  ['in memory', { LATCHKEY_PASSPHRASE: '' }],
  ['under another passphrase', { LATCHKEY_PASSPHRASE: 'another' }],
] as const) {
  test(`a session that could not be opened comes back after someone else has signed in ${means}`, async ({
    start,
    dataDir,
  }) => {
    await keepSession(start)
    const path = findSessionFile(dataDir)
    const kept = await readFile(path, 'utf8')
    const second = await start({ env })
    expect((await second.line('status')).status.reason).toContain('could not be opened')
    await signInOn(second, 'bob')
    await stop(second)
    expect(await readFile(path, 'utf8')).toBe(kept)

    const third = await start()
    expect((await third.line('status')).status.account?.sub).toBe('alice')
    await stop(third)
  })

  test(`S19: it does not come back after the same user has signed in ${means}, and out`, async ({
    start,
    dataDir,
  }) => {
    await keepSession(start)
    const second = await start({ env })
    await second.line('status')
    await signInOn(second)
    second.type('sign-out')
    await second.status('signed-out')
    await stop(second)
    expect(await readdir(join(dataDir, 'sessions'))).toEqual([])
    const third = await start()
    expect((await third.line('status')).status).toMatchObject({ state: 'signed-out', reason: null })
    await stop(third)
  })
}

test('S19: a missing passphrase is reported, and a sign-out removes the stored session', async ({
  start,
  dataDir,
}) => {
  await keepSession(start)
  const program = await start({ env: { LATCHKEY_PASSPHRASE: '' } })
  expect((await program.line('status')).status).toMatchObject({
    state: 'signed-out',
    reason: notOpened(REASONS.passphraseMissing),
  })
  program.type('sign-out')
  expect((await program.status('signed-out')).reason).toBeNull()
  await stop(program)
  expect(listSessionFiles(dataDir)).toEqual([])

  const next = await start()
  expect((await next.line('status')).status).toMatchObject({ state: 'signed-out', reason: null })
})

test('S19: a sign-out removes the stored session', async ({ start, dataDir, provider }) => {
  const program = await start()
  await signInOn(program)
  program.type('sign-out')
  await program.status('signed-out')
  expect(listSessionFiles(dataDir)).toEqual([])
  await stop(program)
  expect(provider.revoked).toHaveLength(1)

  const next = await start()
  expect((await next.line('status')).status).toMatchObject({ state: 'signed-out', reason: null })
})

const SIGN_OUTS = ['sign-out', 'sign-out all'] as const

/** Signs in and stops, and signs in again where the first session can't be opened. */
async function setAside(start: Start, dataDir: string): Promise<{ refreshToken: string }> {
  const byKeyFile = { env: { LATCHKEY_PASSPHRASE: '' } }
  const first = await start(byKeyFile, '--keep-without-keyring')
  await signInOn(first)
  await stop(first)
  const { tokens } = (await openStore(dataDir, null).read())!
  await rename(join(dataDir, 'session.key'), join(dataDir, 'key-on-a-usb-stick'))
  const second = await start()
  await signInOn(second)
  await stop(second)
  return { refreshToken: tokens.refreshToken! }
}

for (const command of SIGN_OUTS) {
  test(`S19: ${command} revokes a session that was set aside, once it can be opened`, async ({
    start,
    dataDir,
    provider,
  }) => {
    const { refreshToken } = await setAside(start, dataDir)
    await rename(join(dataDir, 'key-on-a-usb-stick'), join(dataDir, 'session.key'))
    const program = await start()
    const current = (await openStore(dataDir).read())!.tokens.refreshToken!
    program.type(command)
    await program.status('signed-out')
    await stop(program)
    expect(provider.revoked.toSorted()).toEqual([refreshToken, current].toSorted())
    expect(listSessionFiles(dataDir)).toEqual([])
  })

  test(`S19: ${command} says that a session that was set aside could not be revoked`, async ({
    start,
    dataDir,
    provider,
  }) => {
    const { refreshToken } = await setAside(start, dataDir)
    const program = await start()
    program.type(command)
    const message = SESSION_MESSAGES.notOpenedAtSignOut(1)
    const { status } = await program.line('status', ({ status }) => status.reason === message)
    expect(status.state).toBe('signed-out')
    await stop(program)
    expect(provider.revoked).not.toContain(refreshToken)
    expect(listSessionFiles(dataDir)).toEqual([])
  })
}

test('S36: a damaged file is reported, and the next sign-in replaces it', async ({
  start,
  dataDir,
}) => {
  await keepSession(start)
  const path = findSessionFile(dataDir)
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, 600))
  const program = await start()
  expect((await program.line('status')).status).toMatchObject({
    state: 'signed-out',
    reason: notOpened(REASONS.damaged(path)),
  })
  expect((await signInOn(program)).reason).toContain('is now in')
  await stop(program)
  expect((await openStore(dataDir).read())?.account.sub).toBe('alice')
})

test('S36: a folder in the file’s place does not prevent a sign-in', async ({ start, dataDir }) => {
  await keepSession(start)
  const path = findSessionFile(dataDir)
  await rm(path)
  await mkdir(path)
  const program = await start()
  expect((await program.line('status')).status).toMatchObject({
    state: 'signed-out',
    reason: expect.stringContaining(`${path} can't be read (a folder is in its place, EISDIR)`),
  })
  expect(await signInOn(program)).toMatchObject({ account: { sub: 'alice' } })
  await stop(program)
  expect(program.stderr()).toBe('')
})

test.describe('on a full disk', () => {
  test.skip(process.platform === 'win32', 'Windows has no limit to the size of files')

  // The shell's unit is 512 bytes or 1 KiB. A session is larger.
  const limited = (blocks: number): readonly string[] => [
    'sh',
    '-c',
    `ulimit -f ${blocks}; exec "$@"`,
    'sh',
  ]

  test('a renewal works, and says that it is not stored; the next start says what became of the session', async ({
    start,
    dataDir,
  }) => {
    await keepSession(start)
    await letRunOut(openStore(dataDir))
    const path = findSessionFile(dataDir)
    const before = await readFile(path, 'utf8')

    const program = await start({ through: limited(1) })
    const { status } = await program.line('status', ({ status }) => status.reason !== null)
    expect(status).toMatchObject({
      state: 'signed-in',
      reason: notStored(
        REASONS.cannotWrite(path, 'the file would exceed the maximum file size, EFBIG'),
      ),
    })
    expect(await readFile(path, 'utf8')).toBe(before)
    await stop(program)
    expect(await listFiles(dataDir)).toEqual(['session.json'])
    expect(await readFile(path, 'utf8')).toBe(before)

    // The stored refresh token is used up.
    const next = await start()
    expect(await next.status('needs-sign-in')).toMatchObject({
      account: { sub: 'alice' },
      reason: TOKEN_MESSAGES.sessionEnded,
    })
    await stop(next)
    expect(await readFile(path, 'utf8')).not.toBe(before)

    // It stays expired until someone signs in.
    const again = await start()
    expect(await again.status('needs-sign-in')).toMatchObject({
      account: { sub: 'alice' },
      reason: TOKEN_MESSAGES.sessionEnded,
    })
    expect(await signInOn(again)).toMatchObject({ reason: null })
  })

  test("Latchkey starts and signs in, even if its address can't be written", async ({
    start,
    dataDir,
  }) => {
    const program = await start({ through: limited(0) })
    const { url } = await program.line('listening')
    expect(await (await fetch(`${url}/.well-known/health`)).text()).toBe('ok')
    expect((await signInOn(program)).reason).toContain('EFBIG')
    expect(program.stderr()).toContain(
      `latchkey: ${START_MESSAGES.noServiceFile(url, 'the file would exceed the maximum file size, EFBIG')}\n`,
    )
    await stop(program)
    expect(await listFiles(dataDir)).toEqual([])
  })
})

test('an unusable data directory ends the start with one clear line and code 2', async ({
  start,
}) => {
  test.skip(process.platform !== 'linux', 'only Linux has a folder that nobody may write to')
  const program = await start({ dataDir: '/sys' })
  expect(await program.ended).toBe(2)
  expect(program.stderr()).toMatch(
    /^latchkey: The data directory \/sys is open to other users \(mode 555\)[^\n]* with --data-dir\.\n$/,
  )
})

test('the passphrase is not passed on to the browser', async ({ run, dataDir }) => {
  test.skip(process.platform !== 'linux', 'only on Linux can a test be the browser')
  const browser = join(dataDir, 'browser')
  await writeFile(browser, `#!/bin/sh\nenv > ${browser}.new && mv ${browser}.new ${browser}.env\n`)
  await chmod(browser, 0o755)
  await run(['--demo', '--json', '--port', '0', '--sign-in'], {
    dataDir,
    env: {
      LATCHKEY_PASSPHRASE: PASSPHRASE,
      // Without a desktop, which would open links in its own way first.
      BROWSER: browser,
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
      XDG_CURRENT_DESKTOP: '',
      DESKTOP_SESSION: '',
    },
  })
  const environment = async (): Promise<string> =>
    readFile(`${browser}.env`, 'utf8').catch(() => '')
  await expect.poll(environment).toContain(`BROWSER=${browser}`)
  expect(await environment()).not.toMatch(/PASSPHRASE|correct horse/)
})
