// Tells a person at a terminal why a command does not answer yet.

import type { Clock } from '../base/clock.js'
import type { AgentClient } from './agent-client.js'

export type WaitingHintDeps = {
  clock: Pick<Clock, 'after'>
  /** Shows the message to the person. */
  say(message: string): void
}

/** Long enough for every answer that needs no person. */
const PATIENCE_MS = 2_000

/** Returns a client that shows `message` once, if a call has waited for two seconds. */
export function withWaitingHint(
  client: AgentClient,
  message: string,
  { clock, say }: WaitingHintDeps,
): AgentClient {
  let isShown = false
  const show = (): void => {
    if (isShown) return
    isShown = true
    say(message)
  }
  const watch = async <Value>(answer: Promise<Value>): Promise<Value> => {
    const cancel = clock.after(PATIENCE_MS, show)
    try {
      return await answer
    } finally {
      cancel()
    }
  }
  return {
    ...client,
    call: (call) => watch(client.call(call)),
    open: (call) => watch(client.open(call)),
  }
}
