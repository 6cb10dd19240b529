// Describes the API as an OpenAPI document, from the models that parse its requests.

import * as z from 'zod'
import { JSON_TYPE } from '../net/read-body.js'
import { ENDPOINTS, type Endpoint, type Operation } from './endpoints.js'
import { MODELS, type ModelName, type ProblemCode } from './models.js'
import { PROBLEMS, PROBLEM_TYPE } from './problem.js'

/** Builds the OpenAPI document. @see {@link https://spec.openapis.org/oas/v3.1.1} */
export function describeApi(version: string, url: string): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Latchkey API',
      version,
      description:
        'Signs a user in through Latchkey, for programs on the same computer. Errors are problem ' +
        'details (RFC 9457) with a `code` from a closed list.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    paths: describePaths({ health: 'ok', version }),
    components: { schemas: describeModels(), securitySchemes: { [KEY]: KEY_SCHEME } },
  }
}

const TEXT_TYPE = 'text/plain'
const EVENTS = { 'text/event-stream': { schema: { type: 'string' } } }
const KEY = 'key'
const KEY_SCHEME = {
  type: 'http',
  scheme: 'bearer',
  description: 'A key that the user has made in Latchkey. It is for one account.',
}

/** `examples`: of the answers in plain text, by operation ID. */
function describePaths(examples: Readonly<Record<string, string>>): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, endpoint] of Object.entries<Endpoint>(ENDPOINTS)) {
    const { operation } = endpoint
    if (operation === undefined) continue
    const [method = '', path = ''] = name.split(' ')
    const description =
      operation.answer === 'text' && endpoint.isOpen
        ? describeText(operation, examples[operation.operationId] ?? '')
        : describeOperation(operation, operation.answer)
    paths[path] = { ...paths[path], [method.toLowerCase()]: description }
  }
  return paths
}

const FORBIDDEN = [
  'other-user',
  'web-page',
  'wrong-host',
  'not-allowed',
] as const satisfies readonly ProblemCode[]

function describeOperation(
  { operationId, summary, headers, takesKey, body, problems, alsoText }: Operation,
  answer: Operation['answer'],
): object {
  const common: readonly ProblemCode[] = body
    ? ['malformed', ...FORBIDDEN, 'too-large', 'unsupported-type']
    : ['malformed', ...FORBIDDEN]
  return {
    operationId,
    summary,
    ...(headers && { parameters: Object.entries(headers).map(describeHeader) }),
    // A call without a key is possible, too.
    ...(takesKey && { security: [{}, { [KEY]: [] }] }),
    ...(body && {
      requestBody: {
        required: body.required ?? false,
        content: { [body.type]: { schema: reference(body.model) } },
      },
    }),
    responses: {
      ...(answer === null
        ? { 204: { description: 'Done.' } }
        : { 200: describeAnswer(answer, alsoText) }),
      ...describeProblems([...common, ...problems]),
    },
  }
}

function describeAnswer(
  answer: NonNullable<Operation['answer']>,
  alsoText: true | undefined,
): object {
  const text = { [TEXT_TYPE]: { schema: { type: 'string' } } }
  if (answer === 'text') return { description: 'The text alone.', content: text }
  if (answer === 'events') return { description: 'Events.', content: EVENTS }
  return {
    description: answer === 'PKCE' ? 'The known parts of the sign-in.' : 'The answer.',
    content: { [JSON_TYPE]: { schema: reference(answer) }, ...(alsoText && text) },
  }
}

function describeHeader([name, description]: readonly [string, string]): object {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
}

/** Describes problems by their status. Codes with the same status share a response. */
function describeProblems(codes: readonly ProblemCode[]): Record<string, object> {
  const statuses = new Set(codes.map((code) => PROBLEMS[code].status))
  return Object.fromEntries(
    [...statuses].map((status) => {
      const sharing = codes.filter((code) => PROBLEMS[code].status === status)
      const answer = {
        description: sharing.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        content: { [PROBLEM_TYPE]: { schema: reference('Problem') } },
      }
      return [String(status), answer]
    }),
  )
}

/** The JSON schemas of the models that parse the requests. */
function describeModels(): object {
  const registry = z.registry<{ id: string }>()
  for (const [id, model] of Object.entries(MODELS)) registry.add(model, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  })
  for (const schema of Object.values(schemas)) {
    delete schema.$schema
    delete schema.$id
  }
  return schemas
}

function describeText({ operationId, summary }: Operation, example: string): object {
  return {
    operationId,
    summary,
    responses: {
      200: {
        description: example,
        content: { [TEXT_TYPE]: { schema: { type: 'string' }, example } },
      },
    },
  }
}

function reference(model: ModelName): object {
  return { $ref: `#/components/schemas/${model}` }
}
