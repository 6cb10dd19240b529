// One sign-in as straight functions: to the provider and back, then from the code to an identity.

import { unlessAborted } from '../base/abort.js'
import type { Clock } from '../base/clock.js'
import type { Secret } from '../base/secret.js'
import type { Session } from './session.js'
import { authorizationUrl } from './authorization-url.js'
import type { Client } from './client-authentication.js'
import type { ProviderMetadata } from './metadata.js'
import type { Http } from '../net/http.js'
import { accountOf, mergeClaims, readUserinfo, verifyIdToken } from './id-token.js'
import type { KeySet } from './key-set.js'
import { RECENT_METADATA_MS, type FindProvider } from './provider.js'
import type { ExpectedCallback } from './callback.js'
import type {
  CallbackAnswer,
  CallbackListener,
  PendingCallback,
  CallbackDiagnostic,
} from './callback-listener.js'
import { signedInPage, type Page } from './pages.js'
import { codeChallenge, createNonce, createState, createVerifier } from './pkce.js'
import { asksOffline, withoutOfflineAccess } from './scopes.js'
import { exchangeCode, type Orphans } from './token-endpoint.js'

/** Where people sign in, and how. */
export type ProviderSettings = {
  issuer: string
  clientId: string
  scope: string
  audience: string | null
  prompt: string | null
  maxAgeS: number | null
  /** Null for a public client. */
  clientSecret: Secret | null
  /** What else goes along with each sign-in; cannot override what is ours. */
  parameters: Readonly<Record<string, string>>
}

export type AttemptDeps = {
  http: Http
  findProvider: FindProvider
  clock: Clock
  listener: CallbackListener
}

/** What goes to the provider for one person's sign-in. */
export type AuthorizationAttempt = {
  state: string
  nonce: string
  challenge: string
  scope: string
  audience: string | null
  prompt: string | null
  loginHint: string | null
  maxAgeS: number | null
  /** What else goes along; cannot override what is ours. */
  extra: Readonly<Record<string, string>>
}

/** A person's answer, and what is needed to go on from it. */
export type Authorized = {
  metadata: ProviderMetadata
  keys: KeySet
  redirectUri: string
  answer: CallbackAnswer
  /** Lets the listener go, once the person has been shown the end. */
  leave(): Promise<void>
}

/**
 * Takes a person to the provider and back. When it fails nothing is left open; when it succeeds the
 * caller shows the answer's page and then calls `leave`. Fails with an AuthError, or with the
 * signal's reason.
 *
 * 1. Read the provider's metadata.
 * 2. Open the way back.
 * 3. Hand out the link; fetch the signing keys while the person is in the browser.
 * 4. Wait for the callback.
 *
 * @see RFC 8252 section 4.1, RFC 7636 section 1.1
 */
export async function authorize(
  { findProvider }: Pick<AttemptDeps, 'findProvider'>,
  provider: Pick<ProviderSettings, 'issuer' | 'clientId' | 'parameters'>,
  attempt: AuthorizationAttempt,
  openRedirectTarget: (expected: ExpectedCallback) => Promise<PendingCallback>,
  linkReady: (link: string) => void,
  signal: AbortSignal,
): Promise<Authorized> {
  const { readMetadata, keys } = findProvider(provider)
  const metadata = await readMetadata({ maxAgeMs: RECENT_METADATA_MS, signal })
  const { issuer, issParameterSupported } = metadata
  const { redirectUri, answer, leave } = await openRedirectTarget({
    state: attempt.state,
    nonce: attempt.nonce,
    issuer,
    issParameterSupported,
  })
  const left = new AbortController()
  const end = (): Promise<void> => {
    left.abort()
    return leave()
  }
  try {
    signal.throwIfAborted()
    const { clientId, parameters } = provider
    // The owner's own, which an app's additional ones do not replace.
    const extra = { ...attempt.extra, ...parameters }
    linkReady(authorizationUrl(metadata, { ...attempt, clientId, redirectUri, extra }))
    // Only a head start: where it fails, the check asks again and says what is wrong.
    keys.read({ signal: AbortSignal.any([signal, left.signal]) }).catch(() => undefined)
    return { metadata, keys, redirectUri, answer: await unlessAborted(answer, signal), leave: end }
  } catch (thrown) {
    await end()
    throw thrown
  }
}

/** What proves that the code is ours, and that the ID token belongs to it. */
export type Proof = {
  code: string
  verifier: string
  nonce: string
  scope: string
  maxAgeS: number | null
  organization: string | null
}

export type CompletionSteps = {
  /** Keeps the session. Throws, keeping nothing, where the attempt was called off meanwhile. */
  keep(session: Session): Promise<void>
  /** Tokens came, or may still come, that will not be kept. */
  discard(tokens: Promise<Orphans>): void
}

/**
 * Goes from a code to a session that is kept. Fails with an AuthError, or with the signal's reason,
 * and then nothing is kept.
 *
 * 1. Exchange the code.
 * 2. Check who signed in, by the ID token; ask userinfo at the same time for what it adds.
 * 3. Keep the session.
 *
 * @see RFC 6749 section 4.1.3, OpenID Connect Core 1.0 section 3.1.3
 */
export async function completeSignIn(
  { http, clock }: AttemptDeps,
  { clientId, clientSecret }: Client,
  { metadata, keys, redirectUri }: Pick<Authorized, 'metadata' | 'keys' | 'redirectUri'>,
  { code, verifier, nonce, scope, maxAgeS, organization }: Proof,
  steps: CompletionSteps,
  signal: AbortSignal,
): Promise<Session> {
  // Requests that nobody waits for any more end with the attempt.
  const ended = new AbortController()
  const within = AbortSignal.any([signal, ended.signal])
  // Not ended with the attempt: the code is spent by now, and tokens that nobody reads live on.
  const exchanged = exchangeCode(
    http,
    metadata,
    { clientId, clientSecret, code, redirectUri, verifier, scope },
    clock,
    (orphans) => steps.discard(Promise.resolve(orphans)),
  )
  try {
    const { tokens, clockSkewMs } = await unlessAborted(exchanged, signal)
    const expected = { clientId, nonce, maxAgeS, organization, clockSkewMs }
    const [idToken, userinfo] = await Promise.all([
      verifyIdToken(keys, metadata, tokens, expected, clock.nowMs(), within),
      readUserinfo(http, metadata, tokens.accessToken, within),
    ])
    const claims = mergeClaims(idToken, userinfo)
    const { issuer } = metadata
    const session: Session = { issuer, clientId, account: accountOf(claims), claims, tokens }
    await steps.keep(session)
    return session
  } catch (thrown) {
    steps.discard(exchanged.then(({ tokens }) => tokens))
    throw thrown
  } finally {
    ended.abort()
  }
}

/** What the tray's sign-in asks for this time. */
export type SignInRequest = Pick<AuthorizationAttempt, 'state' | 'scope' | 'prompt' | 'loginHint'>

/** What the tray's sign-in tells on its way, and the decisions that are not its own. */
export type AttemptSteps = CompletionSteps & {
  /** The listener is open: the person may be sent to the link. */
  linkReady(link: string): void
  /** The person's tab goes on to this link by itself: the provider did not allow offline_access. */
  linkChanged(link: string): void
  /** Without offline_access the provider's answer was another one. */
  offlineAccessRejected(): void
  /** Something reached the listener that is no answer: the most telling so far, or the like again. */
  onDiagnostic(diagnostic: CallbackDiagnostic): void
  /** The person's answer is in; from here on the wait's time limit no longer counts. */
  exchangeStarted(): void
  /** What a browser that waits is shown when the attempt fails with `thrown`. */
  pageFor(thrown: unknown): Page
}

/** One request to the provider, its secrets, and the person's answer to it. */
type Asked = { scope: string; verifier: string; nonce: string; authorized: Authorized }

/**
 * The tray's sign-in: both halves in one, with verifiers and nonces of its own. Where the provider
 * does not allow offline_access, the same tab goes on without it, once. Success is shown when the
 * session is kept, not before. When it ends, in whatever way, the browser has its page and the
 * listener is left.
 */
export async function signInFromTray(
  deps: AttemptDeps,
  provider: ProviderSettings,
  request: SignInRequest,
  steps: AttemptSteps,
  signal: AbortSignal,
): Promise<Session> {
  const first = await ask(deps, provider, request, steps, (link) => steps.linkReady(link), signal)
  let asked = first
  try {
    if (mayAskAgain(first)) {
      asked = await askWithoutOffline(deps, provider, request, first, steps, signal)
    }
    const { authorized, ...secrets } = asked
    const { result, show } = authorized.answer
    if (result.kind === 'refused') throw result.error
    steps.exchangeStarted()
    const { organization = null } = provider.parameters
    const proof = { ...secrets, code: result.code, maxAgeS: provider.maxAgeS, organization }
    const session = await completeSignIn(deps, provider, authorized, proof, steps, signal)
    await show(signedInPage(session.account))
    return session
  } catch (thrown) {
    await asked.authorized.answer.show(steps.pageFor(thrown))
    throw thrown
  } finally {
    await asked.authorized.leave()
    await first.authorized.leave()
  }
}

async function ask(
  deps: AttemptDeps,
  provider: ProviderSettings,
  request: SignInRequest,
  steps: AttemptSteps,
  linkReady: (link: string) => void,
  signal: AbortSignal,
): Promise<Asked> {
  const { audience, maxAgeS } = provider
  const verifier = createVerifier()
  const nonce = createNonce()
  const challenge = codeChallenge(verifier)
  const authorized = await authorize(
    deps,
    provider,
    { ...request, nonce, challenge, audience, maxAgeS, extra: {} },
    (expected) =>
      deps.listener.expect(expected, null, (diagnostic) => steps.onDiagnostic(diagnostic)),
    linkReady,
    signal,
  )
  return { scope: request.scope, verifier, nonce, authorized }
}

function mayAskAgain({ scope, authorized }: Asked): boolean {
  const { result } = authorized.answer
  return result.kind === 'refused' && result.aboutScope && asksOffline(scope)
}

/** The first request has been answered for good: the second one shares nothing secret with it. */
async function askWithoutOffline(
  deps: AttemptDeps,
  provider: ProviderSettings,
  request: SignInRequest,
  first: Asked,
  steps: AttemptSteps,
  signal: AbortSignal,
): Promise<Asked> {
  const scope = withoutOfflineAccess(request.scope)
  const goOn = (link: string): void => {
    steps.linkChanged(link)
    void first.authorized.answer.redirect(link)
  }
  const second = { ...request, state: createState(), scope }
  const asked = await ask(deps, provider, second, steps, goOn, signal)
  const { result } = asked.authorized.answer
  if (result.kind === 'code' || !result.aboutScope) steps.offlineAccessRejected()
  return asked
}
