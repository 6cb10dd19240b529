// Reads the settings that the command line gives, and handles command lines for other programs.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readErrno } from '../base/errno.js'
import { nearest } from '../base/nearest.js'
import { excerpt } from '../base/printable.js'
import { createGiven, type Given, type Layer, type Messages } from './layer.js'
import { FLAG_NAMES, takesValue, toFlag, toFlags, toOffFlag } from './option-names.js'
import { OPTIONS, type SettingName } from './options.js'
import { MESSAGES } from './settings-messages.js'

type ParsedFlags = {
  values: Readonly<Record<string, unknown>>
  /** True if a problem with a flag was found already. */
  isFaulty: boolean
}

/**
 * Reads the flags. `isLenient` ignores unknown flags and words, because Chromium's switches may share
 * the command line.
 */
export function readFlags(args: readonly string[], isLenient: boolean, messages: Messages): Layer {
  const parsed = parseFlags(args, isLenient, messages)
  const layer = new Map<SettingName, Given>()
  for (const name of FLAG_NAMES) {
    const given = readFlag(name, parsed, messages)
    if (given !== null) layer.set(name, given)
  }
  return layer
}

/**
 * Joins flags and their values: `--issuer=URL`. On Windows, Chromium exits if a bare word follows
 * something that looks like a link.
 */
export function joinFlags(args: readonly string[]): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const before = joined.at(-1)
    const name = findFlagSetting(before)
    if (name !== null && takesValue(name)) joined[joined.length - 1] = `${before}=${arg}`
    else joined.push(arg)
  }
  return joined
}

/** Returns the arguments without the word `command`, or null if they do not contain it. */
export function findCommandArgs(
  command: string,
  args: readonly string[],
): readonly string[] | null {
  const options = createParseOptions()
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  const word = tokens.find((token) => token.kind === 'positional' && token.value === command)
  return word ? args.toSpliced(word.index, 1) : null
}

function parseFlags(args: readonly string[], isLenient: boolean, messages: Messages): ParsedFlags {
  const options = createParseOptions()
  const parse = (strict: boolean): ParsedFlags['values'] =>
    parseArgs({ args: [...args], options, strict, allowPositionals: !strict }).values
  try {
    return { values: parse(!isLenient), isFaulty: false }
  } catch (thrown) {
    messages.problems.push(explainFlagError(thrown, args))
    return { values: parse(false), isFaulty: true }
  }
}

function readFlag(
  name: SettingName,
  { values, isFaulty }: ParsedFlags,
  messages: Messages,
): Given | null {
  const [flag, oldFlag] = toFlags(name).filter((one) => values[one] !== undefined)
  // Reported already: a flag without its value, or a switch with a value.
  if (isFaulty && flag !== undefined && hasWrongType(name, values[flag])) return null
  if (oldFlag !== undefined) messages.warnings.push(MESSAGES.oldName(`--${oldFlag}`, `--${flag}`))
  const offFlag = toOffFlag(name)
  if (!takesValue(name) && values[offFlag] === true) {
    if (flag !== undefined) messages.problems.push(MESSAGES.contradiction(flag, offFlag))
    return createGiven(false, `--${offFlag}`)
  }
  return flag === undefined ? null : createGiven(toAbsolute(name, values[flag]), `--${flag}`)
}

/** Completes the paths of a flag for paths. An empty one stays, so that it is rejected. */
function toAbsolute(name: SettingName, value: unknown): unknown {
  if (OPTIONS[name].isPath !== true || !Array.isArray(value)) return value
  return value.map((path: string) => (path.trim() === '' ? path : resolve(path.trim())))
}

function hasWrongType(name: SettingName, value: unknown): boolean {
  return [value].flat().some((one) => (typeof one === 'string') !== takesValue(name))
}

type ParseOptions = Record<string, { type: 'string' | 'boolean'; multiple: boolean }>

function createParseOptions(): ParseOptions {
  const options: ParseOptions = {}
  for (const name of FLAG_NAMES) {
    const type = takesValue(name) ? 'string' : 'boolean'
    const flags = takesValue(name) ? toFlags(name) : [...toFlags(name), toOffFlag(name)]
    for (const flag of flags) options[flag] = { type, multiple: OPTIONS[name].repeats === true }
  }
  return options
}

/** Finds the setting that a flag with its leading hyphens sets to a value or turns on. */
function findFlagSetting(flag: string | undefined): SettingName | null {
  if (!flag?.startsWith('--')) return null
  return FLAG_NAMES.find((name) => toFlags(name).includes(flag.slice('--'.length))) ?? null
}

/** The messages of `parseArgs` are about its own API. */
function explainFlagError(thrown: unknown, args: readonly string[]): string {
  const message = thrown instanceof Error ? thrown.message : ''
  const flag = /'(-[^\s'<]*)/.exec(message)?.[1] ?? ''
  switch (readErrno(thrown)) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return /^--client-secret(=|$)/.test(flag) ? MESSAGES.secretAsFlag : explainUnknownFlag(flag)
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return MESSAGES.notAFlag(excerpt(args.find((arg) => message.includes(`'${arg}'`)) ?? ''))
    default:
      return explainWrongType(flag)
  }
}

function explainUnknownFlag(flag: string): string {
  const known = FLAG_NAMES.flatMap((name) =>
    takesValue(name) ? [toFlag(name)] : [toFlag(name), toOffFlag(name)],
  )
  const near = flag.startsWith('--') ? nearest(flag.slice('--'.length), known) : null
  return MESSAGES.unknownFlag(excerpt(flag), near === null ? null : `--${near}`)
}

function explainWrongType(flag: string): string {
  const [bare = ''] = flag.split('=')
  const name = findFlagSetting(bare)
  return name !== null && takesValue(name)
    ? MESSAGES.flagNeedsValue(bare, OPTIONS[name].usage ?? '')
    : MESSAGES.switchTakesNoValue(flag || 'A flag')
}
