// The words of the tray, the notifications and the status, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { createRemovalPlan } from '../../main/present/removal-plan.js'

const { headline, menu, notification, restart, removal, ...others } = PRESENT_MESSAGES

test('the headlines', () => {
  const lines = Object.entries(headline).map(([state, say]) => [state, say('Alice Adams')])
  expect(Object.fromEntries(lines)).toEqual({
    'signed-out': 'Not signed in',
    waiting: 'Waiting for your browser',
    answered: 'Finishing the sign-in',
    exchanging: 'Finishing the sign-in',
    'signed-in': 'Signed in as Alice Adams',
    offline: 'Signed in as Alice Adams (offline)',
    'renewal-failing': "Signed in as Alice Adams (can't renew)",
    'needs-sign-in': 'Session expired: Alice Adams',
    failed: 'Sign-in failed',
  })
})

test('the menu and the titles of notifications', () => {
  const said = Object.entries({ ...menu, ...notification }).map(([key, words]) => [
    key,
    typeof words === 'string' ? words : words('A'),
  ])
  expect(Object.fromEntries(said)).toEqual({
    starting: 'Latchkey is starting',
    signIn: 'Sign in',
    signInAgain: 'Sign in again',
    signInAsOther: 'Sign in as someone else',
    signInAt: 'Sign in at A',
    addAccount: 'Add account',
    defaultAccount: 'A, default',
    isDefault: 'Default account',
    makeDefault: 'Make default',
    signOut: 'Sign out',
    signOutEverywhere: 'Sign out everywhere',
    signInWasFor: 'This sign-in was for A',
    keep: 'Keep A',
    discard: 'Discard A',
    cancel: 'Cancel',
    openAgain: 'Open the link again',
    copyLink: 'Copy sign-in link',
    answer: 'Answer in the window',
    open: 'Open Latchkey',
    startAtLogin: 'Start at login',
    restart: 'Restart Latchkey',
    quit: 'Quit',
    signedIn: 'Signed in',
    signedOut: 'Signed out',
    signInFailed: 'Sign-in failed',
    sessionEnded: 'Sign in again',
    linkWaits: 'Open Latchkey to get the sign-in link.',
    otherPerson: 'Keep this account?',
    openToAnswer: 'Open Latchkey to answer.',
  })
  expect(others.accountState).toEqual({
    'signed-in': 'Signed in',
    offline: 'Signed in (offline)',
    'renewal-failing': "Signed in (can't renew)",
    'needs-sign-in': 'Session expired',
  })
  expect([
    others.allWell(3),
    others.accountAt('Alice', 'work'),
    others.personAt('Alice', 'work'),
    others.ofAccount('Alice', 'It is over.'),
    others.isSignedOut('Alice'),
    others.isDefaultNow('Alice'),
  ]).toEqual([
    '3 accounts',
    'Alice (work)',
    'Alice at work',
    'Alice: It is over.',
    'Alice is signed out.',
    'Alice is the default account now.',
  ])
})

test('the messages of the status', () => {
  expect({
    appAsks: others.appAsks('mail'),
    unknownAppAsks: others.appAsks(null),
    abandoned: others.abandoned,
    questionOver: others.questionOver,
    ofOther: others.ofOther('Bob Brown', 'The disk is full.'),
    stillSignedIn: others.stillSignedIn('Alice Adams', 'It was too slow.'),
    otherPerson: others.otherPerson('Alice Adams', 'Bob Brown'),
    sessionBack: restart.sessionBack('Unlock the keyring and restart Latchkey'),
    signInAgain: restart.signInAgain,
    forwarding: others.forwarding('ssh -N'),
  }).toEqual({
    appAsks: 'An app asks you to sign in: mail',
    unknownAppAsks: 'An app asks you to sign in',
    abandoned:
      "The app that asked for this sign-in has stopped waiting. If you finish it in your browser, you won't be signed in, unless the app asks again first.",
    questionOver: 'That question has already ended.',
    ofOther: 'Bob Brown: The disk is full.',
    stillSignedIn: 'You are still signed in as Alice Adams. It was too slow.',
    otherPerson:
      'You signed in as Bob Brown, but this sign-in was for Alice Adams. Keep Bob Brown as another account?',
    sessionBack:
      'Your earlier session is still stored on this computer. To get it back, unlock the keyring and restart Latchkey.',
    signInAgain: "You'll have to sign in again after the restart.",
    forwarding: [
      'You are connected over SSH. If your browser is on your own computer, run this there first:',
      '  ssh -N',
    ],
  })
})

test('the plan of a removal', () => {
  expect({
    unknownSession: removal.unknownSession,
    session: removal.session('Alice Adams', 'https://provider.example'),
    files: removal.files('/data'),
    startAtLogin: removal.startAtLogin,
    keyringKey: removal.keyringKey,
  }).toEqual({
    unknownSession: 'If a session is still stored, it is ended at its provider.',
    session:
      'The session of Alice Adams is ended at https://provider.example. Every app that uses it is signed out.',
    files: "Latchkey's files in /data are deleted: settings, session, log and browser profile.",
    startAtLogin: 'Latchkey no longer starts at login.',
    keyringKey: "Latchkey's key is removed from the system's keyring.",
  })
})

test('the plan names each account whose session ends', () => {
  const issuer = 'https://provider.example'
  const planFor = (...names: string[]): readonly string[] =>
    createRemovalPlan({
      sessions: names.map((name) => ({ name, issuer })),
      dataDir: '/data',
      startsAtLogin: false,
      hasKeyringKey: false,
    }).lines
  const files = removal.files('/data')
  expect(planFor('Alice Adams', 'Bob Brown')).toEqual([
    removal.session('Alice Adams', issuer),
    removal.session('Bob Brown', issuer),
    files,
  ])
  expect(planFor()).toEqual([removal.unknownSession, files])
})
