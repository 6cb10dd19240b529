// Mutants of the session API: tokens for programs, and the state of the session as events.

import type { MutatedFile } from '../mutants.js'

const CALLS = ['test/api/session.spec.ts']
const TOKENS = ['test/unit/session-token.spec.ts']

export const SESSION_API: readonly MutatedFile[] = [
  {
    file: 'main/api/follow-account.ts',
    specs: ['test/unit/follow-account.spec.ts'],
    faults: [
      {
        name: 'a question that came up before the listener did is not noticed when it ends',
        find: '      state.seen = agent.model()\n',
        replace: '',
      },
      {
        name: 'the person is asked about a program that they have just taken out of the list',
        find: '{ isQuiet: mayBeTakenBack }',
        replace: '{ isQuiet: false }',
      },
      {
        name: 'a consent that is taken back looks like a sign-out',
        find: 'account === null && mayBeTakenBack && isThere(state)',
        replace: 'account === null && mayBeTakenBack && !isThere(state)',
      },
      {
        name: 'a sign-out looks like a consent that is taken back',
        find: 'account === null && mayBeTakenBack && isThere(state)',
        replace: 'account === null && mayBeTakenBack',
      },
      {
        name: 'a change during a look is missed',
        find: '  state.mustReadAgain = true\n',
        replace: '  state.mustReadAgain = !state.isReading\n',
      },
      {
        name: 'two looks overtake each other',
        find: '  if (state.isReading) return\n',
        replace: '',
      },
      {
        name: 'a listener is called after the connection is closed',
        find: '    if (state.isClosed) return\n    if (account === null',
        replace: '    if (account === null',
      },
      {
        name: 'a connection with a wrong key is followed for ever',
        find: '    close()\n    throw thrown',
        replace: '    throw thrown',
      },
      {
        name: 'a key that is taken back is kept open',
        find: '    endByTakingBack(state, listener)\n  }\n}\n',
        replace: '  }\n}\n',
      },
    ],
  },
  {
    file: 'main/api/session-events.ts',
    specs: ['test/unit/session-events.spec.ts'],
    faults: [
      {
        name: 'a program that has the current state gets it again',
        find: 'let sentId = readLastId(request)',
        replace: 'let sentId = readLastId(request)?.slice(1)',
      },
      {
        name: 'a new state has the ID of the one before',
        find: 'before?.state === state ? before.number : (count += 1)',
        replace: 'before ? before.number : (count += 1)',
      },
      {
        name: 'the IDs of two runs are the same',
        find: 'createNumbering(randomUUID())',
        replace: "createNumbering(randomUUID().slice(0, 0) + 'run')",
      },
      {
        name: 'there is no limit',
        find: '    checkRoom(deps)\n',
        replace: '',
      },
      {
        name: 'an idle connection is silent',
        find: "response.write(': heartbeat\\n\\n', () => written())",
        replace: "response.write('', () => written())",
      },
      {
        name: 'at the end a program is told not to come again',
        find: "else if (reason === 'ending') response.end()\n",
        replace: '',
      },
    ],
  },
  {
    file: 'main/api/session-token.ts',
    specs: CALLS,
    faults: [
      {
        name: 'an ID token needs only the consent to a token',
        find: "const purpose = isIdToken ? 'id-token' : 'access-token'",
        replace: "const purpose = isIdToken ? 'access-token' : 'access-token'",
        grep: 'an ID token needs',
      },
      {
        name: 'a key gives more than its scopes',
        find: 'if (missing.length > 0) {',
        replace: 'if (missing.length > 9) {',
        grep: 'a key gives a token',
      },
      {
        name: 'a key for some scopes gives the whole token',
        find: 'const scope = wanted ?? most',
        replace: 'const scope = wanted',
        grep: 'a key gives a token',
      },
      {
        name: 'a token that is asked for longer is not renewed',
        find: 'const leastMs = (wanted.minimum_validity ?? DEFAULT_VALIDITY_S) * 1000',
        replace: 'const leastMs = DEFAULT_VALIDITY_S * 1000',
        grep: 'valid long enough',
      },
      {
        name: 'an expired ID token is given',
        find: 'if (renewed.expiresAtMs > clock.nowMs()) return renewed',
        replace: 'if (renewed.expiresAtMs > 0) return renewed',
        specs: TOKENS,
      },
      {
        name: 'an ID token that lives for too short a time is not renewed',
        find: 'if (held.expiresAtMs - clock.nowMs() >= leastMs) return held',
        replace: 'if (held.expiresAtMs >= leastMs) return held',
        specs: TOKENS,
      },
      {
        name: 'a token leaves without another look at its caller',
        find: '  await allowed.recheck()\n',
        replace: '',
        specs: TOKENS,
      },
    ],
  },
  {
    file: 'main/api/describe-session.ts',
    specs: CALLS,
    faults: [
      {
        name: 'a program does not learn why a session has ended',
        find: "if (account.kind === 'needs-sign-in') return account.reason",
        replace: "if (account.kind === 'needs-sign-in') return null",
        grep: 'of two accounts',
      },
      {
        name: 'an ended session still has an expiry',
        find: "account.kind === 'signed-in' ? formatTime(account.expiresAtMs) : null",
        replace: "formatTime(account.kind === 'signed-in' ? account.expiresAtMs : 0)",
        grep: 'of two accounts',
      },
      {
        name: 'every account is the default',
        find: 'default: id === defaultId',
        replace: 'default: defaultId !== null',
        grep: 'of two accounts',
      },
    ],
  },
  {
    file: 'main/api/problem.ts',
    specs: CALLS,
    faults: [
      {
        name: 'scopes that were not granted are the fault of the provider',
        find: "case 'invalid-scope':",
        replace: "case 'token-error':",
        grep: 'an audience, scopes|no longer granted',
      },
    ],
  },
  {
    file: 'main/api/sign-out-call.ts',
    specs: CALLS,
    faults: [
      {
        name: 'a sign-out is asked about as a token is',
        find: "purpose: 'access-token', action, hangUp",
        replace: "purpose: 'access-token', hangUp",
        specs: ['test/e2e/cli-manage.spec.ts'],
      },
      {
        name: 'a key for some scopes signs out',
        find: 'else if (key.scope !== null)',
        replace: 'else if (false as boolean)',
        specs: ['test/e2e/cli-manage.spec.ts'],
      },
      {
        name: 'any program signs accounts out',
        find: "    await requireConsent(deps, request, { account, purpose: 'access-token', action, hangUp })\n",
        replace: '',
        grep: 'sign anyone out',
      },
      {
        name: 'the account in the body does not count for a sign-out',
        find: '{ account: named, key }',
        replace: '{ account: named?.slice(0, 0) || undefined, key }',
        grep: 'POST /session/sign-out',
      },
      {
        name: 'a program that may know who is signed in may sign them out',
        find: "purpose: 'access-token'",
        replace: "purpose: 'identity'",
        specs: ['test/api/user.spec.ts', 'test/api/user-consent.spec.ts'],
        grep: 'before the user allows it',
      },
    ],
  },
]
