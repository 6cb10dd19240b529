// The local service as other apps use it: through the official client, and with plain requests.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pieces from '@pieces.app/pieces-os-client'
import type { PKCEApi, SeededPKCE, TokenizedPKCE } from '@pieces.app/pieces-os-client'
import { expect } from './expect.js'
import { PROBLEM_CODES, type Pkce, type ProblemCode } from '../../main/api/models.js'
import { codeChallenge, createState, createVerifier } from '../../main/oauth/pkce.js'
import { answerLink } from './person.js'
import { HEADLESS, SCRIPTED, test as base, type Line, type Program } from './program.js'
import { startProvider, type ProviderOptions, type RunningProvider } from '../provider/provider.js'

export { expect } from './expect.js'

export type Service = {
  program: Program
  provider: RunningProvider
  url: string
  port: number
  /** The official client, with only `basePath` set. */
  api: PKCEApi
}

export type ServiceOptions = {
  flags?: readonly string[]
  provider?: ProviderOptions
  /** A command that runs the program, such as a shell that sets a limit first. */
  through?: readonly string[]
}

/** A program shared by the tests of one worker, for rejected requests, which change nothing. */
export type SharedService = Pick<Service, 'url' | 'port'> & {
  clientId: string
  /** Asks the program for its state, which reflects everything before. */
  state(): Promise<string>
  /** How many links the program has opened in a browser. */
  opened(): number
}

/** Tests take `serve` for a program of their own, or `shared`. */
export const test = base.extend<
  { serve: (options?: ServiceOptions) => Promise<Service> },
  { shared: SharedService }
>({
  serve: async ({ run }, use) => {
    const providers: RunningProvider[] = []
    await use(async ({ flags = [], provider: options, through = [] } = {}) => {
      // ES256 keys are faster to make than RSA keys.
      const provider = await startProvider({ signingAlg: 'ES256', ...options })
      providers.push(provider)
      const { issuer, clientId } = provider
      const program = await run(
        [...SCRIPTED, '--issuer', issuer, '--client-id', clientId, ...flags],
        { through },
      )
      const { url } = await program.line('listening')
      await program.status('signed-out')
      return { program, provider, url, port: Number(new URL(url).port), api: createClient(url) }
    })
    await Promise.all(providers.map((provider) => provider.close()))
  },

  shared: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const { service, close } = await startShared()
      await use(service)
      await close()
    },
    { scope: 'worker' },
  ],
})

export function createClient(basePath: string): PKCEApi {
  return new pieces.PKCEApi(new pieces.Configuration({ basePath }))
}

async function startShared(): Promise<{ service: SharedService; close: () => Promise<void> }> {
  const provider = await startProvider({ signingAlg: 'ES256' })
  const { issuer, clientId } = provider
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-shared-'))
  const flags = [...SCRIPTED, '--issuer', issuer, '--client-id', clientId, '--data-dir', dataDir]
  const child = spawn(process.execPath, [HEADLESS, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let opened = 0
  const waiting = new Set<(line: Line) => void>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line
    if (line.event === 'open') opened += 1
    for (const take of waiting) take(line)
  })
  const next = <Kind extends Line['event']>(kind: Kind): Promise<Extract<Line, { event: Kind }>> =>
    new Promise((resolve) => {
      const take = (line: Line): void => {
        if (line.event !== kind) return
        waiting.delete(take)
        resolve(line as never)
      }
      waiting.add(take)
    })
  const greeted = next('status')
  const { url } = await next('listening')
  await greeted
  const service: SharedService = {
    url,
    port: Number(new URL(url).port),
    clientId,
    async state() {
      const told = next('status')
      child.stdin.write('status\n')
      return (await told).status.state
    },
    opened: () => opened,
  }
  const close = async (): Promise<void> => {
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
    await provider.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { service, close }
}

/** Makes a seed as it is sent, with the verifier that the app keeps. */
export type OwnSeed = { seed: Record<string, unknown> & { state: string }; verifier: string }

export function seedFor(clientId: string, changes: Record<string, unknown> = {}): OwnSeed {
  const verifier = createVerifier()
  const state = createState()
  return {
    verifier,
    seed: {
      response_type: 'code',
      state,
      nonce: state,
      code_challenge: codeChallenge(verifier),
      code_challenge_method: 'S256',
      scope: ['openid', 'profile', 'email', 'offline_access'],
      client_id: clientId,
      ...changes,
    },
  }
}

/** Makes a seed whose answer the provider posts to the service itself. */
export function formSeedFor(
  { url, provider }: Pick<Service, 'url' | 'provider'>,
  changes: Record<string, unknown> = {},
): OwnSeed {
  const redirect_uri = `${url}/pkce/response/code`
  return seedFor(provider.clientId, { redirect_uri, response_mode: 'form_post', ...changes })
}

/** The same for the official client, which uses other names. */
export function seeded(seed: object): { seededPKCE: SeededPKCE } {
  return { seededPKCE: pieces.SeededPKCEFromJSON(seed) }
}

export function tokenized(request: object): { tokenizedPKCE: TokenizedPKCE } {
  return { tokenizedPKCE: pieces.TokenizedPKCEFromJSON(request) }
}

/** Makes an app's token request from the answer that contained its code. */
export function tokenRequest(
  { seed, result }: Pkce,
  verifier: string,
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    grant_type: 'authorization_code',
    client_id: seed!.client_id,
    code: result!.code,
    redirect_uri: seed!.redirect_uri,
    code_verifier: verifier,
    ...changes,
  }
}

export type Answer = { status: number; headers: Headers; text: string; json: Pkce }

/** Calls the service with plain fetch. An object body is sent as JSON, a string as it is. */
export async function call(
  { url }: Pick<Service, 'url'>,
  path: string,
  options: {
    method?: string
    body?: unknown
    headers?: Record<string, string>
    signal?: AbortSignal
  } = {},
): Promise<Answer> {
  const { method = 'POST', body, headers, signal } = options
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson ? JSON.parse(text) : {}) as Pkce,
  }
}

/** Posts a provider's answer as its form would. */
export function respond(
  service: Pick<Service, 'url'>,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(service, '/pkce/response/code', {
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}

/** Checks that an answer is this problem (RFC 9457), and returns its `detail`. */
export function expectProblem(
  answer: Pick<Answer, 'status' | 'text'> & { headers: Headers | IncomingHttpHeaders },
  status: number,
  code: ProblemCode,
): string {
  const { headers } = answer
  const type = headers instanceof Headers ? headers.get('content-type') : headers['content-type']
  expect(answer.status, answer.text).toBe(status)
  expect(type).toBe('application/problem+json')
  const problem = JSON.parse(answer.text) as Record<string, unknown>
  expect(problem).toEqual({
    type: 'about:blank',
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/./),
    code,
  })
  expect(PROBLEM_CODES).toContain(code)
  return problem['detail'] as string
}

/** Waits for a call of the official client to fail with this problem, and returns its `detail`. */
export async function expectFailure(
  called: Promise<unknown>,
  status: number,
  code: ProblemCode,
): Promise<string> {
  const thrown = await called.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(thrown instanceof pieces.ResponseError)) {
    throw new Error(`the call did not fail with an answer: ${String(thrown)}`)
  }
  const { headers, status: given } = thrown.response
  const text = await thrown.response.text()
  return expectProblem({ status: given, headers, text }, status, code)
}

/** The user signs in (or presses another button), and the browser comes back. */
export async function comeBack(program: Program, press?: string): Promise<Response> {
  return fetch(await answerLink(await program.link(), press))
}

/** Runs an app's whole sign-in with plain requests and the app's own verifier. */
export async function signIn(
  service: Service,
  changes: Record<string, unknown> = {},
  press?: string,
): Promise<{ coded: Pkce; verifier: string; token: Answer }> {
  const { seed, verifier } = seedFor(service.provider.clientId, changes)
  const called = call(service, '/pkce/code', { body: seed })
  await comeBack(service.program, press)
  const coded = (await called).json
  const token = await call(service, '/pkce/token', { body: tokenRequest(coded, verifier) })
  return { coded, verifier, token }
}

export type RawAnswer = { status: number; headers: IncomingHttpHeaders; text: string }

/** Sends a request exactly as written, which fetch would not do. */
export async function ask(
  { port }: Pick<Service, 'port'>,
  path: string,
  options: {
    method?: string
    host?: string
    headers?: Record<string, string | string[]>
    body?: string | Buffer
    /** Sends the body in chunks, without a length. */
    chunked?: boolean
  } = {},
): Promise<RawAnswer> {
  const { method = 'GET', host = '127.0.0.1', headers = {}, body, chunked } = options
  const sent = request({ port, host, path, method, headers, agent: false })
  sent.on('error', () => undefined) // The service hangs up on what it does not read to its end.
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  if (chunked === true) sent.setHeader('transfer-encoding', 'chunked')
  sent.end(body)
  const [response] = await answered
  const text = (await response.setEncoding('utf8').toArray()).join('')
  return { status: response.statusCode!, headers: response.headers, text }
}
