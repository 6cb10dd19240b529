// Reads the text of settings.json, including what editors and power failures do to it.

import { readErrno } from '../base/errno.js'
import {
  JsonTextError,
  parseJsonText,
  type JsonText,
  type Place,
  type Places,
} from '../base/json-text.js'
import { readRegularFile } from '../storage/regular-file.js'
import { MESSAGES } from './settings-messages.js'

export type SettingsText = {
  content: unknown
  /** The text of the file. */
  text: string
  /** What a person should know about the file, or null. */
  warning: string | null
  places: Places
  hasComments: boolean
}

/** The file exists but cannot be understood. The message is a sentence for a person. */
export class SettingsTextError extends Error {
  override readonly name = 'SettingsTextError'
}

/** Many times the size of all settings together. */
const MOST_BYTES = 256 * 1024

/**
 * Reads settings.json, which may be a link to another file. Returns undefined if there is no such file.
 * Throws the system's error if the file cannot be read, and a {@link SettingsTextError} if it cannot be
 * understood.
 */
export function readSettingsText(path: string): SettingsText | undefined {
  let bytes: Buffer
  try {
    bytes = readRegularFile(path, { mostBytes: MOST_BYTES, allowLinks: true })
  } catch (thrown) {
    if (readErrno(thrown) === 'ENOENT') return undefined
    throw thrown
  }
  if (isUtf16(bytes)) throw new SettingsTextError(MESSAGES.isUtf16(path))
  let text: string
  try {
    text = UTF8.decode(bytes)
  } catch {
    throw new SettingsTextError(MESSAGES.notUtf8(path))
  }
  const { value, places, hasComments } = parse(text, path)
  return { content: value, text, warning: findWarning(text, path), places, hasComments }
}

/** Parses the file's text. An empty file is an empty object. Throws a {@link SettingsTextError}. */
export function parseSettings(text: string, path: string): unknown {
  return parse(text, path).value
}

/** Names a place in the file for a person: `PATH (line 1, column 2)`. */
export function formatPlace(path: string, place: Place | undefined): string {
  return place ? `${path} (line ${place.line}, column ${place.column})` : path
}

function parse(text: string, path: string): JsonText {
  if (isBlank(text)) {
    const none = {
      members: new Map<string, never>(),
      entries: [],
      places: new Map<string, Place>(),
    }
    return { value: {}, start: 0, ...none, hasComments: false }
  }
  try {
    return parseJsonText(text)
  } catch (thrown) {
    if (!(thrown instanceof JsonTextError)) throw thrown
    const { message, place } = thrown
    throw new SettingsTextError(MESSAGES.invalidJson(formatPlace(path, place), message))
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** After a power failure, some file systems keep a file's length but fill the file with zeros. */
function isBlank(text: string): boolean {
  return /^\ufeff?[\s\0]*$/.test(text)
}

function findWarning(text: string, path: string): string | null {
  if (!isBlank(text)) return null
  return text.includes('\0') ? MESSAGES.onlyZeros(path) : MESSAGES.isEmpty(path)
}

function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  // Without a byte order mark, one of the two bytes of the first brace is zero.
  return hasMark || (first === 0x7b && second === 0) || (first === 0 && second === 0x7b)
}
