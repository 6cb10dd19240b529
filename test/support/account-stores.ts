// A data directory, the stores of accounts in it, and what protects them.

import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import type { AccountStore } from '../../main/storage/account-store.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import type { SealedTier } from '../../main/storage/session-file.js'
import { chooseBy, type Choice } from './accounts.js'

export const { MEMORY, KEY_FILE, PASSPHRASE, KEYRING } = chooseBy()
/** The keyring can't be used until the person unlocks it. */
export const LOCKED: Choice = {
  ...MEMORY,
  keyring: { message: 'Unlock it.', restartAdvice: 'Unlock it' },
}

/** What to choose so that each of these protects the sessions. */
export const CHOICES: Readonly<Record<SealedTier, Choice>> = {
  keyring: KEYRING,
  passphrase: PASSPHRASE,
  'key-file': KEY_FILE,
}
export const TIERS = Object.keys(CHOICES) as SealedTier[]

export const OTHER_OWNER = { issuer: 'https://login.example.org/', clientId: 'client' }

export const test = base.extend<{
  dataDir: string
  /** The folder of the accounts' files. */
  folder: string
  /** Opens the store as a program that starts would. */
  open: (choice: Choice) => AccountStore
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'accounts-')))
    await use(dataDir)
    await rm(dataDir, { recursive: true })
  },
  folder: ({ dataDir }, use) => use(join(dataDir, 'sessions')),
  open: ({ dataDir }, use) => use((choice) => chooseStorage({ dataDir, ...choice }).accountStore),
})
