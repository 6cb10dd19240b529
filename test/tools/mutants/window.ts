// Faults in what belongs to Electron: the window's scheme, its calls, what it may do, the keyring.

import type { MutatedFile } from '../mutants.js'

const SECURITY = 'test/e2e/desktop-security.spec.ts'

export const WINDOW: readonly MutatedFile[] = [
  {
    file: 'main/electron/scheme.ts',
    specs: ['test/stand-in/scheme.spec.ts'],
    faults: [
      {
        name: 'any host is served',
        find: 'url.host === HOST && request.method',
        replace: 'request.method',
      },
      {
        name: 'any method is served',
        find: "url.host === HOST && request.method === 'GET'",
        replace: 'url.host === HOST',
      },
      ...['base-uri', 'form-action', 'frame-ancestors', 'default-src'].map((name) => ({
        name: `the policy has no ${name}`,
        find: `  "${name} 'none'",\n`,
        replace: '',
      })),
      {
        name: 'the page may run scripts of its own text',
        find: '"script-src \'self\'"',
        replace: "\"script-src 'self' 'unsafe-inline'\"",
      },
      {
        name: 'the page may load scripts from elsewhere',
        find: '"script-src \'self\'"',
        replace: '"script-src \'self\' http: https:"',
      },
      {
        name: 'files may be taken for another type',
        find: "    'X-Content-Type-Options': 'nosniff',\n",
        replace: '',
      },
      {
        name: 'an answer that is no file has no policy',
        find: "{ status: 404, headers: headersFor('text/plain') }",
        replace: '{ status: 404 }',
      },
    ],
  },
  {
    file: 'main/electron/lockdown.ts',
    specs: [SECURITY],
    faults: [
      {
        name: 'the page may leave',
        find: 'if (details.url !== WINDOW_URL) details.preventDefault()',
        replace: 'if (details.url === WINDOW_URL) details.preventDefault()',
        grep: 'S29',
      },
      {
        name: 'the page may go to an address that begins as its own',
        find: 'if (details.url !== WINDOW_URL) details.preventDefault()',
        replace: 'if (!details.url.startsWith(WINDOW_URL)) details.preventDefault()',
        grep: 'S29',
      },
      {
        name: 'a redirect may lead away',
        find: "    contents.on('will-redirect', (details) => details.preventDefault())\n",
        replace: '',
        grep: 'S29',
      },
      {
        name: 'the page may embed others',
        find: "    contents.on('will-attach-webview', (event) => event.preventDefault())\n",
        replace: '',
        specs: ['test/stand-in/lockdown.spec.ts'],
        grep: 'S29',
      },
      {
        name: 'the page may open windows',
        find: "contents.setWindowOpenHandler(() => ({ action: 'deny' }))",
        replace: "contents.setWindowOpenHandler(() => ({ action: 'allow' }))",
        grep: 'S29',
      },
      {
        name: 'permissions are granted',
        find: '    answer(false),\n',
        replace: '    answer(true),\n',
        grep: 'S29',
      },
      {
        name: 'permissions are said to be there',
        find: 'setPermissionCheckHandler(() => false)',
        replace: 'setPermissionCheckHandler(() => true)',
        grep: 'S29',
      },
    ],
  },
  {
    file: 'main/electron/ipc-server.ts',
    specs: [SECURITY],
    faults: [
      {
        name: 'anybody may call',
        find: 'if (!isFromOurWindow(event)) throw',
        replace: 'if (!isFromOurWindow(event) && Boolean(0)) throw',
        grep: 'S30',
      },
      {
        name: 'a frame within the page may call',
        find: 'if (senderFrame === null || senderFrame !== sender.mainFrame) return false',
        replace: 'if (senderFrame === null || sender === null) return false',
        grep: 'S30',
      },
      {
        name: 'a page from elsewhere may call',
        find: 'return senderFrame.url === `${WINDOW_ORIGIN}/`',
        replace: "return senderFrame.url !== WINDOW_ORIGIN + '-'",
        grep: 'S30',
      },
      {
        name: 'a page whose address begins as ours may call',
        find: 'return senderFrame.url === `${WINDOW_ORIGIN}/`',
        replace: 'return senderFrame.url.startsWith(WINDOW_ORIGIN)',
        grep: 'S30',
      },
      {
        name: 'a page whose address begins with our page’s may call',
        find: 'return senderFrame.url === `${WINDOW_ORIGIN}/`',
        replace: 'return senderFrame.url.startsWith(`${WINDOW_ORIGIN}/`)',
        grep: 'S30',
      },
      {
        name: 'arguments are not checked',
        find: '    if (!parsed.success) throw new Error(`${channel}: rejected, its arguments are wrong`)\n    return handler(...parsed.data)',
        replace: '    return handler(...(parsed.data ?? args))',
        grep: 'S30',
      },
      {
        name: 'texts may be of any length',
        find: 'const text = z.string().max(2_000)',
        replace: 'const text = z.string()',
        grep: 'S30',
      },
      {
        name: 'IDs may be of any length',
        find: 'const id = z.string().max(40)',
        replace: 'const id = z.string()',
        grep: 'S30',
      },
    ],
  },
  {
    file: 'main/electron/account-commands.ts',
    specs: ['test/e2e/desktop-accounts.spec.ts', 'test/e2e/desktop-consent.spec.ts'],
    faults: [
      {
        name: 'an account’s sign-out ends the default account',
        find: 'return supervisor.signOut(command.id)',
        replace: 'return supervisor.signOut()',
        grep: 'signed out alone',
      },
      {
        name: 'an account’s apps are forgotten at each sign-out',
        find: 'return supervisor.signOut(command.id)\n',
        replace: 'return supervisor.signOut(command.id, { forgetsApps: true })\n',
        grep: 'plain sign-out',
      },
      {
        name: 'a discarded session is kept',
        find: 'agent().decide(command.id, command.keeps)',
        replace: 'agent().decide(command.id, true)',
        grep: 'if the person says so',
      },
    ],
  },
  {
    file: 'main/present/consent-view.ts',
    specs: ['test/unit/consent-view.spec.ts'],
    faults: [
      {
        name: 'a tool can be allowed for good',
        find: "return canLast ? ['once', 'always', 'denied'] : ['once', 'denied']",
        replace: "return canLast ? ['once', 'denied'] : ['once', 'always', 'denied']",
      },
      {
        name: 'the path of a script is shown as the program says it',
        find: '[labels.script, script && showPath(script)],',
        replace: '[labels.script, script],',
      },
      {
        name: 'the apps of another provider are the account’s',
        find: 'isSameOwner(owner, session) && account.sub',
        replace: 'owner !== null && account.sub',
      },
      {
        name: 'the apps of another person are the account’s',
        find: ' && account.sub === session.account.sub',
        replace: ' && account !== null',
      },
      {
        name: 'a late answer is confirmed',
        find: 'if (question === null || !isTaken) return',
        replace: 'if (question === null) return',
      },
    ],
  },
  {
    file: 'main/electron/desktop.ts',
    specs: ['test/e2e/desktop-consent.spec.ts'],
    faults: [
      {
        name: 'a locked screen ends no question',
        find: '() => agent.consents.screenLocked()',
        replace: '() => undefined',
        grep: 'screen is locked',
      },
      {
        name: 'a key outlives the window',
        find: '      memory.key = null\n',
        replace: '',
        grep: 'gone with the window',
      },
    ],
  },
  {
    file: 'main/electron/desktop-commands.ts',
    specs: ['test/e2e/desktop-consent.spec.ts'],
    faults: [
      {
        name: 'a key that is no longer shown can be copied',
        find: "'clear-key': () => void (memory.key = null),",
        replace: "'clear-key': () => undefined,",
        grep: 'S32',
      },
    ],
  },
  {
    file: 'main/electron/window-calls.ts',
    specs: ['test/e2e/desktop-consent.spec.ts'],
    faults: [
      {
        name: 'an answer is for whichever question is open',
        find: 'agent().consents.answer(questionId, answer)',
        replace: 'agent().consents.answer(question?.id ?? questionId, answer)',
        grep: 'earlier question',
      },
    ],
  },
  {
    file: 'main/electron/power.ts',
    specs: ['test/stand-in/power.spec.ts'],
    faults: [
      {
        name: 'Linux is not asked about the screen',
        find: '(isScreenLocked() ? run() : undefined)',
        replace: 'undefined',
        grep: 'locked screen',
      },
      {
        name: 'an idle user counts as a locked screen',
        find: "=== 'locked'",
        replace: "!== 'unknown'",
        grep: 'locked screen',
      },
    ],
  },
  {
    file: 'main/present/status.ts',
    specs: ['test/unit/status.spec.ts'],
    faults: [
      {
        name: 'the window gets everything about an account',
        find: '  return {\n    id,\n    isDefault: id === defaultId(model),',
        replace: '  return {\n    ...session,\n    id,\n    isDefault: id === defaultId(model),',
        grep: 'S32',
      },
    ],
  },
  {
    file: 'main/electron/browser.ts',
    specs: ['test/stand-in/links.spec.ts'],
    faults: [
      {
        name: 'any http link is opened',
        find: "url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))",
        replace: "url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)",
      },
      {
        name: 'any link on this machine is opened',
        find: "url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))",
        replace: "url.protocol !== 'https:' && !isLoopback(url)",
      },
      {
        name: 'any link is opened',
        find: "url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))",
        replace: "url.protocol === '-:' && !isLoopback(url)",
      },
    ],
  },
  {
    file: 'main/electron/network.ts',
    specs: ['test/stand-in/network.spec.ts'],
    faults: [
      {
        name: 'cookies are on',
        find: "      credentials: 'omit',\n      cache: 'no-store',",
        replace: "      cache: 'no-store',",
      },
      {
        name: 'the cache is on',
        find: "      credentials: 'omit',\n      cache: 'no-store',",
        replace: "      credentials: 'omit',",
      },
      {
        name: 'the second request of a redirect has cookies',
        find: "      redirect: 'manual',\n      credentials: 'omit',\n",
        replace: "      redirect: 'manual',\n",
        equivalent: '`net.request` sends no session cookies unless `useSessionCookies` is set.',
      },
      {
        name: 'the second look at a redirect is cached',
        find: "      headers: { 'Cache-Control': 'no-cache' },\n",
        replace: '',
      },
      {
        name: 'a post is asked again to see its redirect',
        find: "if (!isRedirect || method !== 'GET') throw thrown",
        replace: "if (!isRedirect || method === '') throw thrown",
      },
      {
        name: 'a token is sent again to see its redirect',
        find: "    if (request.headers.has('Authorization')) throw thrown\n",
        replace: '',
      },
    ],
  },
  {
    file: 'main/electron/keyring.ts',
    specs: ['test/stand-in/cipher.spec.ts'],
    faults: [
      {
        name: 'what everybody’s key seals is kept',
        find: '  if (isUnprotected(wrapped)) throw new Error(KEYRING.cannotSeal)\n',
        replace: '',
        equivalent:
          'The probe does not open either, so there is no cipher. Electron keeps its key until it ends.',
      },
      {
        name: 'everybody’s key is not told from a keyring’s',
        find: "return wrapped.subarray(0, 3).toString('latin1') === 'v10'",
        replace: "return wrapped.subarray(0, 3).toString('latin1') === 'v1x'",
      },
      {
        name: 'one key seals every text',
        find: 'const key = randomBytes(KEY_BYTES)',
        replace: 'const key = Buffer.alloc(KEY_BYTES, randomBytes.length)',
      },
    ],
  },
]
