// Each check of an ID token on its own: tokens with a valid signature and one wrong claim.

import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose'
import { toAccount, type Claims } from '../../main/oauth/account.js'
import {
  verifyIdToken,
  verifyRenewedIdToken,
  type ExpectedIdentity,
} from '../../main/oauth/id-token.js'
import { mergeClaims } from '../../main/oauth/userinfo.js'
import { parseKeySet, type KeySet } from '../../main/oauth/key-set.js'

const ISSUER = 'https://login.example'
const NOW_S = Date.parse('2026-11-26T12:00:00Z') / 1000
const ACCESS_TOKEN = 'the-access-token'
const AT_HASH = createHash('sha256')
  .update(ACCESS_TOKEN)
  .digest()
  .subarray(0, 16)
  .toString('base64url')

const keys: { own: CryptoKey; others: CryptoKey; published: JWK[] } = {} as never

test.beforeAll(async () => {
  const own = await generateKeyPair('ES256')
  keys.own = own.privateKey
  keys.others = (await generateKeyPair('ES256')).privateKey
  keys.published = [await exportJWK(own.publicKey)]
})

/** Changed claims. Undefined removes one. */
type Changes = Readonly<Record<string, unknown>>

function makeToken(changes: Changes = {}, key = keys.own, alg = 'ES256'): Promise<string> {
  const claims: JWTPayload = {
    iss: ISSUER,
    sub: 'alice',
    aud: 'the-client',
    nonce: 'the-nonce',
    iat: NOW_S,
    exp: NOW_S + 300,
    ...changes,
  }
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key)
}

const keySet: KeySet = {
  read: () => Promise.resolve(parseKeySet({ keys: keys.published })!),
  areOutdated: () => false,
}

const METADATA = { issuer: ISSUER, signingAlgorithms: ['ES256'] }

function verify(idToken: string, expected: Partial<ExpectedIdentity> = {}): Promise<Claims> {
  return verifyIdToken(
    { keys: keySet, metadata: METADATA },
    { idToken, accessToken: ACCESS_TOKEN },
    {
      clientId: 'the-client',
      nonce: 'the-nonce',
      maxAgeS: null,
      clockSkewMs: null,
      ...expected,
    },
    { nowMs: NOW_S * 1000 },
  )
}

const MAX_AGE = { maxAgeS: 60 }
const OF_ORG = { organization: 'org_1' }

const GOOD: readonly (readonly [what: string, Changes, Partial<ExpectedIdentity>?])[] = [
  ['only the required claims', {}],
  ['a matching at_hash', { at_hash: AT_HASH }],
  ['our azp', { azp: 'the-client' }],
  ['several audiences, and our azp', { aud: ['x', 'the-client'], azp: 'the-client' }],
  ['one audience in a list', { aud: ['the-client'] }],
  ['an exp 29 s ago', { exp: NOW_S - 29 }],
  ['an iat 629 s ago', { iat: NOW_S - 629 }],
  ['an iat in 29 s', { iat: NOW_S + 29 }],
  ['a sign-in 89 s ago for a max_age of 60 s', { auth_time: NOW_S - 89 }, MAX_AGE],
  ['the organization’s ID', { org_id: 'org_1' }, OF_ORG],
  ['the organization’s name in capitals', { org_name: 'ORG_1' }, OF_ORG],
]
for (const [what, changes, expected] of GOOD) {
  test(`S15: an ID token with ${what} is accepted`, async () => {
    expect(await verify(await makeToken(changes), expected)).toMatchObject({ sub: 'alice' })
  })
}

const NOT_THIS = 'does not belong to this sign-in'
const NOBODY = 'does not name a user'
const OTHER_APP = 'issued for another application'
const NOT_BESIDE = 'does not belong to the access token'
const NOT_ANEW = 'did not ask you to sign in again'
const BAD: readonly (readonly [
  what: string,
  Changes,
  words: string,
  Partial<ExpectedIdentity>?,
])[] = [
  ['another nonce', { nonce: 'other' }, NOT_THIS],
  ['a nonce that begins alike', { nonce: 'the-nonce2' }, NOT_THIS],
  ['a list of nonces', { nonce: ['the-nonce'] }, NOT_THIS],
  ['no nonce', { nonce: undefined }, NOT_THIS],
  ['another issuer', { iss: 'https://evil.example' }, 'another provider'],
  ['an issuer with an additional slash', { iss: `${ISSUER}/` }, 'another provider'],
  ['no issuer', { iss: undefined }, 'another provider'],
  ['another audience', { aud: 'other' }, OTHER_APP],
  ['no audience', { aud: undefined }, OTHER_APP],
  ['audiences without our client', { aud: ['other', 'third'] }, OTHER_APP],
  ['several audiences without azp', { aud: ['the-client', 'other'] }, OTHER_APP],
  ['another azp', { azp: 'other' }, OTHER_APP],
  ['several audiences and another azp', { aud: ['the-client', 'x'], azp: 'x' }, OTHER_APP],
  ['an empty azp', { azp: '' }, OTHER_APP],
  ['no sub', { sub: undefined }, NOBODY],
  ['an empty sub', { sub: '' }, NOBODY],
  ['a number as sub', { sub: 7 }, NOBODY],
  ['an exp 31 s ago', { exp: NOW_S - 31 }, 'expired already'],
  ['no exp', { exp: undefined }, 'expired already'],
  ['an iat 631 s ago', { iat: NOW_S - 631 }, 'not issued just now'],
  ['an iat in 31 s', { iat: NOW_S + 31 }, 'not issued just now'],
  ['no iat', { iat: undefined }, 'not issued just now'],
  ['an nbf in 31 s', { nbf: NOW_S + 31 }, 'not valid yet'],
  ['another at_hash', { at_hash: AT_HASH.toLowerCase() }, NOT_BESIDE],
  ['a part of its at_hash', { at_hash: AT_HASH.slice(0, -1) }, NOT_BESIDE],
  ['an empty at_hash', { at_hash: '' }, NOT_BESIDE],
  ['more than its at_hash', { at_hash: `${AT_HASH}A` }, NOT_BESIDE],
  ['an at_hash that is not text', { at_hash: null }, NOT_BESIDE],
  ['no auth_time for a max_age', {}, NOT_ANEW, MAX_AGE],
  ['an auth_time as text', { auth_time: String(NOW_S) }, NOT_ANEW, MAX_AGE],
  ['a sign-in 91 s ago', { auth_time: NOW_S - 91 }, NOT_ANEW, MAX_AGE],
  ['a sign-in in 31 s', { auth_time: NOW_S + 31 }, 'in the future', MAX_AGE],
  ['another organization', { org_id: 'org_2' }, 'another organization', OF_ORG],
  ['no organization', {}, 'another organization', OF_ORG],
  ['an organization’s ID in capitals', { org_id: 'ORG_1' }, 'another organization', OF_ORG],
]
for (const [what, changes, words, expected] of BAD) {
  test(`S15: an ID token with ${what} is rejected`, async () => {
    const verified = verify(await makeToken(changes), expected)
    await expect(verified).rejects.toMatchObject({
      code: 'invalid-id-token',
      message: expect.stringContaining(words),
    })
  })
}

test('S15: an ID token that was signed with another key or algorithm is rejected', async () => {
  await expect(verify(await makeToken({}, keys.others))).rejects.toThrow('signature is not')
  const rsa = await generateKeyPair('RS256', { extractable: true })
  keys.published.push(await exportJWK(rsa.publicKey))
  const idToken = await makeToken({}, rsa.privateKey, 'RS256')
  await expect(verify(idToken)).rejects.toThrow('not signed as the provider announced')
  // An announced algorithm is accepted.
  const announced = { ...METADATA, signingAlgorithms: ['ES256', 'RS256'] }
  const expected = { clientId: 'the-client', nonce: 'the-nonce', maxAgeS: null }
  const claims = await verifyIdToken(
    { keys: keySet, metadata: announced },
    { idToken, accessToken: ACCESS_TOKEN },
    { ...expected, clockSkewMs: null },
    { nowMs: NOW_S * 1000 },
  )
  expect(claims.sub).toBe('alice')
  keys.published.pop()
})

test('S15: a wrong issuer is reported even if the clocks differ too', async () => {
  const expected = { clockSkewMs: 60_000 }
  await expect(verify(await makeToken({ iss: 'https://evil.example' }), expected)).rejects.toThrow(
    'another provider',
  )
  await expect(verify(await makeToken({ iat: NOW_S + 60 }), expected)).rejects.toMatchObject({
    code: 'wrong-clock',
  })
})

test('S15, OpenID Connect Core 5.3.2: userinfo only adds claims, and only for the same person', () => {
  const idToken = { sub: 'alice', name: 'Alice' }
  expect(mergeClaims(idToken, { sub: 'alice', name: 'Eve', email: 'a@b' })).toEqual({
    sub: 'alice',
    name: 'Alice',
    email: 'a@b',
  })
  expect(mergeClaims(idToken, { sub: 'bob', email: 'b@b' })).toEqual(idToken)
  expect(mergeClaims(idToken, null)).toEqual(idToken)
})

test('a name has at most 200 units, and ends in a complete character', () => {
  const readName = (name: string): string => toAccount({ sub: 'alice', name }).name
  expect(readName('x'.repeat(201))).toBe('x'.repeat(200))
  expect(readName(`${'x'.repeat(199)}😀`)).toBe('x'.repeat(199))
  expect(readName(`${'x'.repeat(198)}😀`)).toBe(`${'x'.repeat(198)}😀`)
})

test.describe('S16: a renewed ID token', () => {
  const renewed = async (changes: Changes, key = keys.own): Promise<Claims | null> =>
    verifyRenewedIdToken(
      { keys: keySet, metadata: METADATA },
      {
        idToken: await makeToken({ nonce: undefined, ...changes }, key),
        accessToken: ACCESS_TOKEN,
      },
      { sub: 'alice', idToken: await makeToken({ iat: NOW_S - 100 }) },
      { clientId: 'the-client', clockSkewMs: null, nowMs: NOW_S * 1000 },
    )

  test('is accepted if it is newer and its at_hash matches', async () => {
    expect(await renewed({ at_hash: AT_HASH })).toMatchObject({ sub: 'alice' })
  })

  for (const [what, changes] of [
    ['as old as the stored one', { iat: NOW_S - 100, at_hash: 'of-then' }],
    ['older than the stored one', { iat: NOW_S - 200 }],
    ['expired', { iat: NOW_S - 900, exp: NOW_S - 600 }],
  ] as const) {
    test(`is ignored if it is ${what}, but must not name another user`, async () => {
      expect(await renewed(changes)).toBeNull()
      await expect(renewed({ ...changes, sub: 'bob' })).rejects.toMatchObject({
        code: 'another-account',
      })
    })
  }

  for (const [what, changes, code] of [
    ['is for another user', { sub: 'bob' }, 'another-account'],
    ['is from another provider', { iss: 'https://evil.example' }, 'invalid-id-token'],
    ['is for another application', { aud: 'other' }, 'invalid-id-token'],
    ['names another party', { azp: 'other' }, 'invalid-id-token'],
    ['was made in the future', { iat: NOW_S + 31 }, 'invalid-id-token'],
    ['has another at_hash', { at_hash: 'other' }, 'invalid-id-token'],
  ] as const) {
    test(`that ${what} is rejected`, async () => {
      await expect(renewed(changes)).rejects.toMatchObject({ code })
    })
  }

  test('that was signed with another key is rejected', async () => {
    await expect(renewed({}, keys.others)).rejects.toMatchObject({ code: 'invalid-id-token' })
  })
})
