// A real Latchkey, restarted with other settings, at the embedded provider.

import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import { defaultSession } from '../../main/agent/model.js'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLatchkey, type Latchkey } from '../../main/app/compose.js'
import { createSupervisor, type Supervisor } from '../../main/app/supervisor.js'
import { readSettings } from '../../main/settings/read.js'
import type { Settings } from '../../main/settings/options.js'
import { KeyUnavailable, type Cipher } from '../../main/storage/cipher.js'
import type { StoredAccount } from '../../main/storage/account-store.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import type { Session } from '../../main/oauth/session.js'
import { systemClock } from '../../main/base/clock.js'
import { answerLink } from '../support/person.js'
import { KEY, PROGRAM } from '../support/grants.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

type Running = {
  supervisor: Supervisor
  provider: RunningProvider
  settings: Settings
  dataDir: string
  /** Called before the next Latchkey starts. */
  begin: { before(): void }
}

const test = base.extend<{ running: Running }>({
  // eslint-disable-next-line no-empty-pattern
  running: async ({}, use) => {
    const provider = await startProvider()
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
    const args = ['--data-dir', dataDir, '--port', '0', '--log-level', 'error']
    args.push('--issuer', provider.issuer, '--client-id', provider.clientId)
    const settings = readSettings({ args, env: {}, platform: 'linux', home: dataDir })
    const begin = { before: () => undefined as void }
    const start = (wanted: Settings): Promise<Latchkey> => {
      begin.before()
      return run(wanted)
    }
    const supervisor = await createSupervisor({ run: start, onFatal: () => undefined }, settings)
    await signIn(supervisor.latchkey())
    await use({ supervisor, provider, settings, dataDir, begin })
    await supervisor.close()
    await provider.close()
    await rm(dataDir, { recursive: true, force: true })
  },
})

const HELD: Session = {
  issuer: 'https://login.example.com',
  clientId: 'client',
  account: { sub: 'zoe', name: 'Zoe', email: '' },
  claims: { sub: 'zoe' },
  tokens: {
    accessToken: 'a',
    accessTokenExpiresAtMs: null,
    obtainedAtMs: 0,
    refreshToken: null,
    idToken: 'i',
    scope: 'openid',
  },
}

function run(settings: Settings): Promise<Latchkey> {
  const { dataDir, keepWithoutKeyring } = settings
  return createLatchkey({
    settings,
    version: '1.2.3',
    clock: systemClock,
    storage: chooseStorage({ dataDir, keyring: null, passphrase: null, keepWithoutKeyring }),
    openBrowser: () => Promise.resolve(),
  })
}

async function signIn({ agent }: Latchkey, account?: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const unsubscribe = agent.subscribe((_model, event) => {
      if (event.type === 'link-ready') answerLink(event.link, account).then(fetch).catch(reject)
      if (event.type !== 'signed-in') return
      unsubscribe()
      resolve()
    })
    agent.signIn({ kind: account === undefined ? 'default' : 'other' })
  })
}

const session = ({ supervisor }: Running) => defaultSession(supervisor.latchkey().agent.model())

test('a change of settings for the same provider keeps the user signed in', async ({ running }) => {
  const { supervisor, provider, settings } = running
  const before = supervisor.latchkey()
  const shown: Latchkey[] = []
  supervisor.follow((latchkey) => void shown.push(latchkey))
  await supervisor.restart({ ...settings, redirectPort: [8_400] })

  expect(shown).toEqual([before, supervisor.latchkey()])
  expect(supervisor.latchkey()).not.toBe(before)
  expect(session(running)).toMatchObject({ kind: 'signed-in', account: { sub: 'alice' } })
  expect(provider.revoked).toEqual([])
})

test('a change of provider ends the session at the first provider', async ({ running }) => {
  const { supervisor, provider, settings } = running
  const providers = settings.providers.map((one) => ({ ...one, clientId: 'another' }))
  await supervisor.restart({ ...settings, clientId: 'another', providers })
  expect(session(running)).toEqual({ kind: 'signed-out' })
  expect(provider.revoked).toHaveLength(1)
})

/** Lists the files of stored sessions. */
async function listSessions(dataDir: string): Promise<readonly string[]> {
  return readdir(join(dataDir, 'sessions')).catch(() => [])
}

test('S35: turning session storage on and off keeps the user signed in', async ({ running }) => {
  const { supervisor, settings, dataDir } = running
  expect(await listSessions(dataDir)).toEqual([])
  await supervisor.restart({ ...settings, keepWithoutKeyring: true })
  expect(await listSessions(dataDir)).toHaveLength(1)
  expect(session(running)).toMatchObject({ kind: 'signed-in' })

  await supervisor.restart(settings)
  expect(await listSessions(dataDir)).toEqual([])
  expect(session(running)).toMatchObject({ kind: 'signed-in' })
})

test('a change of settings or of session storage keeps the default account', async ({
  running,
}) => {
  const { supervisor, settings } = running
  await signIn(supervisor.latchkey(), 'account=bob')
  const [, bob] = supervisor.latchkey().agent.model().accounts
  await supervisor.latchkey().agent.makeDefault(bob!.id)
  for (const wanted of [
    { ...settings, redirectPort: [8_400] },
    { ...settings, keepWithoutKeyring: true },
    settings,
  ]) {
    await supervisor.restart(wanted)
    expect(session(running)).toMatchObject({ id: bob!.id, account: { sub: 'bob' } })
  }
})

test('a change of session storage leaves a session alone that waits for the keyring', async ({
  running,
}) => {
  const { supervisor, settings, dataDir } = running
  await supervisor.signOut()
  const cipher: Cipher = {
    seal: (plain) => Promise.resolve(plain),
    open: () => Promise.reject(new KeyUnavailable('it is away')),
  }
  const byKeyring = { dataDir, keyring: { cipher }, passphrase: null, keepWithoutKeyring: false }
  const { issuer, clientId } = settings.providers[0]!
  const zoe: StoredAccount = {
    id: 'zzzzzzzz',
    addedAtMs: 1,
    session: { ...HELD, issuer, clientId },
  }
  await chooseStorage(byKeyring).accountStore.write(zoe)
  const file = join(dataDir, 'sessions', 'zzzzzzzz.json')
  const kept = await readFile(file, 'utf8')
  await supervisor.restart({ ...settings, redirectPort: [8_400] })
  for (const keepWithoutKeyring of [true, false]) {
    await supervisor.restart({ ...settings, keepWithoutKeyring })
    expect(await readFile(file, 'utf8')).toBe(kept)
    expect(supervisor.latchkey().storage.accountStore.isLocked?.()).toBe(true)
  }
})

/** An account of a client ID that is not configured. */
function toElsewhere({ issuer }: RunningProvider): StoredAccount {
  const tokens = { ...HELD.tokens, refreshToken: 'of-another-client' }
  const session = { ...HELD, issuer, clientId: 'another-client', tokens }
  return { id: 'eeeeeeee', addedAtMs: 1, session }
}

test('S19: turning session storage off revokes the sessions of providers that are not configured', async ({
  running,
}) => {
  const { supervisor, provider, settings, dataDir } = running
  await supervisor.restart({ ...settings, keepWithoutKeyring: true })
  await supervisor.latchkey().storage.accountStore.write(toElsewhere(provider))
  expect(await listSessions(dataDir)).toHaveLength(2)
  await supervisor.restart(settings)
  expect(await listSessions(dataDir)).toEqual([])
  expect(provider.revoked).toEqual(['of-another-client'])
  expect(session(running)).toMatchObject({ kind: 'signed-in' })
})

test('turning session storage on or off leaves files alone that something else protects', async ({
  running,
}) => {
  const { supervisor, provider, settings, dataDir } = running
  const byPassphrase = chooseStorage({
    dataDir,
    keyring: null,
    passphrase: 'a passphrase',
    keepWithoutKeyring: false,
  })
  const elsewhere = toElsewhere(provider)
  await byPassphrase.accountStore.write(elsewhere)
  const aside = join(dataDir, 'sessions', 'ssssssss.unopened.json')
  await writeFile(aside, 'of another computer')
  for (const keepWithoutKeyring of [true, false]) {
    await supervisor.restart({ ...settings, keepWithoutKeyring })
    expect(await byPassphrase.accountStore.readAll([elsewhere.session])).toMatchObject({
      accounts: [elsewhere],
    })
    expect(await readFile(aside, 'utf8')).toBe('of another computer')
  }
  expect(provider.revoked).toEqual([])
})

test('S19: a sign-out during a restart wins', async ({ running }) => {
  const { supervisor, provider, settings, begin } = running
  // By now the previous Latchkey is closed, and its session is about to be handed on.
  const signedOut = new Promise<void>((resolve, reject) => {
    begin.before = () => void supervisor.signOut().then(resolve, reject)
  })
  await supervisor.restart({ ...settings, redirectPort: [8_400] })
  await signedOut
  expect(session(running)).toEqual({ kind: 'signed-out' })
  expect(await supervisor.latchkey().storage.accountStore.readAll()).toMatchObject({ accounts: [] })
  await expect.poll(() => provider.revoked.length).toBeGreaterThan(0)
})

test('settings that do not start are rolled back, and the error is thrown', async ({ running }) => {
  const { supervisor, settings } = running
  const taken = await startProvider()
  const { port } = new URL(taken.issuer)
  await expect(supervisor.restart({ ...settings, port: Number(port) })).rejects.toThrow('in use')
  await taken.close()
  expect(supervisor.settings()).toEqual(settings)
  expect(session(running)).toMatchObject({ kind: 'signed-in', account: { sub: 'alice' } })
})

test('settings that are read on use change without a restart', async ({ running }) => {
  const { supervisor, settings } = running
  const before = supervisor.latchkey()
  await supervisor.restart({ ...settings, noNotifications: true })
  expect(supervisor.latchkey()).toBe(before)
  expect(supervisor.settings().noNotifications).toBe(true)
})

test('S37: the tokens of a renewal during a restart are kept', async ({ running }) => {
  const { supervisor, provider, settings } = running
  let answer: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    provider.misbehave.hold = (endpoint) => {
      if (endpoint !== 'token') return undefined
      resolve()
      return new Promise<void>((answered) => (answer = answered))
    }
  })
  const renewed = supervisor.latchkey().agent.read(null)
  await asked
  provider.misbehave.hold = undefined
  const restarted = supervisor.restart({ ...settings, redirectPort: [8_400] })
  answer()
  const { tokens } = await renewed
  await restarted
  const held = await supervisor.latchkey().agent.read(0)
  expect(held.tokens.refreshToken).toBe(tokens.refreshToken)
})

const readConsents = ({ supervisor }: Running) => supervisor.latchkey().storage.consentStore.read()

test('without a key, consents survive each change of settings, also the demo', async ({
  running,
}) => {
  const { supervisor, settings } = running
  await supervisor.latchkey().storage.consentStore.write([PROGRAM, KEY])
  await supervisor.restart({ ...settings, redirectPort: [8_400] })
  expect(await readConsents(running)).toEqual([PROGRAM, KEY])
  expect(supervisor.latchkey().agent.consents.list().grants).toEqual([PROGRAM, KEY])
  const demo = { ...settings, demo: true }
  await supervisor.restart(demo)
  expect(await readConsents(running)).toEqual([])
  await supervisor.latchkey().storage.consentStore.write([{ ...KEY, id: 'demodemo' }])
  await supervisor.restart({ ...demo, redirectPort: [8_400] })
  await supervisor.restart(settings)
  expect(await readConsents(running)).toEqual([PROGRAM, KEY])
})

test('S35: turning storage on and off loses no consent, and revives none', async ({ running }) => {
  const { supervisor, settings, dataDir } = running
  const stored = { ...settings, keepWithoutKeyring: true }
  await supervisor.latchkey().storage.consentStore.write([PROGRAM, KEY])
  await supervisor.restart(stored)
  expect(await readConsents(running)).toEqual([PROGRAM, KEY])
  expect(await readdir(dataDir)).toContain('consents.json')

  await supervisor.restart(settings)
  expect(await readConsents(running)).toEqual([PROGRAM, KEY])
  expect(await readdir(dataDir)).not.toContain('consents.json')
  await supervisor.latchkey().storage.consentStore.write([KEY])
  await supervisor.restart(stored)
  expect(await readConsents(running)).toEqual([KEY])

  // Also if the demo runs in between.
  await supervisor.restart({ ...stored, demo: true })
  expect(await readdir(dataDir)).toContain('consents.json')
  await supervisor.restart({ ...settings, demo: true })
  await supervisor.restart(settings)
  expect(await readConsents(running)).toEqual([KEY])
  expect(await readdir(dataDir)).not.toContain('consents.json')
})

test('a consent that was taken back, but could not be stored, is not revived', async ({
  running,
}) => {
  const { supervisor, settings } = running
  const stored = { ...settings, keepWithoutKeyring: true }
  await supervisor.restart(stored)
  const { consentStore } = supervisor.latchkey().storage
  await consentStore.write([PROGRAM, KEY])
  const huge = { ...KEY, name: 'x'.repeat(4 * 1024 * 1024) }
  await expect(consentStore.write([huge])).rejects.toMatchObject({ code: 'storage-failed' })
  await supervisor.restart({ ...stored, redirectPort: [8_400] })
  expect(await readConsents(running)).toEqual([huge])
})

test('settings that do not start lose no consent', async ({ running }) => {
  const { supervisor, settings } = running
  const stored = { ...settings, keepWithoutKeyring: true }
  await supervisor.restart(stored)
  await supervisor.latchkey().storage.consentStore.write([PROGRAM, KEY])
  const taken = await startProvider()
  const port = Number(new URL(taken.issuer).port)
  await expect(supervisor.restart({ ...settings, port })).rejects.toThrow('in use')
  await taken.close()
  expect(supervisor.settings()).toEqual(stored)
  expect(await readConsents(running)).toEqual([PROGRAM, KEY])
})

test('a list of allowed apps that cannot be opened stays as it is when storage changes', async ({
  running,
}) => {
  const { supervisor, settings, dataDir } = running
  const path = join(dataDir, 'consents.json')
  await writeFile(path, 'damaged')
  for (const keepWithoutKeyring of [true, false]) {
    await supervisor.restart({ ...settings, keepWithoutKeyring })
    expect(await readFile(path, 'utf8')).toBe('damaged')
  }
})

test('if the stored session cannot be removed, the previous settings stay in use', async ({
  running,
}) => {
  const { supervisor, settings } = running
  const stored = { ...settings, keepWithoutKeyring: true }
  await supervisor.restart(stored)
  const { accountStore } = supervisor.latchkey().storage
  accountStore.delete = () => Promise.reject(new Error('the disk is read-only'))
  await expect(supervisor.restart(settings)).rejects.toThrow('read-only')
  expect(supervisor.settings()).toEqual(stored)
  expect(session(running)).toMatchObject({ kind: 'signed-in' })
})
