// How the parts start together while the stored session takes long to open.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import { defaultSession } from '../../main/agent/model.js'
import { START_MESSAGES } from '../../main/app/app-messages.js'
import { createLatchkey, type Latchkey } from '../../main/app/compose.js'
import { DirectoryInUse } from '../../main/storage/directory-in-use.js'
import { readSettings } from '../../main/settings/read.js'
import type { StoredAccounts } from '../../main/storage/account-store.js'
import { createMemoryConsents } from '../../main/storage/consent-store.js'
import { createMemoryAccounts } from '../../main/storage/memory-accounts.js'
import type { StorageTier } from '../../main/storage/choose-storage.js'
import type { Session } from '../../main/oauth/session.js'
import { createTestClock, type TestClock } from '../support/clock.js'

const ISSUER = 'https://login.example.com'
const SESSION: Session = {
  issuer: ISSUER,
  clientId: 'client',
  account: { sub: 'alice', name: 'Alice Adams', email: '' },
  claims: { sub: 'alice' },
  tokens: {
    accessToken: 'access',
    accessTokenExpiresAtMs: null,
    obtainedAtMs: 0,
    refreshToken: null,
    idToken: 'id',
    scope: 'openid',
  },
}

type Starting = {
  dataDir: string
  lost: DirectoryInUse[]
  clock: TestClock
  latchkey: Promise<Latchkey>
  /** Passes the stored session to its reader. */
  open(): void
}

const test = base.extend<{
  /** Starts the parts until the stored session is being opened. */
  startOpening: (tier: StorageTier) => Promise<Starting>
}>({
  // eslint-disable-next-line no-empty-pattern
  startOpening: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'compose-'))
    const ends: (() => Promise<void>)[] = []
    await use(async (tier) => {
      const clock = createTestClock()
      const args = ['--issuer', ISSUER, '--client-id', 'client', '--port', '0']
      const { platform } = process
      const lost: DirectoryInUse[] = []
      let open: () => void = () => undefined
      let latchkey!: Promise<Latchkey>
      await new Promise<void>((asked) => {
        const readAll = async (): Promise<StoredAccounts> => {
          asked()
          await new Promise<void>((resolve) => (open = resolve))
          return { accounts: [{ id: 'abcd2345', addedAtMs: 0, session: SESSION }], problems: [] }
        }
        latchkey = createLatchkey({
          settings: readSettings({
            args: [...args, '--data-dir', dataDir],
            env: {},
            platform,
            home: homedir(),
          }),
          version: '0.0.0',
          clock,
          storage: {
            accountStore: { ...createMemoryAccounts(), readAll },
            consentStore: createMemoryConsents(),
            tier,
            message: null,
          },
          openBrowser: () => Promise.resolve(),
          onDirectoryLost: (error) => lost.push(error),
        })
      })
      ends.push(async () => (await latchkey).close())
      return { dataDir, lost, clock, latchkey, open: () => open() }
    })
    for (const end of ends) await end()
    await rm(dataDir, { recursive: true, force: true })
  },
})

test('a keyring prompt delays the start by at most three seconds', async ({ startOpening }) => {
  const { clock, latchkey, open } = await startOpening('keyring')
  clock.advance(3_000)
  const { agent } = await latchkey
  expect(defaultSession(agent.model()).kind).toBe('signed-out')
  open()
  await expect.poll(() => defaultSession(agent.model()).kind).toBe('signed-in')
})

test('the start waits until the key is derived from the passphrase, however slow the machine', async ({
  startOpening,
}) => {
  const { clock, latchkey, open } = await startOpening('passphrase')
  expect(clock.pending()).toBe(0)
  open()
  expect(defaultSession((await latchkey).agent.model()).kind).toBe('signed-in')
})

test('S39: if another computer takes the directory, Latchkey notices once, within twenty minutes', async ({
  startOpening,
}) => {
  const { dataDir, lost, clock, latchkey, open } = await startOpening('passphrase')
  open()
  await latchkey
  const path = join(dataDir, 'lock')
  const ours = await readFile(path, 'utf8')
  clock.advance(20 * 60_000)
  expect(lost).toEqual([])
  expect(await readFile(path, 'utf8')).not.toBe(ours) // It was refreshed.

  await writeFile(path, ours.replace(/"id":"[0-9a-f]+"/, '"id":"0123456789ab"'))
  clock.advance(20 * 60_000)
  clock.advance(20 * 60_000)
  expect(lost.map(({ message }) => message)).toEqual([START_MESSAGES.takenOver(dataDir)])
})
