// The words about programs that ask for tokens, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import {
  CONSENT_WORDS,
  describeCertainty,
  describeWish,
  explainOnlyOnce,
  nameProgram,
  nameStarters,
  showPath,
  titleQuestion,
} from '../../main/present/consent-words.js'
import type { AskingProgram, ConsentQuestion, ConsentAction } from '../../main/consent/consent.js'
import { sayAll } from '../support/say-all.js'

const { purposes, purposesInList, grades, doubts, onlyOnce, labels, answers, ends, kinds } =
  CONSENT_WORDS

test('the question', () => {
  expect(CONSENT_WORDS.asks('notes')).toBe('notes asks to use your account')
  expect(CONSENT_WORDS.asksToSignIn('notes')).toBe('notes asks to sign in as you')
  expect(CONSENT_WORDS.unknownApp).toBe('An unknown app')
  expect(labels).toEqual({
    path: 'Path',
    script: 'Says it is',
    process: 'Process',
    startedBy: 'Started by',
    account: 'Account',
    purpose: 'Wants to',
  })
  expect(CONSENT_WORDS.nobodySignedIn).toBe('Nobody is signed in yet')
  expect(answers).toEqual({ once: 'Allow once', always: 'Always allow', denied: 'Deny' })
})

test('what apps ask for', () => {
  expect(purposes).toEqual({
    token:
      'Act for you with access tokens, prove who you are with ID tokens, and see your name and email address',
    identity: 'See your name and email address',
    'access-token': 'Act for you with access tokens, and see your name and email address',
    'id-token': 'Get an ID token, which proves to other services who you are',
    'sign-in': 'Sign in as you, without asking you',
    manage: 'Manage Latchkey',
  })
  expect(purposesInList).toEqual({
    token: 'access and ID tokens',
    'access-token': 'access tokens',
    identity: 'name and email',
    'id-token': 'ID tokens',
    'sign-in': 'silent sign-in',
    manage: 'Latchkey itself',
  })
})

test('the list of apps in a terminal', () => {
  const { columns, ...others } = CONSENT_WORDS.appList
  expect(Object.values(columns)).toEqual([
    'ID',
    'For',
    'Allowed',
    'Last used',
    'Changed',
    'Account',
    'App',
  ])
  expect(
    sayAll(others, { app: ['notes', '/usr/bin/notes'], key: ['backup'], deniedUntil: ['12:34'] }),
  ).toEqual({
    none: 'No app was allowed or denied.',
    app: 'notes (/usr/bin/notes)',
    key: 'backup (key)',
    never: 'never',
    deniedUntil: 'nothing until 12:34',
  })
})

test('what a program asks for that wants nothing for itself, with a title for a notification', () => {
  const wish = (action: ConsentAction): readonly string[] => [
    titleQuestion({ ...QUESTION, account: ACCOUNT, purpose: 'manage', action }),
    describeWish({ purpose: 'manage', action }),
  ]
  expect(wish({ kind: 'sign-out' })).toEqual([
    'notes asks to sign you out',
    'Sign out this account, so that no app can use it until you sign in again',
  ])
  expect(wish({ kind: 'list-accounts' })).toEqual([
    'notes asks to see your accounts',
    'See all your accounts, with names and email addresses',
  ])
  expect(wish({ kind: 'list-apps' })).toEqual([
    'notes asks to see your list of apps',
    'See which apps and keys you allowed, and which apps you denied',
  ])
  expect(wish({ kind: 'make-default' })).toEqual([
    'notes asks to change the default account',
    'Make this account the default, which apps get unless they ask for another one',
  ])
  expect(wish({ kind: 'forget-app', app: 'back\u001bup', id: 'k3vq7mzd' })).toEqual([
    'notes asks to forget an app',
    'Forget what you decided about back\ufffdup (k3vq7mzd)',
  ])
  expect(wish({ kind: 'forget-app', app: 'nothing', id: null })[1]).toBe(
    'Forget what you decided about nothing',
  )
  expect(wish({ kind: 'make-key', name: 'backup', scope: null })).toEqual([
    'notes asks to create a key',
    'Create the key "backup": whoever has it gets tokens for this account without asking you, until ' +
      'you forget it',
  ])
  expect(wish({ kind: 'make-key', name: 'back\nup', scope: 'openid files:read' })[1]).toBe(
    'Create the key "back\ufffdup": whoever has it gets tokens for this account (openid files:read) ' +
      'without asking you, until you forget it',
  )
})

test('how sure Latchkey is, and why not', () => {
  expect(grades).toEqual({
    seen: 'The system identifies this app. Another of your programs could still pretend to be it.',
    uncertain: "Latchkey can't be sure which app this is.",
  })
  expect(doubts).toEqual({
    'not-found': 'Latchkey could not find the program at the other end of the connection.',
    'several-holders': 'Several programs share the connection.',
    'other-namespace': 'The program runs in a container, where other files have the same paths.',
    'other-file': "The program's file was replaced or deleted after the program started.",
    'no-script': "The program runs code that isn't in a file.",
    environment: 'Environment variables can make the program run other code.',
    traced: 'A debugger is attached to the program and can make it do anything.',
    'other-user': 'The program runs as another user than the owner of the connection.',
    'untried-system': "Latchkey's way of finding programs is not tested on this system.",
  })
  expect(onlyOnce).toEqual({
    manage: 'It can only be allowed once, because it shows or changes your decisions.',
    signOut: 'It can only be allowed once, because it would sign you out for all apps.',
    tool: 'It can only be allowed once, because it does what any other program tells it to do.',
    nobodySignedIn: 'It can only be allowed once, because nobody is signed in yet.',
    uncertain: "It can only be allowed once, because Latchkey can't recognize it the next time.",
  })
  expect(CONSENT_WORDS.useKey).toBe('To let it have tokens for longer, give it a key.')
})

test('how a question ended', () => {
  const said = Object.entries(ends).map(([end, say]) => [end, say('notes')])
  expect(Object.fromEntries(said)).toEqual({
    once: 'notes is allowed this time.',
    always: 'notes is allowed from now on.',
    denied: 'notes is denied.',
    unanswered: 'Nobody answered, so notes gets nothing.',
    withdrawn: 'notes is no longer waiting for an answer.',
  })
})

test('the list, and the setting that turns questions off', () => {
  expect(kinds).toEqual({ program: 'app', key: 'key', denied: 'denied' })
  expect(CONSENT_WORDS.changed).toBe('The file of this app has changed since you allowed it.')
  expect(CONSENT_WORDS.consentOff).toBe(
    'Latchkey does not ask before apps use your account: every program that runs as you can get tokens.',
  )
})

const PROGRAM: AskingProgram = {
  name: 'notes',
  executable: '/usr/bin/notes',
  script: null,
  pid: 7,
  startedBy: [],
  grade: 'seen',
  doubts: [],
}

const QUESTION: ConsentQuestion = {
  id: 'abcd2345',
  program: PROGRAM,
  account: null,
  purpose: 'token',
  action: null,
  canLast: true,
  deadlineMs: 0,
}

const LIST = { kind: 'list-apps' } as const

const ACCOUNT = {
  id: 'alice235',
  provider: 'work',
  account: { sub: 'alice', name: 'Alice Adams', email: '' },
}

test('a program is named in printable text, and the title says whether someone is signed in', () => {
  expect(nameProgram({ name: 'no\u001b[2Jtes\n' })).toBe('no�[2Jtes�')
  expect(nameProgram({ name: null })).toBe('An unknown app')
  expect(titleQuestion(QUESTION)).toBe('notes asks to sign in as you')
  expect(titleQuestion({ ...QUESTION, account: ACCOUNT })).toBe('notes asks to use your account')
})

test('the programs above it are named, the nearest first', () => {
  expect(nameStarters({ startedBy: [] })).toBe(null)
  expect(nameStarters({ startedBy: ['bash'] })).toBe('bash')
  expect(nameStarters({ startedBy: ['ba\u0007sh', 'tmux', 'systemd'] })).toBe(
    'ba�sh (started by tmux, started by systemd)',
  )
})

test('each doubt is a sentence after the grade', () => {
  expect(describeCertainty(PROGRAM)).toEqual([grades.seen])
  expect(describeCertainty({ grade: 'uncertain', doubts: ['other-file', 'environment'] })).toEqual([
    grades.uncertain,
    doubts['other-file'],
    doubts.environment,
  ])
})

test('an app that can only be allowed once is told why', () => {
  const { useKey } = CONSENT_WORDS
  const [canLast, uncertain] = [false, { ...PROGRAM, grade: 'uncertain' as const }]
  expect(explainOnlyOnce({ ...QUESTION, account: ACCOUNT })).toBe(null)
  expect(explainOnlyOnce({ ...QUESTION, account: ACCOUNT, canLast })).toBe(
    `${onlyOnce.tool} ${useKey}`,
  )
  expect(explainOnlyOnce({ ...QUESTION, canLast, program: uncertain, account: ACCOUNT })).toBe(
    `${onlyOnce.uncertain} ${useKey}`,
  )
  expect(explainOnlyOnce({ ...QUESTION, canLast })).toBe(onlyOnce.nobodySignedIn)
  expect(explainOnlyOnce({ ...QUESTION, canLast, account: ACCOUNT, action: LIST })).toBe(
    onlyOnce.manage,
  )
  const action = { kind: 'sign-out' } as const
  expect(explainOnlyOnce({ ...QUESTION, canLast, account: ACCOUNT, action })).toBe(onlyOnce.signOut)
})

test('a path is printable, and both ends of a very long one are shown', () => {
  expect(showPath('/opt/\u202egpj.exe')).toBe('/opt/�gpj.exe')
  expect(showPath('/'.padEnd(200, 'a'))).toBe('/'.padEnd(200, 'a'))
  const long = `/first${'a'.repeat(300)}last`
  expect(showPath(long)).toBe(`${long.slice(0, 99)}…${long.slice(-99)}`)
  expect(Array.from(showPath(long))).toHaveLength(199)
})
