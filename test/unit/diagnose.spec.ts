// The checks of a diagnosis, on real ports and folders and at a real provider.

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { readServiceFile } from '../../main/storage/service-file.js'
import { AuthError } from '../../main/base/errors.js'
import { createHttp } from '../../main/net/http.js'
import { worstOf } from '../../main/diagnose/check.js'
import {
  checkBrowser,
  checkDataDirectory,
  checkLocalhost,
  checkLoopback,
  checkStorage,
} from '../../main/diagnose/check-computer.js'
import { checkRedirectPorts, checkServicePort } from '../../main/diagnose/check-ports.js'
import { checkProvider, type ProviderDeps } from '../../main/diagnose/check-provider.js'
import { checkRunning } from '../../main/diagnose/check-running.js'
import { systemClock } from '../../main/base/clock.js'
import { diagnose, writeReport } from '../../main/diagnose/diagnose.js'
import { lockDirectory } from '../../main/storage/directory-lock.js'
import { keepProviderMemory } from '../../main/storage/provider-memory.js'
import { examineSettings } from '../../main/settings/read.js'
import type { Settings } from '../../main/settings/options.js'
import { createTestClock } from '../support/clock.js'
import { startProvider, type ProviderOptions, type RunningProvider } from '../provider/provider.js'

const test = base.extend<{
  directory: string
  /** A port that is taken until the test ends. */
  holdPort: () => Promise<number>
  /** A port that is free for now. */
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
      return portOf(server)
    })
    for (const server of servers) await close(server)
  },
  // eslint-disable-next-line no-empty-pattern
  freePort: async ({}, use) => {
    await use(async () => {
      const server = await listen()
      await close(server)
      return portOf(server)
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
const portOf = (server: Server): number => ports.get(server)!
const given = new Set<number>()

/** On a port that no test here was given before. */
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

const HERE = process.platform === 'linux' ? `, process ${process.pid}` : 'another program'

test('the worst verdict counts', () => {
  expect(worstOf([])).toBe('ok')
  expect(worstOf(['ok', 'warning', 'ok'])).toBe('warning')
  expect(worstOf(['warning', 'problem', 'ok'])).toBe('problem')
})

test.describe('the data directory', () => {
  test('of this user alone is right, and one that is not there yet too', ({ directory }) => {
    expect(checkDataDirectory(directory, 'linux').verdict).toBe('ok')
    const found = checkDataDirectory(join(directory, 'new'), 'linux')
    expect(found).toMatchObject({ verdict: 'ok', says: [expect.stringContaining('not there yet')] })
  })

  test('S36: that others may look into is told of, with what to do', ({ directory }) => {
    chmodSync(directory, 0o755)
    const found = checkDataDirectory(directory, 'linux')
    expect(found.verdict).toBe('warning')
    expect(found.says[0]).toContain(`chmod 700 "${directory}"`)
    expect(checkDataDirectory(directory, 'win32').verdict).toBe('ok')
  })

  test('that is a file, or behind one, is a problem', ({ directory }) => {
    const path = join(directory, 'file')
    writeFileSync(path, '')
    expect(checkDataDirectory(path, 'linux')).toMatchObject({
      verdict: 'problem',
      says: [`${path} is no directory. Mend that, or choose another with --data-dir.`],
    })
    expect(checkDataDirectory(join(path, 'below'), 'linux')).toMatchObject({
      verdict: 'problem',
      says: [expect.stringContaining('(ENOTDIR)')],
    })
  })
})

test('this computer reaches itself, and waits for nothing afterwards', async () => {
  const clock = createTestClock()
  expect(await checkLoopback(4, clock)).toMatchObject({ name: 'loopback-ipv4', verdict: 'ok' })
  expect(await checkLoopback(6, clock)).toMatchObject({ name: 'loopback-ipv6', verdict: 'ok' })
  expect(clock.pending()).toBe(0)
})

test('a computer that does not reach itself in time is told of', async () => {
  const clock = createTestClock()
  const found = checkLoopback(4, clock)
  // Runs out before the system has answered.
  clock.advance(60_000)
  expect(await found).toMatchObject({
    verdict: 'problem',
    says: [expect.stringContaining('does not reach itself at 127.0.0.1 (ETIMEDOUT)')],
  })
})

test.describe('the service’s port', () => {
  test('named and free is right, and so is any', async ({ freePort }) => {
    const port = await freePort()
    expect(await checkServicePort({ port }, null)).toMatchObject({ says: [`${port} is free.`] })
    expect(await checkServicePort({ port: 0 }, null)).toMatchObject({ verdict: 'ok' })
  })

  test('S28: named and taken is a problem, and who holds it is said', async ({ holdPort }) => {
    const port = await holdPort()
    const found = await checkServicePort({ port }, null)
    expect(found.verdict).toBe('problem')
    expect(found.says[0]).toContain(`${port} is in use by`)
    expect(found.says[0]).toContain(HERE)
    expect(found.says[0]).toContain('Close that program')
  })

  test('S28: on the ladder is the first free one; the usual one taken is a warning', async ({
    holdPort,
    freePort,
  }) => {
    const [first, second, third, last] = [
      await freePort(),
      await holdPort(),
      await holdPort(),
      await freePort(),
    ]
    expect(await checkServicePort({ port: null }, null, [first, second])).toMatchObject({
      verdict: 'ok',
      says: [`${first} is free.`, expect.stringContaining(`${second} is in use by`)],
    })
    const found = await checkServicePort({ port: null }, null, [second, third, last])
    expect(found).toMatchObject({
      verdict: 'warning',
      says: [
        expect.stringContaining(`would be on ${last}, for ${second} is in use by`),
        expect.stringContaining(`${third} is in use by`),
      ],
    })
    expect(await checkServicePort({ port: null }, null, [second, third])).toMatchObject({
      verdict: 'problem',
      says: [
        expect.stringContaining('None of the ports'),
        expect.stringContaining(`${second} is in use by`),
        expect.stringContaining(`${third} is in use by`),
      ],
    })
  })

  test('that the running Latchkey holds is no surprise', async ({ holdPort }) => {
    const [own, other] = [await holdPort(), await holdPort()]
    for (const port of [own, 0, null]) {
      const found = await checkServicePort({ port }, own, [own, other])
      expect(found).toMatchObject({ verdict: 'ok' })
      expect(found.says[0]).toBe(`It is on ${own}.`)
      expect(found.says.slice(1).join()).not.toContain(`${own} is`)
    }
  })
})

test.describe('the redirect URI’s port', () => {
  test('that is not named may be any', async () => {
    expect(await checkRedirectPorts({ redirectPort: [] })).toMatchObject({ verdict: 'ok' })
  })

  test('named is looked at, each', async ({ holdPort, freePort }) => {
    const [free, taken, other] = [await freePort(), await holdPort(), await holdPort()]
    expect(await checkRedirectPorts({ redirectPort: [free] })).toMatchObject({ verdict: 'ok' })
    expect(await checkRedirectPorts({ redirectPort: [taken, free] })).toMatchObject({
      verdict: 'warning',
      says: [expect.anything(), expect.stringContaining(`${taken} is in use by`)],
    })
    expect(await checkRedirectPorts({ redirectPort: [taken, other] })).toMatchObject({
      verdict: 'problem',
      says: [
        expect.stringContaining('--redirect-port'),
        expect.stringContaining(HERE),
        expect.stringContaining(HERE),
      ],
    })
  })
})

const settingsWith = (settings: Partial<Settings>): Settings => ({
  ...examineSettings({ args: [], env: {}, platform: 'linux', home: '/nowhere' }).settings,
  clientId: 'latchkey',
  ...settings,
})

const portsWith = (changes: Partial<ProviderDeps> = {}): ProviderDeps => ({
  http: createHttp({ timeoutMs: 5_000 }),
  clock: systemClock,
  env: {},
  hasDemo: true,
  proxyFor: () => null,
  ...changes,
})

test.describe('the provider', () => {
  test('that answers as it should is right, and so are the clocks', async ({ start }) => {
    const { issuer, requests } = await start()
    const found = await checkProvider(portsWith(), settingsWith({ issuer }))
    expect(found.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['proxy', 'ok'],
      ['provider', 'ok'],
      ['endpoints', 'ok'],
      ['clock', 'ok'],
    ])
    expect(found[1]!.says[0]).toMatch(/^127\.0\.0\.1:\d+ answered in [\d.]+ ms, and its metadata/)
    expect(found[2]!.says).toEqual([
      'Besides signing in the provider offers: revocation, userinfo, a sign-out page. It lacks: nothing.',
    ])
    expect(requests).toMatchObject({ discovery: 1, authorization: 0, token: 0, jwks: 0 })
  })

  test('that has rejected offline_access is told of, with what brings it back', async ({
    start,
    directory,
  }) => {
    const { issuer } = await start()
    const settings = settingsWith({ issuer, dataDir: directory })
    const ports = { directory, nowMs: Date.now, complain: () => undefined }
    keepProviderMemory({ ...ports, asked: settings }).noteRejection()
    const about = async (asked: Settings): Promise<unknown> =>
      (await checkProvider(portsWith(), asked)).find(({ name }) => name === 'scopes')
    expect(await about(settings)).toMatchObject({
      verdict: 'warning',
      says: [
        expect.stringContaining('does not allow the scope offline_access'),
        expect.stringContaining('--scope'),
      ],
    })
    expect(await about({ ...settings, scope: 'openid' })).toBeUndefined()
  })

  test('that is not there is a problem in the words of a sign-in', async ({ freePort }) => {
    const issuer = `http://127.0.0.1:${await freePort()}`
    const found = await checkProvider(portsWith(), settingsWith({ issuer }))
    expect(found.at(-1)).toMatchObject({
      name: 'provider',
      verdict: 'problem',
      says: [expect.stringContaining('the connection was refused')],
    })
  })

  test('whose metadata cannot be used is a problem, and its clock is compared all the same', async ({
    start,
  }) => {
    const { issuer } = await start({
      misbehave: { metadata: (json) => ({ ...json, issuer: 'https://other.example' }) },
    })
    const found = await checkProvider(portsWith(), settingsWith({ issuer }))
    expect(found.slice(1)).toMatchObject([
      { name: 'provider', verdict: 'problem', says: [expect.stringContaining('another one')] },
      { name: 'clock', verdict: 'ok' },
    ])
  })

  test('that takes long is told of', async ({ start }) => {
    const { issuer } = await start()
    const clock = createTestClock()
    const http = createHttp()
    const slowly: ProviderDeps['http'] = async (request) => {
      const answer = await http(request)
      clock.advance(4_000)
      return answer
    }
    const found = await checkProvider(portsWith({ clock, http: slowly }), settingsWith({ issuer }))
    expect(found[1]).toMatchObject({
      verdict: 'warning',
      says: [expect.stringContaining('answered in 4000 ms')],
    })
  })

  test('that announces what cannot be used is told of, member by member', async ({ start }) => {
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
    const found = await checkProvider(portsWith(), settingsWith({ issuer }))
    expect(found.find(({ name }) => name === 'endpoints')?.says).toEqual([
      'Besides signing in the provider offers: revocation. It lacks: userinfo, a sign-out page.',
    ])
    expect(found.find(({ name }) => name === 'metadata')).toEqual({
      name: 'metadata',
      verdict: 'warning',
      says: [
        "Latchkey treats these members of the provider's metadata as absent: " +
          'code_challenge_methods_supported (malformed), userinfo_endpoint (not https), ' +
          'end_session_endpoint (empty).',
      ],
    })
  })

  test('that only leaves members empty is all right, and has none is not mentioned', async ({
    start,
  }) => {
    const { issuer, misbehave } = await start()
    const verdicts = async (): Promise<string[]> =>
      (await checkProvider(portsWith(), settingsWith({ issuer })))
        .filter(({ name }) => name === 'metadata')
        .map(({ verdict }) => verdict)
    expect(await verdicts()).toEqual([])
    misbehave.metadata = (json) => ({ ...json, userinfo_endpoint: '', end_session_endpoint: null })
    expect(await verdicts()).toEqual(['ok'])
  })

  test('RFC 8414 section 2: that takes revocations only with a secret is told of once', async ({
    start,
  }) => {
    const methods = ['client_secret_basic', 'client_secret_post']
    const { issuer } = await start({
      misbehave: {
        metadata: (json) => ({ ...json, revocation_endpoint_auth_methods_supported: methods }),
      },
    })
    const found = await checkProvider(portsWith(), settingsWith({ issuer }))
    const says = found.flatMap((one) => one.says).filter((line) => /client secret/.test(line))
    expect(says).toEqual([
      'The provider announces that only applications with a client secret may revoke tokens. ' +
        'Signing out asks for it anyway, but tokens may stay valid there until they expire.',
    ])
  })

  test('that lacks what sign-out uses is told of where that is asked for', async ({ start }) => {
    const without = new Set(['revocation_endpoint', 'end_session_endpoint'])
    const { issuer } = await start({
      misbehave: {
        metadata: (json) =>
          Object.fromEntries(Object.entries(json).filter(([name]) => !without.has(name))),
      },
    })
    const [, , plain] = await checkProvider(portsWith(), settingsWith({ issuer }))
    expect(plain).toMatchObject({ name: 'endpoints', verdict: 'ok' })
    expect(plain!.says).toEqual([
      'Besides signing in the provider offers: userinfo. It lacks: revocation, a sign-out page.',
      expect.stringContaining('Tokens cannot be ended there'),
    ])
    const asked = settingsWith({ issuer, endSession: true })
    const [, , wanting] = await checkProvider(portsWith(), asked)
    expect(wanting).toMatchObject({
      verdict: 'warning',
      says: [
        expect.stringContaining('--end-session does nothing'),
        expect.stringContaining('Besides signing in'),
        expect.stringContaining('Tokens cannot be ended there'),
      ],
    })
  })

  for (const [name, clockSkewMs, verdict, words] of [
    ['a little ahead', 3_000, 'ok', "It shows the provider's time."],
    ['ahead', 20_000, 'warning', /clock is [12]\d seconds ahead of the provider's/],
    ['behind', -20_000, 'warning', /clock is [12]\d seconds behind the provider's/],
    ['minutes ahead', 300_000, 'problem', /clock is 5 minutes ahead/],
    ['hours behind', -7_200_000, 'problem', /clock is (2 hours|120 minutes) behind/],
    ['years behind', -1e11, 'problem', /clock is 1157 days behind/],
  ] as const) {
    test(`shows a clock that is ${name}`, async ({ start }) => {
      const { issuer } = await start()
      const clock = createTestClock(Date.now() + clockSkewMs)
      const found = await checkProvider(portsWith({ clock }), settingsWith({ issuer }))
      expect(found.at(-1)).toMatchObject({ name: 'clock', verdict })
      expect(found.at(-1)!.says[0]).toMatch(words)
    })
  }

  test('that says no time is not taken to be wrong', async ({ start }) => {
    const { issuer } = await start({ misbehave: { date: 'whenever' } })
    const found = await checkProvider(portsWith(), settingsWith({ issuer }))
    expect(found.at(-1)).toMatchObject({ name: 'clock', verdict: 'ok' })
    expect(found.at(-1)!.says[0]).toContain('does not say')
  })

  test('that is not configured is a problem, and the demo’s own is not asked', async () => {
    expect(await checkProvider(portsWith(), settingsWith({ issuer: null }))).toMatchObject([
      { verdict: 'problem', says: [expect.stringContaining('--issuer and --client-id')] },
    ])
    expect(await checkProvider(portsWith(), settingsWith({ demo: true }))).toMatchObject([
      { verdict: 'ok' },
    ])
  })
})

test.describe('the way to the provider', () => {
  test('leads by the proxy that is named', async ({ start }) => {
    const { issuer } = await start()
    const asked: string[] = []
    const proxyFor: ProviderDeps['proxyFor'] = (url) => {
      asked.push(url.href)
      return { host: 'proxy.example:3128', variable: 'HTTPS_PROXY' }
    }
    const [found] = await checkProvider(portsWith({ proxyFor }), settingsWith({ issuer }))
    expect(found).toMatchObject({
      name: 'proxy',
      verdict: 'ok',
      says: ['The provider is asked by proxy.example:3128 (HTTPS_PROXY).'],
    })
    expect(asked).toEqual([`${issuer}/`])
  })

  test('is a problem where the proxy cannot be used', async ({ start }) => {
    const { issuer } = await start()
    const proxyFor = (): never => {
      throw new AuthError('provider-unreachable', 'HTTPS_PROXY names none.')
    }
    const [found] = await checkProvider(portsWith({ proxyFor }), settingsWith({ issuer }))
    expect(found).toMatchObject({ verdict: 'problem', says: ['HTTPS_PROXY names none.'] })
  })

  test('does not go by a SOCKS proxy or a PAC file, and it is said', async ({ start }) => {
    const { issuer } = await start()
    for (const variable of ['socks_proxy', 'SOCKS_PROXY', 'auto_proxy', 'AUTO_PROXY']) {
      const env = { [variable]: 'p.test:1080' }
      const [found] = await checkProvider(portsWith({ env }), settingsWith({ issuer }))
      expect(found).toMatchObject({ name: 'proxy', verdict: 'warning' })
      expect(found!.says[0]).toContain(`${variable} names a proxy of a kind that`)
    }
  })

  test('trusts the certificates that are named, if they can be read', async ({
    start,
    directory,
  }) => {
    const { issuer } = await start()
    const path = join(directory, 'ca.pem')
    const certificates = async (env: ProviderDeps['env']): Promise<unknown> =>
      (await checkProvider(portsWith({ env }), settingsWith({ issuer }))).find(
        ({ name }) => name === 'certificates',
      )
    const env = { NODE_EXTRA_CA_CERTS: path }
    expect(await certificates({})).toBeUndefined()
    expect(await certificates(env)).toMatchObject({
      verdict: 'problem',
      says: [expect.stringContaining('(ENOENT)')],
    })
    writeFileSync(path, '')
    expect(await certificates(env)).toMatchObject({ verdict: 'ok' })
    expect(await certificates({ ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatchObject({
      verdict: 'problem',
      says: [expect.stringContaining('Unset NODE_TLS_REJECT_UNAUTHORIZED')],
    })
  })

  test('S12: unchecked certificates are told where there is no provider yet, or the demo’s', async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    for (const settings of [{}, { demo: true }]) {
      const found = await checkProvider(portsWith({ env }), settingsWith(settings))
      expect(found.map(({ name, verdict }) => [name, verdict])).toContainEqual([
        'certificates',
        'problem',
      ])
    }
  })
})

for (const [addresses, verdict, says] of [
  [['127.0.0.1', '::1'], 'ok', 'localhost is 127.0.0.1 and ::1.'],
  [['127.0.0.53'], 'ok', 'localhost is 127.0.0.53.'],
  [['127.0.0.1', '192.0.2.7'], 'problem', 'localhost leads to 192.0.2.7, so clients'],
  [['::1', '2001:db8::1'], 'problem', 'localhost leads to 2001:db8::1, so clients'],
  [['0.0.0.0'], 'problem', 'localhost leads to 0.0.0.0, so clients'],
  [['::'], 'problem', 'localhost leads to ::, so clients'],
  [[], 'problem', 'localhost leads nowhere, so clients'],
] as const) {
  test(`localhost as ${addresses.join(' and ') || 'nothing'}: ${verdict}`, async () => {
    const found = await checkLocalhost(() => Promise.resolve(addresses))
    expect(found).toMatchObject({ name: 'localhost', verdict })
    expect(found.says[0]).toContain(says)
    expect(found.says.slice(1)).toEqual(
      verdict === 'ok' ? [] : [expect.stringContaining('Have /etc/hosts name 127.0.0.1 and ::1')],
    )
  })
}

test('localhost that cannot be looked up is a problem, with the system’s code', async () => {
  const failure = Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' })
  const found = await checkLocalhost(() => Promise.reject(failure))
  expect(found).toMatchObject({ name: 'localhost', verdict: 'problem' })
  expect(found.says[0]).toContain('localhost cannot be looked up (EAI_AGAIN)')
})

test('each way to keep the session is told, with the reason for it', () => {
  for (const [tier, verdict] of [
    ['keyring', 'ok'],
    ['passphrase', 'ok'],
    ['key-file', 'warning'],
    ['memory', 'warning'],
  ] as const) {
    expect(checkStorage({ tier, note: null })).toMatchObject({
      verdict,
      says: [expect.any(String)],
    })
    expect(checkStorage({ tier, note: 'So it is.' }).says).toEqual(['So it is.'])
  }
})

test('a browser is expected where there is a desktop', () => {
  const verdictOf = (env: object, platform: NodeJS.Platform, noBrowser = false): string =>
    checkBrowser({ noBrowser }, { ...env }, platform).verdict
  expect(verdictOf({}, 'linux')).toBe('warning')
  expect(verdictOf({}, 'linux', true)).toBe('ok')
  expect(verdictOf({ DISPLAY: ':0' }, 'linux')).toBe('ok')
  expect(verdictOf({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe('ok')
  expect(verdictOf({ WSL_DISTRO_NAME: 'Debian' }, 'linux')).toBe('ok')
  expect(verdictOf({}, 'darwin')).toBe('ok')
  expect(verdictOf({}, 'win32')).toBe('ok')
  const remote = checkBrowser({ noBrowser: false }, { SSH_CONNECTION: 'a 1 b 2' }, 'linux')
  expect(remote.says[0]).toContain('ssh -L')
})

test.describe('a Latchkey on the data directory', () => {
  const http = createHttp({ timeoutMs: 5_000 })

  test('that is not there is no fault, also where it left a file behind', async ({
    directory,
    freePort,
  }) => {
    const none = { port: null, found: { verdict: 'ok' } }
    expect(await checkRunning(join(directory, 'new'), http, '1.0.0')).toMatchObject(none)
    expect(await checkRunning(directory, http, '1.0.0')).toMatchObject(none)
    announceBy(directory, `http://127.0.0.1:${await freePort()}`)
    const ended = await lockDirectory(directory)
    await ended.release()
    expect(await checkRunning(directory, http, '1.0.0')).toMatchObject(none)
  })

  test('that has not said where it serves may be starting', async ({ directory }) => {
    const directoryLock = await lockDirectory(directory)
    const { found, port } = await checkRunning(directory, http, '1.0.0')
    expect([found.verdict, port]).toEqual(['warning', null])
    expect(found.says[0]).toContain(`(process ${process.pid})`)
    await directoryLock.release()
  })

  test('that does not answer is a problem', async ({ directory, freePort }) => {
    const directoryLock = await lockDirectory(directory)
    announceBy(directory, `http://127.0.0.1:${await freePort()}`)
    const { found, port } = await checkRunning(directory, http, '1.0.0')
    expect([found.verdict, port]).toEqual(['problem', null])
    expect(found.says[0]).toContain('does not answer. Quit it and start it again.')
    await directoryLock.release()
  })

  test('is asked on this computer only, whatever its file says', ({ directory }) => {
    for (const url of ['http://192.0.2.1:80', 'https://127.0.0.1:80', 'file:///etc', 'nonsense']) {
      announceBy(directory, url)
      expect(readServiceFile(directory)).toBeNull()
    }
    announceBy(directory, 'http://127.0.0.1:80')
    expect(readServiceFile(directory)).toMatchObject({ url: 'http://127.0.0.1:80', pid: 42 })
    writeFileSync(join(directory, 'service.json'), '{ "url": ')
    expect(readServiceFile(directory)).toBeNull()
  })
})

function announceBy(directory: string, url: string): void {
  const content = { instance: 'x', url, port: 80, pid: 42, version: '1.0.0' }
  writeFileSync(join(directory, 'service.json'), JSON.stringify(content))
}

test('S38: homes become ~ and passwords in addresses …, wherever they stand', async ({
  directory,
}) => {
  const dataDir = join(directory, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  writeFileSync(join(dataDir, 'settings.json'), '{ "issuer": "https://ann:canary@a.example" }')
  const diagnosis = await diagnose({
    ...portsWith(),
    version: '1.0.0',
    platform: 'linux',
    home: directory,
    findings: examineSettings({
      args: ['--data-dir', dataDir, '--audience', `${directory}-other`],
      env: {},
      platform: 'linux',
      home: directory,
    }),
    storage: { tier: 'memory', note: `See ${directory}.` },
    failures: [`{"at":"${directory}/x"}`, 'https://b:canary@b.example/@c'],
  })
  const text = JSON.stringify(diagnosis)
  expect(text).not.toContain('canary')
  expect(diagnosis.checks[0]!.says[1]).toContain(
    '"issuer" in ~/data/settings.json (line 1, column 3) must be an https',
  )
  expect(diagnosis.checks[0]!.says[1]).toContain('https://…@a.example')
  expect(diagnosis.settings.find(({ name }) => name === 'dataDir')!.value).toBe('~/data')
  expect(diagnosis.settings.find(({ name }) => name === 'audience')!.value).toBe(
    `${directory}-other`,
  )
  expect(diagnosis.failures).toEqual(['{"at":"~/x"}', 'https://…@b.example/@c'])
  expect(text).toContain('"See ~."')
})

test('S36: the report is its owner’s alone, takes the place of the last, and leaves nothing', ({
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
