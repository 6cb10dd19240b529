// The messages about the stored session, word by word.

import { expect, test } from '@playwright/test'
import {
  missingKeyringMessage,
  restartAdvice,
  type MissingKeyring,
} from '../../main/storage/missing-keyring.js'
import {
  DAMAGED,
  MISSING_KEYRING,
  STORED_SESSION_MESSAGES as MESSAGES,
  STORED_SESSION_REASONS as REASONS,
  UNLOCK_AND_RESTART,
} from '../../main/storage/stored-session-messages.js'

const PATH = '/data/session.json'
const KEY = '/data/session.key'
const ASIDE = '/data/session.unopened.json'
const FULL = 'the disk is full, ENOSPC'

const TEXTS: readonly [text: string, expected: string][] = [
  [
    MESSAGES.notOpened('it is locked'),
    'The stored session could not be opened: it is locked. Sign in again.',
  ],
  [
    MESSAGES.notStored(REASONS.cannotWrite(PATH, FULL)),
    "The session could not be stored on this computer: /data/session.json can't be written (the disk " +
      'is full, ENOSPC). It ends when Latchkey quits.',
  ],
  [
    MESSAGES.otherOwner('https://login.example', 'app'),
    'The stored session belongs to another provider or client ID (https://login.example, client ID ' +
      'app). Sign in again.',
  ],
  [
    MESSAGES.notDeleted(PATH, FULL),
    "/data/session.json can't be deleted (the disk is full, ENOSPC).",
  ],
  [
    MESSAGES.notMovedAside(PATH, FULL),
    "/data/session.json can't be moved out of the way (the disk is full, ENOSPC).",
  ],
  [
    MESSAGES.notMovedOverNewer(PATH, ASIDE),
    "/data/session.json can't be moved out of the way: /data/session.unopened.json was written by a " +
      'newer version of Latchkey and is not overwritten.',
  ],
  [
    MESSAGES.defaultNotStored(PATH, FULL),
    "The default account could not be stored: /data/session.json can't be written (the disk is full, " +
      'ENOSPC).',
  ],
  [
    MESSAGES.defaultOfNewerVersion(PATH),
    'The default account could not be stored: /data/session.json was written by a newer version of ' +
      'Latchkey and is not overwritten.',
  ],
  [
    MESSAGES.inMemory,
    'The session stays in memory and ends when Latchkey quits. To store it, start Latchkey with ' +
      'a passphrase in the environment variable LATCHKEY_PASSPHRASE.',
  ],
  [
    MESSAGES.withoutKeyring,
    'The session is stored without a keyring, as you chose. Programs that run as you could read it.',
  ],
  [REASONS.cannotRead(PATH, FULL), "/data/session.json can't be read (the disk is full, ENOSPC)"],
  [REASONS.newerVersion(PATH), '/data/session.json was written by a newer version of Latchkey'],
  [
    REASONS.notOverwritten(PATH),
    '/data/session.json was written by a newer version of Latchkey and is not overwritten',
  ],
  [REASONS.damaged(PATH), '/data/session.json is damaged'],
  [REASONS.otherContent, "this version of Latchkey can't read its content"],
  [REASONS.keyMissing(KEY), 'its key, /data/session.key, is missing or damaged'],
  [
    REASONS.keyNotRead(KEY, FULL),
    "its key, /data/session.key, can't be read (the disk is full, ENOSPC)",
  ],
  [
    REASONS.keyNotWritten(KEY, FULL),
    "its key, /data/session.key, can't be written (the disk is full, ENOSPC)",
  ],
  [
    REASONS.orDamaged(REASONS.otherKey),
    'it was encrypted with another key, or the file is damaged',
  ],
  [REASONS.otherPassphrase, 'it was encrypted with another passphrase'],
  [REASONS.keyringMissing, "the system's keyring, which protects it, can't be used right now"],
  [REASONS.passphraseMissing, 'the passphrase that protects it was not given'],
  [REASONS.keyFileOff, 'it was stored without a keyring, and that setting is now off'],
  [DAMAGED, 'the file is damaged'],
  [UNLOCK_AND_RESTART, 'Unlock the keyring and restart Latchkey'],
  [
    missingKeyringMessage('kwallet'),
    'KWallet is closed, turned off or not running, so the session stays in memory and ends when ' +
      'Latchkey quits. Turn KWallet on and open it (System Settings, KDE Wallet) and restart Latchkey; ' +
      'or turn on "Store the session without a keyring" in Latchkey\'s settings.',
  ],
]

test('the messages of the stored session', () => {
  for (const [text, expected] of TEXTS) expect(text).toBe(expected)
})

test('each missing keyring has a message with its reason and its remedy', () => {
  for (const missing of Object.keys(MISSING_KEYRING) as MissingKeyring[]) {
    const { reason, remedy } = MISSING_KEYRING[missing]
    expect(missingKeyringMessage(missing)).toContain(`${reason}, so the session`)
    expect(missingKeyringMessage(missing)).toContain(`${remedy}; or turn on`)
    expect([remedy, null]).toContain(restartAdvice(missing))
  }
})
