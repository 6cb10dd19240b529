// Adding, changing, renaming and removing providers in settings.json, as the window does.

import { writeFileSync } from 'node:fs'
import { readFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { MASK } from '../../main/base/secret.js'
import { readSettings, type Sources } from '../../main/settings/read.js'
import { createSettingsFile, type SettingsFile } from '../../main/settings/save.js'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'

const FLAT = { issuer: 'https://login.example.com', clientId: 'flat' }
const FLAT_NAME = 'login.example.com'
const WORK = { name: 'work', issuer: 'https://work.example', clientId: 'at-work' }
const HOME = { name: 'home', issuer: 'https://home.example', clientId: 'at-home' }
const SAVED = { kind: 'saved' }
const AUTOSTART = { on: false, changeable: true, message: null }

type Given = {
  path: string
  /** Writes settings.json and opens it as the window does. */
  file(content: unknown, args?: readonly string[], env?: Record<string, string>): SettingsFile
  content(): Promise<unknown>
}

const test = base.extend<{ given: Given }>({
  // eslint-disable-next-line no-empty-pattern
  given: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
    const path = join(dataDir, 'settings.json')
    await use({
      path,
      file(content, args = [], env = {}) {
        const text = typeof content === 'string' ? content : JSON.stringify(content)
        writeFileSync(path, text)
        const given = { args: ['--data-dir', dataDir, ...args], env }
        const sources: Sources = { ...given, platform: 'linux', home: dataDir }
        const settings = readSettings(sources)
        return createSettingsFile(
          { settings: () => settings, restart: () => Promise.resolve() },
          sources,
        )
      },
      content: async () => JSON.parse(await readFile(path, 'utf8')) as unknown,
    })
    await rm(dataDir, { recursive: true, force: true })
  },
})

test('the first provider goes into the flat settings', async ({ given }) => {
  const file = given.file({ signInTimeout: 60 })
  expect(file.readProvider(null)).toMatchObject({ isNamed: false, fields: { name: { value: '' } } })
  expect(await file.saveProvider(null, { ...FLAT, scope: 'openid' })).toEqual(SAVED)
  expect(await given.content()).toEqual({ signInTimeout: 60, ...FLAT, scope: 'openid' })
  expect(file.view(AUTOSTART).providers).toEqual([{ name: FLAT_NAME, ...FLAT, redirectPort: '' }])
})

test('another provider goes into the list, with what it has of its own', async ({ given }) => {
  const file = given.file({ ...FLAT, redirectPort: 8400 })
  const { fields, isNamed } = file.readProvider(null)
  expect(isNamed).toBe(true)
  expect(fields).toMatchObject({
    name: { value: '', lockedBy: null },
    issuer: { value: '' },
    clientSecret: { value: '' },
    redirectPort: { value: '8400' },
  })
  const changes = { ...WORK, redirectPort: '', redirectPath: '/work', clientSecret: 'shh' }
  expect(await file.saveProvider(null, changes)).toEqual(SAVED)
  // The emptied field means any free port, and not the flat one.
  const entry = { ...WORK, redirectPort: null, redirectPath: '/work', clientSecret: 'shh' }
  expect(await given.content()).toEqual({ ...FLAT, redirectPort: 8400, providers: [entry] })
  expect((await stat(given.path)).mode & 0o777).toBe(0o600)
  expect(file.view(AUTOSTART).providers).toEqual([
    { name: FLAT_NAME, ...FLAT, redirectPort: '8400' },
    { ...WORK, redirectPort: '' },
  ])
})

test('a provider without a name is named after its issuer’s host', async ({ given }) => {
  const file = given.file({ ...FLAT, providers: [{ ...WORK, name: 'home.example' }] })
  const { issuer, clientId } = HOME
  expect(await file.saveProvider(null, { name: ' ', issuer, clientId })).toEqual(SAVED)
  expect(await given.content()).toMatchObject({ providers: [{}, { name: 'home.example-2' }] })
})

test('a change keeps the other members of the entry, also unknown ones', async ({ given }) => {
  const entry = { ...HOME, later: { a: 1 }, scope: 'openid', clientSecretFile: '/nowhere' }
  const changes = { scope: '', clientId: 'new', clientSecret: '' }
  const file = given.file({ ...FLAT, providers: [WORK, { ...entry, clientSecretFile: undefined }] })
  await writeFile(given.path, JSON.stringify({ ...FLAT, providers: [WORK, entry] }))
  expect(await file.saveProvider('home', changes)).toEqual(SAVED)
  const changed = { ...HOME, later: { a: 1 }, clientId: 'new' }
  expect(await given.content()).toEqual({ ...FLAT, providers: [WORK, changed] })
})

for (const name of ['work', FLAT_NAME]) {
  test(`a client secret of ${name} is not kept for another issuer`, async ({ given }) => {
    const content = {
      ...FLAT,
      clientSecret: 'flat',
      providers: [{ ...WORK, clientSecret: 'shh' }],
    }
    const file = given.file(content)
    const issuer = 'https://other.example'
    expect(await file.saveProvider(name, { issuer })).toEqual({
      kind: 'rejected',
      field: 'clientSecret',
      message: MESSAGES.secretOfOtherIssuer,
    })
    expect(await given.content()).toEqual(content)
    expect(await file.saveProvider(name, { issuer, clientSecret: 'new' })).toEqual(SAVED)
    expect(await file.saveProvider(name === 'work' ? name : 'other.example', { issuer })).toEqual(
      SAVED,
    )
  })
}

test('S32: the window never receives an entry’s client secret', ({ given }) => {
  const file = given.file({ providers: [{ ...WORK, clientSecret: 'canary' }, HOME] })
  expect(file.readProvider('work').fields.clientSecret.value).toBe(MASK)
  expect(file.readProvider('home').fields.clientSecret.value).toBe('')
  expect(JSON.stringify([file.view(AUTOSTART), file.readProvider('work')])).not.toContain('canary')
})

test('the form shows an entry as it is used', ({ given }) => {
  const { fields, isNamed, defaults } = given
    .file({ audience: 'api', providers: [{ ...WORK, redirectPort: [1, 2], prompt: 'login' }] })
    .readProvider('work')
  expect(isNamed).toBe(true)
  expect(defaults.redirectPath).toBe('/callback')
  expect(
    Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])),
  ).toEqual({
    ...WORK,
    clientSecret: '',
    scope: 'openid profile email offline_access',
    audience: 'api',
    redirectPort: '1, 2',
    redirectHost: '127.0.0.1',
    redirectPath: '/callback',
    prompt: 'login',
    authorizationParameters: '',
  })
})

test('a flag for the flat provider does not lock an entry', async ({ given }) => {
  const args = ['--issuer', FLAT.issuer, '--client-id', FLAT.clientId, '--audience', 'api']
  const file = given.file({ providers: [WORK] }, args)
  expect(file.readProvider(FLAT_NAME).fields).toMatchObject({
    name: { value: FLAT_NAME, lockedBy: '--issuer' },
    issuer: { lockedBy: '--issuer' },
    audience: { lockedBy: '--audience' },
  })
  expect(file.readProvider('work').fields.audience).toEqual({ value: 'api', lockedBy: null })
  expect(await file.saveProvider('work', { audience: '' })).toEqual(SAVED)
  expect(await given.content()).toEqual({ providers: [{ ...WORK, audience: null }] })
})

test('the flat provider changes in the flat settings, and moves into the list with a name', async ({
  given,
}) => {
  const file = given.file({ ...FLAT, clientSecret: 'shh', scope: 'openid', providers: [WORK] })
  expect(await file.saveProvider(FLAT_NAME, { name: FLAT_NAME, audience: 'api' })).toEqual(SAVED)
  const flat = { ...FLAT, clientSecret: 'shh', scope: 'openid', audience: 'api', providers: [WORK] }
  expect(await given.content()).toEqual(flat)

  expect(await file.saveProvider(FLAT_NAME, { name: 'main', prompt: 'login' })).toEqual(SAVED)
  expect(await given.content()).toEqual({
    scope: 'openid',
    audience: 'api',
    providers: [{ name: 'main', ...FLAT, prompt: 'login', clientSecret: 'shh' }, WORK],
  })
  expect(file.view(AUTOSTART).providers.map(({ name }) => name)).toEqual(['main', 'work'])
})

for (const [name, args, env, origin] of [
  ['a flag', ['--client-id', 'x'], {}, '--client-id'],
  ['a variable', [], { LATCHKEY_ISSUER: FLAT.issuer }, 'LATCHKEY_ISSUER'],
  // The secret would stay behind.
  ['a secret in a variable', [], { LATCHKEY_CLIENT_SECRET: 's' }, 'LATCHKEY_CLIENT_SECRET'],
] as const) {
  test(`a provider that ${name} sets can be neither renamed nor removed`, async ({ given }) => {
    const before = { ...FLAT, providers: [WORK] }
    const file = given.file(before, args, env)
    const rejection = { kind: 'rejected', message: MESSAGES.providerLocked(FLAT_NAME, origin) }
    expect(file.readProvider(FLAT_NAME).fields.name.lockedBy).toBe(origin)
    expect(await file.saveProvider(FLAT_NAME, { name: 'main' })).toMatchObject(rejection)
    expect(await file.removeProvider(FLAT_NAME)).toMatchObject(rejection)
    expect(await given.content()).toEqual(before)
  })
}

test('a renamed entry keeps its place', async ({ given }) => {
  const file = given.file({ providers: [WORK, HOME] })
  expect(await file.saveProvider('work', { name: ' Work ' })).toEqual(SAVED)
  expect(await given.content()).toEqual({ providers: [{ ...WORK, name: 'Work' }, HOME] })
})

for (const [what, changes, field, message] of [
  ['a name with spaces', { name: 'at home' }, 'name', RULES.providerName],
  ['the name of another', { name: 'WORK' }, 'name', MESSAGES.sameName('WORK')],
  ['an issuer on plain http', { issuer: 'http://a.example' }, 'issuer', RULES.issuer],
  ['scopes without openid', { scope: 'email' }, 'scope', RULES.scope],
  [
    'another provider’s client',
    { issuer: WORK.issuer, clientId: WORK.clientId },
    null,
    MESSAGES.sameClient('work', 'home'),
  ],
  ['no client ID', { clientId: '' }, null, RULES.text],
] as const) {
  test(`${what} is rejected, and nothing changes`, async ({ given }) => {
    const file = given.file({ providers: [WORK, HOME] })
    const wanted = expect.stringContaining(message) as unknown
    const rejection = { kind: 'rejected', field, message: wanted }
    expect(await file.saveProvider('home', changes)).toEqual(rejection)
    expect(await given.content()).toEqual({ providers: [WORK, HOME] })
  })
}

test('a provider that is gone can be neither shown, changed nor removed', async ({ given }) => {
  const file = given.file({ providers: [WORK] })
  const rejection = { kind: 'rejected', field: null, message: MESSAGES.noSuchProvider('home') }
  expect(() => file.readProvider('home')).toThrow(MESSAGES.noSuchProvider('home'))
  expect(await file.saveProvider('home', { scope: 'openid' })).toEqual(rejection)
  expect(await file.removeProvider('home')).toEqual(rejection)
})

test('a removed provider leaves the others, and what they take from the flat settings', async ({
  given,
}) => {
  const flat = { ...FLAT, clientSecret: 'shh', scope: 'openid', clientSecretFile: null }
  const file = given.file({ ...flat, providers: [WORK, HOME] })
  expect(await file.removeProvider('work')).toEqual(SAVED)
  expect(await given.content()).toEqual({ ...flat, providers: [HOME] })
  expect(await file.removeProvider(FLAT_NAME)).toEqual(SAVED)
  expect(await given.content()).toEqual({ scope: 'openid', providers: [HOME] })
  expect(await file.removeProvider('home')).toEqual(SAVED)
  expect(await given.content()).toEqual({ scope: 'openid' })
  expect(file.view(AUTOSTART).providers).toEqual([])
})

test('comments stay when a provider is renamed, added or removed', async ({ given }) => {
  const lines = [
    '{',
    '  // mine',
    '  "providers": [',
    `    ${JSON.stringify(WORK)}, // at work`,
    '    {',
    '      "name": "home", // at home',
    '      "issuer": "https://home.example",',
    '      "clientId": "at-home"',
    '    }',
    '  ]',
    '}',
  ]
  const file = given.file(lines.join('\n'))
  expect(await file.saveProvider('home', { name: 'flat' })).toEqual(SAVED)
  const renamed = lines.join('\n').replace('"home", //', '"flat", //')
  expect(await readFile(given.path, 'utf8')).toBe(renamed)
  expect(await file.saveProvider(null, { ...HOME, clientId: 'new' })).toEqual(SAVED)
  expect(await file.removeProvider('flat')).toEqual(SAVED)
  expect(await readFile(given.path, 'utf8')).toContain('// at work')
  expect(file.view(AUTOSTART).providers.map(({ name }) => name)).toEqual(['work', 'home'])
})
