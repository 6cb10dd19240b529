// Saving the window's settings to settings.json.

import { expect, test as base } from '@playwright/test'
import { JSON_FAULTS, JSON_PARTS } from '../../main/base/base-messages.js'
import { lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'
import { createSettingsFile, type SettingsFile } from '../../main/settings/save.js'
import { readSettings, type Sources } from '../../main/settings/read.js'
import type { Settings } from '../../main/settings/options.js'

type Given = {
  dataDir: string
  path: string
  /** The settings that Latchkey was restarted with. */
  restarted: readonly Settings[]
  file(args?: readonly string[], env?: Record<string, string>, failure?: Error): SettingsFile
}

const AUTOSTART = { on: false, changeable: true, message: null }
const PROVIDER = { issuer: 'https://login.example.com', clientId: 'abc' }

const test = base.extend<{ given: Given }>({
  // eslint-disable-next-line no-empty-pattern
  given: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-'))
    const restarted: Settings[] = []
    await use({
      dataDir,
      path: join(dataDir, 'settings.json'),
      restarted,
      file(args = [], env = {}, failure) {
        const sources: Sources = {
          args: ['--data-dir', dataDir, ...args],
          env,
          platform: 'linux',
          home: dataDir,
        }
        const settings = readSettings(sources)
        const restart = async (wanted: Settings): Promise<void> => {
          if (failure) throw failure
          await new Promise((resolve) => setImmediate(resolve))
          if (wanted.audience === 'unusable') throw new Error("Latchkey can't start with it.")
          restarted.push(wanted)
        }
        return createSettingsFile({ settings: () => settings, restart }, sources)
      },
    })
    await rm(dataDir, { recursive: true, force: true })
  },
})

test('saved settings are in settings.json, readable only for its owner, and Latchkey restarts with them', async ({
  given,
}) => {
  const changes = { ...PROVIDER, scope: ' openid  email ', redirectPort: '8400, 8401' }
  expect(await given.file().save({ ...changes, notifications: false })).toEqual({ kind: 'saved' })

  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual({
    ...PROVIDER,
    scope: 'openid  email',
    redirectPort: [8400, 8401],
    noNotifications: true,
  })
  expect((await stat(given.path)).mode & 0o777).toBe(0o600)
  expect(given.restarted).toMatchObject([
    { ...PROVIDER, scope: 'openid email', redirectPort: [8400, 8401], noNotifications: true },
  ])
})

test('unchanged settings stay, and an emptied field has its default again', async ({ given }) => {
  await writeFile(given.path, JSON.stringify({ ...PROVIDER, audience: 'api', signInTimeout: 60 }))
  expect(await given.file().save({ audience: ' ', notifications: true })).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual({
    ...PROVIDER,
    signInTimeout: 60,
    noNotifications: false,
  })
})

for (const [what, changes, field, message] of [
  [
    'an issuer on plain http',
    { ...PROVIDER, issuer: 'http://example.com' },
    'issuer',
    RULES.issuer,
  ],
  ['scopes without openid', { scope: 'profile' }, 'scope', RULES.scope],
  [
    'text as one of the ports',
    { redirectPort: '8400, eighty' },
    'redirectPort',
    RULES.redirectPort,
  ],
  ['text as the only port', { redirectPort: 'http' }, 'redirectPort', 'but it is "http".'],
  ['an issuer alone', { issuer: PROVIDER.issuer }, 'clientId', MESSAGES.clientIdMissing],
  ['a client ID alone', { clientId: 'abc' }, 'issuer', MESSAGES.issuerMissing],
] as const) {
  test(`${what} is rejected at its field, and nothing changes`, async ({ given }) => {
    const before = JSON.stringify({ signInTimeout: 60 })
    await writeFile(given.path, before)
    expect(await given.file().save(changes)).toEqual({
      kind: 'rejected',
      field,
      message: expect.stringContaining(message),
    })
    expect(await readFile(given.path, 'utf8')).toBe(before)
    expect(given.restarted).toEqual([])
  })
}

test('if Latchkey cannot start with the new settings, the file is restored', async ({ given }) => {
  const before = JSON.stringify({ signInTimeout: 60 })
  await writeFile(given.path, before)
  const file = given.file([], {}, new Error('Port 8400 is in use by another program.'))
  expect(await file.save({ ...PROVIDER, redirectPort: '8400' })).toEqual({
    kind: 'rejected',
    field: null,
    message: 'Port 8400 is in use by another program.',
  })
  expect(await readFile(given.path, 'utf8')).toBe(before)
})

test('simultaneous changes are saved one after the other, and none is lost', async ({ given }) => {
  const file = given.file()
  const saved = await Promise.all([
    file.save(PROVIDER),
    file.save({ audience: 'api' }),
    file.save({ scope: 'profile' }),
    file.save({ audience: 'unusable' }),
    file.save({ endSession: true }),
  ])
  expect(saved.map(({ kind }) => kind)).toEqual(['saved', 'saved', 'rejected', 'rejected', 'saved'])
  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual({
    ...PROVIDER,
    audience: 'api',
    endSession: true,
  })
})

test('a settings.json that is a link stays a link', async ({ given }) => {
  const elsewhere = join(given.dataDir, 'dotfiles.json')
  await writeFile(elsewhere, '{}')
  await symlink(elsewhere, given.path)
  expect(await given.file().save(PROVIDER)).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(elsewhere, 'utf8'))).toEqual(PROVIDER)
  expect((await lstat(given.path)).isSymbolicLink()).toBe(true)
})

test('a damaged file is not overwritten', async ({ given }) => {
  const file = given.file()
  await writeFile(given.path, '{ "issuer": ')
  expect(await file.save(PROVIDER)).toMatchObject({
    kind: 'rejected',
    message: MESSAGES.invalidJson(
      `${given.path} (line 1, column 13)`,
      JSON_FAULTS.unexpected(JSON_PARTS.value, ''),
    ),
  })
  expect(await readFile(given.path, 'utf8')).toBe('{ "issuer": ')
})

test('saving keeps a copy of what a power failure left of the file', async ({ given }) => {
  const zeros = '\0'.repeat(100)
  await writeFile(given.path, zeros)
  expect(await given.file().save(PROVIDER)).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual(PROVIDER)
  expect(await readFile(`${given.path}.damaged`, 'utf8')).toBe(zeros)
})

test('a file with a byte order mark is read, and a file in UTF-16 is not changed', async ({
  given,
}) => {
  await writeFile(given.path, `\ufeff${JSON.stringify({ audience: 'api' })}`)
  const file = given.file()
  expect(await file.save(PROVIDER)).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual({ ...PROVIDER, audience: 'api' })
  const utf16 = Buffer.from('\ufeff{}', 'utf16le')
  await writeFile(given.path, utf16)
  expect(await file.save(PROVIDER)).toMatchObject({
    kind: 'rejected',
    message: MESSAGES.isUtf16(given.path),
  })
  expect(await readFile(given.path)).toEqual(utf16)
})

test('a file that cannot be written is reported, and nothing restarts', async ({ given }) => {
  const file = given.file()
  await mkdir(given.path)
  await writeFile(join(given.path, 'something'), '')
  expect(await file.save(PROVIDER)).toMatchObject({ kind: 'rejected', field: null })
  expect(given.restarted).toEqual([])
})

test('the view shows the settings in effect, and the flag or variable that locks one', async ({
  given,
}) => {
  await writeFile(given.path, JSON.stringify({ ...PROVIDER, redirectPort: '8400,8401' }))
  const view = given
    .file(['--client-id', 'other'], { LATCHKEY_NO_NOTIFICATIONS: '1' })
    .view(AUTOSTART)
  expect(view.fields).toMatchObject({
    issuer: { value: PROVIDER.issuer, lockedBy: null },
    clientId: { value: 'other', lockedBy: '--client-id' },
    redirectPort: { value: '8400, 8401', lockedBy: null },
    notifications: { value: false, lockedBy: 'LATCHKEY_NO_NOTIFICATIONS' },
    keepWithoutKeyring: { value: false, lockedBy: null },
    asksForConsent: { value: true, lockedBy: null },
    pauseWhenLocked: { value: false, lockedBy: null },
  })
  expect(view).toMatchObject({
    defaults: { scope: 'openid profile email offline_access' },
    startAtLogin: AUTOSTART,
    file: given.path,
  })
})

test('the window turns questions about apps off and on, and the pause while the screen is locked', async ({
  given,
}) => {
  const file = given.file()
  const kept = async (): Promise<unknown> => JSON.parse(await readFile(given.path, 'utf8'))
  expect(await file.save({ asksForConsent: false, pauseWhenLocked: true })).toEqual({
    kind: 'saved',
  })
  expect(await kept()).toEqual({ consent: 'off', pauseWhenLocked: true })
  expect(given.restarted.at(-1)).toMatchObject({ consent: 'off', pauseWhenLocked: true })
  expect(file.view(AUTOSTART).fields).toMatchObject({
    asksForConsent: { value: false, lockedBy: null },
    pauseWhenLocked: { value: true, lockedBy: null },
  })
  expect(await file.save({ asksForConsent: true })).toEqual({ kind: 'saved' })
  expect(await kept()).toEqual({ consent: 'ask', pauseWhenLocked: true })
  const locked = given.file(['--consent', 'off']).view(AUTOSTART)
  expect(locked.fields.asksForConsent).toEqual({ value: false, lockedBy: '--consent' })
})

test('S32: the window can keep, replace and remove the client secret, and never receives it', async ({
  given,
}) => {
  const file = given.file()
  const secret = 'GOCSPX-canary'
  const kept = async (): Promise<unknown> => JSON.parse(await readFile(given.path, 'utf8'))
  expect(await file.save({ ...PROVIDER, clientSecret: ` ${secret} ` })).toEqual({ kind: 'saved' })
  expect(await kept()).toEqual({ ...PROVIDER, clientSecret: secret })
  expect((await stat(given.path)).mode & 0o777).toBe(0o600)
  const shown = file.view(AUTOSTART)
  expect(shown.fields.clientSecret).toEqual({ value: '••••••••', lockedBy: null })
  expect(JSON.stringify(shown)).not.toContain(secret)
  expect(given.restarted.at(-1)?.clientSecret?.reveal()).toBe(secret)

  // A mask with something added to it is not a secret.
  expect(await file.save({ clientSecret: '••••••••x' })).toEqual({
    kind: 'rejected',
    field: 'clientSecret',
    message: MESSAGES.invalidSecret('The client secret', RULES.clientSecret),
  })
  expect(await kept()).toEqual({ ...PROVIDER, clientSecret: secret })
  expect(await file.save({ clientSecret: '' })).toEqual({ kind: 'saved' })
  expect(await kept()).toEqual(PROVIDER)
  expect(file.view(AUTOSTART).fields.clientSecret.value).toBe('')
})

test('a client secret that the user types replaces the file with the secret', async ({ given }) => {
  const path = join(given.dataDir, 'secret')
  await writeFile(path, 'from the file', { mode: 0o600 })
  await writeFile(given.path, JSON.stringify({ ...PROVIDER, clientSecretFile: path }))
  const file = given.file()
  expect(file.view(AUTOSTART).fields.clientSecret.value).toBe('••••••••')
  expect(await file.save({ clientSecret: 'typed' })).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual({
    ...PROVIDER,
    clientSecret: 'typed',
  })
})

test('a client secret from a flag or variable is locked, and shown as a mask', async ({
  given,
}) => {
  await writeFile(given.path, JSON.stringify(PROVIDER))
  const env = { LATCHKEY_CLIENT_SECRET: 'canary' }
  expect(given.file([], env).view(AUTOSTART).fields.clientSecret).toEqual({
    value: '••••••••',
    lockedBy: 'LATCHKEY_CLIENT_SECRET',
  })
})

test('the redirect URI and the additional parameters are saved as typed', async ({ given }) => {
  const changes = {
    ...PROVIDER,
    redirectHost: 'localhost',
    redirectPath: '/cb',
    prompt: 'consent',
    authorizationParameters: 'access_type=offline&hd=a%26b',
  }
  const file = given.file()
  expect(await file.save(changes)).toEqual({ kind: 'saved' })
  expect(given.restarted.at(-1)).toMatchObject({
    redirectHost: 'localhost',
    redirectPath: '/cb',
    prompt: 'consent',
    authorizationParameters: { access_type: 'offline', hd: 'a&b' },
  })
  const { fields } = file.view(AUTOSTART)
  expect(fields.authorizationParameters.value).toBe('access_type=offline&hd=a%26b')
  expect(fields.redirectHost.value).toBe('localhost')
  for (const [name, value] of [
    ['redirectHost', 'example.com'],
    ['redirectPath', 'cb'],
    ['authorizationParameters', 'scope=openid'],
  ] as const) {
    expect(await file.save({ [name]: value })).toMatchObject({ kind: 'rejected', field: name })
  }
})

test('comments in settings.json stay when the window changes it', async ({ given }) => {
  const written = [
    '// { "mine": "as I like it" }',
    '{',
    '  "$schema": "/opt/Latchkey/resources/settings.schema.json",',
    '  "issuer": "https://login.example.com", // ours',
    '  "clientId": "$& abc" /* since May */,',
    '  "audience": "api" /* the old one */, "redirectPort": [8400, 8401,], // both registered',
    '  "signInTimeout": 60',
    '}',
  ]
  await writeFile(given.path, written.join('\n'))
  const changes = { audience: '', redirectPort: '8402', notifications: false, scope: '' }
  expect(await given.file().save(changes)).toEqual({ kind: 'saved' })
  expect((await readFile(given.path, 'utf8')).split('\n')).toEqual([
    ...written.slice(0, 2),
    '  "noNotifications": true,',
    ...written.slice(2, 5),
    '   /* the old one */ "redirectPort": [8402], // both registered',
    ...written.slice(6),
  ])
  expect(given.restarted).toMatchObject([
    { clientId: '$& abc', audience: null, redirectPort: [8402], signInTimeout: 60 },
  ])
  // Save again, to prove that Latchkey can read what it has written.
  expect(await given.file().save({ issuer: '', clientId: '' })).toEqual({ kind: 'saved' })
  expect(given.restarted.at(-1)).toMatchObject({ issuer: null, noNotifications: true })
})
