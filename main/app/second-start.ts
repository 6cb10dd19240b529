// What a second start of the tray app hands to the one that runs, and what that one makes of it.

import { z } from 'zod'
import { AUTOSTART_FLAG } from '../autostart/autostart.js'
import type { Settings } from '../settings/options.js'
import type { SettingsFindings } from '../settings/read.js'

/** Only what can be said aloud: the client secret stays out of it. */
export type SecondStart = {
  signIn: boolean
  isAtLogin: boolean
  given: { name: string; origin: string; value: unknown }[]
}

export type SecondStartAnswer = {
  open: boolean
  signIn: boolean
  /** What was asked for and is not done, for a person; null if all of it is. */
  notice: string | null
}

/** Not settings of the one that runs, or not to be told: these are no reason to quit it. */
const LEFT_OUT: ReadonlySet<string> = new Set<keyof Settings>([
  'clientSecret',
  'dataDir',
  'demoIfUnset',
  'json',
  'signIn',
])

const SCHEMA = z.object({
  signIn: z.boolean(),
  isAtLogin: z.boolean(),
  given: z
    .array(z.object({ name: z.string(), origin: z.string().max(80), value: z.unknown() }))
    .max(99),
})

/** What this start was given by flags and variables. */
export function secondStartOf(
  { settings, origins }: Pick<SettingsFindings, 'settings' | 'origins'>,
  args: readonly string[],
): SecondStart {
  const names = (Object.keys(origins) as (keyof Settings)[]).filter(
    (name) => isGiven(origins[name]) && !LEFT_OUT.has(name),
  )
  return {
    signIn: settings.signIn,
    isAtLogin: args.includes(AUTOSTART_FLAG),
    given: names.map((name) => ({ name, origin: origins[name], value: settings[name] })),
  }
}

/**
 * What the running Latchkey does: it signs in, and opens its window unless the system made the second
 * start at login. Other settings it has from its own start, and says so if the second start's differ.
 * `data` comes from another program of this user; anything else than {@link SecondStart} opens the window.
 */
export function answerSecondStart(data: unknown, current: Settings): SecondStartAnswer {
  const parsed = SCHEMA.safeParse(data)
  if (!parsed.success) return { open: true, signIn: false, notice: null }
  const { signIn, isAtLogin, given } = parsed.data
  const ignored = given
    .filter(({ name, value }) => {
      if (LEFT_OUT.has(name) || !Object.hasOwn(current, name)) return false
      return JSON.stringify(value) !== JSON.stringify(current[name as keyof Settings])
    })
    .map(({ origin }) => origin)
  const notice =
    ignored.length === 0
      ? null
      : `Latchkey was already running, so ${listOf(ignored)} had no effect. Quit it first, then start it again.`
  return { open: !isAtLogin, signIn, notice }
}

/** The flags that a start at login keeps of this start's, and the names of what it does not keep. */
export function keptAtLogin(
  { settings, origins }: Pick<SettingsFindings, 'settings' | 'origins'>,
  canKeep: boolean,
): { flags: readonly string[]; lost: readonly string[] } {
  const kept: readonly (keyof Settings)[] = canKeep ? ['dataDir', 'port'] : []
  const flags = [
    ...(canKeep && isGiven(origins.dataDir) ? [`--data-dir=${settings.dataDir}`] : []),
    ...(canKeep && isGiven(origins.port) ? [`--port=${settings.port}`] : []),
  ]
  const lost = (Object.keys(origins) as (keyof Settings)[])
    .filter((name) => isGiven(origins[name]) && !kept.includes(name) && !FOR_THIS_START.has(name))
    .map((name) => origins[name])
  return { flags, lost: [...new Set(lost)] }
}

/** What a start at login has no use for. */
const FOR_THIS_START: ReadonlySet<string> = new Set<keyof Settings>([
  'demoIfUnset',
  'json',
  'signIn',
])

/** For the settings page; null if nothing is lost. */
export function lostNote(lost: readonly string[]): string | null {
  if (lost.length === 0) return null
  return `The start at login does not keep ${listOf(lost)}. What is saved in the settings, it keeps.`
}

function isGiven(origin: string): boolean {
  return /^(--|LATCHKEY_)/.test(origin)
}

function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}
