// Sends requests with the system's proxy and certificates.

import { net, session } from 'electron'

/**
 * Electron's fetch without cookies and without a cache, because keys must be current and a provider's
 * data about a person must not be on the disk. Redirects are not followed. A GET without credentials
 * gets the redirect as its answer, as with any other fetch. `net.fetch` alone would fail.
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
    // A request with a sent body can't be copied, and trying would hide the reason of the failure.
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    if (!isRedirect || method !== 'GET') throw thrown
    const request = new Request(input, init)
    if (request.headers.has('Authorization')) throw thrown
    return askForRedirect(request.url, request.signal, thrown)
  }
}

/** Repeats the request to find the target of the redirect. Fails with `thrown` if there is none now. */
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

/** The valid values in `Headers`. */
const BYTES = /^[\0-\xff]*$/

/**
 * Removes headers that `net.fetch` can't handle from all answers. For a character above U+00FF, it
 * throws an error that can't be caught, and its promise never settles. Call when the app is ready.
 *
 * @see {@link https://github.com/electron/electron/issues/42244}
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
