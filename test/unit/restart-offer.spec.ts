// How Latchkey restarts, and when a person is offered a restart.

import { expect, test } from '@playwright/test'
import { initialModel, type Event, type Model } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import { restartAdvice, type MissingKeyring } from '../../main/storage/missing-keyring.js'
import { createMenu } from '../../main/present/menu.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { offerRestart } from '../../main/present/restart-offer.js'
import { makeRestart } from '../../main/app/restart-command.js'
import { createMemoryAccounts } from '../../main/storage/memory-accounts.js'
import type { Storage } from '../../main/storage/choose-storage.js'
import { ALICE_REF, BOB_REF, PROVIDER } from '../support/account-refs.js'

const HERE = {
  execPath: '/opt/Latchkey/latchkey',
  appPath: '/opt/Latchkey/resources/app.asar',
  isPackaged: true,
  env: {},
}

test('a restart has the arguments of this start, without those of a start at login', () => {
  const given = ['--no-sandbox', '--autostart', '--data-dir=/srv/my data', '--port', '0', '--', 'x']
  expect(makeRestart(HERE, [HERE.execPath, ...given])).toEqual({
    program: HERE.execPath,
    args: given.filter((arg) => arg !== '--autostart'),
  })
})

test('arguments that the system added are not passed on', () => {
  for (const arg of ['-psn_0_12345', '-ToastActivated', '-Embedding', '-NSDocumentRevisions']) {
    expect(makeRestart(HERE, ['', arg, '--sign-in'])?.args).toEqual(['--sign-in'])
  }
})

test('from the source tree, the app’s folder stays in the arguments once', () => {
  const tree = { ...HERE, execPath: '/src/electron', appPath: '/src', isPackaged: false }
  expect(makeRestart(tree, ['', '--no-sandbox', '/src', '--demo-if-unset'])).toEqual({
    program: '/src/electron',
    args: ['--no-sandbox', '/src', '--demo-if-unset'],
  })
})

test('there is no restart if the AppImage is gone', () => {
  const env = { APPIMAGE: '/gone', APPDIR: '/tmp/.mount_x' }
  expect(makeRestart({ ...HERE, execPath: '/tmp/.mount_x/latchkey', env }, [''])).toBeNull()
})

for (const [reason, helps] of Object.entries({
  'turned-off': false,
  none: true,
  'secret-service': true,
  kwallet: true,
  keychain: true,
  dpapi: false,
} satisfies Record<MissingKeyring, boolean>)) {
  test(`if the keyring is missing (${reason}), a restart ${helps ? 'helps' : 'does not help'}`, () => {
    const advice = restartAdvice(reason as MissingKeyring)
    expect(advice !== null).toBe(helps)
    if (advice !== null) expect(advice).toContain('estart Latchkey')
  })
}

const ADVICE = 'Unlock it and restart Latchkey'
const started: Event = {
  type: 'sign-in-started',
  state: 's',
  origin: 'tray',
  provider: PROVIDER,
  deadlineMs: 1,
}
const signedIn: Event = {
  type: 'signed-in',
  state: 's',
  ...ALICE_REF,
  expiresAtMs: null,
  renewsAtMs: null,
}
const bobSignedIn: Event = { ...signedIn, ...BOB_REF }
const failed: Event = {
  type: 'sign-in-ended',
  state: 's',
  result: { kind: 'failed', code: 'invalid-grant', reason: 'No.' },
}
const ended: Event = { type: 'session-ended', id: ALICE_REF.id, reason: 'It is over.' }
const appAsks: Event = {
  type: 'sign-in-started',
  state: 'a',
  origin: 'api',
  provider: PROVIDER,
  deadlineMs: 1,
}
const SESSION_BACK = {
  kind: 'session-back',
  message: PRESENT_MESSAGES.restart.sessionBack(ADVICE),
}

type Stored = Parameters<typeof offerRestart>[1]
const locked = (tier: Storage['tier'], restartAdvice: string | null = ADVICE): Stored => ({
  accountStore: { ...createMemoryAccounts(), isLocked: () => true },
  tier,
  restartAdvice,
})
const open = (tier: Storage['tier'], restartAdvice: string | null = ADVICE): Stored => ({
  ...locked(tier, restartAdvice),
  accountStore: createMemoryAccounts(),
})
const AGAIN = { kind: 'sign-in-again', message: PRESENT_MESSAGES.restart.signInAgain }

for (const [what, events, storage, offer] of [
  ['a session that waits for the keyring', [], locked('memory'), SESSION_BACK],
  ['a session that waits, with a passphrase', [], locked('passphrase'), SESSION_BACK],
  [
    'a session that waits, after a failed sign-in',
    [started, failed],
    locked('memory'),
    SESSION_BACK,
  ],
  ['a session that waits, if a restart does not help', [], locked('memory', null), null],
  ['nobody, and nothing stored', [], open('memory'), null],
  ['a sign-in under way', [started], locked('memory'), null],
  ['an app’s sign-in under way', [appAsks], locked('memory'), null],
  ['a session in memory', [started, signedIn], open('memory'), AGAIN],
  [
    'a session in memory, with a second sign-in',
    [started, signedIn, started],
    open('memory'),
    null,
  ],
  [
    'a session in memory, if a restart does not help',
    [started, signedIn],
    open('memory', null),
    null,
  ],
  ['a session in memory that has ended', [started, signedIn, ended], open('memory'), null],
  [
    'two sessions in memory, one of which has ended',
    [started, signedIn, started, bobSignedIn, ended],
    open('memory'),
    AGAIN,
  ],
  ['a session under a passphrase', [started, signedIn], open('passphrase'), null],
  ['a session in the keyring', [started, signedIn], open('keyring'), null],
] satisfies [string, Event[], Stored, object | null][]) {
  test(`${what}: ${offer === null ? 'no restart is offered' : `a restart (${offer.kind})`}`, () => {
    const model: Model = events.reduce(next, initialModel)
    const found = offerRestart(model, storage)
    expect(found).toEqual(offer)
    // A menu cannot warn that a session ends.
    const startAtLogin = { on: false, changeable: true }
    const items = createMenu(model, { startAtLogin, restart: found, providers: [PROVIDER] })
    const labels = items.map((item) => (item.kind === 'separator' ? '' : item.label))
    expect(labels.includes('Restart Latchkey')).toBe(offer === SESSION_BACK)
  })
}
