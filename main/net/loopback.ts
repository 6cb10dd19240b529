// Binds one port on every loopback address of this computer, and on no other address.

import type { Server } from 'node:http'
import { AuthError } from '../base/errors.js'
import { PORT_MESSAGES } from './net-messages.js'
import { findHolder } from './port-holder.js'

/** The names of this computer's loopback interface in URLs and Host headers. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

export type Bound = {
  port: number
  servers: readonly Server[]
  /** False if this computer has no IPv6. */
  ipv6: boolean
  /** Why the earlier ports are not available, for a person. */
  passedOver: readonly string[]
}

/** How often to ask the system for a free port until the same port is free on `[::1]` too. */
const MOST_TRIES = 16

/**
 * Binds the first of `ports` that is free on 127.0.0.1 and on ::1 (0: any free port). Each port is
 * bound once and kept. If it were probed and bound again, another program could take it in between.
 * On a computer without IPv6, only IPv4 is bound. Fails with `port-taken`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-8.3}
 */
export async function bindLoopback(
  createServer: () => Server,
  ports: readonly number[],
  purpose: string,
): Promise<Bound> {
  const passedOver: string[] = []
  for (const wanted of ports) {
    const tries = wanted === 0 ? MOST_TRIES : 1
    for (let attempt = 0; attempt < tries; attempt++) {
      const bound = await bindBoth(createServer, wanted)
      if ('servers' in bound) return { ...bound, passedOver }
      passedOver.push(`${bound.port} ${explainUnusablePort(bound.port, bound.error)}`)
    }
  }
  throw new AuthError('port-taken', PORT_MESSAGES.noneFree(purpose, passedOver))
}

type PortError = 'EADDRINUSE' | 'EACCES'

/** Says why a port is not available, in words that follow its number. */
export function explainUnusablePort(port: number, error: PortError): string {
  return error === 'EACCES' ? PORT_MESSAGES.noPermission : PORT_MESSAGES.inUse(findHolder(port))
}

async function bindBoth(
  createServer: () => Server,
  wanted: number,
): Promise<Omit<Bound, 'passedOver'> | { port: number; error: PortError }> {
  const v4 = createServer()
  const first = await listen(v4, wanted, '127.0.0.1')
  if (first !== 'bound') {
    if (isUnusable(first)) return { port: wanted, error: first }
    throw bindError(first)
  }
  const address = v4.address()
  const port = typeof address === 'object' && address !== null ? address.port : wanted

  const v6 = createServer()
  const second = await listen(v6, port, '::1')
  if (second === 'bound') return { port, servers: [v4, v6], ipv6: true }
  if (second === 'EADDRNOTAVAIL' || second === 'EAFNOSUPPORT') {
    return { port, servers: [v4], ipv6: false }
  }
  await new Promise((resolve) => v4.close(resolve))
  if (isUnusable(second)) return { port, error: second }
  throw bindError(second)
}

/** Connections that wait to be accepted. By Node's default of 511, the next ones wait a second or more. */
const BACKLOG = 4_096

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message)
    server.once('error', failed)
    server.listen({ port, host, ipv6Only: host === '::1', backlog: BACKLOG }, () => {
      server.off('error', failed)
      resolve('bound')
    })
  })
}

function isUnusable(code: string): code is PortError {
  return code === 'EADDRINUSE' || code === 'EACCES'
}

function bindError(code: string): AuthError {
  return new AuthError('unexpected', PORT_MESSAGES.notBound(code))
}

/**
 * True if the URL's host is this computer's loopback interface.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3}
 */
export function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.includes(url.hostname)
}
