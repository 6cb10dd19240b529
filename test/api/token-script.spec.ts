// The shell script that prints a token, by curl over the Unix socket, with a key.

import { execFile, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createSecret } from '../../main/base/secret.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import type { ProblemCode } from '../../main/api/models.js'
import { Problem, PROBLEMS, toAnswer } from '../../main/api/problem.js'
import { AGENT_MESSAGES, USAGE_MESSAGES } from '../../main/cli/cli-messages.js'
import { findCommand } from '../../main/cli/commands-table.js'
import { proveService, SOCKET_PORT, type ServiceIdentity } from '../../main/net/service-proof.js'
import { peekClaims } from '../../main/oauth/id-token.js'
import { findProgram } from '../support/program-path.js'
import { ROOT } from '../support/root.js'
import { CLI, runCli, runCommand } from '../support/run-cli.js'
import { comeBack, expect, test as base } from '../support/service.js'

const SCRIPT = join(ROOT, 'main/assets/latchkey-token.sh')
const KEY = `latchkey_${'k'.repeat(43)}`
/** Of commands that are given it by mistake. Another test looks for the key in all command lines. */
const MISPLACED = `latchkey_${'m'.repeat(43)}`
const IDENTITY: ServiceIdentity = { instance: 'x', secret: createSecret('s'.repeat(43)) }
/** A call with a key asks nobody. */
const ONLY_WITHOUT_KEY: ReadonlySet<string> = new Set([
  CONSENT_DETAILS.nobodyToAsk,
  CONSENT_DETAILS.nobodyToAskToManage,
])
const SHELLS = ['sh', 'dash', 'bash', 'busybox'].filter((one) => findProgram(one) !== null)

type Ended = { code: number; stdout: string; stderr: string }
type Asked = { method: string; url: string; headers: IncomingHttpHeaders; body: string }
type Fake = {
  dataDir: string
  keyFile: string
  asked: Asked[]
  /** Answers the next calls. */
  answer: (status: number, body: string) => void
  run: (args?: readonly string[], more?: RunOptions) => Promise<Ended>
}
type RunOptions = { env?: Record<string, string>; shell?: string; keyFile?: string | null }

/** A service that answers as it is told, and records what it is sent. */
const test = base.extend<{ fake: Fake }>({
  // eslint-disable-next-line no-empty-pattern
  fake: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-token-'))
    const asked: Asked[] = []
    let next = { status: 200, body: 'eyJ.access-token' }
    const socket = join(dataDir, 'api.sock')
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '', headers } = request
        // The command line makes sure of the service first.
        const nonce = /^\/\.well-known\/proof\?nonce=([\w-]+)$/.exec(url)?.[1]
        if (nonce !== undefined) {
          const proof = proveService(IDENTITY, { nonce, port: SOCKET_PORT })
          return void response.end(JSON.stringify({ proof }))
        }
        asked.push({ method, url, headers, body })
        // The command line reads JSON.
        const isText = next.status !== 200 || headers.accept === 'text/plain'
        const { token_type: type } = JSON.parse(body) as { token_type?: string }
        const token = { [type ?? 'access_token']: next.body, expires_in: 3599, scope: 'openid' }
        const answer = isText ? next.body : JSON.stringify(token)
        response.writeHead(next.status).end(answer)
      })
    })
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    const version = '0.1.0'
    const { instance, secret } = IDENTITY
    const service = {
      instance,
      url: 'http://127.0.0.1:1',
      port: 1,
      socket,
      pid: 1,
      version,
      secret: secret.reveal(),
    }
    const content = JSON.stringify(service, null, 2)
    await writeFile(join(dataDir, 'service.json'), content, { mode: 0o600 })
    const keyFile = join(dataDir, 'a key')
    await writeFile(keyFile, `${KEY}\n`, { mode: 0o600 })
    await use({
      dataDir,
      keyFile,
      asked,
      answer: (status, body) => void (next = { status, body }),
      run: (args = [], { env = {}, shell, keyFile: file = keyFile } = {}) =>
        runScript(args, {
          shell,
          env: {
            LATCHKEY_DATA_DIR: dataDir,
            ...(file !== null && { LATCHKEY_KEY_FILE: file }),
            ...env,
          },
        }),
    })
    server.close()
    server.closeAllConnections()
    await rm(dataDir, { recursive: true })
  },
})

test.skip(process.platform === 'win32', 'Windows has no Unix sockets')
test.skip(findProgram('curl') === null, 'the script needs curl')

function runScript(
  args: readonly string[],
  { env, shell }: { env: Record<string, string>; shell?: string | undefined },
): Promise<Ended> {
  const [program = '', ...first] =
    shell === undefined
      ? [SCRIPT]
      : shell === 'busybox'
        ? ['busybox', 'sh', SCRIPT]
        : [shell, SCRIPT]
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env } }
    execFile(program, [...first, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

for (const shell of SHELLS) {
  test(`${shell} prints the token alone`, async ({ fake }) => {
    expect(await fake.run([], { shell })).toEqual({
      code: 0,
      stdout: 'eyJ.access-token\n',
      stderr: '',
    })
    expect(fake.asked).toEqual([
      {
        method: 'POST',
        url: '/session/token',
        body: '{"token_type":"access_token"}',
        headers: expect.objectContaining({
          host: 'localhost',
          accept: 'text/plain',
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/json',
        }) as object,
      },
    ])
    expect(Object.keys(fake.asked[0]!.headers)).not.toContain('origin')
  })
}

test('the flags become members of the body', async ({ fake }) => {
  const flags = {
    account: 'k3vq7mzd',
    scope: 'openid files:read',
    audience: 'https://api.example/é',
    'min-validity': '600',
  }
  const apart = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  const joined = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  for (const args of [apart, joined]) {
    expect(await fake.run(['--id-token', ...args])).toMatchObject({ code: 0 })
    expect(JSON.parse(fake.asked.pop()!.body)).toEqual({
      token_type: 'id_token',
      account: 'k3vq7mzd',
      audience: 'https://api.example/é',
      scope: 'openid files:read',
      minimum_validity: 600,
    })
  }
})

for (const { what, args, message } of [
  { what: 'an unknown flag', args: ['--acount', 'a'], message: /does not take --acount/ },
  { what: 'a word', args: ['token'], message: /does not take token/ },
  { what: 'a flag without its value', args: ['--scope'], message: /--scope needs a value/ },
  { what: 'a flag with an empty value', args: ['--scope='], message: /--scope needs a value/ },
  { what: 'a switch with a value', args: ['--id-token=1'], message: /takes no value/ },
  {
    what: 'a key',
    args: ['--key', 'mine'],
    message: /A key must not be given on the command line/,
  },
  {
    what: 'a key itself',
    args: [`--kye=${MISPLACED}`],
    message: /^latchkey: A key must not be given on the command line, .+\n$/,
  },
  {
    what: 'a key as a word',
    args: [MISPLACED],
    message: /^latchkey: A key must not be given on the command line, .+\n$/,
  },
  { what: 'a quotation mark', args: ['--scope', 'a","b'], message: /can't be in it/ },
  { what: 'a backslash', args: ['--scope', 'a\\'], message: /can't be in it/ },
  {
    what: 'no account ID',
    args: ['--account', 'bob'],
    message: /^latchkey: "bob" is not an account's ID/,
  },
  { what: 'a line break', args: ['--audience', 'a\nb'], message: /can't be in it/ },
  { what: 'a time that is no number', args: ['--min-validity', '1e3'], message: /whole number/ },
  { what: 'a negative time', args: ['--min-validity', '-1'], message: /whole number/ },
  { what: 'a time too long', args: ['--min-validity', '31536001'], message: /whole number/ },
  { what: 'a time of nine digits', args: ['--min-validity', '000000060'], message: /whole number/ },
]) {
  test(`${what} is bad usage, and nothing is sent`, async ({ fake }) => {
    const ended = await fake.run(args)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(message)
    expect(ended.stderr).not.toContain(MISPLACED)
    expect(fake.asked).toEqual([])
  })
}

test('a key in the place of its file is bad usage, and is not repeated', async ({ fake }) => {
  const ended = await fake.run([], { env: { LATCHKEY_KEY_FILE: MISPLACED } })
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toBe(`latchkey: ${USAGE_MESSAGES.keyInsteadOfFile}\n`)
  const word = await fake.run(['gho_0123456789abcdefghijABCDEFGHIJ'])
  expect(word.stderr).toMatch(/does not take gho_0123456789abcdef\. /)
  expect(fake.asked).toEqual([])
})

test('a key file that is not private, regular or readable is rejected', async ({ fake }) => {
  const { keyFile, dataDir } = fake
  const link = join(dataDir, 'link')
  symlinkSync(keyFile, link)
  const fifo = join(dataDir, 'fifo')
  spawnSync('mkfifo', ['-m', '600', fifo])
  symlinkSync(fifo, join(dataDir, 'to-fifo'))
  const missing = join(dataDir, 'missing')
  for (const [path, message] of [
    [fifo, /not a regular file/],
    [join(dataDir, 'to-fifo'), /not a regular file/],
    [dataDir, /not a regular file/],
    [missing, /can't be read/],
  ] as const) {
    const ended = await fake.run(['--key-file', path])
    expect(ended, path).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(message)
  }
  expect(await fake.run(['--key-file', link])).toMatchObject({ code: 0 })
  fake.asked.splice(0)
  for (const mode of [0o640, 0o604, 0o644]) {
    chmodSync(keyFile, mode)
    const ended = await fake.run()
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('chmod 600')
  }
  expect(fake.asked).toEqual([])
})

test('a file without a key is rejected, and its content is not printed', async ({ fake }) => {
  for (const content of [
    '',
    '\n',
    'password1',
    'latchkey_',
    'latchkey_a b',
    'latchkey_a"\n',
    'x',
  ]) {
    await writeFile(fake.keyFile, content)
    const ended = await fake.run()
    expect(ended, content).toMatchObject({ code: 2, stdout: '' })
    const isEmpty = content.trim() === ''
    expect(ended.stderr).toContain(isEmpty ? 'is empty' : 'does not contain a whole key')
    if (content.length > 9) expect(ended.stderr).not.toContain(content.trim())
  }
  expect(fake.asked).toEqual([])
})

test('the key may be in LATCHKEY_KEY, and may lack a line break in its file', async ({ fake }) => {
  const env = { LATCHKEY_KEY: KEY }
  expect(await fake.run([], { env, keyFile: null })).toMatchObject({ code: 0 })
  await writeFile(fake.keyFile, KEY)
  expect(await fake.run()).toMatchObject({ code: 0 })
  const none = await fake.run([], { keyFile: null })
  expect(none).toMatchObject({ code: 2 })
  expect(fake.asked.map(({ headers }) => headers.authorization)).toEqual([
    `Bearer ${KEY}`,
    `Bearer ${KEY}`,
  ])
})

/** Flags and keys of `latchkey token`, and whether the package leaves them to the script. */
const USAGES: readonly {
  args: readonly string[]
  byScript: boolean
  code?: number
  /** The content of the key file. */
  key?: string
}[] = [
  { args: [], byScript: true },
  { args: ['--account', 'k3vq7mzd'], byScript: true },
  { args: ['--account=k3vq7mzd'], byScript: true },
  { args: ['--account', 'bob'], byScript: true, code: 2 },
  { args: ['--account', 'K3VQ7MZD'], byScript: true, code: 2 },
  { args: ['--account', 'alice.adams@login.example.com'], byScript: true, code: 2 },
  { args: ['--account', 'alice.adams@example'], byScript: true, code: 2 },
  { args: ['--account', 'Zoë'], byScript: false, code: 2 },
  { args: ['--scope', 'openid files:read'], byScript: true },
  { args: ['--scope', '-h'], byScript: true },
  { args: ['--scope', '--json'], byScript: true },
  { args: ['--scope=a=b'], byScript: true },
  { args: ['--scope', 'a"b\\c'], byScript: true },
  { args: ['--audience', "it's https://api.example/é"], byScript: true },
  { args: ['--min-validity', '600'], byScript: true },
  { args: ['--min-validity', '3599'], byScript: true },
  { args: ['--min-validity', '3600'], byScript: true },
  { args: ['--min-validity', '7200', '--id-token'], byScript: true },
  { args: ['--min-validity=0'], byScript: true },
  { args: ['--min-validity', '00000060'], byScript: true },
  { args: ['--min-validity', '31536000'], byScript: true },
  { args: ['--min-validity', '31536001'], byScript: true, code: 2 },
  { args: ['--min-validity', '000000060'], byScript: true, code: 2 },
  { args: ['--min-validity', '-1'], byScript: true, code: 2 },
  { args: ['--min-validity', ' 1'], byScript: true, code: 2 },
  { args: ['--id-token'], byScript: true },
  { args: ['--key-file', '/nonexistent'], byScript: false, code: 2 },
  { args: ['--key-file='], byScript: true, code: 2 },
  { args: ['--data-dir', '/nonexistent'], byScript: true, code: 3 },
  { args: ['--scope'], byScript: true, code: 2 },
  { args: ['--account', ''], byScript: true, code: 2 },
  { args: ['--json'], byScript: false },
  // Without a value, it would start an agent: see test/unit/latchkey-script.spec.ts.
  { args: ['--start=1'], byScript: false, code: 2 },
  { args: ['--help'], byScript: false },
  { args: ['-h'], byScript: false },
  { args: ['--misspelt'], byScript: false, code: 2 },
  { args: ['--id-token=1'], byScript: false, code: 2 },
  { args: [`--key=${MISPLACED}`], byScript: false, code: 2 },
  { args: ['word'], byScript: false, code: 2 },
  { args: [''], byScript: false, code: 2 },
  { args: ['--', 'word'], byScript: false, code: 2 },
  { args: [], key: `\n  ${KEY}\t\r\n\r\n`, byScript: true },
  { args: [], key: `${KEY}\n${KEY}\n`, byScript: true, code: 2 },
  { args: [], key: `${KEY} comment\n`, byScript: true, code: 2 },
  { args: [], key: KEY.slice(0, -1), byScript: true, code: 2 },
  { args: [], key: `${KEY}k`, byScript: true, code: 2 },
]

type Installed = {
  /** Runs the package's `latchkey`, whose app is the command line. */
  run: (args: readonly string[], env?: Record<string, string>) => Promise<Ended>
  /** True if the app was started, since the last call. */
  startedApp: () => boolean
}

async function install(fake: Fake): Promise<Installed> {
  const folder = join(fake.dataDir, 'installed')
  const [app, started] = [join(folder, 'app'), join(folder, 'started')]
  mkdirSync(folder)
  const words = `for one in "$@"; do case $one in --ozone-platform=*|--disable-gpu|--no-sandbox) shift ;; esac; done`
  const start = `echo >'${started}'\n${words}\nexec '${process.execPath}' '${CLI}' "$@"`
  await writeFile(app, `#!/bin/sh\n${start}\n`, { mode: 0o755 })
  const text = readFileSync(join(ROOT, 'main/assets/latchkey.sh'), 'utf8')
  const latchkey = join(folder, 'latchkey')
  const own = text
    .replace('/opt/Latchkey/resources/bin/latchkey-token', SCRIPT)
    .replace('/opt/Latchkey/latchkey', `'${app}'`)
  await writeFile(latchkey, own, { mode: 0o755 })
  return {
    run: (args, env = {}) =>
      runCommand(latchkey, args, {
        env: { LATCHKEY_DATA_DIR: fake.dataDir, LATCHKEY_KEY_FILE: fake.keyFile, ...env },
      }) as Promise<Ended>,
    startedApp() {
      const isStarted = existsSync(started)
      rmSync(started, { force: true })
      return isStarted
    },
  }
}

/** What was asked, without what `Accept` and the spelling of the default make different. */
const toComparable = ({ method, url, headers, body }: Asked) => ({
  method,
  url,
  key: headers.authorization,
  body: { token_type: 'access_token', ...(JSON.parse(body) as object) },
})

test('the package’s latchkey token does the same as the command line, whichever part of it runs', async ({
  fake,
}) => {
  const { run, startedApp } = await install(fake)
  const env = { LATCHKEY_DATA_DIR: fake.dataDir, LATCHKEY_KEY_FILE: fake.keyFile }
  for (const { args, byScript, code = 0, key = `${KEY}\n` } of USAGES) {
    await writeFile(fake.keyFile, key)
    const what = JSON.stringify([args, key])
    const packaged = await run(['token', ...args])
    const askedByPackage = fake.asked.splice(0).map(toComparable)
    const hasStarted = startedApp()
    const expected = await runCli(['token', ...args], { env })
    const asked = fake.asked.splice(0).map(toComparable)
    expect(packaged.code, what).toBe(code)
    expect(packaged, what).toEqual(expected)
    expect(askedByPackage, what).toEqual(asked)
    // A value that JSON would escape is left to the app.
    expect(hasStarted, what).toBe(!byScript || what.includes('\\\\c'))
  }
  const used = USAGES.flatMap(({ args }) => args.map((arg) => arg.split('=')[0]))
  for (const { name } of findCommand('token')!.flags) expect(used).toContain(`--${name}`)
})

test('the script says the same about each problem as the command line', async ({ fake }) => {
  const details = [
    ...Object.values(CONSENT_DETAILS).filter((one) => !ONLY_WITHOUT_KEY.has(one)),
    PROBLEM_DETAILS.noSuchAccount,
    PROBLEM_DETAILS.otherAudience,
    PROBLEM_DETAILS.nobodySignedIn,
    'Scope is: missing.',
    'minimum_validity must be a number: not a text.',
  ]
  const codes = Object.keys(PROBLEMS) as ProblemCode[]
  const problems = [
    ...details.map((detail) => new Problem('not-allowed', detail)),
    ...codes.map((code) => new Problem(code, CONSENT_DETAILS.denied)),
  ]
  const env = { LATCHKEY_DATA_DIR: fake.dataDir, LATCHKEY_KEY_FILE: fake.keyFile }
  for (const { status, body } of problems.map(toAnswer)) {
    fake.answer(status, body)
    expect(await fake.run(), body).toEqual(await runCli(['token'], { env }))
  }
})

test('a token is valid for less than the caller needs: both say so, and print it', async ({
  fake,
}) => {
  const env = { LATCHKEY_DATA_DIR: fake.dataDir, LATCHKEY_KEY_FILE: fake.keyFile }
  const args = ['--min-validity', '3600']
  const stderr = `latchkey: ${AGENT_MESSAGES.validForLess(3599, 3600)}\n`
  const expected = { code: 0, stdout: 'eyJ.access-token\n', stderr }
  expect(await runCli(['token', ...args], { env })).toEqual(expected)
  for (const shell of SHELLS) expect(await fake.run(args, { shell })).toEqual(expected)
})

test('flags before the word token are the same flags', async ({ fake }) => {
  const { run } = await install(fake)
  const ended = await run(['--scope', 'token', '--min-validity=60', 'token'])
  expect(ended).toEqual({ code: 0, stdout: 'eyJ.access-token\n', stderr: '' })
  expect(JSON.parse(fake.asked[0]!.body)).toEqual({ scope: 'token', minimum_validity: 60 })
})

test('without a socket to be sure of, the package starts the app, which decides', async ({
  fake,
}) => {
  const { run, startedApp } = await install(fake)
  const service = join(fake.dataDir, 'service.json')
  const content = JSON.parse(readFileSync(service, 'utf8')) as object
  const place = async (socket: string | null, mode = 0o600): Promise<void> => {
    await writeFile(service, JSON.stringify({ ...content, socket }, null, 2))
    chmodSync(service, mode)
  }
  for (const socket of [null, join(fake.dataDir, 'gone.sock')]) {
    await place(socket)
    expect(await run(['token'])).toMatchObject({ code: 3, stdout: '' })
    expect(startedApp()).toBe(true)
  }
  await place(join(fake.dataDir, 'api.sock'))
  chmodSync(fake.dataDir, 0o710)
  expect(await run(['token'])).toMatchObject({ code: 3, stdout: '' })
  expect(startedApp()).toBe(true)
  chmodSync(fake.dataDir, 0o700)
  await place(join(fake.dataDir, 'api.sock'), 0o620)
  const env = { LATCHKEY_DATA_DIR: fake.dataDir, LATCHKEY_KEY_FILE: fake.keyFile }
  const [packaged, expected] = [await run(['token']), await runCli(['token'], { env })]
  expect(packaged).toEqual({ ...expected, code: 4 })
  expect(startedApp()).toBe(false)
  expect(fake.asked).toEqual([])
})

/** Puts programs before those of the system. Each starts with these lines, and then is the system's own. */
async function wrapPrograms(
  folder: string,
  programs: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const wrapped = join(folder, 'wrapped')
  mkdirSync(wrapped)
  for (const [name, lines] of Object.entries(programs)) {
    const text = `#!/bin/sh\n${lines}\nexec ${findProgram(name)} "$@"\n`
    await writeFile(join(wrapped, name), text, { mode: 0o755 })
  }
  return { PATH: `${wrapped}:${process.env['PATH']}` }
}

for (const shell of SHELLS) {
  test(`S50: for ${shell}, a link that changes after the check leads the key nowhere else`, async ({
    fake,
  }) => {
    const { dataDir } = fake
    const [evil, link, toSockets] = ['evil', 'link', 'to-sockets'].map((one) => join(dataDir, one))
    const heard: unknown[] = []
    mkdirSync(evil!, { mode: 0o700 })
    const server = createServer((request, response) => {
      heard.push(request.headers)
      response.end('injected')
    })
    await new Promise<void>((resolve) => server.listen(join(evil!, 'api.sock'), resolve))
    const content = JSON.parse(readFileSync(join(dataDir, 'service.json'), 'utf8')) as object
    const write = (folder: string, socket: string): Promise<void> =>
      writeFile(join(folder, 'service.json'), JSON.stringify({ ...content, socket }, null, 2), {
        mode: 0o600,
      })
    const change = (path: string): string => `ln -sfn '${evil}' '${path}'`
    const cases = [
      {
        socket: join(dataDir, 'api.sock'),
        lines: `case $* in *service.json) ${change(link!)} ;; esac`,
      },
      {
        socket: join(toSockets!, 'api.sock'),
        lines: `case "$PWD $*" in *sockets*) ${change(toSockets!)} ;; esac`,
      },
    ]
    const sockets = join(dataDir, 'sockets')
    mkdirSync(sockets, { mode: 0o700 })
    linkSync(join(dataDir, 'api.sock'), join(sockets, 'api.sock'))
    for (const { socket, lines } of cases) {
      rmSync(join(dataDir, 'wrapped'), { recursive: true, force: true })
      for (const path of [link!, toSockets!]) rmSync(path, { force: true })
      symlinkSync(dataDir, link!)
      symlinkSync(sockets, toSockets!)
      await write(dataDir, socket)
      await write(evil!, join(evil!, 'api.sock'))
      const env = { ...(await wrapPrograms(dataDir, { ls: lines })), LATCHKEY_KEY: KEY }
      const ended = await fake.run(['--data-dir', link!], { env, shell, keyFile: null })
      expect(ended).toEqual({ code: 0, stdout: 'eyJ.access-token\n', stderr: '' })
      expect([readlinkSync(link!), readlinkSync(toSockets!)]).toContain(evil)
    }
    expect(heard).toEqual([])
    server.close()
  })
}

test('with another program on the port, the script ends with 3 and latchkey token with 4, as the page says', async ({
  fake,
}) => {
  const page = readFileSync(join(ROOT, 'docs/command-line.md'), 'utf8')
  expect(page).toContain('The script does not look at the port, and ends with code 3.')
  const other = createServer((_request, response) => response.end('other'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const service = join(fake.dataDir, 'service.json')
  const content = JSON.parse(readFileSync(service, 'utf8')) as object
  const stale = { url: `http://127.0.0.1:${port}`, port, socket: join(fake.dataDir, 'gone.sock') }
  await writeFile(service, JSON.stringify({ ...content, ...stale }, null, 2))
  const env = { LATCHKEY_DATA_DIR: fake.dataDir, LATCHKEY_KEY_FILE: fake.keyFile }
  expect(await fake.run()).toMatchObject({ code: 3, stdout: '' })
  expect(await runCli(['token'], { env })).toMatchObject({ code: 4, stdout: '' })
  other.close()
})

test('a relative data directory is looked up neither in CDPATH nor in the previous folder', async ({
  fake,
}) => {
  const { dataDir } = fake
  for (const name of ['-', 'data']) mkdirSync(join(dataDir, name), { mode: 0o700 })
  const env = { CDPATH: dirname(dataDir), OLDPWD: dataDir }
  for (const name of ['-', basename(dataDir)]) {
    const ended = await fake.run(['--data-dir', name], { env })
    expect(ended).toMatchObject({ code: 3, stdout: '' })
  }
  expect(fake.asked).toEqual([])
})

test('S50: a data directory that others can write is left to the app', async ({ fake }) => {
  for (const mode of [0o720, 0o702]) {
    chmodSync(fake.dataDir, mode)
    expect(await fake.run()).toMatchObject({ code: 4, stdout: '' })
  }
  chmodSync(fake.dataDir, 0o700)
  expect(fake.asked).toEqual([])
})

for (const shell of SHELLS) {
  test(`S50: for ${shell}, no trace and no exported variable shows the key or the token`, async ({
    fake,
  }) => {
    const { dataDir, keyFile } = fake
    const seen = join(dataDir, 'seen')
    const lines = `{ env; echo "core $(ulimit -c)"; } >'${seen}'`
    const path = await wrapPrograms(dataDir, { curl: lines })
    const names = { key: 'x', line: 'x', answer: 'x', status: 'x' }
    for (const env of [
      names,
      { ...names, SHELLOPTS: 'allexport' },
      { ...names, SHELLOPTS: 'xtrace' },
    ]) {
      for (const given of [{ LATCHKEY_KEY: KEY }, { LATCHKEY_KEY_FILE: keyFile }]) {
        const words = shell === 'busybox' ? ['busybox', 'sh'] : [shell]
        const [program = '', ...first] = words
        const args = [...first, '-x', SCRIPT]
        const run = { env: { LATCHKEY_DATA_DIR: dataDir, ...env, ...given, ...path } }
        const ended = await runCommand(program, args, run)
        expect(ended).toMatchObject({ code: 0, stdout: 'eyJ.access-token\n' })
        expect(ended.stderr).not.toContain(KEY)
        expect(ended.stderr).not.toContain('access-token')
        const variables = readFileSync(seen, 'utf8')
        expect(variables).toContain('\ncore 0\n')
        expect(variables).not.toContain(KEY)
      }
    }
  })
}

for (const shell of SHELLS) {
  test(`${shell} prints each token as it is, or not at all`, async ({ fake }) => {
    for (const token of [
      '-n',
      '-e',
      'a"b","expires_in":1',
      ']}"',
      'a\\nb\\033[31m\\c',
      "a'b",
      '!~ %s',
    ]) {
      fake.answer(200, token)
      expect(await fake.run([], { shell })).toEqual({ code: 0, stdout: `${token}\n`, stderr: '' })
      const needed = ['--min-validity', '60']
      expect(await fake.run(needed, { shell })).toMatchObject({ stdout: `${token}\n`, stderr: '' })
    }
    for (const token of ['', 'a\u001b[31m', 'a\nb', 'a\tb', 'é', '\u007f']) {
      fake.answer(200, token)
      for (const args of [[], ['--min-validity', '60']]) {
        const ended = await fake.run(args, { shell })
        expect(ended, JSON.stringify([token, args])).toMatchObject({ code: 1, stdout: '' })
        expect(ended.stderr).toContain("The token contains a character that can't be in one.")
      }
    }
  })

  test(`${shell} prints the whole detail of an error, and nothing that controls a terminal`, async ({
    fake,
  }) => {
    const detail = 'It says: \u202egnp\u009b31m \u001b[31m "quoted", a \\ and é. End'
    fake.answer(401, JSON.stringify({ status: 401, detail, code: 'not-signed-in' }))
    const { code, stderr } = await fake.run([], { shell })
    expect(code).toBe(5)
    expect(stderr).toMatch(/^latchkey: It says: \?+gnp\?+31m .* "quoted", a \\ and \?+\. End\n$/)
    expect(stderr).toMatch(/^[ -~]+\n$/)
    fake.answer(502, '{"detail":"\\')
    expect(await fake.run([], { shell })).toMatchObject({
      code: 1,
      stderr: 'latchkey: Latchkey answered with status 502.\n',
    })
  })
}

test("curl's own settings and a proxy play no part", async ({ fake }) => {
  await writeFile(join(fake.dataDir, '.curlrc'), 'url = "http://127.0.0.1:9/evil"\nverbose\n')
  const env = {
    HOME: fake.dataDir,
    CURL_HOME: fake.dataDir,
    http_proxy: 'http://127.0.0.1:9',
    ALL_PROXY: 'http://127.0.0.1:9',
  }
  expect(await fake.run([], { env })).toEqual({ code: 0, stdout: 'eyJ.access-token\n', stderr: '' })
})

for (const [name, code] of [
  ['not-signed-in', 5],
  ['not-allowed', 6],
  ['refused', 1],
  ['provider-failed', 1],
] as const) {
  const { status } = PROBLEMS[name]
  test(`the problem ${name} gives code ${code}, and its detail`, async ({ fake }) => {
    const detail = 'You do not allow this.'
    fake.answer(status, JSON.stringify({ type: 'about:blank', status, detail, code: name }))
    expect(await fake.run()).toEqual({ code, stdout: '', stderr: `latchkey: ${detail}\n` })
  })
}

test('without a running agent the code is 3, and nothing is sent', async ({ fake }) => {
  const { dataDir } = fake
  const service = join(dataDir, 'service.json')
  const content = JSON.parse(readFileSync(service, 'utf8')) as object
  const gone = join(dataDir, 'gone.sock')
  const file = join(dataDir, 'file.sock')
  await writeFile(file, '')
  for (const socket of [gone, file]) {
    await writeFile(service, JSON.stringify({ ...content, socket }, null, 2))
    const ended = await fake.run()
    expect(ended).toMatchObject({ code: 3, stdout: '' })
  }
  await writeFile(service, JSON.stringify(content, null, 2))
  expect(await fake.run()).toMatchObject({ code: 0 })
  fake.asked.splice(0)
  // The command line follows no link either.
  renameSync(service, `${service}.old`)
  symlinkSync(`${service}.old`, service)
  expect(await fake.run()).toMatchObject({ code: 3, stdout: '' })
  // A socket whose program was killed.
  linkSync(join(dataDir, 'api.sock'), gone)
  await rm(service)
  expect(await fake.run()).toMatchObject({ code: 3, stdout: '' })
  expect(fake.asked).toEqual([])
})

test('while it runs, the key is in no command line and no temporary file', async ({ fake }) => {
  test.skip(process.platform !== 'linux', 'reads /proc')
  const seen: string[] = []
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      try {
        seen.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      } catch {
        continue
      }
    }
  }
  const timer = setInterval(look, 1)
  const temporary = await mkdtemp(join(tmpdir(), 'latchkey-tmp-'))
  await fake.run([], { env: { TMPDIR: temporary } })
  clearInterval(timer)
  expect(seen.some((line) => line.includes('--unix-socket'))).toBe(true)
  expect(seen.filter((line) => line.includes(KEY))).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
  await rm(temporary, { recursive: true })
})

test('a running agent gives the token for a key that the user made, and none for another', async ({
  serve,
}) => {
  const { program } = await serve()
  program.type('sign-in')
  await comeBack(program)
  await program.status('signed-in')
  program.type('key ci')
  const { key } = await program.line('key')
  const keyFile = join(program.dataDir, 'ci.key')
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
  const args = ['--data-dir', program.dataDir, '--key-file', keyFile]
  const token = await runScript(args, { env: {} })
  expect(token).toMatchObject({ code: 0, stderr: '' })
  expect(token.stdout).toMatch(/^\S{20,}\n$/)
  const idToken = await runScript([...args, '--id-token'], { env: {} })
  expect(idToken).toMatchObject({ code: 0, stderr: '' })
  expect(peekClaims(idToken.stdout.trim())['sub']).toBe('alice')
  const unknown = await runScript([...args, '--account', 'zzzzzzzz'], { env: {} })
  expect(unknown.stdout).toBe('')
  expect(unknown.code).not.toBe(0)
  await writeFile(keyFile, `${KEY}\n`)
  const other = await runScript(args, { env: {} })
  expect(other).toMatchObject({ code: 6, stdout: '' })
  program.type('forget ci')
  expect(existsSync(join(program.dataDir, 'service.json'))).toBe(true)
})
