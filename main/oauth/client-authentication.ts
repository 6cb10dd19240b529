// Client authentication, for providers that require a client secret.

import type { Secret } from '../base/secret.js'
import type { HttpRequest } from '../net/http.js'

/**
 * A public client, or one with a secret that everyone can read.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-8.5}
 */
export type Client = { clientId: string; clientSecret: Secret | null }

/** The methods that the provider announces; null if it announces none. */
export type AuthMethods = readonly string[] | null

/**
 * Adds the client to a form. A public client names itself; a secret goes into the Authorization
 * header, unless the provider announces methods that include the body but not that header.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2} (what is announced, and its default)
 */
export function authenticated(
  { clientId, clientSecret }: Client,
  methods: AuthMethods,
  form: Readonly<Record<string, string>>,
): Pick<HttpRequest, 'form' | 'basic'> {
  if (clientSecret === null) return { form: { ...form, client_id: clientId } }
  const secret = clientSecret.reveal()
  const isByBody =
    methods !== null &&
    methods.includes('client_secret_post') &&
    !methods.includes('client_secret_basic')
  if (isByBody) return { form: { ...form, client_id: clientId, client_secret: secret } }
  return { form, basic: basicCredentials(clientId, secret) }
}

/** Everything in a provider's quote that could reveal the client secret. */
export function listSecrets({ clientId, clientSecret }: Client): readonly string[] {
  if (clientSecret === null) return []
  const secret = clientSecret.reveal()
  return [secret, basicCredentials(clientId, secret)]
}

function basicCredentials(clientId: string, secret: string): string {
  return Buffer.from(`${formEncoded(clientId)}:${formEncoded(secret)}`).toString('base64')
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-B} */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice('='.length)
}
