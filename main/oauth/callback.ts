// What a browser brought back: whose it is, and whether it may be believed.

import { AuthError, quoteProvider } from '../base/errors.js'
import { isAboutScope } from './scopes.js'

/** What a flow waits for. */
export type ExpectedCallback = {
  state: string
  /** Masked where the provider quotes it, as the state is. */
  nonce?: string
  issuer: string
  /** True where the provider promises `iss`, so that one without it is refused. */
  issParameterSupported: boolean
  /** True where the provider was asked to answer by a form post. */
  byFormPost?: boolean
}

export type CallbackResult =
  /** The provider's answer: this flow goes on, or ends. */
  | { kind: 'code'; code: string }
  | {
      kind: 'refused'
      error: AuthError
      /** True where it says that the scopes which were asked for are not allowed. */
      aboutScope: boolean
    }
  /** Not an answer that any flow may take: it is turned away and the wait goes on. */
  | { kind: 'ignored' }

/**
 * Names the flow that a callback belongs to: its one `state`; null for none, or for several.
 *
 * @see RFC 6749 section 10.12
 */
export function stateOf(parameters: URLSearchParams): string | null {
  return single(parameters, 'state')
}

/**
 * True for what a provider answers with: a code or an error. Anything else may be a browser that
 * came by, and ends nothing, whatever it carries.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2}
 */
export function isAnswer(parameters: URLSearchParams): boolean {
  return ['code', 'error'].some((name) => parameters.getAll(name).some(isFilled))
}

/**
 * Checks a callback against the flow that its state named, in this order: whether it is an answer,
 * whose, `iss`, then error and code. Nothing that lacks the flow's state can end the flow.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7} (state)
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4} (iss)
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2}
 */
export function validateCallback(
  parameters: URLSearchParams,
  expected: ExpectedCallback,
): CallbackResult {
  // 1. It is an answer, and no parameter comes twice (RFC 6749 section 3.1).
  if (!isAnswer(parameters)) return { kind: 'ignored' }
  for (const name of ['iss', 'error', 'code']) {
    if (parameters.getAll(name).length > 1) return { kind: 'ignored' }
  }

  // 2. The state is the flow's own, and there is just one.
  if (stateOf(parameters) !== expected.state) return { kind: 'ignored' }

  // 3. The answer is from the provider that was asked.
  const iss = parameters.get('iss')
  if (iss === null ? expected.issParameterSupported : iss !== expected.issuer) {
    return {
      kind: 'refused',
      aboutScope: false,
      error: new AuthError(
        'issuer-mismatch',
        iss === null
          ? 'The answer did not say which provider it came from, though yours promises to. ' +
              'Latchkey did not use it. Try again.'
          : 'The answer came from another provider than the one you were sent to. ' +
              'Latchkey did not use it. Try again.',
      ),
    }
  }

  // 4. The provider, or the person, said no.
  const error = parameters.get('error')
  if (error !== null && isFilled(error)) {
    const description = parameters.get('error_description') ?? undefined
    const secrets = [expected.state, expected.nonce ?? '', parameters.get('code') ?? '']
    const aboutScope = isAboutScope(error, description)
    const advice = aboutScope ? ' Choose what is asked for with --scope.' : ''
    return {
      kind: 'refused',
      aboutScope,
      error:
        error === 'access_denied'
          ? new AuthError(
              'access-denied',
              `The sign-in was refused at the provider: ${quoteProvider(error, description, secrets)}.`,
            )
          : new AuthError(
              'authorization-error',
              `The provider could not sign you in: ${quoteProvider(error, description, secrets)}.` +
                advice,
            ),
    }
  }

  // 5. There is a code, for it is an answer and no error.
  return { kind: 'code', code: parameters.get('code')! }
}

function isFilled(value: string): boolean {
  return value.trim() !== ''
}

function single(parameters: URLSearchParams, name: string): string | null {
  const values = parameters.getAll(name)
  return values.length === 1 ? values[0]! : null
}
