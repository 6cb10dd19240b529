// Which calls of the agent give git the token of an account or of a provider's account.

import { expect, test } from '@playwright/test'
import { CliError } from '../../main/cli/cli-error.js'
import { getAccessToken } from '../../main/cli/credential-commands.js'
import type { Call } from '../../main/cli/agent-client.js'

const TOKEN = { access_token: 'a-token', expires_at: '2026-11-27T12:00:00Z' }
const GIVEN = { accessToken: 'a-token', expiresAtMs: Date.parse('2026-11-27T12:00:00Z') }
const ACCOUNTS = [
  { id: 'aaaaaaaa', provider: 'work', default: false },
  { id: 'bbbbbbbb', provider: 'home', default: false },
  { id: 'cccccccc', provider: 'home', default: true },
  { id: 'dddddddd', provider: 'workmail', default: false },
]

/** An agent with these accounts, which records what it is asked. */
function createAgent({
  accounts = ACCOUNTS,
  token = TOKEN,
}: { accounts?: unknown; token?: unknown } = {}) {
  const asked: string[] = []
  const call = ({ path, body }: Call): Promise<unknown> => {
    const { account = null } = (body ?? {}) as { account?: string }
    asked.push(account === null ? path : `${path} ${account}`)
    if (path === '/accounts') return Promise.resolve({ accounts })
    const isKnown = ACCOUNTS.some(({ id }) => id === account)
    return isKnown
      ? Promise.resolve(token)
      : Promise.reject(new CliError('notSignedIn', 'There is no such account.'))
  }
  return { asked, client: { call } }
}

for (const { named, asked } of [
  { named: 'aaaaaaaa', asked: ['/session/token aaaaaaaa'] },
  { named: 'work', asked: ['/accounts', '/session/token aaaaaaaa'] },
  { named: 'WORK', asked: ['/accounts', '/session/token aaaaaaaa'] },
  { named: 'home', asked: ['/accounts', '/session/token cccccccc'] },
  {
    // The name of this provider could be the ID of an account.
    named: 'workmail',
    asked: ['/session/token workmail', '/accounts', '/session/token dddddddd'],
  },
]) {
  test(`${named} asks ${asked.join(', then ')}`, async () => {
    const agent = createAgent()
    expect(await getAccessToken(agent.client, named)).toEqual(GIVEN)
    expect(agent.asked).toEqual(asked)
  })
}

test('without an account at the provider, the exit code says so', async () => {
  const { client } = createAgent()
  for (const named of ['nowhere', 'zzzzzzzz']) {
    await expect(getAccessToken(client, named)).rejects.toMatchObject({ exit: 'notSignedIn' })
  }
})

test('an answer that is not as documented gives no token', async () => {
  for (const token of [null, {}, { access_token: 'x' }, { ...TOKEN, expires_at: 'soon' }, []]) {
    await expect(getAccessToken(createAgent({ token }).client, 'aaaaaaaa')).rejects.toThrow(
      CliError,
    )
  }
  for (const accounts of [null, 'x', [null], [{ provider: 'work' }]]) {
    await expect(getAccessToken(createAgent({ accounts }).client, 'work')).rejects.toThrow(CliError)
  }
})
