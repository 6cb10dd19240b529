// How each setting is spelled as a flag, as an environment variable and in settings.json.

import { OPTIONS, type SettingName } from './options.js'

export const NAMES = Object.keys(OPTIONS) as SettingName[]

export const FLAG_NAMES = NAMES.filter((name) => OPTIONS[name].usage !== null)

/** `dataDir` says where settings.json is, and `takeOver` is for one start only. */
const NOT_IN_FILE: ReadonlySet<SettingName> = new Set(['dataDir', 'takeOver'])

export const FILE_NAMES = NAMES.filter((name) => !NOT_IN_FILE.has(name))

/** The flag without its leading hyphens: `client-id`. */
export function toFlag(name: SettingName): string {
  return (OPTIONS[name].usage ?? '').slice('--'.length).split(' ')[0]!
}

/** The flags that set a value, without their leading hyphens: first the current one, then the old one. */
export function toFlags(name: SettingName): readonly string[] {
  const { oldName } = OPTIONS[name]
  const old = oldName?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return old === undefined ? [toFlag(name)] : [toFlag(name), old]
}

/** The flag that turns a switch off, without its leading hyphens: `no-demo`, `browser`. */
export function toOffFlag(name: SettingName): string {
  const flag = toFlag(name)
  return flag.startsWith('no-') ? flag.slice('no-'.length) : `no-${flag}`
}

/** False for a switch. */
export function takesValue(name: SettingName): boolean {
  return OPTIONS[name].usage?.includes(' ') ?? false
}

/** The environment variables of a setting: first the current one, then the old one. */
export function toVariables(name: SettingName): readonly [string, ...string[]] {
  const { oldName } = OPTIONS[name]
  return oldName === undefined ? [toVariable(name)] : [toVariable(name), toVariable(oldName)]
}

function toVariable(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => `_${letter}`)
  return `LATCHKEY_${words.toUpperCase()}`
}

/** Finds the setting with this name, or with this old name, in settings.json. */
export function findFileSetting(key: string): SettingName | null {
  return FILE_NAMES.find((name) => name === key || OPTIONS[name].oldName === key) ?? null
}
