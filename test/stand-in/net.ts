// Electron's `net`: Node's own fetch, with the session's cookies and cache, and with Chromium's messages for
// failures.

import { isUtf8 } from 'node:buffer'
import { EventEmitter } from 'node:events'
import type { ClientRequest, ClientRequestConstructorOptions, Net } from 'electron'
import { inside } from './app.js'
import { receiveHeaders } from './session.js'
import { strict } from './strict.js'

const CHROMIUM_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  ECONNRESET: 'ERR_CONNECTION_RESET',
  UND_ERR_SOCKET: 'ERR_CONNECTION_CLOSED',
  ENOTFOUND: 'ERR_NAME_NOT_RESOLVED',
  EAI_AGAIN: 'ERR_NAME_NOT_RESOLVED',
  ENETUNREACH: 'ERR_ADDRESS_UNREACHABLE',
  EHOSTUNREACH: 'ERR_ADDRESS_UNREACHABLE',
  ETIMEDOUT: 'ERR_CONNECTION_TIMED_OUT',
  UND_ERR_CONNECT_TIMEOUT: 'ERR_CONNECTION_TIMED_OUT',
}

/** The headers that Chromium adds by itself. */
const RESTRICTED_HEADERS = [
  'Content-Length',
  'Host',
  'Trailer',
  'Te',
  'Upgrade',
  'Cookie2',
  'Keep-Alive',
  'Transfer-Encoding',
]

export const netDouble = {
  async fetch(input: string | Request, init: RequestInit = {}): Promise<Response> {
    inside.needsReady('net.fetch() cannot be called')
    const { headers } = new Request(input instanceof Request ? input.clone() : input, init)
    for (const name of RESTRICTED_HEADERS) {
      if (headers.has(name)) throw new Error(`net.fetch() must not be given the header ${name}`)
    }
    const redirect = init.redirect ?? (typeof input === 'string' ? 'follow' : input.redirect)
    const asked = new Request(input instanceof Request ? input.clone() : input, init)
    // Node follows redirects only if the caller wants that. Otherwise the answer is handled here.
    const response = await throughSession(asked, () =>
      fetch(input, {
        ...init,
        headers: withCookies(asked),
        redirect: redirect === 'follow' ? 'follow' : 'manual',
      }),
    ).catch((thrown: unknown) => {
      throw inChromiumsWords(thrown)
    })
    if (redirect === 'follow' || !isRedirect(response)) return received(response, init.signal)
    await response.body?.cancel()
    throw new Error(
      redirect === 'manual'
        ? 'Redirect was cancelled'
        : "Attempted to redirect, but redirect policy was 'error'",
    )
  },

  request(options: ClientRequestConstructorOptions | string): ClientRequest {
    inside.needsReady('net.request() cannot be called')
    if (typeof options === 'string' || options.redirect !== 'manual' || !options.url) {
      throw new Error('the stand-in has net.request() only for a URL whose redirect is looked at')
    }
    return strict(
      'net.request()',
      new ManualRequest(options.url, options.headers ?? {}),
      () => false,
    ) as unknown as ClientRequest
  },
} satisfies Pick<Net, 'fetch' | 'request'>

/** A GET request that reports a redirect, and follows it only if the listener says so at once. */
class ManualRequest extends EventEmitter {
  readonly #url: string
  readonly #headers: Record<string, string | string[]>
  readonly #aborted = new AbortController()

  constructor(url: string, headers: Record<string, string | string[]>) {
    super()
    this.#url = url
    this.#headers = headers
  }

  end(): this {
    void this.#run().finally(() => this.emit('close'))
    return this
  }

  abort(): void {
    if (this.#aborted.signal.aborted) return
    this.#aborted.abort()
    process.nextTick(() => this.emit('abort'))
  }

  async #run(): Promise<void> {
    const { signal } = this.#aborted
    const headers = Object.entries(this.#headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    try {
      // It sends no cookies by itself. A header says how fresh its answer must be.
      const cache = headers.some(([, value]) => value === 'no-cache') ? 'no-cache' : 'default'
      const asked = new Request(this.#url, { headers, cache, credentials: 'omit' })
      const response = await throughSession(asked, () =>
        fetch(this.#url, { redirect: 'manual', headers, signal }),
      )
      if (!isRedirect(response)) return void this.emit('response', response)
      const { href } = new URL(response.headers.get('location')!, this.#url)
      await response.body?.cancel()
      this.emit('redirect', response.status, 'GET', href, toHeaders(response))
      if (!signal.aborted) this.emit('error', new Error('Redirect was cancelled'))
    } catch (thrown) {
      if (!signal.aborted) this.emit('error', inChromiumsWords(thrown))
    }
  }
}

/** By origin, `name=value`. */
const cookies = new Map<string, Set<string>>()
/** Answers by URL. The real session's cache is on the disk. */
const cached = new Map<string, Response>()

/** Unless the caller says `omit`, Electron sends cookies and stores those in answers. */
function withCookies({ url, headers, credentials }: Request): Headers {
  const own = cookies.get(new URL(url).origin)
  const sent = new Headers(headers)
  if (credentials !== 'omit' && own) sent.set('Cookie', [...own].join('; '))
  return sent
}

/** Sends the request unless the session's cache has the answer. Caches the answer if its headers say so. */
async function throughSession(asked: Request, ask: () => Promise<Response>): Promise<Response> {
  const { url, method, cache, credentials } = asked
  const known = cached.get(url)
  if (method === 'GET' && cache === 'default' && known) return known.clone()
  const response = await ask()
  const lasts = /max-age=[1-9]/.test(response.headers.get('cache-control') ?? '')
  if (method === 'GET' && cache !== 'no-store' && lasts) cached.set(url, copyResponse(response))
  if (credentials !== 'omit') {
    const { origin } = new URL(url)
    const own = cookies.get(origin) ?? new Set()
    for (const cookie of response.headers.getSetCookie()) own.add(cookie.split(';')[0]!)
    cookies.set(origin, own)
  }
  return response
}

/** Discards the body of a redirect. */
function copyResponse(response: Response): Response {
  const { status, headers } = response
  return isRedirect(response) ? new Response(null, { status, headers }) : response.clone()
}

/** Returns the answer as the session's listeners changed it, if Headers can hold its headers. */
async function received(
  response: Response,
  signal: AbortSignal | null | undefined,
): Promise<Response> {
  const { url, status, statusText } = response
  const values = await receiveHeaders(url, toHeaders(response))
  const headers = Object.entries(values).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  try {
    return new Response(response.body, { status, statusText, headers })
  } catch (thrown) {
    // Electron throws this outside its promise, which only the signal can settle: electron/electron#42244.
    setImmediate(() => {
      throw thrown
    })
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
    })
  }
}

/** Chromium decodes a header's value as UTF-8 if it is valid. Node has one character per byte. */
function toHeaders({ headers }: Response): Record<string, string[]> {
  const read: Record<string, string[]> = {}
  for (const [name, value] of headers) {
    const bytes = Buffer.from(value, 'latin1')
    const values = (read[name] ??= [])
    values.push(isUtf8(bytes) ? bytes.toString() : value)
  }
  return read
}

function isRedirect({ status, headers }: Response): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.has('location')
}

function inChromiumsWords(thrown: unknown): unknown {
  if (!(thrown instanceof TypeError)) return thrown // Aborted by its signal.
  if (/bad port/.test(String(thrown.cause))) return new Error('net::ERR_UNSAFE_PORT')
  for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause) {
    // Several errors, if a name has several addresses.
    const { code } = (cause instanceof AggregateError ? cause.errors[0] : cause) as {
      code?: string
    }
    if (code !== undefined) return new Error(`net::${CHROMIUM_WORDS[code] ?? 'ERR_FAILED'}`)
  }
  return new Error('net::ERR_FAILED')
}
