// .oxlintrc.json rejects imports that don't point down, Electron outside its folder, and large functions.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { mkdtemp, rm } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { ROOT } from '../support/root.js'

/** From the top down. An import between folders on the same line, or from further up, is an error. */
const ORDER = [
  ['electron', 'terminal', 'launch', 'cli'],
  ['app'],
  ['diagnose'],
  ['settings', 'api'],
  ['present'],
  ['agent'],
  ['consent'],
  ['autostart'],
  ['storage'],
  ['oauth'],
  ['net'],
  ['base'],
]
const ROOMS = ORDER.flat()
const OXLINT = join(
  dirname(createRequire(import.meta.url).resolve('oxlint/package.json')),
  'bin',
  'oxlint',
)

let folder: string
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-layers-'))
  const { options: _, ...config } = JSON.parse(
    readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8'),
  ) as Record<string, unknown>
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config))
})
test.afterAll(() => rm(folder, { recursive: true, force: true }))

/** Returns the paths of the files, given with their sources, in which oxlint reports the rule. */
function refused(
  sources: Readonly<Record<string, string>>,
  rule = 'no-restricted-imports',
): string[] {
  for (const [path, source] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), source)
  }
  const { stdout } = spawnSync(process.execPath, [OXLINT, '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string }[]
  }
  const found = diagnostics.filter(({ code }) => code.includes(rule))
  return [...new Set(found.map(({ filename }) => filename.replaceAll('\\', '/')))].toSorted()
}

test('every folder of main/ has a place in the order', () => {
  const folders = readdirSync(join(ROOT, 'main'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'assets')
    .map(({ name }) => name)
  expect(folders.toSorted()).toEqual(ROOMS.toSorted())
})

test('an import that points up, or sideways between two folders, is rejected', () => {
  const sources: Record<string, string> = {}
  const expected: string[] = []
  for (const [from, layer] of ORDER.entries()) {
    for (const room of layer) {
      for (const [to, others] of ORDER.entries()) {
        for (const other of others.filter((name) => name !== room)) {
          const path = `main/${room}/to-${other}.ts`
          sources[path] = `import { x } from '../${other}/y.js'\nexport const z = x\n`
          // The tray app's command line belongs to the terminal and to cli.
          const isBeside = room === 'electron' && (other === 'terminal' || other === 'cli')
          const isAllowed = to > from || isBeside
          if (!isAllowed) expected.push(path)
        }
      }
      const root = `main/${room}/to-root.ts`
      sources[root] = `import type { X } from '../index.js'\nexport type Z = X\n`
      expected.push(root)
    }
  }
  expect(refused(sources)).toEqual(expected.toSorted())
})

test('only main/electron, main/index.ts and main/preload.cts import Electron', () => {
  const sources = {
    'main/index.ts': `import { app } from 'electron'\nexport const x = app\n`,
    'main/electron/one.ts': `import Store from 'electron-store'\nexport const x = Store\n`,
    'main/headless.ts': `import { app } from 'electron'\nexport const x = app\n`,
    'main/start.ts': `import { app } from 'electron/main'\nexport const x = app\n`,
    'main/ipc.ts': `import type { App } from 'electron'\nexport type X = App\n`,
    'main/app/one.ts': `import Store from 'electron-store'\nexport const x = Store\n`,
    'renderer/one.ts': `import { ipcRenderer } from 'electron'\nexport const x = ipcRenderer\n`,
  }
  const found = refused(sources).filter((path) => path in sources)
  expect(found).toEqual([
    'main/app/one.ts',
    'main/headless.ts',
    'main/ipc.ts',
    'main/start.ts',
    'renderer/one.ts',
  ])
})

test('the window imports only types from the main process', () => {
  const sources = {
    'renderer/type.ts': `import type { X } from '../main/ipc.js'\nexport type Y = X\n`,
    'renderer/value.ts': `import { x } from '../main/present/status.js'\nexport const y = x\n`,
  }
  expect(refused(sources).filter((path) => path in sources)).toEqual(['renderer/value.ts'])
})

test('the contract with the window imports nothing', () => {
  const sources = {
    'main/ipc.ts': `import type { X } from './base/clock.js'\nexport type Y = X\n`,
  }
  expect(refused(sources).filter((path) => path in sources)).toEqual(['main/ipc.ts'])
})

for (const [rule, allowed, rejected] of [
  ['max-lines-per-function', longFunction(60), longFunction(61)],
  ['complexity', branchingFunction(12), branchingFunction(13)],
  ['max-params', 'export const f = (a, b, c, d) => a\n', 'export const f = (a, b, c, d, e) => a\n'],
] as const) {
  test(`the limit of ${rule} holds for main/ and renderer/, and not for test/`, () => {
    const sources = {
      [`main/app/${rule}-allowed.ts`]: allowed,
      [`main/app/${rule}.ts`]: rejected,
      [`renderer/${rule}.ts`]: rejected,
      [`test/unit/${rule}.ts`]: rejected,
    }
    const found = refused(sources, rule).filter((path) => path in sources)
    expect(found).toEqual([`main/app/${rule}.ts`, `renderer/${rule}.ts`])
  })
}

function longFunction(lines: number): string {
  return `export function f() {\n${'  g()\n'.repeat(lines - 2)}}\n`
}

function branchingFunction(complexity: number): string {
  return `export function f(a) {\n${'  if (a) g()\n'.repeat(complexity - 1)}}\n`
}

test('no two files of main/ have the same name', () => {
  const names = readdirSync(join(ROOT, 'main'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.c?ts$/.test(path))
    .map((path) => basename(path))
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
