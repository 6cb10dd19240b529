// The compiler keeps the checks of the window's calls and their contract in step.

import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { ROOT } from '../support/root.js'

const CHECKS = join('electron', 'ipc-server.ts')
const CONTRACT = 'ipc.ts'
const TSC = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
)

/** Compiles main with a part of one file replaced, and returns the compiler's output. */
const test = base.extend<{
  compile: (file: string, before: string | RegExp, after: string) => Promise<string>
}>({
  // eslint-disable-next-line no-empty-pattern
  compile: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-contract-'))
    for (const name of ['main', 'package.json', 'tsconfig.json']) {
      await cp(join(ROOT, name), join(folder, name), { recursive: true })
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
    await use(async (file, before, after) => {
      const path = join(folder, 'main', file)
      const source = await readFile(path, 'utf8')
      const changed = source.replace(before, after)
      if (before !== '') expect(changed).not.toBe(source)
      await writeFile(path, changed)
      const { stdout } = spawnSync(process.execPath, [TSC, '-p', 'main', '--noEmit'], {
        cwd: folder,
        encoding: 'utf8',
      })
      await writeFile(path, source)
      return stdout
    })
    await rm(folder, { recursive: true })
  },
})

test('the checks and the contract agree', async ({ compile }) => {
  expect(await compile(CHECKS, '', '')).toBe('')
})

for (const [what, file, before, after, channel] of [
  ['a command that the check leaves out', CHECKS, "'copy-report',", '', 'run-command'],
  [
    'a command of the check’s alone',
    CHECKS,
    "'copy-report',",
    "'copy-report', 'q',",
    'run-command',
  ],
  ['a command that the contract leaves out', CONTRACT, "  | 'copy-report'\n", '', 'run-command'],
  [
    'a setting that the check leaves out',
    CHECKS,
    'endSession: z.boolean().optional(),',
    '',
    'save-settings',
  ],
  [
    'a setting that the check wants each time',
    CHECKS,
    'endSession: z.boolean().optional(),',
    'endSession: z.boolean(),',
    'save-settings',
  ],
  [
    'an argument of another type',
    CHECKS,
    "'set-start-at-login': z.tuple([z.boolean()])",
    "'set-start-at-login': z.tuple([z.literal(true)])",
    'set-start-at-login',
  ],
  [
    'an argument that the check leaves out',
    CHECKS,
    "'test-provider': z.tuple([text])",
    "'test-provider': z.tuple([])",
    'test-provider',
  ],
  [
    'an ID of another type',
    CHECKS,
    "'sign-out-account': z.tuple([id])",
    "'sign-out-account': z.tuple([z.number()])",
    'sign-out-account',
  ],
  [
    'a decision that the check leaves out',
    CHECKS,
    "'decide-person': z.tuple([id, z.boolean()])",
    "'decide-person': z.tuple([id])",
    'decide-person',
  ],
  [
    'an answer that the check leaves out',
    CHECKS,
    "z.enum(['once', 'always', 'denied'])",
    "z.enum(['once', 'denied'])",
    'answer-consent',
  ],
  [
    'an answer without its question',
    CHECKS,
    "'answer-consent': z.tuple([id, ",
    "'answer-consent': z.tuple([id.nullable(), ",
    'answer-consent',
  ],
  ['a provider that the check leaves out', CHECKS, /'salesforce',?/, '', 'open-provider-guide'],
  [
    'a provider’s page by its link',
    CHECKS,
    /'open-provider-guide': z.tuple\(\[[^\]]+\]\),?\s*\]\)/,
    "'open-provider-guide': z.tuple([text])",
    'open-provider-guide',
  ],
  [
    'a pasted address of another type',
    CHECKS,
    "'paste-address': z.tuple([pasted])",
    "'paste-address': z.tuple([z.url().or(z.number())])",
    'paste-address',
  ],
] as const) {
  test(`${what} does not compile`, async ({ compile }) => {
    expect(await compile(file, before, after)).toContain(`"${channel} is checked otherwise"`)
  })
}
