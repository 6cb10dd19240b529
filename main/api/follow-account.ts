// Follows the account that a program sees, for a connection that stays open.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { systemClock, type Clock } from '../base/clock.js'
import { findAccount, type AccountSession, type Model } from '../agent/model.js'
import type { Follower, IdentityAccess, Patience } from './identity-access.js'
import { Problem } from './problem.js'

export type FollowDeps = {
  agent: Pick<Agent, 'model' | 'subscribe'> & { consents: Pick<Agent['consents'], 'isPaused'> }
  /** Runs a function later, and returns how to call it off. The system's clock does by default. */
  after?: Clock['after']
  identity: Pick<IdentityAccess, 'follow'>
  /** Called with errors of our own. */
  report(error: unknown): void
}

export type AccountListener = {
  /** Null: nobody is signed in, as far as the program may know. */
  onAccount(account: AccountSession | null): void
  /** Called if the person takes back the consent to the program, or its key. Nothing is called after it. */
  onTakenBack(): void
}

export type FollowedAccount = {
  /** Calls the listener at once, and after each change of the account or of what the program may know. */
  listen(listener: AccountListener): void
  close(): void
}

/**
 * Starts to follow the account that a program sees. The person is asked in the background whether the program
 * may know it; with `patience`, it waits for the answer first, as {@link IdentityAccess} says. Fails with
 * `not-allowed` if the request has a key that is not valid. The caller closes it.
 */
export async function followAccount(
  { agent, identity, report, after = systemClock.after }: FollowDeps,
  request: IncomingMessage,
  patience?: Patience,
): Promise<FollowedAccount> {
  const follower = identity.follow(request)
  const state: State = {
    agent,
    follower,
    report,
    seen: agent.model(),
    shownId: null,
    consentsChanged: false,
    hasTold: false,
    isReading: false,
    mustReadAgain: false,
    isClosed: false,
    after,
    stopWaiting: () => undefined,
  }
  let unsubscribe: () => void = () => undefined
  const close = (): void => {
    state.isClosed = true
    state.stopWaiting()
    unsubscribe()
    follower.close()
  }
  try {
    await follower.current({ patience })
  } catch (thrown) {
    close()
    throw thrown
  }
  return {
    listen(listener) {
      // The question about the program may have come up since.
      state.seen = agent.model()
      unsubscribe = agent.subscribe((model) => {
        if (!mayMatter(state.seen, model)) return
        if (state.seen.consents !== model.consents) state.consentsChanged = true
        state.seen = model
        void update(state, listener)
      })
      void update(state, listener)
    },
    close,
  }
}

type State = {
  agent: FollowDeps['agent']
  follower: Pick<Follower, 'current'>
  report(error: unknown): void
  /** The model at the last change that may matter. */
  seen: Model
  /** The ID of the account that the program saw last. */
  shownId: string | null
  /** True if a consent was given or taken back since the program saw the account last. */
  consentsChanged: boolean
  /** True once the listener has learned of a state. */
  hasTold: boolean
  isReading: boolean
  /** True if something has changed while the account was read. */
  mustReadAgain: boolean
  isClosed: boolean
  after: Clock['after']
  /** Calls off the look at whether the pause is over. */
  stopWaiting(): void
}

/** In milliseconds: how often is looked whether a pause is over. Nothing reports that on every system. */
const PAUSE_LOOK_MS = 5_000

/** Sign-ins under way do not change what a program sees. */
function mayMatter(before: Model, now: Model): boolean {
  return (
    before.accounts !== now.accounts ||
    before.chosenId !== now.chosenId ||
    before.consents !== now.consents ||
    before.consentQuestion !== now.consentQuestion
  )
}

/** Reads one time after the other, so that the listener learns of the newest state last. */
async function update(state: State, listener: AccountListener): Promise<void> {
  state.mustReadAgain = true
  if (state.isReading) return
  // While the screen is locked, programs learn nothing new. They did not lose their account either.
  if (state.hasTold && state.agent.consents.isPaused()) {
    state.stopWaiting()
    state.stopWaiting = state.after(PAUSE_LOOK_MS, () => void update(state, listener))
    return
  }
  state.isReading = true
  while (state.mustReadAgain && !state.isClosed) {
    state.mustReadAgain = false
    await readOnce(state, listener)
  }
  state.isReading = false
}

async function readOnce(state: State, listener: AccountListener): Promise<void> {
  // The person is not asked about a program that they have just taken out of the list.
  const mayBeTakenBack = state.consentsChanged && state.shownId !== null
  state.consentsChanged = false
  try {
    const account = await state.follower.current({ isQuiet: mayBeTakenBack })
    if (state.isClosed) return
    if (account === null && mayBeTakenBack && isThere(state)) {
      return endByTakingBack(state, listener)
    }
    state.shownId = account?.id ?? null
    state.hasTold = true
    listener.onAccount(account)
  } catch (thrown) {
    if (state.isClosed) return
    if (!(thrown instanceof Problem)) state.report(thrown)
    endByTakingBack(state, listener)
  }
}

/** True if the account that the program saw last is still in the list. */
function isThere({ agent, shownId }: State): boolean {
  return shownId !== null && findAccount(agent.model(), shownId) !== undefined
}

function endByTakingBack(state: State, listener: AccountListener): void {
  state.isClosed = true
  listener.onTakenBack()
}
