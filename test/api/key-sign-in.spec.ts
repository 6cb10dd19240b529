// A key on the calls around a sign-in: it is checked on each, and gets no more than what it is for.

import { readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import type { Auth0 } from '../../main/api/models.js'
import { answerLink } from '../support/person.js'
import {
  call,
  comeBack,
  expect,
  expectProblem,
  seedFor,
  signIn,
  test,
  tokenRequest,
  type Answer,
  type Service,
} from '../support/service.js'

type Key = { authorization: string }
/** Calls the service, over the port or the socket. */
type Send = (path: string, body: object | undefined, headers: Key) => Promise<Answer>

const WRONG = { authorization: `Bearer latchkey_${'a'.repeat(43)}` }

/** Has the person make a key. */
async function makeKey({ program }: Pick<Service, 'program'>, words: string): Promise<Key> {
  program.type(`key ${words}`)
  return { authorization: `Bearer ${(await program.line('key')).key}` }
}

async function findAccount({ program }: Pick<Service, 'program'>): Promise<string> {
  program.type('accounts')
  const { accounts } = await program.line('accounts', (line) => line.accounts.length > 0)
  return accounts[0]!.id
}

const overPort =
  (service: Service): Send =>
  (path, body, headers) =>
    call(service, path, { headers, ...(body && { body }) })

async function overSocket({ program }: Service): Promise<Send> {
  const file = join(program.dataDir, 'service.json')
  const { socket } = JSON.parse(await readFile(file, 'utf8')) as { socket: string }
  return async (path, body, headers) => {
    const sent = request({
      socketPath: socket,
      path,
      method: 'POST',
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    })
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      sent.once('response', resolve).once('error', reject),
    )
    sent.end(body && JSON.stringify(body))
    const response = await answered
    const said = await text(response)
    return {
      status: response.statusCode!,
      headers: new Headers({ 'content-type': response.headers['content-type'] ?? '' }),
      text: said,
      json: JSON.parse(said) as Answer['json'],
    }
  }
}

/** Runs a sign-in of an app that sends a key with each call. */
async function signInWithKey(
  service: Service,
  send: Send,
  { key, press }: { key: Key; press?: string },
): Promise<Answer> {
  const { seed, verifier } = seedFor(service.provider.clientId)
  const called = send('/pkce/code', seed, key)
  await comeBack(service.program, press)
  return send('/pkce/token', tokenRequest((await called).json, verifier), key)
}

const tokenOf = ({ json }: Answer): Auth0['oAuth']['token'] => json.auth0!.oAuth.token

for (const [way, connect] of [
  ['port', overPort],
  ['Unix socket', overSocket],
] as const) {
  test(`a sign-in over the ${way} with a key for some scopes brings a token for these only`, async ({
    serve,
  }) => {
    test.skip(process.platform === 'win32' && way !== 'port', 'Windows has no Unix sockets')
    const service = await serve()
    const whole = tokenOf((await signIn(service)).token)
    const id = await findAccount(service)
    const send = await connect(service)
    const mail = tokenOf(
      await signInWithKey(service, send, { key: await makeKey(service, `mail ${id} email`) }),
    )
    expect(mail).toMatchObject({ scope: 'email', id_token: '' })
    const openid = tokenOf(
      await signInWithKey(service, send, { key: await makeKey(service, `who ${id} openid email`) }),
    )
    expect(openid).toMatchObject({ scope: 'email openid', id_token: expect.stringMatching(/^eyJ/) })
    const all = tokenOf(
      await signInWithKey(service, send, { key: await makeKey(service, `all ${id}`) }),
    )
    expect(all).toMatchObject({ scope: whole.scope, id_token: expect.stringMatching(/^eyJ/) })
  })
}

test('a key for some scopes gets nothing if the provider gives no token for these', async ({
  serve,
}) => {
  const service = await serve()
  service.provider.misbehave.tokenResponse = ({ refresh_token: _none, ...json }) => json
  await signIn(service)
  const key = await makeKey(service, `mail ${await findAccount(service)} email`)
  const answer = await signInWithKey(service, overPort(service), { key })
  expect(expectProblem(answer, 403, 'not-allowed')).toBe(CONSENT_DETAILS.keyOfOtherScope)
  expect(answer.text).not.toContain('eyJ')
})

test('a key gets nothing of another person who signs in', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  const key = await makeKey(service, `ci ${await findAccount(service)}`)
  const answer = await signInWithKey(service, overPort(service), { key, press: 'account=bob' })
  expect(expectProblem(answer, 403, 'not-allowed')).toBe(CONSENT_DETAILS.keyOfOther)
})

test('a wrong key is rejected by each call around a sign-in, and spends no code', async ({
  serve,
}) => {
  const service = await serve()
  const { seed, verifier } = seedFor(service.provider.clientId)
  const called = call(service, '/pkce/code', { body: seed })
  const link = await service.program.link()
  const other = seedFor(service.provider.clientId)
  for (const [path, body] of [
    ['/pkce/code', other.seed],
    ['/pkce/code', undefined],
    ['/pkce/token', undefined],
    ['/pkce/clear', undefined],
    ['/os/sign_in', undefined],
    ['/session/sign-in', {}],
    ['/user/clear', undefined],
  ] as const) {
    const answer = await call(service, path, { headers: WRONG, ...(body && { body }) })
    expect([path, answer.status]).toEqual([path, 403])
    expect(expectProblem(answer, 403, 'not-allowed')).toBe(CONSENT_DETAILS.wrongKey)
  }
  const form = new URLSearchParams({ state: seed.state, code: 'x' }).toString()
  const posted = await call(service, '/pkce/response/code', {
    body: form,
    headers: { ...WRONG, 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(expectProblem(posted, 403, 'not-allowed')).toBe(CONSENT_DETAILS.wrongKey)
  // No other tab was opened, and the sign-in still waits.
  expect(service.program.stdout().match(/"event":"open"/g)).toHaveLength(1)
  await fetch(await answerLink(link))
  const wanted = tokenRequest((await called).json, verifier)
  const wrong = await call(service, '/pkce/token', { body: wanted, headers: WRONG })
  expect(expectProblem(wrong, 403, 'not-allowed')).toBe(CONSENT_DETAILS.wrongKey)
  const right = await call(service, '/pkce/token', { body: wanted })
  expect(right.status, right.text).toBe(200)
})

test('a sign-in with a key does not allow its program, which could then leave out the key', async ({
  serve,
}) => {
  const service = await serve()
  service.program.type('sign-in')
  await comeBack(service.program)
  await service.program.status('signed-in')
  const key = await makeKey(service, `mail ${await findAccount(service)} email`)
  await signInWithKey(service, overPort(service), { key })
  const listed = async (): Promise<string[]> => {
    service.program.type('apps')
    const { apps } = await service.program.line('apps')
    return apps.map(({ kind }: { kind: string }) => kind)
  }
  expect(await listed()).toEqual(['key'])
})
