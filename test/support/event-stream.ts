// Reads server-sent events as a program does: with a plain request.

import {
  request,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'

export type ReceivedEvent = { id: string | null; type: string; data: Record<string, unknown> }

export type EventStream = {
  status: number
  headers: IncomingHttpHeaders
  /** Takes the next event. Fails if the stream has ended. */
  next(): Promise<ReceivedEvent>
  /** Everything that came so far, with comments. */
  text(): string
  /** Resolves when the stream has ended. True if it ended in order, false if it broke off. */
  ended: Promise<boolean>
  close(): void
}

/** Opens a stream. The caller closes it. Fails if nothing listens. */
export async function openEvents(
  url: string,
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const sent = request(`${url}/session/events`, { headers, agent: false })
  const response = await answered(sent)
  const events: ReceivedEvent[] = []
  let text = ''
  let rest = ''
  let isOver = false
  let wake: () => void = () => undefined
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop()!
    events.push(...blocks.flatMap(parseEvent))
    wake()
  })
  response.on('error', () => undefined)
  const ended = new Promise<boolean>((resolve) => {
    response.once('close', () => {
      isOver = true
      wake()
      resolve(response.complete)
    })
  })
  return {
    status: response.statusCode!,
    headers: response.headers,
    async next() {
      for (;;) {
        const event = events.shift()
        if (event) return event
        if (isOver) throw new Error(`the stream has ended after: ${text}`)
        await new Promise<void>((resolve) => void (wake = resolve))
      }
    },
    text: () => text,
    ended,
    close: () => void sent.destroy(),
  }
}

function answered(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve).on('error', reject)
    sent.end()
  })
}

/** @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation} */
function parseEvent(block: string): ReceivedEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name, value.join(': ')] as const
    }),
  )
  const data = fields.get('data')
  if (data === undefined) return []
  return [
    {
      id: fields.get('id') ?? null,
      type: fields.get('event') ?? 'message',
      data: JSON.parse(data) as Record<string, unknown>,
    },
  ]
}
