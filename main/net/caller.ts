// Which program of this computer is asking: a label for honest programs, and no proof.

export type Caller =
  /**
   * `startedAtTicks`: another process may have the same ID later. `executable`: its device and inode.
   * `name`: as people know the program; null where it has none that can be shown.
   */
  | { kind: 'seen'; pid: number; startedAtTicks: string; executable: string; name: string | null }
  /** The system tells of programs, and not of this one. */
  | { kind: 'unseen' }
  /** The system does not tell of any. */
  | { kind: 'untold' }

/**
 * True if both are the same process or run the same executable. A program that was not seen is like
 * no other; where the system tells of none, all are alike.
 */
export function isSameProgram(one: Caller, other: Caller): boolean {
  if (one.kind === 'untold' && other.kind === 'untold') return true
  if (one.kind !== 'seen' || other.kind !== 'seen') return false
  const isSameProcess = one.pid === other.pid && one.startedAtTicks === other.startedAtTicks
  return isSameProcess || one.executable === other.executable
}
