// Identifies the program that sends a request: a label for honest programs, not a proof.

export type Caller =
  /**
   * `startedAtTicks`: tells the process from a later one with the same ID. `executable`: its device and
   * inode. `name`: the name that people know; null if the program has no printable name.
   */
  | { kind: 'seen'; pid: number; startedAtTicks: string; executable: string; name: string | null }
  /** The system identifies programs, but not this one. */
  | { kind: 'unseen' }
  /** The system identifies no programs. */
  | { kind: 'untold' }

/**
 * True if both are the same process or run the same executable. A program that was not seen differs
 * from all others. If the system identifies no programs, all count as the same.
 */
export function isSameProgram(one: Caller, other: Caller): boolean {
  if (one.kind === 'untold' && other.kind === 'untold') return true
  if (one.kind !== 'seen' || other.kind !== 'seen') return false
  const isSameProcess = one.pid === other.pid && one.startedAtTicks === other.startedAtTicks
  return isSameProcess || one.executable === other.executable
}
