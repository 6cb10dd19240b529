// A request's body, as text, up to a limit.

import type { IncomingMessage } from 'node:http'

/** Reads to the end; null as soon as there is more than `mostBytes`. */
export async function readBody(
  request: IncomingMessage,
  mostBytes: number,
): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Not destroyed when it is left early: the answer still has to go out.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
