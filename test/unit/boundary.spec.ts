// Electron lives in one folder: nothing else of what ships may import it, so that it runs in Node.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'

const ROOT = join(import.meta.dirname, '..', '..')
const ELECTRON = /^(electron|electron-store)(\/|$)/
const MAY = /^main\/(index\.ts|preload\.cts|electron\/.+)$/

/** What a module imports, in any of the ways that there are; comments and texts aside. */
function importsOf(source: string): string[] {
  const code = withoutComments(source)
  const ways = [
    /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(.+?)\1/g,
    /\bimport\s*(['"])(.+?)\1/g,
    /\bcreateRequire\s*\([^)]*\)\s*\(\s*(['"`])(.+?)\1/g,
    /\b(?:import|require|require\.resolve|import\.meta\.resolve)\s*\(\s*(['"`])(.+?)\1/g,
  ]
  return ways.flatMap((way) => [...code.matchAll(way)].map((found) => found[2]!))
}

// Texts are kept, for they hold the names; a // in one of them begins no comment.
function withoutComments(source: string): string {
  const tokens = /(['"`])(?:\\.|(?!\1)[^\\])*\1|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  return source.replace(tokens, (token) => (token.startsWith('/') ? ' ' : token))
}

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path).replaceAll('\\', '/'))
    .filter((path) => /\.c?ts$/.test(path) && !path.endsWith('.d.ts'))
}

/** The file of a relative import, as the source has it. */
function fileOf(from: string, specifier: string): string {
  const path = join(dirname(from), specifier).replaceAll('\\', '/')
  return path.replace(/\.(c?)js$/, '.$1ts')
}

const SHIPPED = [...filesOf('main'), ...filesOf('renderer')]
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test('only main/index.ts, main/preload.cts and main/electron import Electron', () => {
  expect(SHIPPED).toContain('main/headless.ts')
  expect(SHIPPED).toContain('renderer/renderer.ts')
  const offenders = SHIPPED.filter(
    (path) => !MAY.test(path) && importsOf(read(path)).some((name) => ELECTRON.test(name)),
  )
  expect(offenders).toEqual([])
  expect(importsOf(read('main/electron/store.ts'))).toContain('electron-store')
})

test('nothing reaches main/electron but by main/index.ts', () => {
  const offenders = SHIPPED.filter((path) => !MAY.test(path)).filter((path) =>
    importsOf(read(path)).some((name) => MAY.test(fileOf(path, name))),
  )
  expect(offenders).toEqual([])
})

test('the window’s scripts take nothing from the main process but types', () => {
  const values = filesOf('renderer').flatMap((path) =>
    withoutComments(read(path))
      .split(/(?=^import\b)/m)
      .filter((statement) => /^import\b/.test(statement) && !/^import type\b/.test(statement))
      .flatMap((statement) => importsOf(statement).filter((name) => name.includes('/main/'))),
  )
  expect(values).toEqual([])
})

for (const [way, source] of [
  ['named', `import { app } from 'electron'`],
  ['over several lines', `import {\n  app,\n  net,\n} from "electron"`],
  ['of a type', `import type { App } from 'electron'`],
  ['of everything', `import * as all from 'electron/main'`],
  ['of a default', `import Store from 'electron-store'`],
  ['without a name', `import 'electron'`],
  ['passed on', `export { app } from 'electron'`],
  ['with require', `import electron = require('electron')`],
  ['with createRequire', `const { app } = createRequire(import.meta.url)('electron')`],
  ['at run time', 'const { app } = await import(`electron`)'],
  ['behind a text with //', `const url = 'https://x'; import('electron')`],
] as const) {
  test(`an import ${way} is seen`, () => {
    expect(importsOf(source).some((name) => ELECTRON.test(name))).toBe(true)
  })
}

test('a word in a comment, and another package’s name, are no imports', () => {
  const source = `
    // import { app } from 'electron'
    /* require('electron') */
    import { x } from 'electronic'
    import { y } from './electron.js'
  `
  expect(importsOf(source).some((name) => ELECTRON.test(name))).toBe(false)
})
