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

/** What people and programs are shown. Part of the command line's contract: members are only added. */
export type Status = {
  state: StatusState
  /** The person who is signed in, or was until the session ended. */
  account: { sub: string; name: string; email: string } | null
  /** When the session expires, as RFC 3339; null if that isn't known. */
  expiresAt: string | null
  /** What happened and what to do, for a person. */
  reason: string | null
}

/** A restart that would find a keyring that was missing or locked. */
export type RestartOffer = {
  /** `session-back`: nothing is lost. `sign-in-again`: the session is only in memory and ends with it. */
  kind: 'session-back' | 'sign-in-again'
  /** What to do, or what follows, for a person. */
  message: string
}

/** Everything that the window shows. It never holds a token, code, verifier, state or link. */
export type WindowStatus = {
  status: Status
  /** When the wait for the person's browser ends, in milliseconds since the epoch; null if none waits. */
  waitingUntilMs: number | null
  /**
   * Where the provider sends the browser of the sign-in that waits, and what to register there. Set for
   * an app's sign-in beside a session too; null if no sign-in waits.
   */
  redirectTarget: { redirectUri: string; registration: string } | null
  /** True while there is a link that can be opened again. */
  canOpenAgain: boolean
  /** An app's sign-in that waits beside a session, and until when, as above; null if none waits. */
  asking: { words: string; untilMs: number; reason: string | null } | null
  /** When the session is renewed next, in milliseconds since the epoch; null if it isn't. */
  renewsAtMs: number | null
  /** The granted scopes, separated by spaces; null if nobody is signed in. */
  scope: string | null
  /** What protects the stored session, and why nothing better does. */
  storage: { tier: 'keyring' | 'passphrase' | 'key-file' | 'memory'; note: string | null }
  /** Null if a restart wouldn't help. */
  restart: RestartOffer | null
  /** The provider's issuer; null if none is set. */
  issuer: string | null
  /** True if the provider is the embedded demo. */
  demo: boolean
  /** The address of the local service. */
  serviceUrl: string
  /** Why the service isn't at its usual address; null if it is. */
  serviceNote: string | null
  /** What a person should know about this start, one line each. */
  messages: readonly string[]
  version: string
}

/** What a person may ask for, in the window as in the tray. */
export type Command =
  | 'sign-in'
  | 'sign-in-as-other'
  | 'cancel'
  | 'sign-out'
  | 'open-again'
  | 'copy-link'
  | 'copy-service-url'
  | 'copy-report'
  | 'copy-redirect-uris'
  | 'restart'

/** A setting as the window shows it. */
export type Field<Value> = {
  value: Value
  /** The flag or variable that it comes from, so that it cannot be changed here; else null. */
  lockedBy: string | null
}

/** The settings that a person changes in the window, as they are typed. */
export type EditableSettings = {
  issuer: string
  clientId: string
  /** A mask where one is set: it never comes to the window. */
  clientSecret: string
  /** With spaces between. */
  scope: string
  audience: string
  /** With commas between. */
  redirectPort: string
  redirectHost: string
  redirectPath: string
  prompt: string
  /** NAME=VALUE, with & between. */
  authorizationParameters: string
  notifications: boolean
  endSession: boolean
  keepWithoutKeyring: boolean
}

export type SettingsView = {
  fields: { readonly [Name in keyof EditableSettings]: Field<EditableSettings[Name]> }
  /** What the fields of text hold when they are empty. */
  defaults: Pick<EditableSettings, 'scope' | 'redirectHost' | 'redirectPath'>
  /** As the system says it is; a person who cannot change it is told why. */
  startAtLogin: { on: boolean; changeable: boolean; note: string | null }
  /** Where the settings are kept. */
  file: string
}

/** What a person has changed; what is left out stays. */
export type SettingsChanges = {
  readonly [Name in keyof EditableSettings]?: EditableSettings[Name] | undefined
}

export type SaveOutcome =
  | { kind: 'saved' }
  /** `field`: the field with the wrong value; null if the message is about no single field. */
  | { kind: 'rejected'; field: keyof EditableSettings | null; message: string }

/** What the provider's metadata says, for a person who is setting it up. */
export type ProviderFinding =
  | { kind: 'found'; lines: readonly string[] }
  /** `issuer`: how the provider spells its own, where only that is wrong. */
  | { kind: 'failed'; message: string; issuer: string | null }

/** The providers that a person can choose by name. */
export type ProviderId =
  'auth0' | 'google' | 'entra' | 'okta' | 'keycloak' | 'gitlab' | 'cognito' | 'salesforce'

/** A provider to choose by name, and what the form is filled in with for it. */
export type ProviderChoice = {
  id: ProviderId
  name: string
  /** As far as it is the same for everybody. */
  issuer: string
  /** The parts of the issuer that a person replaces. */
  blanks: readonly string[]
  /** What to put in the place of those. */
  hint: string
  /** What its documentation asks for, for fields that hold nothing of the person's own. */
  settings: Partial<
    Pick<
      EditableSettings,
      'scope' | 'redirectPort' | 'redirectHost' | 'prompt' | 'authorizationParameters'
    >
  >
  /** What to register there, and what is not filled in by choosing it. */
  lines: readonly string[]
}

/** What is known of a provider by its documentation, for a person who is setting it up. */
export type KnownProvider = {
  /** Null where it cannot be chosen, for it does not work. */
  id: ProviderId | null
  name: string
  lines: readonly string[]
}

/** The fields of the form that make the redirect URIs, as they are typed. */
export type TypedRedirect = Pick<EditableSettings, 'redirectPort' | 'redirectHost' | 'redirectPath'>

/** What became of a pasted address, in words with nothing of the address in them. */
export type PasteOutcome = { kind: 'taken' | 'refused'; message: string }

/** What removing Latchkey's data does, for a person who decides on it: one line each. */
export type RemovalPlan = { lines: readonly string[] }

/** Whether the provider has ended the session; `not-revoked`: why not, for a person. */
export type RevocationOutcome = { kind: 'revoked' } | { kind: 'not-revoked'; message: string }

/** What the window asks of the main process. The main process answers nobody else. */
export type Calls = {
  'read-status': () => WindowStatus
  'run-command': (command: Command) => void
  'read-settings': () => SettingsView
  'save-settings': (changes: SettingsChanges) => SaveOutcome
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

/** What the main process pushes to the window. */
export type Events = {
  'status-changed': (status: WindowStatus) => void
}

/** What the preload script exposes to the window's page, as `latchkey`. */
export type LatchkeyApi = {
  readStatus(): Promise<WindowStatus>
  runCommand(command: Command): Promise<void>
  readSettings(): Promise<SettingsView>
  saveSettings(changes: SettingsChanges): Promise<SaveOutcome>
  setStartAtLogin(on: boolean): Promise<SaveOutcome>
  testProvider(issuer: string): Promise<ProviderFinding>
  /** Asks nobody; null where nothing is known. */
  describeProvider(issuer: string): Promise<KnownProvider | null>
  /** Those that can be chosen by name. */
  listProviders(): Promise<readonly ProviderChoice[]>
  /** Opens the provider's page on registering an application; gives its link, to be read. */
  openProviderGuide(id: ProviderId): Promise<string>
  /**
   * What to register, as the fields stand; none while they cannot be used. `copy-redirect-uris` puts
   * the last ones on the clipboard.
   */
  listRedirectUris(typed: TypedRedirect): Promise<readonly string[]>
  /** Finishes a sign-in by the address of the browser's last page. */
  pasteAddress(address: string): Promise<PasteOutcome>
  /** A report that a person can send; `copy-report` puts the last one on the clipboard. */
  createReport(): Promise<string>
  /** What {@link removeData} would do. */
  readRemoval(): Promise<RemovalPlan>
  /** Ends the session at the provider, and changes nothing here: the first step of removing all. */
  revokeSession(): Promise<RevocationOutcome>
  /** Removes Latchkey's data whether or not the session was revoked. The app then ends. */
  removeData(): Promise<void>
  /** Calls `listener` on each change; the returned function ends that. */
  onStatusChanged(listener: (status: WindowStatus) => void): () => void
}
