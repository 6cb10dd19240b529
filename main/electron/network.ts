// The way to the network that follows the system's proxy and certificates.

import { net, session } from 'electron'

/** Electron's fetch, without its session's cookies, and without its cache: keys must be fresh, and
 * what a provider says of a person does not belong on the disk. */
export const electronFetch: typeof fetch = (input, init) =>
  net.fetch(input instanceof URL ? input.href : input, {
    ...init,
    credentials: 'omit',
    cache: 'no-store',
  })

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
