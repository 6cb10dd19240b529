// Every state that the window can be told of, as an ordinary moment of it.

import { DEFAULT_TARGET, registrationAdvice } from '../main/auth/redirect.js'
import { NO_BROWSER } from '../main/auth/agent.js'
import { DEMO_NOTE } from '../main/compose.js'
import { keyringNote, restartAdvice } from '../main/keyring-note.js'
import { sessionBack, SIGN_IN_AGAIN } from '../main/present/restart.js'
import { KEPT_WITHOUT_KEYRING, MISSING_KEY, unreadable } from '../main/vault.js'
import type { SettingsView, WindowStatus } from '../main/ipc.js'

export type State = WindowStatus['status']['state']

export const NOW_MS = Date.UTC(2026, 10, 22, 12)
export const ALICE = { name: 'Alice Adams', email: 'alice@example.com', sub: 'alice' }

export const inMs = (ms: number): string => new Date(NOW_MS + ms).toISOString()

export function statusIn(
  state: State,
  status: Partial<WindowStatus['status']> = {},
  window: Partial<Omit<WindowStatus, 'status'>> = {},
): WindowStatus {
  return {
    waitingUntilMs: null,
    wayBack: null,
    canOpenAgain: false,
    asking: null,
    renewsAtMs: null,
    scope: null,
    storage: { tier: 'keyring', note: null },
    restart: null,
    issuer: 'https://login.example.com/tenant/',
    demo: false,
    serviceUrl: 'http://127.0.0.1:5323',
    serviceNote: null,
    notices: [],
    version: '0.1.0',
    ...window,
    status: { state, account: null, expiresAt: null, reason: null, ...status },
  }
}

const SESSION = { account: ALICE, expiresAt: inMs(3_600_000) }
const RENEWAL = { renewsAtMs: NOW_MS + 3_540_000, scope: 'openid profile email offline_access' }

const UNREACHABLE =
  'The provider at login.example.com could not be reached while reading the provider’s metadata: ' +
  'the name could not be resolved. Check your network and the issuer setting, then try again.'
export const NO_KEYRING = keyringNote('none')
export const DISK_FULL =
  'The session could not be kept on this computer: /home/alice/.config/latchkey/session.json ' +
  'cannot be written (the disk is full, ENOSPC). It lasts until Latchkey is closed.'

export const STATES = {
  'no-provider': statusIn('signed-out', {}, { issuer: null }),
  'signed-out': statusIn('signed-out'),
  starting: statusIn('waiting', {}, { waitingUntilMs: NOW_MS + 300_000 }),
  waiting: statusIn(
    'waiting',
    {},
    {
      waitingUntilMs: NOW_MS + 299_000,
      canOpenAgain: true,
      wayBack: {
        redirectUri: 'http://127.0.0.1:40123/callback',
        registration: registrationAdvice(DEFAULT_TARGET),
      },
    },
  ),
  'no-browser': statusIn(
    'waiting',
    { reason: NO_BROWSER },
    { waitingUntilMs: NOW_MS + 299_000, canOpenAgain: true },
  ),
  'second-sign-in': statusIn(
    'waiting',
    { account: ALICE },
    { waitingUntilMs: NOW_MS + 299_000, canOpenAgain: true },
  ),
  answered: statusIn('answered'),
  exchanging: statusIn('exchanging'),
  'signed-in': statusIn('signed-in', SESSION, RENEWAL),
  asking: statusIn('signed-in', SESSION, {
    ...RENEWAL,
    wayBack: {
      redirectUri: 'http://127.0.0.1:40124/callback',
      registration: registrationAdvice(DEFAULT_TARGET),
    },
    asking: {
      words: 'An app asks you to sign in: mail-sync',
      untilMs: NOW_MS + 299_000,
      reason: null,
    },
  }),
  'ends-soon': statusIn(
    'signed-in',
    { account: ALICE, expiresAt: inMs(90_000) },
    { scope: 'openid profile email', storage: { tier: 'passphrase', note: null } },
  ),
  demo: statusIn('signed-in', SESSION, {
    ...RENEWAL,
    demo: true,
    issuer: 'http://127.0.0.1:40124',
    storage: { tier: 'memory', note: DEMO_NOTE },
  }),
  'kept-in-memory': statusIn('signed-in', SESSION, {
    ...RENEWAL,
    storage: { tier: 'memory', note: NO_KEYRING },
    restart: { kind: 'sign-in-again', message: SIGN_IN_AGAIN },
  }),
  'kept-without-keyring': statusIn('signed-in', SESSION, {
    ...RENEWAL,
    storage: {
      tier: 'key-file',
      note: KEPT_WITHOUT_KEYRING,
    },
  }),
  'not-kept': statusIn('signed-in', { ...SESSION, reason: DISK_FULL }, RENEWAL),
  offline: statusIn(
    'offline',
    { account: ALICE, expiresAt: inMs(45_000), reason: UNREACHABLE },
    { ...RENEWAL, renewsAtMs: NOW_MS + 12_000 },
  ),
  'renewal-failing': statusIn(
    'renewal-failing',
    {
      account: ALICE,
      expiresAt: inMs(-60_000),
      reason: 'The provider answered 503 while renewing the session. Try again later.',
    },
    { ...RENEWAL, renewsAtMs: NOW_MS + 80_000 },
  ),
  'needs-sign-in': statusIn('needs-sign-in', {
    account: ALICE,
    reason: 'The provider has ended your session. Sign in again.',
  }),
  failed: statusIn('failed', {
    reason: 'You refused at the provider, or it refused you: "access_denied".',
  }),
  'not-restored': statusIn(
    'signed-out',
    { reason: unreadable(MISSING_KEY.keyring).message },
    {
      storage: { tier: 'memory', note: keyringNote('secret-service') },
      restart: sessionBack(restartAdvice('secret-service') ?? ''),
    },
  ),
} satisfies Record<string, WindowStatus>

const open = <Value>(value: Value): { value: Value; lockedBy: null } => ({ value, lockedBy: null })

export const SETTINGS: SettingsView = {
  fields: {
    issuer: open('https://login.example.com/tenant/'),
    clientId: open('latchkey-desktop'),
    clientSecret: open(''),
    scope: open('openid profile email offline_access'),
    audience: open(''),
    redirectPort: open(''),
    redirectHost: open('127.0.0.1'),
    redirectPath: open('/callback'),
    prompt: open(''),
    authorizationParameters: open(''),
    notifications: open(true),
    endSession: open(false),
    keepWithoutKeyring: open(false),
  },
  defaults: {
    scope: 'openid profile email offline_access',
    redirectHost: '127.0.0.1',
    redirectPath: '/callback',
  },
  startAtLogin: { on: true, changeable: true, note: null },
  file: '/home/alice/.config/latchkey/settings.json',
}

/** Nothing is set. */
export const UNSET: SettingsView = {
  ...SETTINGS,
  fields: { ...SETTINGS.fields, issuer: open(''), clientId: open('') },
}

/** Much is set by flags and variables, and cannot be changed in the window. */
export const LOCKED: SettingsView = {
  ...SETTINGS,
  fields: {
    ...SETTINGS.fields,
    issuer: { value: 'https://login.example.com/tenant/', lockedBy: '--issuer' },
    audience: { value: 'https://api.example.com', lockedBy: 'LATCHKEY_AUDIENCE' },
    notifications: { value: false, lockedBy: '--no-notifications' },
    keepWithoutKeyring: { value: true, lockedBy: 'LATCHKEY_KEEP_WITHOUT_KEYRING' },
  },
  startAtLogin: {
    on: false,
    changeable: false,
    note: 'Your system has turned this off: /etc/xdg/autostart/latchkey.desktop hides it.',
  },
}

export const REPORT = `Latchkey 0.1.0, Node 24.21.0, linux x64
Settings: /home/alice/.config/latchkey/settings.json
  issuer        https://login.example.com/tenant/ (settings.json)
  clientId      latchkey-desktop (settings.json)
  scope         openid profile email offline_access (default)
Provider: answers, supports PKCE with S256
Session: signed in, kept in the system's keyring
Service: http://127.0.0.1:5323
Clock: 0.4 s behind the provider's
Log, last lines:
  12:00:00 info  The tray app is running.
  12:00:01 info  The session was restored.
  12:00:01 info  The session is renewed at 12:59.
`
