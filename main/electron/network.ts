// The way to the network that follows the system's proxy and certificates.

import { net, session } from 'electron'

/**
 * Electron's fetch, without its session's cookies, and without its cache: keys must be fresh, and
 * what a provider says of a person does not belong on the disk. Redirects are not followed. A GET
 * without credentials gets the redirect as its answer, as fetch gives it elsewhere; `net.fetch` only
 * fails.
 */
export const electronFetch: typeof fetch = async (input, init) => {
  try {
    return await net.fetch(input instanceof URL ? input.href : input, {
      ...init,
      credentials: 'omit',
      cache: 'no-store',
    })
  } catch (thrown) {
    const isRedirect = thrown instanceof Error && thrown.message === 'Redirect was cancelled'
    // A request whose body has been sent cannot be copied, and this would hide why it failed.
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    if (!isRedirect || method !== 'GET') throw thrown
    const request = new Request(input, init)
    if (request.headers.has('Authorization')) throw thrown
    return askForRedirect(request.url, request.signal, thrown)
  }
}

/** Asks again to learn where an address redirects to. Fails with `thrown` if it no longer does. */
function askForRedirect(url: string, signal: AbortSignal, thrown: Error): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = net.request({
      url,
      redirect: 'manual',
      credentials: 'omit',
      headers: { 'Cache-Control': 'no-cache' },
    })
    const abort = (): void => {
      reject(signal.reason as Error)
      request.abort()
    }
    signal.addEventListener('abort', abort, { once: true })
    request.once('close', () => signal.removeEventListener('abort', abort))
    request.once('redirect', (status, _method, location) => {
      resolve(new Response(null, { status, headers: { Location: location } }))
      request.abort()
    })
    request.once('response', () => {
      reject(thrown)
      request.abort()
    })
    request.on('error', reject)
    if (signal.aborted) return abort()
    request.end()
  })
}

/** What a header's value may hold where there are Headers. */
const BYTES = /^[\0-\xff]*$/

/**
 * Takes out of every answer the headers that `net.fetch` cannot hold: on a character above U+00FF it
 * throws where nobody can catch it, and leaves its promise open. Call when the app is ready.
 *
 * @see https://github.com/electron/electron/issues/42244
 */
export function dropUnreadableHeaders(): void {
  const { webRequest } = session.defaultSession
  const urls = ['https://*/*', 'http://*/*']
  webRequest.onHeadersReceived({ urls }, ({ responseHeaders = {} }, answer) => {
    const headers = Object.entries(responseHeaders)
    const isReadable = (value: string): boolean => BYTES.test(value)
    if (headers.every(([, values]) => values.every(isReadable))) return answer({})
    const readable = headers
      .map(([name, values]) => [name, values.filter(isReadable)] as const)
      .filter(([, values]) => values.length > 0)
    answer({ responseHeaders: Object.fromEntries(readable) })
  })
}
