// Start at login on Linux: an entry in the autostart folder that every desktop reads.

import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { readErrno } from '../base/errno.js'
import { replaceFile } from '../storage/atomic-file.js'
import { makeFolder } from '../storage/make-folder.js'
import {
  createEntryReader,
  ENV,
  MARK,
  STUB,
  type EntryReader,
  type LinuxDeps,
  type Ours,
} from './autostart-entries.js'
import {
  AUTOSTART_FLAG,
  isFile,
  type Autostart,
  type AutostartState,
  type Launch,
} from './autostart.js'
import { ENTRY_MESSAGES, ENTRY_REASONS, OBSTACLES } from './autostart-messages.js'
import { editEntry, escapeValue, execObstacle, formatExec, readEntry } from './desktop-entry.js'

/**
 * Start at login by an entry in the user's own autostart folder. An entry of the same name for all users
 * counts only if the user has none, so a hidden entry of the user's turns it off.
 *
 * @see {@link https://specifications.freedesktop.org/autostart-spec/latest/}
 */
export function createLinuxAutostart(deps: LinuxDeps): Autostart {
  const { launch } = deps
  const entries = createEntryReader(deps)
  const state = (): AutostartState => readState(entries, launch)

  /** Makes a change if Latchkey may, and returns the state after it. */
  const change = (
    describe: (obstacle: string) => string,
    make: (own: Ours | null, here: Launch) => void,
  ): AutostartState => {
    const before = state()
    if (launch === null || !before.changeable) return before
    try {
      const own = entries.readOwn()
      make(own.kind === 'ours' ? own : null, launch)
      return state()
    } catch (thrown) {
      return { ...state(), message: describe(explain(thrown, dirname(entries.path))) }
    }
  }

  return {
    state,
    set(on) {
      const before = state()
      if (!on) return change(ENTRY_MESSAGES.notTurnedOff, (own) => turnOff(entries, own))
      if (before.on) return before
      return change(ENTRY_MESSAGES.notTurnedOn, (own, here) => turnOn(entries, own, here))
    },
    repair() {
      const own = entries.readOwn()
      if (own.kind !== 'ours' || !own.enabled || own.here) return state()
      // A run from the source tree takes nothing over from an installed Latchkey.
      if (launch?.installed === false && isFile(own.program)) return state()
      return change(ENTRY_MESSAGES.notUpdated, (found, here) => {
        if (found) write(entries.path, editEntry(found.text, execKeys(here, readTail(found))))
      })
    },
  }
}

function readState(entries: EntryReader, launch: Launch | null): AutostartState {
  if (launch === null) return fixed(false, ENTRY_MESSAGES.appImageGone)
  const own = entries.readOwn()
  const found = own.kind === 'none' ? entries.readShared() : own
  const isFound = found.kind === 'ours' && found.enabled && found.here
  const on = isFound || entries.readCopies().some(({ here }) => here)
  if (own.kind === 'foreign')
    return fixed(false, ENTRY_MESSAGES.leftAlone(entries.path, own.reason))
  if (own.kind === 'ours' && own.link) {
    return fixed(on, ENTRY_MESSAGES.leftAlone(entries.path, ENTRY_REASONS.isLink))
  }
  if (found.kind === 'ours' && found.enabled && !on) {
    return { on, changeable: true, message: ENTRY_MESSAGES.otherLatchkey(found.program) }
  }
  return { on, changeable: true, message: null }
}

/** Writes the user's own entry, with what the user added to it. */
function turnOn({ path }: EntryReader, own: Ours | null, here: Launch): void {
  const text = own?.text ?? STUB
  const tail = withFlags(readTail(own), here.flags ?? [])
  const exec = own?.here ? tailKeys(own.command, tail) : execKeys(here, tail)
  const keys = { ...missingKeys(text), ...exec }
  write(path, editEntry(text, { ...keys, Hidden: null, 'X-GNOME-Autostart-enabled': 'true' }))
}

/** Removes the user's own entry, or hides it if there is one for all users; hides all copies. */
function turnOff(entries: EntryReader, own: Ours | null): void {
  const forAll = entries.readShared()
  if (forAll.kind === 'ours' && forAll.enabled) {
    const text = own?.text ?? STUB
    write(entries.path, editEntry(text, { ...missingKeys(text), Hidden: 'true' }))
  } else {
    rmSync(entries.path, { force: true })
  }
  // Hidden and not removed: the user may have written the copy.
  for (const copy of entries.readCopies()) {
    if (copy.link) throw new Obstacle(OBSTACLES.copyIsLink(copy.path))
    write(copy.path, editEntry(copy.text, { Hidden: 'true' }))
  }
}

/**
 * Removes the entry in the user's own autostart folder if it is Latchkey's. `gone`: the entry was
 * removed; `left`: the entry stays, and the message says why.
 */
export function removeXdgEntry(
  deps: LinuxDeps,
): { kind: 'none' } | { kind: 'gone'; path: string } | { kind: 'left'; message: string } {
  const { path, readOwn } = createEntryReader(deps)
  const found = readOwn()
  if (found.kind === 'none') return found
  if (found.kind === 'foreign' || found.link) {
    const reason = found.kind === 'foreign' ? found.reason : ENTRY_REASONS.isLink
    return { kind: 'left', message: ENTRY_MESSAGES.leftAlone(path, reason) }
  }
  try {
    rmSync(path, { force: true })
    return { kind: 'gone', path }
  } catch (thrown) {
    const obstacle = explain(thrown, dirname(path))
    return { kind: 'left', message: ENTRY_MESSAGES.notRemoved(path, obstacle) }
  }
}

/** Its message is one of {@link OBSTACLES}. */
class Obstacle extends Error {
  override readonly name = 'Obstacle'
}

const KEYS: Readonly<Record<string, string>> = {
  Type: 'Application',
  Name: 'Latchkey',
  Comment: 'Sign in once, let your other apps use it',
  Icon: 'latchkey',
  Terminal: 'false',
  [MARK]: 'true',
}

/** Returns the usual keys that this entry lacks. The keys that it has may be the user's choice, so they stay. */
function missingKeys(text: string): Record<string, string> {
  const entry = readEntry(text)
  return Object.fromEntries(Object.entries(KEYS).filter(([key]) => !entry?.has(key)))
}

/** Returns the flag that marks a start at login, and the arguments after it: the user may have added some. */
function readTail(before: Ours | null): readonly string[] {
  const at = before?.command.indexOf(AUTOSTART_FLAG) ?? -1
  return before && at >= 0 ? before.command.slice(at) : [AUTOSTART_FLAG]
}

/** Puts `flags`, each as `--name=value`, in place of the flags of the same names. */
function withFlags([mark = '', ...rest]: readonly string[], flags: readonly string[]): string[] {
  const names = new Set(flags.map((flag) => flag.split('=', 1)[0]!))
  const others = rest.filter((argument, at) => {
    const before = at === 0 ? '' : rest[at - 1]!
    return !names.has(argument.split('=', 1)[0]!) && !names.has(before)
  })
  return [mark, ...flags, ...others]
}

/** Returns the changed keys of an entry that already starts this Latchkey; none if nothing changes. */
function tailKeys(command: readonly string[], tail: readonly string[]): Record<string, string> {
  const at = command.indexOf(AUTOSTART_FLAG)
  if (at < 0) return {}
  rejectObstacle(tail)
  const changed = [...command.slice(0, at), ...tail]
  return changed.join('\n') === command.join('\n') ? {} : { Exec: formatExec(changed) }
}

/** Returns the keys that start this Latchkey. Because of `TryExec`, desktops skip the entry once it is uninstalled. */
function execKeys({ program, args }: Launch, tail: readonly string[]): Record<string, string> {
  rejectObstacle([program, ...args, ...tail])
  // GLib and systemd look for the program before they turn %% into %. For arguments, %% works.
  const front = program.includes('%') ? [ENV, program] : [program]
  return { Exec: formatExec([...front, ...args, ...tail]), TryExec: escapeValue(program) }
}

function rejectObstacle(command: readonly string[]): void {
  const obstacle = execObstacle(command)
  if (obstacle !== null) throw new Obstacle(obstacle)
}

/** Writes all of the file or nothing. Desktops ignore the temporary file: its name does not end in .desktop. */
function write(path: string, text: string): void {
  makeFolder(dirname(path))
  replaceFile(path, text)
}

function explain(thrown: unknown, folder: string): string {
  if (thrown instanceof Obstacle) return thrown.message
  const code = readErrno(thrown)
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return OBSTACLES.readOnly(folder)
    case 'ENOSPC':
    case 'EDQUOT':
      return OBSTACLES.diskFull(folder)
    case 'ENOTDIR':
    case 'EEXIST':
      return OBSTACLES.notFolder(folder)
    default:
      return OBSTACLES.notWritten(folder, code || String(thrown))
  }
}

function fixed(on: boolean, message: string): AutostartState {
  return { on, changeable: false, message }
}
