// Programs of every kind that call the service by HTTP, each in a process of its own.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pkce } from '../../main/api/models.js'

/** One request. `body`: sent as JSON; absent: none. */
export type Asking = {
  url: string
  method?: string
  headers?: Record<string, string>
  body?: unknown
}

/** What a program got. */
export type Heard = {
  /** The whole answer as it came: status line, headers and body. */
  raw: string
  status: number
  body: string
  /** Of a problem; null if there was none. */
  code: string | null
  auth0: Pkce['auth0'] | undefined
}

/** A program that runs. `heard`: the answers that it has printed, when it has ended. */
export type Calling = { child: ChildProcessWithoutNullStreams; heard: Promise<readonly Heard[]> }

export type CallingPrograms = {
  /** The real path of a folder that is the programs' own. */
  folder: string
  /** Writes a file that may be run, and returns its path. */
  write(name: string, text: string): Promise<string>
  /** Starts a command with requests, and without any variables that make it run other code. */
  start(
    command: readonly string[],
    askings: readonly Asking[],
    env?: Record<string, string>,
  ): Calling
  /** Starts a command with one request, and waits for its answer. */
  ask(command: readonly string[], asking: Asking, env?: Record<string, string>): Promise<Heard>
  remove(): Promise<void>
}

/** Between the answers in what a program prints. */
const END = '\n--- end of answer ---\n'

/**
 * A Node script that sends its requests, each by a new connection, and prints the answers.
 *
 * @param before Code that runs first.
 * @param onConnect Code that runs when a `socket` is connected, before it sends anything.
 */
export function nodeScript(before = '', onConnect = ''): string {
  return `
import { request } from 'node:http'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
${before}
for (const { url, method = 'POST', headers = {}, body } of JSON.parse(process.env.ASKINGS)) {
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const sent = request(url, { method, agent: false, headers: { ...type, ...headers } })
  const [socket] = await once(sent, 'socket')
  await once(socket, 'connect')
  ${onConnect}
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [answer] = await once(sent, 'response')
  const { rawHeaders } = answer
  const lines = rawHeaders.flatMap((name, at) => (at % 2 ? [] : [name + ': ' + rawHeaders[at + 1]]))
  const head = ['HTTP/1.1 ' + answer.statusCode + ' ' + answer.statusMessage, ...lines]
  const text = (await answer.setEncoding('utf8').toArray()).join('')
  process.stdout.write(head.join('\\r\\n') + '\\r\\n\\r\\n' + text + ${JSON.stringify(END)})
}
`
}

const PRINT = `
const ask = async (path, body) => {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await answer.text()
  process.stdout.write('HTTP/1.1 ' + answer.status + '\\r\\n\\r\\n' + text + ${JSON.stringify(END)})
  return JSON.parse(text)
}
const renewal = { grant_type: 'refresh_token', minimum_validity: 0 }
`

/** A Node script that asks for a token many times at once. */
export function floodScript(count: number): string {
  return `
const url = new URL(process.env.URL).origin
${PRINT}
await Promise.all(Array.from({ length: ${count} }, () => ask('/pkce/token', renewal)))
`
}

/** A Node script that signs in with the seed and verifier in SIGN_IN, and then asks for a token. */
export function signInScript(): string {
  return `
const { url, seed, verifier } = JSON.parse(process.env.SIGN_IN)
${PRINT}
const coded = await ask('/pkce/code', seed)
if (coded.result) {
  const { code } = coded.result
  const { redirect_uri, client_id } = coded.seed
  const proof = { code, redirect_uri, client_id, code_verifier: verifier }
  await ask('/pkce/token', { grant_type: 'authorization_code', ...proof })
}
await ask('/pkce/token', renewal)
`
}

/** A Perl script that sends its first request, with code that runs at some moments. */
export function perlScript({ connected = '', sent = '', answered = '' } = {}): string {
  return `
use strict;
use IO::Socket::INET;
$^F = 255; # A program that it starts keeps the connection.
$| = 1;
my $fd = $ENV{CONNECTION};
my $socket = defined $fd
  ? IO::Socket::INET->new_from_fd($fd, '+<')
  : IO::Socket::INET->new(PeerAddr => $ENV{ADDRESS});
die "no connection: $!" unless $socket;
binmode $socket;
sub receive {
  my ($head, $body, $length) = ('', '', 0);
  while (my $line = <$socket>) {
    $head .= $line;
    $length = $1 if $line =~ /^content-length: *(\\d+)/i;
    last if $line eq "\\r\\n";
  }
  read $socket, $body, $length;
  print $head, $body, ${JSON.stringify(END).replaceAll('$', '\\$')};
}
sub pass_on {
  my ($script) = @_;
  $ENV{CONNECTION} = fileno $socket;
  exec $^X, $script;
}
${connected};
unless ($ENV{IS_SENT}) {
  print $socket $ENV{REQUEST};
  $socket->flush;
}
${sent};
receive();
${answered};
`
}

/** Makes a folder for programs. */
export async function createCallingPrograms(): Promise<CallingPrograms> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-calling-')))
  const children: Calling['child'][] = []
  const start: CallingPrograms['start'] = (command, askings, env = {}) => {
    const { PATH = '' } = process.env
    const variables = { PATH, ...toVariables(askings), ...env }
    const child = spawn(command[0]!, command.slice(1), { cwd: '/', env: variables })
    children.push(child)
    return { child, heard: hear(child) }
  }
  return {
    folder,
    async write(name, text) {
      const path = join(folder, name)
      await writeFile(path, text)
      await chmod(path, 0o755)
      return path
    },
    start,
    async ask(command, asking, env) {
      const [heard] = await start(command, [asking], env).heard
      if (heard === undefined) throw new Error(`${command.join(' ')} got no answer`)
      return heard
    },
    async remove() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The requests, in a form for each kind of program. */
function toVariables(askings: readonly Asking[]): Record<string, string> {
  const [first] = askings
  if (first === undefined) return {}
  const { url, method = 'POST', headers = {}, body } = first
  const { host, pathname } = new URL(url)
  const text = body === undefined ? '' : JSON.stringify(body)
  const lines = [
    `${method} ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    ...(body === undefined ? [] : ['Content-Type: application/json']),
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return {
    ASKINGS: JSON.stringify(askings),
    URL: url,
    BODY: text,
    ADDRESS: host,
    REQUEST: `${lines.join('\r\n')}\r\n\r\n${text}`,
  }
}

function hear(child: Calling['child']): Promise<readonly Heard[]> {
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (output += chunk))
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (errors += chunk))
  child.stdin.on('error', () => undefined) // It may have ended before.
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => {
      const heard = output.split(END).filter((text) => text.trim() !== '')
      if (heard.length === 0 && errors !== '') reject(new Error(errors))
      else resolve(heard.map(toHeard))
    })
  })
}

function toHeard(raw: string): Heard {
  const [head = '', body = ''] = raw.split(/\r\n\r\n(.*)/s)
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1])
  const { code = null, auth0 } = readJson(body)
  return { raw, status, body, code, auth0 }
}

function readJson(text: string): Pkce & { code?: string } {
  try {
    return JSON.parse(text) as Pkce & { code?: string }
  } catch {
    return {}
  }
}
