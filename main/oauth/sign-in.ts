// One sign-in: to the provider and back, then from the code to a stored session.

import { unlessAborted } from '../base/abort.js'
import type { Clock } from '../base/clock.js'
import type { Secret } from '../base/secret.js'
import type { Session } from './session.js'
import { authorizationUrl } from './authorization-url.js'
import type { Client } from './client-authentication.js'
import type { ProviderMetadata } from './metadata.js'
import type { Http } from '../net/http.js'
import { toAccount } from './account.js'
import { peekClaims, verifyIdToken } from './id-token.js'
import { lacksClaims, listAccountClaims, mergeClaims, readUserinfo } from './userinfo.js'
import type { KeySet } from './key-set.js'
import { RECENT_METADATA_MS, type FindProvider } from './provider.js'
import type { ExpectedCallback } from './callback.js'
import type {
  CallbackAnswer,
  CallbackListener,
  PendingCallback,
  CallbackDiagnostic,
} from './callback-listener.js'
import type { Page } from './pages.js'
import { codeChallenge, createNonce, createState, createVerifier } from './pkce.js'
import type { RedirectTarget } from './redirect-target.js'
import { asksOffline, withoutOfflineAccess } from './scopes.js'
import { exchangeCode, type Orphans } from './token-endpoint.js'

/** The provider, and what to ask it for. */
export type ProviderSettings = {
  /** The person's name for it, unique without regard to case. */
  name: string
  issuer: string
  clientId: string
  scope: string
  audience: string | null
  prompt: string | null
  maxAgeS: number | null
  /** Null for a public client. */
  clientSecret: Secret | null
  /** More parameters for the authorization URL. They cannot override ours. */
  parameters: Readonly<Record<string, string>>
  /** Where it sends the browser. */
  redirect: RedirectTarget
}

/** Names of providers are unique without regard to case. */
export function isSameProviderName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

export type AttemptDeps = {
  http: Http
  findProvider: FindProvider
  clock: Clock
  listener: CallbackListener
}

/** What one sign-in asks the provider for. */
export type AuthorizationAttempt = {
  state: string
  nonce: string
  challenge: string
  scope: string
  audience: string | null
  prompt: string | null
  loginHint: string | null
  maxAgeS: number | null
  /** More parameters. They cannot override ours. */
  extra: Readonly<Record<string, string>>
}

/** The user's answer, and what the exchange needs. */
export type Authorized = {
  metadata: ProviderMetadata
  keys: KeySet
  redirectUri: string
  answer: CallbackAnswer
  /** Closes the redirect target. Call it after the result has been shown in the browser. */
  leave(): Promise<void>
}

export type AuthorizationSteps = {
  /** Opens the address that the provider sends the browser to. */
  openRedirectTarget(expected: ExpectedCallback): Promise<PendingCallback>
  /** The redirect target is open: the user may be sent to the link. */
  linkReady(link: string): void
  /** Aborts the sign-in; its reason is thrown. */
  signal: AbortSignal
}

/**
 * Sends a user to the provider and waits for the answer. If it fails, nothing stays open. If it
 * succeeds, the caller shows a page and then calls `leave`. Fails with an AuthError, or with the
 * signal's reason.
 *
 * 1. Read the provider's metadata.
 * 2. Open the redirect target.
 * 3. Hand out the link, and read the signing keys while the user is in the browser.
 * 4. Wait for the callback.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-4.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-1.1}
 */
export async function authorize(
  { findProvider }: Pick<AttemptDeps, 'findProvider'>,
  settings: Pick<ProviderSettings, 'issuer' | 'clientId' | 'parameters'>,
  attempt: AuthorizationAttempt,
  { openRedirectTarget, linkReady, signal }: AuthorizationSteps,
): Promise<Authorized> {
  // 1.
  const { readMetadata, keys } = findProvider(settings)
  const metadata = await readMetadata({ maxAgeMs: RECENT_METADATA_MS, signal })
  // 2.
  const { state, nonce } = attempt
  const { issuer, issParameterSupported } = metadata
  const pending = await openRedirectTarget({ state, nonce, issuer, issParameterSupported })
  const { redirectUri } = pending
  const left = new AbortController()
  const leave = (): Promise<void> => {
    left.abort()
    return pending.leave()
  }
  try {
    // 3.
    signal.throwIfAborted()
    const { clientId, parameters } = settings
    // The owner's parameters take precedence over an app's.
    const extra = { ...attempt.extra, ...parameters }
    linkReady(authorizationUrl(metadata, { ...attempt, clientId, redirectUri, extra }))
    // If this fails, the check of the ID token reads them again, and reports the error.
    const until = AbortSignal.any([signal, left.signal])
    keys.read({ maxAgeMs: RECENT_METADATA_MS, signal: until }).catch(() => undefined)
    // 4.
    const answer = await unlessAborted(pending.answer, signal)
    return { metadata, keys, redirectUri, answer, leave }
  } catch (thrown) {
    await leave()
    throw thrown
  }
}

/** The code, and what proves that it is ours and that the ID token belongs to it. */
export type Proof = Pick<Authorized, 'metadata' | 'keys' | 'redirectUri'> & {
  code: string
  verifier: string
  nonce: string
  scope: string
  maxAgeS: number | null
  organization: string | null
  /** The claims that are worth a request to userinfo, if the ID token lacks them. */
  claims: readonly string[]
}

export type CompletionSteps = {
  /** Stores the session. Throws, and stores nothing, if the sign-in was cancelled meanwhile. */
  keep(session: Session): Promise<void>
  /** Receives tokens that have arrived, or may still arrive, but will not be stored. */
  discard(tokens: Promise<Orphans>): void
  /** Aborts the sign-in; its reason is thrown. */
  signal: AbortSignal
}

/**
 * Exchanges the code and stores the session. Fails with an AuthError, or with the signal's reason;
 * then nothing is stored.
 *
 * 1. Exchange the code. This is not aborted: the code is spent by then, and only Latchkey can revoke
 *    the tokens that arrive.
 * 2. Find the user by checking the ID token. Read userinfo at the same time if claims seem to be missing.
 * 3. Store the session.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#TokenRequest}
 */
export async function completeSignIn(
  { http, clock }: Pick<AttemptDeps, 'http' | 'clock'>,
  client: Client,
  { metadata, keys, nonce, maxAgeS, organization, claims: wanted, ...request }: Proof,
  { keep, discard, signal }: CompletionSteps,
): Promise<Session> {
  const { clientId, clientSecret } = client
  // 1.
  const exchanged = exchangeCode(
    http,
    metadata,
    { clientId, clientSecret, ...request },
    { clock, orphaned: (orphans) => discard(Promise.resolve(orphans)) },
  )
  // Aborts requests that are still running when the sign-in ends.
  const ended = new AbortController()
  const within = AbortSignal.any([signal, ended.signal])
  try {
    const { tokens, clockSkewMs } = await unlessAborted(exchanged, signal)
    // 2.
    const expected = { clientId, nonce, maxAgeS, organization, clockSkewMs }
    const time = { nowMs: clock.nowMs(), signal: within }
    const [idToken, userinfo] = await Promise.all([
      verifyIdToken({ keys, metadata }, tokens, expected, time),
      lacksClaims(peekClaims(tokens.idToken), wanted)
        ? readUserinfo(http, metadata, tokens.accessToken, within)
        : null,
    ])
    const claims = mergeClaims(idToken, userinfo)
    // 3.
    const { issuer } = metadata
    const session: Session = { issuer, clientId, account: toAccount(claims), claims, tokens }
    await keep(session)
    return session
  } catch (thrown) {
    discard(exchanged.then(({ tokens }) => tokens))
    throw thrown
  } finally {
    ended.abort()
  }
}

/** What the tray's sign-in asks for. */
export type SignInRequest = Pick<AuthorizationAttempt, 'state' | 'scope' | 'prompt' | 'loginHint'>

/** What the tray's sign-in reports, and the decisions that it leaves to its caller. */
export type AttemptSteps = CompletionSteps & {
  /** The listener is open: the user may be sent to the link. */
  linkReady(link: string): void
  /** The user's tab is redirected to this link: the provider rejected offline_access. */
  linkChanged(link: string): void
  /** Without offline_access, the provider accepted the request or failed for another reason. */
  offlineAccessRejected(): void
  /** Something that is not an answer reached the listener. */
  onDiagnostic(diagnostic: CallbackDiagnostic): void
  /** The answer has arrived. The time limit of the wait no longer counts. */
  exchangeStarted(): void
  /** Makes the page for the browser after the session was kept. */
  lastPage(session: Session): Page
  /** Makes the page for a browser that waits when the sign-in fails. */
  pageFor(thrown: unknown): Page
}

/**
 * Signs a user in from the tray. However it ends, the browser gets its page, and the listener closes.
 *
 * 1. Send the user to the provider and wait for the answer.
 * 2. If the provider rejects offline_access, send the same tab there again without it, once.
 * 3. Exchange the code and store the session.
 * 4. Show success in the browser, after the session is stored and not before. The page waits for userinfo
 *    only if the ID token lacks the user's name or email address.
 */
export async function signInFromTray(
  deps: AttemptDeps,
  settings: ProviderSettings,
  request: SignInRequest,
  steps: AttemptSteps,
): Promise<Session> {
  const ask = createAsk(deps, settings, steps)
  // 1.
  const first = await ask(request, (link) => steps.linkReady(link))
  let asked = first
  try {
    // 2.
    if (mayAskAgain(first)) {
      const again = { ...request, state: createState(), scope: withoutOfflineAccess(first.scope) }
      asked = await ask(again, (link) => {
        steps.linkChanged(link)
        void first.authorized.answer.redirect(link)
      })
      if (!isAboutScopes(asked)) steps.offlineAccessRejected()
    }
    // 3.
    const { authorized, ...secrets } = asked
    const { result, show } = authorized.answer
    if (result.kind === 'failed') throw result.error
    steps.exchangeStarted()
    const { maxAgeS } = settings
    const { organization = null } = settings.parameters
    const claims = listAccountClaims(secrets.scope)
    const proof = { ...authorized, ...secrets, code: result.code, maxAgeS, organization, claims }
    const session = await completeSignIn(deps, settings, proof, steps)
    // 4.
    await show(steps.lastPage(session))
    return session
  } catch (thrown) {
    await asked.authorized.answer.show(steps.pageFor(thrown))
    throw thrown
  } finally {
    await asked.authorized.leave()
    await first.authorized.leave()
  }
}

/** One request to the provider, its secrets, and the answer to it. */
type Asked = { scope: string; verifier: string; nonce: string; authorized: Authorized }

/** Makes the function that sends one request, with its own verifier and nonce. */
function createAsk(
  deps: AttemptDeps,
  settings: ProviderSettings,
  { onDiagnostic, signal }: AttemptSteps,
): (request: SignInRequest, linkReady: (link: string) => void) => Promise<Asked> {
  const { audience, maxAgeS, redirect: target } = settings
  return async (request, linkReady) => {
    const verifier = createVerifier()
    const nonce = createNonce()
    const challenge = codeChallenge(verifier)
    const attempt = { ...request, nonce, challenge, audience, maxAgeS, extra: {} }
    const authorized = await authorize(deps, settings, attempt, {
      openRedirectTarget: (expected) => deps.listener.expect(expected, { target, onDiagnostic }),
      linkReady,
      signal,
    })
    return { scope: request.scope, verifier, nonce, authorized }
  }
}

function mayAskAgain(asked: Asked): boolean {
  return isAboutScopes(asked) && asksOffline(asked.scope)
}

function isAboutScopes({ authorized }: Asked): boolean {
  const { result } = authorized.answer
  return result.kind === 'failed' && result.aboutScope
}
