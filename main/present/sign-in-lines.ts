// Makes the JSON lines about each sign-in under way, the person's own and those of apps.

import type { SignInResult, Event, SignIn, Model, Origin } from '../agent/model.js'

/** Part of the headless program's contract. It holds no OAuth state, link or code. */
export type SignInLine = {
  event: 'sign-in'
  /** Unique while this program runs. */
  id: number
  origin: Origin
  state: SignIn['phase'] | 'abandoned' | 'signed-in' | SignInResult['kind']
  /** The app that asked, if the system tells. */
  program: string | null
}

/**
 * Creates a function that returns, after each event, the lines of the sign-ins that have changed. The
 * first line of a sign-in comes when it has a link.
 */
export function createSignInLines(): (model: Model, event: Event | null) => readonly SignInLine[] {
  const told = new Map<string, SignInLine>()
  let count = 0

  return (model, event) => {
    const lines: SignInLine[] = []
    for (const signIn of model.signIns) {
      const before = told.get(signIn.state)
      const line = toLine(signIn, before?.id ?? count + 1)
      if (before ? isSame(before, line) : !hasLine(signIn)) continue
      if (!before) count += 1
      told.set(signIn.state, line)
      lines.push(line)
    }
    const gone = [...told].filter(([state]) =>
      model.signIns.every((signIn) => signIn.state !== state),
    )
    for (const [state, line] of gone) {
      told.delete(state)
      lines.push({ ...line, state: toEnd(state, event) })
    }
    return lines
  }
}

function hasLine({ phase, link }: SignIn): boolean {
  return phase !== 'waiting' || link !== null
}

function toLine({ origin, phase, abandoned, program }: SignIn, id: number): SignInLine {
  return { event: 'sign-in', id, origin, state: abandoned ? 'abandoned' : phase, program }
}

function isSame(one: SignInLine, other: SignInLine): boolean {
  return one.state === other.state && one.program === other.program
}

/** A sign-in that another one replaced ends without an event of its own. */
function toEnd(state: string, event: Event | null): SignInLine['state'] {
  if (event?.type === 'signed-in' && event.state === state) return 'signed-in'
  return event?.type === 'sign-in-ended' && event.state === state ? event.result.kind : 'cancelled'
}
