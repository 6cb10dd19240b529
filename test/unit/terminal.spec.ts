// The lines that a person at a terminal reads. They are spelled out here, so this spec pins their words.

import { expect, test } from '@playwright/test'
import { initialModel, type Event, type Model } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import type { CallbackDiagnostic } from '../../main/oauth/callback-listener.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import {
  answerStatus,
  describeEvent,
  describeStatus,
  formatPrompt,
  type RunInfo,
} from '../../main/terminal/lines.js'
import { describeOtherAccounts, listAccounts } from '../../main/terminal/account-lines.js'
import { toAccountsLine, toOtherPersonLine } from '../../main/terminal/accounts-json.js'
import { SIGN_IN_LINES } from '../../main/terminal/terminal-messages.js'
import { formatTimeLeft } from '../../main/terminal/time-left.js'
import { ALICE, ALICE_REF, BOB, BOB_REF, PROVIDER } from '../support/account-refs.js'
import { consentQuestion } from '../support/callers.js'

const LINK =
  'https://provider.example/authorize?state=s&redirect_uri=http://127.0.0.1:40123/callback'
const NOON_MS = new Date(2027, 0, 2, 12, 0).getTime() // Local time.
const INFO: RunInfo = {
  registration: (provider) => (provider === PROVIDER ? 'Register it.' : null),
  opensBrowser: true,
  hasProvider: true,
}
const FIVE_MINUTES_MS = 300_000

const start: Event & { type: 'sign-in-started' } = {
  type: 'sign-in-started',
  provider: PROVIDER,
  state: 's',
  origin: 'tray',
  deadlineMs: NOON_MS + FIVE_MINUTES_MS,
}
const startOfApp: Event = { ...start, origin: 'api' }
const linkReady: Event & { type: 'link-ready' } = { type: 'link-ready', state: 's', link: LINK }
const diagnosed = (diagnostic: CallbackDiagnostic, message: string | null): Event => ({
  type: 'callback-diagnosed',
  state: 's',
  diagnostic,
  message,
})
const noBrowser: Event = {
  type: 'sign-in-message-changed',
  state: 's',
  message: 'Open the link yourself.',
}
const exchange: Event = { type: 'exchange-started', state: 's' }
const signedIn = (account = ALICE, expiresAtMs: number | null = null): Event => ({
  type: 'signed-in',
  state: 's',
  ...ALICE_REF,
  account,
  expiresAtMs,
  renewsAtMs: null,
})
const bobSignedIn: Event = {
  type: 'signed-in',
  state: 's',
  ...BOB_REF,
  expiresAtMs: null,
  renewsAtMs: null,
}
const sessionEnded = (reason = 'It has run out.', { id } = ALICE_REF): Event => ({
  type: 'session-ended',
  id,
  reason,
})
const restoredEnded: Event = {
  type: 'restored',
  ...ALICE_REF,
  expiresAtMs: null,
  renewsAtMs: null,
  ended: 'It is over.',
}
const signedOut: Event = { type: 'signed-out', id: ALICE_REF.id }
const storageFails: Event = {
  type: 'storage-failed',
  id: ALICE_REF.id,
  message: 'The disk is full.',
}
const notRenewed = (failures: number): Event => ({
  type: 'renewal-failed',
  id: ALICE_REF.id,
  renewal: 'offline',
  code: 'provider-unreachable',
  reason: 'It is away.',
  renewsAtMs: NOON_MS,
  failures,
})
const ended = (reason = 'It was too slow.'): Event => ({
  type: 'sign-in-ended',
  state: 's',
  result: { kind: 'failed', code: 'provider-timeout', reason },
})
const otherPersonAsked = (got = BOB): Event & { type: 'other-person-asked' } => ({
  type: 'other-person-asked',
  state: 's',
  question: { id: 'question', expected: ALICE, got, deadlineMs: NOON_MS + 60_000 },
})
const cancelled: Event = { type: 'sign-in-ended', state: 's', result: { kind: 'cancelled' } }

const SIGNED_IN = 'Signed in as Alice Adams (alice@example.com).'
const AGAIN = 'Type sign-in to sign in again.'
const NOBODY = 'Not signed in. Type sign-in to start.'
const FINISHING = 'Finishing the sign-in…'
const WAITING = 'Waiting for you to sign in: 5:00 left.'

// The lines for the last of the events. A new event type does not compile without a row here.
const WORDS: Record<Event['type'], { story: string; events: Event[]; lines: string[] }[]> = {
  'sign-in-started': [{ story: 'is silent until there is a link', events: [start], lines: [] }],
  'link-ready': [
    {
      story: 'gives the link on a line of its own, and the time left',
      events: [start, linkReady],
      lines: [
        '',
        'Sign in with your browser. If it does not open, open this link:',
        '',
        LINK,
        '',
        'Waiting for your browser: 5:00 left. Type cancel to stop.',
        'Your browser will return to http://127.0.0.1:40123/callback. If your provider shows an error ' +
          'page instead, it may not know that address. Register it.',
        "If your browser can't load that page, paste its address here.",
      ],
    },
    {
      story: 'says that an app asks',
      events: [startOfApp, linkReady],
      lines: [
        '',
        'An app asks you to sign in. If your browser does not open, open this link:',
        '',
        LINK,
        '',
        'Waiting for your browser: 5:00 left. Type cancel to stop.',
        'Your browser will return to http://127.0.0.1:40123/callback. If your provider shows an error ' +
          'page instead, it may not know that address. Register it.',
        "If your browser can't load that page, paste its address here.",
      ],
    },
    {
      story: 'names the app if the system knows it',
      events: [startOfApp, { ...linkReady, program: 'mail' }],
      lines: [
        '',
        'An app asks you to sign in: mail. If your browser does not open, open this link:',
        '',
        LINK,
        '',
        'Waiting for your browser: 5:00 left. Type cancel to stop.',
        'Your browser will return to http://127.0.0.1:40123/callback. If your provider shows an error ' +
          'page instead, it may not know that address. Register it.',
        "If your browser can't load that page, paste its address here.",
      ],
    },
  ],
  'sign-in-message-changed': [
    {
      story: 'asks to open the link by hand',
      events: [start, linkReady, noBrowser],
      lines: ['Open the link yourself.'],
    },
  ],
  'callback-diagnosed': [
    {
      story: 'says what the person can do about it',
      events: [start, linkReady, diagnosed('tls-hello', 'Allow http.')],
      lines: ['Allow http.'],
    },
    {
      story: 'says nothing if the person can do nothing yet',
      events: [start, linkReady, diagnosed('connection', null)],
      lines: [],
    },
  ],
  'sign-in-abandoned': [
    {
      story: 'says that the app has stopped waiting',
      events: [startOfApp, linkReady, { type: 'sign-in-abandoned', state: 's' }],
      lines: [PRESENT_MESSAGES.abandoned],
    },
  ],
  'sign-in-resumed': [
    {
      story: 'says that the app waits again',
      events: [
        startOfApp,
        linkReady,
        { type: 'sign-in-abandoned', state: 's' },
        { type: 'sign-in-resumed', state: 's' },
      ],
      lines: ['The app is waiting for this sign-in again. Finish it in your browser.'],
    },
  ],
  'callback-answered': [
    { story: 'is silent', events: [start, { type: 'callback-answered', state: 's' }], lines: [] },
  ],
  'exchange-started': [
    {
      story: 'says that the browser is back',
      events: [start, exchange],
      lines: ['Your browser has answered. Finishing the sign-in…'],
    },
  ],
  'signed-in': [
    { story: 'names the account', events: [start, signedIn()], lines: [SIGNED_IN] },
    {
      story: 'does not repeat a name that is the address',
      events: [start, signedIn({ ...ALICE, name: ALICE.email })],
      lines: ['Signed in as alice@example.com.'],
    },
    {
      story: 'has no empty brackets if there is no address',
      events: [start, signedIn({ ...ALICE, email: '' })],
      lines: ['Signed in as Alice Adams.'],
    },
    {
      story: 'names another account that is added',
      events: [start, signedIn(), start, bobSignedIn],
      lines: ['Bob Brown is signed in, too.'],
    },
    {
      story: 'names its provider if there are several',
      events: [start, signedIn(), start, { ...bobSignedIn, provider: 'home' }],
      lines: ['Bob Brown at home is signed in, too.'],
    },
    {
      story: 'names the default account if that signs in again',
      events: [start, signedIn(), start, bobSignedIn, start, signedIn()],
      lines: [SIGNED_IN],
    },
  ],
  'other-person-asked': [
    {
      story: 'asks whether to keep the other person',
      events: [start, signedIn(), start, exchange, otherPersonAsked()],
      lines: [
        PRESENT_MESSAGES.otherPerson('Alice Adams (alice@example.com)', 'Bob Brown'),
        'Type keep question or discard question. Without an answer, Latchkey discards it in 1:00.',
      ],
    },
  ],
  'default-chosen': [
    {
      story: 'names the new default account',
      events: [start, signedIn(), start, bobSignedIn, { type: 'default-chosen', id: BOB_REF.id }],
      lines: ['Bob Brown is the default account now.'],
    },
  ],
  'sign-in-ended': [
    { story: 'says why it failed', events: [start, ended()], lines: ['It was too slow.', AGAIN] },
    {
      story: 'says that it was cancelled',
      events: [start, cancelled],
      lines: ['The sign-in was cancelled.', NOBODY],
    },
    {
      story: 'names the signed-in account if a second sign-in was cancelled',
      events: [start, signedIn(), start, cancelled],
      lines: ['The sign-in was cancelled.', SIGNED_IN],
    },
    {
      story: 'names the signed-in account if a second sign-in failed',
      events: [start, signedIn(), start, ended()],
      lines: [SIGNED_IN, 'You are still signed in as Alice Adams. It was too slow.'],
    },
    {
      story: 'names the account that it was for if there are several',
      events: [start, signedIn(), start, bobSignedIn, { ...start, expected: BOB }, ended()],
      lines: [SIGNED_IN, 'You are still signed in as Alice Adams. Bob Brown: It was too slow.'],
    },
    {
      story: 'names the account once if the default session has ended',
      events: [
        start,
        signedIn(),
        start,
        bobSignedIn,
        sessionEnded(),
        { ...start, expected: ALICE },
        ended(),
      ],
      lines: ['Alice Adams (alice@example.com): It was too slow.', AGAIN],
    },
    {
      story: 'names the provider if there are several',
      events: [start, signedIn(), { ...start, provider: 'home' }, ended()],
      lines: [SIGNED_IN, 'You are still signed in as Alice Adams. home: It was too slow.'],
    },
  ],
  'sign-in-rejected': [
    {
      story: 'says why it did not start',
      events: [
        {
          type: 'sign-in-rejected',
          result: { kind: 'failed', code: 'not-configured', reason: 'There is no provider.' },
        },
      ],
      lines: ['There is no provider.', AGAIN],
    },
  ],
  'renewal-started': [
    {
      story: 'is silent',
      events: [start, signedIn(), { type: 'renewal-started', id: ALICE_REF.id }],
      lines: [],
    },
  ],
  renewed: [
    {
      story: 'is silent',
      events: [
        start,
        signedIn(),
        { type: 'renewed', id: ALICE_REF.id, expiresAtMs: null, renewsAtMs: null },
      ],
      lines: [],
    },
  ],
  'renewal-failed': [
    {
      story: 'says why, and that the session stays',
      events: [start, signedIn(), notRenewed(1)],
      lines: ['It is away.', 'You stay signed in. Latchkey keeps trying to renew the session.'],
    },
    {
      story: 'names the account if there are several',
      events: [start, signedIn(), start, bobSignedIn, notRenewed(1)],
      lines: [
        'Alice Adams (alice@example.com): It is away.',
        'You stay signed in. Latchkey keeps trying to renew the session.',
      ],
    },
    {
      story: 'is silent when it fails again',
      events: [start, signedIn(), notRenewed(1), notRenewed(2)],
      lines: [],
    },
  ],
  restored: [
    {
      story: 'names the account',
      events: [{ type: 'restored', ...ALICE_REF, expiresAtMs: null, renewsAtMs: null }],
      lines: ['Signed in as Alice Adams (alice@example.com).'],
    },
    {
      story: 'says that the session had ended',
      events: [restoredEnded],
      lines: ['It is over.', AGAIN],
    },
    {
      story: 'says whose session had ended if there are several accounts',
      events: [start, bobSignedIn, restoredEnded],
      lines: [
        'Alice Adams (alice@example.com): It is over.',
        `Type sign-in ${ALICE_REF.id} to sign in again.`,
      ],
    },
  ],
  'storage-failed': [
    {
      story: 'says why',
      events: [storageFails],
      lines: ['The disk is full.'],
    },
    {
      story: 'names the account if there are several',
      events: [start, signedIn(), start, bobSignedIn, storageFails],
      lines: ['Alice Adams (alice@example.com): The disk is full.'],
    },
  ],
  'storage-recovered': [
    {
      story: 'is silent',
      events: [storageFails, { type: 'storage-recovered', id: ALICE_REF.id }],
      lines: [],
    },
  ],
  'consent-asked': [
    {
      story: 'asks about the app, and says how to answer',
      events: [
        { type: 'consent-asked', question: consentQuestion({ deadlineMs: NOON_MS + 60_000 }) },
      ],
      lines: [
        '',
        'app asks to use your account.',
        '  Path        /opt/app/app',
        '  Process     42',
        '  Started by  bash',
        '  Account     Alice Adams (alice@example.com) at work',
        `  Wants to    ${CONSENT_WORDS.purposes.token}`,
        '  The system identifies this app. Another of your programs could still pretend to be it.',
        'Type allow abcdefgh, allow abcdefgh always or deny abcdefgh. 1:00 left.',
        '',
      ],
    },
  ],
  'consent-ended': [
    {
      story: 'says how the question ended',
      events: [
        { type: 'consent-asked', question: consentQuestion() },
        { type: 'consent-ended', question: consentQuestion(), end: 'denied' },
      ],
      lines: ['app is denied.'],
    },
  ],
  'consents-changed': [
    {
      story: 'is silent',
      events: [{ type: 'consents-changed', consents: { grants: [], denials: [] } }],
      lines: [],
    },
  ],
  'session-ended': [
    {
      story: 'says why, and names no account',
      events: [start, signedIn(), sessionEnded()],
      lines: ['It has run out.', AGAIN],
    },
    {
      story: 'names the account if there are several',
      events: [start, signedIn(), start, bobSignedIn, sessionEnded('It is over.', BOB_REF)],
      lines: ['Bob Brown: It is over.', 'Type sign-in bobbob23 to sign in again.'],
    },
  ],
  'signed-out': [
    {
      story: 'says that nobody is signed in',
      events: [start, signedIn(), signedOut],
      lines: [SIGN_IN_LINES.signedOut, NOBODY],
    },
    {
      story: 'names the account that is the default now',
      events: [start, signedIn(), start, bobSignedIn, signedOut],
      lines: [
        'Alice Adams (alice@example.com) is signed out. Bob Brown is the default account now.',
        'Signed in as Bob Brown.',
      ],
    },
    {
      story: 'names the provider if there are several',
      events: [
        start,
        signedIn(),
        start,
        { ...bobSignedIn, provider: 'home' },
        { type: 'signed-out', id: BOB_REF.id },
      ],
      lines: ['Bob Brown at home is signed out.', SIGNED_IN],
    },
  ],
  'revocation-failed': [
    {
      story: 'says what failed',
      events: [
        start,
        signedIn(),
        signedOut,
        { type: 'revocation-failed', message: 'The provider was away.' },
      ],
      lines: ['The provider was away.'],
    },
  ],
}
for (const [type, rows] of Object.entries(WORDS)) {
  for (const { story, events, lines } of rows) {
    test(`${type} ${story}`, () => {
      expect(events.at(-1)!.type).toBe(type)
      expect(describeEvent(play(...events), events.at(-1)!, NOON_MS, INFO)).toEqual(lines)
    })
  }
}

const STATES: Record<string, { events: Event[]; lines: string[]; prompt: string }> = {
  'nobody is signed in': { events: [], lines: [NOBODY], prompt: 'latchkey (signed-out)> ' },
  'a sign-in waits': {
    events: [start, linkReady],
    lines: [WAITING],
    prompt: 'latchkey (waiting, 5:00)> ',
  },
  'a sign-in waits without a browser': {
    events: [start, linkReady, noBrowser],
    lines: [WAITING, 'Open the link yourself.'],
    prompt: 'latchkey (waiting, 5:00)> ',
  },
  'a sign-in is being finished': {
    events: [start, exchange],
    lines: [FINISHING],
    prompt: 'latchkey (exchanging)> ',
  },
  'someone is signed in': {
    events: [start, signedIn()],
    lines: [SIGNED_IN],
    prompt: 'latchkey (signed-in)> ',
  },
  'a second sign-in waits': {
    events: [start, signedIn(), start],
    lines: [WAITING, SIGNED_IN],
    prompt: 'latchkey (waiting, 5:00)> ',
  },
  'an app asks for a sign-in beside the session': {
    events: [start, signedIn(), startOfApp, { ...linkReady, program: 'mail' }],
    lines: [SIGNED_IN, 'An app asks you to sign in: mail. 5:00 left. Type open, link or cancel.'],
    prompt: 'latchkey (signed-in)> ',
  },
  'the session ended': {
    events: [start, signedIn(), sessionEnded()],
    lines: ['It has run out.', AGAIN],
    prompt: 'latchkey (needs-sign-in)> ',
  },
  'the session of the default account of several ended': {
    events: [start, signedIn(), start, bobSignedIn, sessionEnded()],
    lines: ['Alice Adams (alice@example.com): It has run out.', AGAIN],
    prompt: 'latchkey (needs-sign-in)> ',
  },
  'accounts at two providers are signed in': {
    events: [start, signedIn(), start, { ...bobSignedIn, provider: 'home' }],
    lines: [SIGNED_IN.replace('(alice@example.com)', '(alice@example.com) at provider.example')],
    prompt: 'latchkey (signed-in)> ',
  },
  'a sign-in asks about someone else': {
    events: [start, signedIn(), start, exchange, otherPersonAsked()],
    lines: [
      SIGNED_IN,
      PRESENT_MESSAGES.otherPerson('Alice Adams (alice@example.com)', 'Bob Brown'),
      'Type keep question or discard question. Without an answer, Latchkey discards it in 1:00.',
    ],
    prompt: 'latchkey (exchanging)> ',
  },
  'a sign-in waits after the session ended': {
    events: [start, signedIn(), sessionEnded(), start],
    lines: [WAITING],
    prompt: 'latchkey (waiting, 5:00)> ',
  },
  'a sign-in failed': {
    events: [start, ended()],
    lines: ['It was too slow.', AGAIN],
    prompt: 'latchkey (failed)> ',
  },
}
for (const [state, { events, lines, prompt }] of Object.entries(STATES)) {
  test(`the status and the prompt while ${state}`, () => {
    expect(describeStatus(play(...events), NOON_MS, INFO)).toEqual(lines)
    expect(formatPrompt(play(...events), NOON_MS)).toBe(prompt)
  })
}

const NEWS: Record<string, { events: Event[]; lines: string[] }> = {
  'that the revocation of another account failed': {
    events: [
      start,
      signedIn(),
      start,
      bobSignedIn,
      { type: 'signed-out', id: BOB_REF.id },
      { type: 'revocation-failed', message: 'The provider was away.' },
    ],
    lines: [SIGNED_IN],
  },
  'that a second sign-in failed': {
    events: [start, signedIn(), start, ended()],
    lines: [SIGNED_IN],
  },
  'that a revocation failed': {
    events: [
      start,
      signedIn(),
      signedOut,
      { type: 'revocation-failed', message: 'The provider was away.' },
    ],
    lines: [NOBODY],
  },
}
for (const [news, { events, lines }] of Object.entries(NEWS)) {
  test(`status does not repeat ${news}`, () => {
    expect(describeEvent(play(...events), events.at(-1)!, NOON_MS, INFO)).not.toEqual(lines)
    expect(answerStatus(play(...events), NOON_MS, INFO)).toEqual(lines)
  })
}

test('status says why the last sign-in failed while nobody is signed in', () => {
  expect(answerStatus(play(start, ended()), NOON_MS, INFO)).toEqual(['It was too slow.', AGAIN])
})

test('the end of a session is shown as a time, with the date on another day', () => {
  const until = (end: Date): string =>
    describeStatus(play(start, signedIn(ALICE, end.getTime())), NOON_MS, INFO).join('\n')
  const [today, tomorrow] = [new Date(2027, 0, 2, 12, 34), new Date(2027, 0, 3, 12, 34)]
  const time = today.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  expect(until(today)).toBe(`Signed in as Alice Adams (alice@example.com), until ${time}.`)
  expect(until(tomorrow)).toContain(`, until ${tomorrow.toLocaleDateString()} ${time}.`)
})

test('a session that renews shows no end', () => {
  const renews: Event = {
    type: 'renewed',
    id: ALICE_REF.id,
    expiresAtMs: NOON_MS + 60_000,
    renewsAtMs: NOON_MS + 30_000,
  }
  expect(describeStatus(play(start, signedIn(), renews), NOON_MS, INFO)).toEqual([
    'Signed in as Alice Adams (alice@example.com). The session renews automatically.',
  ])
})

test('accounts are listed in the order in which they were added, and the default one is marked', () => {
  const both = play(start, signedIn(), start, { ...bobSignedIn, provider: 'home' })
  expect(listAccounts(both)).toEqual([
    '  ID        Provider          State      Account',
    '* alice234  provider.example  signed in  Alice Adams (alice@example.com)',
    '  bobbob23  home              signed in  Bob Brown',
    '* is the default account. Type use and an ID to change it.',
  ])
  const changed = [
    notRenewed(1),
    { type: 'default-chosen', id: BOB_REF.id } as const,
    sessionEnded('It is over.', BOB_REF),
  ].reduce<Model>(next, both)
  expect(listAccounts(changed)).toEqual([
    '  ID        Provider          State    Account',
    '  alice234  provider.example  offline  Alice Adams (alice@example.com)',
    '* bobbob23  home              expired  Bob Brown',
    '* is the default account. Type use and an ID to change it.',
  ])
  expect(listAccounts(play(start, signedIn()))).toEqual([
    '  ID        Provider          State      Account',
    '* alice234  provider.example  signed in  Alice Adams (alice@example.com)',
  ])
  expect(listAccounts(play())).toEqual(['Nobody is signed in.'])
})

test('the greeting and the status say that there are more accounts', () => {
  const zoe: Event = { ...bobSignedIn, id: 'zoezoe22', account: { ...BOB, sub: 'zoe' } }
  for (const [events, lines] of [
    [[], []],
    [[start, signedIn()], []],
    [
      [start, signedIn(), start, bobSignedIn],
      ['There is one more account. Type accounts to list both.'],
    ],
    [
      [start, signedIn(), start, bobSignedIn, start, zoe],
      ['There are 2 more accounts. Type accounts to list them.'],
    ],
  ] as const satisfies readonly (readonly [readonly Event[], readonly string[]])[]) {
    expect(describeOtherAccounts(play(...events))).toEqual(lines)
  }
})

test('the JSON lines have the members of the contract, in this order', () => {
  const model = play(start, signedIn(), start, { ...bobSignedIn, provider: 'home' }, notRenewed(1))
  expect(JSON.stringify(toAccountsLine(model))).toBe(
    '{"event":"accounts","accounts":[' +
      '{"id":"alice234","provider":"provider.example","name":"Alice Adams",' +
      '"email":"alice@example.com","sub":"alice","state":"offline","default":true},' +
      '{"id":"bobbob23","provider":"home","name":"Bob Brown","email":"","sub":"bob",' +
      '"state":"signed-in","default":false}]}',
  )
  const { question } = otherPersonAsked()
  expect(JSON.stringify(toOtherPersonLine(question))).toBe(
    '{"event":"other-person","id":"question",' +
      '"expected":{"name":"Alice Adams","email":"alice@example.com","sub":"alice"},' +
      '"got":{"name":"Bob Brown","email":"","sub":"bob"}}',
  )
})

const TIMES: [ms: number, text: string][] = [
  [-1, '0:00'],
  [0, '0:00'],
  [1, '0:01'],
  [1_000, '0:01'],
  [59_001, '1:00'],
  [299_000, '4:59'],
  [3_599_000, '59:59'],
  [3_600_000, '1:00:00'],
  [86_400_000, '24:00:00'],
  [5_025_000, '1:23:45'],
]
for (const [ms, text] of TIMES) {
  test(`${ms} milliseconds are ${text}`, () => expect(formatTimeLeft(ms)).toBe(text))
}

// Clear the screen, set the title, ring, delete, the C1 form of CSI, a new line, a change of direction.
const EVIL = 'A\u001b[2J\u001b]0;x\u0007\u007f\u009b2J\r\n\u202eB'
const EVIL_STORIES: Record<string, Event[]> = {
  'a name': [start, signedIn({ ...ALICE, name: EVIL })],
  'an address': [start, signedIn({ ...ALICE, email: EVIL })],
  'the name of a person who was not expected': [
    start,
    signedIn(),
    start,
    otherPersonAsked({ ...BOB, name: EVIL }),
  ],
  'the name of the signed-in account': [start, signedIn({ ...ALICE, name: EVIL }), start, ended()],
  'the name of another account': [
    start,
    signedIn(),
    start,
    { ...bobSignedIn, provider: EVIL, account: { ...BOB, name: EVIL } },
  ],
  'a reason': [start, ended(EVIL)],
  "a session's end": [start, signedIn(), sessionEnded(EVIL)],
  'a message about revocation': [
    start,
    signedIn(),
    signedOut,
    { type: 'revocation-failed', message: EVIL },
  ],
}
for (const [where, events] of Object.entries(EVIL_STORIES)) {
  test(`control characters in ${where} never reach the terminal`, () => {
    const model = play(...events)
    const printed = [
      ...describeEvent(model, events.at(-1)!, NOON_MS, INFO),
      ...describeStatus(model, NOON_MS, INFO),
      ...listAccounts(model),
      formatPrompt(model, NOON_MS),
    ]
    expect(printed.join(' ')).toContain('[2J') // The rest of the text is shown.
    for (const line of printed) expect(line).toMatch(/^\P{C}*$/u)
  })
}

test('letters of every script reach the terminal; joiners are dropped', () => {
  const name = 'Zoë Ünal 山田 אבג علی\u200cرضا 👩' // A zero-width non-joiner is Persian spelling.
  expect(describeStatus(play(start, signedIn({ ...ALICE, name })), NOON_MS, INFO)).toEqual([
    `Signed in as ${name.replace('\u200c', '')} (alice@example.com).`,
  ])
})

function play(...events: readonly Event[]): Model {
  return events.reduce(next, initialModel)
}

test('if no browser is opened, the lines do not mention one that opens', () => {
  const info = { ...INFO, opensBrowser: false }
  for (const [begun, words] of [
    [start, SIGN_IN_LINES.openLinkYourself],
    [startOfApp, SIGN_IN_LINES.appOpenLinkYourself('An app asks you to sign in')],
  ] as const) {
    const lines = describeEvent(play(begun, linkReady), linkReady, NOON_MS, info)
    expect(lines[1]).toBe(words)
    expect(lines.join(' ')).not.toContain('does not open')
  }
})

test('at the demo provider the lines do not advise to register an address', () => {
  const info = { ...INFO, registration: () => null }
  const lines = describeEvent(play(start, linkReady), linkReady, NOON_MS, info)
  expect(lines).toContain('Your browser will return to http://127.0.0.1:40123/callback.')
})

test('without a provider the lines do not ask to type sign-in', () => {
  const info = { ...INFO, hasProvider: false }
  expect(describeStatus(play(), NOON_MS, info)).toEqual([SIGN_IN_LINES.notSignedIn])
  const refused: Event = {
    type: 'sign-in-rejected',
    result: { kind: 'failed', code: 'not-configured', reason: 'There is no provider.' },
  }
  expect(describeEvent(play(refused), refused, NOON_MS, info)).toEqual(['There is no provider.'])
})

test('signing out everywhere prints the status once, after the last account', () => {
  const both = play(start, signedIn(), start, bobSignedIn)
  const first: Event = { type: 'signed-out', id: ALICE_REF.id, everywhere: true }
  const last: Event = { type: 'signed-out', id: BOB_REF.id, everywhere: true }
  const afterFirst = next(both, first)
  expect(describeEvent(afterFirst, first, NOON_MS, INFO)).toHaveLength(1)
  expect(describeEvent(next(afterFirst, last), last, NOON_MS, INFO)).toContain(NOBODY)
  expect(
    describeEvent(afterFirst, { type: 'signed-out', id: ALICE_REF.id }, NOON_MS, INFO),
  ).toHaveLength(2)
})
