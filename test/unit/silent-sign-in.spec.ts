// S24: which keys may begin a sign-in that asks nobody, or get what one has brought.

import { expect } from '@playwright/test'
import type { IncomingMessage } from 'node:http'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { requireSilentSignIn } from '../../main/api/silent-sign-in.js'
import type { HeldKey } from '../../main/consent/grants.js'
import { ALICE_REF } from '../support/account-refs.js'
import { NEVER } from '../support/app-flow.js'
import { createProviderSettings, test } from '../support/fixture.js'
import { collectCalls } from '../support/program-calls.js'

const HEADERS = { authorization: 'Bearer latchkey_key' }

for (const [what, change, detail] of [
  ['its own provider', {}, null],
  ['another provider', { issuer: 'https://other.example' }, CONSENT_DETAILS.keyOfOtherProvider],
  ['another client', { clientId: 'other' }, CONSENT_DETAILS.keyOfOtherProvider],
] as const) {
  test(`a key may begin one at ${what}: ${detail === null}`, async ({ start }) => {
    const fixture = await start({ provider: { signingAlg: 'ES256' } })
    const { deps } = collectCalls(fixture)
    const provider = createProviderSettings(fixture.provider)
    const { issuer, clientId } = provider
    const key: HeldKey = {
      id: 'key23456',
      kind: 'key',
      name: 'backup',
      hash: '',
      scope: null,
      owner: { issuer, clientId, ...change },
      account: ALICE_REF.account,
      purposes: ['token'],
      allowedAtMs: 0,
      usedAtMs: null,
    }
    deps.agent.consents.findKey = () => key
    const request = { headers: HEADERS } as unknown as IncomingMessage
    const begun = requireSilentSignIn(deps, request, {
      provider,
      scope: ['openid'],
      hangUp: () => NEVER,
    })
    if (detail === null) expect(await begun).toBe(ALICE_REF.account.sub)
    else await expect(begun).rejects.toThrow(detail)
  })
}
