// Reads the settings that environment variables give.

import type { Environment } from '../base/environment.js'
import { nearest } from '../base/nearest.js'
import { excerpt } from '../base/printable.js'
import { createGiven, type Given, type Layer, type Messages } from './layer.js'
import { NAMES, toVariables } from './option-names.js'
import type { SettingName } from './options.js'
import { MESSAGES } from './settings-messages.js'

/** Reads the variables. An empty variable counts as unset. */
export function readVariables(env: Environment, { warnings }: Messages): Layer {
  const layer = new Map<SettingName, Given>()
  for (const name of NAMES) {
    const [variable, oldVariable] = toVariables(name).filter((one) => env[one])
    if (variable === undefined) continue
    if (oldVariable !== undefined) warnings.push(MESSAGES.oldName(oldVariable, variable))
    layer.set(name, createGiven(env[variable], variable))
  }
  return layer
}

/** Variables that are not settings: the passphrase, those of apps and of the command line, and of tests. */
const OTHER_VARIABLES = /^LATCHKEY_(PASSPHRASE|URL|BROWSER|KEY|KEY_FILE|STAND_IN|TEST_.*)$/

/** Those that a person sets. */
const SUGGESTED = ['LATCHKEY_PASSPHRASE', 'LATCHKEY_KEY', 'LATCHKEY_KEY_FILE']

/**
 * Returns a warning for each unknown `LATCHKEY_…` variable. The warnings leave out the values, because
 * a misspelled variable may hold the passphrase.
 */
export function findUnknownVariables(
  env: Environment,
  platform: NodeJS.Platform,
): readonly string[] {
  return listUnknown(env, platform).map(explain)
}

/**
 * Does the same for those alone that resemble a variable of Latchkey. A script may have names of its own,
 * such as LATCHKEY_TOKEN.
 */
export function findMistypedVariables(
  env: Environment,
  platform: NodeJS.Platform,
): readonly string[] {
  return listUnknown(env, platform)
    .filter(({ suggestion }) => suggestion !== null)
    .map(explain)
}

const PREFIX = 'LATCHKEY_'

type UnknownVariable = { name: string; suggestion: string | null }

function explain({ name, suggestion }: UnknownVariable): string {
  const [prefix, rest] = [name.slice(0, PREFIX.length), name.slice(PREFIX.length)]
  return MESSAGES.unknownVariable(`${prefix}${excerpt(rest)}`, suggestion)
}

function listUnknown(env: Environment, platform: NodeJS.Platform): readonly UnknownVariable[] {
  const known = new Set(NAMES.flatMap(toVariables))
  const unknown = Object.keys(env).filter((spelling) => {
    // The names of variables are case-insensitive on Windows.
    const name = platform === 'win32' ? spelling.toUpperCase() : spelling
    return /^LATCHKEY_/i.test(name) && !known.has(name) && !OTHER_VARIABLES.test(name)
  })
  return unknown.map((name) => ({ name, suggestion: suggestVariable(name) }))
}

function suggestVariable(name: string): string | null {
  const current = [...NAMES.map((one) => toVariables(one)[0]), ...SUGGESTED]
  const withoutPrefix = (one: string): string => one.slice(PREFIX.length)
  const near = nearest(withoutPrefix(name), current.map(withoutPrefix))
  return near === null ? null : `LATCHKEY_${near}`
}
