import { expect, test } from '@playwright/test'
import { codeChallenge, createNonce, createState, createVerifier } from '../../main/oauth/pkce.js'

test('RFC 7636 appendix B: the challenge of the vector', () => {
  expect(codeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

for (const [name, create] of Object.entries({ createVerifier, createState, createNonce })) {
  test(`S14, RFC 7636 section 4.1: ${name} gives 256 bits in unreserved characters, ever new`, () => {
    const values = Array.from({ length: 1000 }, create)
    expect(new Set(values).size).toBe(1000)
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9\-._~]{43}$/)
    // Every bit moves: a constant one would make the guess easier by half.
    const bytes = values.map((value) => Buffer.from(value, 'base64url'))
    for (let index = 0; index < 32; index++) {
      const or = bytes.reduce((bits, value) => bits | value[index]!, 0)
      const and = bytes.reduce((bits, value) => bits & value[index]!, 255)
      expect([or, and]).toEqual([255, 0])
    }
  })
}

test('S14: the verifier is drawn from the system, not from Math.random', () => {
  const { random } = Math
  Math.random = () => 0.5
  try {
    expect(new Set(Array.from({ length: 10 }, createVerifier)).size).toBe(10)
  } finally {
    Math.random = random
  }
})
