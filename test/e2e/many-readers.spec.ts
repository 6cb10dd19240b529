// A thousand programs ask for a new token at the same moment, over the service's own HTTP.

import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import type { Pkce } from '../../main/api/models.js'
import { call, expect, signIn, test, type Service } from '../support/service.js'

const READERS = 1_000

/** A program whose request is on its way. */
type Reader = {
  /** Sends the rest of the request. */
  finish(): void
  answer: Promise<{ status: number; body: string }>
}

/** Lets the service begin to read a thousand requests. Each is for one of these accounts, in turn. */
async function connectReaders(
  { port, provider }: Service,
  ids: readonly string[] = [],
): Promise<readonly Reader[]> {
  const sockets: Socket[] = []
  while (sockets.length < READERS) {
    // No more at once than a listening socket's queue holds.
    sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => connectTo(port)))))
  }
  const body = JSON.stringify({ grant_type: 'refresh_token', client_id: provider.clientId })
  const head = [
    'POST /pkce/token HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    // RFC 9110 section 10.1.1: an interim answer shows that the service is reading the request.
    'Expect: 100-continue',
    'Connection: close',
  ]
  const begin = async (socket: Socket, index: number): Promise<Reader> => {
    const id = ids[index % ids.length]
    const lines = id === undefined ? head : [...head, `X-Latchkey-Account: ${id}`]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    const [interim] = (await once(socket, 'data')) as [string]
    expect(interim).toContain('100 Continue')
    return { finish: () => void socket.write(body), answer: answerFrom(socket) }
  }
  return Promise.all(sockets.map(begin))
}

async function connectTo(port: number): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' }).setEncoding('utf8')
  await once(socket, 'connect')
  return socket
}

async function answerFrom(socket: Socket): Promise<{ status: number; body: string }> {
  const [head = '', body = ''] = (await socket.toArray()).join('').split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body }
}

// One after the other: each one keeps the machine busy.
test.describe.configure({ mode: 'default' })

for (const fault of [undefined, 'server-error'] as const) {
  const outcome = fault ? 'the same words' : 'the same fresh token'
  test(`F09: a thousand programs that ask at once get ${outcome} from one renewal`, async ({
    serve,
  }) => {
    const service = await serve()
    const { provider } = service
    const { token } = await signIn(service)
    const before = token.json.auth0!.oAuth.token.access_token

    const readers = await connectReaders(service)
    provider.misbehave.token = fault
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    provider.misbehave.hold = (endpoint) => (endpoint === 'token' ? held : undefined)
    for (const { finish } of readers) finish()
    // The service has read them all before it reads this.
    expect((await call(service, '/.well-known/health', { method: 'GET' })).text).toBe('ok')
    release()
    const answers = await Promise.all(readers.map(({ answer }) => answer))

    expect(provider.tokenRequests.map((form) => form.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
    ])
    expect(answers).toHaveLength(READERS)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([fault ? 502 : 200]))
    const given = new Set(answers.map(({ body }) => (fault ? body : accessTokenIn(body))))
    expect(given.size).toBe(1)
    expect(given).not.toContain(before)
  })
}

test('a thousand programs that ask for three accounts at once get a token of theirs from three renewals', async ({
  serve,
}) => {
  const service = await serve()
  const { provider, program } = service
  const people = ['alice', 'bob', 'zoe']
  for (const person of people) await signIn(service, {}, `account=${person}`)
  program.type('accounts')
  const { accounts } = await program.line('accounts', (line) => line.accounts.length === 3)
  expect(accounts.map(({ sub }) => sub)).toEqual(people)

  const readers = await connectReaders(
    service,
    accounts.map(({ id }) => id),
  )
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  provider.misbehave.hold = (endpoint) => (endpoint === 'token' ? held : undefined)
  for (const { finish } of readers) finish()
  expect((await call(service, '/.well-known/health', { method: 'GET' })).text).toBe('ok')
  release()
  const answers = await Promise.all(readers.map(({ answer }) => answer))

  expect(provider.tokenRequests.map((form) => form.get('grant_type'))).toEqual([
    ...people.map(() => 'authorization_code'),
    ...people.map(() => 'refresh_token'),
  ])
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  const given = new Set(
    answers.map(({ body }, index) => {
      const { auth0 } = JSON.parse(body) as Pkce
      expect(auth0!.user.user_id).toBe(people[index % people.length])
      return auth0!.oAuth.token.access_token
    }),
  )
  expect(given.size).toBe(3)
})

function accessTokenIn(body: string): string {
  const { auth0 } = JSON.parse(body) as { auth0: { oAuth: { token: { access_token: string } } } }
  return auth0.oAuth.token.access_token
}
