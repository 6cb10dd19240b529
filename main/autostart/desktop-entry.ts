// The Desktop Entry format, as far as entries for starting at login need it: plain text in and out.

import { OBSTACLES } from './autostart-messages.js'

/** The keys of the main group, with their values as they are written. */
export type Entry = ReadonlyMap<string, string>

/**
 * Reads an entry. Null if the text is not one.
 *
 * @see {@link https://specifications.freedesktop.org/desktop-entry-spec/latest/basic-format.html}
 */
export function readEntry(text: string): Entry | null {
  const entry = new Map<string, string>()
  let group: string | null = null
  for (const line of text.split(/\r?\n/)) {
    if (isBlank(line)) continue
    const header = HEADER.exec(line)
    if (header) {
      if (group === null && header[1] !== MAIN_GROUP) return null
      group = header[1]!
      continue
    }
    const pair = PAIR.exec(line)
    if (group === null || !pair) return null
    if (group === MAIN_GROUP) entry.set(pair[1]!, pair[2]!.trimEnd())
  }
  return group === null ? null : entry
}

/** Sets keys of the main group, or removes them if the value is null. Everything else stays as it is. */
export function editEntry(text: string, changes: Readonly<Record<string, string | null>>): string {
  const missing = new Map(Object.entries(changes))
  const lines: string[] = []
  // New keys go after the last line of the main group that is not blank.
  let end = 0
  let group: string | null = null
  for (const line of text.split(/\r?\n/)) {
    group = HEADER.exec(line)?.[1] ?? group
    const key = group === MAIN_GROUP ? readKey(line) : undefined
    const value = key === undefined ? undefined : changes[key]
    if (key !== undefined) missing.delete(key)
    if (value === null) continue
    lines.push(value === undefined ? line : `${key}=${value}`)
    if (group === MAIN_GROUP && line.trim() !== '') end = lines.length
  }
  const added = [...missing].flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
  return `${lines
    .toSpliced(end, 0, ...added)
    .join('\n')
    .trimEnd()}\n`
}

/** Writes a text as a value. Escapes `\`, tabs, line breaks, and spaces at the ends, which readers drop. */
export function escapeValue(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/^ +| +$/g, (spaces) => '\\s'.repeat(spaces.length))
}

/** Reads the text that a value stands for. Null if it contains an unknown escape. */
export function unescapeValue(value: string): string | null {
  let text = ''
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] !== '\\') {
      text += value[at]
      continue
    }
    at += 1
    const meant = ESCAPES[value[at] ?? '']
    if (meant === undefined) return null
    text += meant
  }
  return text
}

/**
 * Writes a program and its arguments as a value of `Exec`. An argument with a reserved character is
 * quoted, and each `%` is doubled. The result is then escaped like any other value.
 *
 * @see {@link https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html}
 */
export function formatExec(command: readonly string[]): string {
  const quoted = command.map((argument) => {
    const literal = argument.replaceAll('%', '%%')
    return PLAIN.test(argument) ? literal : `"${literal.replace(/["`$\\]/g, '\\$&')}"`
  })
  return escapeValue(quoted.join(' '))
}

/** Explains why `Exec` cannot contain a command, by one of {@link OBSTACLES}. Null if it can. */
export function execObstacle([program = '', ...args]: readonly string[]): string | null {
  if ([program, ...args].some((argument) => UNWRITABLE.test(argument))) {
    return OBSTACLES.unwritable
  }
  return program.includes('=') ? OBSTACLES.equalsSign : null
}

/** Reads the program and arguments from a value of `Exec`, without field codes. Null if it is faulty. */
export function parseExec(value: string): readonly string[] | null {
  const text = unescapeValue(value)
  if (text === null) return null
  const command: string[] = []
  let end = 0
  for (const [whole, quoted, plain = ''] of text.matchAll(ARGUMENT)) {
    end += whole.length
    const argument = quoted?.replace(/\\(["`$\\])/g, '$1') ?? plain
    if (!FIELD_CODE.test(whole.trim())) command.push(argument.replaceAll('%%', '%'))
  }
  return end < text.trimEnd().length || command.length === 0 ? null : command
}

const MAIN_GROUP = 'Desktop Entry'
const HEADER = /^\[([^[\]]+)\]\s*$/
const PAIR = /^([A-Za-z0-9-]+(?:\[[^\]]+\])?)\s*=\s*(.*)$/
const ESCAPES: Readonly<Record<string, string>> = {
  s: ' ',
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
}

/** Characters that are not reserved, and that no reader of the file treats in a special way. */
const PLAIN = /^[\w/.@+,:=%-]+$/
/** Control characters, and the character that stands for bytes that are not UTF-8. */
const UNWRITABLE = /[\p{Cc}\ufffd]/u
/** An argument with or without quotes. The next one begins where it ends. */
const ARGUMENT = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)/gy
const FIELD_CODE = /^%[a-zA-Z]$/

function readKey(line: string): string | undefined {
  return isBlank(line) ? undefined : PAIR.exec(line)?.[1]
}

/** True for comments too. */
function isBlank(line: string): boolean {
  return line.trim() === '' || line.startsWith('#')
}
