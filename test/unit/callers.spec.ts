// Who is at the other end of a connection, with real programs (Linux).

import { copyFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProcess } from '../../main/net/caller.js'
import { expect, NODE_CLIENT, PERL_CLIENT, test } from '../support/connected.js'

test.skip(process.platform !== 'linux', 'only Linux tells who holds a socket')

const NODE = process.execPath
const PERL = '/usr/bin/perl'

test('a Node script is seen with its script', async ({ desk }) => {
  const script = join(desk.folder, 'sync.cjs')
  await writeFile(script, NODE_CLIENT)
  const { socket, pid } = await desk.connect(NODE, ['--no-warnings', script])
  const caller = await desk.callers.find(socket)
  expect(caller).toMatchObject({
    kind: 'seen',
    uid: process.getuid?.(),
    process: { pid, name: 'sync', kind: 'interpreter', script: { path: script } },
  })
  expect(caller.kind === 'seen' && caller.process.executable.path).toBe(
    await readlink('/proc/self/exe'),
  )
  expect(caller.kind === 'seen' && caller.process.parents[0]).toMatchObject({ pid: process.pid })
})

test('a script is found by its real path, from the folder of its process', async ({ desk }) => {
  await writeFile(join(desk.folder, 'real.cjs'), NODE_CLIENT)
  await symlink('real.cjs', join(desk.folder, 'link.cjs'))
  expect(await desk.find(NODE, ['link.cjs'], { cwd: desk.folder })).toMatchObject({
    kind: 'seen',
    process: { script: { path: join(desk.folder, 'real.cjs') } },
  })
})

test('a compiled program is seen without a script', async ({ desk }) => {
  // Any program of its own name will do.
  const program = join(desk.folder, 'notes')
  await copyFile(PERL, program)
  expect(await desk.find(program, PERL_CLIENT)).toMatchObject({
    kind: 'seen',
    process: { kind: 'program', name: 'notes', script: null, executable: { path: program } },
  })
})

test('curl is a tool, and its parent is known', async ({ desk }) => {
  const caller = await desk.find('/usr/bin/curl', ['-s', `http://127.0.0.1:${desk.port}/`])
  expect(caller).toMatchObject({
    kind: 'seen',
    process: { kind: 'tool', name: 'curl' },
  })
  expect(findProcess(caller)!.parents[0]).toMatchObject({ pid: process.pid })
})
