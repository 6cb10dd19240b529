// Chooses what protects the stored session: a keyring, a passphrase, a key file, or memory alone.

import { join } from 'node:path'
import { keyFileCipher, passphraseCipher, type Cipher } from './cipher.js'
import type { AccountStore, StoredFile } from './account-store.js'
import { createMemoryAccounts } from './memory-accounts.js'
import { createSealedAccounts } from './sealed-accounts.js'
import { createMemoryStore } from './memory-store.js'
import type { Ciphers } from './open-sealed.js'
import { readStoredFiles } from './stored-files.js'
import { createSealedStore } from './sealed-store.js'
import { SESSION_FILE, type SealedTier } from './session-file.js'
import type { SessionStore } from './session-store.js'
import { STORED_SESSION_MESSAGES, UNLOCK_AND_RESTART } from './stored-session-messages.js'

/** What protects the stored session. In memory, nothing does. */
export type StorageTier = SealedTier | 'memory'

export type Storage = {
  sessionStore: SessionStore
  /** Keeps several accounts, in the same way. */
  accountStore: AccountStore
  tier: StorageTier
  /** Why nothing better protects the session, and what to do, for a person. Null if all is well. */
  message: string | null
  /** What makes a restart find the keyring, for a person. Null or absent if a restart does not help. */
  restartAdvice?: string | null
}

/** The system's keyring; or why it cannot be used, and what makes a restart find it. */
export type Keyring = { cipher: Cipher } | { message: string; restartAdvice: string | null }

export { SESSION_FILE }
export const KEY_FILE = 'session.key'

/**
 * Chooses how a session is stored: by the keyring; without one, by a passphrase; without that, by a key
 * file beside it if the user has chosen that. Otherwise the session is in memory only.
 */
export function chooseStorage(options: {
  dataDir: string
  keyring: Keyring | null
  passphrase: string | null
  keepWithoutKeyring: boolean
  /** The name of the session file in the data directory. */
  fileName?: string
}): Storage {
  const { dataDir, keyring, passphrase, keepWithoutKeyring, fileName = SESSION_FILE } = options
  const path = join(dataDir, fileName)
  const ciphers = makeCiphers({ dataDir, keyring, passphrase })
  const restartAdvice =
    keyring && ('cipher' in keyring ? UNLOCK_AND_RESTART : keyring.restartAdvice)
  const sealed = (tier: SealedTier, message: string | null): Storage => ({
    sessionStore: createSealedStore(path, tier, ciphers),
    accountStore: createSealedAccounts({ dataDir, tier, ciphers }),
    tier,
    message,
    restartAdvice,
  })
  if (ciphers.keyring) return sealed('keyring', null)
  if (ciphers.passphrase) return sealed('passphrase', null)
  const message =
    keyring && 'message' in keyring ? keyring.message : STORED_SESSION_MESSAGES.inMemory
  return keepWithoutKeyring
    ? sealed('key-file', STORED_SESSION_MESSAGES.withoutKeyring)
    : {
        sessionStore: createMemoryStore(path),
        accountStore: createMemoryAccounts(dataDir),
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
