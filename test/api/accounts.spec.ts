// The PKCE API with several accounts at two providers: whose session each program gets.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { answerLink } from '../support/person.js'
import { SCRIPTED, test as base, type Program } from '../support/program.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'
import { call, expect, expectProblem, respond, seedFor, type Service } from '../support/service.js'

type Served = { program: Program; url: string; work: RunningProvider; home: RunningProvider }

const test = base.extend<{ serve: () => Promise<Served> }>({
  serve: async ({ makeFolder, run }, use) => {
    const work = await startProvider({ signingAlg: 'ES256', clientId: 'work-app' })
    const home = await startProvider({ signingAlg: 'ES256', clientId: 'home-app' })
    const dataDir = await makeFolder()
    await use(async () => {
      const providers = [
        { name: 'work', issuer: work.issuer, clientId: work.clientId },
        {
          name: 'home',
          issuer: home.issuer,
          clientId: home.clientId,
          scope: 'openid profile email',
        },
      ]
      await writeFile(join(dataDir, 'settings.json'), JSON.stringify({ providers }), {
        mode: 0o600,
      })
      const program = await run(SCRIPTED, {
        dataDir,
        env: { LATCHKEY_PASSPHRASE: 'four plain words' },
      })
      const { url } = await program.line('listening')
      await program.status('signed-out')
      return { program, url, work, home }
    })
    await Promise.all([work.close(), home.close()])
  },
})

/** Signs a person in as a program whose requests name a provider's client. */
async function signIn(
  { url, program }: Pick<Served, 'url' | 'program'>,
  { clientId }: RunningProvider,
  press: string,
  changes: Record<string, unknown> = {},
): Promise<void> {
  const { seed, verifier } = seedFor(clientId, changes)
  const called = call({ url }, '/pkce/code', { body: seed })
  const link = await program.link()
  await fetch(await answerLink(link, press))
  const { json } = await called
  const body = {
    grant_type: 'authorization_code',
    client_id: clientId,
    code: json.result!.code,
    redirect_uri: json.seed!.redirect_uri,
    code_verifier: verifier,
  }
  const token = await call({ url }, '/pkce/token', { body })
  expect(token.status, token.text).toBe(200)
}

const REFRESH = { grant_type: 'refresh_token', minimum_validity: 0 }

async function readName(
  service: Pick<Service, 'url'>,
  headers: Record<string, string> = {},
  changes: Record<string, unknown> = {},
): Promise<string | undefined> {
  const answer = await call(service, '/pkce/token', { body: { ...REFRESH, ...changes }, headers })
  expect(answer.status, answer.text).toBe(200)
  return answer.json.auth0!.user.name
}

/** Calls as another program than this one, which the person allows. */
async function readNameAsOther(url: string, program: Program): Promise<string | undefined> {
  const script = `fetch('${url}/pkce/token', { method: 'POST', headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify(REFRESH))} }).then((answer) => answer.text()).then(console.log)`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const allowing = program.line('consent').then(({ id }) => program.type(`allow ${id}`))
  const [answer] = await Promise.all([text(child.stdout), once(child, 'close'), allowing])
  return (JSON.parse(answer) as { auth0?: { user: { name: string } } }).auth0?.user.name
}

test('a sign-in goes to the provider of its client or domain', async ({ serve }) => {
  const { url, program, work, home } = await serve()
  for (const [provider, changes] of [
    [work, {}],
    [home, {}],
    [work, { domain: work.issuer }],
    [home, { client_id: undefined, domain: new URL(home.issuer).host }],
    [home, { client_id: undefined, domain: `${home.issuer}/authorize` }],
  ] as const) {
    const { seed } = seedFor(provider.clientId, changes)
    const controller = new AbortController()
    const called = call({ url }, '/pkce/code', { body: seed, signal: controller.signal })
    const link = new URL(await program.link())
    expect(link.origin).toBe(provider.issuer)
    expect(link.searchParams.get('client_id')).toBe(provider.clientId)
    controller.abort()
    await called.catch(() => undefined)
  }
  for (const changes of [{ client_id: 'other' }, { domain: work.issuer }]) {
    const { seed } = seedFor(home.clientId, changes)
    expectProblem(await call({ url }, '/pkce/code', { body: seed }), 400, 'refused')
  }
})

test('S21: only the page of the sign-in’s own provider may post its form', async ({ serve }) => {
  const { url, program, work, home } = await serve()
  const redirect_uri = `${url}/pkce/response/code`
  const { seed } = seedFor(home.clientId, { redirect_uri, response_mode: 'form_post' })
  const called = call({ url }, '/pkce/code', { body: seed })
  await program.link()
  const form = { state: seed.state, error: 'access_denied', iss: home.issuer }
  const post = (origin: string) =>
    respond({ url }, form, { origin, 'sec-fetch-site': 'cross-site' })
  expectProblem(await post(work.issuer), 403, 'web-page')
  expect((await post(home.issuer)).status).toBe(200)
  expectProblem(await called, 403, 'access-denied')
})

test('a code is exchanged only with the client of its own provider', async ({ serve }) => {
  const { url, program, work, home } = await serve()
  const { seed, verifier } = seedFor(home.clientId)
  const called = call({ url }, '/pkce/code', { body: seed })
  await fetch(await answerLink(await program.link()))
  const { json } = await called
  const body = {
    grant_type: 'authorization_code',
    client_id: work.clientId,
    code: json.result!.code,
    redirect_uri: json.seed!.redirect_uri,
    code_verifier: verifier,
  }
  const wrong = await call({ url }, '/pkce/token', { body })
  expect(expectProblem(wrong, 400, 'refused')).toBe(PROBLEM_DETAILS.mismatch('client_id'))
  const own = await call({ url }, '/pkce/token', { body: { ...body, client_id: home.clientId } })
  expect(own.json.auth0!.domain).toBe(new URL(home.issuer).host)
})

test('each program gets the account that it signed in, others the default or the one they name', async ({
  serve,
}) => {
  const { url, program, work, home } = await serve()
  await signIn({ url, program }, work, 'account=alice')
  await signIn({ url, program }, home, 'account=bob')

  // On other systems than Linux, no program is identified.
  const own = process.platform === 'linux' ? 'Bob Brown' : 'Alice Adams'
  expect(await readName({ url })).toBe(own)
  expect(await readNameAsOther(url, program)).toBe('Alice Adams')

  const [alice, bob] = [await readId(program, work), await readId(program, home)]
  expect(await readName({ url }, { 'X-Latchkey-Account': alice })).toBe('Alice Adams')
  const named = { 'x-latchkey-account': bob }
  expect(await readName({ url }, named, { client_id: home.clientId })).toBe('Bob Brown')
  const unknown = await call({ url }, '/pkce/token', {
    body: REFRESH,
    headers: { 'X-Latchkey-Account': 'nobody22' },
  })
  expect(expectProblem(unknown, 401, 'not-signed-in')).toBe(PROBLEM_DETAILS.noSuchAccount)
  expect(unknown.headers.get('www-authenticate')).toBe('Latchkey')
  const body = { ...REFRESH, client_id: work.clientId }
  const other = await call({ url }, '/pkce/token', { body, headers: named })
  expect(expectProblem(other, 400, 'refused')).toBe(PROBLEM_DETAILS.otherAccountClient)

  const file = JSON.parse(await readFile(join(program.dataDir, 'service.json'), 'utf8')) as object
  expect(file).toMatchObject({ issuer: work.issuer, clientId: work.clientId })
})

/** Reads the ID of a provider's only account from the name of its file. */
async function readId({ dataDir }: Program, { issuer }: RunningProvider): Promise<string> {
  const folder = join(dataDir, 'sessions')
  for (const name of await readdir(folder)) {
    const file = JSON.parse(await readFile(join(folder, name), 'utf8')) as { issuer?: string }
    if (file.issuer === issuer) return name.replace('.json', '')
  }
  throw new Error(`no account of ${issuer} is stored`)
}
