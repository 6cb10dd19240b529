// `npm ci` on each system: no package's script can make it fail, and it installs a Node if there is one.

import { execFile, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { ROOT } from '../support/root.js'

type Locked = {
  version: string
  os?: string | string[]
  cpu?: string | string[]
  optional?: boolean
  bin?: Record<string, string>
  engines?: Record<string, string>
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const lock = readJson('package-lock.json') as { packages: Record<string, Locked> }
const manifest = readJson('package.json') as {
  scripts: Record<string, string>
  optionalDependencies: Record<string, string>
}

/** The systems for which Electron 45 has a distribution. */
const SYSTEMS = [
  'darwin arm64',
  'darwin x64',
  'linux arm64',
  'linux x64',
  'win32 arm64',
  'win32 x64',
]

test('npm runs no package’s script here, whatever its version', async () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
  )
  const { stdout } = await promisify(execFile)(npm, ['config', 'get', 'ignore-scripts'], {
    cwd: ROOT,
    env,
    shell: process.platform === 'win32',
  })
  expect(stdout.trim()).toBe('true')
  // npm would skip these too.
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)/.test(name))).toEqual([])
  for (const name of ['start', 'headless', 'test']) {
    expect(manifest.scripts[name]).toMatch(
      /^node \.ci\/preflight\.cjs (test && tsc -b|start && node test\/tools\/build\.mjs) && /,
    )
  }
})

test('each system that Electron supports gets one Node from the lockfile, new enough for the tests', () => {
  const nodes = Object.entries(lock.packages).filter(([, { bin }]) => bin?.['node'])
  for (const [path, node] of nodes) {
    expect(node.optional).toBe(true)
    expect(manifest.optionalDependencies[path.slice('node_modules/'.length)]).toBe(node.version)
    const [major, minor] = node.version.split('.').map(Number) as [number, number]
    expect(major === 24 || (major === 22 && minor >= 15)).toBe(true)
  }
  expect(nodes.map(([, { os, cpu }]) => [os, cpu].flat().join(' ')).toSorted()).toEqual(SYSTEMS)
})

test.describe('before one of our scripts', () => {
  let folder: string
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-preflight-'))
    mkdirSync(join(folder, '.ci'))
    copyFileSync(join(ROOT, '.ci/preflight.cjs'), join(folder, '.ci/preflight.cjs'))
  })
  test.afterEach(() => rm(folder, { recursive: true, force: true }))

  const { platform, arch } = process
  const compiler = `@typescript/typescript-${platform}-${arch}`
  const bundler = `@esbuild/${platform}-${arch}`
  const install = (name: string): void => {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true })
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), '{}')
  }
  /** Runs the check as on another Node: with its version, and with or without `registerHooks`. */
  const preflight = (version = process.version, hooks = true, ...args: string[]) => {
    const as = join(folder, 'as.cjs')
    writeFileSync(
      as,
      `Object.defineProperty(process, 'version', { value: '${version}' })
       Object.defineProperty(process.versions, 'node', { value: '${version.slice(1)}' })
       if (!${hooks}) require('node:module').registerHooks = undefined`,
    )
    const command = ['--require', as, join(folder, '.ci/preflight.cjs'), ...args]
    const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
    return { status, stderr }
  }

  test('there is no message if nothing is missing', () => {
    install('esbuild')
    install(bundler)
    // This is enough for the programs, but not for the tests.
    expect(preflight()).toEqual({ status: 0, stderr: '' })
    install('typescript')
    install(compiler)
    expect(preflight(process.version, true, 'test')).toEqual({ status: 0, stderr: '' })
    expect(preflight('v20.19.0', false)).toEqual({ status: 0, stderr: '' })
  })

  test('only the first start says that it builds', () => {
    install('esbuild')
    install(bundler)
    expect(preflight(process.version, true, 'start')).toEqual({
      status: 0,
      stderr: 'Building Latchkey for the first start. This takes a moment.\n',
    })
    mkdirSync(join(folder, 'dist/main'), { recursive: true })
    writeFileSync(join(folder, 'dist/main/start.js'), '')
    expect(preflight(process.version, true, 'start')).toEqual({ status: 0, stderr: '' })
  })

  test('one line names the missing part', () => {
    expect(preflight()).toEqual({
      status: 1,
      stderr: "latchkey: Latchkey's packages are not installed. Run `npm ci` first.\n",
    })
    install('esbuild')
    expect(preflight()).toEqual({
      status: 1,
      stderr:
        `latchkey: ${bundler}, the esbuild for this machine, is not installed. ` +
        'Run `npm ci` without omitting development or optional packages.\n',
    })
    install(bundler)
    install('typescript')
    expect(preflight(process.version, true, 'test')).toEqual({
      status: 1,
      stderr:
        `latchkey: ${compiler}, the typescript for this machine, is not installed. ` +
        'Run `npm ci` without omitting development or optional packages.\n',
    })
  })

  test('one line says that Node is too old', () => {
    for (const version of ['v20.18.3', 'v18.20.8']) {
      expect(preflight(version)).toEqual({
        status: 1,
        stderr: `latchkey: Latchkey needs Node 20.19 or newer; this is ${version}.\n`,
      })
    }
    expect(preflight('v20.20.2', false, 'test')).toEqual({
      status: 1,
      stderr:
        'latchkey: The tests need Node 22.15 or newer, or 24; this is v20.20.2. ' +
        '`npm ci` installs one, unless it omits optional packages.\n',
    })
  })
})
