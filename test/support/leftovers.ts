// What a run of the tests has left behind: outside of its own folder nothing may be new, and that is
// to be empty.

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, sep } from 'node:path'

/** What is left to itself in the project's folder: git's own, and Playwright's results. */
const APART = new Set(['.git', 'test-results', 'playwright-report'])

/** What the tools that tests use leave in a temporary folder, which the run's end removes. */
const OF_TOOLS = [
  // Chromium, where it is killed.
  /^\.org\.chromium\.Chromium\./,
  /^playwright-artifacts-/,
  /^playwright_chromiumdev_profile-/,
  /^node-compile-cache$/,
  // electron-builder's.
  /^jiti$/,
]

export type Places = {
  /** The project's folder, with all that git ignores. */
  root: string
  /** The folder for temporary files of this run. */
  temporary: string
  /** Paths that Latchkey writes to where nobody tells it another place. */
  defaults: readonly string[]
}

/** Where a Latchkey of this user's own keeps its things, and starts at login. */
export function defaultPlaces(home = homedir()): string[] {
  const config = process.env['XDG_CONFIG_HOME'] ?? join(home, '.config')
  return [
    join(config, 'latchkey'),
    join(config, 'autostart', 'app.latchkey.Latchkey.desktop'),
    join(home, 'Library', 'Application Support', 'Latchkey'),
    join(process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Latchkey'),
  ]
}

/** Notes what is there now; the returned function gives the paths that are there besides, later. */
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

/** Without what lies in a folder that is among them itself. */
function topmost(paths: readonly string[]): string[] {
  const all = new Set(paths)
  return paths.filter((path) => !ancestorsOf(path).some((folder) => all.has(folder)))
}

function ancestorsOf(path: string): string[] {
  const folders: string[] = []
  for (let at = dirname(path); at.includes(sep) && at !== dirname(at); at = dirname(at)) {
    folders.push(at)
  }
  return folders
}
