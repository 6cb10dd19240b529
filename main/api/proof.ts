// Answers a program that wants to know whether this is the service whose file it has read.

import type { IncomingMessage } from 'node:http'
import { isNonce, proveService, SOCKET_PORT, type ServiceIdentity } from '../net/service-proof.js'
import { answerJson, type Answer } from './answer.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { Problem } from './problem.js'

/**
 * The proof is for the port that the program sees: a relay on another port gets no proof for itself. On the
 * Unix socket, it is for {@link SOCKET_PORT}, which no relay to a port gets.
 */
export function answerProof(
  identity: ServiceIdentity,
  { url = '', socket }: IncomingMessage,
): Answer {
  const mark = url.indexOf('?')
  const [nonce = '', ...others] = new URLSearchParams(mark === -1 ? '' : url.slice(mark)).getAll(
    'nonce',
  )
  if (others.length > 0 || !isNonce(nonce)) {
    throw new Problem('malformed', PROBLEM_DETAILS.noNonce)
  }
  const proof = proveService(identity, { nonce, port: socket.localPort ?? SOCKET_PORT })
  return answerJson(JSON.stringify({ proof }))
}
