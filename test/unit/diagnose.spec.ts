// The checks of a diagnosis, with real ports, real folders and a real provider.

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { readServiceFile } from '../../main/storage/service-file.js'
import { AuthError } from '../../main/base/errors.js'
import { createHttp } from '../../main/net/http.js'
import { findHolder } from '../../main/net/port-holder.js'
import { findWorst } from '../../main/diagnose/check.js'
import {
  checkBrowser,
  checkDataDirectory,
  checkLocalhost,
  checkLoopback,
  checkStorage,
} from '../../main/diagnose/check-computer.js'
import { MESSAGES } from '../../main/diagnose/diagnose-messages.js'
import { RULES } from '../../main/settings/settings-messages.js'
import { createCheck } from '../../main/diagnose/check.js'
import { checkRedirectPorts, checkServicePort } from '../../main/diagnose/check-ports.js'
import { checkProvider, type ProviderDeps } from '../../main/diagnose/check-provider.js'
import { checkAllRedirectPorts, checkProviders } from '../../main/diagnose/check-providers.js'
import { checkRunning } from '../../main/diagnose/check-running.js'
import { systemClock } from '../../main/base/clock.js'
import { diagnose, writeReport } from '../../main/diagnose/diagnose.js'
import { lockDirectory } from '../../main/storage/directory-lock.js'
import { keepProviderMemory } from '../../main/storage/provider-memory.js'
import { examineSettings } from '../../main/settings/read.js'
import type { Settings } from '../../main/settings/options.js'
import { ISSUER_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { createTestClock } from '../support/clock.js'
import { startProvider, type ProviderOptions, type RunningProvider } from '../provider/provider.js'

const test = base.extend<{
  directory: string
  /** Takes a port until the test ends. */
  holdPort: () => Promise<number>
  /** Finds a port that is free. */
  freePort: () => Promise<number>
  start: (options?: ProviderOptions) => Promise<RunningProvider>
}>({
  // eslint-disable-next-line no-empty-pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-diagnose-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  // eslint-disable-next-line no-empty-pattern
  holdPort: async ({}, use) => {
    const servers: Server[] = []
    await use(async () => {
      const server = await listen()
      servers.push(server)
      return readPort(server)
    })
    for (const server of servers) await close(server)
  },
  // eslint-disable-next-line no-empty-pattern
  freePort: async ({}, use) => {
    await use(async () => {
      const server = await listen()
      await close(server)
      return readPort(server)
    })
  },
  // eslint-disable-next-line no-empty-pattern
  start: async ({}, use) => {
    const providers: RunningProvider[] = []
    await use(async (options) => {
      const provider = await startProvider(options)
      providers.push(provider)
      return provider
    })
    for (const provider of providers) await provider.close()
  },
})

const ports = new WeakMap<Server, number>()
const readPort = (server: Server): number => ports.get(server)!
const given = new Set<number>()

/** Listens on a port that no test in this file has used. */
async function listen(): Promise<Server> {
  for (;;) {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    ports.set(server, port)
    if (!given.has(port)) {
      given.add(port)
      return server
    }
    await close(server)
  }
}

const close = (server: Server): Promise<unknown> =>
  new Promise((resolve) => void server.close(resolve))

/** Says that this process holds a port. */
const takenBy = (port: number): string => MESSAGES.ports.taken(port, findHolder(port))

test('the worst verdict counts', () => {
  expect(findWorst([])).toBe('ok')
  expect(findWorst(['ok', 'warning', 'ok'])).toBe('warning')
  expect(findWorst(['warning', 'problem', 'ok'])).toBe('problem')
})

test.describe('the data directory', () => {
  test('is ok if only this user can access it, or if it does not exist yet', ({ directory }) => {
    expect(checkDataDirectory(directory, 'linux').verdict).toBe('ok')
    const found = checkDataDirectory(join(directory, 'new'), 'linux')
    expect(found).toMatchObject({
      verdict: 'ok',
      says: [MESSAGES.dataDirectory.missing(join(directory, 'new'))],
    })
  })

  test('S36: is a warning if other users can access it', ({ directory }) => {
    chmodSync(directory, 0o755)
    const found = checkDataDirectory(directory, 'linux')
    expect(found.verdict).toBe('warning')
    expect(found.says).toEqual([MESSAGES.dataDirectory.open(directory)])
    expect(checkDataDirectory(directory, 'win32').verdict).toBe('ok')
  })

  test('is a problem if it is a file, or below a file', ({ directory }) => {
    const path = join(directory, 'file')
    writeFileSync(path, '')
    expect(checkDataDirectory(path, 'linux')).toMatchObject({
      verdict: 'problem',
      says: [MESSAGES.dataDirectory.notADirectory(path)],
    })
    expect(checkDataDirectory(join(path, 'below'), 'linux')).toMatchObject({
      verdict: 'problem',
      says: [MESSAGES.dataDirectory.unusable(join(path, 'below'), 'ENOTDIR')],
    })
  })
})

test('this computer can connect to itself, and no timer is left', async () => {
  const clock = createTestClock()
  expect(await checkLoopback(4, clock)).toMatchObject({ name: 'loopback-ipv4', verdict: 'ok' })
  expect(await checkLoopback(6, clock)).toMatchObject({ name: 'loopback-ipv6', verdict: 'ok' })
  expect(clock.pending()).toBe(0)
})

test('a computer that cannot connect to itself in time is a problem', async () => {
  const clock = createTestClock()
  const found = checkLoopback(4, clock)
  // The time ends before the system has answered.
  clock.advance(60_000)
  expect(await found).toMatchObject({
    verdict: 'problem',
    says: [MESSAGES.loopback.fails('127.0.0.1', 'ETIMEDOUT')],
  })
})

test.describe('the service port', () => {
  test('is ok if it is named and free, or if any port will do', async ({ freePort }) => {
    const port = await freePort()
    expect(await checkServicePort({ port }, [])).toMatchObject({
      says: [MESSAGES.ports.free([port])],
    })
    expect(await checkServicePort({ port: 0 }, [])).toMatchObject({ verdict: 'ok' })
  })

  test('S28: is a problem if it is named and taken, and the message names the program', async ({
    holdPort,
  }) => {
    const port = await holdPort()
    const found = await checkServicePort({ port }, [])
    expect(found.verdict).toBe('problem')
    expect(found.says).toEqual([MESSAGES.ports.closeOrChoose(takenBy(port))])
  })

  test('S28: by default is the first free one, with a warning if the usual one is taken', async ({
    holdPort,
    freePort,
  }) => {
    const [first, second, third, last] = [
      await freePort(),
      await holdPort(),
      await holdPort(),
      await freePort(),
    ]
    expect(
      await checkServicePort({ port: null }, [], { documented: [first], plugins: [second] }),
    ).toMatchObject({
      verdict: 'ok',
      says: [MESSAGES.ports.free([first]), `${takenBy(second)}.`],
    })
    const found = await checkServicePort({ port: null }, [], {
      documented: [second, third],
      plugins: [last],
    })
    expect(found).toMatchObject({
      verdict: 'warning',
      says: [MESSAGES.ports.fallsBack(takenBy(second), last), `${takenBy(third)}.`],
    })
    expect(
      await checkServicePort({ port: null }, [], { documented: [second], plugins: [third] }),
    ).toMatchObject({
      verdict: 'problem',
      says: [MESSAGES.ports.allTaken, `${takenBy(second)}.`, `${takenBy(third)}.`],
    })
  })

  test('is ok if the running Latchkey uses it', async ({ holdPort }) => {
    const [own, other, plugin] = [await holdPort(), await holdPort(), await holdPort()]
    for (const port of [own, 0, null]) {
      const found = await checkServicePort({ port }, [own, plugin], {
        documented: [own, other],
        plugins: [plugin],
      })
      expect(found).toMatchObject({ verdict: 'ok' })
      expect(found.says[0]).toBe(MESSAGES.ports.ours([own, plugin]))
      expect(found.says.slice(1).join()).not.toContain(`${own} `)
    }
  })
})

test.describe('the redirect port', () => {
  test('may be any port if none is named', async () => {
    expect(await checkRedirectPorts({ redirectPort: [] })).toMatchObject({ verdict: 'ok' })
  })

  test('is checked for every port that is named', async ({ holdPort, freePort }) => {
    const [free, taken, other] = [await freePort(), await holdPort(), await holdPort()]
    expect(await checkRedirectPorts({ redirectPort: [free] })).toMatchObject({ verdict: 'ok' })
    expect(await checkRedirectPorts({ redirectPort: [taken, free] })).toMatchObject({
      verdict: 'warning',
      says: [MESSAGES.ports.someTaken, `${takenBy(taken)}.`],
    })
    expect(await checkRedirectPorts({ redirectPort: [taken, other] })).toMatchObject({
      verdict: 'problem',
      says: [MESSAGES.ports.noneFree, `${takenBy(taken)}.`, `${takenBy(other)}.`],
    })
  })
})

const settingsWith = (settings: Partial<Settings>): Settings => ({
  ...examineSettings({ args: [], env: {}, platform: 'linux', home: '/nowhere' }).settings,
  clientId: 'latchkey',
  ...settings,
})

const depsWith = (changes: Partial<ProviderDeps> = {}): ProviderDeps => ({
  http: createHttp({ timeoutMs: 5_000 }),
  clock: systemClock,
  env: {},
  hasDemo: true,
  proxyFor: () => null,
  ...changes,
})

test.describe('the provider', () => {
  const { names } = MESSAGES.features

  test('is ok if it answers correctly and the clocks agree', async ({ start }) => {
    const { issuer, requests } = await start()
    const found = await checkProvider(depsWith(), settingsWith({ issuer }))
    expect(found.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['proxy', 'ok'],
      ['provider', 'ok'],
      ['endpoints', 'ok'],
      ['clock', 'ok'],
    ])
    expect(found[1]!.says[0]).toMatch(
      /^127\.0\.0\.1:\d+ answered in [\d.]+ ms with valid metadata\.$/,
    )
    expect(found[2]!.says).toEqual([
      MESSAGES.features.list([names.revocation, names.userinfo, names.signOutPage], []),
    ])
    expect(requests).toMatchObject({ discovery: 1, authorization: 0, token: 0, jwks: 0 })
  })

  test('is a warning if it has rejected offline_access, with what to do', async ({
    start,
    directory,
  }) => {
    const { issuer } = await start()
    const settings = settingsWith({ issuer, dataDir: directory })
    const ports = { directory, nowMs: Date.now, complain: () => undefined }
    const { clientId, scope } = settings
    keepProviderMemory(ports)({ issuer, clientId: clientId!, scope }).recordRejection()
    const about = async (asked: Settings): Promise<unknown> =>
      (await checkProvider(depsWith(), asked)).find(({ name }) => name === 'scopes')
    expect(await about(settings)).toMatchObject({
      verdict: 'warning',
      says: [MESSAGES.provider.noOfflineAccess, MESSAGES.provider.allowOfflineAccess],
    })
    expect(await about({ ...settings, scope: 'openid' })).toBeUndefined()
  })

  test('is a problem if it cannot be reached, in the words of a sign-in', async ({ freePort }) => {
    const issuer = `http://127.0.0.1:${await freePort()}`
    const found = await checkProvider(depsWith(), settingsWith({ issuer }))
    expect(found.at(-1)).toMatchObject({
      name: 'provider',
      verdict: 'problem',
      says: [expect.stringContaining('the connection was refused')],
    })
  })

  test('is a problem if its metadata is invalid, and the clocks are still compared', async ({
    start,
  }) => {
    const { issuer } = await start({
      misbehave: { metadata: (json) => ({ ...json, issuer: 'https://other.example' }) },
    })
    const found = await checkProvider(depsWith(), settingsWith({ issuer }))
    expect(found.slice(1)).toMatchObject([
      {
        name: 'provider',
        verdict: 'problem',
        says: [ISSUER_MESSAGES.other(issuer, 'https://other.example')],
      },
      { name: 'clock', verdict: 'ok' },
    ])
  })

  test('is a warning if it answers slowly', async ({ start }) => {
    const { issuer } = await start()
    const clock = createTestClock()
    const http = createHttp()
    const slowly: ProviderDeps['http'] = async (request) => {
      const answer = await http(request)
      clock.advance(4_000)
      return answer
    }
    const found = await checkProvider(depsWith({ clock, http: slowly }), settingsWith({ issuer }))
    expect(found[1]).toMatchObject({
      verdict: 'warning',
      says: [MESSAGES.provider.slow(new URL(issuer).host, 4_000)],
    })
  })

  test('is a warning if its metadata has invalid members, which are listed', async ({ start }) => {
    const { issuer } = await start({
      misbehave: {
        metadata: (json) => ({
          ...json,
          userinfo_endpoint: 'http://provider.example/me',
          end_session_endpoint: null,
          code_challenge_methods_supported: 'S256',
        }),
      },
    })
    const found = await checkProvider(depsWith(), settingsWith({ issuer }))
    expect(found.find(({ name }) => name === 'endpoints')?.says).toEqual([
      MESSAGES.features.list([names.revocation], [names.userinfo, names.signOutPage]),
    ])
    expect(found.find(({ name }) => name === 'metadata')).toEqual({
      name: 'metadata',
      verdict: 'warning',
      says: [
        MESSAGES.metadata.ignored([
          'code_challenge_methods_supported (malformed)',
          'userinfo_endpoint (not https)',
          'end_session_endpoint (empty)',
        ]),
      ],
    })
  })

  test('is ok if members of its metadata are only empty', async ({ start }) => {
    const { issuer, misbehave } = await start()
    const verdicts = async (): Promise<string[]> =>
      (await checkProvider(depsWith(), settingsWith({ issuer })))
        .filter(({ name }) => name === 'metadata')
        .map(({ verdict }) => verdict)
    expect(await verdicts()).toEqual([])
    misbehave.metadata = (json) => ({ ...json, userinfo_endpoint: '', end_session_endpoint: null })
    expect(await verdicts()).toEqual(['ok'])
  })

  test('RFC 8414 section 2: has a message if it revokes tokens only with a client secret', async ({
    start,
  }) => {
    const methods = ['client_secret_basic', 'client_secret_post']
    const { issuer } = await start({
      misbehave: {
        metadata: (json) => ({ ...json, revocation_endpoint_auth_methods_supported: methods }),
      },
    })
    const found = await checkProvider(depsWith(), settingsWith({ issuer }))
    const says = found.flatMap((one) => one.says).filter((line) => /client secret/.test(line))
    expect(says).toEqual([MESSAGES.features.revocationNeedsSecret])
  })

  test('is a warning if --end-session is set and it has no sign-out page', async ({ start }) => {
    const without = new Set(['revocation_endpoint', 'end_session_endpoint'])
    const { issuer } = await start({
      misbehave: {
        metadata: (json) =>
          Object.fromEntries(Object.entries(json).filter(([name]) => !without.has(name))),
      },
    })
    const [, , plain] = await checkProvider(depsWith(), settingsWith({ issuer }))
    expect(plain).toMatchObject({ name: 'endpoints', verdict: 'ok' })
    expect(plain!.says).toEqual([
      MESSAGES.features.list([names.userinfo], [names.revocation, names.signOutPage]),
      MESSAGES.features.noRevocation,
    ])
    const asked = settingsWith({ issuer, endSession: true })
    const [, , wanting] = await checkProvider(depsWith(), asked)
    expect(wanting).toMatchObject({
      verdict: 'warning',
      says: [
        MESSAGES.features.noSignOutPage,
        MESSAGES.features.list([names.userinfo], [names.revocation, names.signOutPage]),
        MESSAGES.features.noRevocation,
      ],
    })
  })

  for (const [name, clockSkewMs, verdict, words] of [
    ['a little ahead', 3_000, 'ok', MESSAGES.clock.inSync],
    ['ahead', 20_000, 'warning', /clock is [12]\d seconds ahead of the provider's/],
    ['behind', -20_000, 'warning', /clock is [12]\d seconds behind the provider's/],
    ['minutes ahead', 300_000, 'problem', /clock is 5 minutes ahead/],
    ['hours behind', -7_200_000, 'problem', /clock is (2 hours|120 minutes) behind/],
    ['years behind', -1e11, 'problem', /clock is 1157 days behind/],
  ] as const) {
    test(`shows that the clock is ${name}`, async ({ start }) => {
      const { issuer } = await start()
      const clock = createTestClock(Date.now() + clockSkewMs)
      const found = await checkProvider(depsWith({ clock }), settingsWith({ issuer }))
      expect(found.at(-1)).toMatchObject({ name: 'clock', verdict })
      expect(found.at(-1)!.says[0]).toMatch(words)
    })
  }

  test('may send no valid time', async ({ start }) => {
    const { issuer } = await start({ misbehave: { date: 'whenever' } })
    const found = await checkProvider(depsWith(), settingsWith({ issuer }))
    expect(found.at(-1)).toMatchObject({ name: 'clock', verdict: 'ok' })
    expect(found.at(-1)!.says).toEqual([MESSAGES.clock.unknown])
  })

  test('is a problem if it is not configured, and the demo provider is not asked', async () => {
    expect(await checkProvider(depsWith(), settingsWith({ issuer: null }))).toMatchObject([
      { verdict: 'problem', says: [MESSAGES.provider.missing(true)] },
    ])
    const demo = settingsWith({ demo: true })
    expect(await checkProviders(depsWith(), demo, demo)).toMatchObject([{ verdict: 'ok' }])
  })
})

test.describe('several providers', () => {
  const providersWith = (providers: readonly object[]): Settings =>
    examineSettings({
      args: [],
      env: {},
      platform: 'linux',
      home: '/nowhere',
      readFile: () => ({ content: { providers }, warning: null }),
    }).settings
  const entry = (name: string, issuer = 'https://a.example') => ({ name, issuer, clientId: name })

  test('are all checked, and each check names its provider', async ({ start }) => {
    const [good, bad] = [await start(), await start({ misbehave: { metadata: () => ({}) } })]
    const settings = providersWith([
      { ...entry('good', good.issuer), prompt: 'login' },
      entry('bad', bad.issuer),
    ])
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const found = await checkProviders(depsWith({ env }), settings, settings)
    const checks = found.map(({ name, verdict, providers }) => [name, verdict, providers?.join()])
    expect(checks).toEqual([
      // It is about all of them.
      ['certificates', 'problem', undefined],
      ['proxy', 'ok', 'good'],
      ['provider', 'ok', 'good'],
      ['endpoints', 'ok', 'good'],
      ['clock', 'ok', 'good'],
      ['proxy', 'ok', 'bad'],
      ['provider', 'problem', 'bad'],
      ['clock', 'ok', 'bad'],
    ])
  })

  test('one provider in the list needs no name', async ({ start }) => {
    const { issuer } = await start()
    const settings = providersWith([entry('only', issuer)])
    const found = await checkProviders(depsWith(), settings, settings)
    expect(found).toContainEqual(expect.objectContaining({ name: 'provider', verdict: 'ok' }))
    expect(found.every((check) => check.providers === undefined)).toBe(true)
  })

  test('the redirect ports of each are checked, and equal ones only once', async ({ freePort }) => {
    const [free, other] = [await freePort(), await freePort()]
    const settings = providersWith([
      { ...entry('a'), redirectPort: free },
      { ...entry('b'), redirectPort: [free] },
      { ...entry('c'), redirectPort: other },
      entry('d'),
    ])
    expect(await checkAllRedirectPorts(settings)).toEqual(
      [
        createCheck('redirect-port', 'ok', MESSAGES.ports.free([free])),
        createCheck('redirect-port', 'ok', MESSAGES.ports.free([other])),
        createCheck('redirect-port', 'ok', MESSAGES.ports.any),
      ].map((check, index) => ({ ...check, providers: [['a', 'b'], ['c'], ['d']][index]! })),
    )
    for (const same of [providersWith([]), providersWith([entry('a'), entry('b')])]) {
      expect(await checkAllRedirectPorts(same)).toEqual([
        createCheck('redirect-port', 'ok', MESSAGES.ports.any),
      ])
    }
  })
})

test.describe('the way to the provider', () => {
  test('shows the proxy', async ({ start }) => {
    const { issuer } = await start()
    const asked: string[] = []
    const proxyFor: ProviderDeps['proxyFor'] = (url) => {
      asked.push(url.href)
      return { host: 'proxy.example:3128', variable: 'HTTPS_PROXY' }
    }
    const [found] = await checkProvider(depsWith({ proxyFor }), settingsWith({ issuer }))
    expect(found).toMatchObject({
      name: 'proxy',
      verdict: 'ok',
      says: [MESSAGES.proxy.used('proxy.example:3128', 'HTTPS_PROXY')],
    })
    expect(asked).toEqual([`${issuer}/`])
  })

  test('is a problem if the proxy is invalid', async ({ start }) => {
    const { issuer } = await start()
    const proxyFor = (): never => {
      throw new AuthError('provider-unreachable', 'HTTPS_PROXY names none.')
    }
    const [found] = await checkProvider(depsWith({ proxyFor }), settingsWith({ issuer }))
    expect(found).toMatchObject({ verdict: 'problem', says: ['HTTPS_PROXY names none.'] })
  })

  test('shows that a SOCKS proxy or a PAC file is not supported', async ({ start }) => {
    const { issuer } = await start()
    for (const variable of ['socks_proxy', 'SOCKS_PROXY', 'auto_proxy', 'AUTO_PROXY']) {
      const env = { [variable]: 'p.test:1080' }
      const [found] = await checkProvider(depsWith({ env }), settingsWith({ issuer }))
      expect(found).toMatchObject({ name: 'proxy', verdict: 'warning' })
      expect(found!.says).toEqual([MESSAGES.proxy.unsupported([variable])])
    }
  })

  test('shows whether the additional certificates can be read', async ({ start, directory }) => {
    const { issuer } = await start()
    const path = join(directory, 'ca.pem')
    const settings = settingsWith({ issuer })
    const certificates = async (env: ProviderDeps['env']): Promise<unknown> =>
      (await checkProviders(depsWith({ env }), settings, settings)).find(
        ({ name }) => name === 'certificates',
      )
    const env = { NODE_EXTRA_CA_CERTS: path }
    expect(await certificates({})).toBeUndefined()
    expect(await certificates(env)).toMatchObject({
      verdict: 'problem',
      says: [MESSAGES.certificates.unreadable(path, 'ENOENT')],
    })
    writeFileSync(path, '')
    expect(await certificates(env)).toMatchObject({ verdict: 'ok' })
    expect(await certificates({ ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatchObject({
      verdict: 'problem',
      says: [expect.stringContaining('Unset NODE_TLS_REJECT_UNAUTHORIZED')],
    })
  })

  test('S12: unchecked certificates are a problem even without a provider or with the demo', async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    for (const settings of [settingsWith({}), settingsWith({ demo: true })]) {
      const found = await checkProviders(depsWith({ env }), settings, settings)
      expect(found.map(({ name, verdict }) => [name, verdict])).toContainEqual([
        'certificates',
        'problem',
      ])
    }
  })
})

for (const [addresses, verdict, says] of [
  [['127.0.0.1', '::1'], 'ok', MESSAGES.localhost.resolves(['127.0.0.1', '::1'])],
  [['127.0.0.53'], 'ok', MESSAGES.localhost.resolves(['127.0.0.53'])],
  [['127.0.0.1', '192.0.2.7'], 'problem', MESSAGES.localhost.elsewhere(['192.0.2.7'])],
  [['::1', '2001:db8::1'], 'problem', MESSAGES.localhost.elsewhere(['2001:db8::1'])],
  [['0.0.0.0'], 'problem', MESSAGES.localhost.elsewhere(['0.0.0.0'])],
  [['::'], 'problem', MESSAGES.localhost.elsewhere(['::'])],
  [[], 'problem', MESSAGES.localhost.nowhere],
] as const) {
  test(`localhost as ${addresses.join(' and ') || 'nothing'}: ${verdict}`, async () => {
    const found = await checkLocalhost(() => Promise.resolve(addresses))
    expect(found).toMatchObject({ name: 'localhost', verdict })
    expect(found.says[0]).toBe(says)
    expect(found.says.slice(1)).toEqual(verdict === 'ok' ? [] : [MESSAGES.localhost.fix])
  })
}

test('localhost that cannot be resolved is a problem, with the system’s error code', async () => {
  const failure = Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' })
  const found = await checkLocalhost(() => Promise.reject(failure))
  expect(found).toMatchObject({ name: 'localhost', verdict: 'problem' })
  expect(found.says[0]).toBe(MESSAGES.localhost.lookupFailed('EAI_AGAIN'))
})

test('each kind of session storage has a message, or its own reason', () => {
  for (const [tier, verdict] of [
    ['keyring', 'ok'],
    ['passphrase', 'ok'],
    ['key-file', 'warning'],
    ['memory', 'warning'],
  ] as const) {
    expect(checkStorage({ tier, message: null })).toMatchObject({
      verdict,
      says: [expect.any(String)],
    })
    expect(checkStorage({ tier, message: 'So it is.' }).says).toEqual(['So it is.'])
  }
})

test('a browser is expected if there is a desktop', () => {
  const findVerdict = (env: object, platform: NodeJS.Platform, noBrowser = false): string =>
    checkBrowser({ noBrowser }, { ...env }, platform).verdict
  expect(findVerdict({}, 'linux')).toBe('warning')
  expect(findVerdict({}, 'linux', true)).toBe('ok')
  expect(findVerdict({ DISPLAY: ':0' }, 'linux')).toBe('ok')
  expect(findVerdict({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe('ok')
  expect(findVerdict({ WSL_DISTRO_NAME: 'Debian' }, 'linux')).toBe('ok')
  expect(findVerdict({}, 'darwin')).toBe('ok')
  expect(findVerdict({}, 'win32')).toBe('ok')
  const remote = checkBrowser({ noBrowser: false }, { SSH_CONNECTION: 'a 1 b 2' }, 'linux')
  expect(remote.says[0]).toContain(MESSAGES.browser.overSsh)
})

test.describe('a Latchkey with this data directory', () => {
  const http = createHttp({ timeoutMs: 5_000 })

  test('may be absent, even if it left a service file behind', async ({ directory, freePort }) => {
    const none = { ports: [], found: { verdict: 'ok' } }
    expect(await checkRunning(ownWith(join(directory, 'new')), http, '1.0.0')).toMatchObject(none)
    expect(await checkRunning(ownWith(directory), http, '1.0.0')).toMatchObject(none)
    announceBy(directory, `http://127.0.0.1:${await freePort()}`)
    const ended = await lockDirectory(directory)
    await ended.release()
    expect(await checkRunning(ownWith(directory), http, '1.0.0')).toMatchObject(none)
  })

  test('may be starting if it has no service file yet', async ({ directory }) => {
    const directoryLock = await lockDirectory(directory)
    const { found, ports } = await checkRunning(ownWith(directory), http, '1.0.0')
    expect([found.verdict, ports]).toEqual(['warning', []])
    expect(found.says[0]).toContain(`(PID ${process.pid})`)
    await directoryLock.release()
  })

  test('is a problem if it does not answer', async ({ directory, freePort }) => {
    const directoryLock = await lockDirectory(directory)
    announceBy(directory, `http://127.0.0.1:${await freePort()}`)
    const { found, ports } = await checkRunning(ownWith(directory), http, '1.0.0')
    expect([found.verdict, ports]).toEqual(['problem', []])
    expect(found.says[0]).toContain('does not answer')
    await directoryLock.release()
  })

  for (const [theirs, says] of [
    [{ issuer: 'https://a.example' }, [MESSAGES.running.usesFirst('https://a.example')]],
    [
      { issuer: 'https://b.example' },
      [MESSAGES.running.usesFirst('https://b.example'), MESSAGES.running.checksOwn],
    ],
    [
      { issuer: null },
      [MESSAGES.running.uses(MESSAGES.running.noProvider), MESSAGES.running.checksOwn],
    ],
    [
      { issuer: 'http://127.0.0.1:4000', demo: true },
      [MESSAGES.running.uses(MESSAGES.running.demo), MESSAGES.running.checksOwn],
    ],
  ] as const) {
    test(`is not said to use one provider alone if several are set: ${JSON.stringify(theirs)}`, async ({
      directory,
    }) => {
      const directoryLock = await lockDirectory(directory)
      const answer = createHttpServer((_request, response) => void response.end())
      const server = answer.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      announceBy(directory, `http://127.0.0.1:${port}`, theirs)
      const issuer = 'https://a.example'
      const own = { ...ownWith(directory), issuer, clientId: 'a', hasSeveral: true }
      const { found, provider } = await checkRunning(own, http, '1.0.0')
      expect(found.says.slice(1)).toEqual([says.join(' ')])
      expect(provider).toEqual({ demo: false, issuer, clientId: 'a' })
      server.close()
      await directoryLock.release()
    })
  }

  test('is contacted only on this computer, whatever its service file says', ({ directory }) => {
    for (const url of ['http://192.0.2.1:80', 'https://127.0.0.1:80', 'file:///etc', 'nonsense']) {
      announceBy(directory, url)
      expect(readServiceFile(directory)).toBeNull()
    }
    announceBy(directory, 'http://127.0.0.1:80')
    expect(readServiceFile(directory)).toMatchObject({
      url: 'http://127.0.0.1:80',
      pid: 42,
      // Earlier versions wrote neither.
      clientId: null,
      demo: false,
    })
    writeFileSync(join(directory, 'service.json'), '{ "url": ')
    expect(readServiceFile(directory)).toBeNull()
  })
})

/** Settings without a provider. */
const ownWith = (dataDir: string) => ({ dataDir, demo: false, issuer: null, clientId: null })

function announceBy(directory: string, url: string, more: object = {}): void {
  const content = { instance: 'x', url, port: 80, pid: 42, version: '1.0.0', ...more }
  writeFileSync(join(directory, 'service.json'), JSON.stringify(content))
}

test('S38: home directories become ~ and passwords in URLs become … everywhere', async ({
  directory,
}) => {
  const dataDir = join(directory, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  writeFileSync(join(dataDir, 'settings.json'), '{ "issuer": "https://ann:canary@a.example" }')
  const diagnosis = await diagnose({
    ...depsWith(),
    version: '1.0.0',
    platform: 'linux',
    home: directory,
    findings: examineSettings({
      args: ['--data-dir', dataDir, '--audience', `${directory}-other`],
      env: {},
      platform: 'linux',
      home: directory,
    }),
    storage: { tier: 'memory', message: `See ${directory}.` },
    failures: [`{"at":"${directory}/x"}`, 'https://b:canary@b.example/@c'],
  })
  const text = JSON.stringify(diagnosis)
  expect(text).not.toContain('canary')
  expect(diagnosis.checks[0]!.says[1]).toContain(
    `"issuer" in ~/data/settings.json (line 1, column 3) ${RULES.issuer}`,
  )
  expect(diagnosis.checks[0]!.says[1]).toContain('https://…@a.example')
  expect(diagnosis.settings.find(({ name }) => name === 'dataDir')!.value).toBe('~/data')
  expect(diagnosis.settings.find(({ name }) => name === 'audience')!.value).toBe(
    `${directory}-other`,
  )
  expect(diagnosis.failures).toEqual(['{"at":"~/x"}', 'https://…@b.example/@c'])
  expect(text).toContain('"See ~."')
})

test('S36: the report is readable only for its owner, and replaces the previous one', ({
  directory,
}) => {
  const path = join(directory, 'diagnosis.txt')
  writeFileSync(path, 'before', { mode: 0o644 })
  expect(writeReport(directory, 'after')).toBe(path)
  expect(readFileSync(path, 'utf8')).toBe('after')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  rmSync(path)
  mkdirSync(path)
  expect(() => writeReport(directory, 'again')).toThrow()
  expect(readdirSync(directory)).toEqual(['diagnosis.txt'])
})
