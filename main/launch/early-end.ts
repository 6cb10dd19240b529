// Explains why Electron ended right after its start.

import { spawnSync } from 'node:child_process'
import { EXIT } from '../app/exit.js'
import type { Environment } from '../base/environment.js'
import { LAUNCH_MESSAGES, SANDBOX_MESSAGES } from './launch-messages.js'
import { makeObstacle, type Obstacle } from './obstacle.js'
import { findSandboxObstacle, type SandboxDeps } from './sandbox.js'
import { isScreenReachable, readScreenVariables } from './screen.js'

export type EarlyEnd = {
  /** Null if a signal ended it, or if it could not be started. */
  code: number | null
  /** The signal's name, or the reason why it could not be started. */
  signal: string | null
}

export type EarlyEndDeps = {
  sandbox: SandboxDeps
  env: Environment
  platform: NodeJS.Platform
  /** True if it ran with `--no-sandbox`. */
  isUnsandboxed: boolean
}

/** Exit codes of the app itself. The app has started then, and has said why it ends. */
const OWN_CODES: ReadonlySet<number | null> = new Set([EXIT.ok, EXIT.badSettings, EXIT.inUse])

/**
 * Explains why Electron ended; null if the app itself ended. Chromium's output is not read: it goes to the
 * terminal. A pipe would break for the user's browser, which inherits it and runs longer than the app.
 */
export async function explainEarlyEnd(
  { code, signal }: EarlyEnd,
  deps: EarlyEndDeps,
): Promise<Obstacle | null> {
  if (OWN_CODES.has(code)) return null
  const how = code === null ? (signal ?? LAUNCH_MESSAGES.noReason) : `code ${code}`
  const unknown = makeObstacle(LAUNCH_MESSAGES.endedEarly(how))
  if (deps.platform !== 'linux') return unknown
  if (code === LOADER_FAILED) return findMissingLibraries(deps.sandbox.program) ?? unknown
  if (code === 1) return (await findScreenObstacle(deps.env)) ?? unknown
  if (code === null && !deps.isUnsandboxed) {
    return (
      findSandboxObstacle(deps.sandbox) ?? { ...unknown, cures: SANDBOX_MESSAGES.withoutSandbox }
    )
  }
  return unknown
}

/** The loader's exit code. A shell uses it as well if there is no such program. */
const LOADER_FAILED = 127

async function findScreenObstacle(env: Environment): Promise<Obstacle | null> {
  if (await isScreenReachable(env)) return null
  return makeObstacle(LAUNCH_MESSAGES.noScreen(readScreenVariables(env)))
}

/** Asks `ldd` for libraries that the program needs and the system does not have. */
function findMissingLibraries(program: string): Obstacle | null {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  const libraries = [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map(
    (found) => found[1]!,
  )
  if (libraries.length === 0) return null
  const cures = [LAUNCH_MESSAGES.installLibraries]
  return makeObstacle(LAUNCH_MESSAGES.missingLibraries(libraries), cures)
}
