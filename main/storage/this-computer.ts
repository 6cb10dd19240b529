// Identifies this computer and its current boot, and tells when one of its processes started.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { readErrno } from '../base/errno.js'

/** A field is empty if the system doesn't tell. */
export type Computer = {
  host: string
  /** A digest of the machine ID, which itself is confidential (machine-id(5)). */
  machine: string
  /** New at each boot. Containers share it with their host. */
  boot: string
  /** Process IDs are only valid within it. */
  pidNamespace: string
}

/** Reads the facts by which this computer is recognized in a lock. */
export function thisComputer(): Computer {
  if (process.platform === 'darwin') return thisMac()
  const machine = readLine('/etc/machine-id') || readLine('/var/lib/dbus/machine-id')
  return {
    host: hostname(),
    machine: hashMachine(machine),
    boot: readLine('/proc/sys/kernel/random/boot_id'),
    pidNamespace: readLink('/proc/self/ns/pid'),
  }
}

/** A Mac's host name changes with its network, so the hardware identifies it. */
function thisMac(): Computer {
  const hardware = run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'])
  const machine = /"IOPlatformUUID" = "([^"]+)"/.exec(hardware)?.[1] ?? ''
  return {
    host: hostname(),
    machine: hashMachine(machine),
    boot: run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']),
    pidNamespace: '',
  }
}

function hashMachine(machine: string): string {
  if (machine === '') return ''
  return createHash('sha256').update(`latchkey ${machine}`).digest('hex').slice(0, 32)
}

function run(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe', timeout: 5_000 }).trim()
  } catch {
    return ''
  }
}

/**
 * Returns when a process started, in clock ticks since boot, which a change of the clock doesn't move.
 * Empty if the system doesn't tell. Null if no such process runs.
 *
 * @see {@link https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html}
 */
export function processStart(pid: number): string | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (thrown) {
    const isProcThere = readLink('/proc/self/ns/pid') !== ''
    return isProcThere && ['ENOENT', 'ESRCH'].includes(readErrno(thrown)) ? null : startByKill(pid)
  }
  // The name in parentheses may contain spaces and parentheses. The state is field 3, the start 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const hasEnded = fields[0] === 'Z' || fields[0] === 'X'
  return hasEnded ? null : (fields[19] ?? '')
}

function startByKill(pid: number): '' | null {
  try {
    process.kill(pid, 0)
    return ''
  } catch (thrown) {
    return readErrno(thrown) === 'ESRCH' ? null : ''
  }
}

function readLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return '' // Missing on other systems and in many containers.
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
