// Tells a person who is connected over SSH how to forward the redirect port from their own computer.

import { isIP } from 'node:net'
import { readRedirectUri } from '../oauth/authorization-url.js'
import { printable } from '../base/printable.js'
import { PRESENT_MESSAGES } from './present-messages.js'

/**
 * Makes the lines that say which port to forward; none if this program does not run over SSH.
 *
 * @see {@link https://man.openbsd.org/ssh.1#L}
 */
export function createForwardingLines(link: string, env: NodeJS.ProcessEnv): readonly string[] {
  const connection = env['SSH_CONNECTION'] ?? ''
  const redirectUri = readRedirectUri(link)
  if (connection === '' || !URL.canParse(redirectUri)) return []
  const { hostname, port } = new URL(redirectUri)
  const local = port === '' ? '80' : port
  const forward = `${hostname === '[::1]' ? '[::1]:' : ''}${local}:${hostname}:${local}`
  return PRESENT_MESSAGES.forwarding(`ssh -N -L ${forward} ${findDestination(connection, env)}`)
}

/** Returns this computer's own view of its address. The person may reach it by another name. */
function findDestination(connection: string, env: NodeJS.ProcessEnv): string {
  const [, , address = '', port = ''] = connection.split(' ')
  const user = env['USER'] ?? env['LOGNAME'] ?? ''
  // Both come from the environment, so neither may be a flag or contain a terminal's control characters.
  const name = /^[\w.][\w.-]*$/.test(user) ? `${printable(user)}@` : ''
  const host = isIP(address) === 0 ? 'HOST' : address
  return `${/^\d+$/.test(port) && port !== '22' ? `-p ${port} ` : ''}${name}${host}`
}
