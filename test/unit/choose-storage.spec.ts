// What protects the stored sessions, depending on what there is and what the user chose.

import { expect, test } from '@playwright/test'
import {
  chooseStorage,
  type Keyring,
  type Storage,
  type StorageTier,
} from '../../main/storage/choose-storage.js'
import {
  STORED_SESSION_MESSAGES,
  UNLOCK_AND_RESTART,
} from '../../main/storage/stored-session-messages.js'
import { chooseBy, type Choice } from '../support/accounts.js'

const { MEMORY, KEY_FILE, PASSPHRASE, KEYRING } = chooseBy()

const LOCKED: Keyring = {
  message: 'The keyring is locked. Unlock it.',
  restartAdvice: 'Unlock it and restart',
}

const CHOICES: readonly [choice: Choice, tier: StorageTier, message: string | null][] = [
  [MEMORY, 'memory', STORED_SESSION_MESSAGES.inMemory],
  [KEY_FILE, 'key-file', STORED_SESSION_MESSAGES.withoutKeyring],
  [PASSPHRASE, 'passphrase', null],
  [{ ...PASSPHRASE, keepWithoutKeyring: true }, 'passphrase', null],
  [{ ...MEMORY, keyring: LOCKED }, 'memory', 'The keyring is locked. Unlock it.'],
  [{ ...KEY_FILE, keyring: LOCKED }, 'key-file', STORED_SESSION_MESSAGES.withoutKeyring],
  [{ ...PASSPHRASE, keyring: LOCKED }, 'passphrase', null],
  [{ ...PASSPHRASE, keyring: LOCKED, keepWithoutKeyring: true }, 'passphrase', null],
  [KEYRING, 'keyring', null],
  [{ ...KEYRING, keepWithoutKeyring: true }, 'keyring', null],
  [{ ...PASSPHRASE, keyring: KEYRING.keyring }, 'keyring', null],
  [{ ...PASSPHRASE, keyring: KEYRING.keyring, keepWithoutKeyring: true }, 'keyring', null],
]

for (const [choice, tier, message] of CHOICES) {
  const { keyring: system, passphrase, keepWithoutKeyring } = choice
  const given = [
    system === null ? 'no keyring' : 'message' in system ? 'a locked keyring' : 'a keyring',
    passphrase === null ? 'no passphrase' : 'a passphrase',
    keepWithoutKeyring ? 'the choice to do without' : 'no choice to do without',
  ]
  test(`S35: ${given.join(', ')}: ${tier}`, () => {
    const chosen = choose(choice)
    expect(chosen.tier).toBe(tier)
    expect(chosen.message).toBe(message)
  })
}

test('a restart is offered if it can find the keyring or its key', () => {
  for (const choice of [MEMORY, KEY_FILE, PASSPHRASE]) {
    expect(choose({ ...choice, keyring: LOCKED }).restartAdvice).toBe('Unlock it and restart')
    expect(choose({ ...choice, keyring: KEYRING.keyring }).restartAdvice).toBe(UNLOCK_AND_RESTART)
  }
})

test('without a tray app there is no keyring, so no restart is offered', () => {
  for (const choice of [MEMORY, KEY_FILE, PASSPHRASE]) {
    expect(choose(choice).restartAdvice).toBeNull()
  }
})

/** Choosing reads and writes no file. */
function choose(choice: Choice): Storage {
  return chooseStorage({ dataDir: '', ...choice })
}
