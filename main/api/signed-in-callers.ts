// Remembers, as long as this program runs, which account each calling program signed in.

import { isSameProcess, isSameProgram, type Caller } from '../net/caller.js'

export type SignedInCallers = {
  /** Remembers the account that a program signed in. Ignores a program that could not be found. */
  remember(caller: Caller, accountId: string): void
  /** Finds the account that a program signed in last; undefined if it signed in none. */
  find(caller: Caller): string | undefined
  /** Forgets an account, because it was signed out. */
  forget(accountId: string): void
  /** Forgets which account a program uses. */
  forgetProgram(caller: Caller): void
  isEmpty(): boolean
}

/** How many programs are remembered. With more, the one that signed in longest ago is forgotten. */
export const MOST_CALLERS = 256

type Entry = { caller: Extract<Caller, { kind: 'seen' }>; accountId: string }

export function createSignedInCallers(): SignedInCallers {
  /** The newest is the last. */
  let entries: readonly Entry[] = []
  return {
    remember(caller, accountId) {
      if (caller.kind !== 'seen') return
      const others = entries.filter((entry) => !isSameProcess(entry.caller, caller))
      entries = [...others, { caller, accountId }].slice(-MOST_CALLERS)
    },
    find(caller) {
      const alike = entries.filter((entry) => isSameProgram(entry.caller, caller))
      const own = alike.findLast((entry) => isSameProcess(entry.caller, caller))
      return (own ?? alike.at(-1))?.accountId
    },
    forget(accountId) {
      entries = entries.filter((entry) => entry.accountId !== accountId)
    },
    forgetProgram(caller) {
      entries = entries.filter((entry) => !isSameProgram(entry.caller, caller))
    },
    isEmpty: () => entries.length === 0,
  }
}
