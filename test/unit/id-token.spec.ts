// ID tokens that are odd: outdated at a renewal, or naming and dating in ways that nobody may believe.

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

test.describe('OpenID Connect Core 12.2: a renewed ID token is as good as none, and no more,', () => {
  const OUTDATED: readonly [name: string, misbehave: (first: string) => Misbehaviour][] = [
    ['when it is the first one again', (first) => ({ idTokenRaw: () => first })],
    [
      'when it is older than the first one',
      () => ({ idToken: (claims) => void ((claims['iat'] as number) -= 3_600) }),
    ],
    [
      'when it is a day old',
      () => ({ idToken: (claims) => void ((claims['iat'] as number) -= 86_400) }),
    ],
    [
      'when it has expired',
      () => ({ idToken: (claims) => void ((claims['exp'] as number) -= 7_200) }),
    ],
    [
      'when it is old, and belongs to an access token of then',
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

  test('when it is as old as the first one, and its at_hash is of then', async ({ signedIn }) => {
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

  test('but not where it comes at once after the first and is right', async ({ signedIn }) => {
    const { agent, clock, first } = await signedIn()
    clock.leap(SECOND)
    const { tokens } = await agent.read(null)
    expect(tokens.idToken).not.toBe(first.tokens.idToken)
  })

  test('and one that is old still may name nobody else', async ({ signedIn }) => {
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
    test(`and one that is old and of ${name} is refused`, async ({ signedIn }) => {
      const { agent, provider } = await signedIn()
      provider.misbehave.idToken = (claims, header) => {
        misbehave.idToken?.(claims, header)
        claims['exp'] = (claims['iat'] as number) - 86_400
      }
      await expect(agent.read(null)).rejects.toMatchObject({ code: 'invalid-id-token' })
    })
  }

  test('and one that is old and not signed by the provider is refused', async ({ signedIn }) => {
    const { agent, first, provider } = await signedIn()
    provider.misbehave.idTokenRaw = () => `${first.tokens.idToken.slice(0, -8)}AAAAAAAA`
    await expect(agent.read(null)).rejects.toMatchObject({ code: 'invalid-id-token' })
  })
})

test.describe('a clock is blamed where the provider’s Date differs, and not else:', () => {
  for (const [name, change, words] of [
    ['one that has expired', { exp: -7_200 }, 'it has expired already'],
    ['one made long ago', { iat: -7_200 }, 'it was not made just now'],
    ['one of tomorrow', { iat: 86_400 }, 'it was not made just now'],
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

test.describe('OpenID Connect Core 2: a sub is bounded, printable, and still one person’s', () => {
  const EVIL = 'alice\u001b]0;owned\u0007\u202eecila\u{e0041}\n'
  for (const [name, sub] of [
    ['of 100,000 characters', 'x'.repeat(100_000)],
    ['of 256 characters', 'x'.repeat(256)],
    ['with control characters', EVIL],
    ['of nothing else', '\u0000\u0001'],
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
      // It is the same person's when it is renewed.
      await agent.read(null)
    })
  }

  test('two that begin alike are two people', () => {
    const long = 'x'.repeat(1_000)
    const subs = [long, `${long}y`, 'a\u0000', 'a\u0001', '\ud800', '\udfff', 'a\ufffd'].map(
      toSubject,
    )
    expect(new Set(subs).size).toBe(subs.length)
    expect(subs.map(toSubject)).toEqual(subs)
  })

  for (const sub of ['alice', 'auth0|5f7', 'x'.repeat(255), 'Zoë 𝕏', 'می‌خواهم']) {
    test(`one like ${sub.slice(0, 10)} stays as it is`, () => {
      expect(toSubject(sub)).toBe(sub)
    })
  }

  test('userinfo of the same long sub adds to it', () => {
    const sub = toSubject('x'.repeat(1_000))
    expect(mergeClaims({ sub }, { sub, email: 'a@b' })).toEqual({ sub, email: 'a@b' })
  })

  test('a name and an address are printable too', () => {
    const { name, email } = toAccount({ sub: 'a', name: EVIL, email: 'a\u0000@b\r\nc' })
    expect(name).toBe('alice�]0;owned��ecila�')
    expect(email).toBe('a�@b c')
  })
})

test.describe('S15: auth_time', () => {
  for (const [name, aheadS, ends] of [
    ['a day ahead', 86_400, 'failed'],
    ['a minute ahead', 60, 'failed'],
    ['ahead by less than clocks may differ', 20, 'signed-in'],
  ] as const) {
    test(`${name} of now, where max_age was asked for: ${ends}`, async ({ start }) => {
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

test.describe('RFC 8017 section 3.1: an RSA key with which anybody can sign is none', () => {
  const n = Buffer.alloc(256, 0xff).toString('base64url')
  const keysWith = (members: object): number =>
    parseKeySet({ keys: [{ kty: 'RSA', n, e: 'AQAB', ...members }] })!.keys.length

  for (const [name, e] of [
    ['1', 'AQ'],
    ['1 with zeros before it', 'AAAB'],
    ['0', 'AA'],
    ['2', 'Ag'],
    ['65536', 'AQAA'],
    ['nothing that is a number', '!'],
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
    test(`but one with the exponent ${e} is used`, () => {
      expect(keysWith({ e })).toBe(1)
    })
  }

  test('an ID token that such a key "signed" is refused', async ({ start }) => {
    const modulus = Buffer.alloc(256, 0xff)
    // With an exponent of 1 the signature is the padded hash itself, RFC 8017 section 9.2.
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
      reason: expect.stringContaining('none of the provider’s keys signed it'),
    })
  })
})
