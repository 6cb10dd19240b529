// Sends an answer of the API.

import type { ServerResponse } from 'node:http'

export type Answer = {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** Makes an answer of a JSON text. */
export function answerJson(body: string): Answer {
  return { status: 200, headers: JSON_HEADERS, body }
}

/** Makes an answer of a plain text. */
export function answerText(body: string): Answer {
  return { status: 200, headers: TEXT_HEADERS, body }
}

/** The answer to a call that has been carried out and returns nothing. */
export const DONE: Answer = { status: 204, headers: {}, body: '' }

const JSON_HEADERS = { 'Content-Type': 'application/json' }
const TEXT_HEADERS = { 'Content-Type': 'text/plain;charset=UTF-8' }

/** Sends an answer. No cache keeps it, and no browser takes it for another type. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  response
    .writeHead(status, {
      ...headers,
      ...(status !== DONE.status && { 'Content-Length': Buffer.byteLength(body) }),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body)
}
