// Keeps a client secret with the issuer and the client ID that it was set for.

import type { SaveOutcome, SettingsChanges } from '../ipc.js'
import { isGiven, parseValue, type Given, type Layer, type Messages } from './layer.js'
import type { FlatSettings } from './options.js'
import { MESSAGES } from './settings-messages.js'

/** Together they are the client that a secret is for. */
const OWNER = ['issuer', 'clientId'] as const
const SECRETS = ['clientSecret', 'clientSecretFile'] as const

type Content = Readonly<Record<string, unknown>>
type Rejection = Extract<SaveOutcome, { kind: 'rejected' }>

/**
 * Takes the client secret from one layer only, so that a flag with a secret file overrides
 * LATCHKEY_CLIENT_SECRET. Leaves out a layer that names another issuer or client ID than the one in
 * force, and warns of it: its secret would be sent to a provider that it is not for.
 */
export function findSecretLayers(layers: readonly Layer[], messages: Messages): readonly Layer[] {
  for (const layer of layers) {
    const [secret, file] = SECRETS.map((name) => layer.get(name))
    const given = secret ?? file
    if (given === undefined) continue
    if (secret && file) messages.problems.push(MESSAGES.twoSecrets(secret.place, file.place))
    const override = findOverride(layer, layers)
    if (override === null) return [layer]
    messages.warnings.push(MESSAGES.secretNotUsed(given.place, override.place))
  }
  return []
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
  const hasSecret = SECRETS.some((name) => isSet(after[name]))
  if (!hasSecret || changes.clientSecret !== undefined) return null
  const changed = OWNER.find((name) => (before[name] ?? null) !== (after[name] ?? null))
  if (changed === undefined) return null
  const { secretOfOtherIssuer, secretOfOtherClientId } = MESSAGES
  const message = changed === 'issuer' ? secretOfOtherIssuer : secretOfOtherClientId
  return { kind: 'rejected', field: 'clientSecret', message }
}

/** Removes the secret of a provider that was removed from the file. */
export function removeLeftSecret(before: Content, after: Record<string, unknown>): void {
  const isRemoved = OWNER.every((name) => !isSet(after[name]))
  if (!isRemoved || OWNER.every((name) => !isSet(before[name]))) return
  for (const name of SECRETS) delete after[name]
}

/**
 * Writes the issuer and the client ID beside a client secret that the window just put into settings.json,
 * if flags or variables give them. Without them a later flag could name another issuer, which would get
 * the secret. Rejects a secret that has no provider at all.
 */
export function addSecretOwner(before: Content, after: Content, found: Found): Owned {
  const { clientSecret } = after
  if (!isSet(clientSecret) || clientSecret === before['clientSecret']) return { content: after }
  const missing = OWNER.filter((name) => !isSet(after[name]))
  const given = missing.filter((name) => isGiven(found.origins[name]))
  if (missing.length === OWNER.length && given.length === 0) {
    return { kind: 'rejected', field: 'clientSecret', message: MESSAGES.secretWithoutProvider }
  }
  const added = given.map((name) => [name, found.settings[name]] as const)
  return { content: { ...after, ...Object.fromEntries(added) } }
}

type Owned = { content: Content } | Rejection

function isSet(value: unknown): boolean {
  return (value ?? null) !== null
}

type Found = {
  settings: Pick<FlatSettings, 'issuer' | 'clientId'>
  origins: Readonly<Record<(typeof OWNER)[number] | 'clientSecret', string>>
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
