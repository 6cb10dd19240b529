// An account as the official clients read it.

import { expect, test } from '@playwright/test'
import { userProfile, type UserProfile } from '../../main/api/models.js'
import { toUserProfile } from '../../main/api/user-profile.js'
import type { AccountSession } from '../../main/agent/model.js'
import type { Claims } from '../../main/oauth/account.js'
import { ALICE, ALICE_REF, BOB_REF } from '../support/account-refs.js'

const ENDED = { kind: 'needs-sign-in', reason: 'expired' } as const

function describe(
  claims: Partial<Claims> | null,
  ref: Partial<AccountSession> = ALICE_REF,
): UserProfile {
  const account = { ...ALICE_REF, ...ref, ...ENDED } as AccountSession
  const session = { claims: { sub: account.account.sub, ...claims } }
  const all = claims === null ? [] : [{ id: account.id, addedAtMs: 0, session }]
  const profile = toUserProfile({ agent: { all: () => all as never } }, account)
  // Nothing is undefined or null, and nothing is added.
  expect(JSON.parse(JSON.stringify(profile))).toEqual(profile)
  expect(userProfile.strict().parse(profile)).toEqual(profile)
  return profile
}

test('everything that the provider says', () => {
  const claims = {
    preferred_username: 'ali',
    picture: 'https://provider.example/alice.png',
    updated_at: 1_700_000_000,
  }
  expect(describe(claims)).toEqual({
    id: expect.any(String),
    name: 'Alice Adams',
    email: 'alice@example.com',
    username: 'ali',
    picture: 'https://provider.example/alice.png',
    updated: { value: '2023-11-14T22:13:20.000Z' },
    aesthetics: { theme: { dark: false }, font: { size: 14 } },
  })
})

test('an address is never invented: the username or the subject takes its place', () => {
  expect(describe({}, BOB_REF)).toMatchObject({ email: 'bob', username: 'bob' })
  const named = describe({ preferred_username: 'bobby' }, BOB_REF)
  expect(named).toMatchObject({ email: 'bobby', username: 'bobby' })
  expect(describe(null)).toMatchObject({ email: ALICE.email, username: ALICE.email })
})

test('claims of a wrong type are left out', () => {
  const profile = describe({ preferred_username: 5, picture: {}, updated_at: 'never' })
  expect(Object.keys(profile)).toEqual(['id', 'name', 'email', 'username', 'aesthetics'])
})

test('the ID stays the same for a person, differs for others, and does not contain the subject', () => {
  const { id } = describe({})
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(
    describe({ name: 'Alice Brown' }, { ...ALICE_REF, id: 'another2', provider: 'x' }).id,
  ).toBe(id)
  const others = [
    BOB_REF,
    { ...ALICE_REF, issuer: 'https://other.example' },
    { ...ALICE_REF, clientId: 'other' },
  ]
  const ids = others.map((ref) => describe({}, ref).id)
  expect(new Set([id, ...ids]).size).toBe(4)
})
