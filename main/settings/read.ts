// Reads the settings. Flags override variables, which override settings.json, which overrides defaults.

import { join, resolve } from 'node:path'
import { checkAllowed } from './consent-settings.js'
import { protectSettingsFile } from './client-secret.js'
import { findDefaultDirectory, findHomeProblem, type System } from './default-directory.js'
import { readFileLayer, type FileLayer, type ReadSettingsText } from './file-layer.js'
import { readFlags } from './flags.js'
import { isGiven, parseValue, SETTINGS_FILE, type Layer, type Messages } from './layer.js'
import { NAMES } from './option-names.js'
import { OPTIONS, type FlatSettings, type SettingName, type Settings } from './options.js'
import { hasClientSecret, readProviders, readSecret } from './provider-list.js'
import { findOverride, findSecretLayers } from './secret-owner.js'
import { maskSecrets } from '../base/key-form.js'
import { SettingsError } from '../base/settings-error.js'
import { MESSAGES } from './settings-messages.js'
import { readSettingsText } from './settings-text.js'
import { findUnknownVariables, readVariables } from './variables.js'

export type Sources = System & {
  args: readonly string[]
  /** Reads settings.json. The default is `readSettingsText`. */
  readFile?: ReadSettingsText
  /** True if other programs' switches share the command line, as Chromium's do. */
  lenient?: boolean
}

export type SettingsFindings = {
  /** A setting with an invalid value has its default. */
  settings: Settings
  /** The source of each setting: `--port`, `LATCHKEY_PORT`, `settings.json` or `default`. */
  origins: Origins
  /** The flag or variable that keeps a client secret out of settings.json; null if none does. */
  secretLockedBy: string | null
  /** Why Latchkey cannot start with these settings, one sentence for a person each. */
  problems: readonly string[]
  /** What a person should know although Latchkey can start, one sentence each. */
  warnings: readonly string[]
}

type Origins = Readonly<Record<keyof Settings, string>>

/** Reads the settings. Throws a {@link SettingsError} for the first problem. */
export function readSettings(sources: Sources): Settings {
  return requireSettings(sources).settings
}

/** Reads the settings and their warnings. Throws a {@link SettingsError} for the first problem. */
export function requireSettings(sources: Sources): SettingsFindings {
  const findings = examineSettings(sources)
  const [problem] = findings.problems
  if (problem !== undefined) throw new SettingsError(problem)
  return findings
}

/**
 * Reads the settings and continues after problems:
 * 1. Read the flags and the variables.
 * 2. Take the data directory from them, and read settings.json there.
 * 3. For each setting, take the value of the first layer that has it.
 * 4. Check the settings that depend on each other.
 * 5. Read the list of providers, which takes what it lacks from the other settings.
 */
export function examineSettings(sources: Sources): SettingsFindings {
  const messages: Messages = { problems: [], warnings: [] }
  const { problems, warnings } = messages
  const flags = readFlags(sources.args, sources.lenient ?? false, messages)
  const variables = readVariables(sources.env, messages)
  const dataDir = pickDataDir(sources, [flags, variables], problems)
  warnings.push(...findUnknownVariables(sources.env, sources.platform))
  const path = join(dataDir.value, SETTINGS_FILE)
  const file = readFileLayer(path, sources.readFile ?? readSettingsText, messages)
  const layers = [flags, variables, file.layer]
  const { settings, origins } = pickAll([flags, variables], file, { dataDir, messages })
  problems.push(...findProviderProblems(settings, layers, flags))
  if (file.layer.has('clientSecret') || hasClientSecret(file.providers)) {
    pushUnlessNull(problems, protectSettingsFile(path))
  }
  checkAllowed({ allow: settings.allow, origin: origins.allow }, sources.platform, messages)
  const flat = { ...settings, clientSecret: readSecret(settings, problems) }
  const providers = readProviders(flat, file.providers, messages)
  const secretOrigin =
    settings.clientSecret === null ? origins.clientSecretFile : origins.clientSecret
  return {
    settings: { ...flat, providers, demo: isDemo(flat, file.providers === null, origins) },
    origins: {
      ...origins,
      providers: file.providers === null ? DEFAULT_ORIGIN : SETTINGS_FILE,
      clientSecret: secretOrigin,
    },
    secretLockedBy: isGiven(secretOrigin)
      ? secretOrigin
      : (findOverride(file.layer, layers)?.origin ?? null),
    problems: problems.map(maskSecrets),
    warnings: warnings.map(maskSecrets),
  }
}

type Picked<Value> = { value: Value; origin: string }

const DEFAULT_ORIGIN = 'default'

function pickAll(
  given: readonly Layer[],
  file: FileLayer,
  { dataDir, messages }: { dataDir: Picked<string>; messages: Messages },
): { settings: FlatSettings; origins: Readonly<Record<SettingName, string>> } {
  const layers = [...given, file.layer]
  const secretLayers = findSecretLayers(layers, file, messages)
  const picked = NAMES.map((name) => {
    if (name === 'dataDir') return { name, ...dataDir }
    const isSecret = name === 'clientSecret' || name === 'clientSecretFile'
    return { name, ...pick(name, isSecret ? secretLayers : layers, messages.problems) }
  })
  return {
    settings: Object.fromEntries(picked.map(({ name, value }) => [name, value])) as FlatSettings,
    origins: Object.fromEntries(picked.map(({ name, origin }) => [name, origin])) as Origins,
  }
}

/** Takes the value of the first layer that has the setting. An invalid value counts as the default. */
function pick<Name extends SettingName>(
  name: Name,
  layers: readonly Layer[],
  problems: string[],
): Picked<FlatSettings[Name]> {
  const fallback = { value: OPTIONS[name].fallback, origin: DEFAULT_ORIGIN }
  const given = layers.map((layer) => layer.get(name)).find((one) => one !== undefined)
  if (!given) return fallback
  const parsed = parseValue(name, given)
  if ('value' in parsed) return { value: parsed.value, origin: given.origin }
  problems.push(parsed.problem)
  return fallback
}

function pickDataDir(
  sources: Sources,
  layers: readonly Layer[],
  problems: string[],
): Picked<string> {
  const picked = pick('dataDir', layers, problems)
  if (picked.origin !== DEFAULT_ORIGIN) return picked
  const value = resolve(findDefaultDirectory(sources))
  pushUnlessNull(problems, findHomeProblem(sources.home, value))
  return { value, origin: DEFAULT_ORIGIN }
}

function findProviderProblems(
  { demo }: FlatSettings,
  layers: readonly Layer[],
  flags: Layer,
): readonly string[] {
  const isFlagGiven = flags.has('issuer') || flags.has('clientId')
  if (demo && flags.has('demo') && isFlagGiven) return [MESSAGES.demoWithProvider]
  if (demo) return []
  // A setting with an invalid value is not missing.
  const [hasIssuer, hasClientId] = (['issuer', 'clientId'] as const).map((name) =>
    layers.some((layer) => layer.has(name)),
  )
  if (hasIssuer === hasClientId) return []
  return [hasIssuer ? MESSAGES.clientIdMissing : MESSAGES.issuerMissing]
}

function isDemo(
  { demo, demoIfUnset, issuer, clientId }: FlatSettings,
  isListUnset: boolean,
  origins: Pick<Origins, 'demo'>,
): boolean {
  const isUnset = issuer === null && clientId === null && isListUnset
  return demo || (demoIfUnset && isUnset && origins.demo !== '--no-demo')
}

function pushUnlessNull(problems: string[], problem: string | null): void {
  if (problem !== null) problems.push(problem)
}
