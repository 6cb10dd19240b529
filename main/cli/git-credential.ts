// Answers git's requests for credentials: an access token in place of a password.

import { findGitAccount, type GitHosts } from '../settings/git-hosts.js'
import { CliError } from './cli-error.js'
import { CREDENTIAL_MESSAGES } from './cli-messages.js'

export type GitCredentialDeps = {
  gitHosts: GitHosts
  /** `account`: the ID of an account, or the name of its provider. `expiresAtMs`: null if not known. */
  getToken(account: string): Promise<{ accessToken: string; expiresAtMs: number | null }>
}

/** Git sends less than a kilobyte. */
const MOST_BYTES = 65_536
/** GitLab and Bitbucket want a username. Hosts that don't, ignore it. */
const DEFAULT_USERNAME = 'oauth2'

/**
 * Answers one request: `action` is `get`, and `request` the attributes that git wrote. Every other action
 * does nothing: Latchkey stores no password, and a rejected token tells nothing about the session. Returns
 * the attributes of the answer; empty if the setting does not name the host. The path of the repository
 * plays no part. A token is always given as a password, even if git offers `authtype`, because not every
 * host accepts `Bearer`.
 *
 * @see {@link https://git-scm.com/docs/git-credential#IOFMT}
 * @see {@link https://git-scm.com/docs/gitcredentials#_custom_helpers}
 */
export async function answerGitCredential(
  action: string,
  request: string,
  { gitHosts, getToken }: GitCredentialDeps,
): Promise<string> {
  if (action !== 'get') return ''
  const asked = readHttpsRequest(request)
  const found = asked === null ? null : findGitAccount(gitHosts, asked)
  if (found === null) return ''
  const { accessToken, expiresAtMs } = await getToken(found.account)
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new CliError('failed', CREDENTIAL_MESSAGES.unusualToken)
  }
  const lines = [`username=${found.username ?? DEFAULT_USERNAME}`, `password=${accessToken}`]
  if (expiresAtMs !== null) lines.push(`password_expiry_utc=${Math.floor(expiresAtMs / 1000)}`)
  return `${lines.join('\n')}\n`
}

/** True for a request that can get a token if the setting names its host. */
export function isForHttps(request: string): boolean {
  return readHttpsRequest(request) !== null
}

/** Null if the request is not valid, or is for another protocol. */
function readHttpsRequest(request: string): { host: string; username: string | null } | null {
  const attributes = parseAttributes(request)
  const host = attributes?.get('host')
  if (host === undefined || attributes?.get('protocol') !== 'https') return null
  return { host, username: attributes.get('username') ?? null }
}

/**
 * Reads the attributes up to the blank line, or to the end of the input. Empty if the input is not UTF-8
 * or too long.
 */
export async function readRequest(
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<string> {
  let bytes = Buffer.alloc(0)
  for await (const chunk of input) {
    bytes = Buffer.concat([bytes, chunk])
    if (bytes.length > MOST_BYTES) return ''
    const end = findBlankLine(bytes)
    if (end !== -1) return decode(bytes.subarray(0, end))
  }
  return decode(bytes)
}

/** Returns where the blank line begins; -1 if there is none. */
function findBlankLine(bytes: Buffer): number {
  if (bytes[0] === 0x0a) return 0
  const end = bytes.indexOf('\n\n')
  return end === -1 ? -1 : end + 1
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return ''
  }
}

/**
 * Null if the request is not valid, or could be read in two ways: with a NUL, a carriage return, or an
 * attribute that occurs twice. The names of lists end with `[]`.
 */
function parseAttributes(request: string): ReadonlyMap<string, string> | null {
  const attributes = new Map<string, string>()
  const lines = request.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const line of lines) {
    // After a blank line, nothing belongs to the request.
    if (line === '') break
    const end = line.indexOf('=')
    const name = line.slice(0, end)
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (end === -1 || /[\0\r]/.test(line) || attributes.has(name)) return null
    if (!name.endsWith('[]')) attributes.set(name, line.slice(end + 1))
  }
  return attributes
}
