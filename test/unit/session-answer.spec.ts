// The kept answer to a token read is the one that is made each time.

import { expect, test } from '@playwright/test'
import { toAuth0 } from '../../main/api/auth0.js'
import { createSessionWriter } from '../../main/api/session-answer.js'
import type { Session } from '../../main/oauth/session.js'

const HOUR_MS = 3_600_000

function makeSession(changes: Partial<Session['tokens']> = {}): Session {
  return {
    issuer: 'https://id.example.com/',
    clientId: 'client',
    claims: { iss: 'https://id.example.com/', sub: 'auth0|1', name: 'Alice "expires_in":7' },
    tokens: {
      accessToken: 'an-"expires_in":5,-access-token',
      refreshToken: 'refresh',
      idToken: 'id',
      scope: 'openid "expires_in":6',
      accessTokenExpiresAtMs: HOUR_MS,
      obtainedAtMs: 0,
      ...changes,
    },
  } as unknown as Session
}

test('an answer is the same as a new one, at any time and for any session', () => {
  let nowMs = 0
  const deps = { clock: { nowMs: () => nowMs }, exposeRefreshToken: true }
  const findAudience = ({ clientId }: Session): string => `audience of ${clientId}`
  const write = createSessionWriter({ ...deps, findAudience })
  const sessions = [
    makeSession(),
    makeSession({ accessToken: 'another' }),
    { ...makeSession(), clientId: 'another' },
    makeSession({ accessTokenExpiresAtMs: null }),
    makeSession({ accessTokenExpiresAtMs: null, refreshToken: null }),
  ]
  for (nowMs of [0, 1_500, HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS]) {
    for (const session of sessions) {
      const expected = JSON.stringify({
        auth0: toAuth0(session, findAudience(session), null, deps),
      })
      expect(write(session)).toBe(expected)
    }
  }
})
