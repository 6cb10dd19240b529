// The messages of the storage room, each once, as the user reads them.

import { expect, test } from '@playwright/test'
import {
  DIRECTORY_MESSAGES,
  FILE_MESSAGES,
  LOCK_MESSAGES,
  LOG_MESSAGES,
  STORED_CONSENT_MESSAGES,
} from '../../main/storage/storage-messages.js'

test('messages about the data directory', () => {
  const { chooseAnother, ...messages } = DIRECTORY_MESSAGES
  expect([
    messages.ownedByOther('/data', 0),
    messages.ownedByOther('/data', 1000),
    chooseAnother,
    messages.cannotCreate('/data', 'not permitted, EACCES'),
    messages.startedAsRoot('/data', 1000),
    messages.startedAsRootInFolder('/home/alice', 1000),
    messages.sharedFolder('/data', '755'),
    messages.cannotClose('/data', 'not permitted, EPERM'),
    messages.noPermissions('/data'),
    messages.closed('/data', '755'),
  ]).toEqual([
    "The data directory /data belongs to root, so Latchkey doesn't use it.",
    "The data directory /data belongs to another user (uid 1000), so Latchkey doesn't use it.",
    'Choose another directory with --data-dir.',
    "The data directory /data can't be created (not permitted, EACCES). Choose another directory with --data-dir.",
    'Latchkey was started as root, but the data directory /data belongs to another user (uid 1000). Start Latchkey as that user, or choose a directory that belongs to root with --data-dir.',
    'Latchkey was started as root, but /home/alice belongs to another user (uid 1000). Start Latchkey as that user, or choose a directory that belongs to root with --data-dir.',
    "The data directory /data is open to other users (mode 755) and contains files that aren't Latchkey's. Choose a directory that only Latchkey uses with --data-dir.",
    "Latchkey can't close the data directory /data to other users (not permitted, EPERM). Choose another directory with --data-dir.",
    'Other users of this computer may be able to read the data directory /data, because its file system does not support permissions.',
    "The data directory /data was open to other users (mode 755). It is now closed to them. If you didn't open it yourself, check settings.json in it for changes.",
  ])
})

test('messages about the lock of the data directory', () => {
  const { ownerAt, inUse, runsElsewhere, takingOver, tookOverStale } = LOCK_MESSAGES
  expect([
    inUse('/data', ownerAt(42, null)),
    inUse('/data', ownerAt(42, 'http://127.0.0.1:5323')),
    inUse('/data', LOCK_MESSAGES.ownerOn('laptop')),
    inUse('/data', LOCK_MESSAGES.ownerStarting),
    inUse('/data', LOCK_MESSAGES.severalStarting),
    runsElsewhere('/data', LOCK_MESSAGES.unnamedHost),
    takingOver('/data', 'laptop'),
    tookOverStale('/data', 'laptop'),
    LOCK_MESSAGES.ofAnotherUser('/data/lock', 1000),
    LOCK_MESSAGES.damaged('/data/lock'),
  ]).toEqual([
    'Latchkey is already running with the data directory /data (PID 42). Use that one, or choose another directory with --data-dir.',
    'Latchkey is already running with the data directory /data (PID 42, at http://127.0.0.1:5323). Use that one, or choose another directory with --data-dir.',
    'Latchkey is already running with the data directory /data (on laptop). Use that one, or choose another directory with --data-dir.',
    'Latchkey is already running with the data directory /data, and is still starting. Use that one, or choose another directory with --data-dir.',
    'Latchkey is already running with the data directory /data, or several are starting at once. Use that one, or choose another directory with --data-dir.',
    "Latchkey is running on another computer with the data directory /data. Two computers can't share one session: use that one, or choose another directory with --data-dir. If Latchkey no longer runs on another computer, start this one with --take-over.",
    'Latchkey is taking over the data directory /data from laptop.',
    'Latchkey used the data directory /data on laptop, but has not reported for an hour, so this Latchkey has taken it over. If the other one is still running, it will quit.',
    'The lock /data/lock belonged to another user (uid 1000), so it was ignored.',
    'The lock /data/lock was damaged, so it was ignored.',
  ])
})

test('messages about other files in the data directory', () => {
  expect([
    LOG_MESSAGES.notRegular('/data/latchkey.log'),
    LOG_MESSAGES.cannotWrite('/data/latchkey.log', 'ENOSPC'),
    LOG_MESSAGES.cannotWrite('/data/latchkey.log', ''),
    FILE_MESSAGES.cannotWrite('provider.json', 'the disk is full, ENOSPC'),
  ]).toEqual([
    'The log /data/latchkey.log is not a regular file. Latchkey continues without it.',
    "The log /data/latchkey.log can't be written (ENOSPC). Latchkey continues without it.",
    "The log /data/latchkey.log can't be written (no reason given). Latchkey continues without it.",
    "provider.json can't be written (the disk is full, ENOSPC).",
  ])
})

test('messages about the stored list of allowed apps', () => {
  const { notOpened, notStored, tooLarge } = STORED_CONSENT_MESSAGES
  expect([notOpened('the file is damaged'), notStored(tooLarge)]).toEqual([
    'The stored list of allowed apps could not be opened: the file is damaged. Latchkey asks about each app again.',
    'The list of allowed apps could not be stored on this computer: it is too long. Changes to it are lost when Latchkey quits.',
  ])
})
