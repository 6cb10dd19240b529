// Calls the agent over one connection, whose other end is known. A second connection is never opened.

import { Agent, request, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Secret } from '../base/secret.js'
import { asAuthError } from '../base/errors.js'
import { AGENT_MESSAGES } from './cli-messages.js'
import { CliError } from './cli-error.js'
import type { ExitName } from './exit-codes.js'

export type Call = {
  method: 'GET' | 'POST'
  path: string
  /** Sent as JSON. */
  body?: object
  headers?: Readonly<Record<string, string>>
}

/** Has the agent wait for the person's answer, if they must be asked. @see {@link https://www.rfc-editor.org/rfc/rfc7240#section-4.3} */
export const WAITS = { Prefer: 'wait=60' } as const

export type AgentClient = {
  /** Calls the agent, and returns its JSON; null for an answer without a body. Fails with a `CliError`. */
  call(call: Call): Promise<unknown>
  /** The same for an answer that does not end: returns it as soon as its headers have come. */
  open(call: Call): Promise<IncomingMessage>
  close(): void
  /** True if every call carries a key. */
  hasKey: boolean
}

/** One answer. Its body is not JSON yet. */
export type Said = { status: number; text: string }

/** A connection that carries one call after the other. */
export type Line = {
  send(call: Call): Promise<IncomingMessage>
  /** Reads an answer of at most a megabyte. */
  read(answer: IncomingMessage): Promise<Said>
  close(): void
}

/** No answer of the agent is longer. */
const MOST_BYTES = 1024 * 1024

/** Takes over a socket that is connected. `host` goes into the Host header. */
export function createLine(socket: Socket, host: string): Line {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let isTaken = false
  // Another connection could end at another program.
  agent.createConnection = (_options, done) => {
    if (!isTaken) {
      isTaken = true
      return socket
    }
    process.nextTick(() => done?.(new Error('the connection was closed'), socket))
    return null
  }
  return {
    send: (call) => send(agent, host, call),
    read,
    close() {
      agent.destroy()
      socket.destroy()
    },
  }
}

/** Makes a client of a line to an agent that has proven who it is. Every call carries the key, if any. */
export function createAgentClient(line: Line, key: Secret | null): AgentClient {
  const authorize = (call: Call): Call =>
    key === null
      ? call
      : { ...call, headers: { ...call.headers, Authorization: `Bearer ${key.reveal()}` } }
  return {
    async call(call) {
      const { status, text } = await line.read(await line.send(authorize(call)))
      const content = text === '' ? null : parseJson(text)
      if (status >= 400) throw toError(content)
      return content
    },
    async open(call) {
      const answer = await line.send(authorize(call))
      if (answer.statusCode! < 400) return answer
      throw toError(parseJson((await line.read(answer)).text))
    },
    close: () => line.close(),
    hasKey: key !== null,
  }
}

function send(
  agent: Agent,
  host: string,
  { method, path, body, headers }: Call,
): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = request({
      agent,
      method,
      path,
      headers: {
        Host: host,
        ...(text !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
        }),
        ...headers,
      },
    })
    sent.once('response', resolve)
    sent.once('error', (error) =>
      reject(new CliError('failed', AGENT_MESSAGES.lost, { cause: error })),
    )
    sent.end(text)
  })
}

async function read(answer: IncomingMessage): Promise<Said> {
  let text = ''
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      text += String(chunk)
      if (text.length > MOST_BYTES) throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
    }
  } catch (thrown) {
    if (thrown instanceof CliError) throw thrown
    throw new CliError('failed', AGENT_MESSAGES.lost, { cause: asAuthError(thrown) })
  }
  return { status: answer.statusCode!, text }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
  }
}

/** Makes the error for a problem of the API. */
function toError(content: unknown): CliError {
  const { code, detail } = (content ?? {}) as { code?: unknown; detail?: unknown }
  if (typeof code !== 'string' || typeof detail !== 'string') {
    return new CliError('failed', AGENT_MESSAGES.notUnderstood)
  }
  return new CliError(EXITS.get(code) ?? 'failed', detail)
}

/** The codes of the API that have an exit code of their own. */
const EXITS: ReadonlyMap<string, ExitName> = new Map([
  ['not-signed-in', 'notSignedIn'],
  ['not-allowed', 'notAllowed'],
  ['other-user', 'notAllowed'],
  ['access-denied', 'notAllowed'],
])
