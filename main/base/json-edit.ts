// Edits handwritten JSON. Keeps the comments, and the formatting of everything that does not change.

import { parseJsonText, type JsonText, type Span } from './json-text.js'
import { isObject } from './schema.js'

/**
 * Replaces the value in a text that {@link parseJsonText} reads. Unchanged members of objects and unchanged
 * objects in lists keep their formatting and the comments around them.
 */
export function editJsonText(text: string, value: unknown): string {
  const parsed = parseJsonText(text)
  const { value: before } = parsed
  if (isObject(before) && isObject(value)) return editObject(text, parsed, [before, value])
  if (isListOfObjects(before) && isListOfObjects(value)) {
    return editList(text, parsed, [before, value])
  }
  return JSON.stringify(value)
}

function isListOfObjects(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.some(isObject)
}

type Change<Value> = readonly [before: Value, after: Value]

type Edit = Span & { readonly text: string }

function editObject(
  text: string,
  { start, members }: JsonText,
  [before, after]: Change<Readonly<Record<string, unknown>>>,
): string {
  const edits = [...members].map(([name, member]): Edit => {
    if (!Object.hasOwn(after, name) || after[name] === undefined) return cut(text, member)
    const span = { start: member.valueStart, end: member.end }
    return replace(text, span, [before[name], after[name]])
  })
  const [first] = members.values()
  const separator = readIndent(text, start, first) ?? '\n  '
  const added = Object.entries(after)
    .filter(([name, one]) => !members.has(name) && one !== undefined)
    .map(([name, one]) => `${separator}${JSON.stringify(name)}: ${format(one, separator)},`)
  return apply(text, [{ start: start + 1, end: start + 1, text: added.join('') }, ...edits])
}

function editList(
  text: string,
  { start, entries }: JsonText,
  [before, after]: Change<readonly unknown[]>,
): string {
  if (before.length === after.length) {
    return apply(
      text,
      entries.map((span, index) => replace(text, span, [before[index], after[index]])),
    )
  }
  const places = findPlaces(before, after)
  const [first] = entries
  const separator = readIndent(text, start, first) ?? ' '
  const edits = entries.map((span, index): Edit | null =>
    places[index] === -1 ? cut(text, span) : null,
  )
  const added = after.flatMap((one, place): Edit[] => {
    if (places.includes(place)) return []
    // After the entry that stays before it, or at the start of the list.
    const previous = entries.findLast((_span, index) => isBetween(places[index]!, 0, place))
    const at = previous?.end ?? start + 1
    const formatted = `${separator}${format(one, separator)}`
    return [{ start: at, end: at, text: previous ? `,${formatted}` : `${formatted},` }]
  })
  return apply(text, [...added, ...edits.filter((edit) => edit !== null)])
}

/** Finds the place of each old entry in the new list: the entries that stay are in the same order. */
function findPlaces(before: readonly unknown[], after: readonly unknown[]): readonly number[] {
  const texts = after.map((one) => JSON.stringify(one))
  let next = 0
  return before.map((one) => {
    const place = texts.indexOf(JSON.stringify(one), next)
    if (place !== -1) next = place + 1
    return place
  })
}

function isBetween(value: number, least: number, limit: number): boolean {
  return value >= least && value < limit
}

function replace(text: string, { start, end }: Span, [before, after]: Change<unknown>): Edit {
  const written = text.slice(start, end)
  const isSame = JSON.stringify(before) === JSON.stringify(after)
  return { start, end, text: isSame ? written : editJsonText(written, after) }
}

/** Removes something and the comma after it, but not the comments before the comma. */
function cut(text: string, { start, end }: Span): Edit {
  const [whole, comments] = COMMA.exec(text.slice(end)) ?? ['', '']
  return { start, end: end + whole.length, text: comments }
}

const COMMA = /^((?:\s|\/\/[^\r\n]*|\/\*[^]*?\*\/)*),/

/** Applies edits that do not overlap, from the end, so that earlier positions stay valid. */
function apply(text: string, edits: readonly Edit[]): string {
  return edits
    .map((edit, index) => ({ ...edit, index }))
    .toSorted((a, b) => b.start - a.start || b.index - a.index)
    .reduce(
      (edited, { start, end, text: one }) => edited.slice(0, start) + one + edited.slice(end),
      text,
    )
}

/** Formats a value that is added after `separator`: objects over several lines if others are. */
function format(value: unknown, separator: string): string {
  const isNested = isObject(value) || isListOfObjects(value)
  if (!isNested || !separator.includes('\n')) return JSON.stringify(value)
  return JSON.stringify(value, null, 2).replaceAll('\n', separator.replace(/^[^]*\n/, '\n'))
}

/** Returns the space before the first member or entry. Null if there is none. */
function readIndent(text: string, start: number, first: Span | undefined): string | null {
  const indent = first ? /\n?[ \t]*$/.exec(text.slice(start + 1, first.start))![0] : ''
  return indent === '' ? null : indent
}
