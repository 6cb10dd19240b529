// Unusual members of a provider's answer are in the log by name, and `diagnose` shows them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MESSAGES } from '../../main/diagnose/diagnose-messages.js'
import { checkAnswers } from '../../main/diagnose/check-answers.js'
import { createLogger, LOG_FILE, findOddMembers } from '../../main/storage/log.js'
import { toLogRecord } from '../../main/present/log-record.js'
import { answerLink } from '../support/person.js'
import { expect, test as base } from '../support/signed-in.js'

const test = base.extend<{ directory: string }>({
  // eslint-disable-next-line no-empty-pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-odd-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
})

const said = (directory: string): string =>
  checkAnswers(findOddMembers(directory))
    .flatMap(({ says }) => says)
    .join(' ')

for (const [name, change, words] of [
  ['no lifetime at all', { expires_in: undefined }, MESSAGES.tokens.noExpiry(300)],
  ['a lifetime in words', { expires_in: 'one hour' }, MESSAGES.tokens.noExpiry(300)],
  ['a scope that is an object', { scope: {} }, MESSAGES.tokens.ignored(['scope'])],
  [
    'a refresh token that is a number',
    { refresh_token: 7 },
    MESSAGES.tokens.ignored(['refresh_token']),
  ],
] as const) {
  test(`${name}: from the sign-in until the next normal answer`, async ({ start, directory }) => {
    const { agent, clock, provider, signIn, reached } = await start({
      provider: { misbehave: { tokenResponse: (json) => ({ ...json, ...change }) } },
    })
    const complain = (line: string): void => expect(line).toBe('')
    const log = createLogger({ directory, level: 'info', clock, complain })
    agent.subscribe((model, event) => log.record(toLogRecord(model, event)))
    const signInAgain = async (): Promise<void> => {
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
    }
    await signInAgain()
    expect(said(directory)).toContain(words)
    // Unusual, but not a failure, so it is not shown twice.
    expect(log.tail()).toEqual([])

    provider.misbehave.tokenResponse = undefined
    await agent.signOut()
    await signInAgain()
    expect(checkAnswers(findOddMembers(directory))).toEqual([])
    log.close()
  })
}

test('S48: text in a forged log is not shown', async ({ directory }) => {
  const names = Array.from({ length: 12 }, () => 'name')
  const odd = ['\u001b[2J', 'x'.repeat(99), 7, null, 'scope', ...names]
  await writeFile(join(directory, LOG_FILE), `${JSON.stringify({ event: 'renewed', odd })}\n`)
  expect(findOddMembers(directory)).toEqual(['scope', ...names.slice(0, 7)])
  for (const line of ['{"event":"renewed","odd":{}}', '{"event":"renewed"', '"event":"renewed"']) {
    await writeFile(join(directory, LOG_FILE), `${line}\n`)
    expect(findOddMembers(directory)).toEqual([])
  }
})

test('without a log there is no message', ({ directory }) => {
  expect(findOddMembers(directory)).toEqual([])
  expect(checkAnswers([])).toEqual([])
})
