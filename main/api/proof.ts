// Answers a program that wants to know whether this is the service whose file it has read.

import type { IncomingMessage } from 'node:http'
import { isNonce, proveService, type ServiceIdentity } from '../net/service-proof.js'
import { answerJson, type Answer } from './answer.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { Problem } from './problem.js'

/** A call by the Unix socket, which has no port, gets the proof for `port`. */
export function answerProof(
  { identity, port }: { identity: ServiceIdentity; port: number },
  { url = '', socket }: IncomingMessage,
): Answer {
  const mark = url.indexOf('?')
  const [nonce = '', ...others] = new URLSearchParams(mark === -1 ? '' : url.slice(mark)).getAll(
    'nonce',
  )
  if (others.length > 0 || !isNonce(nonce)) {
    throw new Problem('malformed', PROBLEM_DETAILS.noNonce)
  }
  // The port that the program sees: a relay on another port gets no proof for itself.
  const proof = proveService(identity, { nonce, port: socket.localPort ?? port })
  return answerJson(JSON.stringify({ proof }))
}
