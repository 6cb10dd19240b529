// One sign-in, from the link to a checked identity, as a straight function.

import type { Clock } from '../clock.js'
import type { HeldSession } from '../vault.js'
import { authorizationUrl } from './authorize.js'
import { discover } from './discovery.js'
import type { Http } from './http.js'
import { accountOf, createKeySet, mergeClaims, readUserinfo, verifyIdToken } from './identity.js'
import type { CallbackListener } from './loopback.js'
import { signedInPage, type Page } from './pages.js'
import { challengeOf, createNonce, createVerifier } from './pkce.js'
import { exchangeCode, type TokenSet } from './token.js'

/** Where people sign in, and how. */
export type ProviderSettings = {
  issuer: string
  clientId: string
  scope: string
  audience: string | null
  prompt: string | null
  maxAgeS: number | null
}

export type AttemptPorts = {
  http: Http
  clock: Clock
  listener: CallbackListener
}

/** What an attempt tells on its way, and the decisions that are not its own. */
export type AttemptSteps = {
  /** The listener is open: the person may be sent to the link. */
  linkReady(link: string): void
  /** The person's answer is in; from here on the wait's time limit no longer counts. */
  exchangeStarted(): void
  /** Keeps the session. Throws, keeping nothing, where the attempt was called off meanwhile. */
  keep(session: HeldSession): Promise<void>
  /** Tokens came that will not be kept. */
  discard(tokens: TokenSet): void
  /** What a browser that waits is shown when the attempt fails with `thrown`. */
  pageFor(thrown: unknown): Page
}

/**
 * Signs a person in once. When it ends, in whatever way, the browser has its page and the listener
 * is left. Fails with an AuthError, or with the signal's reason.
 *
 * 1. Read the provider's metadata.
 * 2. Make verifier and nonce; `state` is the flow's name and comes from the caller.
 * 3. Open the listener.
 * 4. Hand out the link; fetch the signing keys while the person is in the browser.
 * 5. Wait for the callback.
 * 6. Exchange the code.
 * 7. Check who signed in.
 * 8. Keep the session, then show success.
 *
 * @see RFC 8252 section 4.1, RFC 7636 section 1.1
 */
export async function attemptSignIn(
  ports: AttemptPorts,
  provider: ProviderSettings,
  state: string,
  steps: AttemptSteps,
  signal: AbortSignal,
): Promise<HeldSession> {
  const { http, clock, listener } = ports
  const { clientId, scope } = provider
  // Requests that nobody waits for any more end with the attempt.
  const ended = new AbortController()
  const within = AbortSignal.any([signal, ended.signal])

  const metadata = await discover(http, provider.issuer, signal)
  const verifier = createVerifier()
  const nonce = createNonce()

  const pending = await listener.expect({
    state,
    issuer: metadata.issuer,
    promisesIss: metadata.promisesIss,
  })
  try {
    signal.throwIfAborted()
    const link = authorizationUrl(metadata, {
      clientId,
      redirectUri: pending.redirectUri,
      scope,
      state,
      nonce,
      challenge: challengeOf(verifier),
      audience: provider.audience,
      prompt: provider.prompt,
      maxAgeS: provider.maxAgeS,
    })
    steps.linkReady(link)
    const keys = createKeySet(http, metadata)
    // Only a head start: where it fails, the check below asks again and says what is wrong.
    keys.read({ signal: within }).catch(() => undefined)

    const { result, show } = await unlessAborted(pending.answer, signal)
    try {
      if (result.kind === 'refused') throw result.error
      steps.exchangeStarted()

      const { redirectUri } = pending
      const { code } = result
      const tokens = await exchangeCode(
        http,
        metadata,
        { clientId, code, redirectUri, verifier, scope },
        clock.nowMs(),
        within,
      )
      try {
        const { maxAgeS } = provider
        const expected = { clientId, nonce, maxAgeS }
        const [idToken, userinfo] = await Promise.all([
          verifyIdToken(keys, metadata, tokens, expected, clock.nowMs(), within),
          readUserinfo(http, metadata, tokens.accessToken, within),
        ])
        const claims = mergeClaims(idToken, userinfo)
        const account = accountOf(claims)
        const { issuer } = metadata
        const session: HeldSession = { issuer, clientId, account, claims, tokens }
        await steps.keep(session)
        await show(signedInPage(account))
        return session
      } catch (thrown) {
        steps.discard(tokens)
        throw thrown
      }
    } catch (thrown) {
      await show(steps.pageFor(thrown))
      throw thrown
    }
  } finally {
    ended.abort()
    await pending.leave()
  }
}

/** Waits for a promise, or throws the signal's reason as soon as it aborts. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject)
  })
}
