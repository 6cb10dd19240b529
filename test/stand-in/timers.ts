// The timers of the app, which the driver can let pass at once.

import { answer } from './host.js'

type Waiting = { atMs: number; run: () => void }

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis

const waiting = new Map<NodeJS.Timeout, Waiting>()
/** How much time the driver has let pass, in milliseconds. */
let passedMs = 0

const nowMs = (): number => performance.now() + passedMs

function start(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout {
  const runOnce = (): void => {
    waiting.delete(timer)
    run(...args)
  }
  const timer = startTimer(runOnce, ms)
  waiting.set(timer, { atMs: nowMs() + ms, run: runOnce })
  return timer
}

function stop(timer?: NodeJS.Timeout | string | number): void {
  waiting.delete(timer as NodeJS.Timeout)
  stopTimer(timer)
}

/** Runs each timer that is due by then, in order. The wall clock stays as it is. */
function passTime(ms: number): void {
  const endMs = nowMs() + ms
  for (;;) {
    const [first] = [...waiting].toSorted(([, one], [, other]) => one.atMs - other.atMs)
    if (!first || first[1].atMs > endMs) break
    const [timer, { atMs, run }] = first
    stopTimer(timer)
    passedMs += Math.max(0, atMs - nowMs())
    run()
  }
  passedMs += Math.max(0, endMs - nowMs())
}

/** Replaces the global timers. Call before the app runs. */
export function replaceTimers(): void {
  // `util.promisify` finds its own variant on the function.
  globalThis.setTimeout = Object.defineProperties(
    start,
    Object.getOwnPropertyDescriptors(startTimer),
  ) as typeof setTimeout
  globalThis.clearTimeout = stop
  answer({ passTime })
}
