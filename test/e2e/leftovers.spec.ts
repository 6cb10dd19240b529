// A run of the tests that leaves something behind fails, and says what.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test as base } from '@playwright/test'
import { watchForLeftovers } from '../support/leftovers.js'
import { ROOT } from '../support/root.js'

const test = base.extend<{ folder: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-leftovers-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
})

test('new files in the tree, the run’s folder or at home are reported; existing ones are not', async ({
  folder,
}) => {
  const root = join(folder, 'root')
  const temporary = join(folder, 'temporary')
  const defaults = [join(folder, 'home', 'latchkey'), join(folder, 'home', 'autostart')]
  for (const made of ['.git', 'node_modules', 'dist', 'test-results']) {
    await mkdir(join(root, made), { recursive: true })
  }
  await mkdir(temporary)
  await mkdir(defaults[1]!, { recursive: true })
  await writeFile(join(root, 'dist', 'old'), '')
  const leftovers = watchForLeftovers({ root, temporary, defaults })
  expect(leftovers()).toEqual([])

  for (const made of ['.git/new', 'test-results/new', 'dist/old']) {
    await writeFile(join(root, made), 'changed')
  }
  await mkdir(join(temporary, 'node-compile-cache'))
  await writeFile(join(temporary, '.org.chromium.Chromium.Ab12Cd'), '')
  expect(leftovers()).toEqual([])

  await mkdir(join(root, 'dist', 'example-1', 'inner'), { recursive: true })
  await writeFile(join(root, 'node_modules', '.cache'), '')
  await mkdir(join(temporary, 'latchkey-1'))
  await mkdir(defaults[0]!)
  const socket = createServer().listen(join(root, '\\\\.\\pipe\\latchkey'))
  await once(socket, 'listening')
  expect(new Set(leftovers())).toEqual(
    new Set([
      join(root, 'dist', 'example-1'),
      join(root, 'node_modules', '.cache'),
      join(root, '\\\\.\\pipe\\latchkey'),
      join(temporary, 'latchkey-1'),
      defaults[0],
    ]),
  )
  socket.close()
})

test.describe('a whole run', () => {
  const CONFIG = `
    import { openRunFolder } from ${JSON.stringify(join(ROOT, 'test', 'support', 'run-folder.ts'))}
    openRunFolder()
    export default {
      reporter: [[${JSON.stringify(join(ROOT, 'test', 'support', 'reporter.ts'))}, { root: import.meta.dirname }]],
      workers: 1,
    }
  `
  const SPEC = `
    import { test } from '@playwright/test'
    import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
    import { tmpdir } from 'node:os'
    import { join } from 'node:path'
    let folder
    test('one', () => {
      folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
      writeFileSync(join(folder, 'mine'), '')
    })
    test('two', () => {
      if (process.env.LEAVE === undefined) rmSync(folder, { recursive: true })
      else writeFileSync(join(import.meta.dirname, 'left'), '')
    })
    test.skip('three', () => undefined)
  `

  for (const [what, leaves] of [
    ['that cleans up passes', false],
    ['that leaves files behind fails and names them', true],
  ] as const) {
    test(`${what}, and ends with the line that scripts read`, async ({ folder }) => {
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
      await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
      await writeFile(join(folder, 'playwright.config.ts'), CONFIG)
      await writeFile(join(folder, 'two.spec.ts'), SPEC)
      const cli = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js')
      const inherited = Object.entries(process.env).filter(
        ([name]) => !/^(TEST_|LATCHKEY_TEST)/.test(name),
      )
      const env = { ...Object.fromEntries(inherited), ...(leaves && { LEAVE: '1' }) }
      const run = spawn(process.execPath, [cli, 'test'], { cwd: folder, env })
      const [stdout, stderr, [code]] = await Promise.all([
        text(run.stdout),
        text(run.stderr),
        once(run, 'close') as Promise<[number]>,
      ])
      expect(stderr).toBe('')
      const lines = stdout.trimEnd().split('\n')
      expect(lines.slice(-2)).toEqual(['1 skipped', '2 passed, 0 failed'])
      expect(code).toBe(leaves ? 1 : 0)
      if (!leaves) return expect(lines).toHaveLength(2)
      const left = lines.slice(1, -2)
      expect(lines[0]).toBe('left behind by tests:')
      expect(left).toContain(`  ${join(folder, 'left')}`)
      expect(left.filter((line) => /lk-\w+.latchkey-/.test(line))).not.toEqual([])
    })
  }
})
