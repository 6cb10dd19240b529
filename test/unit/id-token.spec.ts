// Unusual ID tokens: outdated ones at a renewal, and ones with implausible names or times.

import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { toAccount, toSubject } from '../../main/oauth/account.js'
import { mergeClaims } from '../../main/oauth/userinfo.js'
import { parseKeySet } from '../../main/oauth/key-set.js'
import { UNPRINTABLE } from '../../main/base/unprintable.js'
import { answerLink } from '../support/person.js'
import type { Misbehaviour } from '../provider/provider.js'
import { expect, MINUTE, SECOND, test } from '../support/signed-in.js'

const DUE = 59 * MINUTE

test.describe('OpenID Connect Core 12.2: a renewed ID token is ignored', () => {
  const OUTDATED: readonly [name: string, misbehave: (first: string) => Misbehaviour][] = [
    ['if it is the first one again', (first) => ({ idTokenRaw: () => first })],
    [
      'if it is older than the first one',
      () => ({ idToken: (claims) => void ((claims['iat'] as number) -= 3_600) }),
    ],
    [
      'if it is a day old',
      () => ({ idToken: (claims) => void ((claims['iat'] as number) -= 86_400) }),
    ],
    [
      'if it has expired',
      () => ({ idToken: (claims) => void ((claims['exp'] as number) -= 7_200) }),
    ],
    [
      'if it is old and belongs to an old access token',
      () => ({
        idToken: (claims) => {
          claims['iat'] = (claims['iat'] as number) - 3_600
          claims['at_hash'] = 'AAAAAAAAAAAAAAAAAAAAAA'
        },
      }),
    ],
  ]
  for (const [name, misbehave] of OUTDATED) {
    test(name, async ({ signedIn }) => {
      const { clock, first, history, next, provider, sessionStore } = await signedIn()
      Object.assign(provider.misbehave, misbehave(first.tokens.idToken))
      const renewed = next('renewed')
      clock.advance(DUE)
      await renewed
      const { tokens, claims, account } = (await sessionStore.read())!
      expect(tokens.accessToken).not.toBe(first.tokens.accessToken)
      expect(tokens.refreshToken).not.toBe(first.tokens.refreshToken)
      expect(tokens.idToken).toBe(first.tokens.idToken)
      expect({ claims, account }).toEqual({ claims: first.claims, account: first.account })
      expect(history.map(({ event }) => event.type)).not.toContain('renewal-failed')
    })
  }

  test('if it is as old as the first one and has that one’s at_hash', async ({ signedIn }) => {
    const { agent, clock, first, provider } = await signedIn()
    clock.leap(MINUTE)
    provider.misbehave.idToken = (claims) => {
      claims['iat'] = decodeJwt(first.tokens.idToken).iat
      claims['at_hash'] = 'AAAAAAAAAAAAAAAAAAAAAA'
    }
    const { tokens } = await agent.read(null)
    expect(tokens.accessToken).not.toBe(first.tokens.accessToken)
    expect(tokens.idToken).toBe(first.tokens.idToken)
  })

  test('but not if it comes right after the first one and is valid', async ({ signedIn }) => {
    const { agent, clock, first } = await signedIn()
    clock.leap(SECOND)
    const { tokens } = await agent.read(null)
    expect(tokens.idToken).not.toBe(first.tokens.idToken)
  })

  test('but an old one must not name another user', async ({ signedIn }) => {
    const { clock, next, provider, sessionStore } = await signedIn()
    provider.misbehave.idToken = (claims) => {
      claims['sub'] = 'bob'
      claims['iat'] = (claims['iat'] as number) - 86_400
    }
    const ended = next('session-ended')
    clock.advance(DUE)
    expect((await ended).reason).toContain('for someone else')
    expect(await sessionStore.read()).toBeNull()
  })

  for (const [name, misbehave] of [
    ['another provider', { idToken: (claims) => void (claims['iss'] = 'https://a.example') }],
    ['another application', { idToken: (claims) => void (claims['aud'] = 'other') }],
    ['another party', { idToken: (claims) => void (claims['azp'] = 'other') }],
  ] as [string, Pick<Misbehaviour, 'idToken'>][]) {
    test(`but an old one for ${name} is rejected`, async ({ signedIn }) => {
      const { agent, provider } = await signedIn()
      provider.misbehave.idToken = (claims, header) => {
        misbehave.idToken?.(claims, header)
        claims['exp'] = (claims['iat'] as number) - 86_400
      }
      await expect(agent.read(null)).rejects.toMatchObject({ code: 'invalid-id-token' })
    })
  }

  test('but an old one without the provider’s signature is rejected', async ({ signedIn }) => {
    const { agent, first, provider } = await signedIn()
    provider.misbehave.idTokenRaw = () => `${first.tokens.idToken.slice(0, -8)}AAAAAAAA`
    await expect(agent.read(null)).rejects.toMatchObject({ code: 'invalid-id-token' })
  })
})

test.describe('the clock is not blamed if the provider’s Date agrees with it:', () => {
  for (const [name, change, words] of [
    ['an expired ID token', { exp: -7_200 }, 'it has expired already'],
    ['an ID token that was issued long ago', { iat: -7_200 }, 'it was not issued just now'],
    ['an ID token from tomorrow', { iat: 86_400 }, 'it was not issued just now'],
  ] as const) {
    test(name, async ({ start }) => {
      const { signIn, reached } = await start({
        provider: {
          misbehave: {
            idToken: (claims) => {
              for (const [claim, by] of Object.entries(change)) {
                claims[claim] = (claims[claim] as number) + by
              }
            },
          },
        },
      })
      await fetch(await answerLink(await signIn()))
      const { lastResult } = await reached('failed')
      expect(lastResult).toMatchObject({
        code: 'invalid-id-token',
        reason: expect.stringContaining(words),
      })
      expect(lastResult).toMatchObject({ reason: expect.not.stringContaining('clock') })
    })
  }
})

test.describe('OpenID Connect Core 2: a sub becomes bounded and printable, and still identifies one person:', () => {
  const EVIL = 'alice\u001b]0;owned\u0007\u202eecila\u{e0041}\n'
  for (const [name, sub] of [
    ['of 100,000 characters', 'x'.repeat(100_000)],
    ['of 256 characters', 'x'.repeat(256)],
    ['with control characters', EVIL],
    ['with only control characters', '\u0000\u0001'],
    ['with half a character', 'alice\ud800'],
  ] as const) {
    test(name, async ({ start }) => {
      const { agent, history, signIn, reached } = await start({
        provider: {
          misbehave: {
            idToken: (claims) => {
              for (const claim of ['name', 'nickname', 'email']) delete claims[claim]
              claims['sub'] = sub
            },
            userinfo: 'server-error',
          },
        },
      })
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
      const { account, claims } = await agent.read(0)
      for (const shown of [account.sub, account.name, claims.sub]) {
        expect(shown.length).toBeLessThanOrEqual(255)
        expect(shown.match(UNPRINTABLE)).toBeNull()
      }
      expect(JSON.stringify(history)).not.toContain(JSON.stringify(sub).slice(1, -1))
      // A renewal has the same sub.
      await agent.read(null)
    })
  }

  test('two subs with the same beginning are two people', () => {
    const long = 'x'.repeat(1_000)
    const subs = [long, `${long}y`, 'a\u0000', 'a\u0001', '\ud800', '\udfff', 'a\ufffd'].map(
      toSubject,
    )
    expect(new Set(subs).size).toBe(subs.length)
    expect(subs.map(toSubject)).toEqual(subs)
  })

  for (const sub of ['alice', 'auth0|5f7', 'x'.repeat(255), 'Zoë 𝕏', 'می‌خواهم']) {
    test(`a sub like ${sub.slice(0, 10)} stays unchanged`, () => {
      expect(toSubject(sub)).toBe(sub)
    })
  }

  test('userinfo with the same long sub is used', () => {
    const sub = toSubject('x'.repeat(1_000))
    expect(mergeClaims({ sub }, { sub, email: 'a@b' })).toEqual({ sub, email: 'a@b' })
  })

  test('a name and an email address become printable too', () => {
    const { name, email } = toAccount({ sub: 'a', name: EVIL, email: 'a\u0000@b\r\nc' })
    expect(name).toBe('alice�]0;owned��ecila�')
    expect(email).toBe('a�@b c')
  })
})

test.describe('S15: auth_time', () => {
  for (const [name, aheadS, ends] of [
    ['a day ahead', 86_400, 'failed'],
    ['a minute ahead', 60, 'failed'],
    ['ahead by less than the tolerance', 20, 'signed-in'],
  ] as const) {
    test(`${name}, with max_age: ${ends}`, async ({ start }) => {
      const { signIn, reached } = await start({
        settings: { maxAgeS: 600 },
        provider: {
          misbehave: {
            idToken: (claims) => {
              claims['auth_time'] = Math.floor(Date.now() / 1000) + aheadS
            },
          },
        },
      })
      await fetch(await answerLink(await signIn()))
      const { lastResult } = await reached(ends)
      if (ends === 'failed') {
        expect(lastResult).toMatchObject({ reason: expect.stringContaining('in the future') })
      }
    })
  }
})

test.describe('RFC 8017 section 3.1: an RSA key with which anyone can sign is ignored:', () => {
  const n = Buffer.alloc(256, 0xff).toString('base64url')
  const keysWith = (members: object): number =>
    parseKeySet({ keys: [{ kty: 'RSA', n, e: 'AQAB', ...members }] })!.keys.length

  for (const [name, e] of [
    ['1', 'AQ'],
    ['1 with zeros before it', 'AAAB'],
    ['0', 'AA'],
    ['2', 'Ag'],
    ['65536', 'AQAA'],
    ['text that is not a number', '!'],
  ] as const) {
    test(`an exponent of ${name}`, () => {
      expect(keysWith({ e })).toBe(0)
    })
  }

  test('a modulus of 2047 bits, RFC 7518 section 3.3', () => {
    const short = Buffer.concat([Buffer.of(0x7f), Buffer.alloc(255, 0xff)])
    expect(keysWith({ n: short.toString('base64url') })).toBe(0)
  })

  for (const e of ['AQAB', 'Aw', 'AAEAAQ']) {
    test(`but a key with the exponent ${e} is used`, () => {
      expect(keysWith({ e })).toBe(1)
    })
  }

  test('an ID token that was "signed" with such a key is rejected', async ({ start }) => {
    const modulus = Buffer.alloc(256, 0xff)
    // With the exponent 1, the signature is the padded hash itself (RFC 8017 section 9.2).
    const forge = (jwt: string): string => {
      const claims = jwt.split('.')[1]!
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'weak' })).toString(
        'base64url',
      )
      const hash = createHash('sha256').update(`${header}.${claims}`).digest()
      const info = Buffer.from('3031300d060960864801650304020105000420', 'hex')
      const padding = Buffer.alloc(256 - 3 - info.length - hash.length, 0xff)
      const padded = Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), info, hash])
      return `${header}.${claims}.${padded.toString('base64url')}`
    }
    const { provider, signIn, reached } = await start()
    provider.misbehave.jwksResponse = () => ({
      keys: [{ kty: 'RSA', kid: 'weak', alg: 'RS256', n: modulus.toString('base64url'), e: 'AQ' }],
    })
    provider.misbehave.idTokenRaw = forge
    await fetch(await answerLink(await signIn()))
    expect((await reached('failed')).lastResult).toMatchObject({
      code: 'invalid-id-token',
      reason: expect.stringContaining("none of the provider's keys signed it"),
    })
  })
})
