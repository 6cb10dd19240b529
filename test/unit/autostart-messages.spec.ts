// The messages of starting at login, each once, as the user reads them.

import { expect, test } from '@playwright/test'
import {
  ENTRY_MESSAGES,
  ENTRY_REASONS,
  LOGIN_ITEM_MESSAGES,
  OBSTACLES,
} from '../../main/autostart/autostart-messages.js'

test('messages about the entry on Linux', () => {
  const { leftAlone, notTurnedOn, notTurnedOff, notUpdated, notRemoved } = ENTRY_MESSAGES
  const entry = '/a/latchkey.desktop'
  expect([
    ENTRY_MESSAGES.appImageGone,
    ENTRY_MESSAGES.otherLatchkey('/opt/latchkey'),
    leftAlone(entry, ENTRY_REASONS.notFile),
    leftAlone(entry, ENTRY_REASONS.isLink),
    leftAlone(entry, ENTRY_REASONS.brokenLink),
    leftAlone(entry, ENTRY_REASONS.unreadable('EIO')),
    leftAlone(entry, ENTRY_REASONS.notEntry),
    leftAlone(entry, ENTRY_REASONS.noProgram),
    leftAlone(entry, ENTRY_REASONS.otherProgram('/opt/other')),
    notTurnedOn(OBSTACLES.unwritable),
    notTurnedOn(OBSTACLES.equalsSign),
    notTurnedOff(OBSTACLES.copyIsLink('/a/copy.desktop')),
    notUpdated(OBSTACLES.readOnly('/a')),
    notRemoved(entry, OBSTACLES.diskFull('/a')),
    notTurnedOn(OBSTACLES.notFolder('/a')),
    notTurnedOn(OBSTACLES.notWritten('/a', 'EIO')),
  ]).toEqual([
    'The AppImage that Latchkey runs from is gone. Quit Latchkey and start it from its new location.',
    'Another Latchkey starts at login: /opt/latchkey.',
    '/a/latchkey.desktop is not a file, so Latchkey leaves it as it is. Change or remove it by hand.',
    '/a/latchkey.desktop is a link, so Latchkey leaves it as it is. Change or remove it by hand.',
    '/a/latchkey.desktop is a broken link, so Latchkey leaves it as it is. Change or remove it by hand.',
    "/a/latchkey.desktop can't be read (EIO), so Latchkey leaves it as it is. Change or remove it by hand.",
    '/a/latchkey.desktop is not a desktop entry, so Latchkey leaves it as it is. Change or remove it by hand.',
    '/a/latchkey.desktop names no program that Latchkey can read, so Latchkey leaves it as it is. Change or remove it by hand.',
    '/a/latchkey.desktop starts /opt/other, so Latchkey leaves it as it is. Change or remove it by hand.',
    "Start at login could not be turned on: the command contains a line break or another character that a desktop entry can't contain.",
    "Start at login could not be turned on: the path of the program contains =, and a desktop entry can't start such a program; move or rename it.",
    'Start at login could not be turned off: /a/copy.desktop is a link, which Latchkey leaves as it is.',
    'Start at login could not be updated: /a is not writable.',
    '/a/latchkey.desktop could not be removed: the disk that contains /a is full.',
    'Start at login could not be turned on: /a is not a folder.',
    'Start at login could not be turned on: /a could not be written (EIO).',
  ])
})

test('messages about login items on Windows and macOS', () => {
  expect([
    LOGIN_ITEM_MESSAGES.otherEntry('Policy'),
    LOGIN_ITEM_MESSAGES.disabledInWindows,
    LOGIN_ITEM_MESSAGES.notInstalled,
    LOGIN_ITEM_MESSAGES.needsConsent,
    LOGIN_ITEM_MESSAGES.rejectedByWindows,
    LOGIN_ITEM_MESSAGES.rejectedByMacos,
    LOGIN_ITEM_MESSAGES.moveToApplications,
    LOGIN_ITEM_MESSAGES.notChanged('Error: no'),
  ]).toEqual([
    'Windows starts Latchkey at login through another entry, Policy. Remove that one first.',
    'It is turned off under Startup apps. Turn it on there, in Task Manager or Settings.',
    'macOS starts only the installed app at login, and this one runs from its source tree.',
    'macOS needs your permission: allow Latchkey in System Settings, General, Login Items.',
    'Windows rejected the change.',
    'macOS rejected the change.',
    'macOS rejected the change. Move Latchkey to Applications, and try again.',
    'Start at login could not be changed: Error: no',
  ])
})
