// Messages of the command line about the agent, pinned once, and what it makes of the API's problems.

import { expect, test } from '@playwright/test'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { CliError } from '../../main/cli/cli-error.js'
import {
  AGENT_MESSAGES,
  CREDENTIAL_MESSAGES,
  PROBLEM_MESSAGES,
} from '../../main/cli/cli-messages.js'
import { explainProblem } from '../../main/cli/explain-problem.js'
import { sayAll } from '../support/say-all.js'

test('the messages that say what to do about the agent', () => {
  const { none, gone, waitsForBrowser } = AGENT_MESSAGES
  expect([none('/d'), gone('/d'), waitsForBrowser('/d/headless.log')]).toEqual([
    'Latchkey is not running with the data directory /d. Start it: add --start, or run latchkey headless.',
    'Latchkey is not running: nothing listens at the address in /d/service.json. Start it again: add --start, or run ' +
      'latchkey headless.',
    "Waiting for you to sign in. If no browser opened, Latchkey's window or terminal shows the link. If Latchkey " +
      'runs in the background, the link is in /d/headless.log.',
  ])
  expect(AGENT_MESSAGES.validForLess(3599, 7200)).toBe(
    'The token is valid for only 3599 seconds, not 7200.',
  )
  expect(CREDENTIAL_MESSAGES.noHosts).toBe(
    'No host was given. Use --git-host HOST=ACCOUNT, or the setting gitHosts.',
  )
})

test('the messages about problems', () => {
  expect(sayAll(PROBLEM_MESSAGES, { wrongKey: ['/k'] })).toEqual({
    nobodyToAsk:
      "Latchkey runs in the background, so it can't ask you. Pass a key with --key-file. To create one, stop " +
      'Latchkey, and start the tray app, or latchkey headless in a terminal.',
    nobodyToAskToManage:
      "Latchkey runs in the background, so it can't ask you. Stop it, and start the tray app, or latchkey " +
      'headless in a terminal.',
    wrongKey:
      'The key in /k is not valid: it was taken back, or belongs to another Latchkey. Create a new one with ' +
      'latchkey key NAME.',
    denied:
      'You denied this command. Latchkey will ask again after a while, or once you forget the denial in its ' +
      'window or terminal.',
    unanswered:
      'Latchkey asked whether to allow this command, but nobody answered. Try again later.',
    locked: 'The screen is locked. Try again when it is unlocked.',
    noSuchAccount: 'No account has this ID. latchkey accounts lists the IDs.',
    keyOfOther: 'The key belongs to another account than the one that you named.',
  })
})

test('a problem keeps its exit code, and is said for a person', () => {
  const explain = (message: string): string => {
    const error = explainProblem(new CliError('notAllowed', message), '/k')
    expect(error.exit).toBe('notAllowed')
    return error.message
  }
  expect(explain(CONSENT_DETAILS.nobodyToAsk)).toBe(PROBLEM_MESSAGES.nobodyToAsk)
  expect(explain(CONSENT_DETAILS.nobodyToAskToManage)).toBe(PROBLEM_MESSAGES.nobodyToAskToManage)
  expect(explain(CONSENT_DETAILS.wrongKey)).toBe(PROBLEM_MESSAGES.wrongKey('/k'))
  expect(explain(CONSENT_DETAILS.keyOfOther)).toBe(PROBLEM_MESSAGES.keyOfOther)
  expect(explain(PROBLEM_DETAILS.noSuchAccount)).toBe(PROBLEM_MESSAGES.noSuchAccount)
  expect(explain(PROBLEM_DETAILS.notInKey(['email']))).toBe('The key is not for email.')
  expect(explain(CONSENT_DETAILS.denied)).toBe(PROBLEM_MESSAGES.denied)
  expect(explain(CONSENT_DETAILS.unanswered)).toBe(PROBLEM_MESSAGES.unanswered)
  expect(explain(CONSENT_DETAILS.locked)).toBe(PROBLEM_MESSAGES.locked)
  expect(explain(CONSENT_DETAILS.tooMany)).toBe(CONSENT_DETAILS.tooMany)
})
