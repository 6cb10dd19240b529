// The completions and the manual page of the command line, as they are in the assets.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { COMMANDS } from '../../main/cli/commands-table.js'
import { FLAG_NAMES, toFlag } from '../../main/settings/option-names.js'
import { findProgram } from '../support/program-path.js'
import { ROOT } from '../support/root.js'
import { makeCommandLineFiles } from '../tools/command-line-files.js'

const COMPLETIONS = join(ROOT, 'main/assets/completions')
const MAN_PAGE = join(ROOT, 'main/assets/latchkey.1')
const NAMES = COMMANDS.map(({ name }) => name)

test('the files are those that `npm run completions` writes', () => {
  for (const [path, content] of makeCommandLineFiles()) {
    expect(readFileSync(join(ROOT, path), 'utf8'), path).toBe(content)
  }
})

test('each file names each command, each flag and each setting', () => {
  const flags = COMMANDS.flatMap((command) => command.flags.map(({ name }) => name))
  const settings = FLAG_NAMES.map(toFlag)
  for (const [path, content] of makeCommandLineFiles()) {
    const plain = content.replaceAll('\\-', '-')
    for (const name of [...NAMES, ...flags, ...settings]) expect(plain, path).toContain(name)
  }
})

const CHECKS = {
  'latchkey.bash': ['bash', '-n'],
  _latchkey: ['zsh', '-n'],
  'latchkey.fish': ['fish', '--no-execute'],
} as const

for (const [file, [shell, flag]] of Object.entries(CHECKS)) {
  test(`${shell} can read its completions`, () => {
    test.skip(findProgram(shell) === null, `${shell} is not installed`)
    const { status, stderr } = spawnSync(shell, [flag, join(COMPLETIONS, file)], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
}

test('PowerShell can read its completions', () => {
  test.skip(findProgram('pwsh') === null, 'pwsh is not installed')
  const command = `[void][scriptblock]::Create((Get-Content -Raw '${join(COMPLETIONS, 'latchkey.ps1')}'))`
  execFileSync('pwsh', ['-NoProfile', '-Command', command])
})

test('PowerShell 5.1, which reads files by the code page, can read its completions', () => {
  // Line breaks and printable ASCII.
  expect(readFileSync(join(COMPLETIONS, 'latchkey.ps1'), 'utf8')).toMatch(/^[\n\x20-\x7e]+$/)
})

test('man shows the manual page without a warning', () => {
  const canShow = spawnSync('man', ['--version']).status === 0 && findProgram('groff') !== null
  test.skip(!canShow, 'man and groff are not installed')
  const { stdout, stderr } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', MAN_PAGE], {
    encoding: 'utf8',
    env: { ...process.env, MANPAGER: 'cat', PAGER: 'cat', MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
  })
  expect(stderr).toBe('')
  for (const name of NAMES) expect(stdout).toContain(`latchkey ${name}`)
  expect(stdout).toContain('printf \'Authorization: Bearer %s\\n\' "$token" | ')
})

test('groff and mandoc find nothing wrong in the manual page', () => {
  const groff = ['groff', '-ww', '-man', '-Tutf8', '-z', MAN_PAGE]
  const mandoc = ['mandoc', '-T', 'lint', '-W', 'warning', MAN_PAGE]
  const checks = [groff, mandoc].filter(([program]) => findProgram(program!) !== null)
  test.skip(checks.length === 0, 'neither groff nor mandoc is installed')
  for (const [program, ...args] of checks) {
    const { stdout, stderr } = spawnSync(program!, args, { encoding: 'utf8' })
    expect([program, stdout, stderr]).toEqual([program, '', ''])
  }
})

test('the manual page says how to turn on the service of the package', () => {
  const page = readFileSync(MAN_PAGE, 'utf8').replaceAll('\\-', '-')
  const packaged = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')
  const unit = /latchkey\.service=(\S+)/.exec(packaged)?.[1]
  expect(unit).toBeTruthy()
  expect(page).toContain(`${unit}\n`)
  expect(page).toContain('systemctl --user enable --now latchkey.service')
})
