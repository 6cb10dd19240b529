// The kinds of providers that Latchkey may meet, with the expected result of each. To add another one, add
// an entry.

import { SignJWT } from 'jose'
import { startProvider } from '../provider/provider.js'
import { startBetterAuth } from './better-auth.js'
import { startMockServer } from './mock-server.js'
import type { OddProvider } from './odd-provider.js'
import { startSmallProvider, type Answer, type Parts } from './small-provider.js'
import { METADATA_MESSAGES } from '../../main/oauth/oauth-messages.js'

export type Shape = {
  name: string
  start(): Promise<OddProvider>
  /** If nobody can sign in: the step that fails, and the message. */
  refused?: { at: 'metadata' | 'callback'; words: string }
  signOut?: SignOut
}

/**
 * The effect of a sign-out at the provider. It revokes the tokens; or it can't, so they are only
 * deleted here; or it rejects the request, as announced. The user sees no message in any case.
 */
export type SignOut = 'revoked' | 'forgotten' | 'refused as announced'

const WITH_SECRET = {
  revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
}

const withIss = (answer: URLSearchParams, issuer: string): readonly URLSearchParams[] => [
  new URLSearchParams([...answer, ['iss', issuer]]),
]

export const SHAPES: readonly Shape[] = [
  { name: 'oidc-provider', start: startOidcProvider },
  { name: 'oauth2-mock-server', start: startMockServer },
  // It announces revocation only with a secret, but revokes for public clients too.
  { name: 'better-auth', start: startBetterAuth },
  small('an ordinary provider', {}),

  // Metadata
  small('metadata that moves to a final slash (Django OAuth Toolkit)', {
    metadataLocation: (path) => (path.endsWith('/') ? null : `${path}/`),
  }),
  {
    ...small('metadata that moves to another origin', {
      metadataLocation: () => 'http://127.0.0.1:9/.well-known/openid-configuration',
    }),
    refused: { at: 'metadata', words: 'with a redirect' },
  },
  {
    ...small('metadata that moves twice', { metadataLocation: (path) => `${path}/` }),
    refused: { at: 'metadata', words: 'with a redirect' },
  },
  ...[null, '', '/relative', 'http://login.example/x', false, ['x']].map((value) => ({
    ...small(`optional endpoints as ${JSON.stringify(value)}`, {
      metadata: changed({
        revocation_endpoint: value,
        end_session_endpoint: value,
        userinfo_endpoint: value,
      }),
    }),
    signOut: 'forgotten' as const,
  })),
  small('PKCE methods as text', {
    metadata: changed({ code_challenge_methods_supported: 'S256' }),
  }),
  small('PKCE methods as null', {
    metadata: changed({ code_challenge_methods_supported: null }),
  }),
  {
    ...small('PKCE with plain only', {
      metadata: changed({ code_challenge_methods_supported: ['plain'] }),
    }),
    refused: { at: 'metadata', words: METADATA_MESSAGES.noPkce },
  },
  {
    ...small('HS256 announced alone', {
      metadata: changed({ id_token_signing_alg_values_supported: ['HS256'] }),
    }),
    refused: { at: 'metadata', words: METADATA_MESSAGES.onlyHs256 },
  },
  {
    ...small('another issuer in the metadata', {
      metadata: changed({ issuer: 'https://login.example' }),
    }),
    refused: { at: 'metadata', words: 'another issuer' },
  },

  // The callback
  small('iss promised as text, and sent', {
    metadata: changed({ authorization_response_iss_parameter_supported: 'true' }),
    callback: withIss,
  }),
  small('iss not promised, and sent', { callback: withIss }),
  {
    ...small('iss promised as text, and not sent', {
      metadata: changed({ authorization_response_iss_parameter_supported: 'true' }),
    }),
    refused: { at: 'callback', words: 'did not say which provider it came from' },
  },
  small('an empty code without the promised iss comes first', {
    metadata: changed({ authorization_response_iss_parameter_supported: true }),
    callback: (answer, issuer) => [
      new URLSearchParams({ code: '', state: answer.get('state')! }),
      ...withIss(answer, issuer),
    ],
  }),

  // Keys
  small('a key set with entries that cannot be read', {
    keySet: (keys) => ({
      keys: [null, 'key', { kty: 7 }, { kty: 'RSA', kid: 'key-0' }, { kty: 'PQ' }, ...keys],
    }),
  }),
  small('two keys without a kid, and a token without one', {
    keys: 2,
    keySet: (keys) => ({ keys: keys.map((key) => ({ ...key, kid: undefined })) }),
    idToken: (header) => void delete header['kid'],
  }),
  small('three keys of one kid', {
    keys: 3,
    keySet: (keys) => ({ keys: keys.map((key) => ({ ...key, kid: 'key-2' })) }),
  }),
  small('keys without a kid, and a token with one', {
    keys: 2,
    keySet: (keys) => ({ keys: keys.map((key) => ({ ...key, kid: null })) }),
  }),
  {
    ...small('ID tokens signed with a client secret', {
      signIdToken: (header, claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ ...header, alg: 'HS256' })
          .sign(Buffer.from('the secret of a confidential client')),
    }),
    refused: { at: 'callback', words: 'signed with a client secret (HS256)' },
  },

  // Token answers
  small('expires_in as text', { tokens: answered({ expires_in: '3600' }) }),
  small('expires_in and scope as null', { tokens: answered({ expires_in: null, scope: null }) }),
  small('no expires_in, and an empty scope', {
    tokens: answered({ expires_in: undefined, scope: '' }),
  }),
  small('scope as a list', { tokens: answered({ scope: ['openid'] }) }),
  ...[null, '', undefined].map((idToken) =>
    small(`a renewal with ${idToken === undefined ? 'no' : JSON.stringify(idToken)} ID token`, {
      tokens: (json, grantType) => ({
        status: 200,
        json: grantType === 'refresh_token' ? { ...json, id_token: idToken } : json,
      }),
    }),
  ),

  // Revocation
  small('revocation announced with a secret only, and open to all (Keycloak)', {
    metadata: changed(WITH_SECRET),
  }),
  {
    ...small('revocation with a secret only (Spring Authorization Server)', {
      metadata: changed(WITH_SECRET),
      revocation: (): Answer => ({ status: 401, json: { error: 'invalid_client' } }),
    }),
    signOut: 'refused as announced',
  },
]

function small(name: string, parts: Parts): Shape {
  return { name, start: () => startSmallProvider(parts) }
}

/** Changes some members of the metadata. */
function changed(
  changes: Readonly<Record<string, unknown>>,
): (json: Record<string, unknown>) => unknown {
  return (json) => ({ ...json, ...changes })
}

/** Changes some members of successful token answers. */
function answered(changes: Readonly<Record<string, unknown>>): NonNullable<Parts['tokens']> {
  return (json) => ({ status: 200, json: { ...json, ...changes } })
}

async function startOidcProvider(): Promise<OddProvider> {
  const provider = await startProvider({ signingAlg: 'ES256' })
  return {
    ...provider,
    async signIn(page, link) {
      await page.goto(link)
      await page.getByRole('button', { name: 'Sign in as Alice Adams' }).click()
    },
  }
}
