// Who may call the local service: programs of this user, and no page of any website.

import type { IncomingMessage } from 'node:http'
import { LOOPBACK_HOSTS } from '../net/loopback.js'
import { Problem } from './problem.js'

export type GuardDeps = {
  port: number
  /** True if this user or root is at the other end, or the system cannot tell. S25. */
  isOurs(request: IncomingMessage): boolean
}

/** The one call that a browser makes from another origin: the provider's form, sent by its page. */
export const FORM_POST_PATH = '/pkce/response/code'

/** These give nothing that belongs to anyone, so nobody is asked who they are. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  '/pkce/challenge',
  '/.well-known/health',
  '/.well-known/version',
])

/**
 * Decides on a request before anything else looks at it; null lets it in.
 *
 * 1. The target is in origin form, and there is one Host (RFC 9112 sections 3.2 and 3.2.1).
 * 2. Host is this machine's loopback with our port: a name that was rebound to it is not.
 * 3. Nothing says that a browser looks ahead, or that a website's page is asking. Programs send none
 *    of these headers. A person's own address bar gets what is public only.
 * 4. The other end of the connection belongs to the same user, where the system tells.
 * 5. The path is written in its only form, so that routes see the path that was judged here.
 *
 * The provider's form post is let through here; what guards it is the state of a waiting flow.
 */
export function guard(request: IncomingMessage, deps: GuardDeps): Problem | null {
  const target = request.url ?? ''
  const hosts = valuesOf(request, 'host')
  if (!target.startsWith('/') || hosts.length !== 1) {
    return new Problem('malformed', 'The request must name one Host and a path.')
  }
  const allowed = LOOPBACK_HOSTS.flatMap((host) => authoritiesOf(host, deps.port))
  if (!allowed.includes(hosts[0]!.toLowerCase())) {
    const detail = `Ask for this service by one of its own names: ${allowed.join(', ')}.`
    return new Problem('wrong-host', detail)
  }

  const path = target.split('?')[0]!
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isFormPost = request.method === 'POST' && path === FORM_POST_PATH
  if (isPrefetch(request) || (!isFormPost && isFromAPage(request))) return webPage()
  if (!isFormPost && isFromAddressBar(request) && !(isRead && isPublic(path))) return webPage()

  if (!(isRead && OPEN_PATHS.has(path)) && !deps.isOurs(request)) {
    const detail = 'This service belongs to another user of this computer.'
    return new Problem('other-user', detail)
  }
  if (isPlain(path)) return null
  return new Problem(
    'not-found',
    'There is nothing at this path. /openapi.json tells what there is.',
  )
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

/** True where a browser asks on its own account, ahead of the person. S44. */
function isPrefetch(request: IncomingMessage): boolean {
  return ['sec-purpose', 'purpose'].some((name) => valuesOf(request, name).length > 0)
}

/** True where a browser's own person typed the address, or opened a bookmark. Node's fetch sends a mode alone. */
function isFromAddressBar(request: IncomingMessage): boolean {
  return (
    valuesOf(request, 'sec-fetch-site').includes('none') &&
    ['sec-fetch-mode', 'sec-fetch-dest', 'sec-fetch-user'].some(
      (name) => valuesOf(request, name).length > 0,
    )
  )
}

function isPublic(path: string): boolean {
  return path.startsWith('/.well-known/') || path === '/openapi.json'
}

/** True if no part of a path could be read in two ways: no `..`, no `\\`, no escapes. */
function isPlain(path: string): boolean {
  if (path.includes('%')) return false
  try {
    // Not as a URL of its own: `//host/path` would lose its first part to the host.
    return new URL(`http://localhost${path}`).pathname === path
  } catch {
    return false
  }
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

function webPage(): Problem {
  const detail = 'This service answers programs on this computer, not the pages of websites.'
  return new Problem('web-page', detail)
}
