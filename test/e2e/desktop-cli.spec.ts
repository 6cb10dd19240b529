// The command line against the app in the tray: the person answers in the window.

import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { CLI_LINES } from '../../main/cli/cli-messages.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { at, expect, readHeadline, signInAs, test as base, type Desktop } from '../driver/driver.js'
import { runCli, type Ran } from '../support/run-cli.js'

const { answers } = CONSENT_WORDS
const SIGNED_IN = 'Signed in as Alice Adams'

type Agent = {
  app: Desktop
  run: (words: string) => Promise<Ran>
  /** Runs a command, and presses a button of the question about it. */
  runAnd: (answer: keyof typeof answers, words: string) => Promise<Ran>
}

const test = base.extend<{ agent: Agent }>({
  agent: async ({ launch, provider, page }, use) => {
    const app = await launch({ flags: at(provider) })
    const window = await app.window()
    await app.choose(PRESENT_MESSAGES.menu.signIn)
    await signInAs(page, await app.takeUrl(), 'Alice Adams')
    await expect.poll(() => readHeadline(app)).toBe(SIGNED_IN)
    const run = (words: string): Promise<Ran> =>
      runCli([...words.split(' '), '--data-dir', app.dataDir])
    await use({
      app,
      run,
      async runAnd(answer, words) {
        const running = run(words)
        await window.getByRole('button', { name: answers[answer], exact: true }).click()
        return running
      },
    })
  },
})

test('status, accounts and apps answer when the window allows them', async ({ agent }) => {
  const { runAnd } = agent
  const status = await runAnd('once', 'status')
  expect([status.code, status.stderr]).toEqual([0, ''])
  expect(status.stdout).toContain('Account: Alice Adams (alice@example.com)\n')
  const accounts = await runAnd('once', 'accounts --json')
  expect(accounts).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(accounts.stdout)).toMatchObject({
    accounts: [{ sub: 'alice', state: 'signed-in', default: true }],
  })
  expect(await runAnd('once', 'apps')).toEqual({
    code: 0,
    stdout: `${CLI_LINES.noApps}\n`,
    stderr: '',
  })
  expect(await runAnd('denied', 'apps')).toMatchObject({ code: 6, stdout: '' })
})

test('token prints a token if the window allows it once, and never for longer', async ({
  agent,
}) => {
  const { app, run, runAnd } = agent
  const running = run('token')
  const window = await app.window()
  await expect(window.getByRole('button', { name: answers.once, exact: true })).toBeVisible()
  await expect(window.getByRole('button', { name: answers.always, exact: true })).toBeHidden()
  await window.getByRole('button', { name: answers.once, exact: true }).click()
  const { code, stdout, stderr } = await running
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^\S+\n$/)
  expect(await runAnd('denied', 'token')).toEqual({
    code: 6,
    stdout: '',
    stderr: `latchkey: ${CONSENT_DETAILS.denied}\n`,
  })
  // Without another question.
  expect((await run('token')).code).toBe(6)
  await app.quit()
  expect((await run('token')).code).toBe(3)
})
