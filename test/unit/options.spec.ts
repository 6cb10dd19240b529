// The sources of the settings, and the messages about invalid ones.

import { expect, test as base } from '@playwright/test'
import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { findCommandArgs, joinFlags } from '../../main/settings/flags.js'
import { examineSettings, readSettings, type Sources } from '../../main/settings/read.js'
import { formatHelp } from '../../main/settings/help.js'
import type { FlatSettings, SettingName, Settings } from '../../main/settings/options.js'
import { JSON_FAULTS, JSON_PARTS } from '../../main/base/base-messages.js'
import { diskError } from '../../main/base/errno.js'
import { PROVIDER_SETTINGS } from '../../main/settings/provider-list.js'
import { SettingsError } from '../../main/base/settings-error.js'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'

/** A data directory of the test's own, named by the environment. */
const test = base.extend<{
  dataDir: string
  read: (sources?: Partial<Sources>) => Settings
  /** Returns the message about the first problem. */
  reject: (sources?: Partial<Sources>) => string
  writeFile: (content: unknown) => Promise<string>
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-settings-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  read: ({ dataDir }, use) =>
    use((sources = {}) =>
      readSettings({
        args: [],
        platform: 'linux',
        home: dataDir,
        ...sources,
        env: { LATCHKEY_DATA_DIR: dataDir, ...sources.env },
      }),
    ),
  reject: ({ read }, use) =>
    use((sources) => {
      try {
        read(sources)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SettingsError)
        return (thrown as SettingsError).message
      }
      throw new Error('the settings were valid')
    }),
  writeFile: ({ dataDir }, use) =>
    use(async (content) => {
      const path = join(dataDir, 'settings.json')
      const isRaw = typeof content === 'string' || Buffer.isBuffer(content)
      await writeFile(path, isRaw ? content : JSON.stringify(content))
      return path
    }),
})

/** The reason that messages name for a failure of the disk. */
const explainDiskError = (code: string): string => diskError({ code })

type Layers<Value> = {
  flag: [args: string[], value: Value]
  variable: [text: string, value: Value]
  file: [json: unknown, value: Value]
  fallback: Value
}

// Each layer has a different value, so that the value shows which layer counts.
const LAYERS: {
  [
    Name in Exclude<SettingName, 'dataDir' | 'takeOver' | 'clientSecret' | 'clientSecretFile'>
  ]: Layers<FlatSettings[Name]>
} = {
  issuer: {
    flag: [['--issuer', 'https://flag.example'], 'https://flag.example'],
    variable: ['https://variable.example/', 'https://variable.example/'],
    file: ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    fallback: null,
  },
  clientId: {
    flag: [['--client-id', 'flag'], 'flag'],
    variable: ['variable', 'variable'],
    file: ['file', 'file'],
    fallback: null,
  },
  scope: {
    flag: [['--scope', 'openid flag'], 'openid flag'],
    variable: ['  openid   variable ', 'openid variable'],
    file: ['file openid', 'file openid'],
    fallback: 'openid profile email offline_access',
  },
  audience: {
    flag: [['--audience', 'flag'], 'flag'],
    variable: ['variable', 'variable'],
    file: ['file', 'file'],
    fallback: null,
  },
  prompt: {
    flag: [['--prompt', 'login'], 'login'],
    variable: ['consent', 'consent'],
    file: ['select_account', 'select_account'],
    fallback: null,
  },
  maxAge: {
    flag: [['--max-age', '0'], 0],
    variable: ['60', 60],
    file: [31_536_000, 31_536_000],
    fallback: null,
  },
  authorizationParameters: {
    flag: [
      ['--authorization-parameter', 'access_type=offline', '--authorization-parameter=hd=a=b&c%'],
      { access_type: 'offline', hd: 'a=b&c%' },
    ],
    variable: ['access_type=online&hd=a%3Db', { access_type: 'online', hd: 'a=b' }],
    file: [{ ui_locales: 'en de' }, { ui_locales: 'en de' }],
    fallback: {},
  },
  allowedParameters: {
    flag: [['--allowed-parameters', 'kc_idp_hint'], ['kc_idp_hint']],
    variable: ['hd, domain_hint', ['hd', 'domain_hint']],
    file: [['hd'], ['hd']],
    fallback: [],
  },
  port: {
    flag: [['--port', '0'], 0],
    variable: ['65535', 65_535],
    file: [1000, 1000],
    fallback: null,
  },
  redirectPort: {
    flag: [['--redirect-port', '8400'], [8400]],
    variable: ['8400, 8401', [8400, 8401]],
    file: [
      [1, 65_535],
      [1, 65_535],
    ],
    fallback: [],
  },
  redirectHost: {
    flag: [['--redirect-host', 'localhost'], 'localhost'],
    variable: ['[::1]', '[::1]'],
    file: ['::1', '[::1]'],
    fallback: '127.0.0.1',
  },
  redirectPath: {
    flag: [['--redirect-path', '/signin-oidc'], '/signin-oidc'],
    variable: ['/', '/'],
    file: ['/services/oauth2/', '/services/oauth2/'],
    fallback: '/callback',
  },
  signInTimeout: {
    flag: [['--sign-in-timeout', '1'], 1],
    variable: ['86400', 86_400],
    file: [60, 60],
    fallback: 300,
  },
  exposeRefreshToken: {
    flag: [['--expose-refresh-token'], true],
    variable: ['0', false],
    file: [true, true],
    fallback: false,
  },
  consent: {
    flag: [['--consent', 'off'], 'off'],
    variable: ['ask', 'ask'],
    file: ['off', 'off'],
    fallback: 'ask',
  },
  allow: {
    flag: [
      ['--allow', '/opt/flag', '--allow= bin/flag'],
      ['/opt/flag', resolve('bin/flag')],
    ],
    variable: [`/opt/variable${delimiter} /opt/b`, ['/opt/variable', '/opt/b']],
    file: [
      ['/opt/file', ' /opt/my app '],
      ['/opt/file', '/opt/my app'],
    ],
    fallback: [],
  },
  pauseWhenLocked: {
    flag: [['--pause-when-locked'], true],
    variable: ['0', false],
    file: [true, true],
    fallback: false,
  },
  clientVersion: {
    flag: [['--client-version', '12.0.0'], '12.0.0'],
    variable: ['12.10.3', '12.10.3'],
    file: ['0.1.0', '0.1.0'],
    fallback: null,
  },
  gitHosts: {
    flag: [
      ['--git-host', 'git.example.com=work', '--git-host=bob@code.example.com:8443=home'],
      { 'git.example.com': 'work', 'bob@code.example.com:8443': 'home' },
    ],
    variable: ['localhost:8443=k3vq7mzd', { 'localhost:8443': 'k3vq7mzd' }],
    file: [{ '[::1]:9000': 'work.example.com' }, { '[::1]:9000': 'work.example.com' }],
    fallback: {},
  },
  keepWithoutKeyring: {
    flag: [['--keep-without-keyring'], true],
    variable: ['0', false],
    file: [true, true],
    fallback: false,
  },
  endSession: {
    flag: [['--end-session'], true],
    variable: ['no', false],
    file: ['true', true],
    fallback: false,
  },
  demo: {
    flag: [['--demo'], true],
    variable: ['no', false],
    file: [true, true],
    fallback: false,
  },
  demoIfUnset: {
    flag: [['--demo-if-unset'], true],
    variable: ['no', false],
    file: [true, true],
    fallback: false,
  },
  signIn: {
    flag: [['--sign-in'], true],
    variable: ['FALSE', false],
    file: ['yes', true],
    fallback: false,
  },
  noBrowser: {
    flag: [['--no-browser'], true],
    variable: ['0', false],
    file: ['1', true],
    fallback: false,
  },
  noNotifications: {
    flag: [['--no-notifications'], true],
    variable: ['No', false],
    file: [true, true],
    fallback: false,
  },
  logLevel: {
    flag: [['--log-level', 'error'], 'error'],
    variable: ['warn', 'warn'],
    file: ['debug', 'debug'],
    fallback: 'info',
  },
  json: {
    flag: [['--json'], true],
    variable: ['false', false],
    file: ['true', true],
    fallback: false,
  },
}

const names = Object.keys(LAYERS) as (keyof typeof LAYERS)[]
const defaults = {
  ...Object.fromEntries(names.map((name) => [name, LAYERS[name].fallback])),
  clientSecret: null,
  clientSecretFile: null,
  providers: [],
}
/** The names in settings.json, in the order in which messages list them. */
const listed = [
  ...names.flatMap((name) =>
    name === 'clientId' ? [name, 'clientSecretFile', 'clientSecret'] : [name],
  ),
  'providers',
]
const toVariable = (name: SettingName): string =>
  `LATCHKEY_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
/** The flag of one entry. */
const ENTRY_FLAGS: Partial<Record<SettingName, string>> = {
  authorizationParameters: '--authorization-parameter',
  gitHosts: '--git-host',
}
const toFlag = (name: SettingName): string =>
  ENTRY_FLAGS[name] ?? `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

for (const name of names) {
  const { flag, variable, file, fallback } = LAYERS[name]

  test(`${name} comes from the flag, else the variable, else settings.json, else the default`, async ({
    read,
    writeFile,
  }) => {
    // Without the demo, neither the issuer nor the client ID may be missing.
    const env = name === 'issuer' || name === 'clientId' ? { LATCHKEY_DEMO: 'yes' } : {}
    const withVariable = { ...env, [toVariable(name)]: variable[0] }
    await writeFile({ [name]: file[0] })
    expect(read({ args: flag[0], env: withVariable })[name]).toEqual(flag[1])
    expect(read({ env: withVariable })[name]).toEqual(variable[1])
    expect(read({ env })[name]).toEqual(file[1])
    await writeFile({})
    expect(read()[name]).toEqual(fallback)
  })
}

test.describe('the old name of the sign-in timeout', () => {
  const OLD = ['--login-timeout', '7']

  test('is read as a flag, a variable and in settings.json, in the order of the layers', async ({
    read,
    writeFile,
  }) => {
    await writeFile({ loginTimeout: 9 })
    const env = { LATCHKEY_LOGIN_TIMEOUT: '8' }
    expect(read().signInTimeout).toBe(9)
    expect(read({ env }).signInTimeout).toBe(8)
    expect(read({ env: { LATCHKEY_SIGN_IN_TIMEOUT: '6' } }).signInTimeout).toBe(6)
    expect(read({ env, args: OLD }).signInTimeout).toBe(7)
    expect(read({ env: { LATCHKEY_SIGN_IN_TIMEOUT: '6' }, args: OLD }).signInTimeout).toBe(7)
  })

  test('is the origin, and brings no warning by itself', async ({ dataDir, writeFile }) => {
    await writeFile({ loginTimeout: 9 })
    const sources = { platform: 'linux', home: dataDir } as const
    const env = { LATCHKEY_DATA_DIR: dataDir }
    for (const [found, origin] of [
      [examineSettings({ ...sources, env, args: OLD }), '--login-timeout'],
      [
        examineSettings({ ...sources, env: { ...env, LATCHKEY_LOGIN_TIMEOUT: '8' }, args: [] }),
        'LATCHKEY_LOGIN_TIMEOUT',
      ],
      [examineSettings({ ...sources, env, args: [] }), 'settings.json'],
    ] as const) {
      expect(found).toMatchObject({ problems: [], warnings: [] })
      expect(found.origins.signInTimeout).toBe(origin)
    }
  })

  for (const order of ['before', 'after'] as const) {
    test(`loses to the new name in the same layer, with a warning, if it comes ${order} it`, async ({
      dataDir,
      writeFile,
    }) => {
      const arrange = <Value>(old: Value, current: Value): Value[] =>
        order === 'before' ? [old, current] : [current, old]
      const path = await writeFile(
        Object.fromEntries(arrange(['loginTimeout', 1], ['signInTimeout', 2])),
      )
      const sources = { platform: 'linux', home: dataDir } as const
      const env = { LATCHKEY_DATA_DIR: dataDir }
      const file = examineSettings({ ...sources, env, args: [] })
      const column = order === 'before' ? 2 : 20
      expect(file.settings.signInTimeout).toBe(2)
      const place = `"loginTimeout" in ${path} (line 1, column ${column})`
      expect(file.warnings).toEqual([MESSAGES.oldName(place, '"signInTimeout"')])

      const args = arrange(OLD, ['--sign-in-timeout', '3']).flat()
      const both = { ...env, LATCHKEY_LOGIN_TIMEOUT: '5', LATCHKEY_SIGN_IN_TIMEOUT: '4' }
      const all = examineSettings({ ...sources, env: both, args })
      expect(all.settings.signInTimeout).toBe(3)
      expect(all.origins.signInTimeout).toBe('--sign-in-timeout')
      expect(all.warnings).toEqual([
        MESSAGES.oldName('--login-timeout', '--sign-in-timeout'),
        MESSAGES.oldName('LATCHKEY_LOGIN_TIMEOUT', 'LATCHKEY_SIGN_IN_TIMEOUT'),
        MESSAGES.oldName(place, '"signInTimeout"'),
      ])
    })
  }

  test('is checked by the same rule, and needs a value', ({ reject }) => {
    expect(reject({ args: ['--login-timeout=0'] })).toBe(
      MESSAGES.invalid('--login-timeout', RULES.seconds(1, 86_400), '"0"', null),
    )
    expect(reject({ args: ['--login-timeout'] })).toBe(
      MESSAGES.flagNeedsValue('--login-timeout', '--sign-in-timeout S'),
    )
    expect(joinFlags(OLD)).toEqual(['--login-timeout=7'])
  })

  test('is deprecated in the schema, and accepted', () => {
    expect(fits({ loginTimeout: 60 })).toBe(true)
    expect(fits({ loginTimeout: 0 })).toBe(false)
  })
})

test('an empty variable and a null in settings.json leave a setting unset', async ({
  read,
  writeFile,
}) => {
  await writeFile(Object.fromEntries(names.map((name) => [name, null])))
  const env = Object.fromEntries(names.map((name) => [toVariable(name), '']))
  expect(read({ env })).toMatchObject(defaults)
})

test('the data directory comes from the flag, else the variable, and is absolute', ({
  read,
  dataDir,
}) => {
  expect(read({ args: ['--data-dir', 'here'] }).dataDir).toBe(resolve('here'))
  expect(read().dataDir).toBe(dataDir)
})

test('taking over is for one start: the flag and the variable set it, settings.json cannot', ({
  read,
}) => {
  expect(read().takeOver).toBe(false)
  expect(read({ args: ['--take-over'] }).takeOver).toBe(true)
  expect(read({ env: { LATCHKEY_TAKE_OVER: '1' } }).takeOver).toBe(true)
})

const ANN = '/home/ann'
const DIRECTORIES: [NodeJS.Platform, Sources['env'], string][] = [
  ['linux', {}, join(ANN, '.config', 'latchkey')],
  ['linux', { XDG_CONFIG_HOME: '/home/ann/conf' }, join(ANN, 'conf', 'latchkey')],
  ['linux', { XDG_CONFIG_HOME: '' }, join(ANN, '.config', 'latchkey')],
  ['linux', { XDG_CONFIG_HOME: 'relative' }, join(ANN, '.config', 'latchkey')],
  ['darwin', {}, join(ANN, 'Library', 'Application Support', 'Latchkey')],
  ['win32', {}, join(ANN, 'AppData', 'Roaming', 'Latchkey')],
  ['win32', { APPDATA: '/roaming' }, join('/roaming', 'Latchkey')],
]
for (const [platform, env, expected] of DIRECTORIES) {
  test(`the data directory on ${platform} with ${JSON.stringify(env)} is ${expected}`, () => {
    expect(readSettings({ args: [], env, platform, home: ANN }).dataDir).toBe(resolve(expected))
  })
}

const TEXT = RULES.text
const SWITCH = RULES.toggle
/** S23: these parameters decide about the sign-in itself, or are secret. */
const NEVER_ADDED = (
  'response_type client_id redirect_uri scope state nonce audience code_challenge ' +
  'code_challenge_method prompt login_hint max_age response_mode request request_uri ' +
  'id_token_hint registration client_secret client_assertion client_assertion_type code_verifier'
).split(' ')
const BAD: Record<
  Exclude<SettingName, 'clientSecret' | 'clientSecretFile'>,
  { rule: string; texts: string[]; json?: unknown[] }
> = {
  issuer: {
    rule: RULES.issuer,
    texts: [
      'provider.example',
      'http://provider.example',
      'http://localhost.provider.example',
      'ftp://127.0.0.1',
      'https://provider.example/?tenant=1',
      'https://provider.example/#top',
      'https://provider.example/?',
      'https://provider.example/#',
    ],
    json: [1],
  },
  clientId: { rule: TEXT, texts: [' '], json: ['', 7, ['a']] },
  scope: {
    rule: RULES.scope,
    texts: ['profile', 'openid-connect', 'OPENID', 'openid,email'],
    json: [['openid']],
  },
  audience: { rule: TEXT, texts: [' '], json: [{}] },
  prompt: {
    rule: RULES.prompt(['login', 'consent', 'select_account', 'create', 'none']),
    texts: ['\t', 'foo', 'Login', 'login,consent', 'login none'],
    json: [true, ['login']],
  },
  maxAge: {
    rule: RULES.seconds(0, 31_536_000),
    texts: ['-1', '31536001', '1.5', 'ten'],
    json: [[1]],
  },
  authorizationParameters: {
    rule: RULES.authorizationParameters,
    texts: [
      'offline',
      '=offline',
      'a b=c',
      'hd=',
      'STATE=x',
      ...NEVER_ADDED.map((name) => `${name}=x`),
    ],
    json: [
      'a=b&a=c',
      ['a'],
      ['a=b', 'a=c'],
      { code_challenge_method: 'plain' },
      { Redirect_Uri: 'https://evil.example' },
      { request: 'x' },
      { request_uri: 'x' },
      { response_mode: 'fragment' },
      { nonce: 'x' },
      { prompt: 'none' },
      { audience: 'x' },
      { max_age: '0' },
      { a: 1 },
      { a: 'line\nline' },
      7,
    ],
  },
  allowedParameters: {
    rule: RULES.allowedParameters,
    texts: ['Hd', 'a.b', 'claims[]', 'a b', ',', 'hd,redirect_uri', ...NEVER_ADDED],
    json: [[''], [1], [{}], ['ok', 'code_challenge']],
  },
  port: {
    rule: RULES.port,
    texts: ['-1', '65536', '80.5', '0x50', '1e3', 'http'],
    json: ['', true, 80.5],
  },
  redirectPort: {
    rule: RULES.redirectPort,
    texts: ['0', '65536', '8400,', '8400;8401', '8400 8401'],
    json: [[], [0], [[8400]], true],
  },
  redirectHost: {
    rule: RULES.redirectHost,
    texts: ['127.0.0.2', 'LOCALHOST', 'example.com', '0.0.0.0', 'localhost:80'],
    json: [1],
  },
  redirectPath: {
    rule: RULES.redirectPath,
    texts: ['callback', '//evil', '/a//b', '/a?b', '/a#b', '/%63', '/a/../b', '/.', '/a b', '/ä'],
    json: [['/a']],
  },
  dataDir: { rule: TEXT, texts: [' '] },
  takeOver: { rule: SWITCH, texts: ['always'] },
  signInTimeout: {
    rule: RULES.seconds(1, 86_400),
    texts: ['0', '86401', '5m'],
    json: [0.5],
  },
  exposeRefreshToken: { rule: SWITCH, texts: ['ja'], json: [1] },
  consent: { rule: RULES.consent, texts: ['on', 'Ask', 'ask,off'], json: [true, ['ask']] },
  allow: { rule: RULES.allow, texts: [' '], json: ['bin/app', [''], ['bin/app'], [1], {}] },
  pauseWhenLocked: { rule: SWITCH, texts: ['often'], json: [1] },
  clientVersion: {
    rule: RULES.clientVersion,
    texts: ['12', '12.0', 'v12.0.0', '12.0.0-beta', '12.0.0.1', '01.0.0', ' 12.0.0.'],
    json: [12, ['12.0.0'], ''],
  },
  gitHosts: {
    rule: RULES.gitHosts,
    texts: ['git.example.com', 'git.example.com=', '=work', 'https://git.example.com=work'],
    json: [
      { 'git.example.com/alice': 'work' },
      { 'git.example.com': 'two words' },
      { 'git.example.com': null },
      { 'git.example.com:': 'work' },
      { '*.example.com': 'work' },
      ['git.example.com'],
      7,
    ],
  },
  keepWithoutKeyring: { rule: SWITCH, texts: ['please'], json: [1] },
  endSession: { rule: SWITCH, texts: ['always'], json: [{}] },
  demo: { rule: SWITCH, texts: ['maybe', '2'], json: [1] },
  demoIfUnset: { rule: SWITCH, texts: ['perhaps'], json: [1] },
  signIn: { rule: SWITCH, texts: ['on', ' true'], json: ['perhaps'] },
  noBrowser: { rule: SWITCH, texts: ['yess'], json: [[]] },
  noNotifications: { rule: SWITCH, texts: ['none'], json: ['', 0] },
  logLevel: {
    rule: RULES.logLevel,
    texts: ['verbose', 'Info', 'info,debug'],
    json: [3, true, ['info']],
  },
  json: { rule: SWITCH, texts: ['lines'], json: [0] },
}

/** Long values are not quoted whole: they may be secrets. */
function quote(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.length > 20 ? `${value.slice(0, 20)}…` : value)
    : JSON.stringify(value).replace(/^(.{20}).+$/, '$1…')
}

/** The suggestions for values that are probably typing errors. */
const SUGGESTIONS: Record<string, string> = {
  'provider.example': 'https://provider.example',
  'http://provider.example': 'https://provider.example',
  'http://localhost.provider.example': 'https://localhost.provider.example',
}

for (const [name, { rule, texts, json = [] }] of Object.entries(BAD) as [
  keyof typeof BAD,
  (typeof BAD)[keyof typeof BAD],
][]) {
  for (const value of texts) {
    test(`${name} as ${JSON.stringify(value)} is rejected with its source and the rule`, async ({
      reject,
      writeFile,
    }) => {
      const problemAt = (place: string): string =>
        MESSAGES.invalid(place, rule, quote(value), SUGGESTIONS[value] ?? null)
      const variable = toVariable(name)
      expect(reject({ env: { [variable]: value } })).toBe(problemAt(variable))
      if (rule !== SWITCH) {
        const flag = toFlag(name)
        expect(reject({ args: [`${flag}=${value}`] })).toBe(problemAt(flag))
      }
      if (name === 'dataDir' || name === 'takeOver') return
      const path = await writeFile({ [name]: value })
      expect(reject()).toBe(problemAt(`"${name}" in ${path} (line 1, column 2)`))
    })
  }
  for (const value of json) {
    test(`${name} as ${JSON.stringify(value)} in settings.json is rejected`, async ({
      reject,
      writeFile,
    }) => {
      const path = await writeFile({ [name]: value })
      expect(reject()).toBe(
        MESSAGES.invalid(`"${name}" in ${path} (line 1, column 2)`, rule, quote(value), null),
      )
    })
  }
}

test('an issuer loses the path of the metadata, and a template is rejected with what to replace', ({
  read,
  reject,
}) => {
  const readIssuer = (issuer: string): string | null =>
    read({ args: ['--client-id', 'a', '--issuer', issuer] }).issuer
  for (const [pasted, issuer] of [
    ['https://a.example/.well-known/openid-configuration', 'https://a.example'],
    [' https://a.example/t/.well-known/openid-configuration/ ', 'https://a.example/t'],
    ['https://a.example/.well-known/oauth-authorization-server', 'https://a.example'],
    ['https://a.example/', 'https://a.example/'],
    ['https://a.example/.well-known/other', 'https://a.example/.well-known/other'],
  ] as const) {
    expect(readIssuer(pasted)).toBe(issuer)
  }
  for (const part of ['{tenantid}', '{tenant}', '{}']) {
    const issuer = `https://login.microsoftonline.com/${part}/v2.0`
    expect(reject({ args: ['--client-id', 'a', '--issuer', issuer] })).toBe(
      MESSAGES.invalid('--issuer', RULES.issuerTemplate, quote(issuer), null),
    )
  }
})

test('a flag with an empty value is rejected', ({ reject }) => {
  expect(reject({ args: ['--audience='] })).toBe(MESSAGES.invalid('--audience', TEXT, '""', null))
})

test('a long invalid value is shortened', ({ reject }) => {
  expect(reject({ args: ['--port', 'x'.repeat(500)] }).length).toBeLessThan(200)
})

const UNUSABLE_ARGS: [string, string[], string][] = [
  ['an unknown flag', ['--isuer'], MESSAGES.unknownFlag('--isuer', '--issuer')],
  [
    'a flag in the spelling of settings.json',
    ['--clientId=mine'],
    MESSAGES.unknownFlag('--clientId', '--client-id'),
  ],
  ['a flag that resembles no other', ['--verbose'], MESSAGES.unknownFlag('--verbose', null)],
  [
    'a switch that is on and off',
    ['--no-demo', '--demo'],
    MESSAGES.contradiction('demo', 'no-demo'),
  ],
  ['a flag with a value, turned off', ['--no-issuer'], MESSAGES.unknownFlag('--no-issuer', null)],
  ['an unknown short flag', ['-p'], MESSAGES.unknownFlag('-p', null)],
  ['a word that is not a flag', ['--json', 'sign-in'], MESSAGES.notAFlag('sign-in')],
  ['a missing value at the end', ['--issuer'], MESSAGES.flagNeedsValue('--issuer', '--issuer URL')],
  [
    'a missing value before a flag',
    ['--client-id', '--json'],
    MESSAGES.flagNeedsValue('--client-id', '--client-id ID'),
  ],
  ['a switch with a value', ['--json=true'], MESSAGES.switchTakesNoValue('--json')],
  [
    'the demo with an issuer',
    ['--demo', '--issuer', 'https://provider.example'],
    MESSAGES.demoWithProvider,
  ],
  ['the demo with a client ID', ['--demo', '--client-id', 'mine'], MESSAGES.demoWithProvider],
  [
    'an issuer without a client ID',
    ['--issuer', 'https://provider.example'],
    MESSAGES.clientIdMissing,
  ],
  ['a client ID without an issuer', ['--client-id', 'mine'], MESSAGES.issuerMissing],
]
for (const [name, args, message] of UNUSABLE_ARGS) {
  test(`${name} is rejected in one line that says what to do`, ({ reject }) => {
    expect(reject({ args })).toBe(message)
  })
}

test('the issuer and the client ID may come from different sources', async ({
  read,
  writeFile,
}) => {
  await writeFile({ issuer: 'https://provider.example' })
  expect(read({ args: ['--client-id', 'mine'] })).toMatchObject({
    issuer: 'https://provider.example',
    clientId: 'mine',
  })
})

test('--demo overrides a provider in settings.json or the environment', async ({
  read,
  writeFile,
}) => {
  await writeFile({ issuer: 'https://provider.example' })
  expect(read({ args: ['--demo'], env: { LATCHKEY_CLIENT_ID: 'mine' } }).demo).toBe(true)
})

test('without settings.json, every setting has its default', ({ read, dataDir }) => {
  expect(read()).toEqual({ ...defaults, dataDir, takeOver: false })
})

const UNUSABLE_FILES: [string, string | Buffer, (path: string) => string][] = [
  [
    'broken JSON',
    '{\n  "port": 1000\n"json": true }',
    (path) =>
      MESSAGES.invalidJson(
        `${path} (line 3, column 1)`,
        JSON_FAULTS.unexpected(JSON_PARTS.commaOr('}'), '"'),
      ),
  ],
  [
    'the same setting twice',
    '\ufeff{ "port": 1000, "port": 2000 }',
    (path) => MESSAGES.invalidJson(`${path} (line 1, column 17)`, JSON_FAULTS.duplicate('port')),
  ],
  ['a list', '[]', MESSAGES.notAnObject],
  ['text in UTF-16', Buffer.from('\ufeff{ "port": 1000 }', 'utf16le'), MESSAGES.isUtf16],
  [
    'text in big-endian UTF-16',
    Buffer.from('\ufeff{ "port": 1000 }', 'utf16le').swap16(),
    MESSAGES.isUtf16,
  ],
  [
    'text in UTF-16 without a byte order mark',
    Buffer.from('{ "port": 1000 }', 'utf16le'),
    MESSAGES.isUtf16,
  ],
  ['text in Latin-1', Buffer.from('{ "clientId": "\u00e4" }', 'latin1'), MESSAGES.notUtf8],
  [
    'text that is too long',
    `{ "port": ${' '.repeat(256 * 1024)} 1 }`,
    (path) => MESSAGES.unreadable(path, explainDiskError('EFILETOOLARGE')),
  ],
  ['null', 'null', MESSAGES.notAnObject],
]
for (const [name, content, message] of UNUSABLE_FILES) {
  test(`${name} in settings.json is rejected with its path`, async ({ reject, writeFile }) => {
    const path = await writeFile(content)
    expect(reject()).toBe(message(path))
  })
}

for (const [name, content, port, warning] of [
  ['with a byte order mark', '\ufeff{ "port": 4000 }', 4000, null],
  ['that is empty', '', null, MESSAGES.isEmpty],
  ['of blank lines', '\ufeff \r\n', null, MESSAGES.isEmpty],
  ['of zeros, as after a power failure,', '\0'.repeat(512), null, MESSAGES.onlyZeros],
] as const) {
  test(`a settings.json ${name} is read, with a warning if it is empty`, async ({
    dataDir,
    writeFile,
  }) => {
    const path = await writeFile(content)
    const env = { LATCHKEY_DATA_DIR: dataDir }
    const found = examineSettings({ args: [], env, platform: 'linux', home: dataDir })
    expect(found.problems).toEqual([])
    expect(found.settings.port).toBe(port)
    expect(found.warnings).toEqual(warning === null ? [] : [warning(path)])
  })
}

for (const [key, meant] of [
  ['clientID', 'clientId'],
  ['client-id', 'clientId'],
  ['isuer', 'issuer'],
  ['promtp', 'prompt'],
  ['exposeRefrehToken', 'exposeRefreshToken'],
  ['schema', null],
  ['dataDir', null],
  ['takeOver', null],
  ['__proto__', null],
  ['constructor', null],
] as const) {
  test(`the key ${key} in settings.json is rejected with a suggestion or the known settings`, async ({
    reject,
    writeFile,
  }) => {
    const path = await writeFile(`{\n  ${JSON.stringify(key)}: "x" }`)
    expect(reject()).toBe(MESSAGES.unknownSetting(`${path} (line 2, column 3)`, key, meant, listed))
  })
}

test('comments and trailing commas in settings.json are ignored, but count for places', async ({
  read,
  reject,
  writeFile,
}) => {
  const commented = `// { mine }\n{\n  /* a\n     port */ "port": 4000, // "port": 5000\n  "redirectPort": [8400,],\n`
  await writeFile(`${commented}}\n`)
  expect(read()).toMatchObject({ port: 4000, redirectPort: [8400] })
  const path = await writeFile(`${commented}  "json": 7\n}`)
  expect(reject()).toBe(MESSAGES.invalid(`"json" in ${path} (line 6, column 3)`, SWITCH, '7', null))
})

test('an unknown variable brings a warning without its value, and no problem', ({ dataDir }) => {
  const env = {
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_ISUER: 'https://a.example',
    LATCHKEY_PASPHRASE: 'correct horse',
    LATCHKEY_SLOT: '1',
    latchkey_port: '1',
    LATCHKEY_PASSPHRASE: 'correct horse',
    LATCHKEY_URL: 'http://127.0.0.1:5323',
  }
  const { problems, warnings } = examineSettings({
    args: [],
    env,
    platform: 'linux',
    home: dataDir,
  })
  expect(problems).toEqual([])
  expect(warnings).toEqual([
    MESSAGES.unknownVariable('LATCHKEY_ISUER', 'LATCHKEY_ISSUER'),
    MESSAGES.unknownVariable('LATCHKEY_PASPHRASE', 'LATCHKEY_PASSPHRASE'),
    MESSAGES.unknownVariable('LATCHKEY_SLOT', null),
    MESSAGES.unknownVariable('latchkey_port', 'LATCHKEY_PORT'),
  ])
})

test('on Windows, the names of variables are case-insensitive', ({ dataDir }) => {
  const env = { LATCHKEY_DATA_DIR: dataDir, Latchkey_Port: '1' }
  expect(examineSettings({ args: [], env, platform: 'win32', home: dataDir }).warnings).toEqual([])
})

for (const name of names.filter((one) => typeof LAYERS[one].fallback === 'boolean')) {
  const off = toFlag(name).startsWith('--no-')
    ? toFlag(name).replace('--no-', '--')
    : toFlag(name).replace('--', '--no-')
  test(`${off} turns ${name} off, whatever the variable and settings.json say`, async ({
    read,
    dataDir,
    writeFile,
  }) => {
    await writeFile({ [name]: true })
    const env = { [toVariable(name)]: 'yes', LATCHKEY_DATA_DIR: dataDir }
    expect(read({ env })[name]).toBe(true)
    expect(read({ args: [off], env })[name]).toBe(false)
    const { origins } = examineSettings({ args: [off], env, platform: 'linux', home: dataDir })
    expect(origins[name]).toBe(off)
  })
}

test('--no-demo also overrides --demo-if-unset', ({ read }) => {
  expect(read({ args: ['--demo-if-unset'] }).demo).toBe(true)
  expect(read({ args: ['--demo-if-unset', '--no-demo'] }).demo).toBe(false)
})

test('several prompts are separated by one space', ({ read }) => {
  expect(read({ args: ['--prompt', ' login  consent '] }).prompt).toBe('login consent')
  expect(read({ args: ['--prompt', 'none'] }).prompt).toBe('none')
})

test('a message is one line, whatever an unknown key contains', async ({ reject, writeFile }) => {
  await writeFile({ 'po\nrt\u001b[2J': 1 })
  expect(reject()).toMatch(/^\P{C}+$/u)
})

test('a settings.json that cannot be read is rejected with the reason', async ({
  reject,
  dataDir,
}) => {
  const path = join(dataDir, 'settings.json')
  await mkdir(path) // Even root cannot read a folder as a file.
  expect(reject()).toBe(MESSAGES.unreadable(path, explainDiskError('EISDIR')))
})

test('an examination continues after invalid settings and reports each one', async ({
  dataDir,
  writeFile,
}) => {
  const path = await writeFile({ issuer: 'ftp://a.example', prompts: 'login', audience: 'api' })
  const { settings, origins, problems } = examineSettings({
    args: ['--nonsense', '--json=yes', '--port', 'high', '--client-id', 'mine', '--no-browser'],
    env: { LATCHKEY_DATA_DIR: dataDir, LATCHKEY_LOG_LEVEL: 'debug' },
    platform: 'linux',
    home: dataDir,
  })
  expect(problems.map((problem) => problem.replaceAll(path, 'FILE'))).toEqual([
    MESSAGES.unknownFlag('--nonsense', null),
    MESSAGES.unknownSetting('FILE (line 1, column 29)', 'prompts', 'prompt', []),
    MESSAGES.invalid(
      '"issuer" in FILE (line 1, column 2)',
      RULES.issuer,
      quote('ftp://a.example'),
      null,
    ),
    MESSAGES.invalid('--port', RULES.port, '"high"', null),
  ])
  expect(settings).toEqual({
    ...defaults,
    dataDir,
    takeOver: false,
    clientId: 'mine',
    audience: 'api',
    noBrowser: true,
    logLevel: 'debug',
  })
  expect(origins).toMatchObject({
    dataDir: 'LATCHKEY_DATA_DIR',
    clientId: '--client-id',
    audience: 'settings.json',
    noBrowser: '--no-browser',
    logLevel: 'LATCHKEY_LOG_LEVEL',
    issuer: 'default',
    port: 'default',
    json: 'default',
  })
})

test('an examination finds no problem in valid settings, and reports a missing setting once', ({
  dataDir,
}) => {
  const sources = { args: [], env: { LATCHKEY_DATA_DIR: dataDir }, platform: 'linux' } as const
  expect(examineSettings({ ...sources, home: dataDir }).problems).toEqual([])
  expect(
    examineSettings({ ...sources, home: dataDir, args: ['--issuer', 'https://a.example'] })
      .problems,
  ).toEqual([MESSAGES.clientIdMissing])
})

test('if the data directory is invalid, the examination continues with the default one', ({
  dataDir,
}) => {
  const { settings, problems } = examineSettings({
    args: ['--data-dir', ' '],
    env: {},
    platform: 'linux',
    home: dataDir,
  })
  expect(problems).toEqual([MESSAGES.invalid('--data-dir', TEXT, '" "', null)])
  expect(settings.dataDir).toBe(join(dataDir, '.config', 'latchkey'))
})

for (const [args, rest] of [
  [['diagnose'], []],
  [['diagnose', '--json'], ['--json']],
  [
    ['--issuer', 'https://a.example', 'diagnose', '--json'],
    ['--issuer', 'https://a.example', '--json'],
  ],
  [['--json', 'diagnose'], ['--json']],
  [['--audience', 'diagnose'], null],
  [['--audience=diagnose', '--json'], null],
  [['--diagnose'], null],
  [[], null],
] as const) {
  const found =
    rest === null ? 'no command' : `a command with the arguments ${JSON.stringify(rest)}`
  test(`in ${JSON.stringify(args)} there is ${found}`, () => {
    expect(findCommandArgs('diagnose', args)).toEqual(rest)
  })
}

test('the help describes each flag, by its current name only', () => {
  const flags = [...formatHelp().matchAll(/^ {2}(--[a-z-]+) .*(\n {10,})?\p{L}/gmu)].map(
    ([, flag]) => flag,
  )
  expect(flags).toEqual([
    '--issuer',
    '--client-id',
    '--client-secret-file',
    '--scope',
    '--audience',
    '--prompt',
    '--max-age',
    '--authorization-parameter',
    '--allowed-parameters',
    '--port',
    '--redirect-port',
    '--redirect-host',
    '--redirect-path',
    '--data-dir',
    '--take-over',
    '--sign-in-timeout',
    '--expose-refresh-token',
    '--consent',
    '--allow',
    '--pause-when-locked',
    '--client-version',
    '--git-host',
    '--keep-without-keyring',
    '--end-session',
    '--demo',
    '--demo-if-unset',
    '--sign-in',
    '--no-browser',
    '--no-notifications',
    '--log-level',
    '--json',
    '--help',
    '--version',
  ])
})

test('the help shows the defaults', () => {
  const help = formatHelp().replaceAll(/\s+/g, ' ')
  expect(help).toContain('how many seconds a sign-in waits for you [300]')
  expect(help).toContain('the scopes to request [openid profile email offline_access]')
})

test('the help says of a flag that a running Latchkey ignores whose flag it is', () => {
  expect(formatHelp().replaceAll(/\s+/g, ' ')).toContain(
    '--git-host HOST=ACCOUNT for git-credential only: ',
  )
})

for (const [what, args, demo] of [
  ['on if no provider is configured', ['--demo-if-unset'], true],
  [
    'off if a provider is configured',
    ['--demo-if-unset', '--issuer', 'https://login.example.com', '--client-id', 'abc'],
    false,
  ],
] as const) {
  test(`with --demo-if-unset, the demo is ${what}`, () => {
    const settings = readSettings({ args, env: {}, platform: 'linux', home: '/nowhere' })
    expect(settings.demo).toBe(demo)
  })
}

/** True if an editor that knows the schema accepts the content of settings.json. */
const fits = ((): ((content: object) => boolean) => {
  const path = new URL('../../main/assets/settings.schema.json', import.meta.url)
  const ajv = new Ajv({ strictTypes: false }).addVocabulary([
    'allowComments',
    'allowTrailingCommas',
  ])
  const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')) as object)
  return (content) => validate(content)
})()

test('the schema has each setting that settings.json may have, and each may be null', () => {
  for (const name of listed) expect(fits({ $schema: 'x', [name]: null }), name).toBe(true)
  for (const name of ['dataDir', 'takeOver', 'isuer']) {
    expect(fits({ [name]: null }), name).toBe(false)
  }
})

for (const name of names) {
  test(`the schema accepts the valid values of ${name} and no others`, () => {
    const { file, fallback, flag } = LAYERS[name]
    // Text is read as a switch, but the schema does not suggest it.
    const isSwitch = typeof fallback === 'boolean'
    for (const value of isSwitch ? [true, false] : [file[0], flag[1]]) {
      expect(fits({ [name]: value }), JSON.stringify(value)).toBe(true)
    }
    const { texts, json = [] } = BAD[name]
    for (const value of [...(isSwitch ? ['yes'] : texts), ...json]) {
      // The schema does not know which names Latchkey sets itself.
      const isReserved = /"(state|nonce|prompt|audience|max_age|re\w+|code_\w+)"/i
      if (name.endsWith('Parameters') && isReserved.test(JSON.stringify(value))) continue
      expect(fits({ [name]: value }), JSON.stringify(value)).toBe(false)
    }
  })
}

test('the schema has the settings of a provider in a list, and checks them as others', () => {
  const work = { name: 'work', issuer: 'https://a.example', clientId: 'mine' }
  expect(fits({ providers: [] })).toBe(true)
  for (const name of PROVIDER_SETTINGS) {
    const isRequired = name in work
    expect(fits({ providers: [{ ...work, [name]: null }] }), name).toBe(!isRequired)
    expect(fits({ providers: [{ ...work, [name]: {} }] }), name).toBe(
      name === 'authorizationParameters',
    )
  }
  for (const name of ['', 'all', 'ALL', 'a b', 'x'.repeat(41), 7, null]) {
    expect(fits({ providers: [{ ...work, name }] }), String(name)).toBe(false)
  }
  for (const name of ['Büro', 'allot', 'x'.repeat(40)]) {
    expect(fits({ providers: [{ ...work, name }] }), name).toBe(true)
  }
  for (const [name] of Object.entries(work)) {
    expect(fits({ providers: [{ ...work, [name]: undefined }] }), name).toBe(false)
  }
  expect(fits({ providers: [{ ...work, port: 1000 }] })).toBe(false)
})

test('settings.json may name its schema, which is not a setting', async ({ read, writeFile }) => {
  await writeFile({ $schema: '/opt/Latchkey/resources/settings.schema.json', port: 4000 })
  expect(read().port).toBe(4000)
})
