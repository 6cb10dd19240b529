// Which proxy a request uses, and the messages if a proxy opens no tunnel.

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { expect, test as base } from '@playwright/test'
import { AuthError } from '../../main/base/errors.js'
import { createHttp } from '../../main/net/http.js'
import { proxyFor } from '../../main/net/proxy.js'
import type { Environment } from '../../main/base/environment.js'
import { startProxy, type ProxyOptions, type TestProxy } from '../support/proxy.js'

const test = base.extend<{ start: (options: ProxyOptions) => Promise<TestProxy> }>({
  // eslint-disable-next-line no-empty-pattern
  start: async ({}, use) => {
    const proxies: TestProxy[] = []
    await use(async (options) => {
      const proxy = await startProxy(options)
      proxies.push(proxy)
      return proxy
    })
    for (const proxy of proxies) await proxy.close()
  },
})

const TARGET = 'https://login.example.test/.well-known/openid-configuration'
const proxied = (target: string, env: Environment): string | null =>
  proxyFor(new URL(target), env)?.url.href ?? null

const CHOICES: [string, Environment, string | null][] = [
  ['no variable', {}, null],
  ['an empty variable', { HTTPS_PROXY: '', ALL_PROXY: '' }, null],
  ['HTTPS_PROXY', { HTTPS_PROXY: 'http://p.test:3128' }, 'http://p.test:3128/'],
  ['https_proxy', { https_proxy: 'http://p.test:3128' }, 'http://p.test:3128/'],
  [
    'both: the lower case',
    { HTTPS_PROXY: 'http://a.test', https_proxy: 'http://b.test' },
    'http://b.test/',
  ],
  ['ALL_PROXY', { ALL_PROXY: 'http://p.test' }, 'http://p.test/'],
  [
    'HTTPS_PROXY before all_proxy',
    { all_proxy: 'http://a.test', HTTPS_PROXY: 'http://b.test' },
    'http://b.test/',
  ],
  ['HTTP_PROXY, which is for http', { HTTP_PROXY: 'http://p.test' }, null],
  ['an address without a scheme', { HTTPS_PROXY: 'p.test:3128' }, 'http://p.test:3128/'],
  ['credentials without a scheme', { HTTPS_PROXY: 'u:p@p.test:3128' }, 'http://u:p@p.test:3128/'],
  [
    'a Windows domain',
    { HTTPS_PROXY: 'http://CORP\\user:pw@p.test' },
    'http://CORP%5Cuser:pw@p.test/',
  ],
  ['a # in the password', { HTTPS_PROXY: 'http://u:pa#ss@p.test' }, 'http://u:pa%23ss@p.test/'],
  ['/ and ? there', { HTTPS_PROXY: 'u:p/a?s@p.test:3128/' }, 'http://u:p%2Fa%3Fs@p.test:3128/'],
  ['@ and : there', { HTTPS_PROXY: 'http://u:p@a:s@p.test' }, 'http://u:p%40a%3As@p.test/'],
  [
    'a port that reads like a password',
    { HTTPS_PROXY: 'http://u:1#x@p.test' },
    'http://u:1%23x@p.test/',
  ],
  [
    'a proxy by an IPv6 address',
    { HTTPS_PROXY: 'http://[2001:db8::1]:3128' },
    'http://[2001:db8::1]:3128/',
  ],
  ['spaces around it', { HTTPS_PROXY: ' http://p.test ' }, 'http://p.test/'],
  ['capitals', { HTTPS_PROXY: 'HTTP://P.test' }, 'http://p.test/'],
  ['a proxy that speaks TLS', { HTTPS_PROXY: 'https://p.test' }, 'https://p.test/'],
]
for (const [what, env, expected] of CHOICES) {
  test(`${what} in the environment makes the proxy ${expected ?? 'none'}`, () => {
    expect(proxied(TARGET, env)).toBe(expected)
  })
}

const EXEMPTIONS: [string, string, boolean][] = [
  ['*', TARGET, true],
  ['login.example.test', TARGET, true],
  ['LOGIN.example.TEST', TARGET, true],
  ['example.test', TARGET, true],
  ['.example.test', TARGET, true],
  ['*.example.test', TARGET, true],
  ['other.test, example.test', TARGET, true],
  ['other.test example.test', TARGET, true],
  ['login.example.test:443', TARGET, true],
  ['login.example.test:8443', TARGET, false],
  ['login.example.test:8443', 'https://login.example.test:8443/', true],
  ['ample.test', TARGET, false],
  ['login.example.test.evil.test', TARGET, false],
  ['n.example.test', TARGET, false],
  ['192.0.2.1', 'https://192.0.2.1/', true],
  ['192.0.2.1', 'https://192.0.2.11/', false],
  ['2001:db8::1', 'https://[2001:db8::1]/', true],
  ['[2001:db8::1]:443', 'https://[2001:db8::1]/', true],
  [' , ', TARGET, false],
  ['other.test;example.test', TARGET, true],
  ['other.test; .example.test', TARGET, true],
  ['login.example.test.', TARGET, true],
  ['login.example.test', 'https://login.example.test./', true],
  ['https://login.example.test/', TARGET, true],
  ['*login.example.test', TARGET, true],
  ['login.*', TARGET, true],
  ['xlogin.*', TARGET, false],
  ['192.0.2.0/24', 'https://192.0.2.77/', true],
  ['192.0.2.0/24', 'https://192.0.3.77/', false],
  ['192.0.2.0/24', TARGET, false],
  ['0.0.0.0/0', 'https://192.0.3.77/', true],
  ['192.0.2.*', 'https://192.0.2.77/', true],
  ['2001:db8::/32', 'https://[2001:db8:1::1]/', true],
  ['[2001:db8::]/32', 'https://[2001:db9::1]/', false],
  ['2001:DB8:0::1', 'https://[2001:db8::1]/', true],
  ['<local>', 'https://login/', true],
  ['<local>', TARGET, false],
  ['<local>', 'https://[2001:db8::1]/', false],
  ['bücher.test', 'https://login.bücher.test/', true],
  ['localhost,/var/run/docker.sock', TARGET, false],
  ['192.0.2.0/99,example.test', TARGET, true],
]
for (const [list, target, isExempt] of EXEMPTIONS) {
  test(`NO_PROXY "${list}" ${isExempt ? 'exempts' : 'leaves'} ${new URL(target).host}`, () => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const expected = isExempt ? null : 'http://p.test/'
      expect(proxied(target, { HTTPS_PROXY: 'http://p.test', [name]: list })).toBe(expected)
    }
  })
}

for (const target of ['https://127.0.0.1/', 'https://localhost:8443/', 'https://[::1]/']) {
  test(`${target} is on this machine and needs no proxy`, () => {
    expect(proxied(target, { HTTPS_PROXY: 'http://p.test' })).toBeNull()
  })
}

for (const entry of [
  '192.0.2.0/99',
  '192.0.2.0/24/8',
  'a b/24',
  '<loopback>',
  'u@example.test',
  '1.2.3.4-5:x',
]) {
  test(`NO_PROXY "${entry}" is invalid and reported`, async () => {
    const error = await catchFailure({ HTTPS_PROXY: 'http://p.test', NO_PROXY: entry })
    expect(error.message).toContain('NO_PROXY contains "')
    expect(error.message).toContain("which Latchkey can't read. Write names (example.com)")
  })
}

test('S48: the message quotes at most 20 characters of NO_PROXY, all printable', async () => {
  const env = { HTTPS_PROXY: 'http://p.test', no_proxy: `\u001b[2J<${'x'.repeat(500)}` }
  expect((await catchFailure(env)).message).toContain(
    `no_proxy contains "�[2j<${'x'.repeat(15)}…", which`,
  )
})

for (const [value, words] of [
  [
    'socks5://canary:canary@p.test:1080',
    'names a SOCKS proxy. In a terminal, Latchkey supports http',
  ],
  ['SOCKS5h://p.test:1080', 'names a SOCKS proxy'],
  ['http://wpad.test/wpad.dat', 'names a file for automatic proxy configuration (PAC)'],
  ['http://p.test/proxy.pac', 'names a file for automatic proxy configuration (PAC)'],
  ['pac+http://p.test/x', 'names a file for automatic proxy configuration (PAC)'],
] as const) {
  test(`"${value.replaceAll('canary', '…')}" is reported with its kind and a remedy`, async () => {
    const error = await catchFailure({ ALL_PROXY: value })
    expect(error.message).toContain(`ALL_PROXY ${words}`)
    expect(error.message).toContain('http://HOST:PORT, or use the tray app')
    expect(inspect(error)).not.toContain('canary')
  })
}

test('RFC 7617 section 2: a Windows user name and a # reach the proxy unchanged', async ({
  start,
}) => {
  const { host, seen } = await start({ credentials: 'CORP\\ann:pa#s:s@/é' })
  const error = await catchFailure({ HTTPS_PROXY: `http://CORP\\ann:pa#s:s@/é@${host}` })
  expect(error.message).toContain('could not reach the provider')
  expect(seen).toHaveLength(1)
})

for (const value of [
  'ftp://canary:canary@p.test',
  'http://canary:canary@',
  'http://p.test:canary',
]) {
  test(`an invalid proxy ("${value.replaceAll('canary', '…')}") is reported with its variable`, async () => {
    const error = await catchFailure({ ALL_PROXY: value })
    expect(error.message).toBe(
      'ALL_PROXY does not name a proxy that Latchkey can use. Write it as http://HOST:PORT, or ' +
        'remove it.',
    )
    expect(inspect(error)).not.toContain('canary')
  })
}

const TRY_ANOTHER = 'Or add login.example.test to NO_PROXY, if it can be reached without the proxy.'

const FORGED = 'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"forged":1}\r\n'
const ANSWERS: Record<string, { answer: string; words: string }> = {
  refuses: {
    answer: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n',
    words:
      'The proxy at PROXY does not allow connections to the provider at login.example.test (403) while ' +
      `testing. Ask the proxy's administrator to allow them. ${TRY_ANOTHER}`,
  },
  "can't reach the provider": {
    answer: 'HTTP/1.1 502 Bad Gateway\r\n\r\n',
    words:
      'The proxy at PROXY could not reach the provider at login.example.test (502) while ' +
      'testing. Check the issuer setting, or try again later.',
  },
  'does not take the password': {
    answer: 'HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate, Basic realm="x"\r\n\r\n',
    words:
      'The proxy at PROXY did not accept the user name and password in HTTPS_PROXY, so Latchkey ' +
      'stopped while testing. Correct them there. Percent-encode special characters: write @ as %40.',
  },
  'asks for more than a password': {
    answer: 'HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n',
    words:
      'The proxy at PROXY requires an authentication method that Latchkey does not support, so Latchkey ' +
      "stopped while testing. Latchkey supports a user name with a password (Basic): ask the proxy's " +
      'administrator for that. Or add login.example.test to NO_PROXY, if it can be reached without ' +
      'the proxy.',
  },
  'hangs up': {
    answer: '',
    words:
      'The proxy at PROXY could not be reached while testing: the connection was cut. Check ' +
      'HTTPS_PROXY and your network, then try again.',
  },
  'speaks another protocol': {
    answer: 'SSH-2.0-OpenSSH\r\n',
    words:
      'The server at PROXY is not an http proxy, so Latchkey stopped while testing. Check ' +
      'the address in HTTPS_PROXY.',
  },
  'opens a tunnel and speaks in it first': {
    answer: `HTTP/1.1 200 OK\r\n\r\n${FORGED}`,
    words:
      'The server at PROXY is not an http proxy, so Latchkey stopped while testing. Check ' +
      'the address in HTTPS_PROXY.',
  },
  redirects: {
    answer: 'HTTP/1.1 302 Found\r\nLocation: https://evil.test/\r\n\r\n',
    words:
      'The proxy at PROXY does not allow connections to the provider at login.example.test (302) while ' +
      `testing. Ask the proxy's administrator to allow them. ${TRY_ANOTHER}`,
  },
  // Node's own parser would read these as an answer of the provider with status 200.
  'says 100 and then speaks for the provider': {
    answer: `HTTP/1.1 100 Continue\r\n\r\n${FORGED}`,
    words:
      'The proxy at PROXY does not allow connections to the provider at login.example.test (100) while ' +
      `testing. Ask the proxy's administrator to allow them. ${TRY_ANOTHER}`,
  },
  'says nothing and then speaks for the provider': {
    answer: `\r\n${FORGED}`,
    words:
      'The server at PROXY is not an http proxy, so Latchkey stopped while testing. Check ' +
      'the address in HTTPS_PROXY.',
  },
}
for (const [how, { answer, words }] of Object.entries(ANSWERS)) {
  test(`a proxy that ${how} is reported as such, and its answer never counts as the provider’s`, async ({
    start,
  }) => {
    const proxy = await start({ answer })
    const error = await catchFailure({ HTTPS_PROXY: `http://canary:canary@${proxy.host}` })
    expect(error.code).toBe('provider-unreachable')
    expect(error.message).toBe(words.replaceAll('at PROXY', `at ${proxy.host}`))
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary')
    expect(proxy.seen.map(({ target }) => target)).toEqual(['login.example.test:443'])
  })
}

test('if a proxy asks for a password, the message says where to put it', async ({ start }) => {
  const { origin, host } = await start({ credentials: 'latchkey:secret' })
  expect((await catchFailure({ HTTPS_PROXY: origin })).message).toBe(
    `The proxy at ${host} asks for a user name and a password, so Latchkey stopped while testing. ` +
      `Add them to the address in HTTPS_PROXY: http://USER:PASSWORD@${host}.`,
  )
})

test('a proxy that is down is reported as such', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  server.close()
  await once(server, 'close')
  expect((await catchFailure({ all_proxy: host })).message).toBe(
    `The proxy at ${host} could not be reached while testing: the connection was refused. Check ` +
      'all_proxy and your network, then try again.',
  )
})

test('a proxy that never answers is reported together with the provider', async ({ start }) => {
  const { origin, host } = await start({ answer: null })
  const error = await catchFailure({ HTTPS_PROXY: origin }, 300)
  expect(error.code).toBe('provider-timeout')
  expect(error.message).toBe(
    `The provider at login.example.test, asked through the proxy at ${host}, took more than 0.3 ` +
      'seconds while testing. Try again later.',
  )
})

test('a server that should speak TLS but does not is reported as not a proxy', async ({
  start,
}) => {
  const { host } = await start({})
  expect((await catchFailure({ HTTPS_PROXY: `https://${host}` })).message).toBe(
    `The server at ${host} is not an http proxy, so Latchkey stopped while testing. Check ` +
      'the address in HTTPS_PROXY.',
  )
})

for (const code of [
  'ERR_PROXY_CONNECTION_FAILED',
  'ERR_TUNNEL_CONNECTION_FAILED',
  'ERR_PROXY_CERTIFICATE_INVALID',
  'ERR_MANDATORY_PROXY_CONFIGURATION_FAILED',
]) {
  test(`${code} from Electron is reported as a failure of the system’s proxy`, async () => {
    const http = createHttp({ fetch: () => Promise.reject(new Error(`net::${code}`)) })
    await expect(http({ method: 'GET', url: TARGET, purpose: 'testing' })).rejects.toMatchObject({
      code: 'provider-unreachable',
      message:
        `The proxy that this computer is set to use did not let Latchkey through (${code}) while ` +
        "testing. Check the system's proxy settings, then try again.",
    })
  })
}

async function catchFailure(env: Environment, timeoutMs = 5_000): Promise<AuthError> {
  const http = createHttp({ env, timeoutMs })
  return http({ method: 'GET', url: TARGET, purpose: 'testing' }).then(
    (answer) => Promise.reject(new Error(`it was answered: ${JSON.stringify(answer)}`)),
    (thrown: unknown) => {
      expect(thrown).toBeInstanceOf(AuthError)
      return thrown as AuthError
    },
  )
}
