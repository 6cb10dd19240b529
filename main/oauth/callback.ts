// Checks what a browser brought back: to which sign-in it belongs, and whether it is genuine.

import { AuthError, quoteProvider } from '../base/errors.js'
import { CALLBACK_MESSAGES } from './oauth-messages.js'
import { isAboutScope } from './scopes.js'

/** What a sign-in waits for. */
export type ExpectedCallback = {
  state: string
  /** Masked if the provider quotes it, as is the state. */
  nonce?: string
  issuer: string
  /** True if the provider promises `iss`. An answer without it is then rejected. */
  issParameterSupported: boolean
  /** True if the provider was asked to answer by a form post. */
  byFormPost?: boolean
}

export type CallbackResult =
  /** The provider's answer: this sign-in goes on, or ends. */
  | { kind: 'code'; code: string }
  | {
      kind: 'failed'
      error: AuthError
      /** True if it says that the requested scopes are not allowed. */
      aboutScope: boolean
    }
  /** Not an answer to this sign-in. It gets an error page, and the wait goes on. */
  | { kind: 'ignored' }

/**
 * Reads the one `state`, which names the sign-in; null if there is none, or more than one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.12}
 */
export function readState(parameters: URLSearchParams): string | null {
  return single(parameters, 'state')
}

/**
 * True if a provider could have sent this: it has a code or an error. Nothing else can end a
 * sign-in.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2}
 */
export function isAnswer(parameters: URLSearchParams): boolean {
  return ['code', 'error'].some((name) => parameters.getAll(name).some(isFilled))
}

/**
 * Checks a callback against the sign-in that its state names, in this order: is it an answer, to
 * which sign-in, from which issuer, then error and code. Without its state, nothing can end a sign-in.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7} (state)
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4} (iss)
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2}
 */
export function validateCallback(
  parameters: URLSearchParams,
  expected: ExpectedCallback,
): CallbackResult {
  // 1. It is an answer, and no parameter is repeated.
  // https://www.rfc-editor.org/rfc/rfc6749#section-3.1
  if (!isAnswer(parameters)) return { kind: 'ignored' }
  for (const name of ['iss', 'error', 'code']) {
    if (parameters.getAll(name).length > 1) return { kind: 'ignored' }
  }

  // 2. There is exactly one state, and it is the sign-in's own.
  if (readState(parameters) !== expected.state) return { kind: 'ignored' }

  // 3. The answer comes from the provider that was asked.
  const wrongIssuer = checkIssuer(parameters, expected)
  if (wrongIssuer) return { kind: 'failed', aboutScope: false, error: wrongIssuer }

  // 4. The provider or the user said no.
  const error = parameters.get('error')
  if (error !== null && isFilled(error)) return readDenial(parameters, expected, error)

  // 5. It is an answer and not an error, so there is a code.
  return { kind: 'code', code: parameters.get('code')! }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4} */
function checkIssuer(parameters: URLSearchParams, expected: ExpectedCallback): AuthError | null {
  const iss = parameters.get('iss')
  if (iss === null ? expected.issParameterSupported : iss !== expected.issuer) {
    const message = iss === null ? CALLBACK_MESSAGES.noIssuer : CALLBACK_MESSAGES.otherIssuer
    return new AuthError('issuer-mismatch', message)
  }
  return null
}

function readDenial(
  parameters: URLSearchParams,
  expected: ExpectedCallback,
  error: string,
): Extract<CallbackResult, { kind: 'failed' }> {
  const description = parameters.get('error_description') ?? undefined
  const secrets = [expected.state, expected.nonce ?? '', parameters.get('code') ?? '']
  const quote = quoteProvider(error, description, secrets)
  const aboutScope = isAboutScope(error, description)
  return {
    kind: 'failed',
    aboutScope,
    error:
      error === 'access_denied'
        ? new AuthError('access-denied', CALLBACK_MESSAGES.denied(quote))
        : new AuthError('authorization-error', CALLBACK_MESSAGES.failed(quote, aboutScope)),
  }
}

function isFilled(value: string): boolean {
  return value.trim() !== ''
}

function single(parameters: URLSearchParams, name: string): string | null {
  const values = parameters.getAll(name)
  return values.length === 1 ? values[0]! : null
}
