// The tray's menu and the notifications for each state.

import { expect, test } from '@playwright/test'
import type { Account } from '../../main/oauth/account.js'
import { initialModel, type Event, type Model } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import { createMenu, type MenuItem, type MenuSurroundings } from '../../main/present/menu.js'
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
const bobAtHome: Event = {
  type: 'signed-in',
  state: 's',
  ...BOB_REF,
  provider: 'home',
  expiresAtMs: null,
  renewsAtMs: null,
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
const ALICE_AND_BOB = [
  `Alice & Co (${PROVIDER}), default`,
  '  Signed in',
  '  -',
  '  Default account',
  '  Sign out',
  `Bob Brown (${PROVIDER})`,
  '  Signed in',
  '  -',
  '  Make default',
  '  Sign out',
]
const SIGNED_IN_COMMANDS = ['Sign out', 'Sign in as someone else']
const OFF = { on: false, changeable: true }
const AROUND: MenuSurroundings = { startAtLogin: OFF, restart: null, providers: [PROVIDER] }

const SIGN_IN_AS_ALICE = { kind: 'sign-in-account', id: ALICE_REF.id } as const

const play = (...events: Event[]): Model => events.reduce(next, initialModel)

/** The menu as text. The items of a submenu follow its label. */
function readLabels(items: readonly MenuItem[]): string[] {
  return items.flatMap((item) => {
    if (item.kind === 'separator') return ['-']
    if (item.kind === 'submenu')
      return [item.label, ...readLabels(item.items).map((one) => `  ${one}`)]
    return [item.label]
  })
}

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
    [
      `Bob Brown (${PROVIDER}), default`,
      '  Signed in',
      '  -',
      '  Default account',
      '  Sign out',
      `Alice & Co (${PROVIDER})`,
      '  Session expired',
      '  -',
      '  Sign in again',
      '  Make default',
      '  Sign out',
      '-',
      'Add account',
      'Sign out everywhere',
    ],
  ],
  [
    'two accounts that are well',
    [started, signedIn, started, bobSignedIn],
    '2 accounts',
    [...ALICE_AND_BOB, '-', 'Add account', 'Sign out everywhere'],
  ],
  [
    'two accounts, and a sign-in',
    [started, signedIn, started, bobSignedIn, started, linked],
    'Waiting for your browser',
    [...LINK_COMMANDS, '-', ...ALICE_AND_BOB, '-', 'Sign out everywhere'],
  ],
  [
    'two people of one name at one provider',
    [started, signedIn, started, { ...bobSignedIn, account: { ...ALICE, sub: 'b', email: 'b@b' } }],
    '2 accounts',
    [
      `Alice & Co (alice@example.com) (${PROVIDER}), default`,
      ...ALICE_AND_BOB.slice(1, 5),
      `Alice & Co (b@b) (${PROVIDER})`,
      ...ALICE_AND_BOB.slice(6),
      '-',
      'Add account',
      'Sign out everywhere',
    ],
  ],
  [
    'two people who differ in their `sub` only',
    [started, signedIn, started, { ...bobSignedIn, account: { ...ALICE, sub: 'b' } }],
    '2 accounts',
    [
      `Alice & Co ${ALICE_REF.id} (${PROVIDER}), default`,
      ...ALICE_AND_BOB.slice(1, 5),
      `Alice & Co ${BOB_REF.id} (${PROVIDER})`,
      ...ALICE_AND_BOB.slice(6),
      '-',
      'Add account',
      'Sign out everywhere',
    ],
  ],
  [
    'a question about another person',
    [started, signedIn, started, asked],
    'Keep this account?',
    ['This sign-in was for Alice & Co (alice@example.com)', 'Keep Bob Brown', 'Discard Bob Brown'],
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
    expect(readLabels(createMenu(play(...events), AROUND))).toEqual([
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

/** Each command of the menu by the labels that lead to it. */
function listCommands(items: readonly MenuItem[], path = ''): [label: string, command: unknown][] {
  return items.flatMap((item) => {
    if (item.kind === 'submenu') return listCommands(item.items, `${path}${item.label} > `)
    return 'command' in item ? [[`${path}${item.label}`, item.command]] : []
  })
}

test('each item of the menu runs the command that its label names, for its own account', () => {
  const states = [
    play(),
    play(started, linked),
    play(started, signedIn),
    play(started, signedIn, ended),
    play(started, signedIn, started, bobSignedIn, ended),
    play(started, signedIn, started, asked),
  ]
  const commands = states.flatMap((model) => listCommands(createMenu(model, AROUND)))
  const { id } = ALICE_REF
  const bob = BOB_REF.id
  const [alices, bobs] = [ALICE_AND_BOB[0], ALICE_AND_BOB[5]]
  expect(Object.fromEntries(commands)).toEqual({
    'Sign in': 'sign-in',
    'Sign in again': { kind: 'sign-in-account', id },
    'Sign in as someone else': 'sign-in-as-other',
    'Sign out': { kind: 'sign-out-account', id },
    [`${alices} > Sign in again`]: { kind: 'sign-in-account', id },
    [`${alices} > Default account`]: { kind: 'make-default', id },
    [`${alices} > Sign out`]: { kind: 'sign-out-account', id },
    [`${bobs} > Make default`]: { kind: 'make-default', id: bob },
    [`${bobs} > Sign out`]: { kind: 'sign-out-account', id: bob },
    'Add account': { kind: 'sign-in-provider', name: PROVIDER },
    'Sign out everywhere': 'ask-sign-out',
    'Keep Bob Brown': { kind: 'decide-person', id: 'question', keeps: true },
    'Discard Bob Brown': { kind: 'decide-person', id: 'question', keeps: false },
    'Open the link again': 'open-again',
    'Copy sign-in link': 'copy-link',
    Cancel: 'cancel',
    'Open Latchkey': 'open',
    'Start at login': 'toggle-start-at-login',
    Quit: 'quit',
  })
})

for (const [name, events, labels] of [
  ['nobody', [], ['Sign in at provider.example', 'Sign in at work']],
  ['one account', [started, signedIn], [...SIGNED_IN_COMMANDS, 'Sign in at work']],
  [
    'one account whose session has ended',
    [started, signedIn, ended],
    ['Sign in again', 'Sign out', 'Sign in at work'],
  ],
  [
    'two accounts',
    [started, signedIn, started, bobSignedIn],
    [...ALICE_AND_BOB, '-', 'Add account', '  provider.example', '  work', 'Sign out everywhere'],
  ],
] satisfies [string, Event[], string[]][]) {
  test(`with two providers, the menu for ${name} leads to both`, () => {
    const items = createMenu(play(...events), { ...AROUND, providers: [PROVIDER, 'work'] })
    expect(readLabels(items).slice(2, 2 + labels.length)).toEqual(labels)
    const found = listCommands(items).filter(([label]) => label.endsWith('work'))
    expect(found.map(([, command]) => command)).toEqual([
      { kind: 'sign-in-provider', name: 'work' },
    ])
  })
}

test('the default account is marked, and its mark does nothing', () => {
  const model = play(started, signedIn, started, bobSignedIn, {
    type: 'default-chosen',
    id: BOB_REF.id,
  })
  const submenus = createMenu(model, AROUND).flatMap((item) =>
    item.kind === 'submenu' ? [item] : [],
  )
  expect(submenus.map(({ items }) => items.find(({ kind }) => kind === 'checkbox'))).toEqual([
    undefined,
    expect.objectContaining({ checked: true, enabled: false }),
  ])
})

test('50 accounts have 50 submenus', () => {
  const events = Array.from({ length: 50 }, (_, index): Event => ({
    ...signedIn,
    id: `account${index}`,
    account: { sub: `${index}`, name: `Person ${index}`, email: '' },
  }))
  const items = createMenu(play(...events), AROUND)
  expect(items.filter(({ kind }) => kind === 'submenu')).toHaveLength(50)
  expect(readLabels(items)[0]).toBe('50 accounts')
})

test('Start at login shows the system’s setting, and is disabled if it cannot be changed', () => {
  const find = (startAtLogin: MenuSurroundings['startAtLogin']) =>
    createMenu(play(), { ...AROUND, startAtLogin }).find((item) => item.kind === 'checkbox')
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
    { title: 'Sign in again', body: 'It has run out.', onClick: SIGN_IN_AS_ALICE },
  ],
  [
    'the end of one of two sessions',
    [started, signedIn, started, bobSignedIn, ended],
    {
      title: 'Sign in again',
      body: `Alice & Co (${PROVIDER}): It has run out.`,
      onClick: SIGN_IN_AS_ALICE,
    },
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
  [
    'a second account at another provider',
    [started, signedIn, started, bobAtHome],
    { title: 'Signed in', body: 'Bob Brown at home', onClick: 'open' },
  ],
  [
    'a failure at one of two providers',
    [started, signedIn, started, bobAtHome, { ...started, provider: 'home' }, failed],
    { title: 'Sign-in failed', body: 'home: The provider said no.', onClick: 'open' },
  ],
  [
    'a failure for one of two accounts',
    [started, signedIn, started, bobSignedIn, { ...started, expected: BOB }, failed],
    { title: 'Sign-in failed', body: 'Bob Brown: The provider said no.', onClick: 'open' },
  ],
  [
    'a sign-out of the default account',
    [started, signedIn, started, bobAtHome, { type: 'signed-out', id: ALICE_REF.id }],
    {
      title: 'Signed out',
      body:
        `Alice & Co (alice@example.com) at ${PROVIDER} is signed out. ` +
        'Bob Brown is the default account now.',
      onClick: 'open',
    },
  ],
  [
    'a sign-out of another account',
    [started, signedIn, started, bobSignedIn, { type: 'signed-out', id: BOB_REF.id }],
    null,
  ],
  [
    'a sign-out everywhere',
    [
      started,
      signedIn,
      started,
      bobSignedIn,
      { type: 'signed-out', id: ALICE_REF.id, everywhere: true },
    ],
    null,
  ],
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
