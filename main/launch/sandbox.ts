// Finds out why Chromium's sandbox, and with it Electron, cannot start on Linux, and how to fix that.

import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SANDBOX_MESSAGES } from './launch-messages.js'
import type { Obstacle } from './obstacle.js'

export type SandboxDeps = {
  /** Electron's program. Chromium's helper is in the same folder. */
  program: string
  /** Reads a file's trimmed text; null if it cannot be read. */
  read(path: string): string | null
  /** Reads a file's owner and mode; null if there is no such file. */
  stat(path: string): { uid: number; mode: number } | null
}

/** The kernel settings that deny user namespaces to ordinary users. */
const LIMITS = [
  ['kernel.apparmor_restrict_unprivileged_userns', '1'],
  ['kernel.unprivileged_userns_clone', '0'],
  ['user.max_user_namespaces', '0'],
] as const

/**
 * Finds out what Chromium's sandbox lacks. It needs user namespaces, or a helper that is setuid root.
 * Returns null if nothing seems to be missing. An AppArmor profile for the program lifts the first limit,
 * but Latchkey cannot see that.
 */
export function findSandboxObstacle({ program, read, stat }: SandboxDeps): Obstacle | null {
  const helper = join(dirname(program), 'chrome-sandbox')
  const found = stat(helper)
  if (found !== null && found.uid === 0 && (found.mode & SETUID) !== 0) return null
  const limit = LIMITS.find(
    ([key, value]) => read(`/proc/sys/${key.replaceAll('.', '/')}`) === value,
  )
  if (limit === undefined) return null
  const [key, value] = limit
  const state =
    found === null
      ? SANDBOX_MESSAGES.helperMissing
      : SANDBOX_MESSAGES.helperMode((found.mode & 0o7777).toString(8).padStart(4, '0'), found.uid)
  const message = SANDBOX_MESSAGES.cannotStart({ key, value }, helper, state)
  return { message, cures: listCures({ program, helper, key }) }
}

const SETUID = 0o4000

function listCures(options: { program: string; helper: string; key: string }): readonly string[] {
  const { program, helper, key } = options
  const quoted = quote(helper)
  const cures = [
    SANDBOX_MESSAGES.allowHelper,
    `  sudo chown root:root ${quoted} && sudo chmod 4755 ${quoted}`,
  ]
  if (key === LIMITS[0][0]) {
    cures.push(
      SANDBOX_MESSAGES.allowProgram,
      `  printf 'abi <abi/4.0>,\\nprofile latchkey-source "%s" flags=(unconfined) {\\n  userns,\\n}\\n' ` +
        `${quote(escapeGlob(program))} | sudo tee /etc/apparmor.d/latchkey-source && ` +
        'sudo apparmor_parser -r /etc/apparmor.d/latchkey-source',
    )
  }
  return [...cures, ...SANDBOX_MESSAGES.withoutSandbox]
}

/** Makes the deps of {@link findSandboxObstacle} for this system. */
export function inspectSystem(program: string): SandboxDeps {
  return {
    program,
    read(path) {
      try {
        return readFileSync(path, 'utf8').trim()
      } catch {
        // Most kernels have only some of these settings.
        return null
      }
    },
    stat: (path) => statSync(path, { throwIfNoEntry: false }) ?? null,
  }
}

function quote(text: string): string {
  return /^[\w/.@+,:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Escapes a path, because AppArmor reads it as a pattern. */
function escapeGlob(path: string): string {
  return path.replace(/[\\"*?[\]{}^]/g, '\\$&')
}
