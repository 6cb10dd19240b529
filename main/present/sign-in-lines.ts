// The lines that tell programs of each sign-in under way, the person's own and those of apps.

import type { Ending, Event, Flow, Model, Origin } from '../agent/model.js'

/** Part of the headless program's contract. There is no OAuth state, link or code in it. */
export type SignInLine = {
  event: 'sign-in'
  /** Ours, for as long as this program runs. */
  id: number
  origin: Origin
  state: Flow['phase'] | 'abandoned' | 'signed-in' | Ending['kind']
  /** The app that asked, as far as the system tells. */
  program: string | null
}

/**
 * Makes a function that gives, after each event, the lines of the sign-ins that have changed. A sign-in
 * is told once its link is out, or once it has ended.
 */
export function createSignInLines(): (model: Model, event: Event | null) => readonly SignInLine[] {
  const told = new Map<string, SignInLine>()
  let count = 0

  return (model, event) => {
    const lines: SignInLine[] = []
    for (const flow of model.flows) {
      const before = told.get(flow.state)
      const line = lineOf(flow, before?.id ?? count + 1)
      if (before ? isSame(before, line) : !isTold(flow)) continue
      if (!before) count += 1
      told.set(flow.state, line)
      lines.push(line)
    }
    const gone = [...told].filter(([state]) => model.flows.every((flow) => flow.state !== state))
    for (const [state, line] of gone) {
      told.delete(state)
      lines.push({ ...line, state: endOf(state, event) })
    }
    return lines
  }
}

function isTold({ phase, link }: Flow): boolean {
  return phase !== 'waiting' || link !== null
}

function lineOf({ origin, phase, abandoned, program }: Flow, id: number): SignInLine {
  return { event: 'sign-in', id, origin, state: abandoned ? 'abandoned' : phase, program }
}

function isSame(one: SignInLine, other: SignInLine): boolean {
  return one.state === other.state && one.program === other.program
}

/** One that made way for another ends without an event of its own. */
function endOf(state: string, event: Event | null): SignInLine['state'] {
  if (event?.type === 'signed-in' && event.state === state) return 'signed-in'
  return event?.type === 'flow-ended' && event.state === state ? event.ending.kind : 'cancelled'
}
