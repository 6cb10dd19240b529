// What a second start of the tray app sends to the running Latchkey, and how that one answers.

import * as z from 'zod'
import { SECOND_START_MESSAGES } from './app-messages.js'
import { AUTOSTART_FLAG } from '../autostart/autostart.js'
import type { Settings } from '../settings/options.js'
import { isGiven } from '../settings/layer.js'
import type { SettingsFindings } from '../settings/read.js'

/** The given settings, without secrets. */
export type SecondStart = {
  signIn: boolean
  isAtLogin: boolean
  given: { name: string; origin: string; value: unknown }[]
}

export type SecondStartAnswer = {
  open: boolean
  signIn: boolean
  /** Which given settings have no effect; null if there are none. */
  message: string | null
}

/** Settings of one start only, or secrets. They are no reason to quit the running Latchkey. */
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

/** Collects the settings that flags and variables give to this start. */
export function describeStart(
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
 * Decides how the running Latchkey answers a second start. It signs in if asked to, and opens its window
 * unless the system started Latchkey at login. Other settings cannot change while it runs; the message
 * names those that differ. `data` comes from another program of this user: anything but a
 * {@link SecondStart} opens the window.
 */
export function answerSecondStart(data: unknown, current: Settings): SecondStartAnswer {
  const parsed = SCHEMA.safeParse(data)
  if (!parsed.success) return { open: true, signIn: false, message: null }
  const { signIn, isAtLogin, given } = parsed.data
  const ignored = given
    .filter(({ name, value }) => {
      if (LEFT_OUT.has(name) || !Object.hasOwn(current, name)) return false
      return JSON.stringify(value) !== JSON.stringify(current[name as keyof Settings])
    })
    .map(({ origin }) => origin)
  const message = ignored.length === 0 ? null : SECOND_START_MESSAGES.ignored(ignored)
  return { open: !isAtLogin, signIn, message }
}

/** Chooses the flags that a start at login keeps, and names the given settings that it does not keep. */
export function chooseLoginFlags(
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

/** Settings that make no sense for a start at login. */
const FOR_THIS_START: ReadonlySet<string> = new Set<keyof Settings>([
  'demoIfUnset',
  'json',
  'signIn',
])

/** Makes a message for the settings page; null if the start at login keeps everything. */
export function describeLost(lost: readonly string[]): string | null {
  return lost.length === 0 ? null : SECOND_START_MESSAGES.notKeptAtLogin(lost)
}
