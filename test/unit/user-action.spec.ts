// S24: which sign-ins count as the user's own act, by the ID token and the request.

import { expect, test } from '@playwright/test'
import { UnsecuredJWT } from 'jose'
import { hasUserActed } from '../../main/oauth/user-action.js'

/** When the sign-in began, in seconds since the epoch, and when its ID token came. */
const BEGUN_S = 1_800_000_000
const GOT_S = BEGUN_S + 60

type Claims = { auth_time?: unknown; iat?: number }

/** `aheadS`: how far the provider's clock is ahead. */
function acted(claims: Claims, prompt: string | null = null, aheadS = 0): boolean {
  const { auth_time: authTime, iat = GOT_S } = claims
  const time = typeof authTime === 'number' ? authTime + aheadS : authTime
  const idToken = new UnsecuredJWT({ auth_time: time, iat: iat + aheadS }).encode()
  return hasUserActed(idToken, { prompt, begunAtMs: BEGUN_S * 1000 }, GOT_S * 1000)
}

for (const aheadS of [0, -3600, 3600]) {
  const clock = `with the provider's clock ${aheadS} s ahead`

  test(`a user who authenticated since the begin has acted, ${clock}`, () => {
    for (const atS of [BEGUN_S - 1, BEGUN_S, BEGUN_S + 30, GOT_S, GOT_S + 1]) {
      expect(acted({ auth_time: atS }, null, aheadS), `at ${atS - BEGUN_S} s`).toBe(true)
    }
  })

  test(`a user who authenticated before has not, ${clock}`, () => {
    for (const atS of [BEGUN_S - 2, BEGUN_S - 30, 0]) {
      expect(acted({ auth_time: atS }, null, aheadS), `at ${atS - BEGUN_S} s`).toBe(false)
    }
  })
}

test('without a time that can be read, the user counts as having acted', () => {
  for (const time of [undefined, null, String(GOT_S), [GOT_S]]) {
    expect(acted({ auth_time: time }), JSON.stringify(time)).toBe(true)
  }
})

for (const [prompt, before, unknown] of [
  ['login', false, true],
  ['consent', true, true],
  ['select_account', true, true],
  ['login consent', true, true],
  ['none', false, false],
] as const) {
  test(`prompt=${prompt} with an earlier time, and without a time`, () => {
    expect(acted({ auth_time: BEGUN_S - 60 }, prompt)).toBe(before)
    expect(acted({}, prompt)).toBe(unknown)
  })
}
