// The providers in the window: what the form shows, and how its changes apply to settings.json.

import type { ProviderChanges, ProviderFields, ProviderView, SaveOutcome } from '../ipc.js'
import { isSameProviderName } from '../oauth/sign-in.js'
import { isObject, PROVIDERS_KEY, SECRET_OWNER_KEY } from './file-layer.js'
import {
  applyChanges,
  FIELDS,
  findLock,
  mapFields,
  toFileValue,
  toTyped,
  type TypedProvider,
} from './form.js'
import { findProblem, isGiven, quoteValue } from './layer.js'
import { OPTIONS, type FlatSettings } from './options.js'
import { createName, OWN_SETTINGS, parseProviderName, toOptions } from './provider-list.js'
import type { SettingsFindings } from './read.js'
import { checkOwnSecret, checkSecretOwner, findGivenOwner } from './secret-owner.js'
import { MESSAGES, RULES } from './settings-messages.js'

type Content = Readonly<Record<string, unknown>>
type Rejection = Extract<SaveOutcome, { kind: 'rejected' }>
type Changed = { content: Record<string, unknown> } | Rejection

/** What the form shows, without the people who are signed in there. */
export type ProviderForm = Omit<ProviderView, 'defaults' | 'accounts'>

/**
 * Returns the provider with this name for the form. With null, the form is for one more provider: it
 * shows what an entry takes from the flat settings. Null if there is no such provider.
 */
export function createProviderForm(
  name: string | null,
  findings: SettingsFindings,
): ProviderForm | null {
  const { settings } = findings
  const { providers } = settings
  const flat = findFlatProvider(findings)
  const isFlat = name === null ? providers.length === 0 : name === flat?.name
  if (isFlat) {
    const named = { value: flat?.name ?? '', lockedBy: flat?.lockedBy ?? null }
    const fields = mapFields(toTyped(settings), (field, value) => ({
      value,
      lockedBy: findLock(findings, field),
    }))
    return { fields: { name: named, ...fields }, isNamed: providers.length > 1 }
  }
  const entry = providers.find((one) => one.name === name)
  if (name !== null && !entry) return null
  const own = { issuer: null, clientId: null, clientSecret: null }
  const typed = toTyped(entry ? toOptions(entry) : { ...settings, ...own })
  const unlocked = (value: string) => ({ value, lockedBy: null })
  const fields = mapFields(typed, (_field, value) => unlocked(value))
  return { fields: { name: unlocked(name ?? ''), ...fields }, isNamed: true }
}

/**
 * Returns the new content of settings.json, or a rejection because of the first invalid value. With the
 * name null, adds a provider; the first one goes into the flat settings, and the others into the list.
 * A provider of the flat settings that gets a name moves into the list, because only its entries have names.
 */
export function applyProviderChanges(
  content: Content,
  name: string | null,
  { name: typedName, ...changes }: ProviderChanges,
  findings: SettingsFindings,
): Changed {
  const { settings } = findings
  const flat = findFlatProvider(findings)
  const isFirst = name === null && settings.providers.length === 0
  if (isFirst) return applyChanges(content, changes, findGivenOwner(findings))
  const change = { oldName: name, wanted: typedName?.trim(), changes }
  if (flat !== null && name === flat.name) return changeFlat(content, flat, change, findings)
  const entries = listEntries(content)
  const index = name === null ? entries.length : findIndex(entries, name)
  if (index === -1) return reject(MESSAGES.noSuchProvider(name ?? ''))
  return changeEntry(content, index, change, settings)
}

/** Returns the content of settings.json without the provider, or a rejection. */
export function removeProvider(
  content: Content,
  name: string,
  findings: SettingsFindings,
): Changed {
  const flat = findFlatProvider(findings)
  if (name === flat?.name) {
    if (flat.lockedBy !== null) return reject(MESSAGES.providerLocked(name, flat.lockedBy))
    return { content: withoutOwnSettings(content) }
  }
  const entries = listEntries(content)
  const index = findIndex(entries, name)
  if (index === -1) return reject(MESSAGES.noSuchProvider(name))
  return { content: withEntries(content, entries.toSpliced(index, 1)) }
}

type FlatProvider = {
  name: string
  /** The flag or variable that sets the provider, so that it can't be renamed or removed here. */
  lockedBy: string | null
}

/** Finds the provider of the flat settings. Null if they name none. */
function findFlatProvider({ settings, origins }: SettingsFindings): FlatProvider | null {
  const [first] = settings.providers
  if (settings.issuer === null || settings.clientId === null || !first) return null
  const { issuer, clientId, clientSecret } = origins
  return { name: first.name, lockedBy: [issuer, clientId, clientSecret].find(isGiven) ?? null }
}

type EntryChange = {
  /** Null for a new entry. */
  oldName: string | null
  /** The typed name. Empty or undefined for a new entry: a name after its issuer's host. */
  wanted: string | undefined
  changes: Partial<Readonly<Record<keyof TypedProvider, string | undefined>>>
}

function changeFlat(
  content: Content,
  { name, lockedBy }: FlatProvider,
  change: EntryChange,
  findings: SettingsFindings,
): Changed {
  const { wanted = '', changes } = change
  if (wanted === '' || wanted === name)
    return applyChanges(content, changes, findGivenOwner(findings))
  if (lockedBy !== null) return reject(MESSAGES.providerLocked(name, lockedBy))
  const rejection = checkOwnSecret(content, changes)
  if (rejection !== null) return rejection
  return changeEntry(moveIntoList(content), 0, change, findings.settings)
}

function changeEntry(
  content: Content,
  index: number,
  { oldName, wanted, changes }: EntryChange,
  settings: SettingsFindings['settings'],
): Changed {
  const entries = listEntries(content)
  const before = { name: oldName, ...toObject(entries[index]) }
  const entry: Record<string, unknown> = { ...before }
  for (const field of Object.keys(changes) as (keyof TypedProvider)[]) {
    const rejection = changeMember(entry, field, changes, settings)
    if (rejection !== null) return rejection
  }
  const owned = checkSecretOwner(before, entry, changes)
  if (owned !== null) return owned
  const others = settings.providers.map((one) => one.name).filter((one) => one !== oldName)
  const named = chooseName(wanted ?? oldName ?? '', String(entry['issuer']), others)
  if ('kind' in named) return named
  entry['name'] = named.name
  return { content: withEntries(content, entries.toSpliced(index, 1, entry)) }
}

/** Changes one member of an entry. Returns a rejection if the typed value is invalid. */
function changeMember(
  entry: Record<string, unknown>,
  field: keyof TypedProvider,
  changes: EntryChange['changes'],
  flat: FlatSettings,
): Rejection | null {
  const value = toFileValue(field, changes)
  if (value === undefined) return null
  const { setting, label } = FIELDS[field]
  // A client secret that the user types replaces the file with the secret.
  if (field === 'clientSecret') delete entry['clientSecretFile']
  delete entry[setting]
  if (value === null) {
    // An empty field means the default, which an entry without the member might not have.
    if (!isOwn(setting) && !isDefault(setting, flat)) entry[setting] = null
    return null
  }
  const problem = findProblem(setting, value, label)
  if (problem !== null) return { kind: 'rejected', field, message: problem }
  entry[setting] = value
  return null
}

function isOwn(setting: string): boolean {
  return OWN_SETTINGS.some((own) => own === setting)
}

function isDefault(setting: keyof FlatSettings, flat: FlatSettings): boolean {
  return JSON.stringify(flat[setting]) === JSON.stringify(OPTIONS[setting].fallback)
}

function chooseName(
  wanted: string,
  issuer: string,
  others: readonly string[],
): { name: string } | Rejection {
  if (wanted === '') {
    if (URL.canParse(issuer)) return { name: createName(issuer, others) }
    return reject(MESSAGES.issuerMissing, 'issuer')
  }
  const name = parseProviderName(wanted)
  if (name === null) {
    const message = MESSAGES.invalid('The name', RULES.providerName, quoteValue(wanted), null)
    return reject(message, 'name')
  }
  if (others.some((one) => isSameProviderName(one, name)))
    return reject(MESSAGES.sameName(name), 'name')
  return { name }
}

/** Moves the provider of the flat settings to the start of the list. */
function moveIntoList(content: Content): Content {
  const own = OWN_SETTINGS.filter((name) => (content[name] ?? null) !== null)
  const entry = Object.fromEntries(own.map((name) => [name, content[name]]))
  return withEntries(withoutOwnSettings(content), [entry, ...listEntries(content)])
}

function withoutOwnSettings(content: Content): Record<string, unknown> {
  const changed = { ...content }
  for (const name of [...OWN_SETTINGS, SECRET_OWNER_KEY]) delete changed[name]
  return changed
}

function withEntries(content: Content, entries: readonly unknown[]): Record<string, unknown> {
  const { [PROVIDERS_KEY]: _before, ...rest } = content
  return entries.length === 0 ? rest : { ...content, [PROVIDERS_KEY]: entries }
}

function listEntries(content: Content): readonly unknown[] {
  const entries = content[PROVIDERS_KEY]
  return Array.isArray(entries) ? entries : []
}

function findIndex(entries: readonly unknown[], name: string): number {
  return entries.findIndex((entry) => parseProviderName(toObject(entry)['name']) === name)
}

function toObject(entry: unknown): Content {
  return isObject(entry) ? entry : {}
}

function reject(message: string, field: keyof ProviderFields | null = null): Rejection {
  return { kind: 'rejected', field, message }
}
