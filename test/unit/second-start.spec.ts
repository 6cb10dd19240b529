// The data that a second start passes on, its effect on the running Latchkey, and the flags for a start at login.

import { expect, test } from '@playwright/test'
import { SECOND_START_MESSAGES } from '../../main/app/app-messages.js'
import {
  answerSecondStart,
  chooseLoginFlags,
  describeLost,
  describeStart,
} from '../../main/app/second-start.js'
import { examineSettings, type SettingsFindings } from '../../main/settings/read.js'

const SECRET = 'a-secret-of-this-client'

function found(args: readonly string[], env: Record<string, string> = {}): SettingsFindings {
  const sources = { platform: 'linux', home: '/home/alice', readFile: () => undefined } as const
  return examineSettings({ ...sources, args, env, lenient: true })
}

const PROVIDER = ['--issuer', 'https://login.example.com', '--client-id', 'app']
const RUNNING = found(PROVIDER).settings

function answer(args: readonly string[], env: Record<string, string> = {}) {
  return answerSecondStart(structuredClone(describeStart(found(args, env), args)), RUNNING)
}

test('a plain second start opens the window', () => {
  expect(answer([])).toEqual({ open: true, signIn: false, message: null })
})

test('a second start at login opens nothing', () => {
  expect(answer(['--autostart'])).toEqual({ open: false, signIn: false, message: null })
})

test('--sign-in begins a sign-in', () => {
  expect(answer(['--sign-in'])).toEqual({ open: true, signIn: true, message: null })
  expect(answer([], { LATCHKEY_SIGN_IN: '1' }).signIn).toBe(true)
})

test('settings that the running Latchkey already has are not mentioned', () => {
  expect(answer(PROVIDER).message).toBeNull()
  expect(
    answer(['--demo-if-unset', '--json', '--data-dir', '/elsewhere', ...PROVIDER]).message,
  ).toBeNull()
})

test('other settings are named by flag or variable, with the remedy', () => {
  expect(answer([...PROVIDER, '--port', '5000']).message).toBe(
    SECOND_START_MESSAGES.ignored(['--port']),
  )
  const { message } = answer([...PROVIDER, '--port=5000', '--end-session'], {
    LATCHKEY_SCOPE: 'openid',
  })
  expect(message).toBe(SECOND_START_MESSAGES.ignored(['LATCHKEY_SCOPE', '--port', '--end-session']))
})

test('no secret is passed on', () => {
  const args = [...PROVIDER, '--sign-in', '--port=5000']
  const handed = describeStart(found(args, { LATCHKEY_CLIENT_SECRET: SECRET }), args)
  expect(found(args, { LATCHKEY_CLIENT_SECRET: SECRET }).settings.clientSecret).not.toBeNull()
  expect(JSON.stringify(handed)).not.toContain(SECRET)
  expect(handed.given.map(({ name }) => name)).not.toContain('clientSecret')
})

for (const data of [
  undefined,
  null,
  {},
  [],
  'sign-in',
  { signIn: 'yes', isAtLogin: false, given: [] },
  { signIn: true, isAtLogin: false },
  { signIn: true, isAtLogin: true, given: [{ name: 'port' }] },
]) {
  test(`invalid data only opens the window: ${JSON.stringify(data)}`, () => {
    expect(answerSecondStart(data, RUNNING)).toEqual({ open: true, signIn: false, message: null })
  })
}

test('unknown settings are ignored', () => {
  const given = [{ name: '__proto__', origin: '--x', value: 1 }]
  expect(answerSecondStart({ signIn: false, isAtLogin: false, given }, RUNNING).message).toBeNull()
})

test('a start at login keeps the data directory and the port, and names the other settings', () => {
  const args = [...PROVIDER, '--data-dir', '/srv/my data', '--port', '5000', '--sign-in', '--json']
  const env = { LATCHKEY_CLIENT_SECRET: SECRET }
  const { flags, lost } = chooseLoginFlags(found(args, env), true)
  expect(flags).toEqual(['--data-dir=/srv/my data', '--port=5000'])
  expect(lost).toEqual(['--issuer', '--client-id', 'LATCHKEY_CLIENT_SECRET'])
  expect(describeLost(lost)).toBe(SECOND_START_MESSAGES.notKeptAtLogin(lost))
  // A start with these flags has the same settings.
  const { dataDir, port } = found(['--autostart', ...flags]).settings
  expect({ dataDir, port }).toEqual({ dataDir: '/srv/my data', port: 5000 })
})

test('a variable is kept as a flag, because a login may not set it', () => {
  const env = { LATCHKEY_DATA_DIR: '/srv/data', LATCHKEY_PORT: '5000' }
  expect(chooseLoginFlags(found([], env), true)).toEqual({
    flags: ['--data-dir=/srv/data', '--port=5000'],
    lost: [],
  })
})

test('macOS can’t keep any, and the message says so', () => {
  expect(chooseLoginFlags(found(['--port', '5000']), false)).toEqual({
    flags: [],
    lost: ['--port'],
  })
})

test('a start without flags names no lost settings', () => {
  expect(chooseLoginFlags(found([]), true)).toEqual({ flags: [], lost: [] })
  expect(describeLost([])).toBeNull()
})
