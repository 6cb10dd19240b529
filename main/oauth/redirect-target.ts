// The redirect target: where the provider sends the browser, and the URIs to register for it.

import { REGISTRATION_MESSAGES } from './oauth-messages.js'

export const REDIRECT_HOSTS = ['127.0.0.1', 'localhost', '[::1]'] as const
export type RedirectHost = (typeof REDIRECT_HOSTS)[number]

export type RedirectTarget = {
  host: RedirectHost
  /** Begins with a slash. */
  path: string
  /** Ports registered with the provider, in order. If empty, any free port. */
  ports: readonly number[]
}

export const DEFAULT_TARGET: RedirectTarget = { host: '127.0.0.1', path: '/callback', ports: [] }

/** The redirect URI at a port. Without a port, the URI to register if the provider allows any port. */
export function redirectUriAt(
  { host, path }: Pick<RedirectTarget, 'host' | 'path'>,
  port: number | null,
): string {
  return `http://${host}${port === null ? '' : `:${port}`}${path}`
}

/**
 * Tells a person which URIs to register with the provider.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3}
 */
export function registrationAdvice(target: RedirectTarget): string {
  if (target.ports.length === 0) {
    return REGISTRATION_MESSAGES.anyPort(redirectUriAt(target, null), redirectUriAt(target, 8400))
  }
  const uris = target.ports.map((port) => redirectUriAt(target, port))
  return REGISTRATION_MESSAGES.fixedPorts(uris)
}
