// The tray's menu and the notifications for each state.

import { expect, test } from '@playwright/test'
import type { Account } from '../../main/oauth/account.js'
import { initialModel, type Event, type Model } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import { createMenu } from '../../main/present/menu.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { toNotification, type DesktopNotification } from '../../main/present/notification.js'
import { ALICE_REF, BOB, BOB_REF, PROVIDER } from '../support/account-refs.js'

const ALICE: Account = { sub: 'alice', name: 'Alice & Co', email: 'alice@example.com' }
const started: Event = {
  type: 'sign-in-started',
  state: 's',
  origin: 'tray',
  provider: PROVIDER,
  deadlineMs: 1,
}
const byApp: Event = {
  type: 'sign-in-started',
  state: 'a',
  origin: 'api',
  provider: PROVIDER,
  deadlineMs: 1,
}
const signedIn: Event = {
  type: 'signed-in',
  state: 's',
  ...ALICE_REF,
  account: ALICE,
  expiresAtMs: null,
  renewsAtMs: null,
}
const bobSignedIn: Event = { ...signedIn, ...BOB_REF }
const failed: Event = {
  type: 'sign-in-ended',
  state: 's',
  result: { kind: 'failed', code: 'invalid-grant', reason: 'The provider said no.' },
}
const cancelled: Event = { type: 'sign-in-ended', state: 's', result: { kind: 'cancelled' } }
const offline: Event = {
  type: 'renewal-failed',
  id: ALICE_REF.id,
  renewal: 'offline',
  code: 'provider-unreachable',
  reason: 'It is away.',
  renewsAtMs: 1,
  failures: 1,
}
const ended: Event = { type: 'session-ended', id: ALICE_REF.id, reason: 'It has run out.' }
const asked: Event = {
  type: 'other-person-asked',
  state: 's',
  question: { id: 'question', expected: ALICE, got: BOB, deadlineMs: 1 },
}

const linked: Event = { type: 'link-ready', state: 's', link: 'https://provider.example/' }
const linkedByApp: Event = {
  type: 'link-ready',
  state: 'a',
  link: 'https://provider.example/?a',
  program: 'mail',
}
const LINK_COMMANDS = ['Open the link again', 'Copy sign-in link', 'Cancel']
const SIGNED_IN_COMMANDS = ['Sign out', 'Sign in as someone else']
const OFF = { on: false, changeable: true }

const play = (...events: Event[]): Model => events.reduce(next, initialModel)

for (const [name, events, headline, commands] of [
  ['nobody', [], 'Not signed in', ['Sign in']],
  ['a sign-in that waits', [started], 'Waiting for your browser', ['Cancel']],
  [
    'a sign-in whose link is out',
    [started, linked],
    'Waiting for your browser',
    ['Open the link again', 'Copy sign-in link', 'Cancel'],
  ],
  ['an app that waits', [byApp], 'Waiting for your browser', ['Cancel']],
  [
    'a sign-in that is being finished',
    [started, { type: 'exchange-started', state: 's' }],
    'Finishing the sign-in',
    ['Cancel'],
  ],
  [
    'someone',
    [started, signedIn],
    'Signed in as Alice & Co',
    ['Sign out', 'Sign in as someone else'],
  ],
  [
    'a session, and a second sign-in',
    [started, signedIn, started],
    'Waiting for your browser',
    ['Cancel'],
  ],
  [
    'someone who is offline',
    [started, signedIn, offline],
    'Signed in as Alice & Co (offline)',
    ['Sign out', 'Sign in as someone else'],
  ],
  [
    'a session that has ended',
    [started, signedIn, ended],
    'Session expired: Alice & Co',
    ['Sign in again', 'Sign out'],
  ],
  [
    'a session that has ended, and another account',
    [started, bobSignedIn, started, signedIn, ended],
    'Session expired: Alice & Co',
    ['Sign in again', 'Sign out'],
  ],
  ['a failure', [started, failed], 'Sign-in failed', ['Sign in']],
  [
    'a session, and an app that asks',
    [started, signedIn, byApp, linkedByApp],
    'Signed in as Alice & Co',
    ['An app asks you to sign in: mail', ...LINK_COMMANDS, '-', ...SIGNED_IN_COMMANDS],
  ],
  [
    'a session, and an unknown app that asks',
    [started, signedIn, byApp, { ...linkedByApp, program: null }],
    'Signed in as Alice & Co',
    ['An app asks you to sign in', ...LINK_COMMANDS, '-', ...SIGNED_IN_COMMANDS],
  ],
  [
    'a session that has ended, and an app that asks',
    [started, signedIn, ended, byApp, linkedByApp],
    'Session expired: Alice & Co',
    ['An app asks you to sign in: mail', ...LINK_COMMANDS, '-', 'Sign in again', 'Sign out'],
  ],
  [
    'a session, and an app that has hung up',
    [started, signedIn, byApp, linkedByApp, { type: 'sign-in-abandoned', state: 'a' }],
    'Signed in as Alice & Co',
    SIGNED_IN_COMMANDS,
  ],
  [
    'a session, and an app that has its answer',
    [started, signedIn, byApp, linkedByApp, { type: 'callback-answered', state: 'a' }],
    'Signed in as Alice & Co',
    SIGNED_IN_COMMANDS,
  ],
] satisfies [string, Event[], string, string[]][]) {
  test(`the menu for ${name}`, () => {
    const labels = createMenu(play(...events), OFF).map((item) =>
      item.kind === 'separator' ? '-' : item.label,
    )
    expect(labels).toEqual([
      headline,
      '-',
      ...commands,
      '-',
      'Open Latchkey',
      'Start at login',
      '-',
      'Quit',
    ])
  })
}

test('each item of the menu runs the command that its label names', () => {
  const states = [
    play(),
    play(started, linked),
    play(started, signedIn),
    play(started, signedIn, ended),
  ]
  const commands = states.flatMap((model) =>
    createMenu(model, OFF).flatMap((item) =>
      'command' in item ? [[item.label, item.command]] : [],
    ),
  )
  expect(Object.fromEntries(commands)).toEqual({
    'Sign in': 'sign-in',
    'Sign in again': 'sign-in',
    'Sign in as someone else': 'sign-in-as-other',
    'Sign out': 'sign-out',
    'Open the link again': 'open-again',
    'Copy sign-in link': 'copy-link',
    Cancel: 'cancel',
    'Open Latchkey': 'open',
    'Start at login': 'toggle-start-at-login',
    Quit: 'quit',
  })
})

test('Start at login shows the system’s setting, and is disabled if it cannot be changed', () => {
  const find = (state: { on: boolean; changeable: boolean }) =>
    createMenu(play(), state).find((item) => item.kind === 'checkbox')
  expect(find(OFF)).toMatchObject({ checked: false, enabled: true })
  expect(find({ on: true, changeable: false })).toMatchObject({ checked: true, enabled: false })
})

for (const [name, events, notification] of [
  [
    'a sign-in',
    [started, signedIn],
    { title: 'Signed in', body: 'Alice & Co (alice@example.com)', onClick: 'open' },
  ],
  [
    'a failure',
    [started, failed],
    { title: 'Sign-in failed', body: 'The provider said no.', onClick: 'open' },
  ],
  [
    'the end of a session',
    [started, signedIn, ended],
    { title: 'Sign in again', body: 'It has run out.', onClick: 'sign-in' },
  ],
  [
    'an app’s sign-in for which no browser could be opened',
    [byApp, linkedByApp, { type: 'sign-in-message-changed', state: 'a', message: 'No browser.' }],
    { title: 'An app asks you to sign in: mail', body: 'No browser.', onClick: 'open' },
  ],
  [
    'the person’s own sign-in for which no browser could be opened',
    [started, { type: 'sign-in-message-changed', state: 's', message: 'No browser.' }],
    null,
  ],
  ['an app’s link', [byApp, linkedByApp], null],
  [
    'a second account',
    [started, signedIn, started, bobSignedIn],
    { title: 'Signed in', body: 'Bob Brown', onClick: 'open' },
  ],
  [
    'a question about another person',
    [started, signedIn, started, asked],
    {
      title: PRESENT_MESSAGES.notification.otherPerson,
      body: PRESENT_MESSAGES.otherPerson('Alice & Co (alice@example.com)', 'Bob Brown'),
      onClick: 'open',
    },
  ],
  ['a cancelled sign-in', [started, cancelled], null],
  ['another default', [started, signedIn, { type: 'default-chosen', id: ALICE_REF.id }], null],
  ['a sign-out', [started, signedIn, { type: 'signed-out', id: ALICE_REF.id }], null],
  ['the start of a sign-in', [started], null],
  ['a link', [started, { type: 'link-ready', state: 's', link: 'https://a.example' }], null],
] satisfies [string, Event[], DesktopNotification | null][]) {
  test(`${name} ${notification === null ? 'shows no notification' : 'shows a notification'}`, () => {
    expect(toNotification(play(...events), events.at(-1)!)).toEqual(notification)
  })
}

test('an app’s link shows a notification if no browser opens it', () => {
  const show = (...events: Event[]) =>
    toNotification(play(...events), events.at(-1)!, { noBrowser: true })
  expect(show(byApp, linkedByApp)).toEqual({
    title: 'An app asks you to sign in: mail',
    body: PRESENT_MESSAGES.notification.linkWaits,
    onClick: 'open',
  })
  expect(show(started, linked)).toBeNull()
})
