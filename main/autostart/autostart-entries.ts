// Reads the entries in the autostart folders of a Linux desktop, and finds those that start Latchkey.

import { lstatSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { Environment } from '../base/environment.js'
import { readErrno } from '../base/errno.js'
import { findConfigHome } from '../base/home.js'
import { realPath } from '../storage/atomic-file.js'
import { readRegularFile } from '../storage/regular-file.js'
import type { Launch } from './autostart.js'
import { ENTRY_REASONS } from './autostart-messages.js'
import { parseExec, readEntry } from './desktop-entry.js'

/** The app's id on Linux: the name of its desktop file (`desktopName` in package.json) and of its entry. */
export const DESKTOP_ID = 'app.latchkey.Latchkey'

/** Latchkey recognizes its own entry by this key, even if the program has moved. */
export const MARK = 'X-Latchkey-Autostart'
export const ENV = '/usr/bin/env'
export const STUB = '[Desktop Entry]\n'

const NONE = { kind: 'none' } as const

export type LinuxDeps = {
  launch: Launch | null
  env: Environment
  home: string
}

export type Found =
  | typeof NONE
  /** Not Latchkey's. The reason is one of {@link ENTRY_REASONS}. */
  | { kind: 'foreign'; reason: string }
  | Ours

export type Ours = {
  kind: 'ours'
  text: string
  link: boolean
  enabled: boolean
  /** True if the entry starts this Latchkey, false if it starts another one. */
  here: boolean
  /** Empty if the entry only hides another one. */
  command: readonly string[]
  program: string
}

/** Reads the files at each call: other programs change them too. */
export type EntryReader = {
  /** The path of the entry in the user's own autostart folder. */
  path: string
  readOwn(): Found
  /** Reads the most important of the entries for all users. */
  readShared(): Found
  /** Reads the user's entries of other names that start a Latchkey too: copies, or written by hand. */
  readCopies(): (Ours & { path: string })[]
}

export function createEntryReader({ launch, env, home }: LinuxDeps): EntryReader {
  const [path, ...shared] = entryPaths(env, home) as [string, ...string[]]
  const read = (at: string): Found => readEntryFile(at, launch, env['PATH'] ?? '')
  return {
    path,
    readOwn: () => read(path),
    readShared: () => shared.map(read).find(({ kind }) => kind !== 'none') ?? NONE,
    readCopies: () =>
      entriesBeside(path).flatMap((copy) => {
        const found = read(copy)
        const counts = found.kind === 'ours' && found.enabled && found.command.length > 0
        return counts ? [{ ...found, path: copy }] : []
      }),
  }
}

/** Returns the path of the user's own entry, then those for all users, the more important first. */
function entryPaths(env: Environment, home: string): string[] {
  const own = findConfigHome(env, home)
  const { XDG_CONFIG_DIRS = '' } = env
  // Programs have to ignore relative paths.
  const shared = XDG_CONFIG_DIRS.split(':').filter((folder) => isAbsolute(folder))
  return [own, ...(shared.length > 0 ? shared : ['/etc/xdg'])].map((folder) =>
    join(folder, 'autostart', `${DESKTOP_ID}.desktop`),
  )
}

/** Returns the paths of the other entries in the same folder; none if the folder cannot be read. */
function entriesBeside(own: string): readonly string[] {
  try {
    return readdirSync(dirname(own))
      .filter((name) => name.endsWith('.desktop') && name !== basename(own))
      .map((name) => join(dirname(own), name))
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(readErrno(thrown))) return []
    throw thrown
  }
}

const MOST_BYTES = 256 * 1024

function readEntryFile(path: string, launch: Launch | null, searched: string): Found {
  let link = false
  try {
    link = lstatSync(path).isSymbolicLink()
    if (!statSync(path).isFile()) return { kind: 'foreign', reason: ENTRY_REASONS.notFile }
    const text = readRegularFile(path, { mostBytes: MOST_BYTES, allowLinks: true }).toString('utf8')
    return recognize(text, { link, launch, searched })
  } catch (thrown) {
    const code = readErrno(thrown)
    if (!link && ['ENOENT', 'ENOTDIR'].includes(code)) return NONE
    const reason = link ? ENTRY_REASONS.brokenLink : ENTRY_REASONS.unreadable(code)
    return { kind: 'foreign', reason }
  }
}

type Circumstances = { link: boolean; launch: Launch | null; searched: string }

function recognize(text: string, { link, launch, searched }: Circumstances): Found {
  const ours = { kind: 'ours', text, link, enabled: false, here: false } as const
  const nothing = { command: [], program: '' }
  // An empty file contains nothing to lose.
  if (text.trim() === '') return { ...ours, ...nothing, text: STUB }
  const entry = readEntry(text)
  if (!entry) return { kind: 'foreign', reason: ENTRY_REASONS.notEntry }
  const hidden = isTrue(entry.get('Hidden'))
  const exec = entry.get('Exec')
  if (exec === undefined && hidden) return { ...ours, ...nothing }
  const command = exec === undefined ? null : parseExec(exec)
  if (!command) return { kind: 'foreign', reason: ENTRY_REASONS.noProgram }
  const program = findProgram(command)
  const here = launch !== null && startsHere(command, launch, searched)
  if (!here && !isTrue(entry.get(MARK)))
    return { kind: 'foreign', reason: ENTRY_REASONS.otherProgram(program) }
  const enabled = !hidden && entry.get('X-GNOME-Autostart-enabled') !== 'false'
  return { ...ours, enabled, here, command, program }
}

function findProgram([first = '', second]: readonly string[]): string {
  return first === ENV && second !== undefined ? second : first
}

/** True if the command runs this Latchkey, directly or as the argument of another program. */
function startsHere(command: readonly string[], launch: Launch, searched: string): boolean {
  const program = realPath(launch.program)
  const isProgram = (argument: string): boolean => {
    if (isAbsolute(argument)) return realPath(argument) === program
    if (argument.includes('/')) return false
    return searched.split(':').some((folder) => realPath(join(folder, argument)) === program)
  }
  return command.some(
    (argument, at) =>
      isProgram(argument) && launch.args.every((arg, index) => command[at + 1 + index] === arg),
  )
}

function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1'
}
