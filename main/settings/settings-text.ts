// The text of settings.json, as editors and power cuts leave it.

import { errnoOf } from '../base/errno.js'
import { JsonTextError, parseJsonText, type JsonText, type Place } from '../base/json-text.js'
import { readRegularFile } from '../storage/regular-file.js'

export type SettingsText = {
  content: unknown
  /** The file as it was found. */
  text: string
  /** What a person should know of it; null where all is well. */
  notice: string | null
  /** Where in the file each name of its object is. */
  places: ReadonlyMap<string, Place>
  /** True where something is in it that is written for people alone. */
  hasComments: boolean
}

/** The file is there and cannot be understood. The message is a sentence for a person. */
export class SettingsTextError extends Error {
  override readonly name = 'SettingsTextError'
}

/** Many times what all settings together take. */
const MOST_BYTES = 256 * 1024

/**
 * Reads settings.json, which may be a link to where a person keeps it; undefined where there is none.
 * Throws the system's error where it cannot be read, and a {@link SettingsTextError}.
 */
export function readSettingsText(path: string): SettingsText | undefined {
  let bytes: Buffer
  try {
    bytes = readRegularFile(path, { mostBytes: MOST_BYTES, allowLinks: true })
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
  if (isUtf16(bytes)) {
    throw new SettingsTextError(`${path} is encoded as UTF-16. Save it as UTF-8.`)
  }
  let text: string
  try {
    text = UTF8.decode(bytes)
  } catch {
    throw new SettingsTextError(`${path} is not encoded as UTF-8. Save it as UTF-8.`)
  }
  const { value, members, hasComments } = parse(text, path)
  const places = new Map([...members].map(([name, { place }]) => [name, place]))
  return { content: value, text, notice: notificationFor(text, path), places, hasComments }
}

/** Parses the file's text; an empty file is an empty object. Throws a {@link SettingsTextError}. */
export function parseSettings(text: string, path: string): unknown {
  return parse(text, path).value
}

/** Where something is in the file, for a person to look there. */
export function placeIn(path: string, place: Place | undefined): string {
  return place ? `${path} (line ${place.line}, column ${place.column})` : path
}

function parse(text: string, path: string): JsonText {
  if (isBlank(text)) return { value: {}, start: 0, members: new Map(), hasComments: false }
  try {
    return parseJsonText(text)
  } catch (thrown) {
    if (!(thrown instanceof JsonTextError)) throw thrown
    const { message, place } = thrown
    throw new SettingsTextError(
      `${placeIn(path, place)} is not valid JSON: ${message}. Fix it, or move it away to start over.`,
    )
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** After a power cut, some file systems give a file its length, and zeros for its content. */
function isBlank(text: string): boolean {
  return /^\ufeff?[\s\0]*$/.test(text)
}

function notificationFor(text: string, path: string): string | null {
  if (!isBlank(text)) return null
  return text.includes('\0')
    ? `${path} holds nothing but zeros, as after a power cut: its settings are lost, and the defaults apply.`
    : `${path} is empty, so the defaults apply.`
}

function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  // Without a mark, each character of the first brace takes two bytes, of which one is zero.
  return hasMark || (first === 0x7b && second === 0) || (first === 0 && second === 0x7b)
}
