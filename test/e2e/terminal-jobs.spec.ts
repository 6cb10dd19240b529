// headless beside a shell in one terminal: Ctrl-Z, `bg`, setsid and nohup, and a terminal that is closed.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { thisComputer } from '../../main/storage/this-computer.js'
import { COMMAND_MESSAGES } from '../../main/terminal/terminal-messages.js'
import { HEADLESS, test as base } from '../support/program.js'

type Shell = {
  dataDir: string
  /** The command that starts Latchkey. */
  latchkey: string
  output(): string
  /** Types keys. Without a line break at the end, they are not yet a line. */
  type(keys: string): void
  /** Waits for text in what was printed since the last wait. */
  shows(text: string): Promise<void>
  /** Closes the terminal, and waits until the shell has ended. */
  close(): Promise<void>
}

const CTRL_Z = '\u001a'
const CTRL_C = '\u0003'
const PROMPT = 'latchkey (signed-out)> '
const IN_BACKGROUND = 'so it reads no commands from this terminal.'

const hasPty =
  process.platform === 'linux' && spawnSync('python3', ['-c', 'import pty']).status === 0
const hasBash = spawnSync('bash', ['-c', 'true']).status === 0

const test = base.extend<{ shell: Shell }>({
  shell: async ({ makeFolder }, use) => {
    const dataDir = await makeFolder()
    const words = [process.execPath, HEADLESS, '--data-dir', dataDir, '--demo', '--no-browser']
    const code = 'import pty, sys; pty.spawn(sys.argv[1:])'
    const args = ['-c', code, 'bash', '--noprofile', '--norc', '-i']
    const child = spawn('python3', args, {
      env: { ...process.env, TERM: 'xterm', PS1: '$ ', HISTFILE: '' },
      cwd: dataDir,
    })
    const closed = once(child, 'close')
    let output = ''
    let seen = 0
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (output += chunk))
    child.stdin.on('error', () => undefined)
    await use({
      dataDir,
      latchkey: `${words.map((word) => `'${word}'`).join(' ')} --port 0`,
      output: () => output,
      type: (keys) => void child.stdin.write(keys),
      async shows(text) {
        await expect.poll(() => output.slice(seen)).toContain(text)
        seen = output.indexOf(text, seen) + text.length
      },
      async close() {
        child.kill('SIGKILL')
        await closed
      },
    })
    child.kill('SIGKILL')
    await closed
    const pid = readPid(dataDir)
    if (pid !== null) process.kill(pid, 'SIGKILL')
  },
})
test.skip(!hasPty || !hasBash, 'needs bash, and Python to make a terminal, on Linux')

/** Null if Latchkey has removed its file. */
function readPid(dataDir: string): number | null {
  const path = join(dataDir, 'service.json')
  if (!existsSync(path)) return null
  return (JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid
}

async function askHealth(dataDir: string): Promise<string> {
  const { url } = JSON.parse(readFileSync(join(dataDir, 'service.json'), 'utf8')) as { url: string }
  return (await fetch(`${url}/.well-known/health`)).text()
}

/** The fields after the name: the state, parent, group, session, terminal and its group in the foreground. */
const readStat = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')

function isInForeground(pid: number): boolean {
  const [, , group, , , foreground] = readStat(pid)
  return group === foreground
}

/** The last record of its log. */
const readEnd = (dataDir: string): string =>
  readFileSync(join(dataDir, 'latchkey.log'), 'utf8').trim().split('\n').at(-1)!

test('after Ctrl-Z, bg leaves the terminal to the shell, and fg takes it back', async ({
  shell,
}) => {
  shell.type(`${shell.latchkey}\n`)
  await shell.shows(PROMPT)
  shell.type(CTRL_Z)
  await shell.shows('Stopped')
  shell.type('bg\n')
  await shell.shows(IN_BACKGROUND)
  // The shell reads this line, and its answer is no echo of it.
  shell.type('echo $((20 + 1))st line\n')
  await shell.shows('21st line')
  shell.type('jobs\n')
  await shell.shows('Running')
  const pid = readPid(shell.dataDir)!
  expect(readStat(pid)[0]).not.toBe('T')
  expect(await askHealth(shell.dataDir)).toBe('ok')
  const before = shell.output().length

  // A shell does not tell a running program that it is in the foreground now, but one that it stops.
  shell.type('fg\n')
  await expect.poll(() => isInForeground(pid)).toBe(true)
  shell.type(CTRL_Z)
  await shell.shows('Stopped')
  expect(shell.output().slice(before)).not.toContain(PROMPT)
  shell.type('fg\n')
  await shell.shows(PROMPT)
  shell.type('status\n')
  await shell.shows('Not signed in.')
  await shell.shows(PROMPT)
  shell.type(CTRL_C)
  await expect.poll(() => readPid(shell.dataDir)).toBe(null)
  shell.type('echo code $?\n')
  await shell.shows('code 0')
})

test('after setsid it leaves the terminal to the shell', async ({ shell }) => {
  shell.type(`setsid ${shell.latchkey} &\n`)
  await shell.shows(IN_BACKGROUND)
  shell.type('echo $((20 + 1))st line\n')
  await shell.shows('21st line')
  expect(shell.output()).not.toContain(PROMPT)
  expect(await askHealth(shell.dataDir)).toBe('ok')
})

for (const { what, end, shown } of [
  { what: 'nobody is asked in the background', end: ' &', shown: IN_BACKGROUND },
  {
    what: 'the user is asked in the foreground',
    end: '',
    shown: COMMAND_MESSAGES.askWhetherRunning('other-laptop'),
  },
]) {
  test(`${what} whether another computer still uses the data directory`, async ({ shell }) => {
    const path = join(shell.dataDir, 'lock')
    const content = {
      version: 1,
      id: '0123456789ab',
      ...thisComputer(),
      host: 'other-laptop',
      machine: 'other',
      boot: 'other',
      pid: 1,
      start: '1',
      refreshedAt: '2026-11-22T00:00:00.000Z',
      released: false,
    }
    writeFileSync(path, JSON.stringify(content), { mode: 0o600 })
    utimesSync(path, 0, 0)
    shell.type(`${shell.latchkey}${end}\n`)
    await shell.shows(shown)
  })
}

test('nohup lets it go on when the terminal is closed', async ({ shell }) => {
  shell.type(`nohup ${shell.latchkey} &\n`)
  await shell.shows('nohup.out')
  await expect.poll(() => readPid(shell.dataDir)).not.toBe(null)
  await shell.close()
  const pid = readPid(shell.dataDir)!
  process.kill(pid, 'SIGHUP')
  expect(await askHealth(shell.dataDir)).toBe('ok')
  process.kill(pid, 'SIGTERM')
  await expect.poll(() => readEnd(shell.dataDir)).toContain('"stopped"')
})

for (const [where, end, shown] of [
  ['in the foreground', '', PROMPT],
  ['in the foreground while a sign-in waits', ' --sign-in', 'latchkey (waiting'],
  ['in the background', ' &', IN_BACKGROUND],
] as const) {
  test(`a closed terminal ends it in order ${where}`, async ({ shell }) => {
    shell.type(`${shell.latchkey}${end}\n`)
    await shell.shows(shown)
    await shell.close()
    await expect.poll(() => readEnd(shell.dataDir)).toContain('"stopped"')
    expect(readPid(shell.dataDir)).toBe(null)
  })
}
