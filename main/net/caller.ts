// The program that sends a request, as far as the system tells: a label for honest programs, not a proof.

/** How a program counts: a tool acts for the program that started it. */
export type ProgramKind =
  | 'program'
  /** Runs scripts. The script says more than the interpreter does. */
  | 'interpreter'
  /** A shell, curl, ssh or a relay: it does what another program tells it to do. */
  | 'tool'

/** `file`: what tells the file from a later one at the same path (its device, inode, size and times). */
export type CallerFile = { path: string; file: string }

/** A process above the caller. `name` and `executable`: null if this user may not look at it. */
export type Ancestor = {
  pid: number
  startedAtTicks: string
  name: string | null
  executable: string | null
}

export type CallerProcess = {
  pid: number
  /** Tells the process from a later one with the same ID. */
  startedAtTicks: string
  executable: CallerFile
  /** What an interpreter says that it runs. Null for other programs, and if it names no file. */
  script: CallerFile | null
  kind: ProgramKind
  /** The name that people know; null if the program has no printable name. */
  name: string | null
  /** The process that started it, then the one above, and so on. At most eight. */
  parents: readonly Ancestor[]
}

/** Why a caller can't be identified for certain. */
export type Doubt =
  /** No process that this user may look at holds the socket, or it was not found in time. */
  | 'not-found'
  /** Several processes hold the socket. */
  | 'several-holders'
  /** The process sees other files than Latchkey does, as in a container. */
  | 'other-namespace'
  /** The file of the program was replaced or deleted since it started. */
  | 'other-file'
  /** An interpreter runs code that isn't in a file, or that its arguments don't reveal. */
  | 'no-script'
  /** Variables of its environment can make it run other code, or can't be read. */
  | 'environment'
  /** A debugger is attached to the process, and can make it do anything. */
  | 'traced'
  /** The process runs as another user than the owner of the socket. */
  | 'other-user'
  /** This way of finding programs was never tried on such a system. */
  | 'untried-system'

/** `uid`: the owner of the socket; null if the system has no user IDs. */
export type Caller =
  | { kind: 'seen'; uid: number | null; process: CallerProcess }
  | {
      kind: 'uncertain'
      uid: number | null
      /** Null if no process was found. */
      process: CallerProcess | null
      doubts: readonly Doubt[]
    }
  /** The system identifies no programs. */
  | { kind: 'untold' }

/** Returns what is known about a caller's process; null if nothing is. */
export function findProcess(caller: Caller): CallerProcess | null {
  return caller.kind === 'untold' ? null : caller.process
}

/**
 * True if both are the same process or run the same program. A caller without a process differs from all
 * others. If the system identifies no programs, all count as the same.
 */
export function isSameProgram(one: Caller, other: Caller): boolean {
  if (one.kind === 'untold' && other.kind === 'untold') return true
  if (isSameProcess(one, other)) return true
  if (one.kind !== 'seen' || other.kind !== 'seen') return false
  const [first, second] = [one.process, other.process]
  return (
    one.uid === other.uid &&
    first.executable.path === second.executable.path &&
    first.script?.path === second.script?.path
  )
}

/** True if both are one process. It may have started another program in the meantime. */
export function isSameProcess(one: Caller, other: Caller): boolean {
  const [first, second] = [findProcess(one), findProcess(other)]
  return first !== null && second !== null && isSameId(first, second)
}

/** What distinguishes a process from all others. */
export type ProcessId = Pick<CallerProcess, 'pid' | 'startedAtTicks'>

export function isSameId(one: ProcessId, other: ProcessId): boolean {
  return one.pid === other.pid && one.startedAtTicks === other.startedAtTicks
}
