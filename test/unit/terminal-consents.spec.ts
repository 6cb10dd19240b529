// Questions about apps in the terminal: the lines for people, the JSON lines and the commands.

import { test } from '@playwright/test'
import { expect } from '../support/expect.js'
import type { Agent } from '../../main/agent/agent.js'
import { initialModel, type AccountSession, type Model } from '../../main/agent/model.js'
import { AuthError } from '../../main/base/errors.js'
import type { Consents } from '../../main/consent/consents.js'
import type { ConsentList, ConsentQuestion } from '../../main/consent/consent.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import {
  toAppsLine,
  toConsentAnsweredLine,
  toConsentLine,
} from '../../main/terminal/consent-json.js'
import {
  describeConsentQuestion,
  describeKey,
  describeWaitingConsent,
  formatApps,
} from '../../main/terminal/consent-lines.js'
import { toAppEntries } from '../../main/present/app-entries.js'
import { formatAppTable, viewEntry } from '../../main/present/app-table.js'
import type { Answer } from '../../main/terminal/command-answer.js'
import { formatPrompt } from '../../main/terminal/lines.js'
import type { Terminal } from '../../main/terminal/terminal.js'
import { ANSWERS, CONSENT_LINES } from '../../main/terminal/terminal-messages.js'
import { readCommands } from '../../main/terminal/typed-commands.js'
import { formatAccount } from '../../main/oauth/account.js'
import { ALICE, ALICE_REF, BOB, BOB_REF, ZOE_REF } from '../support/account-refs.js'
import { consentQuestion } from '../support/callers.js'
import { denialOf, grantsOf } from '../support/consent-examples.js'

const NOON_MS = new Date(2027, 0, 2, 12, 0).getTime() // Local time.
const DEADLINE = { deadlineMs: NOON_MS + 60_000 }
const ID = 'abcdefgh'

const PROGRAM = consentQuestion().program

test('a script is what the app says, and each doubt is a line of its own', () => {
  const question = consentQuestion({
    ...DEADLINE,
    program: {
      name: 'sync',
      executable: '/usr/bin/node',
      script: '/home/a/sync.mjs',
      pid: 7,
      startedBy: ['bash', 'tmux'],
      grade: 'uncertain',
      doubts: ['environment', 'several-holders'],
    },
    purpose: 'id-token',
    canLast: false,
  })
  expect(describeConsentQuestion(question, NOON_MS)).toEqual([
    '',
    'sync asks to use your account.',
    '  Path        /usr/bin/node',
    '  Says it is  /home/a/sync.mjs',
    '  Process     7',
    '  Started by  bash (started by tmux)',
    '  Account     Alice Adams (alice@example.com) at work',
    '  Wants to    Get an ID token, which proves to other services who you are',
    `  ${CONSENT_WORDS.grades.uncertain}`,
    `  ${CONSENT_WORDS.doubts.environment}`,
    `  ${CONSENT_WORDS.doubts['several-holders']}`,
    `  ${CONSENT_WORDS.onlyOnce.uncertain} ${CONSENT_WORDS.useKey}`,
    CONSENT_LINES.chooseOnce(ID, '1:00'),
    '',
  ])
})

test('an app that was not found is named so, and has no rows without values', () => {
  const question = consentQuestion({
    ...DEADLINE,
    program: {
      name: null,
      executable: null,
      script: null,
      pid: null,
      startedBy: [],
      grade: 'uncertain',
      doubts: ['not-found'],
    },
    account: null,
    purpose: 'sign-in',
    canLast: false,
  })
  expect(describeConsentQuestion(question, NOON_MS)).toEqual([
    '',
    'An unknown app asks to sign in as you.',
    '  Account   Nobody is signed in yet',
    '  Wants to  Sign in as you, without asking you',
    `  ${CONSENT_WORDS.grades.uncertain}`,
    `  ${CONSENT_WORDS.doubts['not-found']}`,
    `  ${CONSENT_WORDS.onlyOnce.nobodySignedIn}`,
    CONSENT_LINES.chooseOnce(ID, '1:00'),
    '',
  ])
})

test('S48: names and paths of programs never control the terminal', () => {
  const evil = '\u001b[2J\n\u202etoken'
  const program = {
    ...PROGRAM,
    name: evil,
    executable: `/opt/${evil}`,
    script: `/tmp/${evil}`,
    startedBy: [evil, evil],
  }
  const account = { id: evil, provider: evil, account: { sub: evil, name: evil, email: evil } }
  const grants = grantsOf({ ...ALICE_REF, account: account.account }, NOON_MS).map((grant) => ({
    ...grant,
    name: evil,
    ...(grant.kind === 'program' && { executable: { path: `/opt/${evil}`, file: '' } }),
  }))
  const denials = [{ ...denialOf(ALICE_REF, NOON_MS), program, account }]
  const question = consentQuestion({ program, account })
  const lines = [
    ...describeConsentQuestion(question, NOON_MS),
    ...describeWaitingConsent({ consentQuestion: question }, NOON_MS),
    ...formatApps({ consents: { grants, denials } }),
  ]
  expect(lines.length).toBeGreaterThan(15)
  for (const line of lines) expect(line).toMatch(/^[^\p{Cc}\u202e]*$/u)
})

test('the status reminds of a question, and the prompt shows the time left', () => {
  const model = { ...initialModel, consentQuestion: consentQuestion(DEADLINE) }
  expect(describeWaitingConsent(model, NOON_MS)).toEqual([
    'app asks to use your account.',
    CONSENT_LINES.choose(ID, '1:00'),
  ])
  expect(formatPrompt(model, NOON_MS + 1_000)).toBe('latchkey (an app asks, 0:59)> ')
  expect(describeWaitingConsent(initialModel, NOON_MS)).toEqual([])
})

test('apps are a table of what was allowed and denied', () => {
  const consents: ConsentList = {
    grants: grantsOf(ALICE_REF, NOON_MS),
    denials: [
      denialOf(ALICE_REF, NOON_MS + 600_000),
      {
        id: 'denied34',
        program: { ...PROGRAM, name: null, executable: null },
        account: null,
        untilMs: NOON_MS + 60_000,
      },
    ],
  }
  expect(formatApps({ consents })).toEqual([
    'ID        For                                   Allowed     Last used         Changed     Account                          App',
    'grant234  access and ID tokens, name and email  2026-12-24  2027-01-02 11:00  2027-01-01  Alice Adams (alice@example.com)  mail-sync (/home/alice/mail-sync/main.js)',
    'grant567  ID tokens                             2027-01-02  never                         Alice Adams (alice@example.com)  calendar (/opt/calendar/calendar)',
    'key23456  openid files:read                     2026-12-30  2027-01-02 10:00              Alice Adams (alice@example.com)  nightly backup (key)',
    'denied23  nothing until 12:10                                                             Alice Adams (alice@example.com)  curl (/usr/bin/curl)',
    'denied34  nothing until 12:01                                                                                              An unknown app',
    CONSENT_LINES.legend,
  ])
  // The command line prints what the API lists.
  const entries = toAppEntries({ consents, accounts: [] })
  expect([...formatAppTable(entries.map(viewEntry)), CONSENT_LINES.legend]).toEqual(
    formatApps({ consents }),
  )
  expect(formatApps(initialModel)).toEqual([CONSENT_WORDS.appList.none])
})

test('a new key is on a line of its own', () => {
  expect(describeKey({ name: 'backup', key: 'latchkey_abc', scope: null })).toEqual([
    '',
    CONSENT_LINES.newKey('backup'),
    '',
    'latchkey_abc',
    '',
    CONSENT_LINES.keyGives(null),
    CONSENT_LINES.howToSend,
    '',
  ])
})

test('a new key names its scopes, and the ID tokens only if it gives some', () => {
  const describe = (scope: string | null): string | undefined =>
    describeKey({ name: 'a', key: 'latchkey_abc', scope })[5]
  expect(describe(null)).toBe(
    'Whoever has it gets access tokens for the account, and ID tokens, which prove who you are.',
  )
  expect(describe('email')).toBe(
    'Whoever has it gets access tokens for the scope email, and no ID tokens.',
  )
  expect(describe('email openid')).toBe(
    'Whoever has it gets access tokens for the scopes email and openid, and ID tokens, which prove who ' +
      'you are.',
  )
})

test('the JSON lines of a question have the members of the contract, in this order', () => {
  expect(JSON.stringify(toConsentLine(consentQuestion()))).toBe(
    '{"event":"consent","id":"abcdefgh","program":{"name":"app","executable":"/opt/app/app",' +
      '"script":null,"pid":42,"startedBy":["bash"]},"grade":"seen","account":{"id":"alice234",' +
      '"provider":"work","name":"Alice Adams","email":"alice@example.com","sub":"alice"},' +
      '"purpose":"token","action":null}',
  )
  expect(toConsentLine(consentQuestion({ account: null })).account).toBe(null)
  const uncertain = { ...PROGRAM, grade: 'uncertain' as const }
  expect(toConsentLine(consentQuestion({ program: uncertain })).grade).toBe('uncertain')
  expect(JSON.stringify(toConsentAnsweredLine(consentQuestion(), 'withdrawn'))).toBe(
    '{"event":"consent-answered","id":"abcdefgh","answer":"withdrawn"}',
  )
})

test('the JSON line of the apps has the members of the contract, and no hash of a key', () => {
  const atMs = Date.UTC(2027, 0, 10)
  const [program, other, key] = grantsOf(ALICE_REF, atMs)
  const consents: ConsentList = {
    grants: [program!, { ...other!, account: BOB }, key!],
    denials: [denialOf(ALICE_REF, atMs)],
  }
  const line = toAppsLine({ consents, accounts: [signedIn(ALICE_REF)] })
  expect(JSON.stringify(line)).not.toContain('canary-hash')
  const account = { id: ALICE_REF.id, provider: ALICE_REF.provider, ...ALICE }
  const none = { executable: null, script: null, scope: null, changedAt: null, deniedUntil: null }
  expect(line).toEqual({
    event: 'apps',
    apps: [
      {
        ...none,
        id: 'grant234',
        kind: 'program',
        name: 'mail-sync',
        executable: '/usr/bin/node',
        script: '/home/alice/mail-sync/main.js',
        account,
        purposes: ['token', 'identity'],
        allowedAt: '2027-01-01T00:00:00.000Z',
        lastUsedAt: '2027-01-09T23:00:00.000Z',
        changedAt: '2027-01-09T00:00:00.000Z',
      },
      {
        ...none,
        id: 'grant567',
        kind: 'program',
        name: 'calendar',
        executable: '/opt/calendar/calendar',
        // Bob is not signed in.
        account: { id: null, provider: null, ...BOB },
        purposes: ['id-token'],
        allowedAt: '2027-01-09T22:00:00.000Z',
        lastUsedAt: null,
      },
      {
        ...none,
        id: 'key23456',
        kind: 'key',
        name: 'nightly backup',
        account,
        purposes: ['token', 'identity'],
        scope: 'openid files:read',
        allowedAt: '2027-01-07T00:00:00.000Z',
        lastUsedAt: '2027-01-09T22:00:00.000Z',
      },
      {
        ...none,
        id: 'denied23',
        kind: 'denied',
        name: 'curl',
        executable: '/usr/bin/curl',
        account,
        purposes: [],
        allowedAt: null,
        lastUsedAt: null,
        deniedUntil: '2027-01-10T00:00:00.000Z',
      },
    ],
  })
  expect(Object.keys(line.apps[0]!)).toEqual(Object.keys(line.apps[3]!))
})

function signedIn(ref: typeof ALICE_REF): AccountSession {
  return {
    kind: 'signed-in',
    ...ref,
    renewal: { kind: 'idle' },
    expiresAtMs: null,
    renewsAtMs: null,
  }
}

type Calls = Record<
  'answer' | 'forget' | 'createKey' | 'listOpened' | 'signOut' | 'signOutEverywhere',
  unknown[]
>

/** An agent that only takes down what it is asked to do. */
function typeInto(
  model: Partial<Model>,
  { answers = true, failure = null }: { answers?: boolean; failure?: AuthError | null } = {},
) {
  const calls: Calls = {
    answer: [],
    forget: [],
    createKey: [],
    listOpened: [],
    signOut: [],
    signOutEverywhere: [],
  }
  const given: { command: string; answer: Answer }[] = []
  const shown: unknown[] = []
  const complaints: string[] = []
  const held = { ...initialModel, ...model }
  const later = <Value>(value: Value): Promise<Value> =>
    failure ? Promise.reject(failure) : Promise.resolve(value)
  const consents: Partial<Consents> = {
    answer: (...args) => (calls.answer.push(args), answers),
    list: () => held.consents,
    listOpened: () => void calls.listOpened.push([]),
    forget: (app) => (calls.forget.push(app), later(answers)),
    createKey: (wanted) => (
      calls.createKey.push(wanted),
      later({ id: 'key23456', key: 'latchkey_secret' })
    ),
  }
  const agent: Partial<Agent> = {
    model: () => held,
    consents: consents as Consents,
    last: () => ({
      issuer: '',
      clientId: '',
      account: ALICE,
      scope: 'openid email Files.Read',
    }),
    signOut: (...args) => (calls.signOut.push(args), Promise.resolve(true)),
    signOutEverywhere: (...args) => (calls.signOutEverywhere.push(args), Promise.resolve([])),
  }
  let take: (line: string) => void = () => undefined
  const terminal: Partial<Terminal> = {
    onLine: (taker) => void (take = taker),
    answer: (command, answer) => void given.push({ command, answer }),
    complain: (line) => void complaints.push(line),
    apps: ({ consents: listed }) => void shown.push(listed),
    key: (made) => void shown.push(made),
  }
  readCommands({
    terminal: terminal as Terminal,
    agent: agent as Agent,
    providers: ['work'],
    quit: () => undefined,
  })
  return {
    calls,
    shown,
    complaints,
    async type(line: string): Promise<Answer> {
      const before = given.length
      take(line)
      await expect.poll(() => given.length).toBe(before + 1)
      return given.at(-1)!.answer
    },
    lastCommand: () => given.at(-1)?.command,
  }
}

const ASKED: Pick<Model, 'consentQuestion'> = { consentQuestion: consentQuestion() }
const failed = (message: string): Answer => ({ ok: false, message, isShown: true })
const done = (message: string): Answer => ({ ok: true, message })

test('allow and deny answer the question with this ID', async () => {
  const { type, calls } = typeInto(ASKED)
  expect(await type(`allow ${ID}`)).toEqual(done(ANSWERS.allowed))
  expect(await type(`ALLOW ${ID.toUpperCase()} Always`)).toEqual(done(ANSWERS.allowed))
  expect(await type(`deny ${ID}`)).toEqual(done(ANSWERS.denied))
  expect(calls.answer).toEqual([
    [ID, 'once'],
    [ID, 'always'],
    [ID, 'denied'],
  ])
})

test('allow without an ID, with another one or another word answers nothing', async () => {
  const { type, calls } = typeInto(ASKED)
  expect(await type('allow')).toEqual(failed(ANSWERS.needsId('allow')))
  expect(await type('deny')).toEqual(failed(ANSWERS.needsId('deny')))
  expect(await type('allow zzzzzzzz')).toEqual(failed(ANSWERS.noConsent('zzzzzzzz')))
  expect(await type(`allow ${ID} forever`)).toEqual(failed(ANSWERS.allowHow))
  expect(calls.answer).toEqual([])
  const idle = typeInto({}, { answers: false })
  expect(await idle.type(`deny ${ID}`)).toEqual(failed(ANSWERS.noConsent(ID)))
  const over = typeInto(ASKED, { answers: false })
  expect(await over.type(`allow ${ID}`)).toEqual(failed(ANSWERS.noConsent(ID)))
})

test('an app that can only be allowed once is not allowed for good, and the answer says why', async () => {
  const question: ConsentQuestion = consentQuestion({ canLast: false })
  const { type, calls } = typeInto({ consentQuestion: question })
  const { onlyOnce, useKey } = CONSENT_WORDS
  expect(await type(`allow ${ID} always`)).toEqual(failed(`${onlyOnce.tool} ${useKey}`))
  expect(calls.answer).toEqual([])
  expect(await type(`allow ${ID}`)).toEqual(done(ANSWERS.allowed))
})

const CONSENTS: ConsentList = { grants: grantsOf(ALICE_REF, NOON_MS), denials: [] }

test('apps lists them', async () => {
  const { type, shown, calls } = typeInto({ consents: CONSENTS })
  expect(await type('apps')).toEqual(done(ANSWERS.apps))
  expect(shown).toEqual([CONSENTS])
  expect(calls.listOpened).toHaveLength(1)
})

const told = (message: string): Answer => ({ ok: true, message, isShown: true })

/** Two runs of one tool were denied, and another app that has no name. */
const DENIED: ConsentList['denials'] = [
  denialOf(ALICE_REF, NOON_MS),
  { ...denialOf(ALICE_REF, NOON_MS), id: 'denied34' },
  { id: 'denied45', program: { ...PROGRAM, name: null }, account: null, untilMs: NOON_MS },
]

test('forget takes an ID in any case, and a name as it is spelled, and names what is forgotten', async () => {
  const { type, calls } = typeInto({ consents: { ...CONSENTS, denials: DENIED } })
  expect(await type('forget GRANT234')).toEqual(told(ANSWERS.forgotten('mail-sync')))
  expect(await type('forget calendar')).toEqual(told(ANSWERS.forgotten('calendar')))
  expect(await type('forget  nightly  backup ')).toEqual(
    told(ANSWERS.keyForgotten('nightly backup')),
  )
  expect(await type('forget denied45')).toEqual(told(ANSWERS.forgotten(CONSENT_WORDS.unknownApp)))
  expect(calls.forget).toEqual(['grant234', 'grant567', 'key23456', 'denied45'])
  expect(await type('forget')).toEqual(failed(ANSWERS.needsApp))
  expect(await type('forget Calendar')).toEqual(failed(ANSWERS.noApp('Calendar')))
})

test('forget ends all denials of one name', async () => {
  const { type, calls } = typeInto({ consents: { ...CONSENTS, denials: DENIED } })
  expect(await type('forget curl')).toEqual(told(ANSWERS.forgotten('curl')))
  expect(calls.forget).toEqual(['denied23', 'denied34'])
  await type('forget denied34')
  expect(calls.forget).toEqual(['denied23', 'denied34', 'denied34'])
})

test('forget takes back what no other app of this name was allowed, with all denials', async () => {
  const [first, second] = CONSENTS.grants
  const named = { ...second!, name: 'curl' }
  const one = typeInto({ consents: { grants: [first!, named], denials: DENIED } })
  expect(await one.type('forget curl')).toEqual(told(ANSWERS.forgotten('curl')))
  expect(one.calls.forget).toEqual(['grant567', 'denied23', 'denied34'])

  const two = typeInto({
    consents: { grants: [{ ...first!, name: 'curl' }, named], denials: DENIED },
  })
  expect(await two.type('forget curl')).toEqual(
    failed(ANSWERS.severalApps('curl', ['grant234', 'grant567'])),
  )
  expect(two.calls.forget).toEqual([])
})

test('forget says that there is no such app, or that the list could not be stored', async () => {
  const none = typeInto({ consents: CONSENTS }, { answers: false })
  expect(await none.type('forget x')).toEqual(failed(ANSWERS.noApp('x')))
  const secret = 'hunter2-hunter2-hunter2-hunter2'
  expect((await none.type(`forget ${secret}`)).message).not.toContain(secret)
  // Somebody else was faster.
  expect(await none.type('forget calendar')).toEqual(failed(ANSWERS.noApp('calendar')))
  const failure = new AuthError('storage-failed', 'The disk is full.')
  const full = typeInto({ consents: CONSENTS }, { failure })
  expect(await full.type('forget calendar')).toEqual(failed('The disk is full.'))
})

const ALICE_NAME = formatAccount(ALICE)
const BOB_NAME = formatAccount(BOB)
const TWO: Partial<Model> = { accounts: [signedIn(ALICE_REF), signedIn(BOB_REF)] }

test('key makes a key for the default account, and shows it once', async () => {
  const { type, calls, shown, lastCommand } = typeInto(TWO)
  expect(await type('key Backup')).toEqual(done(ANSWERS.keyMade))
  expect(calls.createKey).toEqual([{ name: 'Backup', account: signedIn(ALICE_REF), scope: null }])
  expect(shown).toEqual([{ id: 'key23456', name: 'Backup', key: 'latchkey_secret', scope: null }])
  await type('key mail email email')
  expect(shown.at(-1)).toMatchObject({ name: 'mail', scope: 'email' })
  expect(lastCommand()).toBe('key')
})

test('key may name an account by its ID, and scopes that were granted', async () => {
  const { type, calls } = typeInto(TWO)
  await type(`key a ${BOB_REF.id.toUpperCase()} Files.Read email email`)
  await type('key b openid')
  expect(calls.createKey).toEqual([
    { name: 'a', account: signedIn(BOB_REF), scope: 'Files.Read email' },
    { name: 'b', account: signedIn(ALICE_REF), scope: 'openid' },
  ])
})

test('key may name an account as use does: by the name of its provider, or by its address', async () => {
  const zoe = signedIn({ ...ZOE_REF, provider: 'work' })
  const { type, calls } = typeInto({ accounts: [...TWO.accounts!, zoe] })
  for (const line of ['key a WORK openid', `key b ${ZOE_REF.account.email}`, 'key c work']) {
    expect(await type(line)).toEqual(done(ANSWERS.keyMade))
  }
  expect(calls.createKey).toEqual([
    { name: 'a', account: zoe, scope: 'openid' },
    { name: 'b', account: zoe, scope: null },
    { name: 'c', account: zoe, scope: null },
  ])
  expect(await type(`key d ${ALICE_REF.provider}`)).toEqual(
    failed(ANSWERS.severalAccounts(ALICE_REF.provider, [ALICE_REF.id, BOB_REF.id])),
  )
  expect(calls.createKey).toHaveLength(3)
})

test('a scope of the default account is a scope, even if a provider has that name', async () => {
  const accounts = [signedIn(ALICE_REF), signedIn({ ...ZOE_REF, provider: 'email' })]
  const { type, calls } = typeInto({ accounts })
  await type('key a email')
  expect(calls.createKey).toEqual([{ name: 'a', account: signedIn(ALICE_REF), scope: 'email' }])
})

test('key rejects a bad or a taken name, and a scope that was not granted', async () => {
  const { type, calls, shown } = typeInto({ ...TWO, consents: CONSENTS })
  const granted = ['openid', 'email', 'Files.Read']
  expect(await type('key')).toEqual(failed(ANSWERS.needsKeyName))
  for (const name of ['a/b', '"', 'x'.repeat(41), '\u202ea']) {
    expect(await type(`key ${name}`)).toEqual(failed(ANSWERS.badKeyName))
  }
  for (const scope of ['files.read', 'zzzzzzzz', 'Files.Write']) {
    expect(await type(`key new openid ${scope}`)).toEqual(failed(ANSWERS.noScope(scope, granted)))
  }
  expect(await type(`key new openid ${ALICE_REF.id}`)).toEqual(
    failed(ANSWERS.noScope(ALICE_REF.id, granted)),
  )
  const [, , key] = CONSENTS.grants
  const taken = typeInto({
    ...TWO,
    consents: { ...CONSENTS, grants: [{ ...key!, name: 'backup' }] },
  })
  expect(await taken.type('key backup')).toEqual(failed(ANSWERS.keyNameTaken('backup')))
  expect([calls.createKey, shown, taken.calls.createKey]).toEqual([[], [], []])
})

test('key fails if nobody is signed in, and if the key could not be stored', async () => {
  expect(await typeInto({}).type('key a')).toEqual(failed(ANSWERS.notSignedIn))
  const failure = new AuthError('storage-failed', 'The disk is full.')
  const { type, shown } = typeInto(TWO, { failure })
  expect(await type('key a')).toEqual(failed('The disk is full.'))
  expect(shown).toEqual([])
})

test('sign-out forgets the apps only if the last word says so', async () => {
  const { type, calls } = typeInto(TWO)
  expect(await type('sign-out')).toEqual(
    done(`${ANSWERS.signingOut(ALICE_NAME)} ${ANSWERS.becomesDefault(BOB_NAME)}`),
  )
  expect(await type('sign-out forget')).toEqual(
    done(`${ANSWERS.signingOutAndForgetting(ALICE_NAME)} ${ANSWERS.becomesDefault(BOB_NAME)}`),
  )
  expect(await type(`sign-out ${BOB_REF.id} forget`)).toEqual(
    done(ANSWERS.signingOutAndForgetting(BOB_NAME)),
  )
  await type('sign-out all')
  await type('sign-out all forget')
  expect(calls.signOut).toEqual([
    [undefined, { forgetsApps: false }],
    [undefined, { forgetsApps: true }],
    [BOB_REF.id, { forgetsApps: true }],
  ])
  expect(calls.signOutEverywhere).toEqual([[{ forgetsApps: false }], [{ forgetsApps: true }]])
  expect(await type(`sign-out ${BOB_REF.id} all`)).toEqual(failed(ANSWERS.signOutHow))
  expect(await type('sign-out forget zzzzzzzz')).toEqual(failed(ANSWERS.signOutHow))
  expect(calls.signOut).toHaveLength(3)
})

for (const [typed, message] of [
  ['sign-in --provider work', ANSWERS.noFlags('sign-in work')],
  ['sign-in --provider=work', ANSWERS.noFlags('sign-in work')],
  ['sign-out --account alice234', ANSWERS.noFlags('sign-out alice234')],
  ['status --json', ANSWERS.noFlags('status')],
  ['key kube --scope email', ANSWERS.noFlags('key kube email')],
  ['key --scope email -x', ANSWERS.noFlags('key email')],
  ['xyz --json', ANSWERS.noFlags(null)],
  ['status now --json', ANSWERS.noFlags(null)],
  [`use --key latchkey_${'x'.repeat(43)}`, ANSWERS.noFlags(null)],
  ['apps forget kube', ANSWERS.typeInstead('forget kube')],
  ['latchkey apps forget kube', ANSWERS.typeInstead('forget kube')],
  ['latchkey status', ANSWERS.typeInstead('status')],
  ['accounts use alice234', ANSWERS.typeInstead('use alice234')],
  ['sing-in', ANSWERS.noCommand('sing-in', 'sign-in', [])],
  ['sing-in work', ANSWERS.noCommand('sing-in work', 'sign-in', [])],
] satisfies [string, string][]) {
  test(`${typed.slice(0, 30)} is not a command here, and the answer says what is`, async () => {
    const { type, calls, complaints } = typeInto({ ...TWO, consents: CONSENTS })
    expect(await type(typed)).toEqual({ ok: false, message })
    expect(complaints).toEqual([message])
    expect(Object.values(calls).flat()).toEqual([])
  })
}

test('the name of an app may be written like a flag', async () => {
  const [grant] = CONSENTS.grants
  const { type } = typeInto({ consents: { grants: [{ ...grant!, name: '--app' }], denials: [] } })
  expect(await type('forget --app')).toEqual(told(ANSWERS.forgotten('--app')))
})

test('S48: a line that is not a command is not echoed whole', async () => {
  const { type, complaints } = typeInto({})
  const secret = 'deny latchkey_0123456789012345678901234567890123456789 please'
  const { message } = await type(secret)
  expect(message).not.toContain('0123456789012')
  expect(complaints).toEqual([message])
})
