// The settings as the window shows and changes them: what is in settings.json, and what locks it.

import type { AutostartState } from '../autostart/autostart.js'
import type { EditableSettings, Field, SaveOutcome, SettingsChanges, SettingsView } from '../ipc.js'
import { MASK } from '../base/secret.js'
import { problemOf, type Settings, type SettingsFindings } from './options.js'

/** How each field of the form is kept, and what it is called where its value is refused. */
const KEPT: {
  readonly [Name in keyof EditableSettings]: { setting: keyof Settings; called: string }
} = {
  issuer: { setting: 'issuer', called: 'The issuer' },
  clientId: { setting: 'clientId', called: 'The client ID' },
  clientSecret: { setting: 'clientSecret', called: 'The client secret' },
  scope: { setting: 'scope', called: 'The scopes' },
  audience: { setting: 'audience', called: 'The audience' },
  redirectPort: { setting: 'redirectPort', called: 'A redirect port' },
  redirectHost: { setting: 'redirectHost', called: 'The redirect host' },
  redirectPath: { setting: 'redirectPath', called: 'The redirect path' },
  prompt: { setting: 'prompt', called: 'The prompt' },
  authorizationParameters: {
    setting: 'authorizationParameters',
    called: 'An additional parameter',
  },
  notifications: { setting: 'noNotifications', called: 'Notifications' },
  endSession: { setting: 'endSession', called: 'The sign-out page' },
  keepWithoutKeyring: { setting: 'keepWithoutKeyring', called: 'Keeping without a keyring' },
}

const NAMES = Object.keys(KEPT) as (keyof EditableSettings)[]

/** What the window shows. A setting that a flag or variable gives cannot be changed in the file. */
export function settingsView(
  { settings, origins }: SettingsFindings,
  defaults: Settings,
  startAtLogin: AutostartState,
  file: string,
): SettingsView {
  const field = <Value>(name: keyof EditableSettings, value: Value): Field<Value> => {
    const origin = origins[KEPT[name].setting]
    const isLocked = /^(--|LATCHKEY_)/.test(origin)
    return { value, lockedBy: isLocked ? origin : null }
  }
  return {
    fields: {
      issuer: field('issuer', settings.issuer ?? ''),
      clientId: field('clientId', settings.clientId ?? ''),
      clientSecret: field('clientSecret', settings.clientSecret === null ? '' : MASK),
      scope: field('scope', settings.scope),
      audience: field('audience', settings.audience ?? ''),
      redirectPort: field('redirectPort', settings.redirectPort.join(', ')),
      redirectHost: field('redirectHost', settings.redirectHost),
      redirectPath: field('redirectPath', settings.redirectPath),
      prompt: field('prompt', settings.prompt ?? ''),
      authorizationParameters: field(
        'authorizationParameters',
        new URLSearchParams({ ...settings.authorizationParameters }).toString(),
      ),
      notifications: field('notifications', !settings.noNotifications),
      endSession: field('endSession', settings.endSession),
      keepWithoutKeyring: field('keepWithoutKeyring', settings.keepWithoutKeyring),
    },
    defaults: {
      scope: defaults.scope,
      redirectHost: defaults.redirectHost,
      redirectPath: defaults.redirectPath,
    },
    startAtLogin,
    file,
  }
}

/** What settings.json would hold after a change; or the first value that cannot be, and why. */
export function changedContent(
  content: Readonly<Record<string, unknown>>,
  changes: SettingsChanges,
): { content: Record<string, unknown> } | Extract<SaveOutcome, { kind: 'rejected' }> {
  const changed: Record<string, unknown> = { ...content }
  for (const name of NAMES) {
    const { setting, called } = KEPT[name]
    const value = keptValue(name, changes)
    if (value === undefined) continue
    // Left empty, a setting has its default.
    delete changed[setting]
    // What is typed takes the place of the file that was named.
    if (setting === 'clientSecret') delete changed['clientSecretFile']
    if (value === null) continue
    const problem = problemOf(setting, value, called)
    if (problem !== null) return { kind: 'rejected', field: name, message: problem }
    changed[setting] = value
  }
  return { content: changed }
}

/** What the file is to hold; null: nothing, for it is empty; undefined: what it holds already. */
function keptValue(name: keyof EditableSettings, changes: SettingsChanges): unknown {
  const value = changes[name]
  if (value === undefined) return undefined
  if (typeof value === 'boolean') return name === 'notifications' ? !value : value
  const typed = value.trim()
  if (typed === '') return null
  if (name !== 'redirectPort') return typed
  const ports = typed.split(/[\s,]+/).filter((port) => port !== '')
  return ports.map((port) => (/^\d+$/.test(port) ? Number(port) : port))
}
