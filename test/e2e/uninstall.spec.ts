// `uninstall-data` signs out at the provider and leaves nothing of Latchkey's on this computer.

import { existsSync } from 'node:fs'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { makeFakeTool, type FakeTool } from '../support/fake-tool.js'
import { listFiles, signInOn, stop, test as base, openStore } from '../support/kept.js'
import type { Program, ProgramOptions } from '../support/program.js'
import type { RunningProvider } from '../provider/provider.js'
import { findSessionFile } from '../support/session-file.js'
import { REMOVAL_MESSAGES } from '../../main/app/app-messages.js'

const LABEL = 'Latchkey Safe Storage'

const test = base.extend<{
  config: string
  elsewhere: string
  /** A fake of the keyring's own tool. */
  tool: FakeTool
  uninstall: (options?: ProgramOptions, ...flags: readonly string[]) => Promise<Program>
}>({
  // eslint-disable-next-line no-empty-pattern
  config: async ({}, use) => {
    const config = await mkdtemp(join(tmpdir(), 'latchkey-config-'))
    await use(config)
    await rm(config, { recursive: true, force: true })
  },
  // eslint-disable-next-line no-empty-pattern
  elsewhere: async ({}, use) => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'latchkey-elsewhere-'))
    await use(elsewhere)
    await rm(elsewhere, { recursive: true, force: true })
  },
  tool: async ({ elsewhere }, use) =>
    use(await makeFakeTool(elsewhere, process.platform === 'darwin' ? 'security' : 'secret-tool')),
  uninstall: ({ dataDir, config, tool, run }, use) =>
    use(({ env, ...options } = {}, ...flags) =>
      run(['uninstall-data', ...flags], {
        dataDir,
        ...options,
        env: {
          LATCHKEY_PASSPHRASE: 'correct horse battery staple',
          XDG_CONFIG_HOME: config,
          PATH: tool.path,
          ...env,
        },
      }),
    ),
})

async function isAlive(provider: RunningProvider, refreshToken: string): Promise<boolean> {
  const response = await fetch(`${provider.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: provider.clientId,
      refresh_token: refreshToken,
    }),
  })
  return response.ok
}

test('every refresh token is revoked, even superseded ones, and all of Latchkey’s data is removed', async ({
  start,
  provider,
  dataDir,
  config,
  uninstall,
}) => {
  const program = await start()
  await signInOn(program)
  await signInOn(program)
  await stop(program)
  const { tokens, superseded = [] } = (await openStore(dataDir).read())!
  const all = [tokens.refreshToken!, ...superseded]
  expect(superseded).toHaveLength(1)

  await mkdir(join(dataDir, 'chromium', 'Default'), { recursive: true })
  const ours = [
    'settings.json',
    'session.key',
    'latchkey.old.log',
    'diagnosis.txt',
    'provider.json',
    'consents.json',
    'consents.unopened.json',
  ]
  const leftover = '01234567-89ab-4cde-8f01-23456789abcd.tmp'
  const unfinished = [`session.json.${leftover}`, `settings.json.damaged.${leftover}`]
  for (const name of [...ours, ...unfinished, 'chromium/Default/Cookies']) {
    await writeFile(join(dataDir, name), '{}')
  }
  await mkdir(join(config, 'autostart'))
  const entry = join(config, 'autostart', 'app.latchkey.Latchkey.desktop')
  const text =
    '[Desktop Entry]\nType=Application\nName=Latchkey\nExec=/opt/Latchkey/latchkey --autostart\n'
  await writeFile(entry, `${text}X-Latchkey-Autostart=true\n`)

  const ended = await uninstall()
  expect(await ended.ended, ended.stderr()).toBe(0)
  expect(provider.revoked.toSorted()).toEqual(all.toSorted())
  for (const token of all) expect(await isAlive(provider, token)).toBe(false)
  expect(existsSync(dataDir)).toBe(false)
  expect(ended.stdout()).toContain(`Removed ${dataDir}.`)
  if (process.platform !== 'win32') {
    expect(ended.stdout()).toContain(REMOVAL_MESSAGES.key(LABEL))
  }
  for (const token of all) expect(ended.stdout() + ended.stderr()).not.toContain(token)
  if (process.platform === 'linux') expect(existsSync(entry)).toBe(false)
})

test('other files, targets of links, and a folder in a file’s place stay', async ({
  start,
  dataDir,
  config,
  elsewhere,
  uninstall,
}) => {
  test.skip(process.platform === 'win32', 'links need rights there')
  const program = await start()
  await signInOn(program)
  await stop(program)
  await writeFile(join(elsewhere, 'kept'), 'mine')
  await symlink(elsewhere, join(dataDir, 'chromium'))
  await symlink(join(elsewhere, 'kept'), join(dataDir, 'diagnosis.txt'))
  await mkdir(join(dataDir, 'session.key'))
  await writeFile(join(dataDir, 'session.key', 'mine'), '')
  const others = [
    'lockfile.txt',
    'lock.s.notes',
    'notes.txt',
    'session.json.bak',
    'settings.json.tmp',
  ]
  for (const name of others) await writeFile(join(dataDir, name), '')
  await mkdir(join(config, 'autostart'))
  const entry = join(config, 'autostart', 'app.latchkey.Latchkey.desktop')
  await writeFile(entry, '[Desktop Entry]\nType=Application\nName=Other\nExec=/usr/bin/other\n')

  const ended = await uninstall()
  expect(await ended.ended, ended.stderr()).toBe(0)
  expect((await readdir(dataDir)).toSorted()).toEqual([...others, 'session.key'].toSorted())
  expect(await readFile(join(elsewhere, 'kept'), 'utf8')).toBe('mine')
  expect(existsSync(entry)).toBe(true)
  expect(ended.stdout()).toContain(REMOVAL_MESSAGES.notEmpty(dataDir))
})

test('while a Latchkey runs it ends with 3, and nothing is revoked or removed', async ({
  start,
  provider,
  dataDir,
  uninstall,
}) => {
  const program = await start()
  await signInOn(program)
  const before = await listFiles(dataDir)
  const ended = await uninstall()
  expect(await ended.ended).toBe(3)
  expect(ended.stderr()).toContain('is already running')
  expect(ended.stderr()).toContain('so nothing was removed. Quit it and try again.')
  expect(ended.stderr()).toContain('"Remove Latchkey\'s data"')
  expect(ended.stderr()).not.toContain('--data-dir')
  expect(await listFiles(dataDir)).toEqual(before)
  expect(provider.revoked).toEqual([])
})

test("if something can't be removed, a second run still recognizes the directory and removes the rest", async ({
  start,
  dataDir,
  uninstall,
}) => {
  test.skip(process.platform === 'win32', 'rights are kept elsewhere there')
  const isRoot = process.getuid?.() === 0
  test.skip(isRoot && process.platform !== 'linux', 'nothing holds the superuser there')
  const program = await start()
  await signInOn(program)
  await stop(program)
  const held = join(dataDir, 'chromium', 'Default')
  await mkdir(held, { recursive: true })
  await writeFile(join(held, 'Cookies'), '')
  await chmod(held, 0o500)
  // Permissions apply even to the superuser if it has no capabilities.
  const first = await uninstall({ through: isRoot ? ['setpriv', '--bounding-set=-all'] : [] })
  expect(await first.ended, first.stderr()).toBe(1)
  expect(first.stderr()).toContain('chromium could not be removed (not permitted, EACCES)')
  expect((await readdir(dataDir)).toSorted()).toEqual(['chromium', 'lock'])
  await chmod(held, 0o700)
  const second = await uninstall()
  expect(await second.ended, second.stderr()).toBe(0)
  expect(existsSync(dataDir)).toBe(false)
})

test('the key stays while the session of the usual data directory is sealed with it', async ({
  start,
  dataDir,
  config,
  tool,
  uninstall,
}) => {
  test.skip(process.platform !== 'linux', 'the usual data directory is found as on Linux')
  const program = await start()
  await signInOn(program)
  await stop(program)
  await mkdir(join(dataDir, 'chromium'))
  await mkdir(join(config, 'latchkey'))
  const sealed = JSON.stringify({ version: 1, tier: 'keyring', sealed: 'keyring:AA==.AA==' })
  await writeFile(join(config, 'latchkey', 'session.json'), sealed)
  const ended = await uninstall()
  expect(await ended.ended, ended.stderr()).toBe(0)
  expect(ended.stdout()).toContain(REMOVAL_MESSAGES.keyShared(LABEL))
  expect(await tool.runs()).toEqual([])
})

test('an earlier session that was set aside is revoked too', async ({
  start,
  provider,
  dataDir,
  uninstall,
}) => {
  const program = await start()
  await signInOn(program)
  await stop(program)
  const { tokens } = (await openStore(dataDir).read())!
  const file = findSessionFile(dataDir)
  await rename(file, file.replace(/json$/, 'unopened.json'))
  expect(await (await uninstall()).ended).toBe(0)
  expect(provider.revoked).toEqual([tokens.refreshToken])
})

test.describe("if a token can't be revoked, the output says so with code 1, and the data is still removed", () => {
  test('without the passphrase', async ({ start, provider, dataDir, uninstall }) => {
    const program = await start()
    await signInOn(program)
    await stop(program)
    const ended = await uninstall({ env: { LATCHKEY_PASSPHRASE: 'another' } })
    expect(await ended.ended).toBe(1)
    expect(ended.stderr()).toContain('The session was not revoked. Sign out at your provider.')
    expect(provider.revoked).toEqual([])
    expect(existsSync(dataDir)).toBe(false)
  })

  test('if the provider answers with an error', async ({ start, provider, dataDir, uninstall }) => {
    const program = await start()
    await signInOn(program)
    await stop(program)
    provider.misbehave.revocation = 'unavailable'
    const ended = await uninstall()
    expect(await ended.ended).toBe(1)
    expect(ended.stderr()).toContain('Alice Adams')
    expect(existsSync(dataDir)).toBe(false)
  })
})

test('a directory that Latchkey never used is rejected with code 2 and not changed', async ({
  dataDir,
  uninstall,
}) => {
  for (const name of ['settings.json', 'lock', 'latchkey.log']) {
    await writeFile(join(dataDir, name), 'of another program')
  }
  const ended = await uninstall()
  expect(await ended.ended).toBe(2)
  expect(ended.stderr()).toContain('shows that Latchkey has used it, so nothing was removed.')
  for (const name of ['settings.json', 'lock', 'latchkey.log']) {
    expect(await readFile(join(dataDir, name), 'utf8')).toBe('of another program')
  }
})

test('a missing directory is not created', async ({ dataDir, uninstall }) => {
  const missing = join(dataDir, 'missing')
  const ended = await uninstall({ dataDir: missing })
  expect(await ended.ended, ended.stderr()).toBe(0)
  expect(existsSync(missing)).toBe(false)
})
