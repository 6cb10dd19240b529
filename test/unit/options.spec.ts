// The settings: where each one comes from, and what is said of those that cannot be used.

import { expect, test as base } from '@playwright/test'
import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  argsAfter,
  examineSettings,
  helpText,
  readSettings,
  type Settings,
  type Sources,
} from '../../main/settings/options.js'
import { SettingsError } from '../../main/base/settings-error.js'

/** A data directory of the test's own, named by the environment. */
const test = base.extend<{
  dataDir: string
  read: (sources?: Partial<Sources>) => Settings
  /** The message of the refusal. */
  refuse: (sources?: Partial<Sources>) => string
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
  refuse: ({ read }, use) =>
    use((sources) => {
      try {
        read(sources)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SettingsError)
        return (thrown as SettingsError).message
      }
      throw new Error('the settings were accepted')
    }),
  writeFile: ({ dataDir }, use) =>
    use(async (content) => {
      const path = join(dataDir, 'settings.json')
      const isRaw = typeof content === 'string' || Buffer.isBuffer(content)
      await writeFile(path, isRaw ? content : JSON.stringify(content))
      return path
    }),
})

type Layers<Value> = {
  flag: [args: string[], value: Value]
  variable: [text: string, value: Value]
  file: [json: unknown, value: Value]
  fallback: Value
}

// Each layer says something else than the next, so that it shows which one was heard.
const LAYERS: {
  [
    Name in Exclude<keyof Settings, 'dataDir' | 'takeOver' | 'clientSecret' | 'clientSecretFile'>
  ]: Layers<Settings[Name]>
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
  loginTimeout: {
    flag: [['--login-timeout', '1'], 1],
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
}
/** The names in settings.json, as they are listed where one is unknown. */
const listed = names.flatMap((name) =>
  name === 'clientId' ? [name, 'clientSecretFile', 'clientSecret'] : [name],
)
const variableOf = (name: keyof Settings): string =>
  `LATCHKEY_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
const flagOf = (name: keyof Settings): string =>
  // Each gives one of them.
  name === 'authorizationParameters'
    ? '--authorization-parameter'
    : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

for (const name of names) {
  const { flag, variable, file, fallback } = LAYERS[name]

  test(`${name} is the flag's, else the variable's, else the file's, else the default`, async ({
    read,
    writeFile,
  }) => {
    // Outside the demo, issuer and client ID are refused without each other.
    const env = name === 'issuer' || name === 'clientId' ? { LATCHKEY_DEMO: 'yes' } : {}
    const withVariable = { ...env, [variableOf(name)]: variable[0] }
    await writeFile({ [name]: file[0] })
    expect(read({ args: flag[0], env: withVariable })[name]).toEqual(flag[1])
    expect(read({ env: withVariable })[name]).toEqual(variable[1])
    expect(read({ env })[name]).toEqual(file[1])
    await writeFile({})
    expect(read()[name]).toEqual(fallback)
  })
}

test('an empty variable and a null in the file leave a setting unset', async ({
  read,
  writeFile,
}) => {
  await writeFile(Object.fromEntries(names.map((name) => [name, null])))
  const env = Object.fromEntries(names.map((name) => [variableOf(name), '']))
  expect(read({ env })).toMatchObject(defaults)
})

test("the data directory is the flag's, else the variable's, and absolute", ({ read, dataDir }) => {
  expect(read({ args: ['--data-dir', 'here'] }).dataDir).toBe(resolve('here'))
  expect(read().dataDir).toBe(dataDir)
})

test('taking over is for one start: by the flag or the variable, and never by the file', ({
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
  ['darwin', {}, join(ANN, 'Library', 'Application Support', 'Latchkey')],
  ['win32', {}, join(ANN, 'AppData', 'Roaming', 'Latchkey')],
  ['win32', { APPDATA: '/roaming' }, join('/roaming', 'Latchkey')],
]
for (const [platform, env, expected] of DIRECTORIES) {
  test(`the data directory on ${platform} with ${JSON.stringify(env)} is ${expected}`, () => {
    expect(readSettings({ args: [], env, platform, home: ANN }).dataDir).toBe(resolve(expected))
  })
}

const TEXT = 'must be text that is not empty'
const SWITCH = 'must be true or false'
/** S23: what decides whom is asked, for what, and where the answer goes; and what is secret. */
const NEVER_ADDED = (
  'response_type client_id redirect_uri scope state nonce audience code_challenge ' +
  'code_challenge_method prompt login_hint max_age response_mode request request_uri ' +
  'id_token_hint registration client_secret client_assertion client_assertion_type code_verifier'
).split(' ')
const BAD: Record<
  Exclude<keyof Settings, 'clientSecret' | 'clientSecretFile'>,
  { rule: string; texts: string[]; json?: unknown[] }
> = {
  issuer: {
    rule: 'must be an https URL (http only on this machine) without a query',
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
    rule: 'must be scopes with spaces between, openid among them',
    texts: ['profile', 'openid-connect', 'OPENID', 'openid,email'],
    json: [['openid']],
  },
  audience: { rule: TEXT, texts: [' '], json: [{}] },
  prompt: {
    rule: 'must be login, consent, select_account, create, none, or several with spaces between, and none alone',
    texts: ['\t', 'foo', 'Login', 'login,consent', 'login none'],
    json: [true, ['login']],
  },
  maxAge: {
    rule: 'must be a whole number of seconds from 0 to 31536000',
    texts: ['-1', '31536001', '1.5', 'ten'],
    json: [[1]],
  },
  authorizationParameters: {
    rule:
      'must be NAME=VALUE, each name once, and none that Latchkey sets itself (some have a setting, ' +
      'such as prompt)',
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
    rule: 'must be names of small letters, digits and _, and none that Latchkey sets itself',
    texts: ['Hd', 'a.b', 'claims[]', 'a b', ',', 'hd,redirect_uri', ...NEVER_ADDED],
    json: [[''], [1], [{}], ['ok', 'code_challenge']],
  },
  port: {
    rule: 'must be a whole number from 0 to 65535',
    texts: ['-1', '65536', '80.5', '0x50', '1e3', 'http'],
    json: ['', true, 80.5],
  },
  redirectPort: {
    rule: 'must be a whole number from 1 to 65535, or several with commas between',
    texts: ['0', '65536', '8400,', '8400;8401', '8400 8401'],
    json: [[], [0], [[8400]], true],
  },
  redirectHost: {
    rule: 'must be 127.0.0.1, localhost or [::1]',
    texts: ['127.0.0.2', 'LOCALHOST', 'example.com', '0.0.0.0', 'localhost:80'],
    json: [1],
  },
  redirectPath: {
    rule: 'must be a path such as /callback, without a query, encoded characters or empty parts',
    texts: ['callback', '//evil', '/a//b', '/a?b', '/a#b', '/%63', '/a/../b', '/.', '/a b', '/ä'],
    json: [['/a']],
  },
  dataDir: { rule: TEXT, texts: [' '] },
  takeOver: { rule: SWITCH, texts: ['always'] },
  loginTimeout: {
    rule: 'must be a whole number of seconds from 1 to 86400',
    texts: ['0', '86401', '5m'],
    json: [0.5],
  },
  exposeRefreshToken: { rule: SWITCH, texts: ['ja'], json: [1] },
  keepWithoutKeyring: { rule: SWITCH, texts: ['please'], json: [1] },
  endSession: { rule: SWITCH, texts: ['always'], json: [{}] },
  demo: { rule: SWITCH, texts: ['maybe', '2'], json: [1] },
  demoIfUnset: { rule: SWITCH, texts: ['perhaps'], json: [1] },
  signIn: { rule: SWITCH, texts: ['on', ' true'], json: ['perhaps'] },
  noBrowser: { rule: SWITCH, texts: ['yess'], json: [[]] },
  noNotifications: { rule: SWITCH, texts: ['none'], json: ['', 0] },
  logLevel: {
    rule: 'must be error, warn, info or debug',
    texts: ['verbose', 'Info', 'info,debug'],
    json: [3, true, ['info']],
  },
  json: { rule: SWITCH, texts: ['lines'], json: [0] },
}

/** What is offered in the place of a value, where that can be guessed. */
const OFFERS: Record<string, string> = {
  'provider.example': 'https://provider.example',
  'http://provider.example': 'https://provider.example',
  'http://localhost.provider.example': 'https://localhost.provider.example',
}

for (const [name, { rule, texts, json = [] }] of Object.entries(BAD) as [
  keyof typeof BAD,
  (typeof BAD)[keyof typeof BAD],
][]) {
  for (const value of texts) {
    test(`${name} as ${JSON.stringify(value)} is refused with its source and the rule`, async ({
      refuse,
      writeFile,
    }) => {
      const offer = OFFERS[value] ? ` Did you mean ${OFFERS[value]}?` : ''
      const problem = `${rule}, but it is ${JSON.stringify(value)}.${offer}`
      const variable = variableOf(name)
      expect(refuse({ env: { [variable]: value } })).toBe(`${variable} ${problem}`)
      if (rule !== SWITCH) {
        const flag = flagOf(name)
        expect(refuse({ args: [`${flag}=${value}`] })).toBe(`${flag} ${problem}`)
      }
      if (name === 'dataDir' || name === 'takeOver') return
      const path = await writeFile({ [name]: value })
      expect(refuse()).toBe(`"${name}" in ${path} (line 1, column 2) ${problem}`)
    })
  }
  for (const value of json) {
    test(`${name} as ${JSON.stringify(value)} in the file is refused`, async ({
      refuse,
      writeFile,
    }) => {
      const path = await writeFile({ [name]: value })
      expect(refuse()).toBe(
        `"${name}" in ${path} (line 1, column 2) ${rule}, but it is ${JSON.stringify(value)}.`,
      )
    })
  }
}

test('an issuer loses what leads to the metadata, and a template says what to put in', ({
  read,
  refuse,
}) => {
  const issuerOf = (issuer: string): string | null =>
    read({ args: ['--client-id', 'a', '--issuer', issuer] }).issuer
  for (const [pasted, issuer] of [
    ['https://a.example/.well-known/openid-configuration', 'https://a.example'],
    [' https://a.example/t/.well-known/openid-configuration/ ', 'https://a.example/t'],
    ['https://a.example/.well-known/oauth-authorization-server', 'https://a.example'],
    ['https://a.example/', 'https://a.example/'],
    ['https://a.example/.well-known/other', 'https://a.example/.well-known/other'],
  ] as const) {
    expect(issuerOf(pasted)).toBe(issuer)
  }
  for (const part of ['{tenantid}', '{tenant}', '{}']) {
    const issuer = `https://login.microsoftonline.com/${part}/v2.0`
    expect(refuse({ args: ['--client-id', 'a', '--issuer', issuer] })).toBe(
      "--issuer must name one tenant: put your tenant's ID in the place of the braces, but it is " +
        `"${issuer}".`,
    )
  }
})

test('a flag is refused when it is given nothing', ({ refuse }) => {
  expect(refuse({ args: ['--audience='] })).toBe(`--audience ${TEXT}, but it is "".`)
})

test('a long bad value is cut', ({ refuse }) => {
  expect(refuse({ args: ['--port', 'x'.repeat(500)] }).length).toBeLessThan(200)
})

const UNUSABLE_ARGS: [string, string[], string][] = [
  [
    'an unknown flag',
    ['--isuer'],
    'There is no flag --isuer. Did you mean --issuer? See --help for those there are.',
  ],
  [
    'a flag in the spelling of settings.json',
    ['--clientId=mine'],
    'There is no flag --clientId. Did you mean --client-id? See --help for those there are.',
  ],
  [
    'a flag that resembles none',
    ['--verbose'],
    'There is no flag --verbose. See --help for those there are.',
  ],
  [
    'a switch that is on and off',
    ['--no-demo', '--demo'],
    '--demo and --no-demo contradict each other.',
  ],
  [
    'a flag with a value, turned off',
    ['--no-issuer'],
    'There is no flag --no-issuer. See --help for those there are.',
  ],
  ['an unknown short flag', ['-p'], 'There is no flag -p. See --help for those there are.'],
  [
    'a word that is no flag',
    ['--json', 'sign-in'],
    'Latchkey takes flags only, and "sign-in" is none. See --help.',
  ],
  ['a missing value at the end', ['--issuer'], '--issuer needs a value: --issuer URL.'],
  [
    'a missing value before a flag',
    ['--client-id', '--json'],
    '--client-id needs a value: --client-id ID.',
  ],
  ['a switch with a value', ['--json=true'], '--json is a switch and takes no value.'],
  [
    'the demo beside an issuer',
    ['--demo', '--issuer', 'https://provider.example'],
    '--demo brings its own provider: leave out --issuer and --client-id.',
  ],
  [
    'the demo beside a client ID',
    ['--demo', '--client-id', 'mine'],
    '--demo brings its own provider: leave out --issuer and --client-id.',
  ],
  [
    'an issuer without a client ID',
    ['--issuer', 'https://provider.example'],
    'There is an issuer but no client ID: set both (--client-id is missing).',
  ],
  [
    'a client ID without an issuer',
    ['--client-id', 'mine'],
    'There is a client ID but no issuer: set both (--issuer is missing).',
  ],
]
for (const [name, args, message] of UNUSABLE_ARGS) {
  test(`${name} is refused in one line that says what to do`, ({ refuse }) => {
    expect(refuse({ args })).toBe(message)
  })
}

test('an issuer and its client ID may come from different places', async ({ read, writeFile }) => {
  await writeFile({ issuer: 'https://provider.example' })
  expect(read({ args: ['--client-id', 'mine'] })).toMatchObject({
    issuer: 'https://provider.example',
    clientId: 'mine',
  })
})

test('--demo goes before a provider that the file or the environment names', async ({
  read,
  writeFile,
}) => {
  await writeFile({ issuer: 'https://provider.example' })
  expect(read({ args: ['--demo'], env: { LATCHKEY_CLIENT_ID: 'mine' } }).demo).toBe(true)
})

test('no settings.json is no error, and everything has its default', ({ read, dataDir }) => {
  expect(read()).toEqual({ ...defaults, dataDir, takeOver: false })
})

const UNUSABLE_FILES: [string, string | Buffer, (path: string) => string][] = [
  [
    'broken JSON',
    '{\n  "port": 1000\n"json": true }',
    (path) =>
      `${path} (line 3, column 1) is not valid JSON: a comma or "}" was expected, and there is "\\"". ` +
      'Fix it, or move it away to start over.',
  ],
  [
    'a setting that is there twice',
    '\ufeff{ "port": 1000, "port": 2000 }',
    (path) =>
      `${path} (line 1, column 17) is not valid JSON: "port" is there twice. ` +
      'Fix it, or move it away to start over.',
  ],
  ['a list', '[]', (path) => `${path} must hold one JSON object: { "issuer": "https://…", … }.`],
  [
    'text in UTF-16',
    Buffer.from('\ufeff{ "port": 1000 }', 'utf16le'),
    (path) => `${path} is encoded as UTF-16. Save it as UTF-8.`,
  ],
  [
    'text in UTF-16 of the other order',
    Buffer.from('\ufeff{ "port": 1000 }', 'utf16le').swap16(),
    (path) => `${path} is encoded as UTF-16. Save it as UTF-8.`,
  ],
  [
    'text in UTF-16 without a mark',
    Buffer.from('{ "port": 1000 }', 'utf16le'),
    (path) => `${path} is encoded as UTF-16. Save it as UTF-8.`,
  ],
  [
    'text in Latin-1',
    Buffer.from('{ "clientId": "\u00e4" }', 'latin1'),
    (path) => `${path} is not encoded as UTF-8. Save it as UTF-8.`,
  ],
  [
    'more than settings take',
    `{ "port": ${' '.repeat(256 * 1024)} 1 }`,
    (path) => `${path} cannot be read (it is too large, EFILETOOLARGE).`,
  ],
  ['null', 'null', (path) => `${path} must hold one JSON object: { "issuer": "https://…", … }.`],
]
for (const [name, content, message] of UNUSABLE_FILES) {
  test(`${name} in settings.json is refused with its path`, async ({ refuse, writeFile }) => {
    const path = await writeFile(content)
    expect(refuse()).toBe(message(path))
  })
}

for (const [name, content, settled, notice] of [
  ['with a byte order mark', '\ufeff{ "port": 4000 }', 4000, null],
  ['that is empty', '', null, 'is empty, so the defaults apply.'],
  ['of blank lines', '\ufeff \r\n', null, 'is empty, so the defaults apply.'],
  [
    'of zeros, as a power cut leaves it',
    '\0'.repeat(512),
    null,
    'holds nothing but zeros, as after a power cut: its settings are lost, and the defaults apply.',
  ],
] as const) {
  test(`a settings.json ${name} is read, and what it lacks is said`, async ({
    dataDir,
    writeFile,
  }) => {
    const path = await writeFile(content)
    const env = { LATCHKEY_DATA_DIR: dataDir }
    const found = examineSettings({ args: [], env, platform: 'linux', home: dataDir })
    expect(found.problems).toEqual([])
    expect(found.settings.port).toBe(settled)
    expect(found.notices).toEqual(notice === null ? [] : [`${path} ${notice}`])
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
  test(`the key ${key} in settings.json is refused with what is meant, or those there are`, async ({
    refuse,
    writeFile,
  }) => {
    const path = await writeFile(`{\n  ${JSON.stringify(key)}: "x" }`)
    const known = meant ? `Did you mean ${meant}?` : `There are: ${listed.join(', ')}.`
    expect(refuse()).toBe(
      `${path} (line 2, column 3) has an unknown setting ${JSON.stringify(key)}. ${known}`,
    )
  })
}

test('comments and a comma too many in settings.json are read over, and places count them', async ({
  read,
  refuse,
  writeFile,
}) => {
  const commented = `// { mine }\n{\n  /* a\n     port */ "port": 4000, // "port": 5000\n  "redirectPort": [8400,],\n`
  await writeFile(`${commented}}\n`)
  expect(read()).toMatchObject({ port: 4000, redirectPort: [8400] })
  const path = await writeFile(`${commented}  "json": 7\n}`)
  expect(refuse()).toBe(`"json" in ${path} (line 6, column 3) must be true or false, but it is 7.`)
})

test('a variable that Latchkey does not know is said by its name alone, and keeps nothing from starting', ({
  dataDir,
}) => {
  const env = {
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_ISUER: 'https://a.example',
    LATCHKEY_PASPHRASE: 'correct horse',
    LATCHKEY_SLOT: '1',
    latchkey_port: '1',
    LATCHKEY_PASSPHRASE: 'correct horse',
    LATCHKEY_URL: 'http://127.0.0.1:5323',
  }
  const { problems, notices } = examineSettings({
    args: [],
    env,
    platform: 'linux',
    home: dataDir,
  })
  expect(problems).toEqual([])
  expect(notices).toEqual([
    'Latchkey knows no variable "LATCHKEY_ISUER". Did you mean LATCHKEY_ISSUER?',
    'Latchkey knows no variable "LATCHKEY_PASPHRASE". Did you mean LATCHKEY_PASSPHRASE?',
    'Latchkey knows no variable "LATCHKEY_SLOT".',
    'Latchkey knows no variable "latchkey_port". Did you mean LATCHKEY_PORT?',
  ])
})

test('on Windows, where the case of a variable does not count, none is unknown for its case', ({
  dataDir,
}) => {
  const env = { LATCHKEY_DATA_DIR: dataDir, Latchkey_Port: '1' }
  expect(examineSettings({ args: [], env, platform: 'win32', home: dataDir }).notices).toEqual([])
})

for (const name of names.filter((one) => typeof LAYERS[one].fallback === 'boolean')) {
  const off = flagOf(name).startsWith('--no-')
    ? flagOf(name).replace('--no-', '--')
    : flagOf(name).replace('--', '--no-')
  test(`${name} is turned off by ${off}, whatever the variable and the file say`, async ({
    read,
    dataDir,
    writeFile,
  }) => {
    await writeFile({ [name]: true })
    const env = { [variableOf(name)]: 'yes', LATCHKEY_DATA_DIR: dataDir }
    expect(read({ env })[name]).toBe(true)
    expect(read({ args: [off], env })[name]).toBe(false)
    const { origins } = examineSettings({ args: [off], env, platform: 'linux', home: dataDir })
    expect(origins[name]).toBe(off)
  })
}

test('--no-demo turns off the demo that would be there for want of a provider, too', ({ read }) => {
  expect(read({ args: ['--demo-if-unset'] }).demo).toBe(true)
  expect(read({ args: ['--demo-if-unset', '--no-demo'] }).demo).toBe(false)
})

test('several prompts are sent together, with one space between', ({ read }) => {
  expect(read({ args: ['--prompt', ' login  consent '] }).prompt).toBe('login consent')
  expect(read({ args: ['--prompt', 'none'] }).prompt).toBe('none')
})

test('a refusal is one line, whatever an unknown key holds', async ({ refuse, writeFile }) => {
  await writeFile({ 'po\nrt\u001b[2J': 1 })
  expect(refuse()).toMatch(/^\P{C}+$/u)
})

test('a settings.json that cannot be read is refused with the reason', async ({
  refuse,
  dataDir,
}) => {
  const path = join(dataDir, 'settings.json')
  await mkdir(path) // Unreadable for everyone: root may read any file.
  expect(refuse()).toBe(`${path} cannot be read (a folder is in its place, EISDIR).`)
})

test('an examination goes on where settings cannot be used, and names each that cannot', async ({
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
    'There is no flag --nonsense. See --help for those there are.',
    'FILE (line 1, column 29) has an unknown setting "prompts". Did you mean prompt?',
    '"issuer" in FILE (line 1, column 2) must be an https URL (http only on this machine) without a query, but it is "ftp://a.example".',
    '--port must be a whole number from 0 to 65535, but it is "high".',
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

test('an examination finds nothing where nothing is wrong, and says what is missing once', ({
  dataDir,
}) => {
  const sources = { args: [], env: { LATCHKEY_DATA_DIR: dataDir }, platform: 'linux' } as const
  expect(examineSettings({ ...sources, home: dataDir }).problems).toEqual([])
  expect(
    examineSettings({ ...sources, home: dataDir, args: ['--issuer', 'https://a.example'] })
      .problems,
  ).toEqual(['There is an issuer but no client ID: set both (--client-id is missing).'])
})

test('where the data directory cannot be used, the examination goes on in the usual one', ({
  dataDir,
}) => {
  const { settings, problems } = examineSettings({
    args: ['--data-dir', ' '],
    env: {},
    platform: 'linux',
    home: dataDir,
  })
  expect(problems).toEqual([`--data-dir ${TEXT}, but it is " ".`])
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
  const found = rest === null ? 'no command' : `a command, and ${JSON.stringify(rest)} beside it`
  test(`in ${JSON.stringify(args)} there is ${found}`, () => {
    expect(argsAfter('diagnose', args)).toEqual(rest)
  })
}

test('the help has a line about each flag', () => {
  const flags = [...helpText().matchAll(/^ {2}(--[a-z-]+) .*(\n {10,})?\p{L}/gmu)].map(
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
    '--login-timeout',
    '--expose-refresh-token',
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

test('the help shows the defaults and has no long lines', () => {
  const lines = helpText().split('\n')
  expect(lines.find((line) => line.includes('--login-timeout'))).toContain('[300]')
  expect(lines.find((line) => line.includes('--scope'))).toContain(
    '[openid profile email offline_access]',
  )
  expect(lines.filter((line) => line.length > 100)).toEqual([])
})

for (const [what, args, demo] of [
  ['where no provider is configured', ['--demo-if-unset'], true],
  [
    'not where one is',
    ['--demo-if-unset', '--issuer', 'https://login.example.com', '--client-id', 'abc'],
    false,
  ],
] as const) {
  test(`--demo-if-unset is the demo ${what}`, () => {
    const settings = readSettings({ args, env: {}, platform: 'linux', home: '/nowhere' })
    expect(settings.demo).toBe(demo)
  })
}

/** Whether an editor that knows the schema finds nothing wrong with a settings.json. */
const fits = ((): ((content: object) => boolean) => {
  const path = new URL('../../main/assets/settings.schema.json', import.meta.url)
  const ajv = new Ajv({ strictTypes: false }).addVocabulary([
    'allowComments',
    'allowTrailingCommas',
  ])
  const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')) as object)
  return (content) => validate(content)
})()

test('the schema has each setting that can be in the file, and each may be null', () => {
  for (const name of listed) expect(fits({ $schema: 'x', [name]: null }), name).toBe(true)
  for (const name of ['dataDir', 'takeOver', 'isuer']) {
    expect(fits({ [name]: null }), name).toBe(false)
  }
})

for (const name of names) {
  test(`the schema takes what ${name} can be, and refuses what it cannot`, () => {
    const { file, fallback, flag } = LAYERS[name]
    // A switch as text is understood and not what to write.
    const isSwitch = typeof fallback === 'boolean'
    for (const value of isSwitch ? [true, false] : [file[0], flag[1]]) {
      expect(fits({ [name]: value }), JSON.stringify(value)).toBe(true)
    }
    const { texts, json = [] } = BAD[name]
    for (const value of [...(isSwitch ? ['yes'] : texts), ...json]) {
      // Which ones Latchkey sets itself, only it can tell.
      const isReserved = /"(state|nonce|prompt|audience|max_age|re\w+|code_\w+)"/i
      if (name.endsWith('Parameters') && isReserved.test(JSON.stringify(value))) continue
      expect(fits({ [name]: value }), JSON.stringify(value)).toBe(false)
    }
  })
}

test('the schema may be named in settings.json, and is no setting', async ({ read, writeFile }) => {
  await writeFile({ $schema: '/opt/Latchkey/resources/settings.schema.json', port: 4000 })
  expect(read().port).toBe(4000)
})
