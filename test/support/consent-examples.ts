// Typical programs that ask, and programs and keys that may have tokens.

import type { ConsentQuestion, Denial } from '../../main/consent/consent.js'
import type { AccountRef } from '../../main/agent/model.js'
import type { Grant } from '../../main/storage/consent-store.js'
import { ALICE_REF } from './account-refs.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A program that the system names. */
export function questionOf(
  { id, provider, account }: AccountRef,
  deadlineMs: number,
): ConsentQuestion {
  return {
    id: 'question1',
    program: {
      name: 'mail-sync',
      executable: '/usr/bin/node',
      script: '/home/alice/mail-sync/main.js',
      pid: 4711,
      startedBy: ['systemd'],
      grade: 'seen',
      doubts: [],
    },
    account: { id, provider, account },
    purpose: 'token',
    action: null,
    canLast: true,
    deadlineMs,
  }
}

/** A program that may be another one. */
export function uncertainOf(ref: AccountRef, deadlineMs: number): ConsentQuestion {
  const seen = questionOf(ref, deadlineMs)
  return {
    ...seen,
    id: 'question2',
    program: {
      ...seen.program,
      script: null,
      startedBy: ['sh', 'code', 'gnome-shell'],
      grade: 'uncertain',
      doubts: ['no-script', 'environment'],
    },
    purpose: 'id-token',
    canLast: false,
  }
}

/** A tool, for which only a key lasts. */
export function toolOf(ref: AccountRef, deadlineMs: number): ConsentQuestion {
  const seen = questionOf(ref, deadlineMs)
  return {
    ...seen,
    id: 'question3',
    program: {
      ...seen.program,
      name: 'curl',
      executable: '/usr/bin/curl',
      script: null,
      startedBy: ['bash', 'gnome-terminal'],
    },
    purpose: 'identity',
    canLast: false,
  }
}

/** The command line, which is asked to make a key. */
export function commandOf(ref: AccountRef, deadlineMs: number): ConsentQuestion {
  const seen = questionOf(ref, deadlineMs)
  return {
    ...seen,
    id: 'question4',
    program: {
      ...seen.program,
      name: 'latchkey',
      executable: '/opt/Latchkey/latchkey',
      script: null,
      startedBy: ['bash', 'gnome-terminal', 'gnome-shell'],
    },
    purpose: 'manage',
    action: { kind: 'make-key', name: 'nightly backup', scope: 'openid files:read' },
    canLast: false,
  }
}

/** Two programs, one with a changed file, and a key. */
export function grantsOf({ issuer, clientId, account }: AccountRef, nowMs: number): Grant[] {
  const common = { owner: { issuer, clientId }, account }
  return [
    {
      ...common,
      id: 'grant234',
      kind: 'program',
      name: 'mail-sync',
      uid: 1000,
      executable: { path: '/usr/bin/node', file: '1 2 3' },
      script: { path: '/home/alice/mail-sync/main.js', file: '1 3 4' },
      purposes: ['token', 'identity'],
      allowedAtMs: nowMs - 9 * DAY_MS,
      usedAtMs: nowMs - HOUR_MS,
      changedAtMs: nowMs - DAY_MS,
    },
    {
      ...common,
      id: 'grant567',
      kind: 'program',
      name: 'calendar',
      uid: 1000,
      executable: { path: '/opt/calendar/calendar', file: '1 4 5' },
      script: null,
      purposes: ['id-token'],
      allowedAtMs: nowMs - 2 * HOUR_MS,
      usedAtMs: null,
      changedAtMs: null,
    },
    {
      ...common,
      id: 'key23456',
      kind: 'key',
      name: 'nightly backup',
      hash: 'canary-hash',
      scope: 'openid files:read',
      purposes: ['token', 'identity'],
      allowedAtMs: nowMs - 3 * DAY_MS,
      usedAtMs: nowMs - 2 * HOUR_MS,
    },
  ]
}

/** A program that was denied. */
export function denialOf(ref: AccountRef, untilMs: number): Denial {
  const { program, account } = toolOf(ref, untilMs)
  return { id: 'denied23', program, account, untilMs }
}

export const QUESTION = questionOf(ALICE_REF, 60_000)
