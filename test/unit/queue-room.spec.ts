// Which programs count as known in the queue. consents.spec.ts has how much room each kind has.

import { expect, test } from '@playwright/test'
import type { ConsentQuestion } from '../../main/consent/consent.js'
import { createQuestions, type QuestionResult } from '../../main/consent/questions.js'
import { MOST_UNKNOWN } from '../../main/consent/queue-room.js'
import { ALICE_REF } from '../support/account-refs.js'
import { NEVER } from '../support/app-flow.js'
import { seenCaller } from '../support/callers.js'
import { createTestClock } from '../support/clock.js'

for (const [answer, isKnown] of [
  ['once', true],
  ['always', true],
  ['denied', false],
] as const) {
  test(`after "${answer}", a program is ${isKnown ? 'known' : 'as unknown as before'}`, async () => {
    const asked: ConsentQuestion[] = []
    const questions = createQuestions({
      clock: createTestClock(),
      isKnown: () => false,
      findResult: () => null,
      onAsked: (question) => asked.push(question),
      onEnded: () => undefined,
    })
    const ask = (folder: string): Promise<QuestionResult> => {
      const caller = seenCaller({
        pid: folder.length,
        executable: { path: `${folder}/app`, file: '8:15' },
      })
      const lookAgain = () => Promise.resolve(caller)
      return questions.ask({
        caller,
        account: ALICE_REF,
        purpose: 'token',
        signal: NEVER,
        lookAgain,
      })
    }
    const first = ask('/opt')
    questions.answer(asked[0]!.id, answer)
    expect(await first).toBe(answer)
    for (let count = 1; count <= MOST_UNKNOWN; count += 1) void ask(`/opt/${'x'.repeat(count)}`)
    const again = ask('/opt')
    questions.answer(asked[1]!.id, 'once')
    expect(asked.at(-1)?.program.executable).toBe(isKnown ? '/opt/app' : '/opt/xx/app')
    if (isKnown) questions.answer(asked.at(-1)!.id, 'once')
    expect(await again).toBe(isKnown ? 'once' : 'too-many')
  })
}
