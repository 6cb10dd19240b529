// The settings that the window shows and changes, and the file that they are kept in.

import { expect, test as base } from '@playwright/test'
import { lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSettingsFile, type SettingsFile } from '../../main/settings/save.js'
import { readSettings, type Settings, type Sources } from '../../main/settings/options.js'

type Given = {
  dataDir: string
  path: string
  /** The settings that the engine was told to go on with. */
  restarted: readonly Settings[]
  file(args?: readonly string[], env?: Record<string, string>, failure?: Error): SettingsFile
}

const AUTOSTART = { on: false, changeable: true, note: null }
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
          if (wanted.audience === 'unusable') throw new Error('Nothing runs with it.')
          restarted.push(wanted)
        }
        return createSettingsFile({ settings: () => settings, restart }, sources)
      },
    })
    await rm(dataDir, { recursive: true, force: true })
  },
})

test('what is saved is in settings.json, for its owner alone, and what runs goes on with it', async ({
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

test('what was not changed stays, and a field that was emptied has its default again', async ({
  given,
}) => {
  await writeFile(given.path, JSON.stringify({ ...PROVIDER, audience: 'api', loginTimeout: 60 }))
  expect(await given.file().save({ audience: ' ', notifications: true })).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual({
    ...PROVIDER,
    loginTimeout: 60,
    noNotifications: false,
  })
})

for (const [what, changes, field, message] of [
  ['an issuer on plain http', { ...PROVIDER, issuer: 'http://example.com' }, 'issuer', 'https URL'],
  ['scopes without openid', { scope: 'profile' }, 'scope', 'openid among them'],
  ['a port that is none', { redirectPort: '8400, eighty' }, 'redirectPort', '1 to 65535'],
  ['one port that is none', { redirectPort: 'http' }, 'redirectPort', 'but it is "http".'],
  ['an issuer alone', { issuer: PROVIDER.issuer }, 'clientId', 'no client ID'],
  ['a client ID alone', { clientId: 'abc' }, 'issuer', 'no issuer'],
] as const) {
  test(`${what} is refused at its field, and nothing changes`, async ({ given }) => {
    const before = JSON.stringify({ loginTimeout: 60 })
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

test('where Latchkey cannot go on with the new settings, the file is as it was', async ({
  given,
}) => {
  const before = JSON.stringify({ loginTimeout: 60 })
  await writeFile(given.path, before)
  const file = given.file([], {}, new Error('Port 8400 is in use by another program.'))
  expect(await file.save({ ...PROVIDER, redirectPort: '8400' })).toEqual({
    kind: 'rejected',
    field: null,
    message: 'Port 8400 is in use by another program.',
  })
  expect(await readFile(given.path, 'utf8')).toBe(before)
})

test('changes that come together are made one after the other, and none is lost', async ({
  given,
}) => {
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

test('a settings.json that is a link stays one', async ({ given }) => {
  const elsewhere = join(given.dataDir, 'dotfiles.json')
  await writeFile(elsewhere, '{}')
  await symlink(elsewhere, given.path)
  expect(await given.file().save(PROVIDER)).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(elsewhere, 'utf8'))).toEqual(PROVIDER)
  expect((await lstat(given.path)).isSymbolicLink()).toBe(true)
})

test('a file that is damaged is not written over', async ({ given }) => {
  const file = given.file()
  await writeFile(given.path, '{ "issuer": ')
  expect(await file.save(PROVIDER)).toMatchObject({
    kind: 'rejected',
    message: expect.stringContaining('(line 1, column 13) is not valid JSON'),
  })
  expect(await readFile(given.path, 'utf8')).toBe('{ "issuer": ')
})

test('what a power cut has left of a file is kept beside it when settings are saved', async ({
  given,
}) => {
  const zeros = '\0'.repeat(100)
  await writeFile(given.path, zeros)
  expect(await given.file().save(PROVIDER)).toEqual({ kind: 'saved' })
  expect(JSON.parse(await readFile(given.path, 'utf8'))).toEqual(PROVIDER)
  expect(await readFile(`${given.path}.damaged`, 'utf8')).toBe(zeros)
})

test('a file with a byte order mark is read, and one in UTF-16 is left alone', async ({
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
    message: expect.stringContaining('is encoded as UTF-16. Save it as UTF-8.'),
  })
  expect(await readFile(given.path)).toEqual(utf16)
})

test('a file that cannot be written is said, and nothing is started anew', async ({ given }) => {
  const file = given.file()
  await mkdir(given.path)
  await writeFile(join(given.path, 'something'), '')
  expect(await file.save(PROVIDER)).toMatchObject({ kind: 'rejected', field: null })
  expect(given.restarted).toEqual([])
})

test('the view shows what is in effect, and what locks it', async ({ given }) => {
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
  })
  expect(view).toMatchObject({
    defaults: { scope: 'openid profile email offline_access' },
    startAtLogin: AUTOSTART,
    file: given.path,
  })
})

test('S32: the client secret never comes to the window, and is kept, replaced and taken away there', async ({
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

  // A mask that was added to is no secret.
  expect(await file.save({ clientSecret: '••••••••x' })).toEqual({
    kind: 'rejected',
    field: 'clientSecret',
    message: 'The client secret must be printable ASCII characters.',
  })
  expect(await kept()).toEqual({ ...PROVIDER, clientSecret: secret })
  expect(await file.save({ clientSecret: '' })).toEqual({ kind: 'saved' })
  expect(await kept()).toEqual(PROVIDER)
  expect(file.view(AUTOSTART).fields.clientSecret.value).toBe('')
})

test('a client secret that is typed takes the place of the file that was named', async ({
  given,
}) => {
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

test('a client secret of a flag or variable is locked, and shown as a mask', async ({ given }) => {
  await writeFile(given.path, JSON.stringify(PROVIDER))
  const env = { LATCHKEY_CLIENT_SECRET: 'canary' }
  expect(given.file([], env).view(AUTOSTART).fields.clientSecret).toEqual({
    value: '••••••••',
    lockedBy: 'LATCHKEY_CLIENT_SECRET',
  })
})

test('where the browser comes back to, and what is sent along, is kept as it is typed', async ({
  given,
}) => {
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

test('what a person wrote into settings.json for people stays when the window changes it', async ({
  given,
}) => {
  const written = [
    '// { "mine": "as I like it" }',
    '{',
    '  "$schema": "/opt/Latchkey/resources/settings.schema.json",',
    '  "issuer": "https://login.example.com", // ours',
    '  "clientId": "$& abc" /* since May */,',
    '  "audience": "api" /* the old one */, "redirectPort": [8400, 8401,], // both registered',
    '  "loginTimeout": 60',
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
    { clientId: '$& abc', audience: null, redirectPort: [8402], loginTimeout: 60 },
  ])
  // Again, so that what was written by the program is read by it.
  expect(await given.file().save({ issuer: '', clientId: '' })).toEqual({ kind: 'saved' })
  expect(given.restarted.at(-1)).toMatchObject({ issuer: null, noNotifications: true })
})
