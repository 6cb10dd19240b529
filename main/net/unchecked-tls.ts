// Checks the environment for a variable that turns off the verification of certificates.

import type { Environment } from '../base/environment.js'

/** Explains why Latchkey doesn't start in this environment, for a person. Null if it can. */
export function problemOfTls(env: Environment): string | null {
  // Node checks for exactly this value.
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return null
  return (
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates, so that anyone on the way ' +
    'could take your sign-in. Unset NODE_TLS_REJECT_UNAUTHORIZED; a certificate authority of your ' +
    'own network goes into a file that NODE_EXTRA_CA_CERTS names.'
  )
}
