// Reads the settings that settings.json gives.

import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { diskError } from '../base/errno.js'
import { nearest } from '../base/nearest.js'
import { excerpt } from '../base/printable.js'
import { DIRECTORY_MESSAGES } from '../storage/storage-messages.js'
import {
  createGiven,
  parseValue,
  SETTINGS_FILE,
  type Given,
  type Layer,
  type Messages,
} from './layer.js'
import { FILE_NAMES, findFileSetting } from './option-names.js'
import type { SettingName } from './options.js'
import { MESSAGES } from './settings-messages.js'
import { formatPlace, SettingsTextError, type SettingsText } from './settings-text.js'

/** What a reader of settings.json returns; undefined if there is no such file. */
export type FoundText = Pick<SettingsText, 'content' | 'warning'> &
  Partial<Pick<SettingsText, 'places'>>

export type ReadSettingsText = (path: string) => FoundText | undefined

/** Editors find the schema of the file by this key: see `main/assets/settings.schema.json`. */
const SCHEMA_KEY = '$schema'

export const PROVIDERS_KEY = 'providers'

/** Says which issuer and client ID the client secret beside it is for, if flags or variables gave them. */
export const SECRET_OWNER_KEY = 'clientSecretFor'

/** The list `providers` of settings.json. */
export type FoundProviders = {
  value: unknown
  /** Names the place of a path in the list for a person: `providers[1].issuer`. */
  formatPlace(path: string): string
}

export type FileLayer = {
  layer: Layer
  /** The issuer and the client ID that the layer's client secret is for, as far as the file says so. */
  owner: Layer
  /** Null if the file has no list. */
  providers: FoundProviders | null
}

/** Reads settings.json at `path`. A null in the file counts as unset. */
export function readFileLayer(path: string, read: ReadSettingsText, messages: Messages): FileLayer {
  const found = readText(path, read, messages)
  const none = { layer: new Map(), owner: new Map(), providers: null }
  if (found?.content === undefined) return none
  const { content, places } = found
  if (!isObject(content)) {
    messages.problems.push(MESSAGES.notAnObject(path))
    return none
  }
  const providers = content[PROVIDERS_KEY]
  const layer = readContent(content, path, places, messages)
  const toPlace = (member: string): string =>
    `"${shortenMember(member)}" in ${formatPlace(path, places?.get(member))}`
  return {
    layer,
    owner: new Map([...layer, ...readOwner(content[SECRET_OWNER_KEY], toPlace, messages)]),
    providers: isSet(providers)
      ? {
          value: providers,
          formatPlace: toPlace,
        }
      : null,
  }
}

const OTHER_KEYS: ReadonlySet<string> = new Set([SCHEMA_KEY, PROVIDERS_KEY, SECRET_OWNER_KEY])

/** Reads whom the client secret is for. Anything unclear is a problem: the secret could go to the wrong one. */
function readOwner(
  value: unknown,
  toPlace: (member: string) => string,
  { problems }: Messages,
): Layer {
  if (!isSet(value)) return new Map()
  const members = isObject(value) ? Object.entries(value) : []
  const owner = members.flatMap(([key, member]) => {
    if (key !== 'issuer' && key !== 'clientId') return []
    const given = createGiven(member, SETTINGS_FILE, toPlace(`${SECRET_OWNER_KEY}.${key}`))
    return 'value' in parseValue(key, given) ? [[key, given] as const] : []
  })
  if (owner.length === 0 || owner.length < members.length) {
    problems.push(MESSAGES.badSecretOwner(toPlace(SECRET_OWNER_KEY)))
  }
  return new Map(owner)
}

function readContent(
  content: Readonly<Record<string, unknown>>,
  path: string,
  places: FoundText['places'],
  messages: Messages,
): Layer {
  const layer = new Map<SettingName, Given>()
  for (const [key, value] of Object.entries(content)) {
    if (OTHER_KEYS.has(key)) continue
    const name = findFileSetting(key)
    const place = formatPlace(path, places?.get(key))
    if (name === null) messages.problems.push(explainUnknownSetting(place, key))
    else if (value === null) continue
    else if (key !== name && isSet(content[name])) {
      messages.warnings.push(MESSAGES.oldName(`"${key}" in ${place}`, `"${name}"`))
    } else layer.set(name, createGiven(value, SETTINGS_FILE, `"${key}" in ${place}`))
  }
  return layer
}

/** Shortens the words of a path that are no names of settings. `member`: `providers[1].issuer`. */
function shortenMember(member: string): string {
  return member.replace(/[^.[\]]+/g, (word) =>
    findFileSetting(word) === null ? excerpt(word) : word,
  )
}

function readText(
  path: string,
  read: ReadSettingsText,
  { problems, warnings }: Messages,
): FoundText | undefined {
  try {
    const found = read(path)
    if (found && found.warning !== null) warnings.push(found.warning)
    return found
  } catch (thrown) {
    if (thrown instanceof SettingsTextError) problems.push(thrown.message)
    else {
      problems.push(explainOwner(path) ?? MESSAGES.unreadable(path, diskError(thrown)))
    }
    return undefined
  }
}

/** Returns a message if the file is in another user's directory, else null. */
function explainOwner(path: string): string | null {
  const directory = dirname(path)
  const uid = process.geteuid?.()
  const owner = statSync(directory, { throwIfNoEntry: false })?.uid
  if (uid === undefined || uid === 0 || owner === undefined || owner === uid) return null
  return `${DIRECTORY_MESSAGES.ownedByOther(directory, owner)} ${MESSAGES.chooseDataDir}`
}

function explainUnknownSetting(place: string, key: string): string {
  const known = [...FILE_NAMES, PROVIDERS_KEY]
  return MESSAGES.unknownSetting(place, excerpt(key), nearest(key, known), known)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}
