// Faults in what leads to the provider and back: the link, the listener, the callback.

import type { MutatedFile } from '../mutants.js'

export const SIGN_IN: readonly MutatedFile[] = [
  {
    file: 'main/oauth/callback.ts',
    specs: ['test/unit/callback.spec.ts'],
    faults: [
      {
        name: 'the state is not compared',
        find: "if (readState(parameters) !== expected.state) return { kind: 'ignored' }",
        replace: '',
      },
      {
        name: 'one of several states will do',
        find: 'if (readState(parameters) !== expected.state)',
        replace: "if (!parameters.getAll('state').includes(expected.state))",
      },
      {
        name: 'a state that begins alike will do',
        find: 'readState(parameters) !== expected.state',
        replace: "!expected.state.startsWith(readState(parameters) ?? '-')",
      },
      {
        name: 'the first of several states counts',
        find: 'return values.length === 1 ? values[0]! : null',
        replace: 'return values[0] ?? null',
      },
      {
        name: 'a missing state is not told from none expected',
        find: 'readState(parameters) !== expected.state',
        replace: '(readState(parameters) ?? expected.state) !== expected.state',
      },
      {
        name: 'iss is not compared',
        find: 'iss === null ? expected.issParameterSupported : iss !== expected.issuer',
        replace: 'iss === null && expected.issParameterSupported',
      },
      {
        name: 'a promised iss may be missing',
        find: 'iss === null ? expected.issParameterSupported : iss !== expected.issuer',
        replace: 'iss !== null && iss !== expected.issuer',
      },
      {
        name: 'iss is compared only where it is promised',
        find: 'iss === null ? expected.issParameterSupported : iss !== expected.issuer',
        replace: 'expected.issParameterSupported && iss !== expected.issuer',
      },
      {
        name: 'an iss that begins as the issuer will do',
        find: ': iss !== expected.issuer) {',
        replace: ': !iss.startsWith(expected.issuer)) {',
      },
      {
        name: 'an iss without its final slash will do',
        find: ': iss !== expected.issuer) {',
        replace: ": iss.replace(/\\/$/, '') !== expected.issuer.replace(/\\/$/, '')) {",
      },
      {
        name: 'iss may come twice',
        find: "for (const name of ['iss', 'error', 'code'])",
        replace: "for (const name of ['error', 'code'])",
      },
      {
        name: 'the error may come twice',
        find: "for (const name of ['iss', 'error', 'code'])",
        replace: "for (const name of ['iss', 'code'])",
      },
      {
        name: 'the code may come twice',
        find: "for (const name of ['iss', 'error', 'code'])",
        replace: "for (const name of ['iss', 'error'])",
      },
      {
        name: 'a callback without code and error is an answer',
        find: "  if (!isAnswer(parameters)) return { kind: 'ignored' }\n  for",
        replace: '  for',
      },
      {
        name: 'blanks are a code',
        find: "return value.trim() !== ''",
        replace: "return value !== ''",
      },
      {
        name: 'a code goes before the error beside it',
        find: 'if (error !== null && isFilled(error)) return',
        replace: "if (error !== null && isFilled(error) && !parameters.has('code')) return",
      },
      {
        name: 'the state that a provider quotes is shown',
        find: "const secrets = [expected.state, expected.nonce ?? '',",
        replace: "const secrets = [expected.nonce ?? '',",
      },
      {
        name: 'the nonce that a provider quotes is shown',
        find: "const secrets = [expected.state, expected.nonce ?? '',",
        replace: 'const secrets = [expected.state,',
      },
      {
        name: 'the code that a provider quotes is shown',
        find: ", parameters.get('code') ?? '']",
        replace: ']',
      },
    ],
  },
  {
    file: 'main/oauth/sign-in.ts',
    specs: ['test/unit/provider-cache.spec.ts'],
    faults: [
      {
        name: 'a sign-in trusts a key that the provider has withdrawn since',
        find: '{ maxAgeMs: RECENT_METADATA_MS, signal: until }',
        replace: '{ signal: until }',
      },
      {
        name: 'the page always waits for userinfo',
        find: 'lacksClaims(peekClaims(tokens.idToken), wanted)\n',
        replace: 'wanted\n',
        specs: ['test/unit/complete-claims.spec.ts'],
      },
      {
        name: 'the page never waits for userinfo',
        find: 'lacksClaims(peekClaims(tokens.idToken), wanted)\n',
        replace: 'Boolean(0)\n',
        specs: ['test/unit/complete-claims.spec.ts'],
      },
    ],
  },
  {
    file: 'main/oauth/callback-answer.ts',
    specs: ['test/unit/callback-answer.spec.ts'],
    faults: [
      {
        name: 'a sign-in that leaves cuts its page',
        find: '    await Promise.all(signIn.sent)\n',
        replace: '',
        specs: ['test/unit/callback-listener.spec.ts'],
      },
      {
        name: 'a form answers a flow that asked for a query',
        find: 'if (isForm && expected.byFormPost !== true) return null',
        replace: 'void isForm',
      },
      {
        name: 'an answer is not checked against its flow',
        find: 'const result = signIn ? checkAnswer(received, signIn.expected) : null',
        replace:
          "const result = signIn ? ({ kind: 'code', code: parameters.get('code') ?? '' } as CallbackResult) : null",
      },
      {
        name: 'a flow that is answered waits on',
        find: '  waiting.delete(expected.state)\n',
        replace: '',
      },
      {
        name: 'an answered flow forgets that it was',
        find: '  answered.set(expected.state, signIn)\n',
        replace: '',
      },
      {
        name: 'another code for the same state is shown the end',
        find: 'if (again === null || !isSameAnswer(first.result, again)) {',
        replace: 'if (again === null) {',
      },
      {
        name: 'another code is the same answer',
        find: "return again.kind === 'code' && again.code === first.code",
        replace: "return again.kind === 'code'",
      },
      {
        name: 'another refusal is the same answer',
        find: "    again.kind === 'failed' &&\n    again.error.message === first.error.message",
        replace: "    again.kind === 'failed'",
      },
      {
        name: 'a repeated answer is not checked',
        find: 'const again = checkAnswer(received, first.expected)',
        replace: 'const again = validateCallback(received.parameters, first.expected)',
      },
      {
        name: 'tabs that fetch the same answer pile up',
        find: 'if (first.responses.length >= MAX_REPEATS) {',
        replace: 'if (first.responses.length >= Infinity) {',
      },
      {
        name: 'a pasted address is not compared with the redirect URI',
        find: "if (!isAt(address, signIn.redirectUri)) return 'other-place'",
        replace: '',
      },
      {
        name: 'a pasted answer is taken a second time',
        find: "if (state !== null && answered.has(state)) return 'again'",
        replace: '',
      },
    ],
  },
  {
    file: 'main/oauth/callback-request.ts',
    specs: ['test/unit/callback-answer.spec.ts'],
    faults: [
      {
        name: 'a form is taken whatever the flows asked for',
        find: "if (request.method === 'POST' && takesForms)",
        replace: "if (request.method === 'POST')",
      },
      {
        name: 'a form of 64 MiB is read',
        find: 'const MAX_FORM_BYTES = 64 * 1024',
        replace: 'const MAX_FORM_BYTES = 64 * 1024 * 1024',
      },
      {
        name: 'whose browser it is is not asked',
        find: 'if (!isOurs) return',
        replace: 'if (Boolean(0)) return',
        specs: ['test/attack/other-users.spec.ts'],
        grep: 'S41',
      },
      {
        name: 'any path is the callback',
        find: 'if (!isExpectedPlace(deps.state, exchange.place, readState(parameters))) {',
        replace: 'if (Boolean(0)) {',
      },
      {
        name: 'any method brings an answer',
        find: "  if (request.method !== 'GET') {",
        replace: "  if (request.method === 'POST') {",
      },
      {
        name: 'a prefetch brings an answer',
        find: '  if (isPrefetch(request)) {',
        replace: '  if (isPrefetch(request) && Boolean(0)) {',
      },
      {
        name: 'an old browser’s prefetch brings an answer',
        find: " ?? headers['purpose']",
        replace: '',
      },
    ],
  },
  {
    file: 'main/oauth/listener-state.ts',
    specs: ['test/unit/callback-targets.spec.ts'],
    faults: [
      {
        name: 'a path that begins as the callback is it',
        find: 'place.openPort === openPort && place.path === path',
        replace: 'place.openPort === openPort && path.startsWith(place.path)',
        specs: ['test/unit/callback-answer.spec.ts'],
      },
      {
        name: 'an answer may arrive at another provider’s path',
        find: '(named ? [named] : all).some(',
        replace: 'all.some(',
      },
      {
        name: 'an answer may arrive at another port',
        find: 'place.openPort === openPort && place.path === path',
        replace: 'place.path === path',
      },
      {
        name: 'the path of an answered sign-in is unknown at once',
        find: '(answered.get(state) ?? waiting.get(state))',
        replace: 'waiting.get(state)',
      },
    ],
  },
  {
    file: 'main/net/read-body.ts',
    specs: ['test/unit/callback-answer.spec.ts'],
    faults: [
      {
        name: 'a form of any content type is read',
        find: "if (readMediaType(request.headers['content-type']) !== FORM_TYPE) return null",
        replace: '',
      },
      {
        name: 'a content type that holds the form’s is read',
        find: "if (readMediaType(request.headers['content-type']) !== FORM_TYPE) return null",
        replace: "if (!String(request.headers['content-type']).includes(FORM_TYPE)) return null",
      },
    ],
  },
  {
    file: 'main/oauth/callback-listener.ts',
    specs: ['test/unit/callback-listener.spec.ts', 'test/attack/callback.spec.ts'],
    faults: [
      {
        name: 'a port is bound again while its old listener closes',
        find: '      await state.closed\n',
        replace: '',
        specs: ['test/unit/callback-port.spec.ts'],
      },
      {
        name: 'a flow that left still takes its answer',
        find: '        state.waiting.delete(expected.state)\n',
        replace: '',
        specs: ['test/unit/callback-answer.spec.ts'],
      },
      {
        name: 'the listener stays open after the last flow',
        find: 'openPort.server.then((server) => server.close())',
        replace: 'Promise.resolve()',
      },
      {
        name: 'the listener closes with the first of two flows',
        find: 'if (openPort.signIns > 0) return',
        replace: 'void 0',
      },
    ],
  },
  {
    file: 'main/oauth/callback-server.ts',
    specs: ['test/unit/callback-listener.spec.ts', 'test/attack/callback.spec.ts'],
    faults: [
      {
        name: 'requests pile up until the owner is known',
        find: 'if (!verdict || verdict.isAwaited) return void',
        replace: 'if (!verdict) return void',
        specs: ['test/unit/callback-listener.spec.ts'],
      },
      {
        name: 'an answer counts before its owner is known',
        find: 'const isOurs = await verdict.isOurs',
        replace: 'const isOurs = await Promise.race([verdict.isOurs, true])',
        specs: ['test/unit/callback-listener.spec.ts'],
      },
      {
        name: 'idle sockets pile up',
        find: 'if (idle.size > MAX_IDLE_SOCKETS) oldest?.destroy()',
        replace: 'void oldest',
      },
      {
        name: 'a form that is not in yet is not idle',
        find: "if (request.method !== 'POST') return void idle.delete(request.socket)",
        replace: 'if (Boolean(1)) return void idle.delete(request.socket)',
      },
      {
        name: 'a head may take as long as it likes',
        find: '      headersTimeout: requestTimeoutMs,\n      requestTimeout: requestTimeoutMs,',
        replace: '      headersTimeout: 0,\n      requestTimeout: 0,',
      },
    ],
  },
  {
    file: 'main/oauth/page-delivery.ts',
    specs: ['test/unit/callback-listener.spec.ts', 'test/attack/callback.spec.ts'],
    faults: [
      {
        name: 'the page that is sent on keeps its address',
        find: "  'Referrer-Policy': 'no-referrer',\n",
        replace: '',
        specs: ['test/unit/callback-listener.spec.ts'],
      },
    ],
  },
  {
    file: 'main/oauth/pasted-redirect.ts',
    specs: [
      'test/unit/callback-answer.spec.ts',
      'test/unit/authorization-link.spec.ts',
      'test/unit/callback.spec.ts',
    ],
    faults: [
      {
        name: 'a pasted address may have any origin',
        find: 'return origin === wanted.origin && pathname === wanted.pathname',
        replace: 'return pathname === wanted.pathname',
      },
      {
        name: 'a pasted address may have any path',
        find: 'return origin === wanted.origin && pathname === wanted.pathname',
        replace: 'return origin === wanted.origin',
      },
      {
        name: 'a pasted address may hold a user name',
        find: "if (username !== '' || password !== '' || ",
        replace: 'if (',
      },
      {
        name: 'a pasted address may be of any length',
        find: 'if (text.length > LONGEST_ADDRESS) return null',
        replace: '',
      },
    ],
  },
  {
    file: 'main/oauth/pkce.ts',
    specs: ['test/unit/pkce.spec.ts'],
    faults: [
      {
        name: 'the challenge is the verifier',
        find: "createHash('sha256').update(verifier, 'ascii').digest('base64url')",
        replace: 'createHash.name && verifier',
      },
      {
        name: 'the challenge is written in plain base64',
        find: ".update(verifier, 'ascii').digest('base64url')",
        replace: ".update(verifier, 'ascii').digest('base64')",
      },
      {
        name: 'the verifier has half its bits',
        find: 'export function createVerifier(): string {\n  return randomBytes(32)',
        replace: 'export function createVerifier(): string {\n  return randomBytes(16)',
      },
      {
        name: 'the state has half its bits',
        find: 'export function createState(): string {\n  return randomBytes(32)',
        replace: 'export function createState(): string {\n  return randomBytes(16)',
      },
      {
        name: 'the nonce has half its bits',
        find: 'export function createNonce(): string {\n  return randomBytes(32)',
        replace: 'export function createNonce(): string {\n  return randomBytes(16)',
      },
      {
        name: 'the verifier comes from Math.random',
        find: "export function createVerifier(): string {\n  return randomBytes(32).toString('base64url')",
        replace:
          "export function createVerifier(): string {\n  return Buffer.from(Array.from({ length: 32 }, () => Math.floor(Math.random() * 256))).toString('base64url')",
      },
    ],
  },
  {
    file: 'main/oauth/authorization-url.ts',
    specs: ['test/unit/authorization-url.spec.ts'],
    faults: [
      ...['request', 'request_uri', 'id_token_hint', 'registration', 'client_secret'].map(
        (name) => ({
          name: `a setting may add ${name}`,
          find: `  '${name}',\n`,
          replace: '',
          specs: ['test/unit/options.spec.ts'],
          grep: 'authorizationParameters|allowedParameters',
        }),
      ),
      ...['client_assertion', 'client_assertion_type', 'code_verifier', 'response_mode'].map(
        (name) => ({
          name: `a setting may add ${name}`,
          find: `  '${name}',\n`,
          replace: '',
          specs: ['test/unit/options.spec.ts'],
          grep: 'authorizationParameters|allowedParameters',
        }),
      ),
      ...['state', 'nonce', 'code_challenge', 'code_challenge_method', 'redirect_uri'].map(
        (name) => ({
          name: `a setting may add ${name}`,
          find: `  '${name}',\n`,
          replace: '',
          specs: ['test/unit/options.spec.ts'],
          grep: 'authorizationParameters|allowedParameters',
        }),
      ),
      ...['claims', 'registration', 'id_token_hint', 'request', 'request_uri', 'redirect_uri'].map(
        (name) => ({
          name: `an app may add ${name}`,
          find: "  'access_type',\n",
          replace: `  'access_type',\n  '${name}',\n`,
          specs: ['test/unit/authorization-url.spec.ts', 'test/unit/seed-checks.spec.ts'],
        }),
      ),
      {
        name: 'a parameter’s name may begin with anything',
        find: '/^[a-z][a-z0-9_]*$/',
        replace: '/[a-z][a-z0-9_]*$/',
        specs: ['test/unit/seed-checks.spec.ts', 'test/unit/options.spec.ts'],
      },
      {
        name: 'a parameter’s name may end with anything',
        find: '/^[a-z][a-z0-9_]*$/',
        replace: '/^[a-z][a-z0-9_]*/',
        specs: ['test/unit/seed-checks.spec.ts', 'test/unit/options.spec.ts'],
      },
      {
        name: 'the challenge is sent as plain',
        find: "code_challenge_method: 'S256'",
        replace: "code_challenge_method: 'plain'",
      },
      { name: 'no state is sent', find: '    state: request.state,\n', replace: '' },
      { name: 'no nonce is sent', find: '    nonce: request.nonce,\n', replace: '' },
      {
        name: 'the challenge is not sent',
        find: '    code_challenge: request.challenge,\n',
        replace: '',
      },
      {
        name: 'what is added goes before what is ours',
        find: 'if (value !== null) url.searchParams.set(name, value)',
        replace:
          'if (value !== null && !url.searchParams.has(name)) url.searchParams.set(name, value)',
      },
      {
        name: 'what the endpoint’s query has stays beside what is ours',
        find: 'if (value !== null) url.searchParams.set(name, value)',
        replace: 'if (value !== null) url.searchParams.append(name, value)',
      },
    ],
  },
  {
    file: 'main/oauth/redirect-target.ts',
    specs: ['test/unit/redirect-target.spec.ts'],
    faults: [
      {
        name: 'the redirect URI leaves out its port',
        find: "${port === null ? '' : `:${port}`}",
        replace: '',
      },
      {
        name: 'the redirect URI is of another host',
        find: 'return `http://${host}$',
        replace: "return `http://${host.replace('127.0.0.1', 'localhost')}$",
      },
      {
        name: 'the redirect URI leaves out its path',
        find: '`:${port}`}${path}`',
        replace: '`:${port}`}`',
      },
    ],
  },
]
