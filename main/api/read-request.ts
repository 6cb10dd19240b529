// Reads the body and the wishes of a request to the API.

import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { readBody } from '../net/read-body.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { Problem } from './problem.js'

export type Env = { Bindings: HttpBindings }

const MOST_BODY_BYTES = 64 * 1024

/**
 * Reads a JSON body. Returns undefined if there is none, which clients send as a content type without
 * a length, or as the JSON text `null`. Fails with `malformed`, `too-large` or `unsupported-type`.
 */
export async function readJson(c: Context<Env>): Promise<unknown> {
  const text = await readText(c)
  const isEmpty = text.trim() === ''
  if (!isEmpty || c.req.header('content-type') !== undefined) requireType(c, 'application/json')
  if (isEmpty) return undefined
  try {
    return (JSON.parse(text) as unknown) ?? undefined
  } catch {
    throw new Problem('malformed', PROBLEM_DETAILS.notJson)
  }
}

/** Reads a form. An unknown part, such as `schema` in any encoding, is ignored. */
export async function readForm(c: Context<Env>): Promise<URLSearchParams> {
  requireType(c, 'application/x-www-form-urlencoded')
  return new URLSearchParams(await readText(c))
}

async function readText(c: Context<Env>): Promise<string> {
  const body = await readBody(c.env.incoming, MOST_BODY_BYTES)
  if (body !== null) return body
  // The rest of the body is not read.
  throw new Problem('too-large', PROBLEM_DETAILS.tooLarge, { Connection: 'close' })
}

function requireType(c: Context<Env>, wanted: string): void {
  const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (type === wanted) return
  throw new Problem('unsupported-type', PROBLEM_DETAILS.wrongType(wanted))
}

/** True if the caller is a browser that shows a page, and not a program that reads JSON. */
export function prefersPage(c: Context<Env>): boolean {
  const supports = ['application/json', 'text/html']
  return accepts(c, { header: 'Accept', supports, default: 'application/json' }) === 'text/html'
}
