// What the window, the tray and the notifications say about programs that ask and that may have tokens.

import { expect, test } from '@playwright/test'
import { initialModel, type Event, type Model } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import {
  describeAnswer,
  hasApps,
  listApps,
  toConsentQuestionView,
} from '../../main/present/consent-view.js'
import { CONSENT_WORDS, titleQuestion } from '../../main/present/consent-words.js'
import { chooseIcon } from '../../main/present/icon.js'
import { createMenu } from '../../main/present/menu.js'
import { toNotification } from '../../main/present/notification.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { toHeadline, toStatus } from '../../main/present/status.js'
import { ALICE, ALICE_REF, BOB_REF, modelOf, PROVIDER } from '../support/account-refs.js'
import { denialOf, grantsOf, QUESTION, toolOf, uncertainOf } from '../support/consent-examples.js'

const { labels, purposes, answers, ends } = CONSENT_WORDS
const NOW_MS = 1_000_000_000_000
const restored: Event = { type: 'restored', ...ALICE_REF, expiresAtMs: null, renewsAtMs: null }
const asked: Event = { type: 'consent-asked', question: QUESTION }
const play = (...events: Event[]): Model => events.reduce(next, initialModel)
const ASKING = play(restored, asked)

test('a question shows the purpose, the account and everything about the program', () => {
  expect(toConsentQuestionView(QUESTION)).toEqual({
    id: QUESTION.id,
    title: titleQuestion(QUESTION),
    certainty: CONSENT_WORDS.grades.seen,
    isUncertain: false,
    doubts: [],
    facts: [
      { label: labels.purpose, value: purposes.token, detail: null },
      { label: labels.account, value: 'Alice Adams (alice@example.com)', detail: PROVIDER },
      { label: labels.path, value: '/usr/bin/node', detail: null },
      { label: labels.script, value: '/home/alice/mail-sync/main.js', detail: null },
      { label: labels.startedBy, value: 'systemd', detail: null },
      { label: labels.process, value: '4711', detail: null },
    ],
    onlyOnce: null,
    answers: [
      { answer: 'once', label: answers.once },
      { answer: 'always', label: answers.always },
      { answer: 'denied', label: answers.denied },
    ],
    untilMs: QUESTION.deadlineMs,
  })
})

test('an uncertain program shows each doubt, and can be allowed only once', () => {
  const shown = toConsentQuestionView(uncertainOf(ALICE_REF, 1))
  const { doubts } = CONSENT_WORDS
  expect(shown.isUncertain).toBe(true)
  expect(shown.doubts).toEqual([doubts['no-script'], doubts.environment])
  expect(shown.onlyOnce).toBe(`${CONSENT_WORDS.onlyOnce.uncertain} ${CONSENT_WORDS.useKey}`)
  expect(shown.answers.map(({ answer }) => answer)).toEqual(['once', 'denied'])
})

test('a tool can be allowed only once', () => {
  const shown = toConsentQuestionView(toolOf(ALICE_REF, 1))
  expect(shown.onlyOnce).toContain(CONSENT_WORDS.onlyOnce.tool)
  expect(shown.answers.map(({ answer }) => answer)).toEqual(['once', 'denied'])
})

test('a program that was not found has no path, and its account may be none yet', () => {
  const program = {
    name: null,
    executable: null,
    script: null,
    pid: null,
    startedBy: [],
    grade: 'uncertain',
    doubts: ['not-found'],
  } as const
  const shown = toConsentQuestionView({ ...QUESTION, program, account: null, canLast: false })
  expect(shown.title).toBe(CONSENT_WORDS.asksToSignIn(CONSENT_WORDS.unknownApp))
  expect(shown.facts.map(({ label, value }) => [label, value])).toEqual([
    [labels.purpose, purposes.token],
    [labels.account, CONSENT_WORDS.nobodySignedIn],
  ])
})

test('names and paths that a program chooses are printable', () => {
  const program = {
    ...QUESTION.program,
    name: 'mail\u202esync',
    executable: '/bin/\u001bc',
    script: '/tmp/\u202ea',
  }
  const shown = JSON.stringify(toConsentQuestionView({ ...QUESTION, program }))
  expect(shown).not.toContain('\u202e')
  expect(shown).not.toContain('\\u001b')
})

test('a question comes before everything else in the tray', () => {
  expect(toHeadline(ASKING)).toBe(titleQuestion(QUESTION))
  expect(chooseIcon(ASKING)).toBe('attention')
  expect(chooseIcon(play(restored))).toBe('signed-in')
  const around = {
    startAtLogin: { on: false, changeable: true },
    restart: null,
    providers: [PROVIDER],
  }
  const [headline, answer] = createMenu(ASKING, around)
  expect(headline).toEqual({ kind: 'text', label: titleQuestion(QUESTION) })
  expect(answer).toEqual({
    kind: 'command',
    label: PRESENT_MESSAGES.menu.answer,
    command: 'open',
  })
  expect(JSON.stringify(createMenu(play(restored), around))).not.toContain(
    PRESENT_MESSAGES.menu.answer,
  )
})

test('a question leaves the status of programs as it is', () => {
  expect(toStatus(ASKING)).toEqual(toStatus(play(restored)))
})

test('a question is notified with the paths of the program, and its end is not', () => {
  const { openToAnswer } = PRESENT_MESSAGES.notification
  expect(toNotification(ASKING, asked)).toEqual({
    title: titleQuestion(QUESTION),
    body: `/usr/bin/node /home/alice/mail-sync/main.js\n${openToAnswer}`,
    onClick: 'open',
  })
  const tool: Event = { type: 'consent-asked', question: toolOf(ALICE_REF, 1) }
  expect(toNotification(play(restored, tool), tool)?.body).toBe(`/usr/bin/curl\n${openToAnswer}`)
  const { program } = QUESTION
  const unknown = { ...program, name: null, executable: null, script: null }
  const asksUnknown: Event = {
    type: 'consent-asked',
    question: { ...QUESTION, program: unknown },
  }
  expect(toNotification(play(restored, asksUnknown), asksUnknown)?.body).toBe(openToAnswer)
  const ended: Event = { type: 'consent-ended', question: QUESTION, end: 'unanswered' }
  expect(toNotification(play(restored, asked, ended), ended)).toBeNull()
})

const grants = grantsOf(ALICE_REF, NOW_MS)
const denials = [denialOf(ALICE_REF, NOW_MS)]

test('the list holds programs, keys and denied programs, and no hash', () => {
  const apps = listApps({ consents: { grants, denials } })
  expect(apps.map(({ kind, name, path, script }) => [kind, name, path, script])).toEqual([
    ['program', 'mail-sync', '/usr/bin/node', '/home/alice/mail-sync/main.js'],
    ['program', 'calendar', '/opt/calendar/calendar', null],
    ['key', 'nightly backup', null, null],
    ['denied', 'curl', '/usr/bin/curl', null],
  ])
  expect(apps.map(({ purposes, scope }) => [purposes, scope])).toEqual([
    ['access and ID tokens, name and email', null],
    ['ID tokens', null],
    ['access and ID tokens, name and email', 'openid files:read'],
    ['', null],
  ])
  expect(apps.map(({ account }) => account)).toEqual(
    apps.map(() => 'Alice Adams (alice@example.com)'),
  )
  expect(apps.map(({ changedAtMs }) => changedAtMs !== null)).toEqual([true, false, false, false])
  expect(apps.map(({ untilMs }) => untilMs)).toEqual([null, null, null, NOW_MS])
  expect(JSON.stringify(apps)).not.toContain('canary')
})

test('an account has apps if the person and the provider are the same', () => {
  const consents = { grants, denials }
  const session = (ref: typeof ALICE_REF) =>
    modelOf({ kind: 'needs-sign-in', reason: '', ...ref }).accounts[0]!
  expect(hasApps({ consents }, session(ALICE_REF))).toBe(true)
  expect(hasApps({ consents }, session(BOB_REF))).toBe(false)
  const elsewhere = { ...ALICE_REF, issuer: 'https://other.example', account: ALICE }
  expect(hasApps({ consents }, session(elsewhere))).toBe(false)
  expect(hasApps({ consents: { grants: [], denials } }, session(ALICE_REF))).toBe(false)
})

test('an answer is confirmed, unless the question was over', () => {
  expect(describeAnswer(QUESTION, 'always', true)).toBe(ends.always('mail-sync'))
  expect(describeAnswer(QUESTION, 'once', false)).toBe(PRESENT_MESSAGES.questionOver)
  expect(describeAnswer(null, 'once', false)).toBe(PRESENT_MESSAGES.questionOver)
})
