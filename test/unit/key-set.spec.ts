// ID tokens and providers' key sets, including unusual ones, with real keys and signatures.

import { expect, test } from '@playwright/test'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { AuthError } from '../../main/base/errors.js'
import type { Http } from '../../main/net/http.js'
import { verifyIdToken } from '../../main/oauth/id-token.js'
import { fetchKeySet } from '../../main/oauth/key-set.js'

const ISSUER = 'https://login.example'
const NOW_MS = Date.parse('2026-11-26T12:00:00Z')

type Pair = { publicJwk: JWK; privateJwk: JWK; privateKey: CryptoKey }

const pairs: Record<'ours' | 'other' | 'third' | 'rsa', Pair> = {} as never

async function makePair(alg: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    publicJwk: await exportJWK(publicKey),
    privateJwk: await exportJWK(privateKey),
    privateKey,
  }
}

test.beforeAll(async () => {
  for (const name of ['ours', 'other', 'third'] as const) pairs[name] = await makePair('ES256')
  pairs.rsa = await makePair('RS256')
})

function sign(key: Parameters<SignJWT['sign']>[0], header: object = {}): Promise<string> {
  return new SignJWT({ nonce: 'n' })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .setIssuer(ISSUER)
    .setSubject('alice')
    .setAudience('c')
    .setIssuedAt(NOW_MS / 1000)
    .setExpirationTime(NOW_MS / 1000 + 300)
    .sign(key)
}

type Verified = { sub: string; reads: number }

/** Verifies with the key sets that the provider publishes, one after the other. */
async function verify(
  idToken: string,
  ...keySets: readonly [unknown[], ...unknown[][]]
): Promise<Verified> {
  let reads = 0
  const http: Http = () => {
    const keys = keySets[Math.min(reads, keySets.length - 1)]
    reads += 1
    const body = JSON.stringify({ keys })
    return Promise.resolve({ status: 200, body, dateMs: null, retryAfterMs: null })
  }
  const { sub } = await verifyIdToken(
    {
      keys: { read: () => fetchKeySet(http, `${ISSUER}/keys`), areOutdated: () => false },
      metadata: { issuer: ISSUER, signingAlgorithms: ['ES256', 'RS256'] },
    },
    { idToken, accessToken: 'a' },
    { clientId: 'c', nonce: 'n', maxAgeS: null, clockSkewMs: null },
    { nowMs: NOW_MS },
  )
  return { sub, reads }
}

async function catchError(verified: Promise<Verified>): Promise<string> {
  const thrown: unknown = await verified.catch((refusal: unknown) => refusal)
  expect(thrown).toBeInstanceOf(AuthError)
  expect(thrown).toMatchObject({ code: 'invalid-id-token' })
  return (thrown as AuthError).message
}

test.describe('RFC 7517 section 5: an unreadable entry is ignored', () => {
  const ODD: Record<string, unknown> = {
    null: null,
    'a text': 'key',
    'a list': [],
    'without a type': { kid: 'k', n: 'AQAB' },
    'with a type that is no text': { kty: 7 },
    'of a type that nobody knows': { kty: 'PQ', kid: 'k' },
    'with the name of a built-in as its type': { kty: 'constructor', kid: 'k' },
    'of RSA without its numbers': { kty: 'RSA', kid: 'k', alg: 'RS256' },
    'with a curve that nobody knows': { kty: 'EC', crv: 'P-0', x: 'AA', y: 'AA', kid: 'k' },
    'with a point that is on no curve': { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'k' },
    'with a number for a coordinate': { kty: 'EC', crv: 'P-256', x: 1, y: 2, kid: 'k' },
    'that is symmetric': { kty: 'oct', k: 'c2VjcmV0', kid: 'k', alg: 'HS256' },
  }
  for (const [what, entry] of Object.entries(ODD)) {
    test(`one ${what}, next to the key that signed`, async () => {
      const ours = { ...pairs.ours.publicJwk, kid: 'k' }
      const idToken = await sign(pairs.ours.privateKey, { kid: 'k' })
      expect(await verify(idToken, [entry, ours])).toEqual({ sub: 'alice', reads: 1 })
      expect(await verify(idToken, [ours, entry])).toEqual({ sub: 'alice', reads: 1 })
    })
  }

  const IGNORED: Record<string, object> = {
    'use that is null': { use: null },
    'an empty alg': { alg: '' },
    'operations that are null': { key_ops: null },
    'ext as text': { ext: 'true' },
    'certificates that are none': { x5c: [7], x5t: null },
  }
  for (const [what, members] of Object.entries(IGNORED)) {
    test(`but not one with ${what}`, async () => {
      const idToken = await sign(pairs.ours.privateKey, { kid: 'k' })
      const key = { ...pairs.ours.publicJwk, kid: 'k', ...members }
      expect(await verify(idToken, [key])).toEqual({ sub: 'alice', reads: 1 })
    })
  }

  test('but not one that also contains its private half', async () => {
    const idToken = await sign(pairs.ours.privateKey, { kid: 'k' })
    const key = { ...pairs.ours.privateJwk, kid: 'k' }
    expect(await verify(idToken, [key])).toEqual({ sub: 'alice', reads: 1 })
  })

  test('a key for encryption verifies no signature', async () => {
    const idToken = await sign(pairs.ours.privateKey, { kid: 'k' })
    const key = { ...pairs.ours.publicJwk, kid: 'k', use: 'enc' }
    expect(await catchError(verify(idToken, [key]))).toContain("none of the provider's keys signed")
  })

  test('if the key that signed is unreadable, the message says so', async () => {
    const idToken = await sign(pairs.ours.privateKey, { kid: 'k' })
    const key = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'k' }
    expect(await catchError(verify(idToken, [key]))).toContain('key for it could not be read')
  })
})

test.describe('OpenID Connect Core 10.1: each possible key is tried', () => {
  for (const [what, kids] of [
    ['neither a key nor the token has a name', [undefined, undefined, undefined]],
    ['two keys have the same name', ['k', 'k', 'k']],
    ['all names are empty', ['', '', '']],
  ] as const) {
    test(`if ${what}`, async () => {
      const keys = [pairs.other, pairs.rsa, pairs.ours].map(({ publicJwk }, index) => ({
        ...publicJwk,
        kid: kids[index],
      }))
      const header = kids[0] === 'k' ? { kid: 'k' } : {}
      const idToken = await sign(pairs.ours.privateKey, header)
      expect(await verify(idToken, keys)).toEqual({ sub: 'alice', reads: 1 })
    })
  }

  test('if the token names a key, and no key has a name', async () => {
    const idToken = await sign(pairs.ours.privateKey, { kid: 'k' })
    const keys = [pairs.other.publicJwk, pairs.ours.publicJwk]
    expect(await verify(idToken, keys)).toEqual({ sub: 'alice', reads: 1 })
  })

  test('if a name is a number', async () => {
    const idToken = await sign(pairs.ours.privateKey, { kid: '7' })
    const keys = [
      { ...pairs.other.publicJwk, kid: 6 },
      { ...pairs.ours.publicJwk, kid: 7 },
    ]
    expect(await verify(idToken, keys)).toEqual({ sub: 'alice', reads: 1 })
  })

  test('if the named key exists, keys with other names are not tried', async () => {
    const idToken = await sign(pairs.ours.privateKey, { kid: 'k' })
    const keys = [
      { ...pairs.other.publicJwk, kid: 'k' },
      { ...pairs.ours.publicJwk, kid: 'l' },
      pairs.ours.publicJwk,
    ]
    expect(await catchError(verify(idToken, keys))).toContain("signature is not the provider's")
    // The keys are not read again either, or an attacker could cause that with each forged token.
    const later = [{ ...pairs.ours.publicJwk, kid: 'k' }]
    expect(await catchError(verify(idToken, keys, later))).toContain('signature is not')
  })

  test('a token that none of the keys signed is rejected, and the keys are read once more', async () => {
    const idToken = await sign(pairs.third.privateKey)
    const before = [pairs.other.publicJwk, pairs.ours.publicJwk]
    expect(await catchError(verify(idToken, before))).toContain("signature is not the provider's")
    expect(await verify(idToken, before, [pairs.ours.publicJwk, pairs.third.publicJwk])).toEqual({
      sub: 'alice',
      reads: 2,
    })
  })

  test('a wrong claim is reported, whichever of several keys signed the token', async () => {
    const idToken = await new SignJWT({ nonce: 'n' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://other.example')
      .setSubject('alice')
      .setAudience('c')
      .setIssuedAt(NOW_MS / 1000)
      .setExpirationTime(NOW_MS / 1000 + 300)
      .sign(pairs.ours.privateKey)
    const keys = [pairs.ours.publicJwk, pairs.other.publicJwk]
    expect(await catchError(verify(idToken, keys))).toContain('from another provider')
  })
})

test('S15: an ID token with HS256 is rejected with its own message, whatever the keys', async () => {
  const secret = Buffer.from(JSON.stringify(pairs.ours.publicJwk))
  const idToken = await sign(secret, { alg: 'HS256', kid: 'k' })
  const message = await catchError(verify(idToken, [{ ...pairs.ours.publicJwk, kid: 'k' }]))
  expect(message).toContain('signed with a client secret (HS256)')
  expect(message).toContain('set RS256 or ES256 for your application at the provider')
})

test('S15: a text that is not a token is reported as such', async () => {
  for (const idToken of ['not-a-jwt', 'a.b.c', '..']) {
    expect(await catchError(verify(idToken, [pairs.ours.publicJwk]))).toContain(
      'not a signed token',
    )
  }
})
