// Keeps a client secret with the issuer and the client ID that it was set for.

import type { SaveOutcome, SettingsChanges } from '../ipc.js'
import { isObject, SECRET_OWNER_KEY, type FileLayer } from './file-layer.js'
import {
  createGiven,
  isGiven,
  parseValue,
  SETTINGS_FILE,
  type Given,
  type Layer,
  type Messages,
} from './layer.js'
import type { FlatSettings } from './options.js'
import { MESSAGES } from './settings-messages.js'

/** Together they are the client that a secret is for. */
const OWNER = ['issuer', 'clientId'] as const

/** The issuer and the client ID of a client, as far as they are known. */
export type SecretOwner = { readonly [Name in (typeof OWNER)[number]]?: string }

const SECRETS = ['clientSecret', 'clientSecretFile'] as const

type Content = Readonly<Record<string, unknown>>
type Rejection = Extract<SaveOutcome, { kind: 'rejected' }>

/**
 * Takes the client secret from one layer only, so that a flag with a secret file overrides
 * LATCHKEY_CLIENT_SECRET. Leaves out a layer that names another issuer or client ID than the one in
 * force, and warns of it: its secret would be sent to a provider that it is not for. Also warns if
 * settings.json does not say which provider its secret is for.
 */
export function findSecretLayers(
  layers: readonly Layer[],
  stored: FileLayer,
  messages: Messages,
): readonly Layer[] {
  for (const layer of layers) {
    const [secret, file] = SECRETS.map((name) => layer.get(name))
    const given = secret ?? file
    if (given === undefined) continue
    if (secret && file) messages.problems.push(MESSAGES.twoSecrets(secret.place, file.place))
    const isStored = layer === stored.layer
    const override = findOverride(isStored ? stored.owner : layer, layers)
    if (override === null) {
      const unknown = isStored ? findUnknownOwner(stored.owner, layers) : null
      if (unknown !== null)
        messages.warnings.push(MESSAGES.secretOfUnknownOwner(given.place, unknown.place))
      return [layer]
    }
    messages.warnings.push(MESSAGES.secretNotUsed(given.place, override.place))
  }
  return []
}

/** Finds the flag or the variable that names what a stored secret does not say about its owner. */
function findUnknownOwner(owner: Layer, layers: readonly Layer[]): Given | null {
  const unknown = OWNER.filter((name) => !owner.has(name))
  const given = unknown.map((name) => layers.find((one) => one.has(name))?.get(name))
  return given.find((one) => one !== undefined) ?? null
}

/** Finds what replaces the issuer or the client ID of a layer with another one. Null if nothing does. */
export function findOverride(layer: Layer, layers: readonly Layer[]): Given | null {
  for (const name of OWNER) {
    const own = layer.get(name)
    const first = layers.find((one) => one.has(name))?.get(name)
    if (own === undefined || first === undefined) continue
    if (readText(name, own) !== readText(name, first)) return first
  }
  return null
}

/** Null if the value is invalid, which is a problem of its own. */
function readText(name: (typeof OWNER)[number], given: Given): string | null {
  const parsed = parseValue(name, given)
  return 'value' in parsed ? parsed.value : null
}

/**
 * Rejects another issuer or client ID if the client secret stays in settings.json. `before` and `after`
 * are the file, or an entry of its list. Null if no secret gets another owner.
 */
export function checkSecretOwner(
  before: Content,
  after: Content,
  changes: Pick<SettingsChanges, 'clientSecret'>,
): Rejection | null {
  if (!hasSecret(after) || changes.clientSecret !== undefined) return null
  const owner = readOwner(before)
  const changed = OWNER.find(
    (name) => (before[name] ?? null) !== (after[name] ?? null) && !isSameText(name, owner, after),
  )
  return changed === undefined ? null : rejectOwner(changed)
}

/** Rejects a provider of the file whose secret is for another one. Null if the secret is its own. */
export function checkOwnSecret(
  content: Content,
  changes: Pick<SettingsChanges, 'clientSecret'>,
): Rejection | null {
  if (!hasSecret(content) || changes.clientSecret !== undefined) return null
  const owner = readOwner(content)
  const other = OWNER.find((name) => !isSameText(name, owner, content))
  return other === undefined ? null : rejectOwner(other)
}

function rejectOwner(name: (typeof OWNER)[number]): Rejection {
  const { secretOfOtherIssuer, secretOfOtherClientId } = MESSAGES
  const message = name === 'issuer' ? secretOfOtherIssuer : secretOfOtherClientId
  return { kind: 'rejected', field: 'clientSecret', message }
}

/** Returns what the file says about the owner of its secret: in its own member, or beside the secret. */
function readOwner(content: Content): Content {
  const stored = content[SECRET_OWNER_KEY]
  return { ...content, ...(isObject(stored) ? stored : {}) }
}

function isSameText(name: (typeof OWNER)[number], one: Content, other: Content): boolean {
  const [first, second] = [one, other].map((content) =>
    isSet(content[name]) ? readText(name, createGiven(content[name], SETTINGS_FILE)) : null,
  )
  return first === second
}

/**
 * Writes beside a new secret which client it is for, if a flag or a variable gives a part of that. Without
 * this, a later start with another flag would send the secret to another provider. `given`: what flags and
 * variables give. Rejects a secret that has no provider at all. Null if all is well.
 */
export function recordSecretOwner(
  after: Record<string, unknown>,
  changes: Pick<SettingsChanges, 'clientSecret'>,
  given: SecretOwner,
): Rejection | null {
  const isKept = changes.clientSecret === undefined && hasSecret(after)
  if (isKept) return null
  delete after[SECRET_OWNER_KEY]
  if (!hasSecret(after)) return null
  const owner = OWNER.map((name) => [name, given[name] ?? after[name]] as const).filter(
    ([, value]) => isSet(value),
  )
  if (owner.length === 0) {
    return { kind: 'rejected', field: 'clientSecret', message: MESSAGES.secretWithoutProvider }
  }
  if (owner.some(([name, value]) => value !== after[name])) {
    after[SECRET_OWNER_KEY] = Object.fromEntries(owner)
  }
  return null
}

/** Removes the secret of a provider that was removed from the file. */
export function removeLeftSecret(before: Content, after: Record<string, unknown>): void {
  const isRemoved = OWNER.every((name) => !isSet(after[name]))
  if (!isRemoved || OWNER.every((name) => !isSet(before[name]))) return
  for (const name of SECRETS) delete after[name]
}

function hasSecret(content: Content): boolean {
  return SECRETS.some((name) => isSet(content[name]))
}

function isSet(value: unknown): boolean {
  return (value ?? null) !== null
}

type Found = {
  settings: Pick<FlatSettings, 'issuer' | 'clientId'>
  origins: Readonly<Record<(typeof OWNER)[number] | 'clientSecret', string>>
}

/** Returns what flags and variables give of the provider. */
export function findGivenOwner({ settings, origins }: Found): SecretOwner {
  const given = OWNER.filter((name) => isGiven(origins[name]) && settings[name] !== null)
  return Object.fromEntries(given.map((name) => [name, settings[name]]))
}

/**
 * Rejects another issuer or client ID if a flag or a variable sets the client secret, which stays the
 * same. The first provider is not rejected. Null if the secret keeps its owner.
 */
export function checkGivenSecret(before: Found, after: Found): Rejection | null {
  const { clientSecret: origin } = after.origins
  if (!isGiven(origin) || before.settings.issuer === null) return null
  const field = OWNER.find((name) => before.settings[name] !== after.settings[name])
  if (field === undefined) return null
  return { kind: 'rejected', field, message: MESSAGES.secretFixesProvider(origin) }
}
