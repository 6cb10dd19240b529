// The made-up people who can sign in at the embedded provider, and their claims.

import type { Configuration } from 'oidc-provider'

export type Person = { readonly sub: string; readonly name: string; readonly email: string }

/** Zoë's name reveals missing escaping or decoding. */
const CLAIMS = [
  { sub: 'alice', given_name: 'Alice', family_name: 'Adams', locale: 'en-GB' },
  { sub: 'bob', given_name: 'Bob', family_name: 'Brown', locale: 'en-US' },
  { sub: 'zoe', given_name: 'Zoë', family_name: "O'Ünal", locale: 'tr-TR' },
].map((person) => ({
  ...person,
  name: `${person.given_name} ${person.family_name}`,
  nickname: person.given_name,
  preferred_username: person.sub,
  picture: `https://example.com/${person.sub}.png`,
  email: `${person.sub}@example.com`,
  email_verified: true,
  updated_at: 1_767_225_600,
}))

export const people: readonly Person[] = CLAIMS.map(({ sub, name, email }) => ({
  sub,
  name,
  email,
}))

/**
 * The claims of each scope. @see {@link
 * https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims}
 */
export const claimsByScope = {
  openid: ['sub'],
  email: ['email', 'email_verified'],
  profile: [
    'name',
    'given_name',
    'family_name',
    'nickname',
    'preferred_username',
    'picture',
    'locale',
    'updated_at',
  ],
}

/** Finds a person by their subject. Beside the people above, there are `guest-1` to `guest-N`. */
export function findPerson(
  sub: string | null,
  guests: number,
): { sub: string; name: string } | undefined {
  const [, number] = /^guest-(\d+)$/.exec(sub ?? '') ?? []
  if (number !== undefined && Number(number) >= 1 && Number(number) <= guests) {
    return { sub: `guest-${number}`, name: `Guest ${number}` }
  }
  return CLAIMS.find((candidate) => candidate.sub === sub)
}

export function createFindAccount(guests: number): NonNullable<Configuration['findAccount']> {
  return (_ctx, sub) => {
    const person = findPerson(sub, guests)
    return person && { accountId: sub, claims: () => person }
  }
}
