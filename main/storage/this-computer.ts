// Which computer this is, since which start of it, and whether one of its processes still runs.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { errnoOf } from '../base/errno.js'

/** Empty strings stand for what the system does not tell. */
export type Computer = {
  host: string
  /** A digest of the machine ID, which itself is to be kept confidential (machine-id(5)). */
  machine: string
  /** New with each start of the computer. Containers have that of the computer they run on. */
  boot: string
  /** Process IDs mean nothing in another one. */
  pidNamespace: string
}

export function thisComputer(): Computer {
  if (process.platform === 'darwin') return thisMac()
  const machine = readLine('/etc/machine-id') || readLine('/var/lib/dbus/machine-id')
  return {
    host: hostname(),
    machine: digestOf(machine),
    boot: readLine('/proc/sys/kernel/random/boot_id'),
    pidNamespace: readLink('/proc/self/ns/pid'),
  }
}

/** A Mac's name goes with the network that it is in, so that its hardware has to tell. */
function thisMac(): Computer {
  const hardware = run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'])
  const machine = /"IOPlatformUUID" = "([^"]+)"/.exec(hardware)?.[1] ?? ''
  return {
    host: hostname(),
    machine: digestOf(machine),
    boot: run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']),
    pidNamespace: '',
  }
}

function digestOf(machine: string): string {
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
 * When a process started, in the system's own count, which no change of the clock moves; empty where
 * the system does not tell; null where no such process runs.
 */
export function processStart(pid: number): string | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (thrown) {
    const isProcThere = readLink('/proc/self/ns/pid') !== ''
    return isProcThere && ['ENOENT', 'ESRCH'].includes(errnoOf(thrown)) ? null : startByKill(pid)
  }
  // The name in parentheses may itself hold spaces and parentheses. The state is field 3, the start 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const hasEnded = fields[0] === 'Z' || fields[0] === 'X'
  return hasEnded ? null : (fields[19] ?? '')
}

function startByKill(pid: number): '' | null {
  try {
    process.kill(pid, 0)
    return ''
  } catch (thrown) {
    return errnoOf(thrown) === 'ESRCH' ? null : ''
  }
}

function readLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return '' // Other systems have none, and neither have many containers.
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
