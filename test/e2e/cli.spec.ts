// The command line against a running agent, each command as its own process.

import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { ERROR_MESSAGES } from '../../main/base/base-messages.js'
import { PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import {
  AGENT_MESSAGES,
  CLI_LINES,
  PROBLEM_MESSAGES,
  USAGE_MESSAGES,
} from '../../main/cli/cli-messages.js'
import { EXIT_CODES } from '../../main/cli/exit-codes.js'
import { MESSAGES } from '../../main/settings/settings-messages.js'
import type { AppEntry } from '../../main/present/app-entries.js'
import { peekClaims } from '../../main/oauth/id-token.js'
import { readServiceFile } from '../../main/storage/service-file.js'
import { expectEachExitCode } from '../support/each-exit-code.js'
import { answerLink } from '../support/person.js'
import type { Program } from '../support/program.js'
import { CLI, runCli, runCommand, type Ran } from '../support/run-cli.js'
import { expect, test as base } from '../support/service.js'

type Run = (words: string, env?: Record<string, string>) => Promise<Ran>

type Agent = {
  program: Program
  id: string
  run: Run
  /** Runs a command, and gives the question about it an answer. */
  runAnd: (answer: 'allow' | 'deny', words: string) => Promise<Ran & { purpose: string }>
}

const test = base.extend<{ agent: Agent; folder: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-cli-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  agent: async ({ serve }, use) => {
    const { program } = await serve()
    program.type('sign-in')
    await fetch(await answerLink(await program.link(), 'account=alice'))
    const { accounts } = await program.line('accounts', (line) => line.accounts.length === 1)
    await program.status('signed-in')
    const run: Run = (words, env = {}) => {
      // One word, or several between quotation marks.
      const args = (words.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''))
      return runCli([...args, '--data-dir', program.dataDir], { env })
    }
    await use({
      program,
      id: accounts[0]!.id,
      run,
      runAnd: async (answer, words) => {
        const running = run(words)
        const { id, purpose } = await program.line('consent')
        program.type(`${answer} ${id}`)
        return { ...(await running), purpose }
      },
    })
  },
})

/** Has the person make a key, and returns the path of its file. */
async function makeKeyFile({ program }: Agent, folder: string, words = 'backup'): Promise<string> {
  program.type(`key ${words}`)
  const { key } = await program.line('key')
  const path = join(folder, 'a.key')
  await writeFile(path, `${key}\n`, { mode: 0o600 })
  return path
}

test('token prints a token alone, once the person allows the command, each time', async ({
  agent,
}) => {
  const { program, runAnd } = agent
  const running = agent.run('token')
  const question = await program.line('consent')
  expect(question).toMatchObject({
    grade: 'seen',
    purpose: 'access-token',
    program: { pid: expect.any(Number) },
  })
  // A tool: any program can run it.
  program.type(`allow ${question.id} always`)
  expect(await program.line('answer')).toMatchObject({ command: 'allow', ok: false })
  program.type(`allow ${question.id}`)
  const { code, stdout, stderr } = await running
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^\S+\n$/)

  const denied = await runAnd('deny', 'token --json')
  expect(denied).toMatchObject({
    code: 6,
    stdout: '',
    stderr: `latchkey: ${PROBLEM_MESSAGES.denied}\n`,
  })
  // Without another question.
  expect((await agent.run('token')).code).toBe(6)
})

test('with a key, nobody is asked: from a file, or from a variable', async ({ agent, folder }) => {
  const path = await makeKeyFile(agent, folder)
  const { run, id } = agent
  const [plain, json, idToken, narrow] = await Promise.all([
    run(`token --key-file ${path}`),
    run(`token --json --min-validity 120 --account ${id}`, { LATCHKEY_KEY_FILE: path }),
    run(`token --id-token --key-file ${path}`),
    run(`token --key-file ${path} --scope "openid profile" --json`),
  ])
  expect([plain.code, json.code, idToken.code]).toEqual([0, 0, 0])
  expect(JSON.parse(json.stdout)).toMatchObject({
    access_token: plain.stdout.trim(),
    token_type: 'Bearer',
    account: { id },
  })
  expect(peekClaims(idToken.stdout.trim())).toMatchObject({ sub: 'alice' })
  expect(JSON.parse(narrow.stdout)).toMatchObject({ scope: 'openid profile' })
  expect(agent.program.stdout()).not.toContain('"event":"consent"')
  // S38
  const { dataDir } = agent.program
  const key = (await readFile(path, 'utf8')).trim()
  const { secret } = readServiceFile(dataDir)!
  const log = await readFile(join(dataDir, 'latchkey.log'), 'utf8')
  const { stdout: diagnosis } = await run('diagnose --json')
  for (const one of [key, plain.stdout.trim(), secret!.reveal()]) {
    expect(log).not.toContain(one)
    expect(diagnosis).not.toContain(one)
  }
})

test('a misspelt variable is named, but not a name of the script’s own', async ({ agent }) => {
  const env = { LATCHKEY_KEYFILE: '/home/alice/a.key', LATCHKEY_TOKEN: 'of the script' }
  const question = agent.program.line('consent')
  const running = agent.run('token', env)
  agent.program.type(`deny ${(await question).id}`)
  const { code, stdout, stderr } = await running
  expect([code, stdout]).toEqual([EXIT_CODES.notAllowed, ''])
  const [first, ...others] = stderr.split('\n')
  expect(first).toBe(
    `latchkey: ${MESSAGES.unknownVariable('LATCHKEY_KEYFILE', 'LATCHKEY_KEY_FILE')}`,
  )
  expect(others.join()).not.toContain('LATCHKEY_TOKEN')
})

test('a key file that others can read, or without a key, is bad usage', async ({
  agent,
  folder,
}) => {
  const path = join(folder, 'a.key')
  const expectUsage = async (words: string, message: string): Promise<void> => {
    expect(await agent.run(words)).toEqual({
      code: 2,
      stdout: '',
      stderr: `latchkey: ${message}\n`,
    })
  }
  await writeFile(path, 'latchkey_short', { mode: 0o600 })
  await expectUsage(`token --key-file ${path}`, USAGE_MESSAGES.noKeyIn(path))
  await writeFile(`${path}2`, 'x', { mode: 0o644 })
  await expectUsage(`token --key-file ${path}2`, USAGE_MESSAGES.keyFileOpen(`${path}2`))
  expect((await agent.run(`token --key-file ${path}3`)).code).toBe(2)
  await expectUsage('token --min-validity soon', USAGE_MESSAGES.notSeconds('--min-validity'))
  const wrong = `latchkey_${'a'.repeat(43)}`
  const { code, stderr } = await agent.run('token', { LATCHKEY_KEY: wrong })
  expect([code, stderr]).toEqual([6, `latchkey: ${PROBLEM_MESSAGES.wrongKey('LATCHKEY_KEY')}\n`])
  await writeFile(path, wrong, { mode: 0o600 })
  const { stderr: inFile } = await agent.run(`token --key-file ${path}`)
  expect(inFile).toBe(`latchkey: ${PROBLEM_MESSAGES.wrongKey(path)}\n`)
})

test('S50: use, apps and key are asked about each time, as a wish to manage Latchkey', async ({
  agent,
}) => {
  const { runAnd, id, run } = agent
  expect(await runAnd('allow', `use ${id}`)).toMatchObject({
    code: 0,
    purpose: 'manage',
    stdout: `${CLI_LINES.isDefaultNow('Alice Adams (alice@example.com)')}\n`,
  })
  // Nobody is asked about what can't be done.
  expect(await run('use aaaaaaaa')).toMatchObject({
    code: 5,
    stderr: `latchkey: ${PROBLEM_MESSAGES.noSuchAccount}\n`,
  })
  const made = await runAnd('allow', 'key backup --scope openid')
  expect(made).toMatchObject({ code: 0, purpose: 'manage', stderr: '' })
  expect(made.stdout).toMatch(/^latchkey_[\w-]{43}\n$/)
  const token = await run('token', { LATCHKEY_KEY: made.stdout.trim() })
  expect([token.code, token.stderr]).toEqual([0, ''])
  expect(await runAnd('allow', 'key backup')).toMatchObject({
    code: 1,
    stderr: `latchkey: ${PROBLEM_DETAILS.keyNameTaken('backup')}\n`,
  })

  const listed = await runAnd('allow', 'apps --json')
  const { apps } = JSON.parse(listed.stdout) as { apps: AppEntry[] }
  expect(apps).toMatchObject([{ kind: 'key', name: 'backup', scope: 'openid', account: { id } }])
  expect((await runAnd('allow', 'apps')).stdout).toContain('backup')
  expect(await runAnd('allow', 'apps forget backup')).toMatchObject({
    code: 0,
    stdout: `${CLI_LINES.forgotten('backup')}\n`,
  })
  expect(await run('apps forget')).toMatchObject({
    code: 2,
    stderr: `latchkey: ${USAGE_MESSAGES.needsApp}\n`,
  })
  expect(await runAnd('allow', 'apps forget backup')).toMatchObject({
    code: 1,
    stderr: `latchkey: ${PROBLEM_DETAILS.noSuchApp}\n`,
  })
  expect((await runAnd('allow', 'apps')).stdout).toBe(`${CONSENT_WORDS.appList.none}\n`)
  expect(await runAnd('deny', 'key other')).toMatchObject({ code: 6, stdout: '' })
})

test('a key manages nothing', async ({ agent, folder }) => {
  const path = await makeKeyFile(agent, folder)
  expect((await agent.run(`apps --key-file ${path}`)).code).toBe(2)
  // With the variable, the key is not even sent.
  const running = agent.run('apps', { LATCHKEY_KEY_FILE: path })
  const { id, purpose } = await agent.program.line('consent')
  agent.program.type(`deny ${id}`)
  expect([(await running).code, purpose]).toEqual([6, 'manage'])
})

test('status waits for the answer of the person, and with a key asks nobody', async ({
  agent,
  folder,
}) => {
  const { runAnd, run, id, program } = agent
  const allowed = await runAnd('allow', 'status')
  expect(allowed).toMatchObject({ code: 0, purpose: 'identity', stderr: '' })
  expect(allowed.stdout).toContain('Account: Alice Adams (alice@example.com)\n')
  expect(await runAnd('deny', 'status --json')).toMatchObject({ code: 6, stdout: '' })
  const path = await makeKeyFile(agent, folder)
  const { code, stdout } = await run(`status --json --key-file ${path}`)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ state: 'signed-in', account: { id, sub: 'alice' } })
  expect((await run(`status --account aaaaaaaa --key-file ${path}`)).code).toBe(6)
  program.type('sign-out')
  await program.status('signed-out')
  const gone = await run('status')
  expect([gone.code, gone.stdout]).toEqual([5, `${CLI_LINES.signedOut}\n`])
  expect((await run('token')).code).toBe(5)
})

test('accounts lists all accounts if the person allows it, and with a key its own', async ({
  agent,
  folder,
}) => {
  const { runAnd, run, id } = agent
  const allowed = await runAnd('allow', 'accounts --json')
  expect(allowed).toMatchObject({ code: 0, purpose: 'manage' })
  const expected = { accounts: [{ id, sub: 'alice', state: 'signed-in', default: true }] }
  expect(JSON.parse(allowed.stdout)).toMatchObject(expected)
  const path = await makeKeyFile(agent, folder)
  const { stdout } = await run(`accounts --json --key-file ${path}`)
  expect(JSON.parse(stdout)).toMatchObject(expected)
  const listed = await run(`accounts --key-file ${path}`)
  expect(listed.stdout).toContain(`*  ${id}  `)
})

test('sign-out, then sign-in in the browser', async ({ agent }) => {
  const { runAnd, run, program } = agent
  expect(await runAnd('allow', 'sign-out')).toMatchObject({
    code: 0,
    stdout: `${CLI_LINES.isSignedOut}\n`,
  })
  await program.status('signed-out')
  const running = run('sign-in --json')
  await fetch(await answerLink(await program.link(), 'account=alice'))
  const { code, stdout, stderr } = await running
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({ state: 'signed-in', account: { sub: 'alice' } })
  expect(await run('sign-in --provider nowhere')).toMatchObject({
    code: 1,
    stderr: 'latchkey: No provider in the settings has this name.\n',
  })
})

type Events = {
  child: ChildProcessWithoutNullStreams
  /** The next line that is printed. */
  next: () => Promise<unknown>
  ended: Promise<{ code: number | null; stderr: string }>
}

/** Runs `events`. `keyFile`: null if the person is asked. */
function followEvents({ program }: Agent, keyFile: string | null): Events {
  const key = keyFile === null ? [] : ['--key-file', keyFile]
  const flags = ['--json', ...key, '--data-dir', program.dataDir]
  const child = spawn(process.execPath, [CLI, 'events', ...flags])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    next: async () => JSON.parse((await lines.next()).value as string) as unknown,
    ended: Promise.all([once(child, 'close'), text(child.stderr)]).then(([[code], stderr]) => ({
      code: code as number | null,
      stderr,
    })),
  }
}

test('events prints the session now, and at each change', async ({ agent, folder }) => {
  const { next, ended } = followEvents(agent, await makeKeyFile(agent, folder))
  expect(await next()).toMatchObject({ state: 'signed-in', account: { sub: 'alice' } })
  agent.program.type('sign-out')
  expect(await next()).toMatchObject({ state: 'signed-out', account: null })
  agent.program.type('quit')
  expect(await ended).toEqual({ code: 1, stderr: `latchkey: ${AGENT_MESSAGES.lost}\n` })
})

test('events without a key waits for the answer of the person, who is asked once', async ({
  agent,
}) => {
  const { program } = agent
  const { next, ended } = followEvents(agent, null)
  const { id, purpose } = await program.line('consent')
  expect(purpose).toBe('identity')
  program.type(`allow ${id}`)
  expect(await next()).toMatchObject({ state: 'signed-in', account: { sub: 'alice' } })
  program.type('sign-out')
  expect(await next()).toMatchObject({ state: 'signed-out', account: null })
  program.type('quit')
  expect(await ended).toEqual({ code: 1, stderr: `latchkey: ${AGENT_MESSAGES.lost}\n` })
})

test('events that is denied prints nothing, and ends with 6', async ({ agent }) => {
  expect(await agent.runAnd('deny', 'events')).toMatchObject({
    code: 6,
    purpose: 'identity',
    stdout: '',
    stderr: `latchkey: ${PROBLEM_MESSAGES.denied}\n`,
  })
})

test('events ends with code 6 when its key is forgotten', async ({ agent, folder }) => {
  const { next, ended } = followEvents(agent, await makeKeyFile(agent, folder))
  await next()
  agent.program.type('forget backup')
  expect(await ended).toEqual({ code: 6, stderr: `latchkey: ${AGENT_MESSAGES.streamClosed}\n` })
})

test('events ends without a word if its reader is gone', async ({ agent, folder }) => {
  const { child, next, ended } = followEvents(agent, await makeKeyFile(agent, folder))
  await next()
  child.stdout.destroy()
  agent.program.type('sign-out')
  expect(await ended).toEqual({ code: 1, stderr: '' })
})

test('a full disk ends a command with 1 and a message', async () => {
  test.skip(!existsSync('/dev/full'), 'this system has no device that is always full')
  for (const words of ['help', 'version', 'help token']) {
    const shell = ['-c', 'exec "$@" >/dev/full', 'sh', process.execPath, CLI, ...words.split(' ')]
    expect(await runCommand('sh', shell)).toEqual({
      code: 1,
      stdout: '',
      stderr: `latchkey: ${ERROR_MESSAGES.outputFailed('ENOSPC')}\n`,
    })
  }
})

test('a command ends with each exit code', async ({ agent }) => {
  const { program, run, runAnd } = agent
  await expectEachExitCode({
    dataDir: program.dataDir,
    run,
    runAnd: (answer, words) => runAnd(answer === 'once' ? 'allow' : 'deny', words),
    async kill() {
      program.process.kill('SIGKILL')
      await program.ended
    },
  })
})
