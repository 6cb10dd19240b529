// The flag --start: starts the agent in the background if none runs.

import { existsSync, linkSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test as base } from '@playwright/test'
import { PROBLEM_MESSAGES, START_MESSAGES } from '../../main/cli/cli-messages.js'
import { CONSENT_WORDS } from '../../main/present/consent-words.js'
import { DIRECTORY_MESSAGES } from '../../main/storage/storage-messages.js'
import { NOBODY as OTHER, whyNoOtherUser } from '../support/other-user.js'
import { runCli, type Ran } from '../support/run-cli.js'

type Start = {
  dataDir: string
  /** Runs a command with --start. */
  run: (env?: Record<string, string>) => Promise<Ran>
  /** The process of the agent; null if none has started. */
  pid: () => number | null
}

const test = base.extend<{ start: Start }>({
  // eslint-disable-next-line no-empty-pattern
  start: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-start-'))
    const pid = (): number | null => {
      const path = join(dataDir, 'service.json')
      if (!existsSync(path)) return null
      return (JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid
    }
    const settings = { LATCHKEY_PORT: '0', LATCHKEY_NO_BROWSER: '1', LATCHKEY_CONSENT: 'off' }
    await use({
      dataDir,
      pid,
      run: (env = {}) =>
        runCli(['token', '--start', '--data-dir', dataDir], { env: { ...settings, ...env } }),
    })
    const running = pid()
    if (running !== null) process.kill(running, 'SIGTERM')
    while (pid() !== null) await sleep(50)
    // The agent removes its service file before its lock.
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20 })
  },
})

/** Nobody is signed in at the new agent. */
const NOBODY = 5

/** Nobody could be asked. */
const NOT_ALLOWED = 6

test('it starts an agent, which outlives the command, and does not start another one', async ({
  start,
}) => {
  const first = await start.run({ LATCHKEY_KEY: '' })
  expect(first).toMatchObject({ code: NOBODY, stdout: '' })
  const pid = start.pid()!
  expect(first.stderr.split('\n').slice(0, 2)).toEqual([
    `latchkey: ${START_MESSAGES.started(pid)}`,
    `latchkey: ${CONSENT_WORDS.consentOff}`,
  ])
  expect(() => process.kill(pid, 0)).not.toThrow()
  const second = await start.run()
  expect(second.code).toBe(NOBODY)
  expect(second.stderr).not.toContain(START_MESSAGES.started(pid))
  expect(start.pid()).toBe(pid)
  const log = join(start.dataDir, 'headless.log')
  expect(readFileSync(log, 'utf8')).not.toBe('')
  if (process.platform !== 'win32') expect(statSync(log).mode & 0o777).toBe(0o600)
})

test('an agent that asks before apps get tokens is not said to do otherwise', async ({ start }) => {
  const { stderr } = await start.run({ LATCHKEY_CONSENT: '' })
  expect(stderr).toContain(START_MESSAGES.started(start.pid()!))
  expect(stderr).not.toContain(CONSENT_WORDS.consentOff)
})

test('a settings.json that turns the questions off is noticed, too', async ({ start }) => {
  await writeFile(join(start.dataDir, 'settings.json'), '{ "consent": "off" }')
  const { stderr } = await start.run({ LATCHKEY_CONSENT: '' })
  expect(stderr).toContain(`latchkey: ${CONSENT_WORDS.consentOff}\n`)
})

test('the agent has no terminal, no input, and a session of its own', async ({ start }) => {
  test.skip(process.platform !== 'linux', 'reads /proc')
  await start.run()
  const pid = start.pid()!
  const [, , , session, terminal] = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')
  expect([session, terminal]).toEqual([String(pid), '0'])
})

test('S49: variables for debugging the command open no inspector in the agent', async ({
  start,
}) => {
  test.skip(process.platform !== 'linux', 'reads /proc')
  const variables = {
    NODE_OPTIONS: '--inspect=127.0.0.1:0 --no-warnings',
    NODE_DEBUG: 'net',
    NODE_EXTRA_CA_CERTS: '',
  }
  const run = await start.run(variables)
  expect(run.code).toBe(NOBODY)
  expect(run.stderr).toContain('Debugger listening')
  expect(readFileSync(join(start.dataDir, 'headless.log'), 'utf8')).not.toContain(
    'Debugger listening',
  )
  const inAgent = readFileSync(`/proc/${start.pid()!}/environ`, 'utf8').split('\0')
  expect(inAgent.filter((one) => one.startsWith('NODE_')).toSorted()).toEqual([
    'NODE_EXTRA_CA_CERTS=',
    'NODE_OPTIONS=--no-warnings',
  ])
})

test('S24: no command learns who is signed in, because nobody could be asked', async ({
  start,
}) => {
  await start.run()
  for (const command of ['use aaaaaaaa', 'key backup', 'key backup --account aaaaaaaa', 'apps']) {
    const ran = await runCli([...command.split(' '), '--data-dir', start.dataDir])
    expect(ran, command).toEqual({
      code: NOT_ALLOWED,
      stdout: '',
      stderr: `latchkey: ${PROBLEM_MESSAGES.nobodyToAskToManage}\n`,
    })
  }
})

test('several starts at once give one agent', async ({ start }) => {
  const runs = await Promise.all([start.run(), start.run(), start.run()])
  expect(runs.map(({ code }) => code)).toEqual([NOBODY, NOBODY, NOBODY])
})

test('if the agent can’t start, the command says why', async ({ start }) => {
  const run = await start.run({ LATCHKEY_LOG_LEVEL: 'loud' })
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expect(run.stderr).toContain('LATCHKEY_LOG_LEVEL')
  await writeFile(join(start.dataDir, 'settings.json'), '{ "port": "x" }')
  const other = await start.run({ LATCHKEY_PORT: '' })
  expect(other).toMatchObject({ code: 1, stdout: '' })
  expect(other.stderr).toContain('"port"')
  expect(start.pid()).toBeNull()
})

test('the output never goes through a link', async ({ start }) => {
  test.skip(process.platform === 'win32', 'links need rights on Windows')
  const target = join(start.dataDir, 'target')
  await writeFile(target, 'kept')
  const log = join(start.dataDir, 'headless.log')
  symlinkSync(target, log)
  const run = await start.run()
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expect(run.stderr).toBe(`latchkey: ${START_MESSAGES.logNotRegular(log)}\n`)
  expect(readFileSync(target, 'utf8')).toBe('kept')
})

test('S46: the output never goes to a file that has another name too', async ({ start }) => {
  test.skip(process.platform === 'win32', 'Windows tells no number of names')
  const target = join(start.dataDir, 'target')
  await writeFile(target, 'kept')
  const log = join(start.dataDir, 'headless.log')
  linkSync(target, log)
  const run = await start.run()
  expect(run).toEqual({
    code: 1,
    stdout: '',
    stderr: `latchkey: ${START_MESSAGES.logNotOwn(log)}\n`,
  })
  expect(readFileSync(target, 'utf8')).toBe('kept')
})

test.describe('if root and other users can be told apart', () => {
  test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')

  test('S47: the output never goes to a file of another user', async ({ start }) => {
    const log = join(start.dataDir, 'headless.log')
    await writeFile(log, 'kept')
    await chmod(log, 0o666)
    await chown(log, OTHER, OTHER)
    const run = await start.run()
    expect(run).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `latchkey: ${START_MESSAGES.logNotOwn(log)}\n`,
    })
    expect(readFileSync(log, 'utf8')).toBe('kept')
  })

  test('S47: root leaves nothing in the data directory of another user', async ({ start }) => {
    await chown(start.dataDir, OTHER, OTHER)
    const run = await start.run()
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toBe(`latchkey: ${DIRECTORY_MESSAGES.startedAsRoot(start.dataDir, OTHER)}\n`)
    expect(readdirSync(start.dataDir)).toEqual([])
  })
})
