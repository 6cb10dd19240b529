// Decides which account a program sees. Waits for the person only if the call prefers that.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { findAccount, type AccountSession } from '../agent/model.js'
import { isUnchanged } from '../consent/program.js'
import type { Caller } from '../net/caller.js'
import { chooseAccount, type ChooseAccountDeps } from './choose-account.js'
import { Problem } from './problem.js'
import type { HangUp } from './read-request.js'
import { findKey, requireConsent } from './require-consent.js'

/**
 * What programs may learn about who is signed in. Until the person allows a program, it gets the same answers
 * as if nobody were signed in, and the person is asked in the background. All calls fail with `not-allowed`
 * if the request has a key that is not valid.
 *
 * `patience` is the signal of a call that waits for the person instead, and aborts when the caller hangs up.
 * Such a call fails with `not-allowed` if the person does not allow it, and like {@link chooseAccount}.
 */
export type IdentityAccess = {
  /**
   * Finds the account that a program sees: that of its key, its header, or its own, as for a token. Null if
   * nobody is signed in, there is no such account, or the program is not allowed to know. An account whose
   * session has ended counts too.
   */
  peek(request: IncomingMessage, patience?: Patience): Promise<AccountSession | null>
  /** Lists the accounts that a program sees. The person is only asked about the one that `peek` finds. */
  list(request: IncomingMessage, patience?: Patience): Promise<readonly AccountSession[]>
  /**
   * Does the same for a connection that stays open. What the person allows once holds until `close`, or until
   * the account is signed out. The caller closes it.
   */
  follow(request: IncomingMessage): Follower
}

export type Patience = HangUp | undefined

export type Follower = {
  /** `isQuiet`: the person is not asked. `patience`: as for `peek`. */
  current(options?: { isQuiet?: boolean; patience?: Patience }): Promise<AccountSession | null>
  close(): void
}

export type IdentityDeps = ChooseAccountDeps & {
  agent: Pick<Agent, 'consents' | 'model' | 'subscribe'>
}

/** The program that was allowed once to know an account, by the account's ID. */
type AllowedOnce = Map<string, Caller>

type Access = { once: AllowedOnce; isQuiet?: boolean; patience?: Patience }

export function createIdentityAccess(deps: IdentityDeps): IdentityAccess {
  const { agent } = deps
  return {
    peek: (request, patience) => findOrWait(deps, request, { patience, once: new Map() }),
    async list(request, patience) {
      const seen = await findOrWait(deps, request, { patience, once: new Map() })
      if (findKey(deps, request) !== null) return seen === null ? [] : [seen]
      const caller = await deps.findCaller(request)
      return agent
        .model()
        .accounts.filter(
          (account) =>
            account.id === seen?.id ||
            agent.consents.isAllowed({ caller, account, purpose: 'identity' }),
        )
    },
    follow(request) {
      const once: AllowedOnce = new Map()
      const close = agent.subscribe((_model, event) => {
        if (event.type === 'signed-out') once.delete(event.id)
      })
      return { current: (options) => findOrWait(deps, request, { once, ...options }), close }
    },
  }
}

function findOrWait(
  deps: IdentityDeps,
  request: IncomingMessage,
  { patience, ...access }: Access,
): Promise<AccountSession | null> {
  const isPatient = patience !== undefined && findKey(deps, request) === null
  return isPatient
    ? waitToKnow(deps, request, { hangUp: patience, ...access })
    : findVisible(deps, request, access)
}

async function waitToKnow(
  deps: IdentityDeps,
  request: IncomingMessage,
  { hangUp, once }: { hangUp: HangUp; once: AllowedOnce },
): Promise<AccountSession | null> {
  const id = await chooseAccount(deps, request, {})
  const account = id === undefined ? undefined : findAccount(deps.agent.model(), id)
  if (!account) return null
  const purpose = 'identity'
  const caller = await requireConsent(deps, request, { account, purpose, hangUp })
  // What the person allows for good, they can take back.
  if (!deps.agent.consents.isAllowed({ caller, account, purpose })) once.set(account.id, caller)
  // It may have been signed out in the meantime.
  return findAccount(deps.agent.model(), account.id) ?? null
}

async function findVisible(
  deps: IdentityDeps,
  request: IncomingMessage,
  access: Access,
): Promise<AccountSession | null> {
  const { agent } = deps
  const key = findKey(deps, request)
  const id = await chooseQuietly(deps, request, key)
  const account = id === undefined ? undefined : findAccount(agent.model(), id)
  if (!account) return null
  if (key === null && !(await mayKnow(deps, request, { account, ...access }))) return null
  // It may have been signed out in the meantime.
  return findAccount(agent.model(), account.id) ?? null
}

/** S24: an unknown ID is answered in the same way as one that the program is not allowed to know. */
async function chooseQuietly(
  deps: IdentityDeps,
  request: IncomingMessage,
  key: ReturnType<typeof findKey>,
): Promise<string | undefined> {
  try {
    return await chooseAccount(deps, request, { key })
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'not-signed-in') return undefined
    throw thrown
  }
}

/** S24: a question about callers without a process is for the call that waits alone, so none is shown here. */
async function mayKnow(
  { agent: { consents }, findCaller }: IdentityDeps,
  request: IncomingMessage,
  { account, once, isQuiet = false }: Access & { account: AccountSession },
): Promise<boolean> {
  const caller = await findCaller(request)
  const wanted = { caller, account, purpose: 'identity' } as const
  if (consents.isAllowed(wanted)) return true
  const before = once.get(account.id)
  if (before && isUnchanged(before, caller)) return !consents.isPaused()
  if (isQuiet) return false
  const verdict = await consents.ask({
    ...wanted,
    signal: GONE,
    lookAgain: () => findCaller(request, { isFresh: true }),
  })
  if (verdict.kind === 'allowed') once.set(account.id, caller)
  return verdict.kind === 'allowed'
}

/** Of a caller that does not wait. The question stays open, and the answer counts for its next call. */
const GONE = AbortSignal.abort()
