// The JSON lines about each sign-in under way.

import { expect, test } from '@playwright/test'
import { initialModel, type Event } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import { createSignInLines, type SignInLine } from '../../main/present/sign-in-lines.js'
import { ALICE_REF, PROVIDER } from '../support/account-refs.js'

const start = (state: string, origin: 'tray' | 'api'): Event => ({
  type: 'sign-in-started',
  state,
  origin,
  provider: PROVIDER,
  deadlineMs: 1,
})
const link = (state: string, program?: string): Event => ({
  type: 'link-ready',
  state,
  link: `https://provider.example/?state=${state}`,
  ...(program !== undefined && { program }),
})
const end = (state: string, kind: 'cancelled' | 'expired'): Event => ({
  type: 'sign-in-ended',
  state,
  result: kind === 'cancelled' ? { kind } : { kind, reason: 'Nobody came.' },
})
const signedIn = (state: string): Event => ({
  type: 'signed-in',
  state,
  ...ALICE_REF,
  expiresAtMs: null,
  renewsAtMs: null,
})
const own = (id: number, state: SignInLine['state']): SignInLine => ({
  event: 'sign-in',
  id,
  origin: 'tray',
  state,
  program: null,
})
const apps = (id: number, state: SignInLine['state'], program: string | null): SignInLine => ({
  event: 'sign-in',
  id,
  origin: 'api',
  state,
  program,
})

const STORIES: Record<string, [Event[], SignInLine[]]> = {
  'one from its link to its session': [
    [
      start('s', 'tray'),
      link('s'),
      link('s'),
      { type: 'exchange-started', state: 's' },
      signedIn('s'),
    ],
    [own(1, 'waiting'), own(1, 'exchanging'), own(1, 'signed-in')],
  ],
  'one that comes to no link': [[start('s', 'tray'), end('s', 'cancelled')], []],
  'one that makes way for another': [
    [start('s', 'tray'), link('s'), start('t', 'tray'), link('t')],
    [own(1, 'waiting'), own(1, 'cancelled'), own(2, 'waiting')],
  ],
  'an app’s beside a session': [
    [start('s', 'tray'), link('s'), signedIn('s'), start('a', 'api'), link('a', 'mail')],
    [own(1, 'waiting'), own(1, 'signed-in'), apps(2, 'waiting', 'mail')],
  ],
  'an app’s that hangs up, waits again and is too late': [
    [
      start('a', 'api'),
      link('a', 'mail'),
      { type: 'sign-in-abandoned', state: 'a' },
      { type: 'sign-in-resumed', state: 'a' },
      { type: 'callback-answered', state: 'a' },
      end('a', 'expired'),
    ],
    (['waiting', 'abandoned', 'waiting', 'answered', 'expired'] as const).map((state) =>
      apps(1, state, 'mail'),
    ),
  ],
  'two at once': [
    [start('a', 'api'), start('b', 'api'), link('b'), link('a', 'mail'), end('b', 'cancelled')],
    [apps(1, 'waiting', null), apps(2, 'waiting', 'mail'), apps(1, 'cancelled', null)],
  ],
}
for (const [story, [events, lines]] of Object.entries(STORIES)) {
  test(`the lines for ${story}`, () => {
    const linesFor = createSignInLines()
    let model = initialModel
    const told = events.flatMap((event) => {
      model = next(model, event)
      return linesFor(model, event)
    })
    expect(told).toEqual(lines)
  })
}

test('a sign-in that began before the first call gets its line at once', () => {
  const model = [start('a', 'api'), link('a', 'mail')].reduce(next, initialModel)
  expect(createSignInLines()(model, null)).toEqual([apps(1, 'waiting', 'mail')])
})
