// What a client sent, read as it was meant: a null is an absence, and errors are in plain words.

import { z } from 'zod'
import { Problem } from './problem.js'

/** No model is deeper; what lies below decides nothing. */
const DEEPEST_LEVEL = 4

/**
 * Drops every null, in objects and in lists: some generated clients write one for each member that
 * they leave out.
 */
export function withoutNulls(value: unknown, level = 0): unknown {
  if (typeof value !== 'object' || value === null || level === DEEPEST_LEVEL) return value
  if (Array.isArray(value)) {
    return value.filter((item) => item !== null).map((item) => withoutNulls(item, level + 1))
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member, level + 1)]),
  )
}

/** Parses a body by its model. Fails with `malformed`, in words that quote nothing of the body. */
export function parseBody<Value>(model: z.ZodType<Value>, body: unknown): Value {
  const parsed = model.safeParse(withoutNulls(body), { error: wordsOf })
  if (parsed.success) return parsed.data
  const { path = [], message = 'is malformed' } = parsed.error.issues[0] ?? {}
  // The outermost name is one of ours; the names inside may be the caller's.
  const [member, ...inside] = path
  const subject = member === undefined ? 'The body' : String(member)
  throw new Problem(
    'malformed',
    `${inside.length > 0 ? `A value in ${subject}` : subject} ${message}.`,
  )
}

/** What is wrong, for a person; null leaves it to the model's own words. */
function wordsOf(issue: z.core.$ZodRawIssue): string | null {
  if (issue.input === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? 'of another type'}`
    case 'invalid_value':
      return `must be ${oneOf(issue.values.filter((value) => value !== 'UNKNOWN'))}`
    case 'invalid_union':
      return Array.isArray(issue['options'])
        ? `must be ${oneOf(issue['options'] as unknown[])}`
        : 'is of the wrong type'
    case 'too_small':
      if (issue.origin !== 'string') return `must be at least ${issue.minimum}`
      return issue.minimum === 1 ? 'is empty' : `must have at least ${issue.minimum} characters`
    case 'too_big':
      switch (issue.origin) {
        case 'string':
          return `must have at most ${issue.maximum} characters`
        case 'array':
          return `must have at most ${issue.maximum} items`
        default:
          return `must be at most ${issue.maximum}`
      }
    case 'invalid_key':
      return 'has a name that is too long'
    case 'custom':
      return null
    default:
      return 'is malformed'
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a JSON object',
  record: 'a JSON object',
}

function oneOf(values: readonly unknown[]): string {
  return values.map(String).join(' or ')
}
