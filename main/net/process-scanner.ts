// Looks for the holders of sockets in a thread of its own, so that nothing else has to wait.

import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { inTime } from './in-time.js'
import { scan, SCAN_FUNCTIONS, type Holders, type ScanRequest } from './process-facts.js'

export type ProcessScanner = {
  /**
   * Finds the holders of sockets, first among the known processes. One call at a time. Never fails: null
   * for each socket if the search takes too long or does not work.
   */
  scan(inodes: readonly string[], known: readonly number[]): Promise<readonly Holders[]>
  close(): void
}

export type ScannerOptions = {
  /** How long the thread may work on a search, in milliseconds. */
  timeLimitMs?: number
  /** How long the thread waits for the next search until it ends. */
  idleMs?: number
  /** The text that the thread runs. For tests. */
  source?: string
}

const TIME_LIMIT_MS = 250
/**
 * A start takes 17 ms, and 50 to 115 on a busy computer. The thread keeps 8 MB, a tenth of this program's
 * memory, so it neither waits from the beginning nor stays for long. The first search is not done without it:
 * that would take as long, and a process can delay any thread that reads its arguments and
 * environment.
 */
const IDLE_MS = 10_000
const START_LIMIT_MS = 2_000
/**
 * How much longer than its limit a thread may be silent. It then waits for a processor, or hangs
 * while it reads about a process.
 */
const SILENCE_MS = 750

/** Starts the thread when it is first needed. The caller closes it. */
export function createProcessScanner({
  timeLimitMs = TIME_LIMIT_MS,
  idleMs = IDLE_MS,
  source = SOURCE,
}: ScannerOptions = {}): ProcessScanner {
  let thread: Promise<Worker> | null = null
  let idle: NodeJS.Timeout | undefined
  const end = (): void => {
    clearTimeout(idle)
    thread?.then(
      (worker) => worker.terminate(),
      () => undefined,
    )
    thread = null
  }
  return {
    async scan(inodes, known) {
      clearTimeout(idle)
      try {
        const worker = await (thread ??= startThread(source))
        const holders = await ask(worker, { inodes, known, timeLimitMs })
        idle = setTimeout(end, idleMs).unref()
        return holders
      } catch {
        end()
        return inodes.map(() => null)
      }
    },
    close: end,
  }
}

/** Evaluated as text: neither a bundle nor an archive needs a file for the thread. */
const SOURCE = `
${SCAN_FUNCTIONS.map(String).join('\n')}
const { parentPort } = process.getBuiltinModule('node:worker_threads')
parentPort.on('message', (request) => parentPort.postMessage(${scan.name}(request)))
`

/** Starts a thread with neither the options nor the environment of this process. */
async function startThread(source: string): Promise<Worker> {
  const { Worker } = await import('node:worker_threads')
  const worker = new Worker(source, { eval: true, execArgv: [], env: {}, name: 'callers' })
  worker.unref()
  // Without a listener, an error that comes later would end the process.
  worker.on('error', () => undefined)
  if ((await inTime(once(worker, 'online'), START_LIMIT_MS)) === null) {
    void worker.terminate()
    throw new Error('The thread does not start.')
  }
  return worker
}

async function ask(worker: Worker, request: ScanRequest): Promise<readonly Holders[]> {
  const message = once(worker, 'message') as Promise<[readonly Holders[]]>
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- for windows only
  worker.postMessage(request)
  const answer = await inTime(message, request.timeLimitMs + SILENCE_MS)
  if (answer === null) throw new Error('The thread is silent.')
  return answer[0]
}
