// The settings: from flags, the environment, settings.json and defaults, in this order.

import { LOG_LEVELS, type LogLevel } from '../base/log-level.js'
import { SettingsError } from '../base/settings-error.js'
import { statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { PARAMETER_NAME, PROMPTS, PROTOCOL_PARAMETERS } from '../oauth/authorization-url.js'
import { isLoopback } from '../net/http.js'
import { DEFAULT_TARGET, REDIRECT_HOSTS, type RedirectHost } from '../oauth/redirect-target.js'
import { CLIENT_SECRET, protectSettingsFile, readClientSecret } from './client-secret.js'
import { diskError, errnoOf } from '../base/errno.js'
import { ownedBy } from '../storage/make-folder.js'
import { nearest } from '../base/nearest.js'
import { createSecret, type Secret } from '../base/secret.js'
import { placeIn, readSettingsText, SettingsTextError, type SettingsText } from './settings-text.js'

export type Settings = {
  issuer: string | null
  clientId: string | null
  /** Where {@link Settings.clientSecret} was read from; null where it has no file of its own. */
  clientSecretFile: string | null
  /** Null for a public client, as RFC 8252 section 8.4 wants them. */
  clientSecret: Secret | null
  scope: string
  audience: string | null
  prompt: string | null
  /** Seconds. */
  maxAge: number | null
  /** What else the authorization request carries, by name. */
  authorizationParameters: Readonly<Record<string, string>>
  /** What apps may add to it, beside what they always may, by name. */
  allowedParameters: readonly string[]
  /** Null: the ladder; 0: any free port. */
  port: number | null
  /** Ports registered with the provider, in order; none: any free port. */
  redirectPort: readonly number[]
  redirectHost: RedirectHost
  redirectPath: string
  dataDir: string
  /** True where the person says that no other computer uses the data directory any more. */
  takeOver: boolean
  /** Seconds. */
  loginTimeout: number
  /** True where other apps may have the refresh token itself. */
  exposeRefreshToken: boolean
  /** True where the session is kept on this computer though no keyring protects it. */
  keepWithoutKeyring: boolean
  /** True where signing out also opens the provider's own sign-out page. */
  endSession: boolean
  demo: boolean
  /** The demo where no provider is configured: what `npm start` asks for. */
  demoIfUnset: boolean
  signIn: boolean
  noBrowser: boolean
  noNotifications: boolean
  logLevel: LogLevel
  json: boolean
}

type Option<Value> = {
  /**
   * The flag, and what its value is called in the help; a switch has none. Null: there is no flag,
   * for a command line can be read by every user of the computer.
   */
  usage: string | null
  /** True for a flag that may come several times. */
  repeats?: true
  help: string
  /** What a good value is, to follow the setting's name: "must be …". */
  rule: string | ((value: unknown) => string)
  /** What was probably meant by a value that cannot be used; null where nobody can say. */
  meant?: (value: string) => string | null
  /** True where a value that cannot be used is not quoted either. */
  secret?: true
  schema: z.ZodType<NonNullable<Value>>
  fallback: Value
}

const whole = (least: number, most: number) =>
  z.preprocess(numberFrom, z.int().min(least).max(most))
const text = z.string().trim().min(1)
const toggle = z.preprocess(switchFrom, z.boolean())
const TEXT_RULE = 'must be text that is not empty'
const TOGGLE_RULE = 'must be true or false'

const OPTIONS: { readonly [Name in keyof Settings]: Option<Settings[Name]> } = {
  issuer: {
    usage: '--issuer URL',
    help: "the OpenID provider's issuer, spelt as the provider does",
    rule: (value) =>
      /\{[^}]*\}/.test(String(value))
        ? "must name one tenant: put your tenant's ID in the place of the braces"
        : 'must be an https URL (http only on this machine) without a query',
    schema: text.transform(withoutMetadataPath).refine((value) => {
      if (!URL.canParse(value) || /[?#{}]/.test(value)) return false
      const url = new URL(value)
      // Names and passwords in a URL would be shown wherever the issuer is.
      if (url.username !== '' || url.password !== '') return false
      return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
    }),
    meant: withHttps,
    fallback: null,
  },
  clientId: {
    usage: '--client-id ID',
    help: 'the client ID that is registered there',
    rule: TEXT_RULE,
    schema: text,
    fallback: null,
  },
  clientSecretFile: {
    usage: '--client-secret-file PATH',
    help: 'a file, mode 0600, with the client secret, for a provider that demands one',
    rule: TEXT_RULE,
    schema: text.transform((path) => resolve(path)),
    fallback: null,
  },
  clientSecret: {
    usage: null,
    help: '',
    rule: 'must be printable ASCII characters',
    secret: true,
    schema: text.regex(CLIENT_SECRET).transform(createSecret),
    fallback: null,
  },
  scope: {
    usage: '--scope "…"',
    help: 'what to ask the provider for',
    rule: 'must be scopes with spaces between, openid among them',
    schema: text
      .transform((value) => value.split(/\s+/))
      .refine((scopes) => scopes.includes('openid'))
      .transform((scopes) => scopes.join(' ')),
    fallback: 'openid profile email offline_access',
  },
  audience: {
    usage: '--audience A',
    help: 'the API that the access token is for (Auth0)',
    rule: TEXT_RULE,
    schema: text,
    fallback: null,
  },
  prompt: {
    usage: '--prompt P',
    help: "OpenID Connect's prompt: login, consent, select_account",
    rule: `must be ${PROMPTS.join(', ')}, or several with spaces between, and none alone`,
    schema: text
      .transform((value) => value.split(/\s+/))
      .refine((values) => values.every((one) => PROMPTS.includes(one)))
      .refine((values) => values.length < 2 || !values.includes('none'))
      .transform((values) => values.join(' ')),
    fallback: null,
  },
  maxAge: {
    usage: '--max-age S',
    help: 'sign in anew where the provider last saw you over S seconds ago',
    rule: 'must be a whole number of seconds from 0 to 31536000',
    schema: whole(0, 31_536_000),
    fallback: null,
  },
  authorizationParameters: {
    usage: '--authorization-parameter NAME=VALUE',
    repeats: true,
    help: 'sent along in the sign-in link: access_type=offline; repeatable',
    rule:
      'must be NAME=VALUE, each name once, and none that Latchkey sets itself (some have a setting, ' +
      'such as prompt)',
    schema: z.preprocess(
      parametersFrom,
      z.record(
        z
          .string()
          .regex(/^[\w.-]+$/)
          .refine((name) => !PROTOCOL_PARAMETERS.includes(name.toLowerCase())),
        z.string().regex(/^\P{Cc}+$/u),
      ),
    ),
    fallback: {},
  },
  allowedParameters: {
    usage: '--allowed-parameters NAME',
    help: 'parameters that apps may add to the sign-in link: hd,kc_idp_hint',
    rule: 'must be names of small letters, digits and _, and none that Latchkey sets itself',
    schema: z.preprocess(
      listFrom,
      z.array(
        z
          .string()
          .trim()
          .regex(PARAMETER_NAME)
          .refine((name) => !PROTOCOL_PARAMETERS.includes(name)),
      ),
    ),
    fallback: [],
  },
  port: {
    usage: '--port N',
    help: 'the port of the local service; 0 picks a free one',
    rule: 'must be a whole number from 0 to 65535',
    schema: whole(0, 65_535),
    fallback: null,
  },
  redirectPort: {
    usage: '--redirect-port N',
    help: 'the port of the redirect URI, or several: 8400,8401',
    rule: 'must be a whole number from 1 to 65535, or several with commas between',
    schema: z.preprocess(listFrom, z.array(whole(1, 65_535)).min(1)),
    fallback: [],
  },
  redirectHost: {
    usage: '--redirect-host HOST',
    help: 'the host of the redirect URI: 127.0.0.1, localhost or [::1]',
    rule: 'must be 127.0.0.1, localhost or [::1]',
    schema: z.preprocess((value) => (value === '::1' ? '[::1]' : value), z.enum(REDIRECT_HOSTS)),
    fallback: DEFAULT_TARGET.host,
  },
  redirectPath: {
    usage: '--redirect-path PATH',
    help: 'the path of the redirect URI, as registered with the provider',
    rule: 'must be a path such as /callback, without a query, encoded characters or empty parts',
    schema: text.regex(/^\/([\w.~!$&'()*+,;=:@-]+\/)*[\w.~!$&'()*+,;=:@-]*$/).refine(
      // A browser takes dots out on its way, and the provider compares what was registered.
      (path) => !path.split('/').some((part) => part === '.' || part === '..'),
    ),
    fallback: DEFAULT_TARGET.path,
  },
  dataDir: {
    usage: '--data-dir DIR',
    help: 'where settings.json is, and what is kept between runs',
    rule: TEXT_RULE,
    schema: text.transform((path) => resolve(path)),
    fallback: '',
  },
  takeOver: {
    usage: '--take-over',
    help: 'take the data directory from another computer that no longer runs Latchkey',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  loginTimeout: {
    usage: '--login-timeout S',
    help: 'how many seconds a sign-in waits for you',
    rule: 'must be a whole number of seconds from 1 to 86400',
    schema: whole(1, 86_400),
    fallback: 300,
  },
  exposeRefreshToken: {
    usage: '--expose-refresh-token',
    help: 'let other apps have the refresh token itself',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  keepWithoutKeyring: {
    usage: '--keep-without-keyring',
    help: 'keep the session on this computer though no keyring protects it',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  endSession: {
    usage: '--end-session',
    help: "on sign-out, also open the provider's own sign-out page",
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  demo: {
    usage: '--demo',
    help: 'sign in at the embedded demo provider',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  demoIfUnset: {
    usage: '--demo-if-unset',
    help: 'the same, but only while no provider is configured',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  signIn: {
    usage: '--sign-in',
    help: 'begin a sign-in at once',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  noBrowser: {
    usage: '--no-browser',
    help: 'print the link and open no browser',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  noNotifications: {
    usage: '--no-notifications',
    help: 'show no desktop notifications',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
  logLevel: {
    usage: '--log-level L',
    help: 'how much latchkey.log holds: error, warn, info or debug',
    rule: 'must be error, warn, info or debug',
    schema: z.enum(LOG_LEVELS),
    fallback: 'info',
  },
  json: {
    usage: '--json',
    help: 'print one JSON object a line, for other programs',
    rule: TOGGLE_RULE,
    schema: toggle,
    fallback: false,
  },
}

const NAMES = Object.keys(OPTIONS) as (keyof Settings)[]
const FLAGGED = NAMES.filter((name) => OPTIONS[name].usage !== null)
/** By it, editors know the schema of the file: see `main/assets/settings.schema.json`. */
const SCHEMA_KEY = '$schema'
/** Where the file is, and what is said for one start only, cannot be in the file. */
const NOT_IN_FILE: ReadonlySet<keyof Settings> = new Set(['dataDir', 'takeOver'])
const FILE_NAMES = NAMES.filter((name) => !NOT_IN_FILE.has(name))

export type Sources = {
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
  /** Null where the system knows of none. */
  home: string | null
  /** Reads settings.json, as `readSettingsText` does. */
  readFile?: (
    path: string,
  ) =>
    (Pick<SettingsText, 'content' | 'notice'> & Partial<Pick<SettingsText, 'places'>>) | undefined
  /** True where other programs' switches come on the same command line, as Chromium's do. */
  lenient?: boolean
}

/**
 * Reads the settings. What a flag says goes before `LATCHKEY_…` in the environment, that before
 * settings.json in the data directory, that before the default. Fails with {@link SettingsError}.
 */
export function readSettings(sources: Sources): Settings {
  return requireSettings(sources).settings
}

/** The same, with what a person should know of them. Fails with {@link SettingsError}. */
export function requireSettings(sources: Sources): SettingsFindings {
  const findings = examineSettings(sources)
  const [problem] = findings.problems
  if (problem !== undefined) throw new SettingsError(problem)
  return findings
}

export type SettingsFindings = {
  /** As far as they can be used: what cannot be has its default. */
  settings: Settings
  /** Where each one comes from: `--port`, `LATCHKEY_PORT`, `settings.json` or `default`. */
  origins: Readonly<Record<keyof Settings, string>>
  /** What cannot be used and why, one line for a person each. */
  problems: readonly string[]
  /** What a person should know though it keeps nothing from starting, one line each. */
  notices: readonly string[]
}

/** Reads the settings as {@link readSettings} does, and goes on where they cannot be used. */
export function examineSettings(sources: Sources): SettingsFindings {
  const problems: string[] = []
  const note = (problem: string): void => void problems.push(problem)
  const flags = readFlags(sources.args, sources.lenient ?? false, note)
  const environment = readEnvironment(sources.env)
  const origins = Object.fromEntries(NAMES.map((name) => [name, 'default'])) as Record<
    keyof Settings,
    string
  >
  const pick = <Name extends keyof Settings>(name: Name, layers: readonly Layer[]) => {
    const found = layers.map((layer) => layer.get(name)).find((one) => one !== undefined)
    if (!found) return OPTIONS[name].fallback
    const parsed = parse(name, found)
    if ('problem' in parsed) {
      note(parsed.problem)
      return OPTIONS[name].fallback
    }
    origins[name] = found.origin
    return parsed.value
  }
  const dataDir = pick('dataDir', [flags, environment]) || resolve(defaultDataDir(sources))
  if (origins.dataDir === 'default') problems.push(...problemsOfHome(sources, dataDir))
  const path = join(dataDir, SETTINGS_FILE)
  const notices = unknownVariables(sources)
  const read = sources.readFile ?? readSettingsText
  const file = readFile(path, read, note, (notice) => notices.push(notice))
  const layers = [flags, environment, file]
  const secrets = secretLayers(layers, note)
  const settings: Settings = {
    issuer: pick('issuer', layers),
    clientId: pick('clientId', layers),
    clientSecretFile: pick('clientSecretFile', secrets),
    clientSecret: pick('clientSecret', secrets),
    scope: pick('scope', layers),
    audience: pick('audience', layers),
    prompt: pick('prompt', layers),
    maxAge: pick('maxAge', layers),
    authorizationParameters: pick('authorizationParameters', layers),
    allowedParameters: pick('allowedParameters', layers),
    port: pick('port', layers),
    redirectPort: pick('redirectPort', layers),
    redirectHost: pick('redirectHost', layers),
    redirectPath: pick('redirectPath', layers),
    dataDir,
    takeOver: pick('takeOver', [flags, environment]),
    loginTimeout: pick('loginTimeout', layers),
    exposeRefreshToken: pick('exposeRefreshToken', layers),
    keepWithoutKeyring: pick('keepWithoutKeyring', layers),
    endSession: pick('endSession', layers),
    demo: pick('demo', layers),
    demoIfUnset: pick('demoIfUnset', layers),
    signIn: pick('signIn', layers),
    noBrowser: pick('noBrowser', layers),
    noNotifications: pick('noNotifications', layers),
    logLevel: pick('logLevel', layers),
    json: pick('json', layers),
  }
  if (flags.has('demo') && settings.demo && (flags.has('issuer') || flags.has('clientId'))) {
    note('--demo brings its own provider: leave out --issuer and --client-id.')
  }
  // One that is there and cannot be used is not missing.
  const isGiven = (name: keyof Settings): boolean => layers.some((layer) => layer.has(name))
  if (!settings.demo && isGiven('issuer') !== isGiven('clientId')) {
    const [set, missing] = isGiven('clientId')
      ? ['a client ID', 'issuer']
      : ['an issuer', 'client ID']
    const flag = isGiven('clientId') ? '--issuer' : '--client-id'
    note(`There is ${set} but no ${missing}: set both (${flag} is missing).`)
  }
  if (file.has('clientSecret')) noteIfAny(protectSettingsFile(path), note)
  const clientSecret = clientSecretOf(settings, note)
  if (settings.clientSecret === null) origins.clientSecret = origins.clientSecretFile
  const isUnset = settings.issuer === null && settings.clientId === null
  const isRefused = origins.demo === '--no-demo'
  const demo = settings.demo || (settings.demoIfUnset && isUnset && !isRefused)
  return { settings: { ...settings, clientSecret, demo }, origins, problems, notices }
}

/** The client secret is said in one place: what a flag says goes before both names of a variable. */
function secretLayers(layers: readonly Layer[], note: Note): readonly Layer[] {
  const layer = layers.find((one) => one.has('clientSecret') || one.has('clientSecretFile'))
  if (layer === undefined) return []
  const [own, file] = [layer.get('clientSecret'), layer.get('clientSecretFile')]
  if (own && file) note(`${own.place} and ${file.place} cannot both be set: leave out one.`)
  return [layer]
}

function clientSecretOf(
  { clientSecret, clientSecretFile }: Settings,
  note: Note,
): Settings['clientSecret'] {
  if (clientSecret !== null || clientSecretFile === null) return clientSecret
  const read = readClientSecret(clientSecretFile)
  if ('secret' in read) return read.secret
  note(read.problem)
  return null
}

function noteIfAny(problem: string | null, note: Note): void {
  if (problem !== null) note(problem)
}

/** Why a value cannot be that of a setting, in a sentence that begins with `called`; null where it can. */
export function problemOf(name: keyof Settings, value: unknown, called: string): string | null {
  const parsed = parse(name, given(value, called))
  return 'problem' in parsed ? parsed.problem : null
}

/**
 * The flags with their values joined on: `--issuer=URL`. Chromium on Windows ends a program that is
 * given a bare word after something that looks like a link.
 */
export function joinFlags(args: readonly string[]): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const before = joined.at(-1)
    const name = FLAGGED.find((known) => `--${flagOf(known)}` === before)
    if (name !== undefined && takesValue(name)) joined[joined.length - 1] = `${before}=${arg}`
    else joined.push(arg)
  }
  return joined
}

/** The arguments without the word `command`; null where it is not among them. */
export function argsAfter(command: string, args: readonly string[]): readonly string[] | null {
  const options = parseOptions()
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  const word = tokens.find((token) => token.kind === 'positional' && token.value === command)
  return word ? args.toSpliced(word.index, 1) : null
}

/** What `--help` prints, where a command is started by `invocation`. */
export function helpText(invocation = 'npm run headless --'): string {
  const flags = NAMES.flatMap((name) => {
    const { usage, ...option } = OPTIONS[name]
    return usage === null ? [] : [{ usage, ...option }]
  })
  const width = Math.max(...flags.map(({ usage }) => usage.length).filter((one) => one < WIDEST))
  const lines = flags.flatMap(({ usage, help, fallback }) => {
    const isShown = typeof fallback === 'number' || (fallback && typeof fallback === 'string')
    const said = isShown ? `${help} [${String(fallback)}]` : help
    if (usage.length <= width) return [`  ${usage.padEnd(width)}  ${said}`]
    return [`  ${usage}`, `  ${' '.repeat(width)}  ${said}`]
  })
  return [
    'Latchkey without a tray: signs you in through your browser and keeps the session.',
    '',
    ...usageOf(invocation),
    '',
    ...lines,
    `  ${'--help'.padEnd(width)}  print this`,
    `  ${'--version'.padEnd(width)}  print the version`,
    '',
    'Each flag is also a variable (--client-id: LATCHKEY_CLIENT_ID) and a name in settings.json in',
    'the data directory (clientId). Flags go before variables, variables before the file. A switch is',
    'turned off by --no- before its name, or without it (--no-demo, --browser). A client secret is',
    'never a flag: LATCHKEY_CLIENT_SECRET, clientSecret in settings.json, or a file.',
    'While it runs, type: sign-in, cancel, sign-out, status, quit; open (opens the link again), link',
    '(prints it), sign-in-as-other (signs somebody else in).',
  ].join('\n')
}

function usageOf(invocation: string): readonly string[] {
  const diagnosis = 'find out what is wrong; writes a report to send'
  const removal = 'sign out everywhere and remove all that is kept'
  if (invocation !== INSTALLED) {
    return [`Usage: ${invocation} [flags]`, `       ${invocation} diagnose [flags]   ${diagnosis}`]
  }
  return [
    'Usage: latchkey [flags]            the tray app',
    '       latchkey headless [flags]   the same in this terminal, without a tray',
    `       latchkey diagnose [flags]   ${diagnosis}`,
    `       latchkey uninstall-data     ${removal}`,
    '       latchkey help, version',
  ]
}

/** How a command of an installed package is started. */
export const INSTALLED = 'latchkey'

/** What is as wide has its help on a line of its own. */
const WIDEST = 24

export const SETTINGS_FILE = 'settings.json'

/** A raw value and where it came from, in short and with its place. */
type Given = { value: unknown; origin: string; place: string }
type Layer = ReadonlyMap<keyof Settings, Given>
type Note = (problem: string) => void

const given = (value: unknown, origin: string, place = origin): Given => ({ value, origin, place })

function parse<Name extends keyof Settings>(
  name: Name,
  { value, origin, place }: Given,
): { value: NonNullable<Settings[Name]> } | { problem: string } {
  const { schema, secret, ...option } = OPTIONS[name]
  const parsed = schema.safeParse(value)
  if (parsed.success) return { value: parsed.data }
  const rule = typeof option.rule === 'string' ? option.rule : option.rule(value)
  if (secret) return { problem: `${place} ${rule}.` }
  // A flag that may come several times came once, as did what was typed into the window's field.
  const isOne = Array.isArray(value) && value.length === 1 && origin !== SETTINGS_FILE
  const shown = JSON.stringify(isOne ? value[0] : value) ?? 'missing'
  const cut = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown
  const meant = typeof value === 'string' ? (option.meant?.(value.trim()) ?? null) : null
  const offer = meant !== null && schema.safeParse(meant).success ? didYouMean(meant) : ''
  return { problem: `${place} ${rule}, but it is ${cut}.${offer}` }
}

function didYouMean(name: string | null): string {
  return name === null ? '' : ` Did you mean ${name}?`
}

function parseOptions(): Record<string, { type: 'string' | 'boolean'; multiple: boolean }> {
  return Object.fromEntries(
    FLAGGED.flatMap((name) => {
      const type = takesValue(name) ? ('string' as const) : ('boolean' as const)
      const option = { type, multiple: OPTIONS[name].repeats === true }
      return [flagOf(name), ...(takesValue(name) ? [] : [offFlagOf(name)])].map((flag) => [
        flag,
        option,
      ])
    }),
  )
}

function readFlags(args: readonly string[], lenient: boolean, note: Note): Layer {
  const options = parseOptions()
  const read = (strict: boolean): Record<string, unknown> =>
    parseArgs({ args: [...args], options, strict, allowPositionals: !strict }).values
  let values: Record<string, unknown>
  let flawed = false
  try {
    values = read(!lenient)
  } catch (thrown) {
    note(flagError(thrown, args))
    flawed = true
    values = read(false)
  }
  const layer = new Map<keyof Settings, Given>()
  for (const name of FLAGGED) {
    const value = values[flagOf(name)]
    // Said already: a flag that lacks its value, or a switch that has one.
    if (flawed && [value].flat().some((one) => (typeof one === 'string') !== takesValue(name))) {
      continue
    }
    if (value !== undefined) layer.set(name, given(value, `--${flagOf(name)}`))
    if (takesValue(name) || values[offFlagOf(name)] !== true) continue
    if (value !== undefined)
      note(`--${flagOf(name)} and --${offFlagOf(name)} contradict each other.`)
    layer.set(name, given(false, `--${offFlagOf(name)}`))
  }
  return layer
}

// parseArgs explains itself in the terms of its own API.
function flagError(thrown: unknown, args: readonly string[]): string {
  const message = thrown instanceof Error ? thrown.message : ''
  const named = /'(-[^\s'<]*)/.exec(message)?.[1]
  switch (errnoOf(thrown)) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      if (/^--client-secret(=|$)/.test(named ?? '')) return NO_SECRET_FLAG
      return unknownFlag(named ?? '')
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `Latchkey takes flags only, and ${JSON.stringify(
        args.find((arg) => message.includes(`'${arg}'`)) ?? '',
      )} is none. See --help.`
    default: {
      const name = FLAGGED.find((known) => `--${flagOf(known)}` === named?.split('=')[0])
      return name !== undefined && takesValue(name)
        ? `--${flagOf(name)} needs a value: ${OPTIONS[name].usage}.`
        : `${named ?? 'A flag'} is a switch and takes no value.`
    }
  }
}

function unknownFlag(flag: string): string {
  const near = flag.startsWith('--') ? nearest(flag.slice(2), Object.keys(parseOptions())) : null
  return `There is no flag ${flag}.${didYouMean(near && `--${near}`)} See --help for those there are.`
}

const NO_SECRET_FLAG =
  'A client secret is never given as a flag, which every user of this computer could read. Put it ' +
  'into a file and name that with --client-secret-file, or set LATCHKEY_CLIENT_SECRET.'

function readEnvironment(env: Sources['env']): Layer {
  const layer = new Map<keyof Settings, Given>()
  for (const name of NAMES) {
    const variable = variableOf(name)
    const value = env[variable]
    if (value !== undefined && value !== '') layer.set(name, given(value, variable))
  }
  return layer
}

function variableOf(name: keyof Settings): string {
  const words = name.replace(/[A-Z]/g, (letter) => `_${letter}`)
  return `LATCHKEY_${words.toUpperCase()}`
}

/** No settings: the passphrase, what apps go by, and what the tests do. */
const OTHER_VARIABLES = /^LATCHKEY_(PASSPHRASE|URL|BROWSER|STAND_IN|TEST_.*)$/

/** Names alone: what is meant as a passphrase may be under a misspelt one. */
function unknownVariables({ env, platform }: Sources): string[] {
  const known = NAMES.map(variableOf)
  const unknown = Object.keys(env).filter((spelt) => {
    // Windows finds them in any case.
    const name = platform === 'win32' ? spelt.toUpperCase() : spelt
    return /^LATCHKEY_/i.test(name) && !known.includes(name) && !OTHER_VARIABLES.test(name)
  })
  return unknown.map((name) => {
    const bare = (one: string): string => one.slice('LATCHKEY_'.length)
    const near = nearest(bare(name), [...known, 'LATCHKEY_PASSPHRASE'].map(bare))
    return `Latchkey knows no variable ${JSON.stringify(name)}.${didYouMean(near && `LATCHKEY_${near}`)}`
  })
}

function readFile(
  path: string,
  read: NonNullable<Sources['readFile']>,
  note: Note,
  tell: Note,
): Layer {
  const layer = new Map<keyof Settings, Given>()
  let parsed: unknown
  let places: SettingsText['places'] = new Map()
  try {
    const found = read(path)
    parsed = found?.content
    places = found?.places ?? places
    if (found && found.notice !== null) tell(found.notice)
  } catch (thrown) {
    note(
      thrown instanceof SettingsTextError
        ? thrown.message
        : (whoseDirectory(path) ?? `${path} cannot be read (${diskError(thrown)}).`),
    )
  }
  if (parsed === undefined) return layer
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    note(`${path} must hold one JSON object: { "issuer": "https://…", … }.`)
    return layer
  }
  for (const [key, value] of Object.entries(parsed)) {
    if (key === SCHEMA_KEY) continue
    const name = FILE_NAMES.find((known) => known === key)
    const place = placeIn(path, places.get(key))
    if (name === undefined) {
      const near = nearest(key, FILE_NAMES)
      const known = near ? didYouMean(near) : ` There are: ${FILE_NAMES.join(', ')}.`
      note(`${place} has an unknown setting ${JSON.stringify(key)}.${known}`)
    } else if (value !== null) {
      layer.set(name, given(value, SETTINGS_FILE, `"${key}" in ${place}`))
    }
  }
  return layer
}

/** Why a file cannot be read that is in another user's directory; null where it is in this user's. */
function whoseDirectory(path: string): string | null {
  const directory = dirname(path)
  const uid = process.geteuid?.()
  const owner = statSync(directory, { throwIfNoEntry: false })?.uid
  if (uid === undefined || uid === 0 || owner === undefined || owner === uid) return null
  return `${ownedBy(directory, owner)} Choose another with --data-dir.`
}

/**
 * Where a desktop program keeps its own: the folder that Electron uses too. Fails with a
 * {@link SettingsError} where that needs a home, and there is none.
 */
function defaultDataDir(sources: Sources): string {
  const { env, platform } = sources
  const home = sources.home ?? ''
  if (home === '' && isHomeNeeded(sources)) {
    throw new SettingsError(
      'The system knows no home directory for this user: set HOME, or name a directory with --data-dir.',
    )
  }
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Latchkey')
    case 'win32':
      return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Latchkey')
    default:
      return join(xdgConfigHome(env) ?? join(home, '.config'), 'latchkey')
  }
}

function isHomeNeeded({ env, platform }: Sources): boolean {
  if (platform === 'win32') return !env['APPDATA']
  return platform === 'darwin' || xdgConfigHome(env) === null
}

/** Started by sudo, what root made in somebody's home would keep them from using it. */
function problemsOfHome({ home }: Sources, dataDir: string): string[] {
  if (home === null || process.geteuid?.() !== 0 || relative(home, dataDir).startsWith('..'))
    return []
  const owner = statSync(home, { throwIfNoEntry: false })?.uid ?? 0
  if (owner === 0) return []
  return [
    `Latchkey was started as root, and the home ${home} belongs to another user (uid ${owner}). Start it ` +
      'as that user, or name a directory of root with --data-dir.',
  ]
}

/** A relative path is to be ignored. @see XDG Base Directory Specification */
function xdgConfigHome(env: Sources['env']): string | null {
  const path = env['XDG_CONFIG_HOME'] ?? ''
  return isAbsolute(path) ? path : null
}

function flagOf(name: keyof Settings): string {
  return (OPTIONS[name].usage ?? '').slice('--'.length).split(' ')[0]!
}

function takesValue(name: keyof Settings): boolean {
  return OPTIONS[name].usage?.includes(' ') ?? false
}

/** The flag that turns a switch off, without its hyphens. */
function offFlagOf(name: keyof Settings): string {
  const flag = flagOf(name)
  return flag.startsWith('no-') ? flag.slice('no-'.length) : `no-${flag}`
}

/** An issuer as people read it out, and as it is meant. */
function withHttps(issuer: string): string | null {
  if (/^(?!http:)[a-z][\w+.-]*:\/\//i.test(issuer)) return null
  return `https://${issuer.replace(/^(http:)?\/*/i, '')}`
}

/** Providers show the address of their metadata where people look for an issuer. */
function withoutMetadataPath(issuer: string): string {
  return issuer.replace(/\/\.well-known\/(openid-configuration|oauth-authorization-server)\/?$/, '')
}

function numberFrom(value: unknown): unknown {
  return typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value
}

function listFrom(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',') : [value].flat()
}

/** Flags come as a list of NAME=VALUE, a variable as a query string, the file as an object. */
function parametersFrom(value: unknown): unknown {
  if (typeof value === 'string') return withoutDoubles([...new URLSearchParams(value)])
  if (!Array.isArray(value)) return value
  const pairs = value.map((one: unknown) => /^([^=]*)=([^]*)$/.exec(String(one))?.slice(1))
  return pairs.every((pair) => pair !== undefined) ? withoutDoubles(pairs) : value
}

/** A record; undefined where a name comes twice. */
function withoutDoubles(pairs: readonly (readonly string[])[]): unknown {
  const record = Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]))
  return Object.keys(record).length === pairs.length ? record : undefined
}

function switchFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/^(true|yes|1)$/i.test(value)) return true
  return /^(false|no|0)$/i.test(value) ? false : value
}
