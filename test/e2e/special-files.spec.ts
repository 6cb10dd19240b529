// Pipes, devices and links instead of the program's files: it reports them, runs, and ends when told.

import { execFileSync } from 'node:child_process'
import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCRIPTED, test as base } from '../support/program.js'
import { expect } from '../support/desktop-test.js'

const test = base.extend<{ dataDir: string }>({
  // eslint-disable-next-line no-empty-pattern
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'special-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  },
})

const PROVIDER = ['--issuer', 'http://127.0.0.1:9', '--client-id', 'client']
const env = { LATCHKEY_PASSPHRASE: 'correct horse battery staple' }

const KINDS = {
  'a pipe': (path: string) => void execFileSync('mkfifo', [path]),
  'a device': (path: string) => symlink('/dev/zero', path),
} as const

test.skip(process.platform === 'win32', 'Windows has no such files')

for (const [kind, make] of Object.entries(KINDS)) {
  for (const [name, said] of [
    ['session.json', /session\.json can't be read/],
    ['service.json', null],
    ['latchkey.log', /latchkey\.log is not a regular file. Latchkey continues without it/],
    ['lock', /lock was damaged, so it was ignored/],
  ] as const) {
    test(`S46: with ${kind} as ${name} it starts, and ends by SIGTERM`, async ({
      run,
      dataDir,
    }) => {
      await make(join(dataDir, name))
      const program = await run([...SCRIPTED, ...PROVIDER], { dataDir, env })
      await program.line('listening')
      const { status } = await program.line('status')
      program.process.kill('SIGTERM')
      expect(await program.ended).toBe(0)
      if (said === null) expect(program.stderr()).toBe('')
      else expect(`${program.stderr()} ${status.reason}`).toMatch(said)
    })
  }

  test(`S46: with ${kind} as settings.json it ends with a message and code 2`, async ({
    run,
    dataDir,
  }) => {
    const path = join(dataDir, 'settings.json')
    await make(path)
    const program = await run([...SCRIPTED], { dataDir })
    expect(await program.ended).toBe(2)
    expect(program.stderr()).toBe(
      `latchkey: ${path} can't be read (it is not a regular file, ENOTREGULAR).\n`,
    )
  })
}

test('S46: a log that is a link to another file does not write to that file', async ({
  run,
  dataDir,
}) => {
  const letters = join(dataDir, 'letters.txt')
  await writeFile(letters, 'Dear Ann')
  await symlink(letters, join(dataDir, 'latchkey.log'))
  const program = await run([...SCRIPTED, ...PROVIDER], { dataDir })
  await program.line('listening')
  program.type('quit')
  expect(await program.ended).toBe(0)
  expect(await readFile(letters, 'utf8')).toBe('Dear Ann')
  expect((await lstat(join(dataDir, 'latchkey.log'))).isSymbolicLink()).toBe(true)
})

test('an empty settings.json is reported on stderr, and the program starts', async ({
  run,
  dataDir,
}) => {
  const path = join(dataDir, 'settings.json')
  await writeFile(path, '')
  const program = await run([...SCRIPTED], { dataDir })
  await program.line('listening')
  program.type('quit')
  expect(await program.ended).toBe(0)
  expect(program.stderr()).toBe(`latchkey: ${path} is empty, so the defaults apply.\n`)
  expect(await readFile(path, 'utf8')).toBe('')
})
