// Starts the tray app from the source tree, or the headless program if there can be no tray.

// eslint-disable-next-line import/no-unassigned-import -- imported for its effect
import './terminal/no-inspector.js'
import { spawn } from 'node:child_process'
import { APP_FOLDER, readVersion } from './base/app-folder.js'
import { splitSwitches } from './settings/chromium-switches.js'
import { explainFailure } from './app/exit.js'
import { findHome } from './base/home.js'
import { fetchBinary, findBinary } from './launch/binary.js'
import { explainEarlyEnd } from './launch/early-end.js'
import { LAUNCH_MESSAGES } from './launch/launch-messages.js'
import { makeObstacle, type Obstacle } from './launch/obstacle.js'
import { inspectSystem } from './launch/sandbox.js'
import { complain, writeProgress, writeText } from './base/output.js'
import { FROM_SOURCE } from './settings/help.js'
import { joinFlags } from './settings/flags.js'
import { readSettings } from './settings/read.js'
import type { Settings } from './settings/options.js'
import { printInformation } from './terminal/information.js'

/** If Electron ends within this time, the app has not started. */
const EARLY_MS = 5_000
const { env, platform } = process
const { own, chromium } = splitSwitches(process.argv.slice(2))
const flags = [...own]
if (!printInformation(flags, { version: readVersion(), invocation: FROM_SOURCE })) {
  await start(readOrExit(flags))
}

/**
 * 1. If no provider is configured, use the embedded demo provider.
 * 2. If Electron can run here, and its binary exists or can be fetched, start the tray app.
 * 3. Otherwise say why not and what to do, and start the headless program with a sign-in.
 */
async function start(settings: Settings): Promise<void> {
  if (settings.providers.length === 0 && !settings.demo) flags.unshift('--demo-if-unset')
  const found = findElectronObstacle() ?? (await findBinaryObstacle()) ?? (await runElectron())
  if (found === null) return
  const { message, cures } = found
  say(LAUNCH_MESSAGES.withoutTray(message))
  if (cures.length > 0)
    say([LAUNCH_MESSAGES.forTray, ...cures.map((line) => `  ${line}`)].join('\n'))
  process.argv.splice(2, Infinity, '--sign-in', ...flags)
  await import('./headless.js')
}

function readOrExit(args: readonly string[]): Settings {
  try {
    return readSettings({ args, env, platform, home: findHome() })
  } catch (thrown) {
    const { message, exitCode } = explainFailure(thrown)
    complain(message)
    process.exit(exitCode)
  }
}

/** Finds a reason why Electron cannot run on this computer; null if it can. */
function findElectronObstacle(): Obstacle | null {
  if (platform !== 'linux') return null
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) {
    return makeObstacle(LAUNCH_MESSAGES.noDesktop)
  }
  if (process.getuid?.() === 0 && !chromium.includes('--no-sandbox')) {
    return makeObstacle(LAUNCH_MESSAGES.isRoot)
  }
  return null
}

/** Fetches Electron's binary if it is missing. Returns why that failed; null if the binary exists. */
async function findBinaryObstacle(): Promise<Obstacle | null> {
  const binary = findBinary(env, platform)
  if (binary.found) return null
  if (binary.named) {
    return makeObstacle(LAUNCH_MESSAGES.noOverride(binary.path))
  }
  const isTerminal = process.stderr.isTTY
  const failure = await fetchBinary({ env, isTerminal, write: writeProgress })
  return failure === null ? null : makeObstacle(failure)
}

/** Runs the tray app until it ends. Returns why it could not start; null if it did. */
async function runElectron(): Promise<Obstacle | null> {
  const { path } = findBinary(env, platform)
  const { ELECTRON_RUN_AS_NODE: _, ...given } = env
  // Ctrl-C reaches both processes, SIGTERM only this one. It may come as soon as the app runs, so the
  // listeners are there before.
  let wasStopped = false
  const markStopped = (): void => void (wasStopped = true)
  const pass = (): void => {
    markStopped()
    app.kill('SIGTERM')
  }
  process.on('SIGINT', markStopped).on('SIGTERM', pass)
  const app = spawn(path, [...chromium, APP_FOLDER, ...joinFlags(flags)], {
    stdio: 'inherit',
    env: given,
  })
  const startedMs = Date.now()
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    app.once('error', (error) => resolve([null, error.message]))
    app.once('exit', (...ended) => resolve(ended))
  })
  process.off('SIGINT', markStopped).off('SIGTERM', pass)
  if (!wasStopped && Date.now() - startedMs < EARLY_MS) {
    const isUnsandboxed = chromium.includes('--no-sandbox')
    const deps = { sandbox: inspectSystem(path), env, platform, isUnsandboxed }
    const found = await explainEarlyEnd({ code, signal }, deps)
    if (found !== null) return found
  }
  process.exitCode = code ?? 1
  return null
}

function say(text: string): void {
  writeText('stderr', text.trimEnd())
}
