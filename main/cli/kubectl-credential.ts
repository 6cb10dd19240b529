// Answers kubectl's requests for credentials: an ID token in an ExecCredential.

import { isObject } from '../base/schema.js'
import { CliError } from './cli-error.js'
import { CREDENTIAL_MESSAGES } from './cli-messages.js'

export type KubectlCredentialDeps = {
  getIdToken(): Promise<{ idToken: string; expiresAtMs: number }>
}

const GROUP = 'client.authentication.k8s.io'
const VERSIONS: readonly unknown[] = [`${GROUP}/v1`, `${GROUP}/v1beta1`]
const KIND = 'ExecCredential'

/**
 * Answers one request. `execInfo`: the variable KUBERNETES_EXEC_INFO, whose version the answer has. Without
 * the variable, the answer is of version 1. Returns one line of JSON. kubectl asks again after the token's
 * own expiry.
 *
 * @see {@link https://kubernetes.io/docs/reference/config-api/client-authentication.v1/}
 */
export async function answerKubectlCredential(
  execInfo: string | undefined,
  { getIdToken }: KubectlCredentialDeps,
): Promise<string> {
  const apiVersion = readVersion(execInfo)
  const { idToken, expiresAtMs } = await getIdToken()
  const expiry = new Date(Math.floor(expiresAtMs / 1000) * 1000).toISOString()
  const expirationTimestamp = expiry.replace('.000Z', 'Z')
  const status = { expirationTimestamp, token: idToken }
  return `${JSON.stringify({ apiVersion, kind: KIND, status })}\n`
}

function readVersion(execInfo: string | undefined): unknown {
  if (!execInfo) return VERSIONS[0]
  const info = parse(execInfo)
  const { apiVersion, kind } = isObject(info) ? info : {}
  if (kind !== KIND || !VERSIONS.includes(apiVersion)) {
    throw new CliError('badUsage', CREDENTIAL_MESSAGES.badExecInfo)
  }
  return apiVersion
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
