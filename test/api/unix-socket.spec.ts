// The Unix socket of the service: only its owner reaches it, and only calls with a key are served there.

import { execFile } from 'node:child_process'
import { existsSync, lstatSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { createNonce, isProof, SOCKET_PORT } from '../../main/net/service-proof.js'
import { readServiceFile } from '../../main/storage/service-file.js'
import { asNobody, whyNoOtherUser } from '../support/other-user.js'
import { comeBack, expect, test as base } from '../support/service.js'

type Socket = { path: string; ask: (path: string, more?: Asking) => Promise<Said> }
type Asking = { method?: string; headers?: Record<string, string>; body?: string }
type Said = { status: number; text: string }

const test = base.extend<{ socket: Socket }>({
  socket: async ({ serve }, use) => {
    const { program } = await serve()
    const path = (await readSocket(program.dataDir))!
    await use({ path, ask: (target, more) => ask(path, target, more) })
  },
})
test.skip(process.platform === 'win32', 'Windows has no Unix sockets')

async function readSocket(dataDir: string): Promise<string | null> {
  const content = JSON.parse(await readFile(join(dataDir, 'service.json'), 'utf8')) as {
    socket: string | null
  }
  return content.socket
}

async function ask(
  socketPath: string,
  path: string,
  { method = 'GET', headers = {}, body }: Asking = {},
): Promise<Said> {
  const sent = request({ socketPath, path, method, headers })
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    sent.once('response', resolve).once('error', reject),
  )
  sent.end(body)
  const response = await answered
  return { status: response.statusCode!, text: await text(response) }
}

const toCode = (said: Said): string => (JSON.parse(said.text) as { code: string }).code

test('service.json names the socket, which only this user reaches and which goes with the program', async ({
  serve,
}) => {
  const { program } = await serve()
  const path = (await readSocket(program.dataDir))!
  expect(path).toBe(join(program.dataDir, 'api.sock'))
  const found = lstatSync(path)
  expect([found.isSocket(), found.mode & 0o777]).toEqual([true, 0o600])
  expect(lstatSync(dirname(path)).mode & 0o777).toBe(0o700)
  expect(await ask(path, '/.well-known/health')).toEqual({ status: 200, text: 'ok' })
  program.type('quit')
  await program.ended
  expect(existsSync(path)).toBe(false)
})

test('curl and node get the open answers over the socket', async ({ socket }) => {
  const url = 'http://localhost/.well-known/version'
  const curl = promisify(execFile)('curl', ['--silent', '--unix-socket', socket.path, url])
  const node = await socket.ask('/.well-known/version')
  expect([(await curl).stdout, 200]).toEqual([node.text, node.status])
})

test('without a key, everything else is answered with 403 not-allowed', async ({ socket }) => {
  for (const [method, path] of [
    ['POST', '/pkce/code'],
    ['POST', '/pkce/token'],
    ['POST', '/pkce/clear'],
    ['POST', '/pkce/response/code'],
    ['GET', '/openapi.json'],
    ['GET', '/nothing'],
    ['DELETE', '/.well-known/health'],
  ] as const) {
    const said = await socket.ask(path, { method })
    expect([method, path, said.status, toCode(said)]).toEqual([method, path, 403, 'not-allowed'])
  }
})

test('with a key, a call is served, and with a wrong one it is not', async ({ serve }) => {
  const { program } = await serve()
  program.type('sign-in')
  await comeBack(program)
  await program.status('signed-in')
  program.type('key ci')
  const { key } = await program.line('key')
  const path = (await readSocket(program.dataDir))!
  const renew = (authorization: string) =>
    ask(path, '/pkce/token', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'refresh_token', minimum_validity: 60 }),
    })
  expect(await renew(`Bearer ${key}`)).toMatchObject({ status: 200 })
  for (const authorization of ['', `Bearer ${key}x`, `Basic ${key}`, 'Bearer', `Bearer ${key} a`]) {
    const said = await renew(authorization)
    expect([authorization, said.status, toCode(said)]).toEqual([authorization, 403, 'not-allowed'])
  }
})

test('S20: Host is any loopback name, with any port or none, and no other name', async ({
  socket,
}) => {
  const path = '/.well-known/health'
  for (const host of ['localhost', '127.0.0.1', '[::1]', 'LocalHost:1', '127.0.0.1:65535']) {
    expect(await socket.ask(path, { headers: { host } }), host).toMatchObject({ status: 200 })
  }
  for (const host of ['evil.example', 'localhost.', 'localhost:', 'localhost:x', '::1', 'x:1']) {
    const said = await socket.ask(path, { headers: { host } })
    expect([host, said.status, toCode(said)]).toEqual([host, 403, 'wrong-host'])
  }
})

test('S21: web pages get nothing over the socket either', async ({ socket }) => {
  for (const headers of [
    { origin: 'http://localhost' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-purpose': 'prefetch' },
  ]) {
    const said = await socket.ask('/.well-known/health', { headers })
    expect([said.status, toCode(said)]).toEqual([403, 'web-page'])
  }
})

test('another user does not reach the socket', async ({ socket }) => {
  test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
  const said = await asNobody(
    { path: socket.path },
    `const { connect } = await import('node:net')
     connect(given.path).on('error', (error) => console.log(error.code)).on('connect', () => console.log('in'))`,
  )
  expect(said.trim()).toBe('EACCES')
})

test('the socket of a killed run is replaced', async ({ run }) => {
  const flags = ['--port', '0', '--json']
  const first = await run(flags)
  await first.line('listening')
  const path = (await readSocket(first.dataDir))!
  first.process.kill('SIGKILL')
  await first.ended
  expect(existsSync(path)).toBe(true)
  await expect(ask(path, '/.well-known/health')).rejects.toThrow('ECONNREFUSED')
  const second = await run(flags, { dataDir: first.dataDir })
  await second.line('listening')
  expect(await readSocket(first.dataDir)).toBe(path)
  expect(await ask(path, '/.well-known/health')).toMatchObject({ status: 200 })
})

test('if the path of the data directory is too long, the socket is in this user’s own folder', async ({
  run,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const dataDir = join(folder, 'x'.repeat(100))
  await mkdir(dataDir, { mode: 0o700 })
  const program = await run(['--port', '0', '--json'], { dataDir })
  await program.line('listening')
  const path = (await readSocket(dataDir))!
  expect(path).toMatch(/^\/tmp\/latchkey-\d+\/[0-9a-f]{16}\.api\.sock$/)
  expect(lstatSync(dirname(path)).mode & 0o777).toBe(0o700)
  expect(await ask(path, '/.well-known/health')).toMatchObject({ status: 200 })
  program.type('quit')
  await program.ended
  expect(existsSync(path)).toBe(false)
  await rm(folder, { recursive: true })
})

test('S50: the proof on the socket is another one than on the port, so that a port can’t relay it', async ({
  serve,
}) => {
  const { program, port } = await serve()
  const { instance, secret, socket } = readServiceFile(program.dataDir)!
  const nonce = createNonce()
  const said = await ask(socket!, `/.well-known/proof?nonce=${nonce}`)
  const { proof } = JSON.parse(said.text) as { proof: string }
  const identity = { instance, secret: secret! }
  expect(isProof(proof, identity, { nonce, port: SOCKET_PORT })).toBe(true)
  expect(isProof(proof, identity, { nonce, port })).toBe(false)
})
