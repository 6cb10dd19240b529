// F17: the headless program on a private network: an https proxy is the only way out, and a private
// authority signs the certificates.

import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { expect } from '../support/expect.js'
import { answerLink, type Visit } from '../support/person.js'
import { createPrivateAuthority } from '../support/private-ca.js'
import { SCRIPTED, test as base, type Program } from '../support/program.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'
import { startProxy, type ProxyOptions, type TestProxy } from '../support/proxy.js'
import { startSlowLine, whyNoSlowLine, withHosts } from '../support/slow-line.js'

const HOST = 'login.example.test'

const authority = createPrivateAuthority()
const certificate = authority.issueFor(HOST)

type Network = {
  provider: RunningProvider
  /** The certificate of the network's authority. */
  caFile: string
  /** Starts a proxy from which the provider can be reached. */
  proxy(options?: ProxyOptions): Promise<TestProxy>
  /** Starts the program with only the given proxy and authority, and signs in. */
  program(env: Record<string, string>): Promise<Program>
  /** Answers the program's link as Alice, whose browser can reach the provider. */
  answer(program: Program): Promise<void>
}

const test = base.extend<{ network: Network }>({
  network: async ({ run }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-network-'))
    const caFile = join(folder, 'authority.pem')
    await writeFile(caFile, authority.certificate)
    const provider = await startProvider({ tls: { origin: `https://${HOST}`, ...certificate } })
    const proxies: TestProxy[] = []
    await use({
      provider,
      caFile,
      async proxy(options = {}) {
        const proxy = await startProxy({ reach: { [`${HOST}:443`]: provider.port }, ...options })
        proxies.push(proxy)
        return proxy
      },
      program: (env) =>
        run(
          [...SCRIPTED, '--issuer', provider.issuer, '--client-id', provider.clientId, '--sign-in'],
          { env: { ...NO_NETWORK, ...env } },
        ),
      async answer(program) {
        const visit = visitOn(provider.port)
        await fetch(await answerLink(await program.link(), 'account=alice', visit))
      },
    })
    for (const proxy of proxies) await proxy.close()
    await provider.close()
    await rm(folder, { recursive: true })
  },
})

/** The network settings of this machine's own environment. */
const NO_NETWORK = Object.fromEntries(
  ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY']
    .flatMap((name) => [name, name.toLowerCase()])
    .concat('NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'NODE_USE_ENV_PROXY')
    .map((name) => [name, '']),
)

for (const variable of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
  test(`sign-in and sign-out work through the proxy of ${variable}, with NODE_EXTRA_CA_CERTS`, async ({
    network,
  }) => {
    const { provider, caFile } = network
    const proxy = await network.proxy()
    const program = await network.program({
      [variable]: proxy.origin,
      NODE_EXTRA_CA_CERTS: caFile,
    })
    await network.answer(program)
    expect((await program.status('signed-in')).account?.name).toBe('Alice Adams')
    program.type('sign-out')
    await expect.poll(() => provider.revoked).toHaveLength(1)
    expect(new Set(proxy.seen.map(({ target }) => target))).toEqual(new Set([`${HOST}:443`]))
    expect(program.stderr()).toBe('')
  })
}

test('RFC 7617 section 2: the proxy gets its user name and password, decoded', async ({
  network,
}) => {
  const proxy = await network.proxy({ credentials: 'latchkey:p@ss%1' })
  const { host } = proxy
  const program = await network.program({
    HTTPS_PROXY: `http://latchkey:p%40ss%1@${host}`,
    NODE_EXTRA_CA_CERTS: network.caFile,
  })
  await network.answer(program)
  await program.status('signed-in')
  const authorization = `Basic ${Buffer.from('latchkey:p@ss%1').toString('base64')}`
  expect(new Set(proxy.seen.map((asked) => asked.authorization))).toEqual(new Set([authorization]))
})

test('a TLS proxy’s own certificate is checked, for its own name', async ({ network }) => {
  const proxy = await network.proxy({ tls: authority.issueFor('127.0.0.1') })
  const trusting = { HTTPS_PROXY: proxy.origin, NODE_EXTRA_CA_CERTS: network.caFile }
  const program = await network.program(trusting)
  await network.answer(program)
  await program.status('signed-in')

  const other = await network.proxy({ tls: certificate })
  const refusing = await network.program({ ...trusting, HTTPS_PROXY: other.origin })
  expect((await refusing.status('failed')).reason).toContain(
    `The certificate of the proxy at ${other.host} is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)`,
  )
  expect(other.seen).toEqual([])
})

test('without NODE_EXTRA_CA_CERTS the provider’s certificate is not trusted, and the message says what to do', async ({
  network,
}) => {
  const proxy = await network.proxy()
  const program = await network.program({ HTTPS_PROXY: proxy.origin })
  expect((await program.status('failed')).reason).toBe(
    `The certificate of the provider at ${HOST} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE), ` +
      "so Latchkey stopped while reading the provider's metadata. If your network uses its own " +
      'certificate authority, set NODE_EXTRA_CA_CERTS to the file with its certificate.',
  )
  expect(network.provider.requests.discovery).toBe(0)
})

test('S12: with NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment it does not start, and says so', async ({
  network,
}) => {
  const proxy = await network.proxy()
  const program = await network.program({
    HTTPS_PROXY: proxy.origin,
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  })
  expect(await program.ended).toBe(2)
  expect(program.stderr()).toContain('Unset NODE_TLS_REJECT_UNAUTHORIZED')
  expect(program.stdout()).toBe('')
  expect(proxy.seen).toEqual([])
})

test('S12: NODE_TLS_REJECT_UNAUTHORIZED has no effect through a tunnel either', async ({
  network,
  run,
}) => {
  const proxy = await network.proxy()
  const { issuer, clientId } = network.provider
  const program = await run(['diagnose', '--issuer', issuer, '--client-id', clientId], {
    env: { ...NO_NETWORK, HTTPS_PROXY: proxy.origin, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  })
  expect(await program.ended).toBe(0)
  expect(program.stdout()).toContain('is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)')
  expect(program.stdout()).toContain('Unset NODE_TLS_REJECT_UNAUTHORIZED')
  expect(network.provider.requests.discovery).toBe(0)
})

test('NODE_USE_SYSTEM_CA makes Latchkey trust the system’s authorities', async ({ network }) => {
  test.skip(!('setDefaultCACertificates' in tls), 'this Node does not read the variable')
  test.skip(process.platform !== 'linux', 'only there a variable can stand for the system’s')
  const proxy = await network.proxy()
  const env = { HTTPS_PROXY: proxy.origin, SSL_CERT_FILE: network.caFile }
  const refusing = await network.program(env)
  expect((await refusing.status('failed')).reason).toContain('is not trusted')
  const program = await network.program({ ...env, NODE_USE_SYSTEM_CA: '1' })
  await network.answer(program)
  await program.status('signed-in')
})

for (const way of ['the provider', 'the proxy'] as const) {
  test(`${way} is reached on a slow line, by a name with an IPv6 address that has no route`, async ({
    network,
    run,
  }) => {
    test.skip(whyNoSlowLine() !== null, whyNoSlowLine() ?? '')
    const proxy = await network.proxy()
    const isProxy = way === 'the proxy'
    const slow = await startSlowLine(
      isProxy ? Number(new URL(proxy.origin).port) : network.provider.port,
    )
    const hosts = join(await mkdtemp(join(tmpdir(), 'latchkey-hosts-')), 'hosts')
    const name = isProxy ? 'proxy.example.test' : HOST
    await writeFile(hosts, `127.0.0.1 localhost ${name}\n2001:db8::1 ${name}\n`)
    const issuer = isProxy ? network.provider.issuer : `https://${HOST}:${slow.port}`
    const program = await run(['diagnose', '--json', '--issuer', issuer, '--client-id', 'x'], {
      through: withHosts(hosts),
      env: {
        ...NO_NETWORK,
        NODE_EXTRA_CA_CERTS: network.caFile,
        HTTPS_PROXY: isProxy ? `http://${name}:${slow.port}` : '',
      },
    })
    await slow.letOneIn()
    expect(await program.ended).toBe(0)
    // The slow port's address is not the provider's own issuer. The error about that is enough.
    expect(program.stdout()).not.toContain('could not be reached')
    expect(network.provider.requests.discovery).toBe(1)
    await slow.close()
    await rm(dirname(hosts), { recursive: true })
  })
}

test('S12: the other end of the tunnel must be the provider, whatever authority signed its certificate', async ({
  network,
}) => {
  const other = await startProvider({
    tls: { origin: `https://${HOST}`, ...authority.issueFor('other.example.test') },
  })
  const proxy = await network.proxy({ reach: { [`${HOST}:443`]: other.port } })
  const program = await network.program({
    HTTPS_PROXY: proxy.origin,
    NODE_EXTRA_CA_CERTS: network.caFile,
  })
  expect((await program.status('failed')).reason).toContain(
    `The certificate of the provider at ${HOST} is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)`,
  )
  expect(other.requests.discovery).toBe(0)
  await other.close()
})

test('hosts in NO_PROXY are reached without the proxy', async ({ network }) => {
  const proxy = await network.proxy()
  const program = await network.program({
    HTTPS_PROXY: proxy.origin,
    NO_PROXY: 'example.test',
    NODE_EXTRA_CA_CERTS: network.caFile,
  })
  // Only the proxy knows this name's network.
  expect((await program.status('failed')).reason).toContain(`The provider at ${HOST} `)
  expect(proxy.seen).toEqual([])
})

test('a provider on this machine is never reached through a proxy', async ({ network, run }) => {
  const proxy = await network.proxy()
  const provider = await startProvider()
  const { issuer, clientId } = provider
  const { origin } = proxy
  const program = await run(
    [...SCRIPTED, '--issuer', issuer, '--client-id', clientId, '--sign-in'],
    {
      env: { ...NO_NETWORK, HTTPS_PROXY: origin, HTTP_PROXY: origin, NODE_USE_ENV_PROXY: '1' },
    },
  )
  await fetch(await answerLink(await program.link()))
  await program.status('signed-in')
  expect(proxy.seen).toEqual([])
  await provider.close()
})

test('S38: a rejecting proxy does not reveal its password', async ({ network }) => {
  const proxy = await network.proxy({ credentials: 'latchkey:another' })
  const program = await network.program({
    HTTPS_PROXY: `http://latchkey:canary-password@${proxy.host}`,
  })
  expect((await program.status('failed')).reason).toContain(
    `The proxy at ${proxy.host} did not accept the user name and password in HTTPS_PROXY`,
  )
  expect(program.stdout() + program.stderr()).not.toContain('canary')
})

test('diagnose names the proxy, reaches the provider through it, and shows no password', async ({
  network,
  run,
}) => {
  const proxy = await network.proxy({ credentials: 'latchkey:canary' })
  const { issuer, clientId } = network.provider
  const program = await run(['diagnose', '--issuer', issuer, '--client-id', clientId], {
    env: {
      ...NO_NETWORK,
      HTTPS_PROXY: `http://latchkey:canary@${proxy.host}`,
      NODE_EXTRA_CA_CERTS: network.caFile,
    },
  })
  expect(await program.ended).toBe(0)
  expect(program.stdout()).toContain(`Proxy: ${proxy.host} (HTTPS_PROXY).`)
  expect(program.stdout()).toContain(`Provider: ${HOST} answered in`)
  expect(program.stdout() + program.stderr()).not.toContain('canary')
})

/** Fetches for a browser on the provider's network, where the name leads to `port`. */
function visitOn(port: number): Visit {
  return async (url, { method, headers, body }) => {
    const { host, hostname, pathname, search } = new URL(url)
    const request = requestHttps({
      host: '127.0.0.1',
      port,
      servername: hostname,
      ca: authority.certificate,
      agent: false,
      method: method ?? 'GET',
      path: pathname + search,
      headers: { ...(headers as Record<string, string>), host },
    })
    request.end(body as string | undefined)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const answer = new Headers()
    for (const [name, values = []] of Object.entries(response.headersDistinct)) {
      for (const value of values) answer.append(name, value)
    }
    return new Response(await text(response), { status: response.statusCode!, headers: answer })
  }
}
