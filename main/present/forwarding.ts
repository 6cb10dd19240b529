// The way back from a browser on another computer, for a person who works here over SSH.

import { isIP } from 'node:net'
import { redirectUriOf } from '../oauth/authorization-url.js'
import { printable } from '../base/printable.js'

/**
 * Says which ports to forward, if this program runs over SSH; else nothing.
 *
 * @see {@link https://man.openbsd.org/ssh.1#L}
 */
export function forwardingLines(link: string, env: NodeJS.ProcessEnv): readonly string[] {
  const connection = env['SSH_CONNECTION'] ?? ''
  const redirectUri = redirectUriOf(link)
  if (connection === '' || !URL.canParse(redirectUri)) return []
  const { hostname, port } = new URL(redirectUri)
  const local = port === '' ? '80' : port
  const forward = `${hostname === '[::1]' ? '[::1]:' : ''}${local}:${hostname}:${local}`
  return [
    'You work here over SSH. If your browser is on your own computer, run this there first:',
    `  ssh -N -L ${forward} ${destinationOf(connection, env)}`,
  ]
}

/** As this computer sees itself: a person may reach it by another name. */
function destinationOf(connection: string, env: NodeJS.ProcessEnv): string {
  const [, , address = '', port = ''] = connection.split(' ')
  const user = env['USER'] ?? env['LOGNAME'] ?? ''
  // Both come from the environment: nothing of them may be a flag, or steer the terminal.
  const name = /^[\w.][\w.-]*$/.test(user) ? `${printable(user)}@` : ''
  const host = isIP(address) === 0 ? 'HOST' : address
  return `${/^\d+$/.test(port) && port !== '22' ? `-p ${port} ` : ''}${name}${host}`
}
