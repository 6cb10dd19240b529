// Parses a client's body: null counts as absent, and errors are messages for people.

import type * as z from 'zod'
import { BODY_ERRORS } from './api-messages.js'
import { Problem } from './problem.js'

/** No model is deeper. Anything below is ignored. */
const DEEPEST_LEVEL = 4

/**
 * Drops every null, in objects and in lists. Some generated clients write null for each member that
 * they leave out.
 */
function dropNulls(value: unknown, level = 0): unknown {
  if (typeof value !== 'object' || value === null || level === DEEPEST_LEVEL) return value
  if (Array.isArray(value)) {
    return value.filter((item) => item !== null).map((item) => dropNulls(item, level + 1))
  }
  const members = Object.entries(value)
  // Most bodies have neither a null nor another level.
  if (members.every(([, member]) => typeof member !== 'object')) return value
  return Object.fromEntries(
    members
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, dropNulls(member, level + 1)]),
  )
}

/** Parses a body by its model. Fails with `malformed`; the message quotes nothing of the body. */
export function parseBody<Value>(model: z.ZodType<Value>, body: unknown): Value {
  const parsed = model.safeParse(dropNulls(body), { error: describeIssue })
  if (parsed.success) return parsed.data
  const { path = [], message = BODY_ERRORS.malformed } = parsed.error.issues[0] ?? {}
  // Only the outermost name is surely one of ours. The names inside may be the caller's.
  const [member, ...inside] = path
  const subject = member === undefined ? BODY_ERRORS.body : String(member)
  throw new Problem(
    'malformed',
    `${inside.length > 0 ? BODY_ERRORS.valueIn(subject) : subject} ${message}.`,
  )
}

/** Describes an issue; null leaves the message to the model. */
function describeIssue(issue: z.core.$ZodRawIssue): string | null {
  if (issue.input === undefined) return BODY_ERRORS.missing
  switch (issue.code) {
    case 'invalid_type':
      return BODY_ERRORS.type(TYPES[issue.expected] ?? 'of another type')
    case 'invalid_value':
      return BODY_ERRORS.oneOf(issue.values.filter((value) => value !== 'UNKNOWN'))
    case 'invalid_union':
      return Array.isArray(issue['options'])
        ? BODY_ERRORS.oneOf(issue['options'] as unknown[])
        : BODY_ERRORS.wrongType
    case 'too_small':
      return describeTooSmall(issue)
    case 'too_big':
      return describeTooBig(issue)
    case 'invalid_key':
      return BODY_ERRORS.longName
    case 'custom':
      return null
    default:
      return BODY_ERRORS.malformed
  }
}

type RawIssue<Code extends string> = Extract<z.core.$ZodRawIssue, { code: Code }>

function describeTooSmall({ origin, minimum }: RawIssue<'too_small'>): string {
  if (origin !== 'string') return BODY_ERRORS.atLeast(minimum)
  return minimum === 1 ? BODY_ERRORS.empty : BODY_ERRORS.shortest(minimum)
}

function describeTooBig({ origin, maximum }: RawIssue<'too_big'>): string {
  if (origin === 'string') return BODY_ERRORS.longest(maximum)
  return origin === 'array' ? BODY_ERRORS.mostItems(maximum) : BODY_ERRORS.atMost(maximum)
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a JSON object',
  record: 'a JSON object',
}
