// One port on every loopback address of this machine, and on nothing else.

import type { Server } from 'node:http'
import { AuthError } from '../base/errors.js'
import { holderOf } from './port-holder.js'

/** The names of this machine's loopback, as URLs and Host headers have them. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

export type Bound = {
  port: number
  servers: readonly Server[]
  /** False where this machine has no IPv6. */
  ipv6: boolean
  /** Why the ports before this one were passed over, in words for a person. */
  passedOver: readonly string[]
}

/** How often the system is asked for a free port before `[::1]` had the same one free. */
const MOST_TRIES = 16

/**
 * Binds the first of `ports` that is free on 127.0.0.1 and on ::1 (0: any free one). Each port is
 * bound once and kept: it is never probed, let go and bound again, for somebody else could slip in.
 * A machine without IPv6 goes on with IPv4. Fails with `port-taken`.
 *
 * @see RFC 8252 sections 7.3 and 8.3
 */
export async function bindLoopback(
  createServer: () => Server,
  ports: readonly number[],
  purpose: string,
): Promise<Bound> {
  const refusals: string[] = []
  for (const wanted of ports) {
    const tries = wanted === 0 ? MOST_TRIES : 1
    for (let attempt = 0; attempt < tries; attempt++) {
      const bound = await bindBoth(createServer, wanted)
      if ('servers' in bound) return { ...bound, passedOver: refusals }
      refusals.push(`${bound.port} ${explainRefusal(bound.port, bound.refusal)}`)
    }
  }
  throw new AuthError(
    'port-taken',
    `Latchkey found no port for ${purpose}: ${refusals.slice(0, 3).join(', ')}` +
      `${refusals.length > 3 ? `, and ${refusals.length - 3} more likewise` : ''}. ` +
      'Close the program that uses it, or choose another port.',
  )
}

type Refusal = 'EADDRINUSE' | 'EACCES'

const WORDS: Readonly<Record<Refusal, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'needs rights that this user does not have',
}

/** Why a port is not to be had, in words that follow its number. */
export function explainRefusal(port: number, refusal: Refusal): string {
  const holder = refusal === 'EADDRINUSE' ? holderOf(port) : null
  return holder === null ? WORDS[refusal] : `${WORDS[refusal]} (${holder})`
}

async function bindBoth(
  createServer: () => Server,
  wanted: number,
): Promise<Omit<Bound, 'passedOver'> | { port: number; refusal: Refusal }> {
  const v4 = createServer()
  const first = await listen(v4, wanted, '127.0.0.1')
  if (first !== 'bound') {
    if (isRefusal(first)) return { port: wanted, refusal: first }
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
  if (isRefusal(second)) return { port, refusal: second }
  throw bindError(second)
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message)
    server.once('error', failed)
    server.listen({ port, host, ipv6Only: host === '::1' }, () => {
      server.off('error', failed)
      resolve('bound')
    })
  })
}

function isRefusal(code: string): code is Refusal {
  return code in WORDS
}

function bindError(code: string): AuthError {
  return new AuthError(
    'unexpected',
    `This computer did not let Latchkey listen on its own loopback address (${code}).`,
  )
}
