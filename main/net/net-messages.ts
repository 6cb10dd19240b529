// Messages of the net room for people: failed requests, proxies, certificates and ports.

import { formatSpan } from '../base/clock.js'
import type { FailureKind } from './failure-kind.js'

/** The faults of a certificate. */
export type CertificateFault = Extract<
  FailureKind,
  'untrusted' | 'unfit' | 'out-of-date' | 'wrong-name' | 'revoked'
>

/** The failures of a connection. */
export type ConnectionFault = Exclude<
  FailureKind,
  CertificateFault | 'client-certificate' | 'proxy' | 'redirect' | 'broken-off' | 'malformed'
>

/** Why a server could not be reached. Each follows a colon. */
export const CONNECTION_REASONS: Readonly<Record<ConnectionFault, (code: string) => string>> = {
  refused: () => 'the connection was refused',
  cut: () => 'the connection was cut',
  'unknown-name': () => 'the network does not know its name',
  'no-lookup': () => 'its name could not be looked up',
  'name-collision': (code) => `your network uses its name for something else (${code})`,
  offline: () => 'there is no network',
  'network-changed': () => 'the network changed in the meantime',
  'no-route': () => 'there is no route to it on this network',
  'no-answer': () => 'it did not answer',
  blocked: (code) => `a firewall or a policy of this computer blocked the connection (${code})`,
  exhausted: (code) => `this computer has no resources left for a connection (${code})`,
  'unusable-port': (code) => `its port is reserved for another service (${code})`,
  'unusable-address': (code) => `its address can't be used (${code})`,
  'no-tls': (code) => `no secure connection could be made (${code})`,
  unknown: (code) => `the connection failed (${code || 'no reason given'})`,
}

/** Advice for the failures where checking the network and the issuer doesn't help. */
const CONNECTION_ADVICE: Readonly<Partial<Record<ConnectionFault, string>>> = {
  'name-collision': "Check the issuer setting, or ask your network's administrator.",
  'network-changed': 'Try again.',
  blocked: 'Allow Latchkey there, then try again.',
  exhausted: 'Close other programs, then try again.',
  'unusable-port': "Ask the provider's administrator for another port.",
  'unusable-address': 'Check the issuer setting.',
  'no-tls':
    'Check the issuer setting, and any software that inspects connections on this computer or network.',
}

const CHECK_NETWORK = 'Check your network and the issuer setting, then try again.'

/** About requests to the provider. `purpose`: "reading the provider's keys". */
export const REQUEST_MESSAGES = {
  tookTooLong: (host: string, proxy: { host: string } | null, seconds: number, purpose: string) =>
    `The provider at ${host}${throughProxy(proxy)} took more than ${seconds} seconds while ` +
    `${purpose}. Try again later.`,
  unreachable: (
    fault: ConnectionFault,
    code: string,
    { host, proxy, purpose }: { host: string; proxy: { host: string } | null; purpose: string },
  ) =>
    `The provider at ${host}${throughProxy(proxy)} could not be reached while ${purpose}: ` +
    `${CONNECTION_REASONS[fault](code)}. ${CONNECTION_ADVICE[fault] ?? CHECK_NETWORK}`,
  tooLarge: (host: string, kib: number, purpose: string) =>
    `The provider at ${host} sent more than ${kib} KiB while ${purpose}; Latchkey stopped reading. ` +
    'Check the issuer setting.',
  redirected: (purpose: string) =>
    `The provider answered with a redirect while ${purpose}. Latchkey does not follow it: check the ` +
    'issuer setting.',
  brokenOff: (host: string, purpose: string) =>
    `The answer from the provider at ${host} broke off while ${purpose}. Try again.`,
  malformed: (host: string, code: string, purpose: string) =>
    `The provider at ${host} sent an answer that is not valid HTTP (${code}) while ${purpose}. ` +
    'Check the issuer setting.',
  clientCertificate: (host: string, code: string, purpose: string) =>
    `The provider at ${host} asks for a client certificate (${code}), and Latchkey has none, so it ` +
    `stopped while ${purpose}. Ask the provider's administrator to accept Latchkey without one.`,
  systemProxy: (code: string, purpose: string) =>
    `The proxy that this computer is set to use did not let Latchkey through (${code}) while ` +
    `${purpose}. Check the system's proxy settings, then try again.`,
}

function throughProxy(proxy: { host: string } | null): string {
  return proxy === null ? '' : `, asked through the proxy at ${proxy.host},`
}

/** About a proxy that an environment variable names. */
export const PROXY_MESSAGES = {
  unreachable: (host: string, reason: string, variable: string, purpose: string) =>
    `The proxy at ${host} could not be reached while ${purpose}: ${reason}. ` +
    `Check ${variable} and your network, then try again.`,
  otherSignIn: (host: string, provider: string, purpose: string) =>
    `The proxy at ${host} requires an authentication method that Latchkey does not support, so ` +
    `Latchkey stopped while ${purpose}. Latchkey supports a user name with a password (Basic): ask ` +
    `the proxy's administrator for that. ${goAround(provider)}`,
  wrongPassword: (host: string, variable: string, purpose: string) =>
    `The proxy at ${host} did not accept the user name and password in ${variable}, so Latchkey ` +
    `stopped while ${purpose}. Correct them there. Percent-encode special characters: write @ as %40.`,
  needsPassword: (host: string, variable: string, purpose: string) =>
    `The proxy at ${host} asks for a user name and a password, so Latchkey stopped while ` +
    `${purpose}. Add them to the address in ${variable}: http://USER:PASSWORD@${host}.`,
  providerUnreachable: (host: string, provider: string, status: number, purpose: string) =>
    `The proxy at ${host} could not reach the provider at ${provider} (${status}) while ${purpose}. ` +
    'Check the issuer setting, or try again later.',
  notAllowed: (host: string, provider: string, status: number, purpose: string) =>
    `The proxy at ${host} does not allow connections to the provider at ${provider} (${status}) ` +
    `while ${purpose}. Ask the proxy's administrator to allow them. ${goAround(provider)}`,
  notProxy: (host: string, variable: string, purpose: string) =>
    `The server at ${host} is not an http proxy, so Latchkey stopped while ${purpose}. ` +
    `Check the address in ${variable}.`,
  socks: (variable: string) =>
    `${variable} names a SOCKS proxy. In a terminal, Latchkey supports http proxies only. Set one as ` +
    "http://HOST:PORT, or use the tray app, which uses the system's settings.",
  pac: (variable: string) =>
    `${variable} names a file for automatic proxy configuration (PAC). In a terminal, Latchkey can't ` +
    'read such a file. Look up the proxy in it and set that as http://HOST:PORT, or use the tray app, ' +
    "which uses the system's settings.",
  other: (variable: string) =>
    `${variable} does not name a proxy that Latchkey can use. Write it as http://HOST:PORT, or ` +
    'remove it.',
  unreadableException: (variable: string, excerpt: string) =>
    `${variable} contains "${excerpt}", which Latchkey can't read. Write names (example.com), ` +
    'addresses (192.0.2.1) or ranges (192.0.2.0/24), separated by commas.',
}

function goAround(provider: string): string {
  return `Or add ${provider} to NO_PROXY, if it can be reached without the proxy.`
}

/** About certificates. */
export const CERTIFICATE_MESSAGES = {
  /** `whose`: "provider at example.com". `advice`: one of the sentences below. */
  notTrusted: (whose: string, code: string, purpose: string, advice: string) =>
    `The certificate of the ${whose} is not trusted (${code}), so Latchkey stopped while ` +
    `${purpose}. ${advice}`,
  /** `howToTrust`: one of {@link TRUST_ADVICE}. */
  ownAuthority: (howToTrust: string) =>
    `If your network uses its own certificate authority, ${howToTrust}.`,
  unfit:
    "It does not meet the rules for certificates. Ask the server's administrator to replace it.",
  wrongName:
    'It is for another name. Check the address in the settings. If your network has a sign-in page ' +
    'of its own, sign in there first, in your browser.',
  revoked: "The authority that issued it has revoked it. Tell the server's administrator.",
  clockBehind: (date: keyof typeof DATE_FAULTS, behindMs: number) =>
    `It ${DATE_FAULTS[date]}: this computer's clock is at least ${formatSpan(behindMs)} behind. ` +
    'Correct the clock.',
  outOfDate: (date: keyof typeof DATE_FAULTS, nowMs: number) =>
    `It ${DATE_FAULTS[date]} according to this computer's clock ` +
    `(${new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')} UTC). If the clock is wrong, ` +
    "correct it. Otherwise ask the server's administrator to renew the certificate.",
  unchecked:
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates, so anyone on the network ' +
    'could take over your sign-in. Unset NODE_TLS_REJECT_UNAUTHORIZED. If your network uses its own ' +
    'certificate authority, set NODE_EXTRA_CA_CERTS to the file with its certificate.',
}

const DATE_FAULTS = {
  expired: 'has expired',
  early: 'is not valid yet',
  either: 'has expired or is not valid yet',
} as const

/** How the user can make a certificate trusted, over Electron's fetch and in plain Node. */
export const TRUST_ADVICE = {
  fetch: 'add it to the authorities that this computer trusts',
  node: 'set NODE_EXTRA_CA_CERTS to the file with its certificate',
} as const

/** About ports of this computer. */
export const PORT_MESSAGES = {
  /** These follow a port: "80 needs permissions …". */
  noPermission: 'needs permissions that this user does not have',
  inUse: (holder: string | null) => `is in use by ${holder ?? 'another program'}`,
  /** `obstacles`: each a port with one of the above. `purpose`: "the service". */
  noneFree: (purpose: string, obstacles: readonly string[]) =>
    `Latchkey found no port for ${purpose}: ${obstacles.slice(0, 3).join(', ')}` +
    `${obstacles.length > 3 ? `, and ${obstacles.length - 3} more` : ''}. ` +
    'Close a program that uses one of them, or choose another port.',
  notBound: (code: string) =>
    `Latchkey could not listen on this computer's loopback address (${code}). Check the rules of ` +
    'your firewall, sandbox and security software.',
}
