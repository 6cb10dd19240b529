// Checks the environment for a variable that turns off the verification of certificates.

import type { Environment } from '../base/environment.js'
import { CERTIFICATE_MESSAGES } from './net-messages.js'

/** Explains why Latchkey doesn't start in this environment, for a person. Null if it can. */
export function problemOfTls(env: Environment): string | null {
  // Node checks for exactly this value.
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return null
  return CERTIFICATE_MESSAGES.unchecked
}
