// The list `providers` of settings.json: how entries are read, checked and completed.

import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import type { ProviderSettings } from '../../main/oauth/sign-in.js'
import { createName, PROVIDER_SETTINGS } from '../../main/settings/provider-list.js'
import { examineSettings, type Sources, type SettingsFindings } from '../../main/settings/read.js'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'

const WORK = { name: 'work', issuer: 'https://work.example', clientId: 'at-work' }
const HOME = { name: 'home', issuer: 'https://home.example', clientId: 'at-home' }
const KNOWN = ['name', ...PROVIDER_SETTINGS]

const test = base.extend<{
  dataDir: string
  /** Reads the settings with this settings.json, in which FILE stands for its path. */
  examine: (content: unknown, sources?: Partial<Sources>) => Promise<SettingsFindings>
}>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-providers-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  examine: ({ dataDir }, use) =>
    use(async (content, sources = {}) => {
      const path = join(dataDir, 'settings.json')
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
      const env = { LATCHKEY_DATA_DIR: dataDir, ...sources.env }
      const given = { args: [], platform: 'linux', home: dataDir, ...sources, env } as const
      const { problems, warnings, ...found } = examineSettings(given)
      const shorten = (line: string): string => line.replaceAll(path, 'FILE')
      return { ...found, problems: problems.map(shorten), warnings: warnings.map(shorten) }
    }),
})

const namesOf = ({ settings }: SettingsFindings): string[] =>
  settings.providers.map(({ name }) => name)

test('without a provider there is none', async ({ examine }) => {
  expect((await examine({})).settings.providers).toEqual([])
})

test('the flat settings are one provider, named after its issuer’s host', async ({ examine }) => {
  const found = await examine({ issuer: 'https://login.example.com:8443/a', clientId: 'mine' })
  expect(found.problems).toEqual([])
  expect(found.origins.providers).toBe('default')
  expect(found.settings.providers).toEqual([
    {
      name: 'login.example.com',
      issuer: 'https://login.example.com:8443/a',
      clientId: 'mine',
      clientSecret: null,
      scope: 'openid profile email offline_access',
      audience: null,
      prompt: null,
      maxAgeS: null,
      parameters: {},
      redirect: { host: '127.0.0.1', path: '/callback', ports: [] },
    },
  ])
})

test('an entry may have every setting of a provider', async ({ examine }) => {
  const entry = {
    ...WORK,
    clientSecret: 'shh',
    scope: 'openid',
    audience: 'api',
    prompt: 'login',
    maxAge: 60,
    authorizationParameters: { hd: 'example.com' },
    redirectPort: [8400, 8401],
    redirectHost: '::1',
    redirectPath: '/back',
  }
  const { settings, problems, warnings, origins } = await examine({ providers: [entry] })
  expect([...problems, ...warnings]).toEqual([])
  expect(origins.providers).toBe('settings.json')
  const [{ clientSecret, ...provider }] = settings.providers as [ProviderSettings]
  expect(clientSecret?.reveal()).toBe('shh')
  expect(provider).toEqual({
    ...WORK,
    scope: 'openid',
    audience: 'api',
    prompt: 'login',
    maxAgeS: 60,
    parameters: { hd: 'example.com' },
    redirect: { host: '[::1]', path: '/back', ports: [8400, 8401] },
  })
})

test('the provider of flags and variables comes first', async ({ examine }) => {
  const args = ['--issuer=https://login.example.com', '--client-id=mine']
  const found = await examine({ providers: [WORK, HOME] }, { args })
  expect(namesOf(found)).toEqual(['login.example.com', 'work', 'home'])
})

test('an entry takes what it lacks from the flat settings, and null means the default', async ({
  examine,
}) => {
  const { settings } = await examine(
    {
      scope: 'openid email',
      redirectPath: '/flat',
      redirectPort: 8400,
      providers: [WORK, { ...HOME, scope: null, redirectPath: '/home', redirectPort: null }],
    },
    { args: ['--redirect-host=localhost'], env: { LATCHKEY_AUDIENCE: 'api' } },
  )
  expect(settings.providers).toMatchObject([
    {
      scope: 'openid email',
      audience: 'api',
      redirect: { host: 'localhost', path: '/flat', ports: [8400] },
    },
    {
      scope: 'openid profile email offline_access',
      audience: 'api',
      redirect: { host: 'localhost', path: '/home', ports: [] },
    },
  ])
})

test('an entry never takes the client secret of another provider', async ({ examine, dataDir }) => {
  const file = join(dataDir, 'secret')
  writeFileSync(file, 'of the flat one', { mode: 0o600 })
  const content = { ...WORK, name: undefined, providers: [HOME] }
  for (const sources of [
    { env: { LATCHKEY_CLIENT_SECRET: 'of the flat one' } },
    { args: [`--client-secret-file=${file}`] },
  ]) {
    const { settings, problems } = await examine(content, sources)
    expect(problems).toEqual([])
    const secrets = settings.providers.map(({ clientSecret }) => clientSecret?.reveal() ?? null)
    expect(secrets).toEqual(['of the flat one', null])
  }
})

test('S36: an entry’s client secret may be in its own protected file', async ({
  examine,
  dataDir,
}) => {
  const clientSecretFile = join(dataDir, 'secret')
  writeFileSync(clientSecretFile, 'shh\n', { mode: 0o600 })
  const content = { providers: [{ ...WORK, clientSecretFile }] }
  const { settings } = await examine(content)
  expect(settings.providers[0]?.clientSecret?.reveal()).toBe('shh')

  chmodSync(clientSecretFile, 0o644)
  const fault = MESSAGES.secretFileFaults.readableByOthers(clientSecretFile)
  const { settings: none, problems } = await examine(content)
  expect(problems).toEqual([MESSAGES.badSecretFile(clientSecretFile, fault)])
  expect(none.providers).toEqual([])
})

test('S36: a settings.json with an entry’s client secret becomes private', async ({
  examine,
  dataDir,
}) => {
  const path = join(dataDir, 'settings.json')
  writeFileSync(path, '{}', { mode: 0o644 })
  await examine({ providers: [WORK] })
  expect(statSync(path).mode & 0o777).toBe(0o644)
  await examine({ providers: [WORK, { ...HOME, clientSecret: 'shh' }] })
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('S38: a message about a client secret does not contain it', async ({ examine }) => {
  const { problems } = await examine({ providers: [{ ...WORK, clientSecret: 'ca\u00f1ary' }] })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(RULES.clientSecret)
  expect(problems[0]).not.toContain('ary')
})

test('each invalid member is a problem with its entry, its place and its rule', async ({
  examine,
}) => {
  const { settings, problems } = await examine(`{
    // Two of three are wrong.
    "providers": [
      ${JSON.stringify(WORK)},
      { "name": "al l", "issuer": "ftp://a.example",
        "clientId": "mine", "redirectPort": 0 },
      { "name": "x", "issuer": null }
    ]
  }`)
  const place = (member: string, line: number, column: number): string =>
    `"providers[${member}" in FILE (line ${line}, column ${column})`
  expect(problems).toEqual([
    MESSAGES.invalid(place('1].name', 5, 9), RULES.providerName, '"al l"', null),
    MESSAGES.invalid(place('1].issuer', 5, 25), RULES.issuer, '"ftp://a.example"', null),
    MESSAGES.invalid(place('1].redirectPort', 6, 29), RULES.redirectPort, '0', null),
    MESSAGES.invalid(place('2].issuer', 7, 22), RULES.issuer, 'missing', null),
    MESSAGES.invalid('"providers[2].clientId" in FILE', RULES.text, 'missing', null),
  ])
  expect(settings.providers.map(({ name }) => name)).toEqual(['work'])
})

test('an unknown member of an entry is a warning with the nearest name', async ({ examine }) => {
  const entry = { ...WORK, redirctPort: 8400, port: 1 }
  const { settings, problems, warnings } = await examine(JSON.stringify({ providers: [entry] }))
  expect(problems).toEqual([])
  expect(warnings).toEqual([
    MESSAGES.unknownMember(
      '"providers[0].redirctPort" in FILE (line 1, column 83)',
      'redirectPort',
      KNOWN,
    ),
    MESSAGES.unknownMember('"providers[0].port" in FILE (line 1, column 102)', null, KNOWN),
  ])
  expect(settings.providers).toHaveLength(1)
})

test('two secrets in one entry are a problem', async ({ examine }) => {
  const entry = { ...WORK, clientSecret: 'shh', clientSecretFile: '/a' }
  const { problems } = await examine(JSON.stringify({ providers: [entry] }))
  expect(problems).toEqual([
    MESSAGES.twoSecrets(
      '"providers[0].clientSecret" in FILE (line 1, column 83)',
      '"providers[0].clientSecretFile" in FILE (line 1, column 104)',
    ),
  ])
})

for (const [value, message] of [
  [{}, MESSAGES.providersNotAList('"providers" in FILE (line 1, column 2)')],
  ['x', MESSAGES.providersNotAList('"providers" in FILE (line 1, column 2)')],
  [[null], MESSAGES.entryNotAnObject('"providers[0]" in FILE (line 1, column 15)')],
  [[[WORK]], MESSAGES.entryNotAnObject('"providers[0]" in FILE (line 1, column 15)')],
] as const) {
  test(`${JSON.stringify(value)} is not a list of providers`, async ({ examine }) => {
    const { problems } = await examine(JSON.stringify({ providers: value }))
    expect(problems).toEqual([message])
  })
}

for (const name of ['a', 'Büro', 'עבודה', 'a.b-c_1', 'x'.repeat(40), ' padded ', 'Allot']) {
  test(`a provider may have the name ${JSON.stringify(name)}`, async ({ examine }) => {
    const found = await examine({ providers: [{ ...WORK, name }] })
    expect(found.problems).toEqual([])
    expect(namesOf(found)).toEqual([name.trim()])
  })
}

for (const name of [
  '',
  ' ',
  'a b',
  'all',
  'ALL',
  'x'.repeat(41),
  'a/b',
  'a\u202eb',
  'a\n',
  7,
  null,
]) {
  test(`a provider cannot have the name ${JSON.stringify(name)}`, async ({ examine }) => {
    const { problems } = await examine({ providers: [{ ...WORK, name }] })
    expect(problems).toHaveLength(name === 'a\n' ? 0 : 1)
  })
}

test('two names that differ only in case are a problem', async ({ examine }) => {
  const { problems } = await examine({ providers: [WORK, { ...HOME, name: 'Work' }] })
  expect(problems).toEqual([MESSAGES.sameName('Work')])
})

test('the same issuer may have several client IDs, but each only once', async ({ examine }) => {
  const other = { ...WORK, name: 'other', clientId: 'another' }
  expect((await examine({ providers: [WORK, other] })).problems).toEqual([])
  const { problems } = await examine({ providers: [WORK, { ...WORK, name: 'again' }] })
  expect(problems).toEqual([MESSAGES.sameClient('work', 'again')])
  const flat = { issuer: WORK.issuer, clientId: WORK.clientId, providers: [WORK] }
  expect((await examine(flat)).problems).toEqual([MESSAGES.sameClient('work.example', 'work')])
})

test('a list of providers does not complete a flat pair', async ({ examine }) => {
  const { problems } = await examine({ issuer: 'https://a.example', providers: [WORK] })
  expect(problems).toEqual([MESSAGES.clientIdMissing])
})

test('a provider in the list is configured, so the demo does not start', async ({ examine }) => {
  const args = ['--demo-if-unset']
  expect((await examine({ providers: [WORK] }, { args })).settings.demo).toBe(false)
  expect((await examine({ providers: null }, { args })).settings.demo).toBe(true)
})

test('the names of flat providers differ from those of entries', () => {
  expect(createName('https://a.example', ['A.example', 'a.example-2'])).toBe('a.example-3')
  expect(createName('http://[::1]:8080', [])).toBe('--1')
  const long = createName(`https://${'a'.repeat(60)}.example`, ['a'.repeat(40)])
  expect(long).toBe(`${'a'.repeat(38)}-2`)
  expect(createName('http://all', [])).toBe('all-2')
})
