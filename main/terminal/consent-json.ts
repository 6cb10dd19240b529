// Makes the JSON lines about programs that ask for tokens. Part of the headless program's contract.

import type {
  AskingProgram,
  ConsentEnd,
  ConsentQuestion,
  ConsentAction,
} from '../consent/consent.js'
import type { Model } from '../agent/model.js'
import {
  toAppEntries,
  toListedAccount,
  type AppEntry,
  type ListedAccount,
} from '../present/app-entries.js'
import type { Purpose } from '../storage/consent-store.js'

type ProgramEntry = Pick<AskingProgram, 'name' | 'executable' | 'script' | 'pid' | 'startedBy'>

/** A program asks. `id`: names the question in `allow` and `deny`. */
export type ConsentLine = {
  event: 'consent'
  id: string
  program: ProgramEntry
  grade: AskingProgram['grade']
  /** Null if nobody is signed in at the provider yet. */
  account: ListedAccount | null
  purpose: Purpose
  /** What the call would do; null if the program wants something for itself. */
  action: ConsentAction | null
}

export type ConsentAnsweredLine = { event: 'consent-answered'; id: string; answer: ConsentEnd }

export type AppsLine = { event: 'apps'; apps: readonly AppEntry[] }

/** The only line with a secret. It is printed once. */
export type KeyLine = { event: 'key'; id: string; name: string; key: string }

export function toConsentLine({
  id,
  program,
  account,
  purpose,
  action,
}: ConsentQuestion): ConsentLine {
  const { name, executable, script, pid, startedBy, grade } = program
  return {
    event: 'consent',
    id,
    program: { name, executable, script, pid, startedBy },
    grade,
    account: toListedAccount(account),
    purpose,
    action,
  }
}

export function toConsentAnsweredLine(
  { id }: ConsentQuestion,
  answer: ConsentEnd,
): ConsentAnsweredLine {
  return { event: 'consent-answered', id, answer }
}

export function toAppsLine(model: Pick<Model, 'consents' | 'accounts'>): AppsLine {
  return { event: 'apps', apps: toAppEntries(model) }
}
