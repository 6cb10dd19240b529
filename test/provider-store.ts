// Where the embedded provider keeps what it issued: in memory, for as long as it runs.

import type { AdapterFactory, AdapterPayload } from 'oidc-provider'

/**
 * Makes an empty store. It is searched from end to end where an index would do, and nothing is ever
 * purged: oidc-provider itself refuses what has expired, and a test holds a few dozen records.
 */
export function createMemoryStore(): AdapterFactory {
  const records = new Map<string, AdapterPayload>()
  return (model) => {
    const key = (id: string): string => `${model}:${id}`
    const own = (): [string, AdapterPayload][] =>
      [...records].filter(([name]) => name.startsWith(`${model}:`))
    return {
      async upsert(id, payload) {
        records.set(key(id), payload)
      },
      async find(id) {
        return records.get(key(id))
      },
      async findByUid(uid) {
        return own().find(([, payload]) => payload.uid === uid)?.[1]
      },
      async findByUserCode(userCode) {
        return own().find(([, payload]) => payload.userCode === userCode)?.[1]
      },
      async consume(id) {
        const payload = records.get(key(id))
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
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
