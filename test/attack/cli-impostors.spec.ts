// Programs that listen where the service file says that Latchkey does: they get neither key nor command.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, connect, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createSecret, type Secret } from '../../main/base/secret.js'
import { AGENT_MESSAGES } from '../../main/cli/cli-messages.js'
import { findAgent, type FindAgentDeps } from '../../main/cli/find-agent.js'
import { openTcpTable, type Row, type TcpTable } from '../../main/net/proc-net-tcp.js'
import {
  PROOF_PATH,
  proveService,
  SOCKET_PORT,
  type ServiceIdentity,
} from '../../main/net/service-proof.js'
import { impersonate, ONLY_A_NONCE } from '../support/impostor.js'
import { NOBODY, whyNoOtherUser } from '../support/other-user.js'
import { runCli, runCommand, type Ran } from '../support/run-cli.js'
import { expect, test as base } from '../support/service.js'

const KEY = `latchkey_${'k'.repeat(43)}`
const IDENTITY: ServiceIdentity = { instance: 'instance', secret: createSecret('s'.repeat(43)) }

/** `answer`: makes the bytes that are sent for a nonce; null for none. */
type Impostor = { port: number; heard: () => readonly string[] }
type Answer = (nonce: string, port: number) => string | null

type Fixtures = {
  folder: string
  /** Listens as this user, and answers each call. */
  listen: (answer: Answer) => Promise<Impostor>
  /** Writes a service file that names a port, as a run that has crashed leaves it. */
  leave: (port: number, changes?: object) => Promise<void>
  /** Runs commands with a key in a file, and in the variable. */
  attack: () => Promise<readonly Ran[]>
}

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-cli-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  // eslint-disable-next-line no-empty-pattern
  listen: async ({}, use) => {
    const servers: Server[] = []
    await use(async (answer) => {
      const heard: string[] = []
      const server = createServer((socket) => hear(socket, heard, answer))
      servers.push(server)
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return { port: (server.address() as AddressInfo).port, heard: () => heard }
    })
    for (const server of servers) server.close()
  },
  leave: ({ folder }, use) =>
    use(async (port, changes = {}) => {
      const { instance, secret } = IDENTITY
      const service = {
        instance,
        url: `http://127.0.0.1:${port}`,
        port,
        socket: join(folder, 'api.sock'),
        pid: 1,
        version: '0.1.0',
        secret: secret.reveal(),
        ...changes,
      }
      await writeFile(join(folder, 'service.json'), JSON.stringify(service), { mode: 0o600 })
    }),
  attack: ({ folder }, use) =>
    use(async () => {
      const path = join(folder, 'key')
      await writeFile(path, `${KEY}\n`, { mode: 0o600 })
      const at = ['--data-dir', folder]
      return [
        await runCli(['token', ...at]),
        await runCli(['token', '--key-file', path, '--scope', 'openid', ...at]),
        await runCli(['token', ...at], { env: { LATCHKEY_KEY: KEY } }),
      ]
    }),
})

function hear(socket: Socket, heard: string[], answer: Answer): void {
  const index = heard.push('') - 1
  socket.setEncoding('latin1').on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    heard[index] += chunk
    const nonce = /nonce=([\w-]+)/.exec(chunk)?.[1] ?? ''
    const said = answer(nonce, socket.localPort!)
    if (said !== null) socket.write(said)
  })
}

function toHttp(body: string, status = '200 OK'): string {
  const length = Buffer.byteLength(body)
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`
}

const proveWith =
  (identity: ServiceIdentity): Answer =>
  (nonce, port) =>
    toHttp(JSON.stringify({ proof: proveService(identity, { nonce, port }) }))

/** Listens on a Unix socket, and answers a nonce with the proof that a port of the agent gives for it. */
async function listenAtSocket(
  path: string,
  prove: (nonce: string) => Promise<string>,
): Promise<Impostor & { server: Server }> {
  const heard: string[] = []
  const server = createServer((socket) => {
    const index = heard.push('') - 1
    socket.setEncoding('latin1').on('error', () => undefined)
    socket.on('data', (chunk: string) => {
      heard[index] += chunk
      const nonce = /nonce=([\w-]+)/.exec(chunk)?.[1] ?? ''
      void prove(nonce).then((body) => socket.write(toHttp(body)))
    })
  })
  server.listen(path)
  await once(server, 'listening')
  return { port: 0, heard: () => heard, server }
}

function expectRejected(runs: readonly Ran[], message: string): void {
  for (const run of runs) {
    expect(run).toEqual({ code: 4, stdout: '', stderr: `latchkey: ${message}\n` })
  }
}

test('where nothing listens, no agent is found', async ({ folder, listen, leave }) => {
  expect(await runCli(['token', '--data-dir', folder])).toEqual({
    code: 3,
    stdout: '',
    stderr: `latchkey: ${AGENT_MESSAGES.none(folder)}\n`,
  })
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  await leave(port)
  const { code, stderr } = await runCli(['token', '--data-dir', folder])
  expect([code, stderr]).toEqual([3, `latchkey: ${AGENT_MESSAGES.gone(folder)}\n`])
  void listen
})

test('S50: a program of this user on the port of a stale file gets neither key nor command', async ({
  listen,
  leave,
  attack,
}) => {
  const others: ServiceIdentity = { ...IDENTITY, secret: createSecret('x') }
  const answers: readonly (readonly [Answer, 'notProven' | 'silent'])[] = [
    [proveWith(others), 'notProven'],
    [proveWith({ ...IDENTITY, instance: 'another' }), 'notProven'],
    [() => toHttp('{"proof":""}'), 'notProven'],
    [(nonce) => toHttp(JSON.stringify({ proof: nonce })), 'notProven'],
    [() => toHttp('{"detail":"There is nothing"}', '404 Not Found'), 'silent'],
    [() => toHttp('null'), 'silent'],
    [() => 'SSH-2.0-OpenSSH_9.9\r\n', 'silent'],
    [() => toHttp(`{"proof":"${'x'.repeat(2_000_000)}"}`), 'silent'],
  ]
  for (const [answer, message] of answers) {
    const { port, heard } = await listen(answer)
    await leave(port)
    expectRejected(await attack(), AGENT_MESSAGES[message](port))
    expect(heard()).toHaveLength(3)
    for (const text of heard()) expect(text).toMatch(ONLY_A_NONCE)
  }
})

test('a proof for a file of an older version, or through a relay, is not accepted', async ({
  folder,
  serve,
  listen,
  leave,
  attack,
}) => {
  const { port: old, heard } = await listen(proveWith(IDENTITY))
  await leave(old, { secret: undefined })
  expectRejected(await attack(), AGENT_MESSAGES.notProven(old))
  for (const text of heard()) expect(text).toMatch(ONLY_A_NONCE)

  const { program, port: real } = await serve()
  const relayed: string[] = []
  const relay = createServer((socket) => {
    const inner = connect(real, '127.0.0.1')
    inner.on('error', () => undefined).pipe(socket)
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => relayed.push(chunk.toString('latin1')))
    socket.on('data', (chunk) =>
      inner.write(chunk.toString('latin1').replaceAll(`${port}`, `${real}`)),
    )
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const { port } = relay.address() as AddressInfo
  const told = JSON.parse(await readFile(join(program.dataDir, 'service.json'), 'utf8')) as object
  await writeFile(join(folder, 'service.json'), JSON.stringify({ ...told, port, socket: null }))
  await chmod(join(folder, 'service.json'), 0o600)
  expectRejected(await attack(), AGENT_MESSAGES.notProven(port))
  for (const text of relayed) expect(text).toMatch(ONLY_A_NONCE)
  relay.close()
})

test('a program that does not answer is given up', async ({ folder, listen, leave }) => {
  const { port, heard } = await listen(() => null)
  await leave(port)
  const user = process.getuid?.() ?? null
  const finding = findAgent({
    dataDir: folder,
    key: null,
    user,
    openTable: openTcpTable,
    timeoutMs: 200,
  })
  await expect(finding).rejects.toMatchObject({
    exit: 'wrongAgent',
    message: AGENT_MESSAGES.silent(port),
  })
  expect(heard()[0]).toMatch(ONLY_A_NONCE)
})

/** Accepts no connection. Prints its port. */
const NEVER_ACCEPT = `
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
`

test('S50: a program that accepts no connection is given up', async ({ folder, leave }) => {
  test.skip(process.platform !== 'linux', 'other systems have longer queues')
  const child = spawn(process.execPath, ['--eval', NEVER_ACCEPT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [first] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const port = Number(first)
  // The queue holds one connection more than was asked for.
  const waiting = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await Promise.all(waiting.map((socket) => once(socket, 'connect')))
  await leave(port)
  await expect(find(folder, { timeoutMs: 200 })).rejects.toMatchObject({
    exit: 'wrongAgent',
    message: AGENT_MESSAGES.silent(port),
  })
  for (const socket of waiting) socket.destroy()
  child.kill('SIGKILL')
})

test('after the proof, no second connection is opened', async ({ folder, leave }) => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    hear(socket, [], proveWith(IDENTITY))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await leave((server.address() as AddressInfo).port)
  const user = process.getuid?.() ?? null
  const client = await findAgent({ dataDir: folder, key: null, user, openTable: openTcpTable })
  sockets[0]!.destroy()
  await new Promise((resolve) => void setTimeout(resolve, 50))
  for (let count = 0; count < 2; count++) {
    const call = client.call({ method: 'POST', path: '/session/token' })
    await expect(call).rejects.toMatchObject({ exit: 'failed', message: AGENT_MESSAGES.lost })
  }
  expect(sockets).toHaveLength(1)
  client.close()
  server.close()
})

test('a service file that other users can write is not believed', async ({
  folder,
  listen,
  leave,
  attack,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such modes')
  const { port, heard } = await listen(proveWith(IDENTITY))
  await leave(port)
  const path = join(folder, 'service.json')
  await chmod(path, 0o622)
  expectRejected(await attack(), AGENT_MESSAGES.fileOfOther(path))
  expect(heard()).toEqual([])
})

/** Finds the agent as this user. `key`: sent with each call. */
function find(folder: string, deps: Partial<FindAgentDeps> = {}): ReturnType<typeof findAgent> {
  const user = process.getuid?.() ?? null
  return findAgent({ dataDir: folder, key: null, user, openTable: openTcpTable, ...deps })
}

test('S50: the owner of the other end decides before the proof, if the system shows one', async ({
  folder,
  listen,
  leave,
}) => {
  const { port, heard } = await listen(proveWith(IDENTITY))
  await leave(port)
  let closed = 0
  const tableOf = (findRow: () => Row | null): TcpTable => ({
    findPeers: (connections) => connections.map(findRow),
    findPeersAsync: () => Promise.reject(new Error('not used')),
    close: () => void (closed += 1),
  })
  const user = process.getuid?.() ?? 1000
  const other = AGENT_MESSAGES.otherUser(port)
  const gone = AGENT_MESSAGES.silent(port)
  const rows: readonly (readonly [() => Row | null, string])[] = [
    [() => ({ uid: user + 1, inode: '5' }), other],
    [() => ({ uid: user, inode: '0' }), gone],
    [() => null, gone],
    [
      () => {
        throw new Error('the table was not read')
      },
      gone,
    ],
  ]
  for (const [findRow, message] of rows) {
    const finding = find(folder, { user, openTable: () => tableOf(findRow) })
    await expect(finding).rejects.toMatchObject({ exit: 'wrongAgent', message })
  }
  const others = tableOf(() => ({ uid: user + 1, inode: '5' }))
  for (const deps of [
    { user, openTable: () => tableOf(() => ({ uid: user, inode: '5' })) },
    { user, openTable: () => null },
    { user: null, openTable: () => others },
  ]) {
    const client = await find(folder, deps)
    client.close()
  }
  expect(closed).toBe(5)
  for (const text of heard()) expect(text).toMatch(ONLY_A_NONCE)
})

test('S50: a key goes over the socket only if its folder is closed to others', async ({
  folder,
  listen,
  leave,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no Unix sockets')
  const { port, heard } = await listen((nonce, at) => proveWith(IDENTITY)(nonce, at))
  const place = join(folder, 'place')
  await mkdir(place, { mode: 0o700 })
  const socket = join(place, 'api.sock')
  await leave(port, { socket })
  const atSocket: string[] = []
  const server = createHttpServer((request, response) => {
    const { url = '', headers } = request
    const nonce = /nonce=([\w-]+)$/.exec(url)?.[1]
    atSocket.push(`${url.split('?')[0]} ${headers.authorization}`)
    if (nonce === undefined) return void response.end('{}')
    const proof = proveService(IDENTITY, { nonce, port: SOCKET_PORT })
    response.end(JSON.stringify({ proof }))
  }).listen(socket)
  await once(server, 'listening')
  const key = createSecret(KEY)
  const ask = async (given: Secret | null): Promise<void> => {
    const client = await find(folder, { key: given })
    await client.call({ method: 'GET', path: '/session' })
    client.close()
  }
  await ask(key)
  expect(atSocket.splice(0)).toEqual([`${PROOF_PATH} undefined`, `/session Bearer ${KEY}`])
  expect(heard()).toEqual([])
  // Without a key, the proof is asked for.
  await ask(null)
  expect([atSocket.length, heard().length]).toEqual([0, 1])
  for (const mode of [0o710, 0o720, 0o740, 0o701]) {
    await chmod(place, mode)
    const client = await find(folder, { key })
    client.close()
  }
  expect([atSocket.length, heard().length]).toEqual([0, 5])
  for (const text of heard().slice(1)) expect(text).toMatch(ONLY_A_NONCE)
  await chmod(place, 0o700)
  server.close()
  // Nobody listens there.
  const client = await find(folder, { key })
  client.close()
  expect(heard()).toHaveLength(6)
})

test('S50: only a service file that this user alone can write is believed', async ({
  folder,
  listen,
  leave,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such modes')
  const { port, heard } = await listen(proveWith(IDENTITY))
  await leave(port)
  const path = join(folder, 'service.json')
  const expectRefused = async (): Promise<void> => {
    const message = AGENT_MESSAGES.fileOfOther(path)
    await expect(find(folder)).rejects.toMatchObject({ exit: 'wrongAgent', message })
  }
  for (const mode of [0o620, 0o602, 0o660, 0o606]) {
    await chmod(path, mode)
    await expectRefused()
  }
  await chmod(path, 0o644)
  const client = await find(folder)
  client.close()
  expect(heard()).toHaveLength(1)
  if (whyNoOtherUser() === null) {
    await chown(path, NOBODY, 0)
    await expectRefused()
    await chown(path, 0, 0)
  }
  await rename(path, join(folder, 'other.json'))
  await symlink('other.json', path)
  await expect(find(folder)).rejects.toMatchObject({ exit: 'noAgent' })
  expect(heard()).toHaveLength(1)
})

test('S50: an impostor on the Unix socket gets no key, even if it relays the proof of the port', async ({
  folder,
  serve,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no Unix sockets')
  const { program, port } = await serve()
  const told = JSON.parse(await readFile(join(program.dataDir, 'service.json'), 'utf8')) as object
  const path = join(folder, 'api.sock')
  const content = JSON.stringify({ ...told, socket: path })
  await writeFile(join(folder, 'service.json'), content, { mode: 0o600 })
  const keyFile = join(folder, 'key')
  await writeFile(keyFile, `${KEY}\n`, { mode: 0o600 })
  const answers: readonly (readonly [
    prove: (nonce: string) => Promise<string>,
    message: 'notProven' | 'silent',
  ])[] = [
    [() => Promise.resolve('{"access_token":"injected"}'), 'silent'],
    [() => Promise.resolve('{"proof":"guessed"}'), 'notProven'],
    [
      async (nonce) => {
        const url = `http://127.0.0.1:${port}/.well-known/proof?nonce=${nonce}`
        return (await fetch(url)).text()
      },
      'notProven',
    ],
  ]
  for (const [prove, message] of answers) {
    const { heard, server } = await listenAtSocket(path, prove)
    const at = ['--data-dir', folder]
    const runs = [
      await runCli(['token', '--key-file', keyFile, ...at]),
      await runCli(['token', ...at], { env: { LATCHKEY_KEY: KEY } }),
    ]
    expectRejected(runs, AGENT_MESSAGES[message](path))
    expect(heard()).toHaveLength(2)
    for (const text of heard()) expect(text).toMatch(ONLY_A_NONCE)
    server.close()
    await once(server, 'close')
  }
})

const BUILT = new URL('../../dist/modules/main/cli/find-agent.js', import.meta.url).href

/** Finds the agent by a link that is changed as soon as the service file has been read. */
const FIND_BY_CHANGING_LINK = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { findAgent } = await import(${JSON.stringify(BUILT)})
  const [link, target] = process.argv.slice(1)
  const { closeSync } = fs
  fs.closeSync = (file) => {
    closeSync(file)
    fs.unlinkSync(link)
    fs.symlinkSync(target, link)
    fs.closeSync = closeSync
    syncBuiltinESMExports()
  }
  syncBuiltinESMExports()
  const user = process.getuid()
  const deps = { dataDir: link, key: null, user, openTable: () => null, timeoutMs: 10_000 }
  console.log(await findAgent(deps).then((client) => (client.close(), 'found'), ({ message }) => message))
`

test('S50: the service file that was read is the one that must be this user’s', async ({
  folder,
  listen,
  leave,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such modes')
  const { port, heard } = await listen(proveWith(IDENTITY))
  await leave(port)
  const service = await readFile(join(folder, 'service.json'))
  const [evil, link] = [join(folder, 'evil'), join(folder, 'link')]
  await mkdir(evil)
  await writeFile(join(evil, 'service.json'), service)
  await chmod(join(evil, 'service.json'), 0o622)
  await symlink(evil, link)
  const ran = await runCommand(process.execPath, [
    '--input-type=module',
    '--eval',
    FIND_BY_CHANGING_LINK,
    link,
    folder,
  ])
  const message = AGENT_MESSAGES.fileOfOther(join(link, 'service.json'))
  expect(ran).toEqual({ code: 0, stdout: `${message}\n`, stderr: '' })
  expect(heard()).toEqual([])
})

test('S50: another user on the port gets neither key nor command, even with the right proof', async ({
  leave,
  attack,
}) => {
  test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
  const { instance, secret } = IDENTITY
  const { port, heard, close } = await impersonate({ instance, secret: secret.reveal() })
  await leave(port)
  expectRejected(await attack(), AGENT_MESSAGES.otherUser(port))
  await expect.poll(heard).toHaveLength(3)
  for (const text of heard()) expect(text).toMatch(ONLY_A_NONCE)
  await close()
})
