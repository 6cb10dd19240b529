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
        find: "  if (deps.isScreenLocked()) return 'locked'\n",
        replace: '',
      },
      {
        name: 'a locked screen pauses nothing',
        find: "if (settings.pauseWhenLocked && deps.isScreenLocked()) return refuse('locked')",
        replace: '',
      },
      {
        name: 'nobody is asked for a minute',
        find: "return deps.canAsk() ? denials.find(wanted) : 'nobody-to-ask'",
        replace: 'return denials.find(wanted)',
      },
      {
        name: 'a denial is forgotten at once',
        find: "deps.canAsk() ? denials.find(wanted) : 'nobody-to-ask'",
        replace: "deps.canAsk() ? (void denials, null) : 'nobody-to-ask'",
      },
      {
        name: 'any sign-in allows its program',
        find: "if (settings.mode !== 'ask' || !canLast(caller)) return",
        replace: "if (settings.mode !== 'ask' || caller.kind !== 'seen') return",
      },
      {
        name: 'the list allows ID tokens',
        find: "return purpose !== 'id-token' && isListed(settings, caller)",
        replace: 'return isListed(settings, caller)',
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
        name: 'a program that is allowed once goes on with long pauses',
        find: "if (result === 'once' || result === 'always') denials.forgive(request)",
        replace: '',
      },
      {
        name: 'a list that was told is told again',
        find: '  parts.denials.hasChanged()\n',
        replace: '',
        specs: ['test/unit/consent-list-told.spec.ts'],
      },
      {
        name: 'a sign-out for good ends nothing',
        find: 'if (forGood) await grants.remove((grant) => isOf(grant, person))',
        replace: 'if (forGood) return',
      },
    ],
  },
  {
    file: 'main/consent/find-entries.ts',
    specs: [...CONSENTS, 'test/unit/terminal-consents.spec.ts'],
    faults: [
      {
        name: 'a name that several have is the first',
        find: 'if (named.length > 1) return',
        replace: 'if (named.length > 9) return',
      },
      {
        name: 'a name in upper case is forgotten by its lower case',
        find: 'allowed.filter(({ name }) => name === wanted)',
        replace: 'allowed.filter(({ name }) => name === wanted.toLowerCase())',
      },
      {
        name: 'a name forgets no denials',
        find: '...denied.filter(({ name }) => name === wanted)',
        replace: '',
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
        find: "token: ['access-token', 'identity', 'sign-in'],",
        replace: "token: ['access-token', 'identity', 'sign-in', 'id-token'],",
      },
      {
        name: 'an uncertain caller has its grant',
        find: "    caller.kind === 'seen' &&\n",
        replace: "    caller.kind !== 'untold' && caller.process !== null &&\n",
        equivalent:
          'Only a caller that is seen gets a grant from findAllowing, or counts as known in questions.ts.',
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
    file: 'main/consent/queue-room.ts',
    specs: CONSENTS,
    faults: [
      {
        name: 'questions pile up',
        find: 'waiting.length >= MOST_QUESTIONS || ',
        replace: '',
      },
      {
        name: 'one file may take all places',
        find: ' || alike.length >= MOST_OF_ONE_FILE',
        replace: '',
      },
      {
        name: 'a known program has no more room than others',
        find: 'if (isKnown) return true\n',
        replace: '',
      },
      {
        name: 'unknown programs may take all places',
        find: 'unknown.length < MOST_UNKNOWN && ',
        replace: '',
      },
      {
        name: 'copies in one folder may take all places of unknown programs',
        find: 'return [dirname((script ?? executable).path), ',
        replace: 'return [(script ?? executable).path, ',
      },
      {
        name: 'scripts count as their interpreter',
        find: 'dirname((script ?? executable).path)',
        replace: 'dirname(executable.path) + String(script?.path)',
      },
      {
        name: 'only the nearest parent counts',
        find: '...[found, ...starters].map(toProcessKey)',
        replace: '...[found, ...starters.slice(0, 1)].map(toProcessKey)',
      },
      {
        name: 'what a waiting program starts counts as unrelated',
        find: '...[found, ...starters].map(toProcessKey)',
        replace: '...starters.map(toProcessKey)',
      },
      {
        name: 'what the session starts counts as related',
        find: 'parents.filter((parent) => !isSessionManager(parent))',
        replace: 'parents',
      },
      {
        name: 'programs that were not found count as unrelated',
        find: "if (found === null) return ['unknown']",
        replace: 'if (found === null) return []',
      },
    ],
  },
  {
    file: 'main/consent/pauses.ts',
    specs: CONSENTS,
    faults: [
      {
        name: 'a program that asks in vain is asked about as often as before',
        find: 'FIRST_MS[why] * GROWTH ** before[why]',
        replace: 'FIRST_MS[why]',
      },
      {
        name: 'a pause has no end',
        find: 'Math.min(LONGEST_PAUSE_MS, FIRST_MS[why] * GROWTH ** before[why])',
        replace: 'FIRST_MS[why] * GROWTH ** before[why]',
      },
      {
        name: 'a denial is no answer',
        find: "const kept = why === 'denied' ? NONE : before",
        replace: 'const kept = before',
      },
      {
        name: 'a question without an answer makes up for denials',
        find: "const kept = why === 'denied' ? NONE : before",
        replace: 'const kept = NONE',
      },
      {
        name: 'questions in vain are remembered for as long as Latchkey runs',
        find: 'untilMs: nowMs() + pauseMs + LONGEST_PAUSE_MS,',
        replace: 'untilMs: Infinity,',
      },
      {
        name: 'questions in vain are forgotten with their pause',
        find: 'untilMs: nowMs() + pauseMs + LONGEST_PAUSE_MS,',
        replace: 'untilMs: nowMs() + pauseMs,',
      },
      {
        name: 'any number of programs is remembered',
        find: 'for (const key of [...held.keys()].slice(0, -MOST_PAUSES)) held.delete(key)',
        replace: '',
      },
      {
        name: 'each run of a tool has pauses of its own',
        find: 'JSON.stringify([toFileKey(caller), account?.id ?? null])',
        replace: 'JSON.stringify([caller, account?.id ?? null])',
      },
      {
        name: 'the pauses of one account are those of all',
        find: 'JSON.stringify([toFileKey(caller), account?.id ?? null])',
        replace: 'JSON.stringify([toFileKey(caller), account && null])',
        specs: ['test/unit/pauses.spec.ts'],
      },
    ],
  },
  {
    file: 'main/consent/denials.ts',
    specs: CONSENTS,
    faults: [
      {
        name: 'a long pause is for every purpose',
        find: 'const untilMs = Math.max(nowMs + FIRST_MS[why], before?.untilMs ?? 0)',
        replace: 'const untilMs = Math.max(nowMs + pauseMs, before?.untilMs ?? 0)',
      },
      {
        name: 'a pause is only for the purpose that was asked',
        find: 'const untilMs = Math.max(nowMs + FIRST_MS[why], before?.untilMs ?? 0)',
        replace: 'const untilMs = Math.min(0, before?.untilMs ?? 0)',
      },
      {
        name: 'a shorter pause for one purpose ends a longer one for another',
        find: 'const ofPurposes = { ...before?.untilMsByPurpose, [purpose]: nowMs + pauseMs }',
        replace: 'const ofPurposes = { [purpose]: nowMs + pauseMs }',
      },
      {
        name: 'any number of denials is held',
        find: 'for (const key of [...held.keys()].slice(0, -MOST_DENIALS)) held.delete(key)',
        replace: '',
      },
      {
        name: 'what is forgotten goes on with long pauses',
        find: 'pauses.reset(about)',
        replace: 'void about',
      },
      {
        name: 'long pauses end when Latchkey starts over',
        find: 'pauses.takeOver(given.pauses)',
        replace: '',
      },
      {
        name: 'the list has changed each time',
        find: 'const isSame = now.length === told.length && now.every((one, index) => one === told[index])',
        replace: 'const isSame = now.length === 0 && told.length === 0',
      },
      {
        name: 'a denial in place of another is no change',
        find: 'const isSame = now.length === told.length && now.every((one, index) => one === told[index])',
        replace: 'const isSame = now.length === told.length',
        specs: ['test/unit/consent-list-told.spec.ts'],
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
        find: '.some((found) => isSameId(found, parent))',
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
        name: 'the question of a tool that was stopped stays',
        find: 'asked.stopGrace = state.deps.clock.after(GRACE_MS, withdraw)',
        replace: 'void withdraw',
      },
      {
        name: 'a new run does not keep the question',
        find: '      asked.stopGrace()\n',
        replace: '',
      },
      {
        name: 'the question of a call that does not wait goes away',
        find: 'if (asked.isForLater || canLast(asked.request.caller)) return',
        replace: 'if (canLast(asked.request.caller)) return',
      },
      {
        name: 'the question of a program that comes again goes away',
        find: 'if (asked.isForLater || canLast(asked.request.caller)) return',
        replace: 'if (asked.isForLater) return',
      },
      {
        name: 'two commands of one shell share a question about managing',
        find: '  if (action !== undefined) return null\n',
        replace: '',
      },
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
        name: 'a call for less is asked about by itself',
        find: 'one.who === who && covers([one.request.purpose], purpose)',
        replace: 'one.who === who && one.request.purpose === purpose',
      },
      {
        name: 'a call for more waits for the question about less',
        find: 'one.who === who && covers([one.request.purpose], purpose)',
        replace: 'one.who === who',
      },
      {
        name: 'a question for less stays before the one for more',
        find: 'one.who === who && one.waiting.size === 0 && covers([purpose], one.request.purpose)',
        replace: 'one.who === purpose',
      },
      {
        name: 'a question that a call waits for is replaced',
        find: 'one.who === who && one.waiting.size === 0 && covers([purpose], one.request.purpose)',
        replace: 'one.who === who && covers([purpose], one.request.purpose)',
      },
      {
        name: 'a question for something else is replaced',
        find: 'one.who === who && one.waiting.size === 0 && covers([purpose], one.request.purpose)',
        replace: 'one.who === who && one.waiting.size === 0',
      },
      {
        name: 'the poll of a program that is allowed more is asked about again',
        find: 'for (const purpose of purposes) {',
        replace: 'for (const purpose of [...purposes].slice(0, 1)) {',
      },
      {
        name: 'a call that has its answer gets a pass too',
        find: 'if (answered.has(purpose)) continue',
        replace: '',
      },
      {
        name: 'a question for more is behind all others',
        find: 'if (before) return pending.indexOf(before)',
        replace: '',
      },
      {
        name: 'a replaced question counts as one in vain',
        find: "for (const one of less) remove(state, one, 'withdrawn', null)",
        replace: "for (const one of less) remove(state, one, 'withdrawn', 'withdrawn')",
      },
      {
        name: 'a flood of unknown programs is before a known one',
        find: 'isKnown && unknown !== -1 ? unknown : pending.length',
        replace: 'pending.length',
      },
      {
        name: 'a known program takes the place of the question that is shown',
        find: 'index > 0 && !one.isKnown',
        replace: '!one.isKnown',
      },
      {
        name: 'a tool counts as known',
        find: 'return canLast(caller) && (allowed.has(toFileKey(caller)) || deps.isKnown(caller))',
        replace: 'return allowed.has(toFileKey(caller)) || deps.isKnown(caller)',
      },
      {
        name: 'a program that was denied counts as known',
        find: "if (answer !== 'denied') rememberAllowed(state, first.request.caller)",
        replace: 'rememberAllowed(state, first.request.caller)',
        specs: ['test/unit/queue-room.spec.ts'],
      },
      {
        name: 'a program that was allowed once is forgotten',
        find: "if (answer !== 'denied') rememberAllowed(state, first.request.caller)",
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
        find: "if (verdict.kind === 'refused') throw notAllowed(toDetail(verdict.reason, purpose))",
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
        name: 'a key that was taken back during a wait gets its token',
        find: 'if (caller === null) findKey({ agent }, request)',
        replace: '',
        specs: ['test/unit/require-consent.spec.ts'],
      },
      {
        name: 'a program that was forgotten during a wait gets its token',
        find: 'if (hasLasted && !isGranted() && !agent.consents.isPaused())',
        replace: 'if (false as boolean)',
        specs: ['test/unit/require-consent.spec.ts'],
      },
      {
        name: 'a locked screen pauses no exchange',
        find: '  if (consents.isPaused()) throw notAllowed(CONSENT_DETAILS.locked)\n  if (key',
        replace: '  if (key',
        specs: ['test/e2e/desktop-consent.spec.ts'],
        grep: 'keeps its code',
      },
      {
        name: 'a locked screen is no matter to a program that is not allowed',
        find: 'if (!isAllowed) throw notAllowed(CONSENT_DETAILS.locked)',
        replace: 'void isAllowed',
        specs: ['test/e2e/desktop-consent.spec.ts'],
        grep: 'keeps its code',
      },
      {
        name: 'a key is for every person at the client',
        find: 'isOf(key, { issuer, clientId, sub })',
        replace: 'isOf(key, { issuer, clientId, sub: sub && key.account.sub })',
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
        find: 'const caller = key ? null : await requireConsent(deps, request, { account, purpose, hangUp })',
        replace: 'const caller = key ? null : await deps.findCaller(request)',
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
        find: 'const narrowed = key === null ? null : await readNarrowedFor(deps, key, { id, leastMs })',
        replace: 'const narrowed = null',
        grep: 'with scopes gets a token',
      },
      {
        name: 'a key without openid gets the ID token by itself',
        find: 'if (!allowsIdToken(key, granted)) throw notAllowed(CONSENT_DETAILS.keyWithoutIdToken)',
        replace: 'void [granted, CONSENT_DETAILS.keyWithoutIdToken]',
        specs: ['test/api/session.spec.ts'],
        grep: 'proves who the user is',
      },
    ],
  },
  {
    file: 'main/api/key-limits.ts',
    specs: CALLS,
    faults: [
      {
        name: 'a key for all scopes gets an ID token that was not granted',
        find: 'const isWhole = allowsIdToken(key, tokens.scope)',
        replace: "const isWhole = allowsIdToken(key, 'openid')",
        specs: ['test/api/session.spec.ts'],
        grep: 'proves nothing',
      },
      {
        name: 'a key without openid gets the ID token',
        find: "const idToken = isWhole ? tokens.idToken : ''",
        replace: 'const { idToken } = tokens',
        grep: 'with scopes gets a token',
      },
      {
        name: 'any key gets what a sign-in has brought',
        find: 'if (!isOf(key, { clientId, issuer, sub: account.sub })) {',
        replace: 'if (!isOf(key, { clientId, issuer, sub: key.account.sub || account.sub })) {',
        specs: ['test/api/key-sign-in.spec.ts'],
        grep: 'of another person',
      },
    ],
  },
  {
    file: 'main/api/identity-access.ts',
    specs: ['test/unit/identity-access.spec.ts'],
    faults: [
      {
        name: 'every program learns who is signed in',
        find: 'if (key === null && !(await mayKnow(deps, request, { account, ...access }))) return null',
        replace: 'await mayKnow(deps, request, { account, ...access })',
      },
      {
        name: 'a program that waits learns who is signed in, whatever the answer',
        find: 'await requireConsent(deps, request, { account, purpose, hangUp })',
        replace: '(void hangUp, await deps.findCaller(request))',
      },
      {
        name: 'a key shows all accounts',
        find: 'if (findKey(deps, request) !== null) return seen === null ? [] : [seen]',
        replace: 'if (findKey(deps, request) !== null) return agent.model().accounts',
      },
      {
        name: 'every program gets the list of accounts',
        find: "agent.consents.isAllowed({ caller, account, purpose: 'identity' })",
        replace: 'caller.kind === account.id || true',
      },
      {
        name: 'an unknown ID is told from one that is hidden',
        find: "thrown.code === 'not-signed-in') return undefined",
        replace: "thrown.code === 'not-found') return undefined",
      },
      {
        name: 'a connection keeps what another program was allowed once',
        find: 'if (before && isUnchanged(before, caller))',
        replace: 'if (before || (before && isUnchanged(before, caller)))',
      },
      {
        name: 'what was allowed once outlives a sign-out',
        find: "if (event.type === 'signed-out') once.delete(event.id)",
        replace: "if (event.type === 'signed-out') once.delete('')",
      },
      {
        name: 'what was allowed once is asked for at each change',
        find: "if (verdict.kind === 'allowed') once.set(account.id, caller)",
        replace: '',
      },
    ],
  },
  {
    file: 'main/api/program-sign-in.ts',
    specs: ['test/unit/program-sign-in.spec.ts'],
    faults: [
      {
        name: 'a program that asks for a sign-in learns who is signed in already',
        find: "if (key === null) await requireConsent(deps, request, { account, purpose: 'identity', hangUp })",
        replace:
          "if (key !== null) await requireConsent(deps, request, { account, purpose: 'identity', hangUp })",
      },
      {
        name: 'a sign-in belongs to every program that asks meanwhile',
        find: 'const own = wanted.findLast((one) => isSameClaimant(one.beginner, claimant))',
        replace: 'const own = wanted.at(-1)',
      },
      {
        name: 'who shares a tab shares the consent',
        find: 'return other ? [other, false] : null',
        replace: 'return other ? [other, true] : null',
      },
      {
        name: 'callers without a process each open a tab',
        find: 'return other ? [other, false] : null',
        replace: 'return other ? null : null',
      },
      {
        name: 'a program gets what another one missed',
        find: 'isWanted(one) && isSameClaimant(one.beginner, claimant)',
        replace: 'isWanted(one)',
      },
      {
        name: 'what a program missed is served forever',
        find: 'filter(({ untilMs }) => untilMs > nowMs)',
        replace: 'filter(({ untilMs }) => untilMs > nowMs || true)',
      },
      {
        name: 'what a program missed is served again and again',
        find: 'state.unclaimed = alive.filter((one) => one !== own)',
        replace: 'state.unclaimed = alive',
      },
      {
        name: 'what a program missed outlives a denial',
        find: "const isDenial = event.type === 'consent-ended' && event.end === 'denied'",
        replace: "const isDenial = event.type === 'consent-ended' && event.end === 'withdrawn'",
      },
      {
        name: 'a program that hangs up loses its sign-in',
        find: 'if (waiting > 0 || isSettled) return',
        replace: 'if (waiting >= 0 || isSettled) return',
      },
      {
        name: 'a sign-in in the browser allows nothing',
        find: 'if (account && hasUserActed && key === null) agent.consents.allowSignedIn(caller, account)',
        replace: '',
      },
      {
        name: 'a sign-in that the provider completes alone is consent',
        find: 'if (account && hasUserActed && key === null) agent.consents.allowSignedIn(caller, account)',
        replace: 'if (account && key === null) agent.consents.allowSignedIn(caller, account)',
      },
      {
        name: 'a sign-in that the provider completes alone asks nobody',
        find: "const isAgreed = isOwn && outcome.kind === 'signed-in' && outcome.hasUserActed",
        replace: "const isAgreed = isOwn && outcome.kind === 'signed-in'",
      },
      {
        name: 'what the provider completed alone is served later',
        find: '(isAllowedByNow(beginner) || !outcome.hasUserActed)',
        replace: 'isAllowedByNow(beginner)',
      },
      {
        name: 'the provider may ask nobody',
        find: 'prompt: asksNothing({ prompt }) ? null : prompt',
        replace: 'prompt',
      },
      {
        name: 'a key gets whoever signs in',
        find: 'if (key !== null && findKeyAccount(deps, key)?.id !== account.id)',
        replace: "if (key !== null && account.id === '')",
      },
      {
        name: 'a failure is told for minutes',
        find: "outcome.kind === 'signed-in' ? CLAIM_MS : CLAIM_FAILURE_MS",
        replace: 'CLAIM_MS > 0 ? CLAIM_MS : CLAIM_FAILURE_MS',
      },
    ],
  },
  {
    file: 'main/api/user-profile.ts',
    specs: ['test/unit/user-profile.spec.ts'],
    faults: [
      {
        name: 'a missing address is left out',
        find: 'email: email || username,',
        replace: 'email,',
      },
      {
        name: 'two providers give a person one ID',
        find: 'toProfileId([issuer, clientId, sub])',
        replace: "toProfileId(['', clientId, sub])",
      },
      {
        name: 'two clients give a person one ID',
        find: 'toProfileId([issuer, clientId, sub])',
        replace: "toProfileId([issuer, '', sub])",
      },
    ],
  },
  {
    file: 'main/api/user-routes.ts',
    specs: ['test/api/user.spec.ts', 'test/api/user-consent.spec.ts'],
    faults: [
      {
        name: 'clearing forgets nothing',
        find: 'deps.callers.forgetProgram(await deps.findCaller(request))',
        replace: '',
        grep: 'of two accounts',
      },
      {
        name: 'a program that may know who is signed in gets a token',
        find: "purpose: 'access-token', hangUp }",
        replace: "purpose: 'identity', hangUp }",
        grep: 'before the user allows it',
      },
      {
        name: 'every account can be selected',
        find: '(await deps.identity.list(request)).filter(isSignedIn)',
        replace: 'deps.agent.model().accounts.filter(isSignedIn)',
        grep: 'before the user allows it',
      },
      {
        name: 'an unknown privacy is sent back',
        find: "privacy: privacy ?? 'CLOSED'",
        replace: "privacy: privacy ?? 'UNKNOWN'",
        grep: 'takes what apps send',
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
        specs: ['test/unit/silent-sign-in.spec.ts'],
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
    file: 'main/oauth/user-action.ts',
    specs: ['test/unit/user-action.spec.ts'],
    faults: [
      {
        name: 'an earlier sign-in at the provider counts',
        find: 'return iat - authTime <= elapsedS + ROUNDING_S',
        replace: 'return iat - authTime <= elapsedS + ROUNDING_S + 30',
      },
      {
        name: 'a sign-in in the same second as its begin does not count',
        find: 'return iat - authTime <= elapsedS + ROUNDING_S',
        replace: 'return iat - authTime <= elapsedS',
      },
      {
        name: 'a wrong clock of the provider decides',
        find: 'return iat - authTime <= elapsedS + ROUNDING_S',
        replace: 'return nowMs / 1000 - authTime <= elapsedS + ROUNDING_S',
      },
      {
        name: 'a silent sign-in counts if the provider does not say when',
        find: "return !prompts.includes('none')",
        replace: 'return true',
      },
      {
        name: 'a provider that had to ask does not count',
        find: 'if (prompts.some((one) => ASKING_PROMPTS.has(one))) return true',
        replace: '',
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
        find: 'if (!(hasUserActed && mayFinish(beginner, caller) && !asksNothing(signIn))) return',
        replace: 'if (!(hasUserActed && mayFinish(beginner, caller))) return',
        grep: 'with prompt=none asks first',
      },
      {
        name: 'tokens leave after a sign-in that the provider completed alone',
        find: 'else if (!hasUserActed) await requireAgreement(deps, request, { id, hangUp })',
        replace: '',
        specs: ['test/e2e/silent-sign-in.spec.ts'],
      },
      {
        name: 'a sign-in with a key for some scopes brings the whole token',
        find: 'await limitNewSession(deps, key, { id, session })',
        replace: 'session',
        specs: ['test/api/key-sign-in.spec.ts'],
        grep: 'for these only',
      },
      {
        name: 'a sign-in with a key allows its program',
        find: 'if (key === null) allowSignedIn(deps, caller, result)',
        replace: 'allowSignedIn(deps, caller, result)',
        specs: ['test/api/key-sign-in.spec.ts'],
        grep: 'does not allow its program',
      },
      {
        name: 'a code is exchanged while the screen is locked',
        find: 'return requireUnlocked(deps, request, deps.agent.model().accounts)',
        replace: 'return Promise.resolve(void [deps, request])',
        specs: ['test/e2e/desktop-consent.spec.ts'],
        grep: 'keeps its code',
      },
      {
        name: 'finishing another program’s sign-in is consent',
        find: 'if (!(hasUserActed && mayFinish(beginner, caller) && !asksNothing(signIn))) return',
        replace: 'if (!(hasUserActed && !asksNothing(signIn))) return',
        grep: 'with the code and the verifier',
      },
    ],
  },
  {
    file: 'main/api/agent-routes.ts',
    specs: ['test/e2e/cli-manage.spec.ts'],
    faults: [
      {
        name: 'a key is made for the account that is the default after the question',
        find: 'const account = asked && findNamed(deps, asked.id)',
        replace: 'const account = defaultAccount(deps.agent.model())',
      },
      {
        name: 'a key manages Latchkey',
        find: 'if (headers.authorization !== undefined) throw notAllowed(CONSENT_DETAILS.keyCannotManage)',
        replace: 'void headers',
        specs: ['test/api/session.spec.ts'],
        grep: 'a key manages nothing',
      },
      {
        name: 'nobody is asked about a call that manages Latchkey',
        find: "await requireConsent(deps, request, { account, purpose: 'manage', action, hangUp })",
        replace: 'void [account, action, hangUp, requireConsent]',
        specs: ['test/e2e/cli.spec.ts'],
        grep: 'asked about each time',
      },
      {
        name: 'a question names an app by its ID',
        find: 'app: name ?? app, id }',
        replace: 'app, id }',
      },
      {
        name: 'an answer tells of a key before the question',
        find: "if (problem?.kind === 'bad-name') throw",
        replace: 'if (problem !== null && problem.kind.length > 0) throw',
      },
      {
        name: 'a question quotes a long text of a program',
        find: 'name: excerpt(app) }',
        replace: 'name: app }',
      },
      {
        name: 'a question quotes a scope that was not granted',
        find: '...missing.slice(0, 1).map(excerpt)',
        replace: '...missing',
      },
      {
        name: 'who is signed in is told though nobody could be asked',
        find: '  await requireAskable(deps, request, asked)\n',
        replace: '',
        specs: ['test/e2e/start-agent.spec.ts'],
        grep: 'nobody could be asked',
      },
      {
        name: 'what has the name after the question is forgotten',
        find: 'consents.forget(one)',
        replace: "consents.forget(one === '' ? one : app)",
      },
    ],
  },
]
