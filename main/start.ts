// Starts the tray app from the source tree; the headless program where there can be no tray.

// eslint-disable-next-line import/no-unassigned-import -- what it does is all that it is for
import './no-inspector.js'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { explainFailure } from './compose.js'
import { findHome } from './home.js'
import { helpText, joinFlags, readSettings, type Settings } from './settings.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Long enough for 110 MB over a slow line. */
const FETCH_TIMEOUT_MS = 10 * 60_000
const EARLY_MS = 5_000

const flags = process.argv.slice(2)
if (flags.includes('--help')) {
  process.stdout.write(`${helpText()}\n`)
} else {
  await start(readOrExit(flags))
}

/**
 * 1. Where no provider is configured, sign in at the embedded demo provider.
 * 2. Where Electron can run here and its binary is there or can be fetched, start the tray app.
 * 3. Else say why not, in one line, and start the headless program, which begins a sign-in.
 */
async function start(settings: Settings): Promise<void> {
  if (settings.issuer === null && !settings.demo) flags.unshift('--demo-if-unset')
  const obstacle = obstacleToElectron() ?? (await fetchElectron())
  const failure = obstacle ?? (await runElectron())
  if (failure === null) return
  process.stderr.write(`${failure} Latchkey starts without its tray, in this terminal.\n`)
  process.argv.splice(2, Infinity, '--sign-in', ...flags)
  await import('./headless.js')
}

function readOrExit(args: readonly string[]): Settings {
  const { env, platform } = process
  try {
    return readSettings({ args, env, platform, home: findHome() })
  } catch (thrown) {
    const { message, exitCode } = explainFailure(thrown)
    process.stderr.write(`latchkey: ${message}\n`)
    process.exit(exitCode)
  }
}

/** Why Electron cannot run on this machine at all; null where it can. */
function obstacleToElectron(): string | null {
  const { env, platform } = process
  if (platform !== 'linux') return null
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) {
    return 'Electron needs a desktop, and there is none here.'
  }
  return process.getuid?.() === 0 ? 'Electron does not run as root.' : null
}

/** Fetches Electron's binary where it is missing. Why it could not; null where it is there. */
async function fetchElectron(): Promise<string | null> {
  if (existsSync(electronPath() ?? '')) return null
  process.stderr.write('Fetching Electron, once …\n')
  // Its output is for those who install it by hand: the stack of a failed download.
  const installer = spawn(process.execPath, [join(electronDirectory(), 'install.js')], {
    stdio: 'ignore',
    timeout: FETCH_TIMEOUT_MS,
  })
  await once(installer, 'close')
  return existsSync(electronPath() ?? '') ? null : "Electron's binary could not be fetched."
}

function electronDirectory(): string {
  return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
}

/** Where Electron's binary is, by the file that its installer leaves; null where it left none. */
function electronPath(): string | null {
  const note = join(electronDirectory(), 'path.txt')
  const distribution = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (!existsSync(note)) return distribution ? join(distribution, 'electron') : null
  return join(distribution ?? join(electronDirectory(), 'dist'), readFileSync(note, 'utf8'))
}

/** Runs the tray app to its end. Why it could not start; null where it did. */
async function runElectron(): Promise<string | null> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const app = spawn(electronPath()!, [ROOT, ...joinFlags(flags)], { stdio: 'inherit', env })
  // Ctrl-C reaches both; SIGTERM only this one.
  const ignore = (): void => undefined
  const pass = (): void => void app.kill('SIGTERM')
  process.on('SIGINT', ignore).on('SIGTERM', pass)
  const startedMs = Date.now()
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    app.once('error', (error) => resolve([null, error.message]))
    app.once('exit', (...ended) => resolve(ended))
  })
  process.off('SIGINT', ignore).off('SIGTERM', pass)
  // Kernels that give programs of ordinary users no sandbox have it end at once.
  if (code === null && Date.now() - startedMs < EARLY_MS) {
    return `Electron ended as it started (${signal}).`
  }
  process.exitCode = code ?? 1
  return null
}
