// Reads a request's body up to a limit, as text or as a form.

import type { IncomingMessage } from 'node:http'

/** Reads the whole body. Null if it exceeds `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  // If reading stops early, the request is not destroyed: the answer must still go out.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Returns the media type of a Content-Type header in lower case, without parameters. */
export function readMediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase()
}

/** Reads a posted form. Null if the body is not a form or exceeds `maxBytes`. */
export async function readForm(
  request: IncomingMessage,
  maxBytes: number,
): Promise<URLSearchParams | null> {
  if (readMediaType(request.headers['content-type']) !== FORM_TYPE) return null
  const body = await readBody(request, maxBytes)
  return body === null ? null : new URLSearchParams(body)
}

export const FORM_TYPE = 'application/x-www-form-urlencoded'
export const JSON_TYPE = 'application/json'
