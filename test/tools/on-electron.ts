// Runs the specs of the tray app on Electron itself: `npm run test:electron`. Fetches Electron's binary if it
// is missing, and provides a screen and a session bus if this Linux has none.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../main/base/environment.js'
import { electronBinary } from '../driver/back-end.js'
import { findProgram } from '../support/program-path.js'
import { ROOT } from '../support/root.js'

/** All specs that start the app through test/driver/driver.ts. */
const SPECS = ['test/e2e/desktop', 'test/e2e/canary']

type Surroundings = {
  platform: NodeJS.Platform
  env: Environment
  /** Whether there is a program of this name. */
  has(program: string): boolean
}

/** The programs that wrap the run, outermost first. Throws if one is missing. */
export function wrappersFor({ platform, env, has }: Surroundings): string[] {
  if (platform !== 'linux') return []
  const wrappers: string[] = []
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) {
    if (!has('xvfb-run')) {
      throw new Error('Electron needs a screen: start this on a desktop, or install xvfb.')
    }
    wrappers.push('xvfb-run', '--auto-servernum')
  }
  // The bus goes inside the screen, because it starts programs there.
  if (!env['DBUS_SESSION_BUS_ADDRESS'] && has('dbus-run-session')) {
    wrappers.push('dbus-run-session', '--')
  }
  return wrappers
}

/** Runs a command in this terminal until it ends. Returns its exit code. */
function run(command: readonly string[], env = process.env): number {
  const [program = '', ...args] = command
  const { status, error } = spawnSync(program, args, { cwd: ROOT, env, stdio: 'inherit' })
  if (error) throw error
  return status ?? 1
}

function main(args: readonly string[]): number {
  const require = createRequire(import.meta.url)
  if ('missing' in electronBinary()) {
    run([process.execPath, join(dirname(require.resolve('electron/package.json')), 'install.js')])
    const binary = electronBinary()
    if ('missing' in binary) throw new Error(binary.missing)
  }
  const { platform, env } = process
  const playwright = join(dirname(require.resolve('@playwright/test/package.json')), 'cli.js')
  return run(
    [
      ...wrappersFor({ platform, env, has: (name) => findProgram(name) !== null }),
      process.execPath,
      playwright,
      'test',
      '--config=test/playwright.config.ts',
      // One at a time: the windows share one screen and its focus.
      '--workers=1',
      ...(args.length > 0 ? args : SPECS),
    ],
    { ...env, LATCHKEY_E2E: 'electron' },
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2))
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown)
    process.exitCode = 1
  }
}
