// Attacks on the tray app from inside its page, and from outside.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { at, expect, FREE_PORT, readHeadline, signInAs, test as base } from '../driver/driver.js'
import type { LatchkeyApi } from '../../main/ipc.js'
import { findGuide, listProviders } from '../../main/settings/provider-choices.js'

type Attacker = {
  url: string
  /** The requests it got. */
  hits: readonly string[]
}

const test = base.extend<{ attacker: Attacker }>({
  // The attacker's web server. `/away` redirects, everything else is a page.
  // eslint-disable-next-line no-empty-pattern
  attacker: async ({}, use) => {
    const hits: string[] = []
    const server: Server = createServer((req, res) => {
      hits.push(req.url ?? '')
      if (req.url === '/away') return void res.writeHead(302, { location: '/landed' }).end()
      res.setHeader('Access-Control-Allow-Origin', '*')
      if (req.url === '/script') return void res.end('window.owned = true')
      res.setHeader('Content-Type', 'text/html')
      res.end('<title>owned</title>')
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await use({ url: `http://127.0.0.1:${port}`, hits })
    server.closeAllConnections()
    server.close()
  },
})

const WINDOW_URL = 'latchkey://app/'

type WithApi = typeof globalThis & { latchkey: LatchkeyApi; owned?: boolean }

/** Calls the page's API and returns the result as text. */
function callApi(page: Page, name: keyof LatchkeyApi, ...args: unknown[]): Promise<string> {
  return page.evaluate(
    async ([name, args]) => {
      const api = (globalThis as WithApi).latchkey as unknown as Record<
        string,
        (...given: unknown[]) => Promise<unknown>
      >
      try {
        return `answered ${JSON.stringify(await api[name as string]?.(...args))}`
      } catch (thrown) {
        return String(thrown)
      }
    },
    [name, args] as const,
  )
}

test('S29: the window’s page is sandboxed and isolated, without Node and with web security', async ({
  launch,
}) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  expect((await app.windowFacts()).webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  })
  for (const name of ['nodeIntegrationInSubFrames', 'allowRunningInsecureContent']) {
    expect((await app.windowFacts()).webPreferences[name] ?? false).toBe(false)
  }
  const found = await window.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
      (name) => name in globalThis,
    ),
  )
  expect(found).toEqual([])
})

test("the page gets only these functions and can't change them", async ({ launch }) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  const api = await window.evaluate(() => {
    const { latchkey } = globalThis as WithApi
    return {
      members: Object.entries(latchkey).map(([name, value]) => [name, typeof value]),
      isFrozen: Object.isFrozen(latchkey),
      isFixed: !Reflect.defineProperty(globalThis, 'latchkey', { value: null }),
    }
  })
  expect(api).toEqual({
    members: [
      ['readStatus', 'function'],
      ['runCommand', 'function'],
      ['signInAccount', 'function'],
      ['signInProvider', 'function'],
      ['signOutAccount', 'function'],
      ['makeDefault', 'function'],
      ['decidePerson', 'function'],
      ['answerConsent', 'function'],
      ['forgetApp', 'function'],
      ['createKey', 'function'],
      ['signOutAndForget', 'function'],
      ['signOutEverywhere', 'function'],
      ['readSettings', 'function'],
      ['saveSettings', 'function'],
      ['readProvider', 'function'],
      ['saveProvider', 'function'],
      ['removeProvider', 'function'],
      ['setStartAtLogin', 'function'],
      ['testProvider', 'function'],
      ['describeProvider', 'function'],
      ['listProviders', 'function'],
      ['openProviderGuide', 'function'],
      ['listRedirectUris', 'function'],
      ['pasteAddress', 'function'],
      ['createReport', 'function'],
      ['readRemoval', 'function'],
      ['revokeSession', 'function'],
      ['removeData', 'function'],
      ['onStatusChanged', 'function'],
    ],
    isFrozen: true,
    isFixed: true,
  })
})

test('a listener in the page gets the status without the event, which would expose the whole IPC', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  const window = await app.window()
  const given = window.evaluate(
    () =>
      new Promise<unknown[]>((resolve) => {
        const { latchkey } = globalThis as WithApi
        const stop = latchkey.onStatusChanged((...args: unknown[]) => {
          stop()
          resolve(args)
        })
      }),
  )
  // The listener is registered by the time that a later call is answered.
  await callApi(window, 'readStatus')
  await app.choose('Sign in')
  expect(await given).toHaveLength(1)
  expect((await given)[0]).toMatchObject({ status: { state: 'waiting' } })
})

test('S29: its policy blocks every script except its own file', async ({ launch, attacker }) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  const owned = await window.evaluate(async (url) => {
    const settled = (element: HTMLElement): Promise<unknown> =>
      new Promise((resolve) => {
        element.addEventListener('load', resolve)
        element.addEventListener('error', resolve)
        document.body.append(element)
      })
    const inline = document.createElement('script')
    inline.textContent = 'window.owned = true'
    document.body.append(inline)
    await settled(Object.assign(document.createElement('script'), { src: `${url}/script` }))
    await settled(
      Object.assign(document.createElement('script'), { src: 'data:text/javascript,owned=true' }),
    )
    const image = document.createElement('img')
    image.setAttribute('onerror', 'window.owned = true')
    await settled(Object.assign(image, { src: 'data:,' }))
    // In a task of the page itself: the test runner's own code bypasses the policy.
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        try {
          // oxlint-disable-next-line typescript/no-implied-eval -- the attacker's
          new Function('globalThis.owned = true')()
        } catch {
          // Blocked, as expected.
        }
        resolve()
      })
    })
    return (globalThis as WithApi).owned ?? false
  }, attacker.url)
  expect(owned).toBe(false)
  expect(attacker.hits).toEqual([])
})

test('S29: its policy blocks every request to another origin', async ({ launch, attacker }) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  await window.evaluate(async (url) => {
    const settled = (element: HTMLElement): Promise<unknown> =>
      new Promise((resolve) => {
        element.addEventListener('load', resolve)
        element.addEventListener('error', resolve)
        document.body.append(element)
      })
    await fetch(`${url}/fetch`, { mode: 'no-cors' }).catch(() => undefined)
    navigator.sendBeacon(`${url}/beacon`)
    await settled(Object.assign(document.createElement('img'), { src: `${url}/image` }))
    await settled(Object.assign(document.createElement('iframe'), { src: `${url}/frame` }))
    await settled(
      Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${url}/style` }),
    )
    const socket = new WebSocket(url.replace('http', 'ws'))
    await new Promise((resolve) => {
      socket.addEventListener('error', resolve)
    })
  }, attacker.url)
  expect(attacker.hits).toEqual([])
})

test('S29: its policy blocks changes to its base address and to its forms’ targets', async ({
  launch,
  attacker,
}) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  const { violations, base } = await window.evaluate(async (url) => {
    const seen: string[] = []
    const both = new Promise<void>((resolve) => {
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        seen.push(effectiveDirective)
        if (seen.length === 2) resolve()
      })
    })
    const before = document.baseURI
    document.head.append(Object.assign(document.createElement('base'), { href: `${url}/` }))
    const form = Object.assign(document.createElement('form'), { action: `${url}/form` })
    document.body.append(form)
    form.submit()
    await both
    return { violations: seen.toSorted(), base: document.baseURI === before }
  }, attacker.url)
  expect(violations).toEqual(['base-uri', 'form-action'])
  expect(base).toBe(true)
  expect(attacker.hits).toEqual([])
})

test("S29: the page can't navigate away by its address, a link, a form or a frame", async ({
  launch,
  attacker,
}) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  const before = window.url()

  await window.evaluate((url) => void (location.href = url), `${attacker.url}/address`)
  expect(await app.wasLetGo(`${attacker.url}/address`)).toBe(false)
  await window.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href })
    document.body.append(link)
    link.click()
  }, `${attacker.url}/link`)
  expect(await app.wasLetGo(`${attacker.url}/link`)).toBe(false)
  await window.evaluate((url) => void (location.href = url), `${before}other`)
  expect(await app.wasLetGo('latchkey://app/other')).toBe(false)
  await window.evaluate((action) => {
    const form = Object.assign(document.createElement('form'), { action, method: 'post' })
    document.body.append(form)
    form.submit()
  }, `${attacker.url}/form`)

  expect(await callApi(window, 'readStatus')).toContain('answered {')
  expect(window.url()).toBe(before)
  expect(attacker.hits).toEqual([])
})

test('S29: a redirect does not navigate the window', async ({ launch, attacker }) => {
  const app = await launch({ flags: FREE_PORT })
  await app.window()
  await expect(app.loadInWindow(`${attacker.url}/away`)).rejects.toThrow('ERR_')
  expect(await app.wasLetGo(`${attacker.url}/landed`)).toBe(false)
  expect(attacker.hits).toEqual(['/away'])
})

test("S29: the page can't open a window or embed a page", async ({ launch, attacker }) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  await window.evaluate((url) => void open(url), `${attacker.url}/open`)
  expect(await app.wasLetGo(`${attacker.url}/open`)).toBe(false)
  await window.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href, target: '_blank' })
    document.body.append(link)
    link.click()
  }, `${attacker.url}/blank`)
  expect(await app.wasLetGo(`${attacker.url}/blank`)).toBe(false)
  await window.evaluate(() => void open('about:blank'))
  expect(await app.wasLetGo('about:blank')).toBe(false)

  expect(await app.attachesWebview(`${attacker.url}/webview`)).toBe(false)
  await expect.poll(() => app.windowCount()).toBe(1)
  expect(attacker.hits).toEqual([])
})

test('S29: the page gets no permission', async ({ launch }) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  const answers = await window.evaluate(async () => {
    const readState = (name: string): Promise<string> =>
      navigator.permissions
        .query({ name: name as PermissionName })
        .then(({ state }) => state)
        .catch(() => 'unknown here')
    return {
      notification: await Notification.requestPermission(),
      geolocation: await new Promise<number>((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve(0),
          ({ code }) => resolve(code),
        )
      }),
      states: await Promise.all(
        ['geolocation', 'notifications', 'clipboard-read', 'camera', 'microphone', 'midi'].map(
          readState,
        ),
      ),
    }
  })
  expect(answers.notification).not.toBe('granted')
  // GeolocationPositionError.PERMISSION_DENIED
  expect(answers.geolocation).toBe(1)
  expect(answers.states).not.toContain('granted')
})

test('S30: another origin’s page in our window gets no answer', async ({
  launch,
  attacker,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  const window = await app.window()
  for (const url of [`${attacker.url}/page`, `${WINDOW_URL}other`]) {
    await app.loadInWindow(url)
    expect(await callApi(window, 'readStatus')).toContain('rejected, it is for the window only')
    expect(await callApi(window, 'runCommand', 'sign-in')).toContain('rejected')
  }
  expect(await readHeadline(app)).toBe('Not signed in')
  expect(await app.openedUrls()).toEqual([])
})

test('S30: a frame within our page gets no answer, even with our address', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  const window = await app.window()
  await window.evaluate(() => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    // A document opened from here gets this one's address.
    frame.contentDocument?.open()
    frame.contentDocument?.close()
    frame.contentWindow?.history.replaceState(null, '', '/')
  })
  const inner = window.frames().find((frame) => frame !== window.mainFrame())!
  const outer = window.mainFrame()
  expect(inner.url()).toBe(outer.url())
  await expect(app.invokeFrom(outer, 'read-status')).resolves.toHaveProperty('status')
  await expect(app.invokeFrom(inner, 'read-status')).rejects.toThrow('rejected')
  await expect(app.invokeFrom(inner, 'run-command', 'sign-in')).rejects.toThrow('rejected')
  for (const [channel, ...args] of [
    ['sign-out-everywhere', false],
    ['read-removal'],
    ['revoke-session'],
    ['remove-data'],
    ['answer-consent', 'question1', 'always'],
    ['create-key', { name: 'key', accountId: 'abcdefgh', scope: null }],
    ['run-command', 'copy-key'],
  ] as const) {
    await expect(app.invokeFrom(inner, channel, ...args)).rejects.toThrow('rejected')
  }
  expect(await readHeadline(app)).toBe('Not signed in')
})

test('S30: arguments of the wrong type and unknown commands are rejected', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  const window = await app.window()
  for (const command of ['quit', 'open', '', 7, null, undefined, {}, ['sign-in'], { length: 1 }]) {
    expect(await callApi(window, 'runCommand', command)).toContain('its arguments are wrong')
  }
  const frame = window.mainFrame()
  await expect(app.invokeFrom(frame, 'read-status', 'more')).rejects.toThrow('arguments are wrong')
  await expect(app.invokeFrom(frame, 'run-command', 'sign-in', 1)).rejects.toThrow('are wrong')
  await expect(app.invokeFrom(frame, 'run-command')).rejects.toThrow('arguments are wrong')
  for (const [channel, ...args] of [
    ['sign-in-account'],
    ['sign-in-account', 7],
    ['sign-in-account', 'x'.repeat(41)],
    ['sign-in-account', 'abcdefgh', 'more'],
    ['sign-in-provider', null],
    ['sign-in-provider', 'x'.repeat(2_001)],
    ['sign-out-account', ['abcdefgh']],
    ['make-default', { id: 'abcdefgh' }],
    ['decide-person', 'abcdefgh'],
    ['decide-person', 'abcdefgh', 'yes'],
    ['decide-person', null, true],
    ['sign-out-everywhere'],
    ['sign-out-everywhere', 'yes'],
    ['answer-consent', 'abcdefgh'],
    ['answer-consent', 'abcdefgh', true],
    ['answer-consent', 'abcdefgh', 'forever'],
    ['answer-consent', null, 'once'],
    ['forget-app', ['abcdefgh']],
    ['forget-app', 'x'.repeat(41)],
    ['create-key', { name: 'key', accountId: 'abcdefgh' }],
    ['create-key', { name: 'x'.repeat(2_001), accountId: 'abcdefgh', scope: null }],
    ['create-key', { name: 'key', accountId: 'abcdefgh', scope: null, hash: '' }],
    ['sign-out-and-forget', 7],
    ['read-settings', 'more'],
    ['save-settings'],
    ['save-settings', null],
    ['save-settings', { dataDir: '/tmp' }],
    ['save-settings', { issuer: 7 }],
    ['save-settings', { issuer: 'x'.repeat(3_000) }],
    ['save-settings', { notifications: 'no' }],
    ['set-start-at-login', 'yes'],
    ['test-provider', { href: 'https://login.example.com' }],
    ['list-providers', 'more'],
    ['open-provider-guide'],
    ['open-provider-guide', null],
    ['open-provider-guide', 'https://attacker.example/'],
    ['open-provider-guide', 'Auth0'],
    ['open-provider-guide', '__proto__'],
    ['open-provider-guide', 'constructor'],
    ['open-provider-guide', ['auth0']],
    ['open-provider-guide', 'auth0', 'https://attacker.example/'],
    ['list-redirect-uris'],
    ['list-redirect-uris', {}],
    ['list-redirect-uris', { redirectPort: 8400, redirectHost: '', redirectPath: '' }],
    ['list-redirect-uris', { redirectPort: '', redirectHost: '', redirectPath: '', more: '' }],
    ['paste-address'],
    ['paste-address', 7],
    ['paste-address', null],
    ['paste-address', { href: 'http://127.0.0.1/callback' }],
    ['paste-address', ['http://127.0.0.1/callback']],
    ['paste-address', 'x'.repeat(1_000_001)],
    ['paste-address', 'http://127.0.0.1/callback', 'more'],
    ['create-report', 'more'],
    ['read-removal', 'more'],
    ['revoke-session', true],
    ['remove-data', 'more'],
  ] as const) {
    await expect(app.invokeFrom(frame, channel, ...args)).rejects.toThrow('arguments are wrong')
  }
  await expect(app.invokeFrom(frame, 'no-such-channel')).rejects.toThrow('No handler registered')
  expect(await readHeadline(app)).toBe('Not signed in')
  expect(await app.openedUrls()).toEqual([])
})

test('S31: the browser opens the provider’s authorization page, and the link holds no secret', async ({
  launch,
  page,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  await app.window()
  for (const person of ['Alice Adams', 'Bob Brown']) {
    await app.choose(person === 'Alice Adams' ? 'Sign in' : 'Sign in as someone else')
    await signInAs(page, await app.takeUrl(), person)
    await expect(page.getByRole('heading')).toHaveText(PAGE_MESSAGES.signedIn.heading)
    const headline = person === 'Alice Adams' ? 'Signed in as Alice Adams' : '2 accounts'
    await expect.poll(() => readHeadline(app)).toBe(headline)
  }

  const links = (await app.openedUrls()).map((link) => new URL(link))
  expect(links).toHaveLength(2)
  for (const [index, { origin, pathname, searchParams }] of links.entries()) {
    expect(origin + pathname).toBe(`${provider.issuer}/authorize`)
    expect([...searchParams.keys()].toSorted()).toEqual([
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'nonce',
      ...(index === 1 ? ['prompt'] : []),
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ])
  }
})

test('S31: a provider’s guide is opened by name, from a fixed table', async ({ launch }) => {
  const app = await launch({ flags: FREE_PORT })
  const window = await app.window()
  const links = []
  for (const { id } of listProviders()) {
    expect(await callApi(window, 'openProviderGuide', id)).toBe(`answered "${findGuide(id)}"`)
    links.push(findGuide(id))
  }
  await expect.poll(() => app.openedUrls()).toEqual(links)

  // If no browser may open, the link is shown.
  const quiet = await launch({ flags: [...FREE_PORT, '--no-browser'] })
  const answer = await callApi(await quiet.window(), 'openProviderGuide', 'auth0')
  expect(answer).toBe(`answered "${findGuide('auth0')}"`)
  expect(await quiet.openedUrls()).toEqual([])
})

for (const endpoint of ['http://login.attacker.example/', 'file:///etc/passwd', 'calc:'] as const) {
  test(`S31: a provider cannot send the browser to ${endpoint}`, async ({ launch, provider }) => {
    provider.misbehave.metadata = (json) => ({ ...json, authorization_endpoint: endpoint })
    const app = await launch({ flags: [...at(provider), '--sign-in'] })
    await expect.poll(() => readHeadline(app)).toBe('Sign-in failed')
    expect(await app.openedUrls()).toEqual([])
  })
}

test('S32: no token, code, verifier, state or nonce reaches the window, the menu or a notification', async ({
  launch,
  page,
  provider,
}) => {
  const tokens: Record<string, unknown> = {}
  provider.misbehave.tokenResponse = (json) => Object.assign(tokens, json)
  const app = await launch({ flags: at(provider) })
  const window = await app.window()
  const seen: string[] = []
  const look = async (): Promise<void> => {
    seen.push(await window.content(), await window.title())
    seen.push(await callApi(window, 'readStatus'))
    seen.push(await window.evaluate(() => document.body.innerText + location.href))
    seen.push(JSON.stringify(await app.tray()))
  }
  await look()
  await app.look(false)
  await app.choose('Sign in')
  const link = await app.takeUrl()
  await look()
  await signInAs(page, link, 'Alice Adams')
  await expect.poll(() => readHeadline(app)).toBe('Signed in as Alice Adams')
  await look()
  await app.choose('Sign out')
  await expect.poll(() => readHeadline(app)).toBe('Not signed in')
  await look()
  seen.push(await app.everythingShown())
  const { stdout, stderr } = await app.quit()
  seen.push(stdout, stderr)

  const text = seen.join('\n')
  // The search covered the right places.
  expect(text).toContain('Alice Adams (alice@example.com)')
  expect(text).toContain('"state":"waiting"')
  const parameters = new URL(link).searchParams
  const [sent] = provider.tokenRequests
  const secrets = {
    state: parameters.get('state'),
    nonce: parameters.get('nonce'),
    challenge: parameters.get('code_challenge'),
    code: sent?.get('code'),
    verifier: sent?.get('code_verifier'),
    accessToken: String(tokens['access_token']),
    refreshToken: String(tokens['refresh_token']),
    idToken: String(tokens['id_token']),
  }
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret?.length, name).toBeGreaterThan(20)
    expect(text.includes(secret!), name).toBe(false)
  }
  expect(text).not.toMatch(/\beyJ[\w-]{9,}\.|_token|verifier|\/authorize\?/)
})

for (const injected of [
  ['latchkey://callback?code=x&state=y'],
  ['--code=x', '--state=y'],
  ['--issuer', 'https://login.attacker.example', '--client-id', 'x'],
] as const) {
  test(`S34: a second start with ${injected[0]} does not affect the first`, async ({
    launch,
    provider,
    page,
  }) => {
    const app = await launch({ flags: at(provider) })
    const window = await app.window()
    await app.closeWindow()
    expect((await app.launchAgain(injected)).code).toBe(0)
    await app.window()
    expect(await readHeadline(app)).toBe('Not signed in')
    expect(await app.openedUrls()).toEqual([])
    expect(window.isClosed()).toBe(true)

    await app.choose('Sign in')
    const link = await app.takeUrl()
    const state = new URL(link).searchParams.get('state')!
    const stolen = injected.map((arg) => arg.replace('state=y', `state=${state}`))
    expect((await app.launchAgain(stolen)).code).toBe(0)
    expect(await readHeadline(app)).toBe('Waiting for your browser')
    expect(provider.requests.token).toBe(0)

    await signInAs(page, link, 'Alice Adams')
    await expect.poll(() => readHeadline(app)).toBe('Signed in as Alice Adams')
  })
}

test('S34: a second start with --sign-in signs in only at the first one’s provider', async ({
  launch,
  provider,
}) => {
  const app = await launch({ flags: at(provider) })
  await app.window()
  const injected = ['--sign-in', '--issuer', 'https://login.attacker.example', '--client-id', 'x']
  expect((await app.launchAgain(injected)).code).toBe(0)
  const link = new URL(await app.takeUrl())
  expect(link.origin).toBe(new URL(provider.issuer).origin)
  expect(link.searchParams.get('client_id')).toBe(provider.clientId)
})

test('S34: a link on its own command line has no effect', async ({ launch, provider }) => {
  const app = await launch({
    flags: [...at(provider), '--code=x', '--state=y', 'latchkey://callback?code=x&state=y'],
  })
  await app.window()
  expect(await readHeadline(app)).toBe('Not signed in')
  expect(provider.requests.token).toBe(0)
})
