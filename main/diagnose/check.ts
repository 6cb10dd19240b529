// What one check of a diagnosis has found.

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
  | 'browser'

export type Check = {
  name: CheckName
  verdict: Verdict
  /** What was found and what to do, in words for a person: the chief thing first. */
  says: readonly string[]
}

export function check(name: CheckName, verdict: Verdict, ...says: readonly string[]): Check {
  return { name, verdict, says }
}

/** The worst of several verdicts. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('problem')) return 'problem'
  return verdicts.includes('warning') ? 'warning' : 'ok'
}
