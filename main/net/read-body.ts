// Reads a request's body up to a limit, as text or as a form.

import type { IncomingMessage } from 'node:http'

/** Reads the whole body. Null if it exceeds `maxBytes`. Fails if the caller hangs up before its end. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const checkEnd = (): void => {
      if (!request.readableEnded)
        reject(new Error('The caller hung up before the end of the body.'))
    }
    if (request.destroyed) return checkEnd()
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) return void chunks.push(chunk)
      // Reading stops, but the request is not destroyed: the answer must still go out.
      request.pause()
      resolve(null)
    })
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.once('error', reject)
    request.once('close', checkEnd)
  })
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
