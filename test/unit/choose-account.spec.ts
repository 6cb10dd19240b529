// Which account a call to renew a session gets: by its header, by its program, or the default one.

import type { IncomingMessage } from 'node:http'
import { expect, test } from '@playwright/test'
import type { AccountSession, Model } from '../../main/agent/model.js'
import { PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import {
  chooseAccount,
  type ChooseAccountDeps,
  type WantedAccount,
} from '../../main/api/choose-account.js'
import { createSignedInCallers } from '../../main/api/signed-in-callers.js'
import type { Caller } from '../../main/net/caller.js'
import { NOT_FOUND, seenCaller } from '../support/callers.js'
import { ALICE_REF, BOB_REF, modelOf } from '../support/account-refs.js'
import { createProviderSettings } from '../support/fixture.js'

const WORK = createProviderSettings(ALICE_REF, { settings: { audience: 'https://work.example' } })
const HOME = createProviderSettings(
  { issuer: 'https://home.example', clientId: 'home-app' },
  { settings: { name: 'home', audience: 'https://home.example/api' } },
)
const ENDED = { kind: 'needs-sign-in', reason: 'expired' } as const
const ALICE: AccountSession = { ...ALICE_REF, ...ENDED }
const BOB: AccountSession = {
  ...BOB_REF,
  ...ENDED,
  issuer: HOME.issuer,
  clientId: HOME.clientId,
}
const APP: Caller = seenCaller()

type Choosing = { header?: string; caller?: Caller; wanted?: WantedAccount; model?: Model }

/** Chooses for a program that signed in Bob, beside Alice, who is the default account. */
function choose({ header, caller = NOT_FOUND, ...given }: Choosing = {}) {
  const { wanted = {}, model = modelOf(ALICE, BOB) } = given
  const callers = createSignedInCallers()
  callers.remember(APP, BOB.id)
  let looks = 0
  const deps: ChooseAccountDeps = {
    agent: { model: () => model },
    providers: [WORK, HOME],
    callers,
    findCaller: () => {
      looks += 1
      return Promise.resolve(caller)
    },
  }
  const headers = header === undefined ? {} : { 'x-latchkey-account': header }
  const chosen = chooseAccount(deps, { headers } as unknown as IncomingMessage, wanted)
  return { chosen, deps, looks: () => looks }
}

for (const [name, choosing, id] of [
  ['a program that signed nobody in gets the default account', {}, ALICE.id],
  ['a program gets the account that it signed in', { caller: APP }, BOB.id],
  ['the header counts more than the program', { caller: APP, header: ALICE.id }, ALICE.id],
  ['the header names any account', { header: BOB.id }, BOB.id],
  ['the body names any account', { wanted: { account: BOB.id } }, BOB.id],
  [
    'the body counts more than the header',
    { header: ALICE.id, wanted: { account: BOB.id } },
    BOB.id,
  ],
  [
    'an account that the program signed in and that is gone is the default one',
    { caller: APP, model: modelOf(ALICE, { ...BOB, id: 'another2' }) },
    ALICE.id,
  ],
  ['the account’s own client', { wanted: { client_id: WORK.clientId } }, ALICE.id],
  ['the account’s own audience', { wanted: { audience: WORK.audience! } }, ALICE.id],
  [
    'client and audience of the account in the header',
    { header: BOB.id, wanted: { client_id: HOME.clientId, audience: HOME.audience! } },
    BOB.id,
  ],
  [
    'the client of another account names that one',
    { wanted: { client_id: HOME.clientId } },
    BOB.id,
  ],
  [
    'the audience of another account names that one',
    { wanted: { audience: HOME.audience! } },
    BOB.id,
  ],
  [
    'the client counts more than the program',
    { caller: APP, wanted: { client_id: WORK.clientId } },
    ALICE.id,
  ],
  [
    'of several accounts with the client, a program gets the one that it signed in',
    {
      caller: APP,
      wanted: { client_id: HOME.clientId },
      model: modelOf(ALICE, { ...BOB, id: 'another2' }, BOB),
    },
    BOB.id,
  ],
  ['if nobody is signed in, there is none', { model: modelOf() }, undefined],
] as const satisfies readonly (readonly [string, Choosing, string | undefined])[]) {
  test(name, async () => {
    expect(await choose(choosing).chosen).toBe(id)
  })
}

for (const [name, choosing, code, message] of [
  ['an unknown ID', { header: 'nobody22' }, 'not-signed-in', PROBLEM_DETAILS.noSuchAccount],
  ['an empty ID', { header: '' }, 'not-signed-in', PROBLEM_DETAILS.noSuchAccount],
  ['two IDs', { header: 'alice234, bobbob23' }, 'not-signed-in', PROBLEM_DETAILS.noSuchAccount],
  [
    'an ID if nobody is signed in',
    { header: ALICE.id, model: modelOf() },
    'not-signed-in',
    PROBLEM_DETAILS.noSuchAccount,
  ],
  [
    'an unknown ID in the body',
    { header: ALICE.id, wanted: { account: 'nobody22' } },
    'not-signed-in',
    PROBLEM_DETAILS.noSuchAccount,
  ],
  [
    'S23: the client of another account than the header’s',
    { header: ALICE.id, wanted: { client_id: HOME.clientId } },
    'refused',
    PROBLEM_DETAILS.otherAccountClient,
  ],
  [
    'a client without an account',
    { wanted: { client_id: HOME.clientId }, model: modelOf(ALICE) },
    'not-signed-in',
    PROBLEM_DETAILS.noAccountOfClient,
  ],
  [
    'an audience without an account',
    { wanted: { audience: HOME.audience! }, model: modelOf(ALICE) },
    'not-signed-in',
    PROBLEM_DETAILS.noAccountOfClient,
  ],
  [
    'S23: client and audience of different accounts',
    { wanted: { client_id: HOME.clientId, audience: WORK.audience! } },
    'refused',
    PROBLEM_DETAILS.otherAccountClient,
  ],
  [
    'S23: a client that is not configured',
    { wanted: { client_id: 'other' } },
    'refused',
    PROBLEM_DETAILS.otherClient,
  ],
  [
    'S23: the audience of another account than the header’s',
    { header: ALICE.id, wanted: { audience: HOME.audience! } },
    'refused',
    PROBLEM_DETAILS.otherAudience,
  ],
  [
    'S23: an audience that is not configured',
    { wanted: { audience: 'other' }, model: modelOf() },
    'refused',
    PROBLEM_DETAILS.otherAudience,
  ],
] as const satisfies readonly (readonly [string, Choosing, string, string])[]) {
  test(`${name} is rejected`, async () => {
    await expect(choose(choosing).chosen).rejects.toMatchObject({ code, message })
  })
}

test('a program is looked for only if it may matter which one calls', async () => {
  const looksFor = async (choosing: Choosing): Promise<number> => {
    const { chosen, looks } = choose(choosing)
    await chosen
    return looks()
  }
  expect(await looksFor({ caller: APP })).toBe(1)
  expect(await looksFor({ caller: APP, header: ALICE.id })).toBe(0)
  expect(await looksFor({ caller: APP, model: modelOf(BOB) })).toBe(0)
  const { chosen, deps, looks } = choose()
  await chosen
  deps.callers.forget(BOB.id)
  await chooseAccount(deps, { headers: {} } as unknown as IncomingMessage, {})
  expect(looks()).toBe(1)
})
