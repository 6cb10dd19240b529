// S24: sign-ins that the provider completes without the person bring only what was allowed.

import { expect, type Page } from '@playwright/test'
import { codeChallenge, createState, createVerifier } from '../../main/oauth/pkce.js'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import {
  createCallingPrograms,
  nodeScript,
  signInScript,
  type CallingPrograms,
  type Heard,
} from '../support/calling-programs.js'
import { signInAs, test as base } from '../support/desktop-test.js'
import { answerLink } from '../support/person.js'
import { call, expectProblem, seedFor, tokenRequest } from '../support/service.js'
import type { Program } from '../support/program.js'
import { startProvider, type ProviderOptions, type RunningProvider } from '../provider/provider.js'

type Running = { program: Program; url: string; provider: RunningProvider }

const test = base.extend<{
  start: (options?: ProviderOptions) => Promise<Running>
  programs: CallingPrograms
}>({
  // eslint-disable-next-line no-empty-pattern
  programs: async ({}, use) => {
    const programs = await createCallingPrograms()
    await use(programs)
    await programs.remove()
  },
  start: async ({ run }, use) => {
    const providers: RunningProvider[] = []
    await use(async (options = {}) => {
      const provider = await startProvider({ signingAlg: 'ES256', ...options })
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

test('with prompt=none return only the person that the user was asked about', async ({ start }) => {
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

test('with prompt=none and a key are for no other scopes than those of the key', async ({
  start,
}) => {
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

test.describe('that a program begins and the browser’s own session at the provider completes', () => {
  test.skip(process.platform !== 'linux', 'only Linux tells which program calls')

  /** Everything that Alice's tokens and account consist of. */
  const PERSON = /alice|adams|"auth0"|access_token|refresh_token|id_token|eyJ/i

  const countQuestions = ({ program }: Running): number =>
    program.stdout().match(/"event":"consent"/g)?.length ?? 0

  /** The person signs in from the terminal, an hour ago by the provider's ID tokens. */
  async function signInLongAgo({ program, provider }: Running, page: Page): Promise<void> {
    program.type('sign-in')
    await signInAs(page, await program.link(), 'Alice Adams')
    await program.status('signed-in')
    await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
    provider.misbehave.idToken = (claims) => {
      claims['auth_time'] = Number(claims['auth_time']) - 3600
    }
  }

  /** Starts a program that signs in by the PKCE calls, and then asks for a token. */
  async function startMail({ url, provider }: Running, programs: CallingPrograms, changes = {}) {
    const script = await programs.write('mail-sync.mjs', signInScript())
    const SIGN_IN = JSON.stringify({ url, ...seedFor(provider.clientId, changes) })
    return programs.start([process.execPath, script], [], { SIGN_IN })
  }

  function expectNothing(heard: Heard): void {
    expect([heard.status, heard.code], heard.raw).toEqual([403, 'not-allowed'])
    expect(heard.raw).not.toMatch(PERSON)
  }

  /** The provider asks nobody: the browser comes back by itself. */
  async function follow({ program }: Running, page: Page): Promise<void> {
    await page.goto(await program.link())
    await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.returnToApp.heading)
  }

  test('are asked about, and a denied program gets nothing', async ({ start, programs, page }) => {
    const running = await start({ rememberLogin: true })
    await signInLongAgo(running, page)
    const mail = await startMail(running, programs)
    await follow(running, page)
    const question = await running.program.line('consent')
    expect(question).toMatchObject({ purpose: 'token', account: { sub: 'alice' } })
    expect(question.program.name).toBe('mail-sync')
    running.program.type(`deny ${question.id}`)
    const [coded, exchanged, renewed] = await mail.heard
    expect(coded!.status).toBe(200)
    expectNothing(exchanged!)
    expectNothing(renewed!)
    // The session is kept for the person.
    running.program.type('status')
    await running.program.status('signed-in')
  })

  test('are asked about, and "always" lasts', async ({ start, programs, page }) => {
    const running = await start({ rememberLogin: true })
    await signInLongAgo(running, page)
    const mail = await startMail(running, programs)
    await follow(running, page)
    const question = await running.program.line('consent')
    running.program.type(`allow ${question.id} always`)
    const [, exchanged, renewed] = await mail.heard
    for (const heard of [exchanged!, renewed!]) expect(heard.auth0, heard.raw).toBeTruthy()
    const again = await startMail(running, programs)
    await follow(running, page)
    for (const heard of (await again.heard).slice(1)) expect(heard.auth0, heard.raw).toBeTruthy()
    expect(countQuestions(running)).toBe(1)
  })

  test('are asked about each time after "once", which is for the tokens of the sign-in alone', async ({
    start,
    programs,
    page,
  }) => {
    const running = await start({ rememberLogin: true })
    await signInLongAgo(running, page)
    const mail = await startMail(running, programs)
    await follow(running, page)
    const question = await running.program.line('consent')
    running.program.type(`allow ${question.id}`)
    const next = await running.program.line('consent', ({ id }) => id !== question.id)
    running.program.type(`deny ${next.id}`)
    const [, exchanged, renewed] = await mail.heard
    expect(exchanged!.auth0, exchanged!.raw).toBeTruthy()
    expectNothing(renewed!)
  })

  test('need no question if the provider does not tell when the person signed in', async ({
    start,
    programs,
    page,
  }) => {
    const running = await start({ rememberLogin: true })
    running.provider.misbehave.idToken = (claims) => void delete claims['auth_time']
    const mail = await startMail(running, programs)
    await signInAs(page, await running.program.link(), 'Alice Adams')
    for (const heard of (await mail.heard).slice(1)) expect(heard.auth0, heard.raw).toBeTruthy()
    expect(countQuestions(running)).toBe(0)
  })

  test('need no question if the person signs in for the program', async ({
    start,
    programs,
    page,
  }) => {
    const running = await start({ rememberLogin: true })
    const mail = await startMail(running, programs)
    await signInAs(page, await running.program.link(), 'Alice Adams')
    for (const heard of (await mail.heard).slice(1)) expect(heard.auth0, heard.raw).toBeTruthy()
    expect(countQuestions(running)).toBe(0)
  })

  test('need no question if the provider had to ask which account to use', async ({
    start,
    programs,
    page,
  }) => {
    const running = await start({ rememberLogin: true })
    await signInLongAgo(running, page)
    const mail = await startMail(running, programs, { prompt: 'select_account' })
    await signInAs(page, await running.program.link(), 'Alice Adams')
    for (const heard of (await mail.heard).slice(1)) expect(heard.auth0, heard.raw).toBeTruthy()
    expect(countQuestions(running)).toBe(0)
  })

  for (const path of ['/session/sign-in', '/os/sign_in']) {
    test(`give no name by ${path} before the person allows it`, async ({
      start,
      programs,
      page,
    }) => {
      const running = await start({ rememberLogin: true })
      await signInLongAgo(running, page)
      running.program.type('sign-out')
      await running.program.status('signed-out')
      const { url } = running
      const script = await programs.write('plugin.mjs', nodeScript())
      const ask = () => programs.ask([process.execPath, script], { url: `${url}${path}` })
      const denied = ask()
      await follow(running, page)
      const question = await running.program.line('consent')
      expect(question).toMatchObject({ purpose: 'identity', account: { sub: 'alice' } })
      running.program.type(`deny ${question.id}`)
      expectNothing(await denied)

      const other = await programs.write('other.mjs', nodeScript())
      const allowed = programs.ask([process.execPath, other], { url: `${url}${path}` })
      const { id } = await running.program.line('consent', (line) => line.id !== question.id)
      running.program.type(`allow ${id}`)
      expect((await allowed).body).toContain('Alice Adams')
    })
  }

  test('give a key its own account and scopes, and no question', async ({ start, page }) => {
    const running = await start({ rememberLogin: true })
    const { program } = running
    await signInLongAgo(running, page)
    const keys: string[] = []
    for (const command of ['key whole', 'key part openid']) {
      program.type(command)
      keys.push((await program.line('key', ({ key }) => !keys.includes(key))).key)
    }
    const finish = async (key: string) => {
      const { seed, verifier } = makeSeed(running)
      const called = call(running, '/pkce/code', { body: seed })
      await follow(running, page)
      const body = tokenRequest((await called).json, verifier)
      return call(running, '/pkce/token', { body, headers: { Authorization: `Bearer ${key}` } })
    }
    const [whole = '', part = ''] = keys
    const got = await finish(whole)
    expect(got.json.auth0, got.text).toBeTruthy()
    const less = await finish(part)
    expect(less.json.auth0?.oAuth.token, less.text).toMatchObject({ scope: 'openid' })

    program.type('sign-in-as-other')
    await signInAs(page, await program.link(), 'Bob Brown')
    await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
    const other = await finish(whole)
    expect(expectProblem(other, 403, 'not-allowed')).toBe(CONSENT_DETAILS.keyOfOther)
    expect(countQuestions(running)).toBe(0)
  })
})
