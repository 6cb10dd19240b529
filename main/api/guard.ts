// Decides who may call the local service: programs of this user, but no web pages.

import type { IncomingMessage } from 'node:http'
import { LOOPBACK_HOSTS } from '../net/loopback.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { findPath, FORM_POST_PATH, isOpenRoute, readPath, type StreamName } from './endpoints.js'
import { Problem } from './problem.js'
import { findStream } from './stream-request.js'

export type GuardDeps = {
  /** The service's ports. Each answers for all. */
  ports: readonly number[]
  /** S25: true if the connection belongs to this user or root, or if the system cannot tell. */
  isOurs(request: IncomingMessage): boolean
  /** True if the request came by the Unix socket, which only this user can reach. */
  isSocketCall(request: IncomingMessage): boolean
  /** Returns why a request has no valid key; null if it has one. */
  checkKey(request: IncomingMessage): Problem | null
}

/** A request, with the facts that the checks share. */
type Call = {
  request: IncomingMessage
  target: string
  hosts: readonly string[]
  path: string
  isRead: boolean
  /** True for the only call that a provider's page makes. It must have the state of a waiting sign-in. */
  isFormPost: boolean
  /** The WebSocket that it asks for; null if it asks for none. */
  stream: StreamName | null
}

/** `ports`: null for a request that came by the Unix socket. */
type Check = (call: Call, ports: readonly number[] | null) => Problem | null

/** The checks, in order. The first one that fails answers the request. */
const CHECKS: readonly Check[] = [
  checkTarget, // S20
  checkHost, // S20
  checkPage, // S21, S44
  checkAddressBar, // S44
]

/** Checks a request before anything else reads it. Returns null if the request may continue. */
export function guard(request: IncomingMessage, deps: GuardDeps): Problem | null {
  return checkRequest(request, deps) ?? checkOwner(request, deps) ?? checkKey(request, deps)
}

/** Checks what the request itself says. The owner of its connection need not be known. */
export function checkRequest(
  request: IncomingMessage,
  deps: Pick<GuardDeps, 'ports' | 'isSocketCall'>,
): Problem | null {
  const ports = deps.isSocketCall(request) ? null : deps.ports
  const call = readCall(request)
  for (const check of CHECKS) {
    const problem = check(call, ports)
    if (problem !== null) return problem
  }
  return null
}

/** True if the owner of the connection does not matter to the answer. */
export function isOpenCall(request: IncomingMessage): boolean {
  const { method = '', url = '' } = request
  return isOpenRoute(findStream(request) ?? findPath(readPath(url))?.methods.get(method))
}

function readCall(request: IncomingMessage): Call {
  const target = request.url ?? ''
  const path = readPath(target)
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isFormPost = request.method === 'POST' && path === FORM_POST_PATH
  const hosts = readHeader(request, 'host')
  return { request, target, hosts, path, isRead, isFormPost, stream: findStream(request) }
}

/**
 * The target must be in origin form, and there must be exactly one Host header.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9112#section-3.2}
 */
function checkTarget({ target, hosts }: Call): Problem | null {
  if (target.startsWith('/') && hosts.length === 1) return null
  return new Problem('malformed', PROBLEM_DETAILS.noHostOrPath)
}

/** The Host must be a loopback host with a port of ours. Other names may have been rebound to it. */
function checkHost({ hosts }: Call, ports: readonly number[] | null): Problem | null {
  if (ports === null) return checkSocketHost(hosts[0]!)
  const allowed = listAllowedHosts(ports)
  if (allowed.includes(hosts[0]!.toLowerCase())) return null
  return new Problem('wrong-host', PROBLEM_DETAILS.wrongHost(allowed))
}

const PORT = /:\d{1,5}$/

/** A Unix socket has no port, so any will do, and none. */
function checkSocketHost(host: string): Problem | null {
  if (LOOPBACK_HOSTS.includes(host.toLowerCase().replace(PORT, ''))) return null
  return new Problem('wrong-host', PROBLEM_DETAILS.wrongHost(LOOPBACK_HOSTS))
}

/** Rejects requests with headers of web pages or of prefetches. Programs send neither. */
function checkPage(call: Call): Problem | null {
  const { request, isFormPost } = call
  if (isPrefetch(request) || (!isFormPost && isFromOtherPage(call))) return makeWebPageProblem()
  return null
}

/** S21: some programs send our own origin with a WebSocket. No page of ours has a script. */
function isFromOtherPage({ request, hosts, stream }: Call): boolean {
  const isOwn = readOrigins(request).every((origin) => origin === `http://${hosts[0]}`)
  return stream !== null && isOwn ? isCrossSite(request) : isFromAPage(request)
}

/** A browser's address bar gets only public paths. */
function checkAddressBar({ request, isFormPost, isRead, path }: Call): Problem | null {
  if (isFormPost || !isFromAddressBar(request)) return null
  return isRead && isPublic(path) ? null : makeWebPageProblem()
}

/** If the system can tell, the other end of the connection must belong to this user or root. */
function checkOwner(request: IncomingMessage, deps: GuardDeps): Problem | null {
  if (isOpenCall(request) || deps.isOurs(request)) return null
  return new Problem('other-user', PROBLEM_DETAILS.otherUser)
}

/** The Unix socket serves only calls with a key. */
function checkKey(request: IncomingMessage, deps: GuardDeps): Problem | null {
  if (isOpenCall(request) || !deps.isSocketCall(request)) return null
  return deps.checkKey(request)
}

/** Lists the values of Host that are allowed. Once, because every request asks. */
function listAllowedHosts(ports: readonly number[]): readonly string[] {
  const known = allowedHosts.get(ports)
  const allowed = known ?? listLoopbackAuthorities(ports)
  if (!known) allowedHosts.set(ports, allowed)
  return allowed
}

const allowedHosts = new WeakMap<readonly number[], readonly string[]>()

/** Lists the ways to write this computer's loopback names, each with each port. */
export function listLoopbackAuthorities(ports: readonly number[]): readonly string[] {
  return ports.flatMap((port) => LOOPBACK_HOSTS.flatMap((host) => listAuthorities(host, port)))
}

/**
 * Lists the ways to write a host and a port. The default port of http may also be left out.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-4.2.3}
 */
function listAuthorities(host: string, port: number): string[] {
  return port === HTTP_PORT ? [`${host}:${port}`, host] : [`${host}:${port}`]
}

const HTTP_PORT = 80

/** True if a browser says that a page sends the request. */
export function isFromAPage(request: IncomingMessage): boolean {
  return readOrigins(request).length > 0 || isCrossSite(request)
}

function isCrossSite(request: IncomingMessage): boolean {
  const sites = readHeader(request, 'sec-fetch-site')
  return sites.some((site) => site !== 'none' && site !== 'same-origin')
}

/** S44: true if a browser sends the request before the user asks for the page. */
function isPrefetch(request: IncomingMessage): boolean {
  return PREFETCH_HEADERS.some((name) => readHeader(request, name).length > 0)
}

const PREFETCH_HEADERS = ['sec-purpose', 'purpose'] as const

/** True if the user typed the address or opened a bookmark. Node's fetch sends Sec-Fetch-Mode alone. */
function isFromAddressBar(request: IncomingMessage): boolean {
  return (
    readHeader(request, 'sec-fetch-site').includes('none') &&
    ['sec-fetch-mode', 'sec-fetch-dest', 'sec-fetch-user'].some(
      (name) => readHeader(request, name).length > 0,
    )
  )
}

function isPublic(path: string): boolean {
  return path.startsWith('/.well-known/') || path === '/openapi.json'
}

/** Returns the request's Origin headers. There are none if no page sends it. */
export function readOrigins(request: IncomingMessage): readonly string[] {
  return readHeader(request, 'origin')
}

// Node keeps only the first of several Host headers, so this reads the raw ones.
function readHeader({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  let values: string[] | null = null
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index]!
    // Compare the length first, because each request is searched for eight names.
    if (sent.length !== name.length || sent.toLowerCase() !== name) continue
    values ??= []
    values.push(rawHeaders[index + 1]!)
  }
  return values ?? NONE
}

/** Shared, because a program's request has almost none of the headers that are searched for. */
const NONE: readonly string[] = []

function makeWebPageProblem(): Problem {
  return new Problem('web-page', PROBLEM_DETAILS.webPage)
}
