// The message names the program that listens on a port by its file, whatever title the process sets.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test as base } from '@playwright/test'
import { findHolder } from '../../main/net/port-holder.js'

const LISTENER = `
  const server = require('node:net').createServer()
  server.listen(0, '127.0.0.1', () => process.stdout.write(server.address().port + '\\n'))
`
const PYTHON_LISTENER = `
import socket, sys
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
print(s.getsockname()[1], flush=True)
sys.stdin.read()
`

const test = base.extend<{
  folder: string
  /** Runs a program that listens. Returns its port and its process. */
  listening: (program: string, args: readonly string[]) => Promise<{ port: number; pid: number }>
}>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-holder-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  // eslint-disable-next-line no-empty-pattern
  listening: async ({}, use) => {
    const children: ChildProcess[] = []
    await use(async (program, args) => {
      const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      children.push(child)
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      return { port: Number(line), pid: child.pid! }
    })
    for (const child of children) {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  },
})
test.skip(process.platform !== 'linux', 'only Linux reports the holder')

test('a script is named by its own name and its interpreter’s', async ({ folder, listening }) => {
  const script = join(folder, 'my server.cjs')
  await writeFile(script, LISTENER)
  for (const options of [[], ['--no-warnings'], ['--require', 'node:fs']]) {
    const { port, pid } = await listening(process.execPath, [...options, script, '--flag'])
    expect(findHolder(port)).toBe(`my server.cjs (node, PID ${pid})`)
  }
})

test('code from the command line is named by its interpreter', async ({ listening }) => {
  const { port, pid } = await listening(process.execPath, ['--eval', LISTENER])
  expect(findHolder(port)).toBe(`node (PID ${pid})`)
})

test('a Python script is named the same way', async ({ folder, listening }) => {
  const script = join(folder, 'serve.py')
  await writeFile(script, PYTHON_LISTENER)
  const { port, pid } = await listening('python3', ['-u', script])
  expect(findHolder(port)).toMatch(new RegExp(`^serve\\.py \\(python3[\\d.]*, PID ${pid}\\)$`))
})

test('S48: terminal control sequences in a program’s name are not shown unchanged', async ({
  folder,
  listening,
}) => {
  const script = join(folder, `evil\u001b]0;owned\u0007\u202e\u200b${'x'.repeat(100)}.cjs`)
  await writeFile(script, LISTENER)
  const { port, pid } = await listening(process.execPath, [script])
  expect(findHolder(port)).toBe(`evil�]0;owned���${'x'.repeat(48)} (node, PID ${pid})`)

  const program = join(folder, 'pro\u001b[2Jgram')
  await copyFile(process.execPath, program)
  const other = await listening(program, ['--eval', LISTENER])
  expect(findHolder(other.port)).toBe(`pro�[2Jgram (PID ${other.pid})`)
})

for (const flags of [['-e'], ['-pe'], ['--eval'], ['--no-warnings', '-pe']]) {
  test(`S38: code on a command line is not shown: node ${flags.join(' ')}`, async ({
    listening,
  }) => {
    const { port, pid } = await listening(process.execPath, [...flags, LISTENER])
    expect(findHolder(port)).toBe(`node (PID ${pid})`)
  })
}

test('a program whose file is gone, for example after an update, keeps its name', async ({
  folder,
  listening,
}) => {
  const program = join(folder, 'node')
  await copyFile(process.execPath, program)
  const script = join(folder, 'server.cjs')
  await writeFile(script, LISTENER)
  const { port, pid } = await listening(program, [script])
  await unlink(program)
  expect(findHolder(port)).toBe(`server.cjs (node, PID ${pid})`)
})
