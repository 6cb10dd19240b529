// The lines that a person at a terminal reads about programs that ask for tokens, and about the list of them.

import type { ConsentEnd, ConsentQuestion } from '../consent/consent.js'
import type { Model } from '../agent/model.js'
import { printable } from '../base/printable.js'
import type { AppView } from '../ipc.js'
import { formatAccount } from '../oauth/account.js'
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
  if (apps.length === 0) return [CONSENT_LINES.noApps]
  const { id, purposes, allowed, used, changed, account, app } = CONSENT_LINES.columns
  // The names come last, because characters differ in width.
  const table = [[id, purposes, allowed, used, changed, account, app], ...apps.map(toAppRow)]
  return [...alignColumns(table).map(printable), CONSENT_LINES.legend]
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

function toAppRow(app: AppView): readonly string[] {
  const { id, purposes, scope, allowedAtMs, usedAtMs, changedAtMs, account, untilMs } = app
  const used = usedAtMs === null ? CONSENT_LINES.never : formatDayAndTime(usedAtMs)
  return [
    id,
    untilMs === null ? (scope ?? purposes) : CONSENT_LINES.deniedUntil(formatTime(untilMs)),
    allowedAtMs === null ? '' : formatDay(allowedAtMs),
    allowedAtMs === null ? '' : used,
    changedAtMs === null ? '' : formatDay(changedAtMs),
    account ?? '',
    nameApp(app),
  ]
}

function nameApp({ kind, name, path, script }: AppView): string {
  if (kind === 'key') return CONSENT_LINES.key(name)
  const file = script ?? path
  return file === null ? name : CONSENT_LINES.app(name, file)
}

function formatDayAndTime(ms: number): string {
  return `${formatDay(ms)} ${formatTime(ms)}`
}

/** Formats a local day as `2027-01-02`. */
function formatDay(ms: number): string {
  const when = new Date(ms)
  return [when.getFullYear(), pad(when.getMonth() + 1), pad(when.getDate())].join('-')
}

/** Formats a local time as `12:34`. */
function formatTime(ms: number): string {
  const when = new Date(ms)
  return `${pad(when.getHours())}:${pad(when.getMinutes())}`
}

function pad(count: number): string {
  return String(count).padStart(2, '0')
}
