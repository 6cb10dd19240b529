// One provider and client: its metadata and signing keys, read once and cached while Latchkey runs.

import { isDeepStrictEqual } from 'node:util'
import type { JSONWebKeySet } from 'jose'
import { createSharedTask } from '../base/abort.js'
import type { Clock } from '../base/clock.js'
import { asAuthError, type AuthError, type ErrorCode } from '../base/errors.js'
import type { Http } from '../net/http.js'
import { fetchKeySet, type KeySet } from './key-set.js'
import { fetchMetadata, type ProviderMetadata } from './metadata.js'

export type ProviderClient = { readonly issuer: string; readonly clientId: string }

export type Provider = ProviderClient & {
  /**
   * Gives the metadata. Reads them if they are older than `maxAgeMs` milliseconds (an hour, unless
   * the caller needs newer ones). Fails as {@link fetchMetadata} does.
   */
  readMetadata(options?: {
    maxAgeMs?: number
    signal?: AbortSignal | undefined
  }): Promise<ProviderMetadata>
  /** The signing keys. Reading them fails as {@link fetchKeySet} and {@link fetchMetadata} do. */
  readonly keys: KeySet
  /**
   * Calls `send` with the metadata. If it fails in a way that outdated metadata may explain, the next
   * caller gets new ones. If the metadata came from the cache, are different by now, and
   * `mayRepeat` allows it, `send` is called once more with the new ones.
   */
  request<Value>(
    send: (metadata: ProviderMetadata) => Promise<Value>,
    options: { mayRepeat(error: AuthError): boolean; signal?: AbortSignal },
  ): Promise<Value>
}

/** Gives the one provider object of an issuer and client. */
export type FindProvider = (client: ProviderClient) => Provider

type Deps = { http: Http; clock: Pick<Clock, 'nowMs'> }

const METADATA_LIFE_MS = 3_600_000
/**
 * A sign-in reads the metadata unless they were read a moment ago. Reading them proves that the
 * provider can be reached before the browser opens, and finds endpoints that have moved. It reads the
 * keys in the same way, while the person is in the browser.
 */
export const RECENT_METADATA_MS = 5_000
/** A renewal trusts keys that the provider has withdrawn for no longer than this. */
const KEYS_LIFE_MS = 3_600_000
/**
 * By then a provider may have withdrawn a key, or replaced it without renaming it. A sign-in is not checked
 * by older keys.
 */
export const KEYS_OUTDATED_MS = 600_000

/** Makes the cache of providers. Nothing is requested yet. */
export function createProviders(deps: Deps): FindProvider {
  const providers = new Map<string, Provider>()
  return ({ issuer, clientId }) => {
    const name = JSON.stringify([issuer, clientId])
    const known = providers.get(name)
    if (known) return known
    const created = createProvider(deps, { issuer, clientId })
    providers.set(name, created)
    return created
  }
}

export function createProvider(deps: Deps, { issuer, clientId }: ProviderClient): Provider {
  const { http, clock } = deps
  const cached: Cache = { metadata: null, keys: null }

  const fetchNewMetadata = createSharedTask(async (signal) => {
    const value = await fetchMetadata(http, issuer, signal)
    cached.metadata = { value, readAtMs: clock.nowMs() }
    return value
  })

  const readMetadata: Provider['readMetadata'] = ({ maxAgeMs = METADATA_LIFE_MS, signal } = {}) => {
    const { metadata } = cached
    const isUsable = metadata !== null && isYounger(metadata, maxAgeMs, clock)
    return isUsable ? Promise.resolve(metadata.value) : fetchNewMetadata(signal)
  }

  const forget = (metadata: ProviderMetadata): void => {
    if (cached.metadata?.value === metadata) cached.metadata = null
  }

  const request: Provider['request'] = async (send, { mayRepeat, signal }) => {
    const before = cached.metadata?.value
    const metadata = await readMetadata({ signal })
    try {
      return await send(metadata)
    } catch (thrown) {
      const error = asAuthError(thrown)
      if (signal?.aborted || !MAY_BE_OUTDATED.has(error.code)) throw thrown
      forget(metadata)
      if (metadata !== before || !mayRepeat(error)) throw thrown
      const newer = await readMetadata({ signal }).catch(() => null)
      if (newer === null || isDeepStrictEqual(newer, metadata)) throw thrown
      return send(newer)
    }
  }

  const fetchNewKeys = createSharedTask((signal) =>
    request(
      async ({ jwksUri }) => {
        const value = await fetchKeySet(http, jwksUri, signal)
        cached.keys = { value, jwksUri, readAtMs: clock.nowMs() }
        return value
      },
      { mayRepeat: () => true, signal },
    ),
  )

  const keys: KeySet = {
    async read({ again = false, maxAgeMs = KEYS_LIFE_MS, signal } = {}) {
      const { jwksUri } = await readMetadata({ signal })
      const known = cached.keys
      const isUsable = known?.jwksUri === jwksUri && isYounger(known, maxAgeMs, clock)
      return isUsable && !again ? known.value : fetchNewKeys(signal)
    },
    areOutdated: () => cached.keys !== null && !isYounger(cached.keys, KEYS_OUTDATED_MS, clock),
  }

  return { issuer, clientId, readMetadata, keys, request }
}

type Cached<Value> = { readonly value: Value; readonly readAtMs: number }
type CachedKeys = Cached<JSONWebKeySet> & { readonly jwksUri: string }
type Cache = { metadata: Cached<ProviderMetadata> | null; keys: CachedKeys | null }

/** False if the clock was set back meanwhile: then the age is unknown. */
function isYounger({ readAtMs }: Cached<unknown>, maxAgeMs: number, clock: Deps['clock']): boolean {
  const ageMs = clock.nowMs() - readAtMs
  return ageMs >= 0 && ageMs < maxAgeMs
}

/** The failures that a provider's moved endpoints or new algorithms may explain. */
const MAY_BE_OUTDATED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'provider-unreachable',
  'provider-timeout',
  'provider-error',
  'invalid-metadata',
  'invalid-token-response',
  'invalid-id-token',
  'revocation-failed',
])

/** True if the request never reached the provider, so that nothing it carried is spent. */
export function wasNeverSent({ code, answerLost }: AuthError): boolean {
  return code === 'provider-unreachable' && !answerLost
}
