// The systemd unit in a real systemd of this user: how it starts, ends and starts again.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect } from '@playwright/test'
import { EXIT } from '../../main/app/exit.js'
import { EXIT_CODES } from '../../main/cli/exit-codes.js'
import { findProgram } from '../support/program-path.js'
import { SCRIPTED, test as base } from '../support/program.js'
import { ROOT } from '../support/root.js'
import { CLI, runCli } from '../support/run-cli.js'

type Unit = {
  dataDir: string
  systemctl: (verb: string) => void
  /** The values of these properties, in this order. */
  show: (...names: string[]) => string[]
  mainPid: () => number
}

const NAME = `latchkey-test-${process.pid}.service`

function callSystemd(
  program: string,
  ...args: string[]
): { status: number | null; stdout: string } {
  return spawnSync(program, ['--user', '--no-pager', ...args], { encoding: 'utf8' })
}

const isReachable = (): boolean =>
  process.platform === 'linux' &&
  findProgram('systemctl') !== null &&
  callSystemd('systemctl', 'show', '--property=Version').status === 0

/** The unit with this tree's Latchkey, a data directory of its own, and a browser that stays open. */
function makeUnit(dataDir: string, bin: string): string {
  const command = [
    process.execPath,
    CLI,
    'headless',
    '--data-dir',
    dataDir,
    '--port',
    '0',
    '--demo',
    '--sign-in',
  ]
  const path = [bin, process.env['PATH']].join(delimiter)
  const quote = (word: string): string => `"${word.replaceAll('%', '%%')}"`
  const environment = [`PATH=${path}`, 'DISPLAY=:0']
  return readFileSync(join(ROOT, 'main/assets/background/latchkey.service'), 'utf8')
    .replace('ExecStart=/usr/bin/latchkey headless', `ExecStart=${command.map(quote).join(' ')}`)
    .replace('[Service]', `[Service]\nEnvironment=${environment.map(quote).join(' ')}`)
}

const test = base.extend<{ unit: Unit; bin: string }>({
  bin: ({ makeFolder }, use) => makeFolder().then(use),
  unit: async ({ makeFolder, bin }, use) => {
    const dataDir = await makeFolder()
    const folder = join(process.env['XDG_RUNTIME_DIR'] ?? '/run', 'systemd', 'user')
    const systemctl = (verb: string): void => {
      expect([verb, callSystemd('systemctl', verb, NAME).status]).toEqual([verb, 0])
    }
    const show = (...names: string[]): string[] =>
      names.map((name) =>
        callSystemd('systemctl', 'show', `--property=${name}`, '--value', NAME).stdout.trim(),
      )
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, NAME), makeUnit(dataDir, bin))
    callSystemd('systemctl', 'daemon-reload')
    try {
      await use({ dataDir, systemctl, show, mainPid: () => Number(show('MainPID')[0]) })
    } finally {
      callSystemd('systemctl', 'stop', NAME)
      rmSync(join(folder, NAME))
      callSystemd('systemctl', 'daemon-reload')
    }
  },
})
test.skip(!isReachable(), 'no systemd runs for this user')

const askStatus = async (dataDir: string): Promise<number | null> =>
  (await runCli(['status', '--data-dir', dataDir])).code

test('it runs once it is started, prints to the journal, and stops without an error', async ({
  unit,
}) => {
  expect(unit.show('ActiveState')).toEqual(['inactive'])
  unit.systemctl('start')
  expect(unit.show('ActiveState', 'SubState')).toEqual(['active', 'running'])
  await expect.poll(() => askStatus(unit.dataDir)).toBe(EXIT_CODES.notSignedIn)
  unit.systemctl('stop')
  const ended = unit.show('ActiveState', 'Result', 'ExecMainStatus')
  expect(ended).toEqual(['inactive', 'success', `${EXIT.ok}`])
  const journal = spawnSync('journalctl', ['--user-unit', NAME, '--output=cat'], {
    encoding: 'utf8',
  })
  expect(journal.stdout).toContain("serves this computer's apps")
})

test('a kill starts it again', async ({ unit }) => {
  unit.systemctl('start')
  process.kill(unit.mainPid(), 'SIGKILL')
  await expect
    .poll(() => unit.show('NRestarts', 'ActiveState'), { timeout: 30_000 })
    .toEqual(['1', 'active'])
})

test('a wrong setting does not start it again', async ({ unit }) => {
  writeFileSync(join(unit.dataDir, 'settings.json'), '{"consent": "x"}', { mode: 0o600 })
  unit.systemctl('start')
  await expect
    .poll(() => unit.show('ActiveState', 'ExecMainStatus', 'NRestarts'))
    .toEqual(['failed', `${EXIT.badSettings}`, '0'])
})

test('it does not wait for another Latchkey to end', async ({ unit, run }) => {
  const other = await run(SCRIPTED, { dataDir: unit.dataDir })
  await other.line('listening')
  unit.systemctl('start')
  await expect
    .poll(() => unit.show('ActiveState', 'ExecMainStatus', 'NRestarts'))
    .toEqual(['failed', `${EXIT.inUse}`, '0'])
})

test('a browser that it has opened stays open, and may run out of memory', async ({
  unit,
  bin,
}) => {
  const pidFile = join(bin, 'pid')
  const script = `#!/bin/sh\necho $$ >'${pidFile}.new'\nmv '${pidFile}.new' '${pidFile}'\nexec tail -f /dev/null\n`
  writeFileSync(join(bin, 'xdg-open'), script, { mode: 0o700 })
  unit.systemctl('start')
  const group = unit.show('ControlGroup')[0]!
  await expect.poll(() => existsSync(pidFile)).toBe(true)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  try {
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(group)
    expect(unit.show('OOMPolicy')).toEqual(['continue'])
    unit.systemctl('stop')
    expect(unit.show('ActiveState')).toEqual(['inactive'])
    expect(existsSync(`/proc/${pid}`)).toBe(true)
  } finally {
    process.kill(pid, 'SIGKILL')
  }
})

test('it has what a program of the user has: the namespaces, and new privileges for a browser', async ({
  unit,
}) => {
  unit.systemctl('start')
  const pid = unit.mainPid()
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  expect(status).toMatch(/^NoNewPrivs:\t0$/m)
  expect(status).toMatch(/^Seccomp:\t0$/m)
  for (const name of ['mnt', 'user', 'pid', 'net', 'ipc', 'uts', 'cgroup']) {
    const [theirs, ours] = [pid, process.pid].map((one) => readlinkSync(`/proc/${one}/ns/${name}`))
    expect(theirs, name).toBe(ours)
  }
  expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m)
  expect(status).toMatch(/^Umask:\t0077$/m)
})
