// Which programs may have tokens: questions, answers, grants, denials and keys.

import { test } from '@playwright/test'
import { expect } from '../support/expect.js'
import { AuthError } from '../../main/base/errors.js'
import type {
  ConsentAccount,
  ConsentEnd,
  ConsentList,
  ConsentQuestion,
  ConsentRequest,
  ConsentSettings,
  Verdict,
} from '../../main/consent/consent.js'
import { createConsents, type ConsentDeps } from '../../main/consent/consents.js'
import { MOST_RUNS } from '../../main/consent/denials.js'
import {
  DENIED_MS,
  LONGEST_PAUSE_MS,
  MOST_PAUSES,
  UNANSWERED_MS,
  WITHDRAWN_MS,
} from '../../main/consent/pauses.js'
import { ANSWER_TIMEOUT_MS, GRACE_MS } from '../../main/consent/questions.js'
import {
  MOST_OF_ONE_FILE,
  MOST_OF_ONE_ORIGIN,
  MOST_QUESTIONS,
  MOST_UNKNOWN,
} from '../../main/consent/queue-room.js'
import type { Ancestor, Caller, CallerProcess } from '../../main/net/caller.js'
import { createMemoryConsents } from '../../main/storage/consent-store.js'
import { ALICE_REF, BOB_REF } from '../support/account-refs.js'
import { NOT_FOUND, seenCaller } from '../support/callers.js'
import { createTestClock } from '../support/clock.js'

const NEVER = new AbortController().signal
const ALLOWED: Verdict = { kind: 'allowed' }
const refused = (reason: Extract<Verdict, { kind: 'refused' }>['reason']): Verdict => ({
  kind: 'refused',
  reason,
})

type Started = ReturnType<typeof start>

type Options = Omit<Partial<ConsentDeps>, 'settings' | 'clock'> & {
  settings?: Partial<ConsentSettings>
  clock?: ReturnType<typeof createTestClock>
}

function start({ settings, clock = createTestClock(), ...given }: Options = {}) {
  const asked: ConsentQuestion[] = []
  const ended: ConsentEnd[] = []
  const lists: ConsentList[] = []
  const failures: string[] = []
  const store = given.store ?? createMemoryConsents()
  const consents = createConsents({
    clock,
    isScreenLocked: () => false,
    canAsk: () => true,
    onAsked: (question) => asked.push(question),
    onEnded: (_question, end) => ended.push(end),
    onChange: (list) => lists.push(list),
    onFailure: (message) => failures.push(message),
    ...given,
    store,
    settings: { mode: 'ask', allow: [], pauseWhenLocked: false, ...settings },
  })
  return { consents, clock, asked, ended, lists, failures, store }
}

function request(
  caller: Caller = seenCaller(),
  changes: Partial<ConsentRequest> = {},
): ConsentRequest {
  return {
    caller,
    account: ALICE_REF,
    purpose: 'token',
    signal: NEVER,
    lookAgain: () => Promise.resolve(caller),
    ...changes,
  }
}

const CURL: Partial<CallerProcess> = {
  kind: 'tool',
  name: 'curl',
  executable: { path: '/usr/bin/curl', file: '8:20' },
  parents: [{ pid: 7, startedAtTicks: '1', name: 'bash', executable: '/bin/bash' }],
}
const curlOf = (shell: number): Caller =>
  seenCaller({ ...CURL, pid: shell + 1, parents: [{ ...CURL.parents![0]!, pid: shell }] })
const copyOf = (path: string) => ({ path, file: '8:1' })
let lastPid = 5_000
const appIn = (folder: string, changes: Partial<CallerProcess> = {}) =>
  seenCaller({
    pid: (lastPid += 1),
    executable: copyOf(`${folder}/app`),
    ...changes,
  })
const toPerson = ({ issuer, clientId, account }: ConsentAccount) => ({
  issuer,
  clientId,
  sub: account.sub,
})
const NODE = { path: '/usr/bin/node', file: '8:30' }
const script = (path: string): Partial<CallerProcess> => ({
  kind: 'interpreter',
  executable: NODE,
  script: { path, file: `file of ${path}` },
})

test.describe('S24: the first time, a program waits for the person', () => {
  test('and gets nothing before they answer', async () => {
    const { consents, asked, ended } = start()
    const call = consents.ask(request())
    expect(await isPending(call)).toBe(true)
    expect(asked).toMatchObject([
      {
        program: { name: 'app', executable: '/opt/app/app', script: null, pid: 42, grade: 'seen' },
        account: { id: ALICE_REF.id, account: ALICE_REF.account },
        purpose: 'token',
        canLast: true,
      },
    ])
    expect(consents.answer(asked[0]!.id, 'once')).toBe(true)
    expect(await call).toEqual(ALLOWED)
    expect(ended).toEqual(['once'])
  })

  test('"once" is for that call: the next one asks again', async () => {
    const { consents, asked } = start()
    const call = consents.ask(request())
    consents.answer(asked[0]!.id, 'once')
    await call
    const next = consents.ask(request())
    expect(await isPending(next)).toBe(true)
    expect(asked).toHaveLength(2)
    expect(consents.list().grants).toEqual([])
  })

  test('"always" also allows the calls of later processes, and no other program or account', async () => {
    const { consents, asked, lists } = start()
    const call = consents.ask(request())
    consents.answer(asked[0]!.id, 'always')
    expect(await call).toEqual(ALLOWED)
    expect(await consents.ask(request(seenCaller({ pid: 99 })))).toEqual(ALLOWED)
    expect(lists.at(-1)?.grants).toMatchObject([{ name: 'app', account: ALICE_REF.account }])
    const others: ConsentRequest[] = [
      request(seenCaller({ executable: { path: '/opt/other', file: '8:15' } })),
      request(seenCaller(script('/home/a.js'))),
      request({ ...seenCaller(), uid: 0 }),
      request(seenCaller(), { account: BOB_REF }),
      request(seenCaller(), { account: { ...ALICE_REF, issuer: 'https://other.example' } }),
      request(seenCaller(), { purpose: 'id-token' }),
      request({ ...NOT_FOUND, process: seenCaller().process }),
      request({ kind: 'untold' }),
    ]
    for (const other of others) expect(consents.isAllowed(other)).toBe(false)
    expect(consents.isAllowed(request(seenCaller(), { purpose: 'identity' }))).toBe(true)
  })

  test('"always" for a script allows no other script, and not its interpreter', async () => {
    const { consents, asked } = start()
    const call = consents.ask(request(seenCaller(script('/home/a.js'))))
    consents.answer(asked[0]!.id, 'always')
    expect(await call).toEqual(ALLOWED)
    expect(consents.isAllowed(request(seenCaller(script('/home/a.js'))))).toBe(true)
    expect(consents.isAllowed(request(seenCaller(script('/home/b.js'))))).toBe(false)
    expect(consents.isAllowed(request(seenCaller({ executable: NODE })))).toBe(false)
  })

  test('"deny" refuses the program without a question for a while', async () => {
    const { consents, asked, clock } = start()
    const call = consents.ask(request())
    consents.answer(asked[0]!.id, 'denied')
    expect(await call).toEqual(refused('denied'))
    expect(await consents.ask(request(seenCaller({ pid: 99 })))).toEqual(refused('denied'))
    expect(consents.list().denials).toMatchObject([{ program: { name: 'app' } }])
    clock.advance(DENIED_MS)
    expect(await isPending(consents.ask(request()))).toBe(true)
    expect(asked).toHaveLength(2)
  })

  test('without an answer it gets nothing after a minute, and asks again only later', async () => {
    const { consents, asked, ended, clock } = start()
    const call = consents.ask(request())
    clock.advance(ANSWER_TIMEOUT_MS - 1)
    expect(await isPending(call)).toBe(true)
    clock.advance(1)
    expect(await call).toEqual(refused('unanswered'))
    expect(ended).toEqual(['unanswered'])
    expect(await consents.ask(request())).toEqual(refused('unanswered'))
    clock.advance(UNANSWERED_MS)
    void consents.ask(request())
    expect(asked).toHaveLength(2)
  })

  test('an answer to another question does nothing', async () => {
    const { consents, asked } = start()
    const call = consents.ask(request())
    expect(consents.answer('another2', 'always')).toBe(false)
    expect(await isPending(call)).toBe(true)
    consents.answer(asked[0]!.id, 'denied')
    expect(consents.answer(asked[0]!.id, 'always')).toBe(false)
    expect(await call).toEqual(refused('denied'))
  })
})

for (const [name, caller] of [
  ['a tool such as curl', seenCaller(CURL)],
  ['an interpreter without a script', seenCaller({ kind: 'interpreter', executable: NODE })],
  ['a caller that was not found', NOT_FOUND],
  ['a caller that is not certain', { ...NOT_FOUND, process: seenCaller().process }],
  ['a caller on a system that tells none', { kind: 'untold' }],
] as const) {
  test(`S24: ${name} can be allowed once, but not for good`, async () => {
    const { consents, asked } = start()
    const call = consents.ask(request(caller))
    expect(asked[0]?.canLast).toBe(false)
    expect(consents.answer(asked[0]!.id, 'always')).toBe(false)
    expect(await isPending(call)).toBe(true)
    consents.answer(asked[0]!.id, 'once')
    expect(await call).toEqual(ALLOWED)
    consents.allowSignedIn(caller, ALICE_REF)
    expect(consents.list().grants).toEqual([])
  })
}

test.describe('S24: questions do not flood the person', () => {
  test('the calls of one program share a question', async () => {
    const { consents, asked } = start()
    const calls = [1, 2, 3].map((pid) => consents.ask(request(seenCaller({ pid }))))
    expect(asked).toHaveLength(1)
    consents.answer(asked[0]!.id, 'once')
    expect(await Promise.all(calls)).toEqual([ALLOWED, ALLOWED, ALLOWED])
  })

  for (const [name, one, other] of [
    ['two scripts', seenCaller(script('/a.js')), seenCaller(script('/b.js'))],
    [
      'two tools that different processes started',
      seenCaller(CURL),
      seenCaller({ ...CURL, parents: [{ ...CURL.parents![0]!, pid: 8 }] }),
    ],
    ['two callers that were not found', NOT_FOUND, NOT_FOUND],
    [
      'two processes that are not certain',
      { ...NOT_FOUND, process: seenCaller().process },
      { ...NOT_FOUND, process: seenCaller({ pid: 43 }).process },
    ],
  ] as const) {
    test(`${name} don't: the second question comes after the first`, async () => {
      const { consents, asked } = start()
      const calls = [consents.ask(request(one)), consents.ask(request(other))]
      expect(asked).toHaveLength(1)
      consents.answer(asked[0]!.id, 'once')
      expect(await calls[0]).toEqual(ALLOWED)
      expect(await isPending(calls[1]!)).toBe(true)
      expect(asked).toHaveLength(2)
      consents.answer(asked[1]!.id, 'denied')
      expect(await calls[1]).toEqual(refused('denied'))
    })
  }

  test('a program gets nothing if too many questions wait', async () => {
    const { consents, asked } = start()
    for (let index = 0; index < MOST_QUESTIONS; index += 1) {
      consents.allowSignedIn(appIn(`/opt/${index}`), BOB_REF)
      void consents.ask(request(appIn(`/opt/${index}`)))
    }
    consents.allowSignedIn(appIn('/opt/99'), BOB_REF)
    expect(await consents.ask(request(appIn('/opt/99')))).toEqual(refused('too-many'))
    expect(asked).toHaveLength(1)
  })

  test('the processes of one file leave room for other programs, even if it is known', async () => {
    const { consents } = start()
    consents.allowSignedIn(seenCaller(), BOB_REF)
    const purposes = ['identity', 'sign-in', 'access-token', 'id-token', 'token'] as const
    const calls = purposes.map((purpose) => consents.ask(request(seenCaller(), { purpose })))
    expect(await calls[MOST_OF_ONE_FILE]).toEqual(refused('too-many'))
    expect(await isPending(calls[MOST_OF_ONE_FILE - 1]!)).toBe(true)
    expect(await isPending(consents.ask(request(appIn('/opt/other'))))).toBe(true)
  })

  /** Asks by unknown programs, and returns how many of them wait for an answer. */
  async function countWaiting(consents: Started['consents'], callers: Caller[]): Promise<number> {
    const calls = callers.map((caller) => consents.ask(request(caller)))
    const waiting = await Promise.all(calls.map((call) => isPending(call)))
    for (const [index, call] of calls.entries()) {
      if (!waiting[index]) expect(await call).toEqual(refused('too-many'))
    }
    return waiting.filter(Boolean).length
  }

  const starter = (pid: number, executable: string | null = `/opt/starter-${pid}`): Ancestor => ({
    pid,
    startedAtTicks: '1',
    name: null,
    executable,
  })
  const SEVEN = [1, 2, 3, 4, 5, 6, 7]

  for (const [name, callers, most] of [
    [
      'copies of one program in a folder',
      SEVEN.map((index) => appIn('/opt/flood', { executable: copyOf(`/opt/flood/${index}`) })),
      MOST_OF_ONE_ORIGIN,
    ],
    [
      'scripts in a folder, whatever runs them',
      SEVEN.map((index) => seenCaller({ ...script(`/home/flood/${index}.js`), pid: index })),
      MOST_OF_ONE_ORIGIN,
    ],
    [
      'programs of several folders that one process started',
      SEVEN.map((index) =>
        appIn(`/opt/${index}`, { parents: [starter(100 + index), starter(50)] }),
      ),
      MOST_OF_ONE_ORIGIN,
    ],
    [
      'programs that a program which waits has started',
      SEVEN.map((index) =>
        appIn(`/opt/${index}`, { pid: index, parents: index === 1 ? [] : [starter(1000, null)] }),
      ).map((caller, index) =>
        index === 0
          ? { ...caller, process: { ...caller.process, pid: 1000, startedAtTicks: '1' } }
          : caller,
      ),
      MOST_OF_ONE_ORIGIN,
    ],
    ['runs of a tool', SEVEN.map((shell) => curlOf(shell * 10)), MOST_OF_ONE_ORIGIN],
    ['callers that were not found', SEVEN.map(() => NOT_FOUND), MOST_OF_ONE_ORIGIN],
    [
      'programs that only the session has started',
      SEVEN.map((index) =>
        appIn(`/opt/${index}`, {
          parents: [starter(900, '/usr/lib/systemd/systemd'), starter(1, null)],
        }),
      ),
      MOST_UNKNOWN,
    ],
    ['programs without anything in common', SEVEN.map((at) => appIn(`/opt/${at}`)), MOST_UNKNOWN],
  ] as [string, Caller[], number][]) {
    test(`of ${name}, ${most} may wait, and a known program still asks next`, async () => {
      const { consents, asked } = start()
      consents.allowSignedIn(seenCaller(), BOB_REF)
      expect(await countWaiting(consents, callers)).toBe(most)
      const known = consents.ask(request())
      expect(await isPending(known)).toBe(true)
      expect(asked).toHaveLength(1)
      consents.answer(asked[0]!.id, 'once')
      expect(asked.at(-1)?.program.executable).toBe('/opt/app/app')
      consents.answer(asked.at(-1)!.id, 'once')
      expect(await known).toEqual(ALLOWED)
    })
  }

  test('a program that was allowed once, or is in the list, is known, and a tool never is', async () => {
    const { consents, asked } = start({ settings: { allow: ['/opt/listed/app'] } })
    const allowOnce = async (caller: Caller): Promise<void> => {
      const call = consents.ask(request(caller))
      consents.answer(asked.at(-1)!.id, 'once')
      expect(await call).toEqual(ALLOWED)
    }
    await allowOnce(seenCaller())
    await allowOnce(curlOf(1))
    const flood = SEVEN.map((index) => appIn(`/opt/${index}`))
    expect(await countWaiting(consents, flood)).toBe(MOST_UNKNOWN)
    expect(await consents.ask(request(curlOf(1)))).toEqual(refused('too-many'))
    expect(await consents.ask(request(appIn('/opt/denied')))).toEqual(refused('too-many'))
    expect(await isPending(consents.ask(request()))).toBe(true)
    const listed = request(appIn('/opt/listed'), { purpose: 'id-token' })
    expect(await isPending(consents.ask(listed))).toBe(true)
  })

  test('known programs ask in their order', async () => {
    const { consents, asked } = start()
    const [first, second] = [appIn('/opt/first'), appIn('/opt/second')]
    for (const caller of [first, second]) consents.allowSignedIn(caller, BOB_REF)
    for (const caller of [appIn('/opt/a'), appIn('/opt/b'), first, second]) {
      void consents.ask(request(caller))
    }
    for (const count of [1, 2, 3, 4]) {
      expect(asked).toHaveLength(count)
      consents.answer(asked.at(-1)!.id, 'once')
    }
    expect(asked.map(({ program }) => program.executable)).toEqual(
      ['a', 'first', 'second', 'b'].map((name) => `/opt/${name}/app`),
    )
  })

  test('a denial also ends the questions of the same program that wait', async () => {
    const { consents, asked, ended } = start()
    const calls = [
      consents.ask(request()),
      consents.ask(request(seenCaller(), { purpose: 'sign-in' })),
      consents.ask(request(curlOf(1))),
    ]
    consents.answer(asked[0]!.id, 'denied')
    expect(await calls[1]).toEqual(refused('denied'))
    expect(asked.map(({ program }) => program.name)).toEqual(['app', 'curl'])
    expect(ended).toEqual(['denied'])
    expect(consents.list().denials).toHaveLength(1)
  })

  test('a denial of an unknown caller ends those of all unknown callers that wait', async () => {
    const { consents, asked } = start()
    const calls = [1, 2, 3].map(() => consents.ask(request(NOT_FOUND)))
    consents.answer(asked[0]!.id, 'denied')
    expect(await Promise.all(calls)).toEqual([1, 2, 3].map(() => refused('denied')))
    expect(asked).toHaveLength(1)
  })

  test('"always" also allows the calls that wait for less', async () => {
    const { consents, asked } = start()
    const calls = [
      consents.ask(request()),
      consents.ask(request(seenCaller(), { purpose: 'identity' })),
    ]
    consents.answer(asked[0]!.id, 'always')
    expect(await Promise.all(calls)).toEqual([ALLOWED, ALLOWED])
    expect(asked).toHaveLength(1)
    expect(consents.list().grants).toMatchObject([{ purposes: ['token'] }])
  })

  test('a tool that a loop starts again and again is asked about a few times only', async () => {
    const { consents, asked, clock } = start()
    for (let index = 0; index < MOST_RUNS; index += 1) {
      void consents.ask(request(curlOf(index)))
      consents.answer(asked.at(-1)!.id, 'denied')
    }
    expect(await consents.ask(request(curlOf(99)))).toEqual(refused('denied'))
    const bob = consents.ask(request(curlOf(99), { account: BOB_REF }))
    expect(await isPending(bob)).toBe(true)
    clock.advance(DENIED_MS)
    expect(await isPending(consents.ask(request(curlOf(99))))).toBe(true)
  })

  for (const [what, change] of [
    ['the screen was locked', ({ consents }) => consents.screenLocked()],
    ['a minute has passed, whatever the clock says', ({ clock }) => clock.advance(60_000)],
    [
      'the account was signed out',
      ({ consents }) => consents.signedOut(toPerson(ALICE_REF), { forGood: false }),
    ],
  ] as [string, (started: ReturnType<typeof start>) => unknown][]) {
    test(`an answer for a program that has hung up is over when ${what}`, async () => {
      let backMs = 0
      const started = start()
      const { consents, asked, clock } = started
      const { nowMs } = clock
      clock.nowMs = () => nowMs() - backMs
      const hangUp = new AbortController()
      void consents.ask(request(seenCaller(), { signal: hangUp.signal }))
      hangUp.abort()
      consents.answer(asked[0]!.id, 'once')
      backMs = 3_600_000
      await change(started)
      expect(await isPending(consents.ask(request()))).toBe(true)
    })
  }

  test('a program that hangs up and calls again gets the answer to its first question, once', async () => {
    const { consents, asked } = start()
    const hangUp = new AbortController()
    const call = consents.ask(request(seenCaller(), { signal: hangUp.signal }))
    hangUp.abort()
    expect(await call).toEqual(refused('withdrawn'))
    consents.answer(asked[0]!.id, 'once')
    expect(await consents.ask(request())).toEqual(ALLOWED)
    expect(await isPending(consents.ask(request()))).toBe(true)
    expect(asked).toHaveLength(2)
  })

  test('unknown callers that ask and hang up are refused for a while', async () => {
    const { consents, asked, ended } = start()
    const hangUp = new AbortController()
    const call = consents.ask(request(NOT_FOUND, { signal: hangUp.signal }))
    hangUp.abort()
    expect(await call).toEqual(refused('withdrawn'))
    expect(ended).toEqual(['withdrawn'])
    expect(await consents.ask(request(NOT_FOUND))).toEqual(refused('withdrawn'))
    expect(asked).toHaveLength(1)
  })

  test('the question of a tool that was stopped goes away, and a new run is asked about', async () => {
    const { consents, clock, asked, ended } = start()
    const run = (): { call: Promise<Verdict>; stop(): void } => {
      const hangUp = new AbortController()
      const call = consents.ask(request(curlOf(1), { signal: hangUp.signal }))
      return { call, stop: () => hangUp.abort() }
    }
    const first = run()
    first.stop()
    expect(await first.call).toEqual(refused('withdrawn'))
    // A run that follows soon waits for the same question.
    clock.advance(GRACE_MS - 1)
    const second = run()
    clock.advance(GRACE_MS)
    expect([asked.length, ended]).toEqual([1, []])
    second.stop()
    clock.advance(GRACE_MS)
    expect(ended).toEqual(['withdrawn'])
    expect(consents.answer(asked[0]!.id, 'once')).toBe(false)
    expect(await run().call).toEqual(refused('withdrawn'))
    clock.advance(WITHDRAWN_MS)
    const third = run()
    expect(asked).toHaveLength(2)
    consents.answer(asked[1]!.id, 'once')
    expect(await third.call).toEqual(ALLOWED)
  })

  for (const [who, caller, isGone] of [
    ['a tool asked and did not wait', curlOf(1), true],
    ['a program that may come again hung up', seenCaller(), false],
  ] as const) {
    test(`the question stays for its minute if ${who}`, async () => {
      const { consents, clock, asked, ended } = start()
      const hangUp = new AbortController()
      if (isGone) hangUp.abort()
      const call = consents.ask(request(caller, { signal: hangUp.signal }))
      hangUp.abort()
      expect(await call).toEqual(refused('withdrawn'))
      clock.advance(ANSWER_TIMEOUT_MS - 1)
      expect([asked.length, ended]).toEqual([1, []])
      clock.advance(1)
      expect(ended).toEqual(['unanswered'])
    })
  }

  test('a question that nobody saw, because another one was shown, may be asked again', async () => {
    const { consents, clock, asked } = start()
    void consents.ask(request())
    const other = seenCaller({ executable: { path: '/opt/other', file: '8:1' } })
    const queued = consents.ask(request(other))
    consents.screenLocked()
    expect(await queued).toEqual(refused('locked'))
    clock.advance(1)
    void consents.ask(request(other))
    expect(asked.map(({ program }) => program.executable)).toEqual(['/opt/app/app', '/opt/other'])
  })
})

test.describe('S24: a program that polls for the name and then wants a token is one question', () => {
  const poll = (): ConsentRequest =>
    request(seenCaller(), { purpose: 'identity', signal: AbortSignal.abort() })

  for (const [answer, verdict] of [
    ['once', ALLOWED],
    ['always', ALLOWED],
    ['denied', refused('denied')],
  ] as const) {
    test(`about the token, and "${answer}" is also for the name`, async () => {
      const { consents, asked, ended, lists } = start()
      void consents.ask(poll())
      const token = consents.ask(request())
      void consents.ask(poll())
      expect(asked.map(({ purpose }) => purpose)).toEqual(['identity', 'token'])
      expect(ended).toEqual(['withdrawn'])
      expect(lists).toEqual([])
      expect(consents.answer(asked[0]!.id, 'always')).toBe(false)
      expect(consents.answer(asked[1]!.id, answer)).toBe(true)
      expect(await token).toEqual(verdict)
      expect(await consents.ask(poll())).toEqual(verdict)
      expect(asked).toHaveLength(2)
      expect(ended).toEqual(['withdrawn', answer])
      const { grants } = consents.list()
      expect(grants.map(({ purposes }) => purposes)).toEqual(answer === 'always' ? [['token']] : [])
      if (answer !== 'once') return
      // Once for each.
      void consents.ask(poll())
      expect(asked[2]).toMatchObject({ purpose: 'identity' })
    })
  }

  test('in the place of the first one, also if the queue is full', async () => {
    const { consents, asked } = start()
    const folders = Array.from({ length: MOST_QUESTIONS - 1 }, (_, index) => `/opt/${index}`)
    for (const folder of folders) consents.allowSignedIn(appIn(folder), BOB_REF)
    consents.allowSignedIn(seenCaller(), BOB_REF)
    void consents.ask(request(appIn(folders[0]!)))
    void consents.ask(poll())
    for (const folder of folders.slice(1)) void consents.ask(request(appIn(folder)))
    const token = consents.ask(request())
    expect(await isPending(token)).toBe(true)
    expect(await consents.ask(request(appIn('/opt/more')))).toEqual(refused('too-many'))
    for (const folder of folders.toSpliced(1, 0, '/opt/app')) {
      expect(asked.at(-1)?.program.executable).toBe(`${folder}/app`)
      consents.answer(asked.at(-1)!.id, 'once')
    }
    expect(await token).toEqual(ALLOWED)
    expect(asked.map(({ purpose }) => purpose)).not.toContain('identity')
  })

  test('but a question that a call waits for stays', async () => {
    const { consents, asked, ended } = start()
    const name = consents.ask(request(seenCaller(), { purpose: 'identity' }))
    const token = consents.ask(request())
    expect(asked).toHaveLength(1)
    consents.answer(asked[0]!.id, 'once')
    expect(await name).toEqual(ALLOWED)
    expect(await isPending(token)).toBe(true)
    expect(asked.map(({ purpose }) => purpose)).toEqual(['identity', 'token'])
    expect(ended).toEqual(['once'])
  })

  test('and calls for less wait for the question about more', async () => {
    const { consents, asked } = start()
    const token = consents.ask(request())
    const name = consents.ask(request(seenCaller(), { purpose: 'identity' }))
    consents.answer(asked[0]!.id, 'once')
    expect(await Promise.all([token, name])).toEqual([ALLOWED, ALLOWED])
    // Both had their answer.
    expect(await isPending(consents.ask(request(seenCaller(), { purpose: 'identity' })))).toBe(true)
    expect(asked).toHaveLength(2)
  })

  for (const [name, other] of [
    ['an ID token', request(seenCaller(), { purpose: 'id-token' })],
    ['another account', request(seenCaller(), { account: BOB_REF })],
    ['another program', request(appIn('/opt/other'))],
    [
      'a command of its own',
      request(seenCaller(), { purpose: 'manage', action: { kind: 'list-apps' } }),
    ],
  ] as const) {
    test(`but ${name} is another question`, async () => {
      const { consents, asked, ended } = start()
      void consents.ask(poll())
      const call = consents.ask(other)
      consents.answer(asked[0]!.id, 'once')
      expect(ended).toEqual(['once'])
      expect(await isPending(call)).toBe(true)
      expect(asked).toHaveLength(2)
    })
  }
})

test.describe('S24: the person is asked less and less often about a program that keeps asking', () => {
  const IN_VAIN = {
    unanswered: ({ clock }: Started) => clock.advance(ANSWER_TIMEOUT_MS),
    denied: ({ consents, asked }: Started) => consents.answer(asked.at(-1)!.id, 'denied'),
  }

  /** Asks, ends the question, and checks that the next one may come after exactly this pause. */
  async function expectPause(
    started: Started,
    how: keyof typeof IN_VAIN,
    pauseMs: number,
    caller: Caller = seenCaller(),
  ): Promise<void> {
    const { consents, asked, clock } = started
    const before = asked.length
    void consents.ask(request(caller))
    expect(asked).toHaveLength(before + 1)
    IN_VAIN[how](started)
    clock.advance(pauseMs - 1)
    expect(await consents.ask(request(caller))).toEqual(refused(how))
    clock.advance(1)
    expect(consents.list().denials).toEqual([])
  }

  for (const [how, minutes] of [
    ['unanswered', [1, 2, 4, 8, 16, 32, 60, 60]],
    ['denied', [10, 20, 40, 60, 60]],
  ] as const) {
    test(`${how}: ${minutes.join(', ')} minutes`, async () => {
      const started = start()
      for (const pause of minutes) await expectPause(started, how, pause * 60_000)
    })
  }

  test('a denial is an answer, and the next unanswered question counts as the first', async () => {
    const started = start()
    await expectPause(started, 'unanswered', UNANSWERED_MS)
    await expectPause(started, 'unanswered', UNANSWERED_MS * 2)
    await expectPause(started, 'denied', DENIED_MS)
    await expectPause(started, 'unanswered', UNANSWERED_MS)
    await expectPause(started, 'denied', DENIED_MS * 2)
  })

  for (const [what, reset] of [
    [
      'is allowed once',
      async ({ consents, asked }: Started) => {
        const call = consents.ask(request())
        consents.answer(asked.at(-1)!.id, 'once')
        expect(await call).toEqual(ALLOWED)
      },
    ],
    [
      'is forgotten',
      async (started: Started) => {
        const { consents } = started
        void consents.ask(request())
        IN_VAIN.unanswered(started)
        expect(await consents.forget('app')).toBe(true)
      },
    ],
    ['is seen in the list', ({ consents }: Started) => consents.listOpened()],
    ['stays away for long', ({ clock }: Started) => clock.advance(LONGEST_PAUSE_MS)],
  ] as [string, (started: Started) => unknown][]) {
    test(`a program that ${what} has short pauses again`, async () => {
      const started = start()
      await expectPause(started, 'unanswered', UNANSWERED_MS)
      await expectPause(started, 'unanswered', UNANSWERED_MS * 2)
      await reset(started)
      await expectPause(started, 'unanswered', UNANSWERED_MS)
    })
  }

  test('another purpose, account or program has pauses of its own', async () => {
    const started = start()
    const { consents, asked, clock } = started
    await expectPause(started, 'unanswered', UNANSWERED_MS)
    await expectPause(started, 'unanswered', UNANSWERED_MS * 2)
    void consents.ask(request())
    IN_VAIN.unanswered(started)
    const identity = request(seenCaller(), { purpose: 'identity' })
    expect(await consents.ask(identity)).toEqual(refused('unanswered'))
    clock.advance(UNANSWERED_MS)
    expect(await consents.ask(request())).toEqual(refused('unanswered'))
    void consents.ask(identity)
    expect(asked.at(-1)).toMatchObject({ purpose: 'identity' })
    IN_VAIN.unanswered(started)
    // Both are one entry of the list, until the later end.
    expect(consents.list().denials).toMatchObject([{ untilMs: clock.nowMs() + UNANSWERED_MS * 2 }])
    for (const other of [
      request(seenCaller(), { account: BOB_REF }),
      request(seenCaller(script('/a.js'))),
    ]) {
      void consents.ask(other)
      consents.answer(asked.at(-1)!.id, 'denied')
    }
    expect(
      consents
        .list()
        .denials.slice(1)
        .map(({ untilMs }) => untilMs),
    ).toEqual([1, 2].map(() => clock.nowMs() + DENIED_MS))
  })

  test('the runs of a tool count together, whatever starts them', async () => {
    const started = start()
    for (const [shell, pause] of [1, 2, 4].entries()) {
      await expectPause(started, 'unanswered', pause * UNANSWERED_MS, curlOf(shell))
    }
  })

  test('the pauses go on when Latchkey starts over', async () => {
    const first = start()
    await expectPause(first, 'unanswered', UNANSWERED_MS)
    const next = start({ clock: first.clock })
    next.consents.takeOver(first.consents.handOver())
    await expectPause({ ...next, clock: first.clock }, 'unanswered', UNANSWERED_MS * 2)
  })

  test('only so many programs are remembered', async () => {
    const started = start()
    const { consents, asked } = started
    const toCaller = (index: number): Caller =>
      seenCaller({ executable: { path: `/opt/${index}`, file: '8:1' } })
    for (let index = 0; index <= MOST_PAUSES; index += 1) {
      void consents.ask(request(toCaller(index)))
      consents.answer(asked.at(-1)!.id, 'denied')
    }
    const { denials, pauses } = consents.handOver().denials
    expect([denials.length, pauses.length]).toEqual([MOST_PAUSES, MOST_PAUSES])
    started.clock.advance(DENIED_MS)
    await expectPause(started, 'denied', DENIED_MS, toCaller(0))
    await expectPause(started, 'denied', DENIED_MS * 2, toCaller(MOST_PAUSES))
  })
})

test('the list is reported only if it has changed', async () => {
  const { consents, asked, lists, clock } = start()
  void consents.ask(request())
  consents.answer(asked[0]!.id, 'denied')
  expect(lists).toHaveLength(1)
  const other = seenCaller(script('/a.js'))
  for (let count = 1; count <= 3; count += 1) {
    const call = consents.ask(request(other))
    consents.answer(asked.at(-1)!.id, 'once')
    expect(await call).toEqual(ALLOWED)
  }
  expect(lists).toHaveLength(1)
  void consents.ask(request(other))
  consents.answer(asked.at(-1)!.id, 'always')
  expect(lists).toHaveLength(2)
  expect(lists[1]).toMatchObject({ grants: [{}], denials: [{}] })
  // A denial that is over leaves the list at the end of the next question.
  clock.advance(DENIED_MS)
  void consents.ask(request())
  consents.answer(asked.at(-1)!.id, 'once')
  expect(lists).toHaveLength(3)
  expect(lists[2]).toMatchObject({ grants: [{}], denials: [] })
})

test.describe('S24: after a wait, the caller must still be the same', () => {
  for (const [name, again] of [
    ['another process', seenCaller({ pid: 43 })],
    ['a later process with the same ID', seenCaller({ startedAtTicks: '1001' })],
    ['another executable', seenCaller({ executable: { path: '/opt/other', file: '8:15' } })],
    ['another file', seenCaller({ executable: { path: '/opt/app/app', file: '8:16' } })],
    ['another script', seenCaller({ script: { path: '/b.js', file: '8:17' } })],
    ['less certainty', { ...NOT_FOUND, process: seenCaller().process }],
    ['no process', NOT_FOUND],
  ] as const) {
    test(`${name} gets nothing`, async () => {
      const { consents, asked } = start()
      const call = consents.ask(
        request(seenCaller(), { lookAgain: () => Promise.resolve<Caller>(again) }),
      )
      consents.answer(asked[0]!.id, 'always')
      expect(await call).toEqual(refused('changed'))
    })
  }
})

test('a changed file of an allowed program is noted, and asks nothing', async () => {
  const { consents, lists, clock } = start()
  consents.allowSignedIn(seenCaller(), ALICE_REF)
  clock.advance(1_000)
  const updated = seenCaller({ executable: { path: '/opt/app/app', file: 'new' } })
  const before = lists.length
  expect(await consents.ask(request(updated))).toEqual(ALLOWED)
  expect(lists.at(-1)?.grants).toMatchObject([{ changedAtMs: clock.nowMs() }])
  expect(await consents.ask(request(updated))).toEqual(ALLOWED)
  expect(lists.length).toBe(before + 1)
})

test('S24: a completed sign-in allows its program, for its account', async () => {
  const { consents, asked } = start()
  consents.allowSignedIn(seenCaller(script('/a.js')), ALICE_REF)
  expect(await consents.ask(request(seenCaller(script('/a.js'))))).toEqual(ALLOWED)
  expect(consents.isAllowed(request(seenCaller(script('/a.js')), { account: BOB_REF }))).toBe(false)
  expect(asked).toEqual([])
})

test('S24: a completed sign-in allows no tool, no interpreter, and nothing uncertain', () => {
  const { consents } = start()
  for (const caller of [
    seenCaller(CURL),
    seenCaller({ ...script('/a.js'), script: null }),
    { ...NOT_FOUND, process: seenCaller().process },
    NOT_FOUND,
    { kind: 'untold' } as const,
  ]) {
    consents.allowSignedIn(caller, ALICE_REF)
  }
  expect(consents.list().grants).toEqual([])
})

test.describe('the list of the settings', () => {
  const settings = { allow: ['/opt/app/app', '/home/a.js', '/usr/bin/node', '/usr/bin/curl'] }

  test('allows programs and scripts for every account, but no ID token', () => {
    const { consents } = start({ settings })
    for (const account of [ALICE_REF, BOB_REF] satisfies ConsentAccount[]) {
      expect(consents.isAllowed(request(seenCaller(), { account }))).toBe(true)
      expect(consents.isAllowed(request(seenCaller(script('/home/a.js')), { account }))).toBe(true)
    }
    expect(consents.isAllowed(request(seenCaller(), { purpose: 'id-token' }))).toBe(false)
  })

  test('allows no interpreter, no tool, and nothing uncertain', () => {
    const { consents } = start({ settings })
    for (const caller of [
      seenCaller(CURL),
      seenCaller({ kind: 'interpreter', executable: NODE }),
      seenCaller(script('/home/b.js')),
      { ...NOT_FOUND, process: seenCaller().process } as const,
    ]) {
      expect(consents.isAllowed(request(caller))).toBe(false)
    }
  })
})

test.describe('while the screen is locked', () => {
  test('nothing is asked, and an open question ends', async () => {
    let locked = false
    const { consents, asked, ended } = start({ isScreenLocked: () => locked })
    consents.allowSignedIn(seenCaller(script('/a.js')), ALICE_REF)
    const call = consents.ask(request())
    locked = true
    consents.screenLocked()
    expect(await call).toEqual(refused('locked'))
    expect(ended).toEqual(['unanswered'])
    expect(await consents.ask(request())).toEqual(refused('locked'))
    expect(await consents.ask(request(seenCaller(script('/a.js'))))).toEqual(ALLOWED)
    locked = false
    expect(await isPending(consents.ask(request()))).toBe(true)
    expect(asked).toHaveLength(2)
  })

  test('allowed programs get nothing either, if the person wants that', async () => {
    const { consents } = start({ isScreenLocked: () => true, settings: { pauseWhenLocked: true } })
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    expect(await consents.ask(request())).toEqual(refused('locked'))
    expect(consents.isAllowed(request())).toBe(false)
    expect(consents.isPaused()).toBe(true)
  })
})

test('S24: a sign-in that ends while the screen is locked is not consent', () => {
  const { consents } = start({ isScreenLocked: () => true })
  consents.allowSignedIn(seenCaller(), ALICE_REF)
  expect(consents.list().grants).toEqual([])
  expect(consents.isLocked()).toBe(true)
})

test('without consents, the pause while the screen is locked still applies', async () => {
  const locked = { isScreenLocked: () => true }
  const paused = start({ ...locked, settings: { mode: 'off', pauseWhenLocked: true } })
  expect(await paused.consents.ask(request())).toEqual(refused('locked'))
  const off = start({ ...locked, settings: { mode: 'off' } })
  expect(await off.consents.ask(request())).toEqual(ALLOWED)
  expect(off.consents.isLocked()).toBe(false)
})

test('a sign-out withdraws the questions about the account', async () => {
  const { consents, asked, ended } = start()
  const call = consents.ask(request())
  const other = consents.ask(request(seenCaller(), { account: BOB_REF }))
  await consents.signedOut(toPerson(ALICE_REF), { forGood: false })
  expect(await call).toEqual(refused('withdrawn'))
  expect(ended).toEqual(['withdrawn'])
  expect(consents.answer(asked[0]!.id, 'always')).toBe(false)
  expect(await isPending(other)).toBe(true)
})

for (const forGood of [true, false]) {
  test(`a sign-out while consents are read ends them too (for good: ${forGood})`, async () => {
    const store = createMemoryConsents()
    const first = start({ store })
    await first.consents.restore()
    first.consents.allowSignedIn(seenCaller(), ALICE_REF)
    await first.consents.close()

    const { consents } = start({ store })
    const restored = consents.restore()
    await consents.signedOut(toPerson(ALICE_REF), { forGood })
    await restored
    expect(consents.isAllowed(request())).toBe(false)
    expect(await store.read()).toHaveLength(forGood ? 0 : 1)
  })
}

test('nobody is asked after Latchkey has closed', async () => {
  const { consents, asked } = start()
  await consents.close()
  expect(await consents.ask(request())).toEqual(refused('unanswered'))
  expect(asked).toEqual([])
})

test('a program gets nothing at once if there is nobody to ask', async () => {
  const { consents, asked } = start({ canAsk: () => false })
  expect(await consents.ask(request())).toEqual(refused('nobody-to-ask'))
  expect(asked).toEqual([])
})

test('without consents, every program is allowed', async () => {
  const { consents } = start({ settings: { mode: 'off' } })
  expect(await consents.ask(request(NOT_FOUND))).toEqual(ALLOWED)
  expect(consents.isAllowed(request(NOT_FOUND))).toBe(true)
})

test.describe('taking consents back', () => {
  test('by ID, or by name if only one has it', async () => {
    const { consents } = start()
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    consents.allowSignedIn(seenCaller(), BOB_REF)
    expect(await consents.forget('app')).toBe(false)
    expect(await consents.forget('nothing')).toBe(false)
    expect(await consents.forget(consents.list().grants[0]!.id)).toBe(true)
    expect(consents.list().grants).toMatchObject([{ account: BOB_REF.account }])
    expect(await consents.forget('app')).toBe(true)
    expect(consents.isAllowed(request(seenCaller(), { account: BOB_REF }))).toBe(false)
  })

  test('all denials of a name end with what was allowed under it', async () => {
    const { consents, asked, lists } = start()
    for (const account of [ALICE_REF, BOB_REF]) {
      void consents.ask(request(seenCaller(), { account }))
      consents.answer(asked.at(-1)!.id, 'denied')
    }
    const { denials } = lists.at(-1)!
    expect(denials).toHaveLength(2)
    const { id } = await consents.createKey({ name: 'app', account: ALICE_REF, scope: null })
    const ids = [id, ...denials.map((one) => one.id)]
    expect(consents.find('app')).toEqual({ kind: 'found', ids, name: 'app', isKey: false })
    expect(await consents.forget('app')).toBe(true)
    expect(consents.list()).toEqual({ grants: [], denials: [] })
  })

  test('a denial that is forgotten lets the program ask again', async () => {
    const { consents, asked, lists } = start()
    void consents.ask(request())
    consents.answer(asked[0]!.id, 'denied')
    expect(await consents.forget('app')).toBe(true)
    expect(lists.at(-1)?.denials).toEqual([])
    void consents.ask(request())
    expect(asked).toHaveLength(2)
  })

  test('a sign-out ends the consents for this run, and a new one counts', async () => {
    const { consents, store } = start()
    await consents.restore()
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    const { issuer, clientId, account } = ALICE_REF
    await consents.signedOut({ issuer, clientId, sub: account.sub }, { forGood: false })
    expect(consents.isAllowed(request())).toBe(false)
    // They are back at the next start.
    await consents.close()
    const next = start({ store })
    await next.consents.restore()
    expect(next.consents.isAllowed(request())).toBe(true)
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    expect(consents.isAllowed(request())).toBe(true)
  })

  test('a sign-out ends them for good if the person says so, with the keys, and only theirs', async () => {
    const { consents, store } = start()
    await consents.restore()
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    consents.allowSignedIn(seenCaller(), BOB_REF)
    const { key } = await consents.createKey({ name: 'backup', account: ALICE_REF, scope: null })
    const { issuer, clientId, account } = ALICE_REF
    await consents.signedOut({ issuer, clientId, sub: account.sub }, { forGood: true })
    expect(consents.findKey(key)).toBeNull()
    expect(await store.read()).toMatchObject([{ account: BOB_REF.account }])
  })
})

test.describe('keys', () => {
  test('a key is found by its text alone, is not stored, and can be taken back', async () => {
    const { consents, store } = start()
    await consents.restore()
    const made = await consents.createKey({ name: 'backup', account: ALICE_REF, scope: 'openid' })
    expect(made.key).toMatch(/^latchkey_[\w-]{43}$/)
    expect(consents.findKey(made.key)).toMatchObject({ id: made.id, scope: 'openid' })
    for (const wrong of ['', 'latchkey_', `${made.key}x`, made.key.slice(0, -1), made.id]) {
      expect(consents.findKey(wrong)).toBeNull()
    }
    expect(JSON.stringify(await store.read())).not.toContain(made.key.slice('latchkey_'.length))
    expect(await consents.forget('backup')).toBe(true)
    expect(consents.findKey(made.key)).toBeNull()
  })

  test('a key for scopes without openid is not listed as one for ID tokens', async () => {
    const { consents } = start()
    await consents.restore()
    for (const [scope, tokens] of [
      [null, 'token'],
      ['email openid', 'token'],
      ['email', 'access-token'],
      ['openid:read', 'access-token'],
    ] as const) {
      const { id } = await consents.createKey({ name: 'ci', account: ALICE_REF, scope })
      const grant = consents.list().grants.find((one) => one.id === id)
      expect([scope, grant?.purposes]).toEqual([scope, [tokens, 'identity']])
    }
  })

  test('a key that could not be stored does not exist', async () => {
    const broken = {
      read: () => Promise.resolve([]),
      write: () => Promise.reject(new AuthError('storage-failed', 'The disk is full.')),
      clear: () => Promise.resolve(),
    }
    const { consents } = start({ store: broken })
    await consents.restore()
    const made = consents.createKey({ name: 'backup', account: ALICE_REF, scope: null })
    await expect(made).rejects.toThrow('The disk is full.')
    expect(consents.list().grants).toEqual([])
  })
})

test.describe('stored consents', () => {
  test('a decision before they were read is added to them, and replaces an older one', async () => {
    const store = createMemoryConsents()
    const first = start({ store })
    await first.consents.restore()
    first.consents.allowSignedIn(seenCaller(), ALICE_REF)
    first.consents.allowSignedIn(seenCaller(script('/a.js')), ALICE_REF)
    await first.consents.close()

    const { consents } = start({ store })
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    expect(await store.read()).toHaveLength(2)
    await consents.restore()
    expect(consents.list().grants).toHaveLength(2)
    await consents.close()
    expect(await store.read()).toEqual(consents.list().grants)
  })

  test('the time of the last use is stored when Latchkey quits', async () => {
    const { consents, store, clock } = start()
    await consents.restore()
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    clock.advance(5_000)
    await consents.ask(request())
    await consents.close()
    expect(await store.read()).toMatchObject([{ usedAtMs: clock.nowMs() }])
  })

  test('the person learns why they could not be read or stored', async () => {
    const failure = new AuthError('storage-failed', 'The disk is full.')
    const { consents, failures } = start({
      store: {
        read: () => Promise.reject(failure),
        write: () => Promise.reject(failure),
        clear: () => Promise.resolve(),
      },
    })
    await consents.restore()
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    await expect.poll(() => failures).toEqual(['The disk is full.', 'The disk is full.'])
    // It counts for this run.
    expect(consents.isAllowed(request())).toBe(true)
  })
})

test.describe('when Latchkey starts over with other settings', () => {
  test('what lasts for this run is handed over: suspended consents, and denials', async () => {
    const { consents, store, asked } = start()
    await consents.restore()
    consents.allowSignedIn(seenCaller(script('/a.js')), ALICE_REF)
    void consents.ask(request())
    consents.answer(asked[0]!.id, 'denied')
    const { issuer, clientId, account } = ALICE_REF
    await consents.signedOut({ issuer, clientId, sub: account.sub }, { forGood: false })
    await consents.close()

    const next = start({ store })
    next.consents.takeOver(consents.handOver())
    await next.consents.restore()
    expect(next.consents.list().grants).toHaveLength(1)
    expect(next.consents.isAllowed(request(seenCaller(script('/a.js'))))).toBe(false)
    expect(await next.consents.ask(request())).toEqual(refused('denied'))
  })

  test('consents that are read again replace the ones that were read before', async () => {
    const { consents, store } = start()
    const first = start({ store })
    await first.consents.restore()
    first.consents.allowSignedIn(seenCaller(), ALICE_REF)
    await first.consents.close()
    await consents.restore()
    consents.allowSignedIn(seenCaller(script('/a.js')), ALICE_REF)
    await consents.close()
    // Taken back elsewhere.
    await store.write([])
    await consents.restore()
    expect(consents.list().grants).toMatchObject([{ script: { path: '/a.js' } }])
  })
})

test('what a sign-out took back does not come back with a consent to less', async () => {
  const { consents, asked } = start()
  consents.allowSignedIn(seenCaller(), ALICE_REF)
  const { issuer, clientId, account } = ALICE_REF
  await consents.signedOut({ issuer, clientId, sub: account.sub }, { forGood: false })
  const call = consents.ask(request(seenCaller(), { purpose: 'identity' }))
  consents.answer(asked[0]!.id, 'always')
  expect(await call).toEqual(ALLOWED)
  expect(consents.isAllowed(request())).toBe(false)
})

test('S50: a program that wants to manage Latchkey is asked about each time, whatever was allowed', async () => {
  const manage = request(seenCaller(), { purpose: 'manage', action: { kind: 'list-apps' } })
  for (const settings of [
    {},
    { mode: 'off' as const },
    { allow: [seenCaller().process.executable.path] },
  ]) {
    const { consents, asked } = start({ settings })
    consents.allowSignedIn(seenCaller(), ALICE_REF)
    const before = consents.list().grants
    for (let count = 1; count <= 2; count++) {
      expect(consents.isAllowed(manage)).toBe(false)
      const call = consents.ask(manage)
      expect(await isPending(call)).toBe(true)
      expect(asked[count - 1]).toMatchObject({ purpose: 'manage', canLast: false })
      expect(consents.answer(asked[count - 1]!.id, 'always')).toBe(false)
      expect(consents.answer(asked[count - 1]!.id, 'once')).toBe(true)
      expect(await call).toEqual(ALLOWED)
    }
    expect(consents.list().grants).toEqual(before)
  }
})

test('S50: what the person allows a command is for its own action, also if the same program asks twice', async () => {
  const { consents, asked } = start()
  const purpose = 'manage'
  const list = request(seenCaller(), { purpose, action: { kind: 'list-apps' } })
  const key = { kind: 'make-key', name: 'backup', scope: null } as const
  const [listed, made] = [
    consents.ask(list),
    consents.ask(request(seenCaller(), { purpose, action: key })),
  ]
  expect(asked.map(({ action }) => action)).toEqual([{ kind: 'list-apps' }])
  expect(consents.answer(asked[0]!.id, 'once')).toBe(true)
  expect(await listed).toEqual(ALLOWED)
  expect(await isPending(made)).toBe(true)
  expect(asked[1]).toMatchObject({ action: key })
  expect(consents.answer(asked[1]!.id, 'denied')).toBe(true)
  expect(await made).toEqual(refused('denied'))
})

test('calls that still wait when Latchkey quits are refused', async () => {
  const { consents } = start()
  const call = consents.ask(request())
  await consents.close()
  expect(await call).toEqual(refused('unanswered'))
})

/** True if a call waits: it has not ended within the tasks that are due now. */
async function isPending(call: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([call, Promise.resolve(pending)])) === pending
}
