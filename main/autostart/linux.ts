// Start at login on Linux: an entry in the autostart folder that every desktop reads.

import { lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import {
  AUTOSTART_FLAG,
  isFile,
  type Autostart,
  type AutostartState,
  type Launch,
} from './autostart.js'
import {
  editEntry,
  escapeValue,
  execObstacle,
  formatExec,
  parseExec,
  readEntry,
} from './desktop-entry.js'
import { errnoOf } from '../base/errno.js'
import { makeFolder } from '../storage/make-folder.js'
import { readRegularFile } from '../storage/regular-file.js'
import { realPath, replaceFile } from '../storage/atomic-file.js'

/** The app's id on Linux: that of its desktop file (`desktopName` in package.json), and of its entry. */
export const DESKTOP_ID = 'app.latchkey.Latchkey'

export type LinuxDeps = {
  launch: Launch | null
  env: Readonly<Record<string, string | undefined>>
  home: string
}

/**
 * An entry in the person's own autostart folder. One of the same name for all users counts where the
 * person has none, and is overruled by a hidden one.
 *
 * @see https://specifications.freedesktop.org/autostart-spec/latest/
 */
export function createLinuxAutostart({ launch, env, home }: LinuxDeps): Autostart {
  const [own, ...shared] = entryPaths(env, home) as [string, ...string[]]
  const read = (path: string): Found => readEntryFile(path, launch, env['PATH'] ?? '')
  const readShared = (): Found => shared.map(read).find(({ kind }) => kind !== 'none') ?? NONE

  /** Entries of other names that start a Latchkey too: copies, or written by the person. */
  const copies = (): (Ours & { path: string })[] =>
    entriesBeside(own).flatMap((path) => {
      const found = read(path)
      const counts = found.kind === 'ours' && found.enabled && found.command.length > 0
      return counts ? [{ ...found, path }] : []
    })

  const state = (): AutostartState => {
    if (launch === null) return fixed(false, 'The AppImage that Latchkey runs from is gone.')
    const mine = read(own)
    const found = mine.kind === 'none' ? readShared() : mine
    const isFound = found.kind === 'ours' && found.enabled && found.here
    const on = isFound || copies().some(({ here }) => here)
    if (mine.kind === 'foreign') return fixed(false, leftAlone(own, mine.reason))
    if (mine.kind === 'ours' && mine.link) return fixed(on, leftAlone(own, 'is a link'))
    if (found.kind === 'ours' && found.enabled && !on) {
      return { on, changeable: true, note: `Another Latchkey starts at login: ${found.program}.` }
    }
    return { on, changeable: true, note: null }
  }

  /** Makes a change where Latchkey may, and tells how things are then. */
  const change = (what: string, make: (mine: Ours | null, here: Launch) => void) => {
    const before = state()
    if (launch === null || !before.changeable) return before
    try {
      const mine = read(own)
      make(mine.kind === 'ours' ? mine : null, launch)
      return state()
    } catch (thrown) {
      const reason = thrown instanceof Obstacle ? thrown.message : explain(thrown, dirname(own))
      return { ...state(), note: `Start at login could not be ${what}: ${reason}.` }
    }
  }

  const turnOn = (): AutostartState =>
    change('turned on', (mine, here) => {
      const text = mine?.text ?? STUB
      const tail = withFlags(tailOf(mine), here.flags ?? [])
      const exec = mine?.here ? tailKeys(mine.command, tail) : execKeys(here, tail)
      const keys = { ...missingKeys(text), ...exec }
      write(own, editEntry(text, { ...keys, Hidden: null, 'X-GNOME-Autostart-enabled': 'true' }))
    })

  const turnOff = (): AutostartState =>
    change('turned off', (mine) => {
      const forAll = readShared()
      if (forAll.kind === 'ours' && forAll.enabled) {
        const text = mine?.text ?? STUB
        write(own, editEntry(text, { ...missingKeys(text), Hidden: 'true' }))
      } else {
        rmSync(own, { force: true })
      }
      // Hidden and not removed: it may hold what a person wrote.
      for (const copy of copies()) {
        if (copy.link) throw new Obstacle(`${copy.path} is a link, which Latchkey leaves as it is`)
        write(copy.path, editEntry(copy.text, { Hidden: 'true' }))
      }
    })

  return {
    state,
    set(on) {
      const before = state()
      if (on) return before.on ? before : turnOn()
      return turnOff()
    },
    repair() {
      const mine = read(own)
      if (mine.kind !== 'ours' || !mine.enabled || mine.here) return state()
      // A run from the source tree takes nothing over from an installed Latchkey.
      if (launch?.installed === false && isFile(mine.program)) return state()
      return change('kept on', (found, here) => {
        if (found) write(own, editEntry(found.text, execKeys(here, tailOf(found))))
      })
    },
  }
}

/**
 * Removes the entry in the person's own autostart folder if it is Latchkey's. `gone`: it is not there
 * any more; `left`: it stays, and the message says why.
 */
export function removeXdgEntry({
  launch,
  env,
  home,
}: LinuxDeps):
  { kind: 'none' } | { kind: 'gone'; path: string } | { kind: 'left'; message: string } {
  const [own] = entryPaths(env, home) as [string, ...string[]]
  const found = readEntryFile(own, launch, env['PATH'] ?? '')
  if (found.kind === 'none') return found
  if (found.kind === 'foreign') return { kind: 'left', message: leftAlone(own, found.reason) }
  if (found.link) return { kind: 'left', message: leftAlone(own, 'is a link') }
  try {
    rmSync(own, { force: true })
    return { kind: 'gone', path: own }
  } catch (thrown) {
    return {
      kind: 'left',
      message: `${own} could not be removed: ${explain(thrown, dirname(own))}.`,
    }
  }
}

type Found =
  | typeof NONE
  /** Not Latchkey's; why not is the end of a sentence about the file. */
  | { kind: 'foreign'; reason: string }
  | Ours

type Ours = {
  kind: 'ours'
  text: string
  link: boolean
  enabled: boolean
  /** True where it starts this Latchkey. */
  here: boolean
  /** Nothing where it only hides another entry. */
  command: readonly string[]
  program: string
}

const NONE = { kind: 'none' } as const

/** Why a change cannot be made, as the end of a sentence. */
class Obstacle extends Error {
  override readonly name = 'Obstacle'
}

/** By this key Latchkey knows its own entry again, wherever that Latchkey has gone. */
const MARK = 'X-Latchkey-Autostart'
const ENV = '/usr/bin/env'
const STUB = '[Desktop Entry]\n'
const KEYS: Readonly<Record<string, string>> = {
  Type: 'Application',
  Name: 'Latchkey',
  Comment: 'Sign in once, let your other apps use it',
  Icon: 'latchkey',
  Terminal: 'false',
  [MARK]: 'true',
}
/** The person's own entry, and those for all users, the more important first. */
function entryPaths(env: LinuxDeps['env'], home: string): string[] {
  // The specification has a relative path ignored.
  const { XDG_CONFIG_HOME = '', XDG_CONFIG_DIRS = '' } = env
  const own = isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(home, '.config')
  const shared = XDG_CONFIG_DIRS.split(':').filter((folder) => isAbsolute(folder))
  return [own, ...(shared.length > 0 ? shared : ['/etc/xdg'])].map((folder) =>
    join(folder, 'autostart', `${DESKTOP_ID}.desktop`),
  )
}

/** The other entries in the folder of one; none where it cannot be read. */
function entriesBeside(own: string): readonly string[] {
  try {
    return readdirSync(dirname(own))
      .filter((name) => name.endsWith('.desktop') && name !== basename(own))
      .map((name) => join(dirname(own), name))
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(thrown))) return []
    throw thrown
  }
}

const MOST_BYTES = 256 * 1024

function readEntryFile(path: string, launch: Launch | null, searched: string): Found {
  let link = false
  try {
    link = lstatSync(path).isSymbolicLink()
    if (!statSync(path).isFile()) return { kind: 'foreign', reason: 'is not a file' }
    const text = readRegularFile(path, { mostBytes: MOST_BYTES, allowLinks: true }).toString('utf8')
    return recognize(text, { link, launch, searched })
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (!link && ['ENOENT', 'ENOTDIR'].includes(code)) return NONE
    return { kind: 'foreign', reason: link ? 'is a link to nothing' : `cannot be read (${code})` }
  }
}

type Circumstances = { link: boolean; launch: Launch | null; searched: string }

function recognize(text: string, { link, launch, searched }: Circumstances): Found {
  const ours = { kind: 'ours', text, link, enabled: false, here: false } as const
  const nothing = { command: [], program: '' }
  // There is nothing in it to lose.
  if (text.trim() === '') return { ...ours, ...nothing, text: STUB }
  const entry = readEntry(text)
  if (!entry) return { kind: 'foreign', reason: 'is no desktop entry' }
  const hidden = isTrue(entry.get('Hidden'))
  const exec = entry.get('Exec')
  if (exec === undefined && hidden) return { ...ours, ...nothing }
  const command = exec === undefined ? null : parseExec(exec)
  if (!command) return { kind: 'foreign', reason: 'names no program that can be read' }
  const program = (command[0] === ENV ? command[1] : undefined) ?? command[0]!
  const here = launch !== null && startsHere(command, launch, searched)
  if (!here && !isTrue(entry.get(MARK))) return { kind: 'foreign', reason: `starts ${program}` }
  const enabled = !hidden && entry.get('X-GNOME-Autostart-enabled') !== 'false'
  return { ...ours, enabled, here, command, program }
}

/** Whether a command runs this Latchkey, be it by another program that it is handed to. */
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

/** The keys that Latchkey's entries have and this one lacks. What is there may be a person's choice. */
function missingKeys(text: string): Record<string, string> {
  const entry = readEntry(text)
  return Object.fromEntries(Object.entries(KEYS).filter(([key]) => !entry?.has(key)))
}

/** From the flag that marks a start at login on: what follows it may be a person's own. */
function tailOf(before: Ours | null): readonly string[] {
  const at = before?.command.indexOf(AUTOSTART_FLAG) ?? -1
  return before && at >= 0 ? before.command.slice(at) : [AUTOSTART_FLAG]
}

/** The same with `flags`, each as `--name=value`, in place of those of their names. */
function withFlags([mark = '', ...rest]: readonly string[], flags: readonly string[]): string[] {
  const names = new Set(flags.map((flag) => flag.split('=', 1)[0]!))
  const others = rest.filter((argument, at) => {
    const before = at === 0 ? '' : rest[at - 1]!
    return !names.has(argument.split('=', 1)[0]!) && !names.has(before)
  })
  return [mark, ...flags, ...others]
}

/** What changes in a command that starts this Latchkey already, in whatever way. */
function tailKeys(command: readonly string[], tail: readonly string[]): Record<string, string> {
  const at = command.indexOf(AUTOSTART_FLAG)
  if (at < 0) return {}
  refuseObstacle(tail)
  const changed = [...command.slice(0, at), ...tail]
  return changed.join('\n') === command.join('\n') ? {} : { Exec: formatExec(changed) }
}

/** What starts this Latchkey. By `TryExec`, desktops pass over the entry of an uninstalled one. */
function execKeys({ program, args }: Launch, tail: readonly string[]): Record<string, string> {
  refuseObstacle([program, ...args, ...tail])
  // GLib and systemd look for the program before they read its %% as %. Arguments they read well.
  const front = program.includes('%') ? [ENV, program] : [program]
  return { Exec: formatExec([...front, ...args, ...tail]), TryExec: escapeValue(program) }
}

function refuseObstacle(command: readonly string[]): void {
  const obstacle = execObstacle(command)
  if (obstacle !== null) throw new Obstacle(obstacle)
}

/** Writes all of a file or nothing. Desktops read only what ends in .desktop. */
function write(path: string, text: string): void {
  makeFolder(dirname(path))
  replaceFile(path, text)
}

function explain(thrown: unknown, folder: string): string {
  const code = errnoOf(thrown)
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `nothing may be written in ${folder}`
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk that holds ${folder} is full`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${folder} is not a folder`
    default:
      return `${folder} could not be written (${code || String(thrown)})`
  }
}

function fixed(on: boolean, note: string): AutostartState {
  return { on, changeable: false, note }
}

function leftAlone(path: string, reason: string): string {
  return `${path} ${reason}, so Latchkey leaves it as it is. Change or remove it by hand.`
}

function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1'
}
