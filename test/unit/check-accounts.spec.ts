// The diagnosis of the stored accounts: providers and IDs, and no person.

import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { checkAccounts } from '../../main/diagnose/check-accounts.js'
import { MESSAGES } from '../../main/diagnose/diagnose-messages.js'
import type { Session } from '../../main/oauth/session.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import {
  STORED_SESSION_MESSAGES,
  STORED_SESSION_REASONS,
} from '../../main/storage/stored-session-messages.js'
import { createProviderSettings } from '../support/fixture.js'

const WORK = createProviderSettings(
  { issuer: 'https://work.example', clientId: 'work-app' },
  { settings: { name: 'work' } },
)
const HOME = createProviderSettings(
  { issuer: 'https://home.example', clientId: 'home-app' },
  { settings: { name: 'home' } },
)

const test = base.extend<{ dataDir: string }>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'check-accounts-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true })
  },
})

function createSession({ issuer, clientId }: typeof WORK): Session {
  return {
    issuer,
    clientId,
    account: { sub: 'canary-person', name: 'canary-person', email: 'canary-person@example.com' },
    claims: { sub: 'canary-person' },
    tokens: {
      accessToken: 'access',
      accessTokenExpiresAtMs: null,
      obtainedAtMs: 0,
      refreshToken: 'refresh',
      idToken: 'id',
      scope: 'openid',
    },
  }
}

async function store(dataDir: string, id: string, provider: typeof WORK): Promise<void> {
  const options = { dataDir, keyring: null, passphrase: null, keepWithoutKeyring: true }
  const { accountStore } = chooseStorage(options)
  await accountStore.write({ id, addedAtMs: 0, session: createSession(provider) })
}

test('no account', ({ dataDir }) => {
  expect(checkAccounts({ dataDir, providers: [WORK] })).toEqual({
    name: 'accounts',
    verdict: 'ok',
    says: [MESSAGES.accounts.none],
  })
})

test('accounts at configured providers, by their IDs', async ({ dataDir }) => {
  await store(dataDir, 'aaaaaaaa', WORK)
  await store(dataDir, 'bbbbbbbb', HOME)
  const check = checkAccounts({ dataDir, providers: [WORK, HOME] })
  expect(check).toEqual({
    name: 'accounts',
    verdict: 'ok',
    says: [
      MESSAGES.accounts.stored('aaaaaaaa', 'work'),
      MESSAGES.accounts.stored('bbbbbbbb', 'home'),
    ],
  })
  expect(JSON.stringify(check)).not.toContain('canary-person')
})

test('what is wrong comes first: a provider that is gone, a damaged file, a file aside', async ({
  dataDir,
}) => {
  await store(dataDir, 'aaaaaaaa', WORK)
  await store(dataDir, 'bbbbbbbb', HOME)
  const folder = join(dataDir, 'sessions')
  const damaged = join(folder, 'cccccccc.json')
  await writeFile(damaged, 'x')
  const aside = join(folder, 'dddddddd.unopened.json')
  await copyFile(join(folder, 'aaaaaaaa.json'), aside)
  const { verdict, says } = checkAccounts({ dataDir, providers: [WORK] })
  expect(verdict).toBe('warning')
  expect(says).toEqual([
    MESSAGES.accounts.notConfigured(HOME.issuer),
    STORED_SESSION_MESSAGES.notOpened(STORED_SESSION_REASONS.damaged(damaged)),
    MESSAGES.accounts.movedAside(aside),
    MESSAGES.accounts.stored('aaaaaaaa', 'work'),
  ])
})

test('a session.json of an earlier version', async ({ dataDir }) => {
  const file = { version: 2, tier: 'key-file', purpose: 'session', sealed: 'x' }
  const { issuer, clientId } = WORK
  await writeFile(join(dataDir, 'session.json'), JSON.stringify({ ...file, issuer, clientId }))
  expect(checkAccounts({ dataDir, providers: [WORK] })).toMatchObject({
    verdict: 'ok',
    says: [MESSAGES.accounts.storedEarlier('work')],
  })
})
