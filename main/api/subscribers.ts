// Holds the connections that stay open for the newest state: WebSockets and server-sent events. All are bounded.

/** `not-allowed`: the person has taken back their consent. */
export type CloseReason = 'not-allowed' | 'ending' | 'too-slow'

/** Where the messages of one subscriber go. `written` is called when the system has taken them, or never will. */
export type Outlet = {
  write(text: string, written: () => void): void
  /** Writes something that the program ignores. */
  beat(written: () => void): void
  /** Says why, and closes the connection. */
  close(reason: CloseReason): void
  /** Closes the connection at once. */
  destroy(): void
  /** Calls back when the connection is closed. */
  onClosed(listener: () => void): void
}

export type Subscription = {
  /**
   * Sends a text, unless it is the one that was sent last. As long as the program does not read, only the
   * newest text waits. Has no effect on a closed subscription.
   */
  send(text: string): void
  close(reason: CloseReason): void
}

export type Subscribers = {
  /** False if there are too many. Ask before `add`. */
  hasRoom(): boolean
  /** `onClosed`: called once when the subscription is closed by either side. */
  add(outlet: Outlet, onClosed: () => void): Subscription
  /** Closes all, and those that come later. Resolves when all connections are closed. */
  closeAll(): Promise<void>
}

export type SubscriberDeps = {
  most: number
  /** Called when a subscriber is dropped because it reads too slowly. */
  onDropped(): void
  /** A steady clock, in milliseconds. */
  now?: () => number
  beatIntervalMs?: number
  slowAfterMs?: number
  closeTimeoutMs?: number
}

/** How many of all connections may stay open. The rest is for calls. */
export function mostSubscribers(mostConnections: number): number {
  return Math.floor(mostConnections * SHARE)
}

const SHARE = 0.75

/** S40: how long a program may take to read what was sent. */
const SLOW_AFTER_MS = 30_000
/** How often something is written even without a change. */
const BEAT_INTERVAL_MS = 15_000
/** How long a program may take to close its side. */
const CLOSE_TIMEOUT_MS = 1_000

type Subscriber = {
  outlet: Outlet
  /** What was sent last; null before the first text. */
  last: string | null
  /** The newest text, if another one is still on its way. */
  next: string | null
  /** Since when something is on its way; null if the system has taken all. */
  sendingSinceMs: number | null
  isClosing: boolean
}

export function createSubscribers(deps: SubscriberDeps): Subscribers {
  const { most, now = () => performance.now() } = deps
  const { beatIntervalMs = BEAT_INTERVAL_MS, slowAfterMs = SLOW_AFTER_MS } = deps
  const { closeTimeoutMs = CLOSE_TIMEOUT_MS } = deps
  const held = new Set<Subscriber>()
  let beating: NodeJS.Timeout | undefined
  let onAllClosed: (() => void) | null = null

  const close = (subscriber: Subscriber, reason: CloseReason): void =>
    closeOutlet(subscriber, reason, closeTimeoutMs)
  const beat = (): void => {
    for (const subscriber of held) {
      if (subscriber.isClosing) continue
      if (subscriber.sendingSinceMs === null) {
        write(subscriber, now, (written) => subscriber.outlet.beat(written))
      } else if (now() - subscriber.sendingSinceMs >= slowAfterMs) {
        close(subscriber, 'too-slow')
        deps.onDropped()
      }
    }
  }
  const remove = (subscriber: Subscriber): void => {
    held.delete(subscriber)
    subscriber.isClosing = true
    if (held.size > 0) return
    clearInterval(beating)
    onAllClosed?.()
  }
  return {
    hasRoom: () => onAllClosed === null && held.size < most,
    add(outlet, onClosed) {
      const subscriber = { outlet, ...NEW }
      if (held.size === 0) beating = setInterval(beat, beatIntervalMs)
      held.add(subscriber)
      outlet.onClosed(() => {
        remove(subscriber)
        onClosed()
      })
      if (onAllClosed !== null) close(subscriber, 'ending')
      return {
        send: (text) => send(subscriber, now, text),
        close: (reason) => close(subscriber, reason),
      }
    },
    closeAll: () =>
      new Promise((resolve) => {
        onAllClosed = resolve
        if (held.size === 0) resolve()
        for (const subscriber of held) close(subscriber, 'ending')
      }),
  }
}

const NEW: Omit<Subscriber, 'outlet'> = {
  last: null,
  next: null,
  sendingSinceMs: null,
  isClosing: false,
}

function closeOutlet(subscriber: Subscriber, reason: CloseReason, timeoutMs: number): void {
  if (subscriber.isClosing) return
  subscriber.isClosing = true
  subscriber.next = null
  const { outlet } = subscriber
  const giveUp = setTimeout(() => outlet.destroy(), timeoutMs)
  outlet.onClosed(() => clearTimeout(giveUp))
  outlet.close(reason)
}

function send(subscriber: Subscriber, now: () => number, text: string): void {
  if (subscriber.isClosing) return
  subscriber.next = text === subscriber.last ? null : text
  if (subscriber.sendingSinceMs === null) sendNext(subscriber, now)
}

function sendNext(subscriber: Subscriber, now: () => number): void {
  const { next, outlet } = subscriber
  if (next === null) return
  subscriber.next = null
  subscriber.last = next
  write(subscriber, now, (written) => outlet.write(next, written))
}

function write(
  subscriber: Subscriber,
  now: () => number,
  put: (written: () => void) => void,
): void {
  subscriber.sendingSinceMs = now()
  put(() => {
    subscriber.sendingSinceMs = null
    sendNext(subscriber, now)
  })
}
