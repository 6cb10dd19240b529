// Finds out which programs are at the other end of connections, and remembers that with each connection.

import type { Socket } from 'node:net'
import { shareNext } from '../base/share-next.js'
import type { Caller, Doubt } from './caller.js'
import { describeProcess } from './describe-process.js'
import { inTime } from './in-time.js'
import {
  holds,
  readImage,
  type Holders,
  type ImageFacts,
  type ProcessFacts,
} from './process-facts.js'
import { createProcessScanner, type ProcessScanner } from './process-scanner.js'
import type { Owner, SocketOwners } from './socket-owner.js'
import { findSystemCaller } from './system-callers.js'

export type Callers = {
  /**
   * Finds the program at the other end of a connection. Looks it up at the first call, and checks at most
   * once a second that it is still the same: its process, and the program that the process runs. Looks it
   * up again after ten seconds. Never fails.
   *
   * @param options.isFresh Look it up again now.
   */
  find(socket: Socket, options?: { isFresh?: boolean }): Promise<Caller>
  close(): void
}

export type CallersDeps = {
  owners: Pick<SocketOwners, 'findOwnersAsync'>
  scanner?: ProcessScanner
  describe?: typeof describeProcess
  /** Identifies callers on systems that don't show the owners of sockets. */
  findSystemCaller?: (socket: Socket) => Promise<Caller>
  /** A steady clock, in milliseconds. */
  now?: () => number
}

/** `facts`: null if no process was found. */
type Found = {
  caller: Caller
  facts: (ProcessFacts & { inode: string }) | null
  lookedUpAtMs: number
  checkedAtMs: number
}

/** A socket whose holder is looked for. */
type Search = { inode: string; holders: Holders }

type Holder = Extract<Owner, { kind: 'user' }>

const CHECK_INTERVAL_MS = 1_000
/** How long it takes until a second holder, a replaced file or a debugger is noticed. */
const LOOK_UP_INTERVAL_MS = 10_000
/** How many processes that called before are looked at first. */
const MOST_KNOWN = 32
/** A folder on another computer may not answer. */
const FILES_LIMIT_MS = 250

/** The caller closes it. */
export function createCallers(deps: CallersDeps): Callers {
  const { owners, scanner = createProcessScanner(), now = () => performance.now() } = deps
  const known = new WeakMap<Socket, Found>()
  const searchHolder = createSearch(scanner)
  const describe = shareDescriptions(deps.describe ?? describeProcess)

  const lookUp = async (socket: Socket): Promise<Pick<Found, 'caller' | 'facts'>> => {
    const [owner] = await owners.findOwnersAsync([socket])
    if (owner?.kind === 'user') return toFound(owner, await searchHolder(owner.inode), describe)
    const isUntold = owner?.kind === 'untold'
    const find = deps.findSystemCaller ?? findSystemCaller
    return { caller: isUntold ? await find(socket) : notFound(null), facts: null }
  }

  return {
    async find(socket, { isFresh = false } = {}) {
      const found = known.get(socket)
      if (found && !isFresh && isCurrent(found, now())) return found.caller
      try {
        const { caller, facts } = await lookUp(socket)
        const nowMs = now()
        known.set(socket, { caller, facts, lookedUpAtMs: nowMs, checkedAtMs: nowMs })
        return caller
      } catch {
        return notFound(null)
      }
    },
    close: () => scanner.close(),
  }
}

/** Looks for all sockets that wait in one search. Calls during a search share the next one. */
function createSearch(scanner: ProcessScanner): (inode: string) => Promise<Holders> {
  const waiting = new Set<Search>()
  const recent = new Set<number>()
  const searchNext = shareNext(async () => {
    const searches = [...waiting]
    waiting.clear()
    const inodes = searches.map(({ inode }) => inode)
    const holders = await scanner.scan(inodes, [...recent])
    for (const [index, search] of searches.entries()) {
      search.holders = holders[index] ?? null
      const pid = search.holders?.facts?.pid
      if (pid === undefined) continue
      // Moves it to the end, as the one that called last.
      recent.delete(pid)
      recent.add(pid)
    }
    for (const pid of [...recent].slice(0, -MOST_KNOWN)) recent.delete(pid)
  })
  return async (inode) => {
    const search: Search = { inode, holders: null }
    // On a busy machine, the first search may not end in time.
    for (let times = 0; times < 2 && search.holders === null; times += 1) {
      waiting.add(search)
      await searchNext()
    }
    return search.holders
  }
}

type Described = Awaited<ReturnType<typeof describeProcess>>
type Describe = (facts: ProcessFacts, uid: number) => Promise<Described | null>

/** Sockets that were found in one reading of their process share its description. */
function shareDescriptions(describe: typeof describeProcess): Describe {
  const shared = new WeakMap<ImageFacts, { uid: number; described: Promise<Described | null> }>()
  const describeInTime: Describe = async (facts, uid) =>
    (await inTime(describe(facts, uid), FILES_LIMIT_MS)) ??
    inTime(describe(facts, uid), FILES_LIMIT_MS)
  return (facts, uid) => {
    const before = shared.get(facts.image)
    if (before?.uid === uid) return before.described
    const described = describeInTime(facts, uid)
    shared.set(facts.image, { uid, described })
    return described
  }
}

async function toFound(
  { uid, inode }: Holder,
  holders: Holders,
  describe: Describe,
): Promise<Pick<Found, 'caller' | 'facts'>> {
  if (holders !== null && holders.count > 1) {
    return { caller: uncertain(uid, 'several-holders'), facts: null }
  }
  const facts = holders?.facts ?? null
  const described = facts && (await describe(facts, uid))
  if (facts === null || described === null) return { caller: notFound(uid), facts: null }
  const { process, doubts } = described
  const caller: Caller =
    doubts.length === 0
      ? { kind: 'seen', uid, process }
      : { kind: 'uncertain', uid, process, doubts }
  return { caller, facts: { ...facts, inode } }
}

function notFound(uid: number | null): Caller {
  return uncertain(uid, 'not-found')
}

function uncertain(uid: number | null, doubt: Doubt): Caller {
  return { kind: 'uncertain', uid, process: null, doubts: [doubt] }
}

/** True if a connection was looked at within the last second, or is held by the same program as then. */
function isCurrent(found: Found, nowMs: number): boolean {
  if (wasToldByTools(found.caller)) return true
  if (nowMs - found.lookedUpAtMs > LOOK_UP_INTERVAL_MS) return false
  if (nowMs - found.checkedAtMs < CHECK_INTERVAL_MS) return true
  if (found.facts === null || !isUnchanged(found.facts)) return false
  found.checkedAtMs = nowMs
  return true
}

/** The tools of other systems are slow, so each connection is looked up only once. */
function wasToldByTools(caller: Caller): boolean {
  if (caller.kind === 'untold') return true
  return caller.kind === 'uncertain' && caller.doubts.includes('untried-system')
}

/** Takes about 30 µs. Reads nothing that another process can delay. */
function isUnchanged({ pid, image, descriptor, inode }: ProcessFacts & { inode: string }): boolean {
  try {
    const now = readImage(pid)
    return (
      now.startedAtTicks === image.startedAtTicks &&
      now.image === image.image &&
      holds(pid, descriptor, `socket:[${inode}]`)
    )
  } catch {
    return false // It has ended.
  }
}
