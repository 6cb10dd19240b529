// The wire models of the PKCE API: parsed from unknown here, and described in /openapi.json by the
// same schemas.

import { z } from 'zod'
import { PROMPTS } from '../oauth/authorization-url.js'

/** Sent on any model, in any shape; it never decides anything. */
const schema = z.unknown().optional()

const shortText = z.string().min(1).max(2048)

/** What generated clients send for a value of a list that they do not know, or leave out. */
const UNKNOWN = 'UNKNOWN'

const optionalWord = (...words: readonly string[]) =>
  z
    .enum([...words, UNKNOWN])
    .transform((word): string | undefined => (word === UNKNOWN ? undefined : word))
    .optional()

const SPACES = /\s+/
/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3} */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const scope = z
  .union([z.array(z.string().max(256)).max(64), z.string().max(2048)], {
    error: ({ input }) =>
      input === undefined ? undefined : 'must be a list of scopes, or text with spaces between',
  })
  .transform((scopes) => (typeof scopes === 'string' ? scopes.trim().split(SPACES) : scopes))
  .transform((scopes) => scopes.filter((one) => one !== UNKNOWN))
  .refine((scopes) => scopes.every((one) => SCOPE_TOKEN.test(one)), {
    error: 'must have one scope in each place, without spaces or quotes',
  })
  .refine((scopes) => scopes.includes('openid'), { error: 'must include openid' })

const prompt = z
  .string()
  .max(256)
  .transform((text) => text.split(SPACES).filter((word) => word !== UNKNOWN))
  .refine((words) => words.every((word) => PROMPTS.includes(word)), {
    error: `must be ${PROMPTS.join(' or ')}, or several with spaces between`,
  })
  .refine((words) => words.length < 2 || !words.includes('none'), {
    error: 'must have none alone',
  })
  .transform((words) => (words.length === 0 ? undefined : words.join(' ')))
  .optional()

const additionalParameters = z
  .record(z.string().max(64), z.string().max(512))
  .transform((parameters) =>
    Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== UNKNOWN)),
  )
  .optional()

/** @see RFC 7636 sections 4.1 and 4.2 */
export const challengedPkce = z.object({
  schema,
  state: z.string(),
  nonce: z.string().describe('The same value as `state`.'),
  challenge: z.string(),
  method: z.literal('S256'),
  verifier: z.string(),
})

const clientId = shortText
  .optional()
  .describe('Where it is left out, the one that Latchkey is configured for.')

/** @see RFC 6749 section 4.1.1 */
export const seededPkce = z.object({
  schema,
  response_type: z.literal('code'),
  state: z.string().min(8).max(512),
  nonce: z.string().min(1).max(512),
  code_challenge: z
    .string()
    .regex(/^[\w-]{43}$/, { error: 'must be the SHA-256 of the verifier, in base64url' }),
  code_challenge_method: z.literal('S256'),
  scope,
  client_id: clientId,
  redirect_uri: shortText.optional(),
  domain: shortText.optional(),
  audience: shortText.optional(),
  screen_hint: optionalWord('signup'),
  prompt,
  organization: shortText.optional(),
  invitation: shortText.optional(),
  ADDITIONAL_PARAMETERS: additionalParameters,
  response_mode: optionalWord('query', 'form_post'),
})
/** A seed whose client is known. */
export type SeededPkce = z.output<typeof seededPkce> & { client_id: string }

/** @see RFC 6749 section 4.1.2, RFC 9207 section 2 */
export const responseForm = z.object({
  schema,
  code: z.string().optional(),
  state: z.string(),
  iss: z.string().optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
})

/** @see RFC 6749 sections 4.1.3 and 6 */
export const tokenizedPkce = z.discriminatedUnion('grant_type', [
  z.object({
    schema,
    grant_type: z.literal('authorization_code'),
    client_id: clientId,
    code: shortText.max(8192),
    redirect_uri: shortText,
    code_verifier: z.string().regex(/^[\w.~-]{43,128}$/, {
      error: 'must be 43 to 128 of the characters A-Z a-z 0-9 - . _ ~',
    }),
    audience: shortText.optional(),
  }),
  z.object({
    schema,
    grant_type: z.literal('refresh_token'),
    client_id: clientId,
    code: z.string().optional(),
    redirect_uri: z.string().optional(),
    code_verifier: z.string().optional(),
    audience: shortText.optional(),
    minimum_validity: z
      .int()
      .min(0)
      .max(31_536_000)
      .optional()
      .describe(
        'Seconds. Where given, the access token is renewed only if it has less of its life left.',
      ),
  }),
])
export type TokenizedPkce = z.output<typeof tokenizedPkce>

const resultedPkce = z.object({ schema, code: z.string(), state: z.string() })

/** A seed as it went to the provider. */
const effectiveSeed = z.object({
  response_type: z.literal('code'),
  state: z.string(),
  nonce: z.string(),
  code_challenge: z.string(),
  code_challenge_method: z.literal('S256'),
  scope: z.array(z.string()),
  client_id: z.string(),
  redirect_uri: z.string().describe('The effective one: send it with the code.'),
  domain: z.string().optional(),
  audience: z.string().optional(),
  screen_hint: z.string().optional(),
  prompt: z.string().optional(),
  organization: z.string().optional(),
  invitation: z.string().optional(),
  ADDITIONAL_PARAMETERS: z.record(z.string(), z.string()).optional(),
  response_mode: z.string().optional(),
})

const oauthToken = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z
    .int()
    .describe('Seconds from now; 300 are assumed where neither the provider nor the token says.'),
  scope: z.string(),
  refresh_token: z.string().optional().describe('Only where its owner turned that on.'),
  id_token: z.string(),
})

const filled = z.string().min(1)

/** All nine are required, and generated clients refuse an empty one. */
const oauthAccount = z.object({
  client_id: filled,
  email: filled.describe('The username where the provider gives no address.'),
  connection: filled.describe("What stands before a `|` in the subject, else the provider's host."),
  username: filled.describe('The preferred username, else the address, else the subject.'),
  given_name: filled.describe('Like the next two, the name or the username where it is not known.'),
  family_name: filled,
  name: filled,
  picture: filled.describe('`about:blank` where the provider gives none.'),
  nickname: filled,
})

const auth0User = z.object({
  user_id: z.string(),
  name: z.string().optional(),
  picture: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  family_name: z.string().optional(),
  given_name: z.string().optional(),
  nickname: z.string().optional(),
  username: z.string().optional(),
  locale: z.string().optional(),
  updated_at: z.iso.datetime().optional(),
})

export const auth0 = z.object({
  domain: z.string().describe("The provider's host."),
  client: z.string(),
  audience: z.string(),
  redirects: z.object({
    authenticated: z.string().optional(),
    unauthenticated: z.string().optional(),
  }),
  oAuth: z.object({ token: oauthToken, account: oauthAccount }),
  user: auth0User,
})
export type Auth0 = z.output<typeof auth0>

/** The envelope of every answer: it holds the known parts of one flow. */
export const pkce = z.object({
  challenge: challengedPkce.optional(),
  seed: effectiveSeed.optional(),
  result: resultedPkce.optional(),
  auth0: auth0.optional(),
})
export type Pkce = z.output<typeof pkce>

/** Every code that an error of the API can have. */
export const PROBLEM_CODES = [
  'malformed',
  'refused',
  'unknown-code',
  'not-signed-in',
  'other-user',
  'web-page',
  'wrong-host',
  'access-denied',
  'not-found',
  'method-not-allowed',
  'timeout',
  'in-use',
  'spent',
  'cancelled',
  'too-large',
  'unsupported-type',
  'too-many',
  'provider-failed',
  'unavailable',
  'unexpected',
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

/** @see RFC 9457 section 3.1 */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
})

/** The models by the names that the API's reference and its clients know them by. */
export const MODELS = {
  ChallengedPKCE: challengedPkce,
  SeededPKCE: seededPkce,
  EffectiveSeededPKCE: effectiveSeed,
  CodeResponse: responseForm,
  TokenizedPKCE: tokenizedPkce,
  ResultedPKCE: resultedPkce,
  Auth0: auth0,
  PKCE: pkce,
  Problem: problem,
}
