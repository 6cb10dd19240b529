// The way to the network that follows the system's proxy and certificates.

import { net } from 'electron'

/** Electron's fetch, without its session's cookies, and without its cache: keys must be fresh, and
 * what a provider says of a person does not belong on the disk. */
export const electronFetch: typeof fetch = (input, init) =>
  net.fetch(input instanceof URL ? input.href : input, {
    ...init,
    credentials: 'omit',
    cache: 'no-store',
  })
