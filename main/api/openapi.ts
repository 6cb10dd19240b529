// Describes the API as an OpenAPI document, from the models that parse its requests.

import { z } from 'zod'
import { FORM_POST_PATH } from './guard.js'
import { MODELS, type ProblemCode } from './models.js'
import { PROBLEMS, PROBLEM_TYPE } from './problem.js'

type Model = keyof typeof MODELS

/** Builds the OpenAPI document. @see {@link https://spec.openapis.org/oas/v3.1.1} */
export function describeApi(version: string, url: string): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Latchkey PKCE API',
      version,
      description:
        'Signs a user in through Latchkey, for programs on the same computer. Errors are problem ' +
        'details (RFC 9457) with a `code` from a closed list.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    paths: {
      ...Object.fromEntries(
        Object.entries(OPERATIONS).map(([path, { method, ...operation }]) => [
          path,
          { [method]: describeOperation(operation) },
        ]),
      ),
      '/.well-known/health': { get: describeText('health', 'Whether the service runs.', 'ok') },
      '/.well-known/version': { get: describeText('version', 'The version of Latchkey.', version) },
    },
    components: { schemas: describeModels() },
  }
}

type Operation = {
  operationId: string
  summary: string
  body?: { type: string; model: Model; required?: boolean }
  /** Null: 204 without a body. */
  answer: Model | null
  /** The problems of this endpoint, beside those that every endpoint has. */
  problems: readonly ProblemCode[]
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** The problems of a sign-in that ends without a user. */
const SIGN_IN_PROBLEMS = [
  'refused',
  'access-denied',
  'timeout',
  'cancelled',
  'provider-failed',
  'unavailable',
] as const satisfies readonly ProblemCode[]

const OPERATIONS: Readonly<Record<string, Operation & { method: 'get' | 'post' }>> = {
  '/pkce/challenge': {
    method: 'get',
    operationId: 'getChallenge',
    summary: 'Make a verifier and its challenge. Nothing is stored.',
    answer: 'PKCE',
    problems: [],
  },
  '/pkce/code': {
    method: 'post',
    operationId: 'generateCode',
    summary:
      'Open the provider in the browser and wait for the code, for up to 290 seconds: give this ' +
      'call a timeout of 300 seconds. Without a body Latchkey makes the challenge and holds the ' +
      'verifier. If the caller hangs up, no one is signed in; the same program may send the same ' +
      'seed again to continue waiting.',
    body: { type: JSON_TYPE, model: 'SeededPKCE' },
    answer: 'PKCE',
    problems: [...SIGN_IN_PROBLEMS, 'in-use', 'too-many'],
  },
  '/pkce/token': {
    method: 'post',
    operationId: 'generateToken',
    summary:
      'Exchange a code, or renew the session. Without a body: the latest code whose verifier ' +
      'Latchkey holds.',
    body: { type: JSON_TYPE, model: 'TokenizedPKCE' },
    answer: 'PKCE',
    problems: [...SIGN_IN_PROBLEMS, 'unknown-code', 'spent'],
  },
  [FORM_POST_PATH]: {
    method: 'post',
    operationId: 'respondWithCode',
    summary: 'Deliver a response to the sign-in that waits for its state.',
    body: { type: FORM_TYPE, model: 'CodeResponse', required: true },
    answer: 'PKCE',
    problems: ['refused'],
  },
  '/pkce/clear': {
    method: 'post',
    operationId: 'clearPKCE',
    summary: 'Cancel the sign-ins that apps have started. The session is not affected.',
    answer: null,
    problems: [],
  },
}

const FORBIDDEN = ['other-user', 'web-page', 'wrong-host'] as const satisfies readonly ProblemCode[]

function describeOperation({ operationId, summary, body, answer, problems }: Operation): object {
  const common: readonly ProblemCode[] = body
    ? ['malformed', ...FORBIDDEN, 'too-large', 'unsupported-type']
    : ['malformed', ...FORBIDDEN]
  return {
    operationId,
    summary,
    ...(body && {
      requestBody: {
        required: body.required ?? false,
        content: { [body.type]: { schema: reference(body.model) } },
      },
    }),
    responses: {
      ...(answer === null
        ? { 204: { description: 'Done.' } }
        : {
            200: {
              description: 'The known parts of the sign-in.',
              content: { [JSON_TYPE]: { schema: reference(answer) } },
            },
          }),
      ...describeProblems([...common, ...problems]),
    },
  }
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

function describeText(operationId: string, summary: string, example: string): object {
  return {
    operationId,
    summary,
    responses: {
      200: {
        description: example,
        content: { 'text/plain': { schema: { type: 'string' }, example } },
      },
    },
  }
}

function reference(model: Model): object {
  return { $ref: `#/components/schemas/${model}` }
}
