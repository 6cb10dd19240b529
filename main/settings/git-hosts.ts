// The setting `gitHosts`: which account's tokens git gets for which https host.

import { recordOf } from '../base/schema.js'

/** The ID of an account or the name of its provider, by `[USERNAME@]HOST[:PORT]`. */
export type GitHosts = Readonly<Record<string, string>>

export type GitAccount = {
  /** The ID of the account or the name of its provider. */
  account: string
  /** Null if neither the setting nor git names one. */
  username: string | null
}

type GitHost = { host: string; port: string; username: string | null }

const GIT_HOST =
  /^(?:(?<username>[^\s:/]+)@)?(?<host>[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[a-f\d:.]+\])(?::(?<port>[1-9]\d{0,4}))?$/i
const HTTPS_PORT = '443'
const ACCOUNT = /^[\p{L}\p{M}\p{N}._-]{1,40}$/u

/** Two entries must differ in more than upper and lower case, and more than https's own port. */
export const gitHosts = recordOf(
  (name) => parseGitHost(name) !== null,
  (account) => ACCOUNT.test(account),
).refine((hosts) => {
  const parsed = Object.keys(hosts).map((name) => JSON.stringify(parseGitHost(name)))
  return new Set(parsed).size === parsed.length
})

/**
 * Finds the account for an https host as git names it (`git.example.com:8443`). An entry with git's
 * username counts before one without a username. Null if no entry has exactly this host and port, or if
 * all of these entries are for other usernames.
 */
export function findGitAccount(
  hosts: GitHosts,
  asked: { host: string; username: string | null },
): GitAccount | null {
  const wanted = parseGitHost(asked.host)
  if (wanted === null || wanted.username !== null) return null
  const entries = Object.entries(hosts).flatMap(([name, account]) => {
    const parsed = parseGitHost(name)
    const isHost = parsed?.host === wanted.host && parsed.port === wanted.port
    return isHost ? [{ account, username: parsed.username }] : []
  })
  const found =
    entries.find(({ username }) => username === asked.username) ??
    entries.find(({ username }) => username === null || asked.username === null)
  return found === undefined ? null : { ...found, username: asked.username ?? found.username }
}

/** Null if the text is not `[USERNAME@]HOST[:PORT]`. */
function parseGitHost(text: string): GitHost | null {
  const groups = GIT_HOST.exec(text)?.groups
  if (groups === undefined) return null
  const { host = '', port = HTTPS_PORT, username = null } = groups
  return { host: host.toLowerCase(), port, username }
}
