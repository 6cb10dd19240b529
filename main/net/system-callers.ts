// Finds callers by the tools of macOS and Windows. Never tried there, so such callers stay uncertain.

import { execFile } from 'node:child_process'
import { isIPv6, type Socket } from 'node:net'
import { readProgramKind } from '../base/program-kind.js'
import { programName } from '../base/program-name.js'
import type { Caller } from './caller.js'
import { readFileState } from './file-state.js'

export type SystemCallerDeps = {
  platform?: NodeJS.Platform
  /** Runs a tool and returns what it writes; empty if it fails. */
  run?: (file: string, args: readonly string[]) => Promise<string>
}

/** Both ends of a connection as the tools write them, such as `127.0.0.1:50123` and `[::1]:1000`. */
export type Ends = { remote: string; local: string }

export type ListedProcess = { startedAt: string; executable: string }

/** Finds the program at the other end of a connection. `untold` if none is found. Never fails. */
export async function findSystemCaller(
  socket: ToolSocket,
  { platform = process.platform, run = runTool }: SystemCallerDeps = {},
): Promise<Caller> {
  const system = SYSTEMS[platform]
  if (system === undefined) return { kind: 'untold' }
  const holder = await system.findHolder(run, toEnds(socket))
  const listed = holder && (await system.findProcess(run, holder.pid))
  if (!holder || !listed) return { kind: 'untold' }
  const { executable: path, startedAt } = listed
  const file = (await readFileState(path))?.file ?? ''
  return {
    kind: 'uncertain',
    uid: holder.uid,
    process: {
      pid: holder.pid,
      startedAtTicks: startedAt,
      executable: { path, file },
      script: null,
      kind: readProgramKind(path),
      name: programName(path, null),
      parents: [],
    },
    doubts: ['untried-system'],
  }
}

type ToolSocket = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>
type Run = NonNullable<SystemCallerDeps['run']>
type SystemHolder = { pid: number; uid: number | null }
type System = {
  findHolder(run: Run, ends: Ends): Promise<SystemHolder | null>
  findProcess(run: Run, pid: number): Promise<ListedProcess | null>
}

const WINDOWS = `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32`

const SYSTEMS: Partial<Record<NodeJS.Platform, System>> = {
  darwin: {
    findHolder: async (run, ends) => {
      const port = ends.remote.replace(/^.*:/, '')
      return parseLsof(await run('/usr/sbin/lsof', ['-nP', `-iTCP:${port}`, '-Fpun']), ends)
    },
    findProcess: async (run, pid) =>
      parsePs(await run('/bin/ps', ['-ww', '-o', 'lstart=,comm=', '-p', `${pid}`])),
  },
  win32: {
    findHolder: async (run, ends) => {
      const protocol = ends.remote.startsWith('[') ? 'TCPv6' : 'TCP'
      return parseNetstat(await run(`${WINDOWS}\\netstat.exe`, ['-ano', '-p', protocol]), ends)
    },
    findProcess: async (run, pid) =>
      parseWindowsProcess(
        await run(`${WINDOWS}\\WindowsPowerShell\\v1.0\\powershell.exe`, [
          '-NoProfile',
          '-NonInteractive',
          '-Command',
          '[Console]::OutputEncoding = [Text.Encoding]::UTF8; ' +
            `Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}' | ` +
            'ForEach-Object { $_.CreationDate.ToFileTimeUtc(); $_.ExecutablePath }',
        ]),
      ),
  },
}

/**
 * Finds the process of a connection in what `lsof -F` writes: a line for each field, which begins with
 * the field's letter. The lines of a process come before those of its files. Null if several hold it.
 *
 * @see {@link https://lsof.readthedocs.io/en/latest/manpage/#output-for-other-programs}
 */
export function parseLsof(output: string, { remote, local }: Ends): SystemHolder | null {
  const holders = new Map<number, SystemHolder>()
  let holder: SystemHolder = { pid: 0, uid: null }
  for (const line of output.split('\n')) {
    const value = line.slice(1)
    if (line.startsWith('p')) holder = { pid: Number(value), uid: null }
    else if (line.startsWith('u')) holder.uid = Number(value)
    else if (line === `n${remote}->${local}`) holders.set(holder.pid, holder)
  }
  const [found, ...others] = holders.values()
  return found !== undefined && others.length === 0 ? found : null
}

/**
 * Parses a line of `ps -o lstart=,comm=`: a date of fixed form, then the path of the executable.
 *
 * @see {@link https://keith.github.io/xcode-man-pages/ps.1.html}
 */
export function parsePs(output: string): ListedProcess | null {
  const [, startedAt, executable] =
    /^\s*(\w{3}\s+\w{3}\s+\d{1,2}\s+\d\d:\d\d:\d\d\s+\d{4})\s+(\/.*\S)\s*$/.exec(output) ?? []
  return startedAt === undefined || executable === undefined ? null : { startedAt, executable }
}

/**
 * Finds the process of a connection in what `netstat -ano` writes. The names of states are in the
 * system's language, so only addresses and the last column count.
 *
 * @see {@link https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/netstat}
 */
export function parseNetstat(output: string, { remote, local }: Ends): SystemHolder | null {
  for (const line of output.split(/\r?\n/)) {
    const columns = line.trim().split(/\s+/)
    const pid = Number(columns.at(-1))
    if (columns[1] === remote && columns[2] === local && pid > 0) return { pid, uid: null }
  }
  return null
}

/** Parses what the command for PowerShell above writes: a number, then a path. */
export function parseWindowsProcess(output: string): ListedProcess | null {
  const [startedAt, executable] = output.split(/\r?\n/).map((line) => line.trim())
  return startedAt && executable && /^\d+$/.test(startedAt) ? { startedAt, executable } : null
}

function toEnds(socket: ToolSocket): Ends {
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket
  return { remote: toEnd(remoteAddress, remotePort), local: toEnd(localAddress, localPort) }
}

function toEnd(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

const TOOL_LIMIT_MS = 1_500
const MOST_BYTES = 4 * 1024 * 1024

function runTool(file: string, args: readonly string[]): Promise<string> {
  const env = { LC_ALL: 'C', SystemRoot: process.env['SystemRoot'] }
  const options = { timeout: TOOL_LIMIT_MS, maxBuffer: MOST_BYTES, windowsHide: true, env }
  return new Promise((resolve) => {
    // lsof fails if it finds less than it was asked for. Its output counts.
    execFile(file, [...args], options, (_failed, output) => resolve(output))
  })
}
