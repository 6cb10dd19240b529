// `latchkey events`: prints the session now, and again at each change.

import type { IncomingMessage } from 'node:http'
import { print, writeLine } from '../base/output.js'
import { jsonLine } from '../base/printable.js'
import { WAITS } from './agent-client.js'
import { CliError } from './cli-error.js'
import { AGENT_MESSAGES } from './cli-messages.js'
import type { RunCommand } from './command.js'
import { withAgent } from './open-agent.js'
import { formatSession, isSession, nameAccount } from './session-commands.js'

/** Runs until it is stopped, or until the agent ends the stream. */
export const runEvents: RunCommand = (invocation, { env }) =>
  withAgent(invocation, env, async (client) => {
    const answer = await client.open({
      method: 'GET',
      path: '/session/events',
      headers: { Accept: 'text/event-stream', ...WAITS, ...nameAccount(invocation) },
    })
    for await (const { event, data } of readEvents(answer)) {
      if (event === 'closed') throw new CliError('notAllowed', AGENT_MESSAGES.streamClosed)
      const session = event === 'session' ? parse(data) : null
      if (!isSession(session)) continue
      if (invocation.switches.has('json')) writeLine(jsonLine(session))
      else print(`${formatSession(session)}\n`)
    }
    throw new CliError('failed', AGENT_MESSAGES.lost)
  })

/** An event is longer only by mistake. */
const MOST_CHARACTERS = 64 * 1024

/**
 * Reads the events of a stream. Fails with a `CliError` if the connection is lost.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream}
 */
export async function* readEvents(
  answer: IncomingMessage | AsyncIterable<string>,
): AsyncGenerator<{ event: string; data: string }> {
  let rest = ''
  let [event, data] = ['message', [] as string[]]
  for await (const chunk of readText(answer)) {
    const lines = `${rest}${chunk}`.split(/\r\n|\n|\r/)
    rest = lines.pop()!
    if (rest.length > MOST_CHARACTERS) throw new CliError('failed', AGENT_MESSAGES.notUnderstood)
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
      if (name === 'event') event = value
      if (name === 'data') data.push(value)
      if (line !== '') continue
      if (data.length > 0) yield { event, data: data.join('\n') }
      ;[event, data] = ['message', []]
    }
  }
}

async function* readText(answer: IncomingMessage | AsyncIterable<string>): AsyncGenerator<string> {
  try {
    if ('setEncoding' in answer) answer.setEncoding('utf8')
    for await (const chunk of answer) yield String(chunk)
  } catch (thrown) {
    throw new CliError('failed', AGENT_MESSAGES.lost, { cause: thrown })
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}
