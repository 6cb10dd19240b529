// Starts the tray app from the source tree; the headless program where there can be no tray.

// eslint-disable-next-line import/no-unassigned-import -- what it does is all that it is for
import './terminal/no-inspector.js'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { splitSwitches } from './settings/chromium-switches.js'
import { explainFailure } from './app/exit.js'
import { findHome } from './base/home.js'
import { fetchBinary, findBinary } from './launch/binary.js'
import { explainEarlyEnd } from './launch/early-end.js'
import { obstacle, type Obstacle } from './launch/obstacle.js'
import { thisSystem } from './launch/sandbox.js'
import { writeText } from './base/output.js'
import { formatHelp } from './settings/help.js'
import { joinFlags } from './settings/flags.js'
import { readSettings } from './settings/read.js'
import type { Settings } from './settings/options.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** So soon ends what hinders Electron itself. */
const EARLY_MS = 5_000
const { env, platform } = process
const { own, chromium } = splitSwitches(process.argv.slice(2))
const flags = [...own]
if (flags.includes('--help') || flags.includes('-h')) {
  writeText('stdout', formatHelp())
} else if (flags.includes('--version') || flags.includes('-V')) {
  const { version } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
    version: string
  }
  writeText('stdout', version)
} else {
  await start(readOrExit(flags))
}

/**
 * 1. Where no provider is configured, sign in at the embedded demo provider.
 * 2. Where Electron can run here and its binary is there or can be fetched, start the tray app.
 * 3. Else say why not and what can be done, and start the headless program, which begins a sign-in.
 */
async function start(settings: Settings): Promise<void> {
  if (settings.issuer === null && !settings.demo) flags.unshift('--demo-if-unset')
  const found = obstacleToElectron() ?? (await obstacleToBinary()) ?? (await runElectron())
  if (found === null) return
  const { message, cures } = found
  say(`${message} Latchkey starts without its tray, in this terminal.\n`)
  if (cures.length > 0) say(`For the tray:\n${cures.map((line) => `  ${line}\n`).join('')}`)
  process.argv.splice(2, Infinity, '--sign-in', ...flags)
  await import('./headless.js')
}

function readOrExit(args: readonly string[]): Settings {
  try {
    return readSettings({ args, env, platform, home: findHome() })
  } catch (thrown) {
    const { message, exitCode } = explainFailure(thrown)
    say(`latchkey: ${message}\n`)
    process.exit(exitCode)
  }
}

/** Why Electron cannot run on this machine at all; null where it can. */
function obstacleToElectron(): Obstacle | null {
  if (platform !== 'linux') return null
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) {
    return obstacle('Electron needs a desktop, and there is none here.')
  }
  if (process.getuid?.() === 0 && !chromium.includes('--no-sandbox')) {
    return obstacle('Electron does not run as root.')
  }
  return null
}

/** Why Electron's binary is not there and could not be fetched; null where it is. */
async function obstacleToBinary(): Promise<Obstacle | null> {
  const binary = findBinary(env, platform)
  if (binary.found) return null
  if (binary.named) {
    return obstacle(`There is no ${binary.path}, which ELECTRON_OVERRIDE_DIST_PATH points to.`)
  }
  const isTerminal = process.stderr.isTTY
  const failure = await fetchBinary({ env, isTerminal, write: say })
  return failure === null ? null : obstacle(failure)
}

/** Runs the tray app to its end. Why it could not start; null where it did. */
async function runElectron(): Promise<Obstacle | null> {
  const { path } = findBinary(env, platform)
  const { ELECTRON_RUN_AS_NODE: _, ...given } = env
  const app = spawn(path, [...chromium, ROOT, ...joinFlags(flags)], {
    stdio: 'inherit',
    env: given,
  })
  // Ctrl-C reaches both; SIGTERM only this one.
  let wasStopped = false
  const note = (): void => void (wasStopped = true)
  const pass = (): void => {
    note()
    app.kill('SIGTERM')
  }
  process.on('SIGINT', note).on('SIGTERM', pass)
  const startedMs = Date.now()
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    app.once('error', (error) => resolve([null, error.message]))
    app.once('exit', (...ended) => resolve(ended))
  })
  process.off('SIGINT', note).off('SIGTERM', pass)
  if (!wasStopped && Date.now() - startedMs < EARLY_MS) {
    const isUnsandboxed = chromium.includes('--no-sandbox')
    const deps = { sandbox: thisSystem(path), env, platform, isUnsandboxed }
    const found = await explainEarlyEnd({ code, signal }, deps)
    if (found !== null) return found
  }
  process.exitCode = code ?? 1
  return null
}

function say(text: string): void {
  writeText('stderr', text.trimEnd())
}
