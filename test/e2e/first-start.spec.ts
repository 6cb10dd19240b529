// The first start from a fresh source tree builds what it needs to run, but not the tests.

import { expect, test } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '..', '..')
const SOURCES = ['.ci', 'main', 'renderer', 'test', 'package.json', 'tsconfig.json']

test('a first start says that it builds, builds no tests, and runs the demo', async () => {
  test.slow()
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-first-'))
  try {
    for (const name of SOURCES) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')

    const flags = ['--demo', '--json', '--port=0', `--data-dir=${join(folder, 'data')}`]
    const program = spawn('npm', ['run', '--silent', 'headless', '--', ...flags], {
      cwd: folder,
      shell: process.platform === 'win32',
    })
    const closed = once(program, 'close')
    let complaints = ''
    program.stderr.setEncoding('utf8').on('data', (text: string) => void (complaints += text))
    const lines = createInterface({ input: program.stdout })
    const listening = once(lines, 'line') as Promise<[string]>
    const [line] = await Promise.race([
      listening,
      closed.then(() => {
        throw new Error(`it ended before it listened:\n${complaints}`)
      }),
    ])
    expect(JSON.parse(line)).toMatchObject({ event: 'listening' })
    expect(complaints).toContain('Building Latchkey for the first start')
    program.stdin.write('quit\n')
    expect(await closed).toEqual([0, null])

    expect(existsSync(join(folder, 'dist/main/headless.js'))).toBe(true)
    const built = readdirSync(join(folder, 'dist')).toSorted()
    expect(built).toEqual(['demo', 'main', 'renderer', 'third-party-notices.txt'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
