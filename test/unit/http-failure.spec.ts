// The messages for failed requests: each kind of error has its own message, with its code.

import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { expect, test } from '@playwright/test'
import type { AuthError, ErrorCode } from '../../main/base/errors.js'
import { toFailureKind, type FailureKind } from '../../main/net/failure-kind.js'
import { createHttp } from '../../main/net/http.js'
import { createTestClock } from '../support/clock.js'
import { createPrivateAuthority, type Validity } from '../support/private-ca.js'

const NOW_MS = Date.UTC(2026, 2, 1, 12, 34)
const PURPOSE = 'testing'
const ADDRESS = 'https://login.example.com/'
const PROVIDER = 'The provider at login.example.com'
const NOT_REACHED = `${PROVIDER} could not be reached while ${PURPOSE}: `
const AND_TRY_AGAIN = ' Check your network and the issuer setting, then try again.'
const UNTRUSTED = (code: string): string =>
  `The certificate of the provider at login.example.com is not trusted (${code}), so Latchkey ` +
  `stopped while ${PURPOSE}. `

async function catchError(promise: Promise<unknown>): Promise<AuthError> {
  return promise.then(
    (value) => Promise.reject(new Error(`it was answered: ${JSON.stringify(value)}`)),
    (thrown: AuthError) => thrown,
  )
}

/** The error of Electron's net.fetch, which has only Chromium's message. */
const failing = (code: string): typeof fetch => {
  return () => Promise.reject(new Error(`net::${code}`))
}

/** One Chromium error of each kind, and its message. */
const SAID: readonly [string, FailureKind, ErrorCode, string][] = [
  [
    'ERR_CONNECTION_REFUSED',
    'refused',
    'provider-unreachable',
    `${NOT_REACHED}the connection was refused.${AND_TRY_AGAIN}`,
  ],
  [
    'ERR_EMPTY_RESPONSE',
    'cut',
    'provider-unreachable',
    `${NOT_REACHED}the connection was cut.${AND_TRY_AGAIN}`,
  ],
  [
    'ERR_NAME_NOT_RESOLVED',
    'unknown-name',
    'provider-unreachable',
    `${NOT_REACHED}the network does not know its name.${AND_TRY_AGAIN}`,
  ],
  [
    'ERR_DNS_TIMED_OUT',
    'no-lookup',
    'provider-unreachable',
    `${NOT_REACHED}its name could not be looked up.${AND_TRY_AGAIN}`,
  ],
  [
    'ERR_ICANN_NAME_COLLISION',
    'name-collision',
    'provider-unreachable',
    `${NOT_REACHED}your network uses its name for something else (ERR_ICANN_NAME_COLLISION). ` +
      "Check the issuer setting, or ask your network's administrator.",
  ],
  [
    'ERR_INTERNET_DISCONNECTED',
    'offline',
    'provider-unreachable',
    `${NOT_REACHED}there is no network.${AND_TRY_AGAIN}`,
  ],
  [
    'ERR_NETWORK_CHANGED',
    'network-changed',
    'provider-unreachable',
    `${NOT_REACHED}the network changed in the meantime. Try again.`,
  ],
  [
    'ERR_ADDRESS_UNREACHABLE',
    'no-route',
    'provider-unreachable',
    `${NOT_REACHED}there is no route to it on this network.${AND_TRY_AGAIN}`,
  ],
  [
    'ERR_TIMED_OUT',
    'no-answer',
    'provider-unreachable',
    `${NOT_REACHED}it did not answer.${AND_TRY_AGAIN}`,
  ],
  [
    'ERR_NETWORK_ACCESS_DENIED',
    'blocked',
    'provider-unreachable',
    `${NOT_REACHED}a firewall or a policy of this computer blocked the connection ` +
      '(ERR_NETWORK_ACCESS_DENIED). Allow Latchkey there, then try again.',
  ],
  [
    'ERR_INSUFFICIENT_RESOURCES',
    'exhausted',
    'provider-unreachable',
    `${NOT_REACHED}this computer has no resources left for a connection ` +
      '(ERR_INSUFFICIENT_RESOURCES). Close other programs, then try again.',
  ],
  [
    'ERR_UNSAFE_PORT',
    'unusable-port',
    'provider-unreachable',
    `${NOT_REACHED}its port is reserved for another service (ERR_UNSAFE_PORT). ` +
      "Ask the provider's administrator for another port.",
  ],
  [
    'ERR_ADDRESS_INVALID',
    'unusable-address',
    'provider-unreachable',
    `${NOT_REACHED}its address can't be used (ERR_ADDRESS_INVALID). Check the issuer setting.`,
  ],
  [
    'ERR_SSL_VERSION_OR_CIPHER_MISMATCH',
    'no-tls',
    'provider-unreachable',
    `${NOT_REACHED}no secure connection could be made (ERR_SSL_VERSION_OR_CIPHER_MISMATCH). ` +
      'Check the issuer setting, and any software that inspects connections on this computer or network.',
  ],
  [
    'ERR_SSL_CLIENT_AUTH_CERT_NEEDED',
    'client-certificate',
    'provider-unreachable',
    `${PROVIDER} asks for a client certificate (ERR_SSL_CLIENT_AUTH_CERT_NEEDED), and Latchkey has ` +
      `none, so it stopped while ${PURPOSE}. Ask the provider's administrator to accept Latchkey ` +
      'without one.',
  ],
  [
    'ERR_CERT_AUTHORITY_INVALID',
    'untrusted',
    'provider-unreachable',
    UNTRUSTED('ERR_CERT_AUTHORITY_INVALID') +
      'If your network uses its own certificate authority, add it to the authorities that this computer trusts.',
  ],
  [
    'ERR_CERT_WEAK_KEY',
    'unfit',
    'provider-unreachable',
    UNTRUSTED('ERR_CERT_WEAK_KEY') +
      "It does not meet the rules for certificates. Ask the server's administrator to replace it.",
  ],
  [
    'ERR_CERT_DATE_INVALID',
    'out-of-date',
    'provider-unreachable',
    UNTRUSTED('ERR_CERT_DATE_INVALID') +
      "It has expired or is not valid yet according to this computer's clock (2026-03-01 12:34 UTC). " +
      "If the clock is wrong, correct it. Otherwise ask the server's administrator to renew the " +
      'certificate.',
  ],
  [
    'ERR_CERT_COMMON_NAME_INVALID',
    'wrong-name',
    'provider-unreachable',
    UNTRUSTED('ERR_CERT_COMMON_NAME_INVALID') +
      'It is for another name. Check the address in the settings. If your network has a sign-in page ' +
      'of its own, sign in there first, in your browser.',
  ],
  [
    'ERR_CERT_REVOKED',
    'revoked',
    'provider-unreachable',
    UNTRUSTED('ERR_CERT_REVOKED') +
      "The authority that issued it has revoked it. Tell the server's administrator.",
  ],
  [
    'ERR_SOCKS_CONNECTION_FAILED',
    'proxy',
    'provider-unreachable',
    'The proxy that this computer is set to use did not let Latchkey through ' +
      `(ERR_SOCKS_CONNECTION_FAILED) while ${PURPOSE}. Check the system's proxy settings, then try ` +
      'again.',
  ],
  [
    'ERR_TOO_MANY_REDIRECTS',
    'redirect',
    'provider-error',
    `The provider answered with a redirect while ${PURPOSE}. Latchkey does not follow it: check ` +
      'the issuer setting.',
  ],
  [
    'ERR_INCOMPLETE_CHUNKED_ENCODING',
    'broken-off',
    'provider-error',
    `The answer from the provider at login.example.com broke off while ${PURPOSE}. Try again.`,
  ],
  [
    'ERR_HTTP2_PROTOCOL_ERROR',
    'malformed',
    'provider-error',
    `${PROVIDER} sent an answer that is not valid HTTP (ERR_HTTP2_PROTOCOL_ERROR) while ` +
      `${PURPOSE}. Check the issuer setting.`,
  ],
  [
    'ERR_FAILED',
    'unknown',
    'provider-unreachable',
    `${NOT_REACHED}the connection failed (ERR_FAILED).${AND_TRY_AGAIN}`,
  ],
]

for (const [chromium, kind, code, message] of SAID) {
  test(`${chromium} is reported as ${kind}`, async () => {
    expect(toFailureKind(chromium)).toBe(kind)
    const http = createHttp({ fetch: failing(chromium), clock: createTestClock(NOW_MS) })
    const error = await catchError(http({ method: 'GET', url: ADDRESS, purpose: PURPOSE }))
    expect(error).toMatchObject({ code, message, cause: { message: chromium } })
  })
}

test('codes with misleading names are of the correct kind', () => {
  // Errors of client certificates and of proxies are not about the provider's certificate or redirect.
  for (const [code, kind] of [
    ['ERR_BAD_SSL_CLIENT_AUTH_CERT', 'client-certificate'],
    ['ERR_SSL_CLIENT_AUTH_CERT_NO_PRIVATE_KEY', 'client-certificate'],
    ['ERR_PROXY_CERTIFICATE_INVALID', 'proxy'],
    ['ERR_HTTPS_PROXY_TUNNEL_RESPONSE_REDIRECT', 'proxy'],
    ['ERR_SSL_SERVER_CERT_BAD_FORMAT', 'no-tls'],
    ['ERR_SSL_PINNED_KEY_NOT_IN_CERT_CHAIN', 'unfit'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'no-tls'],
    ['CERT_HAS_EXPIRED', 'out-of-date'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
    ['HOSTNAME_MISMATCH', 'wrong-name'],
    ['CERT_SIGNATURE_FAILURE', 'unfit'],
    ['ERROR_IN_CERT_NOT_AFTER_FIELD', 'unfit'],
    ['UNABLE_TO_DECRYPT_CERT_SIGNATURE', 'unfit'],
    ['INVALID_PURPOSE', 'unfit'],
    ['PATH_LENGTH_EXCEEDED', 'unfit'],
    ['ERR_CERT_NAME_CONSTRAINT_VIOLATION', 'unfit'],
    ['', 'unknown'],
  ] as const) {
    expect({ code, kind: toFailureKind(code) }).toEqual({ code, kind })
  }
})

test('codes that are missing in the table are reported by their names', () => {
  for (const [code, kind] of [
    ['ERR_CERT_NEW', 'unfit'],
    ['ERR_SSL_CLIENT_AUTH_NEW', 'client-certificate'],
    ['ERR_SSL_NEW', 'no-tls'],
    ['ERR_PROXY_NEW', 'proxy'],
    ['ERR_DNS_NEW', 'no-lookup'],
    ['ERR_BLOCKED_BY_NEW', 'blocked'],
    ['ERR_HTTP2_NEW', 'malformed'],
  ] as const) {
    expect({ code, kind: toFailureKind(code) }).toEqual({ code, kind })
  }
})

const DAY_MS = 24 * 60 * 60_000

/** Serves https with a certificate from an authority that this process trusts while `act` runs. */
async function serving(
  certificate: Partial<Validity> & { host?: string },
  act: (url: string) => Promise<void>,
): Promise<void> {
  const { host = 'localhost', fromMs = NOW_MS, toMs = Date.now() + DAY_MS } = certificate
  const authority = createPrivateAuthority()
  const server = createServer(authority.issueFor(host, { fromMs, toMs }), (_request, response) =>
    response.setHeader('Date', new Date().toUTCString()).end('{}'),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const trusted = tls.getCACertificates('default')
  tls.setDefaultCACertificates([authority.certificate])
  try {
    await act(`https://localhost:${(server.address() as AddressInfo).port}/`)
  } finally {
    tls.setDefaultCACertificates(trusted)
    server.close()
    server.closeAllConnections()
  }
}

const canTrust = 'setDefaultCACertificates' in tls

for (const [what, certificate, code, advice] of [
  [
    'that has expired',
    { fromMs: Date.now() - 3 * DAY_MS, toMs: Date.now() - DAY_MS },
    'CERT_HAS_EXPIRED',
    "It has expired according to this computer's clock (2026-03-01 12:34 UTC)",
  ],
  [
    'that is not valid yet',
    { fromMs: Date.now() + DAY_MS, toMs: Date.now() + 3 * DAY_MS },
    'CERT_NOT_YET_VALID',
    "It is not valid yet according to this computer's clock (2026-03-01 12:34 UTC)",
  ],
  [
    'for another name',
    { host: 'other.example.test' },
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'It is for another name. Check the address in the settings.',
  ],
] as const) {
  test(`a certificate ${what} is reported as such, without advice to trust an authority`, async () => {
    test.skip(!canTrust, "this Node can't be told whom to trust")
    await serving(certificate, async (url) => {
      const http = createHttp({ clock: createTestClock(NOW_MS) })
      const { message } = await catchError(http({ method: 'GET', url, purpose: PURPOSE }))
      expect(message).toContain(`is not trusted (${code})`)
      expect(message).toContain(advice)
      expect(message).not.toContain('NODE_EXTRA_CA_CERTS')
    })
  })
}

test('for a certificate that is not valid yet, the message blames the clock if an answer’s Date differs', async () => {
  test.skip(!canTrust, "this Node can't be told whom to trust")
  const clock = createTestClock()
  const http = createHttp({ clock })
  await serving({}, async (url) => {
    expect((await http({ method: 'GET', url, purpose: PURPOSE })).status).toBe(200)
  })
  clock.leap(-3 * DAY_MS)
  await serving({ fromMs: Date.now() + DAY_MS, toMs: Date.now() + 2 * DAY_MS }, async (url) => {
    const { message } = await catchError(http({ method: 'GET', url, purpose: PURPOSE }))
    expect(message).toContain(
      "It is not valid yet: this computer's clock is at least 3 days behind. Correct the clock.",
    )
  })
})

test('S12: NODE_TLS_REJECT_UNAUTHORIZED does not change which certificates are trusted', async () => {
  const authority = createPrivateAuthority()
  const server = createServer(authority.issueFor('localhost'), (_request, response) =>
    response.end('{}'),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  try {
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`
    const { message } = await catchError(createHttp()({ method: 'GET', url, purpose: PURPOSE }))
    expect(message).toContain('is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)')
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    server.close()
    server.closeAllConnections()
  }
})

// Node's own fetch, which Latchkey does not use, reports only that the connection was closed.
test('a server that asks for a client certificate is not reported as untrusted', async () => {
  test.skip(!('setDefaultCACertificates' in tls), "this Node can't be told whom to trust")
  const authority = createPrivateAuthority()
  const server = createServer({
    ...authority.issueFor('localhost'),
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const trusted = tls.getCACertificates('default')
  tls.setDefaultCACertificates([authority.certificate])
  try {
    const { port } = server.address() as AddressInfo
    const url = `https://localhost:${port}/`
    const error = await catchError(createHttp()({ method: 'GET', url, purpose: PURPOSE }))
    expect(error).toMatchObject({ code: 'provider-unreachable' })
    expect(error.message).toContain('asks for a client certificate')
  } finally {
    tls.setDefaultCACertificates(trusted)
    server.close()
    server.closeAllConnections()
  }
})
