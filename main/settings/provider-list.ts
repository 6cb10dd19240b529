// Reads the providers: the one of the flat settings, and those in the list `providers` of settings.json.

import { nearest } from '../base/nearest.js'
import type { Secret } from '../base/secret.js'
import { isSameProviderName, type ProviderSettings } from '../oauth/sign-in.js'
import { isSameOwner } from '../storage/session-owner.js'
import { readClientSecret } from './client-secret.js'
import { isObject, PROVIDERS_KEY, type FoundProviders } from './file-layer.js'
import { createGiven, parseValue, quoteValue, SETTINGS_FILE, type Messages } from './layer.js'
import { OPTIONS, type FlatSettings } from './options.js'
import { MESSAGES, RULES } from './settings-messages.js'

/** An entry never takes these from the flat settings: a client secret is for one provider only. */
export const OWN_SETTINGS = ['issuer', 'clientId', 'clientSecretFile', 'clientSecret'] as const

/** An entry that lacks one of these takes the flat setting. */
const SHARED_SETTINGS = [
  'scope',
  'audience',
  'prompt',
  'maxAge',
  'authorizationParameters',
  'redirectPort',
  'redirectHost',
  'redirectPath',
] as const

/** The settings that an entry may have besides its name. */
export const PROVIDER_SETTINGS = [...OWN_SETTINGS, ...SHARED_SETTINGS] as const

/** The settings of a provider by their usual names. */
export type ProviderOptions = Pick<FlatSettings, (typeof PROVIDER_SETTINGS)[number]>

const NAME_KEY = 'name'
const MOST_NAME_CHARACTERS = 40
const NAME = new RegExp(`^[\\p{L}\\p{M}\\p{N}._-]{1,${MOST_NAME_CHARACTERS}}$`, 'u')
/** Commands use this word for all accounts. */
const RESERVED_NAME = 'all'

/**
 * Reads the configured providers.
 *
 * 1. Read the entries of the list. An invalid entry is a problem and is left out.
 * 2. Put the provider of the flat settings first, named after its issuer's host.
 * 3. Check that no name and no client occurs twice.
 */
export function readProviders(
  flat: FlatSettings,
  found: FoundProviders | null,
  messages: Messages,
): readonly ProviderSettings[] {
  const entries = readEntries(flat, found, messages)
  const first = toFlatProvider(flat, entries)
  const providers = first === null ? entries : [first, ...entries]
  messages.problems.push(...findDuplicates(providers))
  return providers
}

/** True if an entry contains a client secret itself. */
export function hasClientSecret(found: FoundProviders | null): boolean {
  const entries: readonly unknown[] = Array.isArray(found?.value) ? found.value : []
  return entries.some((entry) => isObject(entry) && (entry['clientSecret'] ?? null) !== null)
}

/** Returns the client secret, which may be in its own file. If that cannot be read, adds a problem. */
export function readSecret(
  { clientSecret, clientSecretFile }: Pick<FlatSettings, 'clientSecret' | 'clientSecretFile'>,
  problems: string[],
): Secret | null {
  if (clientSecret !== null || clientSecretFile === null) return clientSecret
  const read = readClientSecret(clientSecretFile)
  if ('secret' in read) return read.secret
  problems.push(read.problem)
  return null
}

/** Null if issuer or client ID is missing. */
export function toProvider(name: string, settings: ProviderOptions): ProviderSettings | null {
  const { issuer, clientId, clientSecret, scope, audience, prompt, maxAge: maxAgeS } = settings
  if (issuer === null || clientId === null) return null
  const { authorizationParameters: parameters, redirectPort: ports } = settings
  const redirect = { host: settings.redirectHost, path: settings.redirectPath, ports }
  const asked = { scope, audience, prompt, maxAgeS, parameters }
  return { name, issuer, clientId, clientSecret, ...asked, redirect }
}

/** Returns the settings of a provider by their usual names. */
export function toOptions({
  parameters,
  redirect,
  ...provider
}: ProviderSettings): Omit<ProviderOptions, 'clientSecretFile'> {
  const { issuer, clientId, clientSecret, scope, audience, prompt, maxAgeS: maxAge } = provider
  const { host: redirectHost, path: redirectPath, ports: redirectPort } = redirect
  const own = { issuer, clientId, clientSecret }
  const asked = { scope, audience, prompt, maxAge, authorizationParameters: parameters }
  return { ...own, ...asked, redirectHost, redirectPath, redirectPort }
}

/** Parses a provider's name. Null if it is invalid. */
export function parseProviderName(given: unknown): string | null {
  if (typeof given !== 'string') return null
  const name = given.normalize('NFC').trim()
  return NAME.test(name) && name.toLowerCase() !== RESERVED_NAME ? name : null
}

function readEntries(
  flat: FlatSettings,
  found: FoundProviders | null,
  messages: Messages,
): readonly ProviderSettings[] {
  if (found === null) return []
  if (!Array.isArray(found.value)) {
    messages.problems.push(MESSAGES.providersNotAList(found.formatPlace(PROVIDERS_KEY)))
    return []
  }
  return found.value.flatMap((entry: unknown, index) => {
    const path = `${PROVIDERS_KEY}[${index}]`
    if (isObject(entry)) {
      const formatPlace = (member: string): string => found.formatPlace(`${path}.${member}`)
      return readEntry(flat, { content: entry, formatPlace }, messages) ?? []
    }
    messages.problems.push(MESSAGES.entryNotAnObject(found.formatPlace(path)))
    return []
  })
}

type FoundEntry = {
  content: Readonly<Record<string, unknown>>
  formatPlace(member: string): string
}

/** Null if the entry is invalid. */
function readEntry(
  flat: FlatSettings,
  { content, formatPlace }: FoundEntry,
  { problems, warnings }: Messages,
): ProviderSettings | null {
  const known: readonly string[] = [NAME_KEY, ...PROVIDER_SETTINGS]
  for (const member of Object.keys(content).filter((one) => !known.includes(one))) {
    const place = formatPlace(member)
    warnings.push(MESSAGES.unknownMember(place, nearest(member, known), known))
  }
  const faults: string[] = []
  const name = parseProviderName(content[NAME_KEY])
  if (name === null) {
    faults.push(reject(formatPlace(NAME_KEY), RULES.providerName, content[NAME_KEY]))
  }
  const settings = readEntrySettings(flat, { content, formatPlace }, faults)
  const clientSecret = readSecret(settings, faults)
  problems.push(...faults)
  return name === null || faults.length > 0 ? null : toProvider(name, { ...settings, clientSecret })
}

/** A null means the default of the setting, whatever the flat setting is. */
function readEntrySettings(
  flat: FlatSettings,
  { content, formatPlace }: FoundEntry,
  faults: string[],
): ProviderOptions {
  const settings: Record<string, unknown> = { ...flat }
  for (const name of OWN_SETTINGS) settings[name] = null
  for (const name of PROVIDER_SETTINGS) {
    const value = content[name]
    if (value === undefined) continue
    if (value === null) {
      settings[name] = OPTIONS[name].fallback
      continue
    }
    const parsed = parseValue(name, createGiven(value, SETTINGS_FILE, formatPlace(name)))
    if ('value' in parsed) settings[name] = parsed.value
    else faults.push(parsed.problem)
  }
  const rules = { issuer: RULES.issuer, clientId: RULES.text }
  for (const [name, rule] of Object.entries(rules)) {
    if ((content[name] ?? null) === null) faults.push(reject(formatPlace(name), rule, undefined))
  }
  if (settings['clientSecret'] !== null && settings['clientSecretFile'] !== null) {
    faults.push(MESSAGES.twoSecrets(formatPlace('clientSecret'), formatPlace('clientSecretFile')))
  }
  return settings as ProviderOptions
}

function reject(place: string, rule: string, value: unknown): string {
  return MESSAGES.invalid(place, rule, quoteValue(value), null)
}

/** Null if no provider is configured in the flat settings. */
function toFlatProvider(
  flat: FlatSettings,
  others: readonly ProviderSettings[],
): ProviderSettings | null {
  if (flat.issuer === null) return null
  const taken = others.map(({ name }) => name)
  return toProvider(createName(flat.issuer, taken), flat)
}

/** Names a provider after its issuer's host: `login.example.com`, `login.example.com-2`. */
export function createName(issuer: string, taken: readonly string[]): string {
  const host = new URL(issuer).hostname.replace(/^\[|\]$/g, '').replace(/[^\w.-]/g, '-')
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : `-${count}`
    const name = `${host.slice(0, MOST_NAME_CHARACTERS - suffix.length)}${suffix}`
    if (parseProviderName(name) !== null && !taken.some((one) => isSameProviderName(one, name)))
      return name
  }
}

function findDuplicates(providers: readonly ProviderSettings[]): readonly string[] {
  return providers.flatMap((provider, index) => {
    const earlier = providers.slice(0, index)
    const { name } = provider
    const sameClient = earlier.find((one) => isSameOwner(one, provider))
    return [
      ...(earlier.some((one) => isSameProviderName(one.name, name))
        ? [MESSAGES.sameName(name)]
        : []),
      ...(sameClient ? [MESSAGES.sameClient(sameClient.name, name)] : []),
    ]
  })
}
