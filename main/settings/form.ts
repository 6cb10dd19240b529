// The settings form of the window: the values to show, and how changes apply to settings.json.

import type { AutostartState } from '../autostart/autostart.js'
import type {
  EditableSettings,
  Field,
  ListedProvider,
  ProviderFields,
  SaveOutcome,
  SettingsChanges,
  SettingsView,
} from '../ipc.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { MASK } from '../base/secret.js'
import { findProblem, isGiven } from './layer.js'
import type { SettingName, Settings } from './options.js'
import type { ProviderOptions } from './provider-list.js'
import type { SettingsFindings } from './read.js'
import {
  checkSecretOwner,
  recordSecretOwner,
  removeLeftSecret,
  type SecretOwner,
} from './secret-owner.js'

/** The setting of each field, and the field's name in messages. */
export const FIELDS: {
  readonly [Name in keyof EditableSettings]: { setting: SettingName; label: string }
} = {
  issuer: { setting: 'issuer', label: 'The issuer' },
  clientId: { setting: 'clientId', label: 'The client ID' },
  clientSecret: { setting: 'clientSecret', label: 'The client secret' },
  scope: { setting: 'scope', label: 'The scopes' },
  audience: { setting: 'audience', label: 'The audience' },
  redirectPort: { setting: 'redirectPort', label: 'A redirect port' },
  redirectHost: { setting: 'redirectHost', label: 'The redirect host' },
  redirectPath: { setting: 'redirectPath', label: 'The redirect path' },
  prompt: { setting: 'prompt', label: 'The prompt' },
  authorizationParameters: {
    setting: 'authorizationParameters',
    label: 'An additional parameter',
  },
  notifications: { setting: 'noNotifications', label: 'Notifications' },
  endSession: { setting: 'endSession', label: 'The sign-out page' },
  keepWithoutKeyring: { setting: 'keepWithoutKeyring', label: 'Storing without a keyring' },
  asksForConsent: { setting: 'consent', label: 'Asking before apps get tokens' },
  pauseWhenLocked: { setting: 'pauseWhenLocked', label: 'Pausing while the screen is locked' },
}

const NAMES = Object.keys(FIELDS) as (keyof EditableSettings)[]

/** Creates what the window shows. Settings fixed by a flag or an environment variable are locked. */
export function createSettingsView(
  findings: SettingsFindings,
  defaults: Settings,
  startAtLogin: AutostartState,
  file: string,
): SettingsView {
  const { settings } = findings
  const field = <Value>(name: keyof EditableSettings, value: Value): Field<Value> => ({
    value,
    lockedBy: findLock(findings, name),
  })
  return {
    providers: settings.providers.map(toListed),
    fields: {
      ...mapFields(toTyped(settings), (name, value) => field(name, value)),
      notifications: field('notifications', !settings.noNotifications),
      endSession: field('endSession', settings.endSession),
      keepWithoutKeyring: field('keepWithoutKeyring', settings.keepWithoutKeyring),
      asksForConsent: field('asksForConsent', settings.consent === 'ask'),
      pauseWhenLocked: field('pauseWhenLocked', settings.pauseWhenLocked),
    },
    defaults: pickDefaults(defaults),
    startAtLogin,
    file,
  }
}

/** Finds the flag or the variable that locks a setting. Null if the window can change the setting. */
export function findLock(
  { origins, secretLockedBy }: SettingsFindings,
  name: keyof EditableSettings,
): string | null {
  if (name === 'clientSecret') return secretLockedBy
  const origin = origins[FIELDS[name].setting]
  return isGiven(origin) ? origin : null
}

/** Picks the defaults that the form names. */
export function pickDefaults({ scope, redirectHost, redirectPath }: Settings) {
  return { scope, redirectHost, redirectPath }
}

export type TypedProvider = Omit<ProviderFields, 'name'>

/** Returns a provider's settings as a person would type them. */
export function toTyped(settings: Omit<ProviderOptions, 'clientSecretFile'>): TypedProvider {
  return {
    issuer: settings.issuer ?? '',
    clientId: settings.clientId ?? '',
    clientSecret: settings.clientSecret === null ? '' : MASK,
    scope: settings.scope,
    audience: settings.audience ?? '',
    redirectPort: settings.redirectPort.join(', '),
    redirectHost: settings.redirectHost,
    redirectPath: settings.redirectPath,
    prompt: settings.prompt ?? '',
    authorizationParameters: new URLSearchParams({
      ...settings.authorizationParameters,
    }).toString(),
  }
}

type TypedFields = { readonly [Name in keyof TypedProvider]: Field<string> }

/** Makes a field of each value. */
export function mapFields(
  typed: TypedProvider,
  toField: (name: keyof TypedProvider, value: string) => Field<string>,
): TypedFields {
  const names = Object.keys(typed) as (keyof TypedProvider)[]
  const fields = names.map((name) => [name, toField(name, typed[name])] as const)
  return Object.fromEntries(fields) as TypedFields
}

function toListed({ name, issuer, clientId, redirect }: ProviderSettings): ListedProvider {
  return { name, issuer, clientId, redirectPort: redirect.ports.join(', ') }
}

type Rejection = Extract<SaveOutcome, { kind: 'rejected' }>

/**
 * Returns the new content of settings.json, or a rejection because of the first invalid value. `given`: the
 * issuer and the client ID that flags and variables give.
 */
export function applyChanges(
  content: Readonly<Record<string, unknown>>,
  changes: SettingsChanges,
  given: SecretOwner = {},
): { content: Record<string, unknown> } | Rejection {
  const changed: Record<string, unknown> = { ...content }
  for (const name of NAMES) {
    const { setting, label } = FIELDS[name]
    const value = toFileValue(name, changes)
    if (value === undefined) continue
    // An empty field means the default.
    delete changed[setting]
    // A client secret that the user types replaces the file with the secret.
    if (setting === 'clientSecret') delete changed['clientSecretFile']
    if (value === null) continue
    const problem = findProblem(setting, value, label)
    if (problem !== null) return { kind: 'rejected', field: name, message: problem }
    changed[setting] = value
  }
  removeLeftSecret(content, changed)
  return (
    checkSecretOwner(content, changed, changes) ??
    recordSecretOwner(changed, changes, given) ?? { content: changed }
  )
}

/** Returns the value for the file, null for the default, or undefined if the field is unchanged. */
export function toFileValue(name: keyof EditableSettings, changes: SettingsChanges): unknown {
  const value = changes[name]
  if (value === undefined) return undefined
  if (typeof value === 'boolean') return toSwitchValue(name, value)
  const typed = value.trim()
  if (typed === '') return null
  if (name !== 'redirectPort') return typed
  const ports = typed.split(/[\s,]+/).filter((port) => port !== '')
  return ports.map((port) => (/^\d+$/.test(port) ? Number(port) : port))
}

function toSwitchValue(name: keyof EditableSettings, isOn: boolean): unknown {
  if (name === 'notifications') return !isOn
  if (name === 'asksForConsent') return isOn ? 'ask' : 'off'
  return isOn
}
