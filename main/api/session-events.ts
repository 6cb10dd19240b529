// Serves the state of a session as server-sent events: at once, and after each change.

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Agent } from '../agent/agent.js'
import type { AccountSession } from '../agent/model.js'
import { CONSENT_DETAILS } from './api-messages.js'
import { describeSession } from './describe-session.js'
import { followAccount, type FollowDeps } from './follow-account.js'
import { readPatience } from './read-request.js'
import { checkRoom } from './streams.js'
import type { Outlet, Subscribers } from './subscribers.js'

export type SessionEventsDeps = FollowDeps & {
  agent: Pick<Agent, 'all' | 'last'>
  subscribers: Subscribers
}

/** Writes events to a response, which stays open. */
export type SessionEvents = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** In milliseconds: how long a client waits before it connects again. */
const RETRY_MS = 1_000

/** @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface} */
export function createSessionEvents(deps: SessionEventsDeps): SessionEvents {
  const { agent } = deps
  const number = createNumbering(randomUUID())
  const toEvent = (account: AccountSession | null): { id: string; text: string } => {
    const data = JSON.stringify(describeSession(agent, account))
    const id = number(account?.id ?? '', data)
    return { id, text: formatEvent('session', data, id) }
  }
  return async (request, response) => {
    if (request.method === 'HEAD') return void response.writeHead(200, HEADERS).end()
    checkRoom(deps)
    const followed = await followAccount(deps, request, readPatience(request, response))
    // The caller may have hung up in the meantime.
    if (response.destroyed) return followed.close()
    response.writeHead(200, HEADERS).write(`retry: ${RETRY_MS}\n\n`)
    const subscription = deps.subscribers.add(createEventOutlet(response), followed.close)
    let sentId = readLastId(request)
    followed.listen({
      onAccount(account) {
        const { id, text } = toEvent(account)
        if (id === sentId) return
        sentId = id
        subscription.send(text)
      },
      onTakenBack: () => subscription.close('not-allowed'),
    })
  }
}

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
}

/** @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header} */
function readLastId({ headers }: IncomingMessage): string | undefined {
  return headers['last-event-id']?.toString()
}

/** How many accounts have a number. With more, the one whose state was described longest ago has a new one. */
const MOST_NUMBERED = 256

/**
 * Numbers the states of each account in this run, so that a client that comes again gets only what it does not
 * have. `run`: differs from that of every other run.
 */
function createNumbering(run: string): (accountId: string, state: string) => string {
  const latest = new Map<string, { state: string; number: number }>()
  let count = 0
  return (accountId, state) => {
    const before = latest.get(accountId)
    latest.delete(accountId)
    const number = before?.state === state ? before.number : (count += 1)
    latest.set(accountId, { state, number })
    for (const oldest of [...latest.keys()].slice(0, -MOST_NUMBERED)) latest.delete(oldest)
    return `${run}.${number}`
  }
}

/**
 * Formats an event. The data is JSON without line breaks.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream}
 */
function formatEvent(type: string, data: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`
}

const TAKEN_BACK = { code: 'not-allowed', reason: CONSENT_DETAILS.takenBack }

/** Makes the outlet of a response. Only a client that may not come again is told why the response ends. */
function createEventOutlet(response: ServerResponse): Outlet {
  return {
    write: (text, written) => void response.write(text, () => written()),
    beat: (written) => void response.write(': heartbeat\n\n', () => written()),
    close(reason) {
      if (reason === 'too-slow') response.destroy()
      else if (reason === 'ending') response.end()
      else response.end(formatEvent('closed', JSON.stringify(TAKEN_BACK)))
    },
    destroy: () => void response.destroy(),
    onClosed: (listener) => void response.once('close', listener),
  }
}
