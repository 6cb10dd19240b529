// How the local service proves to other programs that it is the one whose service file they have read.

import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { createSecret, type Secret } from '../base/secret.js'

/** What the service file tells only this user. Both are new for each run. */
export type ServiceIdentity = {
  instance: string
  /** It proves who the service is. It gives no rights to a program that has it. */
  secret: Secret
}

/**
 * What a proof is for: a program's own random text, and the port that it connected to. On the Unix socket,
 * `port` is {@link SOCKET_PORT}.
 */
export type Challenge = { nonce: string; port: number }

/** Stands for the Unix socket in a proof. Nothing listens on port 0. */
export const SOCKET_PORT = 0

const RANDOM_BYTES = 32
/** 32 bytes in base64url. */
const RANDOM_TEXT = /^[\w-]{43}$/

/** The path of the call that answers with a proof. The nonce is in the query. */
export const PROOF_PATH = '/.well-known/proof'

export function createServiceIdentity(): ServiceIdentity {
  return { instance: randomUUID(), secret: createSecret(createNonce()) }
}

export function createNonce(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url')
}

/** True for a text as {@link createNonce} makes it. */
export function isNonce(text: string): boolean {
  return RANDOM_TEXT.test(text)
}

/**
 * Makes the proof: a service that was started earlier, or on another port, would make another one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104}
 */
export function proveService({ instance, secret }: ServiceIdentity, challenge: Challenge): string {
  const { nonce, port } = challenge
  const text = JSON.stringify(['latchkey proof', instance, port, nonce])
  return createHmac('sha256', secret.reveal()).update(text).digest('base64url')
}

/** True if a text is the proof for a challenge. */
export function isProof(text: string, identity: ServiceIdentity, challenge: Challenge): boolean {
  const [sent, right] = [text, proveService(identity, challenge)].map((one) => Buffer.from(one))
  return sent!.length === right!.length && timingSafeEqual(sent!, right!)
}
