// Why Electron ended as it started, by how it ended and what this machine lacks.

import { spawnSync } from 'node:child_process'
import { obstacle, type Obstacle } from './obstacle.js'
import { sandboxObstacle, withoutSandbox, type SandboxDeps } from './sandbox.js'
import { isScreenReachable, screenVariables, type Environment } from './screen.js'

export type EarlyEnd = {
  /** Null where a signal ended it, or where it could not be started. */
  code: number | null
  /** The signal's name, or why it could not be started. */
  signal: string | null
}

export type EarlyEndDeps = {
  sandbox: SandboxDeps
  env: Environment
  platform: NodeJS.Platform
  /** True where it ran with `--no-sandbox`. */
  isUnsandboxed: boolean
}

/** The app's own codes: it has started, and has said why it ends. */
const OWN_CODES: ReadonlySet<number | null> = new Set([0, 2, 3])

/**
 * What hindered Electron; null where it was the app that ended. What Chromium printed went to the
 * terminal: read through a pipe, it would break for the browser, which outlives the app and holds on
 * to it.
 */
export async function explainEarlyEnd(
  { code, signal }: EarlyEnd,
  deps: EarlyEndDeps,
): Promise<Obstacle | null> {
  if (OWN_CODES.has(code)) return null
  const how = code === null ? (signal ?? 'for no reason that it gave') : `code ${code}`
  const plain = `Electron ended as it started (${how}).`
  if (deps.platform !== 'linux') return obstacle(plain)
  const { program } = deps.sandbox
  // The loader's code, where the system has no program of this name either.
  if (code === 127) {
    const libraries = missingLibraries(program)
    if (libraries.length === 0) return obstacle(plain)
    return obstacle(
      `Electron lacks ${libraries.length === 1 ? 'a library' : 'libraries'} of this system: ` +
        `${libraries.join(', ')}.`,
      ['Install the packages that hold them.'],
    )
  }
  if (code === 1 && !(await isScreenReachable(deps.env))) {
    return obstacle(`Electron cannot open the screen (${screenVariables(deps.env).join(', ')}).`)
  }
  if (code === null && !deps.isUnsandboxed) {
    return sandboxObstacle(deps.sandbox) ?? obstacle(plain, withoutSandbox())
  }
  return obstacle(plain)
}

/** The libraries that a program asks for and the system does not have; none where that is not known. */
function missingLibraries(program: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map((found) => found[1]!)
}
