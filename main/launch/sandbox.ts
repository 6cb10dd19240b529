// What keeps Chromium's sandbox, and with it Electron, from starting on a Linux, and what cures it.

import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Obstacle } from './obstacle.js'

export type SandboxDeps = {
  /** Electron's program; Chromium's helper lies beside it. */
  program: string
  /** A file's text without blanks around it; null where there is none to be read. */
  read(path: string): string | null
  /** A file's owner and mode; null where there is none. */
  stat(path: string): { uid: number; mode: number } | null
}

/** The parts of the kernel's configuration that take user namespaces from ordinary users. */
const LIMITS = [
  ['kernel.apparmor_restrict_unprivileged_userns', '1'],
  ['kernel.unprivileged_userns_clone', '0'],
  ['user.max_user_namespaces', '0'],
] as const

/**
 * Looks for what Chromium's sandbox lacks: it stands on user namespaces, or on a helper that is setuid
 * root. Null where nothing is seen to be missing. An AppArmor profile for the program lifts the first
 * limit, which cannot be seen from here.
 */
export function sandboxObstacle({ program, read, stat }: SandboxDeps): Obstacle | null {
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
      ? 'is missing'
      : `has mode ${(found.mode & 0o7777).toString(8).padStart(4, '0')} and owner ${found.uid}`
  const message =
    `Chromium's sandbox cannot start: this system gives programs no user namespaces (${key} is ` +
    `${value}), and ${helper} ${state}, not 4755 and 0.`
  return { message, cures: curesFor({ program, helper, key }) }
}

const SETUID = 0o4000

function curesFor(options: { program: string; helper: string; key: string }): readonly string[] {
  const { program, helper, key } = options
  const quoted = quote(helper)
  const cures = [
    'Let its helper run as root, which is needed again after each update of Electron:',
    `  sudo chown root:root ${quoted} && sudo chmod 4755 ${quoted}`,
  ]
  if (key === LIMITS[0][0]) {
    cures.push(
      'or give this Electron an AppArmor profile that allows user namespaces:',
      `  printf 'abi <abi/4.0>,\\nprofile latchkey-source "%s" flags=(unconfined) {\\n  userns,\\n}\\n' ` +
        `${quote(escapeGlob(program))} | sudo tee /etc/apparmor.d/latchkey-source && ` +
        'sudo apparmor_parser -r /etc/apparmor.d/latchkey-source',
    )
  }
  return [...cures, ...withoutSandbox()]
}

/** The choice that is left where there is no cure. */
export function withoutSandbox(): readonly string[] {
  return [
    "or go without the sandbox for one run: a flaw in Chromium could then reach all that's yours, if",
    "the window's page, which is Latchkey's own, were made to use it:",
    '  npm start -- --no-sandbox',
  ]
}

/** This system, for {@link sandboxObstacle}. */
export function thisSystem(program: string): SandboxDeps {
  return {
    program,
    read(path) {
      try {
        return readFileSync(path, 'utf8').trim()
      } catch {
        // Most kernels have only some of them.
        return null
      }
    },
    stat: (path) => statSync(path, { throwIfNoEntry: false }) ?? null,
  }
}

function quote(text: string): string {
  return /^[\w/.@+,:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** AppArmor takes a path for a pattern. */
function escapeGlob(path: string): string {
  return path.replace(/[\\"*?[\]{}^]/g, '\\$&')
}
