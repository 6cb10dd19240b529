// Typical examples of every state of the window. All texts are the product's own: events go through its
// model, failures come from real errors, and its functions make the messages.

import { diskError } from '../../main/base/errno.js'
import { authorizationUrl } from '../../main/oauth/authorization-url.js'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import type { AuthError } from '../../main/base/errors.js'
import { toResult } from '../../main/agent/results.js'
import type { Account } from '../../main/oauth/account.js'
import { initialModel, type AccountRef, type Event, type Origin } from '../../main/agent/model.js'
import { next } from '../../main/agent/transitions.js'
import {
  DEFAULT_TARGET,
  redirectUriAt,
  registrationAdvice,
} from '../../main/oauth/redirect-target.js'
import { withoutOfflineAccess } from '../../main/oauth/scopes.js'
import { START_MESSAGES } from '../../main/app/app-messages.js'
import type { ProviderView, SettingsView, WindowStatus } from '../../main/ipc.js'
import { missingKeyringMessage, restartAdvice } from '../../main/storage/missing-keyring.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { toWindowStatus, type Surroundings } from '../../main/present/status.js'
import { createSettingsView } from '../../main/settings/form.js'
import { createProviderForm } from '../../main/settings/provider-changes.js'
import { examineSettings, type SettingsFindings, type Sources } from '../../main/settings/read.js'
import { SETTINGS_FILE } from '../../main/settings/layer.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import {
  STORED_SESSION_MESSAGES,
  STORED_SESSION_REASONS,
} from '../../main/storage/stored-session-messages.js'
import { createLinuxAutostart } from '../../main/autostart/linux.js'
import type { ConsentQuestion } from '../../main/consent/consent.js'
import {
  commandOf,
  denialOf,
  grantsOf,
  questionOf,
  toolOf,
  uncertainOf,
} from './consent-examples.js'
import { ALICE, ALICE_REF, BOB, BOB_REF, PROVIDER, ZOE, ZOE_REF } from './account-refs.js'
import { CLIENT_ID, ENDED, ISSUER, FAILURE, UNAVAILABLE, UNREACHABLE } from './window-provider.js'

export type State = WindowStatus['status']['state']

export const NOW_MS = Date.UTC(2026, 10, 22, 12)
const SERVICE_URL = 'http://127.0.0.1:5323'
export const VERSION = '0.1.0'
export { ALICE, BOB, ZOE }

export const inMs = (ms: number): string => new Date(NOW_MS + ms).toISOString()

export function statusIn(
  state: State,
  status: Partial<WindowStatus['status']> = {},
  window: Partial<Omit<WindowStatus, 'status'>> = {},
): WindowStatus {
  return {
    waitingUntilMs: null,
    redirectTarget: null,
    canOpenAgain: false,
    asking: null,
    renewsAtMs: null,
    scope: null,
    storage: { tier: 'keyring', message: null },
    restart: null,
    issuer: ISSUER,
    demo: false,
    serviceUrl: SERVICE_URL,
    serviceMessage: null,
    hasStorageProblem: false,
    messages: [],
    version: VERSION,
    overall: state,
    accounts: [],
    providers: [PROVIDER],
    news: null,
    question: null,
    asksSignOut: false,
    consentQuestion: null,
    apps: [],
    ...window,
    status: { state, account: null, expiresAt: null, reason: null, ...status },
  }
}

const HOME = '/home/alice'
const DATA_DIR = `${HOME}/.config/latchkey`
export const DEFAULTS = examineSettings({
  args: [],
  env: {},
  platform: 'linux',
  home: HOME,
  readFile: () => undefined,
}).settings

export const NO_KEYRING = missingKeyringMessage('none')
export const DISK_FULL = STORED_SESSION_MESSAGES.notStored(
  STORED_SESSION_REASONS.cannotWrite(`${DATA_DIR}/session.json`, diskError({ code: 'ENOSPC' })),
)

const REGISTRATION = registrationAdvice(DEFAULT_TARGET)
const SURROUNDINGS: Surroundings = {
  findScope: () => DEFAULTS.scope,
  storage: { tier: 'keyring', message: null },
  restart: null,
  issuer: ISSUER,
  demo: false,
  serviceUrl: SERVICE_URL,
  serviceMessage: null,
  messages: [],
  version: VERSION,
  asksSignOut: false,
  asksNobody: false,
  registration: REGISTRATION,
  providers: [{ name: PROVIDER, issuer: ISSUER, registration: REGISTRATION }],
}

/** The window's status after these events, by the same functions as in the app. */
function after(events: readonly Event[], surroundings: Partial<Surroundings> = {}): WindowStatus {
  const { issuer } = surroundings
  // The accounts belong to the provider that is configured.
  const adjusted = events.map((event) =>
    'issuer' in event && event.issuer === ISSUER && issuer ? { ...event, issuer } : event,
  )
  return toWindowStatus(adjusted.reduce(next, initialModel), { ...SURROUNDINGS, ...surroundings })
}

/** The window's status after a sign-in. */
export function afterSignIn(
  account: Account,
  surroundings: Partial<Surroundings> = {},
): WindowStatus {
  return after([{ ...restore(), account }], surroundings)
}

/** The storage of a session without a keyring. */
function withoutKeyring(choice: {
  passphrase?: string
  keepWithoutKeyring?: boolean
}): Surroundings['storage'] {
  const { tier, message } = chooseStorage({
    dataDir: DATA_DIR,
    keyring: { message: NO_KEYRING, restartAdvice: restartAdvice('none') },
    passphrase: choice.passphrase ?? null,
    keepWithoutKeyring: choice.keepWithoutKeyring ?? false,
  })
  return { tier, message }
}

const STATE = 'a-state'

const LINK = authorizationUrl(
  { authorizationEndpoint: `${ISSUER}authorize` },
  {
    clientId: CLIENT_ID,
    redirectUri: redirectUriAt(DEFAULT_TARGET, 40_123),
    scope: DEFAULTS.scope,
    state: STATE,
    nonce: 'a-nonce',
    challenge: 'a-challenge',
    audience: null,
    prompt: null,
    loginHint: null,
    maxAgeS: null,
    extra: {},
  },
)

const start = (leftMs: number, origin: Origin = 'tray'): Event => ({
  type: 'sign-in-started',
  state: STATE,
  origin,
  provider: PROVIDER,
  deadlineMs: NOW_MS + leftMs,
})
const signInWaits: readonly Event[] = [
  start(299_000),
  { type: 'link-ready', state: STATE, link: LINK },
]
const answered: readonly Event[] = [...signInWaits, { type: 'callback-answered', state: STATE }]

const { id } = ALICE_REF
const restore = (
  expiresInMs = 3_600_000,
  renewsInMs: number | null = expiresInMs - 60_000,
): Event & { type: 'restored' } => ({
  type: 'restored',
  ...ALICE_REF,
  issuer: ISSUER,
  expiresAtMs: NOW_MS + expiresInMs,
  renewsAtMs: renewsInMs === null ? null : NOW_MS + renewsInMs,
})
const renewalFails = (
  renewal: 'offline' | 'failing',
  { code, message: reason }: AuthError,
  retriesInMs: number,
): readonly Event[] => [
  { type: 'renewal-started', id },
  {
    type: 'renewal-failed',
    id,
    renewal,
    code,
    reason,
    renewsAtMs: NOW_MS + retriesInMs,
    failures: 4,
  },
]
const storageFails = (message: string): Event => ({ type: 'storage-failed', id, message })

/** A second provider, at which others are signed in. */
const OTHER = { provider: 'personal', issuer: 'https://accounts.example.org', clientId: CLIENT_ID }
const WORK = { provider: 'work', issuer: ISSUER }
const TWO_PROVIDERS: Surroundings['providers'] = [
  { name: WORK.provider, issuer: ISSUER, registration: REGISTRATION },
  { name: OTHER.provider, issuer: OTHER.issuer, registration: REGISTRATION },
]
const restoreOther = (ref: AccountRef): Event => ({ ...restore(7_200_000), ...ref, ...OTHER })

/** Three accounts: the first is the default, the second is signed in, the session of the third ended. */
function afterThree(...accounts: readonly [Account, Account, Account]): WindowStatus {
  const [first, second, third] = accounts
  return after(
    [
      { ...restore(), ...WORK, account: first },
      restoreOther({ ...BOB_REF, account: second }),
      { ...restore(), ...ZOE_REF, ...WORK, account: third },
      { type: 'session-ended', id: ZOE_REF.id, reason: ENDED.message },
    ],
    { providers: TWO_PROVIDERS },
  )
}

/** As {@link afterThree}, with names of any length and direction. */
export const withNames = (one: Account, other: Account): WindowStatus => afterThree(one, other, ZOE)

const asks = (question: ConsentQuestion): readonly Event[] => [
  restore(),
  { type: 'consent-asked', question },
]
const HAS_APPS: Event = {
  type: 'consents-changed',
  consents: {
    grants: grantsOf({ ...ALICE_REF, issuer: ISSUER }, NOW_MS),
    denials: [denialOf(ALICE_REF, NOW_MS + 400_000)],
  },
}

/** Apps that ask, beside a session. */
export const QUESTIONS = {
  'app-asks': after(asks(questionOf(ALICE_REF, NOW_MS + 59_000))),
  'uncertain-app-asks': after(asks(uncertainOf(ALICE_REF, NOW_MS + 41_000))),
  'tool-asks': after(asks(toolOf(ALICE_REF, NOW_MS + 21_000))),
  'command-asks': after(asks(commandOf(ALICE_REF, NOW_MS + 52_000))),
}

export const STATES = {
  'no-provider': after([], { issuer: null }),
  'signed-out': after([]),
  starting: after([start(300_000)]),
  waiting: after(signInWaits),
  'no-browser': after([
    ...signInWaits,
    { type: 'sign-in-message-changed', state: STATE, message: SIGN_IN_MESSAGES.noBrowser },
  ]),
  'second-sign-in': after([restore(), ...signInWaits]),
  answered: after(answered),
  exchanging: after([...answered, { type: 'exchange-started', state: STATE }]),
  'signed-in': after([restore()]),
  asking: after([
    restore(),
    start(299_000, 'api'),
    { type: 'link-ready', state: STATE, link: LINK, program: 'mail-sync' },
  ]),
  'ends-soon': after([restore(90_000, null)], {
    findScope: () => withoutOfflineAccess(DEFAULTS.scope),
    storage: withoutKeyring({ passphrase: 'a-passphrase' }),
  }),
  demo: after([restore()], {
    demo: true,
    issuer: 'http://127.0.0.1:40124',
    storage: { tier: 'memory', message: START_MESSAGES.demoSession },
  }),
  'kept-in-memory': after([restore()], {
    storage: withoutKeyring({}),
    restart: { kind: 'sign-in-again', message: PRESENT_MESSAGES.restart.signInAgain },
  }),
  'kept-without-keyring': after([restore()], {
    storage: withoutKeyring({ keepWithoutKeyring: true }),
  }),
  'not-kept': after([restore(), storageFails(DISK_FULL)]),
  offline: after([restore(45_000), ...renewalFails('offline', UNREACHABLE, 12_000)]),
  'renewal-failing': after([restore(-60_000), ...renewalFails('failing', UNAVAILABLE, 80_000)]),
  'needs-sign-in': after([restore(), { type: 'session-ended', id, reason: ENDED.message }]),
  failed: after([...answered, { type: 'sign-in-ended', state: STATE, result: toResult(FAILURE) }]),
  accounts: afterThree(ALICE, BOB, ZOE),
  'accounts-well': after([{ ...restore(), ...WORK }, restoreOther(BOB_REF)], {
    providers: TWO_PROVIDERS,
  }),
  'has-apps': after([restore(), HAS_APPS]),
  'asks-nobody': after([restore()], { asksNobody: true }),
  'other-person': after([
    restore(),
    ...answered,
    { type: 'exchange-started', state: STATE },
    {
      type: 'other-person-asked',
      state: STATE,
      question: { id: 'question', expected: ALICE, got: BOB, deadlineMs: NOW_MS + 59_000 },
    },
  ]),
  'not-restored': after(
    [storageFails(STORED_SESSION_MESSAGES.notOpened(STORED_SESSION_REASONS.keyringMissing))],
    {
      storage: { tier: 'memory', message: missingKeyringMessage('secret-service') },
      restart: {
        kind: 'session-back',
        message: PRESENT_MESSAGES.restart.sessionBack(restartAdvice('secret-service') ?? ''),
      },
    },
  ),
} satisfies Record<string, WindowStatus>

type Given = Partial<Pick<Sources, 'args' | 'env'>>

/** The settings from a file, flags and variables. */
function examine(
  content: Readonly<Record<string, unknown>>,
  { args = [], env = {} }: Given = {},
): SettingsFindings {
  const readFile = () => ({ content, warning: null })
  return examineSettings({ args, env, platform: 'linux', home: HOME, readFile })
}

/** The window's view of settings from a file, flags and variables. */
function viewOfSettings(
  content: Readonly<Record<string, unknown>>,
  given: Given = {},
  startAtLogin: SettingsView['startAtLogin'] = { on: true, changeable: true, message: null },
): SettingsView {
  const findings = examine(content, given)
  return createSettingsView(findings, DEFAULTS, startAtLogin, `${DATA_DIR}/${SETTINGS_FILE}`)
}

const CONTENT = { issuer: ISSUER, clientId: CLIENT_ID }

export const SETTINGS = viewOfSettings(CONTENT)

const SEVERAL = {
  ...CONTENT,
  providers: [
    { name: 'work', issuer: 'https://login.work.example', clientId: 'at-work', redirectPort: 8400 },
    { name: 'עבודה', issuer: 'https://login.example.org', clientId: 'at-the-office' },
    {
      name: 'Wolfeschlegelsteinhausenbergerdorff-Univ',
      issuer: 'https://a-very-long-name-of-a-tenant.login.example.edu/realms/students-and-staff',
      clientId: '4f0e7c58-6a0d-4c2f-9d1c-2f6f6e7b9a10',
    },
  ],
}

/** Several providers: the first from the flat settings, and others from the list. */
export const PROVIDERS = viewOfSettings(SEVERAL)

/** The form of a provider. With null, the form for one more. */
function formOf(name: string | null, accounts: readonly string[], given: Given = {}): ProviderView {
  const form = createProviderForm(name, examine(SEVERAL, given))
  if (form === null) throw new Error(`there is no provider ${name}`)
  return { ...form, defaults: PROVIDERS.defaults, accounts }
}

/** The forms of {@link PROVIDERS} by name, and of one more as ''. */
export const FORMS: Readonly<Record<string, ProviderView>> = {
  '': formOf(null, []),
  ...Object.fromEntries(PROVIDERS.providers.map(({ name }) => [name, formOf(name, [])])),
  work: formOf('work', [ALICE.name, 'Zoe']),
}

/** The form of the first of {@link PROVIDERS}, if a flag sets its issuer. */
export const LOCKED_FORM = formOf(PROVIDERS.providers[0]!.name, [], { args: ['--issuer', ISSUER] })

/** No setting is set. */
export const UNSET = viewOfSettings({})

/** Many settings are locked by flags and variables, and start at login can't be changed. */
export const LOCKED = viewOfSettings(
  CONTENT,
  {
    args: ['--issuer', ISSUER, '--no-notifications'],
    env: {
      LATCHKEY_AUDIENCE: 'https://api.example.com',
      LATCHKEY_KEEP_WITHOUT_KEYRING: 'true',
    },
  },
  createLinuxAutostart({ launch: null, env: {}, home: HOME }).state(),
)
