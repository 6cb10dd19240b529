// The messages of the app room, once, for a reader to check.

import { expect, test } from '@playwright/test'
import {
  KEY_PLACES,
  REMOVAL_MESSAGES,
  RUNNING_QUESTION,
  SECOND_START_MESSAGES,
  START_MESSAGES,
} from '../../main/app/app-messages.js'

const DIRECTORY = '/home/alice/.latchkey'

test('the messages about the start', () => {
  const { unusableDirectory, takenOver, noServiceFile, unexpectedError } = START_MESSAGES
  expect([
    unusableDirectory(DIRECTORY, 'the disk is full'),
    takenOver(DIRECTORY),
    noServiceFile('http://127.0.0.1:1000', 'the disk is full'),
    START_MESSAGES.noDemo,
    START_MESSAGES.demoSession,
    unexpectedError(1, 'Error: x'),
    unexpectedError(2, 'Error: x'),
  ]).toEqual([
    "The data directory /home/alice/.latchkey can't be used (the disk is full). Choose another directory with --data-dir.",
    'Another computer has taken over the data directory /home/alice/.latchkey, so Latchkey is quitting.',
    "service.json can't be written (the disk is full), so other apps can't look up the service's address, http://127.0.0.1:1000.",
    'The demo provider is available only in the source tree. Set --issuer and --client-id to sign in at your own provider.',
    "The demo's session ends when Latchkey quits.",
    'unexpected error: Error: x',
    'unexpected error (2 times so far): Error: x',
  ])
})

test('the question whether another computer still uses the data directory', () => {
  const { message, detail, no, yes } = RUNNING_QUESTION
  expect([message('other-laptop'), detail, no, yes]).toEqual([
    'Is Latchkey still running on other-laptop?',
    "It used the same data directory there and has not reported for an hour or more. Two computers can't share one session.",
    'No, use it here',
    'Yes, quit here',
  ])
})

test('the messages about a second start', () => {
  const { ignored, notKeptAtLogin } = SECOND_START_MESSAGES
  expect([
    ignored(['--port']),
    ignored(['LATCHKEY_SCOPE', '--port', '--end-session']),
    notKeptAtLogin(['--issuer', '--client-id']),
  ]).toEqual([
    'Latchkey was already running, so --port had no effect. Quit Latchkey first, then start it again.',
    'Latchkey was already running, so LATCHKEY_SCOPE, --port and --end-session had no effect. Quit Latchkey first, then start it again.',
    'At login, Latchkey will start without --issuer and --client-id. Saved settings still apply.',
  ])
})

test('the messages about removing data', () => {
  const session = REMOVAL_MESSAGES.session('Alice Adams', 'https://id.example')
  expect([
    REMOVAL_MESSAGES.removed('/x/session.json'),
    REMOVAL_MESSAGES.notRemoved('/x/session.json', 'it is locked'),
    REMOVAL_MESSAGES.noDirectory(DIRECTORY),
    REMOVAL_MESSAGES.notEmpty(DIRECTORY),
    REMOVAL_MESSAGES.unusable(DIRECTORY, 'the disk failed'),
    REMOVAL_MESSAGES.notLatchkeys(DIRECTORY),
    REMOVAL_MESSAGES.stillRuns(DIRECTORY, ' (PID 1000)'),
    REMOVAL_MESSAGES.unreadable('/x/session.json', 'It is damaged.'),
    REMOVAL_MESSAGES.revoked(session),
    REMOVAL_MESSAGES.noRevocation(session),
    REMOVAL_MESSAGES.notRevoked(session, 'The request failed.'),
    REMOVAL_MESSAGES.partlyRevoked(session, 1, 2, 'The request failed.'),
    REMOVAL_MESSAGES.startAtLogin('/x/latchkey.desktop'),
    REMOVAL_MESSAGES.key('Latchkey Safe Storage'),
    REMOVAL_MESSAGES.keyShared('Latchkey Safe Storage'),
    REMOVAL_MESSAGES.keyByHand(KEY_PLACES.keychain('Latchkey Safe Storage')),
    KEY_PLACES.secretService('Latchkey Safe Storage'),
    KEY_PLACES.wallet,
  ]).toEqual([
    'Removed /x/session.json.',
    '/x/session.json could not be removed (it is locked).',
    'There is no data directory /home/alice/.latchkey.',
    '/home/alice/.latchkey was kept because it contains other files.',
    "The data directory /home/alice/.latchkey can't be used (the disk failed), so nothing was removed.",
    'Nothing in /home/alice/.latchkey shows that Latchkey has used it, so nothing was removed.',
    'Latchkey is already running with the data directory /home/alice/.latchkey (PID 1000), so nothing was removed. Quit it and try again. Or choose Settings and "Remove Latchkey\'s data" in its window, which also revokes a session that is encrypted with the keyring.',
    '/x/session.json: It is damaged. The session was not revoked. Sign out at your provider.',
    'The session of Alice Adams at https://id.example was revoked.',
    'The session of Alice Adams at https://id.example was not revoked: the provider does not support revocation. Sign out at the provider.',
    'The session of Alice Adams at https://id.example was not revoked: The request failed. Sign out at the provider.',
    'The session of Alice Adams at https://id.example: 1 of 2 tokens were not revoked: The request failed. Sign out at the provider.',
    'Latchkey no longer starts at login: removed /x/latchkey.desktop.',
    'The key "Latchkey Safe Storage" was removed from the keyring.',
    'The key "Latchkey Safe Storage" was kept in the keyring because the session in another data directory is encrypted with it.',
    'The keyring may still contain the key that encrypted the session. It is no longer needed. To remove it, look for "Latchkey Safe Storage" in Keychain Access.',
    '"Latchkey Safe Storage" in your keyring\'s password manager',
    'the folder "Latchkey Keys" in KWalletManager',
  ])
})
