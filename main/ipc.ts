// The contract between the main process and the window: types only. It imports nothing, so that any
// folder may import it.

/** The state in one word. */
export type StatusState =
  | 'signed-out'
  | 'waiting'
  | 'answered'
  | 'exchanging'
  | 'signed-in'
  | 'offline'
  | 'renewal-failing'
  | 'needs-sign-in'
  | 'failed'

/** The status for people and programs. Part of the command line's contract: members are only added. */
export type Status = {
  state: StatusState
  /** The person who is signed in, or was until the session ended. */
  account: { sub: string; name: string; email: string } | null
  /** When the session expires, as RFC 3339; null if that isn't known. */
  expiresAt: string | null
  /** A message for a person: the event and advice. */
  reason: string | null
}

/** A restart would find a keyring that was missing or locked. */
export type RestartOffer = {
  /** `session-back`: nothing is lost. `sign-in-again`: the session is only in memory and ends with it. */
  kind: 'session-back' | 'sign-in-again'
  /** A message for a person: advice, or the effect. */
  message: string
}

/** The state of one account. */
export type AccountState = Extract<
  StatusState,
  'signed-in' | 'offline' | 'renewal-failing' | 'needs-sign-in'
>

/** One account in the window. It never holds a token. */
export type AccountView = {
  id: string
  /** True if callers that name no account get this one. */
  isDefault: boolean
  name: string
  email: string
  /** The name of its provider in the settings. */
  provider: string
  issuer: string
  state: AccountState
  /** A message for a person about the state; null if there is nothing to say. */
  reason: string | null
  /** When the session expires, and when it is renewed next, in milliseconds since the epoch. */
  expiresAtMs: number | null
  renewsAtMs: number | null
  /** The granted scopes, separated by spaces. Null if the session has ended. */
  scope: string | null
  /** True if the stored session may differ from the one in memory. `reason` says why. */
  hasStorageProblem: boolean
  /** True if a program or a key may have its tokens. */
  hasApps: boolean
}

/** Whether to keep the session of someone else than a sign-in was for. */
export type PersonQuestion = {
  id: string
  text: string
  /** When the session is discarded, in milliseconds since the epoch. */
  untilMs: number
}

/** A row of a label and a value. */
export type Fact = { label: string; value: string; detail: string | null }

/** The answers that a person has for a program that asks. */
export type ConsentAnswerName = 'once' | 'always' | 'denied'

/** What the person is asked about a program. All texts are for a person, and printable. */
export type ConsentQuestionView = {
  id: string
  title: string
  /** How sure Latchkey is, and why it is not: one sentence each. */
  certainty: string
  isUncertain: boolean
  doubts: readonly string[]
  /** What it wants, for which account, and which program it is. */
  facts: readonly Fact[]
  /** Why it can be allowed only once, and what to do; null if it can be allowed for longer. */
  onlyOnce: string | null
  answers: readonly { answer: ConsentAnswerName; label: string }[]
  /** When the wait ends, in milliseconds since the epoch. */
  untilMs: number
}

/** A program or a key that may have tokens, or a program that was denied. */
export type AppView = {
  id: string
  kind: 'program' | 'key' | 'denied'
  name: string
  path: string | null
  /** The script that the program says it is. */
  script: string | null
  /** Whose tokens it gets; null if nobody was signed in when it was denied. */
  account: string | null
  /** What it may have, in words. Empty if it was denied. */
  purposes: string
  /** The most that the tokens of a key may be for; null if it has no such limit. */
  scope: string | null
  /** In milliseconds since the epoch; null if there is no such time. */
  allowedAtMs: number | null
  usedAtMs: number | null
  /** When its file was first seen changed. */
  changedAtMs: number | null
  /** Until when it is denied without a question. */
  untilMs: number | null
}

/** What the menu and the window do with one account, provider or question. */
export type AccountCommand =
  | { kind: 'sign-in-account' | 'sign-out-account' | 'make-default'; id: string }
  /** Signs an account out, and forgets the apps that may have its tokens. */
  | { kind: 'sign-out-and-forget'; id: string }
  | { kind: 'sign-in-provider'; name: string }
  | { kind: 'decide-person'; id: string; keeps: boolean }

/** Everything that the window shows. It never holds a token, code, verifier, state or link. */
export type WindowStatus = {
  status: Status
  /** The state of all accounts together. */
  overall: StatusState
  /** Every account, in the order in which they were added. */
  accounts: readonly AccountView[]
  /** The names of the configured providers. */
  providers: readonly string[]
  /** News that belongs to no account. Null if there is none. */
  news: string | null
  /** Null if no sign-in asks. */
  question: PersonQuestion | null
  /** What the person is asked about a program. Null if no program waits for an answer. */
  consentQuestion: ConsentQuestionView | null
  /** The programs and keys that may have tokens, and those that were denied. */
  apps: readonly AppView[]
  /** True while the person is asked whether to sign out everywhere. */
  asksSignOut: boolean
  /** When the wait for the browser ends, in milliseconds since the epoch. Null if no sign-in waits. */
  waitingUntilMs: number | null
  /**
   * Where the provider sends the browser of the current sign-in, and the URIs to register there. Also set
   * for an app's sign-in beside a session. Null if no sign-in waits.
   */
  redirectTarget: { redirectUri: string; registration: string } | null
  /** True while the link can be opened again. */
  canOpenAgain: boolean
  /** An app's sign-in that waits beside a session, and its end as above. Null if none waits. */
  asking: { words: string; untilMs: number; reason: string | null } | null
  /** When the session is renewed next, in milliseconds since the epoch. Null if it isn't renewed. */
  renewsAtMs: number | null
  /** The granted scopes, separated by spaces. Null if no user is signed in. */
  scope: string | null
  /** The protection of the stored session, and why there is no better one. */
  storage: { tier: 'keyring' | 'passphrase' | 'key-file' | 'memory'; message: string | null }
  /** True if the stored session may differ from the one in memory. `status.reason` says why. */
  hasStorageProblem: boolean
  /** Null if a restart wouldn't help. */
  restart: RestartOffer | null
  /** The provider's issuer; null if none is set. */
  issuer: string | null
  /** True if the provider is the embedded demo. */
  demo: boolean
  /** The address of the local service. */
  serviceUrl: string
  /** Why the service isn't at its usual address; null if it is. */
  serviceMessage: string | null
  /** Messages for a person about this start, one line each. */
  messages: readonly string[]
  version: string
}

/** The commands of the window and the tray. */
export type Command =
  | 'sign-in'
  | 'sign-in-as-other'
  | 'cancel'
  | 'sign-out'
  | 'ask-sign-out'
  | 'stay-signed-in'
  | 'open-again'
  | 'copy-link'
  | 'copy-service-url'
  | 'copy-report'
  | 'copy-redirect-uris'
  | 'copy-key'
  | 'clear-key'
  /** The person has opened the list of apps. */
  | 'apps-opened'
  | 'restart'

/** A setting in the window. */
export type Field<Value> = {
  value: Value
  /** The flag or variable that sets it, so that it can't be changed here. Otherwise null. */
  lockedBy: string | null
}

/** The settings that a person changes in the window, as they are typed. */
export type EditableSettings = {
  issuer: string
  clientId: string
  /** A mask if a secret is set. The secret itself never reaches the window. */
  clientSecret: string
  /** Separated by spaces. */
  scope: string
  audience: string
  /** Separated by commas. */
  redirectPort: string
  redirectHost: string
  redirectPath: string
  prompt: string
  /** NAME=VALUE, separated by &. */
  authorizationParameters: string
  notifications: boolean
  endSession: boolean
  keepWithoutKeyring: boolean
  /** False: every app of the user gets tokens without a question. */
  asksForConsent: boolean
  pauseWhenLocked: boolean
}

/** The settings that are not about one provider. */
type Switches =
  'notifications' | 'endSession' | 'keepWithoutKeyring' | 'asksForConsent' | 'pauseWhenLocked'

/** The settings of one provider in the window, as they are typed. */
export type ProviderFields = { name: string } & Omit<EditableSettings, Switches>

/** A provider in the form. */
export type ProviderView = {
  fields: { readonly [Name in keyof ProviderFields]: Field<ProviderFields[Name]> }
  /** The values of empty text fields. */
  defaults: SettingsView['defaults']
  /** True if the provider is one of several, so that it needs a name and can be removed. */
  isNamed: boolean
  /** The people who are signed in there, for a person who wants to remove the provider. */
  accounts: readonly string[]
}

/** The changed fields of a provider. Others stay. */
export type ProviderChanges = {
  readonly [Name in keyof ProviderFields]?: ProviderFields[Name] | undefined
}

/** A provider in the list. */
export type ListedProvider = Pick<ProviderFields, 'name' | 'issuer' | 'clientId' | 'redirectPort'>

export type SettingsView = {
  /** The configured providers, in order. */
  providers: readonly ListedProvider[]
  fields: { readonly [Name in keyof EditableSettings]: Field<EditableSettings[Name]> }
  /** The values of empty text fields. */
  defaults: Pick<EditableSettings, 'scope' | 'redirectHost' | 'redirectPath'>
  /** The system's state, with the reason if it can't be changed. */
  startAtLogin: { on: boolean; changeable: boolean; message: string | null }
  /** The path of the settings file. */
  file: string
}

/** The changed settings. Others stay. */
export type SettingsChanges = {
  readonly [Name in keyof EditableSettings]?: EditableSettings[Name] | undefined
}

export type SaveOutcome =
  | { kind: 'saved' }
  /** `field`: the field with the invalid value. Null if the message is about no single field. */
  | { kind: 'rejected'; field: keyof EditableSettings | 'name' | null; message: string }

/** The provider's metadata, for a person who sets it up. */
export type ProviderFinding =
  | { kind: 'found'; lines: readonly string[] }
  /** `issuer`: the provider's own spelling, if only the spelling is wrong. */
  | { kind: 'failed'; message: string; issuer: string | null }

/** The providers that a person can choose by name. */
export type ProviderId =
  'auth0' | 'google' | 'entra' | 'okta' | 'keycloak' | 'gitlab' | 'cognito' | 'salesforce'

/** A provider to choose by name, and the values that the form gets. */
export type ProviderChoice = {
  id: ProviderId
  name: string
  /** The part that is the same for all users. */
  issuer: string
  /** The parts of the issuer for a person to replace. */
  blanks: readonly string[]
  /** Explains how to replace them. */
  message: string
  /** Values from the provider's documentation, for fields that the person has not filled in. */
  settings: Partial<
    Pick<
      EditableSettings,
      'scope' | 'redirectPort' | 'redirectHost' | 'prompt' | 'authorizationParameters'
    >
  >
  /** What else to register and fill in. */
  lines: readonly string[]
}

/** Advice from a provider's documentation, for a person who sets it up. */
export type KnownProvider = {
  /** Null if the provider can't be chosen because it doesn't work. */
  id: ProviderId | null
  name: string
  lines: readonly string[]
}

/** The fields of the form for the redirect URIs, as typed. */
export type TypedRedirect = Pick<EditableSettings, 'redirectPort' | 'redirectHost' | 'redirectPath'>

/** The result for a pasted address. The message contains no part of the address. */
export type PasteOutcome = { kind: 'taken' | 'rejected'; message: string }

/** The effects of removing Latchkey's data, for a person to decide. One line each. */
export type RemovalPlan = { lines: readonly string[] }

/** Whether the provider has ended the session. `not-revoked` has the reason for a person. */
export type RevocationOutcome = { kind: 'revoked' } | { kind: 'not-revoked'; message: string }

/** `not-stored` has the reason for a person: the account is the default until Latchkey quits. */
export type MakeDefaultOutcome = { kind: 'stored' } | { kind: 'not-stored'; message: string }

/** `not-stored` has the reason for a person: the app may come back at the next start. */
export type ForgetOutcome = { kind: 'forgotten' } | { kind: 'not-stored'; message: string }

/** A key to create. `scope`: separated by spaces; null for all that was granted to the account. */
export type WantedKey = { name: string; accountId: string; scope: string | null }

/**
 * `key`: the only secret that the window gets, because the person asked for it. It is in this answer and
 * nowhere else: no status and no event holds it.
 */
export type KeyOutcome = { kind: 'created'; key: string } | { kind: 'rejected'; message: string }

/** The window's calls to the main process. The main process answers no other caller. */
export type Calls = {
  'read-status': () => WindowStatus
  'run-command': (command: Command) => void
  'sign-in-account': (id: string) => void
  'sign-in-provider': (name: string) => void
  'sign-out-account': (id: string) => void
  'make-default': (id: string) => MakeDefaultOutcome
  'decide-person': (questionId: string, keeps: boolean) => void
  'answer-consent': (questionId: string, answer: ConsentAnswerName) => string
  'forget-app': (id: string) => ForgetOutcome
  'create-key': (wanted: WantedKey) => KeyOutcome
  'sign-out-and-forget': (id: string) => void
  'sign-out-everywhere': (forgetsApps: boolean) => readonly string[]
  'read-settings': () => SettingsView
  'save-settings': (changes: SettingsChanges) => SaveOutcome
  'read-provider': (name: string | null) => ProviderView
  'save-provider': (name: string | null, changes: ProviderChanges) => SaveOutcome
  'remove-provider': (name: string) => SaveOutcome
  'set-start-at-login': (on: boolean) => SaveOutcome
  'test-provider': (issuer: string) => ProviderFinding
  'describe-provider': (issuer: string) => KnownProvider | null
  'list-providers': () => readonly ProviderChoice[]
  'open-provider-guide': (id: ProviderId) => string
  'list-redirect-uris': (typed: TypedRedirect) => readonly string[]
  'paste-address': (address: string) => PasteOutcome
  'create-report': () => string
  'read-removal': () => RemovalPlan
  'revoke-session': () => RevocationOutcome
  'remove-data': () => void
}

/** The events that the main process pushes to the window. */
export type Events = {
  'status-changed': (status: WindowStatus) => void
}

/** The API that the preload script exposes to the window's page, as `latchkey`. */
export type LatchkeyApi = {
  readStatus(): Promise<WindowStatus>
  runCommand(command: Command): Promise<void>
  /** Signs in again as the person of this account. */
  signInAccount(id: string): Promise<void>
  /** Signs anyone in at the provider with this name. */
  signInProvider(name: string): Promise<void>
  signOutAccount(id: string): Promise<void>
  makeDefault(id: string): Promise<MakeDefaultOutcome>
  /** Answers {@link WindowStatus.question}. */
  decidePerson(questionId: string, keeps: boolean): Promise<void>
  /** Answers {@link WindowStatus.consentQuestion}. Returns a sentence about what came of it. */
  answerConsent(questionId: string, answer: ConsentAnswerName): Promise<string>
  /** Takes back what an app or a key may have, or forgets that an app was denied. */
  forgetApp(id: string): Promise<ForgetOutcome>
  /** Creates a key. `copy-key` copies it until `clear-key`, or until the window closes. */
  createKey(wanted: WantedKey): Promise<KeyOutcome>
  /** Signs an account out, and forgets the apps that may have its tokens. */
  signOutAndForget(id: string): Promise<void>
  /** Signs every account out. Returns a sentence for each that its provider did not end. */
  signOutEverywhere(forgetsApps: boolean): Promise<readonly string[]>
  readSettings(): Promise<SettingsView>
  saveSettings(changes: SettingsChanges): Promise<SaveOutcome>
  /** Reads the provider with this name. Null: an empty form for one more. */
  readProvider(name: string | null): Promise<ProviderView>
  /** Changes or renames the provider with this name. Null: adds one. */
  saveProvider(name: string | null, changes: ProviderChanges): Promise<SaveOutcome>
  removeProvider(name: string): Promise<SaveOutcome>
  setStartAtLogin(on: boolean): Promise<SaveOutcome>
  testProvider(issuer: string): Promise<ProviderFinding>
  /** Sends no request. Null if the provider is unknown. */
  describeProvider(issuer: string): Promise<KnownProvider | null>
  /** The providers that can be chosen by name. */
  listProviders(): Promise<readonly ProviderChoice[]>
  /** Opens the provider's page on registering an application. Returns its link, to be shown. */
  openProviderGuide(id: ProviderId): Promise<string>
  /**
   * The URIs to register for the current fields. Empty while the fields are invalid. `copy-redirect-uris`
   * copies the last ones.
   */
  listRedirectUris(typed: TypedRedirect): Promise<readonly string[]>
  /** Finishes a sign-in with the address of the browser's last page. */
  pasteAddress(address: string): Promise<PasteOutcome>
  /** Creates a report that a person can send. `copy-report` copies the last one. */
  createReport(): Promise<string>
  /** Describes the effects of {@link removeData}. */
  readRemoval(): Promise<RemovalPlan>
  /** Ends the session at the provider and changes nothing here. The first step of removing all data. */
  revokeSession(): Promise<RevocationOutcome>
  /** Removes Latchkey's data whether or not the session was revoked. The app then ends. */
  removeData(): Promise<void>
  /** Calls `listener` on each change. The returned function stops that. */
  onStatusChanged(listener: (status: WindowStatus) => void): () => void
}
