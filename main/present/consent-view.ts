// What the window shows about programs that ask, and about those that may have tokens.

import type { AccountSession, Model } from '../agent/model.js'
import { printable } from '../base/printable.js'
import type { AskingProgram, ConsentAnswer, ConsentQuestion, Denial } from '../consent/consent.js'
import type { AppView, ConsentQuestionView } from '../ipc.js'
import { formatAccount, type Account } from '../oauth/account.js'
import type { Grant } from '../storage/consent-store.js'
import { isSameOwner } from '../storage/session-owner.js'
import {
  CONSENT_WORDS,
  describeCertainty,
  describeWish,
  explainOnlyOnce,
  listPurposes,
  nameProgram,
  nameStarters,
  showPath,
  titleQuestion,
} from './consent-words.js'
import { PRESENT_MESSAGES } from './present-messages.js'

const { labels, answers } = CONSENT_WORDS

export function toConsentQuestionView(question: ConsentQuestion): ConsentQuestionView {
  const { id, program, canLast, deadlineMs } = question
  const [certainty = '', ...doubts] = describeCertainty(program)
  return {
    id,
    title: titleQuestion(question),
    certainty,
    isUncertain: program.grade === 'uncertain',
    doubts,
    facts: [
      { label: labels.purpose, value: describeWish(question), detail: null },
      ...listAccountFacts(question),
      ...listProgramFacts(program),
    ],
    onlyOnce: explainOnlyOnce(question),
    answers: listAnswers(canLast).map((answer) => ({ answer, label: answers[answer] })),
    untilMs: deadlineMs,
  }
}

function listAnswers(canLast: boolean): readonly ConsentAnswer[] {
  return canLast ? ['once', 'always', 'denied'] : ['once', 'denied']
}

type Fact = ConsentQuestionView['facts'][number]

function listAccountFacts({ account }: ConsentQuestion): readonly Fact[] {
  const value = account === null ? CONSENT_WORDS.nobodySignedIn : formatAccount(account.account)
  return [{ label: labels.account, value, detail: account?.provider ?? null }]
}

function listProgramFacts(program: AskingProgram): readonly Fact[] {
  const { executable, script, pid } = program
  const values: readonly (readonly [label: string, value: string | null])[] = [
    [labels.path, executable && showPath(executable)],
    [labels.script, script && showPath(script)],
    [labels.startedBy, nameStarters(program)],
    [labels.process, pid === null ? null : String(pid)],
  ]
  return values.flatMap(([label, value]) =>
    value === null ? [] : [{ label, value, detail: null }],
  )
}

/** Lists the programs and keys that may have tokens, then those that were denied. */
export function listApps({ consents }: Pick<Model, 'consents'>): readonly AppView[] {
  return [...consents.grants.map(fromGrant), ...consents.denials.map(fromDenial)]
}

function fromGrant(grant: Grant): AppView {
  const { id, kind, account, purposes, allowedAtMs, usedAtMs } = grant
  const isProgram = grant.kind === 'program'
  return {
    id,
    kind,
    name: printable(grant.name),
    path: isProgram ? showPath(grant.executable.path) : null,
    script: isProgram && grant.script ? showPath(grant.script.path) : null,
    account: formatAccount(account),
    purposes: listPurposes(purposes),
    scope: isProgram ? null : grant.scope,
    allowedAtMs,
    usedAtMs,
    changedAtMs: isProgram ? grant.changedAtMs : null,
    untilMs: null,
  }
}

function fromDenial({ id, program, account, untilMs }: Denial): AppView {
  const { executable, script } = program
  return {
    id,
    kind: 'denied',
    name: nameProgram(program),
    path: executable && showPath(executable),
    script: script && showPath(script),
    account: account && formatAccount(account.account),
    purposes: '',
    scope: null,
    allowedAtMs: null,
    usedAtMs: null,
    changedAtMs: null,
    untilMs,
  }
}

/** True if a program or a key may have tokens of this account. */
export function hasApps(
  { consents }: Pick<Model, 'consents'>,
  session: AccountSession & { account: Account },
): boolean {
  return consents.grants.some(
    ({ owner, account }) => isSameOwner(owner, session) && account.sub === session.account.sub,
  )
}

/** Says what came of an answer. `isTaken`: false if the question was over already. */
export function describeAnswer(
  question: ConsentQuestion | null,
  answer: ConsentAnswer,
  isTaken: boolean,
): string {
  if (question === null || !isTaken) return PRESENT_MESSAGES.questionOver
  return CONSENT_WORDS.ends[answer](nameProgram(question.program))
}
