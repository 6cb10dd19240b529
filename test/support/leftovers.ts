// Finds what a test run has left behind: new files outside the run's own folder, and anything still
// in it.

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, sep } from 'node:path'

/** Ignored in the project's folder: git's own files, and Playwright's results. */
const APART = new Set(['.git', 'test-results', 'playwright-report'])

/** Files that the tests' tools leave in the temporary folder, which is removed at the end. */
const OF_TOOLS = [
  // Chromium, if it is killed.
  /^\.org\.chromium\.Chromium\./,
  /^playwright-artifacts-/,
  /^playwright_chromiumdev_profile-/,
  /^node-compile-cache$/,
  // From electron-builder.
  /^jiti$/,
]

export type Places = {
  /** The project's folder, with everything that git ignores. */
  root: string
  /** This run's folder for temporary files. */
  temporary: string
  /** Paths that Latchkey writes to by default. */
  defaults: readonly string[]
}

/** Returns the user's own data directory and login entry. */
export function defaultPlaces(home = homedir()): string[] {
  const config = process.env['XDG_CONFIG_HOME'] ?? join(home, '.config')
  return [
    join(config, 'latchkey'),
    join(config, 'autostart', 'app.latchkey.Latchkey.desktop'),
    join(home, 'Library', 'Application Support', 'Latchkey'),
    join(process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Latchkey'),
  ]
}

/** Remembers what exists now. The returned function lists what was added since. */
export function watchForLeftovers({ root, temporary, defaults }: Places): () => string[] {
  const before = pathsIn(root)
  const missing = defaults.filter((path) => !existsSync(path))
  return () => [
    ...topmost([...pathsIn(root)].filter((path) => !before.has(path))),
    ...readdirSync(temporary)
      .filter((name) => !OF_TOOLS.some((known) => known.test(name)))
      .map((name) => join(temporary, name)),
    ...missing.filter((path) => existsSync(path)),
  ]
}

function pathsIn(root: string): Set<string> {
  const entries = readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !APART.has(name))
    .flatMap((entry) => {
      const path = join(root, entry.name)
      if (!entry.isDirectory()) return [path]
      const below = readdirSync(path, { recursive: true, encoding: 'utf8' })
      return [path, ...below.map((inner) => join(path, inner))]
    })
  return new Set(entries)
}

/** Drops the paths that are inside a folder in the list. */
function topmost(paths: readonly string[]): string[] {
  const all = new Set(paths)
  return paths.filter((path) => !listAncestors(path).some((folder) => all.has(folder)))
}

function listAncestors(path: string): string[] {
  const folders: string[] = []
  for (let at = dirname(path); at.includes(sep) && at !== dirname(at); at = dirname(at)) {
    folders.push(at)
  }
  return folders
}
