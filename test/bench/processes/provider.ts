// The embedded provider as a process of its own, which records when it worked on each request.

import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProvider } from '../../provider/provider.js'
import { connect } from '../../stand-in/wire.js'
import { answerLink } from '../../support/person.js'
import type { Interval } from '../intervals.js'
import { nowMs } from '../monotonic.js'

/** Given as JSON in the first argument. */
export type ProviderStart = {
  /** Serves https on this port of 127.0.0.1. Null: http, on any free one. */
  tls: { port: number; key: string; cert: string } | null
  /** The client's secret. Null: a public client. */
  secret: string | null
}

export type ProviderRequest = Interval & { path: string }

export type ProviderCalls = {
  address(): { issuer: string; clientId: string }
  /** Signs Alice in, as a browser would. Returns the callback's address. */
  signIn(link: string): string
  /** Returns the requests since the last call. */
  takeRequests(): readonly ProviderRequest[]
  /** Makes token requests take this much longer. */
  holdTokens(ms: number): void
  /** Sets the lifetime of the next access tokens. */
  setLifetime(seconds: number): void
}

const { tls, secret } = JSON.parse(process.argv[2]!) as ProviderStart
let requests: ProviderRequest[] = []
let lifetimeS = 3600

recordRequests()
const provider = await startProvider({
  ...(tls && { port: tls.port, tls: { ...tls, origin: `https://127.0.0.1:${tls.port}` } }),
  ...(secret !== null && { secret: { value: secret, method: 'client_secret_basic' } }),
})
provider.misbehave.tokenResponse = (json) => ({ ...json, expires_in: lifetimeS })

connect<Record<string, never>, ProviderCalls>(process, {
  address: () => ({ issuer: provider.issuer, clientId: provider.clientId }),
  signIn: (link) => answerLink(link),
  takeRequests: () => requests.splice(0),
  holdTokens(ms) {
    provider.misbehave.hold = (endpoint) => (endpoint === 'token' ? sleep(ms) : undefined)
  },
  setLifetime: (seconds) => void (lifetimeS = seconds),
})
process.once('disconnect', () => process.exit())

function recordRequests(): void {
  const startsMs = new WeakMap<IncomingMessage, number>()
  type Message = { request: IncomingMessage }
  subscribe('http.server.request.start', (message) => {
    startsMs.set((message as Message).request, nowMs())
  })
  subscribe('http.server.response.finish', (message) => {
    const { request } = message as Message
    const startMs = startsMs.get(request)
    if (startMs === undefined) return
    // oidc-provider is mounted at the root, so the path is unchanged.
    const path = request.url!.split('?')[0]!
    requests.push({ path, startMs, endMs: nowMs() })
  })
}
