// Checks the stored accounts after a stop at any moment of a change.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { Session } from '../../main/oauth/session.js'
import { BOB, openFor, type AccountChange } from './account-changes.js'

/** Checks that each account is whole or not there, and that nothing of the stopped program is left. */
export async function checkAccounts(
  change: AccountChange,
  dataDir: string,
  { isDone = false } = {},
): Promise<void> {
  const { accounts, problems } = await openFor(change, dataDir).readAll()
  expect(problems).toEqual([])
  for (const [sub, states] of Object.entries(change.states)) {
    const found = accounts.filter(({ session }) => session.account.sub === sub)
    expect(found.length, sub).toBeLessThanOrEqual(1)
    const tokens = found[0] === undefined ? null : listTokens(found[0].session)
    expect(isDone ? states.slice(1) : states, sub).toContain(tokens)
  }
  const names = await readdir(dataDir, { recursive: true })
  const known = accounts.map(({ id }) => join('sessions', `${id}.json`))
  const others = ['sessions', join('sessions', 'default.json'), 'session.key']
  expect(names.filter((name) => ![...known, ...others].includes(name))).toEqual([])
  const chosen = await openFor(change, dataDir).readDefault()
  expect([null, BOB.id]).toContain(chosen)
}

function listTokens({ tokens, superseded = [] }: Session): string {
  return [tokens.refreshToken, ...[...superseded].toSorted(inOrder)].join(' ')
}

const inOrder = (one: string, other: string): number => (one < other ? -1 : 1)
