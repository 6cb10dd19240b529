// Where the client secret comes from, and that it is quoted nowhere.

import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test as base } from '@playwright/test'
import { readClientSecret } from '../../main/settings/client-secret.js'
import { createSecret, MASK } from '../../main/base/secret.js'
import {
  examineSettings,
  type SettingsFindings,
  type Sources,
} from '../../main/settings/options.js'

const CANARY = 'GOCSPX-canary_0123/+='

const test = base.extend<{
  directory: string
  examine: (sources?: Partial<Sources>) => SettingsFindings
  /** Writes a file of this name, with this mode, and gives its path. */
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

test('a secret is shown by nothing that prints', () => {
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

test('the flag’s file goes before the variable, and that before settings.json', ({
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

test('both in one place are refused, and neither is quoted', ({ examine, write }) => {
  const path = write('secret', CANARY)
  const env = { LATCHKEY_CLIENT_SECRET: CANARY, LATCHKEY_CLIENT_SECRET_FILE: path }
  expect(examine({ env }).problems).toEqual([
    'LATCHKEY_CLIENT_SECRET and LATCHKEY_CLIENT_SECRET_FILE cannot both be set: leave out one.',
  ])
})

test('there is no flag with the secret itself, and what was given to it is not quoted', ({
  examine,
}) => {
  for (const args of [[`--client-secret=${CANARY}`], ['--client-secret', CANARY]]) {
    const [problem] = examine({ args }).problems
    expect(problem).toContain('--client-secret-file')
    expect(problem).not.toContain(CANARY)
  }
})

for (const [name, value] of [
  ['with a line break in it', `${CANARY}\nmore`],
  ['beyond ASCII', `${CANARY}ü`],
  ['that is a number', 7],
  ['that is a list', [CANARY]],
] as const) {
  test(`a secret ${name} is refused, and not quoted`, ({ examine, write }) => {
    const path = write('settings.json', JSON.stringify({ clientSecret: value }))
    expect(examine().problems).toEqual([
      `"clientSecret" in ${path} (line 1, column 2) must be printable ASCII characters.`,
    ])
  })
}

test('settings.json that holds the secret is for its owner alone from then on', ({
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

test.describe('S46: the secret’s file', () => {
  test.skip(process.platform === 'win32', 'Windows has no modes')

  test('is taken without the white space around it', ({ write }) => {
    expect(readClientSecret(write('secret', `  ${CANARY}\r\n`))).toMatchObject({
      secret: { reveal: expect.any(Function) },
    })
  })

  for (const mode of [0o640, 0o604, 0o660, 0o610]) {
    test(`is refused with the mode ${mode.toString(8)}`, ({ examine, write }) => {
      const path = write('secret', CANARY, mode)
      expect(examine({ args: ['--client-secret-file', path] }).problems).toEqual([
        `The client secret's file ${path} can be read by other users: chmod 600 "${path}".`,
      ])
    })
  }

  for (const [name, content, words] of [
    ['empty', '\n', 'is empty.'],
    ['of two lines', `${CANARY}\n${CANARY}`, 'holds more than one line of printable ASCII'],
    ['binary', '\u0000\u0001', 'holds more than one line of printable ASCII'],
    ['too large', 'x'.repeat(4_097), 'is larger than 4096 bytes.'],
  ] as const) {
    test(`is refused when it is ${name}, and not quoted`, ({ write }) => {
      const read = readClientSecret(write('secret', content))
      expect(read).toEqual({ problem: expect.stringContaining(words) })
      expect(JSON.stringify(read)).not.toContain(CANARY)
    })
  }

  test('is refused when it is a folder, a link, a device or missing', ({ directory, write }) => {
    const link = join(directory, 'link')
    symlinkSync(write('secret', CANARY), link)
    const folder = join(directory, 'folder')
    mkdirSync(folder, { mode: 0o700 })
    for (const [path, words] of [
      [link, 'is a link, not a file.'],
      [folder, 'is not a regular file.'],
      ['/dev/zero', 'is not a regular file.'],
      [join(directory, 'missing'), 'cannot be read (ENOENT).'],
    ] as const) {
      expect(readClientSecret(path)).toEqual({
        problem: `The client secret's file ${path} ${words}`,
      })
    }
  })

  test('never holds up the start when it is a named pipe', ({ directory }) => {
    const path = join(directory, 'pipe')
    execFileSync('mkfifo', ['-m', '600', path])
    expect(readClientSecret(path)).toEqual({
      problem: `The client secret's file ${path} is not a regular file.`,
    })
  })

  test('is refused when another user owns it', ({ write }) => {
    test.skip(process.getuid?.() !== 0, 'only root can give a file away')
    const path = write('secret', CANARY)
    chownSync(path, 12_345, 12_345)
    expect(readClientSecret(path)).toEqual({
      problem: `The client secret's file ${path} belongs to another user.`,
    })
  })
})
