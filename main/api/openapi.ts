// The description of the API, made from the models that parse its requests.

import { z } from 'zod'
import { FORM_POST_PATH } from './guard.js'
import { MODELS, type ProblemCode } from './models.js'
import { PROBLEMS } from './problem.js'

type Model = keyof typeof MODELS

/** Builds the OpenAPI 3.1 document. @see https://spec.openapis.org/oas/v3.1.1 */
export function describeApi(version: string, url: string): object {
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
  return {
    openapi: '3.1.1',
    info: {
      title: 'Latchkey PKCE API',
      version,
      description:
        'Sign a person in through Latchkey, on this computer, for programs on this computer. Errors ' +
        'are problem details (RFC 9457) with a `code` from a closed list.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    paths: {
      '/pkce/challenge': {
        get: operation('getChallenge', 'Make a verifier and its challenge; nothing is kept.', {
          answer: 'PKCE',
          problems: [],
        }),
      },
      '/pkce/code': {
        post: operation(
          'generateCode',
          'Send the person to the provider and wait for the code, for up to 290 seconds: give this ' +
            'call a timeout of 300 seconds. Without a body Latchkey makes the challenge and keeps the ' +
            'verifier. If the caller hangs up, nobody is signed in; the same program may send the ' +
            'same seed again to go on waiting.',
          {
            body: { type: 'application/json', model: 'SeededPKCE' },
            answer: 'PKCE',
            problems: [
              'refused',
              'access-denied',
              'timeout',
              'in-use',
              'cancelled',
              'too-many',
              'provider-failed',
              'unavailable',
            ],
          },
        ),
      },
      '/pkce/token': {
        post: operation(
          'generateToken',
          'Exchange a code, or renew the session. Without a body: the latest code whose verifier ' +
            'Latchkey keeps.',
          {
            body: { type: 'application/json', model: 'TokenizedPKCE' },
            answer: 'PKCE',
            problems: [
              'refused',
              'unknown-code',
              'access-denied',
              'timeout',
              'spent',
              'cancelled',
              'provider-failed',
              'unavailable',
            ],
          },
        ),
      },
      [FORM_POST_PATH]: {
        post: operation(
          'respondWithCode',
          'Deliver an answer to the flow that waits for its state.',
          {
            body: {
              type: 'application/x-www-form-urlencoded',
              model: 'CodeResponse',
              required: true,
            },
            answer: 'PKCE',
            problems: ['refused'],
          },
        ),
      },
      '/pkce/clear': {
        post: {
          operationId: 'clearPKCE',
          summary: 'End the flows that apps have begun. Signs nobody out.',
          responses: {
            204: { description: 'Done.' },
            ...problemResponses(['malformed', ...FORBIDDEN]),
          },
        },
      },
      '/.well-known/health': {
        get: text('health', 'Whether the service is there.', 'ok'),
      },
      '/.well-known/version': {
        get: text('version', 'The version of Latchkey.', version),
      },
    },
    components: { schemas },
  }
}

/** Who may not call. */
const FORBIDDEN = ['other-user', 'web-page', 'wrong-host'] as const satisfies readonly ProblemCode[]

type Operation = {
  body?: { type: string; model: Model; required?: boolean }
  answer: Model
  problems: readonly ProblemCode[]
}

function operation(operationId: string, summary: string, { body, answer, problems }: Operation) {
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
      200: {
        description: 'The known parts of the flow.',
        content: { 'application/json': { schema: reference(answer) } },
      },
      ...problemResponses([...common, ...problems]),
    },
  }
}

/** Codes that share a status share its answer. */
function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const statuses = new Set(codes.map((code) => PROBLEMS[code].status))
  return Object.fromEntries(
    [...statuses].map((status) => {
      const sharing = codes.filter((code) => PROBLEMS[code].status === status)
      const answer = {
        description: sharing.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      }
      return [String(status), answer]
    }),
  )
}

function text(operationId: string, summary: string, example: string): object {
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
