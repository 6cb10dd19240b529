// S24: sign-ins with prompt=none, which ask the person nothing, bring only what was allowed.

import { expect } from '@playwright/test'
import { codeChallenge, createState, createVerifier } from '../../main/oauth/pkce.js'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { answerLink } from '../support/person.js'
import { call, expectProblem, tokenRequest } from '../support/service.js'
import { test as base, type Program } from '../support/program.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

type Running = { program: Program; url: string; provider: RunningProvider }

const test = base.extend<{ start: () => Promise<Running> }>({
  start: async ({ run }, use) => {
    const providers: RunningProvider[] = []
    await use(async () => {
      const provider = await startProvider({ signingAlg: 'ES256' })
      providers.push(provider)
      const { issuer, clientId } = provider
      const flags = ['--issuer', issuer, '--client-id', clientId]
      const program = await run(['--json', '--no-browser', '--port', '0', ...flags])
      const { url } = await program.line('listening')
      return { program, url, provider }
    })
    await Promise.all(providers.map((provider) => provider.close()))
  },
})

async function signInAsAlice(program: Program): Promise<void> {
  program.type('sign-in')
  await fetch(await answerLink(await program.link(), 'account=alice'))
  await program.status('signed-in')
}

function makeSeed({ provider: { clientId } }: Running, changes: Record<string, unknown> = {}) {
  const verifier = createVerifier()
  const state = createState()
  const challenge = { code_challenge: codeChallenge(verifier), code_challenge_method: 'S256' }
  const scope = ['openid', 'profile', 'email']
  const common = { response_type: 'code', state, nonce: state, client_id: clientId }
  return { verifier, seed: { ...common, ...challenge, scope, ...changes } }
}

/** Has the browser follow a link, as if the provider knew Bob already and asked him nothing. */
async function visitAsBob(link: string): Promise<void> {
  const url = new URL(link)
  expect(url.searchParams.get('prompt')).toBe('none')
  url.searchParams.delete('prompt')
  await fetch(await answerLink(url.href, 'account=bob'))
}

test('bring no other person than the one that the user was asked about', async ({ start }) => {
  const running = await start()
  const { program } = running
  await signInAsAlice(program)
  const { seed, verifier } = makeSeed(running, { prompt: 'none' })
  const called = call(running, '/pkce/code', { body: seed })
  const silent = await program.line('consent')
  expect(silent).toMatchObject({ purpose: 'sign-in', account: { sub: 'alice' } })
  program.type(`allow ${silent.id}`)
  await visitAsBob(await program.link())
  const answered = await called
  expect(answered.status, answered.text).toBe(200)

  const exchanged = call(running, '/pkce/token', { body: tokenRequest(answered.json, verifier) })
  const other = await program.line('consent', ({ id }) => id !== silent.id)
  expect(other).toMatchObject({ purpose: 'token', account: { sub: 'bob' } })
  program.type(`deny ${other.id}`)
  const got = await exchanged
  expectProblem(got, 403, 'not-allowed')
  expect(got.text).not.toMatch(/bob/i)
})

test('with a key, are for no other scopes than those of the key', async ({ start }) => {
  const running = await start()
  const { program } = running
  await signInAsAlice(program)
  program.type('key backup openid')
  const { key } = await program.line('key')
  const headers = { Authorization: `Bearer ${key}` }
  const { seed } = makeSeed(running, { prompt: 'none' })
  const got = await call(running, '/pkce/code', { body: seed, headers })
  expect(expectProblem(got, 403, 'not-allowed')).toBe(CONSENT_DETAILS.keyOfOtherScope)
  expect(program.stdout()).not.toContain('"event":"consent"')
})
