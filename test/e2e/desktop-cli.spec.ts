// The command line against the app in the tray, each command as its own process: the person answers in the
// window, or made a key.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AGENT_MESSAGES, CLI_LINES, PROBLEM_MESSAGES } from '../../main/cli/cli-messages.js'
import { peekClaims } from '../../main/oauth/id-token.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { PRESENT_MESSAGES } from '../../main/present/present-messages.js'
import { CALM_MS } from '../../renderer/view.js'
import { BUTTONS } from '../../renderer/words.js'
import {
  expect,
  FREE_PORT,
  readHeadline,
  signInAs,
  test as base,
  type Desktop,
} from '../driver/driver.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'
import { expectEachExitCode } from '../support/each-exit-code.js'
import { GIT_ENV } from '../support/git-server.js'
import { findProgram } from '../support/program-path.js'
import { CLI, runCli, runCommand, type Ran } from '../support/run-cli.js'

const { answers } = CONSENT_WORDS
const { menu: MENU, headline: HEADLINE } = PRESENT_MESSAGES
const SIGNED_IN = 'Signed in as Alice Adams'
const ALICE = 'Alice Adams (alice@example.com)'
const BOB = 'Bob Brown (bob@example.com)'
const GIT_HOST = 'git.example.com'

type Answer = keyof typeof answers

type Agent = {
  app: Desktop
  run: (words: string) => Promise<Ran>
  /** Runs a command, and presses a button of the question about it. */
  runAnd: (answer: Answer, words: string) => Promise<Ran>
  press: (answer: Answer) => Promise<void>
  /** Signs someone in with an item of the menu, and waits for the first line. */
  signIn: (path: readonly string[], person: string, headline: string) => Promise<void>
  /** Has a command make a key for the default account, and returns the path of its file. */
  makeKeyFile: (name: string) => Promise<string>
}

const test = base.extend<{ agent: Agent; personal: RunningProvider }>({
  // eslint-disable-next-line no-empty-pattern
  personal: async ({}, use) => {
    const provider = await startProvider()
    await use(provider)
    await provider.close()
  },
  agent: async ({ launch, folders, provider, personal, page }, use) => {
    const dataDir = await folders.create()
    const providers = [
      { name: 'work', issuer: provider.issuer, clientId: provider.clientId },
      { name: 'personal', issuer: personal.issuer, clientId: personal.clientId },
    ]
    const settings = { providers, gitHosts: { [GIT_HOST]: 'work' } }
    await writeFile(join(dataDir, 'settings.json'), JSON.stringify(settings), { mode: 0o600 })
    const app = await launch({ flags: FREE_PORT, dataDir })
    const press = async (answer: Answer): Promise<void> => {
      const window = await app.window()
      const button = window.getByRole('button', { name: answers[answer], exact: true })
      await app.pressRested(button, CALM_MS)
    }
    const run = (words: string): Promise<Ran> =>
      runCli([...words.split(' '), '--data-dir', dataDir])
    const runAnd = async (answer: Answer, words: string): Promise<Ran> => {
      const running = run(words)
      await press(answer)
      return running
    }
    const signIn: Agent['signIn'] = async (path, person, headline) => {
      await app.choose(...path)
      await signInAs(page, await app.takeUrl(), person)
      await untilHeadline(app, headline)
    }
    await app.window()
    await signIn([MENU.signInAt('work')], 'Alice Adams', SIGNED_IN)
    await use({
      app,
      run,
      runAnd,
      press,
      signIn,
      async makeKeyFile(name) {
        const { code, stdout, stderr } = await runAnd('once', `key ${name}`)
        expect([code, stderr]).toEqual([0, ''])
        const path = join(dataDir, `${name}.key`)
        await writeFile(path, stdout, { mode: 0o600 })
        return path
      },
    })
  },
})

async function untilHeadline(app: Desktop, headline: string): Promise<void> {
  await expect.poll(() => readHeadline(app)).toBe(headline)
}

const done = (line: string): Ran => ({ code: 0, stdout: `${line}\n`, stderr: '' })
const failed = (code: number, message: string): Ran => ({
  code,
  stdout: '',
  stderr: `latchkey: ${message}\n`,
})

test('status, accounts and apps answer when the window allows them', async ({ agent }) => {
  const { runAnd } = agent
  const status = await runAnd('once', 'status')
  expect([status.code, status.stderr]).toEqual([0, ''])
  expect(status.stdout).toContain(`Account: ${ALICE}\n`)
  const accounts = await runAnd('once', 'accounts --json')
  expect(accounts).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(accounts.stdout)).toMatchObject({
    accounts: [{ sub: 'alice', state: 'signed-in', default: true }],
  })
  expect(await runAnd('once', 'apps')).toEqual(done(CONSENT_WORDS.appList.none))
  expect(await runAnd('denied', 'apps')).toMatchObject({ code: 6, stdout: '' })
})

test('token prints a token if the window allows it once, and never for longer', async ({
  agent,
}) => {
  const { app, run, press, runAnd } = agent
  const running = run('token')
  const window = await app.window()
  await expect(window.getByRole('button', { name: answers.once, exact: true })).toBeVisible()
  await expect(window.getByRole('button', { name: answers.always, exact: true })).toBeHidden()
  await press('once')
  const { code, stdout, stderr } = await running
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^\S+\n$/)
  expect(await runAnd('denied', 'token')).toEqual(failed(6, PROBLEM_MESSAGES.denied))
  // Without another question.
  expect((await run('token')).code).toBe(6)
  await app.quit()
  expect((await run('token')).code).toBe(3)
})

test('use makes another account the default, in the tray, too', async ({ agent }) => {
  const { app, run, runAnd, signIn } = agent
  await signIn([MENU.signInAt('personal')], 'Bob Brown', '2 accounts')
  const { stdout } = await runAnd('once', 'accounts --json')
  const { accounts } = JSON.parse(stdout) as { accounts: { id: string; sub: string }[] }
  const { id } = accounts.find(({ sub }) => sub === 'bob')!
  expect(await runAnd('once', `use ${id}`)).toEqual(done(CLI_LINES.isDefaultNow(BOB)))
  const bob = PRESENT_MESSAGES.accountAt('Bob Brown', 'personal')
  const labels = ((await app.menu()) ?? []).map(({ label }) => label)
  expect(labels).toContain(MENU.defaultAccount(bob))
  const status = await runAnd('once', 'status')
  expect(status.stdout).toContain(`Account: ${BOB}\n`)
  const unknown = failed(5, PROBLEM_MESSAGES.noSuchAccount)
  expect(await run('use aaaaaaaa')).toEqual(unknown)
  expect((await run('use')).code).toBe(2)
})

test('a key gets tokens without a question, until it is forgotten', async ({ agent }) => {
  const { run, runAnd, makeKeyFile, app } = agent
  const path = await makeKeyFile('backup')
  const token = await run(`token --key-file ${path}`)
  expect([token.code, token.stderr]).toEqual([0, ''])
  expect(token.stdout).toMatch(/^\S+\n$/)
  const status = await run(`status --key-file ${path}`)
  expect(status.stdout).toContain(`Account: ${ALICE}\n`)
  expect((await run(`accounts --key-file ${path}`)).stdout).toContain(ALICE)
  const listed = await runAnd('once', 'apps --json')
  expect(JSON.parse(listed.stdout)).toMatchObject({ apps: [{ kind: 'key', name: 'backup' }] })
  expect(await runAnd('once', 'apps forget backup')).toEqual(done(CLI_LINES.forgotten('backup')))
  expect(await run(`token --key-file ${path}`)).toEqual(failed(6, PROBLEM_MESSAGES.wrongKey(path)))
  // S32
  const key = (await readFile(path, 'utf8')).trim()
  expect(await app.everythingShown()).not.toContain(key)
  expect(await readFile(join(app.dataDir, 'latchkey.log'), 'utf8')).not.toContain(key)
})

test('sign-out signs out, and sign-in signs in again in the browser', async ({ agent, page }) => {
  const { app, run, runAnd } = agent
  expect(await runAnd('once', 'sign-out')).toEqual(done(CLI_LINES.isSignedOut))
  await untilHeadline(app, HEADLINE['signed-out']())
  expect(await run('status')).toMatchObject({ code: 5, stdout: `${CLI_LINES.signedOut}\n` })
  const running = run('sign-in --provider work --json')
  await signInAs(page, await app.takeUrl(), 'Alice Adams')
  const { code, stdout, stderr } = await running
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({ state: 'signed-in', account: { sub: 'alice' } })
  await untilHeadline(app, SIGNED_IN)
})

test('sign-in --provider adds an account at this provider', async ({ agent, page }) => {
  const { app, run } = agent
  const running = run('sign-in --provider personal')
  await signInAs(page, await app.takeUrl(), 'Bob Brown')
  const { code, stdout, stderr } = await running
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`Account: ${BOB}\n`)
  expect(stdout).toContain('Provider: personal\n')
  await untilHeadline(app, '2 accounts')
  expect((await run('sign-in --provider nowhere')).code).toBe(1)
})

test('events prints the session once the window allows it, each change, and the end', async ({
  agent,
}) => {
  const { app, press } = agent
  const args = [CLI, 'events', '--json', '--data-dir', app.dataDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (stderr += chunk))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value as string)
  await press('once')
  expect(await next()).toMatchObject({ state: 'signed-in', account: { sub: 'alice' } })
  await (await app.window()).getByRole('button', { name: BUTTONS.signOut, exact: true }).click()
  expect(await next()).toMatchObject({ state: 'signed-out', account: null })
  await app.quit()
  expect(await ended).toEqual([1, null])
  expect(stderr).toBe(`latchkey: ${AGENT_MESSAGES.lost}\n`)
})

test('git gets a token with a key, and without one only for an account’s ID', async ({ agent }) => {
  test.skip(findProgram('git') === null, 'git is not installed')
  test.skip(process.platform === 'win32', 'the helper is written for a POSIX shell')
  const { app, run, makeKeyFile, press } = agent
  const path = await makeKeyFile('git')
  const fill = (flags: string, env: Record<string, string> = {}): Promise<Ran> => {
    const helper = `!'${process.execPath}' '${CLI}' git-credential ${flags} --data-dir '${app.dataDir}'`
    return runCommand('git', ['-c', `credential.helper=${helper}`, 'credential', 'fill'], {
      env: { ...GIT_ENV, GIT_ASKPASS: 'false', ...env },
      input: `protocol=https\nhost=${GIT_HOST}\n\n`,
    })
  }
  const token = await run(`token --json --key-file ${path}`)
  const { access_token, account } = JSON.parse(token.stdout) as {
    access_token: string
    account: { id: string }
  }
  const given = `username=oauth2\npassword=${access_token}\n`
  const withKey = await fill(`--key-file '${path}'`)
  expect(withKey).toMatchObject({ code: 0, stderr: '' })
  expect(withKey.stdout).toContain(given)

  const hosts = { LATCHKEY_GIT_HOSTS: `${GIT_HOST}=${account.id}` }
  const [asked] = await Promise.all([fill('', hosts), press('once')])
  expect(asked).toMatchObject({ code: 0, stderr: '' })
  expect(asked.stdout).toContain(given)
  const [denied] = await Promise.all([fill('', hosts), press('denied')])
  expect(denied.code).not.toBe(0)
  expect(denied.stdout).toBe('')
  expect(denied.stderr).toContain(`latchkey: ${PROBLEM_MESSAGES.denied}\n`)
})

test('kubectl-credential prints an ID token once the window allows it', async ({ agent }) => {
  const { code, stdout, stderr } = await agent.runAnd('once', 'kubectl-credential')
  expect([code, stderr]).toEqual([0, ''])
  const { kind, status } = JSON.parse(stdout) as { kind: string; status: { token: string } }
  expect(kind).toBe('ExecCredential')
  expect(peekClaims(status.token)).toMatchObject({ sub: 'alice' })
  expect(await agent.runAnd('denied', 'kubectl-credential')).toMatchObject({ code: 6, stdout: '' })
})

test('diagnose finds the running app, and leaves it alone', async ({ agent }) => {
  const { app, run } = agent
  const { code, stdout, stderr } = await run('diagnose --json')
  expect(code).toBe(0)
  expect(stderr).toContain(join(app.dataDir, 'diagnosis.txt'))
  expect(JSON.parse(stdout)).toMatchObject({ version: expect.any(String) })
  expect(await readHeadline(app)).toBe(SIGNED_IN)
})

test('headless and uninstall-data end while the app runs, and change nothing', async ({
  agent,
}) => {
  const { app, run } = agent
  for (const words of ['headless --json --port 0', 'uninstall-data']) {
    const { code, stdout, stderr } = await run(words)
    expect([words, code, stdout]).toEqual([words, 3, ''])
    expect(stderr).toContain(app.dataDir)
  }
  expect(await readHeadline(app)).toBe(SIGNED_IN)
})

test('with --start, the running app is asked, and nothing is started', async ({ agent }) => {
  const { app, runAnd } = agent
  const service = join(app.dataDir, 'service.json')
  const before = await readFile(service, 'utf8')
  const { code, stdout, stderr } = await runAnd('once', 'token --start')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^\S+\n$/)
  expect(await readFile(service, 'utf8')).toBe(before)
  await expect(readFile(join(app.dataDir, 'headless.log'))).rejects.toThrow('ENOENT')
})

test('a command ends with each exit code', async ({ agent }) => {
  const { app, run, runAnd } = agent
  await expectEachExitCode({
    dataDir: app.dataDir,
    run,
    runAnd,
    async kill() {
      app.process.kill('SIGKILL')
      await app.ended
    },
  })
})
