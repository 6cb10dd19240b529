// The wire models of the API. The same schemas parse the requests and describe /openapi.json.

import * as z from 'zod'
import { PROMPTS } from '../oauth/authorization-url.js'
import { BODY_ERRORS } from './api-messages.js'

/** Clients send it on any model and in any shape. It is ignored. */
const schema = z.unknown().optional()

const shortText = z.string().min(1).max(2048)

/** Generated clients send this for an enum value that they do not know or leave out. */
const UNKNOWN = 'UNKNOWN'

const optionalWord = (...words: readonly string[]) =>
  z
    .enum([...words, UNKNOWN])
    .transform((word): string | undefined => (word === UNKNOWN ? undefined : word))
    .optional()

const SPACES = /\s+/
/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3} */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const scopes = z
  .union([z.array(z.string().max(256)).max(64), z.string().max(2048)], {
    error: ({ input }) => (input === undefined ? undefined : BODY_ERRORS.scopeType),
  })
  .transform((sent) => (typeof sent === 'string' ? sent.trim().split(SPACES) : sent))
  .transform((named) => named.filter((one) => one !== UNKNOWN))
  .refine((named) => named.every((one) => SCOPE_TOKEN.test(one)), {
    error: BODY_ERRORS.scopeItem,
  })

const scope = scopes.refine((named) => named.includes('openid'), { error: BODY_ERRORS.noOpenid })

const prompt = z
  .string()
  .max(256)
  .transform((text) => text.split(SPACES).filter((word) => word !== UNKNOWN))
  .refine((words) => words.every((word) => PROMPTS.includes(word)), {
    error: BODY_ERRORS.prompt(PROMPTS),
  })
  .refine((words) => words.length < 2 || !words.includes('none'), {
    error: BODY_ERRORS.promptNone,
  })
  .transform((words) => (words.length === 0 ? undefined : words.join(' ')))
  .optional()

const additionalParameters = z
  .record(z.string().max(64), z.string().max(512))
  .transform((parameters) =>
    Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== UNKNOWN)),
  )
  .optional()

/** @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.1} */
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
  .describe('If left out, the client that is configured in Latchkey.')

/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1} */
export const seededPkce = z.object({
  schema,
  response_type: z.literal('code'),
  state: z.string().min(8).max(512),
  nonce: z.string().min(1).max(512),
  code_challenge: z.string().regex(/^[\w-]{43}$/, { error: BODY_ERRORS.challenge }),
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
export type SentSeed = z.output<typeof seededPkce>
/** A seed with its client ID filled in. */
export type SeededPkce = SentSeed & { client_id: string }

/**
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2}
 */
export const responseForm = z.object({
  schema,
  code: z.string().optional(),
  state: z.string(),
  iss: z.string().optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
})

/** A year at most. */
const seconds = z.int().min(0).max(31_536_000)

/**
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6}
 */
export const tokenizedPkce = z.discriminatedUnion('grant_type', [
  z.object({
    schema,
    grant_type: z.literal('authorization_code'),
    client_id: clientId,
    code: shortText.max(8192),
    redirect_uri: shortText,
    code_verifier: z.string().regex(/^[\w.~-]{43,128}$/, {
      error: BODY_ERRORS.verifier,
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
    minimum_validity: seconds
      .optional()
      .describe(
        'In seconds. If given, the access token is renewed only if it expires sooner than that.',
      ),
  }),
])

const resultedPkce = z.object({ schema, code: z.string(), state: z.string() })

/** A seed as it was sent to the provider. */
const effectiveSeed = z.object({
  response_type: z.literal('code'),
  state: z.string(),
  nonce: z.string(),
  code_challenge: z.string(),
  code_challenge_method: z.literal('S256'),
  scope: z.array(z.string()),
  client_id: z.string(),
  redirect_uri: z.string().describe('The effective redirect URI. Send it with the code.'),
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
  expires_in: z.int().describe('Seconds from now. 300 if neither the provider nor the token says.'),
  scope: z.string(),
  refresh_token: z
    .string()
    .optional()
    .describe('Only if the user has turned on exposeRefreshToken.'),
  id_token: z.string(),
})

const filled = z.string().min(1)

/** All nine are required. Generated clients reject an empty one. */
const oauthAccount = z.object({
  client_id: filled,
  email: filled.describe('The username if the provider sends no address.'),
  connection: filled.describe("The subject's part before a `|`, else the provider's host."),
  username: filled.describe('The preferred username, else the address, else the subject.'),
  given_name: filled.describe('If unknown, the name or the username, as for the next members.'),
  family_name: filled,
  name: filled,
  picture: filled.describe('`about:blank` if the provider sends none.'),
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

/** The envelope of every answer: the known parts of one sign-in. */
export const pkce = z.object({
  challenge: challengedPkce.optional(),
  seed: effectiveSeed.optional(),
  result: resultedPkce.optional(),
  auth0: auth0.optional(),
})
export type Pkce = z.output<typeof pkce>

const timestamp = z.object({ value: z.iso.datetime() })

/** An account, as the official clients read it. */
export const userProfile = z.object({
  id: z.string().describe('Stable for each account, in the form of a UUID.'),
  name: z.string().optional(),
  email: z.string().optional().describe('The username if the provider sends no address.'),
  username: z.string().optional().describe('The preferred username, else the address or subject.'),
  picture: z.string().optional(),
  updated: timestamp.optional(),
  aesthetics: z
    .object({ theme: z.object({ dark: z.boolean() }), font: z.object({ size: z.int() }) })
    .describe('Always the same. The clients require it.'),
})
export type UserProfile = z.output<typeof userProfile>

const accountId = shortText
  .optional()
  .describe('The ID of an account. It counts before that in the header X-Latchkey-Account.')

export const sessionTokenRequest = z.object({
  schema,
  account: accountId,
  minimum_validity: seconds
    .optional()
    .describe(
      'In seconds; 60 if left out. The token is valid for at least this long, unless the provider ' +
        'gives none that is.',
    ),
  audience: shortText.optional().describe('The audience that is configured for the account.'),
  scope: scopes.optional().describe('Some of the scopes that were granted. All if left out.'),
  token_type: z
    .enum(['access_token', 'id_token'])
    .optional()
    .describe('An access token if left out.'),
})
export type SessionTokenRequest = z.output<typeof sessionTokenRequest>

export const sessionSignInRequest = z.object({
  schema,
  provider: shortText
    .optional()
    .describe('The name of a provider in the settings. If left out, the default account’s.'),
  account: accountId,
})

export const sessionSignOutRequest = z.object({ schema, account: accountId })

const sessionToken = z.object({
  access_token: z.string().optional(),
  id_token: z.string().optional(),
  token_type: z.enum(['Bearer', 'id_token']),
  expires_at: z.iso
    .datetime()
    .describe('Five minutes from when it came, if neither the provider nor the token says.'),
  expires_in: z.int().describe('Seconds from now.'),
  scope: z.string(),
  account: z.object({ id: z.string() }),
})
export type SessionToken = z.output<typeof sessionToken>

const sessionAccount = z.object({
  id: z.string().describe('Stays the same while the account is in the list.'),
  provider: z.string().describe('The name of the provider in the settings.'),
  sub: z.string(),
  name: z.string(),
  email: z.string().describe('Empty if the provider gives none.'),
})

const session = z.object({
  state: z.enum(['signed-in', 'offline', 'renewal-failing', 'needs-sign-in', 'signed-out']),
  account: sessionAccount.nullable(),
  issuer: z.string().nullable(),
  clientId: z.string().nullable(),
  scope: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable().describe('When the access token expires, if it is known.'),
  renewedAt: z.iso.datetime().nullable().describe('When the access token was issued.'),
  reason: z.string().nullable().describe('Why the session is not in order, for the user.'),
})
export type Session = z.output<typeof session>

const accountList = z.object({
  accounts: z.array(
    sessionAccount.extend({
      issuer: z.string(),
      clientId: z.string(),
      state: z.enum(['signed-in', 'offline', 'renewal-failing', 'needs-sign-in']),
      default: z.boolean().describe('True for the account of callers that name none.'),
    }),
  ),
})
export type AccountList = z.output<typeof accountList>

export const returnedUser = z.object({ user: userProfile.optional() })

export const users = z.object({ iterable: z.array(userProfile) })
export type Users = z.output<typeof users>

/** What an app sends to say which app it is. It proves nothing. */
export const connection = z.object({
  schema,
  application: z.object({
    schema,
    name: z.string().max(256),
    version: z.string().max(256),
    platform: z.string().max(256),
    privacy: optionalWord('OPEN', 'CLOSED', 'ANONYMOUS'),
  }),
})
export type SentApplication = z.output<typeof connection>['application']

/** The answer to {@link connection}. */
export const context = z.object({
  os: z.string(),
  application: z.object({
    id: z.string().describe('Stable for each name and platform, in the form of a UUID.'),
    name: z.string(),
    version: z.string(),
    platform: z.string(),
    onboarded: z.boolean(),
    privacy: z.string().describe('As sent; `CLOSED` if none was sent.'),
  }),
  health: z.object({ os: z.object({ id: z.string(), version: z.string() }) }),
  user: userProfile.optional(),
})
export type Context = z.output<typeof context>

/** A user to choose. Clients send more members, which are ignored. */
export const selectedUser = z.object({
  user_id: z.string().max(2048).optional().describe('The subject, or the ID of a UserProfile.'),
  email: z.string().max(2048).optional(),
})

/** Every code of an error of the API. */
export const PROBLEM_CODES = [
  'malformed',
  'refused',
  'unknown-code',
  'not-signed-in',
  'other-user',
  'web-page',
  'wrong-host',
  'access-denied',
  'not-allowed',
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
  'not-implemented',
  'upgrade-required',
  'unexpected',
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

/** @see {@link https://www.rfc-editor.org/rfc/rfc9457#section-3.1} */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
})

/** The models by their names in the API's reference and in its clients. */
export const MODELS = {
  ChallengedPKCE: challengedPkce,
  SeededPKCE: seededPkce,
  EffectiveSeededPKCE: effectiveSeed,
  CodeResponse: responseForm,
  TokenizedPKCE: tokenizedPkce,
  ResultedPKCE: resultedPkce,
  Auth0: auth0,
  PKCE: pkce,
  UserProfile: userProfile,
  Accounts: accountList,
  Session: session,
  SessionSignInRequest: sessionSignInRequest,
  SessionSignOutRequest: sessionSignOutRequest,
  SessionTokenRequest: sessionTokenRequest,
  SessionToken: sessionToken,
  ReturnedUserProfile: returnedUser,
  Users: users,
  SeededConnectorConnection: connection,
  Context: context,
  Auth0User: selectedUser,
  Problem: problem,
}
export type ModelName = keyof typeof MODELS
