// Chooses what protects the stored sessions and consents: a keyring, a passphrase, a key file, or memory alone.

import { join } from 'node:path'
import { keyFileCipher, passphraseCipher, type Cipher } from './cipher.js'
import type { AccountStore, StoredFile } from './account-store.js'
import { createMemoryAccounts } from './memory-accounts.js'
import { createSealedAccounts } from './sealed-accounts.js'
import type { ConsentStore } from './consent-store.js'
import { createConsentsBesideFiles, createSealedConsents } from './sealed-consents.js'
import type { Ciphers } from './open-sealed.js'
import { readStoredFiles } from './stored-files.js'
import type { SealedTier } from './session-file.js'
import { STORED_SESSION_MESSAGES, UNLOCK_AND_RESTART } from './stored-session-messages.js'

/** What protects the stored sessions. In memory, nothing does. */
export type StorageTier = SealedTier | 'memory'

export type Storage = {
  accountStore: AccountStore
  consentStore: ConsentStore
  tier: StorageTier
  /** Why nothing better protects the sessions, and what to do, for a person. Null if all is well. */
  message: string | null
  /** What makes a restart find the keyring, for a person. Null or absent if a restart does not help. */
  restartAdvice?: string | null
}

/** The system's keyring; or why it cannot be used, and what makes a restart find it. */
export type Keyring = { cipher: Cipher } | { message: string; restartAdvice: string | null }

export const KEY_FILE = 'session.key'

/**
 * Chooses how sessions are stored: by the keyring; without one, by a passphrase; without that, by a key
 * file beside them if the user has chosen that. Otherwise sessions are in memory only.
 */
export function chooseStorage(options: {
  dataDir: string
  keyring: Keyring | null
  passphrase: string | null
  keepWithoutKeyring: boolean
}): Storage {
  const { dataDir, keyring, passphrase, keepWithoutKeyring } = options
  const ciphers = makeCiphers({ dataDir, keyring, passphrase })
  const restartAdvice =
    keyring && ('cipher' in keyring ? UNLOCK_AND_RESTART : keyring.restartAdvice)
  const sealed = (tier: SealedTier, message: string | null): Storage => ({
    accountStore: createSealedAccounts({ dataDir, tier, ciphers }),
    consentStore: createSealedConsents({ dataDir, tier, ciphers }),
    tier,
    message,
    restartAdvice,
  })
  if (ciphers.keyring) return sealed('keyring', null)
  if (ciphers.passphrase) return sealed('passphrase', null)
  const message =
    keyring && 'message' in keyring ? keyring.message : STORED_SESSION_MESSAGES.inMemory
  if (keepWithoutKeyring) return sealed('key-file', STORED_SESSION_MESSAGES.withoutKeyring)
  return {
    accountStore: createMemoryAccounts(dataDir),
    consentStore: createConsentsBesideFiles(dataDir),
    tier: 'memory',
    message,
    restartAdvice,
  }
}

/**
 * Reads every session file in the data directory, to end the sessions before the data is removed. The key
 * file is used whether or not the settings allow one.
 */
export function readStored(deps: CipherDeps): Promise<readonly StoredFile[]> {
  return readStoredFiles(deps.dataDir, makeCiphers(deps))
}

type CipherDeps = { dataDir: string; keyring: Keyring | null; passphrase: string | null }

function makeCiphers({ dataDir, keyring, passphrase }: CipherDeps): Ciphers {
  return {
    ...(keyring && 'cipher' in keyring && { keyring: keyring.cipher }),
    ...(passphrase !== null && { passphrase: passphraseCipher(passphrase) }),
    'key-file': keyFileCipher(join(dataDir, KEY_FILE)),
  }
}
