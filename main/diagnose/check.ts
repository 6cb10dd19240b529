// The result of one check of a diagnosis.

export type Verdict = 'ok' | 'warning' | 'problem'

export type CheckName =
  | 'settings'
  | 'data-directory'
  | 'running'
  | 'loopback-ipv4'
  | 'loopback-ipv6'
  | 'localhost'
  | 'service-port'
  | 'redirect-port'
  | 'proxy'
  | 'certificates'
  | 'provider'
  | 'endpoints'
  | 'scopes'
  | 'known-provider'
  | 'metadata'
  | 'token-answers'
  | 'clock'
  | 'storage'
  | 'accounts'
  | 'browser'

/** `diagnose --json` prints it, so its names are fixed. */
export type Check = {
  name: CheckName
  verdict: Verdict
  /** Messages for a person, the most important one first. */
  says: readonly string[]
  /** The names of the providers that it is about. Absent if there is only one, or if it is about all. */
  providers?: readonly string[]
}

export function createCheck(
  name: CheckName,
  verdict: Verdict,
  ...messages: readonly string[]
): Check {
  return { name, verdict, says: messages }
}

export function findWorst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('problem')) return 'problem'
  return verdicts.includes('warning') ? 'warning' : 'ok'
}
