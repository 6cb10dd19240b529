// Electron's binary in the source tree: where it is, and how it is fetched.

import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  type Dirent,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { errnoOf } from '../base/errno.js'
import { printable } from '../base/printable.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Where Electron's binary is to be, and whether it is there. */
export type Binary = {
  path: string
  found: boolean
  /** True: a folder that the person named, into which nothing is fetched. */
  named: boolean
}

/**
 * Finds the binary as Electron's own package does, which would begin to fetch a missing one:
 * `ELECTRON_OVERRIDE_DIST_PATH` names another distribution's folder.
 */
export function findBinary(
  env: Environment,
  platform: NodeJS.Platform,
  packageDirectory = electronDirectory(),
): Binary {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  // Its installer leaves it; where it never ran, every system has its own.
  const note = join(packageDirectory, 'path.txt')
  const file = existsSync(note) ? readFileSync(note, 'utf8') : fileOn(platform)
  const path = join(override || join(packageDirectory, 'dist'), file)
  // The installer writes the note last.
  const found = existsSync(path) && (Boolean(override) || existsSync(note))
  return { path, found, named: Boolean(override) }
}

function fileOn(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'Electron.app/Contents/MacOS/Electron'
    case 'win32':
      return 'electron.exe'
    default:
      return 'electron'
  }
}

function electronDirectory(): string {
  return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
}

export type FetchDeps = {
  env: Environment
  /** Whether what is written can be overwritten, as on a terminal. */
  isTerminal: boolean
  write(text: string): void
  packageDirectory?: string
}

/** Fetches the binary, and shows how far that is. Null, or why it could not. */
export async function fetchBinary(deps: FetchDeps): Promise<string | null> {
  const { env, isTerminal, write, packageDirectory = electronDirectory() } = deps
  write(`Fetching Electron, once …${isTerminal ? '' : '\n'}`)
  // The installer loads into a folder of its own in this one before it unpacks: so far it has come.
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-electron-'))
  const installer = spawn(process.execPath, [join(packageDirectory, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LONGEST_FETCH_MS,
    env: { ...env, ...proxyVariables(env), TMPDIR: folder, TEMP: folder, TMP: folder },
  })
  let output = ''
  installer.stderr.setEncoding('utf8').on('data', (chunk: string) => void (output += chunk))
  let most = 0
  const show = (): void => {
    // It falls when the file has moved on to be unpacked.
    most = Math.max(most, bytesIn(folder))
    write(`\rFetching Electron, once … ${(most / 1e6).toFixed(0)} of about 120 MB`)
  }
  const timer = isTerminal ? setInterval(show, 500) : undefined
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    installer.once('error', (error) => resolve([null, error.message]))
    installer.once('close', (...ended) => resolve(ended))
  })
  clearInterval(timer)
  if (isTerminal) write('\n')
  rmSync(folder, { recursive: true, force: true })
  if (code === 0) return null
  const message =
    signal === 'SIGTERM' ? `it took over ${LONGEST_FETCH_MS / 60_000} minutes` : lastLine(output)
  return `Electron's binary could not be fetched${message === '' ? '' : `: ${message}`}.`
}

/** Long enough for 120 MB over a slow line. */
const LONGEST_FETCH_MS = 10 * 60_000

/**
 * What makes Electron's installer use a proxy: it reads `HTTPS_PROXY` and `HTTP_PROXY`, but only where
 * it is told to.
 */
function proxyVariables(env: Environment): Record<string, string> {
  const get = (name: string): string => env[name.toLowerCase()] || env[name] || ''
  const all = get('ALL_PROXY')
  const https = get('HTTPS_PROXY') || all
  const http = get('HTTP_PROXY') || all
  if (https === '' && http === '') return {}
  return {
    ...(https === '' ? {} : { HTTPS_PROXY: https, https_proxy: https }),
    ...(http === '' ? {} : { HTTP_PROXY: http, http_proxy: http }),
    ELECTRON_GET_USE_PROXY: env['ELECTRON_GET_USE_PROXY'] || '1',
  }
}

function bytesIn(folder: string): number {
  const sizeOf = (entry: Dirent): number =>
    entry.isDirectory()
      ? bytesIn(join(folder, entry.name))
      : (statSync(join(folder, entry.name), { throwIfNoEntry: false })?.size ?? 0)
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
  } catch (thrown) {
    // The installer has moved it on.
    if (errnoOf(thrown) === 'ENOENT') return 0
    throw thrown
  }
}

/** The last line that says something: not the calls that led there. A proxy's password is left out. */
export function lastLine(output: string): string {
  const lines = output.split('\n').map(printable)
  const said = lines.filter((line) => /\S/.test(line) && !/^\s+at |^[\s{}]*$/.test(line))
  const line = (said.at(-1) ?? '').trim().replace(/\/\/[^\s/@]*@/g, '//…@')
  return line.slice(0, 300).replace(/\.$/, '')
}
