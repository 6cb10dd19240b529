// The table of the apps and keys that were allowed, and of the apps that were denied, for people at a terminal.

import { alignColumns } from '../base/align-columns.js'
import { printable } from '../base/printable.js'
import type { AppView } from '../ipc.js'
import { formatAccount } from '../oauth/account.js'
import type { AppEntry } from './app-entries.js'
import { CONSENT_WORDS, listPurposes, showPath } from './consent-words.js'

const { appList } = CONSENT_WORDS

/** Formats the table, in local time. All text is printable. Without apps, it is one sentence. */
export function formatAppTable(apps: readonly AppView[]): readonly string[] {
  if (apps.length === 0) return [appList.none]
  const { id, purposes, allowed, used, changed, account, app } = appList.columns
  // The names come last, because characters differ in width.
  const table = [[id, purposes, allowed, used, changed, account, app], ...apps.map(toRow)]
  return alignColumns(table).map(printable)
}

/** Views an entry of the API, which a Latchkey of another version may have written. */
export function viewEntry(entry: AppEntry): AppView {
  const { id, kind, name, executable, script, account, purposes, scope } = entry
  return {
    id,
    kind,
    name: (name && printable(name).trim()) || CONSENT_WORDS.unknownApp,
    path: executable && showPath(executable),
    script: script && showPath(script),
    account: account && formatAccount(account),
    purposes: listPurposes(purposes),
    scope,
    allowedAtMs: toMs(entry.allowedAt),
    usedAtMs: toMs(entry.lastUsedAt),
    changedAtMs: toMs(entry.changedAt),
    untilMs: toMs(entry.deniedUntil),
  }
}

function toMs(time: string | null): number | null {
  return time === null ? null : Date.parse(time)
}

function toRow(app: AppView): readonly string[] {
  const { id, purposes, scope, allowedAtMs, usedAtMs, changedAtMs, account, untilMs } = app
  const used = usedAtMs === null ? appList.never : formatDayAndTime(usedAtMs)
  return [
    id,
    untilMs === null ? (scope ?? purposes) : appList.deniedUntil(formatTime(untilMs)),
    allowedAtMs === null ? '' : formatDay(allowedAtMs),
    allowedAtMs === null ? '' : used,
    changedAtMs === null ? '' : formatDay(changedAtMs),
    account ?? '',
    nameApp(app),
  ]
}

function nameApp({ kind, name, path, script }: AppView): string {
  if (kind === 'key') return appList.key(name)
  const file = script ?? path
  return file === null ? name : appList.app(name, file)
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
