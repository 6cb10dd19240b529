// Every row of the table of endpoints against every check of the guard. A new row needs a line in PLACES.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request as send, type IncomingMessage, type RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ENDPOINTS, type Endpoint, type RouteName } from '../../main/api/endpoints.js'
import { FORM_TYPE, JSON_TYPE } from '../../main/net/read-body.js'
import { asNobody, whyNoOtherUser } from '../support/other-user.js'
import { expect, test } from '../support/service.js'
import { handshake } from '../support/web-socket.js'

/** What a row does with a body: reads JSON or a form, or nothing of it. */
type Place = { body: 'json' | 'form' | 'none' }

/** How each row is called. A row that is missing here does not compile. */
const PLACES: Readonly<Record<RouteName, Place>> = {
  'GET /pkce/challenge': { body: 'none' },
  'POST /pkce/code': { body: 'json' },
  'POST /pkce/token': { body: 'json' },
  'POST /pkce/response/code': { body: 'form' },
  'POST /pkce/clear': { body: 'none' },
  'GET /agent/accounts': { body: 'none' },
  'POST /agent/use': { body: 'json' },
  'GET /agent/apps': { body: 'none' },
  'POST /agent/apps/forget': { body: 'json' },
  'POST /agent/keys': { body: 'json' },
  'GET /accounts': { body: 'none' },
  'GET /session': { body: 'none' },
  'GET /session/events': { body: 'none' },
  'POST /session/sign-in': { body: 'json' },
  'POST /session/sign-out': { body: 'none' },
  'POST /session/token': { body: 'json' },
  'POST /connect': { body: 'json' },
  'GET /user': { body: 'none' },
  'GET /user/access_token': { body: 'none' },
  'GET /user/refresh': { body: 'none' },
  'POST /user/clear': { body: 'none' },
  'POST /user/select': { body: 'json' },
  'GET /users': { body: 'none' },
  'POST /os/sign_in': { body: 'none' },
  'POST /os/sign_out': { body: 'none' },
  'GET /.well-known/health': { body: 'none' },
  'GET /.well-known/version': { body: 'none' },
  'GET /.well-known/proof': { body: 'none' },
  'WS /.well-known/stream/health': { body: 'none' },
  'WS /user/stream': { body: 'none' },
  'POST /allocations/connect': { body: 'none' },
  'GET /applications': { body: 'none' },
  'GET /models': { body: 'none' },
  'GET /openapi.json': { body: 'none' },
}

type Row = {
  name: RouteName
  method: string
  path: string
  isStream: boolean
  isOpen: boolean
} & Place

const ROWS: readonly Row[] = (Object.keys(ENDPOINTS) as RouteName[]).map((name) => {
  const [kind = '', path = ''] = name.split(' ')
  const isStream = kind === 'WS'
  const { isOpen }: Endpoint = ENDPOINTS[name]
  return {
    name,
    method: isStream ? 'GET' : kind,
    path,
    isStream,
    isOpen: isOpen === true,
    ...PLACES[name],
  }
})

/** Rows that a browser's address bar gets. */
const isPublic = ({ method, path }: Row): boolean =>
  method === 'GET' && (path.startsWith('/.well-known/') || path === '/openapi.json')

type Sent = {
  method?: string
  path?: string
  /** Null: none. Several: each is sent. */
  host?: string | null | readonly string[]
  headers?: Record<string, string>
  body?: string
  /** False: a WebSocket is asked for as by plain HTTP. */
  upgrades?: boolean
}
type Said = { status: number; code: string; headers: IncomingMessage['headers'] }
type Target = { port: number } | { socketPath: string }

/** Calls a row. Status 101: the WebSocket was opened. */
async function ask(place: Target, row: Row, sent: Sent = {}): Promise<Said> {
  const { method = row.method, path = row.path, headers = {}, body } = sent
  const own = 'port' in place ? `127.0.0.1:${place.port}` : 'localhost'
  const hosts = sent.host === undefined ? [own] : sent.host === null ? [] : [sent.host].flat()
  const types = { json: JSON_TYPE, form: FORM_TYPE, none: undefined }
  const type = types[row.body]
  const raw = Object.entries({
    ...(row.isStream && sent.upgrades !== false && handshake()),
    ...(type !== undefined && body !== undefined && { 'content-type': type }),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  })
  const options: RequestOptions = {
    ...place,
    ...('port' in place && { host: '127.0.0.1' }),
    method,
    path,
    headers: [...hosts.flatMap((host) => ['Host', host]), ...raw.flat()],
    setHost: false,
    agent: false,
  }
  const asked = send(options)
  asked.on('error', () => undefined) // The service hangs up on what it does not read to its end.
  const upgraded = once(asked, 'upgrade') as Promise<[IncomingMessage, Socket]>
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>
  upgraded.catch(() => undefined)
  answered.catch(() => undefined)
  asked.end(body)
  const [response, socket] = await Promise.race([upgraded, answered])
  if (socket !== undefined) {
    socket.destroy()
    return { status: 101, code: '', headers: response.headers }
  }
  const content = await text(response)
  const isProblem = response.headers['content-type'] === 'application/problem+json'
  const code = isProblem ? (JSON.parse(content) as { code: string }).code : ''
  return { status: response.statusCode!, code, headers: response.headers }
}

/** What a row is sent, and what it answers. Null: the check does not apply to this row. */
type Check = (row: Row, port: number) => { sent: Sent; said: Partial<Said> } | null

const WEB_PAGE = { status: 403, code: 'web-page' }
const WRONG_HOST = { status: 403, code: 'wrong-host' }

const byHost = (host: (port: number) => Sent['host'], said: Partial<Said>): Check => {
  return (_row, port) => ({ sent: { host: host(port)! }, said })
}
/** The provider's own page may post its form, so that row looks at the state first. */
const byHeaders = (headers: (port: number) => Record<string, string>): Check => {
  return (row, port) => ({
    sent: { headers: headers(port), ...(row.body === 'form' && { body: 'state=guessed&code=x' }) },
    said: WEB_PAGE,
  })
}

const CHECKS: Readonly<Record<string, Check>> = {
  'S20: a foreign Host': byHost(() => 'evil.example', WRONG_HOST),
  'S20: a name that was rebound': byHost((port) => `rebind.test:${port}`, WRONG_HOST),
  'S20: another port': byHost((port) => `127.0.0.1:${port + 1}`, WRONG_HOST),
  'S20: 0.0.0.0': byHost((port) => `0.0.0.0:${port}`, WRONG_HOST),
  'RFC 9112 section 3.2: no Host': byHost(() => null, { status: 400 }),
  'RFC 9112 section 3.2: two Hosts': byHost((port) => [`127.0.0.1:${port}`, 'evil.example'], {
    status: 400,
    code: 'malformed',
  }),
  'RFC 9112 section 3.2: a whole URL as the target': (row, port) => ({
    sent: { path: `http://127.0.0.1:${port}${row.path}`, upgrades: false },
    said: { status: 400, code: 'malformed' },
  }),
  'S21: the Origin of a page': byHeaders(() => ({ origin: 'https://evil.example' })),
  'S21: the Origin null': byHeaders(() => ({ origin: 'null' })),
  'S21: an Origin with another port': byHeaders((port) => ({
    origin: `http://127.0.0.1:${port + 1}`,
  })),
  'S21: an Origin with another scheme': byHeaders((port) => ({
    origin: `https://127.0.0.1:${port}`,
  })),
  'S21: another of our names as the Origin': byHeaders((port) => ({
    origin: `http://localhost:${port}`,
  })),
  'S21: our own Origin, except for WebSockets': (row, port) => {
    const check = byHeaders(() => ({ origin: `http://127.0.0.1:${port}` }))(row, port)!
    return row.isStream ? { ...check, said: { status: 101 } } : check
  },
  'S21: Sec-Fetch-Site cross-site': (row) =>
    row.body === 'form' ? null : byHeaders(() => ({ 'sec-fetch-site': 'cross-site' }))(row, 0),
  'S21: Sec-Fetch-Site same-site': (row) =>
    row.body === 'form' ? null : byHeaders(() => ({ 'sec-fetch-site': 'same-site' }))(row, 0),
  'S44: Sec-Purpose': byHeaders(() => ({ 'sec-purpose': 'prefetch' })),
  'S44: Purpose': byHeaders(() => ({ purpose: 'prefetch' })),
  'S44: the address bar': (row) =>
    row.body === 'form' || isPublic(row)
      ? null
      : byHeaders(() => ({ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }))(row, 0),
  'S44: Expect of a page': byHeaders(() => ({
    origin: 'https://evil.example',
    expect: '100-continue',
  })),
  'RFC 9110 section 10.1.1: an unknown expectation': () => ({
    sent: { headers: { expect: 'coffee' } },
    said: { status: 417 },
  }),
  'RFC 9110 section 15.5.6: another method': () => ({
    sent: { method: 'DELETE', upgrades: false },
    said: { status: 405, code: 'method-not-allowed' },
  }),
  'S26: a body that is too large': (row) =>
    row.body === 'none'
      ? null
      : { sent: { body: 'x'.repeat(65_537) }, said: { status: 413, code: 'too-large' } },
  'S22: a body of another type': (row) =>
    row.body === 'none'
      ? null
      : {
          sent: { body: '{}', headers: { 'content-type': 'text/plain' } },
          said: { status: 415, code: 'unsupported-type' },
        },
}

test('every row of the table has its place here', () => {
  expect(Object.keys(PLACES).toSorted()).toEqual(Object.keys(ENDPOINTS).toSorted())
})

for (const [title, check] of Object.entries(CHECKS)) {
  test(`${title}: every row is protected`, async ({ shared }) => {
    for (const row of ROWS) {
      const wanted = check(row, shared.port)
      if (wanted === null) continue
      const said = await ask(shared, row, wanted.sent)
      expect({ row: row.name, ...said }).toMatchObject({ row: row.name, ...wanted.said })
      const granted = Object.keys(said.headers).filter((name) => name.startsWith('access-control-'))
      expect(granted, row.name).toEqual([])
    }
    expect(await shared.state()).toBe('signed-out')
    expect(shared.opened()).toBe(0)
  })
}

test('RFC 9110 section 15.5.6: Allow names the methods of each path', async ({ shared }) => {
  for (const row of ROWS) {
    const { headers } = await ask(shared, row, { method: 'DELETE', upgrades: false })
    expect(headers.allow?.split(', '), row.name).toContain(row.method)
  }
})

test('S25: other users get only the open rows', async ({ shared }) => {
  test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
  const rows = ROWS.map(({ method, path, isStream }) => ({
    method,
    path,
    headers: isStream ? handshake() : {},
  }))
  const said = await asNobody(
    { rows, port: shared.port },
    `const { request } = await import('node:http')
     for (const { method, path, headers } of given.rows) {
       const sent = request({ host: '127.0.0.1', port: given.port, method, path, headers, agent: false })
       const status = new Promise((resolve) => {
         sent.on('response', (answer) => resolve(answer.resume().statusCode))
         sent.on('upgrade', (answer, socket) => resolve(socket.destroy() && 101))
         sent.on('error', (error) => resolve(error.code))
       })
       sent.end()
       console.log(await status)
     }
     process.exit()`,
  )
  const expected = ROWS.map(({ isOpen, isStream }) => (isOpen ? (isStream ? 101 : 200) : 403))
  const found = said.trim().split('\n').map(Number)
  // An open row may still reject a call that lacks something.
  const isServed = (status: number | undefined): boolean => status !== undefined && status !== 403
  for (const [index, row] of ROWS.entries()) {
    expect([row.name, isServed(found[index])]).toEqual([row.name, isServed(expected[index])])
  }
})

test('S24: over the Unix socket, only the open rows are served without a key', async ({
  serve,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no Unix sockets')
  const { program } = await serve()
  const file = await readFile(join(program.dataDir, 'service.json'), 'utf8')
  const { socket: socketPath } = JSON.parse(file) as { socket: string }
  for (const row of ROWS) {
    for (const headers of [{}, { authorization: 'Bearer latchkey_wrong' }]) {
      const said = await ask({ socketPath }, row, { headers })
      if (row.isOpen) expect(said.status, row.name).not.toBe(403)
      else expect([row.name, said.status, said.code]).toEqual([row.name, 403, 'not-allowed'])
    }
  }
})
