// The messages of the electron room, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import {
  FAILURE,
  REMOVED,
  START_AT_LOGIN,
  KEYRING,
  SAVED_REPORT,
  CONTEXT_MENU,
} from '../../main/electron/electron-messages.js'
import { sayAll } from '../support/say-all.js'

test('the box for a failed start', () => {
  expect(
    sayAll(FAILURE, {
      folderNotRemoved: ['/tmp/latchkey', 'EBUSY'],
      folderNotOpened: ['/tmp/latchkey'],
    }),
  ).toEqual({
    title: "Latchkey can't start",
    openFolder: 'Open folder',
    quit: 'Quit',
    folderNotRemoved: "latchkey: Couldn't remove /tmp/latchkey (EBUSY).",
    folderNotOpened: "latchkey: Couldn't open /tmp/latchkey.",
  })
})

test('the box that lists the removed data', () => {
  expect(sayAll(REMOVED, {})).toEqual({
    all: "Latchkey's data was removed",
    part: "Some of Latchkey's data couldn't be removed",
    quit: 'Quit',
  })
})

test('the messages about the start at login', () => {
  expect(sayAll(START_AT_LOGIN, {})).toEqual({
    rejected: 'The system rejected the change.',
    stillOn: 'The system still starts Latchkey at login.',
    turnedOff: 'Starting at login was turned off.',
    withoutSandbox:
      "Latchkey runs without Chromium's sandbox. A start at login would use the sandbox, and fail without a message if the sandbox can't start. `npm start` says how to fix that.",
  })
})

test('the reasons why the keyring does not work', () => {
  expect(sayAll(KEYRING, {})).toEqual({
    cannotSeal:
      "the keyring can't encrypt it (unlock the keyring and restart Latchkey to store it)",
    cannotOpenNow:
      "the keyring can't decrypt it right now (unlock the keyring and restart Latchkey to get the session back)",
    cannotOpen:
      'it is damaged, or was encrypted on another computer, by another user or with a keyring that is gone',
  })
})

test('the messages of the report', () => {
  expect(
    sayAll(SAVED_REPORT, {
      alsoIn: ['~/.config/latchkey/diagnosis.txt'],
    }),
  ).toEqual({
    alsoIn: 'This report is also in ~/.config/latchkey/diagnosis.txt.',
    proxyOrigin: "the system's settings",
  })
})

test('the context menu', () => {
  expect(sayAll(CONTEXT_MENU, {})).toEqual({
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
  })
})
