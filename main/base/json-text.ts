// Reads handwritten JSON: allows comments and final commas, and gives each error a position.

import { JSON_FAULTS, JSON_PARTS } from './base-messages.js'
import { excerpt } from './printable.js'

/** Counted from 1, as in editors. */
export type Place = { readonly line: number; readonly column: number }

/** Where something begins and ends in the text. */
export type Span = { readonly start: number; readonly end: number }

/** A name of the outermost object with its value. */
export type Member = Span & { readonly valueStart: number }

/** Finds the place of a name or of an entry of a list by its path: `providers[1].issuer`. */
export type Places = { get(path: string): Place | undefined }

export type JsonText = {
  readonly value: unknown
  /** Where the value begins. */
  readonly start: number
  /** The members of the outermost object. Empty if the text contains something else. */
  readonly members: ReadonlyMap<string, Member>
  /** The entries of the outermost list. Empty if the text contains something else. */
  readonly entries: readonly Span[]
  readonly places: Places
  readonly hasComments: boolean
}

/** The text is not JSON. The message describes the error and follows its position. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError'
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

/**
 * Parses JSON with comments and final commas. Throws a {@link JsonTextError}, also if an object has a
 * name twice, because it's unclear which of the two is meant.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8259#section-2}
 */
export function parseJsonText(text: string): JsonText {
  const reader = createReader(text)
  const members = new Map<string, Member>()
  const entries: Span[] = []
  reader.skip()
  const start = reader.at()
  const value = readValue(reader, { path: '', depth: 0, members, entries })
  reader.skip()
  if (reader.next() !== '') throw reader.unexpected(JSON_PARTS.end)
  const { places, hasComments } = reader
  return { value, start, members, entries, places, hasComments: hasComments() }
}

/** Deeper than any settings, and far below the limit of the stack. */
const DEEPEST = 64

type Reader = ReturnType<typeof createReader>

/** Where a value is. The outermost one collects its members or entries. */
type Position = {
  path: string
  depth: number
  members?: Map<string, Member>
  entries?: Span[]
}

function createReader(text: string) {
  let at = text.startsWith('\ufeff') ? 1 : 0
  let commented = false
  const starts = new Map<string, number>()
  const findPlace = (index: number): Place => {
    const before = text.slice(0, index).replace(/^\ufeff/, '')
    const lines = before.split(/\r\n|\n|\r/)
    return { line: lines.length, column: lines.at(-1)!.length + 1 }
  }
  const fail = (message: string, index = at): JsonTextError =>
    new JsonTextError(message, findPlace(index))
  const next = (): string => text.charAt(at)
  /** Reads the match of `pattern` at this position. The pattern must be sticky. */
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? null
    at += found?.length ?? 0
    return found
  }
  /** Skips blanks and comments. */
  const skip = (): void => {
    for (;;) {
      match(/[ \t\r\n]+/y)
      if (match(/\/\/[^\r\n]*|\/\*[^]*?\*\//y) === null) break
      commented = true
    }
    if (text.startsWith('/*', at)) throw fail(JSON_FAULTS.openComment)
  }
  const unexpected = (wanted: string): JsonTextError => {
    const [character = ''] = text.slice(at, at + 2)
    return fail(JSON_FAULTS.unexpected(wanted, character))
  }
  return {
    at: () => at,
    recordStart: (path: string, start: number): void => void starts.set(path, start),
    places: {
      get: (path: string): Place | undefined => {
        const start = starts.get(path)
        return start === undefined ? undefined : findPlace(start)
      },
    },
    hasComments: () => commented,
    findPlace,
    fail,
    next,
    match,
    skip,
    unexpected,
  }
}

function readValue(reader: Reader, position: Position): unknown {
  if (position.depth > DEEPEST) throw reader.fail(JSON_FAULTS.tooDeep)
  switch (reader.next()) {
    case '{':
      return readObject(reader, position)
    case '[':
      return readList(reader, position)
    case '"':
      return readString(reader)
    default: {
      const word = reader.match(
        /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y,
      )
      if (word === null) throw reader.unexpected(JSON_PARTS.value)
      return JSON.parse(word)
    }
  }
}

function readObject(reader: Reader, { path, depth, members }: Position): object {
  const entries = new Map<string, unknown>()
  readItems(reader, '{', '}', () => {
    const start = reader.at()
    if (reader.next() !== '"') throw reader.unexpected(JSON_PARTS.name)
    const name = readString(reader)
    if (entries.has(name)) throw reader.fail(JSON_FAULTS.duplicate(excerpt(name)), start)
    const namePath = path === '' ? name : `${path}.${name}`
    reader.recordStart(namePath, start)
    reader.skip()
    if (reader.match(/:/y) === null) throw reader.unexpected(JSON_PARTS.colon)
    reader.skip()
    const valueStart = reader.at()
    entries.set(name, readValue(reader, { path: namePath, depth: depth + 1 }))
    members?.set(name, { start, valueStart, end: reader.at() })
  })
  return Object.fromEntries(entries)
}

function readList(reader: Reader, { path, depth, entries }: Position): unknown[] {
  const list: unknown[] = []
  readItems(reader, '[', ']', () => {
    const entryPath = `${path}[${list.length}]`
    const start = reader.at()
    reader.recordStart(entryPath, start)
    list.push(readValue(reader, { path: entryPath, depth: depth + 1 }))
    entries?.push({ start, end: reader.at() })
  })
  return list
}

/** Reads from one bracket to the other, with commas between the items. */
function readItems(reader: Reader, open: string, close: string, readItem: () => void): void {
  const isAt = (character: string): boolean =>
    reader.next() === character && reader.match(/[^]/y) !== null
  isAt(open)
  for (;;) {
    reader.skip()
    if (isAt(close)) return
    readItem()
    reader.skip()
    if (isAt(close)) return
    if (!isAt(',')) throw reader.unexpected(JSON_PARTS.commaOr(close))
  }
}

function readString(reader: Reader): string {
  const start = reader.at()
  // eslint-disable-next-line no-control-regex
  const found = reader.match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y)
  if (found !== null) return JSON.parse(found) as string
  throw reader.fail(JSON_FAULTS.text, start)
}
