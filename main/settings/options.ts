// The table of all settings: how each one is given, what its valid values are, and its default.

import { LOG_LEVELS, type LogLevel } from '../base/log-level.js'
import { anyOf, boolean, listOf, recordOf, text, wholeNumber, type Schema } from '../base/schema.js'
import { createSecret, type Secret } from '../base/secret.js'
import type { ConsentSettings } from '../consent/consent.js'
import { isLoopback } from '../net/loopback.js'
import { PARAMETER_NAME, PROMPTS, PROTOCOL_PARAMETERS } from '../oauth/authorization-url.js'
import { DEFAULT_TARGET, REDIRECT_HOSTS, type RedirectHost } from '../oauth/redirect-target.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { CLIENT_SECRET } from './client-secret.js'
import {
  addHttps,
  removeMetadataPath,
  toBoolean,
  toList,
  toNumber,
  toParameters,
  toPaths,
} from './option-values.js'
import { gitHosts, type GitHosts } from './git-hosts.js'
import { RULES } from './settings-messages.js'

/** The settings that are one value each: a flag, a variable and a name in settings.json. */
export type FlatSettings = {
  issuer: string | null
  clientId: string | null
  /** The file with the {@link Settings.clientSecret}; null if the secret is not in its own file. */
  clientSecretFile: string | null
  /**
   * Null for a public client, which is what native apps are.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-8.4}
   */
  clientSecret: Secret | null
  scope: string
  audience: string | null
  prompt: string | null
  /** Seconds. */
  maxAge: number | null
  /** Additional parameters of the authorization request, by name. */
  authorizationParameters: Readonly<Record<string, string>>
  /** Names of parameters that apps may add, besides the ones that they always may. */
  allowedParameters: readonly string[]
  /** Null: the default ports, in order. 0: any free port. */
  port: number | null
  /** The ports registered with the provider, in order. Empty: any free port. */
  redirectPort: readonly number[]
  redirectHost: RedirectHost
  redirectPath: string
  dataDir: string
  /** True if the user confirms that no other computer uses the data directory any longer. */
  takeOver: boolean
  /** Seconds. */
  signInTimeout: number
  /** True if other apps may get the refresh token itself. */
  exposeRefreshToken: boolean
  /** `off`: every program of the user gets tokens without a question. */
  consent: ConsentSettings['mode']
  /** The absolute paths of programs and scripts that get tokens without a question. */
  allow: readonly string[]
  /** True if allowed programs get nothing while the screen is locked. */
  pauseWhenLocked: boolean
  /** The version that clients of the API are told; null for Latchkey's. */
  clientVersion: string | null
  /** Which account's tokens git gets, by https host. */
  gitHosts: GitHosts
  /** True if the session is stored on this computer even without a keyring that protects it. */
  keepWithoutKeyring: boolean
  /** True if signing out also opens the provider's sign-out page. */
  endSession: boolean
  demo: boolean
  /** Use the demo if no provider is configured. `npm start` sets it. */
  demoIfUnset: boolean
  signIn: boolean
  noBrowser: boolean
  noNotifications: boolean
  logLevel: LogLevel
  json: boolean
}

export type SettingName = keyof FlatSettings

export type Settings = FlatSettings & {
  /** The configured providers, in order. The demo ignores them and brings its own. */
  providers: readonly ProviderSettings[]
}

type Option<Value> = {
  /**
   * The flag and the name of its value in the help; a switch has no value. Null if there is no flag,
   * because every user of the computer can read command lines.
   */
  usage: string | null
  /** The setting's previous name. Its flag, variable and name in settings.json are still read. */
  oldName?: string
  /** True if the flag may be given several times. */
  repeats?: true
  /** True if the flag gives a path, which may begin in the current folder. */
  isPath?: true
  help: string
  /** What a valid value is: "must be …". */
  rule: string | ((value: unknown) => string)
  /** Returns the value that an invalid one was probably meant to be, or null. */
  suggest?: (value: string) => string | null
  /** True if messages leave out the value. */
  secret?: true
  schema: Schema<NonNullable<Value>>
  fallback: Value
}

const CONSENT_MODES = ['ask', 'off'] as const

/** What all switches have in common. */
const SWITCH = { rule: RULES.toggle, schema: boolean.after(toBoolean), fallback: false } as const

/** Current plugins compare it as three numbers. */
const CLIENT_VERSION = /^(0|[1-9]\d{0,4})(\.(0|[1-9]\d{0,4})){2}$/

export const OPTIONS: { readonly [Name in SettingName]: Option<FlatSettings[Name]> } = {
  issuer: {
    usage: '--issuer URL',
    help: 'the issuer of your OpenID provider, exactly as the provider spells it',
    rule: (value) => (/\{[^}]*\}/.test(String(value)) ? RULES.issuerTemplate : RULES.issuer),
    schema: text.transform(removeMetadataPath).refine((value) => {
      if (!URL.canParse(value) || /[?#{}]/.test(value)) return false
      const url = new URL(value)
      // The issuer is shown in many places. It must not contain a username or password.
      if (url.username !== '' || url.password !== '') return false
      return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
    }),
    suggest: addHttps,
    fallback: null,
  },
  clientId: {
    usage: '--client-id ID',
    help: 'the client ID that you registered with the provider',
    rule: RULES.text,
    schema: text,
    fallback: null,
  },
  clientSecretFile: {
    usage: '--client-secret-file PATH',
    help: 'a file with the client secret, mode 0600, if the provider requires one',
    rule: RULES.clientSecretFile,
    // S38: the text may be the secret itself. The diagnosis and messages show paths.
    secret: true,
    schema: text
      .refine((path) => isAbsolute(path) || path.startsWith('.') || existsSync(path))
      .transform((path) => resolve(path)),
    fallback: null,
  },
  clientSecret: {
    usage: null,
    help: '',
    rule: RULES.clientSecret,
    secret: true,
    schema: text.refine((value) => CLIENT_SECRET.test(value)).transform(createSecret),
    fallback: null,
  },
  scope: {
    usage: '--scope "…"',
    help: 'the scopes to request',
    rule: RULES.scope,
    schema: text
      .transform((value) => value.split(/\s+/))
      .refine((scopes) => scopes.includes('openid'))
      .transform((scopes) => scopes.join(' ')),
    fallback: 'openid profile email offline_access',
  },
  audience: {
    usage: '--audience A',
    help: 'the API that the access token is for (Auth0)',
    rule: RULES.text,
    schema: text,
    fallback: null,
  },
  prompt: {
    usage: '--prompt P',
    help: "OpenID Connect's prompt: login, consent, select_account",
    rule: RULES.prompt(PROMPTS),
    schema: text
      .transform((value) => value.split(/\s+/))
      .refine((values) => values.every((one) => PROMPTS.includes(one)))
      .refine((values) => values.length < 2 || !values.includes('none'))
      .transform((values) => values.join(' ')),
    fallback: null,
  },
  maxAge: {
    usage: '--max-age S',
    help: 'ask for a new sign-in if the last one is over S seconds old',
    rule: RULES.seconds(0, 31_536_000),
    schema: wholeNumber(0, 31_536_000).after(toNumber),
    fallback: null,
  },
  authorizationParameters: {
    usage: '--authorization-parameter NAME=VALUE',
    repeats: true,
    help: 'a parameter to add to the sign-in link: access_type=offline; repeatable',
    rule: RULES.authorizationParameters,
    schema: recordOf(
      (name) => /^[\w.-]+$/.test(name) && !PROTOCOL_PARAMETERS.includes(name.toLowerCase()),
      (value) => /^\P{Cc}+$/u.test(value),
    ).after(toParameters),
    fallback: {},
  },
  allowedParameters: {
    usage: '--allowed-parameters NAME',
    help: 'parameters that apps may add to the sign-in link: hd,kc_idp_hint',
    rule: RULES.allowedParameters,
    schema: listOf(
      text.refine((name) => PARAMETER_NAME.test(name) && !PROTOCOL_PARAMETERS.includes(name)),
    ).after(toList),
    fallback: [],
  },
  port: {
    usage: '--port N',
    help: 'the port of the local service; 0 picks a free port',
    rule: RULES.port,
    schema: wholeNumber(0, 65_535).after(toNumber),
    fallback: null,
  },
  redirectPort: {
    usage: '--redirect-port N',
    help: 'the port of the redirect URI, or several: 8400,8401',
    rule: RULES.redirectPort,
    schema: listOf(wholeNumber(1, 65_535).after(toNumber))
      .refine((ports) => ports.length > 0)
      .after(toList),
    fallback: [],
  },
  redirectHost: {
    usage: '--redirect-host HOST',
    help: 'the host of the redirect URI: 127.0.0.1, localhost or [::1]',
    rule: RULES.redirectHost,
    schema: anyOf(REDIRECT_HOSTS).after((value) => (value === '::1' ? '[::1]' : value)),
    fallback: DEFAULT_TARGET.host,
  },
  redirectPath: {
    usage: '--redirect-path PATH',
    help: 'the path of the redirect URI, as registered with the provider',
    rule: RULES.redirectPath,
    schema: text
      .refine((path) => /^\/([\w.~!$&'()*+,;=:@-]+\/)*[\w.~!$&'()*+,;=:@-]*$/.test(path))
      .refine(
        // Browsers remove dot segments, but the provider compares with the registered path.
        (path) => !path.split('/').some((part) => part === '.' || part === '..'),
      ),
    fallback: DEFAULT_TARGET.path,
  },
  dataDir: {
    usage: '--data-dir DIR',
    help: 'the directory of settings.json, the session and the log',
    rule: RULES.text,
    schema: text.transform((path) => resolve(path)),
    fallback: '',
  },
  takeOver: {
    usage: '--take-over',
    help: 'take over the data directory from a computer that no longer runs Latchkey',
    ...SWITCH,
  },
  signInTimeout: {
    usage: '--sign-in-timeout S',
    oldName: 'loginTimeout',
    help: 'how many seconds a sign-in waits for you',
    rule: RULES.seconds(1, 86_400),
    schema: wholeNumber(1, 86_400).after(toNumber),
    fallback: 300,
  },
  exposeRefreshToken: {
    usage: '--expose-refresh-token',
    help: 'let other apps get the refresh token itself',
    ...SWITCH,
  },
  consent: {
    usage: '--consent MODE',
    help: 'ask before an app gets tokens; with off, every app gets them',
    rule: RULES.consent,
    schema: anyOf(CONSENT_MODES),
    fallback: 'ask',
  },
  allow: {
    usage: '--allow PATH',
    repeats: true,
    isPath: true,
    help: 'a program, or a script, that gets tokens without asking you; repeatable',
    rule: RULES.allow,
    schema: listOf(text.refine(isAbsolute)).after(toPaths),
    fallback: [],
  },
  pauseWhenLocked: {
    usage: '--pause-when-locked',
    help: 'give no tokens to allowed apps either while the screen is locked',
    ...SWITCH,
  },
  clientVersion: {
    usage: '--client-version X.Y.Z',
    help: 'the version that clients of the local service are told: 12.0.0',
    rule: RULES.clientVersion,
    schema: text.refine((version) => CLIENT_VERSION.test(version)),
    fallback: null,
  },
  gitHosts: {
    usage: '--git-host HOST=ACCOUNT',
    repeats: true,
    help: 'for git-credential only: a host and the account whose tokens git gets; repeatable',
    rule: RULES.gitHosts,
    schema: gitHosts.after(toParameters),
    fallback: {},
  },
  keepWithoutKeyring: {
    usage: '--keep-without-keyring',
    help: 'store the session on this computer even without a keyring',
    ...SWITCH,
  },
  endSession: {
    usage: '--end-session',
    help: "when you sign out, also open the provider's sign-out page",
    ...SWITCH,
  },
  demo: {
    usage: '--demo',
    help: 'sign in at the built-in demo provider',
    ...SWITCH,
  },
  demoIfUnset: {
    usage: '--demo-if-unset',
    help: 'the same, but only if no provider is configured',
    ...SWITCH,
  },
  signIn: {
    usage: '--sign-in',
    help: 'start a sign-in at once',
    ...SWITCH,
  },
  noBrowser: {
    usage: '--no-browser',
    help: 'print the link instead of opening a browser',
    ...SWITCH,
  },
  noNotifications: {
    usage: '--no-notifications',
    help: 'show no desktop notifications',
    ...SWITCH,
  },
  logLevel: {
    usage: '--log-level L',
    help: 'what latchkey.log records: error, warn, info or debug',
    rule: RULES.logLevel,
    schema: anyOf(LOG_LEVELS),
    fallback: 'info',
  },
  json: {
    usage: '--json',
    help: 'print one JSON object per line, for other programs',
    ...SWITCH,
  },
}
