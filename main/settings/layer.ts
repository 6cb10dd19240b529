// One layer of settings (flags, variables or settings.json) and how a value of a layer is checked.

import { containsKey, maskPasswords, maskSecrets } from '../base/key-form.js'
import { excerpt } from '../base/printable.js'
import { MESSAGES } from './settings-messages.js'
import { OPTIONS, type FlatSettings, type SettingName } from './options.js'

export const SETTINGS_FILE = 'settings.json'

/** A raw value, the short name of its source (`--port`, `settings.json`) and its exact place. */
export type Given = { value: unknown; origin: string; place: string }

/** The values of one source by setting. */
export type Layer = ReadonlyMap<SettingName, Given>

/** True if the origin of a setting is a flag or a variable. */
export function isGiven(origin: string): boolean {
  return /^(--|LATCHKEY_)/.test(origin)
}

/** Messages for people that collect while the settings are read. Problems prevent the start. */
export type Messages = { problems: string[]; warnings: string[] }

export function createGiven(value: unknown, origin: string, place = origin): Given {
  return { value, origin, place }
}

/** Parses the value of a setting. The problem is a sentence for a person. */
export function parseValue<Name extends SettingName>(
  name: Name,
  { value, origin, place }: Given,
): { value: NonNullable<FlatSettings[Name]> } | { problem: string } {
  const { schema, secret, rule } = OPTIONS[name]
  // S38: a key is valid text for some settings, which reach the provider, the log and the report.
  if (containsKey(JSON.stringify(value) ?? '')) return { problem: MESSAGES.keyAsValue(place) }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { value: parsed.data }
  const ruleText = typeof rule === 'string' ? rule : rule(value)
  if (secret) return { problem: MESSAGES.invalidSecret(place, ruleText) }
  // A repeatable flag that was given once, and text typed into the window, are lists of one.
  const isOne = Array.isArray(value) && value.length === 1 && origin !== SETTINGS_FILE
  const shown = quoteValue(isOne ? value[0] : value)
  return { problem: MESSAGES.invalid(place, ruleText, shown, suggestValue(name, value)) }
}

/**
 * Returns why a value is not valid for a setting, in a sentence that begins with `label`, or null if it
 * is valid.
 */
export function findProblem(name: SettingName, value: unknown, label: string): string | null {
  const parsed = parseValue(name, createGiven(value, label))
  return 'problem' in parsed ? parsed.problem : null
}

/** Quotes the beginning of an invalid value: it may be a secret in a wrong place (S38, S48). */
export function quoteValue(value: unknown): string {
  if (value === undefined) return MESSAGES.missing
  // Before the text is cut: a password without its @ does not look like one.
  const text = maskPasswords(maskSecrets(JSON.stringify(value)))
  return typeof value === 'string' ? `"${excerpt(text.slice(1, -1))}"` : excerpt(text)
}

function suggestValue(name: SettingName, value: unknown): string | null {
  const { suggest, schema } = OPTIONS[name]
  if (typeof value !== 'string' || suggest === undefined) return null
  const suggestion = suggest(value.trim())
  return suggestion !== null && schema.safeParse(suggestion).success ? suggestion : null
}
