// The lines that a person at a terminal reads about programs that ask for tokens, and about the list of them.

import type { ConsentEnd, ConsentQuestion } from '../consent/consent.js'
import type { Model } from '../agent/model.js'
import { printable } from '../base/printable.js'
import { formatAccount } from '../oauth/account.js'
import { formatAppTable } from '../present/app-table.js'
import { listApps } from '../present/consent-view.js'
import {
  CONSENT_WORDS,
  describeCertainty,
  describeWish,
  explainOnlyOnce,
  nameProgram,
  nameStarters,
  showPath,
  titleQuestion,
} from '../present/consent-words.js'
import { PRESENT_MESSAGES } from '../present/present-messages.js'
import { alignColumns } from '../base/align-columns.js'
import type { NewKey } from './terminal.js'
import { CONSENT_LINES } from './terminal-messages.js'
import { formatTimeLeft } from './time-left.js'

/** Asks the person about a program. Programs choose their names and paths, so all text is made printable. */
export function describeConsentQuestion(
  question: ConsentQuestion,
  nowMs: number,
): readonly string[] {
  const { program } = question
  const { labels } = CONSENT_WORDS
  const onlyOnce = explainOnlyOnce(question)
  const facts = alignColumns([
    ...toRow(labels.path, program.executable && showPath(program.executable)),
    ...toRow(labels.script, program.script && showPath(program.script)),
    ...toRow(labels.process, program.pid?.toString() ?? null),
    ...toRow(labels.startedBy, nameStarters(program)),
    ...toRow(labels.account, nameAccount(question)),
    ...toRow(labels.purpose, describeWish(question)),
  ])
  const remarks = [...describeCertainty(program), ...(onlyOnce === null ? [] : [onlyOnce])]
  return [
    '',
    CONSENT_LINES.title(titleQuestion(question)),
    ...[...facts, ...remarks].map((line) => `  ${line}`),
    describeChoice(question, nowMs),
    '',
  ]
}

/** Reminds the person of the question that waits; nothing if none waits. */
export function describeWaitingConsent(
  { consentQuestion: question }: Pick<Model, 'consentQuestion'>,
  nowMs: number,
): readonly string[] {
  if (question === null) return []
  return [CONSENT_LINES.title(titleQuestion(question)), describeChoice(question, nowMs)]
}

/** Says how a question ended. */
export function describeConsentEnd({ program }: ConsentQuestion, end: ConsentEnd): string {
  return CONSENT_WORDS.ends[end](nameProgram(program))
}

/** The answer to `apps`: a table of the apps and keys that were allowed, and of the apps that were denied. */
export function formatApps(model: Pick<Model, 'consents'>): readonly string[] {
  const apps = listApps(model)
  return [...formatAppTable(apps), ...(apps.length === 0 ? [] : [CONSENT_LINES.legend])]
}

/** Shows a new key on a line of its own, to copy. */
export function describeKey({ name, key, scope }: Omit<NewKey, 'id'>): readonly string[] {
  const { newKey, keyGives, howToSend } = CONSENT_LINES
  const gives = keyGives(scope === null ? null : printable(scope).split(' '))
  return ['', newKey(name), '', key, '', gives, howToSend, '']
}

function describeChoice({ id, canLast, deadlineMs }: ConsentQuestion, nowMs: number): string {
  const timeLeft = formatTimeLeft(deadlineMs - nowMs)
  return canLast ? CONSENT_LINES.choose(id, timeLeft) : CONSENT_LINES.chooseOnce(id, timeLeft)
}

function toRow(label: string, value: string | null): readonly (readonly string[])[] {
  return value === null ? [] : [[label, value]]
}

function nameAccount({ account }: Pick<ConsentQuestion, 'account'>): string {
  if (account === null) return CONSENT_WORDS.nobodySignedIn
  return printable(PRESENT_MESSAGES.personAt(formatAccount(account.account), account.provider))
}
