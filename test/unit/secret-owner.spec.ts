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

const OWNER_KEY = 'clientSecretFor'
const NAMES = {
  issuer: ['--issuer', 'LATCHKEY_ISSUER'],
  clientId: ['--client-id', 'LATCHKEY_CLIENT_ID'],
}

/** Gives the provider, or a part of it, by flags or variables. */
function giveBy(kind: 'flags' | 'variables', provider: Partial<typeof PROVIDER>): Start {
  const names = Object.keys(provider) as (keyof typeof NAMES)[]
  const [flags, variables] = [0, 1].map((index) =>
    names.map((name) => [NAMES[name][index]!, provider[name]!] as const),
  )
  return kind === 'flags' ? { args: flags!.flat() } : { env: Object.fromEntries(variables!) }
}

for (const kind of ['flags', 'variables'] as const) {
  for (const given of [['issuer'], ['clientId'], ['issuer', 'clientId']] as const) {
    const pick = (provider: typeof PROVIDER, names: readonly string[]): Partial<typeof PROVIDER> =>
      Object.fromEntries(Object.entries(provider).filter(([name]) => names.includes(name)))
    const inFile = ['issuer', 'clientId'].filter((name) => !given.some((one) => one === name))

    test(`a secret that the window saves is for ${given.join(' and ')} of ${kind}, and for no other`, async ({
      given: latchkey,
    }) => {
      const start = giveBy(kind, pick(PROVIDER, given))
      const file = latchkey.open(start)
      const changes = { ...pick(PROVIDER, inFile), clientSecret: SECRET }
      expect(await file.save(changes)).toEqual(SAVED)
      const content = latchkey.content() as Record<string, unknown>
      // What a later start without the flag uses does not change.
      expect(content).toEqual({ ...changes, [OWNER_KEY]: PROVIDER })

      const same = latchkey.examine({ content, ...start })
      expect([revealed(same), same.problems, same.warnings]).toEqual([SECRET, [], []])
      for (const other of ['flags', 'variables'] as const) {
        for (const change of given) {
          const provider = { ...PROVIDER, ...(change === 'issuer' ? OTHER_ISSUER : OTHER_CLIENT) }
          const byOther = giveBy(other, pick(provider, given))
          const findings = latchkey.examine({ content, ...byOther })
          expect([revealed(findings), findings.problems]).toEqual([undefined, []])
          expect(findings.settings.clientSecret).toBeNull()
          expect(findings.warnings).toEqual([
            expect.stringContaining(NAMES[change][other === 'flags' ? 0 : 1]!),
          ])
        }
      }
      const inWindow = latchkey.open({ content, ...start })
      expect(await inWindow.save({ notifications: false })).toEqual(SAVED)
      expect(latchkey.content()).toEqual({ ...content, noNotifications: true })
      expect(await inWindow.save({ clientSecret: '' })).toEqual(SAVED)
      expect(latchkey.content()).toEqual({ ...pick(PROVIDER, inFile), noNotifications: true })
    })
  }
}

const OWNED = { clientSecret: SECRET, [OWNER_KEY]: PROVIDER }

test('a secret for another provider of a flag is replaced by the one of this provider', async ({
  given,
}) => {
  const other = { ...PROVIDER, ...OTHER_ISSUER }
  const file = given.open({ content: OWNED, ...giveBy('flags', other) })
  expect(file.view(AUTOSTART).fields.clientSecret).toEqual({ value: '', lockedBy: null })
  expect(await file.save({ clientSecret: 'new' })).toEqual(SAVED)
  expect(given.content()).toEqual({ clientSecret: 'new', [OWNER_KEY]: other })
})

test('a secret for the provider of a flag is for the same provider in the window, and for no other', async ({
  given,
}) => {
  const file = given.open({ content: OWNED })
  expect(await file.saveProvider(null, { ...PROVIDER, ...OTHER_ISSUER })).toEqual({
    kind: 'rejected',
    field: 'clientSecret',
    message: MESSAGES.secretOfOtherIssuer,
  })
  expect(await file.saveProvider(null, { ...PROVIDER, ...OTHER_CLIENT })).toEqual({
    kind: 'rejected',
    field: 'clientSecret',
    message: MESSAGES.secretOfOtherClientId,
  })
  expect(await file.saveProvider(null, PROVIDER)).toEqual(SAVED)
  expect(revealed({ settings: given.restarted.at(-1)! })).toBe(SECRET)
  // The provider of settings.json takes all that is its own into the list, and out of the file.
  expect(await file.saveProvider(NAME, { name: 'work' })).toEqual(SAVED)
  const entry = { ...PROVIDER, clientSecret: SECRET, name: 'work' }
  expect(given.content()).toEqual({ providers: [entry] })
})

test('a secret for another provider does not move into the list', async ({ given }) => {
  const content = { ...OWNED, ...PROVIDER, ...OTHER_ISSUER }
  const file = given.open({ content })
  const name = 'other.example'
  expect(await file.saveProvider(name, { name: 'work' })).toEqual({
    kind: 'rejected',
    field: 'clientSecret',
    message: MESSAGES.secretOfOtherIssuer,
  })
  expect(given.content()).toEqual(content)
  expect(await file.saveProvider(name, { name: 'work', clientSecret: 'new' })).toEqual(SAVED)
  const entry = { ...PROVIDER, ...OTHER_ISSUER, clientSecret: 'new', name: 'work' }
  expect(given.content()).toEqual({ providers: [entry] })
})

test('a provider that the window removes or empties takes the owner of its secret with it', async ({
  given,
}) => {
  const content = { ...OWNED, ...PROVIDER, audience: 'api' }
  expect(await given.open({ content }).removeProvider(NAME)).toEqual(SAVED)
  expect(given.content()).toEqual({ audience: 'api' })
  const file = given.open({ content })
  expect(await file.saveProvider(NAME, { issuer: '', clientId: '' })).toEqual(SAVED)
  expect(given.content()).toEqual({ audience: 'api' })
})

test('the providers of the list have nothing to do with the owner of the secret beside it', async ({
  given,
}) => {
  const entry = { ...PROVIDER, name: 'work', issuer: 'https://work.example', clientSecret: 'work' }
  const content = { ...OWNED, providers: [entry] }
  const file = given.open({ content, ...giveBy('flags', { ...PROVIDER, ...OTHER_ISSUER }) })
  expect(await file.saveProvider('work', { clientSecret: 'newer' })).toEqual(SAVED)
  expect(given.content()).toEqual({ ...OWNED, providers: [{ ...entry, clientSecret: 'newer' }] })
  const secrets = given.restarted.at(-1)!.providers.map((one) => one.clientSecret?.reveal())
  expect(secrets).toEqual([undefined, 'newer'])
})

for (const [name, part] of [
  ['issuer', { clientId: 'abc' }],
  ['clientId', { issuer: PROVIDER.issuer }],
] as const) {
  test(`a secret that does not say its ${name} is used as before, with a warning if a flag names one`, ({
    given,
  }) => {
    const content = { ...part, clientSecret: SECRET }
    const column = JSON.stringify(part).length + 1
    for (const kind of ['flags', 'variables'] as const) {
      const findings = given.examine({ content, ...giveBy(kind, { [name]: PROVIDER[name] }) })
      expect([revealed(findings), findings.problems]).toEqual([SECRET, []])
      const place = `"clientSecret" in ${given.path} (line 1, column ${column})`
      const origin = NAMES[name][kind === 'flags' ? 0 : 1]!
      expect(findings.warnings).toEqual([MESSAGES.secretOfUnknownOwner(place, origin)])
    }
  })
}

for (const owner of ['abc', [], {}, { issuer: 'http://a.example' }, { ...PROVIDER, scope: 'x' }]) {
  test(`${JSON.stringify(owner)} is no owner of a secret, so Latchkey does not start`, ({
    given,
  }) => {
    const content = { ...PROVIDER, clientSecret: SECRET, [OWNER_KEY]: owner }
    const place = `"${OWNER_KEY}" in ${given.path} (line 1, column `
    const { problems } = given.examine({ content })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(place)
  })
}
