// Accounts to store, and what to store them by.

import { isDeepStrictEqual } from 'node:util'
import type { Session } from '../../main/oauth/session.js'
import type { StoredAccount } from '../../main/storage/account-store.js'
import type { chooseStorage } from '../../main/storage/choose-storage.js'
import type { Cipher } from '../../main/storage/cipher.js'

export const OWNER = { issuer: 'https://login.example.com/', clientId: 'client' }

export type Choice = Omit<Parameters<typeof chooseStorage>[0], 'dataDir'>

/** Makes the choices of what protects the stored sessions. */
export function chooseBy(): Readonly<
  Record<'MEMORY' | 'KEY_FILE' | 'PASSPHRASE' | 'KEYRING', Choice>
> {
  const MEMORY: Choice = { keyring: null, passphrase: null, keepWithoutKeyring: false }
  return {
    MEMORY,
    KEY_FILE: { ...MEMORY, keepWithoutKeyring: true },
    PASSPHRASE: { ...MEMORY, passphrase: 'correct horse battery staple' },
    KEYRING: { ...MEMORY, keyring: { cipher: createKeyring() } },
  }
}

/** A keyring of the system with one key. */
export function createKeyring({ stale = false } = {}): Cipher {
  const mask = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x55))
  return {
    seal: async (plain, what) =>
      `v1:${mask(Buffer.from(JSON.stringify([what, plain]))).toString('base64')}`,
    async open(sealed, binding) {
      const [version, bytes = ''] = sealed.split(':')
      if (version !== 'v1') throw new Error('the keyring does not know what sealed it')
      const [what, plain] = JSON.parse(mask(Buffer.from(bytes, 'base64')).toString()) as [
        unknown,
        string,
      ]
      if (!isDeepStrictEqual(binding, what)) throw new Error('it was sealed for something else')
      return { plain, stale }
    },
  }
}

type Parts = Partial<Pick<Session, 'issuer' | 'clientId' | 'superseded'>> & {
  obtainedAtMs?: number
  refreshToken?: string | null
}

export function toSession(sub: string, parts: Parts = {}): Session {
  const { obtainedAtMs = 1_700_000_000_000, refreshToken = `secret-${sub}`, ...rest } = parts
  return {
    ...OWNER,
    account: { sub, name: `${sub} O'Ünal`, email: `${sub}@example.com` },
    claims: { sub, roles: ['admin'] },
    tokens: {
      accessToken: `secret-access-${sub}`,
      accessTokenExpiresAtMs: null,
      obtainedAtMs,
      refreshToken,
      idToken: `secret-id-${sub}`,
      scope: 'openid profile',
    },
    ...rest,
  }
}

export function toAccount(
  id: string,
  sub: string,
  addedAtMs: number,
  parts?: Parts,
): StoredAccount {
  return { id, addedAtMs, session: toSession(sub, parts) }
}

/** Three accounts, in the order in which they were added. */
export const ACCOUNTS = [
  toAccount('mmmmmmmm', 'alice', 1_000),
  toAccount('aaaaaaaa', 'bob', 2_000),
  toAccount('zzzzzzzz', 'zoe', 3_000),
] as const
