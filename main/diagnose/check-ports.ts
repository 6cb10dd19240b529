// Checks of the ports: those of the local service, and those that a browser comes back to.

import { createServer } from 'node:net'
import { PORT_LADDER } from '../api/server.js'
import { errnoOf } from '../base/errno.js'
import { holderOf } from '../net/port-holder.js'
import type { Settings } from '../settings/options.js'
import { check, type Check } from './check.js'

type PortState = { port: number; state: 'free' | 'taken' | 'forbidden'; words: string }

/** `own`: the port that the Latchkey of this data directory serves on; null where none runs. */
export async function checkServicePort(
  { port }: Pick<Settings, 'port'>,
  own: number | null,
  ladder: readonly number[] = PORT_LADDER,
): Promise<Check> {
  const name = 'service-port'
  if (port === 0 && own === null) return check(name, 'ok', 'Any free port will do.')
  const states = await statesOf(port === null ? ladder : [port || own!])
  const taken = states.filter(({ state }) => state === 'taken')
  const others = taken.filter((one) => one.port !== own).map(({ words }) => words)
  if (own !== null) return check(name, 'ok', `It is on ${own}.`, ...others)

  const first = states.find(({ state }) => state === 'free')
  if (!first && port === null) {
    const says = 'None of the ports that apps look on is free. Close a program, or choose a --port.'
    return check(name, 'problem', says, ...others)
  }
  if (!first) {
    const [{ state, words }] = states as [PortState]
    const todo = state === 'taken' ? 'Close that program, or choose' : 'Choose'
    return check(name, 'problem', `${words}. ${todo} another --port.`)
  }
  const onlyForbidden = states
    .slice(0, states.indexOf(first))
    .every(({ state }) => state === 'forbidden')
  if (first === states[0]) return check(name, 'ok', `${first.port} is free.`, ...others)
  return check(
    name,
    onlyForbidden ? 'ok' : 'warning',
    `The service would be on ${first.port}, for ${states[0]!.words}. ` +
      'Apps that look on the usual port only would not find it.',
    ...others.filter((words) => words !== states[0]!.words),
  )
}

export async function checkRedirectPorts({
  redirectPort,
}: Pick<Settings, 'redirectPort'>): Promise<Check> {
  const name = 'redirect-port'
  if (redirectPort.length === 0) return check(name, 'ok', 'Any free port will do.')
  const states = await statesOf(redirectPort)
  const refused = states.filter(({ state }) => state !== 'free').map(({ words }) => words)
  if (refused.length === 0) return check(name, 'ok', `${redirectPort.join(', ')}: free.`)
  if (refused.length < states.length) {
    return check(name, 'warning', 'Not every port is free that a sign-in may use.', ...refused)
  }
  return check(
    name,
    'problem',
    'No port is free for the answer of your browser. Close the program that uses it (or the ' +
      'sign-in that is under way), or register and name another with --redirect-port.',
    ...refused,
  )
}

async function statesOf(ports: readonly number[]): Promise<readonly PortState[]> {
  const states: PortState[] = []
  for (const port of ports) states.push(await stateOf(port))
  return states
}

async function stateOf(port: number): Promise<PortState> {
  const refusals = new Set([await tryToListen(port, '127.0.0.1'), await tryToListen(port, '::1')])
  if (refusals.has('EADDRINUSE')) {
    const holder = holderOf(port)
    const by = holder === null ? 'another program' : holder
    return { port, state: 'taken', words: `${port} is in use by ${by}` }
  }
  if (refusals.has('EACCES')) {
    return { port, state: 'forbidden', words: `${port} needs rights that this user does not have` }
  }
  return { port, state: 'free', words: `${port} is free` }
}

/** The system's word against it; empty where it has none. */
function tryToListen(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(errnoOf(error)))
    server.listen({ port, host, ipv6Only: host === '::1' }, () => server.close(() => resolve('')))
  })
}
