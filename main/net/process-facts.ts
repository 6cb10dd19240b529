// Reads from /proc which processes hold sockets, and what is known of these processes (Linux).
//
// Runs in a thread of its own as text: see process-scanner.ts. So the functions of this file use nothing
// from outside of it, not even constants, except each other.

/** What the kernel tells about a process. Paths are as the kernel writes them. */
export type ProcessFacts = {
  pid: number
  /** Its start time, and where the memory of its program is: changes if it starts another program. */
  image: ImageFacts
  uid: number
  executable: string
  /** The device, inode, size and times of the file that runs. */
  file: string
  args: readonly string[]
  /**
   * The variables of its environment that are not empty: all names, and the value of NODE_OPTIONS. Null
   * if they can't be read. Other values may be secrets, and nobody needs them.
   */
  variables: Readonly<Record<string, string | null>> | null
  cwd: string | null
  /** True if it is in other namespaces of files or users than this process, or has another root folder. */
  isElsewhere: boolean
  isTraced: boolean
  /** A descriptor by which it holds the socket. */
  descriptor: string
  parents: readonly ParentFacts[]
}

export type ImageFacts = { startedAtTicks: string; image: string; parent: number }

/** `executable` and `args`: null if this user may not look at them. */
export type ParentFacts = {
  pid: number
  startedAtTicks: string
  executable: string | null
  args: readonly string[] | null
}

/** What is asked of the thread: the inodes of sockets, and processes that are looked at first. */
export type ScanRequest = {
  inodes: readonly string[]
  known: readonly number[]
  /** How long the thread may work. */
  timeLimitMs: number
}

/** The holders of a socket. Null: not found in time. With several, nothing is told about them. */
export type Holders = { count: number; facts: ProcessFacts | null } | null

/** The functions that the thread needs. The last one is called with a request. */
export const SCAN_FUNCTIONS = [
  readWorkMs,
  readImage,
  listDescriptors,
  listProcesses,
  listRelatives,
  readVariables,
  readParents,
  isElsewhere,
  readFacts,
  shareFacts,
  holds,
  findIn,
  scan,
] as const

/**
 * Finds who holds sockets. Never throws.
 *
 * 1. Look at the processes that called before, and at their parents and children: they may share sockets.
 * 2. If a socket isn't there, look at all processes.
 */
export function scan({ inodes, known, timeLimitMs }: ScanRequest): readonly Holders[] {
  const deadline = readWorkMs() + timeLimitMs
  const holders = new Map<string, Map<number, string>>(inodes.map((inode) => [inode, new Map()]))
  // 1.
  const relatives = known.map(listRelatives)
  const family = new Set([...known, ...relatives.flatMap((pids) => pids ?? [])])
  let isComplete = !relatives.includes(null) && findIn(family, holders, deadline)
  // 2.
  if (!isComplete || [...holders.values()].some((found) => found.size === 0)) {
    isComplete = findIn(listProcesses(), holders, deadline)
  }
  // A process with many connections is read once.
  const read = new Map<number, ProcessFacts>()
  return inodes.map((inode) => {
    if (!isComplete) return null
    const socket = `socket:[${inode}]`
    // A process that has just been forked holds all sockets until it starts its own program.
    const found = [...holders.get(inode)!].filter(
      ([pid, fd], _, all) => all.length < 2 || holds(pid, fd, socket),
    )
    const [first] = found
    if (first === undefined || found.length > 1) return { count: found.length, facts: null }
    const [pid, fd] = first
    const facts = shareFacts(read.get(pid), fd, socket) ?? readFacts(pid, fd, socket)
    if (facts !== null) read.set(pid, facts)
    return { count: facts === null ? 0 : 1, facts }
  })
}

/**
 * Returns how long this thread has worked, in milliseconds. A thread that waits for a processor does not
 * work. Before Node.js 23.9, which can't tell, returns the time that has passed.
 */
export function readWorkMs(): number {
  // Older versions lack it.
  const { threadCpuUsage } = process as Partial<Pick<NodeJS.Process, 'threadCpuUsage'>>
  if (threadCpuUsage === undefined) return performance.now()
  const { user, system } = threadCpuUsage.call(process)
  return (user + system) / 1_000
}

/** Adds the processes that hold the sockets. False if the time is over. */
export function findIn(
  pids: Iterable<number>,
  holders: ReadonlyMap<string, Map<number, string>>,
  deadline: number,
): boolean {
  for (const pid of pids) {
    if (readWorkMs() > deadline) return false
    for (const [descriptor, target] of listDescriptors(pid)) {
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (inode !== undefined) holders.get(inode)?.set(pid, descriptor)
    }
  }
  return true
}

export function holds(pid: number, descriptor: string, socket: string): boolean {
  try {
    const { readlinkSync } = process.getBuiltinModule('node:fs')
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === socket
  } catch {
    return false // Closed in the meantime.
  }
}

export function listProcesses(): readonly number[] {
  const fs = process.getBuiltinModule('node:fs')
  const names = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return names.map(Number)
}

/**
 * Lists the open descriptors of a process and what they lead to. Empty if this user may not look at it.
 * Threads that have descriptors of their own are not looked at.
 */
export function listDescriptors(pid: number): readonly (readonly [string, string])[] {
  const fs = process.getBuiltinModule('node:fs')
  const folder = `/proc/${pid}/fd`
  const found: [string, string][] = []
  try {
    for (const name of fs.readdirSync(folder)) {
      try {
        found.push([name, fs.readlinkSync(`${folder}/${name}`)])
      } catch {
        // Closed in the meantime.
      }
    }
  } catch {
    // Another user's process, or it has just ended.
  }
  return found
}

/** Lists the parent of a process and its children. Null if the system doesn't tell the children. */
export function listRelatives(pid: number): readonly number[] | null {
  const fs = process.getBuiltinModule('node:fs')
  try {
    const { parent } = readImage(pid)
    const tasks = fs.readdirSync(`/proc/${pid}/task`)
    const children = tasks.flatMap((task) => {
      const text = fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1')
      return text.split(' ').filter(Boolean).map(Number)
    })
    return [parent, ...children].filter((relative) => relative > 0)
  } catch {
    // Either the process has ended, or the kernel was built without lists of children.
    return fs.existsSync(`/proc/${pid}`) ? null : []
  }
}

/**
 * Reads when a process started and where its program is in memory. A program that the process starts
 * instead is elsewhere. Throws if the process has ended.
 *
 * @see {@link https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html}
 */
export function readImage(pid: number): ImageFacts {
  const text = process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/stat`, 'latin1')
  // After the name, which may contain spaces and brackets. The first one here is field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const addresses = [...fields.slice(26 - 3, 29 - 3), ...fields.slice(45 - 3, 48 - 3)]
  return {
    startedAtTicks: fields[22 - 3] ?? '',
    image: addresses.join(' '),
    parent: Number(fields[4 - 3]),
  }
}

/** Reads everything about a process. Null if it ends, starts another program, or can't be looked at. */
export function readFacts(pid: number, descriptor: string, socket: string): ProcessFacts | null {
  const fs = process.getBuiltinModule('node:fs')
  const folder = `/proc/${pid}`
  try {
    const image = readImage(pid)
    const { dev, ino, size, mtimeNs } = fs.statSync(`${folder}/exe`, { bigint: true })
    const status = fs.readFileSync(`${folder}/status`, 'latin1')
    let cwd: string | null = null
    try {
      cwd = fs.readlinkSync(`${folder}/cwd`)
    } catch {
      // This user may not look at it.
    }
    const facts = {
      pid,
      image,
      // The second one counts for files and sockets.
      uid: Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]),
      executable: fs.readlinkSync(`${folder}/exe`),
      file: `${dev}:${ino}:${size}:${mtimeNs}`,
      args: fs.readFileSync(`${folder}/cmdline`, 'utf8').split('\0').slice(0, -1),
      variables: readVariables(pid),
      cwd,
      isElsewhere: isElsewhere(pid),
      isTraced: !/^TracerPid:\s+0$/m.test(status),
      descriptor,
      parents: readParents(image.parent),
    }
    const after = readImage(pid)
    const isSame = after.startedAtTicks === image.startedAtTicks && after.image === image.image
    return isSame && holds(pid, descriptor, socket) ? facts : null
  } catch {
    return null
  }
}

/**
 * Returns what was read about a process, for another socket that it holds. Null if nothing was read, or if
 * the process ended, started another program, or let go of the socket in the meantime.
 */
export function shareFacts(
  facts: ProcessFacts | undefined,
  descriptor: string,
  socket: string,
): ProcessFacts | null {
  if (facts === undefined) return null
  try {
    const { startedAtTicks, image } = readImage(facts.pid)
    const isSame = startedAtTicks === facts.image.startedAtTicks && image === facts.image.image
    return isSame && holds(facts.pid, descriptor, socket) ? { ...facts, descriptor } : null
  } catch {
    return null
  }
}

export function readVariables(pid: number): Readonly<Record<string, string | null>> | null {
  try {
    const text = process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/environ`, 'latin1')
    const entries = text.split('\0').map((entry) => /^([^=]+)=(.+)$/s.exec(entry))
    return Object.fromEntries(
      entries
        .filter((entry) => entry !== null)
        .map(([, name = '', value = '']) => [name, name === 'NODE_OPTIONS' ? value : null]),
    )
  } catch {
    return null
  }
}

/** True if the process sees other files or users than this one does, or if that can't be read. */
export function isElsewhere(pid: number): boolean {
  const { readlinkSync } = process.getBuiltinModule('node:fs')
  try {
    return ['ns/mnt', 'ns/user', 'root'].some(
      (name) => readlinkSync(`/proc/${pid}/${name}`) !== readlinkSync(`/proc/self/${name}`),
    )
  } catch {
    return true
  }
}

/** Reads the processes above, the nearest first. */
export function readParents(nearest: number): readonly ParentFacts[] {
  const fs = process.getBuiltinModule('node:fs')
  const parents: ParentFacts[] = []
  const most = 8
  for (let pid = nearest; pid > 0 && parents.length < most;) {
    let executable: string | null = null
    let args: readonly string[] | null = null
    try {
      const { startedAtTicks, parent } = readImage(pid)
      try {
        executable = fs.readlinkSync(`/proc/${pid}/exe`)
        args = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
      } catch {
        // Another user's process.
      }
      parents.push({ pid, startedAtTicks, executable, args })
      pid = parent
    } catch {
      break // It has ended.
    }
  }
  return parents
}
