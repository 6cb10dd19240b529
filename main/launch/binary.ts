// Finds Electron's binary in the source tree, and fetches it if it is missing.

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
import type { Environment } from '../base/environment.js'
import { readErrno } from '../base/errno.js'
import { printable } from '../base/printable.js'
import { LAUNCH_MESSAGES } from './launch-messages.js'

/** The place for Electron's binary. */
export type Binary = {
  path: string
  found: boolean
  /** True if the user named the folder. Nothing is fetched into it then. */
  named: boolean
}

/**
 * Finds the binary in the same way as Electron's own package, which would fetch a missing one at once.
 * `ELECTRON_OVERRIDE_DIST_PATH` names the folder of another distribution.
 */
export function findBinary(
  env: Environment,
  platform: NodeJS.Platform,
  packageDirectory = findElectronPackage(),
): Binary {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  // The installer writes this file. Before that, the program's name depends on the system.
  const pathFile = join(packageDirectory, 'path.txt')
  const file = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : programOn(platform)
  const path = join(override || join(packageDirectory, 'dist'), file)
  // The installer writes this file last.
  const found = existsSync(path) && (Boolean(override) || existsSync(pathFile))
  return { path, found, named: Boolean(override) }
}

function programOn(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'Electron.app/Contents/MacOS/Electron'
    case 'win32':
      return 'electron.exe'
    default:
      return 'electron'
  }
}

function findElectronPackage(): string {
  return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
}

export type FetchDeps = {
  env: Environment
  /** True if the written text can be overwritten, as on a terminal. */
  isTerminal: boolean
  write(text: string): void
  packageDirectory?: string
}

/** Fetches the binary, and shows the progress. Returns null, or a message about the failure. */
export async function fetchBinary(deps: FetchDeps): Promise<string | null> {
  const { env, isTerminal, write, packageDirectory = findElectronPackage() } = deps
  write(`${LAUNCH_MESSAGES.fetching}${isTerminal ? '' : '\n'}`)
  // The installer downloads into a folder below this one before it unpacks. Its size is the progress.
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-electron-'))
  const installer = spawn(process.execPath, [join(packageDirectory, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LONGEST_FETCH_MS,
    env: { ...env, ...makeProxyVariables(env), TMPDIR: folder, TEMP: folder, TMP: folder },
  })
  let output = ''
  installer.stderr.setEncoding('utf8').on('data', (chunk: string) => void (output += chunk))
  let most = 0
  const show = (): void => {
    // The size falls once the installer has moved the file.
    most = Math.max(most, measure(folder))
    write(`\r${LAUNCH_MESSAGES.fetched((most / 1e6).toFixed(0))}`)
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
  const isTimeout = signal === 'SIGTERM'
  return LAUNCH_MESSAGES.notFetched(
    isTimeout ? LAUNCH_MESSAGES.fetchTimeout(LONGEST_FETCH_MS / 60_000) : lastLine(output),
  )
}

/** Long enough for 120 MB over a slow line. */
const LONGEST_FETCH_MS = 10 * 60_000

/**
 * Makes the variables for Electron's installer, which reads `HTTPS_PROXY` and `HTTP_PROXY` only if
 * `ELECTRON_GET_USE_PROXY` is set.
 */
function makeProxyVariables(env: Environment): Record<string, string> {
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

function measure(folder: string): number {
  const measureEntry = (entry: Dirent): number =>
    entry.isDirectory()
      ? measure(join(folder, entry.name))
      : (statSync(join(folder, entry.name), { throwIfNoEntry: false })?.size ?? 0)
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.reduce((sum, entry) => sum + measureEntry(entry), 0)
  } catch (thrown) {
    // The installer has moved the file.
    if (readErrno(thrown) === 'ENOENT') return 0
    throw thrown
  }
}

/** Returns the last line with a message, without the stack trace and without a proxy's password. */
function lastLine(output: string): string {
  const lines = output.split('\n').map(printable)
  const said = lines.filter((line) => /\S/.test(line) && !/^\s+at |^[\s{}]*$/.test(line))
  const line = (said.at(-1) ?? '').trim().replace(/\/\/[^\s/@]*@/g, '//…@')
  return line.slice(0, 300).replace(/\.$/, '')
}
