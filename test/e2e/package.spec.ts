// What would ship: the packed app, made by electron-builder around a stub of Electron's distribution,
// for neither Electron nor a packaging tool can be fetched everywhere.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { extractFile, listPackage } from '@electron/asar'
import fuses from '@electron/fuses'
import { expect, test } from '@playwright/test'

const ROOT = join(import.meta.dirname, '..', '..')
const { FuseV1Options, getCurrentFuseWire } = fuses
const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** What Electron's own binary holds for fuses to be written behind: version 1, nine fuses. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('0'.repeat(9)),
])

let folder: string
const packed = (path: string): string => join(folder, 'out', 'linux-unpacked', path)

test.describe.configure({ mode: 'default' })

test.beforeAll(async () => {
  test.setTimeout(120_000)
  folder = await mkdtemp(join(tmpdir(), 'latchkey-package-'))
  const stub = join(folder, 'electron')
  await mkdir(join(stub, 'resources'), { recursive: true })
  await mkdir(join(stub, 'locales'))
  await writeFile(join(stub, 'electron'), FUSES, { mode: 0o755 })
  const { version } = require('electron/package.json') as { version: string }
  await writeFile(join(stub, 'version'), version)

  const builder = join(dirname(require.resolve('electron-builder/package.json')), 'cli.js')
  await run(
    process.execPath,
    [
      builder,
      '--linux',
      'dir',
      `-c.electronDist=${stub}`,
      `-c.directories.output=${join(folder, 'out')}`,
    ],
    { cwd: ROOT },
  )
})

test.afterAll(() => rm(folder, { recursive: true, force: true }))

test('the archive holds the app’s own files, and nothing else of the source tree', () => {
  const own = listPackage(packed('resources/app.asar'), { isPack: false }).filter(
    (path) => !path.startsWith('/node_modules') && /\.\w+$/.test(path),
  )
  expect(own.toSorted()).toEqual(
    [
      ...['auth0', 'guard', 'models', 'openapi', 'pkce', 'problem', 'seed', 'server'].map(
        (name) => `/dist/main/api/${name}.js`,
      ),
      '/dist/main/api/socket-owner.js',
      ...[
        'agent',
        'api-flows',
        'attempt',
        'authorize',
        'callback',
        'custody',
        'discovery',
        'end-session',
        'endings',
        'errors',
        'http',
        'http-failure',
        'identity',
        'loopback',
        'model',
        'openings',
        'pages',
        'pkce',
        'proxy',
        'renewal',
        'token',
      ].map((name) => `/dist/main/auth/${name}.js`),
      ...[
        'browser',
        'cipher',
        'ipc-server',
        'lockdown',
        'network',
        'notify',
        'power',
        'scheme',
        'store',
        'tray',
        'window',
      ].map((name) => `/dist/main/electron/${name}.js`),
      ...['check', 'computer', 'ports', 'provider', 'running'].map(
        (name) => `/dist/main/checks/${name}.js`,
      ),
      ...['menu', 'notice', 'printable', 'record', 'report', 'status'].map(
        (name) => `/dist/main/present/${name}.js`,
      ),
      ...[
        'announcement',
        'bind',
        'cipher',
        'clock',
        'compose',
        'demo',
        'diagnose',
        'errno',
        'index',
        'ipc',
        'log',
        'owner',
        'port-holder',
        'read-body',
        'replace-file',
        'settings',
        'vault',
      ].map((name) => `/dist/main/${name}.js`),
      '/dist/main/preload.cjs',
      '/dist/renderer/renderer.js',
      '/dist/renderer/view.js',
      ...['icon', 'tray', 'tray@2x', 'trayTemplate', 'trayTemplate@2x'].map(
        (name) => `/main/assets/${name}.png`,
      ),
      '/package.json',
      '/renderer/index.html',
      '/renderer/style.css',
    ].toSorted(),
  )
})

test('it ships the packages it needs, and no other', () => {
  const names = listPackage(packed('resources/app.asar'), { isPack: false }).flatMap((path) => {
    const found = /^\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)
    return found ? [found[1]!] : []
  })
  expect(names.toSorted()).toEqual(PACKAGES)
})

test('the packed package.json names the app and holds no scripts', () => {
  const content = JSON.parse(
    extractFile(packed('resources/app.asar'), 'package.json').toString(),
  ) as Record<string, unknown>
  expect(content).toMatchObject({ name: 'latchkey', main: 'dist/main/index.js', type: 'module' })
  expect(content).not.toHaveProperty('devDependencies')
  expect(content).not.toHaveProperty('scripts')
})

test('S33: the fuses let nobody use the app as a Node, and load no code but its own archive', async () => {
  const wire = await getCurrentFuseWire(packed('latchkey'))
  const [off, on] = ['0', '1'].map((character) => character.charCodeAt(0))
  expect(wire[FuseV1Options.RunAsNode]).toBe(off)
  expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(off)
  expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(off)
  expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(on)
  expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(on)
  expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(off)
})

/** axios, electron-log, electron-store, hono, jose and zod, with all that they stand on. */
const PACKAGES: readonly string[] = `
  @hono/node-server agent-base ajv ajv-formats async-function async-generator-function asynckit atomically axios
  call-bind-apply-helpers combined-stream conf debounce-fn debug delayed-stream dot-prop
  dunder-proto electron-log electron-store env-paths es-define-property es-errors es-object-atoms
  es-set-tostringtag fast-deep-equal fast-uri follow-redirects form-data function-bind
  generator-function get-intrinsic get-proto gopd has-symbols has-tostringtag hasown hono
  https-proxy-agent is-safe-filename jose json-schema-traverse json-schema-typed math-intrinsics
  mime-db mime-types mimic-function ms proxy-from-env require-from-string semver stubborn-fs
  stubborn-utils tagged-tag type-fest uint8array-extras when-exit zod
`
  .trim()
  .split(/\s+/)
