// Ends sessions at the provider: revokes their tokens and shows the provider's own sign-out page.

import { asAuthError, AuthError } from '../base/errors.js'
import { endSessionUrl } from '../oauth/end-session.js'
import type { Session } from '../oauth/session.js'
import { revokeTokens, toOrphans, type Orphans } from '../oauth/token-endpoint.js'
import type { StoredFile } from '../storage/account-store.js'
import type { SessionOwner } from '../storage/session-owner.js'
import { findClientSecret, type Shared } from './keeper-state.js'
import { SESSION_MESSAGES } from './session-messages.js'

/** How long closing waits for the provider to revoke tokens. */
export const FAREWELL_MS = 3_000

/**
 * Revokes every token of a session, the superseded ones too. Returns why that failed, as a sentence for
 * the user; null if it worked.
 */
export async function endAtProvider(shared: Shared, session: Session): Promise<string | null> {
  try {
    await revokeAll(shared, session, [session.tokens, ...toOrphans(session.superseded ?? [])])
    return null
  } catch (thrown) {
    return asAuthError(thrown).message
  }
}

/**
 * S19: Revokes every token of the sessions in files that are deleted. Returns a sentence for each session
 * that its provider did not end, and one about the files that could not be opened.
 */
export async function endFiles(
  shared: Shared,
  files: readonly StoredFile[],
): Promise<readonly string[]> {
  const sessions = files.flatMap((file) => ('session' in file ? [file.session] : []))
  const failures = await endSessions(shared, sessions)
  const unopened = files.length - sessions.length
  return unopened === 0 ? failures : [...failures, SESSION_MESSAGES.notOpenedAtSignOut(unopened)]
}

/** Revokes every token of the sessions. Returns a sentence for each session that was not ended. */
export async function endSessions(
  shared: Shared,
  sessions: readonly Session[],
): Promise<readonly string[]> {
  const failures: string[] = []
  const end = async (session: Session): Promise<void> => {
    const failure = await endAtProvider(shared, session)
    if (failure === null) return
    failures.push(SESSION_MESSAGES.notRevokedOf(session.account.name, session.issuer, failure))
  }
  await Promise.all(sessions.map(end))
  return failures
}

/** Waits for the sentences about sessions that were not ended, and tells the user. Closing waits for it. */
export async function reportNotEnded(
  { deps: { track, dispatch } }: Shared,
  ending: Promise<readonly string[]>,
): Promise<readonly string[]> {
  const reported = ending.then((failures) => {
    if (failures.length > 0) dispatch({ type: 'revocation-failed', message: failures.join(' ') })
    return failures
  })
  await track(reported.then(() => undefined))
  return reported
}

/** S19: Shows the provider's own sign-out page in the user's browser, which holds the session there. */
export async function showSignOutPage(shared: Shared, session: Session): Promise<void> {
  const { findProvider, dispatch, openSignOutPage } = shared.deps
  if (!openSignOutPage) return
  try {
    const { signal } = shared.closing
    const metadata = await findProvider(session).readMetadata({ signal })
    const link = endSessionUrl(metadata, session.clientId, session.account)
    if (link !== null) await openSignOutPage(link)
  } catch {
    dispatch({ type: 'revocation-failed', message: SESSION_MESSAGES.signOutPageFailed })
  }
}

/**
 * Revokes tokens in the background that are not kept. A failure is not reported: the user never heard
 * of these tokens, and could do nothing about it.
 */
export function discardTokens(
  shared: Shared,
  owner: SessionOwner,
  coming: Promise<readonly Orphans[]> | readonly Orphans[],
): void {
  const ended = Promise.resolve(coming).then((all) => revokeAll(shared, owner, all))
  void shared.deps.track(ended.catch(() => undefined))
}

/** The error that requests are aborted with when Latchkey closes. */
export function closedBeforeAnswer(): AuthError {
  return new AuthError('revocation-failed', SESSION_MESSAGES.closedBeforeAnswer)
}

/** Tries every token, and then fails with the first failure. */
async function revokeAll(
  shared: Shared,
  { issuer, clientId }: SessionOwner,
  all: readonly Orphans[],
): Promise<void> {
  if (all.length === 0) return
  const { http, findProvider } = shared.deps
  const clientSecret = findClientSecret(shared.deps, { issuer, clientId })
  const { signal, stop } = limitByClosing(shared)
  const provider = findProvider({ issuer, clientId })
  const client = { clientId, clientSecret }
  const failures: unknown[] = []
  try {
    await provider.readMetadata({ signal })
    for (const tokens of all) {
      const revoked = provider.request(
        (metadata) => revokeTokens(http, metadata, { ...client, tokens }, signal),
        { mayRepeat: () => true, signal },
      )
      await revoked.catch((thrown: unknown) => failures.push(thrown))
    }
  } finally {
    stop()
  }
  if (failures.length > 0) throw failures[0]
}

/** Tokens that arrive after closing began get as much time as those before. */
function limitByClosing({ deps, isClosed, closing }: Shared): {
  signal: AbortSignal
  stop(): void
} {
  if (!isClosed) return { signal: closing.signal, stop: () => undefined }
  const late = new AbortController()
  const stop = deps.clock.after(FAREWELL_MS, () => late.abort(closedBeforeAnswer()))
  return { signal: late.signal, stop }
}
