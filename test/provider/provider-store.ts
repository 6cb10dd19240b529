// What the embedded provider has issued, in memory, for as long as it runs.

import type { AdapterFactory, AdapterPayload } from 'oidc-provider'

export type StoreOptions = {
  /** How far the provider's clock is ahead of the machine's, in seconds. */
  aheadS(): number
  /** How long a used refresh token still counts as unused. */
  refreshGraceS: number
}

const FEW = 1_000

/** The fields of a record that are times, in seconds since the epoch. */
const TIMES = ['iat', 'exp', 'consumed', 'iiat', 'loginTs', 'authTime'] as const

/**
 * Makes an empty store. It has no index: a test holds a few dozen records, and expired ones are
 * dropped.
 */
export function createMemoryStore({ aheadS, refreshGraceS }: StoreOptions): AdapterFactory {
  // By the provider's clock. oidc-provider itself uses the machine's.
  const records = new Map<string, AdapterPayload>()
  let mostRecords = FEW
  const nowS = (): number => Math.floor(Date.now() / 1000) + aheadS()

  const dropExpired = (): void => {
    for (const [name, { exp }] of records) {
      if (exp !== undefined && exp < nowS()) records.delete(name)
    }
    mostRecords = Math.max(FEW, 2 * records.size)
  }
  return (model) => {
    const key = (id: string): string => `${model}:${id}`
    const own = (): [string, AdapterPayload][] =>
      [...records].filter(([name]) => name.startsWith(`${model}:`))
    const read = (payload: AdapterPayload | undefined): AdapterPayload | undefined => {
      if (!payload) return undefined
      const moved = movedBy(payload, -aheadS())
      const { consumed } = payload
      if (typeof consumed === 'number' && nowS() - consumed < refreshGraceS) delete moved.consumed
      return moved
    }
    return {
      async upsert(id, payload) {
        if (records.size > mostRecords) dropExpired()
        records.set(key(id), movedBy(payload, aheadS()))
      },
      async find(id) {
        return read(records.get(key(id)))
      },
      async findByUid(uid) {
        return read(own().find(([, payload]) => payload.uid === uid)?.[1])
      },
      async findByUserCode(userCode) {
        return read(own().find(([, payload]) => payload.userCode === userCode)?.[1])
      },
      async consume(id) {
        const payload = records.get(key(id))
        if (payload) payload.consumed ??= nowS()
      },
      async destroy(id) {
        records.delete(key(id))
      },
      async revokeByGrantId(grantId) {
        for (const [name, payload] of own()) {
          if (payload.grantId === grantId) records.delete(name)
        }
      },
    }
  }
}

function movedBy(payload: AdapterPayload, seconds: number): AdapterPayload {
  const moved = { ...payload }
  for (const name of TIMES) {
    const time = moved[name]
    if (typeof time === 'number') moved[name] = time + seconds
  }
  return moved
}
