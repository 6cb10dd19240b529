// A client secret goes only to the provider that it was set for, whatever sets the provider.

import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { MASK } from '../../main/base/secret.js'
import type { Settings } from '../../main/settings/options.js'
import { examineSettings, type Sources } from '../../main/settings/read.js'
import { createSettingsFile, type SettingsFile } from '../../main/settings/save.js'
import { MESSAGES } from '../../main/settings/settings-messages.js'

const PROVIDER = { issuer: 'https://login.example.com', clientId: 'abc' }
const NAME = 'login.example.com'
const OTHER_ISSUER = { issuer: 'https://other.example' }
const OTHER_CLIENT = { clientId: 'other' }
const SECRET = 'GOCSPX-canary'
const AUTOSTART = { on: false, changeable: true, message: null }
const SAVED = { kind: 'saved' }

type Start = { content?: unknown; args?: readonly string[]; env?: Record<string, string> }

type Given = {
  path: string
  /** The path of a private file with the secret. */
  secretFile: string
  examine(start: Start): ReturnType<typeof examineSettings>
  open(start: Start): SettingsFile
  content(): unknown
  /** The settings that Latchkey was restarted with. */
  restarted: readonly Settings[]
}

const test = base.extend<{ given: Given }>({
  // eslint-disable-next-line no-empty-pattern
  given: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
    const [path, secretFile] = [join(dataDir, 'settings.json'), join(dataDir, 'secret')]
    writeFileSync(secretFile, SECRET, { mode: 0o600 })
    const restarted: Settings[] = []
    const prepare = ({ content = {}, args = [], env = {} }: Start): Sources => {
      writeFileSync(path, JSON.stringify(content))
      return { args: ['--data-dir', dataDir, ...args], env, platform: 'linux', home: dataDir }
    }
    await use({
      path,
      secretFile,
      examine: (start) => examineSettings(prepare(start)),
      open(start) {
        const sources = prepare(start)
        const restart = (settings: Settings): Promise<void> => {
          restarted.push(settings)
          return Promise.resolve()
        }
        const settings = () => examineSettings(sources).settings
        return createSettingsFile({ settings, restart }, sources)
      },
      content: () => JSON.parse(readFileSync(path, 'utf8')) as unknown,
      restarted,
    })
    await rm(dataDir, { recursive: true, force: true })
  },
})

const revealed = ({ settings }: { settings: Settings }): string | undefined =>
  settings.providers[0]?.clientSecret?.reveal()

for (const [what, origin, start] of [
  [
    'a variable',
    'LATCHKEY_CLIENT_SECRET',
    (): Start => ({ env: { LATCHKEY_CLIENT_SECRET: SECRET } }),
  ],
  [
    'the file of a flag',
    '--client-secret-file',
    ({ secretFile }: Given): Start => ({ args: ['--client-secret-file', secretFile] }),
  ],
] as const) {
  for (const [member, changes] of [
    ['issuer', OTHER_ISSUER],
    ['clientId', OTHER_CLIENT],
    ['issuer', { issuer: '', clientId: '' }],
  ] as const) {
    test(`with the secret of ${what}, the window can't change the provider to ${JSON.stringify(changes)}`, async ({
      given,
    }) => {
      const file = given.open({ content: PROVIDER, ...start(given) })
      const rejected = {
        kind: 'rejected',
        field: member,
        message: MESSAGES.secretFixesProvider(origin),
      }
      expect(await file.saveProvider(NAME, changes)).toEqual(rejected)
      expect(await file.save(changes)).toEqual(rejected)
      expect(given.content()).toEqual(PROVIDER)
      expect(given.restarted).toEqual([])
    })
  }

  test(`with the secret of ${what}, the window changes all else and sets up the first provider`, async ({
    given,
  }) => {
    const file = given.open(start(given))
    expect(await file.saveProvider(null, PROVIDER)).toEqual(SAVED)
    expect(await file.saveProvider(NAME, { audience: 'api' })).toEqual(SAVED)
    expect(given.restarted.map((settings) => revealed({ settings }))).toEqual([SECRET, SECRET])
  })
}

for (const changes of [OTHER_ISSUER, OTHER_CLIENT] as const) {
  const message =
    'issuer' in changes ? MESSAGES.secretOfOtherIssuer : MESSAGES.secretOfOtherClientId
  for (const secret of ['clientSecret', 'clientSecretFile'] as const) {
    test(`a ${secret} of settings.json is not kept for ${JSON.stringify(changes)}`, async ({
      given,
    }) => {
      const own = { [secret]: secret === 'clientSecret' ? SECRET : given.secretFile }
      const entry = { ...PROVIDER, name: 'work', issuer: 'https://work.example', ...own }
      const content = { ...PROVIDER, ...own, providers: [entry] }
      const file = given.open({ content })
      for (const name of [NAME, 'work']) {
        expect(await file.saveProvider(name, changes)).toEqual({
          kind: 'rejected',
          field: 'clientSecret',
          message,
        })
      }
      expect(given.content()).toEqual(content)
      expect(await file.saveProvider('work', { ...changes, clientSecret: 'new' })).toEqual(SAVED)
    })
  }
}

test('a secret without a provider is not kept for the first provider of the window', async ({
  given,
}) => {
  const file = given.open({ content: { clientSecret: SECRET } })
  expect(await file.saveProvider(null, PROVIDER)).toEqual({
    kind: 'rejected',
    field: 'clientSecret',
    message: MESSAGES.secretOfOtherIssuer,
  })
})

test('a provider that the window empties takes its secret with it', async ({ given }) => {
  const file = given.open({ content: { ...PROVIDER, clientSecret: SECRET, audience: 'api' } })
  expect(await file.saveProvider(NAME, { issuer: '', clientId: ' ' })).toEqual(SAVED)
  expect(given.content()).toEqual({ audience: 'api' })
})

for (const [what, start, origin] of [
  ['--issuer', { args: ['--issuer', OTHER_ISSUER.issuer] }, '--issuer'],
  ['LATCHKEY_CLIENT_ID', { env: { LATCHKEY_CLIENT_ID: 'other' } }, 'LATCHKEY_CLIENT_ID'],
] as const) {
  test(`a secret of settings.json is not used for the provider of ${what}`, ({ given }) => {
    const content = { ...PROVIDER, clientSecret: SECRET }
    const findings = given.examine({ content, ...start })
    expect(revealed(findings)).toBeUndefined()
    expect(findings.settings.clientSecret).toBeNull()
    expect(findings.problems).toEqual([])
    const place = `"clientSecret" in ${given.path} (line 1, column 56)`
    expect(findings.warnings).toEqual([MESSAGES.secretNotUsed(place, origin)])
    // What is typed here would be stored beside the provider of settings.json.
    const form = given
      .open({ content, ...start })
      .readProvider(findings.settings.providers[0]!.name)
    expect(form.fields.clientSecret).toEqual({ value: '', lockedBy: origin })
    const withoutSecret = given.open({ content: PROVIDER, ...start }).view(AUTOSTART)
    expect(withoutSecret.fields.clientSecret).toEqual({ value: '', lockedBy: origin })
  })
}

type Named = Partial<typeof PROVIDER>

/** Gives the provider, or a part of it, by flags or by variables. */
const asFlags = ({ issuer, clientId }: Named): Start => ({
  args: [
    ...(issuer === undefined ? [] : ['--issuer', issuer]),
    ...(clientId === undefined ? [] : ['--client-id', clientId]),
  ],
})
const asVariables = ({ issuer, clientId }: Named): Start => ({
  env: {
    ...(issuer !== undefined && { LATCHKEY_ISSUER: issuer }),
    ...(clientId !== undefined && { LATCHKEY_CLIENT_ID: clientId }),
  },
})

for (const [how, start] of [
  ['flags', asFlags],
  ['variables', asVariables],
] as const) {
  for (const [what, now, later] of [
    ['the issuer', { issuer: PROVIDER.issuer }, OTHER_ISSUER],
    ['the client ID', { clientId: PROVIDER.clientId }, OTHER_CLIENT],
    ['both, and later another issuer', PROVIDER, { ...PROVIDER, ...OTHER_ISSUER }],
    ['both, and later another client ID', PROVIDER, { ...PROVIDER, ...OTHER_CLIENT }],
  ] as const) {
    test(`a secret that the window saves keeps its provider if ${how} give ${what}`, async ({
      given,
    }) => {
      const typed: Record<string, string> = { ...PROVIDER, clientSecret: SECRET }
      for (const name of Object.keys(now)) delete typed[name]
      expect(await given.open(start(now)).save(typed)).toEqual(SAVED)
      const content = given.content()
      expect(content).toEqual({ ...PROVIDER, clientSecret: SECRET })
      expect(revealed(given.examine({ ...start(now), content }))).toBe(SECRET)
      expect(revealed(given.examine({ content }))).toBe(SECRET)
      const other = given.examine({ ...start(later), content })
      expect(other.settings.providers).toHaveLength(1)
      expect(revealed(other)).toBeUndefined()
    })
  }
}

test('a secret without a provider is not saved', async ({ given }) => {
  const file = given.open({})
  expect(await file.save({ clientSecret: SECRET })).toEqual({
    kind: 'rejected',
    field: 'clientSecret',
    message: MESSAGES.secretWithoutProvider,
  })
  expect(given.content()).toEqual({})
})

test('a secret of a variable is not used for another provider than that of the variables', ({
  given,
}) => {
  const { issuer, clientId } = PROVIDER
  const env = {
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_CLIENT_ID: clientId,
    LATCHKEY_CLIENT_SECRET: SECRET,
  }
  expect(revealed(given.examine({ env }))).toBe(SECRET)
  const other = given.examine({ env, args: ['--issuer', OTHER_ISSUER.issuer] })
  expect(revealed(other)).toBeUndefined()
  expect(other.warnings).toEqual([MESSAGES.secretNotUsed('LATCHKEY_CLIENT_SECRET', '--issuer')])
})

test('a secret that is not used leaves room for the one of the same provider', ({ given }) => {
  const content = { ...OTHER_ISSUER, ...OTHER_CLIENT, clientSecret: 'for the other' }
  const env = { LATCHKEY_ISSUER: PROVIDER.issuer, LATCHKEY_CLIENT_SECRET: SECRET }
  const args = ['--issuer', OTHER_ISSUER.issuer]
  expect(revealed(given.examine({ content, env, args }))).toBe('for the other')
})

test('a secret is used if a flag repeats the provider that it was set for', ({ given }) => {
  const content = { ...PROVIDER, clientSecret: SECRET }
  const issuer = `${PROVIDER.issuer}/.well-known/openid-configuration`
  const findings = given.examine({ content, args: ['--issuer', issuer, '--client-id', 'abc'] })
  expect(revealed(findings)).toBe(SECRET)
  expect(findings.warnings).toEqual([])
})

test('a variable with a secret completes a provider of flags', ({ given }) => {
  const args = ['--issuer', PROVIDER.issuer, '--client-id', 'abc']
  const start = { args, env: { LATCHKEY_CLIENT_SECRET: SECRET }, content: OTHER_ISSUER }
  expect(revealed(given.examine(start))).toBe(SECRET)
  expect(given.open(start).view(AUTOSTART).fields.clientSecret).toEqual({
    value: MASK,
    lockedBy: 'LATCHKEY_CLIENT_SECRET',
  })
})
