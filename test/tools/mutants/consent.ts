// Faults in the consents: which programs get tokens.

import type { MutatedFile } from '../mutants.js'

const CONSENTS = ['test/unit/consents.spec.ts']
const CALLS = ['test/api/consent.spec.ts']

export const CONSENT: readonly MutatedFile[] = [
  {
    file: 'main/consent/consents.ts',
    specs: CONSENTS,
    faults: [
      {
        name: 'an unanswered question allows',
        find: "if (result !== 'once' && result !== 'always')",
        replace: "if (result === 'denied')",
      },
      {
        name: 'the caller is not looked at again',
        find: 'isUnchanged(request.caller, await request.lookAgain())',
        replace: 'Boolean(await request.lookAgain())',
      },
      {
        name: 'a locked screen asks',
        find: "  if (isLocked) return refuse('locked')\n",
        replace: '',
      },
      {
        name: 'a locked screen pauses nothing',
        find: "if (isLocked && settings.pauseWhenLocked) return refuse('locked')",
        replace: '',
      },
      {
        name: 'nobody is asked for a minute',
        find: "if (!deps.canAsk()) return refuse('nobody-to-ask')",
        replace: '',
      },
      {
        name: 'a denial is forgotten at once',
        find: "if (denials.find(request)) return refuse('denied')",
        replace: '',
      },
      {
        name: 'any sign-in allows its program',
        find: "if (settings.mode !== 'ask' || !canLast(caller)) return",
        replace: "if (settings.mode !== 'ask' || caller.kind !== 'seen') return",
      },
      {
        name: 'the list allows ID tokens',
        find: "if (purpose === 'id-token' || !canLast(caller)) return false",
        replace: 'if (!canLast(caller)) return false',
      },
      {
        name: 'the list allows an interpreter for any script',
        find: 'allow.includes(script === null ? executable.path : script.path)',
        replace:
          'allow.includes(executable.path) || allow.includes(script?.path ?? executable.path)',
      },
      {
        name: 'a key is stored as it is',
        find: "return createHash('sha256').update(key).digest('base64url')",
        replace: 'return key',
      },
      {
        name: 'a sign-out for good ends nothing',
        find: 'if (forGood) await grants.remove((grant) => isOf(grant, person))',
        replace: 'if (forGood) return',
      },
      {
        name: 'a name that several have is the first',
        find: 'named.length === 1 ? named[0] : undefined',
        replace: 'named[0]',
      },
    ],
  },
  {
    file: 'main/consent/grants.ts',
    specs: CONSENTS,
    faults: [
      {
        name: 'a grant is for every account',
        find: 'isOf(grant, { issuer, clientId, sub: account.account.sub })',
        replace: 'Boolean(issuer && clientId)',
      },
      { name: 'a grant is for every user', find: '    one.uid === other.uid &&\n', replace: '' },
      {
        name: 'a grant is for every script',
        find: ' &&\n    one.script?.path === other.script?.path',
        replace: '',
      },
      {
        name: 'an access token includes an ID token',
        find: "wanted === 'identity' || wanted === 'sign-in'",
        replace: "wanted !== 'token'",
      },
      {
        name: 'an uncertain caller has its grant',
        find: "caller.kind !== 'seen' || account === null) return false",
        replace:
          "caller.kind === 'untold' || caller.process === null || account === null) return false",
        equivalent: 'findAllowing returns a grant only to a caller that is seen.',
      },
      {
        name: 'a sign-out suspends nothing',
        find: 'suspended.add(grant.id)',
        replace: 'void grant.id',
      },
      {
        name: 'grants given early replace the stored ones',
        find: 'if (!state.isRestored) return\n',
        replace: '',
      },
    ],
  },
  {
    file: 'main/consent/program.ts',
    specs: CONSENTS,
    faults: [
      {
        name: 'a tool can be allowed for good',
        find: "return kind === 'program' || (kind === 'interpreter' && script !== null)",
        replace: "return kind !== 'interpreter' || script !== null",
      },
      {
        name: 'an interpreter can be allowed for good',
        find: "(kind === 'interpreter' && script !== null)",
        replace: "kind === 'interpreter'",
      },
      {
        name: 'unknown callers share a question',
        find: 'if (found === null) return null\n',
        replace: "if (found === null) return 'unknown'\n",
      },
      {
        name: 'another file is the same program',
        find: 'return [caller.kind, caller.uid, pid, startedAtTicks, executable, script]',
        replace:
          'return [caller.kind, caller.uid, pid, startedAtTicks, executable.path, script?.path]',
      },
      {
        name: 'any tool may finish a tool’s sign-in',
        find: '.some((found) => isSameProcess(found, parent))',
        replace: '.some((found) => found.pid > 0)',
        specs: ['test/unit/consent-program.spec.ts'],
      },
      {
        name: 'a process may finish its child’s sign-in',
        find: 'second.parents.some(isFirst)',
        replace: 'first.parents.length > 0',
        specs: ['test/unit/consent-program.spec.ts'],
      },
    ],
  },
  {
    file: 'main/consent/questions.ts',
    specs: CONSENTS,
    faults: [
      {
        name: 'a tool is allowed for good by an answer',
        find: "if (answer === 'always' && !first.question.canLast) return false",
        replace: '',
      },
      {
        name: 'an answer is for whatever is shown',
        find: 'if (first?.question.id !== questionId) return false',
        replace: 'if (first === undefined) return false',
      },
      {
        name: 'questions pile up',
        find: 'pending.length >= MOST_QUESTIONS || ',
        replace: '',
      },
      {
        name: 'a pass lasts',
        find: 'return passes.delete(key) && untilMs !== undefined',
        replace: 'return untilMs !== undefined',
      },
    ],
  },
  {
    file: 'main/api/require-consent.ts',
    specs: CALLS,
    faults: [
      {
        name: 'a refused call gets its token',
        find: "if (verdict.kind === 'refused') throw notAllowed(toDetail(verdict.reason))",
        replace: 'void verdict',
        grep: 'a copy is another program',
      },
      {
        name: 'a wrong key counts as none',
        find: 'if (key === null) throw notAllowed(CONSENT_DETAILS.wrongKey)',
        replace: 'if (key === null) return null',
        grep: 'decides alone',
      },
      {
        name: 'a key is for every person at the client',
        find: ' &&\n        one.account.sub === account.sub',
        replace: '',
        grep: 'opens its account only',
      },
    ],
  },
  {
    file: 'main/api/renewal-call.ts',
    specs: CALLS,
    faults: [
      {
        name: 'no program is asked about',
        find: 'if (key === null) await requireConsent(deps, request, { account, purpose, hangUp })\n  else if (',
        replace: 'if (key !== null && ',
        grep: 'a copy is another program',
      },
      {
        name: 'every program learns why a session has ended',
        find: '    key !== null ||\n    agent.consents.isAllowed(',
        replace: '    account.reason !== null ||\n    agent.consents.isAllowed(',
        grep: 'the reason why a session',
      },
      {
        name: 'a key for some scopes gets the whole token',
        find: 'const scope = key?.scope ?? null',
        replace: 'const scope: string | null = null',
        grep: 'with scopes gets a token',
      },
      {
        name: 'a key without openid gets the ID token',
        find: "scope.split(' ').includes('openid') ? tokens.idToken : ''",
        replace: 'tokens.idToken',
        grep: 'with scopes gets a token',
      },
    ],
  },
  {
    file: 'main/api/silent-sign-in.ts',
    specs: ['test/e2e/silent-sign-in.spec.ts'],
    faults: [
      {
        name: 'a key allows silent sign-ins at every provider',
        find: 'if (!isSameOwner(owner, provider))',
        replace: 'if (false as boolean)',
      },
      {
        name: 'a key for fewer scopes allows silent sign-ins for all',
        find: 'if (!isWithin)',
        replace: 'if (false as boolean)',
      },
      {
        name: 'a silent sign-in may bring another person',
        find: 'if (allowed === null || account?.account.sub === allowed) return',
        replace: 'if (allowed === null || account !== undefined) return',
      },
    ],
  },
  {
    file: 'main/api/pkce-routes.ts',
    specs: CALLS,
    faults: [
      {
        name: 'a sign-in without questions asks nobody',
        find: 'if (asksNothing(signIn)) {',
        replace: 'if (false as boolean) {',
        grep: 'with prompt=none asks first',
      },
      {
        name: 'a sign-in without questions is consent',
        find: 'if (mayFinish(beginner, caller) && !asksNothing(signIn)) {',
        replace: 'if (mayFinish(beginner, caller)) {',
        grep: 'with prompt=none asks first',
      },
      {
        name: 'finishing another program’s sign-in is consent',
        find: 'if (mayFinish(beginner, caller) && !asksNothing(signIn)) {',
        replace: 'if (!asksNothing(signIn)) {',
        grep: 'with the code and the verifier',
      },
    ],
  },
]
