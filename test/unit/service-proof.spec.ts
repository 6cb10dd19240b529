// The proof of the local service, which only who wrote the service file can make.

import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { expect, test } from '@playwright/test'
import { answerProof } from '../../main/api/proof.js'
import { createSecret } from '../../main/base/secret.js'
import {
  createNonce,
  createServiceIdentity,
  isNonce,
  isProof,
  proveService,
  SOCKET_PORT,
} from '../../main/net/service-proof.js'

const IDENTITY = {
  instance: '7b0c6a57-5c43-4f5c-9d39-0a4c8a0a1f10',
  secret: createSecret('c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I'),
}
const CHALLENGE = { nonce: 'bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm8', port: 5323 }

test('the proof is the HMAC-SHA256 of the instance, the port and the nonce', () => {
  const text = `["latchkey proof","${IDENTITY.instance}",5323,"${CHALLENGE.nonce}"]`
  const expected = createHmac('sha256', IDENTITY.secret.reveal()).update(text).digest('base64url')
  expect(proveService(IDENTITY, CHALLENGE)).toBe(expected)
  expect(isProof(expected, IDENTITY, CHALLENGE)).toBe(true)
})

test('S50: a proof for anything else is not accepted', () => {
  const proof = proveService(IDENTITY, CHALLENGE)
  expect(isProof(proof, IDENTITY, { ...CHALLENGE, port: 5324 })).toBe(false)
  expect(isProof(proof, IDENTITY, { ...CHALLENGE, nonce: createNonce() })).toBe(false)
  expect(isProof(proof, { ...IDENTITY, instance: 'another' }, CHALLENGE)).toBe(false)
  expect(isProof(proof, { ...IDENTITY, secret: createSecret('x') }, CHALLENGE)).toBe(false)
  for (const text of ['', 'x', `${proof}x`, 'é'.repeat(43)]) {
    expect(isProof(text, IDENTITY, CHALLENGE)).toBe(false)
  }
})

test('a proof is for the port that the program connected to, or for the Unix socket', () => {
  const url = `/.well-known/proof?nonce=${CHALLENGE.nonce}`
  for (const [localPort, port] of [
    [39300, 39300],
    [undefined, SOCKET_PORT],
  ] as const) {
    const request = { url, socket: { localPort } } as IncomingMessage
    const { body } = answerProof(IDENTITY, request)
    const { proof } = JSON.parse(body) as { proof: string }
    expect(isProof(proof, IDENTITY, { ...CHALLENGE, port })).toBe(true)
  }
})

test('each run has another identity, and each call another nonce', () => {
  const [one, other] = [createServiceIdentity(), createServiceIdentity()]
  expect(one.instance).not.toBe(other.instance)
  expect(one.secret.reveal()).not.toBe(other.secret.reveal())
  expect(one.secret.reveal()).toMatch(/^[\w-]{43}$/)
  expect(JSON.stringify(one)).not.toContain(one.secret.reveal())
  expect(createNonce()).not.toBe(createNonce())
  expect(isNonce(createNonce())).toBe(true)
  for (const text of ['', 'x', `${createNonce()}x`, `${createNonce().slice(1)}=`]) {
    expect(isNonce(text)).toBe(false)
  }
})
