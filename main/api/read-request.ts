// Reads a request to the API: its body, which type of answer it prefers, and when its caller hangs up.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { FORM_TYPE, JSON_TYPE, readBody, readMediaType } from '../net/read-body.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { Problem } from './problem.js'

const MOST_BODY_BYTES = 64 * 1024

/**
 * Reads a JSON body. Returns undefined if there is none, which clients send as a content type without
 * a length, or as the JSON text `null`. Fails with `malformed`, `too-large` or `unsupported-type`.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request)
  const isEmpty = text.trim() === ''
  if (!isEmpty || request.headers['content-type'] !== undefined) requireType(request, JSON_TYPE)
  if (isEmpty) return undefined
  try {
    return (JSON.parse(text) as unknown) ?? undefined
  } catch {
    throw new Problem('malformed', PROBLEM_DETAILS.notJson)
  }
}

/** Reads a form. An unknown part, such as `schema` in any encoding, is ignored. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  requireType(request, FORM_TYPE)
  return new URLSearchParams(await readText(request))
}

/** Reads a body that is ignored. Clients that send none still send `null`, or a content type without a body. */
export async function skipBody(request: IncomingMessage): Promise<void> {
  await readText(request)
}

async function readText(request: IncomingMessage): Promise<string> {
  const body = await readBody(request, MOST_BODY_BYTES)
  if (body !== null) return body
  // The rest of the body is not read.
  throw new Problem('too-large', PROBLEM_DETAILS.tooLarge, { Connection: 'close' })
}

function requireType({ headers }: IncomingMessage, wanted: string): void {
  if (readMediaType(headers['content-type']) === wanted) return
  throw new Problem('unsupported-type', PROBLEM_DETAILS.wrongType(wanted))
}

/** Returns a signal that aborts if the caller hangs up before it has been answered. */
export type HangUp = () => AbortSignal

/** The signal is made when it is first asked for, because most calls are answered without it. */
export function watchHangUp(response: ServerResponse): HangUp {
  let signal: AbortSignal | undefined
  return () => (signal ??= createHangUpSignal(response))
}

function createHangUpSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const onClose = (): void => {
    if (!response.writableFinished) controller.abort()
  }
  if (response.destroyed) onClose()
  else response.once('close', onClose)
  return controller.signal
}

/** True if the caller is a browser that shows a page, and not a program that reads JSON. */
export function prefersPage(request: IncomingMessage): boolean {
  return prefers(request, 'text/html')
}

/** True if the caller wants plain text more than JSON. */
export function prefersText(request: IncomingMessage): boolean {
  return prefers(request, 'text/plain')
}

/**
 * True if a type is accepted more than JSON. A range that covers all types counts as neither, because
 * programs send it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1}
 */
function prefers({ headers }: IncomingMessage, type: string): boolean {
  const ranges = (headers.accept ?? '').toLowerCase().split(',').map(readRange)
  const wanted = findRange(ranges, type)
  const json = findRange(ranges, JSON_TYPE)
  if (wanted === undefined || wanted.quality === 0) return false
  if (json === undefined || wanted.quality > json.quality) return true
  return wanted.quality === json.quality && ranges.indexOf(wanted) < ranges.indexOf(json)
}

type MediaRange = { type: string; quality: number }

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  const [, quality = '1'] = /^q\s*=\s*"?([\d.]+)/.exec(parameters.find(isQuality) ?? '') ?? []
  return { type, quality: Number(quality) }
}

function isQuality(parameter: string): boolean {
  return /^q\s*=/.test(parameter)
}

/** The type itself decides; `text/*` counts only if the type is not named. */
function findRange(ranges: readonly MediaRange[], type: string): MediaRange | undefined {
  const group = `${type.split('/')[0]}/*`
  return ranges.find((range) => range.type === type) ?? ranges.find((range) => range.type === group)
}

/**
 * Returns what {@link watchHangUp} returns if a program prefers to wait until the person has answered, and
 * undefined if it does not. The time is not read: the question has one of its own.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7240#section-4.3}
 */
export function readPatience(
  request: IncomingMessage,
  response: ServerResponse,
): HangUp | undefined {
  return prefersToWait(request) ? watchHangUp(response) : undefined
}

function prefersToWait({ headers }: IncomingMessage): boolean {
  const preferences = [headers['prefer'] ?? []].flat().join(',').split(',')
  return preferences.some((one) => /^\s*wait\s*=\s*"?[1-9]\d*"?\s*(;|$)/i.test(one))
}
