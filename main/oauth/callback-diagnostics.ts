// What reached the callback listener but was not an answer, for the message if a sign-in times out.

/**
 * The kinds, without any of the content. A later kind explains better why there is no answer, so it
 * replaces an earlier one.
 */
const DIAGNOSTICS = [
  'nothing',
  /** A connection without a readable request. */
  'connection',
  /** An answer at another path, for example if another redirect URI is registered. */
  'other-path',
  /** An answer to another sign-in, for example from an old tab. */
  'other-state',
  /** An answer that names no sign-in. Some providers send this when they deny the request itself. */
  'without-state',
  /** A callback with neither code nor error. */
  'empty-callback',
  /** An answer from a program of another user. */
  'other-user',
  /** A request with too large a head, for example with the cookies of many programs on 127.0.0.1. */
  'large-head',
  /** TLS on the plain HTTP port, for example from a browser in HTTPS-only mode. */
  'tls-hello',
] as const

export type CallbackDiagnostic = (typeof DIAGNOSTICS)[number]

/** True if `diagnostic` explains at least as much as `other`. */
export function isAtLeast(diagnostic: CallbackDiagnostic, other: CallbackDiagnostic): boolean {
  return DIAGNOSTICS.indexOf(diagnostic) >= DIAGNOSTICS.indexOf(other)
}
