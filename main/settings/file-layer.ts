// Reads the settings that settings.json gives.

import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { diskError } from '../base/errno.js'
import { nearest } from '../base/nearest.js'
import { DIRECTORY_MESSAGES } from '../storage/storage-messages.js'
import { createGiven, SETTINGS_FILE, type Given, type Layer, type Messages } from './layer.js'
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

/** The list `providers` of settings.json. */
export type FoundProviders = {
  value: unknown
  /** Names the place of a path in the list for a person: `providers[1].issuer`. */
  formatPlace(path: string): string
}

export type FileLayer = {
  layer: Layer
  /** Null if the file has no list. */
  providers: FoundProviders | null
}

/** Reads settings.json at `path`. A null in the file counts as unset. */
export function readFileLayer(path: string, read: ReadSettingsText, messages: Messages): FileLayer {
  const found = readText(path, read, messages)
  if (found?.content === undefined) return { layer: new Map(), providers: null }
  const { content, places } = found
  if (!isObject(content)) {
    messages.problems.push(MESSAGES.notAnObject(path))
    return { layer: new Map(), providers: null }
  }
  const providers = content[PROVIDERS_KEY]
  return {
    layer: readContent(content, path, places, messages),
    providers: isSet(providers)
      ? {
          value: providers,
          formatPlace: (member) => `"${member}" in ${formatPlace(path, places?.get(member))}`,
        }
      : null,
  }
}

function readContent(
  content: Readonly<Record<string, unknown>>,
  path: string,
  places: FoundText['places'],
  messages: Messages,
): Layer {
  const layer = new Map<SettingName, Given>()
  for (const [key, value] of Object.entries(content)) {
    if (key === SCHEMA_KEY || key === PROVIDERS_KEY) continue
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
  return MESSAGES.unknownSetting(place, key, nearest(key, known), known)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}
