// Names the program that listens on a port of this computer.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { printable } from '../base/printable.js'
import { listeningInodes } from './proc-net-tcp.js'

/**
 * Names the program that listens on a port, as `name (PID 42)` or `script (interpreter, PID 42)`. Null
 * if the system doesn't tell: on Linux for other users' programs, on other systems always.
 */
export function findHolder(port: number): string | null {
  try {
    const sockets = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`))
    if (sockets.size === 0) return null
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holds(pid, sockets)) return describe(pid)
    }
  } catch {
    // A table can't be read, or the program has just ended.
  }
  return null
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`))
      } catch {
        return false // Closed in the meantime.
      }
    })
  } catch {
    return false // Another user's process.
  }
}

const LONGEST_NAME = 64

/** Programs choose their names and arguments, so both are cleaned and shortened. */
function describe(pid: string): string {
  const executable = readExecutable(pid)
  const script = INTERPRETER.test(executable) ? findScript(readArguments(pid)) : null
  const shown = (name: string): string => printable(name).slice(0, LONGEST_NAME)
  return script === null
    ? `${shown(executable)} (PID ${pid})`
    : `${shown(script)} (${shown(executable)}, PID ${pid})`
}

/** The kernel names a process after its main thread, and Node calls that MainThread. */
function readExecutable(pid: string): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '')
  } catch {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  }
}

const INTERPRETER =
  /^(node|nodejs|bun|deno|electron|python|pypy|ruby|perl|php|java|dotnet|mono|lua|tclsh|(?:ba|da|k|z)?sh|busybox)[\d.]*$/

function readArguments(pid: string): readonly string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, -1)
}

/** Options whose value is the program to run. Below, common options with another value. */
const NAMES_PROGRAM = /^(-m|-jar)$/
const TAKES_VALUE =
  /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|-W|-X|-I|-cp)$/
/** Also combined, such as `node -pe`, `perl -we` and `bash -lc`. */
const HOLDS_CODE = /^(-(?!cp$)[a-zA-Z]*[cepE]|--(eval|print)(=.*)?)$/

/** Finds the script that an interpreter runs. Null if it runs code from its command line, or if the script is unclear. */
function findScript(given: readonly string[]): string | null {
  for (let at = 0; at < given.length; at++) {
    const argument = given[at]!
    if (HOLDS_CODE.test(argument)) return null
    if (NAMES_PROGRAM.test(argument)) return basename(given[at + 1] ?? '') || null
    if (TAKES_VALUE.test(argument)) at++
    else if (!argument.startsWith('-')) return basename(argument) || null
  }
  return null
}
