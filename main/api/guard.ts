// Who may call the local service: programs of this user, and no page of any website.

import type { IncomingMessage } from 'node:http'
import { LOOPBACK_HOSTS } from '../bind.js'
import { Problem } from './problem.js'

export type GuardPorts = {
  port: number
  /** The user that owns the other end of a connection; null where the system does not tell. */
  userOf(request: IncomingMessage): number | null
  /** This program's user; null where the system has none. */
  user: number | null
}

/** The one call that a browser makes from another origin: the provider's form, sent by its page. */
export const FORM_POST_PATH = '/pkce/response/code'

/**
 * Decides on a request before anything else looks at it; null lets it in.
 *
 * 1. The target is in origin form, and there is one Host (RFC 9112 sections 3.2 and 3.2.1).
 * 2. Host is this machine's loopback with our port: a name that was rebound to it is not.
 * 3. `Origin` and `Sec-Fetch-Site` say that no website's page is asking. Programs send neither.
 * 4. The other end of the connection belongs to the same user, where the system tells.
 *
 * The provider's form post is let through here; what guards it is the state of a waiting flow.
 */
export function guard(request: IncomingMessage, ports: GuardPorts): Problem | null {
  const target = request.url ?? ''
  const hosts = valuesOf(request, 'host')
  if (!target.startsWith('/') || hosts.length !== 1) {
    return new Problem('malformed', 'The request must name one Host and a path.')
  }
  const allowed = LOOPBACK_HOSTS.flatMap((host) => authoritiesOf(host, ports.port))
  if (!allowed.includes(hosts[0]!.toLowerCase())) {
    return forbidden(`Ask for this service by one of its own names: ${allowed.join(', ')}.`)
  }

  const isFormPost = request.method === 'POST' && target.split('?')[0] === FORM_POST_PATH
  if (!isFormPost && isFromAPage(request)) {
    return forbidden('This service answers programs on this computer, not the pages of websites.')
  }

  const user = ports.userOf(request)
  if (user !== null && ports.user !== null && user !== ports.user) {
    return forbidden('This service belongs to another user of this computer.')
  }
  return null
}

/**
 * How clients write a host and a port; without the port too where it is http's own.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-4.2.3}
 */
export function authoritiesOf(host: string, port: number): string[] {
  return port === HTTP_PORT ? [`${host}:${port}`, host] : [`${host}:${port}`]
}

const HTTP_PORT = 80

/** True where a browser says that a page is asking, whichever it is. */
export function isFromAPage(request: IncomingMessage): boolean {
  const sites = valuesOf(request, 'sec-fetch-site')
  return (
    valuesOf(request, 'origin').length > 0 ||
    sites.some((site) => site !== 'none' && site !== 'same-origin')
  )
}

/** The origins that a form post may come from; undefined where it comes from no page. */
export function originsOf(request: IncomingMessage): readonly string[] {
  return valuesOf(request, 'origin')
}

// Node keeps the first of several Host headers only; the raw ones are all there.
function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name,
  )
}

function forbidden(detail: string): Problem {
  return new Problem('forbidden', detail)
}
