// S38: programs to which someone gives a key or a token in the wrong place do not repeat it.

import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { HEADLESS } from '../support/headless-program.js'
import { CLI, runCommand } from '../support/run-cli.js'

const KEY = `latchkey_${'Misplaced-key_'.padEnd(43, 'x')}`
const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'
const OPAQUE = 'gho_0123456789abcdefghijABCDEFGHIJ'

const test = base.extend<{ dataDir: string }>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-misplaced-'))
    await use(join(folder, 'data'))
    await rm(folder, { recursive: true, force: true })
  },
})

/** Other values of these settings are valid, or only warned of. */
const CALLS: readonly (readonly [secret: string, ...args: string[]])[] = [
  ...[KEY, TOKEN, OPAQUE].map((secret) => [secret, secret] as const),
  ...['--port', '--log-level', '--issuer', '--consent'].flatMap((flag) => [
    [KEY, `${flag}=${KEY}`] as const,
    [TOKEN, flag, TOKEN] as const,
    [OPAQUE, flag, OPAQUE] as const,
  ]),
  [OPAQUE, '--client-secret-file', OPAQUE],
  [OPAQUE, `--${OPAQUE}`],
  ...['--client-id', '--allow', '--audience', '--git-host'].map(
    (flag) => [KEY, flag, `x=${KEY}`] as const,
  ),
]

for (const [program, ...words] of [
  ['headless'],
  ['headless diagnose', 'diagnose'],
  ['headless diagnose --json', 'diagnose', '--json'],
] as const) {
  test(`${program} repeats no key or token, also not in a file`, async ({ dataDir }) => {
    for (const [secret, ...args] of CALLS) {
      const { code, stdout, stderr } = await runCommand(process.execPath, [
        HEADLESS,
        ...words,
        ...args,
        '--data-dir',
        dataDir,
      ])
      if (program === 'headless') expect(code, args.join(' ')).toBe(2)
      const files = existsSync(dataDir) ? await readdir(dataDir) : []
      const texts = await Promise.all(files.map((file) => readFile(join(dataDir, file), 'utf8')))
      expect([stdout, stderr, ...texts].join('\n'), args.join(' ')).not.toContain(secret)
    }
  })
}

test('no program repeats a key that is in a variable', async ({ dataDir }) => {
  for (const [name, secret] of [
    ...['PORT', 'ISSUER', 'CLIENT_ID', 'ALLOW', 'GIT_HOSTS', 'KEY_FILE'].map(
      (one) => [one, KEY] as const,
    ),
    ...['PORT', 'ISSUER', 'CLIENT_SECRET_FILE', OPAQUE].map((one) => [one, OPAQUE] as const),
  ]) {
    const env = { [`LATCHKEY_${name}`]: secret }
    for (const args of [
      [HEADLESS, 'diagnose'],
      [CLI, 'token'],
      [CLI, 'git-credential', 'get'],
    ]) {
      const { stdout, stderr } = await runCommand(
        process.execPath,
        [...args, '--data-dir', dataDir],
        { env, input: 'protocol=https\nhost=git.example.com\n\n' },
      )
      expect(stdout + stderr, `${name} ${args.join(' ')}`).not.toContain(secret)
    }
    expect(await readFile(join(dataDir, 'diagnosis.txt'), 'utf8')).not.toContain(secret)
  }
})

test('the command line repeats no token that is typed as a word', async ({ dataDir }) => {
  for (const secret of [TOKEN, OPAQUE]) {
    for (const args of [
      [secret],
      ['token', secret],
      ['token', '--min-validity', secret],
      ['sign-in', secret],
      ['apps', secret],
      ['apps', 'forget', 'x', secret],
      ['help', secret],
      [`--${secret}`],
      ['token', `--${secret}`],
      ['uninstall-data', `--${secret}`],
      ['diagnose', '--port', secret],
      ['headless', '--port', secret],
      ['use', secret],
      ['diagnose', secret],
      ['headless', secret],
    ]) {
      const { stdout, stderr } = await runCommand(process.execPath, [
        CLI,
        ...args,
        ...(args[0] === 'help' ? [] : ['--data-dir', dataDir]),
      ])
      expect(stdout + stderr, args.join(' ')).not.toContain(secret)
    }
  }
})
