// Checks the ports of the local service, and the ports to which a browser returns.

import { createServer } from 'node:net'
import { DOCUMENTED_PORTS, PLUGIN_PORTS } from '../api/service-ports.js'
import { readErrno } from '../base/errno.js'
import { findHolder } from '../net/port-holder.js'
import type { Settings } from '../settings/options.js'
import { createCheck, type Check } from './check.js'
import { MESSAGES } from './diagnose-messages.js'

type PortState =
  | { port: number; kind: 'free' }
  /** The message has no final full stop. */
  | { port: number; kind: 'taken' | 'forbidden'; message: string }

/** `own`: the service ports of the Latchkey that runs with this data directory; empty if none runs. */
export async function checkServicePort(
  { port }: Pick<Settings, 'port'>,
  own: readonly number[],
  known = { documented: DOCUMENTED_PORTS, plugins: PLUGIN_PORTS },
): Promise<Check> {
  const name = 'service-port'
  const [ownPort] = own
  if (port === 0 && ownPort === undefined) return createCheck(name, 'ok', MESSAGES.ports.any)
  const states = await readStates(
    port === null ? [...known.documented, ...known.plugins] : [port || ownPort!],
  )
  if (ownPort !== undefined) {
    const others = states.filter((state) => !own.includes(state.port))
    return createCheck(name, 'ok', MESSAGES.ports.ours(own), ...listTaken(others))
  }
  return port === null ? checkDefaultPorts(states, known.documented) : checkNamedPort(states[0]!)
}

function checkNamedPort(state: PortState): Check {
  const name = 'service-port'
  if (state.kind === 'free') return createCheck(name, 'ok', MESSAGES.ports.free([state.port]))
  const explain = state.kind === 'taken' ? MESSAGES.ports.closeOrChoose : MESSAGES.ports.choose
  return createCheck(name, 'problem', explain(state.message))
}

/** The service uses the first free port. A warning says that it is not one of the documented ones. */
function checkDefaultPorts(states: readonly PortState[], documented: readonly number[]): Check {
  const name = 'service-port'
  const index = states.findIndex(({ kind }) => kind === 'free')
  const free = states[index]
  if (free === undefined) {
    return createCheck(name, 'problem', MESSAGES.ports.allTaken, ...listTaken(states))
  }
  const usual = states[0]!
  if (usual.kind === 'free' || documented.includes(free.port)) {
    return createCheck(name, 'ok', MESSAGES.ports.free([free.port]), ...listTaken(states))
  }
  const isExpected = states.slice(0, index).every(({ kind }) => kind === 'forbidden')
  return createCheck(
    name,
    isExpected ? 'ok' : 'warning',
    MESSAGES.ports.fallsBack(usual.message, free.port),
    ...listTaken(states.slice(1)),
  )
}

export async function checkRedirectPorts({
  redirectPort,
}: Pick<Settings, 'redirectPort'>): Promise<Check> {
  const name = 'redirect-port'
  const { ports } = MESSAGES
  if (redirectPort.length === 0) return createCheck(name, 'ok', ports.any)
  const states = await readStates(redirectPort)
  const messages = states.flatMap((state) => (state.kind === 'free' ? [] : [`${state.message}.`]))
  if (messages.length === 0) return createCheck(name, 'ok', ports.free(redirectPort))
  return messages.length < states.length
    ? createCheck(name, 'warning', ports.someTaken, ...messages)
    : createCheck(name, 'problem', ports.noneFree, ...messages)
}

function listTaken(states: readonly PortState[]): readonly string[] {
  return states.flatMap((state) => (state.kind === 'taken' ? [`${state.message}.`] : []))
}

async function readStates(ports: readonly number[]): Promise<readonly PortState[]> {
  const states: PortState[] = []
  for (const port of ports) states.push(await readState(port))
  return states
}

async function readState(port: number): Promise<PortState> {
  const errors = new Set([await tryToListen(port, '127.0.0.1'), await tryToListen(port, '::1')])
  if (errors.has('EADDRINUSE')) {
    return { port, kind: 'taken', message: MESSAGES.ports.taken(port, findHolder(port)) }
  }
  if (errors.has('EACCES')) {
    return { port, kind: 'forbidden', message: MESSAGES.ports.forbidden(port) }
  }
  return { port, kind: 'free' }
}

/** Returns the system's error code, or an empty string if listening works. */
function tryToListen(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(readErrno(error)))
    server.listen({ port, host, ipv6Only: host === '::1' }, () => server.close(() => resolve('')))
  })
}
