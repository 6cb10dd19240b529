// The compiler keeps the checks of the window's calls and their contract in step.

import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { ROOT } from '../support/root.js'

const CHECKS = 'electron/ipc-server.ts'
const CONTRACT = 'ipc.ts'
const TSC = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
)

/** Changes that break the agreement, each with the channel that the compiler must name. */
const CHANGES = [
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
] as const

/** What the compiler says about main, with a copy of the checks and the contract for each change. */
let output: readonly string[] = []

// One worker runs all tests of this file, so that the compiler runs once.
test.describe.configure({ mode: 'default' })

test.beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-contract-'))
  for (const name of ['main', 'package.json', 'tsconfig.json']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const texts = {
    [CHECKS]: await readFile(join(ROOT, 'main', CHECKS), 'utf8'),
    [CONTRACT]: await readFile(join(ROOT, 'main', CONTRACT), 'utf8'),
  }
  for (const [index, [, file, before, after]] of CHANGES.entries()) {
    const changed = texts[file].replace(before, after)
    expect(changed).not.toBe(texts[file])
    const checks = file === CHECKS ? changed : texts[CHECKS]
    const contract = file === CONTRACT ? changed : texts[CONTRACT]
    const copied = checks.replace("'../ipc.js'", `'../ipc-${index}.js'`)
    expect(copied).not.toBe(checks)
    await writeFile(join(folder, 'main', toCopy(CHECKS, index)), copied)
    await writeFile(join(folder, 'main', toCopy(CONTRACT, index)), contract)
  }
  output = await compile(folder)
  await rm(folder, { recursive: true })
})

/** Returns the compiler's errors. Each begins with the name of its file. */
function compile(folder: string): Promise<string[]> {
  const command = [TSC, '-p', 'main', '--noEmit', '--pretty', 'false']
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: folder }, (_error, stdout) =>
      // The lines of one error are indented, except the first.
      resolve(stdout.split(/\n(?=\S)/).filter((text) => text !== '')),
    )
  })
}

function toCopy(file: string, index: number): string {
  return file.replace('.ts', `-${index}.ts`)
}

const isAbout = (file: string) => (error: string) => error.startsWith(`main/${file}(`)

test('the checks and the contract agree', () => {
  const copies = CHANGES.map((_change, index) => isAbout(toCopy(CHECKS, index)))
  expect(output.filter((error) => !copies.some((isCopy) => isCopy(error)))).toEqual([])
})

for (const [index, [what, , , , channel]] of CHANGES.entries()) {
  test(`${what} does not compile`, () => {
    const errors = output.filter(isAbout(toCopy(CHECKS, index)))
    expect(errors.join('\n')).toContain(`"${channel} is checked otherwise"`)
  })
}
