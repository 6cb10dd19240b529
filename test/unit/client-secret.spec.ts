// The sources of the client secret, and that no message contains it.

import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test as base } from '@playwright/test'
import { readClientSecret } from '../../main/settings/client-secret.js'
import { MESSAGES, RULES } from '../../main/settings/settings-messages.js'
import { createSecret, MASK } from '../../main/base/secret.js'
import { examineSettings, type SettingsFindings, type Sources } from '../../main/settings/read.js'

const FAULTS = MESSAGES.secretFileFaults
const CANARY = 'GOCSPX-canary_0123/+='

const test = base.extend<{
  directory: string
  examine: (sources?: Partial<Sources>) => SettingsFindings
  /** Writes a file with this name and mode. Returns its path. */
  write: (name: string, content: string, mode?: number) => string
}>({
  // eslint-disable-next-line no-empty-pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-secret-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  examine: ({ directory }, use) =>
    use((sources = {}) =>
      examineSettings({
        args: [],
        platform: process.platform,
        home: directory,
        ...sources,
        env: { LATCHKEY_DATA_DIR: directory, ...sources.env },
      }),
    ),
  write: ({ directory }, use) =>
    use((name, content, mode = 0o600) => {
      const path = join(directory, name)
      writeFileSync(path, content)
      chmodSync(path, mode)
      return path
    }),
})

const revealed = ({ settings }: SettingsFindings): string | undefined =>
  settings.clientSecret?.reveal()

test('printing a secret does not show it', () => {
  const secret = createSecret(CANARY)
  expect(secret.reveal()).toBe(CANARY)
  for (const shown of [
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret, { depth: 9, showHidden: true }),
  ]) {
    expect(shown).not.toContain(CANARY)
  }
  expect(JSON.stringify({ secret })).toBe(`{"secret":"${MASK}"}`)
})

test('the file that a flag names overrides the variable, and the variable overrides settings.json', ({
  examine,
  write,
}) => {
  const path = write('secret', `${CANARY}\n`)
  write('settings.json', JSON.stringify({ clientSecret: 'from the file' }))
  const env = { LATCHKEY_CLIENT_SECRET: 'from the variable' }
  const flagged = examine({ args: ['--client-secret-file', path], env })
  expect(revealed(flagged)).toBe(CANARY)
  expect(flagged.origins.clientSecret).toBe('--client-secret-file')
  expect(revealed(examine({ env: { LATCHKEY_CLIENT_SECRET_FILE: path } }))).toBe(CANARY)
  expect(revealed(examine({ env }))).toBe('from the variable')
  expect(examine({ env }).origins.clientSecret).toBe('LATCHKEY_CLIENT_SECRET')
  expect(revealed(examine())).toBe('from the file')
  write('settings.json', JSON.stringify({ clientSecretFile: path }))
  expect(revealed(examine())).toBe(CANARY)
  write('settings.json', '{}')
  expect(examine().settings).toMatchObject({ clientSecret: null, clientSecretFile: null })
})

test('a secret and a secret file from the same source are rejected, and not quoted', ({
  examine,
  write,
}) => {
  const path = write('secret', CANARY)
  const env = { LATCHKEY_CLIENT_SECRET: CANARY, LATCHKEY_CLIENT_SECRET_FILE: path }
  expect(examine({ env }).problems).toEqual([
    MESSAGES.twoSecrets('LATCHKEY_CLIENT_SECRET', 'LATCHKEY_CLIENT_SECRET_FILE'),
  ])
})

test('there is no flag for the secret itself, and the message does not quote its value', ({
  examine,
}) => {
  for (const args of [[`--client-secret=${CANARY}`], ['--client-secret', CANARY]]) {
    const [problem] = examine({ args }).problems
    expect(problem).toBe(MESSAGES.secretAsFlag)
    expect(problem).not.toContain(CANARY)
  }
})

for (const [name, value] of [
  ['with a line break in it', `${CANARY}\nmore`],
  ['beyond ASCII', `${CANARY}ü`],
  ['that is a number', 7],
  ['that is a list', [CANARY]],
] as const) {
  test(`a secret ${name} is rejected, and not quoted`, ({ examine, write }) => {
    const path = write('settings.json', JSON.stringify({ clientSecret: value }))
    expect(examine().problems).toEqual([
      MESSAGES.invalidSecret(`"clientSecret" in ${path} (line 1, column 2)`, RULES.clientSecret),
    ])
  })
}

test('Latchkey makes a settings.json with the secret readable only for its owner', ({
  examine,
  write,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no modes')
  const path = write('settings.json', '{"port": 0}', 0o644)
  examine()
  expect(statSync(path).mode & 0o777).toBe(0o644)
  write('settings.json', JSON.stringify({ clientSecret: CANARY }), 0o644)
  expect(examine().problems).toEqual([])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test.describe('S46: the client secret file', () => {
  test.skip(process.platform === 'win32', 'Windows has no modes')

  test('is read without the white space around the secret', ({ write }) => {
    expect(readClientSecret(write('secret', `  ${CANARY}\r\n`))).toMatchObject({
      secret: { reveal: expect.any(Function) },
    })
  })

  for (const mode of [0o640, 0o604, 0o660, 0o610]) {
    test(`is rejected with the mode ${mode.toString(8)}`, ({ examine, write }) => {
      const path = write('secret', CANARY, mode)
      expect(examine({ args: ['--client-secret-file', path] }).problems).toEqual([
        MESSAGES.badSecretFile(path, FAULTS.readableByOthers(path)),
      ])
    })
  }

  for (const [name, content, fault] of [
    ['empty', '\n', FAULTS.isEmpty],
    ['of two lines', `${CANARY}\n${CANARY}`, FAULTS.notPrintable],
    ['binary', '\u0000\u0001', FAULTS.notPrintable],
    ['too large', 'x'.repeat(4_097), FAULTS.tooLarge(4_096)],
  ] as const) {
    test(`is rejected if it is ${name}, and not quoted`, ({ write }) => {
      const path = write('secret', content)
      const read = readClientSecret(path)
      expect(read).toEqual({ problem: MESSAGES.badSecretFile(path, fault) })
      expect(JSON.stringify(read)).not.toContain(CANARY)
    })
  }

  test('is rejected if it is a folder, a link, a device or missing', ({ directory, write }) => {
    const link = join(directory, 'link')
    symlinkSync(write('secret', CANARY), link)
    const folder = join(directory, 'folder')
    mkdirSync(folder, { mode: 0o700 })
    for (const [path, fault] of [
      [link, FAULTS.isLink],
      [folder, FAULTS.notRegular],
      ['/dev/zero', FAULTS.notRegular],
      [join(directory, 'missing'), FAULTS.unreadable('ENOENT')],
    ] as const) {
      expect(readClientSecret(path)).toEqual({
        problem: MESSAGES.badSecretFile(path, fault),
      })
    }
  })

  test('does not block the start if it is a named pipe', ({ directory }) => {
    const path = join(directory, 'pipe')
    execFileSync('mkfifo', ['-m', '600', path])
    expect(readClientSecret(path)).toEqual({
      problem: MESSAGES.badSecretFile(path, FAULTS.notRegular),
    })
  })

  test('is rejected if it belongs to another user', ({ write }) => {
    test.skip(process.getuid?.() !== 0, 'only root can change the owner of a file')
    const path = write('secret', CANARY)
    chownSync(path, 12_345, 12_345)
    expect(readClientSecret(path)).toEqual({
      problem: MESSAGES.badSecretFile(path, FAULTS.otherOwner),
    })
  })
})
