// The settings about consents: the programs that are allowed by path, and what the core gets.

import { expect, test as base } from '@playwright/test'
import { chmod, chown, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { toConsentSettings } from '../../main/settings/consent-settings.js'
import { examineSettings, type SettingsFindings } from '../../main/settings/read.js'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'

const test = base.extend<{ folder: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-allow-')))
    await use(folder)
    await rm(folder, { recursive: true })
  },
})

function examine(
  allow: readonly string[],
  { platform = 'linux' }: { platform?: NodeJS.Platform } = {},
): SettingsFindings {
  const args = allow.map((path) => `--allow=${path}`)
  return examineSettings({ args, env: {}, platform, home: '/nowhere', readFile: () => undefined })
}

test('a program and a script can be allowed', async ({ folder }) => {
  const paths = ['notes', 'backup.sh', 'sync.py'].map((name) => join(folder, name))
  for (const path of paths) await writeFile(path, '')
  const { settings, problems, warnings } = examine(paths)
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] })
  expect(toConsentSettings(settings)).toEqual({
    mode: 'ask',
    allow: paths,
    pauseWhenLocked: false,
  })
})

for (const tool of ['bash', 'node', 'python3.13', 'curl', 'ssh', 'socat', 'busybox']) {
  test(`${tool} can't be allowed, whether the file exists or not`, async ({ folder }) => {
    const path = join(folder, tool)
    expect(examine([path]).problems).toEqual([MESSAGES.allowsTool('--allow', path)])
    await writeFile(path, '')
    expect(examine([path])).toMatchObject({
      problems: [MESSAGES.allowsTool('--allow', path)],
      warnings: [],
    })
  })
}

test('a link to a tool, and a link that has the name of a tool, are rejected', async ({
  folder,
}) => {
  const [shell, app, hidden, named] = ['dash', 'app', 'my-app', 'sh'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string]
  await writeFile(shell, '')
  await writeFile(app, '')
  await symlink(shell, hidden)
  await symlink(app, named)
  expect(examine([hidden, named]).problems).toEqual([
    MESSAGES.allowsTool('--allow', hidden),
    MESSAGES.allowsTool('--allow', named),
  ])
})

test('the core gets the real path of a link, and a missing path as it is', async ({ folder }) => {
  await mkdir(join(folder, 'v1'))
  const [real, link] = [join(folder, 'v1', 'app'), join(folder, 'app')]
  await writeFile(real, '')
  await symlink(real, link)
  const missing = join(folder, 'later')
  const found = examine([link, missing])
  expect(found).toMatchObject({
    problems: [],
    warnings: [MESSAGES.allowsMissing('--allow', missing)],
  })
  expect(toConsentSettings(found.settings).allow).toEqual([real, missing])
})

test('a folder, a loop of links and a path through a file bring a warning', async ({ folder }) => {
  const [file, loop] = [join(folder, 'app'), join(folder, 'loop')]
  await writeFile(file, '')
  await chmod(file, 0o600)
  await symlink(loop, loop)
  const paths = [folder, loop, join(file, 'deeper')]
  expect(examine(paths)).toMatchObject({
    problems: [],
    warnings: paths.map((path) => MESSAGES.allowsMissing('--allow', path)),
  })
})

test('a file that other users can change brings a warning', async ({ folder }) => {
  const app = join(folder, 'app')
  await writeFile(app, '')
  for (const [mode, isOpen] of [
    [0o777, true],
    [0o775, false],
  ] as const) {
    await chmod(app, mode)
    const warnings = isOpen ? [MESSAGES.allowsFileOfOthers('--allow', app)] : []
    expect(examine([app])).toMatchObject({ problems: [], warnings })
  }
  if (process.getuid?.() !== 0) return
  await chown(app, 65_534, 65_534)
  expect(examine([app]).warnings).toEqual([MESSAGES.allowsFileOfOthers('--allow', app)])
})

test('the message names the variable or the file that a path comes from', () => {
  const examineAs = (env: Record<string, string>, content: object): readonly string[] =>
    examineSettings({
      args: [],
      env,
      platform: 'linux',
      home: '/nowhere',
      readFile: () => ({ content, warning: null }),
    }).problems
  expect(examineAs({ LATCHKEY_ALLOW: '/bin/sh' }, {})).toEqual([
    MESSAGES.allowsTool('LATCHKEY_ALLOW', '/bin/sh'),
  ])
  expect(examineAs({}, { allow: ['/bin/sh'] })).toEqual([
    MESSAGES.allowsTool('settings.json', '/bin/sh'),
  ])
})

test('only a flag may name a path that begins in the current folder', () => {
  const { problems } = examineSettings({
    args: [],
    env: { LATCHKEY_ALLOW: ['/opt/app', 'bin/app'].join(delimiter) },
    platform: 'linux',
    home: '/nowhere',
    readFile: () => undefined,
  })
  const given = JSON.stringify(['/opt/app', 'bin/app'].join(delimiter))
  expect(problems).toEqual([MESSAGES.invalid('LATCHKEY_ALLOW', RULES.allow, given, null)])
})

test('on systems where Latchkey finds no programs, a warning says that paths have no effect', async ({
  folder,
}) => {
  const path = join(folder, 'app')
  await writeFile(path, '')
  for (const platform of ['darwin', 'win32'] as const) {
    expect(examine([path], { platform }).warnings).toEqual([MESSAGES.allowWithoutEffect('--allow')])
    expect(examine([], { platform }).warnings).toEqual([])
  }
})

test('the mode and the pause reach the core', () => {
  const settings = { consent: 'off', allow: [], pauseWhenLocked: true } as const
  expect(toConsentSettings(settings)).toEqual({ mode: 'off', allow: [], pauseWhenLocked: true })
})
