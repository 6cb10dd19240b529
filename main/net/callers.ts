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
import { findQuickly } from './quick-holder.js'
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

type HolderFacts = ProcessFacts & { inode: string }

/** `facts`: null if no process was found. */
type Found = {
  caller: Caller
  facts: HolderFacts | null
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
/** How many processes are looked at without a thread. */
const MOST_RECENT = 4
/** A folder on another computer may not answer. */
const FILES_LIMIT_MS = 250

/** The caller closes it. */
export function createCallers(deps: CallersDeps): Callers {
  const { owners, scanner = createProcessScanner(), now = () => performance.now() } = deps
  const known = new WeakMap<Socket, Found>()
  const search = createSearch(scanner)
  const recent = createRecent()
  const describe = shareDescriptions(deps.describe ?? describeProcess)

  const lookUp = async (socket: Socket, isFresh: boolean): Promise<Found> => {
    const [owner] = await owners.findOwnersAsync([socket])
    if (owner?.kind === 'user') {
      // A search that runs already costs less than looking at each connection here.
      const before = isFresh || search.isBusy() ? null : recent.find(owner, now())
      if (before !== null) return before
      const found = await toFound(owner, await search.find(owner.inode), describe)
      return recent.add({ ...found, lookedUpAtMs: now(), checkedAtMs: now() })
    }
    const isUntold = owner?.kind === 'untold'
    const find = deps.findSystemCaller ?? findSystemCaller
    const caller = isUntold ? await find(socket) : notFound(null)
    return { caller, facts: null, lookedUpAtMs: now(), checkedAtMs: now() }
  }

  return {
    async find(socket, { isFresh = false } = {}) {
      const found = known.get(socket)
      if (found && !isFresh && isCurrent(found, now())) return found.caller
      try {
        const looked = await lookUp(socket, isFresh)
        known.set(socket, looked)
        return looked.caller
      } catch {
        return notFound(null)
      }
    },
    close: () => scanner.close(),
  }
}

/**
 * Remembers the processes that were looked up last. A new connection of one of them then takes less
 * than a millisecond, instead of five.
 */
function createRecent() {
  /** By process. The one that was looked up last is the last. */
  const recent = new Map<number, Found & { facts: HolderFacts }>()
  return {
    add(found: Found): Found {
      const { facts } = found
      if (facts === null) return found
      recent.delete(facts.pid)
      recent.set(facts.pid, { ...found, facts })
      for (const pid of [...recent.keys()].slice(0, -MOST_RECENT)) recent.delete(pid)
      return found
    },
    /** Null if none of them holds the socket alone, or if the process must be looked up again. */
    find({ uid, inode }: Holder, nowMs: number): Found | null {
      const usable = [...recent.values()].toReversed().filter(
        ({ caller, lookedUpAtMs }) =>
          // The label of a process may be as old as that of a connection.
          nowMs - lookedUpAtMs <= LOOK_UP_INTERVAL_MS &&
          caller.kind !== 'untold' &&
          caller.uid === uid,
      )
      const pids = usable.map(({ facts }) => facts.pid)
      const holder = findQuickly(pids, inode)
      const found = holder && recent.get(holder.pid)
      if (!found) return null
      const facts = { ...found.facts, descriptor: holder.descriptor, inode }
      return isUnchanged(facts) ? { ...found, facts, checkedAtMs: nowMs } : null
    },
  }
}

type HolderSearch = {
  find(inode: string): Promise<Holders>
  /** True if a search runs. */
  isBusy(): boolean
}

/** Looks for all sockets that wait in one search. Calls during a search share the next one. */
function createSearch(scanner: ProcessScanner): HolderSearch {
  let asking = 0
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
  const find = async (inode: string): Promise<Holders> => {
    const search: Search = { inode, holders: null }
    // On a busy machine, the first search may not end in time.
    for (let times = 0; times < 2 && search.holders === null; times += 1) {
      waiting.add(search)
      await searchNext()
    }
    return search.holders
  }
  return {
    async find(inode) {
      asking += 1
      try {
        return await find(inode)
      } finally {
        asking -= 1
      }
    },
    isBusy: () => asking > 0,
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
function isUnchanged({ pid, image, descriptor, inode }: HolderFacts): boolean {
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
