// Finds the holder of a socket among a few processes, on the main thread: it reads little, and
// nothing that another process can delay.

import { readdirSync } from 'node:fs'
import { holds, listRelatives } from './process-facts.js'

/** A process, and the descriptor by which it holds a socket. */
export type QuickHolder = { pid: number; descriptor: string }

/**
 * How many descriptors, tasks and relatives are looked at. One takes 5 to 20 µs, so a search takes at most
 * 2 ms.
 */
const MOST_DESCRIPTORS = 96
const MOST_TASKS = 32
const MOST_RELATIVES = 8

type Budget = { descriptors: number }

/**
 * Finds which of these processes holds a socket (Linux). Null if none of them does, if a parent or a child
 * of the holder holds it too, or if there is too much to look at.
 */
export function findQuickly(pids: Iterable<number>, inode: string): QuickHolder | null {
  const socket = `socket:[${inode}]`
  const budget: Budget = { descriptors: MOST_DESCRIPTORS }
  for (const pid of pids) {
    const descriptor = findDescriptor(pid, socket, budget)
    if (descriptor === null && budget.descriptors >= 0) continue
    return descriptor !== null && isAlone(pid, socket, budget) ? { pid, descriptor } : null
  }
  return null
}

function isAlone(pid: number, socket: string, budget: Budget): boolean {
  const relatives = hasFewTasks(pid) ? listRelatives(pid) : null
  if (relatives === null || relatives.length > MOST_RELATIVES) return false
  const isHeld = relatives.some((relative) => findDescriptor(relative, socket, budget) !== null)
  return !isHeld && budget.descriptors >= 0
}

function findDescriptor(pid: number, socket: string, budget: Budget): string | null {
  const names = listNames(`/proc/${pid}/fd`)
  budget.descriptors -= names.length
  if (budget.descriptors < 0) return null
  // A new connection has one of the last descriptors.
  return names.findLast((name) => holds(pid, name, socket)) ?? null
}

function hasFewTasks(pid: number): boolean {
  return listNames(`/proc/${pid}/task`).length <= MOST_TASKS
}

/** Empty if this user may not look at the process, or if it has ended. */
function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
