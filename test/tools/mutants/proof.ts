// Faults in what proves who signed in: metadata, keys, ID tokens, token answers.

import type { MutatedFile } from '../mutants.js'

export const PROOF: readonly MutatedFile[] = [
  {
    file: 'main/oauth/metadata.ts',
    specs: ['test/unit/metadata.spec.ts'],
    faults: [
      {
        name: 'another issuer is believed',
        find: '  requireIssuer(issuer, wire.issuer)\n',
        replace: '',
      },
      {
        name: 'a final slash of the issuer does not matter',
        find: 'if (announced === configured) return',
        replace: "if (announced.replace(/\\/$/, '') === configured.replace(/\\/$/, '')) return",
      },
      {
        name: 'an issuer that begins alike is believed',
        find: 'if (announced === configured) return',
        replace: 'if (announced.startsWith(configured)) return',
      },
      {
        name: 'no PKCE is no matter',
        find: "if (methods && !methods.includes('S256')) {",
        replace: 'if (methods && methods.length > 99) {',
      },
      {
        name: 'plain PKCE will do',
        find: "if (methods && !methods.includes('S256')) {",
        replace: "if (methods && !methods.includes('S256') && !methods.includes('plain')) {",
      },
      {
        name: 'an empty list of PKCE methods rules nothing out',
        find: "if (methods && !methods.includes('S256')) {",
        replace: "if (methods && methods.length > 0 && !methods.includes('S256')) {",
      },
      {
        name: 'a provider without the code flow is used',
        find: "if (responseTypes && !responseTypes.includes('code')) {",
        replace: 'if (responseTypes && responseTypes.length > 99) {',
      },
      ...['authorization', 'token'].map((name) => ({
        name: `the ${name} endpoint may be plain http`,
        find: `requireSecure(wire.${name}_endpoint, '${name}_endpoint')`,
        replace: `wire.${name}_endpoint`,
      })),
      {
        name: 'the keys may come by plain http',
        find: "requireSecure(wire.jwks_uri, 'jwks_uri')",
        replace: 'wire.jwks_uri',
      },
      {
        name: 'the metadata may come by plain http',
        find: "  requireSecure(url, 'issuer')\n",
        replace: '',
      },
      {
        name: 'an optional endpoint may be plain http',
        find: 'if (url !== undefined && isSecure(url)) return url',
        replace: 'if (url !== undefined) return url',
      },
      {
        name: 'any http counts as secure',
        find: "return parsed.protocol === 'https:' || isLoopback(parsed)",
        replace: "return parsed.protocol.startsWith('http')",
      },
      {
        name: 'HS256 is among the algorithms',
        find: "return algorithm !== 'none' && !algorithm.startsWith('HS')",
        replace: "return algorithm !== 'none'",
      },
      {
        name: 'none is among the algorithms',
        find: "return algorithm !== 'none' && !algorithm.startsWith('HS')",
        replace: "return !algorithm.startsWith('HS')",
      },
      {
        name: 'the promise of iss is not heard',
        find: "if (value === true || value === 'true') return true",
        replace: '',
      },
      {
        name: 'the promise of iss as a text is not heard',
        find: "if (value === true || value === 'true') return true",
        replace: 'if (value === true) return true',
      },
      {
        name: 'metadata of any status are read',
        find: 'if (response.status !== 200) {\n    if (response.status === 429)',
        replace: 'if (response.status >= 500) {\n    if (response.status === 429)',
      },
    ],
  },
  {
    file: 'main/oauth/provider.ts',
    specs: ['test/unit/provider-cache.spec.ts'],
    faults: [
      {
        name: 'metadata are kept after a failure that they may explain',
        find: 'if (cached.metadata?.value === metadata) cached.metadata = null',
        replace: '',
      },
      {
        name: 'a refresh token that may be spent is sent to the new endpoint',
        find: "code === 'provider-unreachable' && !answerLost",
        replace: "code === 'provider-unreachable'",
      },
      {
        name: 'metadata are kept for the whole run',
        find: 'const METADATA_LIFE_MS = 3_600_000',
        replace: 'const METADATA_LIFE_MS = Infinity',
      },
      {
        name: 'withdrawn keys are trusted for the whole run',
        find: 'const KEYS_LIFE_MS = 3_600_000',
        replace: 'const KEYS_LIFE_MS = Infinity',
      },
      {
        name: 'a clock that was set back keeps old metadata',
        find: 'return ageMs >= 0 && ageMs < maxAgeMs',
        replace: 'return ageMs < maxAgeMs',
      },
    ],
  },
  {
    file: 'main/oauth/key-set.ts',
    specs: [
      'test/unit/key-set.spec.ts',
      'test/unit/id-token.spec.ts',
      'test/unit/check-answers.spec.ts',
    ],
    faults: [
      {
        name: 'keys of a failed answer are believed',
        find: 'if (response.status === 200 && keySet !== null) return keySet',
        replace: 'if (keySet !== null) return keySet',
      },
      {
        name: 'weak keys are used',
        find: ' || isWeak(members)) return []',
        replace: ') return []',
      },
      { name: 'an exponent of 1 will do', find: 'exponent < 3n', replace: 'exponent < 1n' },
      { name: 'an even exponent will do', find: ' || exponent % 2n === 0n', replace: '' },
      {
        name: 'a short modulus will do',
        find: 'const FEWEST_RSA_BITS = 2048',
        replace: 'const FEWEST_RSA_BITS = 1024',
      },
      {
        name: 'a named key that does not fit is fetched again',
        find: 'if (!isUnsigned(thrown) || (!isOutdated && isNamed(jwt, keySet))) throw thrown',
        replace: 'if (!isUnsigned(thrown)) throw thrown',
      },
      {
        name: 'keys are never read again',
        find: 'if (!isUnsigned(thrown) || (!isOutdated && isNamed(jwt, keySet))) throw thrown',
        replace: 'if (Boolean(1)) throw thrown',
      },
      {
        name: 'symmetric keys are read',
        find: "  ['RSA', ['n', 'e']],",
        replace: "  ['oct', ['k']],\n  ['RSA', ['n', 'e']],",
        equivalent: 'No symmetric algorithm is ever allowed, so such a key can verify nothing.',
      },
      {
        name: 'a private key is kept whole',
        find: "...pick(members, ['kty', ...names]),",
        replace: '...(members as Record<string, string>),',
      },
    ],
  },
  {
    file: 'main/oauth/userinfo.ts',
    specs: [
      'test/unit/id-token-checks.spec.ts',
      'test/unit/id-token.spec.ts',
      'test/unit/check-answers.spec.ts',
    ],
    faults: [
      {
        name: 'userinfo of a failed answer is believed',
        find: 'if (response === null || response.status !== 200) return null',
        replace: 'if (response === null) return null',
      },
      {
        name: 'userinfo about someone else is added',
        find: 'if (userinfo?.sub !== idToken.sub)',
        replace: 'if (userinfo === null)',
      },
      {
        name: 'userinfo goes before the ID token',
        find: '{ ...others, ...idToken }',
        replace: '{ ...idToken, ...others }',
      },
    ],
  },
  {
    file: 'main/oauth/account.ts',
    specs: [
      'test/unit/id-token-checks.spec.ts',
      'test/unit/id-token.spec.ts',
      'test/unit/check-answers.spec.ts',
    ],
    faults: [
      {
        name: 'a name may be of any length',
        find: 'return shown.slice(0, MAX_NAME_LENGTH).replace(HALF_PAIR',
        replace: 'return shown.replace(HALF_PAIR',
      },
      {
        name: 'a name may be cut in the middle of a character',
        find: "return shown.slice(0, MAX_NAME_LENGTH).replace(HALF_PAIR, '')",
        replace: 'return HALF_PAIR && shown.slice(0, MAX_NAME_LENGTH)',
      },
      {
        name: 'a name may hold what cannot be printed',
        find: ".replace(UNPRINTABLE, '�')",
        replace: '',
      },
      {
        name: 'two long subs that begin alike are one person',
        find: 'return `${shorten(sub)}…${hash}`',
        replace: 'return `${shorten(sub)}…${hash.length}`',
      },
    ],
  },
  {
    file: 'main/oauth/id-token.ts',
    specs: [
      'test/unit/id-token-checks.spec.ts',
      'test/unit/id-token.spec.ts',
      'test/unit/check-answers.spec.ts',
    ],
    faults: [
      {
        name: 'a sign-in trusts keys of the last hour',
        find: '    maxKeyAgeMs: KEYS_OUTDATED_MS,\n',
        replace: '',
        specs: ['test/unit/provider-cache.spec.ts'],
      },
      {
        name: 'the nonce is not compared',
        find: "if (nonce !== expected.nonce) throw invalid('otherSignIn')",
        replace: 'void nonce',
      },
      {
        name: 'the nonce may be missing',
        find: 'if (nonce !== expected.nonce)',
        replace: 'if (nonce !== undefined && nonce !== expected.nonce)',
      },
      {
        name: 'the issuer is not compared',
        find: '      issuer: metadata.issuer,\n',
        replace: '',
      },
      {
        name: 'the audience is not compared',
        find: '      audience: clientId,\n',
        replace: '',
      },
      {
        name: 'any algorithm will do',
        find: '      algorithms: [...metadata.signingAlgorithms],\n',
        replace: '',
      },
      {
        name: 'an ID token without sub is not rejected early',
        find: "requiredClaims: ['sub', 'exp', 'iat']",
        replace: "requiredClaims: ['exp', 'iat']",
        equivalent: 'requireParty rejects it with the same message.',
      },
      {
        name: 'an ID token without exp never ends',
        find: "requiredClaims: ['sub', 'exp', 'iat']",
        replace: "requiredClaims: ['sub', 'iat']",
      },
      {
        name: 'an ID token may be of any age',
        find: '      maxTokenAge: MAX_ID_TOKEN_AGE_S,\n',
        replace: '',
      },
      {
        name: 'clocks may differ by an hour',
        find: 'const CLOCK_TOLERANCE_S = CLOCK_TOLERANCE_MS / 1000',
        replace: 'const CLOCK_TOLERANCE_S = 3600',
      },
      {
        name: 'the clock is the system’s, not ours',
        find: '      currentDate: new Date(nowMs),\n',
        replace: '',
      },
      {
        name: 'an untimely ID token is believed',
        find: "  if (failure) throw wrongClock(clockSkewMs, 'sign-in') ?? untimely(failure)\n",
        replace: '',
      },
      {
        name: 'any failed claim counts as one of time',
        find: '    TIMES.has(thrown.claim)\n',
        replace: "    thrown.claim !== ''\n",
      },
      {
        name: 'a failed signature counts as one of time',
        find: 'throw invalid(explain(thrown, idToken))',
        replace: 'return { claims: decodeJwt(idToken), failure: null }',
      },
      {
        name: 'sub may be empty',
        find: "if (typeof sub !== 'string' || sub === '') throw",
        replace: "if (typeof sub !== 'string') throw",
      },
      {
        name: 'sub may be no text',
        find: "if (typeof sub !== 'string' || sub === '') throw invalid('noUser')",
        replace: "if (sub === '' || sub === undefined) throw invalid('noUser')",
      },
      {
        name: 'another party’s azp is believed',
        find: 'if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== clientId) {',
        replace: 'if (azp === undefined && Array.isArray(aud) && aud.length > 1) {',
      },
      {
        name: 'several audiences need no azp',
        find: 'if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== clientId) {',
        replace: 'if (azp !== undefined && azp !== clientId) {',
      },
      {
        name: 'at_hash is not compared',
        find: 'if (atHash !== undefined && !matchesHash(atHash, tokens)) throw',
        replace: 'if (atHash === 99) throw',
      },
      {
        name: 'an at_hash that is no text fits',
        find: "if (typeof atHash !== 'string') return false",
        replace: "if (typeof atHash !== 'string') return true",
      },
      {
        name: 'a part of at_hash will do',
        find: 'return given.length === computed.length && timingSafeEqual(given, computed)',
        replace: 'return timingSafeEqual(given, computed.subarray(0, given.length))',
      },
      {
        name: 'auth_time is not compared',
        find: 'if (expected.maxAgeS !== null) requireRecent(authTime, expected.maxAgeS, time.nowMs / 1000)',
        replace: 'void authTime',
      },
      {
        name: 'auth_time may be missing',
        find: "const isTime = typeof authTime === 'number'\n",
        replace:
          "if (authTime === undefined) return\n  const isTime = typeof authTime === 'number'\n",
      },
      {
        name: 'auth_time may be yet to come',
        find: 'if (authTime > nowS + CLOCK_TOLERANCE_S) throw',
        replace: 'if (Number(authTime) > Infinity) throw',
      },
      {
        name: 'another organization is believed',
        find: 'if (expected.organization && !isOrganization(expected.organization, claims)) {',
        replace: "if (expected.organization === 0 + '') {",
      },
      {
        name: 'a renewal may be for someone else',
        find: 'if (claims.sub !== toSubject(held.sub)) {',
        replace: 'if (Boolean(0)) {',
      },
      {
        name: 'who an outdated renewed ID token names is not looked at',
        find: "  if (claims.sub !== toSubject(held.sub)) {\n    throw new AuthError('another-account', ID_TOKEN_MESSAGES.anotherAccount)\n  }\n  if (isExpired || !isNewer(claims, held.idToken)) return null\n",
        replace:
          "  if (isExpired || !isNewer(claims, held.idToken)) return null\n  if (claims.sub !== toSubject(held.sub)) {\n    throw new AuthError('another-account', ID_TOKEN_MESSAGES.anotherAccount)\n  }\n",
      },
      {
        name: 'an untimely renewed ID token is believed',
        find: 'if (failure && !isExpired) throw',
        replace: 'if (failure && !isExpired && Boolean(0)) throw',
      },
      {
        name: 'the first ID token that is sent again is a new one',
        find: 'if (isExpired || !isNewer(claims, held.idToken)) return null',
        replace: 'if (isExpired) return null',
      },
      {
        name: 'the at_hash of a renewed ID token is not compared',
        find: '  requireHash(claims, tokens)\n  return claims\n}\n\n/** Reads the claims of',
        replace: '  return claims\n}\n\n/** Reads the claims of',
      },
    ],
  },
  {
    file: 'main/oauth/token-answer.ts',
    specs: ['test/unit/token-answers.spec.ts'],
    faults: [
      {
        name: 'expires_in may lie beyond any date',
        find: 'Math.min(seconds, LONGEST_LIFE_S)',
        replace: 'seconds',
      },
      {
        name: 'expires_in may be negative',
        find: "typeof seconds === 'number' && seconds >= 0 ?",
        replace: "typeof seconds === 'number' ?",
      },
      {
        name: 'exp of an access token may lie beyond any date',
        find: ' && exp <= LATEST_EXP_S ?',
        replace: ' ?',
      },
      {
        name: 'a token may hold characters that no header carries',
        find: "typeof text === 'string' && /^[\\x20-\\x7e]+$/.test(text)",
        replace: "typeof text === 'string'",
      },
      {
        name: 'a list of several tokens is the first',
        find: 'value.length === 1 ? (value[0] as unknown)',
        replace: 'value.length > 0 ? (value[0] as unknown)',
      },
      {
        name: 'a scope may hold what is no scope-token',
        find: 'tokens.length > 0 && areTokens ?',
        replace: 'tokens.length > 0 ?',
      },
    ],
  },
  {
    file: 'main/oauth/token-endpoint.ts',
    specs: [
      'test/unit/token-requests.spec.ts',
      'test/unit/check-answers.spec.ts',
      'test/unit/token-answers.spec.ts',
    ],
    faults: [
      {
        name: 'a token for more scopes than asked is used',
        find: 'if (narrows && !includesScope(scope, tokens.scope)) {',
        replace: 'if (narrows && Boolean(0)) {',
        specs: ['test/unit/narrowed-token.spec.ts'],
      },
      {
        name: 'the verifier is not sent',
        find: '      code_verifier: request.verifier,\n',
        replace: '',
      },
      {
        name: 'the redirect URI is not sent',
        find: '      redirect_uri: request.redirectUri,\n',
        replace: '',
      },
      {
        name: 'tokens come with any status',
        find: 'if (response.status !== 200 || answer.error !== null) {',
        replace: 'if (answer.error !== null) {',
      },
      {
        name: 'tokens come beside an error',
        find: 'if (response.status !== 200 || answer.error !== null) {',
        replace: 'if (response.status !== 200) {',
      },
      {
        name: 'tokens may be of any type',
        find: "if (!/^bearer$/i.test(tokenType ?? '')) throw",
        replace: "if (tokenType === '-') throw",
      },
      {
        name: 'a sign-in needs no ID token',
        find: "if (idToken === null) throw notUnderstood('sign-in', 'id_token')\n    return { tokens: { ...tokens, idToken }, clockSkewMs }",
        replace: "return { tokens: { ...tokens, idToken: idToken ?? '' }, clockSkewMs }",
      },
      {
        name: 'tokens that cannot be used live on at the provider',
        find: '    orphaned(answer)\n',
        replace: '',
      },
      {
        name: 'a code is sent a second time',
        find: 'const answer = readTokenAnswer(response.body)\n  const given = { scope: request.scope',
        replace:
          "await http({ method: 'POST', url: metadata.tokenEndpoint, purpose: '', ...authenticated(request, metadata.tokenAuthMethods, { code: request.code }) })\n  const answer = readTokenAnswer(response.body)\n  const given = { scope: request.scope",
      },
      {
        name: 'a new refresh token is kept late',
        find: 'if (isSuccess(response) && rotated !== null && rotated !== refreshToken) await keep(rotated)',
        replace: '',
        specs: ['test/unit/token-answers.spec.ts', 'test/unit/renewal-faults.spec.ts'],
      },
      {
        name: 'a refresh token beside an error is kept',
        find: 'if (isSuccess(response) && rotated !== null',
        replace: 'if (rotated !== null',
      },
      {
        name: 'a refresh token that was used is sent again at any time',
        find: 'if (!isLost || clock.nowMs() - sentAtMs >= GRACE_MS) throw thrown',
        replace: 'if (!isLost) throw thrown',
      },
      {
        name: 'a lost answer is not asked for again',
        find: 'if (!isLost || clock.nowMs() - sentAtMs >= GRACE_MS) throw thrown',
        replace: 'if (Boolean(1)) throw thrown',
      },
      {
        name: 'a token’s life is counted from its answer',
        find: 'const given = { scope: request.scope, nowMs, clockSkewMs }',
        replace: 'const given = { scope: request.scope, nowMs: clock.nowMs(), clockSkewMs }',
      },
      {
        name: 'a failed revocation is no failure',
        find: "  if (response.status !== 200) {\n    throw new AuthError('revocation-failed'",
        replace: "  if (response.status > 999) {\n    throw new AuthError('revocation-failed'",
        specs: ['test/unit/check-answers.spec.ts', 'test/unit/agent.spec.ts'],
      },
      {
        name: 'the access token is revoked in place of the refresh token',
        find: 'const token = tokens.refreshToken ?? tokens.accessToken',
        replace: 'const token = tokens.accessToken ?? tokens.refreshToken',
        specs: ['test/unit/check-answers.spec.ts', 'test/unit/agent.spec.ts'],
      },
      {
        name: 'what the provider quotes of a code is shown',
        find: 'const secrets = [request.code, request.verifier,',
        replace: 'const secrets = [request.verifier,',
      },
      {
        name: 'what the provider quotes of a verifier is shown',
        find: 'const secrets = [request.code, request.verifier,',
        replace: 'const secrets = [request.code,',
      },
      {
        name: 'what the provider quotes of a refresh token is shown',
        find: 'const secrets = [refreshToken, ...listSecrets(request)]',
        replace: 'const secrets = listSecrets(request)',
      },
    ],
  },
]
