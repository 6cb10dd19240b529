// What the environment may say that would have anybody on the way taken for the provider.

import type { Environment } from '../base/environment.js'

/** Why Latchkey doesn't start in this environment, in words for a person; null if it can. */
export function problemOfTls(env: Environment): string | null {
  // Node goes by this value alone.
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return null
  return (
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates, so that anyone on the way ' +
    'could take your sign-in. Unset NODE_TLS_REJECT_UNAUTHORIZED; a certificate authority of your ' +
    'own network goes into a file that NODE_EXTRA_CA_CERTS names.'
  )
}
