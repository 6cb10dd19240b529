// Binds the ports where clients look for the service.

import type { Server } from 'node:http'
import { AuthError } from '../base/errors.js'
import { bindLoopback, type Bound } from '../net/loopback.js'
import { SERVICE_MESSAGES } from './api-messages.js'

/** The ports that the PKCE API documents, in the order in which clients try them. */
export const DOCUMENTED_PORTS: readonly number[] = [1000, 5323]

/** The only ports where current plugins look, in their order. */
export const PLUGIN_PORTS: readonly number[] = Array.from(
  { length: 34 },
  (_, index) => 39_300 + index,
)

export type ServicePorts = Pick<Bound, 'servers' | 'ipv6'> & {
  /** The first one is the service's address. */
  ports: readonly number[]
  /** Why no documented port is available; empty if one is. */
  passedOver: readonly string[]
}

/**
 * Binds the port that is wanted (0: any free one). Null: the first free documented port and the first free one
 * of the plugins, or one of the plugins' alone. Fails with `port-taken`.
 */
export async function bindService(
  createServer: () => Server,
  wantedPort: number | null,
  known: { documented: readonly number[]; plugins: readonly number[] } = {
    documented: DOCUMENTED_PORTS,
    plugins: PLUGIN_PORTS,
  },
): Promise<ServicePorts> {
  const bind = (ports: readonly number[]): Promise<Bound> =>
    bindLoopback(createServer, ports, SERVICE_MESSAGES.portPurpose)
  const { documented, plugins } = known
  const first = await bind(wantedPort === null ? [...documented, ...plugins] : [wantedPort])
  const { port, servers, ipv6, passedOver } = first
  if (wantedPort !== null || !documented.includes(port)) {
    return { ports: [port], servers, ipv6, passedOver }
  }
  const second = await bind(plugins).catch(ignoreTaken)
  return {
    ports: second === null ? [port] : [port, second.port],
    servers: [...servers, ...(second?.servers ?? [])],
    ipv6,
    passedOver: [],
  }
}

/** Clients that know the documented port find the service anyway. */
function ignoreTaken(thrown: unknown): null {
  if (thrown instanceof AuthError && thrown.code === 'port-taken') return null
  throw thrown
}
