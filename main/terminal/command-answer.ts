// The result of a command.

/** A person sees the message only if the agent's events do not say it. */
export type Answer = { ok: boolean; message: string; isShown?: boolean }

export function done(message: string): Answer {
  return { ok: true, message }
}

export function failed(message: string): Answer {
  return { ok: false, message, isShown: true }
}

/** Done, and no event of the agent says so. */
export function told(message: string): Answer {
  return { ok: true, message, isShown: true }
}
